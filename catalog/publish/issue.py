"""Everything that is published from one edition, as one set of files."""

from __future__ import annotations

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
    pdf: bool = False,
    extra: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """Return the files of an edition by name; the same edition gives the same bytes, PDF apart.

    Args:
        edition: the frozen edition.
        before: the edition it replaces; with it the list of changes is made.
        style: column layout of the table: mee, miit or ndrc.
        formats: kinds of files wanted, of docx, xlsx, html and json.
        pdf: also every DOCX as PDF; left out without LibreOffice (see ``issue_warnings``).
        extra: files made elsewhere that belong to the set, for example the notice of publication.

    Raises:
        BadInput: the edition is not frozen, unknown style or format, an edition before that is
            not older or does not lead to this one, two files of one name, or a failed PDF.
    """
    _check(edition, before, formats)
    columns.style(style)
    makers = _makers(edition, before, style)
    made = {name: make() for name, make in makers.items() if name.rsplit(".", 1)[1] in formats}
    for name, content in sorted((extra or {}).items()):
        if name in made:
            raise BadInput(f"文件“{name}”已在成套文件中，请给附加文件另取名称")
        made[name] = content
    return made | _pdfs(edition, made) if pdf else made


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
    table = f"附件1_{_file_name(columns.title_of(edition))}"
    makers: dict[str, Callable[[], bytes]] = {
        f"{table}.docx": lambda: catalogue_docx(edition, style=style),
        f"{table}.xlsx": lambda: catalogue_xlsx(edition, style=style),
        f"{VOLUME}.docx": lambda: volume_docx(edition),
        f"{VOLUME}.html": lambda: volume_html(edition),
        "公示稿.docx": lambda: lists.public_list_docx(edition, before=before),
        "目录.html": lambda: catalogue_html(edition, style=style),
        "目录.json": lambda: edition_bytes(edition),
        "核查提示.xlsx": lambda: lists.checks_xlsx(edition, style=style),
    }
    if before is not None:
        found = difference(before, edition)
        makers["变更清单.docx"] = lambda: lists.changes_docx(before, found)
        makers["变更清单.xlsx"] = lambda: lists.changes_xlsx(before, found)
    return makers


def _file_name(text: str) -> str:
    return _NOT_IN_FILE_NAMES.sub("_", text)[:_LONGEST_TITLE].strip(" .") or "目录"


def _pdfs(edition: Edition, made: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the PDF of every DOCX; the volume is converted from a version whose pages are counted."""
    documents = {name: content for name, content in made.items() if name.endswith(".docx")}
    if f"{VOLUME}.docx" in documents:
        documents[f"{VOLUME}.docx"] = volume_docx(edition, contents_field=False)
    converted = to_pdfs(documents) or {}
    return {name.removesuffix(".docx") + ".pdf": content for name, content in converted.items()}


def issue_warnings(*, pdf_wanted: bool = False) -> tuple[str, ...]:
    """Return what this machine cannot show or make: fonts that are missing, PDF without LibreOffice."""
    line = pdf_warning() if pdf_wanted else None
    return (*fonts.warnings(), *((line,) if line else ()))


def write_set(files: Mapping[str, bytes], folder: Path) -> tuple[Path, ...]:
    """Write a set of files into a folder and return their paths.

    Raises:
        BadInput: a name that leads out of the folder, or the folder cannot be written.
    """
    wrong = [name for name in files if not name.strip(" .") or _NOT_IN_FILE_NAMES.search(name)]
    if wrong:
        raise BadInput(f"文件名“{wrong[0]}”含有路径或不能用于文件名的字符，请改名")
    paths = tuple(folder / name for name in files)
    try:
        for path, content in zip(paths, files.values(), strict=True):
            write_atomically(path, content)
    except OSError as error:
        raise BadInput(f"{folder}: 无法写入（{error.strerror}），请换一个可写的文件夹") from error
    return paths
