"""One answer in a cell of the form in Excel: kind of cell, value, drop-down, limits."""

from __future__ import annotations

import datetime
from typing import Any

from catalog.codes import Codes
from catalog.errors import BadInput
from catalog.nominations.form import CASE_LABELS, LABELS
from catalog.nominations.template.sheets import LONGEST_TEXT
from catalog.nominations.template.texts import choices, text_of
from catalog.nominations.template.wording import DATE_FIELDS, PERCENT_FIELDS

RIGHT_KINDS = ("发明专利", "实用新型专利", "外观设计专利", "软件著作权", "专有技术", "其他")
_AS_TEXT = frozenset({"credit_code", "phone", "industries", "technology_id", "number"})
"""Kept as text by Excel: leading zeros and the last of eighteen digits count."""
_POSITIVE = frozenset({"investment_wan_yuan", "operating_cost_wan_yuan", "payback_years"})
_SIGNED = frozenset({"saving_tce", "water_saving_m3", "co2_t"})


def style_of(field: str) -> str:
    """Return the name of the cell format of a field."""
    if field in DATE_FIELDS:
        return "date"
    if field in _POSITIVE | _SIGNED:
        return "number"
    return "percent" if field in PERCENT_FIELDS else "text" if field in _AS_TEXT else "value"


def put(page: Any, row: int, column: int, field: str, value: Any, codes: Codes, style: Any) -> None:
    """Write one value: numbers, percentages and dates as such, everything else as text, never a formula."""
    if isinstance(value, datetime.date):
        page.write_datetime(row, column, datetime.datetime.combine(value, datetime.time()), style)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        page.write_number(row, column, value / 100 if field in PERCENT_FIELDS else value, style)
    else:
        text = text_of(field, value, codes)
        if len(text) > LONGEST_TEXT:
            label = LABELS.get(field) or CASE_LABELS.get(field, field)
            told = f"{label}：{len(text)} 字，超过 Excel 单元格上限 {LONGEST_TEXT} 字"
            raise BadInput(f"{told}，请删减或改用 Word 申报表")
        (page.write_string if text else page.write_blank)(row, column, text or None, style)


def validate(
    page: Any, cells: tuple[int, int, int, int], field: str, codes: Codes, *, part: str = ""
) -> None:
    """Set drop-down or limits of the cells (first row, first column, last row, last column)."""
    rule = _validation(field, codes, part)
    if rule is not None:
        page.data_validation(*cells, rule)


def _validation(field: str, codes: Codes, part: str) -> dict[str, Any] | None:
    labels = list(choices(field, part=part).values())
    if labels:
        return _listed(labels, strict=True)
    if field == "field":
        return _listed([row.label for row in codes["plus_classes"]], strict=False)
    if field == "kind":
        return _listed(list(RIGHT_KINDS), strict=False)
    if field == "trl":
        return _listed([str(level) for level in range(1, 10)], strict=True)
    if field in DATE_FIELDS:
        told = "请写日期，例如 2023-05-18；只有年月的写 2023-05"
        least, most = datetime.date(1949, 10, 1), datetime.date(2100, 12, 31)
        return {**_limits("date", told), "minimum": least, "maximum": most}
    if field in PERCENT_FIELDS:
        return {**_limits("decimal", "请写 0–100% 之间的比例，例如 15%"), "minimum": 0, "maximum": 1}
    if field in _POSITIVE:
        return {**_limits("decimal", "请写不为负的数字，不带单位"), "minimum": 0, "maximum": 1e12}
    if field in _SIGNED:
        return {**_limits("decimal", "请写数字，不带单位"), "minimum": -1e12, "maximum": 1e12}
    return None


def _listed(labels: list[str], *, strict: bool) -> dict[str, Any]:
    told = f"请从下拉列表中选择：{'、'.join(labels)}"
    return {
        "validate": "list", "source": labels, "error_title": "不在列表中", "error_message": told[:255],
        "error_type": "stop" if strict else "warning",
    }  # fmt: skip


def _limits(kind: str, told: str) -> dict[str, Any]:
    return {"validate": kind, "criteria": "between", "error_title": "写法不符", "error_message": told,
            "error_type": "stop"}  # fmt: skip
