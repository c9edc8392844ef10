"""All records as JSONL, CSV (UTF-8 with BOM, opens in Excel) or XLSX."""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from catalog import display
from catalog.codes import Codes
from catalog.errors import BadInput
from catalog.fields import FIELDS, UNKNOWN_LABEL
from catalog.files import write_atomically
from catalog.load import Catalog
from catalog.schema import Technology
from catalog.sectors import Sector
from catalog.stats import known_shares

FORMATS = ("jsonl", "csv", "xlsx")

TABLE_FIELDS = (
    "id", "name", "aliases", "stage", "industries", "cross_industry", "summary", "principle",
    "measure_tags", "plus_class", "audit_aspects", "processes", "equipment", "media",
    "pollutants", "resources", "problems", "starting_situation", "preconditions",
    "not_suitable", "operating_window", "effects", "investment", "operating_cost",
    "payback_years", "cost_class", "maturity", "hazards", "approvals", "alternatives",
    "conflicts_with", "listed_in", "resource_claims", "sources", "publications",
)  # fmt: skip
"""Columns of the table exports, in the order a reader of a catalogue expects."""

SECTOR_FIELDS = (
    "id", "name", "summary", "stage", "preconditions", "not_suitable", "operating_window",
    "effects", "investment", "payback_years", "maturity", "sources",
)  # fmt: skip
"""Columns of the sheet of one sector: what is read on paper, an A3 page wide."""

_WIDE = {"summary", "principle", "problems", "preconditions", "not_suitable", "effects", "sources"}
_SHORT = {"id", "stage", "maturity"}
A3 = 8
"""Paper code of A3: catalogue tables are wide."""
FIXED_DATE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
"""Creation date written into files, so that the same input gives the same bytes."""


def record_as_json(technology: Technology, codes: Codes) -> dict[str, Any]:
    """Return the record as plain JSON data, with labels beside the industry codes."""
    data: dict[str, Any] = technology.model_dump(mode="json", by_alias=True)
    data["industry_labels"] = codes.labels("industries", technology.industries)
    return data


def cell(technology: Technology, field: str, catalog: Catalog) -> str:
    """Return the text of one table cell."""
    codes = catalog.codes
    special = {
        "starting_situation": lambda: technology.applicability.starting_situation,
        "preconditions": lambda: "；".join(technology.applicability.preconditions),
        "not_suitable": lambda: "；".join(technology.applicability.not_suitable),
        "operating_window": lambda: "；".join(
            display.operating_window(w) for w in technology.applicability.operating_window
        ),
        "effects": lambda: "；".join(display.effect(e) for e in technology.effects) or UNKNOWN_LABEL,
        "investment": lambda: display.amounts(technology.investment),
        "operating_cost": lambda: display.amounts(technology.operating_cost),
        "payback_years": lambda: display.payback(technology.payback_years),
        "cost_class": lambda: display.cost_class(technology, codes),
        "maturity": lambda: display.maturity(technology, codes),
        "approvals": lambda: "；".join(
            f"{codes.label('approvals', a.kind)}（{codes.label('approval_states', a.state)}）"
            for a in technology.approvals
        ),
        "listed_in": lambda: "；".join(display.listing(e, codes) for e in technology.listed_in),
        "resource_claims": lambda: "；".join(display.claim(c) for c in technology.resource_claims),
        "sources": lambda: "；".join(display.citation(s, catalog.policy) for s in technology.sources),
        "publications": lambda: "；".join(display.publication(p) for p in technology.publications),
    }
    if field in special:
        return special[field]()
    value = getattr(technology, field)
    vocabulary = FIELDS[field].vocabulary
    if field == "industries":
        return "、".join(f"{codes.label('industries', code)}（{code}）" for code in value)
    if vocabulary is not None:
        return "、".join(codes.labels(vocabulary, [value] if isinstance(value, str) else value))
    return value if isinstance(value, str) else "；".join(value)


def table(
    catalog: Catalog,
    technologies: list[Technology] | None = None,
    fields: tuple[str, ...] = TABLE_FIELDS,
) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of the records (all of them and all columns by default)."""
    chosen = catalog.technologies if technologies is None else technologies
    header = [FIELDS[field].label for field in fields]
    return header, [[cell(t, field, catalog) for field in fields] for t in chosen]


def _widths(fields: tuple[str, ...], wide: float) -> list[float]:
    return [wide if field in _WIDE else 10.0 if field in _SHORT else 20.0 for field in fields]


def to_jsonl(catalog: Catalog) -> bytes:
    """Return one JSON object a line."""
    lines = [
        json.dumps(record_as_json(technology, catalog.codes), ensure_ascii=False)
        for technology in catalog.technologies
    ]
    return "".join(line + "\n" for line in lines).encode()


def guarded(text: str) -> str:
    """Return ``text`` so that a spreadsheet program does not take it for a formula."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t")) else text


def csv_bytes(header: list[str], rows: list[list[str]]) -> bytes:
    """Return a table as CSV in UTF-8 with BOM; cells never start a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([guarded(text) for text in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: title row, rows of texts, notes under the table."""

    name: str
    header: list[str]
    rows: list[list[str]]
    widths: list[float]
    notes: tuple[str, ...] = ()


_LINE_POINTS = 14.5
_RAGGED = 2.0
"""Characters of a line that stay empty because the next one is too wide or must not begin a line."""
_TALLEST_ROW_POINTS = 409.0
"""The most that Excel accepts."""


def row_height(texts: list[str], widths: list[float]) -> float:
    """Return the height in points that shows every wrapped text of a row (a Han character is two wide).

    Written into the file because not every program fits row heights when it opens one.
    """
    lines = 1
    for text, width in zip(texts, widths, strict=True):
        own = 0
        for line in text.split("\n"):
            length = sum(2 if east_asian_width(character) in "WF" else 1 for character in line)
            own += max(1, math.ceil(length / max(width - _RAGGED, 1.0)))
        lines = max(lines, own)
    return min(_TALLEST_ROW_POINTS, _LINE_POINTS * lines + 2)


def workbook_bytes(sheets: list[Sheet]) -> bytes:
    """Return an XLSX workbook: header rows frozen, text wrapped, no formula ever."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"created": FIXED_DATE})
    font = {"font_name": "宋体", "font_size": 10, "valign": "top", "text_wrap": True, "border": 1}
    head = book.add_format({**font, "bold": True, "bg_color": "#DCE9E1", "valign": "vcenter"})
    body = book.add_format(font)
    plain = book.add_format({"font_name": "宋体", "font_size": 9, "font_color": "#555555"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        page.set_landscape()
        page.set_paper(A3)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        page.freeze_panes(1, min(2, len(sheet.header)))
        for column, (title, width) in enumerate(zip(sheet.header, sheet.widths, strict=True)):
            page.set_column(column, column, width)
            page.write_string(0, column, title, head)
        page.set_row(0, row_height(sheet.header, sheet.widths))
        for line, row in enumerate(sheet.rows, start=1):
            page.set_row(line, row_height(row, sheet.widths))
            for column, text in enumerate(row):
                page.write_string(line, column, text, body)
        if sheet.rows:
            page.autofilter(0, 0, len(sheet.rows), len(sheet.header) - 1)
        for offset, note in enumerate(sheet.notes):
            page.write_string(len(sheet.rows) + 2 + offset, 0, note, plain)
    book.close()
    return stream.getvalue()


def xlsx_bytes(
    header: list[str],
    rows: list[list[str]],
    *,
    sheet: str,
    widths: list[float],
    notes: list[str] | None = None,
) -> bytes:
    """Return one table as XLSX.

    Args:
        header: column titles.
        rows: cell texts.
        sheet: name of the sheet.
        widths: column widths in characters.
        notes: lines under the table.
    """
    return workbook_bytes([Sheet(sheet, header, rows, widths, tuple(notes or ()))])


_FORBIDDEN_IN_SHEET_NAMES = str.maketrans("[]:*?/\\", "       ")


def to_xlsx(
    catalog: Catalog, technologies: list[Technology] | None = None, sectors: list[Sector] | None = None
) -> bytes:
    """Return the catalogue as XLSX: all records, a sheet a sector, and what is unknown.

    The first sheet holds every column; a sector's sheet holds those that are read on paper.
    """
    sheets = [Sheet("技术目录", *table(catalog, technologies), _widths(TABLE_FIELDS, 46.0))]
    chosen = catalog.technologies if technologies is None else technologies
    for sector in sectors or []:
        own = [technology for technology in chosen if sector.holds(technology)]
        if own:
            name = sector.label.translate(_FORBIDDEN_IN_SHEET_NAMES)[:31]
            content = table(catalog, own, SECTOR_FIELDS)
            sheets.append(Sheet(name, *content, _widths(SECTOR_FIELDS, 34.0)))
    known = [list(row) for row in known_shares(chosen)]
    note = "未列入“已知”的一律为未知：没有公开数值，不作推测。"
    sheets.append(Sheet("已知与未知", ["字段", "已知的记录数"], known, [32.0, 24.0], (note,)))
    return workbook_bytes(sheets)


def export(catalog: Catalog, file_format: str, path: Path, sectors: list[Sector] | None = None) -> int:
    """Write all records to ``path`` and return their number.

    Raises:
        BadInput: unknown format, or the file cannot be written.
    """
    if file_format not in FORMATS:
        raise BadInput(f"--format {file_format}: unknown, write one of {', '.join(FORMATS)}")
    if file_format == "jsonl":
        content = to_jsonl(catalog)
    elif file_format == "csv":
        content = csv_bytes(*table(catalog))
    else:
        content = to_xlsx(catalog, sectors=sectors)
    try:
        write_atomically(path, content)
    except OSError as error:
        raise BadInput(f"-o {path}: {error.strerror}, choose a folder you can write to") from error
    return len(catalog)
