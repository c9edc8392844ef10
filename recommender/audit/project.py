"""What an audit project holds: enterprise, three years of data, targets, problems, options, decisions.

All models are frozen and refuse unknown fields; a change makes a new project
(``model_copy(update=...)``). Amounts are annual. Money is in 万元 unless a unit is written.
A value nobody has given is None and is shown as 未提供, never as zero.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from catalog.errors import BadInput
from catalog.parsing import parsed

FORMAT = 1
"""Version of the file a project is exported as."""

Aspect = Literal[
    "materials_energy", "process_technology", "equipment", "process_control",
    "product", "waste", "management", "staff",
]  # fmt: skip
CostClass = Literal["no_cost", "low_cost", "medium_cost", "high_cost"]
TaxMark = Literal["included", "excluded"]
Outcome = Literal["undecided", "feasible_low_cost", "preliminary_high_cost", "not_feasible"]
State = Literal["recommended", "selected", "implementing", "completed", "abandoned"]
RejectionReason = Literal["conditions", "investment", "space", "done_already", "no_data", "safety", "other"]
ItemKind = Literal["energy", "water", "material", "generated", "discharged", "product"]
KIND_LABELS: dict[ItemKind, str] = {
    "product": "产品", "energy": "能源", "water": "水", "material": "原辅材料",
    "generated": "产生量", "discharged": "排放量",
}  # fmt: skip
Evidence = Literal["site", "declared", "third_party_test", "case", "literature", "estimate", "example"]
"""Where a figure comes from: the site's own data, the evidence grades of the catalogue, or a
figure made up for the worked example and marked as such."""

Rate = Annotated[float, Field(ge=0, lt=1)]
Share = Annotated[float, Field(gt=0, le=1)]
Years = Annotated[int, Field(ge=1, le=100)]
Score = Annotated[int, Field(ge=1, le=10)]


class Part(BaseModel):
    """Base of all parts of a project."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Figure(Part):
    """One number with its unit, range, source and evidence."""

    value: float
    unit: str
    low: float | None = Field(None, description="lower end, for the uncertainty calculation")
    high: float | None = Field(None, description="upper end")
    source: str = Field("", description="where the number was read, or who gave it")
    evidence: Evidence = "site"

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        if not low <= self.value <= high:
            raise ValueError(f"取值 {self.value:g} 不在区间 {low:g}–{high:g} 内，请检查上下限")
        return self

    @property
    def is_estimate(self) -> bool:
        """True when the figure must be marked wherever it is printed."""
        return self.evidence in ("estimate", "example", "declared")


class Price(Part):
    """What one unit of an item costs (or, for a pollutant or waste, its tax or disposal fee)."""

    item: str = Field(description="code of data/audit/items.csv, a pollutant code, or a name of one's own")
    label: str
    figure: Figure = Field(description="unit 元/kWh, 元/m³, 元/t ...")
    tax: TaxMark = "excluded"
    vat_rate: Rate | None = Field(
        None, description="to turn 含税 into 不含税; None: not converted, and said so"
    )


class Shutdown(Part):
    """A window in which the site stands still."""

    name: str
    start: datetime.date
    days: Annotated[int, Field(ge=1, le=366)]


class Stream(Part):
    """A resource stream options may claim, for example a flue gas."""

    id: str
    name: str
    temperature_c: float | None = None
    amount: Figure | None = None
    note: str = ""


class CostLimits(Part):
    """Upper limits of the cost classes, 万元; no national threshold exists, each project states its own."""

    no_cost: Annotated[float, Field(ge=0)] = 0.0
    low_cost: Annotated[float, Field(ge=0)] = 5.0
    medium_cost: Annotated[float, Field(ge=0)] = 50.0

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not self.no_cost <= self.low_cost <= self.medium_cost:
            raise ValueError("费用界限须依次不减：无费 ≤ 低费 ≤ 中费")
        return self


class PaybackLimits(Part):
    """Longest payback accepted, years, by cost class (audit manual: 中费 2–3, 高费 below 10)."""

    low_cost: Annotated[float, Field(gt=0)] = 3.0
    medium_cost: Annotated[float, Field(gt=0)] = 3.0
    high_cost: Annotated[float, Field(gt=0)] = 10.0


class Weights(Part):
    """Weights of the option ranking (权重总和计分排序法), 1 to 10; defaults within the manual's ranges."""

    environment: Score = 10
    economy: Score = 8
    technology: Score = 7
    ease: Score = 5


class Profile(Part):
    """The enterprise and the settings of every calculation."""

    name: str = Field(min_length=1)
    industry: str = Field("", description="GB/T 4754-2017 code, text with leading zeros")
    product: str = ""
    product_unit: str = "t"
    scale: str = ""
    region: str = "重庆"
    factor_year: int | None = Field(None, description="year of the electricity factor; None: the newest")
    coal_basis: Literal["calorific", "equivalent"] = "calorific"
    prices: tuple[Price, ...] = ()
    tax_rate: Rate = 0.25
    discount_rate: Rate | None = None
    benchmark_irr: Rate | None = None
    depreciation_years: Years = 10
    life_years: Years = 10
    residual_rate: Rate = 0.0
    cost_limits: CostLimits = CostLimits()
    payback_limits: PaybackLimits = PaybackLimits()
    weights: Weights = Weights()
    shutdowns: tuple[Shutdown, ...] = ()
    streams: tuple[Stream, ...] = ()
    max_options: Annotated[int, Field(ge=1, le=20)] = Field(3, description="options matched to one problem")


class YearlyItem(Part):
    """Three (or more) years of one item: output, energy, water, material, generated, discharged."""

    kind: ItemKind
    item: str
    label: str
    unit: str
    amounts: dict[int, float | None] = Field(default={}, description="year -> amount; None: not known")
    source: str = ""
    evidence: Evidence = "site"


class Target(Part):
    """A 清洁生产目标: an indicator now, soon, and later."""

    indicator: str
    item: str = Field("", description="item the indicator measures; empty: not computed")
    per_unit: bool = Field(True, description="per unit of product; else the annual amount")
    unit: str
    current: float | None = None
    near: float | None = None
    near_year: int | None = None
    far: float | None = None
    far_year: int | None = None
    higher_is_better: bool = False


class Problem(Part):
    """One line of the problem list."""

    id: str = Field(description="stable key inside the project, for example P1")
    number: str = Field("", description="序号 as the list has it")
    process: str = ""
    text: str
    department: str = ""
    person: str = ""
    due: str = ""
    cause_aspect: Aspect | None = Field(None, description="the aspect that causes the problem")
    other: dict[str, str] = Field(default={}, description="further columns of the list, kept as they are")


class Candidate(Part):
    """One technology found for a problem."""

    technology_id: str
    name: str
    level: Literal["strong", "medium", "weak"]
    score: float
    probability: float
    reasons: tuple[str, ...] = ()


class ProblemMatch(Part):
    """The answer to one problem: candidates, or why there is none."""

    problem_id: str
    verdict: Literal["matched", "none"]
    candidates: tuple[Candidate, ...] = ()
    none_reason: str = ""
    warnings: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()


class ItemEffect(Part):
    """What an option changes in a year: amount above zero is less use or discharge, below zero more.

    Negative effects (ammonia slip, gas used by an oxidiser, sludge) stand beside the positive
    ones and are never left out.
    """

    kind: ItemKind
    item: str
    label: str
    figure: Figure
    baseline_item: str | None = Field(None, description="yearly item it is a share of; None: the same item")


class MoneyLine(Part):
    """A yearly amount that follows from no item: income, labour, maintenance."""

    label: str
    figure: Figure = Field(description="万元 a year; above zero improves the result")


class Scaling(Part):
    """How an investment was scaled from a published case; always an estimate."""

    case_investment_wan_yuan: float
    case_capacity: float
    capacity: float
    capacity_unit: str
    exponent: float = 0.6
    source: str


class SimpleComparison(Part):
    """简易比较: four √/× marks; every × needs its reason."""

    technical: bool = True
    environmental: bool = True
    economic: bool = True
    ease: bool = True
    reasons: dict[Literal["technical", "environmental", "economic", "ease"], str] = {}

    @property
    def passed(self) -> bool:
        """True when every mark is √."""
        return self.technical and self.environmental and self.economic and self.ease

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        for name in ("technical", "environmental", "economic", "ease"):
            if not getattr(self, name) and not self.reasons.get(name, "").strip():
                raise ValueError(f"简易比较：{COMPARISON_LABELS[name]} 为 ×，须写原因")
        return self


COMPARISON_LABELS = {
    "technical": "技术可行",
    "environmental": "环境效果",
    "economic": "经济效果",
    "ease": "实施难易",
}


class Ratings(Part):
    """R of the option ranking, 1 to 10 whole."""

    environment: Score
    economy: Score
    technology: Score
    ease: Score


class Assessment(Part):
    """Texts of the technical and environmental assessment of a 中/高费 option (chapter 5)."""

    advanced: str = ""
    safety: str = ""
    maturity: str = ""
    fit: str = ""
    quality: str = ""
    operation: str = ""
    maintenance: str = ""
    utilities: str = ""
    hazards: str = ""
    approvals: str = ""
    environment: str = ""
    market: str = ""


class Schedule(Part):
    """When an option is built."""

    start: datetime.date | None = None
    days: Annotated[int, Field(ge=0, le=3660)] | None = None
    stop_days: Annotated[float, Field(ge=0, le=366)] | None = None


class Actual(Part):
    """What carrying out an option really cost and brought."""

    date: datetime.date
    cost_wan_yuan: float
    saving_wan_yuan: float | None = None
    effects: tuple[ItemEffect, ...] = ()
    note: str = ""


class FollowUp(Part):
    """A measured result, 6 or 12 months after an option was finished."""

    months: Literal[6, 12]
    date: datetime.date
    effects: tuple[ItemEffect, ...] = ()
    saving_wan_yuan: float | None = Field(None, description="of a full year")
    note: str = ""


class Claim(Part):
    """The share of a stream an option takes."""

    stream: str
    share: Share


class Option(Part):
    """One option (清洁生产方案)."""

    id: str = Field(description="F1, F2, ...")
    name: str = Field(min_length=1)
    origin: Literal["matched", "manual"] = "manual"
    technology_id: str | None = None
    problem_ids: tuple[str, ...] = ()
    aspect: Aspect = "process_technology"
    content: str = ""
    cost_class: CostClass | None = Field(None, description="overrides the class that follows from investment")
    investment: Figure | None = Field(None, description="万元")
    scaling: Scaling | None = None
    effects: tuple[ItemEffect, ...] = ()
    money: tuple[MoneyLine, ...] = ()
    life_years: Years | None = None
    depreciation_years: Years | None = None
    schedule: Schedule = Schedule()
    department: str = ""
    person: str = ""
    indicator: str = ""
    group: str = Field("", description="options of one group compete in the weighted ranking")
    comparison: SimpleComparison | None = None
    ratings: Ratings | None = None
    assessment: Assessment = Assessment()
    outcome: Outcome = "undecided"
    rejection: RejectionReason | None = None
    outcome_reason: str = ""
    state: State = "recommended"
    actual: Actual | None = None
    follow_ups: tuple[FollowUp, ...] = ()
    conflicts_with: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _decided(self) -> Self:
        if self.outcome == "not_feasible" and self.rejection is None:
            raise ValueError(f"方案 {self.id} 为不可行，须选原因代码")
        if self.investment is not None and self.investment.unit != "万元":
            raise ValueError(f"方案 {self.id} 投资单位为“{self.investment.unit}”，请写万元")
        if self.investment is not None and self.investment.value < 0:
            raise ValueError(f"方案 {self.id} 投资 {self.investment.value:g} 为负，请写不小于 0 的万元数")
        return self


class PackageSettings(Part):
    """Limits of the chosen package."""

    budget_wan_yuan: Annotated[float, Field(ge=0)] | None = None
    payback_limit_years: Annotated[float, Field(gt=0)] | None = None
    criterion: Literal["npv", "annual_saving", "co2"] = "npv"


class AuditProject(Part):
    """A cleaner-production audit of one site."""

    format: Literal[1] = 1
    profile: Profile
    years: tuple[YearlyItem, ...] = ()
    base_year: int | None = Field(None, description="year of the baseline; None: the last year with data")
    targets: tuple[Target, ...] = ()
    problems: tuple[Problem, ...] = ()
    matches: tuple[ProblemMatch, ...] = ()
    options: tuple[Option, ...] = ()
    package: PackageSettings = PackageSettings()
    chosen: tuple[str, ...] = Field((), description="options of the chosen package")
    is_example: bool = Field(False, description="worked example: figures marked 示例 are made up")

    @model_validator(mode="after")
    def _references(self) -> Self:
        for name, ids in (
            ("问题", [p.id for p in self.problems]),
            ("方案", [o.id for o in self.options]),
            ("物流能流", [s.id for s in self.profile.streams]),
        ):
            twice = sorted({one for one in ids if ids.count(one) > 1}) if len(set(ids)) < len(ids) else []
            if twice:
                raise ValueError(f"{name}编号“{twice[0]}”重复，请改为不同编号")
        problems, options = {p.id for p in self.problems}, {o.id for o in self.options}
        streams = {s.id for s in self.profile.streams}
        for option in self.options:
            for kind, wanted, known in (
                ("问题", option.problem_ids, problems),
                ("方案", (*option.conflicts_with, *option.requires), options),
                ("物流能流", [claim.stream for claim in option.claims], streams),
            ):
                lost = [one for one in wanted if one not in known]
                if lost:
                    raise ValueError(f"方案 {option.id} 引用的{kind}“{lost[0]}”不存在，请改为已有编号")
        return self

    def option(self, id: str) -> Option:
        """Return an option.

        Raises:
            BadInput: there is none of that number.
        """
        for option in self.options:
            if option.id == id:
                return option
        known = "、".join(option.id for option in self.options) or "无"
        raise BadInput(f"方案“{id}”不存在；已有方案：{known}")

    def with_option(self, option: Option) -> AuditProject:
        """Return the project with ``option`` in place of the one of its id, or added at the end."""
        ids = [one.id for one in self.options]
        options = tuple(option if one.id == option.id else one for one in self.options)
        return self.changed(options=options if option.id in ids else (*self.options, option))

    def changed(self, **values: Any) -> AuditProject:
        """Return a checked copy with other values.

        Raises:
            BadInput: the new values do not fit together.
        """
        content = {name: getattr(self, name) for name in type(self).model_fields} | values
        return parsed(AuditProject, content)

    def next_option_id(self) -> str:
        """Return the next free number: F1, F2, ..."""
        used = {int(o.id[1:]) for o in self.options if o.id[:1] == "F" and o.id[1:].isdecimal()}
        return f"F{max(used, default=0) + 1}"

    @property
    def baseline_year(self) -> int | None:
        """Year of the baseline: the one chosen, else the last with any amount."""
        if self.base_year is not None:
            return self.base_year
        known = [year for row in self.years for year, amount in row.amounts.items() if amount is not None]
        return max(known, default=None)

    def baseline(self, kind: ItemKind, item: str) -> YearlyItem | None:
        """Return the row of yearly data of an item, or None."""
        for row in self.years:
            if row.kind == kind and row.item == item:
                return row
        return None

    def baseline_amount(self, kind: ItemKind, item: str) -> float | None:
        """Return the amount of the baseline year in the row's unit, or None where it is not known."""
        row, year = self.baseline(kind, item), self.baseline_year
        return None if row is None or year is None else row.amounts.get(year)

    @property
    def output(self) -> float | None:
        """Output of the baseline year in the product's unit: the sum of the rows of kind product."""
        year = self.baseline_year
        found = [row.amounts.get(year) for row in self.years if row.kind == "product"] if year else []
        known = [amount for amount in found if amount is not None]
        return sum(known) if known else None
