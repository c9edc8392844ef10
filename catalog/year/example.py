"""The example data of a year (``data/demo/year``): nominations, experts, scoring rule, plan."""

from __future__ import annotations

import datetime
import math
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, Field, model_validator

from catalog.editions.edition import Withdrawal
from catalog.errors import BadInput
from catalog.nominations.form import AttachmentKind, FormPart, Nomination
from catalog.parsing import parsed
from catalog.paths import DATA_DIR
from catalog.publish.settings import CallSettings, NoticeSettings
from catalog.review.dossier import Objection
from catalog.review.experts import Expert
from catalog.review.scoring import Criteria, Verdict

ALL_ATTACHMENTS: tuple[AttachmentKind, ...] = ("test_report", "ip", "declaration")
_Model = TypeVar("_Model", bound=BaseModel)
_SPREAD = 9
"""Offsets run through so many steps around 0."""


class Correction(FormPart):
    """What an applicant mends: fields of the form, and attachments that were missing."""

    fields: dict[str, Any] = Field({})
    attachments: tuple[AttachmentKind, ...] = ()


class Filed(FormPart):
    """One nomination of the example.

    Attributes:
        key: its name in the plan and the scores.
        kind: eligible, lacking something, or a duplicate of the catalogue.
        fails: id of the rule an incomplete one fails.
        of: number of the record a duplicate repeats.
        group: heading of the catalogue it would stand under.
    """

    key: str
    kind: Literal["good", "incomplete", "duplicate"]
    group: str
    form: Nomination
    fails: str = ""
    of: str = ""
    attachments: tuple[AttachmentKind, ...] = ALL_ATTACHMENTS
    correction: Correction | None = None


class Nominations(FormPart):
    """All nominations, in the order they come in."""

    nominations: Annotated[tuple[Filed, ...], Field(min_length=1)]


class Experts(FormPart):
    """The experts to register."""

    experts: Annotated[tuple[Expert, ...], Field(min_length=1)]


class Harsh(FormPart):
    """One expert judges one nomination far below the others."""

    nomination: str
    round: int
    points: float


class Opinion(FormPart):
    """Words for totals from a limit on."""

    from_: float = Field(alias="from")
    text: str


class Scores(FormPart):
    """The rule by which points are made from numbers."""

    step: float
    recommend_from: float
    reject_below: float
    harsh: Harsh
    merits: dict[str, Annotated[float, Field(ge=0, le=100)]]
    opinions: Annotated[tuple[Opinion, ...], Field(min_length=1)]

    def points(
        self, key: str, criteria: Criteria, *, dossier: int, expert: int, round: int, harsh: bool = False
    ) -> dict[str, float]:
        """Return points by criterion; the rule stands in ``scores.yaml``.

        Args:
            key: the nomination.
            criteria: the criteria with their full points.
            dossier: running number of the dossier.
            expert: running number of the expert.
            round: number of the round.
            harsh: whether this expert is the one far below the others.

        Raises:
            BadInput: the nomination has no merit.
        """
        if key not in self.merits:
            raise BadInput(f"scores.yaml: merits 中没有“{key}”，请补写基准分")
        made = {}
        for place, criterion in enumerate(criteria.criteria, 1):
            turn = (dossier * 7 + expert * 5 + round * 3 + place * 11) % _SPREAD
            share = self.merits[key] + (turn - _SPREAD // 2) * self.step - (self.harsh.points if harsh else 0)
            value = criterion.max * min(100.0, max(0.0, share)) / 100
            made[criterion.code] = math.floor(value * 2 + 0.5) / 2
        return made

    def verdict(self, total: float) -> Verdict:
        """Return the verdict that goes with a total."""
        if total >= self.recommend_from:
            return "recommend"
        return "reject" if total < self.reject_below else "revise"

    def words(self, total: float, *, strong: str, weak: str) -> str:
        """Return the opinion that goes with a total."""
        chosen = next(o for o in sorted(self.opinions, key=lambda o: -o.from_) if total >= o.from_)
        return chosen.text.format(strong=strong, weak=weak)


class Days(FormPart):
    """The days on which things happen, in this order; deadlines stand apart."""

    call: datetime.date
    filed: datetime.date
    recommended: datetime.date
    checked: datetime.date
    corrected: datetime.date
    closed: datetime.date
    assigned: datetime.date
    first_round: datetime.date
    second_round: datetime.date
    second_scored: datetime.date
    site_visit: datetime.date
    approved: datetime.date
    notice: datetime.date
    too_early: datetime.date
    handled: datetime.date
    listed: datetime.date
    published: datetime.date
    unit_deadline: datetime.date
    deadline: datetime.date
    correction_deadline: datetime.date

    @model_validator(mode="after")
    def _in_order(self) -> Days:
        names = list(type(self).model_fields)[: list(type(self).model_fields).index("unit_deadline")]
        days = [getattr(self, name) for name in names]
        for name, day, before in zip(names[1:], days[1:], days, strict=False):
            if day < before:
                raise ValueError(f"{name} {day} 早于前一步 {before}")
        return self


class Round(FormPart):
    """Experts for each nomination, and the mean from which it goes on."""

    experts: Annotated[int, Field(ge=1)]
    from_: float = Field(alias="from")


class Recusal(FormPart):
    """An expert steps back from a nomination."""

    nomination: str
    reason: str


class SiteVisit(FormPart):
    """A nomination looked at on site."""

    nomination: str
    why: str
    result: str


class Review(FormPart):
    """How the experts review."""

    first: Round
    second: Round
    recusal: Recusal
    site: SiteVisit


class Raised(Objection):
    """The objection of the public notice, with its handling."""

    nomination: str


class Plan(FormPart):
    """What happens when, and every decision with its reason."""

    year: int
    before: int
    catalogue: str
    issuer: str
    official: str
    contact: str
    phone: str
    email: str
    address: str
    addressee: str
    districts: tuple[str, ...]
    fields: tuple[str, ...]
    quota: int
    days: Days
    documents: dict[str, str]
    recommendation: str
    duplicates: dict[str, str]
    cleared: dict[str, str]
    cleared_otherwise: str
    refused_at_once: dict[str, str]
    refused: dict[str, str]
    withdrawn: dict[str, str]
    review: Review
    objection: Raised
    retired: tuple[Withdrawal, ...]
    history_of: str

    @property
    def settings(self) -> NoticeSettings:
        """Return who sends the documents; days that dossiers and edition record are left to them."""
        call = CallSettings(
            number=self.documents["call"], date=self.days.call, unit_deadline=self.days.unit_deadline,
            deadline=self.days.deadline, fields=self.fields, quota=self.quota,
        )  # fmt: skip
        return NoticeSettings(
            issuer=self.issuer, contact=self.contact, phone=self.phone, email=self.email,
            address=self.address, addressee=self.addressee, call=call,
        )  # fmt: skip


class Example(FormPart):
    """Everything the year is played with."""

    filed: tuple[Filed, ...]
    experts: tuple[Expert, ...]
    scores: Scores
    plan: Plan

    def of(self, key: str) -> Filed:
        """Return the nomination of a key."""
        return next(one for one in self.filed if one.key == key)


def load_example(folder: Path = DATA_DIR / "demo" / "year") -> Example:
    """Return the example year.

    Raises:
        BadInput: a file is not readable or a value is none, or the plan names no such nomination.
    """
    filed = _read(folder / "nominations.yaml", Nominations).nominations
    plan = _read(folder / "plan.yaml", Plan)
    known = {one.key for one in filed}
    review = plan.review
    named = [review.recusal.nomination, review.site.nomination, plan.objection.nomination]
    named += [*plan.duplicates, *plan.cleared, *plan.refused_at_once, *plan.refused, *plan.withdrawn]
    unknown = sorted(set(named) - known)
    if unknown:
        raise BadInput(f"{folder / 'plan.yaml'}: 没有代号为“{unknown[0]}”的申报，请对照 nominations.yaml")
    experts = _read(folder / "experts.yaml", Experts).experts
    return Example(filed=filed, experts=experts, scores=_read(folder / "scores.yaml", Scores), plan=plan)


def _read(path: Path, model: type[_Model]) -> _Model:
    try:
        content: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"{path}: 无法读取（{type(error).__name__}），请检查路径和 YAML 格式") from error
    return parsed(model, content, where=str(path))
