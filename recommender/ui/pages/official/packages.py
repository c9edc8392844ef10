"""Packages for experts outside the intranet: made as one ZIP, and the filled sheets read back."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from catalog.errors import QingyuanError
from catalog.people import Person
from catalog.review.desk import REVIEW_STATES, Kept
from catalog.review.experts import ExpertRegister
from catalog.review.packages import PackageReading, read_packages, write_packages
from catalog.review.scoring import saved_score
from recommender.ui import components, identity
from recommender.ui import official_labels as labels
from recommender.ui.pages.official.archives import packed, unpack_sheets

_MADE, _READ = "packages_made", "packages_read"


def draw(visible: Sequence[Kept], person: Person) -> None:
    """Draw both halves; nothing without a dossier under review."""
    waiting = [kept for kept in visible if kept.dossier.state in REVIEW_STATES]
    if not waiting:
        return
    with st.expander(labels.PACKAGES, expanded=_READ in st.session_state):
        _hand_out(waiting, person)
        st.divider()
        _take_back(person)


def _hand_out(waiting: Sequence[Kept], person: Person) -> None:
    st.caption(labels.PACKAGES_HELP)
    rounds = sorted({kept.dossier.round for kept in waiting})
    round_ = rounds[-1]
    if len(rounds) > 1:
        round_ = st.segmented_control(
            labels.PACKAGES_ROUND, rounds, default=round_, format_func=lambda one: f"第 {one} 轮",
            required=True,
        )  # fmt: skip
    open_ = _open(waiting, round_)
    experts, sheets = len({expert for _, expert in open_}), len(open_)
    st.markdown(labels.PACKAGES_OPEN.format(round=round_, experts=experts, sheets=sheets))
    if st.button(labels.PACKAGES_MAKE.format(round=round_), disabled=not open_):
        try:
            content = _packages(round_, person)
        except QingyuanError as error:
            st.error(components.plain(str(error)))
            return
        st.session_state[_MADE] = (round_, open_, content)
        st.rerun()
    made_round, made_for, content = st.session_state.get(_MADE, (None, None, b""))
    if (made_round, made_for) == (round_, open_) and open_:
        st.download_button(
            labels.PACKAGES_DOWNLOAD, content, file_name=labels.PACKAGES_FILE.format(round=round_),
            mime="application/zip", on_click="ignore", type="primary",
        )  # fmt: skip


def _open(waiting: Sequence[Kept], round: int) -> tuple[tuple[str, str], ...]:
    """Return dossier and expert of every sheet still to come in a round."""
    return tuple(
        sorted(
            (kept.id, asked.expert_id)
            for kept in waiting
            if kept.dossier.round == round
            for asked in kept.dossier.assignments
            if asked.round == round
            and not asked.recused
            and saved_score(kept.dossier, asked.expert_id, round=round) is None
        )
    )


def _packages(round: int, person: Person) -> bytes:
    desk = identity.desk()
    with tempfile.TemporaryDirectory() as folder:
        write_packages(desk, Path(folder), round=round, register=ExpertRegister(desk.store), person=person)
        return packed(Path(folder))


def _take_back(person: Person) -> None:
    uploads = st.file_uploader(labels.PACKAGES_BACK, type=["zip", "xlsx"], accept_multiple_files=True)
    if st.button(labels.PACKAGES_READ, disabled=not uploads):
        try:
            reading = _reading([(one.name, one.getvalue()) for one in uploads], person)
        except QingyuanError as error:
            st.session_state.pop(_READ, None)
            st.error(components.plain(str(error)))
            return
        st.session_state[_READ] = reading
        st.rerun()
    told: PackageReading | None = st.session_state.get(_READ)
    if told is not None:
        _told(told)


def _reading(uploads: Sequence[tuple[str, bytes]], person: Person) -> PackageReading:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        faults = unpack_sheets(uploads, folder)
        if not any(folder.iterdir()):
            return PackageReading((), (), faults)
        found = read_packages(identity.desk(), folder, person)
    return PackageReading(found.accepted, found.skipped, (*faults, *found.problems))


def _told(reading: PackageReading) -> None:
    """Tell what is to be looked at first, then what was read in; many sheets scroll in a table."""
    names = {expert.id: expert.name for expert in ExpertRegister(identity.desk().store).list()}
    for draw_lines, title, lines in (
        (st.warning, labels.PACKAGES_PROBLEMS, list(reading.problems)),
        (st.info, labels.PACKAGES_SKIPPED, list(reading.skipped)),
    ):
        if lines:
            draw_lines(f"{title.format(count=len(lines))}\n\n{components.bullets(lines)}")
    if reading.accepted:
        st.success(labels.PACKAGES_ACCEPTED.format(count=len(reading.accepted)))
        rows = [
            (one.dossier_id, names.get(one.expert_id, one.expert_id), one.round, round(one.total, 2))
            for one in reading.accepted
        ]
        st.dataframe(
            [dict(zip(labels.PACKAGES_COLUMNS, row, strict=True)) for row in rows],
            hide_index=True,
            width="stretch",
        )
