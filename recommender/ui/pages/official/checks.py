"""The formal check of dossiers as the pages show and keep it: rules and duplicates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from catalog.editions import shelf
from catalog.nominations.duplicates import Candidate, DuplicateIndex, is_duplicate
from catalog.nominations.rule_kinds import RuleContext
from catalog.nominations.rules import check
from catalog.people import Person
from catalog.review.desk import Kept
from catalog.review.dossier import Finding
from recommender.ui import identity, state

KEPT_STATES = {"submitted", "recommended", "formal_check"}
"""States in which what the check finds is kept with the dossier; later it is only shown."""
_NOT_COUNTED = ("draft", "withdrawn")
_GONE = ("withdrawn", "not_accepted")
"""States in which a nomination competes with no other any more."""


@dataclass(frozen=True)
class Checked:
    """What the check found about one dossier."""

    findings: tuple[Finding, ...]
    candidates: tuple[Candidate, ...]

    @property
    def listed(self) -> tuple[Candidate, ...]:
        """Return the candidates that are as good as the same."""
        return tuple(candidate for candidate in self.candidates if is_duplicate(candidate))

    @property
    def lines(self) -> tuple[str, ...]:
        """Return them as kept with the dossier."""
        return tuple(candidate.line for candidate in self.listed)


@dataclass
class _Known:
    """An index and what was already looked up in it."""

    index: DuplicateIndex
    found: dict[str, tuple[Candidate, ...]] = field(default_factory=dict)


@st.cache_resource(max_entries=2, show_spinner=False)
def _known(fingerprints: tuple[str, ...], forms: tuple[tuple[str, str], ...]) -> _Known:
    catalog = state.engine().catalog
    wanted = {id for id, _ in forms}
    nominations = [(kept.id, kept.dossier.form) for kept in identity.desk().all() if kept.id in wanted]
    return _Known(DuplicateIndex(catalog, shelf.editions(), nominations))


def check_all(chosen: Sequence[Kept], everything: Sequence[Kept]) -> dict[str, Checked]:
    """Return what the check finds about each chosen dossier, compared with all dossiers there are."""
    editions = shelf.editions()
    own = {(entry.dossier, entry.number) for edition in editions for entry in edition.entries}
    known = _known(
        tuple(edition.fingerprint for edition in editions),
        tuple(
            (one.id, one.dossier.form.model_dump_json())
            for one in everything
            if one.dossier.form.name and one.dossier.state not in _GONE
        ),
    )
    today, counts = identity.desk().today(), _counts(everything)
    made = {}
    for kept in chosen:
        form = kept.dossier.form
        if kept.id not in known.found:
            known.found[kept.id] = tuple(known.index.find(form, own=kept.id))
        context = RuleContext.of(state.engine().catalog, counts=counts[kept.dossier.year])
        findings = check(form, today=today, rules=kept.dossier.flow, context=context)
        others = (one for one in known.found[kept.id] if (kept.id, one.number) not in own)
        made[kept.id] = Checked(findings, tuple(others))
    return made


def _counts(everything: Sequence[Kept]) -> dict[int, Counter[str]]:
    """Return year -> how many nominations a district or association has."""
    counts: dict[int, Counter[str]] = {kept.dossier.year: Counter() for kept in everything}
    for kept in everything:
        if kept.dossier.state not in _NOT_COUNTED:
            form = kept.dossier.form
            counts[kept.dossier.year].update({form.region, form.recommender} - {""})
    return counts


def keep(kept: Kept, checked: Checked, person: Person) -> Kept:
    """Return the dossier with the outcome kept; unchanged where it was kept already or is past the check."""
    dossier = kept.dossier
    same = (checked.findings, checked.lines) == (dossier.findings, dossier.duplicates)
    if same or dossier.state not in KEPT_STATES:
        return kept
    return identity.desk().update(kept, person, "check", findings=checked.findings, duplicates=checked.lines)
