"""What a report consists of, and how figures are put into words with their mark and source.

The view model says what stands where; a writer turns it into a file and decides nothing.
Every figure of a person carries the number of an entry in the list of sources, and a mark
where it is an estimate (估), a claim of a supplier (声称) or made up for an example (示例).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal

from catalog import Catalog, Technology
from catalog.codes import Codes
from catalog.display import number
from catalog.errors import BadInput
from catalog.parsing import parsed
from catalog.paths import DATA_DIR
from recommender.audit.project import AuditProject, CostClass, Figure, Option, Part
from recommender.audit.valuation import value_all

NOT_GIVEN = "未提供"
NOT_CALCULATED = "未计算"
NO_SOURCE = "出处未提供"
BLANK = "—"
MARKS = {"estimate": "估", "declared": "声称", "example": "示例"}
"""Mark by evidence; the other evidences carry none. The order is that of printing."""
EVIDENCE_BESIDES_CODES = {"site": "现场数据", "example": "示例"}
"""Evidences of a project that the vocabulary of the catalogue does not have."""

Align = Literal["left", "center", "right"]
TypeSize = Literal["五号", "小五"]


# View model


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True)
class Note:
    """Small print: under a table, or on top of the report."""

    text: str


@dataclass(frozen=True)
class Column:
    """A column of a table; ``width`` is its share of the text width beside the other columns."""

    title: str
    width: float
    align: Align = "left"


@dataclass(frozen=True)
class Table:
    """A table with its numbered caption; every row has one text a column."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    size: TypeSize = "小五"


Block = Paragraph | Note | Table


@dataclass(frozen=True)
class Section:
    """A numbered section; ``wide`` asks for landscape pages, ``parts`` are its subsections."""

    heading: str
    blocks: tuple[Block, ...] = ()
    parts: tuple[Section, ...] = ()
    wide: bool = False


@dataclass(frozen=True)
class Chapter:
    """A numbered chapter."""

    heading: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Report:
    """The chapters with title, notes on top and the list of sources at the end."""

    title: str
    subtitle: str
    notes: tuple[Note, ...]
    chapters: tuple[Chapter, ...]
    sources_heading: str
    sources: tuple[str, ...]


# Numbers and titles


class Heading(Part):
    """Number and title of a chapter or section."""

    number: str
    title: str

    @property
    def text(self) -> str:
        """Return the heading as printed."""
        return f"{self.number} {self.title}".strip()


class OptionSections(Part):
    """Sections of the chapter on options."""

    generation: Heading
    summary: Heading
    screening: Heading
    result: Heading
    verified: Heading


class FeasibilitySections(Part):
    """Sections of the chapter on feasibility."""

    market: Heading
    technical: Heading
    environmental: Heading
    economic: Heading
    recommended: Heading


class OptionChapter(Heading):
    """Chapter 4."""

    sections: OptionSections


class FeasibilityChapter(Heading):
    """Chapter 5."""

    sections: FeasibilitySections


class Outline(Part):
    """One template: the numbers and titles of its chapters and sections."""

    options: OptionChapter
    feasibility: FeasibilityChapter
    sources: Heading


@lru_cache(maxsize=1)
def outlines() -> dict[str, Outline]:
    """Return the templates of ``data/audit/report_templates.yaml`` by name, in file order.

    Raises:
        BadInput: the file does not have the form of a template; one line a fault.
    """
    import yaml

    text = (DATA_DIR / "audit" / "report_templates.yaml").read_text(encoding="utf-8")
    return {
        name: parsed(Outline, content, where=f"data/audit/report_templates.yaml：{name}")
        for name, content in yaml.safe_load(text).items()
    }


def outline(template: str) -> Outline:
    """Return a template.

    Raises:
        BadInput: there is none of that name.
    """
    known = outlines()
    if template not in known:
        raise BadInput(f"报告模板“{template}”不存在，请用 {'、'.join(known)}")
    return known[template]


# Figures in words


def plain(value: float) -> str:
    """Return a given number as it was given: no exponent, no superfluous digit."""
    return format(Decimal(number(value)), "f")


def fixed(value: float, digits: int = 2) -> str:
    """Return a computed number with fixed decimals, halves away from zero as one does by hand.

    A number that these decimals would show as zero is printed with three figures instead.
    """
    exact = Decimal(number(value))
    shown = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    if shown == 0:
        return f"{0:.{digits}f}" if exact == 0 else format(Decimal(f"{value:.3g}"), "f")
    return format(shown, "f")


def per_year(unit: str) -> str:
    """Return the unit of an annual amount."""
    return unit if unit.endswith(("/a", "/年")) else f"{unit}/a"


def mark(evidences: Iterable[str]) -> str:
    """Return the mark of a figure that rests on ``evidences``, empty where none needs one."""
    found = set(evidences)
    words = [word for evidence, word in MARKS.items() if evidence in found]
    return f"（{'、'.join(words)}）" if words else ""


def sized(figure: Figure, *, digits: int | None = None, sign: int = 1) -> str:
    """Return value and range of a figure without its unit.

    Args:
        figure: the figure.
        digits: decimals; None: as it was given.
        sign: -1 turns the figure round, so that 2 more is told instead of -2 less.
    """

    def shown(value: float) -> str:
        return plain(value) if digits is None else fixed(value, digits)

    value = shown(sign * figure.value)
    if figure.low is None and figure.high is None:
        return value
    ends = [figure.value if end is None else end for end in (figure.low, figure.high)]
    low, high = sorted(sign * end for end in ends)
    return f"{value}（{shown(low)}–{shown(high)}）"


class Sources:
    """The list of sources: each text once, numbered in the order in which it is first cited."""

    def __init__(self, codes: Codes) -> None:
        grades = {code.code: code.label for code in codes["evidence_grades"]}
        self._labels = grades | EVIDENCE_BESIDES_CODES
        self._numbers: dict[str, int] = {}

    def cite(self, text: str) -> str:
        """Return the reference of a source, for example ``[2]``."""
        return f"[{self._numbers.setdefault(text, len(self._numbers) + 1)}]"

    def evidence(self, evidence: str, source: str) -> str:
        """Return the reference of where a figure was read, with its evidence."""
        return self.cite(f"{self._labels[evidence]}：{source.strip() or NO_SOURCE}")

    def behind(self, figure: Figure) -> str:
        """Return mark and reference that follow a figure."""
        return mark((figure.evidence,)) + self.evidence(figure.evidence, figure.source)

    @property
    def entries(self) -> tuple[str, ...]:
        """Return the texts in the order of their numbers."""
        return tuple(self._numbers)


# The project being written up


class Draft:
    """The project being written up, its calculations, the sources cited, the tables numbered so far."""

    def __init__(self, project: AuditProject, catalog: Catalog) -> None:
        self.project = project
        self.catalog = catalog
        self.sources = Sources(catalog.codes)
        self.values = value_all(project)
        self.prices = {price.item: price for price in reversed(project.profile.prices)}
        self._chapter = ""
        self._tables = 0

    def begin(self, number: str) -> None:
        """Start the table numbers of a chapter."""
        self._chapter, self._tables = number, 0

    def table(
        self,
        caption: str,
        columns: Sequence[Column],
        rows: Iterable[Sequence[str]],
        *,
        size: TypeSize = "小五",
    ) -> Table:
        """Return a table under the next number."""
        self._tables += 1
        told = f"表 {self._chapter}-{self._tables} {caption}"
        return Table(told, tuple(columns), tuple(tuple(row) for row in rows), size)

    def technology(self, option: Option) -> Technology | None:
        """Return the record an option was matched from, or None."""
        id = option.technology_id
        return self.catalog[id] if id is not None and id in self.catalog else None

    def saving_evidence(self, option: Option) -> set[str]:
        """Return the evidences behind the yearly saving: of the effects, their prices, money lines."""
        found = {money.figure.evidence for money in option.money}
        for effect, line in zip(option.effects, self.values[option.id].lines, strict=False):
            if line.price is not None:
                found |= {effect.figure.evidence, self.prices[effect.item].figure.evidence}
        return set(found)

    def investment_evidence(self, option: Option) -> set[str]:
        """Return the evidences behind the investment; one scaled from a case is an estimate."""
        given_by = {option.investment.evidence} if option.investment is not None else set()
        return {*given_by, *(("estimate",) if option.scaling is not None else ())}

    def money_evidence(self, option: Option) -> set[str]:
        """Return the evidences behind saving and investment together."""
        return self.saving_evidence(option) | self.investment_evidence(option)

    def class_label(self, kind: CostClass | None) -> str:
        """Return a cost class in words."""
        return NOT_GIVEN if kind is None else self.catalog.codes.label("cost_classes", kind)

    def aspect_label(self, aspect: str | None) -> str:
        """Return one of the eight aspects in words."""
        return NOT_GIVEN if aspect is None else self.catalog.codes.label("audit_aspects", aspect)
