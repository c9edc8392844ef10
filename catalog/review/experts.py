"""Expert register (专家库): who there is; every change is an event.

An expert acts as a ``Person`` of role expert whose ``unit`` is the expert's number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog.errors import BadInput
from catalog.people import Person, require
from catalog.review.conflict import conflict, same_unit, unit_stem, without_legal_form
from catalog.review.expert import LABELS, Expert, completed, industry_label, is_industry, twin_of
from catalog.review.expert_table import ExpertReading, open_workbook, read_experts
from catalog.store import Document, Event, Store

__all__ = [
    "KIND", "LABELS", "Expert", "ExpertReading", "ExpertRegister", "KeptExpert", "conflict",
    "industry_label", "is_industry", "open_workbook", "read_experts", "same_unit", "unit_stem",
    "without_legal_form",
]  # fmt: skip

KIND = "expert"
_ATTEMPTS = 20
"""How often a number is drawn anew when somebody else took it first."""


@dataclass(frozen=True)
class KeptExpert:
    """An expert as registered, with the revision a change starts from."""

    expert: Expert
    revision: int


def _kept(document: Document) -> KeptExpert:
    return KeptExpert(Expert.model_validate({**document.body, "id": document.id}), document.revision)


class ExpertRegister:
    """The experts in the store; every change is an event, nobody is ever removed, only set inactive."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def add(self, expert: Expert, person: Person) -> KeptExpert:
        """Register an expert under the next number and return the entry.

        Raises:
            NotAllowed: the role may not register experts.
            BadInput: no name, an unknown industry, or the same name and unit again.
        """
        require(person, "expert.register")
        checked = completed(expert)
        for _ in range(_ATTEMPTS):
            known = self.list()
            twin = twin_of(checked, known)
            if twin is not None:
                raise BadInput(
                    f"专家“{twin.name}”（{twin.unit or '单位未提供'}）已登记为 {twin.id}，请修改原记录"
                )
            number = max((int(one.id[3:]) for one in known), default=0) + 1
            new = checked.model_copy(update={"id": f"ZJ-{number:04d}"})
            try:
                document = self.store.create(
                    KIND, new.id, new.model_dump(mode="json"), name=new.name, actor=person.name
                )
            except BadInput:
                continue
            self._record(new.id, "register", person, "", {"name": new.name})
            return _kept(document)
        raise BadInput("专家编号正被他人占用，请稍后再登记")

    def update(self, expert: Expert, person: Person, *, revision: int, reason: str = "") -> KeptExpert:
        """Save a change of a registered expert.

        Raises:
            NotAllowed: the role may not register experts.
            NotFound: the number is not registered.
            BadInput: no name, an unknown industry, or name and unit of another expert.
            Conflict: somebody else saved since; nothing was overwritten.
        """
        require(person, "expert.register")
        before = self.get(expert.id).expert
        checked = completed(expert)
        twin = twin_of(checked, self.list())
        if twin is not None:
            raise BadInput(f"姓名和工作单位与 {twin.id} 相同，请核对后再保存 {expert.id}")
        document = self.store.save(
            KIND,
            checked.id,
            checked.model_dump(mode="json"),
            name=checked.name,
            revision=revision,
            actor=person.name,
        )
        changed = sorted(name for name in LABELS if getattr(before, name) != getattr(checked, name))
        self._record(checked.id, "update", person, reason, {"fields": changed})
        return _kept(document)

    def list(self, *, active_only: bool = False) -> tuple[Expert, ...]:
        """Return the experts by number."""
        found = (_kept(document).expert for document in self.store.bodies(KIND))
        return tuple(expert for expert in found if expert.active or not active_only)

    def get(self, id: str) -> KeptExpert:
        """Return a registered expert.

        Raises:
            NotFound: there is none of that number.
        """
        return _kept(self.store.get(KIND, id))

    def import_table(self, content: bytes, name: str, person: Person) -> ExpertReading:
        """Register the experts of an XLSX or CSV table; returns those added and one line a fault.

        Raises:
            NotAllowed: the role may not register experts.
            BadInput: the file is no table of experts.
        """
        require(person, "expert.register")
        reading = read_experts(content, name)
        added, faults = [], list(reading.faults)
        for expert in reading.experts:
            try:
                added.append(self.add(expert, person).expert)
            except BadInput as error:
                faults.append(f"{name}：{error}")
        return ExpertReading(tuple(added), tuple(faults), reading.unknown_columns)

    def history(self, id: str) -> Sequence[Event]:
        """Return every change of an expert's entry, oldest first."""
        return self.store.events(KIND, id)

    def _record(self, id: str, action: str, person: Person, reason: str, detail: dict[str, Any]) -> None:
        self.store.record(KIND, id, action, actor=person.name, role=person.role, reason=reason, detail=detail)
