"""The effect of the options together (效果汇总): every item before and after, and the sums."""

from __future__ import annotations

from recommender.audit.project import KIND_LABELS
from recommender.audit.report.content import BLANK, NOT_GIVEN, per_year, plain
from recommender.audit.totals import Sum, Totals, totals
from recommender.audit.workbook.book import EFFECT, Book, table_sheet
from recommender.audit.workbook.cells import FIRST_ROW, Cell, Column, Formula, Marked, Row, Sheet, number_or
from recommender.labels import NOT_CALCULATED, join

_EFFECT_COLUMNS = (
    Column("类别", 17), Column("项目", 22), Column("单位", 11), Column("现状（基准年）", 15, "amount"),
    Column("节约或减少", 15, "amount"), Column("占现状比例", 11, "percent"),
    Column("方案实施后", 15, "amount"), Column("单位产品现状", 15, "amount"),
    Column("单位产品实施后", 15, "amount"), Column("各方案贡献", 50), Column("说明", 26),
)  # fmt: skip


def effect_sheet(book: Book) -> Sheet:
    """Return 效果汇总 of the options that count.

    Raises:
        BadInput: a unit cannot be converted to that of the yearly data; names the option.
    """
    found = totals(book.project, valuations=book.valuations)
    rows: list[Row] = []
    for item in found.items:
        row = FIRST_ROW + 1 + len(rows)
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
                number_or(item.baseline, NOT_GIVEN),
                saving,
                share,
                after,
                number_or(item.per_unit_before),
                number_or(item.per_unit_after),
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
    return table_sheet(book, EFFECT, note, _EFFECT_COLUMNS, tuple(rows), (), tuple(notes))


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
    shown = Marked(
        number_or(amount.value), "（含估）" if amount.estimated and amount.value is not None else ""
    )
    lacking = f"未计算的方案：{join(list(amount.missing))}" if amount.missing else ""
    return (label, name, unit, BLANK, shown, BLANK, BLANK, BLANK, BLANK, options, lacking)
