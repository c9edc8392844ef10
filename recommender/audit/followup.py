"""Promise and measurement: what completed options really brought, by technology, 6 and 12 months later.

A ratio is measured over promised, the median over all completed options of a technology. It
is shown from three options on; below that one good or bad site would pass for the technology.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from statistics import median

from catalog.errors import BadInput
from recommender.audit import items as item_table
from recommender.audit.items import unit_scale
from recommender.audit.project import AuditProject, FollowUp, ItemEffect, Option
from recommender.audit.screening import title
from recommender.audit.valuation import saving_lines

FEWEST = 3
"""So many completed options of a technology are needed before their ratio is shown."""
FORMS = (6, 12)
"""Months after completion at which a form is due."""
MONEY = "money"

_MONEY_LABEL = "年节省"
_KIND_LABELS = {"generated": "{label}产生量", "discharged": "{label}排放量"}
_KIND_ORDER = ("energy", "water", "material", "generated", "discharged", "product", MONEY)

Key = tuple[str, str]


@dataclass(frozen=True)
class RealisedRow:
    """One completed option and one item: promised and measured amount of a full year, in ``unit``."""

    technology_id: str
    kind: str
    item: str
    label: str
    project: str
    option_id: str
    months: int
    promised: float
    measured: float
    unit: str

    @property
    def ratio(self) -> float:
        """Measured over promised."""
        return self.measured / self.promised


@dataclass(frozen=True)
class Ratio:
    """How much of what a technology promised was measured; None while ``n`` is too small to be shown."""

    technology_id: str
    label: str
    n: int
    ratio: float | None
    shown: bool
    kind: str
    item: str


def realised_rows(projects: Iterable[AuditProject]) -> tuple[RealisedRow, ...]:
    """Return the raw rows behind the ratios: completed options of a technology with a follow-up.

    The 12-month form is taken before the 6-month one, which stands in for what the former
    does not measure; amounts of both are yearly. What was not promised as a saving (nothing,
    or more use) has no ratio and no row.

    Raises:
        BadInput: promise and measurement of an item are in units that cannot be compared.
    """
    rows = [
        row
        for project in projects
        for option in project.options
        if option.state == "completed" and option.technology_id and option.follow_ups
        for row in chain(_item_rows(project, option), _money_rows(project, option))
    ]
    return tuple(
        sorted(
            rows,
            key=lambda row: (row.technology_id, _KIND_ORDER.index(row.kind), row.item, row.project,
                             row.option_id),
        )
    )  # fmt: skip


def realised_ratios(projects: Iterable[AuditProject]) -> tuple[Ratio, ...]:
    """Return measured over promised by technology and item, and of the yearly saving in money.

    The ratio is the median of the single ratios of ``realised_rows``.

    Raises:
        BadInput: as ``realised_rows``.
    """
    groups: dict[tuple[str, str, str], list[RealisedRow]] = {}
    for row in realised_rows(projects):
        groups.setdefault((row.technology_id, row.kind, row.item), []).append(row)
    return tuple(_ratio(rows) for rows in groups.values())


def _ratio(rows: list[RealisedRow]) -> Ratio:
    first, shown = rows[0], len(rows) >= FEWEST
    value = median(row.ratio for row in rows) if shown else None
    return Ratio(first.technology_id, first.label, len(rows), value, shown, first.kind, first.item)


def _latest_first(option: Option) -> list[FollowUp]:
    return sorted(option.follow_ups, key=lambda form: (form.months, form.date), reverse=True)


def _by_item(effects: Iterable[ItemEffect]) -> dict[Key, list[ItemEffect]]:
    found: dict[Key, list[ItemEffect]] = {}
    for effect in effects:
        found.setdefault((effect.kind, effect.item), []).append(effect)
    return found


def _label(effect: ItemEffect) -> str:
    known = item_table.items().get(effect.item)
    return _KIND_LABELS.get(effect.kind, "{label}").format(label=known.label if known else effect.label)


def _total(effects: list[ItemEffect], unit: str) -> float:
    return sum(one.figure.value * unit_scale(one.figure.unit, unit, one.item) for one in effects)


def _item_rows(project: AuditProject, option: Option) -> Iterator[RealisedRow]:
    forms = [(form, _by_item(form.effects)) for form in _latest_first(option)]
    for key, promised in _by_item(option.effects).items():
        found = next(((form, effects[key]) for form, effects in forms if key in effects), None)
        if found is None:
            continue
        form, measured = found
        unit = promised[0].figure.unit
        try:
            amounts = _total(promised, unit), _total(measured, unit)
        except BadInput as error:
            raise BadInput(
                f"{project.profile.name} {title(option)}：{promised[0].label} 的回访数据：{error}"
            ) from error
        if amounts[0] > 0:
            yield _row(project, option, form, key, _label(promised[0]), amounts, unit)


def _money_rows(project: AuditProject, option: Option) -> Iterator[RealisedRow]:
    found = next((f for f in _latest_first(option) if f.saving_wan_yuan is not None), None)
    if found is None or found.saving_wan_yuan is None:
        return
    try:
        _, promised, _, _ = saving_lines(project, option)
    except BadInput as error:
        raise BadInput(f"{project.profile.name} {title(option)}：{error}") from error
    if promised is not None and promised > 0:
        amounts = promised, found.saving_wan_yuan
        yield _row(project, option, found, (MONEY, ""), _MONEY_LABEL, amounts, "万元")


def _row(
    project: AuditProject,
    option: Option,
    form: FollowUp,
    key: Key,
    label: str,
    amounts: tuple[float, float],
    unit: str,
) -> RealisedRow:
    promised, measured = amounts
    return RealisedRow(
        option.technology_id or "", *key, label, project.profile.name, option.id,
        form.months, promised, measured, unit,
    )  # fmt: skip


def follow_up_due(project: AuditProject, today: datetime.date) -> tuple[str, ...]:
    """Return which completed options miss a form that is due by ``today``, one line each.

    The 6-month form is no longer asked for once the 12-month one is there. A completed option
    without its date is named too: nothing can be due before that is known.
    """
    return tuple(
        f"{title(option)}：{point}"
        for option in project.options
        if option.state == "completed" and (point := _due(option, today))
    )


def _due(option: Option, today: datetime.date) -> str:
    filled = {form.months for form in option.follow_ups}
    if max(FORMS) in filled:
        return ""
    if option.actual is None:
        return "已完成，但缺实际完成日期，无法推算回访时间"
    done = option.actual.date
    lacking = [months for months in FORMS if months not in filled and _months_later(done, months) <= today]
    if not lacking:
        return ""
    forms = "、".join(f"{months} 个月（{_months_later(done, months)} 到期）" for months in lacking)
    return f"{done} 完成，缺 {forms}回访数据"


def _months_later(date: datetime.date, months: int) -> datetime.date:
    """Return the same day some months later, or the last day of a shorter month."""
    years, month = divmod(date.month - 1 + months, 12)
    year = date.year + years
    return date.replace(
        year=year, month=month + 1, day=min(date.day, calendar.monthrange(year, month + 1)[1])
    )
