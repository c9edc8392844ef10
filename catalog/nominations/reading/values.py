"""Texts become typed values, checked against the model of the form."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

from pydantic import ValidationError

from catalog.codes import fold
from catalog.nominations.form import Nomination
from catalog.nominations.reading.amounts import UNITS, level, number_of, percent, reductions
from catalog.nominations.reading.choices import CHOICES, choice_of, industries
from catalog.nominations.reading.outcome import PART_MODELS
from catalog.nominations.reading.seen import Seen, Value, half_width, squash
from catalog.nominations.template.wording import DATE_FIELDS, PERCENT_FIELDS

OPEN = re.compile(
    r"(?:[_/—\-－…]|年月日|\((?:盖章|公章|签字|签章|签名|印章|加盖公章|手写签名)\)|(?:单位)?(?:盖章|公章)|未提供)*"
)
NOTHING = {"无", "暂无", "不详", "n/a", "na", "没有"}
_SIGN_LINE = re.compile(
    r"\n*[（(]?(?:盖章|公章|签字|签章|加盖公章)[)）]?[:：]?\s*$|\n[ 　]*年[ 　]*月[ 　]*日\s*$"
)
_SEAL = re.compile(r"[（(](?:盖章|公章|签章|加盖公章)[)）]")
_TRAILING_DATE = re.compile(r"[ 　\t]+(?:\d{4}[ 　]*)?年[ 　]*\d{0,2}[ 　]*月[ 　]*\d{0,2}[ 　]*日\s*$")
_LONGEST_SIGN_LINE = 60
_HIDDEN_DIGITS = 15
"""A spreadsheet keeps so many digits of a number."""
_HAN_DIGITS = {sign: str(value) for value, sign in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
_DAY = re.compile(r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})[日号]?(?:t?\d{1,2}:\d{2}(?::\d{2})?)?")
_MONTH = re.compile(r"(\d{4})[年./-](\d{1,2})(?:月份?|月底|月初)?")
_SHORT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SHORT_MONTH = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])")


def _date(seen: Seen) -> Value:
    text = _arabic(fold(seen.text)).removeprefix("约")
    cure = Value(fault="请写到月或日，例如 2023-05-18 或 2023-05")
    if seen.numeric and re.fullmatch(r"\d{4}\.\d", text):
        return Value(
            fault=f"以数值存放，分不清 {text[5]} 月和 {text[5]}0 月，请写成 {text[:4]}-0{text[5]} 这样的形式"
        )
    day = _DAY.fullmatch(text) or _SHORT_DAY.fullmatch(text)
    month = _MONTH.fullmatch(text) or _SHORT_MONTH.fullmatch(text)
    found = day or month
    if found is None:
        return cure
    try:
        value = datetime.date(int(found[1]), int(found[2]), int(found[3]) if day else 1)
    except ValueError:
        return Value(fault="没有这一天，请核对年月日，例如 2023-05-18")
    return Value(value, note="" if day else "只写到月，按当月 1 日计")


def _arabic(text: str) -> str:
    """Return a date in Han numerals (二〇二三年五月十八日) in digits."""

    def digits(found: re.Match[str]) -> str:
        tens, ten, ones = found[0].partition("十")
        if not ten:
            return "".join(_HAN_DIGITS[sign] for sign in found[0])
        return f"{_HAN_DIGITS.get(tens, '1')}{_HAN_DIGITS.get(ones, '0')}"

    return re.sub(r"[〇○零一二三四五六七八九十]+(?=[年月日号])", digits, text)


def _words(seen: Seen) -> Value:
    text = seen.text.rstrip()
    for _ in ("seal", "date"):
        tail = _SIGN_LINE.search(text, max(0, len(text) - _LONGEST_SIGN_LINE))
        text = text[: tail.start()].rstrip() if tail else text
    return Value(text.strip())


def _unit_name(seen: Seen) -> Value:
    """Read the name of a unit beside which seal and date stand."""
    whole = seen.text.rstrip()
    dated = _TRAILING_DATE.search(whole, max(0, len(whole) - _LONGEST_SIGN_LINE))
    text = _SEAL.sub("", whole[: dated.start()] if dated else whole).strip()
    note = f"“{dated[0].strip()}”未读入" if dated and re.search(r"\d", dated[0]) else ""
    return Value(text, note=note)


def _digits(seen: Seen) -> Value:
    """Read a code or telephone number: half-width, without blanks inside a code."""
    text = half_width(seen.text).strip()
    if seen.numeric and len(re.sub(r"\D", "", text)) > _HIDDEN_DIGITS:
        return Value(fault="以数值存放，末几位已丢失，请把单元格设为文本后重新填写")
    return Value(text)


def _credit_code(seen: Seen) -> Value:
    read = _digits(seen)
    return read if read.fault else Value(squash(read.value).upper())


_PARSERS: dict[str, Callable[[Seen], Value]] = {
    **{name: number_of(name) for name in UNITS},
    **{name: choice_of(name) for name in CHOICES if name != "kind"},
    **dict.fromkeys(DATE_FIELDS, _date),
    **dict.fromkeys(PERCENT_FIELDS, percent),
    "trl": level, "industries": industries, "reductions_t": reductions, "credit_code": _credit_code,
    "phone": _digits, "technology_id": _digits, "applicant": _unit_name, "recommender": _unit_name,
}  # fmt: skip
_KIND_OF_EVIDENCE = choice_of("kind")


def read_value(part: str, name: str, seen: Seen) -> Value:
    """Return the value of a field, checked against the model; an answer left open is None."""
    squashed = squash(half_width(seen.text))
    parser = _KIND_OF_EVIDENCE if (part, name) == ("evidence", "kind") else _PARSERS.get(name, _words)
    typed = parser is not _words and parser is not _unit_name
    if OPEN.fullmatch(squashed) or (typed and name != "cma" and squashed.casefold() in NOTHING):
        return Value()
    read = parser(seen)
    if read.fault or read.value is None or read.value == "":
        return read
    model = PART_MODELS[part] if part else Nomination
    try:
        model.model_validate({name: read.value})
    except ValidationError:
        return Value(fault="数值超出允许范围（比例 0–100%，投资、费用、回收期不为负），请核对")
    return read
