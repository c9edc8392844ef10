"""What a sheet of the workbook consists of: cells, columns, rows.

A cell is a text, a number, a date or a formula with the value it has now. Text never becomes
a formula. A figure may carry a mark (估, 声称, 示例) and stays a number.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from recommender.labels import NOT_CALCULATED

Form = Literal["text", "money", "amount", "plain", "percent", "whole", "date"]

FIRST_ROW = 3
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


def number_or(value: float | None, otherwise: str = NOT_CALCULATED) -> float | str:
    """Return a number, or the words that stand where there is none."""
    return otherwise if value is None else value


def bare(cell: Cell | Marked) -> Cell:
    """Return a cell without its mark."""
    return cell.cell if isinstance(cell, Marked) else cell


def shown_number(cell: Cell | Marked) -> float | None:
    """Return the number a cell shows, or None for text."""
    found = bare(cell)
    found = found.value if isinstance(found, Formula) else found
    return None if isinstance(found, str | datetime.date) else float(found)


def shown_text(cell: Cell | Marked) -> str:
    """Return the text a cell shows, empty for a number."""
    found = bare(cell)
    found = found.value if isinstance(found, Formula) else found
    return found if isinstance(found, str) else ""
