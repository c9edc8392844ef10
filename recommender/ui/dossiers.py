"""Parts of the official's pages that belong to one dossier: what can be done, what was done."""

from __future__ import annotations

from typing import Any

import streamlit as st

from catalog.errors import QingyuanError
from catalog.nominations.form import (
    ADVANCEMENT_LABELS,
    CASE_LABELS,
    CLASS_LABELS,
    EVIDENCE_LABELS,
    LABELS,
    Nomination,
)
from catalog.people import ROLE_LABELS, Person
from catalog.review.desk import STEP_LABELS, Kept
from catalog.review.dossier import PublicNotice
from catalog.review.flow import Move, flows
from recommender.ui import components, identity, state
from recommender.ui import official_labels as labels

_CONFIDENTIAL = {"score", "enter_score", "assign", "recuse", "hand_out"}


def draw_form(form: Nomination) -> None:
    """Draw a form as it reads; what is empty is left out."""
    codes = state.engine().catalog.codes
    shown: dict[str, str] = {
        "technology_class": CLASS_LABELS[form.technology_class] if form.technology_class else "",
        "advancement": ADVANCEMENT_LABELS[form.advancement] if form.advancement else "",
        "industries": "、".join(
            codes.labels("industries", [c for c in form.industries if c in codes["industries"]])
        ),
        "declared": labels.YES if form.declared else labels.NO,
        "intellectual_property": "；".join(
            f"{one.kind} {one.number} {one.holder}".strip() for one in form.intellectual_property
        ),
        "evidence": "；".join(
            f"{EVIDENCE_LABELS[one.kind]} {one.issuer} {one.number}".strip() for one in form.evidence
        ),
        "attachments": "；".join(one.name for one in form.attachments),
    }
    lines = []
    for field, label in LABELS.items():
        if field == "cases":
            continue
        value = shown.get(field, getattr(form, field))
        if value not in (None, "", ()):
            lines.append(f"- **{label}**：{components.plain(str(value))}")
    st.markdown("\n".join(lines))
    for number, case in enumerate(form.cases, 1):
        told = {
            name: "；".join(f"{k}={v:g}" for k, v in value.items()) if isinstance(value, dict) else value
            for name, value in case.model_dump().items()
        }
        parts = [f"{CASE_LABELS[name]} {value}" for name, value in told.items() if value not in (None, "")]
        st.markdown(f"- **{labels.CASES} {number}**：{components.plain('，'.join(parts))}")


def moves(kept: Kept, person: Person) -> None:
    """Draw the steps the person may make now; a refused one says why."""
    st.markdown(f"**{labels.MOVES}**")
    able = identity.desk().moves(kept, person)
    if not able:
        st.caption(labels.MOVE_NONE)
        return
    reason = st.text_input(labels.MOVE_REASON, key=f"reason_{kept.id}_{kept.revision}")
    values: dict[str, Any] = {}
    if any(move.action == "publicise" for move in able):
        left, right = st.columns(2)
        start = left.date_input(labels.NOTICE_START, identity.desk().today())
        days = right.number_input(labels.NOTICE_DAYS, 1, 60, 7)
        values["notice"] = PublicNotice(start=start, days=days)
    with st.container(horizontal=True):
        for move in able:
            if st.button(move.label, key=f"move_{kept.id}_{move.action}_{kept.revision}"):
                _go(kept, person, move, reason, values if move.action == "publicise" else {})


def _go(kept: Kept, person: Person, move: Move, reason: str, values: dict[str, Any]) -> None:
    try:
        identity.desk().move(kept.id, move.action, person, reason=reason, **values)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    st.rerun()


def history(kept: Kept, person: Person) -> None:
    """Draw the steps of a dossier; who scored and stepped back is for the authority alone."""
    names = {move.action: move.label for move in flows()[kept.dossier.flow].moves} | STEP_LABELS
    with st.expander(labels.HISTORY):
        st.dataframe(
            [
                dict(
                    zip(
                        labels.HISTORY_COLUMNS,
                        (
                            event.at[:16].replace("T", " "),
                            names.get(event.action, event.action),
                            event.actor,
                            dict(ROLE_LABELS).get(event.role, event.role),  # type: ignore[call-overload]
                            event.reason,
                        ),
                        strict=True,
                    )
                )
                for event in identity.desk().history(kept.id)
                if person.role == "authority" or event.action not in _CONFIDENTIAL
            ],
            hide_index=True,
            width="stretch",
        )
