"""Answers of the filing form as they are written in a text, a cell or a choice."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from catalog.codes import Codes, load_codes
from catalog.nominations.form import (
    ADVANCEMENT_LABELS,
    ATTACHMENT_LABELS,
    CLASS_LABELS,
    EVIDENCE_LABELS,
    Nomination,
)
from catalog.nominations.template.wording import PERCENT_FIELDS
from catalog.paths import DATA_DIR
from catalog.publish.word import clean

YES, NO = "是", "否"
INDUSTRY_SEPARATOR = "；"


@lru_cache(maxsize=1)
def shipped_codes() -> Codes:
    """Return the shipped vocabularies, read once."""
    return load_codes(DATA_DIR / "codes")


def figure(value: float) -> str:
    """Return a number without superfluous digits and without losing any that a table holds."""
    return f"{value:.15g}"


def text_of(field: str, value: Any, codes: Codes) -> str:
    """Return the value of a field of the form or of one of its parts as it is written in a text.

    Unknown (None, empty) is the empty text; 0 is 0. A declaration not made is left open.
    """
    if value is None or value == "":
        return ""
    if field == "industries":
        return INDUSTRY_SEPARATOR.join(_industry(code, codes) for code in value)
    if field == "reductions_t":
        return "；".join(f"{clean(name)}={figure(amount)}" for name, amount in value.items())
    if field in PERCENT_FIELDS:
        return f"{figure(value)}%"
    labels = choices(field)
    if labels:
        return "" if field == "declared" and not value else labels.get(value, str(value))
    if isinstance(value, datetime.date):
        return value.isoformat()
    return clean(value) if isinstance(value, str) else figure(value)


def _industry(code: str, codes: Codes) -> str:
    known = codes["industries"]
    return f"{code} {known.label(code)}" if code in known else clean(code)


def choices(field: str, *, part: str = "") -> Mapping[Any, str]:
    """Return the values a field may take with their labels; empty where it is free."""
    if field == "technology_class":
        return CLASS_LABELS
    if field == "advancement":
        return ADVANCEMENT_LABELS
    if field in ("declared", "domestic", "cma"):
        return {True: YES, False: NO}
    if field == "kind" and part != "intellectual_property":
        return EVIDENCE_LABELS
    return {}


def attachment_lines(form: Nomination) -> str:
    """Return the attachments, a line each: name, kind, size."""
    return "\n".join(
        f"{clean(one.name)}（{ATTACHMENT_LABELS[one.kind]}，{figure(math.ceil(one.size / 1024))} KB）"
        for one in form.attachments
    )
