"""The shipped editions, and the year played through on the shipped example."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from catalog.editions.diff import apply, difference
from catalog.editions.edition import Edition, fingerprint, read_edition
from catalog.editions.flags import flags
from catalog.editions.history import history
from catalog.editions.selection import read_selection
from catalog.errors import BadInput
from catalog.load import load_catalog
from catalog.nominations.duplicates import DuplicateIndex, is_duplicate
from catalog.nominations.reader import accepted, read_form
from catalog.nominations.rules import rule_set
from catalog.paths import DATA_DIR
from catalog.people import ROLES
from catalog.publish.dispatch import papers_of, whole_set
from catalog.review.desk import Desk
from catalog.review.scoring import load_criteria, summary, weighted_total
from catalog.store import Store
from catalog.year import DATABASE, play_year
from catalog.year.example import Days, load_example
from catalog.year.play import Clock

EDITIONS = DATA_DIR / "editions"
GROUPS = 11


def frozen(year: int) -> Edition:
    return read_edition(EDITIONS / f"{year}.json")


# The shipped editions


@pytest.mark.parametrize(("year", "before", "count"), [(2025, None, 60), (2026, 2025, 70)])
def test_frozen_file_says_what_its_selection_chose(year: int, before: int | None, count: int) -> None:
    edition = frozen(year)
    path = EDITIONS / f"{year}.yaml"
    made = read_selection(path, load_catalog(), before=frozen(before) if before else None)
    assert len(edition.entries) == count
    assert [e.number for e in edition.entries] == [e.number for e in made.entries]
    assert [(e.item, e.group) for e in edition.entries] == [(e.item, e.group) for e in made.entries]
    told = {"entries", "fingerprint"}
    assert edition.model_dump(exclude=told) == made.model_dump(exclude=told)
    written = {row["number"]: row for row in yaml.safe_load(path.read_text("utf-8"))["technologies"]}
    for entry in edition.entries:
        values = entry.model_dump(mode="json")
        for field, value in written[entry.number].items():
            assert values[field] == value, (entry.number, field)


def test_editions_are_marked_as_examples_and_whole() -> None:
    for year in (2025, 2026):
        edition = frozen(year)
        assert edition.is_example
        assert edition.document_number.startswith("示例")
        assert fingerprint(edition) == edition.fingerprint
        assert len({entry.group for entry in edition.entries}) == GROUPS
        assert all(entry.group and entry.summary and entry.route for entry in edition.entries)


def test_difference_holds_every_kind_of_change_and_leads_back() -> None:
    before, after = frozen(2025), frozen(2026)
    found = difference(before, after)
    assert len(found.added) == 15
    assert {c.number: c.renamed[0] for c in found.renamed if c.renamed} == {
        "CPT-0002": "烧结烟气循环", "CPT-0211": "印染废水深度处理回用", "CPT-0839": "磁悬浮鼓风机",
        "CPT-0842": "空压机热回收", "CPT-0885": "蓄热式焚烧炉",
    }  # fmt: skip
    assert found.merged == {"CPT-0046": "CPT-0050", "CPT-0854": "CPT-0876"}
    assert [w.number for w in found.withdrawn] == ["CPT-0451", "CPT-0728", "CPT-0910"]
    assert all(w.reason.startswith("（示例）") and w.basis for w in after.withdrawn)
    assert {"CPT-0440", "CPT-0257", "CPT-0480", "CPT-0020", "CPT-0250"} <= {c.number for c in found.altered}
    assert len(after.entries) == 60 - 3 - 2 + 15
    assert apply(before, found) == after


def test_reasons_to_withdraw_point_to_technologies_that_exist() -> None:
    known = load_catalog()
    plan = load_example().plan
    for withdrawal in (*frozen(2026).withdrawn, *plan.retired):
        named = re.findall(r"CPT-\d{4}", withdrawal.reason + withdrawal.basis)
        assert withdrawal.number in known
        assert all(number in known for number in named)
        assert named or "GB 13735-2017" in withdrawal.basis or "岸电管理办法" in withdrawal.basis


def test_history_follows_a_merged_and_a_renamed_number() -> None:
    editions = [frozen(2025), frozen(2026)]
    assert [step.what for step in history("CPT-0854", editions)] == ["入选", "合并"]
    assert [step.what for step in history("CPT-0842", editions)] == ["入选", "更名", "变更"]
    assert [step.what for step in history("CPT-0728", editions)] == ["入选", "退出"]


def test_flags_never_hide_an_entry() -> None:
    edition = frozen(2026)
    assert {flag.kind for flag in flags(edition)} >= {"no_new_case", "old_price"}
    assert {flag.number for flag in flags(edition)} <= {entry.number for entry in edition.entries}


# The example data


def test_forty_nominations_of_made_up_units() -> None:
    example = load_example()
    assert Counter(one.kind for one in example.filed) == {"good": 26, "incomplete": 8, "duplicate": 6}
    assert len({one.fails for one in example.filed if one.kind == "incomplete"}) == 8
    assert {one.fails for one in example.filed if one.fails} <= {rule.id for rule in rule_set("city").rules}
    for one in example.filed:
        units = [one.form.applicant, one.form.region, *(case.user for case in one.form.cases)]
        units += [right.holder for right in one.form.intellectual_property]
        units += [proof.issuer for proof in one.form.evidence]
        assert all(unit.startswith("示例") for unit in units), one.key
        assert all("示例" in case.proof for case in one.form.cases)
        assert "示例数据" in one.form.effects
        assert one.form.credit_code[2:8] == "509999"
    for attribute in ("name", "applicant", "credit_code", "summary", "principle", "effects"):
        assert len({getattr(one.form, attribute) for one in example.filed}) == 40, attribute
    assert len({one.group for one in example.filed}) == GROUPS


def test_groups_are_headings_of_the_edition_before() -> None:
    headings = {entry.group for entry in frozen(2026).entries}
    assert {one.group for one in load_example().filed} <= headings


def test_carbon_follows_from_the_energy_by_a_factor_of_the_readme() -> None:
    factors = {5306 / 1229, 2.64, 1.63, 2.11}
    seen = 0
    for one in load_example().filed:
        for case in one.form.cases:
            if case.co2_t is not None:
                assert case.saving_tce is not None
                step = 10 if case.saving_tce >= 100 else 1
                nearest = min(abs(case.co2_t - case.saving_tce * factor) for factor in factors)
                assert nearest <= step / 2 + 1e-6, one.key
                seen += 1
    assert seen > 30


def test_points_come_from_numbers_as_the_rule_says() -> None:
    scores, criteria = load_example().scores, load_criteria()
    points = scores.points("helium-loop", criteria, dossier=15, expert=2, round=1)
    # (15x7 + 2x5 + 1x3 + 1x11) mod 9 = 129 mod 9 = 3 -> offset (3 - 4) x 2 = -2; 20 x 83 % = 16.6 -> 16.5
    assert points["advancement"] == 16.5
    # criterion 5: 118 + 55 = 173 mod 9 = 2 -> -4; 15 x 81 % = 12.15 -> 12.0
    assert points["prospects"] == 12.0
    harsh = scores.points("helium-loop", criteria, dossier=15, expert=2, round=1, harsh=True)
    assert weighted_total(points, criteria) - weighted_total(harsh, criteria) == pytest.approx(24, abs=1.5)
    with pytest.raises(BadInput, match="uv-voc"):
        scores.points("uv-voc", criteria, dossier=1, expert=1, round=1)


def test_days_out_of_order_are_refused() -> None:
    days = load_example().plan.days.model_dump()
    with pytest.raises(ValueError, match="second_round"):
        Days.model_validate({**days, "second_round": days["first_round"].replace(month=1)})


def test_faults_of_the_example_name_file_and_value(tmp_path: Path) -> None:
    for path in (DATA_DIR / "demo" / "year").glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    plan = (tmp_path / "plan.yaml").read_text("utf-8")
    (tmp_path / "plan.yaml").write_text(plan.replace("  uv-voc:", "  uv-wrong:"), "utf-8")
    with pytest.raises(BadInput, match=r"plan\.yaml.*uv-wrong"):
        load_example(tmp_path)
    (tmp_path / "plan.yaml").write_text(plan.replace("year: 2027", "year: 二七"), "utf-8")
    with pytest.raises(BadInput, match=r"plan\.yaml: year: “二七”"):
        load_example(tmp_path)
    (tmp_path / "plan.yaml").unlink()
    with pytest.raises(BadInput, match=r"plan\.yaml: 无法读取"):
        load_example(tmp_path)


def test_clock_stands_still_but_for_the_seconds() -> None:
    days = load_example().plan.days
    clock = Clock(days.call)
    assert [clock(), clock()] == ["2027-03-01T09:00:01+08:00", "2027-03-01T09:00:02+08:00"]
    clock.go(days.filed)
    assert clock() == "2027-04-08T09:00:01+08:00"
    assert clock.today() == days.filed


# The year


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("year") / "一年"
    return folder, list(play_year(folder))


@pytest.fixture
def desk(played: tuple[Path, list[str]]) -> Desk:
    return Desk(Store.open(played[0] / DATABASE))


def line_of(lines: list[str], start: str) -> str:
    return next(line for line in lines if line.startswith(start))


def test_every_step_tells_its_counts(played: tuple[Path, list[str]]) -> None:
    folder, lines = played
    assert "读入申报表 40 份，与填写内容一致 40 份；附件 119 个" in line_of(lines, "申报：")
    assert "受理 40 项，通过 26 项，退回补正 7 项，不予受理 7 项" in line_of(lines, "形式审查：")
    assert sum(line.startswith("查重：") for line in lines) == 6
    assert "通过 3 项" in line_of(lines, "补正：")
    assert "29 项" in line_of(lines, "进入专家评审")
    assert "材料包 9 个，交回评分表 87 份，读入 87 份" in line_of(lines, "第1轮：")
    assert "共 7 日" in line_of(lines, "公示：")
    assert "已发布（有效） 23 项，不予受理 9 项，未入选 6 项，撤回 2 项" in line_of(lines, "办理结果")
    assert all(re.fullmatch(r"[^\n]+", line) for line in lines)
    assert str(folder) in lines[-1]


def test_end_states(desk: Desk) -> None:
    example = load_example()
    kept = desk.all()
    ended = Counter(one.dossier.state for one in kept)
    assert ended == {"listed": 23, "not_accepted": 9, "not_selected": 6, "withdrawn": 2}
    by_name = {one.dossier.form.name: one.dossier for one in kept}
    for filed in example.filed:
        dossier = by_name[filed.form.name]
        if filed.kind == "duplicate":
            assert dossier.state == "not_accepted"
            assert any(filed.of in line for line in dossier.duplicates)
        if filed.kind == "incomplete" and filed.correction:
            assert dossier.state in ("listed", "not_selected")
            assert dossier.findings == ()
        if filed.kind == "incomplete" and not filed.correction:
            assert dossier.state in ("not_accepted", "withdrawn")
            labels = {rule.id: rule.label for rule in rule_set("city").rules}
            assert labels[filed.fails] in {finding.rule for finding in dossier.findings}
        assert dossier.is_example


def test_duplicates_are_found_and_nothing_else_of_the_catalogue_passes_for_one() -> None:
    example, known = load_example(), load_catalog()
    index = DuplicateIndex(known, [frozen(2026)])
    for filed in example.filed:
        found = {c.number for c in index.find(filed.form) if is_duplicate(c)}
        if filed.kind == "duplicate":
            assert filed.of in found
            assert filed.form.name not in (known[filed.of].name, *known[filed.of].aliases)
        elif found:
            assert filed.key in example.plan.cleared


def test_refusal_before_the_notice_is_over(played: tuple[Path, list[str]], desk: Desk) -> None:
    refusal = line_of(played[1], "拒绝：")
    assert "2027-09-06" in refusal
    assert "公示期到 2027-09-07，期满后才能发布" in refusal
    listed = [e for one in desk.all() for e in desk.history(one.id) if e.action == "list"]
    assert len(listed) == 23
    assert all(event.at >= "2027-09-10" for event in listed)


def test_every_step_has_person_role_time_and_nothing_is_lost(desk: Desk) -> None:
    for one in desk.all():
        events = desk.history(one.id)
        assert [e.action for e in events][:2] == ["create", "submit"]
        assert [e.at for e in events] == sorted(e.at for e in events)
        assert all(e.actor and e.role in ROLES and e.detail["unit"] for e in events)
        states = [e.detail for e in events if "to" in e.detail]
        for before, after in itertools.pairwise(states):
            assert after["from"] == before["to"]
        assert states[-1]["to"] == one.dossier.state
        final = events[-1] if one.dossier.state != "listed" else None
        assert final is None or final.reason
    assert [e.seq for e in desk.store.events()] == list(range(1, len(desk.store.events()) + 1))


def test_review_in_two_rounds_with_a_recusal_and_a_visit(desk: Desk) -> None:
    criteria = load_criteria()
    kept = desk.all()
    first = [one for one in kept if any(s.round == 1 for s in one.dossier.scores)]
    second = [one for one in kept if any(s.round == 2 for s in one.dossier.scores)]
    assert (len(first), len(second)) == (29, 26)
    for one in second:
        told = summary(one.dossier, criteria, round=2)
        assert (told.experts, told.unscored) == (5, ())
        assert told.total is not None
        assert (one.dossier.state == "listed") == (told.total >= 72)
    totals = [summary(one.dossier, criteria, round=1).total for one in first]
    assert max(totals) - min(totals) > 20  # type: ignore[type-var, operator]
    recused = [(one, a) for one in kept for a in one.dossier.assignments if a.recused]
    assert len(recused) == 1
    one, assignment = recused[0]
    assert assignment.expert_id not in {s.expert_id for s in one.dossier.scores}
    visited = [one for one in kept if one.dossier.site_visit]
    assert [summary(one.dossier, criteria, round=2).outliers != () for one in visited] == [True]
    expert = next(e for e in desk.store.bodies("expert") if "示例热工材料有限公司" in e.body["former_units"])
    own = next(one for one in kept if one.dossier.form.applicant == "示例热工材料有限公司")
    assert expert.id not in {a.expert_id for a in own.dossier.assignments}


def test_one_objection_raised_and_handled_within_the_notice(desk: Desk) -> None:
    objected = [one.dossier for one in desk.all() if one.dossier.objections]
    assert len(objected) == 1
    objection, notice = objected[0].objections[0], objected[0].notice
    assert notice is not None
    assert notice.days == 7
    assert notice.start <= objection.raised_on <= notice.end
    assert objection.accepted is False
    assert objection.handling
    assert objection.handled_by == "示例承办人"
    assert objected[0].state == "listed"


def test_new_edition(played: tuple[Path, list[str]], desk: Desk) -> None:
    before, edition = frozen(2026), read_edition(played[0] / "05_发布" / "目录.json")
    assert (edition.year, edition.replaces, len(edition.entries)) == (2027, 2026, 70 - 2 + 23)
    new = [entry for entry in edition.entries if before.entry(entry.number) is None]
    assert [entry.dossier for entry in sorted(new, key=lambda e: e.number)] == [
        one.id for one in desk.all() if one.dossier.state == "listed"
    ]
    assert min(int(entry.number[4:]) for entry in new) > max(
        int(technology.id[4:]) for technology in load_catalog().technologies
    )
    assert all(entry.applicant.startswith("示例") for entry in new)
    assert {w.number for w in edition.withdrawn} == {"CPT-0096", "CPT-0915"}
    assert apply(before, difference(before, edition)) == edition
    headings = [entry.group for entry in edition.entries]
    runs = [group for place, group in enumerate(headings) if place == 0 or headings[place - 1] != group]
    assert len(runs) == len(set(runs)) == GROUPS
    kept = desk.all()
    assert {one.dossier.technology_id for one in kept} - {None} == {entry.number for entry in new}


def test_every_file_is_there(played: tuple[Path, list[str]], desk: Desk) -> None:
    folder = played[0]
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    title = "附件1_清洁生产技术推广目录（2027年）（示例）"
    wanted = {
        DATABASE, "01_征集/征集通知.docx", "01_征集/申报表.xlsx", "01_征集/申报表.docx",
        "01_征集/推荐汇总表.xlsx", "02_形式审查/形式审查结果.xlsx", "03_专家评审/评分汇总表（内部）.docx",
        "03_专家评审/回避声明/回避声明_示例专家丙.docx", "04_公示/公示.docx", "04_公示/意见汇总处理表.docx",
        "04_公示/公示稿.docx", "05_发布/发布通知.docx", f"05_发布/{title}.docx", f"05_发布/{title}.xlsx",
        "05_发布/附件2_技术简介.docx", "05_发布/附件2_技术简介.html", "05_发布/目录.html",
        "05_发布/目录.json", "06_变更与核查/变更清单.docx", "06_变更与核查/变更清单.xlsx",
        "06_变更与核查/核查提示.xlsx", "07_沿革与台账/台账.xlsx",
        "07_沿革与台账/2027年目录.json", "07_沿革与台账/差异_2026至2027.json",
        "07_沿革与台账/编号沿革_CPT-0842.txt",
    }  # fmt: skip
    assert wanted <= names
    listed = [one.id for one in desk.all() if one.dossier.state == "listed"]
    for pattern, count in {
        "01_征集/已填申报表/*.xlsx": 40, "01_征集/已填推荐汇总表/*.xlsx": 5,
        "02_形式审查/补正通知/*.docx": 7, "03_专家评审/专家组意见/*.docx": len(listed),
        "03_专家评审/评分汇总表_各申报单位/*.docx": 29,
        "03_专家评审/第1轮/交回/*/*.xlsx": 87, "03_专家评审/第1轮/材料包/*/*.xlsx": 87,
    }.items():  # fmt: skip
        assert len(list(folder.glob(pattern))) == count, pattern
    difference_file = json.loads((folder / "07_沿革与台账/差异_2026至2027.json").read_text("utf-8"))
    assert (difference_file["before_year"], len(difference_file["added"])) == (2026, 23)
    told = (folder / "07_沿革与台账/编号沿革_CPT-0842.txt").read_text("utf-8")
    assert "更名  空压机热回收 → 空压机余热回收" in told


def test_every_document_of_the_year_is_made_and_again_from_its_database(
    played: tuple[Path, list[str]], desk: Desk
) -> None:
    folder, lines = played
    assert not [line for line in lines if line.startswith("未生成")]
    edition = read_edition(folder / "05_发布" / "目录.json")
    settings = load_example().plan.settings
    again = whole_set(papers_of(edition, desk.store, before=frozen(2026), settings=settings))
    assert again.left_out == ()
    for name, content in again.files.items():
        assert (folder / name).read_bytes() == content, name


def test_a_return_stays_told_when_it_is_mended(desk: Desk) -> None:
    returned = [one for one in desk.all() if one.dossier.corrections]
    assert len(returned) == 7
    plan = load_example().plan
    for one in returned:
        (correction,) = one.dossier.corrections
        assert correction.findings
        assert correction.returned_on == plan.days.checked
        assert correction.deadline == plan.days.correction_deadline
    assert sum(not one.dossier.findings for one in returned) == 3


def test_filled_form_is_read_back_whole(played: tuple[Path, list[str]]) -> None:
    path = sorted((played[0] / "01_征集" / "已填申报表").iterdir())[29]
    reading = read_form(path.read_bytes(), path.name)
    assert reading.faults == ()
    assert accepted(reading, reading.readable) == load_example().filed[29].form


def test_ledger_has_every_dossier_and_every_step(played: tuple[Path, list[str]], desk: Desk) -> None:
    import openpyxl

    book = openpyxl.load_workbook(played[0] / "07_沿革与台账" / "台账.xlsx")
    ends = list(book["办理结果"].iter_rows(min_row=2, max_row=41, values_only=True))
    assert [row[0] for row in ends] == [one.id for one in desk.all()]
    steps = desk.store.events("dossier")
    rows = list(book["办理记录"].iter_rows(min_row=2, max_row=len(steps) + 1, values_only=True))
    assert [(row[1], row[2]) for row in rows] == [(event.id, event.at) for event in steps]
    assert not any(re.fullmatch(r"[a-z_]+", str(row[3])) for row in rows)


def test_two_runs_give_the_same_files(played: tuple[Path, list[str]], tmp_path: Path) -> None:
    first, lines = played
    second = tmp_path / "一年"
    again = list(play_year(second))
    assert again[:-1] == lines[:-1]

    def content(folder: Path) -> dict[str, str]:
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file() and not path.name.endswith(("-shm", "-wal"))  # left by whoever reads on
        }

    assert content(first) == content(second)


def test_a_folder_in_use_is_refused(played: tuple[Path, list[str]], tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="不是空文件夹"):
        list(play_year(played[0]))
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(BadInput, match="不是空文件夹"):
        list(play_year(tmp_path / "file"))


def test_the_user_database_stays_untouched(
    played: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("QINGYUAN_DATABASE", f"sqlite:///{tmp_path / 'user.db'}")
    steps = play_year(tmp_path / "out")
    next(iter(steps))
    steps.close()  # type: ignore[attr-defined]
    assert (tmp_path / "out" / DATABASE).exists()
    assert not (tmp_path / "user.db").exists()
