import datetime
import io

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from typer.testing import CliRunner

from catalog.errors import BadInput
from catalog.nominations import rules as rules_module
from catalog.nominations.cli import app
from catalog.nominations.form import (
    CASE_LABELS,
    LABELS,
    Attachment,
    Evidence,
    IntellectualProperty,
    Nomination,
    NominationCase,
)
from catalog.nominations.reader import accepted, read_form
from catalog.nominations.template import (
    CASE_EXPLANATIONS,
    EXPLANATIONS,
    PARTS,
    SECTIONS,
    SUMMARY_HEADER,
    form_docx,
    form_xlsx,
    starred,
    summary_xlsx,
)
from catalog.review.dossier import Dossier

DAY = datetime.date
FORM = Nomination(
    name="烧结烟气循环技术", applicant="某公司", credit_code="91500000MA5U0AAA0X", phone="023-1",
    industries=("0111", "3110"), technology_class="promoted", principle="第一段\n第二段",
    in_use_since=DAY(2021, 5, 18), trl=9, penetration_now=15, penetration_forecast=37.5, declared=True,
    intellectual_property=(IntellectualProperty(number="ZL1", holder="某公司"),),
    evidence=(Evidence(kind="appraisal", issuer="某学会", date=DAY(2023, 11, 2), cma=None),),
    cases=(
        NominationCase(
            user="甲厂", investment_wan_yuan=320, water_saving_m3=0, reductions_t={"COD": 12, "氨氮": 1.5}
        ),
        NominationCase(user="乙厂", saving_tce=-3.25, domestic=False),
    ),
)  # fmt: skip


def book(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def answers(page):
    """Return label -> cell of the answer."""
    return {row[0].value: row[1] for row in page.iter_rows(min_row=4) if row[0].value}


def texts(document):
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in document.paragraphs] + cells


def test_every_field_of_the_form_has_a_place_and_an_explanation():
    placed = [field for section in SECTIONS for field in section.fields]
    parts = [section.part for section in SECTIONS if section.part]
    assert sorted([*placed, *parts, "attachments"]) == sorted(LABELS)
    assert sorted(placed) == sorted(EXPLANATIONS)
    assert list(CASE_EXPLANATIONS) == list(CASE_LABELS) == list(PARTS["cases"])
    models = {"cases": NominationCase, "evidence": Evidence, "intellectual_property": IntellectualProperty}
    assert {part: set(columns) for part, columns in PARTS.items()} == {
        part: set(model.model_fields) for part, model in models.items()
    }


def test_the_same_form_gives_the_same_bytes():
    for made in (form_xlsx, form_docx):
        assert made(FORM) == made(FORM) and made() == made()
        assert made(FORM) != made()


def test_the_workbook_has_its_sheets_sections_and_typed_answers():
    made = book(form_xlsx(FORM))
    assert made.sheetnames == ["申报表", "应用案例", "知识产权与检测", "填写说明"]
    page = made["申报表"]
    column = [cell.value for cell in page["A"]]
    assert [text for text in column if text and "、" in text and text[0] in "一二三四五六七"] == [
        section.title for section in SECTIONS
    ]
    found = answers(page)
    assert found["技术名称 *"].value == "烧结烟气循环技术"
    assert found["技术类别 *"].value == "推广技术"
    assert found["适用行业 *"].value == "0111 稻谷种植；3110 炼铁"
    assert found["统一社会信用代码 *"].number_format == "@"
    assert found["首次工业应用时间"].value == datetime.datetime(2021, 5, 18)
    assert found["目前推广比例（%）"].value == 0.15 and "%" in found["目前推广比例（%）"].number_format
    assert found["联系人 *"].value is None and found["所在区县"].value is None
    cases = made["应用案例"]
    titles = [cell.value.replace("\n", "") for cell in cases[3]]
    assert titles == ["序号", *CASE_LABELS.values()]
    row = {title: cell.value for title, cell in zip(titles, cases[4], strict=True)}
    assert (row["投资（万元）"], row["节水量（m³/a）"], row["节能量（tce/a）"]) == (320, 0, None)
    assert row["减排量（t/a）"] == "COD=12；氨氮=1.5" and row["国内案例"] == "是"
    assert [cell.value for cell in cases["A"]][3:13] == list(range(1, 11))


def test_drop_downs_and_limits_help_to_fill_in():
    made = book(form_xlsx())
    by_cell = {}
    for sheet in made.worksheets:
        for rule in sheet.data_validations.dataValidation:
            for cells in rule.sqref.ranges:
                by_cell[(sheet.title, cells.coord.split(":")[0])] = rule
    page = made["申报表"]
    place = {label: ("申报表", cell.coordinate) for label, cell in answers(page).items()}
    assert by_cell[place["技术类别 *"]].formula1 == '"示范技术,推广技术"'
    assert by_cell[place["技术先进性 *"]].formula1 == '"国际领先,国际先进,国内领先,国内先进"'
    assert "清洁生产+" in by_cell[place["所属领域 *"]].formula1
    share = by_cell[place["目前推广比例（%）"]]
    assert (share.type, share.formula1, share.formula2) == ("decimal", "0", "1")
    assert by_cell[place["首次工业应用时间"]].type == "date"
    assert by_cell[("应用案例", "D4")].type == "date" and by_cell[("应用案例", "E4")].formula1 == "0"
    assert by_cell[("应用案例", "L4")].formula1 == '"是,否"'
    assert by_cell[("知识产权与检测", "B15")].formula1.startswith('"检测报告')


def test_every_sheet_prints_on_a4():
    for sheet in book(form_xlsx(FORM)).worksheets:
        assert sheet.page_setup.paperSize == "9" or sheet.page_setup.paperSize == 9
        assert sheet.page_setup.fitToWidth in (None, 1) and sheet.page_setup.fitToHeight == 0
        assert sheet.print_area, sheet.title


def test_text_is_never_a_formula():
    form = Nomination(name="=1+1", applicant="+86", cases=(NominationCase(user="=cmd|' /C calc'!A0"),))
    made = book(form_xlsx(form))
    for sheet in made.worksheets:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert answers(made["申报表"])["技术名称 *"].value == "=1+1"
    (page,) = book(summary_xlsx([Dossier(form=form, year=2026)])).worksheets
    assert page["B4"].value == "=1+1" and page["B4"].data_type == "s"


def test_the_guide_marks_examples_and_tells_the_rules_in_force(monkeypatch):
    page = book(form_xlsx())["填写说明"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    samples = [row[2] for row in rows if row[2] and row[2] != "示例"]
    assert samples and all(text.startswith("示例：") for text in samples)
    told = {row[0]: row[1] for row in rows}
    for rule in rules_module.rule_set("city").rules:
        assert told[rule.label] == rule.remedy
    limits = [row[0] for row in rows if row[0] and "20 MB" in row[0]]
    assert limits and "200 MB" in limits[0]


def test_required_fields_are_those_of_the_rules(monkeypatch):
    assert {"name", "credit_code", "industries", "declared"} <= starred("city")
    kept = tuple(rule for rule in rules_module.rule_set("city").rules if rule.field != "contact")
    fewer = rules_module.RuleSet("少", kept)
    monkeypatch.setattr(rules_module, "rule_set", lambda name="city": fewer)
    assert "contact" not in starred()
    assert "联系人" in answers(book(form_xlsx())["申报表"])
    with pytest.raises(KeyError):
        answers(book(form_xlsx())["申报表"])["联系人 *"]


def test_a_text_too_high_for_a_row_takes_several_and_reads_back_whole():
    long = "烟气循环" * 700
    content = form_xlsx(Nomination(name="某技术", principle=long))
    page = book(content)["申报表"]
    cell = answers(page)["技术原理与工艺 *"]
    (merged,) = [
        cells for cells in page.merged_cells.ranges if cells.min_row == cell.row and cells.min_col == 2
    ]
    heights = [page.row_dimensions[row].height for row in range(merged.min_row, merged.max_row + 1)]
    assert len(heights) > 1 and max(heights) <= 409
    assert accepted(read_form(content, "a.xlsx"), ["principle"]).principle == long
    with pytest.raises(BadInput, match="技术简介"):
        form_xlsx(Nomination(summary="长" * 32768))
    assert form_docx(Nomination(summary="长" * 32768))


def test_the_word_form_ticks_boxes_and_holds_one_table_a_case():
    document = Document(io.BytesIO(form_docx(FORM)))
    found = texts(document)
    assert "□示范技术   ☑推广技术" in found and "☑已承诺" in found
    assert "应用案例 1" in found and "应用案例 2" in found and "应用案例 3" not in found
    assert "COD=12；氨氮=1.5" in found and "15%" in found
    assert any(text.startswith("申报单位（盖章）") for text in found)
    blank = texts(Document(io.BytesIO(form_docx())))
    assert "□示范技术   □推广技术" in blank and "□已承诺" in blank and "☑" not in "".join(blank)


def test_every_text_of_the_word_form_has_a_chinese_font():
    document = Document(io.BytesIO(form_docx(FORM)))
    normal = document.styles["Normal"].element.rPr.rFonts.get(qn("w:eastAsia"))
    assert normal == "宋体"
    for run in document.element.body.iter(qn("w:r")):
        fonts = run.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
        assert fonts is None or fonts.get(qn("w:eastAsia")), "".join(run.itertext())


def test_attachments_are_listed_but_never_read_back():
    one = Attachment(sha256="0" * 64, name="报告.pdf", media_type="application/pdf", size=2049, kind="ip")
    form = FORM.model_copy(update={"attachments": (one,)})
    for content, name in ((form_xlsx(form), "a.xlsx"), (form_docx(form), "a.docx")):
        reading = read_form(content, name)
        assert any("附件" in note for note in reading.notes)
        assert not reading.faults and not reading.rest
        assert accepted(reading, reading.readable) == FORM
    page = book(form_xlsx(form))["申报表"]
    assert answers(page)["附件"].value == "报告.pdf（知识产权证明，3 KB）"


def test_signs_no_document_can_hold_are_left_out():
    form = Nomination(name="甲\x00乙\x0b", cases=(NominationCase(user="丙\x1f"),))
    for content, name in ((form_xlsx(form), "a.xlsx"), (form_docx(form), "a.docx")):
        back = accepted(read_form(content, name), ["name", "cases"])
        assert (back.name, back.cases[0].user) == ("甲乙", "丙")


def test_the_summary_sheet_lists_the_dossiers_in_order():
    dossiers = [
        Dossier(form=FORM.model_copy(update={"recommender": "某区生态环境局"}), year=2026, is_example=True),
        Dossier(form=Nomination(name="乙技术"), year=2026),
    ]
    content = summary_xlsx(dossiers)
    assert content == summary_xlsx(dossiers)
    (page,) = book(content).worksheets
    assert page["A1"].value == "清洁生产技术推荐汇总表（示例）"
    assert "共 2 项" in page["A2"].value
    assert [cell.value for cell in page[3]] == list(SUMMARY_HEADER)
    assert [cell.value for cell in page[4]] == [
        1, "烧结烟气循环技术", "某公司", "未提供", "0111 稻谷种植；3110 炼铁", "推广技术", "某区生态环境局",
        "未提供",
    ]  # fmt: skip
    assert [cell.value for cell in page[5]] == [2, "乙技术", *["未提供"] * 6]
    assert page.print_area and page.max_row == 5


def test_the_command_writes_both_kinds_and_refuses_others(tmp_path):
    for suffix, made in ((".xlsx", form_xlsx), (".docx", form_docx)):
        path = tmp_path / "新" / f"申报表{suffix}"
        done = CliRunner().invoke(app, ["template", "-o", str(path)])
        assert done.exit_code == 0, done.output
        assert path.read_bytes() == made()
    for arguments in (["-o", str(tmp_path / "a.pdf")], ["-o", str(tmp_path / "a.xlsx"), "--rules", "无"]):
        done = CliRunner().invoke(app, ["template", *arguments])
        assert isinstance(done.exception, BadInput)
