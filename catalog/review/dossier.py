"""A dossier: one nomination on its way through a flow, with everything that was decided about it."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field

from catalog.nominations.form import FormPart, Nomination


class Finding(FormPart):
    """One failed rule: what, where, which value, what to do."""

    rule: str
    field: str
    value: str
    remedy: str


class Correction(FormPart):
    """One return to the applicant, kept when the findings are long mended."""

    sequence: Annotated[int, Field(ge=1)]
    returned_on: datetime.date
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    deadline: datetime.date | None = Field(None, description="last day to mend, where one was set")


class Assignment(FormPart):
    """An expert asked to score a dossier in a round."""

    expert_id: str
    round: Annotated[int, Field(ge=1)]
    recused: bool = False
    recusal_reason: str = ""


class Score(FormPart):
    """One filled scoring sheet."""

    expert_id: str
    round: Annotated[int, Field(ge=1)]
    points: dict[str, float] = Field(description="criterion code -> points")
    opinion: str = ""
    verdict: Literal["recommend", "revise", "reject"] = "recommend"
    scored_on: datetime.date | None = None


class Objection(FormPart):
    """An objection raised during the public notice, and how it was handled."""

    id: str
    raised_by: str
    raised_on: datetime.date
    text: str
    handling: str = ""
    accepted: bool | None = None
    handled_by: str = ""
    handled_on: datetime.date | None = None


class PublicNotice(FormPart):
    """The public notice: first day and number of days."""

    start: datetime.date
    days: Annotated[int, Field(ge=1, le=60)] = 7

    @property
    def end(self) -> datetime.date:
        """Return the last day."""
        return self.start + datetime.timedelta(days=self.days - 1)


class Dossier(FormPart):
    """One nomination under review."""

    form: Nomination
    year: int
    flow: Literal["city", "ministry"] = "city"
    state: str = "draft"
    round: Annotated[int, Field(ge=0)] = 0
    findings: tuple[Finding, ...] = ()
    corrections: tuple[Correction, ...] = Field((), description="every return by the formal check")
    duplicates: tuple[str, ...] = Field((), description="lines of the duplicate check")
    assignments: tuple[Assignment, ...] = ()
    scores: tuple[Score, ...] = ()
    notice: PublicNotice | None = None
    objections: tuple[Objection, ...] = ()
    group_opinion: str = ""
    site_visit: str = ""
    technology_id: str | None = Field(None, description="number given when listed")
    is_example: bool = False
