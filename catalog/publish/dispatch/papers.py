"""What a set of documents is made from, and how one document joins the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.editions.edition import Edition
from catalog.errors import BadInput
from catalog.publish import columns
from catalog.publish.notices import Sender
from catalog.publish.settings import DocumentSettings, NoticeSettings, label_of, lacking
from catalog.review.desk import Desk, Kept
from catalog.review.experts import ExpertRegister
from catalog.store import Store

CALL, FORMAL, REVIEW = "01_征集", "02_形式审查", "03_专家评审"
NOTICE, PUBLISHED, CHANGES = "04_公示", "05_发布", "06_变更与核查"
FOLDERS = (CALL, FORMAL, REVIEW, NOTICE, PUBLISHED, CHANGES)
"""Folders of the set, in the order in which a year goes on."""
ANSWERS = ("contact", "phone")
"""Who answers questions; printed in nearly every letter."""
_UNSET = "发文信息缺"
_NAMED = 5
"""How many documents of a kind are named where one line tells of all."""


@dataclass(frozen=True)
class Papers:
    """What a set is made from; ``dossiers`` and ``names`` come from the store.

    Attributes:
        edition: the frozen edition.
        before: the edition it replaces.
        dossiers: nominations of the year and those the entries came from, by number.
        names: expert id -> name.
        settings: sender, numbers and days; None leaves out what needs a sender.
    """

    edition: Edition
    before: Edition | None = None
    dossiers: tuple[Kept, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    settings: NoticeSettings | None = None

    @property
    def catalogue(self) -> str:
        """Return the title printed in the documents."""
        return columns.title_of(self.edition)

    @property
    def is_example(self) -> bool:
        """Return whether any of it is made up."""
        return self.edition.is_example or any(kept.dossier.is_example for kept in self.dossiers)


@dataclass(frozen=True)
class Bundle:
    """Files by folder and name, and one line a document that was not made."""

    files: dict[str, bytes]
    left_out: tuple[str, ...] = ()


def papers_of(
    edition: Edition, store: Store, *, before: Edition | None = None, settings: NoticeSettings | None = None
) -> Papers:
    """Return what a set is made from: the edition with the dossiers and experts of a store.

    The dossiers are those of the edition's year in the city's flow, and those its new entries name.
    """
    named = {
        entry.dossier for entry in edition.entries
        if entry.dossier and (before is None or before.entry(entry.number) is None)
    }  # fmt: skip
    found = tuple(
        kept for kept in Desk(store).all()
        if kept.id in named or (kept.dossier.year == edition.year and kept.dossier.flow == "city")
    )  # fmt: skip
    names = {expert.id: expert.name for expert in ExpertRegister(store).list()}
    return Papers(edition, before, found, names, settings)


def joined(bundles: Iterable[Bundle]) -> Bundle:
    """Return several bundles as one, in their order."""
    files: dict[str, bytes] = {}
    left_out: tuple[str, ...] = ()
    for bundle in bundles:
        files |= bundle.files
        left_out += bundle.left_out
    return Bundle(files, left_out)


def single(title: str, path: str, make: Callable[[], bytes]) -> Bundle:
    """Return a document, or the line that says why there is none.

    Args:
        title: its name in that line.
        path: folder and name.
        make: returns the Word file; what it lacks is a ``BadInput``.
    """
    try:
        return Bundle({path: make()})
    except BadInput as error:
        reason = str(error).removeprefix(f"{title}：")
        return Bundle({}, (f"未生成 {title}：{reason}",))


def several(title: str, parts: Iterable[tuple[str, str, Callable[[], bytes]]]) -> Bundle:
    """Return the documents of one kind, and one line for all of them that could not be made.

    Whom they are about is named, unless settings are lacking for all of them.

    Args:
        title: name of the kind.
        parts: whom each is about, folder and name, and what returns the Word file.
    """
    files: dict[str, bytes] = {}
    failed: dict[str, list[str]] = {}
    for owner, path, make in parts:
        try:
            files[path] = make()
        except BadInput as error:
            failed.setdefault(str(error).removeprefix(f"{owner}："), []).append(owner)
    if not failed:
        return Bundle(files)
    count = sum(map(len, failed.values()))
    every = not files and len(failed) == 1 and next(iter(failed)).startswith(_UNSET)
    told = "；".join(reason if every else f"{reason}（{_some(owners)}）" for reason, owners in failed.items())
    return Bundle(files, (f"未生成 {title}（{count} 份）：{told}",))


def _some(owners: Iterable[str]) -> str:
    once = list(dict.fromkeys(owners))
    rest = f"等 {len(once)} 项" if len(once) > _NAMED else ""
    return "、".join(once[:_NAMED]) + rest


def absent(title: str, why: str) -> Bundle:
    """Return no document, but the line that says why."""
    return Bundle({}, (f"未生成 {title}：{why}",))


def issuer_of(papers: Papers) -> str:
    """Return who issues the documents: as set, else the issuer of the edition; empty where neither is."""
    return (papers.settings.issuer if papers.settings else "") or papers.edition.issuer


def lacks(papers: Papers, document: DocumentSettings, *names: str, common: Sequence[str] = ANSWERS) -> str:
    """Return what a document lacks, in the words of the settings; empty where nothing is missing.

    Args:
        papers: what the set is made from; its edition may name the issuer.
        document: settings of the document.
        names: fields of ``document`` that it needs.
        common: fields it needs of those that all documents share, the issuer apart.
    """
    settings = papers.settings or NoticeSettings()
    shared = lacking(settings, *(() if papers.edition.issuer else ("issuer",)), *common)
    own = lacking(document, *names)
    if own:
        title = label_of(document)
        first = own[0] if own[0].startswith(title[:2]) else f"{title}的{own[0]}"
        own = (first, *own[1:])
    return "、".join((*shared, *own))


def sender_of(
    papers: Papers, document: DocumentSettings, *names: str, common: Sequence[str] = ANSWERS
) -> Sender:
    """Return who sends a document.

    Args:
        papers: what the set is made from.
        document: settings of the document.
        names: fields of it that are needed beside its day.
        common: as for ``lacks``.

    Raises:
        BadInput: nobody sends the document, or it lacks its day or something else it needs.
    """
    settings = papers.settings or NoticeSettings()
    told = lacks(papers, document, "date", *names, common=common)
    if told or document.date is None:
        raise BadInput(f"{_UNSET} {told}")
    return Sender(
        issuer_of(papers), document.date, number=document.number, addressee=settings.addressee,
        contact=settings.contact, phone=settings.phone, email=settings.email, copies=settings.copies,
        printed_by=settings.printed_by,
    )  # fmt: skip


def no_dossiers(papers: Papers) -> str:
    """Return the words for a year without dossiers."""
    return f"数据库中没有 {papers.edition.year} 年申报记录"
