"""An XLSX file as grids of cells."""

from __future__ import annotations

import datetime
import io
import re
import warnings
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from catalog.drafts import letter
from catalog.nominations.reading.cells import Cell, Grid
from catalog.nominations.template.texts import NO, YES, figure
from catalog.nominations.template.wording import GUIDE_SHEET

_MOST_ROWS, _MOST_COLUMNS = 2000, 60
_SKIPPED_SHEET = re.compile(r"说明|示例|样例|样表|字典|代码表")


def xlsx_blocks(content: bytes, notes: list[str]) -> Iterator[Grid]:
    """Return the sheets that hold answers; ``notes`` takes what was left out, and why."""
    import openpyxl

    with warnings.catch_warnings():  # about parts of the file that hold no answers
        warnings.simplefilter("ignore")
        values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(content))
    for sheet, written in zip(values.worksheets, formulas.worksheets, strict=True):
        if _SKIPPED_SHEET.search(sheet.title):
            if sheet.title != GUIDE_SHEET:
                notes.append(f"工作表“{sheet.title}”按说明或示例处理，没有读取")
            continue
        if sheet.max_row > _MOST_ROWS or sheet.max_column > _MOST_COLUMNS:
            notes.append(f"工作表“{sheet.title}”只读取前 {_MOST_ROWS} 行、前 {_MOST_COLUMNS} 列")
        yield _sheet_grid(sheet, written)


def _sheet_grid(sheet: Any, written: Any) -> Grid:
    most_rows, most_columns = min(sheet.max_row, _MOST_ROWS), min(sheet.max_column, _MOST_COLUMNS)
    rows: list[list[Cell | None]] = []
    for row in range(most_rows):
        made: list[Cell | None] = []
        for column in range(most_columns):
            cell = sheet.cell(row + 1, column + 1)
            made.append(_cell(cell, written.cell(row + 1, column + 1), f"{sheet.title}!", row, column))
        rows.append(made)
    for merged in sheet.merged_cells.ranges:
        top, left = merged.min_row - 1, merged.min_col - 1
        if top >= most_rows or left >= most_columns:
            continue
        first = rows[top][left]
        assert first is not None
        first.right, first.bottom = min(merged.max_col, most_columns) - 1, min(merged.max_row, most_rows) - 1
        for row in range(top, first.bottom + 1):
            for column in range(left, first.right + 1):
                rows[row][column] = first
    return Grid(rows)


def _cell(cell: Any, written: Any, sheet: str, row: int, column: int) -> Cell:
    value, unreadable = cell.value, ""
    if written.data_type == "f" and value is None:
        unreadable = "公式没有保存计算结果，请在 Excel 中打开并保存，或直接写数值"
    elif cell.data_type == "e":
        unreadable = "单元格是错误值，请改正公式或直接写数值"
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    text = str(written.value) if value is None and unreadable else _text(value, cell.number_format)
    place = f"{sheet}{letter(column)}{row + 1}"
    return Cell(text, place, column, column, row, numeric=numeric, unreadable=unreadable)


def _text(value: Any, number_format: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, int | float):
        if "%" in number_format:
            return f"{float(Decimal(str(value)) * 100):.12g}%"
        return str(int(value)) if float(value).is_integer() else figure(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
