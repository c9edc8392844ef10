"""The record: what the catalogue says about one cleaner-production technology.

Every value that belongs to a vocabulary (``data/codes/*.csv``) may be written in a
record as code, label or alias; it is stored as the code. Loading from YAML passes the
vocabularies as validation context, so an unknown value is an error that names its
nearest neighbour. The compiled form is validated without a context: it was checked
when it was built.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Protocol, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

UNKNOWN: Literal["unknown"] = "unknown"
"""Written where nobody published a value. It is never replaced by zero."""

Unknown = Literal["unknown"]


class CodeResolver(Protocol):
    """What validation needs of the vocabularies."""

    def resolve(self, vocabulary: str, value: str) -> str:
        """Return the code of ``value`` in ``vocabulary`` or raise ``UnknownCode``."""
        ...


def _no_padding(value: str) -> str:
    if value != value.strip():
        raise ValueError("starts or ends with white space, remove it")
    if not value:
        raise ValueError("is empty, write a text or leave the field out")
    return value


Text = Annotated[str, AfterValidator(_no_padding)]
TechnologyId = Annotated[str, Field(pattern=r"^CPT-[0-9]{4}$")]


class _Code:
    """Validator that turns a code, label or alias of one vocabulary into the code."""

    def __init__(self, vocabulary: str) -> None:
        self.vocabulary = vocabulary

    def __call__(self, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, str):
            raise ValueError(f"must be text, put it in quotes ('{value}'): codes keep leading zeros")
        if info.context is None:
            return value
        resolver: CodeResolver = info.context["codes"]
        return resolver.resolve(self.vocabulary, value)


IndustryCode = Annotated[str, BeforeValidator(_Code("industries"))]
CrossIndustryCode = Annotated[str, BeforeValidator(_Code("cross_industry"))]
ProcessCode = Annotated[str, BeforeValidator(_Code("processes"))]
EquipmentCode = Annotated[str, BeforeValidator(_Code("equipment"))]
MediumCode = Annotated[str, BeforeValidator(_Code("media"))]
PollutantCode = Annotated[str, BeforeValidator(_Code("pollutants"))]
ResourceCode = Annotated[str, BeforeValidator(_Code("resources"))]
StageCode = Annotated[str, BeforeValidator(_Code("stages"))]
MeasureCode = Annotated[str, BeforeValidator(_Code("measure_tags"))]
PlusClassCode = Annotated[str, BeforeValidator(_Code("plus_classes"))]
AspectCode = Annotated[str, BeforeValidator(_Code("audit_aspects"))]
HazardCode = Annotated[str, BeforeValidator(_Code("hazards"))]
ApprovalCode = Annotated[str, BeforeValidator(_Code("approvals"))]
ApprovalState = Annotated[str, BeforeValidator(_Code("approval_states"))]
EvidenceCode = Annotated[str, BeforeValidator(_Code("evidence_grades"))]
CostClassCode = Annotated[str, BeforeValidator(_Code("cost_classes"))]
MaturityCode = Annotated[str, BeforeValidator(_Code("maturity_stages"))]
StatusCode = Annotated[str, BeforeValidator(_Code("statuses"))]
ListingCode = Annotated[str, BeforeValidator(_Code("listing_classes"))]
CatalogueCode = Annotated[str, BeforeValidator(_Code("catalogues"))]

PRICE_YEARS = (1980, 2100)
FIGURE_YEARS = (1900, 2100)


class Record(BaseModel):
    """Base of all parts of a record: no unknown field, no silent change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Quantity(Record):
    """A published figure: one value, or a range, or a change from ``before`` to ``value``."""

    value: float | None = Field(None, description="the figure; after the change if before is set")
    min: float | None = Field(None, description="lower end of a published range")
    max: float | None = Field(None, description="upper end of a published range")
    before: float | None = Field(None, description="the figure before the measure, same unit")
    unit: Text = Field(description="unit as published, for example kWh/t, %, 万元")

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        bounds = (self.min, self.max)
        if self.value is None and bounds == (None, None):
            raise ValueError("has neither value nor min/max, write the figure or 'unknown'")
        if self.value is not None and bounds != (None, None):
            raise ValueError("has both value and min/max, keep one of them")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}, swap them")
        return self


class Publication(Record):
    """A published work that figures of the record come from."""

    key: Text = Field(description="short key the figures of this record refer to, for example p1")
    title: Text
    publisher: Text
    year: Annotated[int, Field(ge=FIGURE_YEARS[0], le=FIGURE_YEARS[1])] | Unknown = UNKNOWN
    url: Text | None = Field(None, description="public address of the original")
    read_at: Text | None = Field(None, description="address of a repost, where only that was read")
    tier: Literal["A", "B", "C"] = Field(
        description="A government, agency, journal, patent; B news, industry body; C vendor, other"
    )


class PolicyCitation(Record):
    """The place of a policy document that names the technology."""

    doc: Text = Field(description="key in data/policy/documents.yaml, for example cq-cp-2022")
    place: Text = Field(description="special column or section, for example 专栏1")
    term: Text = Field(description="exact words of the document, one run of characters")
    reads_as: Text | None = Field(
        None, description="the full reading where the words are not contiguous in the document"
    )


class Effect(Record):
    """One effect of the technology; side effects carry ``sign: negative``."""

    metric: Text
    quantity: Quantity | Unknown
    basis: Text = Field(description="what the figure refers to: compared with what, per what")
    sign: Literal["positive", "negative"]
    evidence: EvidenceCode
    source: Text | None = Field(None, description="key of a publication of this record")

    @model_validator(mode="after")
    def _figures_have_a_source(self) -> Self:
        if self.quantity != UNKNOWN and self.source is None and self.evidence != "estimate":
            raise ValueError("has a figure without source, name a publication key")
        if self.quantity != UNKNOWN and self.source is None and self.sign == "positive":
            raise ValueError("an estimated benefit is not a figure, write quantity: unknown")
        return self


class Money(Record):
    """An amount of money with its price year, scale and source."""

    quantity: Quantity
    price_year: Annotated[int, Field(ge=PRICE_YEARS[0], le=PRICE_YEARS[1])] | Unknown
    scale: Text = Field(description="plant or project size the amount belongs to")
    evidence: EvidenceCode
    source: Text = Field(description="key of a publication of this record")


class Payback(Record):
    """A published payback period in years."""

    quantity: Quantity
    basis: Text
    evidence: EvidenceCode
    source: Text

    @model_validator(mode="after")
    def _years(self) -> Self:
        if self.quantity.unit != "年":
            raise ValueError(f"unit '{self.quantity.unit}' is not 年, convert months to years")
        return self


class CostClass(Record):
    """The audit cost class and why it is that one."""

    class_: CostClassCode = Field(alias="class")
    reason: Text

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)


class OperatingWindow(Record):
    """One parameter of the conditions under which the technology works.

    ``of`` tells whose figure it is: ``site``, what the plant must offer (temperature of the waste
    gas, COD of the influent), or ``process``, what the technology itself keeps to or reaches, or one
    of its variants needs (temperature of the reaction, moisture after drying). Only the first is
    compared with what a user describes.
    """

    parameter: Text
    of: Literal["site", "process"] = "site"
    min: float | None = None
    max: float | None = None
    unit: Text
    evidence: EvidenceCode
    source: Text | None = None

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("has neither min nor max, write at least one")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}, swap them")
        if self.source is None and self.evidence != "estimate":
            raise ValueError("has no source, name one or write evidence: estimate")
        return self


class Applicability(Record):
    """Where the technology fits and where it does not."""

    starting_situation: Text
    preconditions: Annotated[list[Text], Field(min_length=1)]
    not_suitable: Annotated[list[Text], Field(min_length=1)]
    operating_window: list[OperatingWindow] = []


class ResourceClaim(Record):
    """A stream the technology uses, so that two users of one stream can be told apart."""

    stream: Text = Field(description="for example 烧结环冷机中低温废气")
    min: float | None = None
    max: float | None = None
    unit: Text | None = None
    note: Text | None = None


class Maturity(Record):
    """Technology readiness (GB/T 22900-2022) and the word catalogues use."""

    trl: Annotated[int, Field(ge=1, le=9)]
    stage: MaturityCode


class ApplicationCase(Record):
    """A site that uses the technology, as published."""

    site: Text
    capacity: Text | Unknown = UNKNOWN
    year: int | Unknown = UNKNOWN
    result: Text
    source: Text


class Supplier(Record):
    """A maker or licensor, as published; it never enters the ranking."""

    name: Text
    source: Text


class Listing(Record):
    """An entry of the technology in an official catalogue (``data/codes/catalogues.csv``)."""

    catalogue: CatalogueCode
    edition: Text
    document_number: Text | Unknown = UNKNOWN
    item: Text | Unknown = UNKNOWN
    class_: ListingCode = Field(alias="class")
    condition: Text | None = None
    source: Text | None = None

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)

    @property
    def is_praise(self) -> bool:
        """True when the class recommends the technology (鼓励, 推广, 示范)."""
        return self.class_ in {"encouraged", "promoted", "demonstrated"}


class Installation(Record):
    """Time needed on site, as published."""

    days: float | Unknown = UNKNOWN
    stop_days: float | Unknown = UNKNOWN
    note: Text | None = None
    source: Text | None = None


class Approval(Record):
    """An approval the retrofit may touch; the user has to verify it."""

    kind: ApprovalCode
    state: ApprovalState


class Technology(Record):
    """One record of the catalogue."""

    id: TechnologyId = Field(description="persistent number, never reused")
    merged_ids: list[TechnologyId] = Field([], description="numbers of records merged into it")
    parent: TechnologyId | None = Field(None, description="the family this technology belongs to")
    status: StatusCode = "current"

    name: Text
    name_en: Text
    aliases: Annotated[list[Text], Field(min_length=1)]
    summary: Text = Field(description="one sentence: what it does to which stream, with what gain")
    principle: Text = Field(description="the route through the equipment, two to five sentences")

    stage: StageCode
    measure_tags: Annotated[list[MeasureCode], Field(min_length=1)]
    plus_class: PlusClassCode
    audit_aspects: Annotated[list[AspectCode], Field(min_length=1)]

    industries: list[IndustryCode] = Field(description="GB/T 4754-2017 codes at any level")
    cross_industry: list[CrossIndustryCode] = []
    processes: list[ProcessCode]
    equipment: list[EquipmentCode]
    media: Annotated[list[MediumCode], Field(min_length=1)]
    pollutants: list[PollutantCode]
    resources: list[ResourceCode]

    problems: Annotated[list[Text], Field(min_length=8)]
    terms: Annotated[list[Text], Field(min_length=15)]

    applicability: Applicability
    resource_claims: list[ResourceClaim] = []

    effects: list[Effect]
    side_effects: Literal["listed", "none_known"] = Field(
        description="listed when negative effects stand in effects, else an explicit none known"
    )
    investment: list[Money] | Unknown = UNKNOWN
    operating_cost: list[Money] | Unknown = UNKNOWN
    payback_years: list[Payback] | Unknown = UNKNOWN
    cost_class: CostClass

    maturity: Maturity
    cases: list[ApplicationCase] = []
    suppliers: list[Supplier] = []
    listed_in: list[Listing] = []

    sources: list[PolicyCitation] = []
    publications: list[Publication] = []

    alternatives: list[TechnologyId] = []
    conflicts_with: list[TechnologyId] = []
    requires: list[TechnologyId] = []

    installation: Installation | Unknown = UNKNOWN
    hazards: Annotated[list[HazardCode], Field(min_length=1)]
    approvals: list[Approval] = []

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        if info.context is None:
            return self  # the compiled form was checked when it was built
        faults = [*self._list_faults(), *self._source_faults(), *self._effect_faults()]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _list_faults(self) -> list[str]:
        faults = []
        if not self.industries and not self.cross_industry:
            faults.append("industries and cross_industry are both empty, write at least one")
        for field in ("aliases", "problems", "terms", "industries", "processes", "equipment"):
            values = getattr(self, field)
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                faults.append(f"{field}: '{twice[0]}' stands twice, keep one")
        for field in ("problems",):
            for text in getattr(self, field):
                if self.name in text:
                    faults.append(f"{field}: '{text}' names the technology, describe the problem")
        return faults

    def _source_faults(self) -> list[str]:
        if not self.sources and not self.publications:
            return ["sources and publications are both empty, cite at least one"]
        keys = [publication.key for publication in self.publications]
        faults = [f"publications: key '{key}' stands twice" for key in set(keys) if keys.count(key) > 1]
        figures: list[Any] = [*self.effects, *self.cases, *self.suppliers, *self.listed_in]
        figures += self.applicability.operating_window
        for field in (self.investment, self.operating_cost, self.payback_years):
            figures += [] if field == UNKNOWN else field
        for figure in figures:
            if figure.source is not None and figure.source not in keys:
                known = ", ".join(keys) or "none"
                faults.append(f"source '{figure.source}' is no publication key here (known: {known})")
        return faults

    def _effect_faults(self) -> list[str]:
        negative = any(effect.sign == "negative" for effect in self.effects)
        if negative and self.side_effects == "none_known":
            return ["side_effects: none_known, but effects hold a negative one, write listed"]
        if not negative and self.side_effects == "listed":
            return ["side_effects: listed, but no effect has sign: negative, add it or write none_known"]
        return []
