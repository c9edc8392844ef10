import datetime
import io
import re
import zipfile

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.sectors import load_sectors
from catalog.store import Store
from recommender.demand import export, needs
from recommender.demand.fields import FieldReader, row_of
from recommender.demand.gaps import call_text, gap_matrix, gap_table, gap_xlsx, record_table, wordings
from recommender.demand.identity import Identities, name_forms
from recommender.demand.needs import Need
from recommender.demand.wordings import K_ANONYMITY, likeness

DAY = datetime.date(2026, 5, 6)
SECRET = "珍珠贝养殖场的废贝壳堆成山没有去处"
ALIKE = ["珍珠贝养殖的废贝壳堆着没有去处", "养珍珠剩下的废贝壳堆成山，没人要", "珍珠贝废贝壳没有去处"]
NICKEL = [
    "镀镍后漂洗水含镍，直接排到废水站", "镀镍线清洗水带走的镍全进了废水", "亮镍后水洗槽含镍漂洗水没有回收",
]  # fmt: skip


@pytest.fixture(scope="module")
def sectors(catalog):
    return load_sectors(catalog.codes)


_count = iter(range(1, 100_000))


def need(text=SECRET, *, enterprise="", installation="", **values):
    content = {
        "id": f"XQ-2026-{next(_count):05d}",
        "plus_class": "resource_cycle_plus",
        "industry": "0412",
        "text": text,
        "enterprise": enterprise,
        "installation": installation,
        "level": "none",
        "created_on": DAY,
    }
    return Need.model_validate(content | values)


def firms(*names, text=SECRET, **values):
    return [
        need(text, enterprise=name, installation=f"{n:016x}", **values) for n, name in enumerate(names, 1)
    ]


def everything_shown(gaps):
    """All words that leave the module about gaps."""
    lines = [text for gap in gaps for text in wordings(gap)] + call_text(gaps, 2027, most=50)
    table = [cell for row in gap_table(gaps)[1] for cell in row]
    matrix = [cell for row in record_table(gaps)[1] for cell in row]
    return "\n".join([*lines, *table, *matrix, repr(gaps)])


# fields and rows


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("镀后漂洗水含镍高，COD也超标", ["镍", "废水·COD"]),
        ("废水COD超标", ["废水·COD"]),
        ("退火炉余热没用", ["余热"]),
        ("CO超标", ["废气·CO"]),
        ("汽车厂空地多", []),
        ("厂界噪声超标", ["噪声"]),
        ("电解锰渣堆存", ["电解锰渣"]),
    ],
)
def test_the_problem_field_is_pollutant_and_medium(catalog, text, wanted):
    assert [field.label(catalog.codes) for field in FieldReader(catalog).read(text)] == wanted


def test_a_need_without_such_words_takes_the_medium_of_its_best_candidate(catalog):
    reader = FieldReader(catalog)
    first = catalog["CPT-0924"]
    (field,) = reader.of(need("空压机老是响", technology_ids=("CPT-0924",)))
    assert field.medium == first.media[0] and field.pollutant == ""
    assert [f.label(catalog.codes) for f in reader.of(need("想改一改"))] == ["介质不明"]


@pytest.mark.parametrize(
    ("industry", "text", "wanted"),
    [
        ("3360", "x", "电镀"),  # 336 is longer than 33
        ("3311", "x", "机械"),
        ("2614", "x", "石化"),  # 2614 is longer than 261
        ("", "空压机漏气", "空压"),
        ("", "没有说", "行业不明"),
        ("9999", "x", "9999"),
        ("20", "x", "木材加工和木、竹、藤、棕、草制品业（20）"),
    ],
)
def test_a_need_belongs_to_one_row(catalog, sectors, industry, text, wanted):
    assert row_of(need(text, industry=industry), sectors, catalog.codes).label == wanted


# who asked


@pytest.mark.parametrize(
    "other",
    [
        "重庆甲乙电镀有限责任公司", "重庆市甲乙电镀有限公司", "重庆甲乙电镀股份有限公司", "重庆甲乙电镀厂",
        "重庆 甲乙 电镀 有限公司", "重庆甲乙电镀（集团）有限公司", "重庆甲乙电镀(涪陵)有限公司",
        "重慶甲乙電鍍有限公司", "重庆甲乙电镀有限公司第二分公司", "甲乙电镀", "重庆甲乙电镀　有限公司",
    ],
)  # fmt: skip
def test_spellings_of_one_enterprise_count_once(other):
    both = firms("重庆甲乙电镀有限公司", other)
    assert Identities(both).count(both) == 1


def test_different_enterprises_count():
    several = firms("重庆甲乙电镀有限公司", "重庆丙丁电镀有限公司", "ABC Plating Co., Ltd.", "abc plating")
    assert Identities(several).count(several) == 3
    assert name_forms("（ ）") == frozenset()


def test_without_a_name_the_installation_counts():
    same = [need(installation="a" * 16) for _ in range(5)]
    assert Identities(same).count(same) == 1
    other = [*same, need(installation="b" * 16)]
    assert Identities(other).count(other) == 2


def test_one_firm_that_gives_its_name_only_sometimes_counts_once():
    own = [need(enterprise="甲乙电镀厂", installation="a" * 16), need(installation="a" * 16)]
    assert Identities(own).count(own) == 1
    elsewhere = need("别处的问题", enterprise="甲乙电镀厂", installation="a" * 16)
    pair = [need(enterprise="甲乙电镀有限公司", installation="b" * 16), need(installation="a" * 16)]
    assert Identities([*pair, elsewhere]).count(pair) == 1


def test_a_consultants_unnamed_need_adds_no_enterprise_to_those_named_there():
    named = [need(enterprise=name, installation="c" * 16) for name in ("甲乙电镀厂", "丙丁造纸厂")]
    unnamed = need(installation="c" * 16)
    known = Identities([*named, unnamed])
    assert known.count([*named, unnamed]) == 2
    assert known.count([unnamed]) == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["", "甲乙厂", "丙丁公司", "甲乙"]), st.sampled_from("abc"))))
def test_never_more_enterprises_than_names_and_installations(pairs):
    asked = [need(enterprise=name, installation=place * 16) for name, place in pairs]
    bound = len({name for name, _ in pairs if name} - {"甲乙厂"} | ({"甲乙"} if pairs else set()))
    unnamed = {place for name, place in pairs if not name}
    assert Identities(asked).count(asked) <= bound + len(unnamed)
    assert Identities(asked[::-1]).count(asked) == Identities(asked).count(asked)


# wordings


@pytest.mark.parametrize("with_engine", [True, False])
def test_one_firms_wording_never_leaks_however_often_it_asks(catalog, sectors, engine, with_engine):
    spelled = ["甲乙贝类有限公司", "甲乙贝类有限责任公司", "甲乙贝类（集团）公司", "甲乙 贝类", ""]
    asked = [need(enterprise=spelled[n % 5], installation="a" * 16) for n in range(10)]
    gaps = gap_matrix(catalog, sectors, asked, engine=engine if with_engine else None)
    assert gaps[0].unmet == 10 and gaps[0].enterprises == 1
    shown = everything_shown(gaps)
    assert "贝壳" not in shown and "甲乙" not in shown


@pytest.mark.parametrize("with_engine", [True, False])
def test_two_firms_do_not_open_a_wording_three_do(catalog, sectors, engine, with_engine):
    chosen = engine if with_engine else None
    two = firms("甲乙贝类厂", "丙丁珍珠厂")
    gaps = gap_matrix(catalog, sectors, two, engine=chosen)
    assert gaps[0].enterprises == 2 and "贝壳" not in everything_shown(gaps)
    three = firms("甲乙贝类厂", "丙丁珍珠厂", "戊己水产厂")
    gaps = gap_matrix(catalog, sectors, three, engine=chosen)
    assert gaps[0].enterprises == 3 and wordings(gaps[0]) == (SECRET,)
    shown = everything_shown(gaps)
    assert "甲乙" not in shown and "丙丁" not in shown and "戊己" not in shown


def test_three_firms_that_ask_alike_in_other_words_open_one_of_their_wordings(catalog, sectors, engine):
    names = ("甲乙厂", "丙丁厂", "戊己厂")
    asked = [need(text, enterprise=name, industry="3360") for text, name in zip(NICKEL, names, strict=True)]
    alike = likeness(NICKEL, engine)
    assert all(alike(one, other) for one in NICKEL for other in NICKEL)
    (top, *_) = gap_matrix(catalog, sectors, asked, engine=engine)
    assert len(wordings(top)) == 1 and wordings(top)[0] in NICKEL
    assert not wordings(gap_matrix(catalog, sectors, asked[:2], engine=engine)[0])


def test_three_firms_that_ask_different_things_open_none(catalog, sectors, engine):
    texts = ["废贝壳堆成山没有去处", "网箱泡沫浮球碎了满海都是", "增氧机半夜全开电费高"]
    asked = [need(text, enterprise=f"{name}厂") for text, name in zip(texts, "甲丙戊", strict=True)]
    assert all(not wordings(gap) for gap in gap_matrix(catalog, sectors, asked, engine=engine))


@pytest.mark.parametrize(
    "text",
    ["甲乙贝类厂的废贝壳没有去处", "废贝壳没有去处，电话138 0013 8000", "废贝壳没有去处 a@b.cn"],
)
def test_a_wording_that_names_somebody_stays_closed(catalog, sectors, text):
    asked = firms("甲乙贝类有限公司", "丙丁珍珠厂", "戊己水产厂", text=text)
    assert not any(wordings(gap) for gap in gap_matrix(catalog, sectors, asked))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["甲乙厂", "丙丁厂", "戊己厂", ""]), st.sampled_from([SECRET, *ALIKE])),
        max_size=8,
    )
)
def test_a_shown_wording_always_has_three_enterprises_behind_it(catalog, sectors, pairs):
    asked = [need(text, enterprise=name, installation="f" * 16) for name, text in pairs]
    small = [sector for sector in sectors if sector.key == "farming"]
    for gap in gap_matrix(catalog, small, asked):
        assert not wordings(gap) or gap.enterprises >= K_ANONYMITY
    if len({name for name, _ in pairs}) < 3:
        shown = [text for gap in gap_matrix(catalog, small, asked) for text in wordings(gap)]
        assert shown == []


# the matrix


def test_the_synthetic_gap_appears_first(catalog, sectors):
    others = firms("庚辛电镀厂", text="镀镍漂洗水含镍", industry="3360", level="weak")
    medium = firms("甲厂", "乙厂", "丙厂", "丁厂", text="废水回用", industry="2221", level="medium")
    asked = [*others, *medium, *firms("甲乙厂", "丙丁厂")]
    top, second, *rest = gap_matrix(catalog, sectors, asked)
    assert (top.row.label, top.unmet, top.enterprises, top.best_level) == ("农林牧渔", 2, 2, "none")
    assert (second.row.label, second.field_label, second.best_level) == ("电镀", "镍", "weak")
    paper = next(gap for gap in rest if gap.needs)
    assert (paper.row.label, paper.unmet, paper.enterprises, paper.best_level) == ("造纸", 0, 0, "medium")


def test_records_of_a_cell_are_those_of_sector_and_field(catalog, sectors):
    asked = firms("甲厂", text="镀镍漂洗水含镍", industry="3360", level="weak")
    top = gap_matrix(catalog, sectors, asked)[0]
    plating = next(sector for sector in sectors if sector.key == "electroplating")
    own = [t for t in catalog.recommendable if plating.holds(t) and "nickel" in t.pollutants]
    general = [
        t for t in catalog.recommendable
        if "nickel" in t.pollutants and t.cross_industry and not plating.holds(t)
    ]  # fmt: skip
    assert top.records == len(own) > 0
    assert top.general_records == len(general)


def test_an_industry_outside_the_sectors_and_none_at_all_are_counted_too(catalog, sectors):
    outside = need("含镍废水", industry="20", level="weak")
    unknown = need("含镍废水", industry="", level="weak")
    gaps = {gap.row.key: gap for gap in gap_matrix(catalog, sectors, [outside, unknown]) if gap.needs}
    nickel = [t for t in catalog.recommendable if "nickel" in t.pollutants]
    assert gaps[""].records == len(nickel) and gaps[""].general_records == 0
    near = [t for t in nickel if any(c.startswith("20") for c in t.industries)]
    assert gaps["20"].records == len(near)


def test_closed_needs_leave_the_matrix(catalog, sectors):
    asked = [
        need(state=state, enterprise=f"{name}厂")
        for state, name in zip(("rejected", "answered", "withdrawn"), "甲丙戊", strict=True)
    ]
    assert all(gap.needs == 0 for gap in gap_matrix(catalog, sectors, asked))


def test_the_call_names_the_largest_gaps_and_counts_only_from_three_firms_on(catalog, sectors):
    asked = [*firms("甲乙厂", "丙丁厂", "戊己厂"), *firms("庚辛厂", text="镀镍漂洗水含镍", industry="3360")]
    lines = call_text(gap_matrix(catalog, sectors, asked), 2027)
    assert lines[0].startswith("2027年度")
    assert "农林牧渔" in lines[2] and "3家企业" in lines[2] and f"“{SECRET}”" in lines[2]
    assert "电镀" in lines[3] and "镍" in lines[3] and "1家" not in lines[3] and "漂洗" not in lines[3]
    assert len(lines) == 4
    assert "暂不" in call_text(gap_matrix(catalog, sectors, []), 2027)[1]


def test_the_workbook_is_the_same_each_time(catalog, sectors):
    gaps = gap_matrix(catalog, sectors, firms("甲乙厂", "丙丁厂"))
    content = gap_xlsx(gaps, call=call_text(gaps, 2027))
    assert content == gap_xlsx(gaps, call=call_text(gaps, 2027))
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["需求缺口", "行业与领域", "征集方向草稿"]
    assert [cell.value for cell in book["需求缺口"][1]] == gap_table(gaps)[0]
    assert book["需求缺口"]["A2"].value == "农林牧渔"
    matrix = book["行业与领域"]
    header = [cell.value for cell in matrix[1]]
    assert len(set(header)) == len(header)
    row = next(row for row in matrix.iter_rows(values_only=True) if row[0] == "农林牧渔")
    farming = next(sector for sector in sectors if sector.key == "farming")
    own = sum(farming.holds(technology) for technology in catalog.recommendable)
    assert row[header.index("介质不明")] == f"{own} / 2", "no field named: all records of the sector"


# the lists of needs and supplies


def published(*names, **values):
    return firms(*names, **({"state": "accepted", "reviewed": True} | values))


def test_the_list_of_needs_shows_reviewed_needs_by_class_and_no_names(catalog, sectors):
    asked = [
        *published("甲乙厂", "丙丁厂"),
        *firms("戊己厂", text="没审过的"),
        *published("庚辛厂", text="镀镍漂洗水含镍", industry="3360", plus_class="cleaner_production_plus",
                   state="answered", answered_by=("CPT-0924",)),
        *firms("壬癸厂", text="自动答复但没审过", state="answered", answered_by=("CPT-0924",)),
        *firms("子丑厂", state="rejected", reviewed=False),
    ]  # fmt: skip
    lines = export.need_lines(asked, catalog, sectors)
    assert [(one.plus_class, one.industry, one.enterprises_shown, one.state) for one in lines] == [
        ("cleaner_production_plus", "电镀", "少于3家", "已有对应供给"),
        ("resource_cycle_plus", "农林牧渔", "少于3家", "征集中"),
    ]
    assert lines[0].problem == "电镀：镍相关的清洁生产技术"
    assert lines[0].supplies == (f"CPT-0924 {catalog['CPT-0924'].name}",)
    three = export.need_lines([*asked, *published("寅卯厂")], catalog, sectors)
    assert three[1].enterprises_shown == "3家" and f"“{SECRET}”" in three[1].problem


def files_with(tmp_path, engine, asked):
    store = Store.open(tmp_path / "d.db")
    for one in asked:
        store.create(needs.KIND, one.id, one.model_dump(mode="json"), name=one.id)
    return export.directory_files(engine, store)


def test_both_lists_are_written_the_same_each_time_and_hold_no_name(tmp_path, engine):
    asked = published("甲乙贝类厂", "丙丁珍珠厂", answered_by=("CPT-0924",), state="answered")
    files = files_with(tmp_path, engine, asked)
    assert list(files) == ["技术需求目录.xlsx", "技术需求目录.docx", "技术供给目录.xlsx", "技术供给目录.docx"]
    (tmp_path / "again").mkdir()
    assert files == files_with(tmp_path / "again", engine, asked)
    for name, content in files.items():
        parts = zipfile.ZipFile(io.BytesIO(content))
        text = "".join(parts.read(part).decode("utf-8", "ignore") for part in parts.namelist())
        for secret in ("贝壳", "甲乙", "丙丁", *(one.installation for one in asked)):
            assert secret not in text, name


def test_the_lists_are_ordered_by_the_five_classes(tmp_path, engine, catalog):
    files = files_with(tmp_path, engine, published("甲乙厂", "丙丁厂", "戊己厂"))
    classes = [row.label for row in catalog.codes["plus_classes"]]
    needs_book = openpyxl.load_workbook(io.BytesIO(files["技术需求目录.xlsx"]))
    supplies_book = openpyxl.load_workbook(io.BytesIO(files["技术供给目录.xlsx"]))
    assert needs_book.sheetnames == supplies_book.sheetnames == classes
    rows = sum(len(list(sheet.iter_rows(min_row=2, max_col=2, values_only=True))) for sheet in supplies_book)
    ids = [
        row[1]
        for sheet in supplies_book
        for row in sheet.iter_rows(min_row=2, max_col=2, values_only=True)
        if row[1]
    ]
    assert sorted(ids) == sorted(t.id for t in catalog.recommendable) and rows >= len(ids)
    for name, header in (("技术需求目录", export.NEED_HEADER), ("技术供给目录", export.SUPPLY_HEADER)):
        document = docx.Document(io.BytesIO(files[f"{name}.docx"]))
        headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
        assert [re.sub(r"^.、|（.*$", "", text) for text in headings] == classes
        assert [cell.text for cell in document.tables[0].rows[0].cells] == header
    assert f"“{SECRET}”" in needs_book["资源循环+"]["D2"].value


def test_a_supply_row_has_class_industries_maturity_and_policy_source(catalog):
    header, rows = export.supply_table(catalog, answering={"CPT-0002"})
    row = dict(zip(header, next(row for row in rows if row[1] == "CPT-0002"), strict=True))
    technology = catalog["CPT-0002"]
    assert row["技术名称"] == technology.name and row["技术简介"] == technology.summary
    assert "TRL" in row["成熟度"] and row["对应需求"] == "有" and row["适用行业"]
    assert sum(row[-1] != "" for row in rows) == 1
    without = next(t for t in catalog.recommendable if not t.sources)
    assert next(row for row in rows if row[1] == without.id)[7] == "未提供"


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    from catalog.errors import BadInput

    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(BadInput, match="无法写入"):
        export.write_files({"a.xlsx": b"x"}, tmp_path / "file")
