"""The scoring sheet of an expert on screen."""

from __future__ import annotations

import streamlit as st

from catalog.errors import QingyuanError
from catalog.people import Person
from catalog.review import assignment, scoring
from catalog.review.desk import REVIEW_STATES, Kept
from catalog.review.scoring import VERDICT_LABELS
from recommender.ui import components, identity
from recommender.ui import official_labels as labels


def draw(kept: Kept, person: Person) -> None:
    """Draw the sheet of the expert at the screen, filled once, and the way to step back."""
    dossier = kept.dossier
    if dossier.state not in REVIEW_STATES:
        return
    saved = scoring.saved_score(dossier, person.unit, round=dossier.round)
    criteria = scoring.load_criteria()
    with st.form(f"score_{kept.id}_{dossier.round}"):
        st.markdown(f"**{labels.SCORING}**（第 {dossier.round} 轮）")
        points = {
            one.code: st.number_input(
                f"{one.label}（0–{one.max:g}，权重 {one.weight:g}）", 0.0, float(one.max),
                saved.points[one.code] if saved else None, help=one.note or None, disabled=saved is not None,
            )
            for one in criteria.criteria
        }  # fmt: skip
        opinion = st.text_area(
            labels.SCORING_OPINION, saved.opinion if saved else "", disabled=saved is not None
        )
        verdict = st.selectbox(
            labels.SCORING_VERDICT, list(VERDICT_LABELS),
            index=list(VERDICT_LABELS).index(saved.verdict) if saved else 0,
            format_func=lambda code: VERDICT_LABELS[code],
            disabled=saved is not None,
        )  # fmt: skip
        pressed = st.form_submit_button(labels.SCORING_SAVE, type="primary", disabled=saved is not None)
    if pressed:
        try:
            score = scoring.validated_score(
                points, criteria, expert_id=person.unit, round=dossier.round, opinion=opinion, verdict=verdict
            )
            scoring.submit_score(identity.desk(), kept.id, person, score)
        except QingyuanError as error:
            st.error(components.plain(str(error)))
        else:
            st.rerun()
    reason = st.text_input(labels.RECUSE_REASON, key=f"recuse_{kept.id}")
    if st.button(labels.RECUSE):
        try:
            assignment.recuse(identity.desk(), kept.id, person.unit, person, reason)
        except QingyuanError as error:
            st.error(components.plain(str(error)))
        else:
            st.rerun()
