"""Feedback on results, kept on this machine: one JSON line each in the user data folder."""

from __future__ import annotations

import datetime
import json
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
