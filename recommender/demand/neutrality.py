"""Neutrality (N24): whose technologies stand in the first places, and who stood aside in reviews.

The ranking never reads a supplier; ``shuffled`` gives the catalogue with which this is shown:
the same records with the suppliers' names permuted must be ranked the same.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from catalog import Catalog, Technology
from catalog.errors import BadInput
from catalog.people import ROLE_LABELS
from catalog.store import Event, Store
from recommender.query import Query

if TYPE_CHECKING:
    from recommender.engine import RecommenderEngine

NO_SUPPLIER = "无供应单位"
_NO_PLACES = "未计算：{asked}条问题都没有推荐结果"
_HEAD = "{asked}条问题，前{k}位共{places}个推荐位；位次加权按 1/log2(位次+1)"
_SKIPPED = "另有{skipped}条问题无法匹配（为空或过长），未计入"
_LINE = "{supplier}：{places}个推荐位，占{share:.2f}%，位次加权占{weighted:.2f}%"
_RULE = "供应单位不参与排序；没有付费位。无供应单位：记录未登记供应单位。"
_RECUSAL = "{at} {kind} {id} {actor}（{role}）回避：{reason}"
_NO_RECUSAL = "回避记录：无"
_NOT_GIVEN, _NOT_GIVEN_ROLE = "未写理由", "未写角色"


@dataclass(frozen=True)
class SupplierShare:
    """One supplier's part of the first places.

    ``places`` counts places; one shared by n suppliers gives each 1/n. ``share`` is of all
    places, ``weighted`` of their weights 1/log2(rank + 1), both in %.
    """

    supplier: str
    places: Fraction
    share: float
    weighted: float


@dataclass(frozen=True)
class Exposure:
    """Shares of all suppliers in the first ``k`` places, largest first; each column sums to 100.00 %."""

    k: int
    queries: int
    skipped: int
    places: int
    shares: tuple[SupplierShare, ...]


def exposure(engine: RecommenderEngine, queries: Iterable[Query | str], *, k: int = 10) -> Exposure:
    """Return the share of each supplier in the first ``k`` places over ``queries``.

    The position weight is that of discounted exposure, 1/log2(rank + 1) (Singh and Joachims 2018).

    Args:
        engine: opened recommender.
        queries: questions or plain texts; those the engine refuses are counted as skipped.
        k: places looked at.

    Raises:
        BadInput: ``k`` is below one.
    """
    if k < 1:
        raise BadInput(f"k {k}: 推荐位数须为正整数，例如 10")
    counted: dict[str, Fraction] = {}
    weights: dict[str, float] = {}
    asked = skipped = places = 0
    for one in queries:
        query = Query(one) if isinstance(one, str) else one
        asked += 1
        try:
            matches = engine.match(replace(query, k=k)).matches
        except BadInput:
            skipped += 1
            continue
        for match in matches:
            places += 1
            names = suppliers_of(match.technology)
            for name in names:
                counted[name] = counted.get(name, Fraction(0)) + Fraction(1, len(names))
                weights[name] = weights.get(name, 0.0) + 1.0 / (math.log2(match.rank + 1) * len(names))
    shares = percentages({name: float(value) for name, value in counted.items()})
    weighted = percentages(weights)
    found = [SupplierShare(name, counted[name], shares[name], weighted[name]) for name in counted]
    order = tuple(sorted(found, key=lambda one: (-one.places, one.supplier)))
    return Exposure(k, asked, skipped, places, order)


def suppliers_of(technology: Technology) -> tuple[str, ...]:
    """Return the suppliers of a record, each once, or the one word for none."""
    return tuple(dict.fromkeys(one.name for one in technology.suppliers)) or (NO_SUPPLIER,)


def percentages(amounts: dict[str, float]) -> dict[str, float]:
    """Return the shares of ``amounts`` in %, rounded to 0.01 so that they sum to exactly 100.00.

    Largest remainder: every share is cut to hundredths and the hundredths left over go to the
    largest remainders, ties by name. No amounts, no shares.
    """
    total = math.fsum(amounts.values())
    if total <= 0:
        return dict.fromkeys(amounts, 0.0)
    exact = {name: Fraction(value) / Fraction(total) * 10_000 for name, value in amounts.items()}
    cut = {name: math.floor(value) for name, value in exact.items()}
    order = sorted(exact, key=lambda name: (cut[name] - exact[name], name))
    for name in order[: 10_000 - sum(cut.values())]:
        cut[name] += 1
    return {name: cut[name] / 100 for name in amounts}


def shuffled(catalog: Catalog, seed: int) -> Catalog:
    """Return the catalogue with the suppliers' names permuted among each other.

    The fingerprint differs, so that an engine opened on it builds its indexes afresh instead of
    taking those of the original.

    Args:
        catalog: the records.
        seed: of the permutation.
    """
    names = sorted({one.name for t in catalog.technologies for one in t.suppliers})
    others = names[:]
    random.Random(seed).shuffle(others)
    renamed = dict(zip(names, others, strict=True))

    def other(technology: Technology) -> Technology:
        suppliers = [one.model_copy(update={"name": renamed[one.name]}) for one in technology.suppliers]
        return technology.model_copy(update={"suppliers": suppliers})

    return Catalog(
        [other(technology) for technology in catalog.technologies],
        catalog.codes,
        catalog.policy,
        f"{catalog.fingerprint}-suppliers-{seed}",
        catalog.usage,
    )


def recusals(store: Store) -> tuple[Event, ...]:
    """Return the steps in which somebody stood aside, in the order they happened."""
    return tuple(event for event in store.events() if "recus" in event.action)


def report_lines(found: Exposure, events: Iterable[Event] = ()) -> list[str]:
    """Return the neutrality report line by line: exposure, then the recusal log."""
    log = [_recusal(event) for event in events] or [_NO_RECUSAL]
    skipped = [_SKIPPED.format(skipped=found.skipped)] if found.skipped else []
    if not found.places:
        return [_NO_PLACES.format(asked=found.queries), *skipped, *log]
    head = _HEAD.format(asked=found.queries, k=found.k, places=found.places)
    lines = [
        _LINE.format(
            supplier=one.supplier, places=_amount(one.places), share=one.share, weighted=one.weighted
        )
        for one in found.shares
    ]
    return [head, *skipped, *lines, _RULE, *log]


def _amount(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else f"{float(value):.2f}"


def _recusal(event: Event) -> str:
    role = {str(code): label for code, label in ROLE_LABELS.items()}.get(event.role, event.role)
    return _RECUSAL.format(
        at=event.at, kind=event.kind, id=event.id, actor=event.actor, role=role or _NOT_GIVEN_ROLE,
        reason=event.reason or _NOT_GIVEN,
    )  # fmt: skip
