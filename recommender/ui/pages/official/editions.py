"""目录与发布: freeze an edition, what changed, flags, history of a number, the published set."""

from __future__ import annotations

import streamlit as st

from catalog.editions import shelf
from catalog.editions.diff import affected_projects, difference, shown
from catalog.editions.edition import Edition
from catalog.editions.flags import flags
from catalog.editions.history import history
from catalog.errors import BadInput
from catalog.people import may
from recommender.ui import components, identity
from recommender.ui import official_labels as labels
from recommender.ui.pages.official import freezing, publishing


def page() -> None:
    """Draw the page."""
    person = identity.choose(labels.PAGES["editions"])
    known = shelf.editions()
    if not known:
        st.info(labels.EDITION_NONE)
    if may(person.role, "edition.freeze"):
        with st.expander(labels.FREEZE, expanded=not known):
            freezing.draw(person, known)
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
        publishing.draw(edition, before)


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
