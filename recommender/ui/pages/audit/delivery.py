"""交付: the files of the hand-over, one by one or in one archive."""

from __future__ import annotations

import datetime
import io
import zipfile

import streamlit as st

from catalog.errors import BadInput
from catalog.publish.word import same_bytes
from recommender.audit.delivery import package_files
from recommender.audit.screening import open_points
from recommender.ui import audit_labels as labels
from recommender.ui import components, projects, state

_FILES = "delivery_files"


def page() -> None:
    """Draw the page."""
    saved = projects.header(labels.PAGES["delivery"])
    values = projects.valuations(saved.project)
    st.write(labels.DELIVERY_NOTE)
    points = open_points(saved.project, values)
    if points:
        with st.expander(f"{labels.OPEN_POINTS}（{len(points)}）"):
            st.markdown(components.bullets(list(points)))
    template = st.segmented_control(
        labels.TEMPLATE, list(labels.TEMPLATES), default="manual", format_func=labels.TEMPLATES.__getitem__
    )
    if st.button(labels.PREPARE, type="primary"):
        today = datetime.datetime.now().astimezone().date()
        with st.status(labels.PREPARING):
            try:
                files = package_files(
                    state.engine(), saved.project, template=template or "manual", today=today
                )
            except BadInput as error:
                st.error(components.plain(str(error)))
                return
        st.session_state[_FILES] = (saved.id, saved.revision, files)
    of, revision, files = st.session_state.get(_FILES, (None, None, {}))
    if of != saved.id or revision != saved.revision:
        return
    st.download_button(
        labels.DOWNLOAD_ALL, _archive(files), file_name=f"{saved.project.profile.name}.zip",
        mime="application/zip", on_click="ignore", type="primary",
    )  # fmt: skip
    for name, content in files.items():
        st.download_button(
            labels.DOWNLOAD.format(name=name), content, file_name=name, on_click="ignore", key=f"file_{name}"
        )


def _archive(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return same_bytes(stream.getvalue())
