"""Texts become choices: one of the words of the form, ticked or written, and industries."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from catalog.codes import fold
from catalog.errors import UnknownCode
from catalog.nominations.form import ADVANCEMENT_LABELS, CLASS_LABELS, EVIDENCE_LABELS
from catalog.nominations.reading.seen import LONGEST_PIECE, Seen, Value, half_width, shortened
from catalog.nominations.template.texts import shipped_codes

_TICKED, _UNTICKED = "☑☒✓✔√■◼●", "☐□○◯◻"
CHOICES: dict[str, tuple[dict[str, Any], str, bool]] = {
    "technology_class": (
        {**dict.fromkeys(("示范技术", "示范类技术", "示范类", "示范"), "demonstrated"),
         **dict.fromkeys(("推广技术", "推广类技术", "推广类", "推广"), "promoted")},
        "、".join(CLASS_LABELS.values()), True,
    ),
    "advancement": (
        {label: code for code, label in ADVANCEMENT_LABELS.items()},
        "、".join(ADVANCEMENT_LABELS.values()), True,
    ),
    "kind": (
        {**{label: code for code, label in EVIDENCE_LABELS.items()},
         **dict.fromkeys(("检验报告", "测试报告", "检测"), "test_report"),
         **dict.fromkeys(("鉴定", "成果鉴定", "鉴定意见", "鉴定报告"), "appraisal"),
         **dict.fromkeys(("验收", "验收意见"), "acceptance"), "认证": "certificate", "监测": "monitoring"},
        "、".join(EVIDENCE_LABELS.values()), True,
    ),
    "declared": (
        {**dict.fromkeys(("是", "已承诺", "承诺", "同意", "√", "☑"), True),
         **dict.fromkeys(("否", "未承诺", "不承诺", "不同意", "×"), False)},
        "是、否", False,
    ),
    "domestic": (
        {**dict.fromkeys(("是", "国内", "境内", "√", "☑"), True),
         **dict.fromkeys(("否", "国外", "境外", "×"), False)},
        "是、否", False,
    ),
    "cma": (
        {**dict.fromkeys(("是", "有", "具备", "cma", "有cma", "有cma资质", "√", "☑"), True),
         **dict.fromkeys(("否", "无", "没有", "不具备", "无cma", "×"), False)},
        "是、否", False,
    ),
}  # fmt: skip
"""Field -> (word -> value, how to write it, whether the word may stand inside a longer text)."""


def choice_of(name: str) -> Callable[[Seen], Value]:
    """Return the reader of one of the options of the field ``name``, written out or ticked."""
    words, cure, loose = CHOICES[name]
    folded = {fold(word): value for word, value in words.items()}
    ordered = sorted((word for word in folded if len(word) > 1 or word in "是否有无"), key=len, reverse=True)
    token = re.compile(rf"([{_TICKED}{_UNTICKED}]|\([√✓✔]?\))|({'|'.join(map(re.escape, ordered))})")

    def read(seen: Seen) -> Value:
        text = fold(seen.text)
        if text in folded:
            return Value(folded[text])
        tokens = [(found[1] or "", folded.get(found[2] or "")) for found in token.finditer(text)]
        if any(mark for mark, _ in tokens):
            chosen = _ticked(tokens)
        else:
            chosen = {value for _, value in tokens} if loose else {None, ""}
        if len(chosen) > 1 or (not tokens):
            return Value(fault=f"请从{cure}中写明一个")
        note = "" if any(mark for mark, _ in tokens) or not chosen else "从文字中取出"
        return Value(next(iter(chosen), None), note=note)

    return read


def _ticked(tokens: Sequence[tuple[str, Any]]) -> set[Any]:
    """Return the options with a tick; boxes stand before their options, or after them.

    Which of the two it is shows at the first token.
    """
    before = bool(tokens[0][0])
    chosen = set()
    for (mark, value), (next_mark, next_value) in zip(tokens, [*tokens[1:], ("", None)], strict=True):
        tick, option = (mark, next_value) if before else (next_mark, value)
        if option is not None and tick and any(sign in _TICKED for sign in tick):
            chosen.add(option)
    return chosen


_BETWEEN = re.compile(r"[；;\n]+")
_FINER = re.compile(r"[、，,/]+")
_SUFFIXES = re.compile(r"(行业|企业|领域|工业|生产|等)+$")


def industries(seen: Seen) -> Value:
    """Read industries of GB/T 4754-2017, as codes, names or both."""
    known = shipped_codes()["industries"]
    text = seen.text.strip()
    if seen.numeric and len(text) < 4 and f"0{text}" in known:
        return Value(fault=f"行业代码以数值存放，前面的 0 可能已丢失，请以文本写成 {text} 或 0{text}")
    codes: list[str] = []
    unknown: list[str] = []
    for part in (part.strip() for part in _BETWEEN.split(text)):
        whole = _industry(part) if 0 < len(part) <= LONGEST_PIECE else ""
        pieces = [part] if whole else [piece.strip() for piece in _FINER.split(part)]
        for piece in (piece for piece in pieces if piece):
            code = _industry(piece) if len(piece) <= LONGEST_PIECE else None
            (codes if code else unknown).append(code or piece)
    if unknown:
        near = known.nearest(unknown[0][:LONGEST_PIECE], count=2)
        told = f"，相近的有 {'、'.join(near)}" if near else ""
        named = shortened("、".join(unknown))
        return Value(fault=f"“{named}”不在 GB/T 4754-2017 中，请写代码或名称，例如 3110 炼铁{told}")
    return Value(tuple(dict.fromkeys(codes)))


def _industry(text: str) -> str | None:
    """Return the code of one industry written as code, name, or both; None if unknown or contradictory."""
    known = shipped_codes()["industries"]
    plain = half_width(text).strip()
    found = re.fullmatch(r"[A-Za-z]?(\d{2,4})\s*(.*)", plain) or re.fullmatch(r"(.*?)\s*\((\d{2,4})\)", plain)
    if found is None:
        stem = _SUFFIXES.sub("", plain)
        return known.find(plain) or known.find(stem) or known.find(f"{stem}业")
    code, name = (found[1], found[2]) if found[1].isdigit() else (found[2], found[1])
    if code not in known:
        return None
    try:
        named = known.resolve(name.strip("()-· ")) if name.strip("()-· ") else code
    except UnknownCode:
        return code
    related = named == code or named in known.ancestors(code) or code in known.ancestors(named)
    return code if related or known.label(named) == known.label(code) else None
