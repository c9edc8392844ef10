import dataclasses
import datetime
import json

import pytest

from catalog import Catalog
from catalog.errors import BadInput
from catalog.people import NotAllowed, Person
from catalog.store import NotFound, Store
from recommender import Query, RecommenderEngine
from recommender.demand import needs
from recommender.demand.needs import Need, as_lines, prepare, rematch, review, submit
from recommender.demand.proposal import proposed_class
from recommender.query import Filters

DAY = datetime.date(2026, 5, 6)
OFFICIAL = Person("王处", "authority")
ROOF, GRID = "CPT-0924", "CPT-0143"
QUESTION = "厂房屋顶空着，想装光伏板自己发电"


@pytest.fixture
def store(tmp_path):
    (tmp_path / "db").mkdir()
    opened = Store.open(tmp_path / "db" / "q.db")
    yield opened
    opened.close()


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture(scope="module")
def engines(catalog, tmp_path_factory):
    """Two engines on a small catalogue: without and with the roof photovoltaics."""
    chosen = {t.id for t in catalog.recommendable[::9]} | {GRID}

    def opened(ids, name):
        records = [t for t in catalog.technologies if t.id in ids]
        small = Catalog(records, catalog.codes, catalog.policy, name, catalog.usage)
        return RecommenderEngine.open(small, home=tmp_path_factory.mktemp(name))

    return opened(chosen - {ROOF}, "before"), opened(chosen | {ROOF}, "after")


@pytest.fixture
def result(engines):
    return engines[0].match(Query(QUESTION, "电镀"))


def need(**values):
    content = {"plus_class": "new_energy_plus", "text": "屋顶空着", "level": "none", "created_on": DAY}
    return Need.model_validate(content | values)


# leaving a need


def test_a_result_without_a_strong_match_can_be_left_as_a_need(engines, result):
    made = prepare(result, catalog=engines[0].catalog, enterprise=" 甲  电镀有限公司\n", today=DAY)
    assert made.level == "medium" and made.technology_ids[0] == GRID
    assert (made.industry, made.text, made.enterprise) == ("3360", QUESTION, "甲 电镀有限公司")
    assert (made.id, made.installation, made.state, made.places) == ("", "", "submitted", 10)


def test_a_strong_match_leaves_no_need(engines):
    found = engines[1].match(Query(QUESTION))
    assert found.matches[0].level == "strong"
    with pytest.raises(BadInput, match="厂房屋顶分布式光伏") as told:
        prepare(found, catalog=engines[1].catalog)
    assert "\n" not in str(told.value)


def test_nothing_found_at_all_can_be_left(engines, result):
    empty = dataclasses.replace(result, matches=[])
    made = prepare(empty, catalog=engines[0].catalog, today=DAY)
    assert (made.level, made.technology_ids) == ("none", ())


def test_a_filtered_result_is_no_proof_that_something_is_missing(engines):
    query = Query(QUESTION, filters=Filters(media=frozenset({"noise"})))
    with pytest.raises(BadInput, match="筛选"):
        prepare(engines[0].match(query), catalog=engines[0].catalog)


def test_everything_that_is_sent_is_shown_before(catalog):
    given = need(
        industry="3360", enterprise="甲厂", technology_ids=(ROOF,), ignored=("不停产",), places=7,
        installation="0123456789abcdef",
    )  # fmt: skip
    shown = "\n".join(as_lines(given, catalog.codes))
    for value in ("新能源+", "屋顶空着", "甲厂", ROOF, "不停产", "7", "2026-05-06", "0123456789abcdef"):
        assert value in shown
    assert catalog.codes.label("industries", "3360") in shown
    assert "火星业" in "\n".join(as_lines(need(industry_text="火星业"), catalog.codes))


def test_without_consent_there_is_no_row_and_no_file(store, home, engines, result):
    made = prepare(result, catalog=engines[0].catalog)
    with pytest.raises(BadInput) as told:
        submit(store, made, consent=False, home=home)
    assert "\n" not in str(told.value) and "同意" in str(told.value)
    assert store.bodies(needs.KIND) == [] and store.events() == [] and store.documents(needs.KIND) == []
    assert not home.exists()


def test_a_need_is_kept_with_a_number_and_a_random_installation(store, home, result, engines, monkeypatch):
    import socket

    made = prepare(result, catalog=engines[0].catalog, today=DAY)
    first = submit(store, made, consent=True, home=home)
    second = submit(store, made, consent=True, home=home)
    assert (first.id, second.id) == ("XQ-2026-0001", "XQ-2026-0002")
    installation = first.need.installation
    assert installation == second.need.installation == (home / needs.INSTALLATION_FILE).read_text()
    assert len(installation) == 16 and int(installation, 16) >= 0
    assert socket.gethostname() not in installation
    next_year = made.model_copy(update={"created_on": datetime.date(2027, 1, 1)})
    assert submit(store, next_year, consent=True, home=home).id == "XQ-2027-0001"


def test_two_installations_have_different_numbers_and_a_damaged_file_is_replaced(home, tmp_path):
    first = needs.installation_id(home)
    assert needs.installation_id(home) == first != needs.installation_id(tmp_path / "other")
    (home / needs.INSTALLATION_FILE).write_text("会计室电脑", encoding="utf-8")
    assert len(needs.installation_id(home)) == 16


def test_the_text_stands_in_the_document_alone(store, home):
    kept = submit(store, need(text="只此一家的问题", enterprise="甲厂"), consent=True, home=home)
    review(store, kept.id, OFFICIAL, accept=True)
    told = json.dumps([dataclasses.asdict(event) for event in store.events()], ensure_ascii=False)
    told += store.documents(needs.KIND)[0].name
    assert "只此一家" not in told and "甲厂" not in told


def test_who_may_submit_follows_the_table(store, home):
    with pytest.raises(NotAllowed):
        submit(store, need(), consent=True, person=Person("李专家", "expert"), home=home)
    assert submit(store, need(), consent=True, person=Person("张工", "applicant"), home=home).id
    with pytest.raises(BadInput, match="XQ-2026-0001"):
        submit(store, needs.get(store, "XQ-2026-0001").need, consent=True, home=home)


def test_the_class_is_proposed_by_the_best_candidates(engines, result):
    found = engines[1].match(Query(QUESTION))
    assert proposed_class(found, engines[1].catalog) == "new_energy_plus"
    one, two = found.matches[0], found.matches[1]
    recycling = next(t for t in engines[1].catalog.recommendable if t.plus_class == "resource_cycle_plus")
    weak = [
        dataclasses.replace(one, level="weak", probability=0.10),
        dataclasses.replace(two, level="weak", probability=0.30, technology=recycling),
    ]
    assert (
        proposed_class(dataclasses.replace(found, matches=weak), engines[1].catalog) == "resource_cycle_plus"
    )
    medium = [dataclasses.replace(one, level="medium", probability=0.36), weak[1]]
    assert proposed_class(dataclasses.replace(found, matches=medium), engines[1].catalog) == "new_energy_plus"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("车棚想装光伏组件", "new_energy_plus"),
        ("产品易拆解易回收的生态设计没人会做", "green_design_plus"),
        ("氧化锌阴阳人", "cleaner_production_plus"),
    ],
)
def test_without_candidates_the_words_propose_the_class(catalog, result, text, wanted):
    asked = dataclasses.replace(result, matches=[], query=Query(text))
    assert proposed_class(asked, catalog) == wanted


def test_a_chosen_class_wins_and_an_unknown_one_is_one_line(engines, result):
    catalog = engines[0].catalog
    assert prepare(result, catalog=catalog, plus_class="智慧管控+").plus_class == "smart_control_plus"
    with pytest.raises(BadInput, match="资源循环") as told:
        prepare(result, catalog=catalog, plus_class="魔法+")
    assert "\n" not in str(told.value)
    with pytest.raises(BadInput, match="101 字"):
        prepare(result, catalog=catalog, enterprise="甲" * 101)


# review


def test_review_follows_permission_and_state_and_is_recorded(store, home):
    first, second = (submit(store, need(), consent=True, home=home) for _ in range(2))
    with pytest.raises(NotAllowed):
        review(store, first.id, Person("张工", "applicant"), accept=True)
    accepted = review(store, first.id, OFFICIAL, accept=True)
    assert accepted.need.state == "accepted" and accepted.need.reviewed
    with pytest.raises(BadInput, match="理由"):
        review(store, second.id, OFFICIAL, accept=False, reason=" ")
    refused = review(store, second.id, OFFICIAL, accept=False, reason="不是技术需求")
    assert (refused.need.state, refused.need.review_note) == ("rejected", "不是技术需求")
    with pytest.raises(BadInput, match="未采纳"):
        review(store, second.id, OFFICIAL, accept=True)
    steps = [(e.action, e.actor, e.role, e.reason) for e in store.events(needs.KIND)]
    assert steps[-2:] == [
        ("accept", "王处", "authority", ""), ("reject", "王处", "authority", "不是技术需求"),
    ]  # fmt: skip
    with pytest.raises(NotFound):
        review(store, "XQ-2026-0099", OFFICIAL, accept=True)


def test_a_need_is_withdrawn_by_its_own_installation_and_forgotten(store, home, tmp_path):
    kept = submit(store, need(text="要撤回的原文", enterprise="甲厂"), consent=True, home=home)
    needs.installation_id(tmp_path / "other")
    for stranger in (tmp_path / "other", tmp_path / "none"):
        with pytest.raises(NotAllowed):
            needs.withdraw(store, kept.id, home=stranger)
    gone = needs.withdraw(store, kept.id, home=home).need
    assert (gone.state, gone.text, gone.enterprise) == ("withdrawn", "", "")
    assert "要撤回的原文" not in json.dumps(store.get(needs.KIND, kept.id).body, ensure_ascii=False)
    with pytest.raises(BadInput, match="已撤回"):
        needs.withdraw(store, kept.id, home=home)


# matching again


def left(store, home, engine, **values):
    made = prepare(engine.match(Query(QUESTION, "电镀")), catalog=engine.catalog, today=DAY)
    return submit(store, made.model_copy(update=values), consent=True, home=home)


def test_a_new_technology_answers_an_open_need_and_the_old_answer_stays(store, home, engines):
    before, after = engines
    kept = left(store, home, before)
    assert rematch(store, before) == []
    found = rematch(store, after)
    assert [(a.need_id, a.before, a.now, a.technology_ids) for a in found] == [
        (kept.id, "medium", "strong", (ROOF,))
    ]
    now = needs.get(store, kept.id).need
    assert (now.state, now.answered_by) == ("answered", (ROOF,))
    assert (now.level, now.technology_ids) == (kept.need.level, kept.need.technology_ids)
    event = store.events(needs.KIND, kept.id)[-1]
    assert event.action == "answer"
    assert event.detail["before"] == {"level": "medium", "technology_ids": list(kept.need.technology_ids)}
    assert event.detail["answered_by"] == [ROOF]
    assert rematch(store, after) == []


def test_also_at_the_first_run_only_what_was_not_found_before_answers(store, home, engines):
    before, _ = engines
    kept = left(store, home, before)
    assert rematch(store, before) == [], "the same catalogue answers nothing"
    assert needs.get(store, kept.id).need.state == "submitted"


def test_a_need_left_before_the_first_run_is_answered_by_it(store, home, engines):
    kept = left(store, home, engines[0])
    assert [one.need_id for one in rematch(store, engines[1])] == [kept.id]


def test_a_technology_seen_at_the_last_run_is_not_new(store, home, engines):
    before, after = engines
    rematch(store, after)
    left(store, home, before)
    assert rematch(store, after) == []


def test_the_given_numbers_are_compared(store, home, engines):
    before, after = engines
    left(store, home, before)
    assert rematch(store, after, [i for i in after.ids if i != ROOF]) == []
    assert len(rematch(store, after, after.ids)) == 1


@pytest.mark.parametrize("state", ["rejected", "withdrawn", "answered"])
def test_closed_needs_are_left_alone(store, home, engines, state):
    kept = left(store, home, engines[0])
    body = kept.need.model_copy(update={"state": state}).model_dump(mode="json")
    store.save(needs.KIND, kept.id, body, name=kept.id, revision=1)
    assert rematch(store, engines[1]) == []


def test_an_answer_that_does_not_hold_is_undone_with_a_reason(store, home, engines):
    kept = left(store, home, engines[0])
    rematch(store, engines[1])
    with pytest.raises(BadInput, match="理由"):
        review(store, kept.id, OFFICIAL, accept=True)
    again = review(store, kept.id, OFFICIAL, accept=True, reason="屋顶承重不够").need
    assert (again.state, again.answered_by) == ("accepted", ())
    assert store.events(needs.KIND, kept.id)[-1].detail["answered_by"] == [ROOF]
    assert rematch(store, engines[1]) == []


# command line


def test_the_commands_list_and_review(tmp_path, monkeypatch, home):
    from typer.testing import CliRunner

    from recommender.demand.cli import app

    monkeypatch.setenv("QINGYUAN_DATABASE", f"sqlite:///{tmp_path / 'cli.db'}")
    store = Store.open()
    kept = submit(store, need(), consent=True, home=home)
    run = CliRunner().invoke
    listed = run(app, ["list"])
    assert listed.exit_code == 0 and kept.id in listed.output and "待审核" in listed.output
    done = run(app, ["review", kept.id, "reject", "--reason", "重复", "--name", "王处"])
    assert done.exit_code == 0 and "未采纳" in done.output
    assert kept.id not in run(app, ["list", "--state", "accepted"]).output
    for wrong in (["review", kept.id, "maybe", "--name", "王处"], ["list", "--state", "x"]):
        assert isinstance(run(app, wrong).exception, BadInput)
