"""项目: list, new, open, example, export; the enterprise, prices, three years, targets."""

from __future__ import annotations

from typing import Any

import streamlit as st

from catalog.errors import BadInput
from catalog.factors import factor_years, regions
from catalog.parsing import parsed
from recommender.audit import items
from recommender.audit.demo import demo_project
from recommender.audit.project import AuditProject, Profile
from recommender.audit.repository import SUFFIX, Saved, as_file, from_file
from recommender.ui import audit_labels as labels
from recommender.ui import experience, projects, state
from recommender.ui.figures import FIGURE_COLUMNS, figure, need, read_item
from recommender.ui.tables import Column, editor

_PERCENT = 100.0
_YEARS_SHOWN = 3


def page() -> None:
    """Draw the page."""
    if projects.current() is None:
        st.title(labels.PAGES["project"], anchor=False)
        _start()
        return
    saved = projects.header(labels.PAGES["project"])
    with st.expander(labels.LIST_TITLE):
        _start()
        _file_actions(saved)
    experience.draw()
    views = {
        labels.TAB_PROFILE: _profile, labels.TAB_PRICES: _prices, labels.TAB_YEARS: _years,
        labels.TAB_TARGETS: _targets, labels.TAB_SITE: _site,
    }  # fmt: skip
    chosen = st.segmented_control(
        labels.SECTION_CHOICE, list(views), default=labels.TAB_PROFILE, label_visibility="collapsed",
        key="project_view",
    )  # fmt: skip
    views[chosen or labels.TAB_PROFILE](saved)


def _start() -> None:
    found = projects.repository().projects()
    if not found:
        st.caption(labels.LIST_EMPTY)
    for summary in found:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{summary.name}** :gray[{summary.id} · {summary.saved_at}]")
            if st.button(labels.OPEN, key=f"open_{summary.id}"):
                _open(summary.id)
    left, right = st.columns(2)
    with left.form("new_project"):
        st.markdown(f"**{labels.NEW_TITLE}**")
        name = st.text_input(labels.NEW_NAME, key="new_name")
        industry = _industry_choice("new_industry", None)
        if st.form_submit_button(labels.NEW_BUTTON, type="primary"):
            _create({"name": name.strip(), "industry": industry or ""})
    with right:
        for name, label in labels.DEMO_BUTTONS.items():
            if st.button(label, key=f"demo_{name}"):
                _open(projects.repository().create(demo_project(name)).id)
        upload = st.file_uploader(labels.IMPORT_FILE, type=["json"], key="project_file")
        if upload is not None and st.button(labels.IMPORT_BUTTON):
            try:
                project = from_file(upload.getvalue(), upload.name)
            except BadInput as error:
                st.error(str(error))
            else:
                _open(projects.repository().create(project).id)


def _create(values: dict[str, Any]) -> None:
    try:
        profile = parsed(Profile, values, where=labels.NEW_TITLE)
        saved = projects.repository().create(AuditProject(profile=profile))
    except BadInput as error:
        st.error(f"{labels.NEW_NAME}：{error}" if not values["name"] else str(error))
    else:
        _open(saved.id)


def _open(id: str) -> None:
    projects.open_project(id)
    st.rerun()


def _file_actions(saved: Saved) -> None:
    with st.container(horizontal=True):
        st.download_button(
            labels.EXPORT_FILE, as_file(saved.project), file_name=f"{saved.project.profile.name}{SUFFIX}",
            mime="application/json", on_click="ignore",
        )  # fmt: skip
        if st.button(labels.DUPLICATE):
            _open(projects.repository().duplicate(saved.id).id)
        with st.popover(labels.REMOVE):
            st.write(labels.REMOVE_CONFIRM.format(name=saved.project.profile.name))
            if st.button(labels.REMOVE_YES, type="primary"):
                projects.repository().remove(saved.id)
                projects.close_project()
                st.rerun()


def _industry_choice(key: str, value: str | None) -> str | None:
    vocabulary = state.engine().catalog.codes["industries"]
    codes = [row.code for row in vocabulary]
    known = codes.index(value) if value is not None and value in vocabulary else None
    chosen: str | None = st.selectbox(
        labels.INDUSTRY, codes, index=known,
        format_func=lambda code: f"{vocabulary.label(code)}（{code}）", key=key, placeholder="",
    )  # fmt: skip
    return chosen


def _save_profile(saved: Saved, values: dict[str, Any]) -> None:
    content = saved.project.profile.model_dump() | values
    try:
        profile = parsed(Profile, content, where=labels.TAB_PROFILE)
    except BadInput as error:
        st.error(str(error))
        return
    if profile != saved.project.profile:
        projects.commit(saved.project.changed(profile=profile))
        st.rerun()


def _profile(saved: Saved) -> None:
    profile = saved.project.profile
    key = projects.token()
    left, middle, right = st.columns(3)
    values: dict[str, Any] = {}
    with left:
        values["name"] = st.text_input(labels.NAME, profile.name, key=f"name:{key}")
        values["industry"] = _industry_choice(f"industry:{key}", profile.industry) or ""
        values["product"] = st.text_input(labels.PRODUCT, profile.product, key=f"product:{key}")
        values["product_unit"] = st.text_input(labels.PRODUCT_UNIT, profile.product_unit, key=f"unit:{key}")
        values["scale"] = st.text_input(labels.SCALE, profile.scale, key=f"scale:{key}")
    with middle:
        known = regions()
        index = known.index(profile.region) if profile.region in known else 0
        values["region"] = st.selectbox(labels.REGION, known, index=index, key=f"region:{key}")
        years: list[int | None] = [None, *factor_years(values["region"])]
        chosen = years.index(profile.factor_year) if profile.factor_year in years else 0
        values["factor_year"] = st.selectbox(
            labels.FACTOR_YEAR, years, index=chosen, key=f"factor:{key}:{values['region']}",
            format_func=lambda year: labels.FACTOR_NEWEST if year is None else str(year),
        )  # fmt: skip
        bases = list(labels.COAL_BASES)
        values["coal_basis"] = st.selectbox(
            labels.COAL_BASIS, bases, index=bases.index(profile.coal_basis), key=f"basis:{key}",
            format_func=labels.COAL_BASES.__getitem__,
        )  # fmt: skip
        values["max_options"] = st.number_input(
            labels.MAX_OPTIONS, 1, 20, profile.max_options, key=f"max:{key}"
        )
    with right:
        for field, label, optional in (
            ("discount_rate", labels.DISCOUNT, True),
            ("benchmark_irr", labels.BENCHMARK, True),
            ("tax_rate", labels.TAX, False),
            ("residual_rate", labels.RESIDUAL, False),
        ):
            values[field] = _percent(label, getattr(profile, field), f"{field}:{key}", optional=optional)
        values["depreciation_years"] = st.number_input(
            labels.DEPRECIATION, 1, 100, profile.depreciation_years, key=f"depreciation:{key}"
        )
        values["life_years"] = st.number_input(labels.LIFE, 1, 100, profile.life_years, key=f"life:{key}")
    values["cost_limits"] = _numbers(labels.LIMITS, labels.LIMIT_LABELS, profile.cost_limits, key)
    values["payback_limits"] = _numbers(
        labels.PAYBACK_LIMITS, labels.PAYBACK_LABELS, profile.payback_limits, key
    )
    values["weights"] = _numbers(labels.WEIGHTS, labels.WEIGHT_LABELS, profile.weights, key, whole=True)
    _save_profile(saved, values)


def _percent(label: str, value: float | None, key: str, *, optional: bool) -> float | None:
    shown = None if value is None else round(value * _PERCENT, 6)
    typed = st.number_input(label, 0.0, 99.0, shown, step=0.5, key=key, placeholder="" if optional else "0")
    if typed is None:
        return None if optional else 0.0
    return round(typed / _PERCENT, 8)


def _numbers(
    title: str, names: dict[str, str], content: Any, key: str, *, whole: bool = False
) -> dict[str, float]:
    st.caption(title)
    values: dict[str, float] = {}
    for column, (field, label) in zip(st.columns(len(names)), names.items(), strict=True):
        before = getattr(content, field)
        with column:
            if whole:
                values[field] = st.number_input(label, 1, 10, int(before), key=f"{title}{field}:{key}")
            else:
                values[field] = st.number_input(label, 0.0, None, float(before), key=f"{title}{field}:{key}")
    return values


def _prices(saved: Saved) -> None:
    rows = [
        {
            "item": price.label, "value": price.figure.value, "unit": price.figure.unit, "tax": price.tax,
            "vat": None if price.vat_rate is None else price.vat_rate * _PERCENT,
            "low": price.figure.low, "high": price.figure.high, "source": price.figure.source,
            "evidence": price.figure.evidence,
        }
        for price in saved.project.profile.prices
    ]  # fmt: skip
    columns = (
        Column("item", labels.ITEM, help=labels.ITEM_HELP, required=True),
        Column("value", labels.PRICE, "number", required=True),
        Column("unit", labels.PRICE_UNIT, required=True),
        Column("tax", labels.TAX_MARK, "choice", labels.TAX_MARKS),
        Column("vat", labels.VAT, "number"),
        *FIGURE_COLUMNS,
    )

    def save(found: list[dict[str, Any]]) -> None:
        prices = []
        for row in found:
            where = f"{labels.TAB_PRICES} {row['item'] or ''}"
            need(row, {"item": labels.ITEM, "value": labels.PRICE, "unit": labels.PRICE_UNIT}, where)
            code, label = read_item(row["item"])
            prices.append(
                {
                    "item": code, "label": label, "figure": figure(row, row["unit"]),
                    "tax": row["tax"] or "excluded",
                    "vat_rate": None if row["vat"] is None else row["vat"] / _PERCENT,
                }
            )  # fmt: skip
        content = saved.project.profile.model_dump() | {"prices": prices}
        projects.commit(saved.project.changed(profile=parsed(Profile, content, where=labels.TAB_PRICES)))

    editor("prices", columns, rows, save)


def _years(saved: Saved) -> None:
    project = saved.project
    known = sorted({year for row in project.years for year in row.amounts})
    first = st.number_input(
        labels.YEAR_FIRST, 2000, 2100, known[0] if known else 2023, key=f"first:{projects.token()}"
    )
    years = sorted({*range(first, first + _YEARS_SHOWN), *known})
    options: list[int | None] = [None, *years]
    chosen = options.index(project.base_year) if project.base_year in options else 0
    base = st.selectbox(
        labels.BASE_YEAR, options, index=chosen,
        format_func=lambda year: f"（{project.baseline_year or '—'}）" if year is None else str(year),
        key=f"base_year:{projects.token()}",
    )  # fmt: skip
    if base != project.base_year:
        projects.commit(project.changed(base_year=base))
        st.rerun()
    st.caption(labels.YEARS_HELP)
    rows = [
        {
            "kind": row.kind, "item": row.label, "unit": row.unit, "source": row.source,
            "evidence": row.evidence, **{str(year): row.amounts.get(year) for year in years},
        }
        for row in project.years
    ]  # fmt: skip
    columns = (
        Column("kind", labels.KIND, "choice", labels.KINDS, required=True),
        Column("item", labels.ITEM, help=labels.ITEM_HELP, required=True),
        Column("unit", labels.UNIT, required=True),
        *(Column(str(year), str(year), "number") for year in years),
        Column("source", labels.SOURCE),
        Column("evidence", labels.EVIDENCE, "choice", labels.EVIDENCES),
    )

    def save(found: list[dict[str, Any]]) -> None:
        content = []
        for row in found:
            where = f"{labels.TAB_YEARS} {row['item'] or ''}"
            need(row, {"kind": labels.KIND, "item": labels.ITEM, "unit": labels.UNIT}, where)
            code, label = read_item(row["item"])
            content.append(
                {
                    "kind": row["kind"], "item": code, "label": label, "unit": row["unit"],
                    "amounts": {year: row[str(year)] for year in years},
                    "source": row["source"] or "", "evidence": row["evidence"] or "site",
                }
            )  # fmt: skip
        projects.commit(project.changed(years=content))

    editor(f"years_{years[0]}_{years[-1]}", columns, rows, save)


def _targets(saved: Saved) -> None:
    names = labels.TARGET_COLUMNS
    kinds: dict[str, Any] = {
        "per_unit": "check", "higher_is_better": "check", "near_year": "integer", "far_year": "integer",
        "current": "number", "near": "number", "far": "number",
    }  # fmt: skip
    columns = tuple(Column(key, label, kinds.get(key, "text")) for key, label in names.items())
    rows = []
    for target in saved.project.targets:
        row = target.model_dump()
        known = items.items().get(target.item)
        rows.append(row | {"item": known.label if known else target.item})

    def save(found: list[dict[str, Any]]) -> None:
        content = []
        for row in found:
            need(row, {"indicator": names["indicator"], "unit": names["unit"]}, labels.TAB_TARGETS)
            content.append(row | {"item": read_item(row["item"])[0] if row["item"] else ""})
        projects.commit(saved.project.changed(targets=content))

    editor("targets", columns, rows, save)


def _site(saved: Saved) -> None:
    profile = saved.project.profile
    st.markdown(f"**{labels.SHUTDOWNS}**")
    names = labels.SHUTDOWN_COLUMNS

    def save_shutdowns(found: list[dict[str, Any]]) -> None:
        for row in found:
            need(row, names, labels.SHUTDOWNS)
        content = profile.model_dump() | {"shutdowns": found}
        projects.commit(saved.project.changed(profile=parsed(Profile, content, where=labels.SHUTDOWNS)))

    editor(
        "shutdowns",
        (
            Column("name", names["name"]),
            Column("start", names["start"], "date"),
            Column("days", names["days"], "integer"),
        ),
        [window.model_dump() for window in profile.shutdowns],
        save_shutdowns,
    )
    st.markdown(f"**{labels.STREAMS}**")
    headers = labels.STREAM_COLUMNS

    def save_streams(found: list[dict[str, Any]]) -> None:
        streams = []
        for row in found:
            need(row, {"id": headers["id"], "name": headers["name"]}, labels.STREAMS)
            amount = None if row["value"] is None else {"value": row["value"], "unit": row["unit"] or ""}
            streams.append(
                {
                    "id": row["id"], "name": row["name"], "temperature_c": row["temperature_c"],
                    "amount": amount, "note": row["note"] or "",
                }
            )  # fmt: skip
        content = profile.model_dump() | {"streams": streams}
        projects.commit(saved.project.changed(profile=parsed(Profile, content, where=labels.STREAMS)))

    editor(
        "streams",
        tuple(
            Column(key, label, "number" if key in ("temperature_c", "value") else "text")
            for key, label in headers.items()
        ),
        [
            {
                **stream.model_dump(exclude={"amount"}),
                "value": stream.amount.value if stream.amount else None,
                "unit": stream.amount.unit if stream.amount else None,
            }
            for stream in profile.streams
        ],
        save_streams,
    )
