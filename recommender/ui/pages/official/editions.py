"""目录与发布: freeze an edition, what changed, flags, history of a number, the published set."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import streamlit as st

from catalog.editions import shelf
from catalog.editions.diff import affected_projects, difference, shown
from catalog.editions.edition import (
    Edition,
    Entry,
    Withdrawal,
    entry_of,
    entry_of_nomination,
    freeze,
    next_number,
)
from catalog.editions.flags import flags
from catalog.editions.history import history
from catalog.errors import BadInput, QingyuanError
from catalog.people import Person, may, require
from catalog.publish.issue import publish_set
from catalog.publish.word import same_bytes
from catalog.review.desk import Kept
from recommender.ui import components, identity, state
from recommender.ui import official_labels as labels
from recommender.ui.tables import Column, plain_editor

_FILES = "published_files"


def page() -> None:
    """Draw the page."""
    person = identity.choose(labels.PAGES["editions"])
    known = shelf.editions()
    if not known:
        st.info(labels.EDITION_NONE)
    if may(person.role, "edition.freeze"):
        with st.expander(labels.FREEZE, expanded=not known):
            _freeze(person, known)
    if not known:
        return
    by_year = {edition.year: edition for edition in known}
    year: int = (
        st.segmented_control(
            labels.EDITION, list(by_year), default=known[-1].year, format_func=lambda one: f"{one} 年"
        )
        or known[-1].year
    )
    edition = by_year[year]
    line = labels.EDITION_LINE.format(
        title=edition.title, count=len(edition.entries), fingerprint=edition.fingerprint[:16]
    )
    st.markdown(f"**{line}**" + (f" :orange-badge[{labels.EXAMPLE}]" if edition.is_example else ""))
    _entries(edition)
    before = next((one for one in reversed(known) if one.year < year), None)
    if before is not None:
        _difference(before, edition)
    _flags(edition)
    _history(known)
    if may(person.role, "edition.publish"):
        _publish(edition, before)


def _entries(edition: Edition) -> None:
    st.dataframe(
        [
            {
                "序号": entry.item, "编号": entry.number, "领域": entry.group, "技术名称": entry.name,
                "类别": entry.class_label, "适用范围": entry.scope,
            }
            for entry in edition.entries
        ],
        hide_index=True,
        width="stretch",
    )  # fmt: skip


def _listed(known: list[Edition]) -> list[Kept]:
    """Nominations that were listed and are in no edition yet."""
    used = {entry.dossier for edition in known for entry in edition.entries}
    return [kept for kept in identity.desk().all() if kept.dossier.state == "listed" and kept.id not in used]


def _freeze(person: Person, known: list[Edition]) -> None:
    catalog = state.engine().catalog
    columns = st.columns(4)
    year = columns[0].number_input(
        labels.FREEZE_YEAR, 2000, 2100, (known[-1].year + 1) if known else identity.desk().today().year
    )
    title = columns[1].text_input(labels.FREEZE_TITLE, labels.FREEZE_TITLE_VALUE.format(year=year))
    issuer = columns[2].text_input(labels.FREEZE_ISSUER)
    number = columns[3].text_input(labels.FREEZE_NUMBER)
    by_year: dict[int | None, Edition | None] = {None: None} | {
        one.year: one for one in known if one.year < year
    }
    chosen = st.selectbox(
        labels.FREEZE_BEFORE, list(by_year), index=len(by_year) - 1,
        format_func=lambda one: labels.FREEZE_NONE if one is None else f"{one} 年",
    )  # fmt: skip
    before = by_year[chosen]
    kept = [entry.number for entry in before.entries] if before else []
    records = {t.id: f"{t.id} {t.name}" for t in catalog.recommendable}
    carried = {entry.number: entry for entry in before.entries} if before else {}
    names = records | {number: f"{number} {entry.name}" for number, entry in carried.items()}
    numbers = st.multiselect(
        labels.FREEZE_RECORDS,
        list(names),
        kept,
        format_func=names.__getitem__,
        key=f"records_{year}_{chosen}",
    )
    listed = {one.id: one for one in _listed(known)}
    added = st.multiselect(
        labels.FREEZE_LISTED, list(listed), list(listed),
        format_func=lambda id: f"{id} {listed[id].dossier.form.name}",
    )  # fmt: skip
    st.markdown(f"**{labels.FREEZE_WITHDRAWN}**")
    gone = [number for number in kept if number not in numbers]
    withdrawn = plain_editor(
        f"withdrawn_{year}_{'_'.join(gone)}",
        [Column(field, label) for field, label in labels.WITHDRAWN_COLUMNS.items()],
        [{"number": one, "name": carried[one].name, "reason": ""} for one in gone],
    )
    if not st.button(labels.FREEZE_BUTTON, type="primary"):
        return
    try:
        require(person, "edition.freeze")
        entries = [_entry(one, carried) for one in numbers]
        entries += _nominated([listed[id] for id in added], [*names, *numbers])
        gone_with = tuple(_withdrawal(row) for row in withdrawn)
        edition = Edition(
            year=year, title=title, issuer=issuer, document_number=number, entries=tuple(entries),
            withdrawn=gone_with,
        )  # fmt: skip
        frozen = freeze(edition, before=before)
        shelf.keep(frozen)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    st.toast(labels.FROZEN.format(fingerprint=frozen.fingerprint[:16]))
    st.rerun()


def _withdrawal(row: dict[str, Any]) -> Withdrawal:
    if not (row["reason"] or "").strip():
        raise BadInput(f"{labels.FREEZE_WITHDRAWN}：{row['number']} {row['name']} 的理由为空，请填写")
    return Withdrawal(number=row["number"], name=row["name"] or "", reason=row["reason"].strip())


def _entry(number: str, carried: dict[str, Entry]) -> Entry:
    """Return a record as it is now, under the group and merged numbers it had."""
    catalog = state.engine().catalog
    before = carried.get(number)
    if number not in catalog:
        assert before is not None
        return before
    made = entry_of(catalog[number], catalog)
    if before is None:
        return made
    kept = {"group": before.group, "merged_numbers": before.merged_numbers or made.merged_numbers}
    return made.model_copy(update=kept)


def _nominated(chosen: list[Kept], taken: list[str]) -> list[Entry]:
    entries: list[Entry] = []
    for kept in chosen:
        number = kept.dossier.technology_id or next_number([*taken, *(entry.number for entry in entries)])
        entries.append(entry_of_nomination(kept.dossier.form, number=number, dossier=kept.id))
    return entries


def _difference(before: Edition, edition: Edition) -> None:
    st.markdown(f"**{labels.DIFF}**")
    try:
        found = difference(before, edition)
    except BadInput as error:
        st.error(components.plain(str(error)))
        return
    rows = [("新增", entry.number, entry.name, "", "", "") for entry in found.added]
    for change in found.changed:
        for one in change.told:
            rows.append(
                ("更名" if one.field == "name" else "变更", change.number, change.name, one.label,
                 shown(one.before, field=one.field), shown(one.after, field=one.field))
            )  # fmt: skip
    rows += [
        ("合并", number, "", "", "", f"并入 {target}") for number, target in sorted(found.merged.items())
    ]
    rows += [("退出", one.number, one.name, "理由", "", one.reason) for one in found.withdrawn]
    st.dataframe(
        [dict(zip(("类型", *labels.DIFF_COLUMNS), row, strict=True)) for row in rows],
        hide_index=True,
        width="stretch",
    )
    for id, name, numbers in affected_projects(identity.desk().store, found):
        st.warning(labels.AFFECTED.format(id=id, name=name, numbers="、".join(numbers)))


def _flags(edition: Edition) -> None:
    found = flags(edition)
    with st.expander(f"{labels.FLAGS}（{len(found)}）"):
        st.dataframe(
            [
                {"编号": one.number, "技术名称": one.name, "提示": one.label, "说明": one.text}
                for one in found
            ],
            hide_index=True,
            width="stretch",
        )


def _history(known: list[Edition]) -> None:
    with st.expander(labels.HISTORY_OF):
        names = {entry.number: entry.name for edition in known for entry in edition.entries}
        merged = {one for edition in known for entry in edition.entries for one in entry.merged_numbers}
        names |= {one: one for one in merged if one not in names}
        number = st.selectbox(
            labels.HISTORY_NUMBER, sorted(names), format_func=lambda one: f"{one} {names[one]}"
        )
        for step in history(number, known, store=identity.desk().store):
            st.markdown(f"- {step.when} **{step.what}** {components.plain(step.detail)}")


def _publish(edition: Edition, before: Edition | None) -> None:
    st.markdown(f"**{labels.PUBLISH}**")
    style = st.segmented_control(
        labels.STYLE, list(labels.STYLES), default="mee", format_func=labels.STYLES.__getitem__
    )
    if st.button(labels.PUBLISH, type="primary"):
        with st.status(labels.PUBLISHING):
            files = publish_set(edition, before=before, style=style or "mee")
        st.session_state[_FILES] = (edition.fingerprint, files)
    of, files = st.session_state.get(_FILES, (None, {}))
    if of != edition.fingerprint:
        return
    st.download_button(
        labels.PUBLISH_ALL, _archive(files), file_name=f"{edition.title}.zip", mime="application/zip",
        on_click="ignore", type="primary",
    )  # fmt: skip
    for name, content in files.items():
        st.download_button(labels.DOWNLOAD.format(name=name), content, file_name=name, on_click="ignore")


def _archive(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return same_bytes(stream.getvalue())
