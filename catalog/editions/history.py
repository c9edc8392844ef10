"""The life of one number: through editions, renames, merges, and the nominations behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.editions.diff import difference
from catalog.editions.edition import Edition
from catalog.errors import BadInput
from catalog.people import ROLE_LABELS, Role
from catalog.review.desk import STEP_LABELS
from catalog.review.flow import flows
from catalog.store import NotFound, Store


@dataclass(frozen=True)
class Step:
    """One line of the history."""

    when: str
    what: str
    detail: str


def history(number: str, editions: Sequence[Edition], *, store: Store | None = None) -> tuple[Step, ...]:
    """Return everything known about a number, oldest first.

    A number that was merged into another is followed to it.

    Raises:
        BadInput: no edition has the number.
    """
    ordered = sorted(editions, key=lambda edition: edition.year)
    steps: list[Step] = []
    before: Edition | None = None
    for edition in ordered:
        steps += _in_edition(number, edition, before)
        before = edition
    if not steps:
        raise BadInput(f"编号“{number}”不在任何一版目录中，请检查编号（如 CPT-0002）")
    dossiers = {e.dossier for edition in ordered if (e := edition.entry(number)) and e.dossier}
    if store is not None:
        steps = [*_nominations(store, sorted(dossiers)), *steps]
    return tuple(steps)


def _in_edition(number: str, edition: Edition, before: Edition | None) -> list[Step]:
    when = f"{edition.year} 年目录"
    earlier = before.entry(number) if before else None
    own = {number, earlier.number} if earlier else {number}
    withdrawn = next((w for w in edition.withdrawn if w.number in own), None)
    if withdrawn is not None:
        return [Step(when, "退出", withdrawn.reason)]
    entry = edition.entry(number)
    if entry is None:
        return []
    place = f"第 {entry.item} 项 {entry.name}（{entry.class_label}）"
    if entry.number != number and not _same(before, edition, number):
        return [Step(when, "合并", f"{number} 并入 {entry.number} {entry.name}，两个编号均保留")]
    if before is None or earlier is None:
        return [Step(when, "入选", place)]
    found = difference(before, edition)
    change = next((one for one in found.changed if one.number == entry.number), None)
    steps = []
    if change is not None and change.renamed:
        steps.append(Step(when, "更名", f"{change.renamed[0]} → {change.renamed[1]}"))
    told = [one.label for one in change.told if one.field != "name"] if change else []
    if told:
        steps.append(Step(when, "变更", "、".join(told)))
    return steps or [Step(when, "保留", place)]


def _same(before: Edition | None, after: Edition, number: str) -> bool:
    """True when a merged number already pointed to the same entry in the edition before."""
    earlier, later = before.entry(number) if before else None, after.entry(number)
    return earlier is not None and later is not None and earlier.number == later.number


def _nominations(store: Store, ids: Sequence[str]) -> list[Step]:
    steps = []
    for id in ids:
        try:
            flow = flows()[store.get("dossier", id).body["flow"]]
        except NotFound:  # the events outlive their dossier
            flow = flows()["city"]
        labels = {**{move.action: move.label for move in flow.moves}, **STEP_LABELS}
        for event in store.events("dossier", id):
            role: Role = event.role  # type: ignore[assignment]
            who = f"{event.actor}（{ROLE_LABELS.get(role, event.role)}）"
            reason = f"：{event.reason}" if event.reason else ""
            steps.append(Step(event.at[:10], labels.get(event.action, event.action), f"{id} {who}{reason}"))
    return steps
