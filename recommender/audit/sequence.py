"""The value of options carried out together: savings one after another, cash flows added up.

An option's saving on an item acts on what the options before it left over
(``totals.sequenced``), so nothing is saved twice and never more than there is. The order is
that of the schedule, options without a start last, then by number. Money, standard coal and
CO2 follow from the reduced savings with the formulas of ``valuation``. Every option keeps its
own tax, depreciation and life; N, NPV and IRR are those of the summed yearly flows over the
longest life.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from catalog.errors import BadInput
from recommender.audit.project import AuditProject, Option
from recommender.audit.screening import natural_key, title
from recommender.audit.totals import sequenced
from recommender.audit.valuation import Amount, Line, Valuation, saving_lines, value_option
from recommender.economics import FloatArray, irr, npv, payback_years
from recommender.labels import MISSING_INPUTS, join

_NO_PREREQUISITE = "{option}：缺少前置方案 {required} {name}，请一并选入，或去掉方案 {id}"
_NO_BASELINE = "{label}没有基准年数据，节约量直接相加，未按先后折减，也未核对是否超过现状"
_ABOVE_BASELINE = "{option}：节约量超过基准年数据，超出部分不计，请核对数量或单位"
_PROJECT_WIDE = MISSING_INPUTS["discount_rate"]
"""The one missing input that belongs to the project and not to an option."""


@dataclass(frozen=True)
class PackageLine(Line):
    """One line of an option's saving inside a package.

    ``share`` is the part of the option's own saving that is left to it after the options
    before it, 1 where nothing was taken.
    """

    option_id: str
    share: float


@dataclass(frozen=True)
class PackageValue:
    """Options carried out together, in the order of ``ids``.

    Money in 万元, ``payback_years`` in years, ``irr`` as a fraction; ``tce`` per year and
    ``co2`` in t per year with their factor rows. A figure stays None while ``missing`` names
    what it needs; of an empty package the sums are 0, N and IRR have no value.
    """

    ids: tuple[str, ...]
    lines: tuple[PackageLine, ...]
    investment_wan_yuan: float | None
    annual_saving_wan_yuan: float | None
    npv_wan_yuan: float | None
    payback_years: float | None
    irr: float | None
    tce: Amount
    co2: Amount
    missing: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def estimated(self) -> bool:
        """True when a line of the saving is an estimate or an example."""
        return any(line.estimated for line in self.lines)


def in_order(project: AuditProject, ids: Iterable[str]) -> tuple[Option, ...]:
    """Return the options of ``ids`` once each: by start of the schedule, undated last, then by number.

    Raises:
        BadInput: there is no option of that number.
    """
    found = [project.option(id) for id in dict.fromkeys(ids)]
    return tuple(sorted(found, key=lambda o: (o.schedule.start or datetime.date.max, natural_key(o.id))))


def missing_prerequisites(options: Sequence[Option]) -> list[tuple[Option, str]]:
    """Return each option with the number of a prerequisite that is not among ``options``."""
    present = {option.id for option in options}
    return [
        (option, required)
        for option in options
        for required in sorted(set(option.requires), key=natural_key)
        if required not in present
    ]


def package_value(project: AuditProject, ids: Iterable[str]) -> PackageValue:
    """Return what options are worth carried out together.

    Raises:
        BadInput: an option or its prerequisite is not there, or a unit does not fit its
            baseline, price or factor; the message names the option.
    """
    options = in_order(project, ids)
    for option, required in missing_prerequisites(options):
        name = project.option(required).name
        raise BadInput(
            _NO_PREREQUISITE.format(option=title(option), required=required, name=name, id=option.id)
        )
    reduced = sequenced(project, options)
    valued = [value_option(project, option) for option in reduced]
    savings = [one.annual_saving_wan_yuan for one in valued]
    investments = [one.economics.inputs.investment_wan_yuan for one in valued]
    investment = _sum(investments)
    return PackageValue(
        tuple(option.id for option in options),
        tuple(line for before, after in zip(options, reduced, strict=True)
              for line in _lines(project, before, after)),
        investment,
        _sum(savings),
        *_measures(project, valued, investment),
        _amounts([one.tce for one in valued]),
        _amounts([one.co2 for one in valued]),
        _missing(valued),
        tuple(dict.fromkeys([note for one in valued for note in one.notes] + _notes(project, options))),
    )  # fmt: skip


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) if len(known) == len(values) else None


def _lines(project: AuditProject, before: Option, after: Option) -> list[PackageLine]:
    """Lines of the reduced option; effects come first and in the order of the option."""
    pairs = zip(before.effects, after.effects, strict=True)
    shares = [new.figure.value / old.figure.value if old.figure.value else 1.0 for old, new in pairs]
    shares += [1.0] * len(before.money)
    lines = saving_lines(project, after)[0]
    return [
        PackageLine(
            **{field.name: getattr(line, field.name) for field in fields(Line)},
            option_id=before.id,
            share=share,
        )
        for line, share in zip(lines, shares, strict=True)
    ]


def _flows(project: AuditProject, valued: Sequence[Valuation]) -> tuple[FloatArray, FloatArray] | None:
    """Yearly flows of all options over the longest life, with and without the residual values.

    Returns:
        Two arrays (years,), 万元/a, or None while the flow of an option is unknown.
    """
    years = max((len(one.economics.cash_flows_wan_yuan) for one in valued), default=0)
    flows, plain = np.zeros(years), np.zeros(years)
    for one in valued:
        own, invested = one.economics.cash_flows_wan_yuan, one.economics.inputs.investment_wan_yuan
        if not own or invested is None:
            return None
        flows[: len(own)] += own
        plain[: len(own)] += own
        plain[len(own) - 1] -= invested * project.profile.residual_rate
    return flows, plain


def _measures(
    project: AuditProject, valued: Sequence[Valuation], investment: float | None
) -> tuple[float | None, float | None, float | None]:
    """NPV, N and IRR of the summed flows, each None where it cannot be calculated."""
    rate, found = project.profile.discount_rate, _flows(project, valued)
    if investment is None or found is None:
        return None, None, None
    flows, plain = found
    if not len(flows):
        return 0.0, None, None
    worth = None if rate is None else npv(rate, investment, flows)
    if flows[0] <= 0:
        return worth, None, None
    return (
        worth,
        payback_years(investment, plain),
        irr(investment, flows) if investment > 0 else None,
    )


def _amounts(parts: Sequence[Amount]) -> Amount:
    rows = tuple(dict.fromkeys(row for part in parts for row in part.rows))
    missing = tuple(dict.fromkeys(name for part in parts for name in part.missing))
    total = _sum([part.value for part in parts])
    return Amount(total, rows, missing, total is not None and any(part.estimated for part in parts))


def _missing(valued: Sequence[Valuation]) -> tuple[str, ...]:
    """What is missing, each with the options that lack it."""
    lacking: dict[str, list[str]] = {}
    for one in valued:
        for name in one.missing:
            lacking.setdefault(name, []).append(one.option_id)
    return tuple(name if name == _PROJECT_WIDE else f"{join(ids)}：{name}" for name, ids in lacking.items())


def _notes(project: AuditProject, options: Sequence[Option]) -> list[str]:
    """Notes on savings above the baseline, and on items whose baseline amount is not known."""
    above = [
        _ABOVE_BASELINE.format(option=title(option))
        for option in options
        if sequenced(project, [option]) != (option,)
    ]
    return above + [
        _NO_BASELINE.format(label=effect.label)
        for option in options
        for effect in option.effects
        if effect.kind != "product"
        and effect.figure.value > 0
        and project.baseline_amount(effect.kind, effect.baseline_item or effect.item) is None
    ]
