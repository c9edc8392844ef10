"""申报: the filing form, filled files read back, attachments, submission and correction."""

from __future__ import annotations

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
    Nomination,
)
from catalog.nominations.template import form_docx, form_xlsx, summary_xlsx
from catalog.parsing import parsed
from catalog.people import Person, may
from catalog.review.desk import EDITABLE, Kept
from catalog.review.flow import flows
from recommender.ui import components, dossiers, identity, state
from recommender.ui import official_labels as labels
from recommender.ui.pages.official import importing
from recommender.ui.tables import Column, plain_editor

_YES_NO = {"yes": labels.YES, "no": labels.NO}
_RETURNED = ("returned", "first_check_returned")
_RETURNS = ("return", "first_return")
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
    if kept.dossier.state in _RETURNED:
        _to_mend(kept)
    _form(kept, person)
    dossiers.moves(kept, person)
    dossiers.history(kept, person)


def _to_mend(kept: Kept) -> None:
    """Tell why the form came back, by when it is to be mended, and what each rule asks for."""
    past = [one for one in identity.desk().history(kept.id) if one.action in _RETURNS]
    given = (
        kept.dossier.corrections[-1]
        if kept.dossier.state == "returned" and kept.dossier.corrections
        else None
    )
    lines = [f"{labels.MOVE_REASON}：{past[-1].reason}"] if past and past[-1].reason else []
    if given is not None and given.deadline is not None:
        lines.append(f"{labels.RETURN_DEADLINE}：{given.deadline.isoformat()}")
    lines += [f"{one.field}：{one.remedy}" for one in (given.findings if given else ())]
    if lines:
        st.warning(components.bullets(lines))


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
    with st.expander(labels.NEW_OR_IMPORT if may(person.role, "nomination.import") else labels.NEW):
        importing.draw(person)


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
    if st.session_state.get(importing.CHOSEN) not in by_id:
        st.session_state[importing.CHOSEN] = visible[-1].id
    chosen: str = st.selectbox(
        labels.CHOOSE,
        list(by_id),
        format_func=lambda id: f"{id} {by_id[id].dossier.form.name}",
        key=importing.CHOSEN,
    )
    return by_id[chosen]


def _form(kept: Kept, person: Person) -> None:
    permission = EDITABLE.get(kept.dossier.state)
    editable = permission is not None and may(person.role, permission)
    if not editable:
        st.caption(labels.FORM_LOCKED)
        with st.expander(labels.FORM):
            dossiers.draw_form(kept.dossier.form)
        dossiers.files(kept)
        return
    form = kept.dossier.form
    with st.form(f"form_{kept.id}_{kept.revision}", border=True):
        values = _fields(form, drafted=kept.dossier.state == "draft")
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


def _fields(form: Nomination, *, drafted: bool) -> dict[str, Any]:
    """Draw the plain fields and return their values; the recommending unit's own words stay as they are."""
    codes = state.engine().catalog.codes
    values: dict[str, Any] = {}
    left, right = st.columns(2)
    for number, field in enumerate(_LINES):
        values[field] = (left, right)[number % 2].text_input(
            LABELS[field], getattr(form, field), disabled=field == "recommender" and not drafted
        )
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
        values[field] = st.text_area(
            LABELS[field], getattr(form, field), height=80, disabled=field == "recommendation"
        )
    for column, field in zip(st.columns(2), ("penetration_now", "penetration_forecast"), strict=True):
        values[field] = column.number_input(f"{LABELS[field]}（%）", 0.0, 100.0, getattr(form, field))
    declared = st.columns(3)
    values["declared"] = declared[0].checkbox(LABELS["declared"], form.declared)
    values["declared_by"] = declared[1].text_input(LABELS["declared_by"], form.declared_by)
    values["declared_on"] = declared[2].date_input(LABELS["declared_on"], form.declared_on)
    return values


def _tables(kept: Kept) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    form, key = kept.dossier.form, f"{kept.id}_{kept.revision}"
    kinds: dict[str, Any] = {"commissioned": "date", "domestic": "choice", "user": "text", "scale": "text"}
    kinds |= {"proof": "text", "reductions_t": "text"}
    st.markdown(f"**{labels.CASES}**")
    cases = plain_editor(
        f"cases_{key}",
        [
            Column(
                field, label, kinds.get(field, "number"), _YES_NO if field == "domestic" else {},
                help=labels.REDUCTIONS_HELP if field == "reductions_t" else None,
            )
            for field, label in CASE_LABELS.items()
        ],
        [
            case.model_dump()
            | {"reductions_t": "；".join(f"{name}={value:g}" for name, value in case.reductions_t.items())}
            | {"domestic": _word(case.domestic)}
            for case in form.cases
        ],
    )  # fmt: skip
    for row in cases:
        row["reductions_t"] = _reductions(row["reductions_t"])
        row |= {field: row[field] or "" for field in ("user", "scale", "proof")}
        row["domestic"] = row["domestic"] != "no"  # home cases are the rule; a new row says nothing yet
    st.markdown(f"**{labels.RIGHTS}**")
    rights = plain_editor(
        f"rights_{key}",
        [Column(field, label) for field, label in labels.RIGHT_COLUMNS.items()],
        [one.model_dump() for one in form.intellectual_property],
    )
    rights = [{field: value or "" for field, value in row.items()} for row in rights]
    st.markdown(f"**{labels.EVIDENCE}**")
    shapes: dict[str, Any] = {"kind": "choice", "date": "date", "cma": "choice"}
    choices = {"kind": {str(code): label for code, label in EVIDENCE_LABELS.items()}, "cma": _YES_NO}
    evidence = plain_editor(
        f"evidence_{key}",
        [
            Column(field, label, shapes.get(field, "text"), choices.get(field, {}))
            for field, label in labels.EVIDENCE_COLUMNS.items()
        ],
        [one.model_dump() | {"cma": _word(one.cma)} for one in form.evidence],
    )
    for row in evidence:
        row |= {
            "kind": row["kind"] or "test_report",
            "issuer": row["issuer"] or "",
            "number": row["number"] or "",
            "cma": None if row["cma"] is None else row["cma"] == "yes",
        }
    return cases, rights, evidence


def _word(value: bool | None) -> str | None:
    """Return a choice of yes and no; None where nothing is said."""
    return None if value is None else "yes" if value else "no"


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
                dossiers.file(one)
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


def _keep(kept: Kept, person: Person, form: Nomination) -> None:
    try:
        identity.desk().edit(kept.id, form, person, revision=kept.revision)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    st.rerun()
