"""Problem lists as consultants have them: title rows, merged cells, odd names, encodings, the clipboard."""

import csv
import datetime
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import BadInput
from catalog.paths import DATA_DIR
from recommender.audit.problem_list import (
    FIELDS,
    ProblemTable,
    guess_columns,
    pasted_table,
    problems_from,
    read_table,
)
from recommender.audit.project import Problem

HEADER = ["序号", "产污环节", "存在问题", "原因类别", "责任部门", "责任人", "整改期限", "照片编号"]
ROWS = [
    [1.0, "电镀线", "三级漂洗全部用自来水，水耗高", "技术工艺", "电镀车间", "张三", "2026-06", "IMG1"],
    [2.0, "电镀线", "镀槽带出液多", "", "电镀车间", "张三", "2026-06", ""],
    [3.0, "废水站", "污泥含水率高，处置费用高", "废弃物", "环保科", "李四", "2026-09", "IMG3"],
]


def xlsx(rows, merged=(), more=None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    if more is not None:
        more(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def text_of(rows, delimiter=","):
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue()


def problems(table, columns=None, **kwargs):
    return problems_from(table, guess_columns(table) if columns is None else columns, **kwargs)


def test_a_sheet_with_title_rows_and_merged_cells():
    rows = [
        ["甲电镀厂清洁生产审核问题清单"],
        ["编制单位：乙咨询公司", None, None, "日期：2026-03-02"],
        [],
        HEADER,
        ROWS[0],
        [2.0, None, *ROWS[1][2:]],
        [],
        ROWS[2],
    ]
    table = read_table(xlsx(rows, merged=["A1:H1", "B5:B6"]), "清单.xlsx")
    assert table.header == tuple(HEADER)
    assert [row[:3] for row in table.rows] == [
        ("1", "电镀线", "三级漂洗全部用自来水，水耗高"),
        ("2", "电镀线", "镀槽带出液多"),
        ("3", "废水站", "污泥含水率高，处置费用高"),
    ]
    assert table.lines == (5, 6, 8)


def test_an_empty_cell_is_filled_down_only_inside_a_merged_range():
    rows = [HEADER, ROWS[0], [2.0, None, *ROWS[1][2:]]]
    assert read_table(xlsx(rows), "a.xlsx").rows[1][1] == ""
    assert read_table(xlsx(rows, merged=["B2:B3"]), "a.xlsx").rows[1][1] == "电镀线"


def test_a_merged_number_or_problem_is_not_made_into_two():
    rows = [
        ["序号", "工序", "问题描述", "整改措施"],
        [1, "喷漆", "漆雾收集率低", "改集气罩"],
        [None, None, None, "换过滤棉"],
    ]
    table = read_table(xlsx(rows, merged=["A2:A3", "B2:B3", "C2:C3"]), "a.xlsx")
    found, faults = problems(table)
    assert [(p.number, p.process, p.text) for p in found] == [("1", "喷漆", "漆雾收集率低")]
    assert faults == ("第 3 行：问题描述为空，已跳过",)


def test_a_header_of_two_lines_is_read_as_one():
    rows = [
        ["序号", "工序", "问题描述", "责任", None],
        [None, None, None, "部门", "人"],
        [1, "喷漆", "漆雾收集率低", "喷漆车间", "王五"],
    ]
    table = read_table(xlsx(rows, merged=["A1:A2", "B1:B2", "C1:C2", "D1:E1"]), "a.xlsx")
    assert table.header == ("序号", "工序", "问题描述", "责任部门", "责任人")
    assert table.rows == (("1", "喷漆", "漆雾收集率低", "喷漆车间", "王五"),)


def test_numbers_dates_and_marks_of_excel_become_what_one_sees():
    rows = [
        ["序号", "工序", "问题描述", "整改期限", "完成", "电耗"],
        [1.0, 2, "用水无计量", datetime.datetime(2026, 6, 30), True, 0.35],
        [2.0, 12345678901.0, "多行\r\n文字", datetime.date(2026, 7, 1), False, 1e-3],
    ]
    table = read_table(xlsx(rows), "a.xlsx")
    assert table.rows[0] == ("1", "2", "用水无计量", "2026-06-30", "是", "0.35")
    assert table.rows[1] == ("2", "12345678901", "多行\n文字", "2026-07-01", "否", "0.001")


def test_only_the_first_sheet_is_read():
    def more(book):
        book.create_sheet("别的").append(["问题描述"])

    assert read_table(xlsx([HEADER, *ROWS], more=more), "a.xlsx").header == tuple(HEADER)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_every_encoding_and_with_every_delimiter(delimiter, encoding):
    content = text_of([HEADER, *[[f"{row[0]:g}", *row[1:]] for row in ROWS]], delimiter).encode(encoding)
    table = read_table(content, "清单.csv")
    assert table.header == tuple(HEADER)
    assert [row[0] for row in table.rows] == ["1", "2", "3"]
    assert table.rows[2][2] == "污泥含水率高，处置费用高"


def test_title_lines_above_a_csv_header_do_not_hide_the_delimiter():
    content = "问题清单\n企业：甲厂;日期：2026-03\n序号;工序;问题\n1;喷漆;漆雾多, 收集差\n".encode()
    table = read_table(content, "a.csv")
    assert table.header == ("序号", "工序", "问题")
    assert table.rows == (("1", "喷漆", "漆雾多, 收集差"),)
    assert table.lines == (4,)


def test_sentences_of_a_csv_of_one_column_are_not_cut_at_commas():
    table = read_table("问题描述\n水耗高,没有回用\n电耗高,电机老旧\n".encode(), "a.csv")
    assert table.rows == (("水耗高,没有回用",), ("电耗高,电机老旧",))


def test_a_cell_of_several_lines_keeps_the_line_numbers_right():
    table = read_table('序号,问题描述\n1,"第一行\n第二行"\n2,\n'.encode(), "a.csv")
    assert table.rows[0] == ("1", "第一行\n第二行")
    assert problems(table)[1] == ("第 4 行：问题描述为空，已跳过",)


def test_a_header_without_any_known_word_is_still_a_header():
    rows = [["甲", "乙"], ["喷漆", "漆雾收集率低于设计值"], ["镀铬", "铬雾无组织逸散，回收塔停用"]]
    table = read_table(xlsx(rows), "a.xlsx")
    assert table.header == ("甲", "乙")
    assert guess_columns(table) == {"text": "乙"}


def test_a_sheet_without_header_keeps_its_first_line():
    rows = [["喷漆", "漆雾收集率低于设计值，排气筒有异味"], ["镀铬", "铬雾无组织逸散"]]
    table = read_table(xlsx(rows), "a.xlsx")
    assert table.header == ("列1", "列2")
    assert len(table.rows) == 2


def test_a_header_repeated_at_a_page_break_is_no_problem():
    assert len(read_table(xlsx([HEADER, ROWS[0], HEADER, ROWS[1]]), "a.xlsx").rows) == 2


def test_columns_without_name_or_with_the_same_name_are_kept_apart():
    rows = [["序号", "问题描述", "备注", "备注", None, None], [1, "水耗高", "甲", "乙", "丙", None]]
    table = read_table(xlsx(rows), "a.xlsx")
    assert table.header == ("序号", "问题描述", "备注", "备注（2）", "列5")
    (problem,), _ = problems(table)
    assert problem.other == {"备注": "甲", "备注（2）": "乙", "列5": "丙"}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("清单.xls", b"\xd0\xcf\x11\xe0", "后缀“.xls”不支持"),
        ("清单.docx", b"PK", ".xlsx、.csv"),
        ("清单", b"", "后缀“”"),
        ("清单.xlsx", b"no zip", "不是有效的 XLSX"),
        ("清单.xlsx", b"", "不是有效的 XLSX"),
        ("清单.csv", b"", "没有读到问题"),
        ("清单.csv", b"\xff\xfe\x00", "编码无法识别"),
        ("清单.csv", b"\x81\x00\xff\xff\x81", "编码无法识别"),
        ("清单.csv", "序号,问题描述\n".encode(), "没有读到问题"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(name, content, told):
    with pytest.raises(BadInput) as error:
        read_table(content, name)
    assert told in str(error.value)
    assert name in str(error.value)
    assert "\n" not in str(error.value)


def test_an_empty_sheet_is_told():
    with pytest.raises(BadInput, match="没有读到问题"):
        read_table(xlsx([]), "a.xlsx")


def test_a_table_pasted_from_excel():
    text = '序号\t工序\t问题描述\n1\t喷漆\t"漆雾\n收集差"\n\n2\t镀铬\t"5S"不到位\n'
    table = pasted_table(text)
    assert table.header == ("序号", "工序", "问题描述")
    assert table.rows[0] == ("1", "喷漆", "漆雾\n收集差")
    assert table.rows[1][:2] == ("2", "镀铬")


def test_a_single_quotation_mark_in_a_pasted_cell_swallows_nothing():
    table = pasted_table('工序\t问题描述\n喷漆\t"漆雾多\n镀铬\t铬雾多\n')
    assert [row[0] for row in table.rows] == ["喷漆", "镀铬"]


def test_cells_pasted_without_header_are_all_problems():
    table = pasted_table("喷漆\t漆雾收集率低于设计值\n镀铬\t铬雾无组织逸散\n")
    assert table.header == ("列1", "列2")
    found, faults = problems(table)
    assert [p.text for p in found] == ["漆雾收集率低于设计值", "铬雾无组织逸散"]
    assert faults == ()


def test_lines_pasted_without_header_are_one_problem_each():
    table = pasted_table("  空压机老旧，单耗高\n\n\u3000水泵定频\r\n")
    assert table.header == ("问题描述",)
    assert table.rows == (("空压机老旧，单耗高",), ("水泵定频",))
    assert guess_columns(table) == {"text": "问题描述"}


def test_a_pasted_column_with_its_header():
    assert pasted_table("存在问题\n空压机老旧\n").rows == (("空压机老旧",),)


@pytest.mark.parametrize("text", ["", "   ", "\n\t\n"])
def test_nothing_pasted_is_told(text):
    with pytest.raises(BadInput, match="粘贴的内容"):
        pasted_table(text)


LINE = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12).map(
    lambda text: f"水耗高{text}"
)


@given(st.lists(LINE, min_size=1, max_size=20))
def test_every_pasted_line_becomes_exactly_one_problem_in_order(lines):
    found, faults = problems(pasted_table("\n".join(lines)))
    assert [problem.text for problem in found] == lines
    assert [problem.id for problem in found] == [f"P{number}" for number in range(1, len(lines) + 1)]
    assert faults == ()


@given(st.lists(st.tuples(LINE, LINE, LINE), min_size=1, max_size=12))
def test_a_csv_comes_back_as_it_was_written(rows):
    table = read_table(text_of([["工序", "问题描述", "备注"], *rows]).encode(), "a.csv")
    assert table.rows == tuple(rows)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            HEADER,
            {
                "number": "序号",
                "process": "产污环节",
                "text": "存在问题",
                "cause_aspect": "原因类别",
                "department": "责任部门",
                "person": "责任人",
                "due": "整改期限",
            },
        ),
        (
            ["编号", "车间", "现状", "八个方面"],
            {"number": "编号", "process": "车间", "text": "现状", "cause_aspect": "八个方面"},
        ),
        (
            ["问题编号", "问题部位", "问题描述", "问题类别", "整改措施"],
            {"number": "问题编号", "process": "问题部位", "text": "问题描述"},
        ),
        (["序号", "现状", "存在问题"], {"number": "序号", "text": "存在问题"}),
        (
            ["No.", "Process", "Problem", "Owner"],
            {"number": "No.", "process": "Process", "text": "Problem", "person": "Owner"},
        ),
        (
            ["序号", "工序（设备）", "问题描述*", "责任部门负责人", "整改完成时间"],
            {
                "number": "序号",
                "process": "工序（设备）",
                "text": "问题描述*",
                "person": "责任部门负责人",
                "due": "整改完成时间",
            },
        ),
        (["序号", "工段名", "查出的问题"], {"number": "序号", "process": "工段名", "text": "查出的问题"}),
    ],
)
def test_columns_are_guessed_from_their_names(header, expected):
    row = tuple("内容" for _ in header)
    assert guess_columns(ProblemTable("a", tuple(header), (row,))) == expected


def test_without_a_name_for_the_problem_it_is_the_column_with_the_longest_texts():
    table = ProblemTable(
        "a",
        ("序号", "甲", "乙", "整改措施"),
        (("1", "短", "稍长的一句话", "比问题还要长得多的一条整改措施"), ("2", "短", "另一句话", "又一条")),
    )
    assert guess_columns(table) == {"number": "序号", "text": "乙"}


def test_no_header_is_used_twice_and_none_is_invented():
    table = read_table(xlsx([HEADER, *ROWS]), "a.xlsx")
    columns = guess_columns(table)
    assert len(set(columns.values())) == len(columns)
    assert set(columns.values()) <= set(table.header)
    assert set(columns) <= set(FIELDS)


def test_problems_keep_what_stands_in_the_other_columns():
    table = read_table(xlsx([HEADER, *ROWS]), "a.xlsx")
    found, faults = problems(table)
    assert faults == ()
    assert found[0] == Problem(
        id="P1", number="1", process="电镀线", text="三级漂洗全部用自来水，水耗高", department="电镀车间",
        person="张三", due="2026-06", cause_aspect="process_technology", other={"照片编号": "IMG1"},
    )  # fmt: skip
    assert [(p.id, p.cause_aspect, p.other) for p in found[1:]] == [
        ("P2", None, {}),
        ("P3", "waste", {"照片编号": "IMG3"}),
    ]


def test_ids_go_on_after_those_of_the_project():
    table = pasted_table("水耗高\n电耗高")
    existing = (Problem(id="P7", text="旧"), Problem(id="P3", text="旧"), Problem(id="老问题", text="旧"))
    found, _ = problems(table, existing=existing)
    assert [problem.id for problem in found] == ["P8", "P9"]


@pytest.mark.parametrize(
    ("written", "aspect"),
    [
        ("设备", "equipment"), ("装备", "equipment"), ("设备方面", "equipment"), ("3、设备", "equipment"),
        ("废物", "waste"), ("原辅材料及能源", "materials_energy"), ("management", "management"),
        ("管理类", "management"), ("过程 控制", "process_control"), ("人员", "staff"), ("", None),
    ],
)  # fmt: skip
def test_aspects_are_read_by_label_alias_and_code(written, aspect):
    table = ProblemTable("a", ("问题描述", "八个方面"), (("水耗高", written),))
    (problem,), faults = problems(table)
    assert problem.cause_aspect == aspect
    assert faults == ()


def test_an_unknown_aspect_is_told_and_left_empty():
    table = ProblemTable("a", ("问题描述", "八个方面"), (("水耗高", "天气"),), (4,))
    (problem,), faults = problems(table)
    assert problem.cause_aspect is None
    assert len(faults) == 1
    assert faults[0].startswith("第 4 行：“八个方面”的值“天气”不在八个方面中")
    assert "原辅材料和能源、技术工艺、设备、过程控制、产品、废弃物、管理、员工" in faults[0]


def test_the_user_may_choose_other_columns():
    table = ProblemTable("a", ("甲", "乙"), (("喷漆", "漆雾多"),))
    (problem,), _ = problems(table, {"text": "甲", "process": "乙", "due": ""})
    assert (problem.text, problem.process, problem.other) == ("喷漆", "漆雾多", {})


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({}, "现有列：甲、乙"),
        ({"text": ""}, "现有列：甲、乙"),
        ({"process": "甲"}, "没有指定“问题描述”所在的列"),
        ({"text": "丙"}, "没有列“丙”"),
        ({"text": "甲", "colour": "乙"}, "字段“colour”不存在"),
    ],
)
def test_a_wrong_choice_of_columns_is_told(columns, told):
    with pytest.raises(BadInput, match=told) as error:
        problems(ProblemTable("a", ("甲", "乙"), (("1", "2"),)), columns)
    assert "\n" not in str(error.value)


def test_ten_thousand_lines_are_read():
    rows = [["序号", "工序", "问题描述"], *[[n, "喷漆", f"第{n}个问题"] for n in range(1, 10_001)]]
    found, faults = problems(read_table(xlsx(rows), "a.xlsx"))
    assert len(found) == 10_000
    assert (found[-1].id, found[-1].number, found[-1].text) == ("P10000", "10000", "第10000个问题")
    assert faults == ()


def test_every_known_column_word_has_a_field_and_stands_once():
    with (DATA_DIR / "audit" / "problem_columns.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["field"] for row in rows} == {*FIELDS, "other"}
    words = [row["word"].casefold() for row in rows]
    assert len(set(words)) == len(words)
