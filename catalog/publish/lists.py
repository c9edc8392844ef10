"""Lists around an edition: the public notice to be, the changes against the last edition, what to check."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.editions.diff import Difference, EntryChange, apply, shown
from catalog.editions.edition import Edition, Entry
from catalog.editions.flags import Flag, flags
from catalog.export import xlsx_bytes
from catalog.publish import word
from catalog.publish.catalogue import (
    MARGINS_MM,
    add_grid,
    cell_styles,
    describe,
    grid_xml,
    head,
    row_xml,
)
from catalog.publish.columns import given, title_of
from catalog.publish.gongwen import DRAFT_MARK, Annex, Block, Gongwen, Grid, chinese_date, gongwen_docx
from catalog.publish.neutral import left_out
from catalog.publish.notices import EXAMPLE_MARK
from catalog.publish.word import Align
from catalog.review.dossier import PublicNotice

# The public notice to be (公示稿).

OPEN = "（待填）"
"""What stands in a place to fill in."""


@dataclass(frozen=True)
class Objections:
    """Where objections go; what is not known yet is a place to fill in."""

    office: str = OPEN
    contact: str = OPEN
    phone: str = OPEN
    email: str = OPEN
    address: str = OPEN


def public_list_docx(
    edition: Edition,
    *,
    before: Edition | None = None,
    objections: Objections | None = None,
    notice: PublicNotice | None = None,
    signed_by: str = "",
    signed_on: datetime.date | None = None,
) -> bytes:
    """Return the draft of the public notice as DOCX: who is to be listed, who leaves and why.

    Args:
        edition: the frozen edition.
        before: the edition it follows; what stood in it already is not announced again.
        objections: where objections go; places to fill in by default.
        notice: first day and number of days; places to fill in by default.
        signed_by: who signs it; the issuer of the edition by default.
        signed_on: its day; open by default.
    """
    where = objections or Objections()
    chosen = [entry for entry in edition.entries if before is None or before.entry(entry.number) is None]
    start, end = (chinese_date(notice.start), chinese_date(notice.end)) if notice else (OPEN,) * 2
    days = f"（{notice.days}天）" if notice else ""
    leaving = f"，{len(edition.withdrawn)}项技术退出目录" if edition.withdrawn else ""
    texts = (
        f"拟将{len(chosen)}项技术列入《{title_of(edition)}》{leaving}，名单见附件，现予公示。"
        f"公示期为{start}至{end}{days}。",
        f"对公示内容有异议的，请在公示期内以书面形式向{where.office}提出，说明事实和理由并附证明材料。"
        "以单位名义提出的应当加盖公章，以个人名义提出的应当签署真实姓名并留下联系方式。",
        f"联系人：{where.contact}，联系电话：{where.phone}，电子邮箱：{where.email}，通信地址：{where.address}",
    )
    annexes = [Annex("拟入选技术名单", (_applicants(chosen),))]
    if edition.withdrawn:
        annexes.append(Annex("退出技术名单", (_withdrawn(edition),)))
    return gongwen_docx(
        Gongwen(
            title=f"关于《{title_of(edition)}》的公示",
            issuer=signed_by or edition.issuer or OPEN,
            date=signed_on,
            body=tuple(Block("text", text) for text in texts),
            attachments=tuple(annexes),
            red_head=False,
            draft_mark=EXAMPLE_MARK if edition.is_example else DRAFT_MARK,
        )
    )


def _applicants(entries: Sequence[Entry]) -> Grid:
    header = ("序号", "技术名称", "申报单位", "所属领域", "技术类别")
    rows = tuple(
        (entry.item, given(entry.name), given(entry.applicant), given(entry.group), entry.class_label)
        for entry in entries
    )
    aligns: tuple[Align, ...] = ("center", "left", "left", "center", "center")
    return Grid(header, rows, (13.0, 53.0, 44.0, 26.0, 20.0), aligns, word.POINTS["五号"])


def _withdrawn(edition: Edition) -> Grid:
    rows = tuple((w.number, given(w.name), given(w.reason), given(w.basis)) for w in edition.withdrawn)
    return Grid(("编号", "技术名称", "退出理由", "依据"), rows, (22.0, 46.0, 54.0, 34.0), ("center",))


# Changes between two editions (变更清单).

CHANGE_HEADER = ("类型", "编号", "技术名称", "变更内容", "变更前", "变更后", "理由和依据")
_CHANGE_WIDTHS_MM = (14.0, 21.0, 40.0, 23.0, 54.0, 54.0, 51.0)
_CHANGE_ALIGNS: tuple[Align, ...] = ("center", "center", "left", "center", "left", "left", "left")
_NOTHING = "—"


def change_rows(before: Edition, found: Difference) -> list[list[str]]:
    """Return the changes as rows of ``CHANGE_HEADER``: 新增, 更名, 变更, 合并, 退出.

    Args:
        before: the older edition.
        found: the difference that starts from it.

    Raises:
        BadInput: the difference belongs to another edition.
    """
    after = apply(before, found)
    rows = [
        _row("新增", entry.number, entry.name, "列入目录", _NOTHING, _place(entry)) for entry in found.added
    ]
    for change in found.renamed:
        old, new = change.renamed or ("", "")
        rows.append(_row("更名", change.number, new, "技术名称", old, new))
    for change in found.changed:
        rows += _field_rows(change, found)
    for number, target in sorted(found.merged.items()):
        old_entry, new_entry = before.entry(number), after.entry(target)
        name = old_entry.name if old_entry else ""
        told = f"并入 {target} {new_entry.name if new_entry else ''}，两个编号均保留"
        rows.append(_row("合并", number, name, "编号", number, told))
    for gone in found.withdrawn:
        reason = f"{gone.reason}（依据：{gone.basis}）" if gone.basis else gone.reason
        old_entry = before.entry(gone.number)
        place = _place(old_entry) if old_entry else _NOTHING
        rows.append(_row("退出", gone.number, gone.name, "退出目录", place, _NOTHING, reason))
    return rows


def _row(kind: str, number: str, name: str, what: str, before: str, after: str, why: str = "") -> list[str]:
    return [kind, number, given(name), what, given(before), given(after), word.clean(why) or _NOTHING]


def _place(entry: Entry) -> str:
    group = f"，{entry.group}" if entry.group else ""
    return f"第 {entry.item} 项，{entry.class_label}{group}"


def _field_rows(change: EntryChange, found: Difference) -> list[list[str]]:
    rows = []
    for one in change.told:
        merged_anew = one.field == "merged_numbers" and set(one.after) - set(one.before) <= set(found.merged)
        if one.field != "name" and not (merged_anew and set(one.before) <= set(one.after)):
            before, after = (shown(value, field=one.field) for value in (one.before, one.after))
            rows.append(_row("变更", change.number, change.name, one.label, before, after))
    return rows


def _counts(found: Difference) -> str:
    return (
        f"与 {found.before_year} 年目录相比：新增 {len(found.added)} 项，更名 {len(found.renamed)} 项，"
        f"变更 {len(found.altered)} 项，合并 {len(found.merged)} 项，退出 {len(found.withdrawn)} 项。"
    )


def _change_title(found: Difference) -> str:
    return f"{found.year}年目录变更清单"


def changes_docx(before: Edition, found: Difference) -> bytes:
    """Return the changes as DOCX, A4 landscape.

    Raises:
        BadInput: the difference belongs to another edition.
    """
    document = word.new_document(margins_mm=MARGINS_MM, landscape=True, size=word.POINTS["五号"])
    describe(document, apply(before, found))
    word.page_number(document.sections[0].footer, size=word.POINTS["四号"], dashes=True)
    head(document, _change_title(found))
    word.paragraph(document, _counts(found), font=word.FANGSONG, size=word.POINTS["小四"])
    cell_styles(document)
    rows = [row_xml(CHANGE_HEADER, _CHANGE_WIDTHS_MM, _CHANGE_ALIGNS, title=True)]
    rows += [row_xml(row, _CHANGE_WIDTHS_MM, _CHANGE_ALIGNS) for row in change_rows(before, found)]
    add_grid(document, grid_xml(rows, _CHANGE_WIDTHS_MM))
    return word.to_bytes(document)


def changes_xlsx(before: Edition, found: Difference) -> bytes:
    """Return the changes as XLSX.

    Raises:
        BadInput: the difference belongs to another edition.
    """
    widths = [8.0, 11.0, 26.0, 16.0, 44.0, 44.0, 30.0]
    return xlsx_bytes(
        list(CHANGE_HEADER), change_rows(before, found), sheet=_change_title(found), widths=widths,
        notes=[_counts(found)],
    )  # fmt: skip


# What to check before publishing (核查提示).

CHECK_HEADER = ("编号", "技术名称", "提示", "说明")


def check_rows(
    edition: Edition, *, found: tuple[Flag, ...] | None = None, style: str = "mee"
) -> list[list[str]]:
    """Return what to look at again: the flags, and where an MEE table leaves names or prices out.

    Args:
        edition: the edition.
        found: its flags; looked up by default.
        style: column layout of the table that is published.
    """
    raised = flags(edition) if found is None else found
    rows = [[flag.number, word.clean(flag.name), flag.label, word.clean(flag.text)] for flag in raised]
    if style == "mee":
        hidden = [(entry, left_out(entry)) for entry in edition.entries]
        rows += [_hidden_row(entry, pieces) for entry, pieces in hidden if pieces]
    return rows


def _hidden_row(entry: Entry, pieces: tuple[str, ...]) -> list[str]:
    left = word.clean("；".join(pieces))
    told = f"目录表不列场所、企业名称、品牌和价格，已略去：{left}（技术简介中保留，请核对）"
    return [entry.number, word.clean(entry.name), "目录表有略去的内容", told]


def checks_xlsx(edition: Edition, *, style: str = "mee") -> bytes:
    """Return what to look at again as XLSX; a flag never hides an entry."""
    rows = check_rows(edition, style=style)
    count = f"共 {len(rows)} 条提示" if rows else "没有提示"
    notes = [f"{title_of(edition)}：{count}。提示只供核查，不自动删除任何条目。"]
    return xlsx_bytes(
        list(CHECK_HEADER), rows, sheet="核查提示", widths=[11.0, 34.0, 22.0, 80.0], notes=notes
    )
