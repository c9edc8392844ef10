import datetime
import io
import re
import time
import zipfile
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from catalog.errors import BadInput
from catalog.publish import fonts, word
from catalog.publish.gongwen import (
    CHAR_SPACE,
    CONDENSED,
    LINE_TWIPS,
    TEXT_TWIPS,
    Annex,
    Block,
    Form,
    FormRow,
    Gongwen,
    Grid,
    Imprint,
    Line,
    append_table_annex,
    chinese_date,
    compose,
    document_number,
    gongwen_docx,
    gongwen_html,
    title_lines,
    width,
)

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DAY = datetime.date(2026, 8, 4)
GRID = Grid(("序号", "技术名称"), tuple((str(n), f"技术{n}") for n in range(1, 41)), (20.0, 205.0), size=9.0)
FORM = Form((FormRow(("一、基本情况",)), FormRow(("技术名称", "")), FormRow(("联系人", "", "电话", ""))))
LETTER = Gongwen(
    title="示例市工业局\n关于征集技术的通知",
    issuer="示例市工业局",
    number="示工[2026]3号",
    addressee="各区县",
    body=(
        Block("text", "现将有关事项通知如下。"),
        Block("h1", "范围"),
        Block("h2", "主体", "企业。"),
        Block("h2", "条件"),
        Block("h3", "第一"),
        Block("h4", "细目"),
        Block("h4", "细目"),
        Block("h3", "第二"),
        Block("h1", "要求"),
        Block("h2", "真实"),
    ),
    attachments=(Annex("申报表", (FORM,)), Annex("汇总表", (GRID,), landscape=True)),
    date=DAY,
    copies=("市甲局", "市乙局"),
    printed_by="示例市工业局办公室",
)


def part(content, name):
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return etree.fromstring(package.read(name))


def names(content):
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.namelist()


@pytest.fixture(scope="module")
def letter():
    return gongwen_docx(LETTER)


@pytest.fixture(scope="module")
def body(letter):
    return part(letter, "word/document.xml")


def text_of(element):
    return "".join(t.text or "" for t in element.iter(f"{W}t"))


def paragraph(body, text):
    found = [p for p in body.iter(f"{W}p") if text_of(p) == text]
    assert found, text
    return found[0]


def faces(p):
    return [
        (
            r.find(f"{W}rPr/{W}rFonts").get(f"{W}eastAsia"),
            int(r.find(f"{W}rPr/{W}sz").get(f"{W}val")),
        )
        for r in p.iter(f"{W}r")
    ]


def indent(p):
    found = p.find(f"{W}pPr/{W}ind")
    return {key.removeprefix(W): int(value) for key, value in found.attrib.items()}


# Page and grid.


def test_the_page_is_a4_with_the_margins_of_the_standard(body):
    section = body.findall(f".//{W}sectPr")[0]
    size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    assert (size.get(f"{W}w"), size.get(f"{W}h")) == ("11906", "16838")
    # 37, 35, 28, 26 mm at 1440 / 25.4 twips to the millimetre: 2097.6, 1984.3, 1587.4, 1474.0
    wanted = {"top": 2098, "bottom": 1984, "left": 1587, "right": 1474}
    assert {side: int(margins.get(f"{W}{side}")) for side in wanted} == wanted


def test_the_grid_is_22_lines_of_28_characters(body):
    grid = body.findall(f".//{W}sectPr")[0].find(f"{W}docGrid")
    assert {key.removeprefix(W): value for key, value in grid.attrib.items()} == {
        "type": "linesAndChars", "linePitch": "579", "charSpace": "-849",
    }  # fmt: skip
    text_height = 16838 - 2098 - 1984
    assert 22 * LINE_TWIPS <= text_height < 23 * LINE_TWIPS
    by_grid, by_spacing = 16 + CHAR_SPACE / 4096, 16 + CONDENSED / 20
    assert round(156 / 25.4 * 1440) == TEXT_TWIPS
    for pitch in (by_grid, by_spacing):
        assert 28 * pitch <= TEXT_TWIPS / 20 < 29 * pitch


def test_the_body_is_16_point_fangsong_in_exact_lines_without_widow_control(letter):
    styles = part(letter, "word/styles.xml")
    normal = next(s for s in styles.iter(f"{W}style") if s.get(f"{W}styleId") == "Normal")
    spacing = normal.find(f"{W}pPr/{W}spacing")
    assert (spacing.get(f"{W}line"), spacing.get(f"{W}lineRule")) == ("579", "exact")
    assert normal.find(f"{W}pPr/{W}widowControl").get(f"{W}val") == "0"
    assert normal.find(f"{W}rPr/{W}rFonts").get(f"{W}eastAsia") == "仿宋"
    assert normal.find(f"{W}rPr/{W}sz").get(f"{W}val") == "32"
    assert normal.find(f"{W}rPr/{W}spacing").get(f"{W}val") == str(CONDENSED)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("示例市工业局", ("方正小标宋简体", 84)),
        ("关于征集技术的通知", ("方正小标宋简体", 44)),
        ("（代拟稿）", ("楷体", 32)),
        ("各区县：", ("仿宋", 32)),
        ("现将有关事项通知如下。", ("仿宋", 32)),
        ("一、范围", ("黑体", 32)),
        ("（二）条件", ("楷体", 32)),
        ("1. 第一", ("仿宋", 32)),
        ("（2）细目", ("仿宋", 32)),
        ("附件1", ("黑体", 32)),
        ("申报表", ("方正小标宋简体", 44)),
    ],
)
def test_every_kind_of_line_has_its_face_and_size(body, text, wanted):
    assert faces(paragraph(body, text)) == [wanted]


def test_a_heading_that_runs_on_changes_its_face(body):
    assert faces(paragraph(body, "（一）主体。企业。")) == [("楷体", 32), ("仿宋", 32)]


def test_headings_are_numbered_by_level_and_start_again_below_a_higher_one():
    texts = [i.text for i in compose(LETTER)[0].items if isinstance(i, Line) and i.kind[0] == "h"][1:]
    assert texts == [
        "一、范围", "（一）主体。企业。", "（二）条件", "1. 第一", "（1）细目", "（2）细目", "2. 第二",
        "二、要求", "（一）真实",
    ]  # fmt: skip


def test_paragraphs_are_indented_by_two_characters(body):
    for text in ("现将有关事项通知如下。", "一、范围", "1. 第一"):
        assert indent(paragraph(body, text)) == {"firstLine": 632, "firstLineChars": 200}


# Head and signature.


def test_the_issuer_is_red_and_the_number_stands_over_a_red_rule(body):
    head = paragraph(body, "示例市工业局")
    assert head.find(f"{W}r/{W}rPr/{W}color").get(f"{W}val") == "FF0000"
    assert head.find(f"{W}pPr/{W}spacing").get(f"{W}before") == str(round(35 / 25.4 * 1440))
    number = paragraph(body, "示工〔2026〕3号")
    assert number.find(f"{W}pPr/{W}pBdr/{W}bottom").get(f"{W}color") == "FF0000"


@pytest.mark.parametrize(
    "text",
    ["示工[2026]3号", "示工（2026）3号", "示工【2026】3号", "示工〔2026〕 3 号", "示工［２０２６］３号"],
)
def test_the_year_of_a_number_stands_in_its_own_brackets(text):
    assert document_number(text) == "示工〔2026〕3号"


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("示工〔2026〕第3号", "示工〔2026〕3号"),
        ("示工〔2026〕003号", "示工〔2026〕3号"),
        ("示工2026-3", "机关代字〔年份〕序号号"),
        ("示工〔2026〕号", "正式印发须有序号"),
    ],
)
def test_a_wrong_number_is_told_how_to_write_it(text, cure):
    with pytest.raises(BadInput, match=re.escape(cure)):
        document_number(text)


def test_a_draft_may_leave_the_serial_open():
    assert document_number("示工[2026]号", draft=True) == "示工〔2026〕　　号"


def test_the_date_is_arabic_and_four_characters_in_with_the_issuer_centred_above(body):
    assert chinese_date(DAY) == "2026年8月4日"
    character = TEXT_TWIPS / 28
    day = paragraph(body, "2026年8月4日")
    assert indent(day)["right"] == round(4 * character)
    # issuer 6 characters, date 2 + 1 + .5 + 1 + .5 + 1 = 6 characters: the same place
    issuer = [p for p in body.iter(f"{W}p") if text_of(p) == "示例市工业局"][-1]
    assert indent(issuer)["right"] == round(4 * character)


@pytest.mark.parametrize(
    ("issuer", "right_of_issuer", "right_of_date"),
    [("甲局", 6.0, 4.0), ("甲" * 14, 0.0, 4.0), ("甲" * 20, 0.0, 7.0)],
)
def test_long_and_short_issuers_stay_inside_the_text(issuer, right_of_issuer, right_of_date):
    page = compose(Gongwen("通知", issuer, (), date=DAY, red_head=False))[0]
    signature, day = page.items[-2:]
    assert (signature.right, day.right) == (right_of_issuer, right_of_date)


def test_what_is_no_draft_needs_number_and_date():
    final = Gongwen("通知", "甲局", (), draft=False, date=DAY)
    with pytest.raises(BadInput, match="没有发文字号"):
        compose(final)
    with pytest.raises(BadInput, match="没有成文日期"):
        compose(Gongwen("通知", "甲局", (), draft=False, number="甲〔2026〕1号"))
    with pytest.raises(BadInput, match="标题为空"):
        compose(Gongwen(" ", "甲局", ()))


# Footers.


def footer(letter, kind, section=0):
    body = part(letter, "word/document.xml")
    reference = next(
        r for r in body.findall(f".//{W}sectPr")[section].findall(f"{W}footerReference")
        if r.get(f"{W}type") == kind
    )  # fmt: skip
    relations = part(letter, "word/_rels/document.xml.rels")
    id_ = reference.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id")
    target = next(r.get("Target") for r in relations if r.get("Id") == id_)
    return part(letter, f"word/{target}")


@pytest.mark.parametrize(("kind", "side", "edge"), [("default", "right", "right"), ("even", "left", "left")])
def test_page_numbers_stand_outside_one_character_in(letter, kind, side, edge):
    line = footer(letter, kind).find(f"{W}p")
    assert line.find(f"{W}pPr/{W}jc").get(f"{W}val") == side
    assert indent(line)[edge] == 280
    assert text_of(line) == "—  —"
    assert "PAGE" in [i.text for i in line.iter(f"{W}instrText")]
    assert set(faces(line)) == {("宋体", 28)}
    assert {r.find(f"{W}rPr/{W}rFonts").get(f"{W}ascii") for r in line.iter(f"{W}r")} == {"宋体"}


def test_odd_and_even_pages_differ(letter):
    assert part(letter, "word/settings.xml").find(f"{W}evenAndOddHeaders") is not None


def test_the_number_of_a_landscape_page_is_turned_and_lies_at_its_left(letter):
    for kind, side in (("default", "right"), ("even", "left")):
        xml = etree.tostring(footer(letter, kind, section=2), encoding="unicode")
        left, top = (int(x) / 36000 for x in re.findall(r"posOffset>(-?\d+)<", xml))
        assert 'vert="vert"' in xml and f'w:jc w:val="{side}"' in xml and ">PAGE<" in xml
        assert left + 4 == pytest.approx(35 - 7)
        ends_at = top + 40 if kind == "default" else top
        inside = 210 - 26 if kind == "default" else 28
        assert abs(ends_at - inside) == pytest.approx(14 * 25.4 / 72, abs=0.01)


# Attachments.


def test_attachments_are_listed_without_punctuation_and_aligned(body):
    first, second = paragraph(body, "附件：1. 申报表"), paragraph(body, "2. 汇总表")
    character = TEXT_TWIPS / 28
    assert indent(first) == {"left": round(6 * character), "hanging": round(4 * character)}
    assert indent(second) == {"left": round(6 * character), "hanging": round(character)}


def test_a_single_attachment_has_no_number():
    pages = compose(Gongwen("通知", "甲局", (), attachments=(Annex("名单", (GRID,)),), date=DAY))
    lines = [item.text for item in pages[0].items if isinstance(item, Line)]
    assert "附件：名单" in lines
    assert pages[1].items[0].text == "附件"


def test_an_attachment_starts_a_page_with_its_mark_and_the_title_in_the_third_line():
    items = compose(LETTER)[1].items
    assert [item.kind for item in items[:4]] == ["annex", "blank", "title", "blank"]
    assert items[0].text == "附件1" and items[2].text == "申报表"


def test_a_landscape_table_lies_off_the_grid_and_repeats_its_header(letter, body):
    section = body.findall(f".//{W}sectPr")[2]
    size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    assert (size.get(f"{W}w"), size.get(f"{W}orient")) == ("16838", "landscape")
    assert [round(int(margins.get(f"{W}{s}")) / 1440 * 25.4) for s in ("top", "bottom", "left", "right")] == [
        28, 26, 35, 37,
    ]  # fmt: skip
    assert f"{W}type" not in section.find(f"{W}docGrid").attrib
    table = body.findall(f".//{W}tbl")[1]
    rows = table.findall(f"{W}tr")
    assert len(rows) == 41
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
    assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows] == [True] + [False] * 40
    assert {face for row in rows[1:] for face in faces(row)} == {("仿宋", 18)}
    assert {p.find(f"{W}pPr/{W}pStyle").get(f"{W}val") for p in table.iter(f"{W}p")} == {"GongwenTable"}


def test_a_table_can_be_appended_to_any_document():
    from docx import Document

    document = Document(io.BytesIO(gongwen_docx(Gongwen("表", "", (), red_head=False, signed=False))))
    append_table_annex(document, "目录", GRID, mark="附件3")
    body = part(word.to_bytes(document), "word/document.xml")
    assert faces(paragraph(body, "附件3")) == [("黑体", 32)]
    assert len(body.findall(f".//{W}tbl/{W}tr")) == 41


def test_five_hundred_rows_hold_every_text():
    document = word.new_document()
    rows = [(str(n), f"第{n}项\n{n}") for n in range(500)]
    made = word.table(document, ("甲", "乙"), rows, widths_mm=(20, 60), aligns=("center", "left"))
    lines = made._tbl.findall(f"{W}tr")
    assert [text_of(line.findall(f"{W}tc")[0]) for line in lines[1:]] == [str(n) for n in range(500)]
    assert [text_of(line.findall(f"{W}tc")[1]) for line in lines[1:]] == [f"第{n}项{n}" for n in range(500)]
    assert all(line.find(f"{W}trPr/{W}cantSplit") is not None for line in lines)
    with pytest.raises(ValueError, match="zip"):
        word.table(document, ("甲", "乙"), [("1", "2"), ("1", "2"), ("1",)], widths_mm=(20, 60))


def test_a_row_that_does_not_fit_its_header_is_named():
    grid = Grid(("甲", "乙"), (("1", "2"), ("1",)), (20.0, 20.0))
    with pytest.raises(BadInput, match="第2行有1格，应为2格"):
        compose(Gongwen("表", "甲局", (grid,)))


# Closing block.


def test_the_closing_block_has_thick_rules_outside_and_a_thin_one_inside(body):
    boxes = list(body.iter(f"{W}txbxContent"))
    assert len(boxes) == 1
    rows = boxes[0].findall(f".//{W}tr")
    assert text_of(rows[0]) == "抄送：市甲局，市乙局。"
    assert text_of(rows[1]) == "示例市工业局办公室2026年8月4日印发"
    sizes = [
        {b.tag.removeprefix(W): b.get(f"{W}sz") for b in row.find(f"{W}tc/{W}tcPr/{W}tcBorders")}
        for row in rows
    ]
    assert sizes == [{"top": "8"}, {"top": "6", "bottom": "8"}]
    assert {face for row in rows for face in faces(row)} == {("仿宋", 28)}


def test_the_closing_block_stands_upright_at_the_foot_of_the_last_page(body):
    pages = compose(LETTER)
    assert [page.landscape for page in pages] == [False, False, True, False]
    assert [type(item) for item in pages[-1].items] == [Imprint]
    upright = compose(Gongwen("通知", "甲局", (), date=DAY, printed_by="甲局办公室"))
    assert len(upright) == 1 and upright[0].items[-1] == Imprint("", "甲局办公室", "2026年8月4日印发")
    xml = etree.tostring(list(body.iter(f"{W}drawing"))[-1], encoding="unicode")
    assert re.search(r'positionV relativeFrom="margin"><wp:align>bottom<', xml)


# Both writers, and every time the same.


def words(document):
    for page in compose(document):
        for item in page.items:
            if isinstance(item, Line):
                yield item.text
            elif isinstance(item, Grid):
                yield from (text for row in (item.header, *item.rows) for text in row)
            elif isinstance(item, Form):
                yield from (text for row in item.rows for text in row.cells)
            else:
                yield from (item.copies, item.printed_by, item.printed_on)


def test_word_and_html_hold_the_same_words_in_the_same_order(body):
    wanted = "".join(words(LETTER))
    assert text_of(body) == wanted
    page = gongwen_html(LETTER).split("<body>")[1]
    shown = unescape(re.sub(r"<[^>]+>", "", page)).replace("\n", "").replace("\xa0", "")
    assert shown == wanted


def test_html_escapes_and_prints_on_a4():
    page = gongwen_html(Gongwen("通知", "甲局", (Block("text", "<script>&"),), date=DAY))
    assert "&lt;script&gt;&amp;" in page and "<script>" not in page
    assert "@page{size:A4;margin:37mm 26mm 35mm 28mm}" in page


def test_the_same_document_gives_the_same_bytes_later():
    first = gongwen_docx(LETTER)
    time.sleep(2.1)
    assert gongwen_docx(LETTER) == first


def test_control_characters_from_pasted_text_are_left_out():
    made = gongwen_docx(Gongwen("通\x0b知", "甲局", (Block("h2", "甲\x02", "乙\x0c"),), date=DAY))
    assert paragraph(part(made, "word/document.xml"), "（一）甲。乙") is not None


def test_no_font_is_shipped(letter):
    assert not [name for name in names(letter) if name.endswith((".ttf", ".odttf", ".otf"))]


@given(st.text(alphabet="甲乙的关（）《》2026年A，", min_size=1, max_size=70))
def test_a_title_is_parted_without_losing_a_character(title):
    lines = title_lines(title)
    assert "".join(lines) == title
    assert all(width(line) <= 20 for line in lines)


def test_a_long_title_is_parted_where_words_allow():
    assert title_lines("关于发布示例市清洁生产技术推广目录（2026年）的通知") == [
        "关于发布示例市清洁生产技术推广目录", "（2026年）的通知",
    ]  # fmt: skip


# Fonts.


def test_fonts_are_read_from_fontconfig_and_from_the_registry():
    listing = "FangSong,仿宋\nNoto Sans CJK SC,Noto Sans CJK SC Bold\n\nA\\-B\n"
    assert fonts.families(listing) >= {"FangSong", "仿宋", "Noto Sans CJK SC", "A-B"}
    assert fonts.registry_families("宋体 & 新宋体 (TrueType)") == {"宋体", "新宋体"}
    assert fonts.registry_families("仿宋 常规 (TrueType)") == {"仿宋"}


def test_what_is_installed_is_never_an_error(monkeypatch):
    fonts.installed.cache_clear()
    monkeypatch.setattr(fonts.shutil, "which", lambda name: "/no/such/fc-list")
    assert fonts.installed() == frozenset()
    fonts.installed.cache_clear()


def test_a_document_names_the_commercial_font_wherever_it_is_made(monkeypatch):
    monkeypatch.setattr(fonts, "installed", lambda: frozenset({"FandolFang"}))
    assert fonts.choose("仿宋") == "仿宋" and fonts.choose("小标宋体") == "方正小标宋简体"
    with pytest.raises(BadInput, match="“Arial”不是公文用字体"):
        fonts.choose("Arial")


def test_every_missing_font_is_told_with_what_stands_in(monkeypatch):
    monkeypatch.setattr(fonts, "installed", lambda: frozenset({"SimHei", "仿宋"}))
    lines = fonts.warnings(["仿宋体", "黑体", "方正小标宋简体", "楷体", "楷体"])
    assert len(lines) == 2
    assert "“方正小标宋简体”" in lines[0] and word.FREE_FALLBACK["方正小标宋简体"] in lines[0]
    assert "“楷体”" in lines[1] and "LXGW WenKai" in lines[1] and "安装" in lines[1]
