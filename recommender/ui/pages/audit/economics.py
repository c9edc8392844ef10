"""经济评估: every option's figures, how they come about, uncertainty, several criteria side by side."""

from __future__ import annotations

from typing import Any

import streamlit as st

from recommender.audit import charts
from recommender.audit.break_even import break_even
from recommender.audit.criteria import compare
from recommender.audit.project import AuditProject
from recommender.audit.uncertainty import simulate
from recommender.audit.valuation import COST_CLASS_LABELS, Valuation
from recommender.labels import economics_lines
from recommender.ui import audit_labels as labels
from recommender.ui import components, projects


def page() -> None:
    """Draw the page."""
    saved = projects.header(labels.PAGES["economics"])
    project = saved.project
    if not project.options:
        return
    values = projects.valuations(project)
    _table(project, values)
    comparison = compare(project)
    for sentence in comparison.conflicts:
        st.warning(components.plain(sentence))
    _detail(project, values)
    _charts(project, values)


def _table(project: AuditProject, values: dict[str, Valuation]) -> None:
    st.markdown(f"**{labels.ECONOMICS_TABLE}**")
    rows = []
    for option in project.options:
        value = values[option.id]
        result = value.economics
        cells: list[Any] = [
            option.id, option.name, COST_CLASS_LABELS[value.cost_class] if value.cost_class else "—",
            _number(result.inputs.investment_wan_yuan), _number(value.annual_saving_wan_yuan),
            _number(result.net_cash_flow_wan_yuan), _number(result.payback_years),
            _number(result.npv_wan_yuan),
            *(
                [labels.NO_INVESTMENT] * 3
                if result.inputs.investment_wan_yuan == 0
                else [
                    _share(result.npvr), _share(result.irr),
                    _share(result.interpolation.irr if result.interpolation else None),
                ]
            ),
            _number(value.tce.value, bool(value.tce.rows or value.tce.missing)),
            _number(value.co2.value, bool(value.co2.rows or value.co2.missing)),
            labels.VERDICTS[value.acceptance.verdict],
        ]  # fmt: skip
        rows.append(dict(zip(labels.ECONOMICS_COLUMNS, cells, strict=True)))
    st.dataframe(rows, hide_index=True, width="stretch")


def _number(value: float | None, meant: bool = True) -> str:
    if not meant:
        return "—"
    return labels.NOT_CALCULATED if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return labels.NOT_CALCULATED if value is None else f"{value:.2%}"


def _detail(project: AuditProject, values: dict[str, Valuation]) -> None:
    names = {option.id: f"{option.id} {option.name}" for option in project.options}
    chosen: str = st.selectbox(labels.DETAIL_OF, list(names), format_func=names.__getitem__)
    option, value = project.option(chosen), values[chosen]
    if value.missing:
        st.warning(labels.MISSING.format(names="、".join(value.missing)))
    left, right = st.columns([3, 2])
    with left:
        st.markdown(f"**{labels.LINES_TITLE}**")
        st.dataframe(
            [
                dict(
                    zip(
                        labels.LINES_COLUMNS,
                        (
                            line.label,
                            "" if line.amount is None else f"{line.amount:g} {line.unit}",
                            "" if line.price is None else f"{line.price:g} {line.price_unit}",
                            "—" if line.wan_yuan is None else f"{line.wan_yuan:.2f}",
                            line.source + ("（估）" if line.estimated else ""),
                        ),
                        strict=True,
                    )
                )
                for line in value.lines
            ],
            hide_index=True,
            width="stretch",
        )
        for note in value.notes:
            st.caption(note)
    with right:
        st.markdown("  \n".join(components.plain(line) for line in economics_lines(value.economics)))
    rows = [*value.tce.rows, *value.co2.rows]
    if rows:
        st.caption(f"{labels.FACTORS_USED}：{'；'.join(dict.fromkeys(rows))}")
    _uncertainty(project, chosen)
    found = break_even(project, option)
    if found is not None:
        st.write(
            labels.BREAK_EVEN.format(
                label=found.label,
                price=found.price,
                unit=found.unit,
                current=found.current,
                change=found.change,
            )
        )


def _uncertainty(project: AuditProject, chosen: str) -> None:
    found = simulate(project, project.option(chosen))
    if found is None:
        return
    if found.constant:
        st.caption(labels.UNCERTAINTY_NONE)
        return
    st.markdown(f"**{labels.UNCERTAINTY}**")
    rows = []
    for name, spread, share in (
        ("N（年）", found.payback, False), ("NPV（万元）", found.npv, False), ("IRR", found.irr, True),
    ):  # fmt: skip
        cells = [_share(p) if share else _number(p) for p in (spread.p10, spread.p50, spread.p90)]
        rows.append(dict(zip(labels.UNCERTAINTY_COLUMNS, (name, *cells), strict=True)))
    st.dataframe(rows, hide_index=True)
    st.write(labels.CHANCE.format(share=found.chance_payback_within))
    st.caption("；".join(found.ranges))


def _charts(project: AuditProject, values: dict[str, Valuation]) -> None:
    chosen = st.segmented_control(
        labels.CHARTS, list(labels.CHART_LABELS), default="abatement_chart",
        format_func=labels.CHART_LABELS.__getitem__,
    )  # fmt: skip
    if chosen is None:
        return
    chart = getattr(charts, chosen)(project, values)
    st.altair_chart(chart, width="content")
    st.download_button(
        labels.CHART_DOWNLOAD, lambda: charts.png(chart), file_name=f"{labels.CHART_LABELS[chosen]}.png",
        mime="image/png", on_click="ignore",
    )  # fmt: skip
