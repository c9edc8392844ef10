"""What is decided about one dossier under review: the group's opinion, and what a visit on site found."""

from __future__ import annotations

import streamlit as st

from catalog.errors import QingyuanError
from catalog.people import Person, may
from catalog.publish.notices import group_opinion
from catalog.review.desk import REVIEW_STATES, Kept
from catalog.review.experts import ExpertRegister
from catalog.review.opinion import draft_opinion, save_opinion
from recommender.ui import components, identity
from recommender.ui import official_labels as labels


def draw_visit(kept: Kept) -> None:
    """Show what the visit on site found, where there was one."""
    if kept.dossier.site_visit:
        st.markdown(f"**{labels.SITE_VISIT}**")
        st.markdown(components.plain(kept.dossier.site_visit))


def draw_opinion(kept: Kept, person: Person) -> None:
    """Draw the group's opinion: editable in review, afterwards as it was saved; with its document."""
    saved = kept.dossier.group_opinion
    writable = kept.dossier.state in REVIEW_STATES and may(person.role, "review.group_opinion")
    if not saved and not writable:
        return
    st.markdown(f"**{labels.GROUP_OPINION}**")
    if writable:
        _write(kept, person)
    else:
        st.markdown(components.plain(saved))
    if saved:
        _document(kept)


def _write(kept: Kept, person: Person) -> None:
    draft, missing = "", ""
    try:
        draft = draft_opinion(kept)
    except QingyuanError as error:
        missing = str(error)
    saved = kept.dossier.group_opinion
    key = f"opinion_{kept.id}_{kept.dossier.round}"
    if key not in st.session_state:
        st.session_state[key] = saved or draft
    elif not saved and st.session_state[key] == st.session_state.get(f"{key}_draft"):
        st.session_state[key] = draft  # another sheet came in, and nobody changed the words
    st.session_state[f"{key}_draft"] = draft
    text = st.text_area(labels.GROUP_OPINION, key=key, height=140, label_visibility="collapsed")
    if missing:
        st.caption(components.plain(missing))
    elif not saved:
        st.caption(labels.GROUP_OPINION_DRAFT)
    with st.container(horizontal=True):
        pressed = st.button(labels.GROUP_OPINION_SAVE, key=f"{key}_save")
        if saved and draft and saved != draft:
            st.button(
                labels.GROUP_OPINION_AGAIN, key=f"{key}_again", on_click=st.session_state.update,
                args=({key: draft},),
            )  # fmt: skip
    if pressed:
        try:
            save_opinion(identity.desk(), kept, person, text)
        except QingyuanError as error:
            st.error(components.plain(str(error)))
            return
        st.toast(labels.SAVED)
        st.rerun()


def _document(kept: Kept) -> None:
    names = {expert.id: expert.name for expert in ExpertRegister(identity.desk().store).list()}
    try:
        content = group_opinion(kept, names=names)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    name = labels.GROUP_OPINION_FILE.format(id=kept.id)
    st.download_button(
        labels.DOWNLOAD.format(name=name), content, file_name=name, on_click="ignore",
        key=f"opinion_file_{kept.id}",
    )  # fmt: skip
