"""The files of an edition itself: table, sheets, draft of the public notice, changes, what to check."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from catalog.editions.diff import difference
from catalog.editions.edition import Edition, edition_bytes, fingerprint
from catalog.errors import BadInput
from catalog.files import write_atomically
from catalog.publish import columns, fonts, lists
from catalog.publish.catalogue import catalogue_docx, catalogue_html, catalogue_xlsx
from catalog.publish.pdf import pdf_warning, to_pdfs
from catalog.publish.volume import volume_docx, volume_html
from catalog.review.dossier import PublicNotice

FORMATS = ("docx", "xlsx", "html", "json")
VOLUME = "附件2_技术简介"

_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_LONGEST_TITLE = 60


def publish_set(
    edition: Edition,
    *,
    before: Edition | None = None,
    style: str = "mee",
    formats: Sequence[str] = FORMATS,
    objections: lists.Objections | None = None,
    notice: PublicNotice | None = None,
    signed_by: str = "",
    signed_on: datetime.date | None = None,
) -> dict[str, bytes]:
    """Return the files of an edition by name; the same edition gives the same bytes.

    Args:
        edition: the frozen edition.
        before: the edition it replaces; with it the list of changes is made.
        style: column layout of the table: mee, miit or ndrc.
        formats: kinds of files wanted, of docx, xlsx, html and json.
        objections: where objections go; places to fill in by default.
        notice: days of the public notice; places to fill in by default.
        signed_by: who signs the public notice; the issuer of the edition by default.
        signed_on: day of the public notice; open by default.

    Raises:
        BadInput: the edition is not frozen, unknown style or format, an edition before that is
            not older or does not lead to this one.
    """
    _check(edition, before, formats)
    columns.style(style)
    makers = _makers(edition, before, style)
    makers["公示稿.docx"] = lambda: lists.public_list_docx(
        edition, before=before, objections=objections, notice=notice, signed_by=signed_by,
        signed_on=signed_on,
    )  # fmt: skip
    return {name: make() for name, make in makers.items() if name.rsplit(".", 1)[1] in formats}


def _check(edition: Edition, before: Edition | None, formats: Sequence[str]) -> None:
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise BadInput(f"文件格式“{unknown[0]}”不存在，可用：{'、'.join(FORMATS)}")
    if not edition.fingerprint or fingerprint(edition) != edition.fingerprint:
        raise BadInput(f"{edition.year} 年目录尚未冻结或冻结后被改动，请先冻结再生成文件")
    if before is not None and before.year >= edition.year:
        raise BadInput(f"上一版目录为 {before.year} 年，应早于 {edition.year} 年，请重新选择上一版")


def _makers(edition: Edition, before: Edition | None, style: str) -> dict[str, Callable[[], bytes]]:
    """Return how each file is made, in the order an official reads them."""
    table = f"附件1_{file_name(columns.title_of(edition))}"
    makers: dict[str, Callable[[], bytes]] = {
        f"{table}.docx": lambda: catalogue_docx(edition, style=style),
        f"{table}.xlsx": lambda: catalogue_xlsx(edition, style=style),
        f"{VOLUME}.docx": lambda: volume_docx(edition),
        f"{VOLUME}.html": lambda: volume_html(edition),
        "目录.html": lambda: catalogue_html(edition, style=style),
        "目录.json": lambda: edition_bytes(edition),
        "核查提示.xlsx": lambda: lists.checks_xlsx(edition, style=style),
    }
    if before is not None:
        found = difference(before, edition)
        makers["变更清单.docx"] = lambda: lists.changes_docx(before, found)
        makers["变更清单.xlsx"] = lambda: lists.changes_xlsx(before, found)
    return makers


def file_name(text: str) -> str:
    """Return words as a file name, without its ending, that any system takes."""
    return _NOT_IN_FILE_NAMES.sub("_", text)[:_LONGEST_TITLE].strip(" .") or "目录"


def pdfs_of(edition: Edition, made: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the PDF of every DOCX of a set, or nothing without LibreOffice (see ``issue_warnings``).

    The volume is converted from a version whose pages are counted.

    Raises:
        BadInput: LibreOffice could not convert one, or took too long.
    """
    documents = {name: content for name, content in made.items() if name.endswith(".docx")}
    for name in documents:
        if name.rpartition("/")[2] == f"{VOLUME}.docx":
            documents[name] = volume_docx(edition, contents_field=False)
    converted = to_pdfs(documents) or {}
    return {name.removesuffix(".docx") + ".pdf": content for name, content in converted.items()}


def issue_warnings(*, pdf_wanted: bool = False) -> tuple[str, ...]:
    """Return what this machine cannot show or make: fonts that are missing, PDF without LibreOffice."""
    line = pdf_warning() if pdf_wanted else None
    return (*fonts.warnings(), *((line,) if line else ()))


def write_set(files: Mapping[str, bytes], folder: Path) -> tuple[Path, ...]:
    """Write a set of files into a folder and return their paths.

    Args:
        files: content by name; ``/`` parts a name into folders below ``folder``.
        folder: made if it is not there.

    Raises:
        BadInput: a name that leads out of the folder, or the folder cannot be written.
    """
    wrong = [
        name for name in files
        if any(not part.strip(" .") or _NOT_IN_FILE_NAMES.search(part) for part in name.split("/"))
    ]  # fmt: skip
    if wrong:
        raise BadInput(f"文件名“{wrong[0]}”含有文件夹以外的路径或不能用于文件名的字符，请改名")
    paths = tuple(folder / name for name in files)
    try:
        for path, content in zip(paths, files.values(), strict=True):
            write_atomically(path, content)
    except OSError as error:
        raise BadInput(f"{folder}: 无法写入（{error.strerror}），请换一个可写的文件夹") from error
    return paths
