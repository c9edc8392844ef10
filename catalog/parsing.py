"""What a data file got wrong, told in Chinese: place, value, what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from catalog.errors import BadInput

_Model = TypeVar("_Model", bound=BaseModel)

_LONGEST_VALUE = 60
_MESSAGES = {
    "missing": "未填写，请补上",
    "extra_forbidden": "没有此项，请删去或检查拼写",
    "string_too_short": "不能为空，请填写",
    "too_short": "太少，请补写",
    "finite_number": "请写数字",
    "literal_error": "只能写 {expected}",
    "greater_than": "须大于 {gt:g}",
    "greater_than_equal": "须不小于 {ge:g}",
    "less_than": "须小于 {lt:g}",
    "less_than_equal": "须不大于 {le:g}",
}
_WANTED = {
    "string": "请写文字",
    "float": "请写数字",
    "int": "请写整数",
    "bool": "请写 true 或 false",
    "date": "请写日期，例如 2026-01-31",
    "list": "请写成列表",
    "tuple": "请写成列表",
    "dict": "请写成“名称: 值”",
    "model": "请写成“名称: 值”",
}
"""What to write instead, by the first word of the kind of fault."""
_OTHERWISE = "格式不对，请对照随附的同类文件改写"


def parsed(model: type[_Model], content: object, *, where: str = "") -> _Model:
    """Return ``content`` as ``model``.

    Args:
        model: what to make.
        content: what was read.
        where: file, or file and place, for the message.

    Raises:
        BadInput: one Chinese line a fault: place, value, what to write instead.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise BadInput("\n".join(fault_lines(error, where=where))) from error


def fault_lines(error: ValidationError, *, where: str = "") -> list[str]:
    """Return one Chinese line a fault: where, field, value, what to write instead."""
    return [_line(fault, where) for fault in error.errors()]


def _line(fault: Mapping[str, Any], where: str) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    value = fault["input"]
    shown = ""
    if place and isinstance(value, str | int | float | bool):
        shown = f"“{' '.join(str(value).split())[:_LONGEST_VALUE]}”："
    return ": ".join(part for part in (where, place, f"{shown}{fault_text(fault)}") if part)


def fault_text(fault: Mapping[str, Any]) -> str:
    """Return what to write instead, for one fault as pydantic lists it."""
    kind: str = fault["type"]
    if kind == "value_error":  # raised by a model of ours, in Chinese
        return str(fault["msg"]).removeprefix("Value error, ")
    if kind == "string_too_short" and fault["ctx"]["min_length"] > 1:
        return f"至少写 {fault['ctx']['min_length']} 个字"
    wanted = _MESSAGES.get(kind) or _WANTED.get(kind.partition("_")[0]) or _OTHERWISE
    return wanted.format(**fault.get("ctx", {})).replace("'", "").replace(" or ", "、").replace(", ", "、")
