"""Formal check: rules, duplicates, returns for correction, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from catalog.errors import BadInput
from catalog.export import xlsx_bytes
from catalog.nominations.duplicates import Candidate, DuplicateIndex, is_duplicate
from catalog.nominations.form import Nomination
from catalog.nominations.rules import RuleContext, check
from catalog.publish.dispatch import FORMAL
from catalog.review.desk import Kept
from catalog.year.example import Filed
from catalog.year.filing import attached
from catalog.year.play import Play, applicant, numbers

_HEADER = ("申报编号", "技术名称", "申报单位", "结论", "不满足的规则", "查重列出", "处理理由")
_WIDTHS = (15.0, 34.0, 28.0, 12.0, 40.0, 60.0, 50.0)


@dataclass(frozen=True)
class Checked:
    """What the formal check found about one dossier, and what follows from it."""

    kept: Kept
    candidates: tuple[Candidate, ...]
    action: str
    reason: str


def check_forms(play: Play) -> Iterator[str]:
    """Receive what was recommended, check rules and duplicates, and decide about each."""
    play.clock.go(play.example.plan.days.checked)
    for kept in play.in_state("recommended"):
        play.desk.move(kept.id, "receive", play.official)
    received = play.in_state("formal_check")
    context = RuleContext.of(play.catalog, counts=_counts(received))
    index = DuplicateIndex(play.catalog, [play.before], [(kept.id, kept.dossier.form) for kept in received])
    results = [_decide(play, kept, context, index) for kept in received]
    play.write(FORMAL, "形式审查结果.xlsx", _table(results))
    actions = Counter(one.action for one in results)
    duplicates = [one for one in results if one.action == "refuse" and _listed(one)]
    yield (
        f"形式审查：受理 {len(results)} 项，通过 {actions['pass_formal']} 项，"
        f"退回补正 {actions['return']} 项，不予受理 {actions['refuse']} 项"
    )
    for one in duplicates:
        yield f"查重：{one.kept.id} {one.kept.dossier.form.name} → {_told(_listed(one)[0])}，不予受理"
    cleared = [one.kept for one in results if one.action != "refuse" and _listed(one)]
    yield f"查重列出而比对后放行：{len(cleared)} 项（{numbers(cleared)}），理由见形式审查结果"


def _counts(received: list[Kept]) -> Mapping[str, int]:
    forms = [kept.dossier.form for kept in received]
    return Counter(form.region for form in forms) + Counter(form.recommender for form in forms)


def _listed(checked: Checked) -> tuple[Candidate, ...]:
    return tuple(candidate for candidate in checked.candidates if is_duplicate(candidate))


def _told(candidate: Candidate) -> str:
    return f"{candidate.where} {candidate.number} {candidate.name}（相似度 {candidate.score:.2f}）"


def _decide(play: Play, kept: Kept, context: RuleContext, index: DuplicateIndex) -> Checked:
    """Check one dossier, keep what was found, and make the step that follows."""
    filed = play.filed(kept)
    findings = check(kept.dossier.form, today=play.clock.today(), context=context)
    candidates = index.find(kept.dossier.form, own=kept.id, limit=3)
    listed = tuple(candidate for candidate in candidates if is_duplicate(candidate))
    action, reason = _action(play, filed, [f"{f.rule}：{f.value}" for f in findings], listed)
    lines = tuple(candidate.line for candidate in listed)
    saved = play.desk.update(
        kept, play.official, "formal_check", reason=reason, findings=findings, duplicates=lines
    )
    deadline = play.example.plan.days.correction_deadline if action == "return" else None
    moved = play.desk.move(saved.id, action, play.official, reason=reason, deadline=deadline)
    return Checked(moved, candidates, action, reason)


def _action(play: Play, filed: Filed, faults: list[str], listed: tuple[Candidate, ...]) -> tuple[str, str]:
    """Return the step and its reason: what the rules and the candidates say, decided as planned.

    Raises:
        BadInput: the plan refuses a duplicate that the check does not list.
    """
    plan = play.example.plan
    if filed.key in plan.refused_at_once:
        return "refuse", plan.refused_at_once[filed.key]
    wanted = plan.duplicates.get(filed.key)
    if wanted is not None:
        found = next((candidate for candidate in listed if candidate.number == wanted), None)
        if found is None:
            raise BadInput(f"plan.yaml: duplicates.{filed.key}: 查重没有列出 {wanted}，请核对该项申报")
        return "refuse", f"与目录重复：{_told(found)}"
    if faults:
        return "return", f"需要补正：{'；'.join(faults)}"
    cleared = plan.cleared.get(filed.key, plan.cleared_otherwise) if listed else ""
    return "pass_formal", cleared


def _table(results: list[Checked]) -> bytes:
    labels = {"pass_formal": "通过", "return": "退回补正", "refuse": "不予受理"}
    rows = [
        [
            one.kept.id, one.kept.dossier.form.name, one.kept.dossier.form.applicant, labels[one.action],
            "；".join(f"{f.rule}：{f.value}" for f in one.kept.dossier.findings),
            "；".join(_told(candidate) for candidate in _listed(one)), one.reason,
        ]
        for one in results
    ]  # fmt: skip
    notes = ["查重列出的是相似度达到界限的已有技术，供比对；是否重复由承办人决定。示例数据。"]
    return xlsx_bytes(list(_HEADER), rows, sheet="形式审查结果", widths=list(_WIDTHS), notes=notes)


def correct(play: Play) -> Iterator[str]:
    """Let applicants mend their forms, check those again, and close the others."""
    plan = play.example.plan
    play.clock.go(plan.days.corrected)
    mended = [_mend(play, kept) for kept in play.in_state("returned") if play.filed(kept).correction]
    context = RuleContext.of(play.catalog, counts=_counts(play.in_state("formal_check")))
    for kept in mended:
        findings = check(kept.dossier.form, today=play.clock.today(), context=context)
        if findings:
            raise BadInput(f"nominations.yaml: {play.filed(kept).key}: 补正后仍不满足“{findings[0].rule}”")
        reason = "补正后符合要求"
        if kept.dossier.duplicates:
            reason += f"；{plan.cleared.get(play.filed(kept).key, plan.cleared_otherwise)}"
        saved = play.desk.update(kept, play.official, "formal_check", reason=reason, findings=())
        play.desk.move(saved.id, "pass_formal", play.official, reason=reason)
    left = [play.kept(key) for key in plan.withdrawn]
    for kept in left:
        play.desk.move(kept.id, "withdraw", applicant(kept), reason=plan.withdrawn[play.filed(kept).key])
    play.clock.go(plan.days.closed)
    overdue = play.in_state("returned")
    for kept in overdue:
        play.desk.move(kept.id, "refuse", play.official, reason=plan.refused[play.filed(kept).key])
    yield (
        f"补正：重新提交并通过 {len(mended)} 项（{numbers(mended)}），"
        f"撤回 {len(left)} 项（{numbers(left)}），逾期不予受理 {len(overdue)} 项（{numbers(overdue)}）"
    )
    yield f"进入专家评审：{len(play.in_state('expert_review'))} 项"


def _mend(play: Play, kept: Kept) -> Kept:
    """Change the form as its applicant does, and hand it in again."""
    filed = play.filed(kept)
    assert filed.correction is not None
    form = Nomination.model_validate({**kept.dossier.form.model_dump(), **filed.correction.fields})
    form = attached(play.store, form, filed, filed.correction.attachments)
    saved = play.desk.edit(kept.id, form, applicant(kept), revision=kept.revision)
    return play.desk.move(saved.id, "resubmit", applicant(kept))
