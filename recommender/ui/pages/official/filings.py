"""Uploaded files as filings: one filled form each, with the attachments that lie beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from catalog.errors import BadInput
from catalog.nominations.form import AttachmentKind
from catalog.nominations.reader import FormReading, read_form
from recommender.ui import official_labels as labels
from recommender.ui.pages.official.archives import files_of

_FORM_SUFFIXES = (".xlsx", ".docx")
_FORM_WORD = "申报"
_ENOUGH = 8
"""Answers from which a file is a form; a proof repeats name and unit at most."""
_KINDS: tuple[tuple[AttachmentKind, tuple[str, ...]], ...] = (
    ("declaration", ("承诺", "声明")),
    ("ip", ("知识产权", "专利", "著作权", "软著")),
    ("test_report", ("检测", "监测", "鉴定", "验收")),
    ("case_proof", ("证明", "合同", "案例")),
    ("photo", ("照片", ".jpg", ".jpeg", ".png")),
)
"""Words in the name of a file that tell what it proves, the first that fits."""


@dataclass(frozen=True)
class Filing:
    """A filled form as it was uploaded.

    Attributes:
        file: name of the form, with the ZIP it came in.
        reading: what was read from it.
        content: the form itself, kept as proof of what was signed.
        attachments: name and content of the files beside it.
    """

    file: str
    reading: FormReading
    content: bytes
    attachments: tuple[tuple[str, bytes], ...] = ()


def filings_of(uploads: Iterable[tuple[str, bytes]]) -> tuple[tuple[Filing, ...], tuple[str, ...]]:
    """Return the filings in uploaded files, and one Chinese line for each file that is none.

    Args:
        uploads: name and content; a ZIP holds a folder for every nomination.
    """
    found: list[Filing] = []
    faults: list[str] = []
    for name, content in uploads:
        try:
            if name.lower().endswith(".zip"):
                made, lost = _in_archive(name, files_of(name, content))
                found += made
                faults += lost
            else:
                found.append(Filing(name, read_form(content, name), content))
        except BadInput as error:
            faults.append(str(error))
    return tuple(found), tuple(faults)


def kind_of(name: str) -> AttachmentKind:
    """Return what a file proves, by the words of its name."""
    return next((kind for kind, words in _KINDS if any(word in name.lower() for word in words)), "other")


def _in_archive(archive: str, files: Mapping[PurePosixPath, bytes]) -> tuple[list[Filing], list[str]]:
    folders: dict[PurePosixPath, list[PurePosixPath]] = {}
    for path in files:
        folders.setdefault(path.parent, []).append(path)
    if not folders:
        return [], [f"{archive}：没有文件，请检查压缩包"]
    found: list[Filing] = []
    faults: list[str] = []
    for folder, paths in folders.items():
        read, unread = _readings(archive, [(path, files[path]) for path in paths])
        forms = _forms(read)
        if not forms:
            shown = archive if folder == PurePosixPath(".") else f"{archive}/{folder}"
            faults += unread or [f"{shown}：没有申报表（XLSX、DOCX），其中 {len(paths)} 个文件未导入"]
            continue
        beside = [path for path in paths if path not in forms]
        own = tuple((path.name, files[path]) for path in beside) if len(forms) == 1 else ()
        found += [Filing(f"{archive}/{path}", read[path], files[path], own) for path in forms]
        if len(forms) > 1:
            faults += [
                labels.IMPORT_LOOSE.format(file=f"{archive}/{path}", count=len(forms)) for path in beside
            ]
    return found, faults


def _readings(
    archive: str, files: Sequence[tuple[PurePosixPath, bytes]]
) -> tuple[dict[PurePosixPath, FormReading], list[str]]:
    read: dict[PurePosixPath, FormReading] = {}
    unread: list[str] = []
    for path, content in files:
        if path.suffix.lower() not in _FORM_SUFFIXES:
            continue
        try:
            read[path] = read_form(content, path.name)
        except BadInput as error:
            unread.append(f"{archive}/{error}")
    return read, unread


def _forms(read: Mapping[PurePosixPath, FormReading]) -> list[PurePosixPath]:
    """Return which files are forms: those with enough answers, else the one that is called so."""
    full = [path for path, reading in read.items() if len(reading.fields) >= _ENOUGH]
    return full or list(_called(read))[:1]


def _called(paths: Iterable[PurePosixPath]) -> Iterator[PurePosixPath]:
    return (path for path in paths if _FORM_WORD in path.name)
