"""The wordings of constraints as ``data/lexicon/constraints.yaml`` holds them, and what they do not mean."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import yaml

from catalog.paths import DATA_DIR

FILE = DATA_DIR / "lexicon" / "constraints.yaml"
_LIST = re.compile(r"<([\u4e00-\u9fff]+)>")
"""A list of words in a pattern of the file: <不让>."""
_DENIALS = ("不是", "并非")


@lru_cache(maxsize=1)
def stored() -> dict[str, Any]:
    """Return the file as it is."""
    content: dict[str, Any] = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return content


def whole(pattern: str, thing: str = "") -> re.Pattern[str]:
    """Return a pattern of the file with the lists of words it names filled in, and ``thing`` for <物>."""
    words: dict[str, str] = stored()["words"] | {"物": thing}
    while (filled := _LIST.sub(lambda match: f"(?:{words[match.group(1)]})", pattern)) != pattern:
        pattern = filled
    return re.compile(pattern)


def forbids_nothing(text: str, match: re.Match[str]) -> bool:
    """True where a pattern starts inside 要不要, 有没有 or after 不是: the writer asks, or denies."""
    start = match.start()
    asks = 0 < start < len(text) - 1 and text[start] in "不没" and text[start - 1] == text[start + 1]
    return asks or text[:start].endswith(_DENIALS)
