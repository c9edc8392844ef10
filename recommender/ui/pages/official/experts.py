"""专家: the register, who is asked this round, who left the pool, who stepped back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from catalog.errors import BadInput, QingyuanError
from catalog.parsing import parsed
from catalog.people import Person, may
from catalog.review.experts import LABELS, Expert, ExpertRegister
from recommender.ui import components, identity
from recommender.ui import official_labels as labels
from recommender.ui.pages.official import recusal

_TOLD, _TURN = "experts_told", "experts_turn"
_SHOWN = ("id", "name", "unit", "title", "fields", "industries", "region", "contact", "active")


def page() -> None:
    """Draw the page."""
    person = identity.choose(labels.PAGES["experts"])
    register = ExpertRegister(identity.desk().store)
    experts = register.list()
    load = recusal.asked(identity.desk().all()) if may(person.role, "review.assign") else None
    rows = [_row(expert, load) for expert in experts]
    if rows:
        st.dataframe(rows, hide_index=True, width="stretch")
    else:
        st.info(labels.EXPERTS_NONE)
    if not may(person.role, "expert.register"):
        return
    _import(register, person)
    if load is not None:
        _activity(register, experts, person, load)
        recusal.draw(experts, person, load)
    st.markdown(f"**{labels.EXPERT_EDIT}**")
    _edit(register, experts, person)


def _import(register: ExpertRegister, person: Person) -> None:
    """Draw the upload of a register; what became of the last one is told above it."""
    told: tuple[int, tuple[str, ...]] | None = st.session_state.pop(_TOLD, None)
    if told is not None:
        count, faults = told
        if faults:
            st.warning(components.bullets(list(faults)))
        st.success(labels.EXPERTS_IMPORTED.format(count=count))
    turn = st.session_state.get(_TURN, 0)
    upload = st.file_uploader(labels.EXPERTS_IMPORT, type=["xlsx", "csv"], key=f"experts_{turn}")
    if upload is None or not st.button(labels.EXPERTS_READ):
        return
    try:
        reading = register.import_table(upload.getvalue(), upload.name, person)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    st.session_state[_TOLD] = (len(reading.experts), reading.faults)
    st.session_state[_TURN] = turn + 1
    st.rerun()


def _row(expert: Expert, load: recusal.Load | None) -> dict[str, Any]:
    """Return a line of the register; with the load, how many dossiers the expert has this round."""
    told: dict[str, Any] = {}
    for field in _SHOWN:
        value = getattr(expert, field)
        told[LABELS[field]] = "、".join(value) if isinstance(value, tuple) else value
    if load is None:
        return told
    own = load.get(expert.id, ())
    return {
        LABELS["id"]: told.pop(LABELS["id"]), LABELS["name"]: told.pop(LABELS["name"]),
        labels.EXPERT_LOAD: len(own), labels.EXPERT_OPEN: sum(not one.scored for one in own), **told,
    }  # fmt: skip


def _activity(
    register: ExpertRegister, experts: Sequence[Expert], person: Person, load: recusal.Load
) -> None:
    """Draw how an expert leaves the pool, or comes back."""
    if not experts:
        return
    with st.expander(labels.EXPERT_ACTIVITY):
        names = {
            one.id: f"{one.id} {one.name}" + ("" if one.active else f"（{labels.EXPERT_INACTIVE}）")
            for one in experts
        }
        chosen: str = st.selectbox(
            labels.EXPERT_CHOOSE, list(names), format_func=names.__getitem__, key="activity_expert"
        )
        kept = register.get(chosen)
        left = [one.kept.id for one in load.get(chosen, ()) if not one.scored]
        if kept.expert.active and left:
            st.warning(labels.EXPERT_STILL_ASKED.format(count=len(left), ids="、".join(left)))
        reason = st.text_input(labels.MOVE_REASON, key=f"activity_reason_{chosen}_{kept.revision}")
        label = labels.EXPERT_STOP if kept.expert.active else labels.EXPERT_RESUME
        if st.button(label, key="activity_go"):
            changed = kept.expert.model_copy(update={"active": not kept.expert.active})
            try:
                if not reason.strip():
                    raise BadInput(f"{label}：必须写明理由")
                register.update(changed, person, revision=kept.revision, reason=reason.strip())
            except QingyuanError as error:
                st.error(components.plain(str(error)))
                return
            st.rerun()


def _edit(register: ExpertRegister, experts: tuple[Expert, ...], person: Person) -> None:
    names = {expert.id: f"{expert.id} {expert.name}" for expert in experts}
    chosen = st.selectbox(
        labels.EXPERT_CHOOSE, ["", *names], format_func=lambda id: names.get(id, labels.EXPERT_NEW)
    )
    before = register.get(chosen) if chosen else None
    expert = before.expert if before else Expert(name="—")
    with st.form(f"expert_{chosen}"):
        left, right = st.columns(2)
        values: dict[str, Any] = {"id": expert.id}
        values["name"] = left.text_input(LABELS["name"], expert.name if before else "")
        values["unit"] = right.text_input(LABELS["unit"], expert.unit)
        values["title"] = left.text_input(LABELS["title"], expert.title)
        values["region"] = right.text_input(LABELS["region"], expert.region)
        values["contact"] = left.text_input(LABELS["contact"], expert.contact)
        values["note"] = right.text_input(LABELS["note"], expert.note)
        for column, field in ((left, "fields"), (right, "industries"), (left, "former_units")):
            text = column.text_input(f"{LABELS[field]}（顿号分隔）", "、".join(getattr(expert, field)))
            values[field] = [part.strip() for part in text.split("、") if part.strip()]
        values["active"] = right.checkbox(LABELS["active"], expert.active)
        pressed = st.form_submit_button(labels.SAVE, type="primary")
    if not pressed:
        return
    try:
        if not values["name"].strip():
            raise BadInput(f"{LABELS['name']}：为空，请填写")
        made = parsed(Expert, values, where=labels.PAGES["experts"])
        if before is None:
            register.add(made, person)
        else:
            register.update(made, person, revision=before.revision)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    st.rerun()
