"""评审: automatic checks, the steps of the flow, experts and scores, objections."""

from __future__ import annotations

import datetime

import streamlit as st

from catalog.editions import shelf
from catalog.errors import QingyuanError
from catalog.nominations.duplicates import DuplicateIndex, is_duplicate
from catalog.nominations.rule_kinds import RuleContext
from catalog.nominations.rules import check
from catalog.people import Person, may, require
from catalog.review import assignment, scoring
from catalog.review.desk import REVIEW_STATES, Kept
from catalog.review.dossier import Objection
from catalog.review.experts import ExpertRegister
from catalog.review.packages import anonymous_brief
from catalog.review.scoring import VERDICT_LABELS
from recommender.ui import components, dossiers, identity, state
from recommender.ui import official_labels as labels

_CHOSEN = "review_chosen"
_CHECKED_STATES = {"submitted", "recommended", "formal_check"}
"""States in which what the automatic check finds is kept with the dossier; later it is only shown."""


def page() -> None:
    """Draw the page."""
    person = identity.choose(labels.PAGES["review"])
    visible = [kept for kept in identity.desk().visible(person) if kept.dossier.state != "draft"]
    if may(person.role, "review.assign"):
        _assign_all(visible, person)
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
        format_func=lambda id: f"{id} {by_id[id].dossier.form.name}（{by_id[id].state_label}）",
    )  # fmt: skip
    kept = by_id[chosen]
    if person.role == "expert":
        _expert(kept, person)
        return
    _brief(kept)
    if may(person.role, "review.first_check"):
        _checks(kept, person)
    if may(person.role, "review.see_scores"):
        _scores(kept)
    _objections(kept, person)
    dossiers.moves(kept, person)
    dossiers.history(kept, person)


def _brief(kept: Kept, *, anonymous: bool = False) -> None:
    form = anonymous_brief(kept.dossier.form) if anonymous else kept.dossier.form
    with st.expander(labels.BRIEF if anonymous else labels.FORM, expanded=anonymous):
        dossiers.draw_form(form)


@st.cache_resource(max_entries=2)
def _index(fingerprints: tuple[str, ...], forms: tuple[tuple[str, int], ...]) -> DuplicateIndex:
    catalog = state.engine().catalog
    known = [(kept.id, kept.dossier.form) for kept in identity.desk().all() if kept.dossier.form.name]
    return DuplicateIndex(catalog, shelf.editions(), known)


def _checks(kept: Kept, person: Person) -> None:
    desk, dossier = identity.desk(), kept.dossier
    everything = desk.all()
    counts: dict[str, int] = {}
    for one in everything:
        if one.dossier.year == dossier.year and one.dossier.state not in ("draft", "withdrawn"):
            for name in {one.dossier.form.region, one.dossier.form.recommender} - {""}:
                counts[name] = counts.get(name, 0) + 1
    context = RuleContext.of(state.engine().catalog, counts=counts)
    findings = check(dossier.form, today=desk.today(), rules=dossier.flow, context=context)
    st.markdown(f"**{labels.RULES}**")
    if findings:
        rows = [(one.rule, one.field, one.value, one.remedy) for one in findings]
        st.dataframe(
            [dict(zip(labels.RULE_COLUMNS, row, strict=True)) for row in rows],
            hide_index=True,
            width="stretch",
        )
    else:
        st.success(labels.RULES_OK)
    st.markdown(f"**{labels.DUPLICATES}**")
    editions = tuple(edition.fingerprint for edition in shelf.editions())
    index = _index(editions, tuple((one.id, one.revision) for one in everything))
    found = index.find(dossier.form, own=kept.id)
    for candidate in found:
        mark = f":red-badge[{labels.DUPLICATE_MARK}] " if is_duplicate(candidate) else ""
        st.markdown(f"- {mark}{components.plain(candidate.line)}")
        for difference in candidate.differences if is_duplicate(candidate) else ():
            st.caption(components.plain(f"{difference.label}：{difference.here}｜{difference.there}"))
    if not any(map(is_duplicate, found)):
        st.caption(labels.DUPLICATES_NONE)
    lines = tuple(candidate.line for candidate in found if is_duplicate(candidate))
    changed = (findings, lines) != (dossier.findings, dossier.duplicates)
    if changed and dossier.state in _CHECKED_STATES:
        desk.update(kept, person, "check", findings=findings, duplicates=lines)
        st.rerun()


def _assign_all(visible: list[Kept], person: Person) -> None:
    waiting = [kept for kept in visible if kept.dossier.state in REVIEW_STATES]
    if not waiting:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.number_input(labels.ASSIGN_COUNT, 1, 9, 3)
        pressed = st.button(labels.ASSIGN_ROUND)
    if not pressed:
        return
    register = ExpertRegister(identity.desk().store)
    count = 0
    try:
        for round_ in sorted({kept.dossier.round for kept in waiting}):
            own = [kept for kept in waiting if kept.dossier.round == round_]
            plan = assignment.assign(own, register.list(active_only=True), per_dossier=wanted, round=round_)
            assignment.save_assignments(identity.desk(), plan.choices, person, round=round_)
            count += len(plan.choices)
            for gap in plan.shortages:
                st.warning(
                    components.plain(f"{gap.dossier_id} 缺 {gap.lacking} 位：{'；'.join(gap.reasons)}")
                )
    except QingyuanError as error:
        st.error(components.plain(str(error)))
    st.success(labels.ASSIGNED.format(count=count))


def _ranking(visible: list[Kept]) -> None:
    scored = [kept for kept in visible if kept.dossier.scores]
    if not scored:
        return
    with st.expander(labels.SCORES):
        for round_ in sorted({kept.dossier.round for kept in scored}):
            own = [kept for kept in scored if kept.dossier.round == round_]
            st.dataframe(
                [
                    {
                        "轮次": round_, "名次": one.place, "编号": one.dossier_id, "技术名称": one.name,
                        "总分": None if one.total is None else round(one.total, 2), "评分份数": one.experts,
                        "推荐": one.recommendations,
                    }
                    for one in scoring.ranking(own, round_)
                ],
                hide_index=True,
                width="stretch",
                placeholder="",
            )  # fmt: skip


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
                "平均": c.mean,
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


def _expert(kept: Kept, person: Person) -> None:
    _brief(kept, anonymous=True)
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


def _objections(kept: Kept, person: Person) -> None:
    dossier = kept.dossier
    if dossier.notice is None:
        return
    st.markdown(f"**{labels.OBJECTIONS}**（公示 {dossier.notice.start} 至 {dossier.notice.end}）")
    for one in dossier.objections:
        st.markdown(
            f"- {one.id} {components.plain(one.raised_by)}（{one.raised_on}）：{components.plain(one.text)}"
        )
        if one.accepted is None and may(person.role, "review.objection_handle"):
            _handle(kept, person, one)
        elif one.accepted is not None:
            st.caption(
                components.plain(
                    f"{'成立' if one.accepted else '不成立'}：{one.handling}（{one.handled_by}）"
                )
            )
    with st.popover(labels.OBJECTION_ADD):
        by = st.text_input(labels.OBJECTION_BY, person.unit or person.name, key=f"by_{kept.id}")
        text = st.text_area(labels.OBJECTION_TEXT, key=f"objection_{kept.id}")
        if st.button(labels.OBJECTION_ADD, key=f"add_{kept.id}") and text.strip():
            made = Objection(
                id=f"YY-{len(dossier.objections) + 1}", raised_by=by, raised_on=identity.desk().today(),
                text=text.strip(),
            )  # fmt: skip
            _update(kept, person, "objection", "review.objection_file", (*dossier.objections, made))


def _handle(kept: Kept, person: Person, one: Objection) -> None:
    handling = st.text_input(labels.OBJECTION_HANDLING, key=f"handling_{kept.id}_{one.id}")
    accepted = st.checkbox(labels.OBJECTION_ACCEPTED, key=f"accepted_{kept.id}_{one.id}")
    if st.button(labels.OBJECTION_HANDLE, key=f"handle_{kept.id}_{one.id}") and handling.strip():
        today: datetime.date = identity.desk().today()
        done = one.model_copy(
            update={
                "handling": handling.strip(), "accepted": accepted, "handled_by": person.name,
                "handled_on": today,
            }
        )  # fmt: skip
        changed = tuple(done if other.id == one.id else other for other in kept.dossier.objections)
        _update(kept, person, "objection_handled", "review.objection_handle", changed)


def _update(
    kept: Kept, person: Person, action: str, permission: str, objections: tuple[Objection, ...]
) -> None:
    try:
        require(person, permission)
        identity.desk().update(kept, person, action, objections=objections)
    except QingyuanError as error:
        st.error(components.plain(str(error)))
        return
    st.rerun()
