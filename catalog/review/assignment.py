"""Who is asked to score what: a proposal by field and industry, its saving, and stepping back.

Assignment needs no chance: the same dossiers and experts give the same proposal in whatever order
they come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog.codes import fold
from catalog.errors import BadInput
from catalog.nominations.form import Nomination
from catalog.people import NotAllowed, Person, require
from catalog.review.desk import REVIEW_STATES, Desk, Kept
from catalog.review.dossier import Assignment
from catalog.review.experts import Expert, ExpertRegister, conflict


@dataclass(frozen=True)
class Choice:
    """An expert proposed for a dossier; ``match`` 0 means that neither field nor industry fits."""

    dossier_id: str
    expert_id: str
    match: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def matched(self) -> bool:
        """Return whether field or industry fits."""
        return self.match > 0


@dataclass(frozen=True)
class Shortage:
    """A dossier that lacks experts, and why each of the others cannot be asked."""

    dossier_id: str
    lacking: int
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        why = "；".join(self.reasons) or "专家库中没有其他专家"
        return f"{self.dossier_id} 还缺 {self.lacking} 位专家：{why}"


@dataclass(frozen=True)
class Assignments:
    """A proposal for one round; nothing is saved until ``save_assignments``."""

    round: int
    choices: tuple[Choice, ...]
    shortages: tuple[Shortage, ...]

    def of(self, dossier_id: str) -> tuple[Choice, ...]:
        """Return what is proposed for one dossier."""
        return tuple(choice for choice in self.choices if choice.dossier_id == dossier_id)


def match(expert: Expert, form: Nomination) -> tuple[int, tuple[str, ...]]:
    """Return how well an expert fits (0 to 4) and what fits.

    2 for the field (所属领域, one inside the other), 2 for an industry on the same line of
    GB/T 4754 (one code begins with the other), 1 for the same division (first two digits).
    """
    wanted = fold(form.field)
    field = next((f for f in expert.fields if wanted and fold(f) and _inside(fold(f), wanted)), None)
    pairs = [(own, asked) for own in expert.industries for asked in form.industries if own and asked]
    line = next((own for own, asked in pairs if own.startswith(asked) or asked.startswith(own)), None)
    division = next((own for own, asked in pairs if own[:2] == asked[:2]), None)
    points = (2 if field else 0) + (2 if line else 1 if division else 0)
    reasons = [f"所属领域：{field}"] if field else []
    reasons += [f"行业：{line}"] if line else [f"同大类行业：{division}"] if division else []
    return points, tuple(reasons)


def _inside(one: str, other: str) -> bool:
    return one in other or other in one


def _active(kept: Kept, round: int) -> set[str]:
    return {a.expert_id for a in kept.dossier.assignments if a.round == round and not a.recused}


def _loads(dossiers: Iterable[Kept], round: int) -> Counter[str]:
    return Counter(expert for kept in dossiers for expert in _active(kept, round))


def _bar(expert: Expert, kept: Kept) -> str | None:
    """Return why an expert cannot be asked, or None."""
    if not expert.active:
        return "已停用"
    if any(a.expert_id == expert.id and a.recused for a in kept.dossier.assignments):
        return "已回避本项"
    return conflict(expert, kept.dossier.form)


def assign(
    dossiers: Iterable[Kept], experts: Iterable[Expert], *, per_dossier: int = 3, round: int
) -> Assignments:
    """Propose experts for every dossier that has fewer than ``per_dossier`` in a round.

    Dossiers with the fewest fitting experts choose first. Each takes experts that fit before those
    that do not, then the least loaded, then the best fit, then the lowest number. Experts already
    asked in the round stay and count.

    Args:
        dossiers: the dossiers of the round.
        experts: the register.
        per_dossier: experts wanted for each, from 1.
        round: number of the round, from 1.

    Raises:
        BadInput: fewer than one expert wanted.
    """
    if per_dossier < 1:
        raise BadInput(f"每项专家数 {per_dossier} 应为不小于 1 的整数")
    waiting = sorted(dossiers, key=lambda kept: kept.id)
    pool = sorted(experts, key=lambda expert: expert.id)
    loads = _loads(waiting, round)

    def fitting(kept: Kept) -> int:
        form = kept.dossier.form
        return sum(_bar(expert, kept) is None and match(expert, form)[0] > 0 for expert in pool)

    proposals = [
        _propose(kept, pool, per_dossier=per_dossier, round=round, loads=loads)
        for _, kept in sorted(
            ((fitting(kept), kept) for kept in waiting), key=lambda pair: (pair[0], pair[1].id)
        )
    ]
    choices = [choice for chosen, _ in proposals for choice in chosen]
    shortages = [shortage for _, shortage in proposals if shortage is not None]
    return Assignments(
        round,
        tuple(sorted(choices, key=lambda c: (c.dossier_id, not c.matched, -c.match, c.expert_id))),
        tuple(sorted(shortages, key=lambda s: s.dossier_id)),
    )


def _propose(
    kept: Kept, pool: Sequence[Expert], *, per_dossier: int, round: int, loads: Counter[str]
) -> tuple[list[Choice], Shortage | None]:
    """Choose for one dossier and add to ``loads``."""
    asked = _active(kept, round)
    bars = {expert.id: _bar(expert, kept) for expert in pool if expert.id not in asked}
    able = []
    for expert in pool:
        if expert.id not in asked and bars[expert.id] is None:
            points, reasons = match(expert, kept.dossier.form)
            able.append(Choice(kept.id, expert.id, points, reasons))
    able.sort(key=lambda c: (not c.matched, loads[c.expert_id], -c.match, c.expert_id))
    chosen = able[: max(0, per_dossier - len(asked))]
    loads.update(choice.expert_id for choice in chosen)
    lacking = per_dossier - len(asked) - len(chosen)
    if lacking <= 0:
        return chosen, None
    why = tuple(f"{e.name}（{e.id}）{bars[e.id]}" for e in pool if bars.get(e.id) is not None)
    return chosen, Shortage(kept.id, lacking, why)


def save_assignments(
    desk: Desk, choices: Iterable[Choice], person: Person, *, round: int
) -> tuple[Kept, ...]:
    """Save chosen experts, proposed or picked by hand, and return the changed dossiers.

    Everything is checked before anything is saved; who is already asked is not asked twice.

    Raises:
        NotAllowed: the role may not assign experts.
        NotFound: a dossier or an expert is not there.
        BadInput: a dossier is not in that round, or an expert is inactive, recused or in conflict.
    """
    require(person, "review.assign")
    register = ExpertRegister(desk.store)
    wanted: dict[str, list[str]] = {}
    for choice in choices:
        wanted.setdefault(choice.dossier_id, []).append(choice.expert_id)
    ready = []
    for id, chosen in sorted(wanted.items()):
        kept = in_review(desk, id, round=round)
        for expert_id in chosen:
            bar = _bar(register.get(expert_id).expert, kept)
            if bar:
                raise BadInput(f"{id} 不能分派 {expert_id}：{bar}，请另选专家")
        new = [one for one in dict.fromkeys(chosen) if one not in _active(kept, round)]
        if new:
            ready.append((kept, new))
    saved = []
    for kept, new in ready:
        added = tuple(Assignment(expert_id=one, round=round) for one in new)
        detail = {"experts": new, "round": round}
        assignments = (*kept.dossier.assignments, *added)
        saved.append(desk.update(kept, person, "assign", detail=detail, assignments=assignments))
    return tuple(saved)


def in_review(desk: Desk, id: str, *, round: int) -> Kept:
    """Return a dossier that is being reviewed in ``round``.

    Raises:
        NotFound: there is no such dossier.
        BadInput: it is not being reviewed, or in another round.
    """
    kept = desk.get(id)
    if kept.dossier.state not in REVIEW_STATES:
        raise BadInput(f"{id} 处于“{kept.state_label}”，不在专家评审中")
    if kept.dossier.round != round:
        raise BadInput(f"{id} 正在第 {kept.dossier.round} 轮评审，不是第 {round} 轮")
    return kept


# Recusal


@dataclass(frozen=True)
class Recusal:
    """A recorded recusal, and who could take over, or why nobody can."""

    kept: Kept
    replacement: Choice | None
    shortage: Shortage | None


def recuse(desk: Desk, dossier_id: str, expert: str, person: Person, reason: str) -> Recusal:
    """Record that an expert steps back from a dossier, and propose a replacement (not yet saved).

    A score already given stays on record and counts no more.

    Args:
        desk: the desk.
        dossier_id: number of the dossier.
        expert: number of the expert; a person of role expert may name only the own one.
        person: who records it: the expert or the authority.
        reason: why; must not be empty.

    Raises:
        NotAllowed: wrong role, or another expert's assignment.
        BadInput: no reason, not being reviewed, or the expert is not asked in the round at hand.
    """
    require(person, "review.recuse" if person.role == "expert" else "review.assign")
    if person.role == "expert" and person.unit != expert:
        raise NotAllowed(f"{person.name}只能声明本人回避，不能代 {expert} 声明")
    if not reason.strip():
        raise BadInput(f"{dossier_id}：回避必须写明理由")
    round = desk.get(dossier_id).dossier.round
    kept = in_review(desk, dossier_id, round=round)
    asked = _active(kept, round)
    if expert not in asked:
        raise BadInput(f"{dossier_id} 第 {round} 轮没有分派给 {expert}，或已回避")
    stepped = {"recused": True, "recusal_reason": reason.strip()}
    changed = tuple(
        a.model_copy(update=stepped) if (a.expert_id, a.round) == (expert, round) else a
        for a in kept.dossier.assignments
    )
    detail = {"expert": expert, "round": round}
    saved = desk.update(kept, person, "recuse", reason=reason.strip(), detail=detail, assignments=changed)
    pool = ExpertRegister(desk.store).list()
    loads = _loads(desk.all(), round)
    chosen, shortage = _propose(saved, pool, per_dossier=len(asked), round=round, loads=loads)
    return Recusal(saved, chosen[0] if chosen else None, shortage)
