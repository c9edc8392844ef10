"""供需对接: needs left by enterprises, the gap matrix, the draft call, how policy is carried out."""

from __future__ import annotations

import datetime

import streamlit as st

from catalog import display
from catalog.errors import QingyuanError
from catalog.people import Person, may
from catalog.sectors import load_sectors
from recommender.demand import gaps as gap_module
from recommender.demand import needs as need_module
from recommender.demand.export import demand_docx, demand_xlsx, supply_docx, supply_xlsx
from recommender.demand.needs import LEVEL_LABELS, STATE_LABELS, Kept
from recommender.ui import components, identity, state
from recommender.ui import official_labels as labels

_DOWNLOADS = {
    "技术需求目录.xlsx": demand_xlsx, "技术需求目录.docx": demand_docx,
    "技术供给目录.xlsx": supply_xlsx, "技术供给目录.docx": supply_docx,
}  # fmt: skip


def page() -> None:
    """Draw the page."""
    person = identity.choose(labels.PAGES["demand"])
    kept = need_module.all_needs(identity.desk().store)
    views = {labels.NEEDS: _needs, labels.GAPS: _gaps, labels.POLICY: _policy}
    chosen = st.segmented_control(
        labels.DEMAND_VIEW, list(views), default=labels.NEEDS, label_visibility="collapsed"
    )
    views[chosen or labels.NEEDS](kept, person)


def _needs(kept: list[Kept], person: Person) -> None:
    engine = state.engine()
    codes = engine.catalog.codes
    own = may(person.role, "demand.review")
    st.dataframe(
        [
            {
                "编号": one.id,
                "供需五类": codes.label("plus_classes", one.need.plus_class),
                "行业": codes.label("industries", one.need.industry)
                if one.need.industry
                else one.need.industry_text,
                "问题": one.need.text if own else labels.NEED_HIDDEN,
                "已有最好等级": LEVEL_LABELS[one.need.level],
                "状态": STATE_LABELS[one.need.state],
                "对应技术": "、".join(one.need.answered_by),
            }
            for one in kept
        ],
        hide_index=True,
        width="stretch",
    )
    with st.container(horizontal=True):
        for name, made in _DOWNLOADS.items():
            st.download_button(
                labels.DOWNLOAD.format(name=name),
                lambda made=made: made(engine, identity.desk().store),  # type: ignore[misc]
                file_name=name,
                on_click="ignore",
            )
    if not own:
        return
    if st.button(labels.NEED_REMATCH):
        found = need_module.rematch(identity.desk().store, engine)
        for one in found:
            names = "、".join(f"{engine.catalog[id].name}（{id}）" for id in one.technology_ids)
            st.success(f"{one.need_id}：{names}")
        if not found:
            st.info(labels.NEED_NONE_ANSWERED)
    waiting = {one.id: one for one in kept if one.need.state in need_module.OPEN}
    if waiting:
        _review(waiting, person)


def _review(waiting: dict[str, Kept], person: Person) -> None:
    chosen: str = st.selectbox(
        labels.NEEDS, list(waiting), format_func=lambda id: f"{id} {waiting[id].need.text[:40]}"
    )
    reason = st.text_input(labels.NEED_REASON, key=f"need_reason_{chosen}")
    with st.container(horizontal=True):
        for label, accept in ((labels.NEED_ACCEPT, True), (labels.NEED_REJECT, False)):
            if st.button(label):
                try:
                    need_module.review(identity.desk().store, chosen, person, accept=accept, reason=reason)
                except QingyuanError as error:
                    st.error(components.plain(str(error)))
                else:
                    st.rerun()


def _gaps(kept: list[Kept], person: Person) -> None:
    engine = state.engine()
    sectors = load_sectors(engine.catalog.codes)
    found = gap_module.gap_matrix(engine.catalog, sectors, [one.need for one in kept], engine=engine)
    header, rows = gap_module.gap_table(found)
    if rows:
        st.dataframe([dict(zip(header, row, strict=True)) for row in rows], hide_index=True, width="stretch")
    year = datetime.datetime.now().astimezone().year
    call = gap_module.call_text(found, year)
    st.markdown(f"**{labels.CALL}**")
    for line in call:
        st.write(components.plain(line))
    header, rows = gap_module.record_table(found)
    with st.expander(labels.GAPS):
        st.dataframe([dict(zip(header, row, strict=True)) for row in rows], hide_index=True, width="stretch")
    st.download_button(
        labels.DOWNLOAD.format(name="缺口矩阵.xlsx"), lambda: gap_module.gap_xlsx(found, call=call),
        file_name="缺口矩阵.xlsx", on_click="ignore",
    )  # fmt: skip


def _policy(kept: list[Kept], person: Person) -> None:
    catalog = state.engine().catalog
    rows = []
    for row in catalog.policy.coverage(catalog.technologies):
        document = catalog.policy.documents[row.term.doc]
        rows.append(
            {
                "文件": document.short_title,
                "文号": f"{document.number}（{document.state}）",
                "章节": row.term.place,
                "文件用语": row.term.reading,
                "技术数": len(row.record_ids),
                "技术": "、".join(f"{catalog[id].name}（{id}）" for id in row.record_ids),
            }
        )
    st.dataframe(rows, hide_index=True, width="stretch")
    counted = [
        t
        for t in catalog.technologies
        if any(display.counts_for_green_factory(e, catalog.codes) for e in t.listed_in)
    ]
    st.caption(labels.POLICY_GREEN.format(count=len(counted), total=len(catalog)))
