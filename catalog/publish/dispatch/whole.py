"""The whole set of an edition, in its folders."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence

from catalog.publish import issue
from catalog.publish.dispatch.announcing import (
    announced,
    notice_day,
    notice_of,
    objections_to,
    open_places,
    published,
)
from catalog.publish.dispatch.calling import called, corrected
from catalog.publish.dispatch.papers import (
    CHANGES,
    FOLDERS,
    NOTICE,
    PUBLISHED,
    Bundle,
    Papers,
    issuer_of,
    joined,
)
from catalog.publish.dispatch.reviewing import reviewed
from catalog.publish.word import same_bytes


def whole_set(
    papers: Papers, *, style: str = "mee", formats: Sequence[str] = issue.FORMATS, pdf: bool = False
) -> Bundle:
    """Return every document of an edition; the same papers give the same bytes, PDF apart.

    Args:
        papers: what it is made from.
        style: column layout of the table: mee, miit or ndrc.
        formats: kinds of files of the edition itself, of docx, xlsx, html and json.
        pdf: also every DOCX as PDF; left out without LibreOffice (see ``issue.issue_warnings``).

    Raises:
        BadInput: the edition cannot be published (see ``issue.publish_set``), or a failed PDF.
    """
    own = issue.publish_set(
        papers.edition, before=papers.before, style=style, formats=formats,
        objections=objections_to(papers), notice=notice_of(papers), signed_by=issuer_of(papers),
        signed_on=notice_day(papers),
    )  # fmt: skip
    letters = [make(papers) for make in (called, corrected, reviewed, announced, published)]
    edition = Bundle({f"{_folder_of(name)}/{name}": content for name, content in own.items()})
    places = open_places(papers) if "docx" in formats else ()
    made = joined([Bundle({}, _without_sender(papers)), *letters, edition, Bundle({}, places)])
    files = {name: made.files[name] for name in sorted(made.files, key=_place)}
    if pdf:
        files |= issue.pdfs_of(papers.edition, files)
    return Bundle(files, made.left_out)


def contents(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return one line a folder: its files by name, those of a folder inside it by count."""
    lines = []
    for folder in FOLDERS:
        inside = [name.split("/")[1:] for name in files if name.startswith(f"{folder}/")]
        counted = Counter(path[0] for path in inside if len(path) > 1)
        names = [path[0] for path in inside if len(path) == 1]
        told = names + [f"{name}（{count} 个文件）" for name, count in counted.items()]
        if told:
            lines.append(f"{folder}：{'、'.join(told)}")
    return tuple(lines)


def archive(files: Mapping[str, bytes]) -> bytes:
    """Return files by folder and name as a ZIP, the same bytes for the same files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, content in files.items():
            package.writestr(name, content)
    return same_bytes(stream.getvalue())


def _place(name: str) -> int:
    return FOLDERS.index(name.partition("/")[0])


def _folder_of(name: str) -> str:
    if name.startswith("公示稿"):
        return NOTICE
    return CHANGES if name.startswith(("变更清单", "核查提示")) else PUBLISHED


def _without_sender(papers: Papers) -> tuple[str, ...]:
    if papers.settings is not None:
        return ()
    return ("未生成 征集通知、补正通知、公示、发布通知：没有发文信息（发文机关、联系人、文号、日期）",)
