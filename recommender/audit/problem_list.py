"""The consultant's problem list: a table from Excel, CSV or the clipboard becomes problems.

Lists come with title rows above the header, process cells merged over several lines, numbers
that Excel turned into 1.0, and column names of every kind. What the columns mean is guessed
from ``data/audit/problem_columns.csv`` and can be overruled; columns that mean nothing to the
program are kept with the problem. A line that cannot be used is named, never dropped in silence.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from catalog.codes import Vocabulary, fold, load_codes
from catalog.errors import BadInput
from catalog.paths import DATA_DIR
from recommender.audit.project import Problem
from recommender.batch import decode

FIELDS = ("number", "process", "text", "department", "person", "due", "cause_aspect")
"""Fields of a problem that a column may stand for."""

IN_SUFFIXES = (".xlsx", ".csv")
TEXT_HEADER = "问题描述"
"""Name of the only column of a table that is one problem a line."""

_OTHER = "other"
"""Field of the column words that belong to none of ``FIELDS``: measures, remarks, photographs."""
_HEADER_WITHIN = 20
"""So many filled lines are searched for the header."""
_LONGEST_NAME = 24
_NO_DELIMITER = "\x1f"
_DELIMITERS = (_NO_DELIMITER, ",", ";", "\t")
_NOT_A_NAME = re.compile(r"[。；！？]|[:：].|^[\d.,%/\-—\s]*$")
_LABELLED = re.compile(r"[:：]")
_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]|[*＊:：]")
_ASPECT_AROUND = re.compile(r"^[\d一二三四五六七八.、()（）\s]+|(?:方面|因素|原因|类)$")

_BAD_XLSX = "{name}: 不是有效的 XLSX 文件，请用 Excel 或 WPS 重新另存为 .xlsx"
_BAD_CSV = "{name}: 不是有效的 CSV（{error}），请用 Excel 或 WPS 重新另存为 CSV"
_BAD_SUFFIX = "{name}: 后缀“{suffix}”不支持，请另存为 {known}"
_EMPTY = "{name}: 没有读到问题（只读第一个工作表）；请第一行写列名，以下一行写一个问题"
_NOTHING_PASTED = "粘贴的内容: 为空；请粘贴表格，或一行写一个问题"
_PASTED = "粘贴的内容"
_NO_TEXT_COLUMN = "{name}: 没有指定“问题描述”所在的列；现有列：{headers}；请从中选一列"
_NO_COLUMN = "{name}: 没有列“{header}”；现有列：{headers}；请改为其中之一"
_NO_FIELD = "{name}: 字段“{field}”不存在，请用 {known}"
_SKIPPED = "第 {line} 行：问题描述为空，已跳过"
_UNKNOWN_ASPECT = "第 {line} 行：“{header}”的值“{value}”不在八个方面中，已留空；请写 {known}"


@dataclass(frozen=True)
class ProblemTable:
    """A table as it was read: every row has as many cells as the header.

    ``lines`` holds the line number of each row in the file; without it rows count from 1.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...] = ()

    def column(self, header: str) -> list[str]:
        """Return the cells of a column."""
        place = self.header.index(header)
        return [row[place] for row in self.rows]

    def line(self, row: int) -> int:
        """Return the line number to name row ``row`` (counted from 0) by."""
        return self.lines[row] if self.lines else row + 1


@dataclass(frozen=True)
class _Grid:
    """All cells of a sheet as texts, and the merged ranges in it: rows and columns, from 0, inclusive."""

    cells: list[list[str]]
    merged: tuple[tuple[int, int, int, int], ...] = ()


def read_table(content: bytes, name: str) -> ProblemTable:
    """Return the first sheet of an XLSX file, or a CSV file with comma, semicolon or tab.

    The header is the line that looks most like column names; a cell merged over several lines
    holds for each of them, except in the columns of the number and of the problem itself.

    Raises:
        BadInput: unknown suffix, unreadable, or empty.
    """
    suffix = Path(name).suffix.lower()
    if suffix == ".xlsx":
        grid = _xlsx_grid(content, name)
    elif suffix == ".csv":
        grid = _csv_grid(content, name)
    else:
        raise BadInput(_BAD_SUFFIX.format(name=name, suffix=suffix, known="、".join(IN_SUFFIXES)))
    return _table(grid, name)


def pasted_table(text: str) -> ProblemTable:
    """Return a table pasted from Excel or WPS, or lines of text as a table of one column.

    Raises:
        BadInput: nothing was pasted.
    """
    if not text.strip():
        raise BadInput(_NOTHING_PASTED)
    if "\t" not in text:
        cells = [[line.strip()] for line in text.splitlines()]
        return _table(_Grid(cells), _PASTED, guess=False)
    quoted = text.count('"') % 2 == 0  # else a cell merely begins with a quotation mark
    cells = _split(text, "\t", _PASTED, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    return _table(_Grid(cells), _PASTED, guess=False)


def guess_columns(table: ProblemTable) -> dict[str, str]:
    """Return field -> header for the columns whose meaning their names tell.

    A header that is a known word goes before one that holds a known word. Without any header
    for ``text``, it is the column with the longest texts among those left.
    """
    claims = sorted(_claims(table), key=lambda claim: claim[0])
    found: dict[str, str] = {}
    used: set[str] = set()
    for _, field, header in claims:
        if header not in used and (field == _OTHER or field not in found):
            used.add(header)
            if field != _OTHER:
                found[field] = header
    if "text" not in found:
        taken = set(found.values())
        free = [header for header in table.header if header not in used]
        longest = _longest_column(table, free or [h for h in table.header if h not in taken])
        if longest is not None:
            found["text"] = longest
    return {field: found[field] for field in FIELDS if field in found}


def problems_from(
    table: ProblemTable, columns: dict[str, str], *, existing: Sequence[Problem] = ()
) -> tuple[tuple[Problem, ...], tuple[str, ...]]:
    """Return the problems of a table and what was wrong with its lines.

    Args:
        table: as read.
        columns: field -> header, as ``guess_columns`` gives it or the user chose.
        existing: problems the project has; their ids are not given again.

    Returns:
        Problems with ids P1, P2, ... in the order of the table, and one sentence for each line
        that was skipped or holds a value nobody knows.

    Raises:
        BadInput: no column for the text, or a field or header that does not exist.
    """
    chosen = {field: header for field, header in columns.items() if header}
    _check_columns(table, chosen)
    kept = [header for header in table.header if header not in chosen.values()]
    next_id = _last_id(existing) + 1
    problems: list[Problem] = []
    faults: list[str] = []
    for row, cells in enumerate(table.rows):
        values = dict(zip(table.header, cells, strict=True))
        told = {field: values[header] for field, header in chosen.items()}
        if not told["text"]:
            faults.append(_SKIPPED.format(line=table.line(row)))
            continue
        aspect = _aspect(told.get("cause_aspect", ""))
        if aspect is None and told.get("cause_aspect"):
            header, known = chosen["cause_aspect"], "、".join(row.label for row in _aspects())
            faults.append(
                _UNKNOWN_ASPECT.format(
                    line=table.line(row), header=header, value=told["cause_aspect"][:20], known=known
                )
            )
        problems.append(
            Problem.model_validate(
                {
                    **told,
                    "id": f"P{next_id + len(problems)}",
                    "cause_aspect": aspect,
                    "other": {header: values[header] for header in kept if values[header]},
                }
            )
        )
    return tuple(problems), tuple(faults)


def _check_columns(table: ProblemTable, columns: dict[str, str]) -> None:
    headers = "、".join(table.header)
    for field, header in columns.items():
        if field not in FIELDS:
            raise BadInput(_NO_FIELD.format(name=table.name, field=field, known="、".join(FIELDS)))
        if header not in table.header:
            raise BadInput(_NO_COLUMN.format(name=table.name, header=header, headers=headers))
    if "text" not in columns:
        raise BadInput(_NO_TEXT_COLUMN.format(name=table.name, headers=headers))


def _last_id(problems: Sequence[Problem]) -> int:
    return max((int(p.id[1:]) for p in problems if p.id[:1] == "P" and p.id[1:].isdecimal()), default=0)


@lru_cache(maxsize=1)
def _aspects() -> Vocabulary:
    return load_codes(DATA_DIR / "codes")["audit_aspects"]


def _aspect(value: str) -> str | None:
    """Return the code of an aspect written as code, label or alias, with or without 3、 or 方面."""
    known = _aspects()
    return known.find(value) or known.find(_ASPECT_AROUND.sub("", value.strip())) if value else None


@lru_cache(maxsize=1)
def _column_words(path: Path = DATA_DIR / "audit" / "problem_columns.csv") -> dict[str, tuple[str, int]]:
    """Return folded word -> field and place in the table; earlier words go first."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {fold(row["word"]): (row["field"], place) for place, row in enumerate(rows)}


def _named(header: str) -> str:
    """Return a column name in the form in which names are compared: without （单位） and marks."""
    return fold(_BRACKETS.sub("", header)) or fold(header)


def _claims(table: ProblemTable) -> Iterable[tuple[tuple[int, ...], str, str]]:
    """Yield (order, field, header): exact words first, in the order of the words, then the longest inside."""
    for place, header in enumerate(table.header):
        named = _named(header)
        exact = _column_words().get(named)
        if exact is not None:
            yield (0, exact[1], place), exact[0], header
            continue
        inside = [word for word in _column_words() if len(word) > 1 and not word.isascii() and word in named]
        if inside:
            word = max(inside, key=lambda word: (len(word), named.endswith(word), -_column_words()[word][1]))
            field, order = _column_words()[word]
            yield (1, -len(word), order, place), field, header


def _longest_column(table: ProblemTable, headers: list[str]) -> str | None:
    lengths = {header: sum(map(len, table.column(header))) for header in headers}
    best = max(headers, key=lambda header: lengths[header], default=None)
    return best if best is not None and lengths[best] else None


def _field_of(name: str) -> str | None:
    """Return the field a cell names if it is exactly a known column word."""
    known = _column_words().get(_named(name)) if name else None
    return known[0] if known else None


def _table(grid: _Grid, name: str, *, guess: bool = True) -> ProblemTable:
    """Return the table in a grid; with ``guess``, a first line of short names is a header, too."""
    filled = [row for row, cells in enumerate(grid.cells) if any(cells)]
    if not filled:
        raise BadInput(_EMPTY.format(name=name))
    first = _header_row(grid, filled[:_HEADER_WITHIN], guess=guess)
    width = max(len(cells) for cells in grid.cells)
    if first is None:
        header = [TEXT_HEADER] if width == 1 else [f"列{column + 1}" for column in range(width)]
        last = -1
    else:
        last = _header_end(grid, first)
        header = _header_names(grid, first, last, width)
    rows = _filled_down(grid, header, last)
    body = {row: rows[row] for row in filled if row > last and any(rows[row])}
    written = [named or f"列{column + 1}" for column, named in enumerate(header)]
    repeated = {tuple(header), tuple(written)}
    kept = [
        column
        for column in range(width)
        if (first is not None and header[column]) or any(cells[column] for cells in body.values())
    ]
    body = {row: cells for row, cells in body.items() if tuple(cells) not in repeated}
    if not body:
        raise BadInput(_EMPTY.format(name=name))
    return ProblemTable(
        name,
        tuple(_unique([written[column] for column in kept])),
        tuple(tuple(cells[column] for column in kept) for cells in body.values()),
        tuple(row + 1 for row in body),
    )


def _header_row(grid: _Grid, rows: list[int], *, guess: bool) -> int | None:
    """Return the line of the column names, or None when there is none.

    It is the line with the most known column words, at least two or the one for the problem.
    Without any, it is the first line of two or more cells (title lines such as 企业：甲厂 aside),
    if these are names and shorter than what stands below.
    """
    best: tuple[int, int] | None = None
    for row in rows:
        cells = [cell for cell in grid.cells[row] if cell]
        fields = [field for field in map(_field_of, cells) if field]
        named = set(fields) - {_OTHER}
        if not _are_names(cells) or (len(named) < 2 and "text" not in named):
            continue
        if best is None or len(fields) > best[0]:
            best = (len(fields), row)
    if best is not None:
        return best[1]
    for row in rows if guess else []:
        cells = [cell for cell in grid.cells[row] if cell]
        if len(cells) >= 2 and not any(_LABELLED.search(cell) for cell in cells):
            return row if _are_names(cells) and _shorter_than_below(grid, row) else None
    return None


def _shorter_than_below(grid: _Grid, row: int) -> bool:
    """True when the longest cell of a line is shorter than that of most lines below it."""
    below = sorted(max(map(len, cells)) for cells in grid.cells[row + 1 :] if any(cells))
    return bool(below) and max(map(len, grid.cells[row])) < below[len(below) // 2]


def _are_names(cells: list[str]) -> bool:
    return all(
        _field_of(cell) or (len(cell) <= _LONGEST_NAME and not _NOT_A_NAME.search(cell.strip(":：")))
        for cell in cells
    )


def _header_end(grid: _Grid, first: int) -> int:
    """Return the last line of the header: further down where its cells are merged over lines."""
    return max((bottom for top, _, bottom, _ in grid.merged if top == first < bottom), default=first)


def _header_names(grid: _Grid, first: int, last: int, width: int) -> list[str]:
    names = []
    for column in range(width):
        parts = [_cell(grid.cells, row, column) for row in range(first, last + 1)]
        for top, left, bottom, right in grid.merged:
            if top == bottom == first < last and left < column <= right:
                parts[0] = _cell(grid.cells, top, left)
        names.append("".join(dict.fromkeys(part for part in parts if part)))
    return names


def _filled_down(grid: _Grid, header: list[str], last: int) -> list[list[str]]:
    """Return all lines, as wide as the header, with what a merged cell holds on each of its lines."""
    width, height = len(header), len(grid.cells)
    cells = [[_cell(grid.cells, row, column) for column in range(width)] for row in range(height)]
    single = {column for column, name in enumerate(header) if _field_of(name) in ("number", "text")}
    for top, left, bottom, _ in grid.merged:
        if top > last and left < width and left not in single:
            for row in range(top + 1, min(bottom + 1, height)):
                if any(cells[row]):
                    cells[row][left] = cells[top][left]
    return cells


def _cell(cells: list[list[str]], row: int, column: int) -> str:
    return cells[row][column] if column < len(cells[row]) else ""


def _unique(names: list[str]) -> list[str]:
    """Return the names, a repeated one with （2）, （3） ... behind it."""
    seen: list[str] = []
    for name in names:
        number, chosen = 1, name
        while chosen in seen:
            number += 1
            chosen = f"{name}（{number}）"
        seen.append(chosen)
    return seen


def _xlsx_grid(content: bytes, name: str) -> _Grid:
    """Return the first sheet.

    It is not opened in openpyxl's read-only mode: that one knows no merged cells and trusts the
    size written in the file, which some programs write wrongly.
    """
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        sheet = book.worksheets[0]
        cells = [[_written(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        merged = [
            (r.min_row - 1, r.min_col - 1, r.max_row - 1, r.max_col - 1) for r in sheet.merged_cells.ranges
        ]
    except Exception as error:  # openpyxl raises many kinds for files that are no workbook
        raise BadInput(_BAD_XLSX.format(name=name)) from error
    return _Grid(cells, tuple(sorted(merged)))


def _csv_grid(content: bytes, name: str) -> _Grid:
    """Return a CSV file, split at the delimiter that gives the most column names, then the most cells.

    A file of one column is not split at the commas in its sentences.
    """
    try:
        text = decode(content, name)
    except UnicodeDecodeError as error:
        raise BadInput(_BAD_CSV.format(name=name, error=error.reason)) from error

    def fit(cells: list[list[str]]) -> tuple[int, int]:
        first = [[cell for cell in row if cell] for row in cells if any(row)][:_HEADER_WITHIN]
        named, width = max(((sum(map(bool, map(_field_of, row))), len(row)) for row in first), default=(0, 0))
        if named or not first:
            return named, width
        return 0, sorted(map(len, first))[len(first) // 2]

    grids = [_split(text, delimiter, name) for delimiter in _DELIMITERS]
    return _Grid(max(grids, key=fit))


def _split(text: str, delimiter: str, name: str, *, quoting: Any = csv.QUOTE_MINIMAL) -> list[list[str]]:
    """Return the cells of a delimited text, one list for each line of the file."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
    cells: list[list[str]] = []
    try:
        for row in reader:
            cells.append([_written(cell) for cell in row])
            cells += [[] for _ in range(reader.line_num - len(cells))]
    except csv.Error as error:
        raise BadInput(_BAD_CSV.format(name=name, error=error)) from error
    return cells


def _written(value: Any) -> str:
    """Return a cell as text: 1.0 as 1, a date without its midnight, nothing as an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="minutes")
    return str(value).replace("\r\n", "\n").replace("_x000D_", "").strip()
