"""申报: the filing form, filled files read back, attachments, submission and correction."""

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
from catalog.nominations.reader import accepted, read_form
from catalog.nominations.template import form_docx, form_xlsx, summary_xlsx
from catalog.people import Person, may
from catalog.review.desk import EDITABLE, Kept
from catalog.review.flow import flows
from catalog.store import Store
from recommender.audit.project import parsed
from recommender.ui import components, dossiers, identity, state
from recommender.ui import official_labels as labels
from recommender.ui.tables import Column, plain_editor

_CHOSEN = "dossier_chosen"
_LONG = ("summary", "principle", "parameters", "effects", "features", "scope", "barriers", "recommendation")
_LINES = ("name", "applicant", "credit_code", "contact", "phone", "region", "recommender", "field")


def page() -> None:
    """Draw the page."""
    person = identity.choose(labels.PAGES["nominations"])
    _files(person)
    kept = _choose(person)
    if kept is None:
        return
    state_label = flows()[kept.dossier.flow].states[kept.dossier.state].label
    st.markdown(f"**{kept.id}** · {labels.STATE.format(state=state_label)}")
    for finding in kept.dossier.findings:
        st.warning(components.plain(f"{finding.rule}｜{finding.field}：{finding.value}；{finding.remedy}"))
    _form(kept, person)
    dossiers.moves(kept, person)
    dossiers.history(kept, person)


def _files(person: Person) -> None:
    codes = state.engine().catalog.codes
    with st.container(horizontal=True):
        st.download_button(
            labels.TEMPLATE_XLSX, lambda: form_xlsx(codes=codes), file_name="申报表.xlsx", on_click="ignore"
        )
        st.download_button(
            labels.TEMPLATE_DOCX, lambda: form_docx(), file_name="申报表.docx", on_click="ignore"
        )
        if may(person.role, "nomination.import"):
            own = [one.dossier for one in identity.desk().visible(person)]
            st.download_button(
                labels.SUMMARY_XLSX, lambda: summary_xlsx(own), file_name="推荐汇总表.xlsx",
                on_click="ignore",
            )  # fmt: skip
    if not (may(person.role, "nomination.draft") or may(person.role, "nomination.import")):
        return
    with st.expander(labels.NEW):
        _new(person)


def _new(person: Person) -> None:
    left, right = st.columns(2)
    year = left.number_input(labels.YEAR, 2000, 2100, datetime.datetime.now().astimezone().year)
    flow = right.selectbox(labels.FLOW, list(flows()), format_func=lambda code: flows()[code].label)
    if st.button(labels.NEW, key="nomination_new"):
        applicant = person.unit if person.role == "applicant" else ""
        _create(Nomination(applicant=applicant), person, year, flow)
    uploads = st.file_uploader(labels.READ, type=["xlsx", "docx"], accept_multiple_files=True)
    if not uploads:
        return
    readings = []
    for upload in uploads:
        try:
            readings.append(read_form(upload.getvalue(), upload.name))
        except BadInput as error:
            st.error(components.plain(str(error)))
    if len(readings) > 1 and st.button(labels.READ_IMPORT.format(count=len(readings)), type="primary"):
        for reading in readings:
            form = accepted(reading, {one.field for one in reading.fields if not one.fault})
            identity.desk().create(form, person, year=year, flow=flow)
        st.success(labels.READ_IMPORTED.format(count=len(readings)))
    if len(readings) == 1:
        _accept(readings[0], person, year, flow)


def _accept(reading: Any, person: Person, year: int, flow: str) -> None:
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
        fields = {row["field"] for row, kept in zip(rows, chosen, strict=True) if kept["accept"]}
        try:
            form = accepted(reading, fields)
        except BadInput as error:
            st.error(components.plain(str(error)))
        else:
            _create(form, person, year, flow)


def _create(form: Nomination, person: Person, year: int, flow: str) -> None:
    try:
        kept = identity.desk().create(form, person, year=year, flow=flow)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    st.session_state[_CHOSEN] = kept.id
    st.rerun()


def _choose(person: Person) -> Kept | None:
    visible = identity.desk().visible(person)
    st.markdown(f"**{labels.LIST}**")
    if not visible:
        st.info(labels.LIST_EMPTY)
        return None
    anonymous = person.role == "expert"
    st.dataframe(
        [
            {
                labels.LIST_COLUMNS["id"]: kept.id,
                labels.LIST_COLUMNS["name"]: kept.dossier.form.name,
                labels.LIST_COLUMNS["applicant"]: "" if anonymous else kept.dossier.form.applicant,
                labels.LIST_COLUMNS["region"]: "" if anonymous else kept.dossier.form.region,
                labels.LIST_COLUMNS["state"]: flows()[kept.dossier.flow].states[kept.dossier.state].label,
            }
            for kept in visible
        ],
        hide_index=True,
        width="stretch",
    )
    by_id = {kept.id: kept for kept in visible}
    if st.session_state.get(_CHOSEN) not in by_id:
        st.session_state[_CHOSEN] = visible[-1].id
    chosen: str = st.selectbox(
        labels.CHOOSE, list(by_id), format_func=lambda id: f"{id} {by_id[id].dossier.form.name}", key=_CHOSEN
    )
    return by_id[chosen]


def _form(kept: Kept, person: Person) -> None:
    permission = EDITABLE.get(kept.dossier.state)
    editable = permission is not None and may(person.role, permission)
    if not editable:
        st.caption(labels.FORM_LOCKED)
        return
    form = kept.dossier.form
    with st.form(f"form_{kept.id}_{kept.revision}", border=True):
        values = _fields(form)
        cases, rights, evidence = _tables(kept)
        saved = st.form_submit_button(labels.SAVE, type="primary")
    _attachments(kept, person)
    if not saved:
        return
    try:
        made = parsed(
            Nomination,
            form.model_dump()
            | values
            | {"cases": cases, "intellectual_property": rights, "evidence": evidence},
            where=labels.FORM,
        )
        identity.desk().edit(kept.id, made, person, revision=kept.revision)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    st.toast(labels.SAVED)
    st.rerun()


def _fields(form: Nomination) -> dict[str, Any]:
    codes = state.engine().catalog.codes
    values: dict[str, Any] = {}
    left, right = st.columns(2)
    for number, field in enumerate(_LINES):
        values[field] = (left, right)[number % 2].text_input(LABELS[field], getattr(form, field))
    known = [row.code for row in codes["industries"]]
    values["industries"] = st.multiselect(
        LABELS["industries"], known, [code for code in form.industries if code in known],
        format_func=lambda code: f"{codes.label('industries', code)}（{code}）",
    )  # fmt: skip
    columns = st.columns(4)
    classes: list[Any] = [None, *CLASS_LABELS]
    values["technology_class"] = columns[0].selectbox(
        LABELS["technology_class"], classes, index=classes.index(form.technology_class),
        format_func=lambda code: CLASS_LABELS[code] if code else "",
    )  # fmt: skip
    levels: list[Any] = [None, *ADVANCEMENT_LABELS]
    values["advancement"] = columns[1].selectbox(
        LABELS["advancement"], levels, index=levels.index(form.advancement),
        format_func=lambda code: ADVANCEMENT_LABELS[code] if code else "",
    )  # fmt: skip
    values["trl"] = columns[2].number_input(LABELS["trl"], 1, 9, form.trl)
    values["in_use_since"] = columns[3].date_input(LABELS["in_use_since"], form.in_use_since)
    for field in _LONG:
        values[field] = st.text_area(LABELS[field], getattr(form, field), height=80)
    for column, field in zip(st.columns(2), ("penetration_now", "penetration_forecast"), strict=True):
        values[field] = column.number_input(f"{LABELS[field]}（%）", 0.0, 100.0, getattr(form, field))
    declared = st.columns(3)
    values["declared"] = declared[0].checkbox(LABELS["declared"], form.declared)
    values["declared_by"] = declared[1].text_input(LABELS["declared_by"], form.declared_by)
    values["declared_on"] = declared[2].date_input(LABELS["declared_on"], form.declared_on)
    return values


def _tables(kept: Kept) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    form, key = kept.dossier.form, f"{kept.id}_{kept.revision}"
    kinds: dict[str, Any] = {"commissioned": "date", "domestic": "check", "user": "text", "scale": "text"}
    kinds |= {"proof": "text", "reductions_t": "text"}
    st.markdown(f"**{labels.CASES}**")
    cases = plain_editor(
        f"cases_{key}",
        [
            Column(
                field, label, kinds.get(field, "number"),
                help=labels.REDUCTIONS_HELP if field == "reductions_t" else None,
            )
            for field, label in CASE_LABELS.items()
        ],
        [
            case.model_dump()
            | {"reductions_t": "；".join(f"{name}={value:g}" for name, value in case.reductions_t.items())}
            for case in form.cases
        ],
    )  # fmt: skip
    for row in cases:
        row["reductions_t"] = _reductions(row["reductions_t"])
        row |= {field: row[field] or "" for field in ("user", "scale", "proof")}
    st.markdown(f"**{labels.RIGHTS}**")
    rights = plain_editor(
        f"rights_{key}",
        [Column(field, label) for field, label in labels.RIGHT_COLUMNS.items()],
        [one.model_dump() for one in form.intellectual_property],
    )
    rights = [{field: value or "" for field, value in row.items()} for row in rights]
    st.markdown(f"**{labels.EVIDENCE}**")
    shapes: dict[str, Any] = {"kind": "choice", "date": "date", "cma": "check"}
    evidence_kinds = {str(code): label for code, label in EVIDENCE_LABELS.items()}
    evidence = plain_editor(
        f"evidence_{key}",
        [
            Column(field, label, shapes.get(field, "text"), evidence_kinds if field == "kind" else {})
            for field, label in labels.EVIDENCE_COLUMNS.items()
        ],
        [one.model_dump() for one in form.evidence],
    )
    for row in evidence:
        row |= {
            "kind": row["kind"] or "test_report",
            "issuer": row["issuer"] or "",
            "number": row["number"] or "",
        }
    return cases, rights, evidence


def _reductions(text: str | None) -> dict[str, float]:
    """Return pollutant -> t/a of "COD=12；氨氮=1.5"; what is no number is refused by the form."""
    found: dict[str, Any] = {}
    for part in (text or "").replace(";", "；").split("；"):
        name, sign, value = part.replace("：", "=").partition("=")
        if name.strip():
            found[name.strip()] = value.strip() if sign else ""
    return found


def _attachments(kept: Kept, person: Person) -> None:
    form, store = kept.dossier.form, identity.desk().store
    with st.expander(f"{labels.ATTACHMENTS}（{len(form.attachments)}）"):
        for one in form.attachments:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(
                    f"{ATTACHMENT_LABELS[one.kind]}：{components.plain(one.name)} :gray[{one.size} B]"
                )
                st.download_button(
                    labels.DOWNLOAD.format(name=one.name), _content(store, one), file_name=one.name,
                    key=f"blob_{one.sha256}_{one.kind}", on_click="ignore",
                )  # fmt: skip
                if st.button(labels.DETACH, key=f"detach_{one.sha256}_{one.kind}"):
                    _keep(kept, person, attachments.detach(form, one))
        kind = st.selectbox(
            labels.ATTACH_KIND, list(ATTACHMENT_LABELS), format_func=lambda code: ATTACHMENT_LABELS[code]
        )
        upload = st.file_uploader(labels.ATTACH, key=f"attach_{kept.id}_{len(form.attachments)}")
        if upload is not None and st.button(labels.ATTACH_ADD):
            try:
                made = attachments.attach(store, form, upload.getvalue(), upload.name, kind)
            except BadInput as error:
                st.error(components.plain(str(error)))
            else:
                _keep(kept, person, made)


def _content(store: Store, attachment: Attachment) -> bytes:
    """Return an attachment; one that does not fit its hash is told and comes back empty."""
    try:
        return attachments.content_of(store, attachment)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return b""


def _keep(kept: Kept, person: Person, form: Nomination) -> None:
    try:
        identity.desk().edit(kept.id, form, person, revision=kept.revision)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    st.rerun()
