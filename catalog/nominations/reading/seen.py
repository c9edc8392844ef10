"""What stands at a place, what was made of it, and how texts are compared."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

BRACKETS = re.compile(r"\(([^()]*)\)")
"""A remark in half-width brackets."""
LONGEST_PIECE = 80
"""A longer run of signs is no name of an industry and no amount."""


@dataclass(frozen=True)
class Seen:
    """What stands at a place: text, unit of the label, and whether the file holds a number."""

    text: str
    unit: str = ""
    numeric: bool = False


@dataclass(frozen=True)
class Value:
    """A typed value, or what is wrong; neither where the answer was left open."""

    value: Any = None
    fault: str = ""
    note: str = ""


def half_width(text: str) -> str:
    """Return half-width text with its superscripts spelled as in unit tables."""
    return unicodedata.normalize("NFKC", text.replace("−", "-"))


def squash(text: str) -> str:
    """Return a text without any blanks."""
    return "".join(text.split())


def shortened(text: str) -> str:
    """Return a text as one line that fits into a message."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:38]}……"
