"""The economic sheet and the cash flows behind it: inputs, and formulas with their values.

The economic sheet holds the inputs; every other figure of money in the workbook is a formula
on them, so that a change recalculates. Option and row number are the same in both sheets.
"""

from __future__ import annotations

from recommender.audit.project import Option
from recommender.audit.report.content import BLANK, NOT_GIVEN, mark
from recommender.audit.valuation import Valuation, payback_limit
from recommender.audit.workbook.book import ECONOMICS, FLOWS, Book, table_sheet
from recommender.audit.workbook.cells import FIRST_ROW, Cell, Column, Formula, Marked, Row, Sheet, number_or
from recommender.labels import ECONOMIC_FLAGS, NOT_CALCULATED, join

_VERDICT_LABELS = {"feasible": "可行", "not_feasible": "不可行", "not_calculated": NOT_CALCULATED}
_UNSOLVED = "无解"
_TOO_SHORT = "寿命期超出现金流量表"

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


def reference(book: Book, key: str, option: Option) -> Marked:
    """Return a formula on a cell of the economic sheet, with its value and mark now."""
    value = book.valuations[option.id]
    if key in ("I", "P"):
        found = _investment(book, option) if key == "I" else _saving(book, option)
        assert isinstance(found.cell, str | float)
        return Marked(Formula(f"={_at(key, book.rows[option.id])}", found.cell), found.mark)
    return Marked(Formula(f"={_at(key, book.rows[option.id])}", economic_values(value)[key]), "")


# Formulas


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
    years = f"MAX('{FLOWS}'!C{FIRST_ROW}:{last_flow_column}{FIRST_ROW})"
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


def flow_formula(row: int, year: int) -> str:
    """Return the formula of the net cash flow of a year (0: the investment) of the option in ``row``."""
    at = {key: _at(key, row) for key in ("I", "P", "Y", "n", "t", "r", "D")}
    lacking = f"COUNT({at['I']},{at['P']})<2"
    if year == 0:
        return f'=IF({lacking},"",-{at["I"]})'
    this = f"{_flow_letter(year)}${FIRST_ROW}"
    shield = f"IF({this}<={at['Y']},{at['D']},0)"
    flow = f"{at['P']}-MAX({at['P']}-{shield},0)*{at['t']}+IF({this}={at['n']},{at['I']}*{at['r']},0)"
    return f'=IF({lacking},"",IF({this}>{at["n"]},"",{flow}))'


def _flow_letter(year: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(2 + year))


# Values


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
        "D": number_or(found.depreciation_wan_yuan),
        "T": number_or(found.taxable_profit_wan_yuan),
        "E": number_or(found.net_profit_wan_yuan),
        "F": number_or(found.net_cash_flow_wan_yuan),
        "G": number_or(later),
        "N": number_or(found.payback_years, unsolved),
        "A": number_or(found.annuity_factor),
        "NPV": number_or(found.npv_wan_yuan),
        "NPVR": number_or(found.npvr, BLANK if valued and investment == 0 else NOT_CALCULATED),
        "IRR": number_or(found.irr, undefined if known else NOT_CALCULATED),
        "verdict": _VERDICT_LABELS[value.acceptance.verdict],
    }


def _investment(book: Book, option: Option) -> Marked:
    value = option.investment.value if option.investment is not None else None
    return Marked(number_or(value, NOT_GIVEN), mark(book.draft.investment_evidence(option)))


def _saving(book: Book, option: Option) -> Marked:
    value = book.valuations[option.id].annual_saving_wan_yuan
    return Marked(number_or(value), mark(book.draft.saving_evidence(option)))


def _economic_row(book: Book, option: Option, last_flow_column: str) -> Row:
    value, row = book.valuations[option.id], book.rows[option.id]
    inputs = value.economics.inputs
    rate = number_or(inputs.discount_rate, NOT_GIVEN)
    benchmark = book.project.profile.benchmark_irr
    same_rate = Formula(f"={_LETTERS['i']}{row}", rate)
    cells: dict[str, Cell | Marked] = {
        "id": option.id,
        "name": option.name,
        "I": _investment(book, option),
        "P": _saving(book, option),
        "Y": number_or(inputs.depreciation_years, NOT_GIVEN),
        "n": number_or(inputs.life_years, NOT_GIVEN),
        "t": number_or(inputs.tax_rate, NOT_GIVEN),
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


def economic_sheet(book: Book) -> Sheet:
    """Return 经济评估表: the inputs of every option, and all that follows as formulas."""
    last = _flow_letter(_longest(book))
    rows = tuple(_economic_row(book, option, last) for option in book.project.options)
    return table_sheet(book, ECONOMICS, _ECONOMIC_NOTE, tuple(_ECONOMIC_COLUMNS.values()), rows)


def _longest(book: Book) -> int:
    return max([book.project.profile.life_years, *(o.life_years or 0 for o in book.project.options)])


def flow_sheet(book: Book) -> Sheet:
    """Return 现金流量表: the yearly net cash flows of every option, as formulas on its inputs."""
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
    return table_sheet(book, FLOWS, note, columns, tuple(rows))
