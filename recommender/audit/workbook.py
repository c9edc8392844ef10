"""The hand-over table of an audit project as XLSX: options, both cost classes, economics, effect, sources.

The economic sheet holds the inputs; every other figure of money is a formula on them, written
with its value, so that a change recalculates and a viewer without formulas still shows
numbers. The ``_*_sheet`` functions decide what stands where; ``_Writer`` only writes. Text
never becomes a formula. An input nobody gave is 未提供, a figure that cannot be computed is
未计算.
"""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from catalog import display
from catalog.export import _A3, FIXED_DATE, _row_height
from catalog.load import Catalog
from recommender.audit.project import AuditProject, Figure, ItemEffect, Option, Outcome, Price
from recommender.audit.report.chapters import KIND_LABELS
from recommender.audit.report.content import (
    BLANK,
    EVIDENCE_BESIDES_CODES,
    NO_SOURCE,
    NOT_GIVEN,
    Draft,
    change_text,
    effect_label,
    given,
    mark,
    named,
    per_year,
    plain,
)
from recommender.audit.screening import STATE_LABELS
from recommender.audit.totals import Sum, Totals, counted, totals
from recommender.audit.valuation import (
    COST_CLASS_LABELS,
    LOW_COST,
    Amount,
    Valuation,
    net_price,
    payback_limit,
)
from recommender.feedback import REASON_CODES
from recommender.labels import ECONOMIC_FLAGS, NOT_CALCULATED, join

Form = Literal["text", "money", "amount", "plain", "percent", "whole", "date"]

SUMMARY, LOW, HIGH = "方案汇总表", "无低费方案表", "中高费方案表"
ECONOMICS, FLOWS, EFFECT, SOURCES = "经济评估表", "现金流量表", "效果汇总", "数据来源"

OUTCOME_LABELS: dict[Outcome, str] = {
    "undecided": "待定", "feasible_low_cost": "可行的无/低费方案",
    "preliminary_high_cost": "初步可行的中/高费方案", "not_feasible": "不可行",
}  # fmt: skip
_VERDICT_LABELS = {"feasible": "可行", "not_feasible": "不可行", "not_calculated": NOT_CALCULATED}
_UNSOLVED = "无解"
_TOO_SHORT = "寿命期超出现金流量表"
_TOTAL, _COUNTED_TOTAL = "合计（全部方案）", "其中：筛选可行且未放弃的方案"
_SETTINGS = "项目设置"

_FIRST = 3
"""Index of the first row of a table: title, note and header stand above."""


@dataclass(frozen=True)
class Formula:
    """A formula with the value it has now."""

    text: str
    value: float | str


Cell = str | float | datetime.date | Formula


@dataclass(frozen=True)
class Marked:
    """A cell whose figure carries a mark; the cell stays a number."""

    cell: Cell
    mark: str


Row = tuple[Cell | Marked, ...]


@dataclass(frozen=True)
class Column:
    """One column: title, width in characters, how its numbers are shown, whether it is an input."""

    title: str | int
    width: float
    form: Form = "text"
    is_input: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet: title and note above the table, sums and notes below."""

    name: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    sums: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Book:
    """What every sheet is made from; ``rows`` are row numbers (from 1) in sheets of all options."""

    project: AuditProject
    catalog: Catalog
    draft: Draft
    valuations: Mapping[str, Valuation]
    rows: Mapping[str, int]


# Words


def _number(value: float | None, otherwise: str = NOT_CALCULATED) -> float | str:
    return otherwise if value is None else value


def effects_text(effects: Iterable[ItemEffect]) -> str:
    """Return what changes in a year, each with unit and mark: 电力减少 120000 kWh/a（估）."""
    told = (f"{effect_label(one)}{change_text(one)}{mark([one.figure.evidence])}" for one in effects)
    return "；".join(told) or NOT_GIVEN


def _problems(project: AuditProject, option: Option) -> str:
    texts = {problem.id: problem.text for problem in project.problems}
    return "；".join(f"{id} {texts[id]}" if id in texts else id for id in option.problem_ids) or NOT_GIVEN


def schedule_text(option: Option) -> str:
    """Return when an option was finished, or is to be built, or 未提供."""
    if option.actual is not None:
        return f"{option.actual.date.isoformat()} 完成"
    plan = option.schedule
    parts = [f"{plan.start.isoformat()} 起"] if plan.start is not None else []
    parts += [f"工期 {plan.days} 天"] if plan.days is not None else []
    parts += [f"停产 {plan.stop_days:g} 天"] if plan.stop_days is not None else []
    return "，".join(parts) or NOT_GIVEN


def outcome_text(option: Option) -> str:
    """Return the result of the screening with its reason, and the state once the option was selected."""
    reasons = [REASON_CODES[option.rejection]] if option.rejection is not None else []
    reasons += [option.outcome_reason.strip()] if option.outcome_reason.strip() else []
    told = f"（{'：'.join(reasons)}）" if reasons else ""
    state = "" if option.state == "recommended" else f"；{STATE_LABELS[option.state]}"
    return f"{OUTCOME_LABELS[option.outcome]}{told}{state}"


def _cost_label(value: Valuation) -> str:
    return COST_CLASS_LABELS[value.cost_class] if value.cost_class else NOT_CALCULATED


def _price_text(price: Price) -> str:
    value, note = net_price(price)
    shown = f"{price.label} {value:.6g} {price.figure.unit}{mark([price.figure.evidence])}"
    if price.tax == "excluded":
        return f"{shown}（不含税）"
    if note is not None:
        return f"{shown}（含税）"
    return f"{shown}（由含税价 {plain(price.figure.value)} 按增值税率 {price.vat_rate:.0%} 折算）"


def _factor_rows(valuations: Mapping[str, Valuation]) -> dict[str, list[str]]:
    """Return the options that use each factor row, by its text, in the order of first use."""
    found: dict[str, list[str]] = {}
    for id, value in valuations.items():
        for row in (*value.tce.rows, *value.co2.rows):
            users = found.setdefault(row, [])
            if id not in users:
                users.append(id)
    return found


def _basis_note(book: _Book) -> str:
    """Return prices, factor rows and the meaning of marks, as the note above the table of options."""
    profile = book.project.profile
    prices = "；".join(_price_text(price) for price in profile.prices) or NOT_GIVEN
    factors = "；".join(_factor_rows(book.valuations)) or "未用到"
    basis = "当量值" if profile.coal_basis == "calorific" else "等价值"
    notes = dict.fromkeys(note for value in book.valuations.values() for note in value.notes)
    lines = ["本表为示例项目，标“示例”的数据为演示而编，不代表任何企业。"] if book.project.is_example else []
    lines += [
        f"价格基准：{prices}。",
        f"电力折标准煤按{basis}；所用因子：{factors}。",
        f"未计算：缺少数据，不按 0 处理，所缺内容见“{ECONOMICS}”的“缺少”列；{BLANK}：该方案没有能源数据。"
        "（估）工程估计，（声称）供应方声称，（示例）示例数据。"
        f"投资、经济效益和回收期取自“{ECONOMICS}”，修改请改该表的浅黄色单元格。",
        *(f"{note}。" for note in notes),
    ]
    return "\n".join(lines)


# Economic sheet

_ECONOMIC_COLUMNS: dict[str, Column] = {
    "id": Column("方案编号", 8),
    "name": Column("方案名称", 24),
    "I": Column("投资 I（万元）", 11, "money", True),
    "P": Column("年节省 P（万元/a）", 11, "money", True),
    "Y": Column("折旧年限 Y（a）", 8, "whole", True),
    "n": Column("寿命期 n（a）", 8, "whole", True),
    "t": Column("所得税率", 8, "percent", True),
    "i": Column("贴现率 i", 8, "percent", True),
    "r": Column("残值率", 8, "percent", True),
    "D": Column("年折旧 D（万元/a）", 10, "money"),
    "T": Column("应税利润 T（万元/a）", 10, "money"),
    "E": Column("净利润 E（万元/a）", 10, "money"),
    "F": Column("年净现金流 F（万元/a）", 10, "money"),
    "G": Column("折旧期满后净现金流（万元/a）", 11, "money"),
    "N": Column("投资偿还期 N（a）", 9, "money"),
    "A": Column("年金现值系数", 9, "money"),
    "NPV": Column("净现值 NPV（万元）", 11, "money"),
    "NPVR": Column("净现值率 NPVR", 10, "percent"),
    "IRR": Column("内部收益率 IRR", 10, "percent"),
    "limit": Column("偿还期限值（a）", 8, "money", True),
    "bench": Column("基准收益率", 8, "percent", True),
    "verdict": Column("评估结论", 9),
    "flags": Column("提示", 20),
    "missing": Column("缺少", 20),
}
_LETTERS = {key: chr(ord("A") + index) for index, key in enumerate(_ECONOMIC_COLUMNS)}
_ECONOMIC_NOTE = (
    "公式（清洁生产审核手册）：D=I×(1−残值率)/Y；T=P−D；E=T−max(T,0)×税率；F=E+D；N=I/F；"
    "NPV=各年净现金流按 i 折现之和−I；NPVR=NPV/I；IRR 为 NPV=0 时的贴现率。"
    "折旧期短于寿命期时，期满后各年净现金流为 P−max(P,0)×税率，残值在末年收回。"
    "评估结论：N 小于偿还期限值、NPV 不小于 0、IRR 不低于基准收益率为可行。"
    "浅黄色为输入，其余数字和评估结论为公式，改输入后自动重算；提示、缺少两列为生成时的情况。"
)


def _at(key: str, row: int) -> str:
    """Return a cell of the economic sheet as other sheets refer to it."""
    return f"'{ECONOMICS}'!{_LETTERS[key]}{row}"


def economic_formulas(row: int, last_flow_column: str) -> dict[str, str]:
    """Return the formulas of one row of the economic sheet by column key.

    Valid for any Y and n: yearly flows are F while depreciation runs, then G, and the residual
    value comes back in the last year. With Y >= n and no residual NPV is -PV(i,n,F)-I and N is
    I/F. IRR is RATE for level flows, else IRR over the row of the cash-flow sheet; both start
    from F/I, or from the mean yearly loss where the flows do not return the investment.

    Args:
        row: row number, from 1; the same in the cash-flow sheet.
        last_flow_column: letter of the last year in the cash-flow sheet.
    """
    c = {key: f"{letter}{row}" for key, letter in _LETTERS.items()}
    saved = f"COUNT({c['I']},{c['P']})<2"
    valued = f"COUNT({c['I']},{c['P']},{c['i']})<3"
    period = f"MIN({c['Y']},{c['n']})"
    residual = f"{c['I']}*{c['r']}"
    first = f"({c['F']}+IF({c['n']}=1,{residual},0))"
    returned = f"({c['F']}*{period}+{c['G']}*({c['n']}-{period})+{residual})"
    guess = f"IF({returned}<{c['I']},({returned}/{c['I']})^(2/({c['n']}+1))-1,{c['F']}/{c['I']})"
    flows = f"'{FLOWS}'!C{row}:{last_flow_column}{row}"
    years = f"MAX('{FLOWS}'!C{_FIRST}:{last_flow_column}{_FIRST})"
    level = f"RATE({c['n']},{c['F']},-{c['I']},{residual},0,{guess})"
    uneven = f'IF({c["n"]}>{years},"{_TOO_SHORT}",IRR({flows},{guess}))'
    repaid = (
        f"IF(OR({c['n']}<={c['Y']},{c['I']}<={c['F']}*{c['Y']}),{c['I']}/{c['F']},"
        f"{c['Y']}+({c['I']}-{c['F']}*{c['Y']})/{c['G']})"
    )
    worth = (
        f"-PV({c['i']},{period},{c['F']})"
        f"-(PV({c['i']},{c['n']},{c['G']})-PV({c['i']},{period},{c['G']}))"
        f"+{residual}/(1+{c['i']})^{c['n']}-{c['I']}"
    )
    passed = (
        f"AND(ISNUMBER({c['N']}),{c['N']}<{c['limit']},{c['NPV']}>=0,"
        f"OR({c['I']}=0,AND(ISNUMBER({c['IRR']}),{c['IRR']}>={c['bench']})))"
    )
    found = {
        "D": _unless(saved, f"{c['I']}*(1-{c['r']})/{c['Y']}"),
        "T": _unless(saved, f"{c['P']}-{c['D']}"),
        "E": _unless(saved, f"{c['T']}-MAX({c['T']},0)*{c['t']}"),
        "F": _unless(saved, f"{c['E']}+{c['D']}"),
        "G": _unless(saved, f"{c['P']}-MAX({c['P']},0)*{c['t']}"),
        "N": _unless(saved, f'IF({c["F"]}<=0,"{_UNSOLVED}",IF({c["I"]}=0,0,{repaid}))'),
        "A": _unless(valued, f"-PV({c['i']},{c['n']},1)"),
        "NPV": _unless(valued, worth),
        "NPVR": _unless(valued, f'IF({c["I"]}=0,"{BLANK}",{c["NPV"]}/{c["I"]})'),
        "IRR": _unless(
            saved,
            f'IF({c["I"]}=0,"{BLANK}",IF({first}<=0,"{_UNSOLVED}",'
            f'IFERROR(IF({c["Y"]}>={c["n"]},{level},{uneven}),"{_UNSOLVED}")))',
        ),
        "verdict": _unless(valued, f'IF({passed},"可行","不可行")'),
    }
    return {key: f"={text}" for key, text in found.items()}


def _unless(lacking: str, text: str) -> str:
    return f'IF({lacking},"{NOT_CALCULATED}",{text})'


def economic_values(value: Valuation) -> dict[str, float | str]:
    """Return what the formulas of an option give now, from ``recommender.economics``."""
    found = value.economics
    inputs = found.inputs
    investment, saving = inputs.investment_wan_yuan, inputs.annual_saving_wan_yuan
    known = investment is not None and saving is not None
    tax = inputs.tax_rate or 0.0
    later = None if saving is None or not known else saving - max(saving, 0.0) * tax
    unsolved = _UNSOLVED if known else NOT_CALCULATED
    undefined = BLANK if investment == 0 else unsolved
    valued = known and inputs.discount_rate is not None
    return {
        "D": _number(found.depreciation_wan_yuan),
        "T": _number(found.taxable_profit_wan_yuan),
        "E": _number(found.net_profit_wan_yuan),
        "F": _number(found.net_cash_flow_wan_yuan),
        "G": _number(later),
        "N": _number(found.payback_years, unsolved),
        "A": _number(found.annuity_factor),
        "NPV": _number(found.npv_wan_yuan),
        "NPVR": _number(found.npvr, BLANK if valued and investment == 0 else NOT_CALCULATED),
        "IRR": _number(found.irr, undefined if known else NOT_CALCULATED),
        "verdict": _VERDICT_LABELS[value.acceptance.verdict],
    }


def _economic_row(book: _Book, option: Option, last_flow_column: str) -> Row:
    value, row = book.valuations[option.id], book.rows[option.id]
    inputs = value.economics.inputs
    rate = _number(inputs.discount_rate, NOT_GIVEN)
    benchmark = book.project.profile.benchmark_irr
    same_rate = Formula(f"={_LETTERS['i']}{row}", rate)
    cells: dict[str, Cell | Marked] = {
        "id": option.id,
        "name": option.name,
        "I": _investment(book, option),
        "P": _saving(book, option),
        "Y": _number(inputs.depreciation_years, NOT_GIVEN),
        "n": _number(inputs.life_years, NOT_GIVEN),
        "t": _number(inputs.tax_rate, NOT_GIVEN),
        "i": rate,
        "r": inputs.residual_rate,
        "limit": payback_limit(book.project, value.cost_class),
        "bench": same_rate if benchmark is None else benchmark,
        "flags": "；".join(ECONOMIC_FLAGS[flag] for flag in value.economics.flags),
        "missing": join(list(value.missing)),
    }
    values = economic_values(value)
    formulas = economic_formulas(row, last_flow_column)
    cells |= {key: Formula(formulas[key], values[key]) for key in formulas}
    return tuple(cells[key] for key in _ECONOMIC_COLUMNS)


def _investment(book: _Book, option: Option) -> Marked:
    value = option.investment.value if option.investment is not None else None
    return Marked(_number(value, NOT_GIVEN), mark(book.draft.investment_evidence(option)))


def _saving(book: _Book, option: Option) -> Marked:
    value = book.valuations[option.id].annual_saving_wan_yuan
    return Marked(_number(value), mark(book.draft.saving_evidence(option)))


def _longest(book: _Book) -> int:
    return max([book.project.profile.life_years, *(o.life_years or 0 for o in book.project.options)])


def _flow_letter(year: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(2 + year))


def _economic_sheet(book: _Book) -> Sheet:
    last = _flow_letter(_longest(book))
    rows = tuple(_economic_row(book, option, last) for option in book.project.options)
    return _sheet(book, ECONOMICS, _ECONOMIC_NOTE, tuple(_ECONOMIC_COLUMNS.values()), rows)


def flow_formula(row: int, year: int) -> str:
    """Return the formula of the net cash flow of a year (0: the investment) of the option in ``row``."""
    at = {key: _at(key, row) for key in ("I", "P", "Y", "n", "t", "r", "D")}
    lacking = f"COUNT({at['I']},{at['P']})<2"
    if year == 0:
        return f'=IF({lacking},"",-{at["I"]})'
    this = f"{_flow_letter(year)}${_FIRST}"
    shield = f"IF({this}<={at['Y']},{at['D']},0)"
    flow = f"{at['P']}-MAX({at['P']}-{shield},0)*{at['t']}+IF({this}={at['n']},{at['I']}*{at['r']},0)"
    return f'=IF({lacking},"",IF({this}>{at["n"]},"",{flow}))'


def _flow_sheet(book: _Book) -> Sheet:
    years = range(_longest(book) + 1)
    rows: list[Row] = []
    for option in book.project.options:
        found, row = book.valuations[option.id].economics, book.rows[option.id]
        flows: list[float] = []
        if found.cash_flows_wan_yuan and found.inputs.investment_wan_yuan is not None:
            flows = [-found.inputs.investment_wan_yuan, *found.cash_flows_wan_yuan]
        values = [flows[year] if year < len(flows) else "" for year in years]
        cells = (Formula(flow_formula(row, year), value) for year, value in enumerate(values))
        rows.append((option.id, option.name, *cells))
    note = f"万元；第 0 年为投资，以后各年为净现金流，由“{ECONOMICS}”的输入计算；{NOT_CALCULATED}的方案留空。"
    columns = (
        Column("方案编号", 8), Column("方案名称", 24), *(Column(year, 9, "money") for year in years),
    )  # fmt: skip
    return _sheet(book, FLOWS, note, columns, tuple(rows))


# Tables of options


def _reference(book: _Book, key: str, option: Option) -> Marked:
    """Return a formula on a cell of the economic sheet, with its value and mark now."""
    value = book.valuations[option.id]
    if key in ("I", "P"):
        found = _investment(book, option) if key == "I" else _saving(book, option)
        assert isinstance(found.cell, str | float)
        return Marked(Formula(f"={_at(key, book.rows[option.id])}", found.cell), found.mark)
    return Marked(Formula(f"={_at(key, book.rows[option.id])}", economic_values(value)[key]), "")


def _amount(option: Option, amount: Amount) -> Marked:
    """Return standard coal or CO2; 未计算 without factor, a dash for an option without energy data."""
    if amount.value is None:
        return Marked(NOT_CALCULATED, "")
    if not amount.rows and not amount.value:
        return Marked(BLANK, "")
    found = {one.figure.evidence for one in option.effects if one.kind == "energy" or one.item == "co2"}
    return Marked(amount.value, mark(found) or mark(["estimate"] if amount.estimated else []))


_SUMMARY_COLUMNS = (
    Column("方案编号", 7), Column("方案名称", 19), Column("所属方面", 10), Column("解决的问题", 24),
    Column("方案内容简介", 32), Column("费用类别", 6), Column("投资(万元)", 10, "money"),
    Column("环境效益", 28), Column("节能量(tce/a)", 11, "money"), Column("减碳量(tCO2/a)", 11, "money"),
    Column("经济效益(万元/a)", 11, "money"), Column("回收期(a)", 8, "money"), Column("实施时间", 15),
    Column("责任部门", 10), Column("责任人", 9), Column("对应指标", 14), Column("筛选结论", 18),
)  # fmt: skip
_PLAIN_SUM = f"合计为表中数值直接相加，未扣除方案之间的重叠和互斥；扣除后的效果见“{EFFECT}”。"
_SUMMED = (6, 8, 9, 10)
"""Columns of the table of options that are added up."""


def _summary_row(book: _Book, option: Option) -> Row:
    value = book.valuations[option.id]
    return (
        option.id,
        option.name,
        book.draft.aspect_label(option.aspect),
        _problems(book.project, option),
        given(option.content),
        _cost_label(value),
        _reference(book, "I", option),
        effects_text(option.effects),
        _amount(option, value.tce),
        _amount(option, value.co2),
        _reference(book, "P", option),
        _reference(book, "N", option),
        schedule_text(option),
        given(option.department),
        given(option.person),
        given(option.indicator),
        outcome_text(option),
    )


def _summary_sheet(book: _Book) -> Sheet:
    rows = tuple(_summary_row(book, option) for option in book.project.options)
    ids = [option.id for option in book.project.options]
    wanted = set(counted(book.project))
    sums = [_sum_row(_TOTAL, _SUMMARY_COLUMNS, rows, _SUMMED, range(len(rows)))] if rows else []
    if wanted and len(wanted) < len(ids):
        chosen = [index for index, id in enumerate(ids) if id in wanted]
        sums.append(_sum_row(_COUNTED_TOTAL, _SUMMARY_COLUMNS, rows, _SUMMED, chosen))
    notes = [_PLAIN_SUM] if rows else []
    notes += _sum_notes(_SUMMARY_COLUMNS, rows, _SUMMED)
    return _sheet(book, SUMMARY, _basis_note(book), _SUMMARY_COLUMNS, rows, tuple(sums), tuple(notes))


def _bare(cell: Cell | Marked) -> Cell:
    return cell.cell if isinstance(cell, Marked) else cell


def _value(cell: Cell | Marked) -> float | None:
    """Return the number a cell shows, or None for text."""
    found = _bare(cell)
    found = found.value if isinstance(found, Formula) else found
    return None if isinstance(found, str | datetime.date) else float(found)


def _sum_row(
    label: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    summed: Iterable[int],
    chosen: Sequence[int],
) -> Row:
    """Return a row of SUM formulas over the chosen rows; a column without any number is 未计算."""
    cells: list[Cell | Marked] = ["", label, *("" for _ in columns[2:])]
    for column in summed:
        known = [value for index in chosen if (value := _value(rows[index][column])) is not None]
        ranges = _ranges(column, chosen)
        none = Formula(f'=IF(COUNT({ranges})=0,"{NOT_CALCULATED}",SUM({ranges}))', NOT_CALCULATED)
        cells[column] = Formula(f"=SUM({ranges})", math.fsum(known)) if known else none
    return tuple(cells)


def _ranges(column: int, chosen: Sequence[int]) -> str:
    """Return the cells of a column in the chosen rows as ranges: G4:G6,G9."""
    from xlsxwriter.utility import xl_col_to_name

    letter, parts = xl_col_to_name(column), []
    for _, run in groupby(enumerate(chosen), key=lambda pair: pair[1] - pair[0]):
        found = [index for _, index in run]
        first, last = found[0] + _FIRST + 1, found[-1] + _FIRST + 1
        parts.append(f"{letter}{first}" if first == last else f"{letter}{first}:{letter}{last}")
    return ",".join(parts)


def _sum_notes(
    columns: Sequence[Column], rows: Sequence[Row], summed: Iterable[int], id_column: int = 0
) -> list[str]:
    """Return for each summed column which options are not in the sum, and which figures are marked."""
    lines = []
    for column in summed:
        cells = [(str(row[id_column]), row[column]) for row in rows]
        lacking = [id for id, cell in cells if _value(cell) is None and _text(cell) != BLANK]
        marked = [f"{id}{cell.mark}" for id, cell in cells if isinstance(cell, Marked) and cell.mark]
        told = [f"不含未提供或未计算的方案 {join(lacking)}"] if lacking else []
        told += [f"含估算、声称或示例数据 {join(marked)}"] if marked else []
        if told:
            lines.append(f"{columns[column].title}合计：{'；'.join(told)}。")
    return lines


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


def _low_row(book: _Book, option: Option, number: int) -> Row:
    actual = option.actual
    done: tuple[Cell, ...] = ("未完成", BLANK, BLANK, BLANK, option.note)
    if actual is not None:
        done = (
            actual.date,
            actual.cost_wan_yuan,
            _number(actual.saving_wan_yuan, NOT_GIVEN),
            effects_text(actual.effects),
            actual.note,
        )
    return (
        float(number),
        option.id,
        option.name,
        given(option.content),
        _reference(book, "I", option),
        _reference(book, "P", option),
        effects_text(option.effects),
        *done,
    )


def _high_row(book: _Book, option: Option, number: int) -> Row:
    return (
        float(number),
        option.id,
        option.name,
        given(option.content),
        _cost_label(book.valuations[option.id]),
        _reference(book, "I", option),
        _reference(book, "P", option),
        effects_text(option.effects),
        _reference(book, "N", option),
        _reference(book, "NPV", option),
        _reference(book, "IRR", option),
        _reference(book, "verdict", option),
        outcome_text(option),
    )


_RowMaker = Callable[[_Book, Option, int], Row]


def _class_sheet(
    book: _Book,
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
    sums = (_sum_row("合计", columns, rows, summed, range(len(rows))),) if rows else ()
    notes += _sum_notes(columns, rows, summed, id_column=1)
    limits = book.project.profile.cost_limits
    note = (
        f"费用界限（本项目设置，国家无统一标准）：无费不超过 {limits.no_cost:g} 万元，"
        f"低费不超过 {limits.low_cost:g} 万元，中费不超过 {limits.medium_cost:g} 万元，以上为高费。"
    )
    return _sheet(book, name, note, columns, rows, sums, tuple(notes))


def _low_sheet(book: _Book) -> Sheet:
    return _class_sheet(
        book, LOW, lambda value: value.cost_class in LOW_COST, _LOW_COLUMNS, _low_row, (4, 5, 8, 9)
    )


def _high_sheet(book: _Book) -> Sheet:
    def wanted(value: Valuation) -> bool:
        return value.cost_class is not None and value.cost_class not in LOW_COST

    return _class_sheet(book, HIGH, wanted, _HIGH_COLUMNS, _high_row, (5, 6, 9))


# Effect of the options together

_EFFECT_COLUMNS = (
    Column("类别", 17), Column("项目", 22), Column("单位", 11), Column("现状（基准年）", 15, "amount"),
    Column("节约或减少", 15, "amount"), Column("占现状比例", 11, "percent"),
    Column("方案实施后", 15, "amount"), Column("单位产品现状", 15, "amount"),
    Column("单位产品实施后", 15, "amount"), Column("各方案贡献", 50), Column("说明", 26),
)  # fmt: skip


def _effect_sheet(book: _Book) -> Sheet:
    found = totals(book.project, valuations=book.valuations)
    rows: list[Row] = []
    for item in found.items:
        row = _FIRST + 1 + len(rows)
        saving = Marked(item.saving, "（含估）" if item.estimated else "")
        share: Cell = BLANK if item.baseline is not None else NOT_CALCULATED
        after: Cell = NOT_CALCULATED
        if item.after is not None:
            after = Formula(f"=D{row}-E{row}", item.after)
        if item.share is not None:
            share = Formula(f"=E{row}/D{row}", item.share)
        rows.append(
            (
                KIND_LABELS[item.kind],
                item.label,
                per_year(item.unit),
                _number(item.baseline, NOT_GIVEN),
                saving,
                share,
                after,
                _number(item.per_unit_before),
                _number(item.per_unit_after),
                "；".join(f"{option} {plain(amount)}" for option, amount in item.contributions),
                "" if item.per_unit_before is None else f"单位产品值：{item.per_unit_unit}",
            )
        )
    rows += _sum_lines(found)
    year = f"{found.year} 年" if found.year is not None else NOT_GIVEN
    output = NOT_GIVEN if found.output is None else f"{plain(found.output)} {found.output_unit}"
    note = (
        f"计入的方案（筛选可行且未放弃）：{join(list(found.options)) or '无'}。"
        f"基准年：{year}，产量：{output}。"
        "几个方案作用于同一项目时，后一方案只计剩余部分，不重复相加；单位产品值的单位见说明。"
    )
    notes = list(found.notes)
    if found.unclassed:
        notes.append(f"未提供投资、未分入无/低费或中/高费：{join(list(found.unclassed))}。")
    return _sheet(book, EFFECT, note, _EFFECT_COLUMNS, tuple(rows), (), tuple(notes))


def _sum_lines(found: Totals) -> list[Row]:
    lines: list[Row] = []
    for label, sums in (("全部", found.total), ("无/低费", found.low_cost), ("中/高费", found.high_cost)):
        if not sums.options:
            continue
        for name, unit, amount in (
            ("投资", "万元", sums.investment_wan_yuan),
            ("经济效益", "万元/a", sums.annual_saving_wan_yuan),
            ("节能量", "tce/a", sums.tce),
            ("减碳量", "tCO2/a", sums.co2_t),
        ):
            lines.append(_sum_line(f"{label}方案合计", name, unit, amount, join(list(sums.options))))
    return lines


def _sum_line(label: str, name: str, unit: str, amount: Sum, options: str) -> Row:
    shown = Marked(_number(amount.value), "（含估）" if amount.estimated and amount.value is not None else "")
    lacking = f"未计算的方案：{join(list(amount.missing))}" if amount.missing else ""
    return (label, name, unit, BLANK, shown, BLANK, BLANK, BLANK, BLANK, options, lacking)


# Sources

_SOURCE_COLUMNS = (
    Column("类别", 14), Column("对象", 26), Column("项目", 24), Column("数值", 14, "plain"),
    Column("单位", 13), Column("下限", 12, "plain"), Column("上限", 12, "plain"), Column("证据", 12),
    Column("出处与说明", 70),
)  # fmt: skip


class _SourceList:
    """Collects the rows of the sheet of sources."""

    def __init__(self, catalog: Catalog) -> None:
        grades = {code.code: code.label for code in catalog.codes["evidence_grades"]}
        self._labels = grades | EVIDENCE_BESIDES_CODES
        self.rows: list[Row] = []

    def yearly(self, group: str, owner: str, name: str, figure: Figure, note: str = "") -> None:
        annual = figure.model_copy(update={"unit": per_year(figure.unit)})
        self.figure(group, owner, name, annual, note)

    def figure(self, group: str, owner: str, name: str, figure: Figure, note: str = "") -> None:
        ends = [BLANK if end is None else end for end in (figure.low, figure.high)]
        source = "；".join(part for part in (figure.source.strip() or NO_SOURCE, note) if part)
        evidence = self._labels[figure.evidence]
        self.rows.append((group, owner, name, figure.value, figure.unit, *ends, evidence, source))

    def value(
        self,
        group: str,
        owner: str,
        name: str,
        value: float | None,
        unit: str,
        source: str,
        evidence: str = "",
    ) -> None:
        shown = _number(value, NOT_GIVEN)
        label = self._labels[evidence] if evidence else BLANK
        self.rows.append((group, owner, name, shown, unit, BLANK, BLANK, label, source))

    def text(self, group: str, owner: str, name: str, source: str) -> None:
        self.rows.append((group, owner, name, BLANK, BLANK, BLANK, BLANK, BLANK, source))


def _percent(rate: float | None) -> float | None:
    return None if rate is None else round(rate * 100, 8)


def _settings(book: _Book, found: _SourceList) -> None:
    profile = book.project.profile
    limits, paybacks = profile.cost_limits, profile.payback_limits
    for name, value, unit in (
        ("所得税率", _percent(profile.tax_rate), "%"),
        ("贴现率", _percent(profile.discount_rate), "%"),
        ("基准收益率", _percent(profile.benchmark_irr), "%"),
        ("折旧年限", float(profile.depreciation_years), "a"),
        ("寿命期", float(profile.life_years), "a"),
        ("残值率", _percent(profile.residual_rate), "%"),
        ("无费上限", limits.no_cost, "万元"),
        ("低费上限", limits.low_cost, "万元"),
        ("中费上限", limits.medium_cost, "万元"),
        ("偿还期限值（无/低费）", paybacks.low_cost, "a"),
        ("偿还期限值（中费）", paybacks.medium_cost, "a"),
        ("偿还期限值（高费）", paybacks.high_cost, "a"),
    ):
        found.value(_SETTINGS, profile.name, name, value, unit, _SETTINGS)
    for price in profile.prices:
        found.figure("价格", price.label, "单价", price.figure, _price_text(price))
    for stream in profile.streams:
        if stream.amount is not None:
            found.figure("物流能流", stream.name, "数量", stream.amount, stream.note)


def _site_data(book: _Book, found: _SourceList) -> None:
    for row in book.project.years:
        for year, amount in sorted(row.amounts.items()):
            source = row.source.strip() or NO_SOURCE
            unit, kind = per_year(row.unit), KIND_LABELS[row.kind]
            found.value("年度数据", f"{kind}：{row.label}", f"{year} 年", amount, unit, source, row.evidence)
    for target in book.project.targets:
        for name, when, value in (
            ("现状", None, target.current),
            ("近期目标", target.near_year, target.near),
            ("远期目标", target.far_year, target.far),
        ):
            told = f"{name}（{when} 年）" if when is not None else name
            found.value("清洁生产目标", target.indicator, told, value, target.unit, _SETTINGS)


def _option_figures(option: Option, found: _SourceList) -> None:
    owner = named(option)
    if option.investment is None:
        found.value("方案", owner, "投资", None, "万元", NOT_GIVEN)
    else:
        found.figure("方案", owner, "投资", option.investment, _scaling_text(option))
    for effect in option.effects:
        found.yearly("方案", owner, f"{effect.label}（{KIND_LABELS[effect.kind]}）", effect.figure)
    for money in option.money:
        found.yearly("方案", owner, money.label, money.figure)
    for name, years in (("寿命期", option.life_years), ("折旧年限", option.depreciation_years)):
        if years is not None:
            found.value("方案", owner, name, float(years), "a", "方案设置")
    if option.actual is not None:
        actual = option.actual
        told = "；".join(part for part in (f"{actual.date.isoformat()} 实施结果", actual.note) if part)
        found.value("实施结果", owner, "实际费用", actual.cost_wan_yuan, "万元", told, "site")
        found.value("实施结果", owner, "实际经济效益", actual.saving_wan_yuan, "万元/a", told, "site")
        for effect in actual.effects:
            found.yearly("实施结果", owner, effect.label, effect.figure, told)
    for follow_up in option.follow_ups:
        told = f"完成后 {follow_up.months} 个月，{follow_up.date.isoformat()} 测"
        for effect in follow_up.effects:
            found.yearly("跟踪", owner, effect.label, effect.figure, told)
        if follow_up.saving_wan_yuan is not None:
            found.value("跟踪", owner, "经济效益", follow_up.saving_wan_yuan, "万元/a", told, "site")


def _scaling_text(option: Option) -> str:
    if option.scaling is None:
        return ""
    one = option.scaling
    return (
        f"按规模估算：{plain(one.case_investment_wan_yuan)} 万元×({plain(one.capacity)}/"
        f"{plain(one.case_capacity)} {one.capacity_unit})^{one.exponent:g}，案例：{one.source}"
    )


def _technology_sources(book: _Book, found: _SourceList) -> None:
    for option in book.project.options:
        if option.technology_id is None:
            continue
        owner, id = named(option), option.technology_id
        if id not in book.catalog:
            found.text("技术", owner, id, "技术目录中没有这个编号，请核对目录版本")
            continue
        technology = book.catalog[id]
        cited = [display.citation(one, book.catalog.policy) for one in technology.sources]
        cited += [display.publication(one) for one in technology.publications]
        found.text("技术", owner, f"{id} {technology.name}", "；".join(cited))


def _source_sheet(book: _Book) -> Sheet:
    found = _SourceList(book.catalog)
    _settings(book, found)
    _site_data(book, found)
    for option in book.project.options:
        _option_figures(option, found)
    for row, users in _factor_rows(book.valuations).items():
        found.text("因子", join(users), "折标准煤或二氧化碳排放因子", row)
    _technology_sources(book, found)
    note = f"本文件所有数据的来源；{BLANK}：不适用。方案的效果为年量，大于 0 为节约或减少，小于 0 为增加。"
    return _sheet(book, SOURCES, note, _SOURCE_COLUMNS, tuple(found.rows))


# Writing


def _sheet(
    book: _Book,
    name: str,
    note: str,
    columns: tuple[Column, ...],
    rows: tuple[Row, ...],
    sums: tuple[Row, ...] = (),
    notes: tuple[str, ...] = (),
) -> Sheet:
    return Sheet(name, f"{book.project.profile.name} 清洁生产审核 {name}", note, columns, rows, sums, notes)


def project_xlsx(project: AuditProject, catalog: Catalog) -> bytes:
    """Return the hand-over workbook of a project; the same project gives the same bytes.

    Raises:
        BadInput: a unit does not fit its price, its factor or the yearly data; names the option.
    """
    draft = Draft(project, catalog)
    rows = {option.id: _FIRST + 1 + index for index, option in enumerate(project.options)}
    book = _Book(project, catalog, draft, draft.values, rows)
    makers = (
        _summary_sheet,
        _low_sheet,
        _high_sheet,
        _economic_sheet,
        _flow_sheet,
        _effect_sheet,
        _source_sheet,
    )
    return _write([make(book) for make in makers])


_NUMBER_FORMATS: dict[Form, str] = {
    "text": "General", "money": "#,##0.00", "amount": "#,##0.00", "plain": "General",
    "percent": "0.00%", "whole": "0", "date": "yyyy-mm-dd",
}  # fmt: skip
_FONT = {"font_name": "宋体", "font_size": 10, "text_wrap": True}
_BODY = {**_FONT, "border": 1, "valign": "top"}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"font_name": "黑体", "font_size": 14, "align": "center", "valign": "vcenter"},
    "note": {**_FONT, "font_size": 9, "font_color": "#555555", "valign": "top"},
    "head": {**_BODY, "bold": True, "bg_color": "#DCE9E1", "align": "center", "valign": "vcenter"},
    "body": _BODY,
    "input": {**_BODY, "bg_color": "#FFF8DC"},
    "sum": {**_BODY, "bold": True, "bg_color": "#F0F0F0"},
}
_WHOLE_FORMAT, _SMALL_FORMAT = "#,##0", "0.0000"
_PAGE_CHARACTERS = 330.0
"""Widest sheet that is still readable on one A3 page; a wider one takes several pages side by side."""
_PADDING = 1.0
"""Characters of a column that its text does not fill."""
_LONGEST_TEXT = 32767
"""Characters Excel takes in a cell."""


def _number_format(cell: Cell | Marked, form: Form) -> str:
    """Return the number format of a cell; amounts show as many decimals as their size asks for."""
    value, found = _value(cell), _NUMBER_FORMATS[form]
    if form == "amount" and value is not None:
        whole = math.isclose(value, round(value), rel_tol=1e-9)
        found = _WHOLE_FORMAT if whole else found if abs(value) >= 1 else _SMALL_FORMAT
    return f'{found}"{cell.mark}"' if isinstance(cell, Marked) and cell.mark else found


def _shown_length(cell: Cell | Marked, form: Form) -> int:
    """Return how many characters a number takes on the sheet, 0 for text, which wraps."""
    value = _value(cell)
    if value is None:
        return 0
    shown = f"{value:.10g}" if form == "plain" else f"{value:.2%}" if form == "percent" else f"{value:,.2f}"
    return len(shown) + (2 * len(cell.mark) if isinstance(cell, Marked) else 0)


def _text(cell: Cell | Marked) -> str:
    """Return the text a cell shows, empty for a number."""
    found = _bare(cell)
    found = found.value if isinstance(found, Formula) else found
    return found if isinstance(found, str) else ""


def _widths(sheet: Sheet) -> list[float]:
    """Return the column widths, wide enough for every number so that none shows as ####."""
    lines = (*sheet.rows, *sheet.sums)
    return [
        max([column.width, *(_shown_length(line[index], column.form) + 2 for line in lines)])
        for index, column in enumerate(sheet.columns)
    ]


class _Writer:
    """Writes sheets into one xlsxwriter workbook; formats are made once each."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._formats: dict[tuple[str, str, bool], Any] = {}

    def _format(self, style: str, number_format: str = "General", *, right: bool = False) -> Any:
        key = (style, number_format, right)
        if key not in self._formats:
            align = {"align": "right"} if right else {}
            self._formats[key] = self._book.add_format(
                {**_STYLES[style], "num_format": number_format, **align}
            )
        return self._formats[key]

    def write(self, sheet: Sheet) -> None:
        """Write one sheet: title, note, header, rows, sums, notes."""
        page, widths = self._book.add_worksheet(sheet.name), _widths(sheet)
        inner = [width - _PADDING for width in widths]
        last = len(sheet.columns) - 1
        self._set_page(page, sheet, widths)
        self._line(page, 0, sheet.title, "title", widths, height=24.0)
        self._line(page, 1, sheet.note, "note", widths)
        titles = [str(column.title) for column in sheet.columns]
        page.set_row(_FIRST - 1, _row_height(titles, inner))
        for index, column in enumerate(sheet.columns):
            page.set_column(index, index, widths[index])
            self._cell(page, _FIRST - 1, index, column.title, column, "head")
        row = _FIRST
        for style, lines in (("body", sheet.rows), ("sum", sheet.sums)):
            for line in lines:
                page.set_row(row, _row_height([_text(cell) for cell in line], inner))
                for index, (cell, column) in enumerate(zip(line, sheet.columns, strict=True)):
                    own = "input" if column.is_input and style == "body" else style
                    self._cell(page, row, index, cell, column, own)
                row += 1
        if sheet.rows:
            page.autofilter(_FIRST - 1, 0, _FIRST - 1 + len(sheet.rows), last)
        for offset, note in enumerate(sheet.notes):
            self._line(page, row + 1 + offset, note, "note", widths)

    def _set_page(self, page: Any, sheet: Sheet, widths: Sequence[float]) -> None:
        page.set_landscape()
        page.set_paper(_A3)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.fit_to_pages(math.ceil(sum(widths) / _PAGE_CHARACTERS), 0)
        page.repeat_rows(_FIRST - 1)
        page.freeze_panes(_FIRST, 2)
        page.set_footer(f"&L{sheet.name}&C第 &P 页，共 &N 页")

    def _line(
        self, page: Any, row: int, text: str, style: str, widths: Sequence[float], height: float = 0.0
    ) -> None:
        """Write a text across the whole table."""
        page.merge_range(row, 0, row, len(widths) - 1, "", self._format(style))
        page.write_string(row, 0, text, self._format(style))
        page.set_row(row, height or _row_height([text], [sum(widths)]))

    def _cell(self, page: Any, row: int, index: int, cell: Cell | Marked, column: Column, style: str) -> None:
        right = column.form != "text" and style != "head"
        form = "whole" if style == "head" else column.form
        told = self._format(style, _number_format(cell, form), right=right)
        cell = _bare(cell)
        if isinstance(cell, Formula):
            page.write_formula(row, index, cell.text, told, cell.value)
        elif isinstance(cell, str):
            text = cell if len(cell) <= _LONGEST_TEXT else f"{cell[: _LONGEST_TEXT - 1]}…"
            page.write_string(row, index, text, self._format(style, right=right))
        elif isinstance(cell, datetime.date):
            page.write_datetime(row, index, cell, told)
        else:
            page.write_number(row, index, cell, told)


def _write(sheets: Sequence[Sheet]) -> bytes:
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"created": FIXED_DATE, "author": "清源"})
    writer = _Writer(book)
    for sheet in sheets:
        writer.write(sheet)
    book.close()
    return stream.getvalue()
