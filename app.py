"""The app: ``streamlit run app.py``. Router only; the pages live in recommender/ui/pages."""

from __future__ import annotations

import streamlit as st

from catalog import CatalogError
from recommender.ui import labels
from recommender.ui.pages import about, browse, match

st.set_page_config(page_title=labels.PAGE_TITLE, page_icon=":material/eco:", layout="wide")
navigation = st.navigation(
    [
        st.Page(match.page, title=labels.PAGES["match"], url_path="match", default=True),
        st.Page(browse.page, title=labels.PAGES["browse"], url_path="browse"),
        st.Page(about.page, title=labels.PAGES["about"], url_path="about"),
    ],
    position="top",
)
try:
    navigation.run()
except CatalogError as error:
    st.error(str(error))
