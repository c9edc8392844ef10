"""Session keys, shared resources, and the search kept in the link."""

from __future__ import annotations

import streamlit as st

from catalog import Codes
from recommender.engine import RecommenderEngine
from recommender.query import Filters
from recommender.ui import labels

TEXT = "match_text"
INDUSTRY = "match_industry"
ASKED = "match_asked"
COMPARED = "match_compared"
CONSTRAINTS = "match_constraints"
ANSWER = "match_answer"
FACET_PREFIX = "match_facet_"

_TEXT_PARAMETER = "q"
_INDUSTRY_PARAMETER = "industry"
_KEPT_PARAMETERS = ("project",)
_MAX_LINK_TEXT = 2000


@st.cache_resource(show_spinner=labels.LOADING)
def engine() -> RecommenderEngine:
    """Return the one read-only engine of this process."""
    return RecommenderEngine.open()


def restore_from_link(codes: Codes) -> list[str]:
    """Fill the widgets from the link at the first run of a session; return warnings."""
    if ASKED in st.session_state:
        return []
    parameters = st.query_params
    warnings = []
    st.session_state[ASKED] = bool(parameters.get(_TEXT_PARAMETER))
    st.session_state[TEXT] = parameters.get(_TEXT_PARAMETER, "")
    st.session_state[COMPARED] = []
    industry = parameters.get(_INDUSTRY_PARAMETER)
    if industry:
        st.session_state[INDUSTRY] = codes["industries"].find(industry) or industry
        if codes["industries"].find(industry) is None:
            warnings.append(labels.UNKNOWN_INDUSTRY_LINK.format(value=industry[:40]))
    for facet, (_, vocabulary) in labels.FACETS.items():
        values = parameters.get_all(facet)
        known = [value for value in values if value in codes[vocabulary]]
        st.session_state[FACET_PREFIX + facet] = known
        warnings += [labels.BAD_FILTER_LINK.format(value=v[:40]) for v in values if v not in known]
    return warnings


def keep() -> None:
    """Keep widget values of this page when another page is shown."""
    for key in (TEXT, INDUSTRY, *(FACET_PREFIX + facet for facet in labels.FACETS)):
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


def write_link(text: str, industry: str | None, filters: Filters) -> None:
    """Write the search into the link, so that it can be sent."""
    st.query_params.from_dict(
        {
            _TEXT_PARAMETER: text[:_MAX_LINK_TEXT],
            **({_INDUSTRY_PARAMETER: industry} if industry else {}),
            **{facet: sorted(getattr(filters, facet)) for facet in labels.FACETS},
            **{name: st.query_params[name] for name in _KEPT_PARAMETERS if name in st.query_params},
        }
    )


def chosen_filters() -> Filters:
    """Return the filters chosen on the screen."""
    return Filters(
        **{facet: frozenset(st.session_state.get(FACET_PREFIX + facet) or []) for facet in labels.FACETS}
    )
