"""The project at hand: opened once a session, saved at every change, never overwritten by accident."""

from __future__ import annotations

import streamlit as st

import recommender.ui.audit_labels as labels
from catalog.errors import BadInput
from catalog.store import NotFound, Store
from recommender.audit.project import AuditProject
from recommender.audit.repository import ProjectRepository, Saved
from recommender.audit.steps import steps
from recommender.audit.valuation import Valuation, value_all

CURRENT = "project_id"
_SAVED = "project_saved"
_NOTICE = "project_notice"
_TOKEN = "project_token"
_PARAMETER = "project"
_ICONS = {
    "todo": ":material/radio_button_unchecked:",
    "partly": ":material/timelapse:",
    "done": ":material/check_circle:",
}


@st.cache_resource
def _repository(url: str) -> ProjectRepository:
    return ProjectRepository(Store.open(url))


def repository() -> ProjectRepository:
    """Return the projects of this machine; one store a database."""
    from catalog.store import default_url

    return _repository(default_url())


def open_project(id: str) -> None:
    """Make a project the one at hand.

    Raises:
        NotFound: there is none.
    """
    saved = repository().open(id)
    st.session_state[CURRENT] = id
    st.session_state[_SAVED] = saved
    st.session_state[_TOKEN] = st.session_state.get(_TOKEN, 0) + 1


def close_project() -> None:
    """Have no project at hand."""
    st.session_state.pop(CURRENT, None)
    st.session_state.pop(_SAVED, None)
    st.query_params.pop(_PARAMETER, None)


def current() -> Saved | None:
    """Return the project at hand, from the session or from the link, or None."""
    if CURRENT not in st.session_state and st.query_params.get(_PARAMETER):
        try:
            open_project(st.query_params[_PARAMETER])
        except (NotFound, BadInput) as error:
            st.warning(str(error))
            st.query_params.pop(_PARAMETER)
    saved: Saved | None = st.session_state.get(_SAVED)
    if saved is not None:
        st.query_params[_PARAMETER] = saved.id
    return saved


def token() -> str:
    """Return what changes whenever tables must be read from the project anew."""
    return f"{st.session_state.get(CURRENT)}:{st.session_state.get(_TOKEN, 0)}"


def commit(project: AuditProject, *, reread: bool = False) -> None:
    """Save a change of the project at hand; in a conflict keep it as a copy and say so.

    Args:
        project: the changed project.
        reread: tables on the screen are drawn anew from the project.
    """
    saved: Saved = st.session_state[_SAVED]
    kept, conflict = repository().save_or_copy(saved.id, project, revision=saved.revision)
    st.session_state[_SAVED] = kept
    if conflict is not None:
        st.session_state[CURRENT] = kept.id
        st.session_state[_NOTICE] = f"{conflict}。{labels.CONFLICT_COPY.format(id=kept.id)}"
    if reread or conflict is not None:
        st.session_state[_TOKEN] = st.session_state.get(_TOKEN, 0) + 1


def valuations(project: AuditProject) -> dict[str, Valuation]:
    """Return the valuation of every option; a fault in one is shown and stops the page."""
    try:
        return value_all(project)
    except BadInput as error:
        st.error(str(error))
        st.stop()


def header(title: str) -> Saved:
    """Draw title, project and steps of a page that needs a project; stop the page without one."""
    st.title(title, anchor=False)
    notice = st.session_state.pop(_NOTICE, None)
    if notice:
        st.warning(notice)
    saved = current()
    if saved is None:
        st.info(labels.NO_PROJECT)
        st.stop()
    project = saved.project
    example = f" · :orange-badge[{labels.EXAMPLE}]" if project.is_example else ""
    st.caption(labels.AT_HAND.format(name=project.profile.name, id=saved.id, at=saved.saved_at) + example)
    pages = st.session_state.get(labels.PAGE_OBJECTS, {})
    with st.container(horizontal=True):
        for step in steps(project, valuations(project)):
            shown = f"**{step.label}** :gray[{step.detail}]"
            if step.key in pages:
                st.page_link(pages[step.key], label=shown, icon=_ICONS[step.state])
            else:
                st.markdown(f"{_ICONS[step.state]} {shown}")
    return saved
