"""The review: summaries of scores, opinions of the expert group, statements of recusal."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from catalog.publish import issue
from catalog.publish.dispatch.papers import REVIEW, Bundle, Papers, absent, joined, no_dossiers, single
from catalog.publish.notices import group_opinion, recusal_statement, recused, score_summary
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
    for unit, name in zip(units, _file_names("评分汇总表", units), strict=True):
        path = f"{REVIEW}/评分汇总表_各申报单位/{name}.docx"
        made.append(single(name, path, partial(summary, applicant=unit)))
    return joined(made)


def _opinions(papers: Papers) -> Bundle:
    made, silent = [], []
    for kept in papers.dossiers:
        if kept.dossier.group_opinion.strip():
            name = f"专家组意见_{kept.id}"
            make = partial(group_opinion, kept, names=papers.names)
            made.append(single(name, f"{REVIEW}/专家组意见/{name}.docx", make))
        elif kept.dossier.state in _DECIDED:
            silent.append(kept.id)
    if silent:
        made.append(absent("专家组意见", f"{'、'.join(silent)} 已审定而未填写专家组意见"))
    return joined(made) if made else absent("专家组意见", "没有专家组意见的记录")


def _recusals(papers: Papers) -> Bundle:
    away = recused(papers.dossiers)
    shown = _file_names("回避声明", [papers.names.get(id) or id for id in away])
    made = [
        single(
            name, f"{REVIEW}/回避声明/{name}.docx",
            partial(recusal_statement, papers.dossiers, expert_id=id, names=papers.names),
        )
        for id, name in zip(away, shown, strict=True)
    ]  # fmt: skip
    return joined(made) if made else absent("回避声明", "没有专家回避的记录")


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
