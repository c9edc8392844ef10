"""Parts that more than one page draws."""

from __future__ import annotations

import re

import streamlit as st

from catalog import Catalog, Technology, display
from catalog.fields import NONE_KNOWN_LABEL, UNKNOWN_LABEL, label
from recommender.ui import labels

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>$~:])")


def plain(text: str) -> str:
    """Return ``text`` with every character that markdown would read escaped."""
    return _MARKDOWN.sub(r"\\\1", text)


def highlight(text: str, exact: list[str], related: list[str]) -> str:
    """Return markdown with exact words on green and related words on orange."""
    styles = {word.lower(): "orange" for word in related} | {word.lower(): "green" for word in exact}
    words = sorted((word for word in styles if word in text.lower()), key=len, reverse=True)
    if not words:
        return plain(text)
    pieces = re.split("(" + "|".join(re.escape(word) for word in words) + ")", text, flags=re.IGNORECASE)
    return "".join(
        f":{styles[piece.lower()]}-background[{plain(piece)}]" if piece.lower() in styles else plain(piece)
        for piece in pieces
    )


def bullets(items: list[str]) -> str:
    """Return a markdown list."""
    return "\n".join(f"- {plain(item)}" for item in items)


@st.dialog(labels.DETAIL_TITLE, width="large")
def detail_dialog(catalog: Catalog, technology: Technology) -> None:
    """Show a whole record over the page."""
    draw_detail(catalog, technology)


def draw_detail(catalog: Catalog, technology: Technology) -> None:
    """Draw a whole record."""
    t, codes = technology, catalog.codes
    st.subheader(f"{t.name}", anchor=False)
    st.caption(f"{t.id} · {plain(t.name_en)} · {'、'.join(t.aliases)}")
    st.write(plain(t.summary))
    st.markdown(f"**{label('principle')}** {plain(t.principle)}")
    facts = {
        label("stage"): codes.label("stages", t.stage),
        label("measure_tags"): "、".join(codes.labels("measure_tags", t.measure_tags)),
        label("audit_aspects"): "、".join(codes.labels("audit_aspects", t.audit_aspects)),
        label("industries"): "、".join(codes.labels("industries", t.industries)),
        label("cross_industry"): "、".join(codes.labels("cross_industry", t.cross_industry)),
        label("media"): "、".join(codes.labels("media", t.media)),
        label("pollutants"): "、".join(codes.labels("pollutants", t.pollutants)),
        label("maturity"): display.maturity(t, codes),
        label("cost_class"): f"{display.cost_class(t, codes)}：{t.cost_class.reason}",
        label("investment"): display.amounts(t.investment),
        label("operating_cost"): display.amounts(t.operating_cost),
        label("payback_years"): display.payback(t.payback_years),
        label("hazards"): "、".join(codes.labels("hazards", t.hazards)),
        label("approvals"): "、".join(
            f"{codes.label('approvals', a.kind)}（{codes.label('approval_states', a.state)}）"
            for a in t.approvals
        ),
    }
    st.markdown("\n".join(f"- **{k}**：{plain(v or '—')}" for k, v in facts.items()))
    st.markdown(f"**{label('starting_situation')}** {plain(t.applicability.starting_situation)}")
    st.markdown(f"**{label('preconditions')}**\n{bullets(t.applicability.preconditions)}")
    st.markdown(f"**{label('not_suitable')}**\n{bullets(t.applicability.not_suitable)}")
    window = [display.operating_window(w) for w in t.applicability.operating_window]
    st.markdown(f"**{label('operating_window')}**\n{bullets(window or [UNKNOWN_LABEL])}")
    positive = [display.effect(e) for e in t.effects if e.sign == "positive"]
    negative = [display.effect(e) for e in t.effects if e.sign == "negative"]
    st.markdown(f"**{label('effects')}**\n{bullets(positive or [UNKNOWN_LABEL])}")
    st.markdown(f"**{label('side_effects')}**\n{bullets(negative or [NONE_KNOWN_LABEL])}")
    for case in t.cases:
        st.markdown(f"- {plain(case.site)}：{plain(case.result)}")
    for field in ("alternatives", "conflicts_with", "requires"):
        names = [f"{catalog[i].name}（{i}）" for i in getattr(t, field)]
        if names:
            st.markdown(f"**{label(field)}** {plain('、'.join(names))}")
    citations = [display.citation(s, catalog.policy) for s in t.sources]
    st.markdown(f"**{label('sources')}**\n{bullets(citations or ['—'])}")
    notes = dict.fromkeys(catalog.policy.documents[s.doc].state_note for s in t.sources)
    st.caption("；".join(notes))
    negative = [display.listing(entry, codes) for entry in t.listed_in if not entry.is_praise]
    checked = "；".join(negative) or labels.NEGATIVE_UNCHECKED
    st.markdown(f"**{labels.NEGATIVE_TITLE}** {plain(checked)}")
    if t.listed_in:
        listed = [display.listing(entry, codes) for entry in t.listed_in]
        st.markdown(f"**{label('listed_in')}**\n{bullets(listed)}")
    if t.publications:
        works = [display.publication(p) for p in t.publications]
        st.markdown(f"**{label('publications')}**\n{bullets(works)}")
