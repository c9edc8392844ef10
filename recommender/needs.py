"""Several needs in one text: split into clauses, keep those that ask for different things."""

from __future__ import annotations

import re

from embeddings.segment import Segmenter

_SEPARATORS = re.compile(
    r"[，。；;,!！?？\n]+|(?<![0-9])、(?=[^、]{5,})|另外|还有就是|还有|同时|而且|并且|以及|一是|二是|三是|[①②③④⑤]|(?<![0-9.])[1-5][.、)）](?![0-9])"
)
_FEWEST_WORDS = 2
_MOST = 6


def clauses(text: str, segmenter: Segmenter) -> list[str]:
    """Return the clauses of ``text`` (normalised) that say something, in order.

    A clause of fewer than two words belongs to the one before it.
    """
    parts: list[str] = []
    for piece in (part.strip() for part in _SEPARATORS.split(text)):
        if not piece:
            continue
        if parts and len(segmenter.words(piece)) < _FEWEST_WORDS:
            parts[-1] = f"{parts[-1]}，{piece}"
        else:
            parts.append(piece)
    return parts[:_MOST]
