"""Official lists and nominations from XLSX or CSV -> draft records for a person to complete.

A draft is not a record: it holds the words of the list, figures it could read as typed
quantities, and what is still to be written. It never enters the catalogue by itself.
Column titles are those of the national catalogues (``data/codes/import_columns.csv``);
titles may stand on several rows, cells may be merged, digits may be full-width.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from catalog.codes import Codes, fold
from catalog.errors import BadInput, UnknownCode
from catalog.files import write_atomically

_HEADER_ROWS = 12
"""A title row is looked for in the first rows of a sheet; above it stand title lines."""
_FEWEST_TITLES = 2
_AMOUNTS = {
    "investment": ("万元", "投资额"),
    "energy_saving": ("tce/a", "节能量"),
    "carbon_reduction": ("tCO2/a", "二氧化碳减排量"),
    "water_saving": ("m³/a", "节水量"),
    "payback": ("年", "投资回收期"),
    "share": ("%", "目前推广比例"),
}
_HALF_WIDTH = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_HALF_WIDTH |= {0xFF05: ord("%"), 0xFF0E: ord("."), 0xFF0D: ord("-"), 0xFF0F: ord("/"), 0x3000: ord(" ")}
"""Full-width digits, letters and the signs of figures -> half-width."""
_NUMBER = r"-?\d+(?:\.\d+)?"
_ALREADY = re.compile(r"[；;、，,/\n]+")
_GROUP_HEADING = re.compile(r"^[一二三四五六七八九十]+[、.．]|^[（(][一二三四五六七八九十]+[)）]")


@dataclass
class Table:
    """One sheet: its name and its rows of texts (merged cells filled)."""

    sheet: str
    rows: list[list[str]]


@dataclass
class ImportResult:
    """The drafts and everything that was not understood, each with its place."""

    drafts: list[dict[str, Any]] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def clean(value: object) -> str:
    """Return a cell as text: full-width letters and digits made plain, white space joined.

    Chinese punctuation stays as it is.
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return re.sub(r"\s+", " ", str(value).translate(_HALF_WIDTH)).strip()


def read_tables(path: Path) -> list[Table]:
    """Read all sheets of an XLSX file, or one CSV file.

    Raises:
        BadInput: unknown file type, unreadable file.
    """
    kind = path.suffix.lower()
    try:
        if kind == ".csv":
            return [Table(path.name, _csv_rows(path.read_bytes()))]
        if kind == ".xlsx":
            return _xlsx_tables(path)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}, give an .xlsx or .csv file") from error
    raise BadInput(f"{path}: file type {kind or 'none'} unknown, save it as .xlsx or .csv")


def _csv_rows(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return [[clean(cell) for cell in row] for row in csv.reader(io.StringIO(text))]
    raise BadInput("the CSV is neither UTF-8 nor GB 18030, save it again as UTF-8")


def _xlsx_tables(path: Path) -> list[Table]:
    import zipfile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError) as error:
        raise BadInput(f"{path}: is no XLSX workbook, open it and save it as .xlsx") from error
    tables = []
    for sheet in book.worksheets:
        rows = [[clean(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        for merged in sheet.merged_cells.ranges:
            text = rows[merged.min_row - 1][merged.min_col - 1]
            for row in range(merged.min_row - 1, merged.max_row):
                for column in range(merged.min_col - 1, merged.max_col):
                    rows[row][column] = text
        tables.append(Table(sheet.title, rows))
    return tables


def import_drafts(path: Path, codes: Codes) -> ImportResult:
    """Read ``path`` into draft records.

    Raises:
        BadInput: the file cannot be read, or no sheet has a column 技术名称.
    """
    result = ImportResult()
    found = False
    for table in read_tables(path):
        header = _find_header(table, codes)
        if header is None:
            continue
        found = True
        first, columns = header
        _read_rows(table, first, columns, codes, result)
    if not found:
        raise BadInput(f"{path}: no sheet has a title row with 技术名称, add the column titles")
    return result


def _column(title: str, codes: Codes) -> str | None:
    words = codes["import_columns"].words
    return words.get(fold(title)) or words.get(fold(re.sub(r"[(（].*?[)）]", "", title)))


def _find_header(table: Table, codes: Codes) -> tuple[int, dict[int, str]] | None:
    """Return the index of the first data row and column index -> field (or the unknown title)."""
    for index, row in enumerate(table.rows[:_HEADER_ROWS]):
        known = {number: _column(text, codes) for number, text in enumerate(row) if text}
        if "name" not in known.values() or sum(v is not None for v in known.values()) < _FEWEST_TITLES:
            continue
        columns = {number: name or f"?{row[number]}" for number, name in known.items()}
        below = table.rows[index + 1] if index + 1 < len(table.rows) else []
        subtitles = {n: _column(text, codes) for n, text in enumerate(below) if text and text != row[n]}
        two_rows = sum(v is not None for v in subtitles.values()) >= 1 and not any(
            below[n] and below[n] != row[n] for n, name in columns.items() if name == "name"
        )
        if two_rows:
            for number, name in subtitles.items():
                columns[number] = name or f"?{below[number]}"
        return index + (2 if two_rows else 1), columns
    return None


def _read_rows(table: Table, first: int, columns: dict[int, str], codes: Codes, result: ImportResult) -> None:
    for number, name in sorted(columns.items()):
        if name.startswith("?"):
            result.unknown_columns.append(f"{table.sheet} 第{letter(number)}列：{name[1:]}")
    group = ""
    for index, row in enumerate(table.rows[first:], start=first + 1):
        texts = {name: row[n] for n, name in columns.items() if n < len(row) and row[n]}
        if not texts:
            continue
        if len(set(texts.values())) == 1 and _GROUP_HEADING.match(next(iter(texts.values()))):
            group = next(iter(texts.values()))
            continue
        place = f"{table.sheet} 第{index}行"
        if "name" not in texts:
            column = letter(next(n for n, name in columns.items() if name == "name"))
            result.faults.append(f"{place} 第{column}列：技术名称为空，请补填")
            continue
        at = {name: letter(n) for n, name in columns.items()}
        result.drafts.append(_draft(texts, group, place, at, codes, result.faults))


def letter(number: int) -> str:
    """Return the spreadsheet letter of a column index (0 -> A)."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def quantity(text: str, unit: str) -> dict[str, Any] | None:
    """Read ``text`` as a typed quantity in ``unit``; None when it is no plain figure."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace("约", "").strip()
    plain = re.sub(rf"(?<=\d)\s*(?:{re.escape(unit)}|万元|年|%|tce/a|tce|m3/a|tCO2/a)$", "", plain).strip()
    months = re.fullmatch(rf"({_NUMBER})\s*个?月", plain)
    if months and unit == "年":
        return {"value": round(float(months[1]) / 12, 2), "unit": unit}
    span = re.fullmatch(rf"({_NUMBER})\s*[-~～至—]\s*({_NUMBER})", plain)
    if span:
        return {"min": float(span[1]), "max": float(span[2]), "unit": unit}
    if re.fullmatch(_NUMBER, plain):
        return {"value": float(plain), "unit": unit}
    return None


def _draft(
    texts: dict[str, str], group: str, place: str, at: dict[str, str], codes: Codes, faults: list[str]
) -> dict[str, Any]:
    draft: dict[str, Any] = {"name": texts["name"], "read_from": place}
    if group:
        draft["group"] = group
    for name in ("summary", "principle", "problems", "indicators", "case", "supplier", "prospect",
                 "standard", "model", "remark"):  # fmt: skip
        if name in texts:
            draft[name] = texts[name]
    if "industry" in texts:
        draft["industry_text"] = texts["industry"]
        known, unknown = _industries(texts["industry"], codes)
        draft["industries"] = known
        if unknown:
            faults.append(
                f"{place} 第{at['industry']}列：行业“{'、'.join(unknown)}”未能对应 GB/T 4754 代码，请人工选定"
            )
    if "class" in texts:
        word = texts["class"].removesuffix("技术")
        try:
            draft["class"] = codes.resolve("listing_classes", word)
        except UnknownCode:
            faults.append(
                f"{place} 第{at['class']}列：类别“{texts['class']}”不在词表，请写推广、示范、鼓励、限制或淘汰"
            )
    for name, (unit, label) in _AMOUNTS.items():
        if name not in texts:
            continue
        read = quantity(texts[name], unit)
        if read is None:
            draft[f"{name}_text"] = texts[name]
            faults.append(
                f"{place} 第{at[name]}列：{label}“{texts[name]}”不是单一数值，已按原文保留，请拆成数值与单位"
            )
        elif any(value <= 0 for value in read.values() if isinstance(value, float)):
            faults.append(f"{place} 第{at[name]}列：{label}“{texts[name]}”应大于 0，请核对原表")
        else:
            draft[name] = read
    draft["to_write"] = [
        field_name
        for field_name in (
            "aliases",
            "problems",
            "terms",
            "applicability",
            "cost_class",
            "hazards",
            "sources",
        )
        if field_name not in draft
    ]
    return draft


def _industries(text: str, codes: Codes) -> tuple[list[str], list[str]]:
    known: list[str] = []
    unknown: list[str] = []
    words = codes["industries"].words
    for part in (part.strip() for part in _ALREADY.split(text)):
        if not part:
            continue
        stem = re.sub(r"(行业|企业|领域|工业|生产|等)+$", "", part)
        code = words.get(fold(part)) or words.get(fold(stem)) or words.get(fold(stem + "业"))
        (known if code else unknown).append(code or part)
    return list(dict.fromkeys(known)), unknown


def write_drafts(result: ImportResult, folder: Path) -> list[Path]:
    """Write one YAML file a draft and return the paths; files already there are kept.

    Raises:
        BadInput: the folder cannot be written, or holds a file of the same name.
    """
    paths = []
    for number in range(1, len(result.drafts) + 1):
        path = folder / f"draft-{number:04d}.yaml"
        if path.exists():
            raise BadInput(f"-o {folder}: {path.name} is already there, choose an empty folder")
        paths.append(path)
    try:
        for path, draft in zip(paths, result.drafts, strict=True):
            text = yaml.safe_dump(draft, allow_unicode=True, sort_keys=False, width=100)
            write_atomically(path, text.encode("utf-8"))
    except OSError as error:
        raise BadInput(f"-o {folder}: {error.strerror}, choose a folder you can write to") from error
    return paths
