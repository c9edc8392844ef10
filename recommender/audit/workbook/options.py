"""The tables of options: all of them (方案汇总表), 无/低费方案 and 中/高费方案."""

from __future__ import annotations

from collections.abc import Callable

from recommender.audit.project import Option
from recommender.audit.report.cells import given
from recommender.audit.report.content import BLANK, NOT_GIVEN, mark
from recommender.audit.totals import counted
from recommender.audit.valuation import LOW_COST, Amount, Valuation
from recommender.audit.workbook.book import EFFECT, HIGH, LOW, SUMMARY, Book, table_sheet
from recommender.audit.workbook.cells import Cell, Column, Marked, Row, Sheet, number_or
from recommender.audit.workbook.economics import reference
from recommender.audit.workbook.sums import sum_notes, sum_row
from recommender.audit.workbook.words import (
    basis_note,
    cost_label,
    effects_text,
    outcome_text,
    problems_text,
    schedule_text,
)
from recommender.labels import NOT_CALCULATED, join

_TOTAL, _COUNTED_TOTAL = "合计（全部方案）", "其中：筛选可行且未放弃的方案"
_PLAIN_SUM = f"合计为表中数值直接相加，未扣除方案之间的重叠和互斥；扣除后的效果见“{EFFECT}”。"

_SUMMARY_COLUMNS = (
    Column("方案编号", 7), Column("方案名称", 19), Column("所属方面", 10), Column("解决的问题", 24),
    Column("方案内容简介", 32), Column("费用类别", 6), Column("投资(万元)", 10, "money"),
    Column("环境效益", 28), Column("节能量(tce/a)", 11, "money"), Column("减碳量(tCO2/a)", 11, "money"),
    Column("经济效益(万元/a)", 11, "money"), Column("回收期(a)", 8, "money"), Column("实施时间", 15),
    Column("责任部门", 10), Column("责任人", 9), Column("对应指标", 14), Column("筛选结论", 18),
)  # fmt: skip
_SUMMED = (6, 8, 9, 10)
"""Columns of the table of options that are added up."""

_LOW_COLUMNS = (
    Column("序号", 6, "whole"), Column("方案编号", 8), Column("方案名称", 24), Column("方案简介", 40),
    Column("投资(万元)", 11, "money"), Column("经济效益(万元/a)", 11, "money"), Column("环境效益", 36),
    Column("完成日期", 12, "date"), Column("实际费用(万元)", 11, "money"),
    Column("实际经济效益(万元/a)", 11, "money"), Column("实际环境效果", 36), Column("备注", 20),
)  # fmt: skip
_HIGH_COLUMNS = (
    Column("序号", 6, "whole"), Column("方案编号", 8), Column("方案名称", 24), Column("方案简介", 44),
    Column("费用等级", 8), Column("投资(万元)", 11, "money"), Column("经济效益(万元/a)", 11, "money"),
    Column("环境效益", 40), Column("回收期(a)", 9, "money"), Column("净现值(万元)", 11, "money"),
    Column("内部收益率", 10, "percent"), Column("评估结论", 9), Column("筛选结论", 20),
)  # fmt: skip

_RowMaker = Callable[[Book, Option, int], Row]


# All options


def summary_sheet(book: Book) -> Sheet:
    """Return 方案汇总表: every option of the project, with plain sums."""
    rows = tuple(_summary_row(book, option) for option in book.project.options)
    ids = [option.id for option in book.project.options]
    wanted = set(counted(book.project))
    sums = [sum_row(_TOTAL, _SUMMARY_COLUMNS, rows, _SUMMED, range(len(rows)))] if rows else []
    if wanted and len(wanted) < len(ids):
        chosen = [index for index, id in enumerate(ids) if id in wanted]
        sums.append(sum_row(_COUNTED_TOTAL, _SUMMARY_COLUMNS, rows, _SUMMED, chosen))
    notes = [_PLAIN_SUM] if rows else []
    notes += sum_notes(_SUMMARY_COLUMNS, rows, _SUMMED)
    return table_sheet(book, SUMMARY, basis_note(book), _SUMMARY_COLUMNS, rows, tuple(sums), tuple(notes))


def _summary_row(book: Book, option: Option) -> Row:
    value = book.valuations[option.id]
    return (
        option.id,
        option.name,
        book.draft.aspect_label(option.aspect),
        problems_text(book.project, option),
        given(option.content),
        cost_label(value),
        reference(book, "I", option),
        effects_text(option.effects),
        _amount(option, value.tce),
        _amount(option, value.co2),
        reference(book, "P", option),
        reference(book, "N", option),
        schedule_text(option),
        given(option.department),
        given(option.person),
        given(option.indicator),
        outcome_text(option),
    )


def _amount(option: Option, amount: Amount) -> Marked:
    """Return standard coal or CO2; 未计算 without factor, a dash for an option without energy data."""
    if amount.value is None:
        return Marked(NOT_CALCULATED, "")
    if not amount.rows and not amount.value:
        return Marked(BLANK, "")
    found = {one.figure.evidence for one in option.effects if one.kind == "energy" or one.item == "co2"}
    return Marked(amount.value, mark(found) or mark(["estimate"] if amount.estimated else []))


# Options of one class


def low_sheet(book: Book) -> Sheet:
    """Return 无低费方案表, with what was carried out beside what was planned."""
    return _class_sheet(
        book, LOW, lambda value: value.cost_class in LOW_COST, _LOW_COLUMNS, _low_row, (4, 5, 8, 9)
    )


def _low_row(book: Book, option: Option, number: int) -> Row:
    actual = option.actual
    done: tuple[Cell, ...] = ("未完成", BLANK, BLANK, BLANK, option.note)
    if actual is not None:
        done = (
            actual.date,
            actual.cost_wan_yuan,
            number_or(actual.saving_wan_yuan, NOT_GIVEN),
            effects_text(actual.effects),
            actual.note,
        )
    return (
        float(number),
        option.id,
        option.name,
        given(option.content),
        reference(book, "I", option),
        reference(book, "P", option),
        effects_text(option.effects),
        *done,
    )


def high_sheet(book: Book) -> Sheet:
    """Return 中高费方案表, with the economic assessment of every option."""

    def wanted(value: Valuation) -> bool:
        return value.cost_class is not None and value.cost_class not in LOW_COST

    return _class_sheet(book, HIGH, wanted, _HIGH_COLUMNS, _high_row, (5, 6, 9))


def _high_row(book: Book, option: Option, number: int) -> Row:
    return (
        float(number),
        option.id,
        option.name,
        given(option.content),
        cost_label(book.valuations[option.id]),
        reference(book, "I", option),
        reference(book, "P", option),
        effects_text(option.effects),
        reference(book, "N", option),
        reference(book, "NPV", option),
        reference(book, "IRR", option),
        reference(book, "verdict", option),
        outcome_text(option),
    )


def _class_sheet(
    book: Book,
    name: str,
    wanted: Callable[[Valuation], bool],
    columns: tuple[Column, ...],
    make: _RowMaker,
    summed: tuple[int, ...],
) -> Sheet:
    """Return the table of the options of one class; rejected and abandoned ones are named below it."""
    of_class = [option for option in book.project.options if wanted(book.valuations[option.id])]
    rejected = [o.id for o in of_class if o.outcome == "not_feasible" or o.state == "abandoned"]
    listed = [option for option in of_class if option.id not in rejected]
    rows = tuple(make(book, option, number) for number, option in enumerate(listed, 1))
    unknown = [option.id for option in book.project.options if book.valuations[option.id].cost_class is None]
    notes = [] if rows else ["没有这一类方案。"]
    notes += [f"不可行或已放弃，未列入：{join(rejected)}。"] if rejected else []
    notes += [f"未提供投资、不能归类的方案：{join(unknown)}。"] if unknown else []
    sums = (sum_row("合计", columns, rows, summed, range(len(rows))),) if rows else ()
    notes += sum_notes(columns, rows, summed, id_column=1)
    limits = book.project.profile.cost_limits
    note = (
        f"费用界限（本项目设置，国家无统一标准）：无费不超过 {limits.no_cost:g} 万元，"
        f"低费不超过 {limits.low_cost:g} 万元，中费不超过 {limits.medium_cost:g} 万元，以上为高费。"
    )
    return table_sheet(book, name, note, columns, rows, sums, tuple(notes))
