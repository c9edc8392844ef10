import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import Catalog
from catalog.errors import BadInput
from catalog.schema import Supplier
from catalog.store import Store
from recommender import Query, RecommenderEngine
from recommender.demand.neutrality import (
    NO_SUPPLIER,
    exposure,
    percentages,
    recusals,
    report_lines,
    shuffled,
    suppliers_of,
)

NAMES = ["甲环保公司", "乙节能公司", "丙水务公司", "丁装备公司"]
QUESTIONS = [
    "镀镍漂洗水含镍直接排走", "空压机漏气厉害", "甲环保公司的烟气脱硫设备", "锅炉排烟温度高", "污泥没有去处",
]  # fmt: skip


@pytest.fixture(scope="module")
def supplied(catalog, engine):
    """A small catalogue that answers the questions; two records in three have one or two suppliers."""
    fitting = {m.technology.id for text in QUESTIONS for m in engine.match(Query(text)).matches}
    fitting |= {t.id for t in catalog.recommendable[::12]}
    records = []
    for n, t in enumerate(t for t in catalog.recommendable if t.id in fitting):
        source = t.publications[0].key if t.publications else "p1"
        chosen = {0: [NAMES[n % 4]], 1: [NAMES[n % 4], NAMES[(n + 1) % 4]], 2: []}[n % 3]
        suppliers = [Supplier(name=name, source=source) for name in chosen]
        records.append(t.model_copy(update={"suppliers": suppliers}))
    return Catalog(records, catalog.codes, catalog.policy, "supplied", catalog.usage)


@pytest.fixture(scope="module")
def engine_with(supplied, tmp_path_factory):
    return RecommenderEngine.open(supplied, home=tmp_path_factory.mktemp("supplied"))


def test_shares_are_counted_by_hand_and_sum_to_100(engine_with):
    found = exposure(engine_with, QUESTIONS, k=5)
    places, weights, total = {}, {}, 0
    for text in QUESTIONS:
        for rank, match in enumerate(engine_with.match(Query(text, k=5)).matches, 1):
            total += 1
            names = [s.name for s in match.technology.suppliers] or [NO_SUPPLIER]
            for name in names:
                places[name] = places.get(name, 0) + Fraction(1, len(names))
                weights[name] = weights.get(name, 0) + 1 / math.log2(rank + 1) / len(names)
    assert {one.supplier: one.places for one in found.shares} == places
    assert found.places == total == sum(places.values()) > 5
    assert found.queries == len(QUESTIONS) and NO_SUPPLIER in places and len(places) > 2
    assert sum(round(one.share * 100) for one in found.shares) == 10_000
    assert sum(round(one.weighted * 100) for one in found.shares) == 10_000
    for one in found.shares:
        assert one.share == pytest.approx(float(places[one.supplier]) / total * 100, abs=0.011)
        assert one.weighted == pytest.approx(weights[one.supplier] / sum(weights.values()) * 100, abs=0.011)
    assert [one.places for one in found.shares] == sorted((o.places for o in found.shares), reverse=True)


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.floats(1e-6, 1e6), min_size=1, max_size=40)
)  # fmt: skip
def test_printed_shares_always_sum_to_100_and_stay_near_the_truth(amounts):
    shares = percentages(amounts)
    assert sum(round(share * 100) for share in shares.values()) == 10_000
    total = math.fsum(amounts.values())
    assert all(abs(shares[name] - amounts[name] / total * 100) < 0.0101 for name in amounts)
    assert percentages(dict(reversed(amounts.items()))) == shares


def test_three_equal_suppliers_share_the_last_hundredth():
    assert percentages({"a": 1, "b": 1, "c": 1}) == {"a": 33.34, "b": 33.33, "c": 33.33}
    assert percentages({}) == {}


def ranking(engine):
    return [
        [(m.technology.id, m.level, m.score, m.probability) for m in engine.match(Query(text)).matches]
        for text in QUESTIONS
    ]


@pytest.mark.parametrize("seed", [1, 7])
def test_shuffled_suppliers_leave_the_ranking_unchanged(supplied, engine_with, tmp_path, seed):
    other = shuffled(supplied, seed)
    names = [[s.name for s in t.suppliers] for t in supplied.technologies]
    moved = [[s.name for s in t.suppliers] for t in other.technologies]
    assert names != moved and sorted(map(len, names)) == sorted(map(len, moved))
    assert {n for own in names for n in own} == {n for own in moved for n in own}
    assert other.fingerprint != supplied.fingerprint, "else the old index would be taken"
    assert ranking(RecommenderEngine.open(other, home=tmp_path)) == ranking(engine_with)


def test_shuffling_is_the_same_for_the_same_seed(supplied):
    one, two = shuffled(supplied, 3), shuffled(supplied, 3)
    assert one.technologies == two.technologies and one.fingerprint == two.fingerprint


def test_refused_questions_are_skipped_and_no_result_is_not_calculated(engine_with):
    found = exposure(engine_with, ["", "   ", QUESTIONS[0]], k=3)
    assert (found.queries, found.skipped) == (3, 2)
    assert any("2条" in line for line in report_lines(found))
    nothing = exposure(engine_with, ["今天天气怎么样"])
    assert (nothing.places, nothing.shares) == (0, ())
    assert report_lines(nothing)[0].startswith("未计算")
    with pytest.raises(BadInput, match="正整数"):
        exposure(engine_with, [], k=0)


def test_records_without_supplier_are_one_group(catalog):
    bare = next(t for t in catalog.recommendable if not t.suppliers)
    assert suppliers_of(bare) == (NO_SUPPLIER,)


def test_the_report_lists_who_stood_aside(tmp_path, engine_with):
    store = Store.open(tmp_path / "q.db", clock=lambda: "2026-05-06T00:00:00+00:00")
    store.record("dossier", "SB-2026-0001", "recuse", actor="李专家", role="expert", reason="曾任职申报单位")
    store.record("dossier", "SB-2026-0001", "score", actor="王专家", role="expert")
    store.record("dossier", "SB-2026-0002", "expert.recused", actor="赵专家", role="expert")
    lines = report_lines(exposure(engine_with, QUESTIONS[:1]), recusals(store))
    log = [line for line in lines if "回避" in line]
    assert len(log) == 2 and "王专家" not in "".join(lines)
    assert "李专家（专家）回避：曾任职申报单位" in log[0] and "SB-2026-0001" in log[0]
    assert "未写理由" in log[1]
    assert report_lines(exposure(engine_with, QUESTIONS[:1]))[-1] == "回避记录：无"


def test_the_command_uses_the_shipped_problem_lists(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from recommender.demand.cli import app

    monkeypatch.setenv("QINGYUAN_DATABASE", f"sqlite:///{tmp_path / 'cli.db'}")
    done = CliRunner().invoke(app, ["neutrality", "-k", "3"])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("80条问题") and "%" in done.output
    listed = CliRunner().invoke(app, ["gaps", "--year", "2027", "-o", str(tmp_path / "g.xlsx")])
    assert listed.exit_code == 0 and "2027年度" in listed.output and (tmp_path / "g.xlsx").exists()
    written = CliRunner().invoke(app, ["export", "-o", str(tmp_path / "lists")])
    assert written.exit_code == 0 and len(list((tmp_path / "lists").iterdir())) == 4
    again = CliRunner().invoke(app, ["rematch"])
    assert again.exit_code == 0 and "0 项" in again.output
