"""The match table: one row a problem with its technologies, as XLSX, CSV or JSONL."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog import Catalog, display
from catalog.errors import BadInput
from catalog.export import csv_bytes, xlsx_bytes
from catalog.files import write_atomically
from recommender.audit.project import AuditProject, Candidate, Problem, ProblemMatch
from recommender.labels import LEVELS

OUT_SUFFIXES = (".xlsx", ".csv", ".jsonl")

_UNCOVERED = "未覆盖的需求：{needs}"
_VERDICTS = {"matched": "匹配", "none": "未匹配"}
_NOT_RUN = "尚未匹配"
_NOT_GIVEN = "未提供"
_SHEET = "匹配表"


@dataclass(frozen=True)
class _Row:
    """One problem with its answer, if it has one."""

    problem: Problem
    match: ProblemMatch | None = None

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        return self.match.candidates if self.match else ()


def _rows(project: AuditProject) -> list[_Row]:
    answers = {match.problem_id: match for match in project.matches}
    return [_Row(problem, answers.get(problem.id)) for problem in project.problems]


def match_table(project: AuditProject, catalog: Catalog) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of the match table, one row a problem.

    There are as many groups of columns for candidates as the line with the most has; the last
    column says why nothing was found, what was read differently and what stays uncovered.
    """
    rows = _rows(project)
    width = max([1, *(len(row.candidates) for row in rows)])
    header = ["序号", "工序", "问题描述", "问题方面", "结论"]
    for number in range(1, width + 1):
        header += [f"候选{number} 技术", f"候选{number} 等级", f"候选{number} 理由"]
    return [*header, "费用类别", "说明"], [_cells(row, width, catalog) for row in rows]


def _cells(row: _Row, width: int, catalog: Catalog) -> list[str]:
    problem, match = row.problem, row.match
    aspect = catalog.codes.label("audit_aspects", problem.cause_aspect) if problem.cause_aspect else ""
    verdict = _VERDICTS[match.verdict] if match else _NOT_RUN
    cells = [problem.number or problem.id, problem.process, problem.text, aspect, verdict]
    for one in row.candidates:
        cells += [f"{one.name}（{one.technology_id}）", LEVELS[one.level], "；".join(one.reasons)]
    cells += [""] * (3 * (width - len(row.candidates)))
    costs = [
        f"候选{number}：{_cost(one.technology_id, catalog)}" for number, one in enumerate(row.candidates, 1)
    ]
    notes = [match.none_reason, *match.warnings] if match else []
    if match and match.uncovered:
        notes.append(_UNCOVERED.format(needs="、".join(match.uncovered)))
    return [*cells, "；".join(costs), "；".join(note for note in notes if note)]


def _cost(technology_id: str, catalog: Catalog) -> str:
    return (
        display.cost_class(catalog[technology_id], catalog.codes) if technology_id in catalog else _NOT_GIVEN
    )


# Files


def write_match_table_bytes(project: AuditProject, catalog: Catalog, suffix: str = ".xlsx") -> bytes:
    """Return the match table as a file; the same project gives the same bytes.

    Args:
        project: after matching.
        catalog: for names, cost classes and aspects.
        suffix: ``.xlsx``, ``.csv`` or ``.jsonl``.

    Raises:
        BadInput: another suffix.
    """
    if suffix not in OUT_SUFFIXES:
        raise BadInput(f"后缀“{suffix}”不支持，请用 {'、'.join(OUT_SUFFIXES)}")
    if suffix == ".jsonl":
        lines = [json.dumps(_as_json(row, catalog), ensure_ascii=False) + "\n" for row in _rows(project)]
        return "".join(lines).encode()
    header, rows = match_table(project, catalog)
    return csv_bytes(header, rows) if suffix == ".csv" else _as_xlsx(header, rows)


def write_match_table(path: Path, project: AuditProject, catalog: Catalog) -> None:
    """Write the match table as XLSX, CSV or JSONL, by the suffix.

    Raises:
        BadInput: unknown suffix or a folder that cannot be written.
    """
    if path.suffix.lower() not in OUT_SUFFIXES:
        raise BadInput(f"{path}: 后缀“{path.suffix}”不支持，请用 {'、'.join(OUT_SUFFIXES)}")
    content = write_match_table_bytes(project, catalog, path.suffix.lower())
    try:
        write_atomically(path, content)
    except OSError as error:
        raise BadInput(f"{path}: 无法写入（{error.strerror}），请换一个可写的目录") from error


def _as_xlsx(header: list[str], rows: list[list[str]]) -> bytes:
    candidates = [28.0, 6.0, 50.0] * ((len(header) - 7) // 3)
    return xlsx_bytes(
        header, rows, sheet=_SHEET, widths=[6.0, 14.0, 40.0, 12.0, 9.0, *candidates, 22.0, 40.0]
    )


def _as_json(row: _Row, catalog: Catalog) -> dict[str, Any]:
    problem, match = row.problem, row.match
    return {
        "id": problem.id,
        "number": problem.number,
        "process": problem.process,
        "text": problem.text,
        "aspect": problem.cause_aspect,
        "verdict": match.verdict if match else None,
        "candidates": [
            {**one.model_dump(mode="json"), "cost_class": _cost(one.technology_id, catalog)}
            for one in row.candidates
        ],
        "none_reason": match.none_reason if match else "",
        "warnings": list(match.warnings) if match else [],
        "uncovered": list(match.uncovered) if match else [],
    }
