"""Documents of an edition: public notice (公示), objections (意见汇总处理表), publication (发布通知)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from catalog.editions.edition import Edition
from catalog.errors import BadInput
from catalog.publish import columns
from catalog.publish.columns import NOT_GIVEN
from catalog.publish.gongwen import Annex, Block, Content, Gongwen, Grid, chinese_date
from catalog.publish.notices.wording import (
    Sender,
    Values,
    citation,
    contact_of,
    filled_body,
    letter,
    name_of,
    sheet,
)
from catalog.publish.word import Align
from catalog.review.desk import Kept
from catalog.review.dossier import Objection, PublicNotice


def publication_document(
    edition: Edition, *, sender: Sender, before: str = "", basis: Sequence[str] | None = None
) -> Gongwen:
    """Return the notice that publishes an edition, with its table and what left it.

    Args:
        edition: the frozen edition.
        sender: who publishes.
        before: title of the edition it replaces; its year stands in where none is given.
        basis: keys of the legal basis; those of the text in force that day by default.

    Raises:
        BadInput: the edition is not frozen, or the legal basis does not hold on the day.
    """
    _frozen(edition)
    classes = [entry.entry_class for entry in edition.entries]
    older = before or (f"{edition.replaces}年发布的目录" if edition.replaces else "")
    values: Values = {
        **contact_of(sender), "issuer": sender.issuer, "catalogue": columns.title_of(edition),
        "basis": citation("publication", basis, sender.on), "count": str(len(classes)),
        "demonstrated": str(classes.count("demonstrated")), "promoted": str(classes.count("promoted")),
        "replaces": f"《{before}》" if before else older,
        "withdrawn": str(len(edition.withdrawn)) if edition.withdrawn else "",
    }  # fmt: skip
    annexes = [Annex(columns.title_of(edition), _catalogue(edition), landscape=True)]
    if edition.withdrawn:
        annexes.append(Annex("退出技术名单", (_withdrawn(edition),)))
    return letter(
        "publication", values, sender, filled_body("publication", values), attachments=tuple(annexes),
        example=edition.is_example,
    )  # fmt: skip


def _frozen(edition: Edition) -> None:
    if not edition.fingerprint:
        raise BadInput(f"{edition.year} 年目录尚未冻结，请先冻结再生成文件")


_CATALOGUE_MM = (11.0, 28.0, 53.0, 45.0, 32.0, 38.0, 18.0)
"""The ministry's table on the narrower page of a letter; the class stands on one line."""


def _catalogue(edition: Edition) -> tuple[Content, ...]:
    """Return the table of an edition, one part a field, in the columns of the ministry's catalogue."""
    style = columns.style("mee")
    header = tuple(column.title for column in style.columns)
    aligns = tuple(column.align for column in style.columns)
    content: list[Content] = []
    parts = columns.parts(edition, style)
    for part in parts:
        if part.heading:
            content.append(Block("h1", part.heading.split("、", 1)[1]))
        notes = columns.notes(style) if part is parts[-1] else ()
        content.append(Grid(header, part.rows, _CATALOGUE_MM, aligns, 9.0, notes))
    return tuple(content)


def _withdrawn(edition: Edition) -> Grid:
    rows = tuple((w.number, w.name, w.reason, w.basis or NOT_GIVEN) for w in edition.withdrawn)
    return Grid(("编号", "技术名称", "退出理由", "依据"), rows, (24.0, 46.0, 52.0, 34.0), ("center",))


def public_notice_document(
    edition: Edition,
    *,
    sender: Sender,
    notice: PublicNotice,
    before: Edition | None = None,
    basis: Sequence[str] | None = None,
) -> Gongwen:
    """Return the public notice of the technologies to be listed, with their applicants.

    Args:
        edition: the technologies to be listed.
        sender: who publishes the notice.
        notice: first day and number of days.
        before: the edition it follows; what stood in it already is not announced again.
        basis: keys of the legal basis; those of the text in force that day by default.

    Raises:
        BadInput: nothing to announce, a notice that starts before the document's day, a missing
            contact, or a legal basis that does not hold on the day.
    """
    chosen = [entry for entry in edition.entries if before is None or before.entry(entry.number) is None]
    if not chosen:
        raise BadInput(f"{edition.year} 年目录：没有拟入选技术，无法公示")
    if notice.start < sender.on:
        raise BadInput(
            f"公示：开始日期 {notice.start.isoformat()} 早于成文日期 {sender.on.isoformat()}，请改晚"
        )
    values: Values = {
        **contact_of(sender), "issuer": sender.issuer, "catalogue": columns.title_of(edition),
        "basis": citation("public_notice", basis, sender.on), "count": str(len(chosen)),
        "start": chinese_date(notice.start), "end": chinese_date(notice.end), "days": str(notice.days),
    }  # fmt: skip
    rows = tuple(
        (
            str(place), entry.name, entry.applicant or NOT_GIVEN, entry.group or NOT_GIVEN,
            entry.scope or NOT_GIVEN, entry.class_label,
        )
        for place, entry in enumerate(chosen, 1)
    )  # fmt: skip
    header = ("序号", "技术名称", "申报单位", "所属领域", "适用范围", "技术类别")
    widths = (12.0, 55.0, 48.0, 28.0, 62.0, 20.0)
    aligns: tuple[Align, ...] = ("center", "left", "left", "center", "left", "center")
    annex = Annex("拟入选技术名单", (Grid(header, rows, widths, aligns, 9.0),), landscape=True)
    public = replace(sender, addressee="", copies=(), printed_by="")
    return letter(
        "public_notice", values, public, filled_body("public_notice", values), attachments=(annex,),
        red_head=False, example=edition.is_example,
    )  # fmt: skip


def objection_document(dossiers: Sequence[Kept], *, catalogue: str, example: bool = False) -> Gongwen:
    """Return the table of objections raised during the public notice and how each was handled.

    Without any objection the table says so.

    Args:
        dossiers: the dossiers whose objections are told.
        catalogue: name of the catalogue.
        example: made-up data, marked as not to be issued; a made-up dossier marks it by itself.
    """
    raised = [(kept, objection) for kept in dossiers for objection in kept.dossier.objections]
    raised.sort(key=lambda pair: (pair[1].raised_on, pair[0].id, pair[1].id))
    rows = tuple(_objection(place, *pair) for place, pair in enumerate(raised, 1))
    header = ("序号", "申报编号", "技术名称", "提出单位或个人", "提出日期", "意见内容", "处理结果",
              "处理说明", "处理人", "处理日期")  # fmt: skip
    if not rows:
        rows = (("", "", "", "", "", "公示期内未收到意见", "", "", "", ""),)
    states = [objection.accepted for _, objection in raised]
    counted = (
        f"注：共收到意见{len(states)}条，采纳{states.count(True)}条，不采纳{states.count(False)}条，"
        f"尚未处理{states.count(None)}条。对外公开时删去提出单位或个人一栏。"
    )
    widths = (11.0, 25.0, 25.0, 20.0, 20.0, 31.0, 17.0, 41.0, 15.0, 20.0)
    aligns: tuple[Align, ...] = ("center", "center", "left", "left", "center", "left", "center", "left",
                                 "center", "center")  # fmt: skip
    values: Values = {"catalogue": catalogue}
    grid = Grid(header, rows, widths, aligns, 9.0, (counted,))
    example = example or any(kept.dossier.is_example for kept in dossiers)
    return sheet(
        "objections", values, filled_body("objections", values, {"objections": (grid,)}), landscape=True,
        example=example,
    )  # fmt: skip


_OUTCOMES = {True: "采纳", False: "不采纳", None: "尚未处理"}


def _objection(place: int, kept: Kept, objection: Objection) -> tuple[str, ...]:
    return (
        str(place), kept.id, name_of(kept), objection.raised_by, objection.raised_on.isoformat(),
        objection.text, _OUTCOMES[objection.accepted], objection.handling or NOT_GIVEN,
        objection.handled_by or NOT_GIVEN,
        objection.handled_on.isoformat() if objection.handled_on else NOT_GIVEN,
    )  # fmt: skip
