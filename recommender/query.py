"""What is asked: free text, industry, filters."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from catalog import BadInput, Codes
from catalog.codes import Vocabulary, fold
from recommender import labels

_SUFFIX = re.compile(r"(行业|企业|公司|工厂|车间|厂|业)$")
_SEPARATORS = re.compile(r"[;；/、,，|\s]+")
_SITE = re.compile(
    r"^([\u4e00-\u9fffa-z]{1,14}?(?:(?:加工厂|工厂|厂)(?![房区家商])|企业|公司|行业|集团|中心|[店院校场站库园区楼港矿]))"
)
"""Up to the first kind of plant of a text: 造纸厂, 我们是一家印染企业, pcb厂."""
_MAKING = re.compile(r"^(?:我们?|咱们?)?[做搞]([\u4e00-\u9fffa-z]{2,8})的(?=[\s，,：:、])")
"""What the writer makes: 做铝型材的，氧化废水多."""
_PLANT = re.compile(r"(?:加工厂|工厂|厂|企业)$")
_ANOTHER = re.compile(r"[隔邻对下上游附旁送卖给为替客户供从由与和及或被让把的我你他]")
"""What stands in a compound that says somebody else's plant, or no plant at all: 隔壁水泥厂, 送砖厂."""
_LONGEST_COMPOUND = 6
"""Characters of such a name; longer ones are sentences (废水送到隔壁...)."""
_BEFORE = re.compile(r"(?:我们?|咱们?|做|搞|本|某|一家|家|个|小型?|中型?|大型?|老|是|在|有)*")
"""What may stand before the plant: 我们是一家小."""
_FIRST = re.compile(r"^([\u4e00-\u9fff]{2,8})(?=[\s，,：:、|])")
"""A word set apart before the text: 造纸 吨纸取水高."""
_AROUND = " ，,：:、|的"
_CODE = re.compile(r"^[0-9]{2,4}$")
_PREFIXED = re.compile(r"^[A-Ta-t]?([0-9]{2,4})(?![0-9])")


@dataclass(frozen=True)
class Filters:
    """Facet filters: a record passes if it has one of the chosen codes in every facet used."""

    stages: frozenset[str] = frozenset()
    measure_tags: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()
    pollutants: frozenset[str] = frozenset()
    resources: frozenset[str] = frozenset()
    maturity_stages: frozenset[str] = frozenset()
    cost_classes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Query:
    """One question to the recommender."""

    text: str
    industry: str | None = None
    filters: Filters = field(default_factory=Filters)
    k: int = 10
    id: str = ""
    ignored_constraints: frozenset[str] = frozenset()


@dataclass(frozen=True)
class IndustryReading:
    """How the industry of a query was understood."""

    code: str | None
    warning: str | None = None


def read_industry(value: str | None, codes: Codes) -> IndustryReading:
    """Return the code for what the user gave as industry.

    An exact code, label or alias wins; then the word without 行业, 厂 ...; then the first
    known part of a list such as 钢铁/焦化; then a longer code cut to a known prefix; then a
    known word at the end of a compound (五金电镀), else inside it; then the division that all
    known words beginning with it share (乳品). What stays unknown is reported, never an error.
    """
    if value is None or not value.strip():
        return IndustryReading(None)
    vocabulary = codes["industries"]
    code = vocabulary.find(value)
    if code is not None:
        return IndustryReading(code)
    for part in [_SUFFIX.sub("", value.strip()), *_SEPARATORS.split(value.strip())]:
        code = vocabulary.find(part) or vocabulary.find(_SUFFIX.sub("", part))
        if part and code is not None:
            shown = f"{vocabulary.label(code)}（{code}）"
            return IndustryReading(code, labels.INDUSTRY_READ_AS.format(value=value, shown=shown))
    prefixed = _PREFIXED.match(fold(value))
    digits = prefixed.group(1) if prefixed else ""
    for length in range(len(digits), 1, -1):
        if digits[:length] in vocabulary:
            code = digits[:length]
            shown = f"{vocabulary.label(code)}（{code}）"
            return IndustryReading(code, labels.INDUSTRY_READ_AS.format(value=value, shown=shown))
    code = _inside(fold(value), vocabulary)
    if code is not None:
        shown = f"{vocabulary.label(code)}（{code}）"
        return IndustryReading(code, labels.INDUSTRY_READ_AS.format(value=value, shown=shown))
    near = "、".join(vocabulary.nearest(value)) or labels.INDUSTRY_SEE_LIST
    return IndustryReading(None, labels.INDUSTRY_UNKNOWN.format(value=value, near=near))


@dataclass(frozen=True)
class TextIndustry:
    """An industry named within a text: its code, how it is written, and the text without it."""

    code: str
    written: str
    rest: str

    def reading(self, codes: Codes) -> IndustryReading:
        """Return it as if it had been given, with a line that says so."""
        shown = f"{codes['industries'].label(self.code)}（{self.code}）"
        return IndustryReading(self.code, labels.INDUSTRY_IN_TEXT.format(value=self.written, shown=shown))


def industry_in(text: str, codes: Codes) -> TextIndustry | None:
    """Return the industry that ``text`` (normalised) begins with, as a kind of plant or set apart.

    Whole names count (造纸厂, 水泥企业, 造纸 before a blank, 做造纸的), and plants whose name ends with one
    (玉米淀粉厂): 玻璃 of 玻璃幕墙 names none, nor does a plant further on, which may be another one
    (下游石膏板厂不收).
    """
    vocabulary = codes["industries"]
    for found in filter(None, (_SITE.match(text), _MAKING.match(text), _FIRST.match(text))):
        for start in range(found.start(1), found.end(1) - 1):
            if not _BEFORE.fullmatch(text, 0, start):
                continue
            written = text[start : found.end(1)]
            names = (written, written.removesuffix("厂"), _SUFFIX.sub("", written))
            code = next(filter(None, map(vocabulary.find, names)), None)
            if code is not None:
                return TextIndustry(code, written, text[found.end() :].strip(_AROUND))
        kind = _compound(found.group(1), vocabulary)
        if kind is not None:
            return TextIndustry(kind, found.group(1), text[found.end() :].strip(_AROUND))
    return None


def _compound(written: str, vocabulary: Vocabulary) -> str | None:
    """Return the code of a plant whose name ends with a known industry: 玉米淀粉厂, 水性涂料厂."""
    plain = _PLANT.sub("", written)
    if plain == written or len(plain) > _LONGEST_COMPOUND or _ANOTHER.search(plain):
        return None
    return next(
        (code for start in range(1, len(plain) - 1) if (code := vocabulary.find(plain[start:])) is not None),
        None,
    )


@dataclass(frozen=True)
class AskedIndustry:
    """The industry of a question: the one given beside it, else the one its text begins with.

    Attributes:
        reading: its code and what to tell about it.
        context: the words of a given industry that has no code, or "".
        rest: the text without the industry it begins with, if that one is used; else the text.
    """

    reading: IndustryReading
    context: str
    rest: str


def asked_industry(given: str | None, text: str, codes: Codes) -> AskedIndustry:
    """Return the industry of a question.

    Args:
        given: what stands beside the text, as written.
        text: normalised.
        codes: the vocabularies.
    """
    reading = read_industry(given, codes)
    context = given.strip() if given and reading.code is None else ""
    named = None if reading.code or context else industry_in(text, codes)
    if named is None:
        return AskedIndustry(reading, context, text)
    return AskedIndustry(named.reading(codes), "", named.rest)


def _inside(value: str, vocabulary: Vocabulary) -> str | None:
    words = {
        fold(word): row.code for row in vocabulary for word in (row.label, *row.aliases) if len(word) > 1
    }
    held = [word for word in words if len(word) > 1 and word in value]
    if held:
        return words[max(held, key=lambda word: (value.endswith(word), len(word)))]
    begun = {code[:2] for word, code in words.items() if word.startswith(value)} if len(value) > 1 else set()
    division = begun.pop() if len(begun) == 1 else None
    return division if division in vocabulary else None


def check_text(text: str, *, limit: int) -> str:
    """Return ``text`` without outer blanks.

    Raises:
        BadInput: empty, without any word, or longer than ``limit`` characters.
    """
    stripped = text.encode("utf-8", "ignore").decode().strip()  # half an emoji is no character
    if not stripped:
        raise BadInput(labels.TEXT_EMPTY)
    if len(stripped) > limit:
        raise BadInput(labels.TEXT_TOO_LONG.format(length=len(stripped), limit=limit))
    if not re.search(r"[0-9A-Za-z\u3400-\u9fff]", unicodedata.normalize("NFKC", stripped)):
        raise BadInput(labels.TEXT_NO_WORDS.format(value=stripped[:20]))
    return stripped
