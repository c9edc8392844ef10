"""Feedback on results, kept on this machine: one JSON line each in the user data folder."""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection
from pathlib import Path

from catalog import BadInput
from catalog.paths import user_home

REASON_CODES = {
    "conditions": "工况不符",
    "investment": "投资高",
    "space": "占地",
    "done_already": "已实施",
    "no_data": "数据不足",
    "safety": "安全",
    "other": "其他",
}
_MAX_NOTE = 500


def feedback_file(home: Path | None = None) -> Path:
    """Return the file that holds the feedback."""
    return (home or user_home()) / "feedback.jsonl"


def save_feedback(
    technology_id: str,
    *,
    text: str,
    industry: str | None,
    reason: str,
    note: str = "",
    home: Path | None = None,
) -> None:
    """Append one line of feedback.

    Raises:
        BadInput: unknown reason, note too long, or the folder cannot be written.
    """
    if reason not in REASON_CODES:
        raise BadInput(f"原因“{reason}”不在列表中，请选择：{'、'.join(REASON_CODES)}")
    if len(note) > _MAX_NOTE:
        raise BadInput(f"说明共 {len(note)} 字，超过 {_MAX_NOTE} 字，请缩短")
    entry = {
        "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "technology": technology_id,
        "text": text,
        "industry": industry,
        "reason": reason,
        "note": note.strip(),
    }
    path = feedback_file(home)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry, ensure_ascii=False) + "\n")
    except OSError as error:
        raise BadInput(f"{path}: 反馈无法保存（{error.strerror}），请检查 QINGYUAN_HOME") from error


_SUGGESTED = {
    "conditions": 0,
    "done_already": 2,
    "investment": 2,
    "space": 2,
    "no_data": 1,
    "safety": 1,
    "other": 0,
}
"""Grade proposed for a rejected result: that it costs much or is done already says it fits."""

REVIEW_COLUMNS = ("text", "industry", "technology", "grade", "reason", "note", "count", "state")


def review(source: Path | None = None, *, known_ids: Collection[str]) -> list[dict[str, str]]:
    """Return the feedback as judgements to be reviewed, one row a text and technology.

    Equal rejections are counted; a technology that no longer exists is marked.

    Args:
        source: the feedback file; this machine's by default.
        known_ids: ids that can be recommended.

    Raises:
        BadInput: the file is missing or a line is no JSON object.
    """
    path = source or feedback_file()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BadInput(f"{path}: 没有反馈可整理（{error.strerror}）；请先在应用中保存反馈") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: 不是 UTF-8 编码，请另存为 UTF-8") from error
    rows: dict[tuple[str, str, str], dict[str, str]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            text, technology = str(entry["text"]), str(entry["technology"])
            reason = str(entry["reason"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"{path}: 第 {number} 行不是有效的反馈记录，请删除或改正该行") from error
        industry = str(entry.get("industry") or "")
        row = rows.setdefault(
            (text, industry, technology),
            {
                "text": text,
                "industry": industry,
                "technology": technology,
                "grade": str(_SUGGESTED.get(reason, 0)),
                "reason": REASON_CODES.get(reason, reason),
                "note": "",
                "count": "0",
                "state": "待审" if technology in known_ids else "技术已不在目录",
            },
        )
        row["count"] = str(int(row["count"]) + 1)
        shown = REASON_CODES.get(reason, reason)
        if shown not in row["reason"].split("；"):
            row["reason"] = f"{row['reason']}；{shown}"
            row["grade"] = min(row["grade"], str(_SUGGESTED.get(reason, 0)))
        note = str(entry.get("note") or "")
        if note and note not in row["note"]:
            row["note"] = "；".join(part for part in (row["note"], note) if part)
    return sorted(rows.values(), key=lambda row: (row["text"], row["technology"]))


def write_review(path: Path, rows: list[dict[str, str]]) -> None:
    """Write the rows as CSV that a spreadsheet opens.

    Raises:
        BadInput: the folder cannot be written.
    """
    from catalog.export import csv_bytes
    from catalog.files import write_atomically

    content = csv_bytes(list(REVIEW_COLUMNS), [[row[name] for name in REVIEW_COLUMNS] for row in rows])
    try:
        write_atomically(path, content)
    except OSError as error:
        raise BadInput(f"{path}: 无法写入（{error.strerror}），请换一个可写的目录") from error
