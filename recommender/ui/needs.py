"""On the matching page: what no technology answers well can be left as a need, if the user agrees."""

from __future__ import annotations

import streamlit as st

from catalog.errors import QingyuanError
from recommender.demand.needs import as_lines, prepare, submit
from recommender.engine import MatchResult
from recommender.query import Filters
from recommender.ui import components, identity, state
from recommender.ui import official_labels as labels


def offer(result: MatchResult) -> None:
    """Draw the offer below a result without a strong match; nothing is written before consent."""
    if result.query.filters != Filters() or any(match.level == "strong" for match in result.matches):
        return
    catalog = state.engine().catalog
    with st.popover(labels.NEED_LEAVE):
        enterprise = st.text_input(labels.NEED_ENTERPRISE, key="need_enterprise")
        classes = {row.code: row.label for row in catalog.codes["plus_classes"]}
        chosen = st.selectbox(
            labels.NEED_CLASS,
            ["", *classes],
            format_func=lambda code: classes.get(code, labels.NEED_CLASS_PROPOSED),
            key="need_class",
        )
        try:
            need = prepare(result, catalog=catalog, enterprise=enterprise, plus_class=chosen or None)
        except QingyuanError as error:
            st.caption(components.plain(str(error)))
            return
        st.caption(labels.NEED_TEXT)
        st.markdown(components.bullets(as_lines(need, catalog.codes)))
        consent = st.checkbox(labels.NEED_CONSENT, key="need_consent")
        if st.button(labels.NEED_SUBMIT, disabled=not consent):
            try:
                kept = submit(identity.desk().store, need, consent=consent)
            except QingyuanError as error:
                st.error(components.plain(str(error)))
            else:
                st.success(labels.NEED_SAVED.format(id=kept.id))
