import datetime
import io

import openpyxl
import pytest
from docx import Document

from recommender import Query
from recommender.report import comparison_rows, result_docx, result_xlsx

TODAY = datetime.date(2026, 11, 21)


@pytest.fixture(scope="module")
def result(engine):
    return engine.match(Query("=烧结机头烟气直接排放", "钢铁"))


def test_the_page_names_question_technologies_and_policy_with_chinese_fonts(catalog, result):
    document = Document(io.BytesIO(result_docx(catalog, result, today=TODAY)))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "烧结机头烟气直接排放" in text and "2026-11-21" in text
    assert result.matches[0].technology.name in text
    assert "渝发改规范〔2022〕8号" in text
    fonts = {
        run.element.rPr.rFonts.get("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}eastAsia")
        for paragraph in document.paragraphs
        for run in paragraph.runs
    }
    assert fonts == {"宋体", "黑体"}


def test_the_table_has_a_row_a_technology_and_no_formula(catalog, result):
    sheet = openpyxl.load_workbook(io.BytesIO(result_xlsx(catalog, result))).active
    assert [sheet.cell(row, 3).value for row in range(2, 2 + len(result.matches))] == [
        match.technology.name for match in result.matches
    ]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_result_without_match_says_so(catalog, engine):
    nothing = engine.match(Query("帮我订一张去北京的机票"))
    document = Document(io.BytesIO(result_docx(catalog, nothing, today=TODAY)))
    assert any(nothing.none_reason in paragraph.text for paragraph in document.paragraphs)


def test_the_comparison_shows_unknowns(catalog, result):
    rows = dict(comparison_rows(catalog, result.matches[:2]))
    assert len(rows["技术名称"]) == 2
    assert any("未知" in cells for cells in rows.values())
