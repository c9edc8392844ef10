"""Figures in tables: value, range, source and evidence of one number, and the item it counts."""

from __future__ import annotations

from typing import Any

from catalog.errors import BadInput
from recommender.audit import items
from recommender.ui import audit_labels as labels
from recommender.ui import state
from recommender.ui.tables import Column


def read_item(text: str) -> tuple[str, str]:
    """Return the code and label of what was written into a table as item."""
    known = items.find(text)
    if known is not None:
        return known.code, known.label
    code = state.engine().catalog.codes["pollutants"].find(text)
    if code is not None:
        return code, state.engine().catalog.codes.label("pollutants", code)
    return text, text


FIGURE_COLUMNS = (
    Column("low", labels.LOW, "number"),
    Column("high", labels.HIGH, "number"),
    Column("source", labels.SOURCE),
    Column("evidence", labels.EVIDENCE, "choice", labels.EVIDENCES),
)


def figure(row: dict[str, Any], unit: str) -> dict[str, Any]:
    """Return the figure of a table row."""
    return {
        "value": row["value"], "unit": unit, "low": row.get("low"), "high": row.get("high"),
        "source": row.get("source") or "", "evidence": row.get("evidence") or "site",
    }  # fmt: skip


def need(row: dict[str, Any], columns: dict[str, str], where: str) -> None:
    """Refuse a table row with an empty cell.

    Raises:
        BadInput: names the table and the column.
    """
    for key, label in columns.items():
        if row.get(key) in (None, ""):
            raise BadInput(f"{where}：{label}为空，请填写或删去该行")
