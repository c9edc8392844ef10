"""Recusal entered by the authority for an expert outside, and who takes over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from catalog.errors import QingyuanError
from catalog.people import Person
from catalog.review.assignment import Choice, recuse, save_assignments
from catalog.review.desk import REVIEW_STATES, Kept
from catalog.review.experts import Expert
from catalog.review.scoring import saved_score
from recommender.ui import components, identity
from recommender.ui import official_labels as labels

_OFFER, _SAID = "recusal_offer", "recusal_said"


@dataclass(frozen=True)
class Asked:
    """A dossier under review that an expert is asked to score in its round."""

    kept: Kept
    scored: bool


Load = Mapping[str, tuple[Asked, ...]]
"""Expert -> dossiers of the round at hand."""


@dataclass(frozen=True)
class _Offer:
    """Who could take over a dossier somebody stepped back from."""

    choice: Choice
    round: int


def asked(dossiers: Iterable[Kept]) -> Load:
    """Return who is asked for what in the round at hand, without recusals."""
    found: dict[str, tuple[Asked, ...]] = {}
    for kept in dossiers:
        dossier = kept.dossier
        if dossier.state not in REVIEW_STATES:
            continue
        for one in dossier.assignments:
            if one.round == dossier.round and not one.recused:
                scored = saved_score(dossier, one.expert_id, round=dossier.round) is not None
                found[one.expert_id] = (*found.get(one.expert_id, ()), Asked(kept, scored))
    return found


def draw(experts: Sequence[Expert], person: Person, load: Load) -> None:
    """Draw the way to step back for somebody else, and the offer of a replacement."""
    names = {expert.id: expert.name for expert in experts}
    with st.expander(labels.RECUSAL, expanded=_OFFER in st.session_state or _SAID in st.session_state):
        for draw_line, text in st.session_state.pop(_SAID, ()):
            getattr(st, draw_line)(components.plain(text))
        _replacement(names, person)
        if not load:
            st.caption(labels.RECUSAL_NONE)
            return
        _form(names, person, load)


def _form(names: Mapping[str, str], person: Person, load: Load) -> None:
    left, right = st.columns(2)
    expert: str = left.selectbox(
        labels.EXPERT_CHOOSE, sorted(load), key="recusal_expert",
        format_func=lambda id: f"{id} {names.get(id, '')}",
    )  # fmt: skip
    own = {one.kept.id: one for one in load[expert]}
    id: str = right.selectbox(
        labels.RECUSAL_DOSSIER, sorted(own), key=f"recusal_dossier_{expert}",
        format_func=lambda id: f"{id} {own[id].kept.dossier.form.name}",
    )  # fmt: skip
    if own[id].scored:
        st.caption(labels.RECUSAL_SCORED)
    reason = st.text_input(labels.RECUSE_REASON, key=f"recusal_reason_{expert}_{id}")
    if not st.button(labels.RECUSAL_DO, key="recusal_do"):
        return
    try:
        done = recuse(identity.desk(), id, expert, person, reason)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    said = [("success", labels.RECUSAL_DONE.format(expert=names.get(expert, expert), id=id))]
    st.session_state.pop(_OFFER, None)
    if done.replacement is not None:
        st.session_state[_OFFER] = _Offer(done.replacement, done.kept.dossier.round)
    elif done.shortage is not None:
        why = "；".join(done.shortage.reasons) or labels.EXPERTS_NONE
        said.append(("warning", labels.RECUSAL_NOBODY.format(why=why)))
    st.session_state[_SAID] = said
    st.rerun()


def _replacement(names: Mapping[str, str], person: Person) -> None:
    offer: _Offer | None = st.session_state.get(_OFFER)
    if offer is None:
        return
    choice = offer.choice
    name = names.get(choice.expert_id, choice.expert_id)
    why = f"（{'，'.join(choice.reasons)}）" if choice.reasons else ""
    st.markdown(components.plain(f"{choice.dossier_id}：{name}可以接替{why}"))
    if not st.button(
        labels.RECUSAL_REPLACE.format(name=name, id=choice.expert_id), key="recusal_replace", type="primary"
    ):
        return
    st.session_state.pop(_OFFER)
    try:
        save_assignments(identity.desk(), [choice], person, round=offer.round)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    st.session_state[_SAID] = [("success", labels.RECUSAL_REPLACED.format(name=name, id=choice.dossier_id))]
    st.rerun()
