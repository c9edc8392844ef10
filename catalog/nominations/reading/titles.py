"""Column titles of the tables of a form: where they stand, and where their rows end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.codes import fold
from catalog.nominations.reading.cells import Cell, Grid
from catalog.nominations.reading.labels import Label, is_case_title, label_of
from catalog.nominations.reading.outcome import PART_MODELS

_OWN_COLUMNS = {
    "cases": {"user"}, "intellectual_property": {"holder"}, "evidence": {"issuer", "date", "cma"},
}  # fmt: skip
"""Columns of which a table needs one to be told from other tables."""
_FEWEST_TITLES = 2
SERIAL = {fold(word) for word in ("序号", "编号", "案例序号", "no.", "no")}


@dataclass(frozen=True)
class Titles:
    """Column titles of a table of one part: by column, and the rows they take."""

    part: str
    columns: dict[int, tuple[Cell, Label | None]]
    rows: int

    @property
    def known(self) -> int:
        """Return how many of them are titles of the form."""
        return sum(label is not None for _, label in self.columns.values())


def titles_at(grid: Grid, row: int) -> Titles | None:
    """Return the column titles that stand in a row, or in two, or None."""
    alone = _titles_of(grid, [cell for cell in grid.cells(row) if cell.text.strip()], 1)
    if row + 1 >= len(grid.rows):
        return alone
    upper = grid.cells(row)
    pairs = zip(grid.rows[row], grid.rows[row + 1], strict=False)
    both = dict.fromkeys(low if low and low.text.strip() else up for up, low in pairs)
    found = _titles_of(grid, [cell for cell in both if cell and cell.text.strip()], 2)
    if found is None or found.known <= (alone.known if alone else 0):
        return alone
    above = [cell for cell in upper if cell.text.strip() and cell.bottom == row and cell.right == cell.left]
    titled = {id(cell) for cell, label in found.columns.values() if label is not None}
    if any(id(cell) not in titled and fold(cell.text) not in SERIAL for cell in above):
        return alone  # the upper row holds something else
    return found if titled & {id(cell) for cell in upper} else alone


def _titles_of(grid: Grid, cells: Sequence[Cell], rows: int) -> Titles | None:
    """Return what the cells are titles of; None if they are none.

    Titles stand side by side, with no other titles under them, and name something that only
    this part of the form asks for.
    """
    best: Titles | None = None
    if any(cell.used for cell in cells):
        return best
    for part, own in _OWN_COLUMNS.items():
        labels = [label_of(cell.text, (part,)) for cell in cells]
        names = {label.field for label in labels if label is not None}
        side_by_side = any(
            labels[place] and labels[place + 1] and cells[place].right + 1 == cells[place + 1].left
            for place in range(len(cells) - 1)
        )
        titled = [cell for cell, label in zip(cells, labels, strict=True) if label is not None]
        under = [below for cell in titled if (below := grid.below(cell)) is not None]
        over_titles = sum(label_of(cell.text, (part,)) is not None for cell in under) * 2 > len(under)
        if (
            side_by_side
            and not over_titles
            and names & own
            and len(names) >= (best.known + 1 if best else _FEWEST_TITLES)
        ):
            best = Titles(part, {c.left: (c, label) for c, label in zip(cells, labels, strict=True)}, rows)
    return best


def case_titles(grid: Grid, row: int) -> list[Cell]:
    """Return the cells of a row that are headings of cases."""
    return [cell for cell in grid.cells(row) if is_case_title(cell.text)]


def ends_table(grid: Grid, row: int, width: int) -> bool:
    """Return whether a row stands no more under the titles above: a heading, other titles, a label.

    Args:
        grid: the table.
        row: the row.
        width: number of titles.
    """
    cells = [cell for cell in grid.cells(row) if cell.text.strip()]
    if not cells:
        return False
    if (len(cells) == 1 and cells[0].right > cells[0].left) or titles_at(grid, row):
        return True
    label = label_of(cells[0].text, ("",))
    if label is None or label.field in PART_MODELS:  # 检测报告 is a kind of proof, too
        return False
    return len(cells) <= _FEWEST_TITLES or len(grid.cells(row)) < width
