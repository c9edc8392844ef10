"""The sums below a table of options, and what stands outside them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import groupby

from recommender.audit.report.content import BLANK
from recommender.audit.workbook.cells import (
    FIRST_ROW,
    Cell,
    Column,
    Formula,
    Marked,
    Row,
    shown_number,
    shown_text,
)
from recommender.labels import NOT_CALCULATED, join


def sum_row(
    label: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    summed: Iterable[int],
    chosen: Sequence[int],
) -> Row:
    """Return a row of SUM formulas over the chosen rows; a column without any number is 未计算."""
    cells: list[Cell | Marked] = ["", label, *("" for _ in columns[2:])]
    for column in summed:
        known = [value for index in chosen if (value := shown_number(rows[index][column])) is not None]
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
        first, last = found[0] + FIRST_ROW + 1, found[-1] + FIRST_ROW + 1
        parts.append(f"{letter}{first}" if first == last else f"{letter}{first}:{letter}{last}")
    return ",".join(parts)


def sum_notes(
    columns: Sequence[Column], rows: Sequence[Row], summed: Iterable[int], id_column: int = 0
) -> list[str]:
    """Return for each summed column which options are not in the sum, and which figures are marked."""
    lines = []
    for column in summed:
        cells = [(str(row[id_column]), row[column]) for row in rows]
        lacking = [id for id, cell in cells if shown_number(cell) is None and shown_text(cell) != BLANK]
        marked = [f"{id}{cell.mark}" for id, cell in cells if isinstance(cell, Marked) and cell.mark]
        told = [f"不含未提供或未计算的方案 {join(lacking)}"] if lacking else []
        told += [f"含估算、声称或示例数据 {join(marked)}"] if marked else []
        if told:
            lines.append(f"{columns[column].title}合计：{'；'.join(told)}。")
    return lines
