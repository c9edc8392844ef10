"""The worked examples shipped with the project, run from the problem list to the hand-over."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import yaml

from catalog.errors import BadInput
from catalog.parsing import parsed
from catalog.paths import DATA_DIR
from recommender.audit.aspects import guess_aspect
from recommender.audit.delivery import deliver
from recommender.audit.matching import match_problems, merge_options
from recommender.audit.package import choose_package
from recommender.audit.problem_list import guess_columns, problems_from, read_table
from recommender.audit.project import AuditProject
from recommender.audit.screening import screened
from recommender.audit.valuation import value_all
from recommender.engine import RecommenderEngine

DEMO_DAY = datetime.date(2026, 3, 2)
"""Date printed on the documents of the examples, so that they come out the same every day."""


def demos() -> list[str]:
    """Return the names of the shipped examples."""
    return sorted(path.parent.name for path in (DATA_DIR / "demo").glob("*/project.yaml"))


def demo_project(name: str) -> AuditProject:
    """Return an example as it stands before matching: site data, problem list, options by hand.

    Raises:
        BadInput: no such example.
    """
    if name not in demos():
        raise BadInput(f"示例“{name}”不存在，请用 {'、'.join(demos())}")
    folder = DATA_DIR / "demo" / name
    table = read_table((folder / "problems.csv").read_bytes(), "problems.csv")
    problems, faults = problems_from(table, guess_columns(table))
    if faults:
        raise BadInput("\n".join(faults))
    problems = tuple(
        one.model_copy(update={"cause_aspect": one.cause_aspect or guess_aspect(one.text, one.process)})
        for one in problems
    )
    content = yaml.safe_load((folder / "project.yaml").read_text(encoding="utf-8"))
    return parsed(
        AuditProject, {**content, "problems": [one.model_dump() for one in problems]}, where=f"示例 {name}"
    )


def prepared(
    engine: RecommenderEngine, project: AuditProject, *, progress: Callable[[int, int], None] | None = None
) -> AuditProject:
    """Return a project after matching, merging, screening and choosing the package."""
    matched, _ = match_problems(engine, project, progress=progress)
    merged = merge_options(matched, engine.catalog)
    done = screened(merged, value_all(merged))
    return done.changed(chosen=choose_package(done).ids)


def run_demo(
    engine: RecommenderEngine,
    name: str,
    folder: Path,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[AuditProject, list[Path]]:
    """Run an example into ``folder`` and return the project and the files written.

    Raises:
        BadInput: no such example, or the folder cannot be written.
    """
    project = prepared(engine, demo_project(name), progress=progress)
    return project, deliver(engine, project, folder, today=DEMO_DAY)
