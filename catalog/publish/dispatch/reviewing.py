"""The review: summaries of scores, opinions of the expert group, statements of recusal."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from catalog.errors import BadInput
from catalog.publish import issue
from catalog.publish.dispatch.papers import (
    REVIEW,
    Bundle,
    Papers,
    absent,
    joined,
    no_dossiers,
    several,
    single,
)
from catalog.publish.notices import group_opinion, recusal_statement, recused, score_summary
from catalog.review.desk import Kept
from catalog.review.scoring import load_criteria

_DECIDED = ("proposed", "public_notice", "listed", "superseded", "retired")
"""States of a dossier that the expert group has agreed to."""


def reviewed(papers: Papers) -> Bundle:
    """Return the scores (internal and for each applicant), the opinions and the recusals."""
    if not papers.dossiers:
        return absent("评分汇总表、专家组意见、回避声明", no_dossiers(papers))
    return joined([_scores(papers), _opinions(papers), _recusals(papers)])


def _scores(papers: Papers) -> Bundle:
    scored = [kept for kept in papers.dossiers if kept.dossier.scores]
    if not scored:
        return absent("评分汇总表", "没有专家评分的记录")
    criteria = {criterion.code: criterion.label for criterion in load_criteria().criteria}
    summary = partial(score_summary, scored, catalogue=papers.catalogue, criteria=criteria)
    inside = "评分汇总表（内部）"
    made = [single(inside, f"{REVIEW}/{inside}.docx", partial(summary, names=papers.names))]
    units = sorted({kept.dossier.form.applicant for kept in scored} - {""})
    own = [
        (unit, f"{REVIEW}/评分汇总表_各申报单位/{name}.docx", partial(summary, applicant=unit))
        for unit, name in zip(units, _file_names("评分汇总表", units), strict=True)
    ]
    return joined([*made, several("评分汇总表（各申报单位）", own)])


def _opinions(papers: Papers) -> Bundle:
    parts = [
        (kept.id, f"{REVIEW}/专家组意见/专家组意见_{kept.id}.docx", partial(_opinion, papers, kept))
        for kept in papers.dossiers
        if kept.dossier.group_opinion.strip() or kept.dossier.state in _DECIDED
    ]
    return several("专家组意见", parts) if parts else absent("专家组意见", "没有专家组意见的记录")


def _opinion(papers: Papers, kept: Kept) -> bytes:
    if not kept.dossier.group_opinion.strip():
        raise BadInput("已审定而未填写专家组意见")
    return group_opinion(kept, names=papers.names)


def _recusals(papers: Papers) -> Bundle:
    away = recused(papers.dossiers)
    shown = _file_names("回避声明", [papers.names.get(id) or id for id in away])
    made = [
        (
            id, f"{REVIEW}/回避声明/{name}.docx",
            partial(recusal_statement, papers.dossiers, expert_id=id, names=papers.names),
        )
        for id, name in zip(away, shown, strict=True)
    ]  # fmt: skip
    return several("回避声明", made) if made else absent("回避声明", "没有专家回避的记录")


def _file_names(title: str, owners: Sequence[str]) -> list[str]:
    """Return a file name for each owner; owners whose names would read alike are numbered."""
    made: list[str] = []
    for owner in owners:
        name = unique = f"{title}_{issue.file_name(owner)}"
        count = 1
        while unique in made:
            count += 1
            unique = f"{name}（{count}）"
        made.append(unique)
    return made
