"""专家: the register, imported from a table or typed in."""

from __future__ import annotations

from typing import Any

import streamlit as st

from catalog.errors import BadInput, QingyuanError
from catalog.people import may
from catalog.review.experts import LABELS, Expert, ExpertRegister
from recommender.audit.project import parsed
from recommender.ui import components, identity
from recommender.ui import official_labels as labels

_SHOWN = ("id", "name", "unit", "title", "fields", "industries", "region", "contact", "active")


def page() -> None:
    """Draw the page."""
    person = identity.choose(labels.PAGES["experts"])
    register = ExpertRegister(identity.desk().store)
    experts = register.list()
    st.dataframe(
        [
            {
                LABELS[field]: "、".join(value) if isinstance(value, tuple) else value
                for field in _SHOWN
                for value in (getattr(expert, field),)
            }
            for expert in experts
        ],
        hide_index=True,
        width="stretch",
    )
    if not may(person.role, "expert.register"):
        return
    upload = st.file_uploader(labels.EXPERTS_IMPORT, type=["xlsx", "csv"])
    if upload is not None and st.button(labels.EXPERTS_IMPORT):
        try:
            reading = register.import_table(upload.getvalue(), upload.name, person)
        except QingyuanError as error:
            st.error(components.plain(str(error)))
        else:
            for fault in reading.faults:
                st.warning(components.plain(fault))
            st.success(labels.READ_IMPORTED.format(count=len(reading.experts)))
    _edit(register, experts, person)


def _edit(register: ExpertRegister, experts: tuple[Expert, ...], person: Any) -> None:
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
