"""Objections: filed by anybody against what is under public notice, handled by the authority."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from catalog.errors import QingyuanError
from catalog.people import Person, may
from catalog.publish.columns import NOT_GIVEN
from catalog.review.desk import Kept
from catalog.review.dossier import Objection
from catalog.review.objections import OPEN_STATE, file_objection, handle_objection, raise_objection
from recommender.ui import components, identity
from recommender.ui import official_labels as labels

_FILED = "objection_filed"


def draw(kept: Kept, person: Person) -> None:
    """Draw the objections of a dossier that was or is under public notice."""
    dossier = kept.dossier
    if dossier.notice is None:
        return
    notice = dossier.notice
    st.markdown(f"**{labels.OBJECTIONS}**（公示 {notice.start} 至 {notice.end}，共 {notice.days} 日）")
    open_ = dossier.state == OPEN_STATE
    if not dossier.objections:
        st.caption(labels.OBJECTION_NONE)
    for one in dossier.objections:
        st.markdown(
            f"- {one.id} {components.plain(one.raised_by)}（{one.raised_on}）：{components.plain(one.text)}"
        )
        if one.accepted is not None:
            outcome = labels.OBJECTION_UPHELD if one.accepted else labels.OBJECTION_REJECTED
            told = f"{outcome}：{one.handling}（{one.handled_by}，{one.handled_on or '日期未提供'}）"
            st.caption(components.plain(told))
        elif open_ and may(person.role, "review.objection_handle"):
            _handle(kept, person, one)
    if open_:
        _raise(kept, person)


def draw_public(visible: Sequence[Kept], person: Person) -> None:
    """Draw what is under public notice for somebody who may object but not see the dossiers.

    Args:
        visible: dossiers the person sees anyway; their objections are drawn beside them.
        person: who may object.
    """
    if may(person.role, "review.objection_handle") or not may(person.role, "review.objection_file"):
        return
    filed = st.session_state.pop(_FILED, None)
    if filed is not None:
        st.success(components.plain(filed))
    beside = {kept.id for kept in visible} if person.role != "expert" else set()
    shown = {one.id: one for one in identity.desk().under_notice() if one.id not in beside}
    if not shown:
        return
    with st.expander(labels.NOTICES):
        chosen: str = st.selectbox(
            labels.CHOOSE, list(shown), key="notice_chosen",
            format_func=lambda id: f"{id} {shown[id].name}",
        )  # fmt: skip
        one = shown[chosen]
        told = labels.NOTICE_TOLD.format(
            applicant=one.applicant or NOT_GIVEN, start=one.notice.start, end=one.notice.end
        )
        st.caption(components.plain(told))
        st.markdown(components.plain(one.summary or NOT_GIVEN))
        by = st.text_input(labels.OBJECTION_BY, person.unit or person.name, key=f"notice_by_{chosen}")
        text = st.text_area(labels.OBJECTION_TEXT, key=f"notice_text_{chosen}")
        if st.button(labels.OBJECTION_FILE, key="notice_file"):
            _do(lambda: _file(chosen, person, by=by, text=text))


def _file(id: str, person: Person, *, by: str, text: str) -> None:
    made = file_objection(identity.desk(), id, person, raised_by=by, text=text)
    st.session_state[_FILED] = labels.OBJECTION_FILED.format(id=id, number=made.id)
    st.session_state.pop(f"notice_text_{id}", None)


def _raise(kept: Kept, person: Person) -> None:
    with st.expander(labels.OBJECTION_ADD):
        count = len(kept.dossier.objections)
        own = "" if may(person.role, "review.objection_handle") else person.unit or person.name
        by = st.text_input(labels.OBJECTION_BY, own, key=f"objection_by_{kept.id}_{count}")
        text = st.text_area(labels.OBJECTION_TEXT, key=f"objection_{kept.id}_{count}")
        if st.button(labels.OBJECTION_ADD, key=f"objection_add_{kept.id}"):
            _do(lambda: raise_objection(identity.desk(), kept, person, raised_by=by, text=text))


def _handle(kept: Kept, person: Person, one: Objection) -> None:
    name = f"{kept.id}_{one.id}"
    with st.container(border=True):
        handling = st.text_area(labels.OBJECTION_HANDLING, key=f"handling_{name}")
        accepted = st.segmented_control(
            labels.OBJECTION_OUTCOME, [True, False], key=f"accepted_{name}",
            format_func=lambda one: labels.OBJECTION_UPHELD if one else labels.OBJECTION_REJECTED,
        )  # fmt: skip
        if st.button(labels.OBJECTION_HANDLE, key=f"handle_{name}"):
            if accepted is None:
                st.error(labels.OBJECTION_UNDECIDED)
                return
            _do(
                lambda: handle_objection(
                    identity.desk(), kept, person, one.id, handling=handling, accepted=accepted
                )
            )


def _do(step: Callable[[], object]) -> None:
    try:
        step()
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    st.rerun()
