"""Where a need belongs: industry row and problem field.

The problem field is medium × pollutant, not the measure tag: a need states what is wrong
(含镍废水), never which kind of measure would cure it, and where nothing was found no
candidate could lend it one. A field is a pollutant with the medium of its national code (a
metal is met in water, gas and sludge, so it stands alone), or a medium alone where a text
names no pollutant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from catalog import Catalog, Codes, Technology
from catalog.sectors import Sector
from embeddings.segment import normalise
from recommender.demand.needs import Need, industry_words

NO_INDUSTRY, NO_FIELD = "行业不明", "介质不明"

_DIRECTION = "{industry}：{field}相关的清洁生产技术"
_DIRECTION_UNCLEAR = "{industry}：清洁生产技术（问题领域待核定）"

_STANDARD_MEDIA = {"a": "waste_gas", "w": "waste_water", "HW": "hazardous_waste"}
"""First letters of a pollutant's national code (HJ 524, HJ 525, hazardous waste list) -> medium."""
_STANDARD = re.compile(r"^(HW|a|w)\d+")


@dataclass(frozen=True)
class ProblemField:
    """A pollutant with its medium (empty without a national code), or a medium; both empty: unclear."""

    medium: str
    pollutant: str

    def label(self, codes: Codes) -> str:
        """Return the words shown to people."""
        medium = codes.label("media", self.medium) if self.medium else ""
        pollutant = codes.label("pollutants", self.pollutant) if self.pollutant else ""
        return "·".join(part for part in (medium, pollutant) if part) or NO_FIELD

    def holds(self, technology: Technology, codes: Codes) -> bool:
        """Return whether ``technology`` deals with this field; every one does with an unclear one."""
        if self.pollutant:
            return self.pollutant in technology.pollutants
        return not self.medium or self.medium in {
            a for m in technology.media for a in codes["media"].ancestors(m)
        }


@dataclass(frozen=True)
class Row:
    """An industry of the matrix: a sector or system, an industry outside of them, or none."""

    key: str
    label: str


class FieldReader:
    """Reads the problem fields of texts and records of one catalogue."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._codes = catalog.codes

    @cached_property
    def _words(self) -> list[tuple[str, str, str]]:
        """(word, vocabulary, code) of every medium and pollutant, longest word first."""
        found = []
        for vocabulary in ("pollutants", "media"):
            for row in self._codes[vocabulary]:
                words = {normalise(word) for word in (row.label, *row.aliases)}
                least = 1 if vocabulary == "pollutants" else 2  # 汽 stands in 汽车, 铅 means lead
                found += [(word, vocabulary, row.code) for word in words if len(word) >= least]
        return sorted(found, key=lambda one: (-len(one[0]), one))

    @cached_property
    def _met_in(self) -> dict[str, set[str]]:
        """Pollutant -> the media, with broader ones, of the records that deal with it."""
        media: dict[str, set[str]] = {}
        for technology in self._catalog.recommendable:
            for pollutant in technology.pollutants:
                media.setdefault(pollutant, set()).update(self._wide(technology))
        return media

    def _wide(self, technology: Technology) -> frozenset[str]:
        return frozenset(a for m in technology.media for a in self._codes["media"].ancestors(m))

    def field(self, pollutant: str) -> ProblemField:
        """Return the field of a pollutant; one that bears the name of a medium (噪声) is that medium."""
        label = self._codes.label("pollutants", pollutant)
        same = [row.code for row in self._codes["media"] if row.label == label]
        if same:
            return ProblemField(same[0], "")
        marked = _STANDARD.match(self._codes["pollutants"][pollutant].standard)
        return ProblemField(_STANDARD_MEDIA[marked.group(1)] if marked else "", pollutant)

    def read(self, text: str) -> tuple[ProblemField, ...]:
        """Return the fields a text names, pollutants in the order of the text, then media.

        A medium is left out when a named pollutant is found in it, as water beside COD.
        """
        named = self._named(normalise(text))
        pollutants = [code for vocabulary, code in named if vocabulary == "pollutants"]
        known = {self.field(p).medium for p in pollutants}.union(
            *(self._met_in.get(p, ()) for p in pollutants)
        )
        media = [code for vocabulary, code in named if vocabulary == "media" and code not in known]
        fields = [*map(self.field, pollutants), *(ProblemField(code, "") for code in media)]
        return tuple(dict.fromkeys(fields))

    def _named(self, text: str) -> list[tuple[str, str]]:
        """Return (vocabulary, code) of the words in ``text``; a part of a longer found word is none."""
        places = []
        rest = {"pollutants": text, "media": text}
        for word, vocabulary, code in self._words:
            edge = r"(?<![a-z0-9]){}(?![a-z])" if word.isascii() else "{}"
            pattern = edge.format(re.escape(word))
            for found in re.finditer(pattern, rest[vocabulary]):
                places.append((found.start(), vocabulary, code))
            rest[vocabulary] = re.sub(pattern, "\0" * len(word), rest[vocabulary])
        return [(vocabulary, code) for _, vocabulary, code in sorted(places)]

    def of(self, need: Need) -> tuple[ProblemField, ...]:
        """Return the fields of a need: those its text names, else the first medium of its best candidate."""
        named = self.read(need.text)
        if named:
            return named
        for technology_id in need.technology_ids:
            if technology_id in self._catalog:
                return (ProblemField(self._catalog[technology_id].media[0], ""),)
        return (ProblemField("", ""),)

    def of_record(self, technology: Technology) -> list[ProblemField]:
        """Return the fields a record counts in: its pollutants, and its media with the broader ones."""
        wide = self._wide(technology)
        media = [row.code for row in self._codes["media"] if row.code in wide]
        fields = [*map(self.field, technology.pollutants), *(ProblemField(code, "") for code in media)]
        return list(dict.fromkeys(fields))


def row_of(need: Need, sectors: Sequence[Sector], codes: Codes) -> Row:
    """Return the one row a need belongs to: the sector with the longest fitting industry prefix.

    A code that no single sector holds keeps a row of its own. Without an industry the common
    system counts that the text names.
    """
    if need.industry:
        fitting = [
            (len(prefix), -place, sector)
            for place, sector in enumerate(sectors)
            for prefix in sector.industries
            if need.industry.startswith(prefix)
        ]
        if fitting:
            sector = max(fitting, key=lambda one: one[:2])[2]
            return Row(sector.key, sector.label)
        return Row(need.industry, industry_words(need, codes))
    text = normalise(need.text)
    for sector in sectors:
        named = [codes["cross_industry"][code] for code in sector.cross_industry]
        words = [normalise(word) for row in named for word in (row.label, *row.aliases)]
        if any(word.removesuffix("系统") in text for word in words):
            return Row(sector.key, sector.label)
    return Row("", NO_INDUSTRY)


def direction(row: Row, field: ProblemField, codes: Codes) -> str:
    """Return the general words for a cell: industry and field, nothing any enterprise wrote."""
    label = field.label(codes)
    form = _DIRECTION_UNCLEAR if label == NO_FIELD else _DIRECTION
    return form.format(industry=row.label, field=label)
