"""Wide questions: an aim and a wish for ways, no process ("石灰行业节能技改方向")."""

from __future__ import annotations

import re
from functools import lru_cache

import yaml

from catalog.paths import DATA_DIR

FILE = DATA_DIR / "lexicon" / "wide.yaml"
MOST_CHARACTERS = 24
"""A longer text tells what it is about."""


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    content: dict[str, list[str]] = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return re.compile("|".join(content["aims"])), re.compile("|".join(content["ways"]))


def is_wide(text: str) -> bool:
    """True when ``text`` (normalised, without asking words) tells an aim and asks for ways."""
    aim, way = _patterns()
    return len(text) <= MOST_CHARACTERS and bool(aim.search(text)) and bool(way.search(text))
