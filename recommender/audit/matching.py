"""Every problem of the list gets its technologies; one technology becomes one option.

A list of thousands of lines takes minutes, so finished lines are kept in the store under a
key made of everything the answer depends on: after a stop, a crash or a change of some lines
only what is new is matched. Only technologies of level strong and medium become candidates.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from catalog import Catalog, Technology, display
from catalog.errors import BadInput
from catalog.parsing import parsed
from catalog.paths import DATA_DIR
from catalog.schema import UNKNOWN
from catalog.store import Store
from embeddings.text import TEXT_RECIPE
from recommender.audit.aspects import guess_aspect
from recommender.audit.project import AuditProject, Candidate, Option, Problem, ProblemMatch
from recommender.query import Query

if TYPE_CHECKING:
    from recommender.engine import MatchResult, RecommenderEngine

Progress = Callable[[int, int], None]
"""Called with (lines done, lines in all)."""

GOOD_LEVELS = ("strong", "medium")

_KEY_VERSION = "1"
"""Part of every key; another number makes the lines kept in stores worthless."""
_KEPT_AT_ONCE = 200
_PROGRESS_EVERY = 25

_ONLY_WEAK = "只找到关联度弱的技术（{names}），未列为候选；可补充工序、设备、介质和数值后再匹配"
_COST_NOTE = "目录费用类别：{label}（{reason}）"
_INVESTMENT_NOTE = "目录公布投资（案例规模，非本企业）：{amounts}"


def problem_query(project: AuditProject, problem: Problem, *, k: int | None = None) -> Query:
    """Return the question a problem is to the recommender.

    Args:
        project: gives the industry and, without ``k``, the number of options wanted.
        problem: its process goes before the text unless the text names it or says nothing.
        k: most technologies wanted.
    """
    process, text = problem.process.strip(), problem.text.strip()
    told = any(character.isalnum() for character in text)  # else the process alone would be answered
    asked = f"{process}：{text}" if process and told and process not in text else text
    limit = project.profile.max_options if k is None else k
    return Query(asked, project.profile.industry or None, k=limit, id=problem.id)


def match_problems(
    engine: RecommenderEngine,
    project: AuditProject,
    *,
    store: Store | None = None,
    job: str = "",
    k: int | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[AuditProject, bool]:
    """Return the project with the answer to every problem, and whether all of them were reached.

    A line that the engine refuses has the verdict none and the refusal as its reason; the rest
    go on. The same question is asked once.

    Args:
        engine: opened recommender.
        project: its problems are matched, in their order; earlier answers are replaced.
        store: keeps finished lines, also when the run is cancelled or breaks off.
        job: name under which ``store`` keeps them.
        k: most candidates a line; by default what the profile says.
        progress: called at the start, every 25 lines, and at the end.
        cancelled: asked before every line; after True only the lines done so far have answers.
    """
    total = len(project.problems)
    report = progress or (lambda done, of: None)
    stop = cancelled or (lambda: False)
    kept = _Kept(store, job, _identity(engine) if store is not None else "")
    matches: list[ProblemMatch] = []
    report(0, total)
    try:
        for problem in project.problems:
            if stop():
                break
            query = problem_query(project, problem, k=k)
            answer = kept.get(query)
            if answer is None:
                answer = _answer(engine, query)
                kept.add(query, answer)
            matches.append(ProblemMatch.model_validate({**answer, "problem_id": problem.id}))
            if len(matches) % _PROGRESS_EVERY == 0 and len(matches) < total:
                report(len(matches), total)
    finally:
        kept.flush()
    report(len(matches), total)
    return project.changed(matches=tuple(matches)), len(matches) == total


class _Kept:
    """Answers by question: those of earlier runs from the store, those of this run until written."""

    def __init__(self, store: Store | None, job: str, identity: str) -> None:
        self._store = store
        self._job = job
        self._identity = identity
        self._known: dict[str, Any] = store.results(job) if store is not None else {}
        self._fresh: dict[str, Any] = {}

    def _key(self, query: Query) -> str:
        content = [_KEY_VERSION, self._identity, query.text, query.industry, query.k]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()

    def get(self, query: Query) -> dict[str, Any] | None:
        """Return the answer to a question, or None if nobody asked it yet."""
        found: dict[str, Any] | None = self._known.get(self._key(query))
        return found

    def add(self, query: Query, answer: dict[str, Any]) -> None:
        """Keep an answer; every 200 of them are written at once."""
        key = self._key(query)
        self._known[key] = self._fresh[key] = answer
        if len(self._fresh) >= _KEPT_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what is not written yet."""
        if self._store is not None:
            self._store.put_results(self._job, self._fresh)
        self._fresh = {}


def _identity(engine: RecommenderEngine) -> str:
    """Return what an answer depends on beside the question: catalogue, models, settings, rules."""
    content = [
        engine.catalog.fingerprint,
        TEXT_RECIPE,
        engine.encoder.name,
        engine.encoder.revision,
        engine.segmenter.fingerprint,
        sorted(engine.ranker.weights.items()),
        engine.ranker.offset,
        engine.config.model_dump_json(),
        _rules_fingerprint(),
    ]
    return json.dumps(content, ensure_ascii=False)


@lru_cache(maxsize=1)
def _rules_fingerprint() -> str:
    """Return the hash of the shipped files that decide on answers beside the catalogue and the model."""
    digest = hashlib.sha256()
    for name in ("lexicon", "ranker"):
        for path in sorted((DATA_DIR / name).iterdir()):
            if path.is_file():
                content = path.read_bytes()
                digest.update(f"{name}/{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _answer(engine: RecommenderEngine, query: Query) -> dict[str, Any]:
    """Return the fields of the answer to one question, as JSON data without the problem's id."""
    try:
        result = engine.match(query)
    except BadInput as error:
        match = ProblemMatch(problem_id="", verdict="none", none_reason=str(error))
    else:
        match = _as_match(result)
    return match.model_dump(mode="json", exclude={"problem_id"})


def _as_match(result: MatchResult) -> ProblemMatch:
    candidates = tuple(
        Candidate.model_validate(
            {
                "technology_id": found.technology.id,
                "name": found.technology.name,
                "level": found.level,
                "score": round(found.score, 4),
                "probability": round(found.probability, 4),
                "reasons": tuple(found.reasons()),
            }
        )
        for found in result.matches
        if found.level in GOOD_LEVELS
    )
    reason = ""
    if not candidates:
        weak = "、".join(f"{found.technology.name}（{found.technology.id}）" for found in result.matches)
        reason = _ONLY_WEAK.format(names=weak) if weak else result.none_reason or ""
    return ProblemMatch(
        problem_id="",
        verdict="matched" if candidates else "none",
        candidates=candidates,
        none_reason=reason,
        warnings=tuple(result.warnings),
        uncovered=tuple(result.uncovered),
    )


# Options


def merge_options(project: AuditProject, catalog: Catalog) -> AuditProject:
    """Return the project with one option for each technology among the candidates.

    An option the project has for a technology keeps everything and gains the problems that
    found it. Technologies that are not in force are left out. Options that exclude or need
    each other by the catalogue are linked where at least one of the two is new; a link that
    somebody removed from older options does not come back.
    """
    found = _found_by(project, catalog)
    options = list(project.options)
    of: dict[str, int] = {}
    for place, option in enumerate(options):
        if option.technology_id is not None:
            of.setdefault(option.technology_id, place)
    number = int(project.next_option_id()[1:])
    fresh: set[str] = set()
    for technology_id, problem_ids in found.items():
        if technology_id in of:
            old = options[of[technology_id]]
            ids = tuple(dict.fromkeys((*old.problem_ids, *problem_ids)))
            options[of[technology_id]] = old.model_copy(update={"problem_ids": ids})
        else:
            of[technology_id] = len(options)
            fresh.add(technology_id)
            options.append(_option(f"F{number}", catalog[technology_id], problem_ids, catalog))
            number += 1
    return project.changed(options=tuple(_linked(options, of, fresh, catalog)))


def _found_by(project: AuditProject, catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Return technology -> problems that found it, both in the order of the problem list."""
    answers = {match.problem_id: match for match in project.matches}
    found: dict[str, dict[str, None]] = {}
    for problem in project.problems:
        for candidate in answers[problem.id].candidates if problem.id in answers else ():
            technology_id = candidate.technology_id
            if technology_id in catalog and catalog[technology_id].status == "current":
                found.setdefault(technology_id, {})[problem.id] = None
    return {technology_id: tuple(ids) for technology_id, ids in found.items()}


def _option(id: str, technology: Technology, problem_ids: tuple[str, ...], catalog: Catalog) -> Option:
    cost = technology.cost_class
    label = catalog.codes.label("cost_classes", cost.class_)
    notes = [_COST_NOTE.format(label=label, reason=cost.reason)]
    if technology.investment != UNKNOWN:
        notes.append(_INVESTMENT_NOTE.format(amounts=display.amounts(technology.investment)))
    content = {
        "id": id,
        "name": technology.name,
        "origin": "matched",
        "technology_id": technology.id,
        "problem_ids": problem_ids,
        "aspect": technology.audit_aspects[0],
        "content": technology.summary,
        "note": "；".join(notes),
    }
    return parsed(Option, content, where=f"方案 {id}")


def _linked(options: list[Option], of: dict[str, int], fresh: set[str], catalog: Catalog) -> list[Option]:
    """Return the options with the catalogue's exclusions (either way) and needs between them."""
    conflicts: dict[int, list[int]] = {}
    requires: dict[int, list[int]] = {}

    def link(links: dict[int, list[int]], one: int, other: int) -> None:
        links.setdefault(one, []).append(other)

    for technology_id, place in of.items():
        if technology_id not in catalog:
            continue
        for other in catalog[technology_id].conflicts_with:
            if other in of and fresh & {technology_id, other}:
                link(conflicts, place, of[other])
                link(conflicts, of[other], place)
        for other in catalog[technology_id].requires:
            if other in of and fresh & {technology_id, other}:
                link(requires, place, of[other])

    def ids(before: tuple[str, ...], places: list[int]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*before, *(options[place].id for place in sorted(places)))))

    return [
        option.model_copy(
            update={
                "conflicts_with": ids(option.conflicts_with, conflicts.get(place, [])),
                "requires": ids(option.requires, requires.get(place, [])),
            }
        )
        for place, option in enumerate(options)
    ]


# Problems


def unmatched(project: AuditProject) -> list[Problem]:
    """Return the problems that were matched without finding a technology, in their order."""
    without = {match.problem_id for match in project.matches if match.verdict == "none"}
    return [problem for problem in project.problems if problem.id in without]


def fill_aspects(project: AuditProject) -> AuditProject:
    """Return the project with a guessed aspect for every problem that has none; the others stay."""
    return project.changed(
        problems=tuple(
            one.model_copy(update={"cause_aspect": one.cause_aspect or guess_aspect(one.text, one.process)})
            for one in project.problems
        )
    )
