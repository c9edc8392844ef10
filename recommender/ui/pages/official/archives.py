"""Folders as one ZIP, and ZIPs that came back from anywhere as a folder, without trusting them."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from catalog.errors import BadInput
from catalog.publish.word import same_bytes

PACKED_LIMIT = 100_000_000
"""Bytes of all uploaded files together."""
UNPACKED_LIMIT = 200_000_000
"""Bytes of all sheets of one upload."""
SHEET_LIMIT = 20_000_000
"""Bytes of one sheet."""
MOST_ENTRIES = 5_000
_MEGABYTE = 1_000_000
_ENCRYPTED, _UTF8 = 0x1, 0x800
_DRIVE = re.compile(r"[A-Za-z]:")
_FORBIDDEN = re.compile(r'[:*?"<>|\x00-\x1f]')


def packed(folder: Path) -> bytes:
    """Return everything below a folder as a ZIP; the same files give the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.writestr(path.relative_to(folder).as_posix(), path.read_bytes())
    return same_bytes(stream.getvalue())


def unpack_sheets(uploads: Sequence[tuple[str, bytes]], folder: Path) -> tuple[str, ...]:
    """Write the sheets (.xlsx) of uploaded files below a folder; other files are left out.

    A ZIP becomes a folder of its own name; a single sheet lies in the folder itself, or in a
    numbered one where its name is taken.

    Args:
        uploads: name and content of every uploaded file, ZIP or XLSX.
        folder: an empty folder.

    Returns:
        One Chinese line for each upload that could not be opened; nothing of it is written.

    Raises:
        BadInput: the uploads are too large together.
    """
    if sum(len(content) for _, content in uploads) > PACKED_LIMIT:
        raise BadInput(f"上传的文件合计超过 {PACKED_LIMIT // _MEGABYTE} MB，请分几次上传")
    problems = []
    for place, (name, content) in enumerate(uploads, 1):
        try:
            sheets = _sheets(name, content)
            lead = PurePosixPath(Path(name).stem if name.lower().endswith(".zip") else "")
            if any((folder / lead / path).exists() for path in sheets):
                lead = PurePosixPath(str(place)) / lead
            for path, sheet in sheets.items():
                _write(folder / lead / path, sheet, name)
        except BadInput as error:
            problems.append(str(error))
    return tuple(problems)


def _write(path: Path, content: bytes, name: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise BadInput(f"{name}：其中“{path.name[:40]}”无法解开（{error.strerror}），请改短名称") from error


def _sheets(name: str, content: bytes) -> dict[PurePosixPath, bytes]:
    """Return the sheets of one upload by path."""
    if name.lower().endswith(".xlsx"):
        if len(content) > SHEET_LIMIT:
            raise BadInput(f"{name}：超过 {SHEET_LIMIT // _MEGABYTE} MB，不像评分表，请检查文件")
        return {PurePosixPath(_FORBIDDEN.sub("_", PurePosixPath(name).name)): content}
    if not name.lower().endswith(".zip"):
        raise BadInput(f"{name}：只接受 ZIP 或 XLSX，请重新选择")
    found = files_of(name, content, suffixes=(".xlsx",))
    if not found:
        raise BadInput(f"{name}：没有评分表（.xlsx），请选择交回的材料包")
    return found


def files_of(
    name: str, content: bytes, *, suffixes: tuple[str, ...] | None = None
) -> dict[PurePosixPath, bytes]:
    """Return the files of a ZIP by path, in the order they lie in it; hidden ones are left out.

    Args:
        name: name of the ZIP, told in errors.
        content: the ZIP.
        suffixes: the only kinds to read, in small letters; all by default.

    Raises:
        BadInput: damaged, locked, too large, or a path leads out of it or is there twice.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive, name, suffixes)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        # RuntimeError covers packing methods Python does not know
        raise BadInput(f"{name}：压缩包已损坏或格式不支持，请重新压缩为普通 ZIP 再上传") from error


def _read(
    archive: zipfile.ZipFile, name: str, suffixes: tuple[str, ...] | None
) -> dict[PurePosixPath, bytes]:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise BadInput(f"{name}：有 {len(entries)} 个文件，超过 {MOST_ENTRIES} 个，请分几次压缩上传")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise BadInput(f"{name}：设有密码，请取消密码后重新压缩再上传")
    found: dict[PurePosixPath, bytes] = {}
    left = UNPACKED_LIMIT
    for entry in entries:
        path = _path(entry_name(entry), name)
        if entry.is_dir() or path.name.startswith(("~$", ".")) or "__MACOSX" in path.parts:
            continue
        if suffixes is not None and path.suffix.lower() not in suffixes:
            continue
        if path in found:
            raise BadInput(f"{name}：“{path}”有两份，请删去一份后重新压缩")
        with archive.open(entry) as stream:
            sheet = stream.read(min(SHEET_LIMIT, left) + 1)
        if len(sheet) > min(SHEET_LIMIT, left):
            raise BadInput(f"{name}：解压后过大（“{path.name}”），疑似压缩炸弹，请检查文件")
        left -= len(sheet)
        found[path] = sheet
    return found


def entry_name(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry; without the UTF-8 mark it is UTF-8 or the GBK of Chinese Windows."""
    if entry.flag_bits & _UTF8:
        return entry.orig_filename
    try:
        raw = entry.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.orig_filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.orig_filename


def _path(text: str, name: str) -> PurePosixPath:
    """Return a path inside the ZIP, or refuse one that leads out of it."""
    path = PurePosixPath(text.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or _DRIVE.match(text):
        raise BadInput(f"{name}：含有指向压缩包以外的路径“{text[:60]}”，未读入，请重新压缩")
    return PurePosixPath(*(_FORBIDDEN.sub("_", part) for part in path.parts))
