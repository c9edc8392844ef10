"""Before the review: the call with its blank forms, and the notices of correction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from catalog.nominations.template import form_docx, form_xlsx, summary_xlsx
from catalog.publish.dispatch.papers import (
    CALL,
    FORMAL,
    Bundle,
    Papers,
    absent,
    joined,
    no_dossiers,
    sender_of,
    several,
    single,
)
from catalog.publish.notices import call_for_nominations, correction_notice
from catalog.publish.settings import NoticeSettings
from catalog.review.desk import Kept
from catalog.review.dossier import Correction


def called(papers: Papers) -> Bundle:
    """Return the call for nominations, and the blank forms to fill in."""
    blank = Bundle(
        {
            f"{CALL}/申报表.docx": form_docx(),
            f"{CALL}/申报表.xlsx": form_xlsx(),
            f"{CALL}/推荐汇总表.xlsx": summary_xlsx(()),
        }
    )
    if papers.settings is None:
        return blank
    make = partial(_call, papers, papers.settings)
    return joined([single("征集通知", f"{CALL}/征集通知.docx", make), blank])


def _call(papers: Papers, settings: NoticeSettings) -> bytes:
    call = settings.call
    sender = sender_of(papers, call, "unit_deadline", "deadline", "fields")
    assert call.deadline is not None and call.unit_deadline is not None
    return call_for_nominations(
        sender, catalogue=papers.catalogue, deadline=call.deadline, unit_deadline=call.unit_deadline,
        fields=call.fields, focus=call.focus, quota=call.quota, example=papers.is_example,
    )  # fmt: skip


def corrected(papers: Papers) -> Bundle:
    """Return a notice of correction for every return that was kept."""
    if papers.settings is None:
        return Bundle({})
    if not papers.dossiers:
        return absent("补正通知", no_dossiers(papers))
    made = []
    for kept in papers.dossiers:
        for one in _returns(kept):
            again = f"_第{one.sequence}次" if one is not None and one.sequence > 1 else ""
            path = f"{FORMAL}/补正通知/补正通知_{kept.id}{again}.docx"
            made.append((kept.id, path, partial(_correction, papers, papers.settings, kept, one)))
    return several("补正通知", made) if made else absent("补正通知", "没有退回补正的记录")


def _returns(kept: Kept) -> Iterator[Correction | None]:
    """Yield the returns of a dossier; None is one of before returns were kept, still open."""
    dossier = kept.dossier
    if not dossier.corrections and dossier.state == "returned" and dossier.findings:
        yield None
    yield from dossier.corrections


def _correction(papers: Papers, settings: NoticeSettings, kept: Kept, one: Correction | None) -> bytes:
    """Return the notice of one return, dated and due as kept with it unless told otherwise."""
    wanted = settings.correction
    if one is not None and wanted.date is None:
        wanted = wanted.model_copy(update={"date": one.returned_on})
    if one is not None and one.deadline is not None:
        wanted = wanted.model_copy(update={"deadline": one.deadline})
    sender = replace(sender_of(papers, wanted, "deadline"), copies=(), printed_by="")
    assert wanted.deadline is not None
    return correction_notice(kept, sender=sender, deadline=wanted.deadline, correction=one)
