"""What is being asked for: questions about permits, fees, law ... want no technology."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from catalog.paths import DATA_DIR
from embeddings.segment import normalise


@dataclass(frozen=True)
class Intent:
    """A kind of question that no technology answers."""

    name: str
    answer: str
    patterns: tuple[re.Pattern[str], ...]

    def matches(self, text: str) -> bool:
        """True when ``text`` (normalised) asks for this."""
        return any(pattern.search(text) for pattern in self.patterns)


@lru_cache(maxsize=1)
def intents(path: Path = DATA_DIR / "lexicon" / "intents.yaml") -> tuple[Intent, ...]:
    """Return the known intents in the order of the file."""
    entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return tuple(
        Intent(
            entry["intent"],
            entry["answer"],
            tuple(re.compile(pattern) for pattern in entry["patterns"]),
        )
        for entry in entries
    )


def recognise(text: str) -> Intent | None:
    """Return the intent of ``text`` if it asks for something other than a technology."""
    plain = normalise(text)
    return next((intent for intent in intents() if intent.matches(plain)), None)
