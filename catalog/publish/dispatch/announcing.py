"""After the review: public notice, objections, publication."""

from __future__ import annotations

import datetime
from functools import partial

from catalog.errors import BadInput
from catalog.publish.dispatch.papers import (
    ANSWERS,
    NOTICE,
    PUBLISHED,
    Bundle,
    Papers,
    issuer_of,
    joined,
    lacks,
    sender_of,
    single,
)
from catalog.publish.lists import Objections
from catalog.publish.notices import objection_table, public_notice, publication_notice
from catalog.publish.settings import NoticeSettings, PublicNoticeSettings
from catalog.review.dossier import PublicNotice


def objections_to(papers: Papers) -> Objections | None:
    """Return where objections go; what is not given is a place to fill in."""
    if papers.settings is None:
        return None
    settings = papers.settings
    known = {
        "office": issuer_of(papers), "contact": settings.contact,
        "phone": settings.phone, "email": settings.email, "address": settings.address,
    }  # fmt: skip
    return Objections(**{name: value for name, value in known.items() if value})


def notice_of(papers: Papers) -> PublicNotice | None:
    """Return the days of the public notice: as set, else as recorded with the dossiers, the earliest."""
    kept = [one.dossier.notice for one in papers.dossiers if one.dossier.notice is not None]
    recorded = min(kept, key=lambda notice: (notice.start, notice.days), default=None)
    settings = papers.settings.public_notice if papers.settings else None
    start = (settings.start if settings else None) or (recorded.start if recorded else None)
    if start is None:
        return None
    days = (settings.days if settings else None) or (recorded.days if recorded else None)
    return PublicNotice(start=start, days=days) if days else PublicNotice(start=start)


def announced(papers: Papers) -> Bundle:
    """Return the public notice and the table of objections."""
    make = partial(
        objection_table, papers.dossiers, catalogue=papers.catalogue, example=papers.is_example
    )  # fmt: skip
    table = single("意见汇总处理表", f"{NOTICE}/意见汇总处理表.docx", make)
    if papers.settings is None:
        return table
    letter = single("公示", f"{NOTICE}/公示.docx", partial(_public_notice, papers, papers.settings))
    return joined([letter, table])


def _public_notice(papers: Papers, settings: NoticeSettings) -> bytes:
    wanted, notice = settings.public_notice, notice_of(papers)
    if notice is None:
        raise BadInput(f"发文信息缺 {lacks(papers, wanted, 'start')}，也没有办理公示的记录")
    sender = sender_of(papers, _dated(wanted, notice))
    return public_notice(papers.edition, sender=sender, notice=notice, before=papers.before)


def _dated(wanted: PublicNoticeSettings, notice: PublicNotice | None) -> PublicNoticeSettings:
    """Return the settings of the public notice, dated on its first day unless told otherwise."""
    return wanted.model_copy(update={"date": wanted.date or (notice.start if notice else None)})


def notice_day(papers: Papers) -> datetime.date | None:
    """Return the day of the document that announces the public notice, or None."""
    settings = papers.settings or NoticeSettings()
    return _dated(settings.public_notice, notice_of(papers)).date


def open_places(papers: Papers) -> tuple[str, ...]:
    """Return the line that says what the draft of the public notice leaves to be filled in."""
    settings, notice = papers.settings or NoticeSettings(), notice_of(papers)
    wanted = _dated(settings.public_notice, notice)
    if notice is not None:
        wanted = wanted.model_copy(update={"start": notice.start})
    told = lacks(papers, wanted, "start", "date", common=(*ANSWERS, "email", "address"))
    return (f"提示 公示稿：发文信息缺 {told}，文中待填",) if told else ()


def published(papers: Papers) -> Bundle:
    """Return the notice of publication."""
    if papers.settings is None:
        return Bundle({})
    return single("发布通知", f"{PUBLISHED}/发布通知.docx", partial(_publication, papers, papers.settings))


def _publication(papers: Papers, settings: NoticeSettings) -> bytes:
    wanted, edition = settings.publication, papers.edition
    own = {
        "number": wanted.number or edition.document_number, "date": wanted.date or edition.published_on
    }  # fmt: skip
    common = ("phone",) if settings.contact else ()
    sender = sender_of(papers, wanted.model_copy(update=own), common=common)
    return publication_notice(edition, sender=sender, before=papers.before.title if papers.before else "")
