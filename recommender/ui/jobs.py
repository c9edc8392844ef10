"""Matching of a long problem list in the background: progress, cancel, and going on where it stopped."""

from __future__ import annotations

import threading

import streamlit as st

from catalog.errors import QingyuanError
from catalog.store import Store
from recommender.audit.matching import match_problems
from recommender.audit.project import AuditProject, ProblemMatch
from recommender.engine import RecommenderEngine


class MatchJob:
    """One run over a problem list in its own thread; read its fields at any time."""

    def __init__(self, engine: RecommenderEngine, project: AuditProject, store: Store, job: str) -> None:
        self.done = 0
        self.total = len(project.problems)
        self.matches: tuple[ProblemMatch, ...] | None = None
        self.finished = False
        self.complete = False
        self.error: str | None = None
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(engine, project, store, job), daemon=True)
        self._thread.start()

    def _run(self, engine: RecommenderEngine, project: AuditProject, store: Store, job: str) -> None:
        try:
            matched, self.complete = match_problems(
                engine, project, store=store, job=job, progress=self._report, cancelled=self._cancelled.is_set
            )
            self.matches = matched.matches
        except QingyuanError as error:
            self.error = str(error)
        finally:
            self.finished = True

    def _report(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    def cancel(self) -> None:
        """Stop after the line at hand; what is done stays kept."""
        self._cancelled.set()

    def wait(self, seconds: float) -> bool:
        """Wait so long at most; return whether the run has ended."""
        self._thread.join(seconds)
        return self.finished


@st.cache_resource
def _jobs() -> dict[str, MatchJob]:
    return {}


def start(engine: RecommenderEngine, project: AuditProject, store: Store, job: str) -> MatchJob:
    """Start a run, or return the one that is under way for the same project."""
    running = _jobs().get(job)
    if running is not None and not running.finished:
        return running
    made = MatchJob(engine, project, store, job)
    _jobs()[job] = made
    return made


def running(job: str) -> MatchJob | None:
    """Return the run of a project, or None."""
    return _jobs().get(job)


def forget(job: str) -> None:
    """Drop a run whose result has been taken."""
    _jobs().pop(job, None)
