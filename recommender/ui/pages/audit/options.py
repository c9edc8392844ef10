"""方案: one option at a time — content, effects, screening, decision, what really came of it."""

from __future__ import annotations

import datetime
from typing import Any

import streamlit as st

from catalog.errors import BadInput
from catalog.parsing import parsed
from recommender.audit import ranking, screening
from recommender.audit.project import COMPARISON_LABELS, AuditProject, Option
from recommender.audit.ranking import FACTORS
from recommender.audit.repository import Saved
from recommender.audit.savings import check_savings
from recommender.audit.valuation import COST_CLASS_LABELS, Valuation, cost_class
from recommender.economics import scaled_investment
from recommender.feedback import REASON_CODES
from recommender.ui import audit_labels as labels
from recommender.ui import components, projects, state
from recommender.ui.figures import FIGURE_COLUMNS, figure, need, read_item
from recommender.ui.tables import Column, editor

_CHOSEN = "option_chosen"


def page() -> None:
    """Draw the page."""
    saved = projects.header(labels.PAGES["options"])
    values = projects.valuations(saved.project)
    _overview(saved, values)
    _new(saved)
    if saved.project.options:
        _one(saved, values)
        _ranking(saved)


def _overview(saved: Saved, values: dict[str, Valuation]) -> None:
    project = saved.project
    if not project.options:
        return
    codes = state.engine().catalog.codes
    st.dataframe(
        [
            {
                "编号": option.id,
                labels.OPTION_NEW_NAME: option.name,
                labels.OPTION_ASPECT: codes.label("audit_aspects", option.aspect),
                labels.OPTION_CLASS: _class_label(values[option.id]),
                labels.OPTION_INVESTMENT: option.investment.value if option.investment else None,
                labels.OPTION_PROBLEMS: "、".join(option.problem_ids),
                labels.OPTION_DECISION: screening.OUTCOME_LABELS[option.outcome],
                labels.OPTION_STATE: screening.STATE_LABELS[option.state],
            }
            for option in project.options
        ],
        hide_index=True,
        width="stretch",
        placeholder="",
    )
    if st.button(labels.SCREEN, type="primary"):
        projects.commit(screening.screened(project, values), reread=True)
        st.rerun()
    faults = check_savings(project)
    for fault in faults:
        st.error(components.plain(fault))
    points = screening.open_points(project, values)
    if points:
        with st.expander(f"{labels.OPEN_POINTS}（{len(points)}）"):
            st.markdown(components.bullets(list(points)))


def _class_label(value: Valuation) -> str:
    return COST_CLASS_LABELS[value.cost_class] if value.cost_class else "—"


def _new(saved: Saved) -> None:
    with st.popover(labels.OPTION_NEW):
        name = st.text_input(labels.OPTION_NEW_NAME, key="new_option")
        if st.button(labels.OPTION_NEW, key="new_option_button") and name.strip():
            option = Option(id=saved.project.next_option_id(), name=name.strip())
            projects.commit(saved.project.with_option(option), reread=True)
            st.session_state[_CHOSEN] = option.id
            st.rerun()


def _one(saved: Saved, values: dict[str, Valuation]) -> None:
    ids = [option.id for option in saved.project.options]
    names = {option.id: f"{option.id} {option.name}" for option in saved.project.options}
    if st.session_state.get(_CHOSEN) not in ids:
        st.session_state[_CHOSEN] = ids[0]
    chosen: str = st.selectbox(labels.OPTION_CHOOSE, ids, format_func=names.__getitem__, key=_CHOSEN)
    option = saved.project.option(chosen)
    if option.technology_id is not None and option.technology_id in state.engine().catalog:
        technology = state.engine().catalog[option.technology_id]
        if st.button(f"{technology.name}（{technology.id}）", icon=":material/menu_book:"):
            components.detail_dialog(state.engine().catalog, technology)
    _content(saved, option)
    _effects(saved, option)
    _screening(saved, option, values[option.id])
    _links(saved, option)
    _decision(saved, option, values[option.id])


def _key(option: Option, name: str) -> str:
    return f"option_{option.id}_{name}:{projects.token()}"


def _save(saved: Saved, option: Option, values: dict[str, Any], *, reread: bool = False) -> None:
    """Save other values of an option; a fault is told beside the field."""
    try:
        changed = parsed(Option, option.model_dump() | values, where=option.id)
        if changed == option:
            return
        projects.commit(saved.project.with_option(changed), reread=reread)
    except BadInput as error:
        st.error(components.plain(str(error)))
        return
    st.rerun()


def _content(saved: Saved, option: Option) -> None:
    codes = state.engine().catalog.codes
    aspects = [row.code for row in codes["audit_aspects"]]
    values: dict[str, Any] = {}
    left, right = st.columns([3, 2])
    with left:
        values["name"] = st.text_input(labels.OPTION_NEW_NAME, option.name, key=_key(option, "name"))
        values["content"] = st.text_area(labels.OPTION_CONTENT, option.content, key=_key(option, "content"))
        problems = {problem.id: f"{problem.id} {problem.text}" for problem in saved.project.problems}
        values["problem_ids"] = tuple(
            st.multiselect(
                labels.OPTION_PROBLEMS,
                list(problems),
                list(option.problem_ids),
                format_func=problems.__getitem__,
                key=_key(option, "problems"),
            )
        )
    with right:
        values["aspect"] = st.selectbox(
            labels.OPTION_ASPECT, aspects, index=aspects.index(option.aspect),
            format_func=lambda code: codes.label("audit_aspects", code), key=_key(option, "aspect"),
        )  # fmt: skip
        classes: list[Any] = [None, *COST_CLASS_LABELS]
        values["cost_class"] = st.selectbox(
            labels.OPTION_CLASS, classes, index=classes.index(option.cost_class), key=_key(option, "class"),
            format_func=lambda code: COST_CLASS_LABELS[code] if code else _automatic(saved.project, option),
        )  # fmt: skip
        columns = st.columns(2)
        values["department"] = columns[0].text_input(
            labels.OPTION_DEPARTMENT, option.department, key=_key(option, "department")
        )
        values["person"] = columns[1].text_input(
            labels.OPTION_PERSON, option.person, key=_key(option, "person")
        )
        values["indicator"] = columns[0].text_input(
            labels.OPTION_INDICATOR, option.indicator, key=_key(option, "indicator")
        )
        values["group"] = columns[1].text_input(labels.OPTION_GROUP, option.group, key=_key(option, "group"))
    values["investment"] = _investment(saved, option)
    values["schedule"] = _schedule(option)
    _save(saved, option, values)


def _automatic(project: AuditProject, option: Option) -> str:
    kind = cost_class(project, option.model_copy(update={"cost_class": None}))
    return f"{labels.OPTION_CLASS_AUTO}：{COST_CLASS_LABELS[kind] if kind else '—'}"


def _investment(saved: Saved, option: Option) -> dict[str, Any] | None:
    before = option.investment
    columns = st.columns([1, 1, 1, 2, 1])
    evidences = list(labels.EVIDENCES)
    value = columns[0].number_input(
        labels.OPTION_INVESTMENT, 0.0, None, before.value if before else None, key=_key(option, "investment")
    )
    low = columns[1].number_input(
        labels.LOW, 0.0, None, before.low if before else None, key=_key(option, "investment_low")
    )
    high = columns[2].number_input(
        labels.HIGH, 0.0, None, before.high if before else None, key=_key(option, "investment_high")
    )
    source = columns[3].text_input(
        labels.SOURCE, before.source if before else "", key=_key(option, "investment_source")
    )
    evidence = columns[4].selectbox(
        labels.EVIDENCE, evidences, index=evidences.index(before.evidence) if before else 0,
        format_func=labels.EVIDENCES.__getitem__, key=_key(option, "investment_evidence"),
    )  # fmt: skip
    with st.popover(labels.SCALING_TITLE):
        _scaling(saved, option)
    if value is None:
        return None
    return {
        "value": value, "unit": "万元", "low": low, "high": high, "source": source, "evidence": evidence,
    }  # fmt: skip


def _scaling(saved: Saved, option: Option) -> None:
    case = st.number_input(labels.SCALING_CASE, 0.0, None, None, key=_key(option, "scaling_case"))
    base = st.number_input(labels.SCALING_CASE_CAPACITY, 0.0, None, None, key=_key(option, "scaling_base"))
    capacity = st.number_input(labels.SCALING_CAPACITY, 0.0, None, None, key=_key(option, "scaling_own"))
    unit = st.text_input(labels.SCALING_UNIT, key=_key(option, "scaling_unit"))
    exponent = st.number_input(labels.SCALING_EXPONENT, 0.3, 1.2, 0.6, 0.05, key=_key(option, "scaling_x"))
    source = st.text_input(labels.SCALING_SOURCE, key=_key(option, "scaling_source"))
    if not st.button(labels.SCALING_APPLY, key=_key(option, "scaling_apply")):
        return
    if not case or not base or not capacity or not source.strip():
        st.error(f"{labels.SCALING_CASE}、{labels.SCALING_CASE_CAPACITY}、{labels.SCALING_CAPACITY}、"
                 f"{labels.SCALING_SOURCE}：请全部填写")  # fmt: skip
        return
    value = scaled_investment(case, base, capacity, exponent=exponent)
    told = labels.SCALING_TEXT.format(
        case=case, capacity=capacity, base=base, unit=unit, exponent=exponent, source=source
    )
    investment = {"value": round(value, 2), "unit": "万元", "source": told, "evidence": "estimate"}
    scaling = {
        "case_investment_wan_yuan": case, "case_capacity": base, "capacity": capacity,
        "capacity_unit": unit, "exponent": exponent, "source": source,
    }  # fmt: skip
    _save(saved, option, {"investment": investment, "scaling": scaling}, reread=True)


def _schedule(option: Option) -> dict[str, Any]:
    columns = st.columns(3)
    start = columns[0].date_input(labels.OPTION_START, option.schedule.start, key=_key(option, "start"))
    days = columns[1].number_input(
        labels.OPTION_DAYS, 0, 3660, option.schedule.days, key=_key(option, "days")
    )
    stop = columns[2].number_input(
        labels.OPTION_STOP, 0.0, 366.0, option.schedule.stop_days, key=_key(option, "stop")
    )
    return {"start": start, "days": days, "stop_days": stop}


def _effects(saved: Saved, option: Option) -> None:
    st.markdown(f"**{labels.OPTION_EFFECTS}**")
    columns = (
        Column("kind", labels.KIND, "choice", labels.KINDS, required=True),
        Column("item", labels.ITEM, help=labels.ITEM_HELP, required=True),
        Column("value", "数量", "number", required=True),
        Column("unit", labels.UNIT, required=True),
        *FIGURE_COLUMNS,
    )
    rows = [
        {
            "kind": effect.kind, "item": effect.label,
            **effect.figure.model_dump(include={"value", "unit", "low", "high", "source", "evidence"}),
        }
        for effect in option.effects
    ]  # fmt: skip

    def save(found: list[dict[str, Any]]) -> None:
        effects = []
        for row in found:
            needed = {"kind": labels.KIND, "item": labels.ITEM, "value": "数量", "unit": labels.UNIT}
            need(row, needed, f"{option.id} {labels.OPTION_EFFECTS}")
            code, label = read_item(row["item"])
            effects.append(
                {"kind": row["kind"], "item": code, "label": label, "figure": figure(row, row["unit"])}
            )
        changed = parsed(Option, option.model_dump() | {"effects": effects}, where=option.id)
        projects.commit(saved.project.with_option(changed))

    editor(f"effects_{option.id}", columns, rows, save)
    st.markdown(f"**{labels.OPTION_MONEY}**")

    def save_money(found: list[dict[str, Any]]) -> None:
        money = []
        for row in found:
            need(row, {"label": labels.ITEM, "value": "万元/a"}, f"{option.id} {labels.OPTION_MONEY}")
            money.append({"label": row["label"], "figure": figure(row, "万元")})
        changed = parsed(Option, option.model_dump() | {"money": money}, where=option.id)
        projects.commit(saved.project.with_option(changed))

    editor(
        f"money_{option.id}",
        (Column("label", labels.ITEM, required=True), Column("value", "万元/a", "number"), *FIGURE_COLUMNS),
        [
            {
                "label": line.label,
                **line.figure.model_dump(include={"value", "low", "high", "source", "evidence"}),
            }
            for line in option.money
        ],
        save_money,
    )


def _screening(saved: Saved, option: Option, value: Valuation) -> None:
    proposed = option.comparison or screening.proposed_comparison(saved.project, option, value)
    with st.expander(labels.OPTION_COMPARISON, expanded=option.comparison is None):
        marks: dict[str, Any] = {"reasons": {}}
        for column, (name, label) in zip(st.columns(4), COMPARISON_LABELS.items(), strict=True):
            with column:
                marks[name] = st.segmented_control(
                    label, [True, False], default=getattr(proposed, name),
                    format_func=lambda passed: "√" if passed else "×", key=_key(option, f"mark_{name}"),
                )  # fmt: skip
                if marks[name] is False:
                    marks["reasons"][name] = st.text_input(
                        labels.OPTION_REASON,
                        dict(proposed.reasons).get(name, ""),  # type: ignore[call-overload]
                        key=_key(option, f"why_{name}"),
                    )
                marks[name] = True if marks[name] is None else marks[name]
        if st.button(labels.OPTION_SAVE, key=_key(option, "save_comparison")):
            _save(saved, option, {"comparison": marks})
    with st.expander(labels.OPTION_RATINGS):
        rated = st.checkbox(labels.OPTION_RATE, option.ratings is not None, key=_key(option, "rated"))
        ratings: dict[str, int] | None = None
        if rated:
            ratings = {}
            for column, name in zip(st.columns(len(FACTORS)), FACTORS, strict=True):
                before = getattr(option.ratings, name) if option.ratings else 5
                ratings[name] = column.number_input(
                    labels.WEIGHT_LABELS[name], 1, 10, before, key=_key(option, f"rate_{name}")
                )
        _save(saved, option, {"ratings": ratings})
    if value.cost_class in ("medium_cost", "high_cost"):
        with st.expander(labels.OPTION_ASSESSMENT):
            texts = {
                name: st.text_area(label, getattr(option.assessment, name), height=68, key=_key(option, name))
                for name, label in labels.ASSESSMENT_LABELS.items()
            }
            _save(saved, option, {"assessment": texts})


def _links(saved: Saved, option: Option) -> None:
    others = {one.id: f"{one.id} {one.name}" for one in saved.project.options if one.id != option.id}
    streams = {stream.id: stream.name for stream in saved.project.profile.streams}
    with st.expander(labels.OPTION_LINKS):
        conflicts = st.multiselect(
            labels.OPTION_CONFLICTS, list(others), list(option.conflicts_with),
            format_func=others.__getitem__, key=_key(option, "conflicts"),
        )  # fmt: skip
        requires = st.multiselect(
            labels.OPTION_REQUIRES, list(others), list(option.requires),
            format_func=others.__getitem__, key=_key(option, "requires"),
        )  # fmt: skip
        claims = []
        before = {claim.stream: claim.share for claim in option.claims}
        if streams:
            st.caption(labels.OPTION_CLAIMS)
        for id, name in streams.items():
            share = st.number_input(
                name, 0.0, 100.0, round(before.get(id, 0.0) * 100, 4), key=_key(option, f"claim_{id}")
            )
            if share:
                claims.append({"stream": id, "share": round(share / 100, 6)})
        _save(saved, option, {"conflicts_with": conflicts, "requires": requires, "claims": claims})


def _decision(saved: Saved, option: Option, value: Valuation) -> None:
    with st.expander(f"{labels.OPTION_DECISION}：{screening.OUTCOME_LABELS[option.outcome]}"):
        if option.outcome == "not_feasible":
            st.write(f"{REASON_CODES[option.rejection or 'other']}：{option.outcome_reason}")
            if st.button(labels.OPTION_UNDO, key=_key(option, "undo")):
                _apply(lambda: screening.accept(saved.project, option.id))
        else:
            code = st.selectbox(
                labels.OPTION_REJECT_CODE, list(REASON_CODES), format_func=REASON_CODES.__getitem__,
                key=_key(option, "reject_code"),
            )  # fmt: skip
            reason = st.text_input(labels.OPTION_REJECT_TEXT, key=_key(option, "reject_text"))
            if st.button(labels.OPTION_REJECT, key=_key(option, "reject")):
                _apply(lambda: screening.reject(saved.project, option.id, code=code, reason=reason))
        states = list(screening.STATE_LABELS)
        chosen = st.selectbox(
            labels.OPTION_STATE, states, index=states.index(option.state),
            format_func=screening.STATE_LABELS.__getitem__, key=_key(option, "state"),
        )  # fmt: skip
        if chosen != option.state:
            _apply(lambda: screening.set_state(saved.project, option.id, chosen))
        if value.is_low_cost or option.state == "completed":
            _actual(saved, option)
            _follow_ups(saved, option)
        with st.popover(labels.OPTION_DELETE):
            if st.button(labels.REMOVE_YES, key=_key(option, "delete")):
                _apply(lambda: _without(saved.project, option.id))


def _apply(change: Any) -> None:
    try:
        project = change()
    except BadInput as error:
        st.error(components.plain(str(error)))
        return
    projects.commit(project, reread=True)
    st.rerun()


def _without(project: AuditProject, id: str) -> AuditProject:
    left = tuple(
        one.model_copy(
            update={
                "conflicts_with": tuple(other for other in one.conflicts_with if other != id),
                "requires": tuple(other for other in one.requires if other != id),
            }
        )
        for one in project.options
        if one.id != id
    )
    return project.changed(options=left, chosen=tuple(one for one in project.chosen if one != id))


def _actual(saved: Saved, option: Option) -> None:
    st.markdown(f"**{labels.OPTION_ACTUAL}**")
    before = option.actual
    columns = st.columns([1, 1, 1, 2])
    date: datetime.date | None = columns[0].date_input(
        labels.OPTION_ACTUAL_DATE, before.date if before else None, key=_key(option, "actual_date")
    )
    cost = columns[1].number_input(
        labels.OPTION_ACTUAL_COST, 0.0, None, before.cost_wan_yuan if before else None,
        key=_key(option, "actual_cost"),
    )  # fmt: skip
    saving = columns[2].number_input(
        labels.OPTION_ACTUAL_SAVING, None, None, before.saving_wan_yuan if before else None,
        key=_key(option, "actual_saving"),
    )  # fmt: skip
    note = columns[3].text_input(
        labels.OPTION_ACTUAL_NOTE, before.note if before else "", key=_key(option, "actual_note")
    )
    if date is None or cost is None:
        return
    actual = {
        "date": date, "cost_wan_yuan": cost, "saving_wan_yuan": saving, "note": note,
        "effects": before.effects if before else (),
    }  # fmt: skip
    _save(saved, option, {"actual": actual})


def _follow_ups(saved: Saved, option: Option) -> None:
    st.markdown(f"**{labels.OPTION_FOLLOW}**")
    names = labels.FOLLOW_COLUMNS
    columns = (
        Column("months", names["months"], "integer", required=True),
        Column("date", names["date"], "date", required=True),
        Column("saving_wan_yuan", names["saving_wan_yuan"], "number"),
        Column("note", names["note"]),
    )

    def save(found: list[dict[str, Any]]) -> None:
        kept = {one.months: one.effects for one in option.follow_ups}
        content = []
        for row in found:
            needed = {"months": names["months"], "date": names["date"]}
            need(row, needed, f"{option.id} {labels.OPTION_FOLLOW}")
            content.append(row | {"note": row["note"] or "", "effects": kept.get(row["months"], ())})
        changed = parsed(Option, option.model_dump() | {"follow_ups": content}, where=option.id)
        projects.commit(saved.project.with_option(changed))

    rows = [one.model_dump(include=set(names)) for one in option.follow_ups]
    editor(f"follow_{option.id}", columns, rows, save)


def _ranking(saved: Saved) -> None:
    groups = list(dict.fromkeys(option.group for option in saved.project.options if option.ratings))
    for group in groups:
        ranked = ranking.rank_options(saved.project, group=group or None)
        if len(ranked) < 2:
            continue
        st.markdown(f"**{labels.RANKING}** {group}")
        names = {option.id: option.name for option in saved.project.options}
        st.dataframe(
            [
                {
                    "名次": one.rank, "编号": one.option_id, labels.OPTION_NEW_NAME: names[one.option_id],
                    **{labels.WEIGHT_LABELS[factor]: points for factor, points in one.weighted.items()},
                    "总分": one.total,
                }
                for one in ranked
            ],
            hide_index=True,
        )  # fmt: skip
        for swap in ranking.sensitivity(saved.project, group=group or None):
            st.caption(
                labels.SWAP.format(
                    factor=labels.WEIGHT_LABELS[swap.factor], before=swap.weight, after=swap.new_weight,
                    first=swap.first, second=swap.second,
                )
            )  # fmt: skip
