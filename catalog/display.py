"""Typed values of a record as the words shown to people; no decisions, no new facts."""

from __future__ import annotations

from catalog.codes import Codes
from catalog.fields import UNKNOWN_LABEL
from catalog.policy import PolicyRegister
from catalog.schema import (
    UNKNOWN,
    Effect,
    Listing,
    Money,
    OperatingWindow,
    Payback,
    PolicyCitation,
    Publication,
    Quantity,
    ResourceClaim,
    Technology,
)

_ESTIMATE_MARK = "（工程估计）"
_DECLARED_MARK = "（供应方声称）"
_PROCESS_MARK = "工艺控制："


def number(value: float) -> str:
    """Return ``value`` without superfluous digits."""
    return f"{value:.10g}"


def interval(low: float | None, high: float | None) -> str:
    """Return a range with one or both ends."""
    if low is None:
        return "" if high is None else f"≤{number(high)}"
    if high is None:
        return f"≥{number(low)}"
    return number(low) if low == high else f"{number(low)}–{number(high)}"


def quantity(value: Quantity | str) -> str:
    """Return a figure with its unit, or 未知."""
    if isinstance(value, str):
        return UNKNOWN_LABEL
    text = interval(value.min, value.max) if value.value is None else number(value.value)
    if value.before is not None:
        text = f"{number(value.before)}→{text}"
    return f"{text} {value.unit}"


def evidence_mark(evidence: str) -> str:
    """Return the mark that a declared or estimated figure must carry wherever it is shown."""
    return {"declared": _DECLARED_MARK, "estimate": _ESTIMATE_MARK}.get(evidence, "")


def effect(value: Effect) -> str:
    """Return one effect on one line."""
    shown = quantity(value.quantity)
    mark = evidence_mark(value.evidence) if value.quantity != UNKNOWN else ""
    return f"{value.metric}：{shown}{mark}，{value.basis}"


def operating_window(value: OperatingWindow) -> str:
    """Return one line of the operating window; what the technology itself keeps to is called so."""
    mark = evidence_mark(value.evidence)
    whose = _PROCESS_MARK if value.of == "process" else ""
    return f"{whose}{value.parameter} {interval(value.min, value.max)} {value.unit}{mark}"


def claim(value: ResourceClaim) -> str:
    """Return a stream the technology uses, with its range where one is known."""
    size = interval(value.min, value.max)
    return f"{value.stream} {size} {value.unit or ''}".strip() if size else value.stream


def money(value: Money) -> str:
    """Return an amount with scale and price year."""
    year = UNKNOWN_LABEL if value.price_year == UNKNOWN else f"{value.price_year}年"
    mark = evidence_mark(value.evidence)
    return f"{quantity(value.quantity)}{mark}（{value.scale}；价格年份：{year}）"


def amounts(values: list[Money] | str) -> str:
    """Return all amounts of a field, or 未知."""
    return UNKNOWN_LABEL if isinstance(values, str) else "；".join(money(value) for value in values)


def payback(values: list[Payback] | str) -> str:
    """Return published payback periods, or 未知."""
    if isinstance(values, str):
        return UNKNOWN_LABEL
    return "；".join(
        f"{quantity(value.quantity)}{evidence_mark(value.evidence)}（{value.basis}）" for value in values
    )


def maturity(technology: Technology, codes: Codes) -> str:
    """Return stage and TRL."""
    stage = codes.label("maturity_stages", technology.maturity.stage)
    return f"{stage}（TRL {technology.maturity.trl}）"


def cost_class(technology: Technology, codes: Codes) -> str:
    """Return the cost class."""
    return codes.label("cost_classes", technology.cost_class.class_)


def citation(source: PolicyCitation, policy: PolicyRegister) -> str:
    """Return a policy citation with document number and state."""
    document = policy.documents[source.doc]
    reading = f"（读作“{source.reads_as}”）" if source.reads_as else ""
    return (
        f"《{document.title}》（{document.number}，{document.state}）{source.place}：“{source.term}”{reading}"
    )


def publication(value: Publication) -> str:
    """Return a published work on one line."""
    year = "年份未知" if value.year == UNKNOWN else str(value.year)
    address = f"，{value.url}" if value.url else ""
    return f"{value.title}，{value.publisher}，{year}{address}"


GREEN_FACTORY_MARK = "（绿色工厂评价可计入）"
"""Shown beside an entry in one of the catalogues that count for the green-factory score."""


def counts_for_green_factory(value: Listing, codes: Codes) -> bool:
    """Return whether the entry counts for the green-factory indicator of adopted technologies.

    Only the positive classes (鼓励, 推广, 示范) of the eight named catalogues count.
    """
    return value.is_praise and codes["catalogues"][value.catalogue].standard == "green_factory"


def listing(value: Listing, codes: Codes) -> str:
    """Return a catalogue entry with its class and, where it applies, the green-factory mark."""
    class_label = codes.label("listing_classes", value.class_)
    catalogue = codes.label("catalogues", value.catalogue)
    condition = f"，条件：{value.condition}" if value.condition else ""
    mark = GREEN_FACTORY_MARK if counts_for_green_factory(value, codes) else ""
    return f"《{catalogue}》（{value.edition}）{class_label}{condition}{mark}"
