"""Filled forms become nominations: one looked through on screen, or many at once with their attachments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from catalog.errors import BadInput, QingyuanError
from catalog.nominations import attachments
from catalog.nominations.form import Nomination
from catalog.nominations.reader import accepted
from catalog.people import Person, may
from catalog.review.flow import flows
from recommender.ui import components, identity
from recommender.ui import official_labels as labels
from recommender.ui.pages.official.filings import Filing, filings_of, kind_of
from recommender.ui.tables import Column, plain_editor

CHOSEN = "dossier_chosen"
"""Session key of the dossier shown on the page."""
_TOLD, _TURN = "import_told", "import_turn"
_WIDE = ("file", "name", "applicant", "missing")
_GONE = ("withdrawn", "not_accepted")


@dataclass(frozen=True)
class Terms:
    """Under what the forms are filed."""

    year: int
    flow: str
    is_example: bool = False
    hand_in: bool = False


@dataclass(frozen=True)
class Imported:
    """What became of uploaded forms: numbers made, how many were handed in, and what is to be checked."""

    ids: tuple[str, ...]
    filed: int
    faults: tuple[str, ...]


def draw(person: Person) -> None:
    """Draw how nominations begin."""
    left, right = st.columns(2)
    year = int(left.number_input(labels.YEAR, 2000, 2100, identity.desk().today().year))
    flow = right.selectbox(labels.FLOW, list(flows()), format_func=lambda code: flows()[code].label)
    terms = Terms(year, flow)
    if may(person.role, "nomination.draft") and st.button(labels.NEW, key="nomination_new"):
        _create(Nomination(applicant=person.unit), person, terms)
    told: Imported | None = st.session_state.pop(_TOLD, None)
    if told is not None:
        _tell(told)
    turn = st.session_state.get(_TURN, 0)
    uploads = st.file_uploader(
        labels.READ, type=["xlsx", "docx", "zip"], accept_multiple_files=True, key=f"import_{turn}"
    )
    if not uploads:
        return
    found, faults = _read(tuple((one.name, one.getvalue()) for one in uploads))
    if faults:
        st.error(components.bullets(list(faults)))
    alone = len(found) == 1 and not found[0].attachments
    if alone and may(person.role, "nomination.draft"):
        _accept(found[0], person, terms)
    elif found:
        _many(found, person, terms)


@st.cache_data(max_entries=2, show_spinner=False)
def _read(uploads: tuple[tuple[str, bytes], ...]) -> tuple[tuple[Filing, ...], tuple[str, ...]]:
    return filings_of(uploads)


# Many at once


def _many(found: Sequence[Filing], person: Person, terms: Terms) -> None:
    rows = []
    for one in found:
        texts = {field.field: field.text for field in one.reading.fields}
        values: tuple[Any, ...] = (
            one.file, texts.get("name", ""), texts.get("applicant", ""), len(one.reading.readable),
            len(one.attachments), len(one.reading.faults), "、".join(one.reading.missing),
        )  # fmt: skip
        rows.append(dict(zip(labels.IMPORT_COLUMNS.values(), values, strict=True)))
    wide = {labels.IMPORT_COLUMNS[key]: st.column_config.Column(width="medium") for key in _WIDE}
    st.dataframe(rows, hide_index=True, width="stretch", placeholder="", column_config=wide)
    with st.container(horizontal=True):
        importer = may(person.role, "nomination.import")
        hand_in = importer and st.checkbox(labels.IMPORT_HAND_IN, value=True)
        example = st.checkbox(labels.IMPORT_EXAMPLE)
    if st.button(labels.READ_IMPORT.format(count=len(found)), type="primary"):
        terms = Terms(terms.year, terms.flow, is_example=example, hand_in=hand_in)
        st.session_state[_TOLD] = import_all(found, person, terms)
        st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
        st.rerun()


def import_all(found: Sequence[Filing], person: Person, terms: Terms) -> Imported:
    """Make a nomination of every form that can be one; each fault is a line, the rest is done."""
    desk = identity.desk()
    known = {
        (kept.dossier.form.name, kept.dossier.form.applicant): kept.id
        for kept in desk.all()
        if kept.dossier.year == terms.year and kept.dossier.state not in _GONE
    }
    ids: list[str] = []
    faults: list[str] = []
    filed = 0
    for one in found:
        try:
            form = _form(one, person)
            same = known.get((form.name, form.applicant))
            if form.name and same:
                raise BadInput(labels.IMPORT_SAME.format(file=one.file, id=same))
            form, lost = _with_attachments(one, form)
            kept = desk.create(form, person, year=terms.year, flow=terms.flow, is_example=terms.is_example)
        except QingyuanError as error:
            faults.append(str(error) if one.file in str(error) else f"{one.file}：{error}")
            continue
        ids.append(kept.id)
        known[(form.name, form.applicant)] = kept.id
        faults += [labels.IMPORT_KEPT.format(file=one.file, fault=fault) for fault in one.reading.faults]
        faults += [f"{one.file}：{labels.IMPORT_ATTACHMENT.format(fault=fault)}" for fault in lost]
        if terms.hand_in:
            try:
                desk.hand_in(kept.id, person)
                filed += 1
            except QingyuanError as error:
                faults.append(labels.IMPORT_DRAFT.format(file=one.file, fault=error))
    return Imported(tuple(ids), filed, tuple(faults))


def _form(one: Filing, person: Person) -> Nomination:
    """Return the form as read; a district's own recommendation is noted where nobody is named."""
    form = accepted(one.reading, one.reading.readable)
    if person.role != "district" or person.unit in (form.region, form.recommender):
        return form
    if form.recommender:
        raise BadInput(
            labels.IMPORT_OTHER_UNIT.format(
                file=one.file, region=form.region, recommender=form.recommender, unit=person.unit
            )
        )
    return form.model_copy(update={"recommender": person.unit})


def _with_attachments(one: Filing, form: Nomination) -> tuple[Nomination, list[str]]:
    lost: list[str] = []
    store = identity.desk().store
    name = one.file.rpartition("/")[2]
    files = [(name, one.content, "filled_form"), *((n, c, kind_of(n)) for n, c in one.attachments)]
    for name, content, kind in files:
        try:
            form = attachments.attach(store, form, content, name, kind)
        except BadInput as error:
            lost.append(str(error))
    return form, lost


def _tell(told: Imported) -> None:
    if told.ids:
        st.success(labels.IMPORTED.format(count=len(told.ids), filed=told.filed))
    if told.faults:
        title = labels.IMPORT_FAULTS.format(count=len(told.faults))
        st.warning(f"{title}\n\n{components.bullets(list(told.faults))}")


# One looked through


def _accept(filing: Filing, person: Person, terms: Terms) -> None:
    reading = filing.reading
    rows = [
        {
            "accept": not one.fault, "field": one.field, "label": one.label, "text": one.text,
            "value": str(one.value), "place": one.place, "fault": one.fault or "",
        }
        for one in reading.fields
    ]  # fmt: skip
    columns = (
        Column("accept", labels.READ_ACCEPT, "check"),
        Column("label", labels.READ_FIELD, locked=True),
        Column("text", labels.READ_TEXT, "long", locked=True),
        Column("value", labels.READ_VALUE, locked=True),
        Column("place", labels.READ_PLACE, locked=True),
        Column("fault", labels.READ_FAULT, locked=True),
    )
    chosen = plain_editor(f"reading_{reading.name}", columns, rows, grows=False)
    for title, items in (
        (labels.READ_UNKNOWN, [f"{one.label} {one.text}（{one.place}）".strip() for one in reading.unknown]),
        (labels.READ_REST, [f"{one.text}（{one.place}）" for one in reading.rest]),
        (labels.READ_NOTES, [*reading.notes, *(one.note for one in reading.fields if one.note)]),
        (labels.READ_MISSING, list(reading.missing)),
    ):
        if items:
            st.caption(components.plain(title.format(items="；".join(items))))
    if st.button(labels.READ_MAKE, type="primary"):
        fields = {str(row["field"]) for row, kept in zip(rows, chosen, strict=True) if kept["accept"]}
        try:
            form = accepted(reading, fields)
        except BadInput as error:
            st.error(components.plain(str(error)))
        else:
            _create(form, person, terms)


def _create(form: Nomination, person: Person, terms: Terms) -> None:
    try:
        kept = identity.desk().create(form, person, year=terms.year, flow=terms.flow)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    st.session_state[CHOSEN] = kept.id
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    st.rerun()
