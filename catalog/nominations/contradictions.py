"""Figures of a nomination that contradict those published of the same technology."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from catalog import convert
from catalog.editions.edition import Entry
from catalog.errors import BadInput
from catalog.nominations.form import Nomination
from catalog.schema import UNKNOWN, Quantity, Technology
from catalog.units import normalised

Source = Technology | Entry | Nomination
"""What holds figures."""
_FACTOR = 2.0
_ALIKE = 0.6
_METRICS = (
    (re.compile(r"回收期|回收年限"), "投资回收期"),
    (re.compile(r"节能量|节能能力|节约?标(准)?煤|节煤"), "节能量"),
    (re.compile(r"节约?新?鲜?水|节水"), "节水量"),
    (re.compile(r"减碳|碳减排|co2减排|减排(co2|二氧化碳)|二氧化碳减排", re.IGNORECASE), "减碳量"),
    (re.compile(r"投资"), "投资"),
)
"""Metrics of the case table under the words texts use; the first that fits names the metric."""
_UNIT_WORD = (
    "tCO2|tce|kgce|gce|吨标准煤|吨标煤|千克标准煤|kWh|MWh|千瓦时|GJ|MJ|MPa|kPa|Pa|kW|MW|mg|kg|g|t|"
    "Nm3|m3|L|元|吨|立方米|°C|%|年|个月"
)
_FIGURE = re.compile(
    r"(?P<low>\d+(?:\.\d+)?)(?:\s*[-~–—至]\s*(?P<high>\d+(?:\.\d+)?))?\s*"
    rf"(?P<unit>(?:万|亿)?(?:{_UNIT_WORD})(?:/(?:{_UNIT_WORD}|a|d|h|天|日))*)"
)
_WORDS_BEFORE = re.compile(
    r"((下?降低?|减少|提高|升高?|增加)[至到为]|不?[高低大小超]于|不?超过|达到?|约|可|为|由|从|至|到|[≤≥<>=:\s])+$"
)
_CHANGE = re.compile(r"降|减|削|提高|增|升")
"""A change is not compared with a level: 电耗下降 10 kWh/t, 电耗 10 kWh/t."""


@dataclass(frozen=True)
class _Figure:
    metric: str
    low: float
    high: float
    unit: str

    @property
    def shown(self) -> str:
        span = f"{self.low:g}" if self.low == self.high else f"{self.low:g}–{self.high:g}"
        return f"{span} {self.unit}"


def contradictions(form: Nomination, there: Source, *, number: str) -> tuple[str, ...]:
    """Return one line for every pair of figures of one metric that lie more than a factor of two apart.

    Figures are those of the cases and the numbers with a unit in the texts on effects and
    parameters. Units are converted where they measure the same; zero and unknown values are no
    figures. Plants differ in size: a line asks for a look, it proves nothing.

    Args:
        form: the nomination.
        there: record, entry of an edition, or another form.
        number: number of ``there``, told in the lines.
    """
    theirs_all = _figures(there)
    told = []
    for mine in _figures(form):
        for theirs in theirs_all:
            apart = _times_apart(mine, theirs)
            if apart > _FACTOR:
                told.append(
                    f"{mine.metric}：申报为 {mine.shown}，{number} 为 {theirs.shown}，"
                    f"相差 {apart:.3g} 倍，请核对"
                )
    return tuple(dict.fromkeys(told))


def _times_apart(a: _Figure, b: _Figure) -> float:
    """Return the quotient of the nearest ends of two spans; 0 where they cannot be compared."""
    if not _alike(a.metric, b.metric):
        return 0.0
    try:
        factor = 1.0 if a.unit == b.unit else convert.factor(b.unit, a.unit)
    except BadInput:
        return 0.0
    return max(a.low / (b.high * factor), b.low * factor / a.high)


def _alike(a: str, b: str) -> bool:
    """Return whether two metrics mean the same: Dice coefficient of their character pairs."""
    if a == b:
        return True
    if bool(_CHANGE.search(a)) != bool(_CHANGE.search(b)):
        return False
    pairs = [{word[i : i + 2] for i in range(len(word) - 1)} for word in (a, b)]
    total = len(pairs[0]) + len(pairs[1])
    return total > 0 and 2 * len(pairs[0] & pairs[1]) / total >= _ALIKE


def _metric(words: str) -> str:
    """Return the metric named by the words before a figure."""
    for pattern, metric in _METRICS:
        if pattern.search(words):
            return metric
    return re.sub(r"(出口|外排)浓度", "排放浓度", _WORDS_BEFORE.sub("", words).strip())


def _figure(metric: str, low: float | None, high: float | None, unit: str) -> Iterator[_Figure]:
    """Yield the figure where it is one: named, above zero; yearly amounts lose their "/a"."""
    name = _metric(metric)
    ends = [end for end in (low, high) if end is not None]
    if not name or not ends or min(ends) <= 0:
        return
    plain_unit = normalised(unit)
    if name in {known for _, known in _METRICS}:
        plain_unit = plain_unit.removesuffix("/a")
    yield _Figure(name, min(ends), max(ends), plain_unit)


def _read(text: str) -> Iterator[_Figure]:
    """Yield the figures of a text, each with the words before it in the same clause."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", unicodedata.normalize("NFKC", text))
    for clause in re.split(r"[,，;；。、\n()]", text):
        start = 0
        for match in _FIGURE.finditer(clause):
            high = float(match["high"]) if match["high"] else None
            yield from _figure(clause[start : match.start()], float(match["low"]), high, match["unit"])
            start = match.end()


def _figures(source: Source) -> list[_Figure]:
    if isinstance(source, Technology):
        return list(_figures_of_record(source))
    if isinstance(source, Entry):
        return list(_figures_of_entry(source))
    return list(_figures_of_form(source))


def _figures_of_form(form: Nomination) -> Iterator[_Figure]:
    for case in form.cases:
        for metric, value, unit in (
            ("节能量", case.saving_tce, "tce"), ("节水量", case.water_saving_m3, "m³"),
            ("减碳量", case.co2_t, "tCO2"), ("投资", case.investment_wan_yuan, "万元"),
            ("运行费", case.operating_cost_wan_yuan, "万元/a"), ("投资回收期", case.payback_years, "年"),
            *((f"{name}减排量", value, "t/a") for name, value in sorted(case.reductions_t.items())),
        ):  # fmt: skip
            yield from _figure(metric, value, value, unit)
    yield from _read(f"{form.effects}\n{form.parameters}")


def _figures_of_record(t: Technology) -> Iterator[_Figure]:
    for effect in t.effects:
        if isinstance(effect.quantity, Quantity):
            yield from _of_quantity(effect.metric, effect.quantity)
    for metric, published in (
        ("投资", t.investment), ("运行费", t.operating_cost), ("投资回收期", t.payback_years)
    ):  # fmt: skip
        for one in () if published == UNKNOWN else published:
            yield from _of_quantity(metric, one.quantity)


def _of_quantity(metric: str, quantity: Quantity) -> Iterator[_Figure]:
    low = quantity.min if quantity.value is None else quantity.value
    high = quantity.max if quantity.value is None else quantity.value
    yield from _figure(metric, low, high, quantity.unit)


def _figures_of_entry(entry: Entry) -> Iterator[_Figure]:
    for case in entry.cases:
        for metric, value, unit in (
            ("节能量", case.saving_tce, "tce"), ("减碳量", case.co2_t, "tCO2"),
            ("投资", case.investment_wan_yuan, "万元"),
        ):  # fmt: skip
            yield from _figure(metric, value, value, unit)
    yield from _read(entry.indicators)
    yield from _read(f"投资{entry.investment}")
    yield from _read(f"投资回收期{entry.payback}")
