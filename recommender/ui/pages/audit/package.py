"""组合: the best package under budget and payback, what binds, totals, targets, trade-offs."""

from __future__ import annotations

from typing import Any

import streamlit as st

from catalog.errors import BadInput
from catalog.parsing import parsed
from recommender.audit.ledger import ledger, side_effects_unstated
from recommender.audit.package import choose_package, violations
from recommender.audit.project import AuditProject, PackageSettings
from recommender.audit.repository import Saved
from recommender.audit.sequence import package_value
from recommender.audit.targets import target_results
from recommender.audit.totals import totals
from recommender.ui import audit_labels as labels
from recommender.ui import components, projects, state

_ANSWER = "package_answer"
_WHOLE_FROM = 10_000
"""Numbers from here on are shown without decimals."""


def page() -> None:
    """Draw the page."""
    saved = projects.header(labels.PAGES["package"])
    if not saved.project.options:
        return
    projects.valuations(saved.project)
    _choose(saved)
    project = saved.project
    if not project.chosen:
        return
    _value(project)
    _totals(project)
    _ledger(project)


def _choose(saved: Saved) -> None:
    project, settings = saved.project, saved.project.package
    key = projects.token()
    left, middle, right = st.columns(3)
    budget = left.number_input(labels.BUDGET, 0.0, None, settings.budget_wan_yuan, key=f"budget:{key}")
    payback = middle.number_input(
        labels.PAYBACK_LIMIT, 0.0, None, settings.payback_limit_years, key=f"payback:{key}"
    )
    criteria = list(labels.CRITERIA_CHOICES)
    criterion = right.selectbox(
        labels.CRITERION, criteria, index=criteria.index(settings.criterion), key=f"criterion:{key}",
        format_func=labels.CRITERIA_CHOICES.__getitem__,
    )  # fmt: skip
    wanted = parsed(
        PackageSettings,
        {"budget_wan_yuan": budget, "payback_limit_years": payback or None, "criterion": criterion},
    )
    if wanted != settings:
        projects.commit(project.changed(package=wanted))
        st.rerun()
    if st.button(labels.CHOOSE, type="primary"):
        found = choose_package(project)
        st.session_state[_ANSWER] = (saved.id, found)
        projects.commit(project.changed(chosen=found.ids), reread=True)
        st.rerun()
    names = {option.id: f"{option.id} {option.name}" for option in project.options}
    chosen = st.multiselect(
        labels.PACKAGE_CHOSEN, list(names), list(project.chosen), format_func=names.__getitem__,
        key=f"chosen:{key}",
    )  # fmt: skip
    if tuple(chosen) != project.chosen:
        projects.commit(project.changed(chosen=tuple(chosen)))
        st.rerun()
    _explain(saved)


def _explain(saved: Saved) -> None:
    of, found = st.session_state.get(_ANSWER, (None, None))
    if of != saved.id or found is None or set(found.ids) != set(saved.project.chosen):
        return
    st.caption(found.model)
    if found.reason:
        st.info(components.plain(found.reason))
    for warning in found.warnings:
        st.warning(components.plain(warning))
    lines = [bound.label for bound in found.binding] or [labels.BINDING_NONE]
    st.markdown(f"**{labels.BINDING}**\n{components.bullets(lines)}")
    if found.left_out:
        with st.expander(f"{labels.LEFT_OUT}（{len(found.left_out)}）"):
            st.markdown(components.bullets([f"{id}：{reason}" for id, reason in found.left_out]))


def _value(project: AuditProject) -> None:
    for line in violations(project, project.chosen):
        st.error(f"{labels.VIOLATIONS}：{components.plain(line)}")
    try:
        value = package_value(project, project.chosen)
    except BadInput as error:
        st.error(components.plain(str(error)))
        return
    numbers: tuple[Any, ...] = (
        value.investment_wan_yuan, value.annual_saving_wan_yuan, value.payback_years,
        value.npv_wan_yuan, value.co2.value,
    )  # fmt: skip
    for column, label, number in zip(st.columns(5), labels.PACKAGE_METRICS, numbers, strict=True):
        column.metric(label, labels.NOT_CALCULATED if number is None else f"{number:.2f}")
    if value.co2.missing:
        st.caption(labels.CO2_MISSING.format(names="、".join(value.co2.missing)))
    for note in (*value.missing, *value.notes):
        st.caption(note)


def _cell(value: float | None) -> str:
    if value is None:
        return labels.NOT_CALCULATED
    return f"{value:,.0f}" if abs(value) >= _WHOLE_FROM else f"{value:.4g}"


def _totals(project: AuditProject) -> None:
    st.markdown(f"**{labels.TOTALS}**")
    found = totals(project, project.chosen)
    rows = [
        dict(
            zip(
                labels.TOTALS_COLUMNS,
                (
                    f"{labels.KINDS[row.kind]}：{row.label}", _cell(row.baseline), _cell(row.saving),
                    labels.NOT_CALCULATED if row.share is None else f"{row.share:.1%}", _cell(row.after),
                    _cell(row.per_unit_before), _cell(row.per_unit_after), row.unit,
                    "、".join(id for id, _ in row.contributions),
                ),
                strict=True,
            )
        )
        for row in found.items
    ]  # fmt: skip
    st.dataframe(rows, hide_index=True, width="stretch")
    for note in found.notes:
        st.caption(note)
    results = target_results(project, project.chosen)
    if results:
        st.markdown(f"**{labels.TARGETS}**")
        st.dataframe(
            [
                dict(
                    zip(
                        labels.TARGETS_COLUMNS,
                        (
                            f"{row.indicator}（{row.unit}）", _cell(row.current), _cell(row.after),
                            _cell(row.near), labels.TARGET_STATE[row.reached_near], _cell(row.far),
                            labels.TARGET_STATE[row.reached_far],
                        ),
                        strict=True,
                    )
                )
                for row in results
            ],
            hide_index=True,
            width="stretch",
        )  # fmt: skip


def _ledger(project: AuditProject) -> None:
    st.markdown(f"**{labels.LEDGER}**")
    st.dataframe(
        [
            dict(
                zip(
                    labels.LEDGER_COLUMNS,
                    (
                        f"{labels.KINDS[row.kind]}：{row.label}", _cell(row.improvement),
                        _cell(row.deterioration), _cell(row.net), row.unit,
                        "、".join(dict.fromkeys((*row.improving, *row.deteriorating))),
                    ),
                    strict=True,
                )
            )
            for row in ledger(project, project.chosen)
        ],
        hide_index=True,
        width="stretch",
    )  # fmt: skip
    unstated = side_effects_unstated(project, state.engine().catalog, project.chosen)
    if unstated:
        with st.expander(f"{labels.SIDE_EFFECTS}（{len(unstated)}）"):
            st.markdown(components.bullets(list(unstated)))
