"""An edition (目录年度版): chosen technologies in order, frozen with a fingerprint.

An entry holds everything the published tables and sheets print, so that an edition reads
the same years later, whatever became of the records. Unknown values stay None or empty and
are printed as 未提供.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from catalog import display
from catalog.errors import BadInput
from catalog.files import write_atomically
from catalog.load import Catalog
from catalog.nominations.form import CLASS_LABELS, FormPart, Nomination
from catalog.schema import UNKNOWN, Technology

FORMAT = 1
_NUMBERED = re.compile(r"^[一二三四五六七八九十百]+、\s*")
EntryClass = Literal["demonstrated", "promoted"]


class EntryCase(FormPart):
    """A typical project."""

    site: str
    scale: str = ""
    year: int | None = None
    investment_wan_yuan: float | None = None
    saving_tce: float | None = None
    co2_t: float | None = None
    result: str = ""


class Entry(FormPart):
    """One technology of an edition."""

    number: str = Field(description="persistent number, CPT-0001; survives renames and editions")
    merged_numbers: tuple[str, ...] = ()
    item: str = Field("", description="item number in this edition, given when frozen")
    group: str = Field("", description="field heading the table is divided by")
    name: str
    aliases: tuple[str, ...] = ()
    entry_class: EntryClass = "promoted"
    summary: str = ""
    route: str = Field("", description="工艺路线")
    indicators: str = Field("", description="主要技术指标及应用效果")
    features: str = Field("", description="技术特点")
    scope: str = Field("", description="适用范围")
    industries: tuple[str, ...] = ()
    cases: tuple[EntryCase, ...] = ()
    penetration_now: float | None = None
    penetration_forecast: float | None = None
    investment: str = ""
    payback: str = ""
    price_years: tuple[int, ...] = ()
    policy: tuple[str, ...] = ()
    publications: tuple[str, ...] = ()
    maturity: str = ""
    preconditions: tuple[str, ...] = ()
    not_suitable: tuple[str, ...] = ()
    negative_effects: tuple[str, ...] = ()
    applicant: str = Field("", description="unit that filed it; printed in 公示稿 only")
    dossier: str = Field("", description="number of the nomination it came from")

    @property
    def class_label(self) -> str:
        """Return 示范技术 or 推广技术."""
        return CLASS_LABELS[self.entry_class]

    @property
    def group_name(self) -> str:
        """Return the field heading without a number of its own (一、钢铁 as 钢铁)."""
        return _NUMBERED.sub("", self.group.strip())


class Withdrawal(FormPart):
    """A technology of the last edition that is in this one no more, and why."""

    number: str
    name: str
    reason: Annotated[str, Field(min_length=2)]
    basis: str = ""


class Edition(FormPart):
    """A frozen edition."""

    format: Literal[1] = 1
    year: Annotated[int, Field(ge=2000, le=2100)]
    title: str
    issuer: str = ""
    document_number: str = ""
    published_on: datetime.date | None = None
    replaces: int | None = Field(None, description="year of the edition it replaces")
    entries: tuple[Entry, ...]
    withdrawn: tuple[Withdrawal, ...] = ()
    is_example: bool = False
    fingerprint: str = Field("", description="SHA-256 of everything else")

    def entry(self, number: str) -> Entry | None:
        """Return the entry of a number (also a merged one), or None."""
        for entry in self.entries:
            if number == entry.number or number in entry.merged_numbers:
                return entry
        return None


def fingerprint(edition: Edition) -> str:
    """Return the SHA-256 of an edition without its fingerprint, as canonical JSON."""
    content = edition.model_dump(mode="json", exclude={"fingerprint"})
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def entry_of(technology: Technology, catalog: Catalog, *, group: str = "") -> Entry:
    """Return a catalogue record as an edition entry; figures keep their marks."""
    t = technology
    known = [e for e in t.effects if e.sign == "positive" and e.quantity != UNKNOWN]
    words = [e.metric for e in t.effects if e.sign == "positive" and e.quantity == UNKNOWN]
    indicators = "；".join(display.effect(e) for e in known)
    if not known and words:
        indicators = f"{'、'.join(words)}（无公开数值）"
    years = [m.price_year for m in (() if isinstance(t.investment, str) else t.investment)]
    return Entry(
        number=t.id,
        merged_numbers=tuple(t.merged_ids),
        group=group,
        name=t.name,
        aliases=tuple(t.aliases),
        entry_class="promoted" if t.maturity.stage == "promotion" else "demonstrated",
        summary=t.summary,
        route=t.principle,
        indicators=indicators,
        features=_features(t, catalog),
        scope=_scope(t, catalog),
        industries=tuple(t.industries),
        cases=tuple(
            EntryCase(
                site=c.site,
                scale="" if c.capacity == UNKNOWN else c.capacity,
                year=c.year if isinstance(c.year, int) else None,
                result=c.result,
            )
            for c in t.cases
        ),
        investment="" if isinstance(t.investment, str) else display.amounts(t.investment),
        payback="" if isinstance(t.payback_years, str) else display.payback(t.payback_years),
        price_years=tuple(sorted({year for year in years if isinstance(year, int)})),
        policy=tuple(display.citation(s, catalog.policy) for s in t.sources),
        publications=tuple(display.publication(p) for p in t.publications),
        maturity=display.maturity(t, catalog.codes),
        preconditions=tuple(t.applicability.preconditions),
        not_suitable=tuple(t.applicability.not_suitable),
        negative_effects=tuple(display.effect(e) for e in t.effects if e.sign == "negative"),
    )


def _features(t: Technology, catalog: Catalog) -> str:
    stage = catalog.codes.label("stages", t.stage)
    measures = "、".join(catalog.codes.labels("measure_tags", t.measure_tags))
    return f"{stage}；{measures}；须具备：{'、'.join(t.applicability.preconditions)}"


def _scope(t: Technology, catalog: Catalog) -> str:
    codes = catalog.codes
    fields = [*codes.labels("industries", t.industries), *codes.labels("cross_industry", t.cross_industry)]
    return f"{'、'.join(fields)}；{t.applicability.starting_situation}"


def entry_of_nomination(form: Nomination, *, number: str, dossier: str) -> Entry:
    """Return an approved nomination as an edition entry under its persistent number."""
    return Entry(
        number=number,
        group=form.field,
        name=form.name,
        entry_class=form.technology_class or "demonstrated",
        summary=form.summary,
        route=form.principle,
        indicators=form.effects,
        features=form.features,
        scope=form.scope,
        industries=form.industries,
        cases=tuple(
            EntryCase(
                site=case.user,
                scale=case.scale,
                year=case.commissioned.year if case.commissioned else None,
                investment_wan_yuan=case.investment_wan_yuan,
                saving_tce=case.saving_tce,
                co2_t=case.co2_t,
            )
            for case in form.cases
        ),
        maturity=f"TRL {form.trl}" if form.trl else "",
        investment=_case_figures(form, "investment_wan_yuan", "万元"),
        payback=_case_figures(form, "payback_years", "年"),
        penetration_now=form.penetration_now,
        penetration_forecast=form.penetration_forecast,
        applicant=form.applicant,
        dossier=dossier,
    )


def _case_figures(form: Nomination, field: str, unit: str) -> str:
    """Return one figure of every case that states it, as filed."""
    found = [(case.user, getattr(case, field)) for case in form.cases if getattr(case, field) is not None]
    return "；".join(f"{value:g} {unit}（{user or '应用案例'}，申报值）" for user, value in found)


def freeze(edition: Edition, *, before: Edition | None = None) -> Edition:
    """Return the edition with item numbers and fingerprint; afterwards it is never changed.

    The entries of a group stand together, groups in the order of their first entry, as they
    are printed; item numbers run through them in that order ("1", "2" ...). An edition that
    replaces another accounts for every number of it: kept, merged into an entry, or withdrawn
    with a reason.

    Raises:
        BadInput: a number or name stands twice or is also withdrawn, or a number of ``before``
            is lost.
    """
    numbers = [n for entry in edition.entries for n in (entry.number, *entry.merged_numbers)]
    names = [entry.name for entry in edition.entries]
    for what, values in (("编号", numbers), ("技术名称", names)):
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise BadInput(f"{edition.year} 年目录：{what}“{twice[0]}”重复，请删去一项或合并编号")
    if not edition.entries:
        raise BadInput(f"{edition.year} 年目录：没有技术，请先选入技术")
    gone = {withdrawal.number for withdrawal in edition.withdrawn}
    both = sorted(gone & set(numbers))
    if both:
        raise BadInput(f"{edition.year} 年目录：编号“{both[0]}”既在目录中又在退出名单中，请删去一处")
    if before is not None:
        lost = [
            (number, entry.name)
            for entry in before.entries
            for number in (entry.number, *entry.merged_numbers)
            if number not in numbers and not gone & {number, entry.number}
        ]
        if lost:
            raise BadInput(
                f"{edition.year} 年目录：{before.year} 年的 {lost[0][0]} {lost[0][1]} "
                "既未保留也未说明退出理由，请在退出名单中写明理由"
            )
    entries = tuple(
        entry.model_copy(update={"item": str(position)})
        for position, entry in enumerate(_grouped(edition.entries), 1)
    )
    frozen = edition.model_copy(
        update={
            "entries": entries,
            "replaces": before.year if before else edition.replaces,
            "fingerprint": "",
        }
    )
    return frozen.model_copy(update={"fingerprint": fingerprint(frozen)})


def _grouped(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries of one group after another; within a group the order stays."""
    order = {name: place for place, name in enumerate(dict.fromkeys(one.group_name for one in entries))}
    return sorted(entries, key=lambda entry: order[entry.group_name])


def edition_bytes(edition: Edition) -> bytes:
    """Return a frozen edition as JSON, the same bytes for the same edition."""
    text = json.dumps(edition.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True)
    return (text + "\n").encode()


def write_edition(edition: Edition, path: Path) -> None:
    """Write a frozen edition; an existing one is never overwritten by another.

    Raises:
        BadInput: the file holds another edition, or cannot be written.
    """
    content = edition_bytes(edition)
    try:
        if path.exists() and path.read_bytes() != content:
            raise BadInput(f"{path}: 已有冻结的目录，不能改写；请换一个文件名或年份")
        write_atomically(path, content)
    except OSError as error:
        raise BadInput(f"{path}: 无法写入（{error.strerror}），请换一个可写的目录") from error


def read_edition(path: Path) -> Edition:
    """Return a frozen edition after checking its fingerprint.

    Raises:
        BadInput: not an edition, or changed after freezing.
    """
    try:
        edition = Edition.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path}: 无法读取（{error.strerror}），请检查文件路径") from error
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BadInput(
            f"{path}: 不是目录年度版文件（{place or '格式'}），请选择 edition freeze 的输出"
        ) from error
    if fingerprint(edition) != edition.fingerprint:
        raise BadInput(f"{path}: 指纹不符，文件在冻结后被改动；请使用原文件")
    return edition


def next_number(taken: Sequence[str]) -> str:
    """Return the next free persistent number after all of ``taken`` (CPT-0001 ...)."""
    highest = max((int(number[4:]) for number in taken if number[4:].isdigit()), default=0)
    return f"CPT-{highest + 1:04d}"
