"""Publishing an edition: who sends the documents, the whole set as ZIP, single files by kind."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

import streamlit as st
from pydantic import BaseModel

from catalog.editions.edition import Edition
from catalog.errors import QingyuanError
from catalog.parsing import parsed
from catalog.publish.dispatch import FOLDERS, Bundle, archive, papers_of, whole_set
from catalog.publish.settings import (
    NoticeSettings,
    kind_of,
    proposed,
    settings_bytes,
    settings_of,
    text_of,
)
from recommender.ui import components, identity
from recommender.ui import official_labels as labels

_MADE = "published_set"
_COLUMNS = 3


def draw(edition: Edition, before: Edition | None) -> None:
    """Draw the settings of the sender, and what was made with them.

    Args:
        edition: the edition to publish.
        before: the edition it replaces.
    """
    st.markdown(f"**{labels.PUBLISH}**")
    style = st.segmented_control(
        labels.STYLE, list(labels.STYLES), default="mee", format_func=labels.STYLES.__getitem__
    )
    settings = _form(edition, _uploaded() or proposed(edition))
    if settings is not None:
        _make(edition, before, settings, style or "mee")
    of, made, used, package = st.session_state.get(_MADE, (None, None, None, b""))
    if made is not None and of == edition.fingerprint:
        _downloads(edition, made, used, package)


def _uploaded() -> NoticeSettings | None:
    upload = st.file_uploader(labels.SETTINGS_UPLOAD, type=["yaml", "yml"], key="settings_file")
    if upload is None:
        return None
    try:
        return settings_of(upload.getvalue(), where=upload.name)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return None


def _form(edition: Edition, start: NoticeSettings) -> NoticeSettings | None:
    """Draw the settings to be changed; return them when the set is asked for and nothing is wrong."""
    digest = hashlib.sha256(settings_bytes(start)).hexdigest()[:12]
    with st.form(f"settings_{edition.year}_{digest}"):
        st.caption(labels.SETTINGS_HELP)
        values = _fields(start, f"settings_{edition.year}_{digest}")
        wanted = st.form_submit_button(labels.PUBLISH, type="primary")
    if not wanted:
        return None
    try:
        return parsed(NoticeSettings, values, where=labels.SETTINGS)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return None


def _fields(part: BaseModel, key: str) -> dict[str, Any]:
    """Draw a widget a field and return the values by name; a part within stands under its own heading."""
    fields = type(part).model_fields
    values: dict[str, Any] = {}
    plain = [name for name in fields if not isinstance(getattr(part, name), BaseModel)]
    columns = st.columns(_COLUMNS)
    for place, name in enumerate(plain):
        with columns[place % _COLUMNS]:
            values[name] = _widget(part, name, f"{key}_{name}")
    for name, field in fields.items():
        if name not in plain:
            st.markdown(f"**{field.description}**")
            values[name] = _fields(getattr(part, name), f"{key}_{name}")
    return values


def _widget(part: BaseModel, name: str, key: str) -> str | int | datetime.date | None:
    field, value = type(part).model_fields[name], getattr(part, name)
    label = field.description or name
    kind = kind_of(field)
    if kind == "day":
        day: datetime.date | None = st.date_input(label, value, key=key)
        return day
    if kind == "number":
        number: int | None = st.number_input(label, value=value, min_value=1, step=1, key=key)
        return number
    return st.text_input(label, text_of(name, value), key=key)


def _make(edition: Edition, before: Edition | None, settings: NoticeSettings, style: str) -> None:
    try:
        with st.status(labels.PUBLISHING):
            papers = papers_of(edition, identity.desk().store, before=before, settings=settings)
            made = whole_set(papers, style=style)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    st.session_state[_MADE] = (edition.fingerprint, made, settings, archive(made.files))


def _downloads(edition: Edition, made: Bundle, settings: NoticeSettings, package: bytes) -> None:
    if made.left_out:
        st.warning(components.plain("\n\n".join(made.left_out)))
    left, right = st.columns(2)
    left.download_button(
        labels.PUBLISH_ALL, package, file_name=f"{edition.title}.zip", mime="application/zip",
        on_click="ignore", type="primary", width="stretch",
    )  # fmt: skip
    right.download_button(
        labels.SETTINGS_DOWNLOAD, settings_bytes(settings), file_name=labels.SETTINGS_FILE,
        on_click="ignore", width="stretch",
    )  # fmt: skip
    kinds = [folder for folder in FOLDERS if any(name.startswith(f"{folder}/") for name in made.files)]
    kind = st.segmented_control(
        labels.PUBLISHED_KIND, kinds, default=kinds[0], format_func=lambda one: one.partition("_")[2]
    )
    for name, content in made.files.items():
        if name.startswith(f"{kind}/"):
            shown = name.rpartition("/")[2]
            st.download_button(
                labels.DOWNLOAD.format(name=shown), content, file_name=shown, key=f"published_{name}",
                on_click="ignore",
            )  # fmt: skip
