"""Checks of figures: units, price years, plausible sizes, agreement with the words around."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.doctor.findings import Finding
from catalog.schema import UNKNOWN, Effect, Quantity, Technology
from catalog.units import normalised

_LESS = re.compile(r"减少|降低|下降|节约|节省|削减|减排|节电|节水|节能|去除|脱除")
_SHARE = re.compile(r"效率|利用率|回收率|回用率|去除率|收率|合格率|占比|比例")
_MULTIPLE = re.compile(r"倍|COP|性能系数|增加|提高|产能|产量|增幅")
_RANGE = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)\s*[-–~～至]\s*(\d+(?:\.\d+)?)\s*(℃|mg/m³|mg/m3|mg/L|MPa|%)")
_COSTLY = re.compile(r"投资大|投资较大|一次投资高|需新建|巨额")
_FREE = re.compile(r"不需投资|无需投资|不增加投资|零投资")
_NOT_MEASURED = re.compile(r"模型参数|模拟|预测|估算|测算|给定情景|设计值|设计指标|理论")
_ABSOLUTE_ZERO = -273.15
_LONGEST_PAYBACK_YEARS = 40.0
_PERCENT = 100.0


def check_figures(technology: Technology) -> Iterator[Finding]:
    """Yield the findings on figures of one record."""
    yield from _units(technology)
    yield from _price_years(technology)
    yield from _sizes(technology)
    yield from _words(technology)
    yield from _grades(technology)


def _grades(technology: Technology) -> Iterator[Finding]:
    """A figure graded as measured in a case must not say that it was modelled or forecast."""
    graded = [(f"effects.{n}", e.basis, e.evidence) for n, e in enumerate(technology.effects)]
    for field, words in (("investment", "scale"), ("operating_cost", "scale"), ("payback_years", "basis")):
        amounts = getattr(technology, field)
        for index, amount in enumerate([] if amounts == UNKNOWN else amounts):
            graded.append((f"{field}.{index}", getattr(amount, words), amount.evidence))
    for place, said, evidence in graded:
        if evidence == "case" and _NOT_MEASURED.search(said):
            yield Finding(
                technology.id,
                f"{place}.evidence",
                "grade",
                said,
                "口径说明是模型、预测或测算，不能标为案例实测；请改为“文献”或“工程估计”",
            )


def _quantities(technology: Technology) -> Iterator[tuple[str, str, Quantity]]:
    for index, effect in enumerate(technology.effects):
        if isinstance(effect.quantity, Quantity):
            yield f"effects.{index}.quantity", effect.metric, effect.quantity
    for field in ("investment", "operating_cost", "payback_years"):
        amounts = getattr(technology, field)
        if amounts == UNKNOWN:
            continue
        for index, amount in enumerate(amounts):
            yield f"{field}.{index}.quantity", field, amount.quantity


def _units(technology: Technology) -> Iterator[Finding]:
    places = [(f"{place}.unit", quantity.unit) for place, _, quantity in _quantities(technology)]
    for index, window in enumerate(technology.applicability.operating_window):
        places.append((f"applicability.operating_window.{index}.unit", window.unit))
    for index, claim in enumerate(technology.resource_claims):
        if claim.unit is not None:
            places.append((f"resource_claims.{index}.unit", claim.unit))
        elif claim.min is not None or claim.max is not None:
            yield Finding(
                technology.id, f"resource_claims.{index}.unit", "unit", "", "有上下限而无单位，请补单位"
            )
    for place, unit in places:
        wanted = normalised(unit)
        if wanted != unit:
            yield Finding(technology.id, place, "unit", unit, "单位写法不统一", wanted)


def _price_years(technology: Technology) -> Iterator[Finding]:
    years = {p.key: p.year for p in technology.publications}
    for field in ("investment", "operating_cost"):
        amounts = getattr(technology, field)
        if amounts == UNKNOWN:
            continue
        for index, amount in enumerate(amounts):
            published = years.get(amount.source, UNKNOWN)
            both = isinstance(amount.price_year, int) and isinstance(published, int)
            if both and amount.price_year > published:
                yield Finding(
                    technology.id,
                    f"{field}.{index}.price_year",
                    "price-year",
                    str(amount.price_year),
                    f"晚于文献年份 {published}，请核对出处",
                    "unknown",
                )


def _ends(quantity: Quantity) -> list[float]:
    values = (quantity.value, quantity.min, quantity.max, quantity.before)
    return [value for value in values if value is not None]


def _sizes(technology: Technology) -> Iterator[Finding]:
    for place, metric, quantity in _quantities(technology):
        ends = _ends(quantity)
        shown = "、".join(f"{end:g}" for end in ends)
        if place.startswith("payback_years") and (min(ends) <= 0 or max(ends) > _LONGEST_PAYBACK_YEARS):
            yield Finding(
                technology.id, place, "implausible", shown, "投资回收期应大于 0 且不超过 40 年，请核对出处"
            )
        elif place.startswith(("investment", "operating_cost")) and min(ends) <= 0:
            yield Finding(technology.id, place, "implausible", shown, "金额应大于 0，请核对出处")
        elif quantity.unit == "%" and max(ends) > _PERCENT:
            share = _LESS.search(metric) or _SHARE.search(metric)
            if share and not _MULTIPLE.search(metric):
                yield Finding(
                    technology.id, place, "implausible", shown, "减少量或比率超过 100 %，请核对出处"
                )
        if place.startswith("effects") and min(ends) < 0:
            yield Finding(
                technology.id, place, "implausible", shown, "效果为负数；附加影响请写 sign: negative 与正数"
            )
    for index, window in enumerate(technology.applicability.operating_window):
        place = f"applicability.operating_window.{index}"
        low = [end for end in (window.min, window.max) if end is not None]
        if window.unit == "℃" and min(low) < _ABSOLUTE_ZERO:
            yield Finding(technology.id, place, "implausible", f"{min(low):g}", "低于绝对零度，请核对")
        if window.unit == "%" and (min(low) < 0 or max(low) > _PERCENT):
            yield Finding(
                technology.id, place, "implausible", f"{max(low):g}", "百分数应在 0–100 之间，请核对"
            )


def _words(technology: Technology) -> Iterator[Finding]:
    for index, effect in enumerate(technology.effects):
        yield from _direction(technology, index, effect)
    texts = {
        "summary": technology.summary,
        "principle": technology.principle,
        "applicability.starting_situation": technology.applicability.starting_situation,
    }
    for field, text in texts.items():
        yield from _ranges(technology, field, text)
    reason = technology.cost_class.reason
    cheap = technology.cost_class.class_ in {"no_cost", "low_cost"}
    if (cheap and _COSTLY.search(reason)) or (not cheap and _FREE.search(reason)):
        yield Finding(
            technology.id, "cost_class.reason", "contradiction", reason, "理由与费用类别不符，请改其一"
        )


def _direction(technology: Technology, index: int, effect: Effect) -> Iterator[Finding]:
    quantity = effect.quantity
    if not isinstance(quantity, Quantity) or quantity.before is None or quantity.value is None:
        return
    if _LESS.search(effect.metric) and quantity.value > quantity.before:
        change = f"{quantity.before:g}→{quantity.value:g}"
        yield Finding(
            technology.id,
            f"effects.{index}.quantity",
            "contradiction",
            change,
            f"指标“{effect.metric}”写的是减少，数值却增大",
        )


def _ranges(technology: Technology, field: str, text: str) -> Iterator[Finding]:
    """A range written in the text must overlap a window of the same unit, where there is one."""
    windows = technology.applicability.operating_window
    for match in _RANGE.finditer(text):
        low, high, unit = float(match[1]), float(match[2]), normalised(match[3])
        named = [
            w
            for w in windows
            if normalised(w.unit) == unit and _same_stream(w.parameter, text[: match.start()])
        ]
        for window in named:
            below = window.max is not None and low > window.max
            above = window.min is not None and high < window.min
            if below or above:
                yield Finding(
                    technology.id,
                    field,
                    "contradiction",
                    match[0],
                    f"与运行条件“{window.parameter}”的范围不相交，请核对",
                )


def _same_stream(parameter: str, before: str) -> bool:
    """Return whether the words before a number name the parameter (two characters shared)."""
    near = before[-14:]
    return any(parameter[i : i + 2] in near for i in range(len(parameter) - 1))
