"""Numbers with units in a text, and how they stand to the operating window of a record.

Only quantities of the same kind are compared: the same dimension, and the same thing
measured (flue gas with flue gas, chemical oxygen demand with chemical oxygen demand).
What cannot be compared is reported as missing, never guessed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass

from catalog import Technology
from recommender.spoken import in_figures, value

_SCALES: dict[str, tuple[str, float]] = {
    "℃": ("temperature", 1.0), "°c": ("temperature", 1.0), "度": ("temperature", 1.0),
    "摄氏度": ("temperature", 1.0),
    "mg/m3": ("gas_concentration", 1.0), "g/m3": ("gas_concentration", 1000.0),
    "mg/nm3": ("gas_concentration", 1.0), "g/nm3": ("gas_concentration", 1000.0),
    "mg/l": ("liquid_concentration", 1.0), "g/l": ("liquid_concentration", 1000.0),
    "ppm": ("liquid_concentration", 1.0),
    "%": ("share", 1.0),
    "mpa": ("pressure", 1.0), "kpa": ("pressure", 0.001), "公斤压力": ("pressure", 0.098),
    "m3/h": ("flow", 1.0), "万m3/h": ("flow", 1e4), "方/小时": ("flow", 1.0), "m3/d": ("flow", 1 / 24),
    "万m3/d": ("flow", 1e4 / 24), "t/h": ("mass_flow", 1.0), "t/d": ("mass_flow", 1 / 24),
    "吨/天": ("mass_flow", 1 / 24), "吨/小时": ("mass_flow", 1.0),
    "万t/a": ("output", 1.0), "t/a": ("output", 1e-4), "万吨/年": ("output", 1.0),
    "kw": ("power", 1.0), "mw": ("power", 1000.0),
}  # fmt: skip
"""Unit -> (dimension, factor to the first unit of the dimension); decimal factors only."""

_FURTHER_UNITS = frozenset(
    (
        "m2",
        "m3",
        "nm3",
        "kg",
        "km",
        "mm",
        "cm",
        "min",
        "kwh",
        "kj",
        "mj",
        "gj",
        "kv",
        "kva",
        "hz",
        "db",
        "kgce",
    )
)
"""Units of which no limit is stated; a single letter is one as well."""

_SUBJECTS = (
    ("salt", re.compile(r"tds|含盐|盐度|盐分|矿化度|总溶解")),
    ("ammonia", re.compile(r"氨氮|nh3-?n|氨浓度")),
    ("cod", re.compile(r"cod|化学需氧量|有机物浓度")),
    ("voc", re.compile(r"voc|非甲烷|nmhc|有机废气|溶剂|苯系|甲苯|有机物")),
    ("dust", re.compile(r"粉尘|颗粒物|含尘|烟尘")),
    ("nox", re.compile(r"nox|氮氧化物|no2")),
    ("so2", re.compile(r"so2|二氧化硫")),
    ("moisture", re.compile(r"含水|水分|湿度|干度")),
    (
        "gas",
        re.compile(r"烟气|烟道|排烟|烟温|废气|尾气|热风|排风|煤气|热空气|乏风|排气|炉气|窑尾|烟囱|机头|进气"),
    ),
    (
        "water",
        re.compile(
            r"热水|废水|污水|冷却水|冷凝水|凝结水|循环水|浓水|进水|母液|来水|出水|清洗水|水温|中水|尾水"
        ),
    ),
    ("steam", re.compile(r"蒸汽|乏汽|饱和汽")),
    ("solid", re.compile(r"坯|熟料|烧结矿|红焦|炉渣|料温|砖")),
    ("heat", re.compile(r"热源|余热|排放的热|热量|低温热")),
)
_COMPATIBLE = {("heat", "gas"), ("heat", "water"), ("heat", "steam")}
"""A heat source may be gas, water or steam; no other two subjects are the same thing."""

_MEDIA = frozenset({"gas", "water", "steam", "solid", "heat"})
"""Subjects that are streams of their own; the others are what a stream holds."""

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|[一二两三四五六七八九十百千]{2,6})"
_UNITS = "|".join(sorted((re.escape(unit) for unit in _SCALES), key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?P<below>零下|-)?(?P<low>{_NUMBER})(?:\s*(?:-|~|—|至|到)\s*(?P<high>{_NUMBER}))?\s*(?P<wan>万)?\s*[多几余]?\s*(?P<unit>{_UNITS})"
    r"(?!电|/|电力)"
)
_MORE = re.compile(r"\d\s*万?\s*[多几余]|[十百千]\s*[多几余]")
_AIM = re.compile(
    r"(?:[降压控减缩]低?[到至成]|控制在|要求|标准|限值|[要做]到|目标|处理到|稳定在|[想需]?要)\D{0,3}$"
)
"""Before a number that is wanted, not found: 降到50, 要85℃热水."""
_ORGANIC = re.compile(
    r"喷漆|涂装|喷涂|印刷|凹印|烘箱|烘道|油墨|涂布|复合机|胶|漆|有机|烃|苯|溶剂|vocs?|nmhc|nmp|dmf"
    r"|丙酮|丁酮|[甲乙丙丁]醇|[甲乙]?酯|二氯|氯仿|乙腈|四氢呋喃|thf"
)
"""In a text on a waste gas: its concentration is one of organics, unless something else is named."""
_INORGANIC = re.compile(
    r"颗粒|粉尘|烟尘|含尘|尘\b|so[2x]|二氧化硫|no[x2]|氮氧化物|h2s|硫化|cs2|二硫化碳|氨|氟|氯化氢|hcl|酸雾"
    r"|沥青烟|油烟|co\b|一氧化碳|汞|铅|铬|甲烷(?!总烃)"
)
_STEPS_OF_TEMPERATURE = (40, 70, 100, 150, 250, 400, 700)
"""℃; between them the same kinds of heat are used the same way."""
_BEFORE, _AFTER = 14, 6
_WARMEST = 3000.0


@dataclass(frozen=True)
class Quantity:
    """A number with unit in a text, in the first unit of its dimension.

    ``subject`` is the nearest thing named, with which graded questions are learned from; ``measured``
    is what limits are compared with: 4000 mg/m³ of a paint shop's waste gas are organics. ``most`` is
    the upper end, where 四十多度 goes up to 49; ``aim`` is true of what the writer wants to come to.
    """

    written: str
    dimension: str
    low: float
    high: float
    subject: str | None
    measured: str | None = None
    most: float = float("-inf")
    aim: bool = False

    def meets(self, limit: Limit) -> bool:
        """Return whether some of it lies within ``limit``."""
        return max(self.high, self.most) >= limit.low and self.low <= limit.high


@dataclass(frozen=True)
class Limit:
    """One limit of a record, in the first unit of its dimension; open ends are infinite."""

    parameter: str
    unit: str
    shown: str
    dimension: str
    subject: str | None
    low: float
    high: float


@dataclass(frozen=True)
class WindowCheck:
    """One limit of a record beside what the text says: met, not_met or missing."""

    parameter: str
    limits: str
    state: str
    written: str = ""


def is_unit(word: str) -> bool:
    """Return whether a word (lower case) is a unit, such as the "c" that is left of 90 ℃."""
    return word in _SCALES or word in _FURTHER_UNITS or (len(word) == 1 and word.isascii())


def find(text: str) -> list[Quantity]:
    """Return the quantities in ``text``, in order."""
    plain = _plain(text)
    found = []
    for match in _QUANTITY.finditer(plain):
        unit = match["unit"]
        around = plain[max(0, match.start() - 5) : match.start()] + plain[match.end() : match.end() + 1]
        if unit == "度" and ("电" in around or around[-1:] in {"每", "/"}):
            continue
        dimension, factor = _SCALES[unit]
        more = _MORE.search(match.group())
        if match["wan"]:
            factor *= 1e4
        if match["below"] and dimension == "temperature":
            factor = -factor
        low = value(match["low"]) * factor
        high = value(match["high"]) * factor if match["high"] else low
        if dimension == "temperature" and high > _WARMEST:
            continue
        subject = _fitting(_subject_near(plain, match.start(), match.end()), dimension)
        measured = "voc" if _is_organic(plain, match.start(), dimension, subject) else subject
        most = max(low, high) + (
            _room(match["high"] or match["low"], bool(match["wan"])) * factor if more else 0
        )
        aim = bool(_AIM.search(plain[max(0, match.start() - _BEFORE) : match.start()]))
        found.append(
            Quantity(
                match.group().strip(), dimension, min(low, high), max(low, high), subject, measured, most, aim
            )
        )
    return found


def told(text: str) -> list[Quantity]:
    """Return the quantities that limits are compared with: also those said without figure or unit."""
    as_typed = {(one.dimension, one.low, one.high): one for one in find(text)}
    return [as_typed.get((one.dimension, one.low, one.high), one) for one in find(in_figures(_plain(text)))]


def _is_organic(text: str, start: int, dimension: str, subject: str | None) -> bool:
    """Return whether a concentration at ``start``, of no pollutant that is named, is one of organics."""
    if dimension != "gas_concentration" or subject not in (None, "gas", "moisture"):
        return False
    return bool(_ORGANIC.search(text)) and not _INORGANIC.search(text[max(0, start - _BEFORE) : start])


def _room(written: str, ten_thousands: bool) -> float:
    """Return how much 多 adds at most: 9 to 四十多, 99 to 一百多, 0.9 to the 3 of 3万多."""
    number = round(value(written))
    place = 1
    while number and number % (place * 10) == 0:
        place *= 10
    return 0.9 if ten_thousands and place == 1 else place - 1.0


def magnitudes(quantities: Iterable[Quantity]) -> tuple[str, ...]:
    """Return words for how much there is of what, each once: a step of temperature, else half a decade."""
    found: dict[str, None] = {}
    for quantity in quantities:
        middle = (quantity.low + quantity.high) / 2
        if quantity.dimension == "temperature":
            step = bisect(_STEPS_OF_TEMPERATURE, middle)
        elif middle > 0:
            step = math.floor(2 * math.log10(middle))
        else:
            continue
        found[f"{quantity.dimension}:{step}"] = None
        if quantity.subject is not None:
            found[f"{quantity.dimension}:{quantity.subject}:{step}"] = None
    return tuple(found)


def checks(technology: Technology, quantities: list[Quantity]) -> list[WindowCheck]:
    """Return how the text stands to every limit of ``technology``.

    Of several limits of the same thing, such as those of two variants, one that is met is enough.
    What the writer wants to come to is no condition found, and is not compared.
    """
    found = []
    own = limits(technology)
    met = set()
    for limit in own:
        same = [
            q
            for q in quantities
            if not q.aim and q.dimension == limit.dimension and alike(q.measured, limit.subject)
        ]
        if not same:
            found.append(WindowCheck(limit.parameter, limit.shown, "missing"))
            continue
        fitting = next((q for q in same if q.meets(limit)), None)
        if fitting is not None:
            met.add((limit.dimension, limit.subject))
        state = "met" if fitting is not None else "not_met"
        found.append(WindowCheck(limit.parameter, limit.shown, state, (fitting or same[0]).written))
    return [
        check
        for check, limit in zip(found, own, strict=True)
        if check.state != "not_met" or (limit.dimension, limit.subject) not in met
    ]


def limits(technology: Technology) -> list[Limit]:
    """Return the limits of a record whose units can be compared.

    They are the operating windows of the site, not of the process, and the ranges of the streams
    the technology uses where no window speaks of the same thing.
    """
    windows = [
        _limit(window.parameter, window.min, window.max, window.unit)
        for window in technology.applicability.operating_window
        if window.of == "site"
    ]
    found = [limit for limit in windows if limit is not None]
    for claim in technology.resource_claims:
        if claim.unit is not None and (claim.min is not None or claim.max is not None):
            limit = _limit(claim.stream, claim.min, claim.max, claim.unit)
            if limit is not None and not any(
                limit.dimension == one.dimension and alike(limit.subject, one.subject) for one in found
            ):
                found.append(limit)
    return found


def _limit(parameter: str, low: float | None, high: float | None, unit: str) -> Limit | None:
    scale = _SCALES.get(_plain(unit))
    if scale is None:
        return None
    dimension, factor = scale
    bottom = low * factor if low is not None else float("-inf")
    top = high * factor if high is not None else float("inf")
    subject = _fitting(_subject(_plain(parameter)), dimension)
    return Limit(parameter, unit, _range(low, high, unit), dimension, subject, bottom, top)


def _range(low: float | None, high: float | None, unit: str) -> str:
    if low is None:
        return f"≤ {high:g} {unit}"
    if high is None:
        return f"≥ {low:g} {unit}"
    return f"{low:g}–{high:g} {unit}"


def alike(asked: str | None, own: str | None) -> bool:
    """True when two subjects are the same thing, or a heat source and what may be one."""
    if asked is None or own is None:
        return False
    return asked == own or (own, asked) in _COMPATIBLE or (asked, own) in _COMPATIBLE


def media(text: str) -> frozenset[str]:
    """Return the streams that ``text`` names: gas, water, steam, solid or heat."""
    plain = _plain(text)
    return frozenset(name for name, pattern in _SUBJECTS if name in _MEDIA and pattern.search(plain))


def of_another_medium(subject: str, named: frozenset[str], *, exactly: bool) -> bool:
    """True when ``subject`` is a stream that a text which names ``named`` does not treat of.

    Args:
        subject: of a limit.
        named: streams the text names; a text that names none may treat of any.
        exactly: the stream itself has to be named; else a heat source may be gas, water or steam.
    """
    if subject not in _MEDIA or not named:
        return False
    return subject not in named if exactly else not any(alike(one, subject) for one in named)


def _fitting(subject: str | None, dimension: str) -> str | None:
    """Return the subject; organics in a gas are volatile organics, not oxygen demand."""
    return "voc" if subject == "cod" and dimension == "gas_concentration" else subject


def _subject(text: str) -> str | None:
    return next((name for name, pattern in _SUBJECTS if pattern.search(text)), None)


def _subject_near(text: str, start: int, end: int) -> str | None:
    """Return what is measured: the nearest thing named before the number, else after it."""
    before = re.split(r"[。；;!！?？]", text[max(0, start - _BEFORE) : start])[-1]
    best: tuple[int, str] | None = None
    for name, pattern in _SUBJECTS:
        for match in pattern.finditer(before):
            if best is None or match.end() > best[0]:
                best = (match.end(), name)
    return best[1] if best is not None else _subject(text[end : end + _AFTER])


def _plain(text: str) -> str:
    kept = text.replace("³", "3").replace("℃", "\ue000").replace("Nm3", "m3").replace("立方米", "m3")
    kept = (
        kept.replace("立方", "m3").replace("方/h", "m3/h").replace("毫克/m3", "mg/m3").replace("每小时", "/h")
    )
    return unicodedata.normalize("NFKC", kept).replace("\ue000", "℃").lower()
