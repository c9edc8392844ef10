"""评审: automatic checks, the steps of the flow, experts and scores; its parts lie beside it."""

from __future__ import annotations

import streamlit as st

from catalog.errors import QingyuanError
from catalog.people import Person, may
from catalog.review import assignment, scoring
from catalog.review.desk import REVIEW_STATES, Kept
from catalog.review.experts import ExpertRegister
from catalog.review.packages import anonymous_brief
from recommender.ui import components, dossiers, identity
from recommender.ui import official_labels as labels
from recommender.ui.pages.official import batch, checks, decisions, objections, packages, scoring_form

_CHOSEN, _ASSIGNED = "review_chosen", "review_assigned"


def page() -> None:
    """Draw the page."""
    person = identity.choose(labels.PAGES["review"])
    visible = [kept for kept in identity.desk().visible(person) if kept.dossier.state != "draft"]
    objections.draw_public(visible, person)
    if may(person.role, "review.first_check"):
        batch.draw(visible, person)
    if may(person.role, "review.assign"):
        _assign_all(visible, person)
        packages.draw(visible, person)
        try:
            _ranking(visible)
        except QingyuanError as error:
            st.error(components.plain(str(error)))
    if not visible:
        st.info(labels.LIST_EMPTY)
        return
    by_id = {kept.id: kept for kept in visible}
    if st.session_state.get(_CHOSEN) not in by_id:
        st.session_state[_CHOSEN] = visible[0].id
    chosen: str = st.selectbox(
        labels.CHOOSE, list(by_id), key=_CHOSEN,
        format_func=lambda id: f"{id} {by_id[id].dossier.form.name}",
    )  # fmt: skip
    kept = by_id[chosen]  # the state stands apart: a changed label would lose the choice
    st.markdown(f"**{kept.id}** · {labels.STATE.format(state=kept.state_label)}")
    if person.role == "expert":
        _brief(kept, anonymous=True)
        scoring_form.draw(kept, person)
        return
    _brief(kept)
    if may(person.role, "review.first_check"):
        _checks(kept, visible, person)
    if may(person.role, "review.see_scores"):
        _scores(kept)
        decisions.draw_visit(kept)
        decisions.draw_opinion(kept, person)
    objections.draw(kept, person)
    dossiers.moves(kept, person)
    dossiers.history(kept, person)


def _brief(kept: Kept, *, anonymous: bool = False) -> None:
    form = anonymous_brief(kept.dossier.form) if anonymous else kept.dossier.form
    with st.expander(labels.BRIEF if anonymous else labels.FORM, expanded=anonymous):
        dossiers.draw_form(form)
    if not anonymous:
        dossiers.files(kept)


def _checks(kept: Kept, visible: list[Kept], person: Person) -> None:
    checked = checks.check_all([kept], identity.desk().all())[kept.id]
    st.markdown(f"**{labels.RULES}**")
    if checked.findings:
        rows = [(one.rule, one.field, one.value, one.remedy) for one in checked.findings]
        st.dataframe(
            [dict(zip(labels.RULE_COLUMNS, row, strict=True)) for row in rows],
            hide_index=True,
            width="stretch",
        )
    else:
        st.success(labels.RULES_OK)
    st.markdown(f"**{labels.DUPLICATES}**")
    seen = {one.id for one in visible}
    shown = [one for one in checked.candidates if one.where != labels.NOMINATION or one.number in seen]
    for candidate in (one for one in shown if one in checked.listed):
        st.markdown(f"- :red-badge[{labels.DUPLICATE_MARK}] {components.plain(candidate.line)}")
        for difference in candidate.differences:
            st.caption(components.plain(f"{difference.label}：{difference.here}｜{difference.there}"))
    elsewhere = [one for one in checked.listed if one not in shown]
    if elsewhere:
        st.markdown(f"- {labels.DUPLICATES_ELSEWHERE.format(count=len(elsewhere))}")
    if not checked.listed:
        st.caption(labels.DUPLICATES_NONE)
    near = [f"{one.number} {one.name}（{one.score:.2f}）" for one in shown if one not in checked.listed]
    if near:
        st.caption(components.plain(labels.DUPLICATES_NEAR.format(items="、".join(near))))
    if checks.keep(kept, checked, person) is not kept:
        st.rerun()


def _assign_all(visible: list[Kept], person: Person) -> None:
    told: tuple[int, list[str]] | None = st.session_state.pop(_ASSIGNED, None)
    if told is not None:
        count, gaps = told
        st.success(labels.ASSIGNED.format(count=count))
        if gaps:
            st.warning(components.bullets(gaps))
    waiting = [kept for kept in visible if kept.dossier.state in REVIEW_STATES]
    if not waiting:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.number_input(labels.ASSIGN_COUNT, 1, 9, 3)
        pressed = st.button(labels.ASSIGN_ROUND)
    if not pressed:
        return
    try:
        st.session_state[_ASSIGNED] = _assign(waiting, wanted, person)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    st.rerun()


def _assign(waiting: list[Kept], wanted: int, person: Person) -> tuple[int, list[str]]:
    """Ask experts for every dossier; return how many were asked, and one line for each that lacks some."""
    register = ExpertRegister(identity.desk().store)
    count, gaps = 0, []
    for round_ in sorted({kept.dossier.round for kept in waiting}):
        own = [kept for kept in waiting if kept.dossier.round == round_]
        plan = assignment.assign(own, register.list(active_only=True), per_dossier=wanted, round=round_)
        assignment.save_assignments(identity.desk(), plan.choices, person, round=round_)
        count += len(plan.choices)
        gaps += [f"{gap.dossier_id} 缺 {gap.lacking} 位：{'；'.join(gap.reasons)}" for gap in plan.shortages]
    return count, gaps


def _ranking(visible: list[Kept]) -> None:
    rounds = sorted({score.round for kept in visible for score in kept.dossier.scores}, reverse=True)
    if not rounds:
        return
    with st.expander(labels.SCORES):
        for round_ in rounds:
            st.markdown(labels.SCORES_ROUND.format(round=round_))
            own = [kept for kept in visible if any(one.round == round_ for one in kept.dossier.scores)]
            state_of = {kept.id: kept.state_label for kept in own}
            rows = [
                (
                    one.place, one.dossier_id, one.name, None if one.total is None else round(one.total, 2),
                    one.experts, one.recommendations, state_of[one.dossier_id],
                )
                for one in scoring.ranking(own, round_)
            ]  # fmt: skip
            st.dataframe(
                [dict(zip(labels.RANKING_COLUMNS, row, strict=True)) for row in rows],
                hide_index=True,
                width="stretch",
                placeholder="",
            )


def _scores(kept: Kept) -> None:
    if not kept.dossier.round or not kept.dossier.assignments:
        return
    try:
        told = scoring.summary(kept.dossier, scoring.load_criteria(), round=kept.dossier.round)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    names = {expert.id: expert.name for expert in ExpertRegister(identity.desk().store).list()}
    st.markdown(f"**{labels.SCORES}**（第 {told.round} 轮，{told.experts}/{told.asked} 份）")
    st.dataframe(
        [
            {
                "评分项": c.label,
                "满分": c.max,
                "平均": None if c.mean is None else round(c.mean, 2),
                "最低": c.lowest,
                "最高": c.highest,
                "极差": c.spread,
            }
            for c in told.criteria
        ],
        hide_index=True,
        placeholder="",
    )
    for far in told.outliers:
        st.warning(
            labels.OUTLIER.format(
                name=names.get(far.expert_id, far.expert_id), total=far.total, median=far.median
            )
        )
    if told.unscored:
        st.caption("未评分：" + "、".join(names.get(one, one) for one in told.unscored))
