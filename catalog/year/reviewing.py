"""Expert review: register, two rounds, one recusal, one visit on site, approval."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from catalog.errors import BadInput
from catalog.people import Person
from catalog.publish.dispatch import REVIEW
from catalog.review.assignment import assign, recuse, save_assignments
from catalog.review.desk import Kept
from catalog.review.dossier import Score
from catalog.review.experts import Expert
from catalog.review.opinion import draft_opinion, extremes, save_opinion
from catalog.review.packages import read_packages, write_packages
from catalog.review.scoring import (
    VERDICT_LABELS,
    Summary,
    load_criteria,
    ranking,
    submit_score,
    summary,
    validated_score,
    weighted_total,
)
from catalog.year.example import Round
from catalog.year.play import Play, numbers
from catalog.year.sheets import filled_sheet

_FIRST, _SECOND = 1, 2


def first_round(play: Play) -> Iterator[str]:
    """Register the experts, assign them, hand out packages and read them back filled."""
    plan = play.example.plan
    play.clock.go(plan.days.assigned)
    for expert in play.example.experts:
        play.register.add(expert, play.official)
    yield f"专家库：登记 {len(play.register.list())} 位"
    yield _assign(play, plan.review.first, _FIRST)
    yield _recuse(play)
    packages = write_packages(
        play.desk, play.folder / REVIEW / "第1轮" / "材料包", round=_FIRST, register=play.register,
        person=play.official,
    )  # fmt: skip
    play.clock.go(plan.days.first_round)
    returned = play.folder / REVIEW / "第1轮" / "交回"
    sheets = sum(_fill(play, package, returned) for package in packages)
    reading = read_packages(play.desk, returned, play.official)
    if reading.problems:
        raise BadInput(reading.problems[0])
    yield f"第1轮：材料包 {len(packages)} 个，交回评分表 {sheets} 份，读入 {len(reading.accepted)} 份"
    yield _close(play, plan.review.first, _FIRST)


def _assign(play: Play, wanted: Round, round: int) -> str:
    waiting = play.in_state("expert_review")
    proposal = assign(waiting, play.register.list(), per_dossier=wanted.experts, round=round)
    if proposal.shortages:
        raise BadInput(f"experts.yaml: {proposal.shortages[0]}")
    save_assignments(play.desk, proposal.choices, play.official, round=round)
    fitting = sum(choice.matched for choice in proposal.choices)
    return (
        f"第{round}轮分派：{len(waiting)} 项各 {wanted.experts} 位专家，共 {len(proposal.choices)} 份，"
        f"领域或行业对口 {fitting} 份"
    )


def _asked(kept: Kept, round: int) -> list[str]:
    return sorted(a.expert_id for a in kept.dossier.assignments if a.round == round and not a.recused)


def _as_person(expert: Expert) -> Person:
    return Person(expert.name, "expert", expert.id)


def _recuse(play: Play) -> str:
    """Let the expert of the lowest number step back, and ask another one."""
    wanted = play.example.plan.review.recusal
    kept = play.kept(wanted.nomination)
    expert = play.register.get(_asked(kept, _FIRST)[0]).expert
    done = recuse(play.desk, kept.id, expert.id, _as_person(expert), wanted.reason)
    if done.replacement is None:
        raise BadInput(f"plan.yaml: {wanted.nomination}: 没有可接替回避专家的人，请增加专家")
    save_assignments(play.desk, [done.replacement], play.official, round=_FIRST)
    other = play.register.get(done.replacement.expert_id).expert
    return f"回避：{expert.name}回避 {kept.id}（{wanted.reason}），改派{other.name}"


def _fill(play: Play, package: Path, returned: Path) -> int:
    """Copy the sheets of a package as the expert gives them back; return how many."""
    expert = play.register.get(package.name.rsplit("_", 1)[1]).expert
    paths = sorted(package.glob("*.xlsx"))
    (returned / package.name).mkdir(parents=True, exist_ok=True)
    for path in paths:
        found = re.match(r"SB-\d{4}-\d+", path.name)
        assert found is not None
        score = _score(play, play.desk.get(found[0]), expert, _FIRST)
        content = filled_sheet(path.read_bytes(), score, load_criteria())
        play.write(f"{REVIEW}/第1轮/交回/{package.name}", path.name, content)
    for path in package.glob("*.txt"):
        shutil.copyfile(path, returned / package.name / path.name)
    return len(paths)


def _score(play: Play, kept: Kept, expert: Expert, round: int) -> Score:
    """Return the sheet the rule of the example gives."""
    criteria, scores, filed = load_criteria(), play.example.scores, play.filed(kept)
    harsh = (scores.harsh.nomination, scores.harsh.round) == (filed.key, round)
    points = scores.points(
        filed.key, criteria, dossier=int(kept.id[-4:]), expert=int(expert.id[-4:]), round=round,
        harsh=harsh and _asked(kept, round)[0] == expert.id,
    )  # fmt: skip
    total = weighted_total(points, criteria)
    strong, weak = extremes(points, criteria)
    return validated_score(
        points, criteria, expert_id=expert.id, round=round, verdict=scores.verdict(total),
        opinion=scores.words(total, strong=strong, weak=weak),
    )  # fmt: skip


def _told(kept: Kept, round: int) -> Summary:
    return summary(kept.dossier, load_criteria(), round=round)


def _mean(kept: Kept, round: int) -> float:
    total = _told(kept, round).total
    assert total is not None
    return total


def _close(play: Play, wanted: Round, round: int) -> str:
    """Decline what stays below the limit; in the first round the others go on."""
    waiting = play.in_state("expert_review")
    out = [kept for kept in waiting if _mean(kept, round) < wanted.from_]
    for kept in out:
        reason = f"第{round}轮平均 {_mean(kept, round):.2f} 分，低于 {wanted.from_:g} 分"
        play.desk.move(kept.id, "decline", play.official, reason=reason)
    on = [kept for kept in waiting if kept not in out]
    for kept in on if round == _FIRST else ():
        reason = f"第{round}轮平均 {_mean(kept, round):.2f} 分，进入下一轮"
        play.desk.move(kept.id, "next_round", play.official, reason=reason)
    best = ranking(waiting, round)[0]
    return (
        f"第{round}轮结果：最高 {best.dossier_id} {best.name} {best.total:.2f} 分；"
        f"{len(on)} 项继续，{len(out)} 项未入选（{numbers(out)}）"
    )


def second_round(play: Play) -> Iterator[str]:
    """Assign anew, and let the experts score on screen."""
    plan = play.example.plan
    play.clock.go(plan.days.second_round)
    yield _assign(play, plan.review.second, _SECOND)
    play.clock.go(plan.days.second_scored)
    count = 0
    for kept in play.in_state("expert_review"):
        for id in _asked(kept, _SECOND):
            expert = play.register.get(id).expert
            submit_score(play.desk, kept.id, _as_person(expert), _score(play, kept, expert, _SECOND))
            count += 1
    far = [kept for kept in play.in_state("expert_review") if _told(kept, _SECOND).outliers]
    yield f"第2轮：在线评分 {count} 份；评分离散 {len(far)} 项（{numbers(far)}）"
    yield _close(play, plan.review.second, _SECOND)


def visit_site(play: Play) -> Iterator[str]:
    """Look at one nomination on site before it is decided."""
    plan = play.example.plan
    wanted = plan.review.site
    kept = play.kept(wanted.nomination)
    play.clock.go(plan.days.site_visit)
    play.desk.move(kept.id, "to_site", play.official, reason=wanted.why)
    play.desk.move(kept.id, "site_done", play.official, reason=wanted.result, site_visit=wanted.result)
    yield f"现场核查：{kept.id} {kept.dossier.form.name}，{wanted.why}；{wanted.result}"


def approve(play: Play) -> Iterator[str]:
    """Write the group's opinion on every nomination left, and approve it."""
    plan = play.example.plan
    play.clock.go(plan.days.approved)
    for kept in play.in_state("expert_review"):
        told = _told(kept, _SECOND)
        saved = save_opinion(play.desk, kept, play.official, draft_opinion(kept, round=_SECOND))
        reason = f"第2轮平均 {told.total:.2f} 分，{VERDICT_LABELS['recommend']} {told.recommendations} 位"
        play.desk.move(saved.id, "approve", play.official, reason=reason)
    yield f"审定：{len(play.in_state('proposed'))} 项拟入选，专家组意见各一份"
