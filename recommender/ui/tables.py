"""Editable tables of a project: rows of models in, checked rows of models out.

The table shown is the one the project was opened with; edits are applied to it by the
widget. Reading the project anew while a table is being edited would apply them twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd
import streamlit as st

from catalog.errors import BadInput
from recommender.ui import projects

ColumnKind = Literal["text", "number", "integer", "choice", "check", "date", "long"]

_NUMBER = "%.15g"
"""Every digit a float holds and none that it does not: "plain" writes 6200 as 6199.999999999999."""


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    key: str
    label: str
    kind: ColumnKind = "text"
    choices: dict[str, str] = field(default_factory=dict)
    help: str | None = None
    required: bool = False
    locked: bool = False

    def config(self) -> Any:
        """Return the column as the table widget wants it."""
        common: dict[str, Any] = {
            "label": self.label, "help": self.help, "required": self.required, "disabled": self.locked,
        }  # fmt: skip
        if self.kind == "choice":
            return st.column_config.SelectboxColumn(options=list(self.choices.values()), **common)
        if self.kind == "number":
            return st.column_config.NumberColumn(format=_NUMBER, **common)
        if self.kind == "integer":
            return st.column_config.NumberColumn(step=1, format="%d", **common)
        if self.kind == "check":
            return st.column_config.CheckboxColumn(**common)
        if self.kind == "date":
            return st.column_config.DateColumn(**common)
        return st.column_config.TextColumn(width="large" if self.kind == "long" else None, **common)

    def shown(self, value: Any) -> Any:
        """Return a value as the table shows it."""
        if self.kind == "choice":
            return self.choices.get(value)
        if self.kind in ("number", "integer"):
            return None if value is None else float(value)
        return value

    def read(self, value: Any) -> Any:
        """Return a cell as data; an empty cell is None."""
        if value is None or (not isinstance(value, str | list) and pd.isna(value)):
            return False if self.kind == "check" else None
        if self.kind == "choice":
            return next((key for key, label in self.choices.items() if label == value), None)
        if self.kind == "integer":
            return int(value)
        if self.kind == "number":
            return float(value)
        if self.kind == "date":
            return value.date() if hasattr(value, "date") else value
        return value.strip() if isinstance(value, str) else value


_DTYPES = {"number": "float64", "integer": "float64", "check": "bool"}


def _frame(columns: Sequence[Column], rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    data: dict[str, Any] = {}
    for column in columns:
        values = [column.shown(row.get(column.key)) for row in rows]
        data[column.key] = pd.Series(values, dtype=_DTYPES.get(column.kind, "object"))
    return pd.DataFrame(data)


def editor(
    name: str,
    columns: Sequence[Column],
    rows: Sequence[dict[str, Any]],
    save: Callable[[list[dict[str, Any]]], None],
    *,
    grows: bool = True,
    height: int | None = None,
) -> None:
    """Draw a table; a changed one is handed to ``save`` at once, a fault is shown under it.

    Args:
        name: key of the table, unique on the page.
        columns: what is shown.
        rows: data of the project.
        save: takes the rows as data; raises BadInput for what cannot be saved.
        grows: rows may be added and deleted.
        height: pixels; as high as the rows by default.
    """
    base_key, seen_key = f"base:{name}", f"seen:{name}"
    token = projects.token()
    if st.session_state.get(seen_key) != token:
        st.session_state[base_key] = _frame(columns, rows)
        st.session_state[seen_key] = token
    base: pd.DataFrame = st.session_state[base_key]
    edited = st.data_editor(
        base,
        key=f"{name}:{token}",
        column_config={column.key: column.config() for column in columns},
        column_order=[column.key for column in columns],
        num_rows="dynamic" if grows else "fixed",
        hide_index=True,
        width="stretch",
        height=height or "auto",
        placeholder="",
    )
    found = [
        {column.key: column.read(record[column.key]) for column in columns}
        for record in edited.to_dict("records")
    ]
    found = [row for row in found if any(value not in (None, "", False) for value in row.values())]
    last_key = f"last:{name}:{token}"
    before = st.session_state.get(last_key)
    if before is None:
        st.session_state[last_key] = found
        return
    if before != found:
        st.session_state[last_key] = found
        st.session_state[f"fault:{name}"] = None
        try:
            save(found)
        except BadInput as error:
            st.session_state[f"fault:{name}"] = str(error)
        else:
            st.rerun()
    fault = st.session_state.get(f"fault:{name}")
    if fault:
        st.error(fault)


def plain_editor(
    name: str, columns: Sequence[Column], rows: Sequence[dict[str, Any]], *, grows: bool = True
) -> list[dict[str, Any]]:
    """Draw a table that belongs to a form and return its rows as data; saving is up to the form."""
    edited = st.data_editor(
        _frame(columns, rows),
        key=f"plain:{name}",
        column_config={column.key: column.config() for column in columns},
        column_order=[column.key for column in columns],
        num_rows="dynamic" if grows else "fixed",
        hide_index=True,
        width="stretch",
        placeholder="",
    )
    found = [
        {column.key: column.read(record[column.key]) for column in columns}
        for record in edited.to_dict("records")
    ]
    return [
        row for row in found if not grows or any(value not in (None, "", False) for value in row.values())
    ]
