"""What one option is worth: its yearly saving line by line, standard coal, carbon dioxide, economics.

P is the sum of item effects times prices and of the money lines (saving from energy and
material plus saving from less pollution, audit manual). Prices are compared without VAT:
a 含税 price with a known rate is divided by 1 + rate, one without is used as it is and
said so. A missing price or factor leaves the result empty and is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from catalog.convert import amount_factor, same_dimension
from catalog.convert import factor as unit_factor
from catalog.errors import BadInput
from catalog.factors import Factor, co2_factor, coal_factor
from recommender.audit import items as item_table
from recommender.audit.project import AuditProject, CostClass, Figure, ItemEffect, Option, Price, Profile
from recommender.economics import Acceptance, EconomicInputs, Economics, accept, assess
from recommender.labels import MISSING_INPUTS

WAN = 1e4
_PRICED = ("energy", "water", "material", "product")
"""Kinds whose change always has a money value, so that a missing price is a gap."""

COST_CLASS_LABELS: dict[CostClass, str] = {
    "no_cost": "无费", "low_cost": "低费", "medium_cost": "中费", "high_cost": "高费",
}  # fmt: skip
LOW_COST: tuple[CostClass, ...] = ("no_cost", "low_cost")

_NO_VAT = "{label}价格为含税价且未给增值税率，按含税价计算"
_MISSING_PRICE = "{label}价格"
_NOTHING = "年节省（没有任何效果或费用数据）"


@dataclass(frozen=True)
class Line:
    """One line of the yearly saving."""

    label: str
    kind: str
    item: str
    amount: float | None
    unit: str
    price: float | None
    price_unit: str
    wan_yuan: float | None
    source: str
    estimated: bool


@dataclass(frozen=True)
class Amount:
    """A sum over energy carriers with the factor rows it was computed with, or what is missing."""

    value: float | None
    rows: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    estimated: bool = False


@dataclass(frozen=True)
class Valuation:
    """One option in money, standard coal and carbon dioxide."""

    option_id: str
    lines: tuple[Line, ...]
    annual_saving_wan_yuan: float | None
    tce: Amount
    co2: Amount
    economics: Economics
    acceptance: Acceptance
    cost_class: CostClass | None
    missing: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def is_low_cost(self) -> bool:
        """True for 无/低费."""
        return self.cost_class in LOW_COST

    @property
    def estimated(self) -> bool:
        """True when a figure of the saving is an estimate or an example."""
        return any(line.estimated for line in self.lines)


def net_price(price: Price) -> tuple[float, str | None]:
    """Return the price without VAT and a note where it could not be converted."""
    if price.tax == "excluded":
        return price.figure.value, None
    if price.vat_rate is None:
        return price.figure.value, _NO_VAT.format(label=price.label)
    return price.figure.value / (1 + price.vat_rate), None


def price_in(price_unit: str, unit: str, item: str) -> float:
    """Return the factor from ``amount [unit] x price [price_unit]`` to 万元.

    Raises:
        BadInput: the price is not stated per something that ``unit`` measures.
    """
    money, slash, per = price_unit.partition("/")
    if not slash:
        raise BadInput(f"价格单位“{price_unit}”缺少分母，请写成 元/kWh、元/m³、元/t 等")
    amount = amount_factor(unit, per, t_per_m3=item_table.t_per_m3(item))
    return amount * unit_factor(money, "万元")


def _price_of(profile: Profile, effect: ItemEffect) -> Price | None:
    return next((price for price in profile.prices if price.item == effect.item), None)


def _twice(effects: Iterable[ItemEffect]) -> frozenset[str]:
    """Items given both as generated and as discharged: their tax is counted on what is discharged."""
    kinds: dict[str, set[str]] = {}
    for effect in effects:
        kinds.setdefault(effect.item, set()).add(effect.kind)
    return frozenset(item for item, found in kinds.items() if {"generated", "discharged"} <= found)


def _line(
    effect: ItemEffect, profile: Profile, both: frozenset[str], missing: list[str], notes: list[str]
) -> Line:
    figure = effect.figure
    price = None if effect.kind == "generated" and effect.item in both else _price_of(profile, effect)
    if price is None:
        if effect.kind in _PRICED:
            missing.append(_MISSING_PRICE.format(label=effect.label))
        return Line(
            effect.label, effect.kind, effect.item, figure.value, figure.unit, None, "",
            None, figure.source, figure.is_estimate,
        )  # fmt: skip
    value, note = net_price(price)
    if note is not None and note not in notes:
        notes.append(note)
    worth = figure.value * value * price_in(price.figure.unit, figure.unit, effect.item)
    if effect.kind == "product":
        worth = -worth  # an amount below zero is more output, which is income
    return Line(
        effect.label, effect.kind, effect.item, figure.value, figure.unit, value,
        price.figure.unit, worth, figure.source, figure.is_estimate or price.figure.is_estimate,
    )  # fmt: skip


def saving_lines(
    project: AuditProject, option: Option
) -> tuple[tuple[Line, ...], float | None, tuple[str, ...], tuple[str, ...]]:
    """Return the lines of the yearly saving, P in 万元 (None when incomplete), what is missing, notes."""
    missing: list[str] = []
    notes: list[str] = []
    both = _twice(option.effects)
    lines = [_line(effect, project.profile, both, missing, notes) for effect in option.effects]
    for money in option.money:
        worth = money.figure.value * unit_factor(money.figure.unit, "万元")
        lines.append(
            Line(
                money.label,
                "money",
                "",
                None,
                "",
                None,
                "",
                worth,
                money.figure.source,
                money.figure.is_estimate,
            )
        )
    worths = [line.wan_yuan for line in lines if line.wan_yuan is not None]
    if not worths and not missing:
        missing.append(_NOTHING)
    total = None if missing else sum(worths)
    return tuple(lines), total, tuple(dict.fromkeys(missing)), tuple(notes)


def _energy(option: Option, factors: Mapping[str, Factor | None], to: str) -> Amount:
    total, rows, missing, estimated = 0.0, [], [], False
    energy = [effect for effect in option.effects if effect.kind == "energy"]
    for effect in energy:
        found = factors[effect.item]
        if found is None:
            missing.append(effect.label)
            continue
        density = item_table.t_per_m3(effect.item)
        total += found.times(effect.figure.value, effect.figure.unit, to=to, t_per_m3=density)
        rows.append(found.row)
        estimated = estimated or found.estimated or effect.figure.is_estimate
    if missing:
        return Amount(None, tuple(dict.fromkeys(rows)), tuple(dict.fromkeys(missing)))
    return Amount(total, tuple(dict.fromkeys(rows)), (), estimated)


def coal_equivalent(project: AuditProject, option: Option) -> Amount:
    """Return the standard coal an option saves, tce/a, by the project's basis (当量 or 等价)."""
    basis = project.profile.coal_basis
    factors = {e.item: coal_factor(e.item, basis=basis) for e in option.effects if e.kind == "energy"}
    return _energy(option, factors, "tce")


def carbon_dioxide(project: AuditProject, option: Option) -> Amount:
    """Return the CO2 an option avoids, tCO2/a.

    Energy counts by the factors of the project's region and year; CO2 named as an effect of
    its own (process emissions) is added.
    """
    profile = project.profile
    factors = {
        e.item: co2_factor(e.item, region=profile.region, year=profile.factor_year)
        for e in option.effects
        if e.kind == "energy"
    }
    amount = _energy(option, factors, "tCO2")
    both = _twice(option.effects)
    counted = {"discharged"} if "co2" in both else {"generated", "discharged"}
    direct = [e for e in option.effects if e.item == "co2" and e.kind in counted]
    if amount.value is None or not direct:
        return amount
    added = sum(e.figure.value * _co2_tonnes(e.figure.unit) for e in direct)
    estimated = amount.estimated or any(e.figure.is_estimate for e in direct)
    return replace(amount, value=amount.value + added, estimated=estimated)


def _co2_tonnes(unit: str) -> float:
    return unit_factor(unit, "tCO2" if same_dimension(unit, "tCO2") else "t")


def cost_class(project: AuditProject, option: Option) -> CostClass | None:
    """Return the cost class: the one chosen, else by the project's limits, else None."""
    if option.cost_class is not None:
        return option.cost_class
    if option.investment is None:
        return None
    limits, value = project.profile.cost_limits, option.investment.value
    if value <= limits.no_cost:
        return "no_cost"
    if value <= limits.low_cost:
        return "low_cost"
    return "medium_cost" if value <= limits.medium_cost else "high_cost"


def payback_limit(project: AuditProject, kind: CostClass | None) -> float:
    """Return the longest payback accepted for a cost class, years."""
    limits = project.profile.payback_limits
    if kind in LOW_COST:
        return limits.low_cost
    return limits.medium_cost if kind == "medium_cost" else limits.high_cost


def economic_inputs(project: AuditProject, option: Option, saving: float | None) -> EconomicInputs:
    """Return the inputs of the economic assessment of an option whose yearly saving is known."""
    profile = project.profile
    return EconomicInputs(
        investment_wan_yuan=option.investment.value if option.investment else None,
        annual_saving_wan_yuan=saving,
        discount_rate=profile.discount_rate,
        tax_rate=profile.tax_rate,
        depreciation_years=option.depreciation_years or profile.depreciation_years,
        life_years=option.life_years or profile.life_years,
        residual_rate=profile.residual_rate,
    )


def value_option(project: AuditProject, option: Option) -> Valuation:
    """Return what an option is worth in money, standard coal and carbon dioxide.

    Raises:
        BadInput: a unit does not fit its price or factor; the message names the option.
    """
    try:
        lines, saving, missing, notes = saving_lines(project, option)
        tce, co2 = coal_equivalent(project, option), carbon_dioxide(project, option)
        economics = assess(economic_inputs(project, option, saving))
    except BadInput as error:
        raise BadInput(f"方案 {option.id} {option.name}：{error}") from error
    kind = cost_class(project, option)
    acceptance = accept(
        economics,
        payback_limit_years=payback_limit(project, kind),
        benchmark_irr=project.profile.benchmark_irr,
    )
    gaps = [MISSING_INPUTS[name] for name in economics.missing if name != "annual_saving" or not missing]
    return Valuation(
        option.id, lines, saving, tce, co2, economics, acceptance, kind, (*missing, *gaps), notes
    )


def value_all(project: AuditProject) -> dict[str, Valuation]:
    """Return the valuation of every option by its id."""
    return {option.id: value_option(project, option) for option in project.options}


def investment_figure(value: float, *, source: str = "", evidence: str = "site") -> Figure:
    """Return an investment in 万元 as a figure."""
    return Figure.model_validate({"value": value, "unit": "万元", "source": source, "evidence": evidence})
