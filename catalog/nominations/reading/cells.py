"""Cells and lines: what a file holds, each piece with its place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class Cell:
    """A cell of a table; a merged one stands in several places of the grid.

    ``unreadable`` says why the content cannot be trusted; ``numeric``: the file holds a number.
    """

    text: str
    place: str
    left: int
    right: int
    bottom: int
    numeric: bool = False
    unreadable: str = ""
    used: bool = False


@dataclass(frozen=True)
class Grid:
    """A table: rows of cells, None where the file has none."""

    rows: list[list[Cell | None]]

    def cells(self, row: int) -> list[Cell]:
        """Return the cells of a row from left to right, a merged one once."""
        return list(dict.fromkeys(cell for cell in self.rows[row] if cell is not None))

    def right_of(self, cell: Cell, row: int) -> Cell | None:
        """Return the next cell in a row."""
        after = self.rows[row][cell.right + 1 :]
        return next((other for other in after if other is not None), None)

    def below(self, cell: Cell) -> Cell | None:
        """Return the cell under one, if it is as wide."""
        if cell.bottom + 1 >= len(self.rows) or cell.left >= len(self.rows[cell.bottom + 1]):
            return None
        other = self.rows[cell.bottom + 1][cell.left]
        return other if other and (other.left, other.right) == (cell.left, cell.right) else None


@dataclass(frozen=True)
class Line:
    """A paragraph, with its line breaks."""

    text: str
    place: str
