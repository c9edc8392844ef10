"""关于: what is in the catalogue, which model and index are in use."""

from __future__ import annotations

from collections import Counter

import altair as alt
import pandas as pd
import streamlit as st

from catalog import Catalog
from recommender.ui import labels, state


def page() -> None:
    """Draw the page."""
    engine = state.engine()
    catalog = engine.catalog
    state.keep()
    st.title(labels.PAGES["about"], anchor=False)
    st.write(labels.ABOUT_TEXT)
    _counts(catalog)
    st.subheader(labels.ABOUT_BY_INDUSTRY, anchor=False)
    _bars(_by_division(catalog))
    st.subheader(labels.ABOUT_BY_COLUMN, anchor=False)
    _bars(_by_column(catalog))
    st.subheader(labels.ABOUT_DOCUMENTS, anchor=False)
    documents = list(catalog.policy.documents.values())
    st.table(
        {
            "文件": [d.title for d in documents],
            "文号": [d.number for d in documents],
            "发布机关": [d.issuer for d in documents],
            "状态": [f"{d.state}（{d.state_note}）" for d in documents],
        }
    )
    st.subheader(labels.ABOUT_MODEL, anchor=False)
    st.markdown(
        f"- 模型：{engine.encoder.name}，版本 `{engine.encoder.revision}`，{engine.encoder.dimension} 维\n"
        f"- 目录指纹：`{catalog.fingerprint}`\n"
        f"- 参与推荐的技术：{len(engine.ids)} 条"
    )
    st.caption(labels.ABOUT_LICENCE)


def _counts(catalog: Catalog) -> None:
    with_effect = sum(
        any(e.quantity != "unknown" and e.source for e in t.effects) for t in catalog.technologies
    )
    rows = [r for r in catalog.policy.coverage(catalog.technologies) if r.term.scope == "industry"]
    covered = sum(bool(row.record_ids) for row in rows)
    values = (
        str(len(catalog)), str(len(catalog.family_ids)), str(with_effect), f"{covered}/{len(rows)}"
    )  # fmt: skip
    for column, name, value in zip(st.columns(4), labels.ABOUT_COUNTS, values, strict=True):
        column.metric(name, value)


def _by_division(catalog: Catalog) -> Counter[str]:
    counts: Counter[str] = Counter()
    for t in catalog.technologies:
        counts.update({code[:2] for code in t.industries})
    vocabulary = catalog.codes["industries"]
    return Counter({f"{code} {vocabulary.label(code)}": n for code, n in counts.items()})


def _by_column(catalog: Catalog) -> Counter[str]:
    counts: Counter[tuple[str, str]] = Counter()
    for t in catalog.technologies:
        counts.update({(s.doc, s.place) for s in t.sources if s.place.startswith("专栏")})
    documents = catalog.policy.documents
    return Counter({f"{documents[doc].short_title} {place}": n for (doc, place), n in counts.items()})


def _bars(counts: Counter[str]) -> None:
    frame = pd.DataFrame(counts.most_common(), columns=["name", "count"])
    base = alt.Chart(frame).encode(
        y=alt.Y("name:N", sort="-x", title=None, axis=alt.Axis(labelLimit=320)),
        x=alt.X("count:Q", title=None, axis=alt.Axis(tickMinStep=1)),
    )
    chart = base.mark_bar(color="#1f7a4d") + base.mark_text(align="left", dx=4).encode(text="count:Q")
    st.altair_chart(chart)
