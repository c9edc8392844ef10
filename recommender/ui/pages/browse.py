"""技术目录: browse and filter the whole catalogue."""

from __future__ import annotations

import streamlit as st

from catalog import Catalog, Technology
from catalog.codes import fold
from catalog.export import csv_bytes, table, to_xlsx
from catalog.fields import label
from recommender.ui import components, labels, state

_MOST_CARDS = 30
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page() -> None:
    """Draw the page."""
    catalog = state.engine().catalog
    state.keep()
    st.title(labels.PAGES["browse"], anchor=False)
    st.write(labels.BROWSE_INTRO.format(count=len(catalog)))
    chosen = _choose(catalog)
    if not chosen:
        st.info(labels.BROWSE_NONE)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.markdown(labels.BROWSE_LEFT.format(count=len(chosen)), width="content")
        view = st.segmented_control(
            labels.BROWSE_VIEW,
            [labels.VIEW_TABLE, labels.VIEW_CARDS],
            default=labels.VIEW_TABLE,
            label_visibility="collapsed",
        )
        st.download_button(
            labels.DOWNLOAD_CSV,
            lambda: csv_bytes(*table(catalog, chosen)),
            file_name="清洁生产技术目录.csv",
            mime="text/csv",
            on_click="ignore",
        )
        st.download_button(
            labels.DOWNLOAD_TABLE_XLSX,
            lambda: to_xlsx(catalog, chosen),
            file_name="清洁生产技术目录.xlsx",
            mime=_XLSX_TYPE,
            on_click="ignore",
        )
    if view == labels.VIEW_CARDS:
        _cards(catalog, chosen)
    else:
        _table(catalog, chosen)


def _choose(catalog: Catalog) -> list[Technology]:
    codes = catalog.codes
    columns = sorted({(s.doc, s.place) for t in catalog.technologies for s in t.sources})
    divisions = sorted({code[:2] for t in catalog.technologies for code in t.industries})
    left, middle, right, last = st.columns(4)
    place = left.selectbox(
        labels.BROWSE_COLUMN,
        columns,
        index=None,
        placeholder=labels.BROWSE_ANY,
        format_func=lambda pair: f"{catalog.policy.documents[pair[0]].short_title} {pair[1]}",
    )
    division = middle.selectbox(
        labels.BROWSE_INDUSTRY,
        divisions,
        index=None,
        placeholder=labels.BROWSE_ANY,
        format_func=lambda code: f"{code} {codes.label('industries', code)}",
    )
    stage = right.selectbox(
        labels.BROWSE_STAGE,
        [row.code for row in codes["stages"]],
        index=None,
        placeholder=labels.BROWSE_ANY,
        format_func=lambda code: codes.label("stages", code),
    )
    word = fold(last.text_input(labels.BROWSE_WORD))
    return [
        t
        for t in catalog.technologies
        if (place is None or any((s.doc, s.place) == place for s in t.sources))
        and (division is None or any(code[:2] == division for code in t.industries))
        and (stage is None or t.stage == stage)
        and (not word or any(word in fold(name) for name in (t.name, *t.aliases)))
    ]


def _table(catalog: Catalog, chosen: list[Technology]) -> None:
    codes = catalog.codes
    rows = {
        label("id"): [t.id for t in chosen],
        label("name"): [t.name for t in chosen],
        label("stage"): [codes.label("stages", t.stage) for t in chosen],
        label("industries"): ["、".join(codes.labels("industries", t.industries)) for t in chosen],
        label("summary"): [t.summary for t in chosen],
        label("maturity"): [codes.label("maturity_stages", t.maturity.stage) for t in chosen],
    }
    picked = st.dataframe(rows, hide_index=True, on_select="rerun", selection_mode="single-row", height=560)
    selected = picked["selection"]["rows"]
    if selected and st.button(f"{labels.BROWSE_OPEN}：{chosen[selected[0]].name}"):
        components.detail_dialog(catalog, chosen[selected[0]])


def _cards(catalog: Catalog, chosen: list[Technology]) -> None:
    for t in chosen[:_MOST_CARDS]:
        with st.container(border=True):
            st.markdown(f"**{components.plain(t.name)}**  `{t.id}`")
            st.write(components.plain(t.summary))
            if st.button(labels.DETAIL, key=f"card_{t.id}"):
                components.detail_dialog(catalog, t)
    if len(chosen) > _MOST_CARDS:
        st.caption(labels.BROWSE_LEFT.format(count=len(chosen)) + f"，此处列出前 {_MOST_CARDS} 条")
