"""Objections during the public notice: raised by anybody, handled by the authority, never deleted.

The one door for screen and command; both record the steps ``object`` and ``handle_objection``.
"""

from __future__ import annotations

from catalog.errors import BadInput
from catalog.people import Person, require
from catalog.review.desk import NOTICE_STATE, Desk, Kept
from catalog.review.dossier import Objection

RAISE, HANDLE = "object", "handle_objection"
"""Names of the two steps in the history."""
OPEN_STATE = NOTICE_STATE
"""State in which objections are raised and handled."""


def raise_objection(
    desk: Desk, kept: Kept, person: Person, *, raised_by: str, text: str, id: str | None = None
) -> Kept:
    """Add an objection to a dossier under public notice and return the dossier.

    Args:
        desk: the desk.
        kept: the dossier as it was read.
        person: who enters it.
        raised_by: who objects, a person or a unit.
        text: what is objected to.
        id: number of the objection; by default the next free one of the dossier (YY-1, YY-2 ...).

    Raises:
        NotAllowed: the role may not file objections.
        BadInput: no public notice, nobody or nothing said, or the number is taken.
        Conflict: somebody else saved since ``kept`` was read.
    """
    require(person, "review.objection_file")
    _require_notice(kept)
    if not raised_by.strip():
        raise BadInput(f"{kept.id}：提出人为空，请填写提出异议的单位或个人")
    if not text.strip():
        raise BadInput(f"{kept.id}：异议内容为空，请写明对什么有异议和依据")
    known = {objection.id for objection in kept.dossier.objections}
    if id in known:
        raise BadInput(f"{kept.id}：异议编号“{id}”已有，请换一个编号")
    made = Objection(
        id=id or _next(known), raised_by=raised_by.strip(), raised_on=desk.today(), text=text.strip()
    )
    return desk.update(
        kept, person, RAISE, reason=made.text, detail={"objection": made.id},
        objections=(*kept.dossier.objections, made),
    )  # fmt: skip


def file_objection(desk: Desk, id: str, person: Person, *, raised_by: str, text: str) -> Objection:
    """Add an objection of somebody who knows a nomination from its public notice only, and return it.

    Args:
        desk: the desk.
        id: number of the nomination in the public notice.
        person: who enters it.
        raised_by: who objects, a person or a unit.
        text: what is objected to.

    Raises:
        NotAllowed: the role may not file objections.
        BadInput: its public notice is not running, or nobody or nothing said.
    """
    require(person, "review.objection_file")
    if id not in {one.id for one in desk.under_notice()}:
        raise BadInput(f"{id} 不在公示期内，不能提出异议，请核对公示中的编号")
    filed = raise_objection(desk, desk.get(id), person, raised_by=raised_by, text=text)
    return filed.dossier.objections[-1]


def handle_objection(
    desk: Desk, kept: Kept, person: Person, objection_id: str, *, handling: str, accepted: bool
) -> Kept:
    """Record how an objection was handled and return the dossier; what is handled stays so.

    Args:
        desk: the desk.
        kept: the dossier as it was read.
        person: who handles it.
        objection_id: number of the objection.
        handling: what was found and done.
        accepted: whether the objection is upheld.

    Raises:
        NotAllowed: the role may not handle objections.
        BadInput: no public notice, no such objection, handled already, or nothing said.
        Conflict: somebody else saved since ``kept`` was read.
    """
    require(person, "review.objection_handle")
    _require_notice(kept)
    found = {objection.id: objection for objection in kept.dossier.objections}
    if objection_id not in found:
        known = "、".join(found) or "无"
        raise BadInput(f"{kept.id}：没有异议“{objection_id}”，现有：{known}")
    before = found[objection_id]
    if before.accepted is not None:
        raise BadInput(f"{kept.id}：异议 {objection_id} 已由{before.handled_by}处理，不能改写")
    if not handling.strip():
        raise BadInput(f"{kept.id}：异议 {objection_id} 的处理意见为空，请写明核实情况和处理结果")
    done = {
        "handling": handling.strip(), "accepted": accepted, "handled_by": person.name,
        "handled_on": desk.today(),
    }  # fmt: skip
    found[objection_id] = before.model_copy(update=done)
    return desk.update(
        kept, person, HANDLE, reason=handling.strip(), detail={"objection": objection_id},
        objections=tuple(found.values()),
    )  # fmt: skip


def _require_notice(kept: Kept) -> None:
    if kept.dossier.state != OPEN_STATE:
        raise BadInput(f"{kept.id} 处于“{kept.state_label}”，只有公示中的申报可以登记和处理异议")


def _next(known: set[str]) -> str:
    number = len(known) + 1
    while f"YY-{number}" in known:
        number += 1
    return f"YY-{number}"
