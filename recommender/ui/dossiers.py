"""Parts of the official's pages that belong to one dossier: what can be done, what was done."""

from __future__ import annotations

import datetime
from typing import Any

import streamlit as st

from catalog.errors import BadInput, QingyuanError
from catalog.nominations import attachments
from catalog.nominations.form import (
    ADVANCEMENT_LABELS,
    ATTACHMENT_LABELS,
    CASE_LABELS,
    CLASS_LABELS,
    EVIDENCE_LABELS,
    LABELS,
    Attachment,
    Nomination,
)
from catalog.people import ROLE_LABELS, Person
from catalog.review.desk import REVIEW_STATES, STEP_LABELS, Kept
from catalog.review.dossier import PublicNotice
from catalog.review.flow import Move, flows
from recommender.ui import components, identity, state
from recommender.ui import official_labels as labels

_CONFIDENTIAL = {"score", "enter_score", "assign", "recuse", "hand_out"}
_DAYS_TO_MEND = 14


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
            unit = " %" if field.startswith("penetration") else ""
            lines.append(f"- **{label}**：{components.plain(_words(value))}{unit}")
    st.markdown("\n".join(lines))
    for number, case in enumerate(form.cases, 1):
        told = {name: _words(value) for name, value in case.model_dump().items()}
        parts = [f"{CASE_LABELS[name]} {value}" for name, value in told.items() if value]
        st.markdown(f"- **{labels.CASES} {number}**：{components.plain('，'.join(parts))}")


def _words(value: Any) -> str:
    """Return a value of the form as people read it; empty for what is not given."""
    if value is None or isinstance(value, bool):
        return "" if value is None else labels.YES if value else labels.NO
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, dict):
        return "；".join(f"{name}={number:.12g}" for name, number in value.items())
    return str(value)


def files(kept: Kept) -> None:
    """Draw the attachments to be read; nothing where there is none."""
    attached = kept.dossier.form.attachments
    if not attached:
        return
    with st.expander(f"{labels.ATTACHMENTS}（{len(attached)}）"):
        for one in attached:
            with st.container(horizontal=True, vertical_alignment="center"):
                file(one)


def file(attachment: Attachment) -> None:
    """Draw one attachment with its kind and size (kB), to be downloaded."""
    kind, size = ATTACHMENT_LABELS[attachment.kind], max(1, round(attachment.size / 1000))
    st.markdown(f"{kind}：{components.plain(attachment.name)} :gray[{size} kB]")
    st.download_button(
        labels.DOWNLOAD.format(name=attachment.name), lambda: _content(attachment), on_click="ignore",
        file_name=attachment.name, key=f"blob_{attachment.sha256}_{attachment.kind}",
    )  # fmt: skip


def _content(attachment: Attachment) -> bytes:
    """Return an attachment; one that does not fit its hash comes back empty, which is told."""
    try:
        return attachments.content_of(identity.desk().store, attachment)
    except QingyuanError as error:
        st.toast(components.plain(str(error)))
        return b""


def moves(kept: Kept, person: Person) -> None:
    """Draw the steps the person may make now; a refused one says why."""
    st.markdown(f"**{labels.MOVES}**")
    able = identity.desk().moves(kept, person)
    if not able:
        st.caption(labels.MOVE_NONE)
        return
    reason = st.text_input(labels.MOVE_REASON, key=f"reason_{kept.id}_{kept.revision}")
    values = _values(kept, {move.action for move in able})
    with st.container(horizontal=True):
        pressed = [
            move
            for move in able
            if st.button(move.label, key=f"move_{kept.id}_{move.action}_{kept.revision}")
        ]
    for move in pressed:
        _go(kept, person, move, reason, values.get(move.action, {}))


def _values(kept: Kept, able: set[str]) -> dict[str, dict[str, Any]]:
    """Draw what a step asks for beside the reason; return the values by step."""
    values: dict[str, dict[str, Any]] = {}
    if "publicise" in able:
        values["publicise"] = {"notice": notice(kept.id)}
    if "site_done" in able:
        found = st.text_area(
            labels.SITE_VISIT, kept.dossier.site_visit, key=f"site_{kept.id}", help=labels.SITE_VISIT_HELP
        )
        values["site_done"] = {"site_visit": found.strip()}
    if "return" in able:
        values["return"] = {"deadline": return_deadline(kept.id)}
    return values


def notice(name: str) -> PublicNotice:
    """Draw first day and length of a public notice, and say when listing is possible."""
    left, right = st.columns(2)
    start = left.date_input(labels.NOTICE_START, identity.desk().today(), key=f"start_{name}")
    days = right.number_input(labels.NOTICE_DAYS, 1, 60, 7, key=f"days_{name}")
    made = PublicNotice(start=start, days=days)
    after = made.end + datetime.timedelta(days=1)
    st.caption(labels.NOTICE_END.format(end=made.end, after=after))
    return made


def return_deadline(name: str) -> datetime.date:
    """Draw the last day to mend a returned form, two weeks on unless changed."""
    today = identity.desk().today()
    day: datetime.date = st.date_input(
        labels.RETURN_DEADLINE, today + datetime.timedelta(days=_DAYS_TO_MEND), key=f"deadline_{name}"
    )
    return day


def recommended(kept: Kept, person: Person, reason: str) -> dict[str, Any]:
    """Return what a recommendation leaves in the form: who recommends, and the opinion."""
    if kept.dossier.state in REVIEW_STATES:  # the experts' recommendation to the ministry
        return {}
    form = kept.dossier.form
    told = {"recommender": form.recommender or person.unit, "recommendation": reason.strip()}
    return {"form": form.model_copy(update=told)}


def _go(kept: Kept, person: Person, move: Move, reason: str, values: dict[str, Any]) -> None:
    found: str | None = values.get("site_visit")
    if move.action == "recommend":
        values = recommended(kept, person, reason)
    try:
        if found == "":
            raise BadInput(f"{move.label}：{labels.SITE_VISIT_EMPTY}")
        if move.action == "pass_formal" and not reason.strip():
            _require_words(kept, move)
        identity.desk().move(kept.id, move.action, person, reason=reason.strip() or found or "", **values)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    st.rerun()


def _require_words(kept: Kept, move: Move) -> None:
    """Refuse to let through without a word what the formal check found."""
    found = len(kept.dossier.findings), len(kept.dossier.duplicates)
    if any(found):
        raise BadInput(f"{move.label}：{labels.PASS_REASON.format(findings=found[0], duplicates=found[1])}")


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
