"""What is being asked for: questions about permits, fees, law ... want no technology."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from catalog.paths import DATA_DIR
from embeddings.segment import normalise

HEADER = ["intent", "pattern", "answer"]


@dataclass(frozen=True)
class Intent:
    """A kind of question that no technology answers."""

    name: str
    pattern: re.Pattern[str]
    answer: str


@lru_cache(maxsize=1)
def intents(path: Path = DATA_DIR / "lexicon" / "intents.csv") -> tuple[Intent, ...]:
    """Return the known intents in the order of the file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Intent(row["intent"], re.compile(row["pattern"]), row["answer"]) for row in csv.DictReader(stream)
        )


def recognise(text: str) -> Intent | None:
    """Return the intent of ``text`` if it asks for something other than a technology."""
    plain = normalise(text)
    return next((intent for intent in intents() if intent.pattern.search(plain)), None)
