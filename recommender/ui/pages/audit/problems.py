"""问题清单: import with mapped columns, edit, match in the background, make options."""

from __future__ import annotations

from typing import Any

import streamlit as st

from catalog.errors import BadInput
from recommender.audit.aspects import guess_aspect
from recommender.audit.match_table import match_table, write_match_table_bytes
from recommender.audit.matching import merge_options
from recommender.audit.problem_list import (
    ProblemTable,
    guess_columns,
    pasted_table,
    problems_from,
    read_table,
)
from recommender.audit.project import AuditProject, Problem
from recommender.audit.repository import Saved
from recommender.ui import audit_labels as labels
from recommender.ui import components, jobs, projects, state
from recommender.ui.tables import Column, editor

_PREVIEW_ROWS = 3
_POLL_SECONDS = 1.0
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page() -> None:
    """Draw the page."""
    saved = projects.header(labels.PAGES["problems"])
    with st.expander(labels.UPLOAD_LIST, expanded=not saved.project.problems):
        _import(saved)
    if not saved.project.problems:
        return
    _matching(saved)
    st.markdown(f"**{labels.PROBLEMS_TITLE}**")
    _edit(saved)
    _results(saved)


def _import(saved: Saved) -> None:
    upload = st.file_uploader(labels.UPLOAD_LIST, type=["xlsx", "csv"], key="problem_file")
    pasted = st.text_area(labels.PASTE_LIST, placeholder=labels.PASTE_PLACEHOLDER, key="problem_paste")
    try:
        if upload is not None:
            table = read_table(upload.getvalue(), upload.name)
        elif pasted.strip():
            table = pasted_table(pasted)
        else:
            return
        columns = _mapping(table)
        replace = st.checkbox(labels.REPLACE_LIST, key="problem_replace") if saved.project.problems else False
        before = () if replace else saved.project.problems
        added, faults = problems_from(table, columns, existing=before)
    except BadInput as error:
        st.error(str(error))
        return
    for fault in faults:
        st.warning(components.plain(fault))
    if st.button(labels.IMPORT_LIST.format(count=len(added)), type="primary", disabled=not added):
        _keep(saved, before, tuple(_with_aspect(one) for one in added))


def _with_aspect(problem: Problem) -> Problem:
    if problem.cause_aspect is not None:
        return problem
    return problem.model_copy(update={"cause_aspect": guess_aspect(problem.text, problem.process)})


def _mapping(table: ProblemTable) -> dict[str, str]:
    guessed = guess_columns(table)
    st.caption(labels.MAP_TITLE)
    columns: dict[str, str] = {}
    choices = [labels.MAP_NONE, *table.header]
    for place, (field, label) in zip(
        st.columns(len(labels.MAP_FIELDS)), labels.MAP_FIELDS.items(), strict=True
    ):
        guess = guessed.get(field)
        chosen = place.selectbox(
            label, choices, index=choices.index(guess) if guess in choices else 0,
            key=f"map_{field}_{table.name}_{len(table.header)}",
        )  # fmt: skip
        if chosen != labels.MAP_NONE:
            columns[field] = chosen
    st.caption(labels.MAP_PREVIEW)
    st.dataframe(
        [dict(zip(table.header, row, strict=False)) for row in table.rows[:_PREVIEW_ROWS]], hide_index=True
    )
    return columns


def _keep(saved: Saved, before: tuple[Problem, ...], added: tuple[Problem, ...]) -> None:
    values: dict[str, Any] = {"problems": (*before, *added)}
    if not before:
        options = tuple(option.model_copy(update={"problem_ids": ()}) for option in saved.project.options)
        values |= {"matches": (), "options": options}
    projects.commit(saved.project.changed(**values), reread=True)
    for key in ("problem_paste", "problem_file"):
        st.session_state.pop(key, None)
    st.toast(labels.IMPORTED.format(count=len(added)))
    st.rerun()


def _edit(saved: Saved) -> None:
    aspects = {row.code: row.label for row in state.engine().catalog.codes["audit_aspects"]}
    names = labels.PROBLEM_COLUMNS
    columns = [
        Column("id", "", locked=True),
        *(
            Column(key, label, "choice", aspects)
            if key == "cause_aspect"
            else Column(key, label, "long" if key == "text" else "text")
            for key, label in names.items()
        ),
    ]

    def save(rows: list[dict[str, Any]]) -> None:
        projects.commit(_with_rows(saved.project, rows))

    rows = [{key: getattr(problem, key) for key in ("id", *names)} for problem in saved.project.problems]
    editor("problems", columns, rows, save, height=360 if len(rows) > 8 else None)


def _with_rows(project: AuditProject, rows: list[dict[str, Any]]) -> AuditProject:
    """Return the project with the edited list: new rows get the next number, lost ones leave everywhere."""
    known = {problem.id: problem for problem in project.problems}
    highest = max((int(id[1:]) for id in known if id[1:].isdigit()), default=0)
    problems = []
    for row in rows:
        if not row["text"]:
            raise BadInput(f"{labels.PROBLEM_COLUMNS['text']}：{row['id'] or ''} 为空，请填写或删去该行")
        if row["id"] in known:
            before = known[row["id"]]
        else:
            highest += 1
            before = Problem(id=f"P{highest}", text=row["text"])
        values = {key: row[key] or "" for key in labels.PROBLEM_COLUMNS if key != "cause_aspect"}
        problems.append(before.model_copy(update={**values, "cause_aspect": row["cause_aspect"]}))
    left = {problem.id: problem.text for problem in problems}
    matches = tuple(m for m in project.matches if left.get(m.problem_id) == _text(known, m.problem_id))
    options = tuple(
        option.model_copy(update={"problem_ids": tuple(id for id in option.problem_ids if id in left)})
        for option in project.options
    )
    return project.changed(problems=tuple(problems), matches=matches, options=options)


def _text(problems: dict[str, Problem], id: str) -> str | None:
    return problems[id].text if id in problems else None


def _matching(saved: Saved) -> None:
    repository = projects.repository()
    job_name = repository.job(saved.id)
    job = jobs.running(job_name)
    if job is not None and not job.finished:
        _progress(job_name)
        return
    if job is not None:
        _take(saved, job_name, job)
    with st.container(horizontal=True, vertical_alignment="center"):
        label = labels.MATCH_AGAIN if saved.project.matches else labels.MATCH_ALL
        if st.button(label, type="primary"):
            jobs.start(state.engine(), saved.project, repository.store, job_name)
            st.rerun()
        if saved.project.matches and st.button(labels.TO_OPTIONS):
            merged = merge_options(saved.project, state.engine().catalog)
            projects.commit(merged, reread=True)
            st.toast(labels.OPTIONS_MADE.format(count=len(merged.options)))
            st.rerun()


@st.fragment(run_every=_POLL_SECONDS)
def _progress(job_name: str) -> None:
    job = jobs.running(job_name)
    if job is None or job.finished:
        st.rerun()
    share = job.done / job.total if job.total else 0.0
    st.progress(share, labels.MATCHING.format(done=job.done, total=job.total))
    st.button(labels.CANCEL, on_click=job.cancel)


def _take(saved: Saved, job_name: str, job: jobs.MatchJob) -> None:
    jobs.forget(job_name)
    if job.error is not None:
        st.error(job.error)
        return
    if not job.complete:
        st.info(labels.CANCELLED)
    known = {problem.id for problem in saved.project.problems}
    matches = tuple(match for match in job.matches or () if match.problem_id in known)
    projects.commit(saved.project.changed(matches=matches))
    found = sum(match.verdict == "matched" for match in matches)
    if job.complete:
        st.toast(labels.MATCH_DONE.format(found=found, none=len(matches) - found))
    st.rerun()


def _results(saved: Saved) -> None:
    if not saved.project.matches:
        return
    catalog = state.engine().catalog
    st.markdown(f"**{labels.MATCH_TABLE}**")
    header, rows = match_table(saved.project, catalog)
    st.dataframe([dict(zip(header, row, strict=True)) for row in rows], hide_index=True, width="stretch")
    st.download_button(
        labels.MATCH_DOWNLOAD,
        lambda: write_match_table_bytes(saved.project, catalog, ".xlsx"),
        file_name=f"{labels.MATCH_TABLE}.xlsx",
        mime=_XLSX,
        on_click="ignore",
    )
