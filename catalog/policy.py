"""Policy documents as data, the terms they name, and how far records cover them.

The official texts are not part of the repository; ``data/policy/documents.yaml`` holds
what is needed to cite them and ``data/policy/terms.csv`` the words they name
technologies with.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from catalog.errors import CatalogError, Fault
from catalog.schema import Technology

TERM_HEADER = ["doc", "place", "term", "reads_as", "scope"]
SCOPES = ("industry", "other")


class PolicyDocument(BaseModel):
    """One policy document: who issued it, when, for which years, and whether it holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    title: str
    short_title: str
    number: str
    issuer: str
    date: datetime.date | None = Field(description="day of issue, null where not verified")
    year: int
    planning_period: Annotated[list[int], Field(min_length=2, max_length=2)] | None
    state: Literal["现行", "期满", "废止"]
    state_note: str


@dataclass(frozen=True)
class PolicyTerm:
    """One technology as a document names it."""

    doc: str
    place: str
    term: str
    reads_as: str | None
    scope: str

    @property
    def reading(self) -> str:
        """Return the full reading of the term."""
        return self.reads_as or self.term


@dataclass(frozen=True)
class CoverageRow:
    """A named term and the records that cite it."""

    term: PolicyTerm
    record_ids: tuple[str, ...]


class PolicyRegister:
    """The documents and the terms they name."""

    def __init__(self, documents: list[PolicyDocument], terms: list[PolicyTerm]) -> None:
        self.documents = {document.key: document for document in documents}
        self.terms = terms

    def coverage(self, technologies: Iterable[Technology]) -> list[CoverageRow]:
        """Return every named term with the ids of the records that cite it."""
        citing: dict[tuple[str, str, str], list[str]] = {}
        for technology in technologies:
            for source in technology.sources:
                key = (source.doc, source.term, source.reads_as or source.term)
                citing.setdefault(key, []).append(technology.id)
        rows = []
        for term in self.terms:
            ids = citing.get((term.doc, term.term, term.reading), [])
            rows.append(CoverageRow(term, tuple(sorted(set(ids)))))
        return rows


def load_policy(folder: Path) -> PolicyRegister:
    """Read the documents and terms of ``folder``.

    Raises:
        CatalogError: faults in the two files, all of them listed.
    """
    faults: list[Fault] = []
    documents = _read_documents(folder / "documents.yaml", faults)
    terms = _read_terms(folder / "terms.csv", {document.key for document in documents}, faults)
    if faults:
        raise CatalogError(faults)
    return PolicyRegister(documents, terms)


def _read_documents(path: Path, faults: list[Fault]) -> list[PolicyDocument]:
    documents = []
    for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
        try:
            documents.append(PolicyDocument.model_validate(entry))
        except ValidationError as error:
            for detail in error.errors():
                field = ".".join(str(part) for part in detail["loc"])
                faults.append(Fault("data/policy/documents.yaml", field, str(detail["input"]), detail["msg"]))
    return documents


def _read_terms(path: Path, keys: set[str], faults: list[Fault]) -> list[PolicyTerm]:
    terms = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        if reader.fieldnames != TERM_HEADER:
            found = ",".join(reader.fieldnames or [])
            faults.append(Fault("data/policy/terms.csv:1", "header", found, "write " + ",".join(TERM_HEADER)))
            return []
        for cells in reader:
            place = f"data/policy/terms.csv:{reader.line_num}"
            if cells["doc"] not in keys:
                faults.append(Fault(place, "doc", cells["doc"], "is not in documents.yaml"))
            if cells["scope"] not in SCOPES:
                faults.append(Fault(place, "scope", cells["scope"], "write " + " or ".join(SCOPES)))
            terms.append(
                PolicyTerm(
                    doc=cells["doc"],
                    place=cells["place"],
                    term=cells["term"],
                    reads_as=cells["reads_as"] or None,
                    scope=cells["scope"],
                )
            )
    return terms
