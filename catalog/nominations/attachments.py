"""Attachments of a nomination: what may come in, kept under its hash, given back unchanged.

A file is what its content says: suffix and content must agree, a package must unpack to a
bounded size and hold no program. Names are cleaned so that they can be written on Windows.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
import zlib
from pathlib import Path

from catalog.errors import BadInput
from catalog.files import write_atomically
from catalog.nominations.form import ATTACHMENT_LABELS, Attachment, AttachmentKind, Nomination
from catalog.store import Store

MEGABYTE = 1024 * 1024
FILE_LIMIT = 20 * MEGABYTE
"""Most bytes of one file."""
DOSSIER_LIMIT = 200 * MEGABYTE
"""Most bytes of all attachments of one nomination."""
UNPACKED_LIMIT = 200 * MEGABYTE
"""Most bytes a DOCX or XLSX may unpack to."""
XML_LIMIT = 50 * MEGABYTE
"""Most bytes of one XML part of a DOCX or XLSX."""

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {
    ".pdf": "application/pdf", ".docx": DOCX, ".xlsx": XLSX,
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
}  # fmt: skip
"""Suffix -> media type: the kinds of file that are taken."""
ALLOWED = "PDF、DOCX、XLSX、PNG、JPG"

_MAGIC = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
}
_MAIN_PART = {DOCX: "word/document.xml", XLSX: "xl/workbook.xml"}
_PROGRAM = re.compile(rb"MZ|\x7fELF|#!|\xca\xfe\xba\xbe|\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe")
_PROGRAM_PART = re.compile(
    r"vbaproject\.bin$|/macrosheets/|\.(?:exe|dll|com|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|scr|msi|lnk|jar)$",
    re.IGNORECASE,
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_MOST_PARTS = 5000
_RATIO = 100
_SMALL_PACKAGE = 10 * MEGABYTE
"""Below this unpacked size the ratio does not matter."""
_CHUNK = MEGABYTE
_DECLARATIONS = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))

_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9¹²³]|LPT[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_LONGEST_NAME = 180
"""Bytes in UTF-8; systems allow 255, and a number may be added."""


def safe_name(name: str) -> str:
    """Return a file name without folders that every system, Windows included, can write.

    Raises:
        BadInput: nothing is left of it.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(sign for sign in last if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    kept = _FORBIDDEN.sub("_", shown).strip(" ").rstrip(". ")
    if not kept.strip("._ "):
        raise BadInput(f"附件名“{name[:40]}”不能用作文件名，请改名后再上传")
    if _RESERVED.fullmatch(kept):
        kept = f"_{kept}"
    stem, dot, suffix = kept.rpartition(".")
    if not dot or len(suffix) > 10:
        stem, dot, suffix = kept, "", ""
    room = _LONGEST_NAME - len((dot + suffix).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + dot + suffix


def check(content: bytes, name: str) -> tuple[str, int]:
    """Return media type and size (bytes) of a file that may be attached.

    Raises:
        BadInput: empty, too large, not one of the allowed kinds, suffix and content disagree, a
            package that unpacks to too much, is damaged, locked, or holds a program.
    """
    shown = safe_name(name)
    suffix = Path(shown).suffix.lower()
    if not content:
        raise BadInput(f"{shown}：文件为空（0 字节），请重新选择文件")
    if len(content) > FILE_LIMIT:
        size, most = _megabytes(len(content)), _megabytes(FILE_LIMIT)
        raise BadInput(f"{shown}：{size} 超过单个文件上限 {most}，请压缩或拆分后上传")
    if _PROGRAM.match(content):
        raise BadInput(f"{shown}：内容是可执行程序，不能作为附件，请上传 {ALLOWED}")
    if suffix not in MEDIA_TYPES:
        raise BadInput(f"{shown}：后缀“{suffix or '无'}”不能作为附件，请另存为 {ALLOWED} 之一")
    if content.startswith(_OLD_OFFICE):
        raise BadInput(f"{shown}：是加密文件或旧版格式（.doc/.xls），请取消密码并另存为 .docx 或 .xlsx")
    media_type = MEDIA_TYPES[suffix]
    if media_type in _MAIN_PART:
        check_package(content, shown)
    elif not content.startswith(_MAGIC[media_type]):
        raise BadInput(f"{shown}：内容与后缀“{suffix}”不符，请按实际格式另存为 {ALLOWED} 之一")
    return media_type, len(content)


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:.4g} MB"


def check_package(content: bytes, name: str) -> None:
    """Refuse a DOCX or XLSX that is none, is damaged or locked, holds a program, or unpacks to too much.

    Raises:
        BadInput: what is wrong with it.
    """
    main = _MAIN_PART[MEDIA_TYPES[Path(name).suffix.lower()]]
    damaged = f"{name}：文件已损坏，请用 Word、Excel 或 WPS 打开后重新另存"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
            names = {entry.filename for entry in entries}
            if main not in names or "[Content_Types].xml" not in names:
                raise BadInput(f"{name}：内容与后缀“{Path(name).suffix}”不符，请按实际格式另存后上传")
            _check_sizes(entries, len(content), name)
            program = next((entry for entry in entries if _PROGRAM_PART.search(entry.filename)), None)
            if program is not None:
                part = program.filename.rpartition("/")[2]
                raise BadInput(f"{name}：含宏或程序（{part}），请另存为不含宏的 .docx 或 .xlsx")
            for entry in entries:
                _check_part(package, entry, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise BadInput(damaged) from error  # RuntimeError covers packing methods Python does not know


def _check_sizes(entries: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    bomb = (
        len(entries) > _MOST_PARTS
        or unpacked > UNPACKED_LIMIT
        or (unpacked > _SMALL_PACKAGE and unpacked > _RATIO * packed)
        or sum(entry.compress_size for entry in entries) > packed  # parts that overlap
        or any(entry.file_size > XML_LIMIT for entry in entries if _is_xml(entry))
    )
    if bomb:
        raise BadInput(f"{name}：解压后达 {_megabytes(unpacked)}，疑似压缩炸弹，请删减内容后另存再上传")
    if any(entry.flag_bits & 1 for entry in entries):
        raise BadInput(f"{name}：设有密码，请取消密码后另存再上传")


def _is_xml(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.lower().endswith((".xml", ".rels", ".vml"))


def _check_part(package: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    """Read a part to its end, which checks its CRC; XML parts declare no entities."""
    with package.open(entry) as stream:
        before = b""
        while chunk := stream.read(_CHUNK):
            if _is_xml(entry) and any(mark in before + chunk for mark in _DECLARATIONS):
                raise BadInput(f"{name}：含有文档类型声明，不是 Office 正常保存的文件，请重新另存")
            before = chunk[-32:]


def attach(
    store: Store, form: Nomination, content: bytes, name: str, kind: AttachmentKind = "other"
) -> Nomination:
    """Keep a file in the store and return the form with it added.

    Args:
        store: where the content is kept, under its SHA-256.
        form: the form; it is not changed.
        content: the file.
        name: its name; folders are cut off.
        kind: what it proves.

    Raises:
        BadInput: the file may not be attached, is attached already, or the form is full.
    """
    media_type, size = check(content, name)
    shown = safe_name(name)
    if kind not in ATTACHMENT_LABELS:
        raise BadInput(f"{shown}：附件种类“{kind}”不存在，请用 {'、'.join(ATTACHMENT_LABELS)}")
    key = hashlib.sha256(content).hexdigest()
    known = next((one for one in form.attachments if (one.sha256, one.kind) == (key, kind)), None)
    if known is not None:
        raise BadInput(f"{shown}：与已上传的“{known.name}”内容相同，无需重复上传")
    total = size + sum(one.size for one in form.attachments)
    if total > DOSSIER_LIMIT:
        summed, most = _megabytes(total), _megabytes(DOSSIER_LIMIT)
        raise BadInput(f"{shown}：附件合计 {summed}，超过上限 {most}，请先删去或压缩其他附件")
    added = Attachment(
        sha256=store.put_blob(content), name=shown, media_type=media_type, size=size, kind=kind
    )
    return form.model_copy(update={"attachments": (*form.attachments, added)})


def detach(form: Nomination, attachment: Attachment) -> Nomination:
    """Return the form without an attachment; the store keeps the content, as it keeps every step.

    Raises:
        BadInput: the form has no such attachment.
    """
    if attachment not in form.attachments:
        raise BadInput(f"附件“{attachment.name}”不在申报表中，可能已被删去，请刷新后再试")
    left = list(form.attachments)
    left.remove(attachment)
    return form.model_copy(update={"attachments": tuple(left)})


def content_of(store: Store, attachment: Attachment) -> bytes:
    """Return the content of an attachment after checking it against its hash.

    Raises:
        NotFound: the store does not hold it.
        BadInput: what the store holds is not what was attached.
    """
    content = store.blob(attachment.sha256)
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        raise BadInput(
            f"附件“{attachment.name}”：内容与登记的校验值 {attachment.sha256[:12]}… 不符，请重新上传原文件"
        )
    return content


def save_all(store: Store, form: Nomination, folder: Path) -> list[Path]:
    """Write every attachment into a folder and return the paths in the order of the form.

    Names are safe and differ also where case does not count; a file that is there already with
    other content is kept, and the new one gets a number.

    Raises:
        NotFound: the store does not hold one of them.
        BadInput: one of them is damaged, or the folder cannot be written.
    """
    contents = [content_of(store, attachment) for attachment in form.attachments]
    paths: list[Path] = []
    taken: set[str] = set()
    for attachment, content in zip(form.attachments, contents, strict=True):
        path = _free_path(folder, safe_name(attachment.name), content, taken)
        taken.add(path.name.casefold())
        paths.append(path)
    try:
        for path, content in zip(paths, contents, strict=True):
            write_atomically(path, content)
    except OSError as error:
        raise BadInput(f"{folder}：无法写入（{error.strerror}），请换一个可写的文件夹") from error
    return paths


def _free_path(folder: Path, name: str, content: bytes, taken: set[str]) -> Path:
    stem, suffix = Path(name).stem, Path(name).suffix
    number = 1
    while True:
        path = folder / (name if number == 1 else f"{stem} ({number}){suffix}")
        if path.name.casefold() not in taken and _is_free(path, content):
            return path
        number += 1


def _is_free(path: Path, content: bytes) -> bool:
    if not path.exists():
        return True
    return path.is_file() and path.read_bytes() == content
