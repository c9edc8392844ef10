"""Public notice, listing, the new edition, and everything that is published from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from catalog.editions.diff import difference, summary
from catalog.editions.edition import (
    Edition,
    Entry,
    edition_bytes,
    entry_of_nomination,
    freeze,
    next_number,
)
from catalog.editions.flags import FLAG_LABELS, flags
from catalog.editions.history import history
from catalog.errors import BadInput
from catalog.people import Person
from catalog.publish.dispatch import contents, papers_of, whole_set
from catalog.publish.issue import issue_warnings, write_set
from catalog.review.desk import Kept
from catalog.review.dossier import Objection, PublicNotice
from catalog.review.objections import handle_objection, raise_objection
from catalog.year.play import Play

HISTORY = "07_沿革与台账"


def give_notice(play: Play) -> Iterator[str]:
    """Publish who is to be listed, for seven days; an objection comes in."""
    plan = play.example.plan
    play.clock.go(plan.days.notice)
    proposed = play.in_state("proposed")
    notice = PublicNotice(start=play.clock.today())
    for kept in proposed:
        play.desk.move(kept.id, "publicise", play.official, notice=notice)
    yield f"公示：{len(proposed)} 项，{notice.start} 至 {notice.end}，共 {notice.days} 日"
    raised = _raise_objection(play)
    yield f"异议：{raised.raised_on} {raised.raised_by}对 {play.ids[plan.objection.nomination]} 提出"


def _edition(play: Play, entries: Sequence[Entry]) -> Edition:
    plan = play.example.plan
    return Edition(
        year=plan.year, title=plan.catalogue, issuer=plan.issuer,
        document_number=plan.documents["publication"], published_on=plan.days.published,
        entries=tuple(entries), is_example=True,
    )  # fmt: skip


def _entry(play: Play, kept: Kept) -> Entry:
    assert kept.dossier.technology_id is not None
    made = entry_of_nomination(kept.dossier.form, number=kept.dossier.technology_id, dossier=kept.id)
    return made.model_copy(update={"group": play.filed(kept).group})


def _raise_objection(play: Play) -> Objection:
    plan = play.example.plan.objection
    play.clock.go(plan.raised_on)
    person = Person(plan.raised_by, "applicant", plan.raised_by)
    kept = raise_objection(
        play.desk, play.kept(plan.nomination), person, raised_by=plan.raised_by, text=plan.text, id=plan.id
    )
    return kept.dossier.objections[-1]


def try_too_early(play: Play) -> Iterator[str]:
    """Try to list before the notice is over, which is refused; then handle the objection."""
    plan = play.example.plan
    play.clock.go(plan.days.too_early)
    first = play.in_state("public_notice")[0]
    try:
        play.desk.move(first.id, "list", play.official)
    except BadInput as refusal:
        yield f"拒绝：{play.clock.today()} 公示期未满时办理“发布” → {refusal}"
    else:
        raise BadInput(f"plan.yaml: days.too_early: {play.clock.today()} 公示期已满，请改早")
    play.clock.go(plan.days.handled)
    kept = handle_objection(
        play.desk, play.kept(plan.objection.nomination), play.official, plan.objection.id,
        handling=plan.objection.handling, accepted=bool(plan.objection.accepted),
    )  # fmt: skip
    outcome = "采纳" if plan.objection.accepted else "不采纳"
    yield f"异议处理：{kept.id}，{outcome}；{plan.objection.handling}"


def list_approved(play: Play) -> Iterator[str]:
    """List what was publicised and give it persistent numbers after all known ones."""
    play.clock.go(play.example.plan.days.listed)
    taken = [technology.id for technology in play.catalog.technologies]
    taken += [n for edition in play.editions for e in edition.entries for n in (e.number, *e.merged_numbers)]
    given: list[str] = []
    for kept in play.in_state("public_notice"):
        number = next_number([*taken, *given])
        play.desk.move(kept.id, "list", play.official, technology_id=number)
        given.append(number)
    if not given:
        raise BadInput("plan.yaml: 没有公示期满可发布的申报，请检查评分基准和决定")
    yield f"发布入选：{len(given)} 项，新编号 {given[0]} 至 {given[-1]}"


def publish(play: Play, *, pdf: bool) -> Iterator[str]:
    """Freeze the new edition, write everything that goes out around it, and tell what changed."""
    plan = play.example.plan
    play.clock.go(plan.days.published)
    play.final = edition = _next_edition(play)
    yield f"冻结：{edition.title}，{len(edition.entries)} 项，指纹 {edition.fingerprint[:16]}"
    papers = papers_of(edition, play.store, before=play.before, settings=plan.settings)
    made = whole_set(papers, pdf=pdf)
    write_set(made.files, play.folder)
    yield f"成套文件：{len(made.files)} 个，由目录和申报记录一次生成"
    yield from (*contents(made.files), *made.left_out)
    for warning in issue_warnings(pdf_wanted=True) if pdf else ():
        yield f"提示：{warning}"
    yield from _changes(play, edition)


def _next_edition(play: Play) -> Edition:
    """Return the edition before, less what retires, with the listed nominations under their headings."""
    plan = play.example.plan
    gone = {withdrawal.number for withdrawal in plan.retired}
    entries = [entry for entry in play.before.entries if entry.number not in gone]
    for kept in play.in_state("listed"):
        entry = _entry(play, kept)
        place = max((i for i, other in enumerate(entries, 1) if other.group == entry.group), default=None)
        entries.insert(len(entries) if place is None else place, entry)
    made = _edition(play, entries).model_copy(update={"withdrawn": plan.retired})
    return freeze(made, before=play.before)


def _changes(play: Play, edition: Edition) -> Iterator[str]:
    """Write the difference, and the history of a renamed and of a new number."""
    found = difference(play.before, edition)
    content = json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True)
    play.write(HISTORY, f"差异_{found.before_year}至{found.year}.json", f"{content}\n".encode())
    play.write(HISTORY, f"{edition.year}年目录.json", edition_bytes(edition))
    told = summary(found)
    play.write(HISTORY, f"差异_{found.before_year}至{found.year}.txt", _lines(told))
    yield f"与上年比较：{told[0]}"
    raised = flags(edition)
    kinds = [f"{label} {sum(f.kind == kind for f in raised)} 条" for kind, label in FLAG_LABELS.items()]
    yield f"核查提示：{'，'.join(kinds)}（只提示，不隐藏）"
    editions = (*play.editions, edition)
    newest = play.in_state("listed")[-1].dossier.technology_id or ""
    for number in (play.example.plan.history_of, newest):
        steps = history(number, editions, store=play.store)
        lines = [f"{step.when}  {step.what}  {step.detail}" for step in steps]
        play.write(HISTORY, f"编号沿革_{number}.txt", _lines(lines))
    steps = history(play.example.plan.history_of, editions)
    yield f"编号沿革：{play.example.plan.history_of} " + "；".join(
        f"{step.when}{step.what}（{step.detail}）" for step in steps
    )
    for gone in edition.withdrawn:
        yield f"退出：{gone.number} {gone.name}，{gone.reason}"


def _lines(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
