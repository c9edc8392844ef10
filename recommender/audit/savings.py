"""Savings against the baseline: no option may save more than the site uses or discharges."""

from __future__ import annotations

import math
from collections.abc import Sequence

from catalog.display import number
from catalog.errors import BadInput
from catalog.units import normalised
from recommender.audit import items as item_table
from recommender.audit.project import AuditProject, ItemEffect, YearlyItem
from recommender.audit.screening import title
from recommender.audit.totals import SAVED_KINDS, Key, amount_in, baseline_key

_SAVED = {"generated": "减少{label}产生 ", "discharged": "减少{label}排放 "}
_USED = {"generated": "{label}产生量", "discharged": "{label}排放量", "product": "{label}产量"}


def check_savings(project: AuditProject) -> tuple[str, ...]:
    """Return one line for every saving above what the site uses or discharges in the baseline year.

    Also for units that cannot be converted to that of the baseline. Options rejected or
    abandoned are not looked at.
    """
    lines = []
    for option in project.options:
        if option.outcome == "not_feasible" or option.state == "abandoned":
            continue
        effects: dict[Key, list[ItemEffect]] = {}
        for effect in option.effects:
            effects.setdefault(baseline_key(effect), []).append(effect)
        for key, found in effects.items():
            row = project.baseline(*key)
            fault = _saving_fault(project, row, found) if row is not None else ""
            if fault:
                lines.append(f"{title(option)}：{fault}")
    return tuple(lines)


def _saving_fault(project: AuditProject, row: YearlyItem, effects: Sequence[ItemEffect]) -> str:
    try:
        saving = math.fsum(max(amount_in(effect, row.unit), 0.0) for effect in effects)
    except BadInput as error:
        return f"{row.label}的单位与年度数据不一致：{error}"
    base = project.baseline_amount(row.kind, row.item)
    if base is None or row.kind not in SAVED_KINDS or saving <= base * (1 + 1e-9):
        return ""
    shown = f"{number(saving)} {row.unit}"
    if len(effects) == 1 and normalised(effects[0].figure.unit) != normalised(row.unit):
        shown = f"{number(effects[0].figure.value)} {effects[0].figure.unit}（{shown}）"
    return (
        f"{_saving_word(row)}{shown} 超过 {project.baseline_year} 年{_use_word(row)} "
        f"{number(base)} {row.unit}，请核对数量或单位"
    )


def _alias(row: YearlyItem, start: str) -> str | None:
    known = item_table.items().get(row.item)
    return next((word for word in known.aliases if word.startswith(start)), None) if known else None


def _saving_word(row: YearlyItem) -> str:
    if row.kind in _SAVED:
        return _SAVED[row.kind].format(label=row.label)
    return f"{_alias(row, '节') or f'节约{row.label}'} "


def _use_word(row: YearlyItem) -> str:
    if row.kind in _USED:
        return _USED[row.kind].format(label=row.label)
    return f"{_alias(row, '用') or f'{row.label}用'}量"
