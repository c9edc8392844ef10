"""Annual editions: frozen for good, told apart field by field, no number ever lost."""

import datetime

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.editions.diff import (
    FIELD_LABELS,
    Difference,
    affected_projects,
    apply,
    difference,
    shown,
    summary,
)
from catalog.editions.edition import (
    Edition,
    Entry,
    EntryCase,
    Withdrawal,
    edition_bytes,
    entry_of,
    entry_of_nomination,
    fingerprint,
    freeze,
    next_number,
    read_edition,
    write_edition,
)
from catalog.editions.flags import flags
from catalog.editions.history import history
from catalog.editions.selection import read_selection
from catalog.errors import BadInput
from catalog.nominations.form import Nomination, NominationCase
from catalog.publish.columns import fields_of
from catalog.store import Store


def entry(place, **values):
    return Entry.model_validate({"number": f"CPT-{place:04d}", "name": f"技术{place}", **values})


def edition(entries, *, year=2025, before=None, withdrawn=(), **values):
    made = Edition(year=year, title="试验目录", entries=tuple(entries), withdrawn=tuple(withdrawn), **values)
    return freeze(made, before=before)


def gone(place, reason="已被强制性标准覆盖"):
    return Withdrawal(number=f"CPT-{place:04d}", name=f"技术{place}", reason=reason)


# Freezing.


def test_items_run_through_the_entries_in_order():
    made = edition([entry(7), entry(2), entry(5)])
    assert [(one.item, one.number) for one in made.entries] == [
        ("1", "CPT-0007"), ("2", "CPT-0002"), ("3", "CPT-0005"),
    ]  # fmt: skip
    assert made.fingerprint == fingerprint(made)
    assert edition([entry(2), entry(7), entry(5)]).fingerprint != made.fingerprint


def test_entries_of_one_group_stand_together():
    steel, numbered = {"group": "钢铁"}, {"group": "一、钢铁"}
    made = edition([entry(4, **steel), entry(9), entry(2, group="建材"), entry(1, **numbered), entry(3)])
    assert [(one.item, one.number) for one in made.entries] == [
        ("1", "CPT-0004"), ("2", "CPT-0001"), ("3", "CPT-0009"), ("4", "CPT-0003"), ("5", "CPT-0002"),
    ]  # fmt: skip
    printed = [one.item for _, rows in fields_of(made.entries) for one in rows]
    assert printed == ["1", "2", "3", "4", "5"]
    again = edition(made.entries)
    assert again.entries == made.entries


@pytest.mark.parametrize(
    ("entries", "word"),
    [
        ([entry(1), entry(1, name="别的")], "编号“CPT-0001”重复"),
        ([entry(1), entry(2, merged_numbers=("CPT-0001",))], "编号“CPT-0001”重复"),
        ([entry(1), entry(2, name="技术1")], "技术名称“技术1”重复"),
        ([], "没有技术"),
    ],
)
def test_what_cannot_be_frozen(entries, word):
    with pytest.raises(BadInput, match=word):
        edition(entries)


def test_no_number_of_the_edition_before_is_lost():
    before = edition([entry(1), entry(2, merged_numbers=("CPT-0009",))])
    with pytest.raises(BadInput, match="2025 年的 CPT-0001 技术1 既未保留也未说明退出理由"):
        edition([entry(2, merged_numbers=("CPT-0009",))], year=2026, before=before)
    with pytest.raises(BadInput, match="CPT-0009"):
        edition([entry(1), entry(2)], year=2026, before=before)
    kept = edition([entry(2, merged_numbers=("CPT-0001", "CPT-0009"))], year=2026, before=before)
    left = edition([entry(1)], year=2026, before=before, withdrawn=[gone(2)])
    assert (kept.replaces, left.replaces) == (2025, 2025)


def test_an_entry_cannot_stand_and_be_withdrawn():
    with pytest.raises(BadInput, match="“CPT-0001”既在目录中又在退出名单中"):
        edition([entry(1), entry(2)], withdrawn=[gone(1)])


def test_the_next_number_follows_the_highest():
    assert next_number([]) == "CPT-0001"
    assert next_number(["CPT-0009", "CPT-0137", "CPT-0010"]) == "CPT-0138"


# Files.


def test_a_frozen_edition_is_read_as_it_was_written(tmp_path):
    made = edition([entry(1, cases=(EntryCase(site="某厂", investment_wan_yuan=0.0),))])
    path = tmp_path / "2025.json"
    write_edition(made, path)
    write_edition(made, path)
    assert read_edition(path) == made
    assert path.read_bytes() == edition_bytes(made)


def test_a_frozen_edition_is_never_overwritten(tmp_path):
    path = tmp_path / "2025.json"
    write_edition(edition([entry(1)]), path)
    with pytest.raises(BadInput, match="已有冻结的目录，不能改写"):
        write_edition(edition([entry(2)]), path)
    assert read_edition(path).entries[0].number == "CPT-0001"
    with pytest.raises(BadInput, match="无法写入"):
        write_edition(edition([entry(1)]), tmp_path)


def test_a_change_after_freezing_is_found(tmp_path):
    path = tmp_path / "2025.json"
    write_edition(edition([entry(1, indicators="节电率：12 %")]), path)
    path.write_text(path.read_text(encoding="utf-8").replace("12 %", "21 %"), encoding="utf-8")
    with pytest.raises(BadInput, match="指纹不符"):
        read_edition(path)


@pytest.mark.parametrize(
    ("content", "word"), [(b"{}", "不是目录年度版文件（year）"), (b"\xff", "不是目录"), (None, "无法读取")]
)
def test_what_is_no_edition_is_one_line(tmp_path, content, word):
    path = tmp_path / "x.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput) as error:
        read_edition(path)
    assert word in str(error.value) and "\n" not in str(error.value)


# Entries.


def test_an_entry_of_a_record_invents_no_figure(catalog):
    for technology in catalog.technologies:
        made = entry_of(technology, catalog)
        assert made.penetration_now is None and made.penetration_forecast is None
        assert all(case.investment_wan_yuan is None and case.saving_tce is None for case in made.cases)
        if technology.investment == "unknown":
            assert made.investment == "" and made.price_years == ()
        if technology.payback_years == "unknown":
            assert made.payback == ""
        positive = [one for one in technology.effects if one.sign == "positive"]
        if positive and all(one.quantity == "unknown" for one in positive):
            assert made.indicators.endswith("（无公开数值）")
        negative = [one for one in technology.effects if one.sign == "negative"]
        assert len(made.negative_effects) == len(negative)


def test_an_entry_of_a_record_keeps_numbers_and_marks(catalog):
    def is_declared(effect):
        return (effect.evidence, effect.sign) == ("declared", "positive") and effect.quantity != "unknown"

    declared = next(t for t in catalog.technologies if any(map(is_declared, t.effects)))
    made = entry_of(declared, catalog, group="钢铁")
    assert "（供应方声称）" in made.indicators
    assert (made.number, made.group) == (declared.id, "钢铁")


def test_an_entry_of_a_nomination_keeps_unknown_unknown():
    form = Nomination(
        name="低温余热发电", applicant="某能源公司", field="余热",
        cases=(NominationCase(user="某厂", commissioned=datetime.date(2024, 5, 1), saving_tce=0.0),),
    )  # fmt: skip
    made = entry_of_nomination(form, number="CPT-2001", dossier="SB-2026-0001")
    case = made.cases[0]
    assert (case.year, case.saving_tce, case.investment_wan_yuan, case.co2_t) == (2024, 0.0, None, None)
    assert made.entry_class == "demonstrated"
    assert (made.applicant, made.dossier, made.penetration_now) == ("某能源公司", "SB-2026-0001", None)


# Difference.


@pytest.fixture
def years():
    before = edition(
        [
            entry(1, summary="旧简介", entry_class="demonstrated"),
            entry(2),
            entry(3),
            entry(4, penetration_now=10.0, cases=(EntryCase(site="某厂", investment_wan_yuan=120.0),)),
            entry(5),
        ]
    )
    after = edition(
        [
            entry(6),
            entry(1, name="新名称", summary="新简介"),
            entry(2, merged_numbers=("CPT-0003",)),
            entry(4, penetration_now=12.5, cases=()),
        ],
        year=2026,
        before=before,
        withdrawn=[gone(5)],
    )
    return before, after


def test_every_kind_of_change_is_found(years):
    before, after = years
    found = difference(before, after)
    assert [one.number for one in found.added] == ["CPT-0006"]
    assert [(one.number, one.renamed) for one in found.renamed] == [("CPT-0001", ("技术1", "新名称"))]
    assert found.merged == {"CPT-0003": "CPT-0002"}
    assert [one.number for one in found.withdrawn] == ["CPT-0005"]
    assert [one.number for one in found.altered] == ["CPT-0001", "CPT-0002", "CPT-0004"]
    told = {one.number: [change.field for change in one.told] for one in found.changed}
    assert told["CPT-0001"] == ["name", "entry_class", "summary"]
    assert told["CPT-0004"] == ["cases", "penetration_now"]
    assert found.touched == {"CPT-0001", "CPT-0002", "CPT-0003", "CPT-0004", "CPT-0005"}


def test_an_edition_against_itself_has_no_change():
    made = edition([entry(1), entry(2)])
    found = difference(made, made)
    assert (found.added, found.changed, found.merged, found.withdrawn) == ((), (), {}, ())
    assert summary(found) == ["2025 年 → 2025 年：新增 0 项，变更 0 项，更名 0 项，合并 0 项，退出 0 项"]


def test_a_new_running_number_alone_is_no_change_worth_telling():
    found = difference(edition([entry(1), entry(2)]), edition([entry(2), entry(1)], year=2026))
    assert not found.altered and not found.touched
    assert len(summary(found)) == 1


def test_the_summary_reads_in_chinese(years):
    lines = summary(difference(*years))
    assert lines[0] == "2025 年 → 2026 年：新增 1 项，变更 3 项，更名 1 项，合并 1 项，退出 1 项"
    assert "更名 CPT-0001 技术1 → 新名称" in lines
    assert "变更 CPT-0001 新名称 技术类别：示范技术 → 推广技术" in lines
    assert "变更 CPT-0004 技术4 目前推广比例：10% → 12.5%" in lines
    assert "变更 CPT-0004 技术4 典型案例：某厂，投资（万元）120 → 未提供" in lines
    assert "合并 CPT-0003 → CPT-0002" in lines
    assert lines[-1] == "退出 CPT-0005 技术5：已被强制性标准覆盖"


def test_a_measured_zero_is_told_and_nothing_is_not_zero():
    assert shown(0.0, field="penetration_now") == "0%"
    assert shown(None, field="penetration_now") == "未提供"
    assert shown([]) == "未提供"


def test_a_lost_number_has_no_difference(years):
    before, after = years
    with pytest.raises(BadInput, match="CPT-0005 技术5 不在新目录中"):
        difference(before, after.model_copy(update={"withdrawn": ()}))


def test_a_difference_belongs_to_one_edition(years):
    before, after = years
    found = difference(before, after)
    with pytest.raises(BadInput, match="不符"):
        apply(after, found)
    broken = found.model_copy(update={"changed": found.changed[1:]})
    with pytest.raises(BadInput, match="还原后的目录指纹不符"):
        apply(before, broken)


def test_every_field_of_an_entry_has_a_label():
    assert set(FIELD_LABELS) | {"number"} == set(Entry.model_fields)


texts = st.text(alphabet="甲乙丙丁 =12\n", max_size=6)
figures = st.one_of(st.none(), st.floats(0, 100, allow_nan=False))
years_or_none = st.one_of(st.none(), st.integers(1990, 2026))
one_case = st.builds(
    EntryCase, site=texts, scale=texts, year=years_or_none, investment_wan_yuan=figures, co2_t=figures
)
cases = st.lists(one_case, max_size=2)
contents = st.fixed_dictionaries(
    {
        "summary": texts, "group": texts, "indicators": texts, "cases": cases.map(tuple),
        "entry_class": st.sampled_from(["demonstrated", "promoted"]), "penetration_now": figures,
        "aliases": st.lists(texts, max_size=2).map(tuple), "price_years": st.sampled_from([(), (2019, 2024)]),
    }
)  # fmt: skip


@st.composite
def two_editions(draw):
    """An edition and one that follows it: kept, changed, renamed, reordered, merged, left, added."""
    places = draw(st.lists(st.integers(1, 9), min_size=1, max_size=6, unique=True))
    old = [entry(place, **draw(contents)) for place in places]
    before = edition(old)
    fates = {place: draw(st.sampled_from(["keep", "change", "rename", "leave", "merge"])) for place in places}
    staying = [place for place in places if fates[place] not in ("leave", "merge")]
    new = []
    for one, place in zip(old, places, strict=True):
        if fates[place] == "keep":
            new.append(one)
        elif fates[place] == "change":
            new.append(entry(place, **draw(contents)))
        elif fates[place] == "rename":
            new.append(one.model_copy(update={"name": f"新名{place}"}))
    new += [entry(place, **draw(contents)) for place in draw(st.sets(st.integers(20, 25), max_size=3))]
    if not new:
        new = [entry(30)]
    merged = [place for place in places if fates[place] == "merge"]
    for place in merged:
        target = draw(st.integers(0, len(new) - 1))
        numbers = (*new[target].merged_numbers, f"CPT-{place:04d}")
        new[target] = new[target].model_copy(update={"merged_numbers": numbers})
    leaving = [gone(place) for place in places if fates[place] == "leave"]
    after = edition(draw(st.permutations(new)), year=2026, before=before, withdrawn=leaving,
                    document_number=draw(texts))  # fmt: skip
    return before, after, fates, staying


@settings(max_examples=150, deadline=None)
@given(two_editions())
def test_the_difference_restores_the_newer_edition(drawn):
    before, after, fates, staying = drawn
    found = difference(before, after)
    assert apply(before, found) == after
    assert apply(before, Difference.model_validate_json(found.model_dump_json())) == after
    assert set(found.merged) == {f"CPT-{place:04d}" for place, fate in fates.items() if fate == "merge"}
    for one in before.entries:
        accounted = after.entry(one.number) or any(w.number == one.number for w in after.withdrawn)
        assert accounted
    for place in staying:
        assert after.entry(f"CPT-{place:04d}").number == f"CPT-{place:04d}"


def test_a_rename_keeps_the_number_and_a_merge_keeps_both(years):
    _, after = years
    assert after.entry("CPT-0001").name == "新名称"
    assert after.entry("CPT-0002") is after.entry("CPT-0003")
    assert after.entry("CPT-0005") is None


# Consultants' projects.


def test_saved_projects_that_hold_a_touched_item_are_told(years, tmp_path):
    store = Store.open(tmp_path / "test.db")
    options = [{"technology_id": "CPT-0003"}, {"technology_id": "CPT-0001"}, {"technology_id": None}]
    store.create("project", "p2", {"options": options}, name="乙厂")
    store.create("project", "p1", {"options": [{"technology_id": "CPT-0006"}]}, name="甲厂")
    store.create("project", "p3", {}, name="丙厂")
    assert affected_projects(store, difference(*years)) == [("p2", "乙厂", ("CPT-0001", "CPT-0003"))]
    store.close()


@pytest.mark.parametrize(
    ("after", "left"),
    [
        ([entry(2, merged_numbers=("CPT-0001",), summary="新简介"), entry(3)], []),
        ([entry(3, merged_numbers=("CPT-0001", "CPT-0002"))], []),
        ([entry(3)], [gone(2)]),
    ],
    ids=["changed", "merged again", "withdrawn"],
)
def test_projects_with_a_number_merged_in_an_earlier_year_are_named(tmp_path, after, left):
    before = edition([entry(2, merged_numbers=("CPT-0001",)), entry(3)])
    found = difference(before, edition(after, year=2026, before=before, withdrawn=left))
    store = Store.open(tmp_path / "test.db")
    for name, number in (("甲厂", "CPT-0001"), ("乙厂", "CPT-0009")):
        store.create("project", name, {"options": [{"technology_id": number}]}, name=name)
    assert affected_projects(store, found) == [("甲厂", "甲厂", ("CPT-0001",))]
    store.close()


def test_a_number_merged_earlier_into_an_unchanged_entry_touches_nobody():
    before = edition([entry(2, merged_numbers=("CPT-0001",)), entry(3)])
    after = edition([entry(2, merged_numbers=("CPT-0001",)), entry(3, summary="新简介")], year=2026)
    assert difference(before, after).touched == {"CPT-0003"}


# Flags.


@pytest.fixture
def superseded(tmp_path):
    path = tmp_path / "superseded.csv"
    path.write_text(
        "number,standard,effective_on,note,source\nCPT-0001,GB 1-2024,2025-07-01,已属强制要求,x\n",
        encoding="utf-8",
    )
    return path


def kinds(one, *, year=2026, superseded=None, **values):
    made = edition([one], year=year, **values)
    return [flag.kind for flag in flags(made, superseded=superseded)]


def recent(place=2, **values):
    return entry(place, **{"cases": (EntryCase(site="某厂", year=2026),), **values})


def test_nothing_to_flag(superseded):
    assert kinds(recent(price_years=(2021, 2026)), superseded=superseded) == []


@pytest.mark.parametrize(("case_year", "flagged"), [(2023, True), (2024, False), (None, True)])
def test_no_new_case_in_three_years(case_year, flagged, superseded):
    one = entry(2, cases=(EntryCase(site="甲", year=case_year), EntryCase(site="乙", year=2001)))
    assert ("no_new_case" in kinds(one, superseded=superseded)) is flagged
    assert "no_new_case" in kinds(entry(2), superseded=superseded)


@pytest.mark.parametrize(("price_year", "flagged"), [(2020, True), (2021, False)])
def test_prices_older_than_five_years(price_year, flagged, superseded):
    found = kinds(recent(price_years=(price_year, 2026)), superseded=superseded)
    assert found == (["old_price"] if flagged else [])


def test_superseded_from_the_day_the_standard_holds(superseded):
    assert kinds(recent(1), superseded=superseded) == ["superseded"]
    assert kinds(recent(2), superseded=superseded) == []
    early = {"published_on": datetime.date(2025, 6, 30), "year": 2025}
    assert kinds(recent(1), superseded=superseded, **early) == []
    same = {"published_on": datetime.date(2025, 7, 1), "year": 2025}
    assert kinds(recent(1), superseded=superseded, **same) == ["superseded"]


@pytest.mark.parametrize(("name", "flagged"), [("光催化废气净化技术", True), ("活性炭吸附浓缩", False)])
def test_named_by_a_list_of_eliminated_technology(name, flagged, superseded):
    assert kinds(recent(name=name), superseded=superseded) == (["negative_list"] if flagged else [])


def test_flags_say_number_kind_and_reason_and_hide_nothing(superseded):
    made = edition([entry(1, price_years=(2015,)), recent(2)], year=2026)
    found = flags(made, superseded=superseded)
    assert [flag.label for flag in found] == ["三年内无新案例", "价格年份超过五年", "已被标准替代"]
    assert found[1].text == "投资的价格年份为 2015 年，距今超过五年"
    assert found[2].text == "GB 1-2024（2025-07-01 起）：已属强制要求"
    assert len(made.entries) == 2


def test_the_shipped_table_of_standards_is_read():
    assert isinstance(flags(edition([recent()], year=2026)), tuple)


# History of a number.


def test_the_history_of_renamed_merged_and_withdrawn_numbers(years):
    before, after = years
    last = edition(
        [entry(6), entry(1, name="新名称", summary="新简介")],
        year=2027,
        before=after,
        withdrawn=[gone(2, "持有单位撤回"), gone(4)],
    )
    editions = [last, before, after]

    def told(number):
        return [(step.when[:4], step.what) for step in history(number, editions)]

    assert told("CPT-0001") == [("2025", "入选"), ("2026", "更名"), ("2026", "变更"), ("2027", "保留")]
    assert told("CPT-0003") == [("2025", "入选"), ("2026", "合并"), ("2027", "退出")]
    assert told("CPT-0005") == [("2025", "入选"), ("2026", "退出")]
    assert told("CPT-0006") == [("2026", "入选"), ("2027", "保留")]
    renamed = history("CPT-0001", editions)[1]
    assert renamed.detail == "技术1 → 新名称"
    assert history("CPT-0003", editions)[1].detail == "CPT-0003 并入 CPT-0002 技术2，两个编号均保留"


def test_a_number_listed_again_is_told_as_listed():
    first = edition([entry(1), entry(2)])
    second = edition([entry(2)], year=2026, before=first, withdrawn=[gone(1)])
    third = edition([entry(1), entry(2)], year=2027, before=second)
    assert [step.what for step in history("CPT-0001", [first, second, third])] == ["入选", "退出", "入选"]


def test_an_unknown_number_has_no_history(years):
    with pytest.raises(BadInput, match="编号“CPT-0099”不在任何一版目录中"):
        history("CPT-0099", years)


def test_the_history_holds_the_steps_of_the_nomination(tmp_path):
    store = Store.open(tmp_path / "test.db", clock=lambda: "2026-03-01T00:00:00+00:00")
    store.record("dossier", "SB-2026-0001", "create", actor="李工", role="applicant", detail={})
    made = edition([entry(1, dossier="SB-2026-0001")], year=2026)
    steps = history("CPT-0001", [made], store=store)
    assert [(step.when, step.what) for step in steps] == [("2026-03-01", "建立申报"), ("2026 年目录", "入选")]
    assert "李工（申报单位）" in steps[0].detail
    store.close()


# Selection files.


def selection(tmp_path, **content):
    path = tmp_path / "2026.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def test_a_selection_takes_records_and_overrides(tmp_path, catalog):
    rows = ["CPT-0003", {"number": "CPT-0002", "group": "钢铁", "entry_class": "demonstrated"}]
    made = read_selection(selection(tmp_path, year=2026, title="目录", technologies=rows), catalog)
    assert [(one.item, one.number, one.group) for one in made.entries] == [
        ("1", "CPT-0003", ""), ("2", "CPT-0002", "钢铁"),
    ]  # fmt: skip
    assert made.entries[1].class_label == "示范技术"
    assert made.entries[0].name == catalog["CPT-0003"].name
    assert made.fingerprint


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ({"year": 2026, "title": "目录"}, "缺少 technologies"),
        ({"year": 2026, "title": "目录", "technologies": None}, "不是列表"),
        ({"year": 2026, "title": "目录", "technologies": [5]}, "编号“5”不在目录库中"),
        ({"year": 2026, "title": "目录", "technologies": ["CPT-9999"]}, "编号“CPT-9999”不在目录库中"),
        ({"year": 2026, "title": "目录", "technologies": ["CPT-0002"], "colour": "红"}, "未知字段“colour”"),
        ({"title": "目录", "technologies": ["CPT-0002"]}, "year: 未填写"),
        ({"year": 1800, "title": "目录", "technologies": ["CPT-0002"]}, "year: “1800”：须不小于"),
        (
            {"year": 2026, "title": "目录", "technologies": [{"number": "CPT-0002", "colour": "红"}]},
            "CPT-0002: colour: “红”：没有此项",
        ),
        (
            {"year": 2026, "title": "目录", "technologies": [{"number": "CPT-0002", "entry_class": "好"}]},
            "CPT-0002: entry_class: “好”：",
        ),
        ({"year": 2026, "title": "目录", "technologies": ["CPT-0002"] * 2}, "编号“CPT-0002”重复"),
        (
            {
                "year": 2026, "title": "目录", "technologies": ["CPT-0002"],
                "withdrawn": [{"number": "CPT-0003", "name": "某", "reason": "旧"}],
            },
            "withdrawn.0.reason: “旧”：至少写",
        ),
    ],
)  # fmt: skip
def test_faults_of_a_selection_are_one_line(tmp_path, catalog, content, word):
    with pytest.raises(BadInput) as error:
        read_selection(selection(tmp_path, **content), catalog)
    assert word in str(error.value) and "\n" not in str(error.value)


def test_a_selection_that_loses_a_number_is_refused(tmp_path, catalog):
    before = read_selection(
        selection(tmp_path, year=2025, title="目录", technologies=["CPT-0002", "CPT-0003"]), catalog
    )
    path = selection(tmp_path, year=2026, title="目录", technologies=["CPT-0002"])
    with pytest.raises(BadInput, match="CPT-0003"):
        read_selection(path, catalog, before=before)


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe\x00", None])
def test_what_is_no_yaml_is_one_line(tmp_path, catalog, content):
    path = tmp_path / "x.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match="无法读取选目文件"):
        read_selection(path, catalog)
