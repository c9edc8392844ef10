"""Duplicate check (查重): does the catalogue, an edition or another filing hold the technology already?

Names differ, so the text decides. A form is compared with every known technology by TF-IDF of
character n-grams (2 to 4), weighted by how rare an n-gram is in the catalogue:

    text       cosine of names, summary, principle and scope (a record's terms included)
    name       highest cosine of the form's name with a name or alias
    industry   share of the GB/T 4754 class in common, 0 to 1; 0.5 where one side names none
    evidence = (text + 0.05 name) x (0.6 + 0.4 industry) x (1.15 for the same applicant)
    score    = evidence / (evidence + HALF_EVIDENCE); 1 for the same name or alias

HALF_EVIDENCE was chosen on the even half of ``tests/catalog/duplicate_cases.yaml`` (2026-11): the
middle of the range in which that half keeps 14 of 15 duplicates and at most 5 false alarms in 50.
A candidate is a suggestion: the official compares the fields and decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from catalog.codes import Codes, fold
from catalog.editions.edition import Edition, Entry
from catalog.load import Catalog
from catalog.nominations.contradictions import Source, contradictions
from catalog.nominations.form import CLASS_LABELS, LABELS, Nomination
from catalog.schema import Technology

DUPLICATE = 0.5
"""Score from which a candidate counts as a duplicate."""
HALF_EVIDENCE = 0.0625
"""Evidence at which the score is 0.5."""
_NAME_SHARE = 0.05
_INDUSTRY_FLOOR = 0.6
_NO_INDUSTRY = 0.5
_SAME_APPLICANT = 1.15
_GRAMS = (2, 4)
_BUCKETS = 2**21
_SHARED_RUN = 3
_SHARED_RUNS = 5
_CLASS_SHARE = {2: 0.5, 3: 0.75}
_PARENT_SHARE = {2: 0.75, 3: 0.9, 4: 1.0}
_TAIL = re.compile(
    r"(及其?应用|成套|关键|技术|工艺|装置|装备|设备|系统|方法|工程|项目|改造|应用|一体化|新型|[及与和])+$"
)
_BRACKETS = re.compile(r"[(（]([^()（）]*)[)）]")


@dataclass(frozen=True)
class FieldDifference:
    """One field that reads differently."""

    label: str
    here: str
    there: str


@dataclass(frozen=True)
class Candidate:
    """A known technology that resembles the nomination.

    Attributes:
        where: 目录, ``2025 年目录`` or 申报.
        number: number of the record, entry or dossier.
        score: 0 to 1, see the module.
        same_name: a name or alias is the same but for words like 技术.
        contradictions: figures of one metric and unit that differ by more than a factor of two.
        renewal: the nomination says that it renews this very number.
    """

    where: str
    number: str
    name: str
    score: float
    same_name: bool
    reasons: tuple[str, ...]
    differences: tuple[FieldDifference, ...]
    contradictions: tuple[str, ...]
    renewal: bool = False

    @property
    def line(self) -> str:
        """Return the candidate on one line, as kept in a dossier."""
        told = "；".join((*self.reasons, *self.contradictions))
        return f"{self.where} {self.number} {self.name}（相似度 {self.score:.2f}）：{told}"


def is_duplicate(candidate: Candidate) -> bool:
    """Return whether a candidate has to be cleared before the nomination goes on."""
    return not candidate.renewal and (candidate.same_name or candidate.score >= DUPLICATE)


def find_duplicates(
    form: Nomination,
    catalog: Catalog,
    *,
    editions: Sequence[Edition] = (),
    dossiers: Iterable[tuple[str, Nomination]] = (),
    limit: int = 5,
) -> tuple[Candidate, ...]:
    """Return the known technologies nearest to one form; for many forms keep a ``DuplicateIndex``.

    Args:
        form: the nomination.
        catalog: every record of it is compared.
        editions: loaded editions.
        dossiers: number and form of the other filings; the form's own must not be among them.
        limit: most candidates, at least 1.
    """
    return DuplicateIndex(catalog, editions, dossiers).find(form, limit=limit)


@lru_cache(maxsize=1)
def _to_simplified() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def plain(text: str) -> str:
    """Return ``text`` with full-width forms, case and traditional characters made plain."""
    text = unicodedata.normalize("NFKC", text).lower()
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:  # only then can it hold traditional characters; opencc loads slowly
        return str(_to_simplified().convert(text))
    return text


@dataclass(frozen=True)
class _Known:
    """One technology to compare with."""

    where: str
    number: str
    names: tuple[str, ...]
    text: str
    industries: tuple[str, ...]
    applicant: str
    source: Source


def _of_record(t: Technology) -> _Known:
    names = (t.name, *t.aliases)
    fit = t.applicability
    text = " ".join((*names, t.summary, t.principle, fit.starting_situation, *fit.preconditions, *t.terms))
    return _Known("目录", t.id, names, text, tuple(t.industries), "", t)


def _of_entry(entry: Entry, year: int) -> _Known:
    names = (entry.name, *entry.aliases)
    text = " ".join((*names, entry.summary, entry.route, entry.scope, *entry.preconditions))
    where = f"{year} 年目录"
    return _Known(where, entry.number, names, text, entry.industries, entry.applicant, entry)


def _of_form(form: Nomination, number: str = "") -> _Known:
    text = " ".join((form.name, form.summary, form.principle, form.scope))
    return _Known("申报", number, (form.name,), text, form.industries, form.applicant, form)


class DuplicateIndex:
    """Everything known, vectorised once; one object serves many forms and threads."""

    def __init__(
        self,
        catalog: Catalog,
        editions: Sequence[Edition] = (),
        dossiers: Iterable[tuple[str, Nomination]] = (),
    ) -> None:
        import numpy as np
        from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

        self._codes = catalog.codes
        self._known = [_of_record(technology) for technology in catalog.technologies]
        self._known += [_of_entry(entry, edition.year) for edition in editions for entry in edition.entries]
        self._known += [_of_form(form, number) for number, form in dossiers]
        self._hashing = HashingVectorizer(
            analyzer="char_wb", ngram_range=_GRAMS, n_features=_BUCKETS, alternate_sign=False, norm=None
        )
        if not self._known:
            return
        texts = self._counts(known.text for known in self._known)
        # rarity is that of the catalogue, so that a score does not change with the filings of a year
        self._weights = TfidfTransformer(sublinear_tf=True).fit(texts[: len(catalog) or None])
        self._texts = self._weights.transform(texts)
        named = [(row, name) for row, known in enumerate(self._known) for name in known.names]
        self._owners = np.array([row for row, _ in named])
        self._names = self._weights.transform(self._counts(name for _, name in named))

    def _counts(self, texts: Iterable[str]) -> Any:
        return self._hashing.transform([re.sub(r"[\W_]+", " ", plain(text)) for text in texts])

    def find(self, form: Nomination, *, limit: int = 5, own: str | None = None) -> tuple[Candidate, ...]:
        """Return the nearest known technologies, best first, each number once.

        A number that stands in the catalogue and in editions is told where it is nearest; the
        other places are among the reasons.

        Args:
            form: the nomination; one without name and text has no candidates.
            limit: most candidates, at least 1.
            own: number of the form's own dossier, left out.
        """
        here = _of_form(form)
        if not self._known or not here.text.strip():
            return ()
        rows = self._ranked(here, own)
        places: dict[str, list[_Known]] = {}
        for row, _ in rows:
            places.setdefault(self._known[row].number, []).append(self._known[row])
        best: dict[str, tuple[int, float]] = {}
        for row, score in rows:
            if len(best) < max(limit, 1):
                best.setdefault(self._known[row].number, (row, score))
        return tuple(
            self._candidate(here, form, places[number], score) for number, (row, score) in best.items()
        )

    def _ranked(self, here: _Known, own: str | None) -> list[tuple[int, float]]:
        """Return rows with something in common and their scores, best first."""
        import numpy as np

        text = (self._texts @ self._vector(here.text).T).toarray().ravel()
        likeness = (self._names @ self._vector(here.names[0]).T).toarray().ravel()
        name = np.zeros(len(self._known))
        np.maximum.at(name, self._owners, likeness)
        scored = []
        for row, known in enumerate(self._known):
            if known.number == own and known.where == "申报":
                continue
            evidence = (text[row] + _NAME_SHARE * name[row]) * _industry_factor(here, known)
            evidence *= _SAME_APPLICANT if _same_applicant(here, known) else 1.0
            score = 1.0 if _same_names(here, known) else float(evidence / (evidence + HALF_EVIDENCE))
            if score > 0:
                scored.append((row, round(score, 4)))
        return sorted(scored, key=lambda pair: (-pair[1], self._known[pair[0]].number, pair[0]))

    def _vector(self, text: str) -> Any:
        return self._weights.transform(self._counts([text]))

    def _candidate(self, here: _Known, form: Nomination, places: list[_Known], score: float) -> Candidate:
        there = places[0]
        return Candidate(
            where=there.where,
            number=there.number,
            name=there.names[0],
            score=score,
            same_name=bool(_same_names(here, there)),
            reasons=_reasons(here, places, self._codes, renewal=form.technology_id == there.number),
            differences=_differences(here, there, self._codes),
            contradictions=contradictions(form, there.source, number=there.number),
            renewal=form.technology_id == there.number,
        )


@lru_cache(maxsize=2**16)
def _cores(name: str) -> frozenset[str]:
    """Return the name as compared: whole, without brackets, and the words in brackets."""
    parts = [name, _BRACKETS.sub("", name)]
    parts += [inner for inner in _BRACKETS.findall(name) if len(inner) > 2]
    cores = {_TAIL.sub("", re.sub(r"[\W_]+", "", plain(part))) for part in parts}
    return frozenset(core for core in cores if len(core) > 1)


def _same_names(here: _Known, there: _Known) -> list[str]:
    """Return the names of ``there`` that are the form's name."""
    mine = _cores(here.names[0])
    return [name for name in there.names if mine & _cores(name)]


def _same_applicant(here: _Known, there: _Known) -> bool:
    return bool(here.applicant.strip()) and fold(here.applicant) == fold(there.applicant)


def _industry(here: _Known, there: _Known) -> float:
    """Return how much of the class two technologies share, 0 to 1."""
    if not here.industries or not there.industries:
        return _NO_INDUSTRY
    return max(_class_share(a, b) for a in here.industries for b in there.industries)


def _class_share(a: str, b: str) -> float:
    common = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    table = _PARENT_SHARE if common == min(len(a), len(b)) else _CLASS_SHARE
    return table.get(common, 0.0)


def _industry_factor(here: _Known, there: _Known) -> float:
    return _INDUSTRY_FLOOR + (1 - _INDUSTRY_FLOOR) * _industry(here, there)


def _reasons(here: _Known, places: list[_Known], codes: Codes, *, renewal: bool) -> tuple[str, ...]:
    there = places[0]
    told = [f"申报表注明为 {there.number} 的更新"] if renewal else []
    same = _same_names(here, there)
    if same:
        told.append(f"名称与“{same[0]}”相同")
    else:
        core = re.sub(r"[\W_]+", "", plain(here.names[0]))
        inside = [n for n in there.names if any(len(c) > 2 and c in core for c in _cores(n))]
        told += [f"名称中含“{max(inside, key=len)}”"] if inside else []
    if _same_applicant(here, there):
        told.append(f"申报单位同为{there.applicant}")
    shared = [b for b in there.industries if any(_class_share(a, b) >= 0.75 for a in here.industries)]
    if shared:
        told.append(f"行业相同或相近：{'、'.join(_labels(shared[:3], codes))}")
    runs = _shared_runs(here.text, there.text)
    if runs:
        told.append(f"共同用语：{'、'.join(runs)}")
    others = [place.where for place in places[1:]]
    if others:
        told.append(f"同一编号另见{'、'.join(others)}")
    return tuple(told)


def _labels(industries: Iterable[str], codes: Codes) -> list[str]:
    known = codes["industries"]
    return [known.label(code) if code in known else code for code in industries]


def _shared_runs(here: str, there: str) -> list[str]:
    """Return the longest words both texts use, longest first."""
    text, other = plain(here), plain(there)
    runs = set()
    for start in range(len(text)):
        end = start
        while end < len(text) and text[end].isalnum() and text[start : end + 1] in other:
            end += 1
        if end - start >= _SHARED_RUN:
            runs.add(text[start:end])
    kept: list[str] = []
    for run in sorted(runs, key=lambda run: (-len(run), text.index(run))):
        if len(kept) < _SHARED_RUNS and not any(run in longer for longer in kept):
            kept.append(run)
    return kept


def _fields(known: _Known, codes: Codes) -> dict[str, str]:
    """Return what is compared field by field: field of the form -> text; unknown is empty."""
    source, industries = known.source, "、".join(_labels(known.industries, codes))
    if isinstance(source, Technology):
        texts = (source.summary, source.principle, source.applicability.starting_situation, "")
    elif isinstance(source, Entry):
        texts = (source.summary, source.route, source.scope, source.class_label)
    else:
        chosen = source.technology_class
        texts = (source.summary, source.principle, source.scope, CLASS_LABELS[chosen] if chosen else "")
    keys = ("name", "summary", "principle", "scope", "technology_class", "industries", "applicant")
    return dict(zip(keys, (known.names[0], *texts, industries, known.applicant), strict=True))


def _differences(here: _Known, there: _Known, codes: Codes) -> tuple[FieldDifference, ...]:
    """Return the fields both sides fill and fill differently."""
    mine, theirs = _fields(here, codes), _fields(there, codes)
    return tuple(
        FieldDifference(LABELS[name], mine[name], theirs[name])
        for name in mine
        if mine[name] and theirs[name] and fold(mine[name]) != fold(theirs[name])
    )
