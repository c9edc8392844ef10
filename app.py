"""The app: ``streamlit run app.py``. Router only; the pages live in recommender/ui/pages."""

from __future__ import annotations

import streamlit as st

from catalog.errors import QingyuanError
from recommender.ui import audit_labels, labels, official_labels
from recommender.ui.pages import about, audit, browse, match, official

st.set_page_config(page_title=labels.PAGE_TITLE, page_icon=":material/eco:", layout="wide")
audit_pages = {
    key: st.Page(page, title=audit_labels.PAGES[key], url_path=f"audit-{key}")
    for key, page in audit.PAGES.items()
}
st.session_state[audit_labels.PAGE_OBJECTS] = audit_pages
navigation = st.navigation(
    {
        audit_labels.SECTION_CATALOGUE: [
            st.Page(match.page, title=labels.PAGES["match"], url_path="match", default=True),
            st.Page(browse.page, title=labels.PAGES["browse"], url_path="browse"),
            st.Page(about.page, title=labels.PAGES["about"], url_path="about"),
        ],
        audit_labels.SECTION: list(audit_pages.values()),
        official_labels.SECTION: [
            st.Page(page, title=official_labels.PAGES[key], url_path=f"official-{key}")
            for key, page in official.PAGES.items()
        ],
    },
    position="top",
)
try:
    navigation.run()
except QingyuanError as error:
    st.error(str(error))
