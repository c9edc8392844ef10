"""Tables of queries in, tables of results out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog import BadInput
from catalog.export import csv_bytes, xlsx_bytes
from catalog.files import write_atomically
from recommender.engine import RecommenderEngine
from recommender.query import Query

IN_SUFFIXES = (".csv", ".xlsx", ".jsonl")
OUT_SUFFIXES = (".jsonl", ".csv", ".xlsx")
_ENCODINGS = ("utf-8-sig", "gb18030")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_COLUMN_WORDS = {
    "id": {"id", "编号", "序号"},
    "industry": {"industry", "行业"},
    "text": {"text", "描述", "问题", "问题描述", "description"},
}


@dataclass(frozen=True)
class Row:
    """One query of an input table."""

    id: str
    industry: str | None
    text: str


def decode(content: bytes, name: str) -> str:
    """Return the text of a CSV file in UTF-8, UTF-8 with BOM, UTF-16 or GB18030.

    Raises:
        BadInput: none of these encodings fits.
    """
    marked = content[:2] in _UTF16_MARKS
    for encoding in ("utf-16",) if marked else _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput(f"{name}: 编码无法识别，请另存为 UTF-8 或 GB18030 的 CSV")


def read_rows(path: Path) -> list[Row]:
    """Read the queries of a CSV, XLSX or JSONL file with columns id, industry, text.

    Raises:
        BadInput: no such file, unknown suffix, missing column, or a broken line.
    """
    if path.suffix.lower() not in IN_SUFFIXES:
        raise BadInput(f"{path}: 后缀“{path.suffix}”不支持，请用 {'、'.join(IN_SUFFIXES)}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: 无法读取（{error.strerror}），请检查文件路径") from error
    readers = {".csv": _csv_rows, ".xlsx": _xlsx_rows, ".jsonl": _jsonl_rows}
    header, rows = readers[path.suffix.lower()](content, path.name)
    columns = _columns(header, path.name)
    return [_row(number, cells, columns) for number, cells in enumerate(rows, start=1)]


def _columns(header: list[str], name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for column in header:
        for key, words in _COLUMN_WORDS.items():
            if column.strip().lower() in words:
                found.setdefault(key, column)
    if "text" not in found:
        shown = "、".join(column for column in header if column) or "无"
        raise BadInput(f"{name}: 缺少列 text（问题描述）；现有列：{shown}；请把问题所在列命名为 text")
    return found


def _row(number: int, cells: dict[str, Any], columns: dict[str, str]) -> Row:
    def get(key: str) -> str:
        value = cells.get(columns.get(key, ""))
        return "" if value is None else str(value).strip()

    return Row(get("id") or str(number), get("industry") or None, get("text"))


def _csv_rows(content: bytes, name: str) -> tuple[list[str], list[dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(decode(content, name), newline=""))
    try:
        return list(reader.fieldnames or []), list(reader)
    except csv.Error as error:
        raise BadInput(f"{name}: 第 {reader.line_num} 行不是有效的 CSV（{error}）") from error


def _xlsx_rows(content: bytes, name: str) -> tuple[list[str], list[dict[str, Any]]]:
    import zipfile

    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        lines = list(book.worksheets[0].iter_rows(values_only=True))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise BadInput(f"{name}: 不是有效的 XLSX 文件，请用 Excel 或 WPS 重新另存") from error
    header = ["" if cell is None else str(cell) for cell in lines[0]] if lines else []
    filled = [line for line in lines[1:] if any(cell is not None for cell in line)]
    return header, [dict(zip(header, line, strict=False)) for line in filled]


def _jsonl_rows(content: bytes, name: str) -> tuple[list[str], list[dict[str, Any]]]:
    rows = []
    for number, line in enumerate(decode(content, name).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadInput(f"{name}: 第 {number} 行不是有效的 JSON，请每行写一个对象") from error
        if not isinstance(row, dict):
            raise BadInput(f'{name}: 第 {number} 行不是 JSON 对象，请写成 {{"text": ...}}')
        rows.append(row)
    header = list(dict.fromkeys(key for row in rows for key in row))
    return header, rows


def match_rows(engine: RecommenderEngine, rows: list[Row], *, k: int) -> Iterator[dict[str, Any]]:
    """Yield the JSON form of the answer to each row; a bad row never stops the rest."""
    for row in rows:
        try:
            yield engine.match(Query(row.text, row.industry, k=k, id=row.id)).as_json()
        except BadInput as error:
            yield {
                "id": row.id,
                "industry": row.industry,
                "industry_code": None,
                "text": row.text,
                "warnings": [str(error)],
                "verdict": "none",
                "none_reason": str(error),
                "results": [],
            }


_TABLE = (
    ("id", 8.0), ("industry", 12.0), ("text", 40.0), ("verdict", 9.0), ("rank", 6.0),
    ("technology_id", 11.0), ("name", 28.0), ("level", 6.0), ("score", 8.0),
    ("reasons", 70.0), ("sources", 40.0), ("warnings", 30.0),
)  # fmt: skip


def result_table(results: list[dict[str, Any]]) -> list[list[str]]:
    """Return one table row a recommended technology, and one for a query without any."""
    rows = []
    for result in results:
        head = [result["id"], result["industry"] or "", result["text"], result["verdict"]]
        warnings = "；".join(result["warnings"])
        if not result["results"]:
            rows.append([*head, "", "", "", "", "", result["none_reason"] or "", "", warnings])
        for hit in result["results"]:
            sources = "；".join(f"{s['doc']} {s['place']} {s['term']}" for s in hit["sources"])
            rows.append(
                [*head, str(hit["rank"]), hit["id"], hit["name"], hit["level"],
                 f"{hit['score']:.3f}", "；".join(hit["reasons"]), sources, warnings]
            )  # fmt: skip
    return rows


def write_results(path: Path, results: list[dict[str, Any]]) -> None:
    """Write results as JSONL, CSV or XLSX, by the suffix of ``path``.

    Raises:
        BadInput: unknown suffix or a folder that cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in OUT_SUFFIXES:
        raise BadInput(f"{path}: 后缀“{path.suffix}”不支持，请用 {'、'.join(OUT_SUFFIXES)}")
    if suffix == ".jsonl":
        lines = [json.dumps(result, ensure_ascii=False) + "\n" for result in results]
        content = "".join(lines).encode()
    else:
        header = [name for name, _ in _TABLE]
        rows = result_table(results)
        if suffix == ".csv":
            content = csv_bytes(header, rows)
        else:
            widths = [width for _, width in _TABLE]
            content = xlsx_bytes(header, rows, sheet="匹配结果", widths=widths)
    try:
        write_atomically(path, content)
    except OSError as error:
        raise BadInput(f"{path}: 无法写入（{error.strerror}），请换一个可写的目录") from error
