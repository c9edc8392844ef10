"""Vocabularies from ``data/codes/*.csv``: code, label, English label, aliases, parent.

A value may be written as code, label or alias; it resolves to the code. A value that is
in no row is an error that proposes the nearest known ones.
"""

from __future__ import annotations

import csv
import difflib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from catalog.errors import CatalogError, Fault, UnknownCode

HEADER = ["code", "label", "label_en", "aliases", "parent", "standard"]


def fold(text: str) -> str:
    """Return the form in which vocabulary words are compared: NFKC, no blanks, lower case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


@dataclass(frozen=True)
class Code:
    """One row of a vocabulary."""

    code: str
    label: str
    label_en: str
    aliases: tuple[str, ...]
    parent: str | None
    standard: str


class Vocabulary:
    """One table of standard codes with the words people use for them."""

    def __init__(self, name: str, rows: Iterable[Code]) -> None:
        self.name = name
        self._rows = {row.code: row for row in rows}

    def __iter__(self) -> Iterator[Code]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, code: object) -> bool:
        return code in self._rows

    def __getitem__(self, code: str) -> Code:
        return self._rows[code]

    def label(self, code: str) -> str:
        """Return the Chinese label of ``code``."""
        return self._rows[code].label

    @cached_property
    def _words(self) -> dict[str, str]:
        """Folded word -> code. A shared word belongs to the broader (shorter) code."""
        words: dict[str, str] = {}
        for row in sorted(self, key=lambda row: (len(row.code), row.code)):
            words.setdefault(fold(row.label), row.code)
        for row in self:
            for word in (row.code, row.label_en, *row.aliases):
                words.setdefault(fold(word), row.code)
        for row in self:
            words[fold(row.code)] = row.code
        return words

    @property
    def words(self) -> dict[str, str]:
        """Return folded code, label, English label and alias -> code."""
        return self._words

    def find(self, value: str) -> str | None:
        """Return the code for a code, label or alias, or None."""
        return self._words.get(fold(value))

    def nearest(self, value: str, *, count: int = 3) -> list[str]:
        """Return up to ``count`` labels whose wording is nearest to ``value``."""
        folded = fold(value)
        close = difflib.get_close_matches(folded, self._words, n=count * 3, cutoff=0.3)
        inside = [word for word in self._words if folded and (folded in word or word in folded)]
        codes = dict.fromkeys(self._words[word] for word in [*close, *inside])
        return [f"{self.label(code)} ({code})" for code in list(codes)[:count]]

    def resolve(self, value: str) -> str:
        """Return the code of ``value``.

        Raises:
            UnknownCode: no row has it as code, label or alias.
        """
        code = self.find(value)
        if code is None:
            near = ", ".join(self.nearest(value)) or "see the file for the known values"
            raise UnknownCode(f"'{value}' is not in data/codes/{self.name}.csv, nearest: {near}")
        return code

    def ancestors(self, code: str) -> list[str]:
        """Return ``code`` and its broader codes, nearest first."""
        chain = [code]
        parent = self._rows[code].parent
        while parent is not None and parent not in chain:
            chain.append(parent)
            parent = self._rows[parent].parent
        return chain


class Codes:
    """All vocabularies."""

    def __init__(self, vocabularies: dict[str, Vocabulary]) -> None:
        self._vocabularies = vocabularies

    def __getitem__(self, name: str) -> Vocabulary:
        return self._vocabularies[name]

    def __iter__(self) -> Iterator[Vocabulary]:
        return iter(self._vocabularies.values())

    def resolve(self, vocabulary: str, value: str) -> str:
        """Return the code of ``value`` in ``vocabulary`` or raise ``UnknownCode``."""
        return self._vocabularies[vocabulary].resolve(value)

    def label(self, vocabulary: str, code: str) -> str:
        """Return the Chinese label of ``code`` in ``vocabulary``."""
        return self._vocabularies[vocabulary].label(code)

    def labels(self, vocabulary: str, codes: Iterable[str]) -> list[str]:
        """Return the Chinese labels of ``codes``."""
        return [self._vocabularies[vocabulary].label(code) for code in codes]


def load_codes(folder: Path) -> Codes:
    """Read every vocabulary of ``folder``.

    Raises:
        CatalogError: faults in the tables, all of them listed.
    """
    faults: list[Fault] = []
    vocabularies = {}
    for path in sorted(folder.glob("*.csv")):
        rows = _read_table(path, faults)
        vocabularies[path.stem] = Vocabulary(path.stem, rows)
        faults += _check_table(path, rows)
    if faults:
        raise CatalogError(faults)
    return Codes(vocabularies)


def _read_table(path: Path, faults: list[Fault]) -> list[Code]:
    rows = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        if reader.fieldnames != HEADER:
            found = ",".join(reader.fieldnames or [])
            faults.append(Fault(_place(path, 1), "header", found, "write " + ",".join(HEADER)))
            return []
        for cells in reader:
            if None in cells or None in cells.values():
                place = _place(path, reader.line_num)
                faults.append(Fault(place, "row", str(cells["code"]), "needs exactly six cells"))
                continue
            rows.append(
                Code(
                    code=cells["code"].strip(),
                    label=cells["label"].strip(),
                    label_en=cells["label_en"].strip(),
                    aliases=tuple(word.strip() for word in cells["aliases"].split("|") if word.strip()),
                    parent=cells["parent"].strip() or None,
                    standard=cells["standard"].strip(),
                )
            )
    return rows


def _check_table(path: Path, rows: list[Code]) -> list[Fault]:
    faults = []
    codes: dict[str, int] = {}
    words: dict[str, str] = {}
    labels = {fold(row.label) for row in rows}
    for line, row in enumerate(rows, start=2):
        place = _place(path, line)
        if not row.code or not row.label:
            faults.append(Fault(place, "code", row.code, "needs a code and a label"))
        if row.code in codes:
            faults.append(Fault(place, "code", row.code, f"stands in line {codes[row.code]} too"))
        codes[row.code] = line
        for alias in row.aliases:
            folded = fold(alias)
            other = words.setdefault(folded, row.code)
            if other != row.code:
                faults.append(Fault(place, "aliases", alias, f"belongs to {other} too, keep one"))
            if folded in labels and folded != fold(row.label):
                faults.append(Fault(place, "aliases", alias, "is the label of another row, remove it"))
    for line, row in enumerate(rows, start=2):
        if row.parent is not None and row.parent not in codes:
            faults.append(Fault(_place(path, line), "parent", row.parent, "no row has this code"))
    return faults


def _place(path: Path, line: int) -> str:
    return f"data/codes/{path.name}:{line}"
