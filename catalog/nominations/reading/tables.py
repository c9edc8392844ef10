"""Labels in tables: answers beside or below them, entries under column titles, cases side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.codes import fold
from catalog.nominations.reading.answers import LONGEST_UNKNOWN, Answers
from catalog.nominations.reading.cells import Cell, Grid
from catalog.nominations.reading.labels import (
    HEADING,
    Label,
    is_case_title,
    is_own_wording,
    label_of,
    labelled_pairs,
)
from catalog.nominations.reading.outcome import PART_MODELS, Unread
from catalog.nominations.reading.paragraphs import Paragraphs
from catalog.nominations.reading.titles import SERIAL, Titles, case_titles, ends_table, titles_at

_SUB_LABELS = {"姓名", "名称", "全称"}
"""Stand between a label and its answer."""
_TOTALS = {"合计", "总计", "小计", "合 计"}


def read_table(grid: Grid, found: Answers, paragraphs: Paragraphs) -> None:
    """Read a table from top to bottom.

    Args:
        grid: the table.
        found: takes the answers.
        paragraphs: reads cells that hold lines with labels of their own.
    """
    table = _Table(grid, found, paragraphs)
    row = 0
    while row < len(grid.rows):
        titles = titles_at(grid, row)
        if titles is not None:
            row = table.entries(row, titles)
        elif len(cases := case_titles(grid, row)) > 1:
            row = table.turned(row, cases)
        else:
            table.labels(row)
            row += 1
    table.leftovers()


@dataclass(frozen=True)
class _Table:
    grid: Grid
    found: Answers
    paragraphs: Paragraphs

    def leftovers(self) -> None:
        """Name every text that was not used."""
        for cell in (cell for row in range(len(self.grid.rows)) for cell in self.grid.cells(row)):
            if not cell.used and cell.text.strip():
                cell.used = True
                if not is_own_wording(cell.text):
                    self.found.rest.append(Unread("", cell.text.strip(), cell.place))

    def labels(self, row: int) -> None:
        """Read the labels of a row with the answers beside or below them."""
        for cell in self.grid.cells(row):
            if cell.used or not cell.text.strip():
                continue
            label = label_of(cell.text)
            if label is not None:
                cell.used = True
                self._labelled(row, cell, label)
            elif is_case_title(cell.text):
                cell.used = True
                self.paragraphs.open_case(cell.text, cell.place)
            elif is_own_wording(cell.text):
                cell.used = True
            elif _opens_with_label(cell):
                cell.used = True
                for line in cell.text.split("\n"):
                    self.paragraphs.line(line, cell.place)
                self.paragraphs.finish()
            else:
                self._maybe_unknown(row, cell)

    def _labelled(self, row: int, cell: Cell, label: Label) -> None:
        beside = self.grid.right_of(cell, row)
        if beside is not None and not beside.used and fold(beside.text) in _SUB_LABELS:
            beside.used = True
            beside = self.grid.right_of(beside, row)
        answer = beside if beside is not None and _may_answer(beside, label) else None
        if answer is None or not answer.text.strip():
            under = self.grid.below(cell)
            if under is not None and under.text.strip() and _may_answer(under, label, below=True):
                answer = under
        if answer is None and beside is not None and self._reads_like_a_label(row, cell, beside, label):
            answer = beside
        if answer is None:
            self.found.known += 1
            return
        answer.used = True
        self.found.in_cell(label, answer)

    def _reads_like_a_label(self, row: int, cell: Cell, beside: Cell, label: Label) -> bool:
        """Return whether the cell beside a label is an answer that happens to be a label's word (用户证明).

        It is one when nothing but another label follows it, and no room for an answer lies below.
        """
        if beside.used or cell.bottom > row or label.field in (*PART_MODELS, "attachments"):
            return False
        under = self.grid.below(cell)
        if under is not None and label_of(under.text) is None:
            return False
        after = [one for one in self.grid.cells(row) if one.left > beside.right and one.text.strip()]
        return not after or label_of(after[0].text) is not None or is_own_wording(after[0].text)

    def _maybe_unknown(self, row: int, cell: Cell) -> None:
        beside = self.grid.right_of(cell, row)
        text = cell.text.strip()
        if (
            beside is not None and not beside.used and beside.text.strip() and len(text) <= LONGEST_UNKNOWN
            and label_of(beside.text) is None and not cell.numeric and text not in _TOTALS
            and not is_own_wording(beside.text)
        ):  # fmt: skip
            cell.used = beside.used = True
            self.found.unknown.append(Unread(text.rstrip("：:"), beside.text.strip(), beside.place))

    def entries(self, top: int, titles: Titles) -> int:
        """Read the rows under column titles; return the first row that is none of them."""
        self.found.known += 1
        part, columns, row = titles.part, titles.columns, top + titles.rows
        for title in (title for number in range(top, row) for title in self.grid.cells(number)):
            title.used = True
        while row < len(self.grid.rows) and not ends_table(self.grid, row, len(columns)):
            line = self.grid.rows[row]
            cells = {place: cell for place in columns if place < len(line) and (cell := line[place])}
            filled = {
                place: cell for place, cell in cells.items()
                if cell.text.strip() and (columns[place][1] or fold(columns[place][0].text) not in SERIAL)
            }  # fmt: skip
            for cell in cells.values():
                cell.used = True
            if any(cell.text.strip() in _TOTALS for cell in self.grid.cells(row)):
                for cell in self.grid.cells(row):
                    cell.used = True
                self.found.notes.append(f"{next(iter(self.grid.cells(row))).place} 起的合计行没有读取")
            elif filled:
                self.found.counts[part] += 1
                for place, cell in filled.items():
                    title, label = columns[place]
                    self._entered(part, self.found.counts[part], label, cell, told=title.text.strip())
            row += 1
        return row

    def turned(self, top: int, cases: Sequence[Cell]) -> int:
        """Read cases that stand side by side, their labels in the column before them."""
        self.found.known += 1
        first, row = self.found.counts["cases"], top + 1
        for title in self.grid.cells(top):
            title.used = True
        while row < len(self.grid.rows) and not ends_table(self.grid, row, len(cases) + 1):
            line = self.grid.rows[row]
            head = line[cases[0].left - 1] if cases[0].left and cases[0].left <= len(line) else None
            label = label_of(head.text, ("cases",)) if head is not None else None
            for position, case in enumerate(cases, 1):
                cell = line[case.left] if case.left < len(line) else None
                if head is None or cell is None or not head.text.strip():
                    continue
                head.used = cell.used = True
                told = f"{head.text.strip()}（{case.text.strip()}）"
                if label is not None or cell.text.strip():
                    self._entered("cases", first + position, label, cell, told=told)
            row += 1
        self.found.counts["cases"] = first + len(cases)
        return row

    def _entered(self, part: str, number: int, label: Label | None, cell: Cell, *, told: str) -> None:
        """Take a cell of entry ``number``; without a label it is shown under the words ``told``."""
        if label is None:
            self.found.unknown.append(Unread(told, cell.text.strip(), cell.place))
        else:
            self.found.in_column(part, number, label, cell)


def _opens_with_label(cell: Cell) -> bool:
    return bool(labelled_pairs(cell.text.strip().split("\n")[0]))


def _may_answer(cell: Cell, label: Label, *, below: bool = False) -> bool:
    """Return whether a cell can be the answer of a label: it is not taken and asks nothing itself."""
    if cell.used or label_of(cell.text) is not None:
        return False
    if below and (is_own_wording(cell.text) or HEADING.match(cell.text.strip())):
        return False
    return label.is_long or not _opens_with_label(cell)
