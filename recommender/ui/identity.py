"""Who sits at the screen: name, role and unit, chosen until accounts arrive."""

from __future__ import annotations

import streamlit as st

from catalog.people import ROLE_LABELS, ROLES, Person
from catalog.review.desk import Desk
from catalog.store import Store, default_url
from recommender.ui import official_labels as labels

_NAME, _ROLE, _UNIT = "who_name", "who_role", "who_unit"


@st.cache_resource
def _desk(url: str) -> Desk:
    return Desk(Store.open(url))


def desk() -> Desk:
    """Return the desk of this machine."""
    return _desk(default_url())


def choose(title: str) -> Person:
    """Draw the title of a page and who acts; stop the page until a name is given."""
    st.title(title, anchor=False)
    for key in (_NAME, _ROLE, _UNIT):  # kept when another page is shown
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]
    with st.container(border=True):
        columns = st.columns([1, 2, 2])
        name = columns[0].text_input(labels.WHO_NAME, key=_NAME)
        role = columns[1].segmented_control(
            labels.WHO_ROLE, ROLES, format_func=ROLE_LABELS.__getitem__, key=_ROLE
        )
        unit = columns[2].text_input(labels.WHO_UNIT, key=_UNIT)
    if not name.strip() or role is None:
        st.info(labels.WHO_FIRST)
        st.stop()
    return Person(name.strip(), role, unit.strip())
