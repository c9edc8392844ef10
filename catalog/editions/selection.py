"""A selection file (YAML): which technologies an edition takes, in which order, and what leaves it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from catalog.editions.edition import Edition, Entry, entry_of, freeze
from catalog.errors import BadInput
from catalog.load import Catalog
from catalog.parsing import fault_lines

_HEAD = ("year", "title", "issuer", "document_number", "published_on", "is_example")


def read_selection(path: Path, catalog: Catalog, *, before: Edition | None = None) -> Edition:
    """Return the frozen edition a selection file describes.

    ``technologies`` is a list of numbers, or of mappings with ``number`` and other fields of
    an entry (group, entry_class, name ...) that stand in this edition instead of the record's;
    ``withdrawn`` lists number, name and reason.

    Raises:
        BadInput: the file is no selection, names an unknown number, or loses one of ``before``.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path}: 无法读取选目文件（{type(error).__name__}），请检查路径和 YAML 格式"
        ) from error
    if not isinstance(content, dict) or "technologies" not in content:
        raise BadInput(f"{path}: 缺少 technologies，请列出入选技术的编号")
    unknown = sorted(set(content) - {*_HEAD, "technologies", "withdrawn"})
    if unknown:
        raise BadInput(
            f"{path}: 未知字段“{unknown[0]}”，可用：{'、'.join((*_HEAD, 'technologies', 'withdrawn'))}"
        )
    rows = content["technologies"]
    if not isinstance(rows, list):
        raise BadInput(f"{path}: technologies: “{rows}”不是列表，请每行写一个编号（- CPT-0002）")
    entries = [_entry(path, row, catalog) for row in rows]
    head = {name: content[name] for name in _HEAD if name in content}
    try:
        edition = Edition.model_validate(
            {**head, "entries": entries, "withdrawn": content.get("withdrawn") or []}
        )
    except ValidationError as error:
        raise BadInput(fault_lines(error, where=str(path))[0]) from error
    return freeze(edition, before=before)


def _entry(path: Path, row: Any, catalog: Catalog) -> Entry:
    values = row if isinstance(row, dict) else {"number": row}
    number = values.get("number")
    if not isinstance(number, str) or number not in catalog:
        raise BadInput(f"{path}: technologies: 编号“{number}”不在目录库中，请检查编号（如 CPT-0002）")
    made = entry_of(catalog[number], catalog)
    try:
        return Entry.model_validate({**made.model_dump(), **values})
    except ValidationError as error:
        raise BadInput(fault_lines(error, where=f"{path}: {number}")[0]) from error
