"""A result of the matching page goes into a project: as a problem with its candidate and an option."""

from __future__ import annotations

from catalog import Catalog
from recommender.audit.aspects import guess_aspect
from recommender.audit.matching import merge_options
from recommender.audit.project import AuditProject, Candidate, Problem, ProblemMatch
from recommender.engine import Match


def add_match(project: AuditProject, text: str, found: Match, catalog: Catalog) -> tuple[AuditProject, str]:
    """Return the project with ``found`` as an option for the problem ``text``, and the option's id.

    The same text is one problem and the same technology one option, however often it is added.
    """
    problem = next((one for one in project.problems if one.text == text), None)
    problems = project.problems
    if problem is None:
        problem = Problem(id=_next_id(project), text=text, cause_aspect=guess_aspect(text))
        problems = (*problems, problem)
    candidate = Candidate(
        technology_id=found.technology.id,
        name=found.technology.name,
        level=found.level,
        score=found.score,
        probability=found.probability,
        reasons=tuple(found.reasons()),
    )
    before = next((one for one in project.matches if one.problem_id == problem.id), None)
    kept = () if before is None else before.candidates
    if all(one.technology_id != candidate.technology_id for one in kept):
        kept = (*kept, candidate)
    match = ProblemMatch(problem_id=problem.id, verdict="matched", candidates=kept)
    matches = tuple(one for one in project.matches if one.problem_id != problem.id)
    merged = merge_options(project.changed(problems=problems, matches=(*matches, match)), catalog)
    option = next(one for one in merged.options if one.technology_id == candidate.technology_id)
    return merged, option.id


def _next_id(project: AuditProject) -> str:
    used = {int(p.id[1:]) for p in project.problems if p.id[:1] == "P" and p.id[1:].isdigit()}
    return f"P{max(used, default=0) + 1}"
