import io
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from catalog.publish import word

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
REFUSED = "".join(map(chr, (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0xD800, 0xDFFF, 0xFFFE, 0xFFFF)))
"""Every control character, lone surrogate and non-character that an XML file cannot hold."""


def part(made, name):
    return etree.fromstring(zipfile.ZipFile(io.BytesIO(word.to_bytes(made))).read(name))


def body(made):
    return part(made, "word/document.xml").find(f"{W}body")


def text_of(element):
    return "".join(element.itertext(f"{W}t"))


def style(made, id):
    return next(
        one for one in part(made, "word/styles.xml").iter(f"{W}style") if one.get(f"{W}styleId") == id
    )


def fonts(run):
    found = run.find(f"{W}rPr/{W}rFonts")
    return found.get(f"{W}ascii"), found.get(f"{W}hAnsi"), found.get(f"{W}eastAsia")


def three_rows():
    made = word.new_document()
    word.table(made, ("编号", "名称"), (("1", "甲"), ("2", "乙"), ("3", "丙")), widths_mm=(20.0, 60.0))
    return made


def write_paragraph(made, text):
    word.paragraph(made, text)


def write_heading(made, text):
    word.heading(made, text, 1)


def write_first_row(made, text):
    word.table(made, ("名称",), ((text,),), widths_mm=(60.0,))


def write_later_row(made, text):
    word.table(made, ("名称",), (("",), (text,)), widths_mm=(60.0,))


def write_column_title(made, text):
    word.table(made, (text,), (), widths_mm=(60.0,))


def write_into_a_cell(made, text):
    cell = made.add_table(rows=1, cols=1).rows[0].cells[0]
    word.paragraph(cell, text)


WRITERS = (
    write_paragraph, write_heading, write_first_row, write_later_row, write_column_title, write_into_a_cell,
)  # fmt: skip


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("character", REFUSED, ids=lambda one: f"{ord(one):04X}")
def test_a_character_no_file_can_hold_is_left_out(write, character):
    made = word.new_document()
    write(made, f"甲{character}乙")
    assert text_of(body(made)).removeprefix("名称") == "甲乙"


@given(text=st.text(alphabet=st.characters(exclude_categories=())))
@settings(max_examples=60, deadline=None)
def test_no_text_makes_a_document_fail(text):
    made = word.new_document()
    for write in WRITERS:
        write(made, text)
    body(made)


@given(text=st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs", "Cn"))))
def test_what_a_file_can_hold_is_kept(text):
    assert word.clean(text) == text
    assert word.clean(REFUSED + text) == text


def test_line_breaks_and_tabs_stay():
    made = word.new_document()
    word.paragraph(made, "甲\n乙\t丙")
    line = body(made).find(f"{W}p")
    assert text_of(line) == "甲乙丙"
    assert len(list(line.iter(f"{W}br"))) == 1 and len(list(line.iter(f"{W}tab"))) == 1


def test_paragraph_heading_and_cells_name_an_east_asian_font():
    made = three_rows()
    word.paragraph(made, "正文", font=word.KAI, size=12.0)
    word.heading(made, "标题", 1)
    runs = {text_of(run): run for run in body(made).iter(f"{W}r")}
    latin = word.LATIN_FONT
    assert fonts(runs["正文"]) == (latin, latin, "楷体")
    assert fonts(runs["标题"]) == (latin, latin, "黑体")
    assert fonts(runs["编号"]) == (latin, latin, "黑体")
    assert [fonts(runs[text])[2] for text in "甲乙丙"] == ["宋体"] * 3
    assert runs["正文"].find(f"{W}rPr/{W}sz").get(f"{W}val") == "24"


def test_the_font_of_the_body_is_the_one_asked_for_and_no_theme_overrules_it():
    made = word.new_document(font=word.FANGSONG, size=16.0)
    found = style(made, "Normal").find(f"{W}rPr/{W}rFonts")
    assert found.get(f"{W}eastAsia") == "仿宋"
    assert not [key for key in found.attrib if "heme" in key]
    word.heading(made, "标题", 1)
    run = next(body(made).iter(f"{W}r"))
    assert not [key for key in run.find(f"{W}rPr/{W}rFonts").attrib if "heme" in key]


def test_every_document_is_mainland_chinese():
    languages = style(word.new_document(), "Normal").findall(f"{W}rPr/{W}lang")
    assert [(one.get(f"{W}val"), one.get(f"{W}eastAsia")) for one in languages] == [("en-US", "zh-CN")]


def test_the_language_stands_behind_font_and_size_as_the_schema_asks():
    children = [child.tag.removeprefix(W) for child in style(word.new_document(), "Normal").find(f"{W}rPr")]
    assert children.index("rFonts") < children.index("sz") < children.index("lang")
    assert children[-1] == "lang"


def test_only_the_header_repeats_and_no_row_is_parted():
    rows = list(body(three_rows()).iter(f"{W}tr"))
    assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows] == [True, False, False, False]
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)


def test_a_table_without_rows_is_its_header():
    made = word.new_document()
    word.table(made, ("编号", "名称"), (), widths_mm=(20.0, 60.0))
    rows = list(body(made).iter(f"{W}tr"))
    assert [[text_of(cell) for cell in row.iter(f"{W}tc")] for row in rows] == [["编号", "名称"]]
    assert rows[0].find(f"{W}trPr/{W}tblHeader") is not None


def test_a_row_of_the_wrong_length_is_not_cut_off_silently():
    with pytest.raises(ValueError):
        word.table(word.new_document(), ("编号", "名称"), (("1", "甲", "多"),), widths_mm=(20.0, 60.0))


def test_the_same_document_gives_the_same_bytes_later():
    def made():
        document = three_rows()
        word.heading(document, "标题", 1)
        word.page_number(document.sections[0].footer, dashes=True)
        return word.to_bytes(document)

    first = made()
    time.sleep(2.1)
    assert made() == first
