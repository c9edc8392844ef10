"""The ledger of the year: where every nomination ended, and every step with person, role and time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from catalog.export import Sheet, workbook_bytes
from catalog.people import ROLE_LABELS, Role
from catalog.review.desk import KIND, STEP_LABELS, Kept
from catalog.review.flow import flows
from catalog.review.scoring import load_criteria, summary
from catalog.year.issuing import HISTORY
from catalog.year.play import Play

_END_HEADER = (
    "申报编号",
    "技术名称",
    "申报单位",
    "所在区县",
    "办理结果",
    "目录编号",
    "第1轮",
    "第2轮",
    "最后一步的理由",
)
_END_WIDTHS = (15.0, 36.0, 28.0, 11.0, 14.0, 12.0, 9.0, 9.0, 60.0)
_STEP_HEADER = ("序号", "申报编号", "办理时间", "步骤", "办理人", "角色", "单位", "理由")
_STEP_WIDTHS = (8.0, 15.0, 26.0, 18.0, 16.0, 12.0, 26.0, 60.0)


def keep_records(play: Play) -> Iterator[str]:
    """Write the ledger and count the results."""
    dossiers = play.desk.all()
    steps = play.store.events(KIND)
    sheets = [
        Sheet("办理结果", list(_END_HEADER), [_end(play, kept) for kept in dossiers], list(_END_WIDTHS)),
        Sheet("办理记录", list(_STEP_HEADER), _steps(play), list(_STEP_WIDTHS)),
    ]
    play.write(HISTORY, "台账.xlsx", workbook_bytes(sheets))
    ended = Counter(kept.state_label for kept in dossiers)
    told = "，".join(f"{label} {count} 项" for label, count in sorted(ended.items(), key=_by_count))
    yield f"办理结果：{told}；办理记录 {len(steps)} 条"


def _by_count(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


def _labels(flow: str) -> Mapping[str, str]:
    return {**{move.action: move.label for move in flows()[flow].moves}, **STEP_LABELS}


def _end(play: Play, kept: Kept) -> list[str]:
    dossier = kept.dossier
    reasons = [event.reason for event in play.desk.history(kept.id) if event.reason]
    return [
        kept.id, dossier.form.name, dossier.form.applicant, dossier.form.region, kept.state_label,
        dossier.technology_id or "", *(_mean(kept, round) for round in (1, 2)),
        reasons[-1] if reasons else "",
    ]  # fmt: skip


def _mean(kept: Kept, round: int) -> str:
    total = summary(kept.dossier, load_criteria(), round=round).total
    return "" if total is None else f"{total:.2f}"


def _steps(play: Play) -> list[list[str]]:
    labels = {kept.id: _labels(kept.dossier.flow) for kept in play.desk.all()}
    rows = []
    for event in play.store.events(KIND):
        role: Role = event.role  # type: ignore[assignment]
        action, unit = labels[event.id].get(event.action, event.action), str(event.detail.get("unit", ""))
        told = [event.id, event.at, action, event.actor, ROLE_LABELS[role], unit, event.reason]
        rows.append([str(event.seq), *told])
    return rows
