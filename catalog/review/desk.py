"""The official's desk: dossiers in the store, moved only as the flow and the permissions allow.

Every step is an event with person, role, time and reason; nothing is ever deleted.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from catalog.errors import BadInput
from catalog.nominations.form import Nomination
from catalog.people import NotAllowed, Person, require
from catalog.review.dossier import Correction, Dossier, PublicNotice
from catalog.review.flow import Flow, IllegalMove, Move, flows
from catalog.store import Document, Event, Store

KIND = "dossier"
STEP_LABELS = {
    "create": "建立申报", "edit": "修改申报表", "check": "形式审查（自动）", "formal_check": "形式审查",
    "assign": "分派专家", "recuse": "回避", "hand_out": "发出材料包", "score": "评分",
    "enter_score": "读入评分表", "group_opinion": "专家组意见", "objection": "提出异议",
    "object": "提出异议", "objection_handled": "处理异议", "handle_objection": "处理异议",
}  # fmt: skip
"""Steps that are recorded beside the moves of a flow."""
REVIEW_STATES = frozenset({"expert_review", "city_review"})
"""States in which experts are assigned and score."""
NOTICE_STATE = "public_notice"
"""State of a nomination that is announced to everybody."""
EDITABLE = {
    "draft": "nomination.draft",
    "first_check_returned": "nomination.correct",
    "returned": "nomination.correct",
}


def _today() -> datetime.date:
    return datetime.datetime.now().astimezone().date()


@dataclass(frozen=True)
class Kept:
    """A dossier as it stands in the store."""

    id: str
    revision: int
    dossier: Dossier

    @property
    def state_label(self) -> str:
        """Return the Chinese label of its state."""
        return flows()[self.dossier.flow].states[self.dossier.state].label


@dataclass(frozen=True)
class Announced:
    """What the public notice tells everybody about a nomination, and nothing else."""

    id: str
    name: str
    applicant: str
    summary: str
    notice: PublicNotice


def _kept(document: Document) -> Kept:
    return Kept(document.id, document.revision, Dossier.model_validate(document.body))


class Desk:
    """The single door to dossiers; one object may be shared between threads."""

    def __init__(self, store: Store, *, today: Callable[[], datetime.date] = _today) -> None:
        self.store = store
        self.today = today

    def create(
        self, form: Nomination, person: Person, *, year: int, flow: str = "city", is_example: bool = False
    ) -> Kept:
        """Add a draft and return it; its number is SB-year-running number.

        Raises:
            NotAllowed: the role may neither draft nor import nominations, or drafts for another unit.
            BadInput: unknown flow.
        """
        require(person, "nomination.draft" if person.role == "applicant" else "nomination.import")
        if flow not in flows():
            raise BadInput(f"评审流程“{flow}”不存在，请用 {'、'.join(flows())}")
        form = _own_form(form, person) if person.role == "applicant" else form
        dossier = Dossier.model_validate(
            {"form": form, "year": year, "flow": flow, "state": flows()[flow].start, "is_example": is_example}
        )
        document = self._create(dossier, person)
        self._record(document.id, "create", person, "", {"to": dossier.state})
        return _kept(document)

    def _create(self, dossier: Dossier, person: Person) -> Document:
        """Store a dossier under the next number; when somebody else takes it first, under the one after."""
        name, body = dossier.form.name or "（未命名）", dossier.model_dump(mode="json")
        while True:
            start = f"SB-{dossier.year}-"
            taken = [one.id for one in self.store.documents(KIND) if one.id.startswith(start)]
            number = max((int(id[len(start) :]) for id in taken), default=0) + 1
            id = f"{start}{number:04d}"
            try:
                return self.store.create(KIND, id, body, name=name, actor=person.name)
            except BadInput:
                if id not in {one.id for one in self.store.documents(KIND)}:
                    raise

    def get(self, id: str) -> Kept:
        """Return a dossier.

        Raises:
            NotFound: there is none.
        """
        return _kept(self.store.get(KIND, id))

    def all(self) -> list[Kept]:
        """Return every dossier, by number."""
        return [_kept(document) for document in self.store.bodies(KIND)]

    def visible(self, person: Person) -> list[Kept]:
        """Return what a person may see: the own unit's, the own region's, all, or those assigned."""
        kept = self.all()
        if person.role == "authority":
            return kept
        if person.role == "applicant":
            return [k for k in kept if k.dossier.form.applicant == person.unit and person.unit]
        if person.role == "district":
            return [
                k for k in kept
                if person.unit
                and person.unit in (k.dossier.form.region, k.dossier.form.recommender)
                and k.dossier.state != "draft"
            ]  # fmt: skip
        return [
            k for k in kept
            if any(a.expert_id == person.unit and not a.recused for a in k.dossier.assignments)
        ]  # fmt: skip

    def under_notice(self) -> list[Announced]:
        """Return what everybody may know today: the nominations whose public notice is running."""
        today = self.today()
        return [
            Announced(kept.id, kept.dossier.form.name, kept.dossier.form.applicant,
                      kept.dossier.form.summary, notice)
            for kept in self.all()
            if kept.dossier.state == NOTICE_STATE
            and (notice := kept.dossier.notice) is not None
            and notice.start <= today <= notice.end
        ]  # fmt: skip

    def require_sight(self, kept: Kept, person: Person) -> None:
        """Refuse a dossier the person may not see.

        Raises:
            NotAllowed: it belongs to another unit or region, or is not assigned to the expert.
        """
        if kept.id not in {one.id for one in self.visible(person)}:
            raise NotAllowed(f"{person.name}无权查看 {kept.id}：不属于本单位、本区县或未分派给本人")

    def edit(self, id: str, form: Nomination, person: Person, *, revision: int) -> Kept:
        """Save a change of the form; only a draft or a returned form can be changed.

        Raises:
            BadInput: the form can no longer be changed.
            NotAllowed: wrong role, or a form of another unit.
            Conflict: somebody else saved since; nothing was overwritten.
        """
        kept = self.get(id)
        state = flows()[kept.dossier.flow].states[kept.dossier.state]
        if state.code not in EDITABLE:
            raise BadInput(f"{id} 处于“{state.label}”，不能修改申报表；如需修改请由管理部门退回补正")
        require(person, EDITABLE[state.code])
        if kept.dossier.form.applicant not in ("", person.unit):
            raise NotAllowed(f"{person.name}无权修改 {id}：申报单位为“{kept.dossier.form.applicant}”")
        form = _own_form(form, person)
        saved = self._save(kept, kept.dossier.model_copy(update={"form": form}), person, revision=revision)
        self._record(id, "edit", person, "", {"state": state.code})
        return saved

    def hand_in(self, id: str, person: Person) -> Kept:
        """Hand in a draft for its applicant, whose signed form the person imported.

        Raises:
            NotAllowed: the role may not import, or the applicant began the draft on screen.
            IllegalMove: it was handed in already.
            BadInput: declaration, name or applicant is missing; the draft stays.
        """
        require(person, "nomination.import")
        kept = self.get(id)
        label = flows()[kept.dossier.flow].states[kept.dossier.state].label
        move = next(
            (m for m in flows()[kept.dossier.flow].allowed(kept.dossier.state) if m.action == "submit"), None
        )
        if move is None:
            raise IllegalMove(f"{id} 处于“{label}”，已提交过，不必再提交")
        if self.history(id)[0].role == "applicant":
            raise NotAllowed(f"{id} 由申报单位自行填写，请由申报单位提交")
        obstacle = _obstacle("submit", kept.dossier, self.today())
        if obstacle:
            raise BadInput(f"{id}：{obstacle}")
        changed = kept.dossier.model_copy(update={"state": move.target})
        saved = self._save(kept, changed, person, revision=kept.revision)
        detail = {"from": kept.dossier.state, "to": move.target, "fields": []}
        self._record(id, "submit", person, "据申报单位签章的申报表导入", detail)
        return saved

    def update(
        self,
        kept: Kept,
        person: Person,
        action: str,
        *,
        reason: str = "",
        detail: dict[str, Any] | None = None,
        **values: Any,
    ) -> Kept:
        """Save other values of a dossier (findings, assignments, scores ...) and record the step.

        Raises:
            Conflict: somebody else saved since ``kept`` was read; nothing was overwritten.
        """
        saved = self._save(kept, kept.dossier.model_copy(update=values), person, revision=kept.revision)
        self._record(kept.id, action, person, reason, {"fields": sorted(values), **(detail or {})})
        return saved

    def move(
        self, id: str, action: str, person: Person, *, reason: str = "",
        deadline: datetime.date | None = None, **values: Any,
    ) -> Kept:  # fmt: skip
        """Make one step of the flow.

        Args:
            id: number of the dossier.
            action: the step.
            person: who makes it.
            reason: why.
            deadline: last day to mend, kept with a return for correction.
            values: other fields saved with it (for example ``notice``).

        Raises:
            IllegalMove: the flow has no such step from here.
            NotAllowed: the role may not make it, or the dossier belongs to somebody else.
            BadInput: the step needs a reason, or something it builds on is not done.
        """
        kept = self.get(id)
        dossier, flow = kept.dossier, flows()[kept.dossier.flow]
        target = flow.move(dossier.state, action, person, reason=reason)
        if person.role in ("applicant", "district"):
            self.require_sight(kept, person)
        changed = dossier.model_copy(update=values)
        obstacle = _obstacle(action, changed, self.today())
        if obstacle:
            raise BadInput(f"{id}：{obstacle}")
        if target in REVIEW_STATES and action in ("pass_formal", "next_round"):
            changed = changed.model_copy(update={"round": changed.round + 1})
        if action == "publicise" and changed.notice is None:
            changed = changed.model_copy(update={"notice": PublicNotice(start=self.today())})
        if action == "return":
            changed = _returned(kept.id, changed, self.today(), reason, deadline)
        saved = self._save(kept, changed.model_copy(update={"state": target}), person, revision=kept.revision)
        detail = {"from": dossier.state, "to": target, "fields": sorted(values)}
        self._record(id, action, person, reason, detail)
        return saved

    def moves(self, kept: Kept, person: Person) -> tuple[Move, ...]:
        """Return the steps this person may make now."""
        flow: Flow = flows()[kept.dossier.flow]
        able = []
        for move in flow.allowed(kept.dossier.state):
            try:
                require(person, move.permission)
            except NotAllowed:
                continue
            able.append(move)
        return tuple(able)

    def history(self, id: str) -> list[Event]:
        """Return every step of a dossier, oldest first."""
        return self.store.events(KIND, id)

    def _save(self, kept: Kept, dossier: Dossier, person: Person, *, revision: int) -> Kept:
        body = dossier.model_dump(mode="json")
        name = dossier.form.name or "（未命名）"
        return _kept(self.store.save(KIND, kept.id, body, name=name, revision=revision, actor=person.name))

    def _record(self, id: str, action: str, person: Person, reason: str, detail: dict[str, Any]) -> None:
        told = {**detail, "unit": person.unit}
        self.store.record(KIND, id, action, actor=person.name, role=person.role, reason=reason, detail=told)


def _own_form(form: Nomination, person: Person) -> Nomination:
    """Return the form with the person's unit as applicant; another unit's form is refused."""
    if form.applicant not in ("", person.unit):
        raise NotAllowed(
            f"{person.name}只能以本单位“{person.unit or '未填写'}”申报，申报单位不能写“{form.applicant}”"
        )
    return form.model_copy(update={"applicant": person.unit})


def _returned(
    id: str, dossier: Dossier, on: datetime.date, reason: str, deadline: datetime.date | None
) -> Dossier:
    """Return the dossier with one more correction: what is to be mended now, told for good."""
    if deadline is not None and deadline <= on:
        raise BadInput(f"{id}：补正期限 {deadline.isoformat()} 应晚于退回日期 {on.isoformat()}，请改晚")
    made = Correction(
        sequence=len(dossier.corrections) + 1, returned_on=on, findings=dossier.findings, reason=reason,
        deadline=deadline,
    )  # fmt: skip
    return dossier.model_copy(update={"corrections": (*dossier.corrections, made)})


def _obstacle(action: str, dossier: Dossier, today: datetime.date) -> str | None:
    """Return what still stands in the way of a step, or None."""
    if action == "submit" and not dossier.form.declared:
        return "未作真实性承诺，请勾选并填写承诺人后再提交"
    if action == "submit" and not (dossier.form.name and dossier.form.applicant):
        return "技术名称或申报单位为空，请填写后再提交"
    if action in ("next_round", "approve") or (action == "recommend" and dossier.state in REVIEW_STATES):
        return _unscored(dossier)
    if action == "list":
        return _notice_open(dossier, today)
    return None


def _unscored(dossier: Dossier) -> str | None:
    asked = {a.expert_id for a in dossier.assignments if a.round == dossier.round and not a.recused}
    scored = {score.expert_id for score in dossier.scores if score.round == dossier.round}
    if not asked:
        return f"第 {dossier.round} 轮尚未分派专家，请先分派"
    left = sorted(asked - scored)
    return f"第 {dossier.round} 轮还有 {len(left)} 位专家未评分：{'、'.join(left)}" if left else None


def _notice_open(dossier: Dossier, today: datetime.date) -> str | None:
    if dossier.notice is None:
        return "没有公示记录，请先公示"
    if today <= dossier.notice.end:
        return f"公示期到 {dossier.notice.end.isoformat()}，期满后才能发布"
    waiting = [objection.id for objection in dossier.objections if objection.accepted is None]
    if waiting:
        return f"异议 {'、'.join(waiting)} 尚未处理，请先处理"
    upheld = [objection.id for objection in dossier.objections if objection.accepted]
    return f"异议 {'、'.join(upheld)} 成立，不能发布，请改办未入选" if upheld else None
