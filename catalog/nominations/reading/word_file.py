"""A DOCX file as lines and grids of cells: what a reader sees, without deleted text and prompts."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from typing import Any

from catalog.nominations.reading.cells import Cell, Grid, Line

_SYMBOLS = {"F0FE": "☑", "F052": "☑", "F053": "☑", "F054": "☑", "F0FC": "√", "F050": "√", "F0A8": "□",
            "F06F": "□", "F0A3": "□", "F071": "□"}  # fmt: skip
"""Boxes and ticks of the fonts Wingdings and Wingdings 2."""
_NOT_READ = {"del", "moveFrom", "instrText", "delText", "rPr", "pPr", "tbl", "txbxContent", "Fallback"}
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_WIDEST_SPAN = 63
"""The most columns a Word table has."""


def docx_blocks(content: bytes) -> Iterator[Grid | Line]:
    """Return paragraphs, tables and text boxes in the order of the document."""
    from docx import Document

    tables = paragraphs = 0
    for element in _content(Document(io.BytesIO(content)).element.body):
        if _local(element) == "tbl":
            tables += 1
            yield from _tables(element, f"第{tables}张表")
        elif _text(element).strip():
            paragraphs += 1
            yield Line(_text(element), f"第{paragraphs}段")
        for box in _text_boxes(element):
            yield Line(_text(box), f"第{paragraphs}段旁的文本框")


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _attribute(element: Any, name: str) -> str | None:
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


def _content(owner: Any, names: Collection[str] = ("p", "tbl")) -> Iterator[Any]:
    """Return the children of these names, also those inside content controls and insertions."""
    for child in owner:
        if _local(child) in names:
            yield child
        elif _local(child) in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"):
            yield from () if _is_placeholder(child) else _content(child, names)


def _is_placeholder(element: Any) -> bool:
    """Return whether a content control still shows its prompt, which is no answer."""
    properties = next((child for child in element if _local(child) == "sdtPr"), ())
    return any(
        _local(child) == "showingPlcHdr" and _attribute(child, "val") not in ("0", "false")
        for child in properties
    )


def _text(element: Any) -> str:
    """Return what a reader sees of an element, without nested tables and deleted text."""
    parts = []
    for child in element:
        name = _local(child)
        if name in _NOT_READ or (name == "sdt" and _is_placeholder(child)):
            continue
        if name == "t":
            parts.append(child.text or "")
        elif name in _BREAKS:
            parts.append("" if _attribute(child, "type") == "page" else _BREAKS[name])
        elif name == "sym":
            parts.append(_SYMBOLS.get((_attribute(child, "char") or "").upper(), "\ufffd"))
        elif name == "checkBox":
            parts.append(_old_check_box(child))
        else:
            parts.append(_text(child))
    return "".join(parts)


def _old_check_box(element: Any) -> str:
    state = {_local(child): _attribute(child, "val") or "1" for child in element}
    return "☑" if state.get("checked", state.get("default", "0")) in ("1", "true") else "□"


def _text_boxes(element: Any) -> list[Any]:
    boxes = [one for one in element.iter() if _local(one) == "txbxContent"]
    shown = [box for box in boxes if not any(_local(up) == "Fallback" for up in box.iterancestors())]
    return [one for box in shown for one in _content(box, ("p",)) if _text(one).strip()]


def _tables(table: Any, place: str) -> Iterator[Grid]:
    """Return a table and the tables inside its cells."""
    rows: list[list[Cell | None]] = []
    inner: list[tuple[Any, str]] = []
    for number, row in enumerate(_content(table, ("tr",))):
        made: list[Cell | None] = [None] * _number(row, "trPr", "gridBefore", 0)
        for position, element in enumerate(_content(row, ("tc",)), 1):
            at = f"{place} 第{number + 1}行第{position}列"
            span, left = _number(element, "tcPr", "gridSpan", 1), len(made)
            above = rows[-1][left] if rows and left < len(rows[-1]) else None
            if _continues(element) and above is not None:
                cell = above
                cell.bottom = number
            else:
                text = "\n".join(_text(one) for one in _content(element, ("p",)))
                cell = Cell(text, at, left, left + span - 1, number)
            made += [cell] * span
            inner += [(one, f"{at}内的表") for one in _content(element, ("tbl",))]
        rows.append(made)
    yield Grid(rows)
    for one, where in inner:
        yield from _tables(one, where)


def _property(element: Any, properties: str, name: str) -> Any:
    found = next((child for child in element if _local(child) == properties), ())
    return next((child for child in found if _local(child) == name), None)


def _number(element: Any, properties: str, name: str, default: int) -> int:
    found = _property(element, properties, name)
    text = (_attribute(found, "val") or "") if found is not None else ""
    return min(int(text), _WIDEST_SPAN) if text.isdigit() and int(text) else default


def _continues(element: Any) -> bool:
    """Return whether a cell continues the one above."""
    merge = _property(element, "tcPr", "vMerge")
    return merge is not None and _attribute(merge, "val") in (None, "continue")
