"""Experts read from a table (XLSX, CSV): titles in many words, every doubtful line named."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.codes import fold
from catalog.drafts import clean, letter
from catalog.errors import BadInput
from catalog.review.expert import LABELS, Expert, completed, parts_of, twin_of

_LARGEST_FILE = 20_000_000
"""Bytes; a table of experts or a scoring sheet is far smaller."""
_OTHER_TITLES: dict[str, tuple[str, ...]] = {
    "id": ("编号", "序号"),
    "name": ("专家姓名",),
    "unit": ("单位", "所在单位"),
    "title": ("职务职称", "职称/职务", "技术职称"),
    "fields": ("专业领域", "领域", "专业", "专长"),
    "industries": ("行业", "行业领域", "适用行业"),
    "region": ("地区", "区域", "所在区县"),
    "contact": ("联系电话", "电话", "手机"),
    "former_units": ("原单位", "曾工作单位"),
    "active": ("在库", "状态"),
    "note": ("说明",),
}
_ACTIVE = {"": True, "是": True, "在库": True, "有效": True, "1": True,
           "否": False, "停用": False, "退出": False, "0": False}  # fmt: skip
_HEADER_ROWS = 12


@dataclass(frozen=True)
class ExpertReading:
    """The experts of a table; ``faults`` name the lines left out, ``unknown_columns`` what was not read."""

    experts: tuple[Expert, ...]
    faults: tuple[str, ...]
    unknown_columns: tuple[str, ...] = ()


def read_experts(content: bytes, name: str) -> ExpertReading:
    """Read an XLSX or CSV table of experts; a line with a fault is left out and named.

    Args:
        content: the file.
        name: its name; the ending says what it is.

    Raises:
        BadInput: not readable, or no line of titles with 姓名 in it.
    """
    experts: list[Expert] = []
    faults: list[str] = []
    unknown: list[str] = []
    found = False
    for place, rows in _tables(content, name):
        header = _header(rows)
        if header is None:
            continue
        found = True
        first, columns = header
        titles = rows[first - 1]
        unknown += [
            f"{place}第{letter(number)}列：{title}"
            for number, title in enumerate(titles)
            if title and number not in columns
        ]
        for index, row in enumerate(rows[first:], first + 1):
            texts = {field: row[n] if n < len(row) else "" for n, field in columns.items()}
            if any(texts.values()):
                _read_row(texts, f"{place}第{index}行", experts, faults)
    if not found:
        raise BadInput(f"{name}：没有找到标题行，请在前 {_HEADER_ROWS} 行写明“姓名”“工作单位”等列名")
    return ExpertReading(tuple(experts), tuple(faults), tuple(unknown))


def open_workbook(content: bytes, name: str, *, values: bool) -> Any:
    """Open an XLSX file.

    Args:
        content: the file.
        name: its name, for the message.
        values: give what formulas showed last instead of the formulas.

    Raises:
        BadInput: not an XLSX workbook.
    """
    import zipfile
    import zlib

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    if len(content) > _LARGEST_FILE:
        raise BadInput(f"{name}：文件超过 {_LARGEST_FILE // 1_000_000} MB，请删去图片等内容后再读")
    unreadable = (
        InvalidFileException, zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, IndexError,
        AttributeError, OSError, EOFError, SyntaxError, NotImplementedError, RuntimeError,
    )  # fmt: skip
    try:
        return openpyxl.load_workbook(io.BytesIO(content), data_only=values)
    except unreadable as error:
        raise BadInput(f"{name}：不是可读的 XLSX 表格，请用表格软件打开后另存为 .xlsx") from error


def _tables(content: bytes, name: str) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield the place (empty for CSV) and rows of each sheet."""
    if name.lower().endswith(".csv"):
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            yield "", [[clean(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]
            return
        raise BadInput(f"{name}：编码不是 UTF-8 或 GB 18030，请另存为 UTF-8 的 CSV")
    if not name.lower().endswith(".xlsx"):
        raise BadInput(f"{name}：文件类型不支持，请另存为 .xlsx 或 .csv")
    for sheet in open_workbook(content, name, values=True).worksheets:
        rows = [[clean(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        yield f"“{sheet.title}”", rows


def _field_of(title: str) -> str | None:
    bare = fold(re.sub(r"[(（].*?[)）]", "", title))
    for field, label in LABELS.items():
        if bare in {fold(word) for word in (label, *_OTHER_TITLES[field])}:
            return field
    return None


def _header(rows: Sequence[Sequence[str]]) -> tuple[int, dict[int, str]] | None:
    """Return the number of rows up to the titles, and column index -> field (first of two titles)."""
    for index, row in enumerate(rows[:_HEADER_ROWS]):
        columns: dict[int, str] = {}
        for number, title in enumerate(row):
            field = _field_of(title) if title else None
            if field and field not in columns.values():
                columns[number] = field
        if "name" in columns.values() and len(columns) > 1:
            return index + 1, columns
    return None


def _read_row(texts: Mapping[str, str], place: str, experts: list[Expert], faults: list[str]) -> None:
    told = texts.get("active", "")
    if told not in _ACTIVE:
        faults.append(f"{place}：是否在库“{told}”不明，请写“是”或“否”；该行未读入")
        return
    expert = Expert(
        name=texts.get("name", ""),
        unit=texts.get("unit", ""),
        title=texts.get("title", ""),
        fields=parts_of(texts.get("fields", "")),
        industries=parts_of(texts.get("industries", "")),
        region=texts.get("region", ""),
        contact=texts.get("contact", ""),
        former_units=parts_of(texts.get("former_units", "")),
        active=_ACTIVE[told],
        note=texts.get("note", ""),
    )
    try:
        checked = completed(expert)
    except BadInput as error:
        faults.append(f"{place}：{error}；该行未读入")
        return
    if twin_of(checked.model_copy(update={"id": "ZJ-0000"}), experts):
        faults.append(f"{place}：“{checked.name}”（{checked.unit or '单位未提供'}）在表中重复；该行未读入")
        return
    experts.append(checked)
