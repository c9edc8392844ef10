"""PDF from Word files through LibreOffice, where it is installed; never needed for anything else.

A PDF carries the time it was made and the fonts of the machine: its bytes are not the same each time.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from catalog.errors import BadInput

_PROGRAMS = ("soffice", "libreoffice")
TIMEOUT_SECONDS = 300.0


def converter() -> str | None:
    """Return the path of LibreOffice, or None."""
    return next((path for name in _PROGRAMS if (path := shutil.which(name))), None)


def pdf_warning() -> str | None:
    """Return the line that says why no PDF is made here, or None where it can be made."""
    if converter() is not None:
        return None
    return (
        "本机未找到 LibreOffice（soffice），未生成 PDF；"
        "请安装 LibreOffice 后重新生成，或用 Word、WPS 打开 DOCX 另存为 PDF"
    )


def to_pdf(docx: bytes, *, timeout_seconds: float = TIMEOUT_SECONDS) -> bytes | None:
    """Return a Word file as PDF, or None without LibreOffice (see ``pdf_warning``).

    Raises:
        BadInput: LibreOffice could not convert it, or took too long.
    """
    made = to_pdfs({"document": docx}, timeout_seconds=timeout_seconds)
    return None if made is None else made["document"]


def to_pdfs(
    documents: Mapping[str, bytes], *, timeout_seconds: float = TIMEOUT_SECONDS
) -> dict[str, bytes] | None:
    """Return Word files as PDF by name, in one run of LibreOffice; None without it.

    The run has a profile of its own, so that it works beside an open LibreOffice and beside others.

    Args:
        documents: content by name.
        timeout_seconds: for all of them together.

    Raises:
        BadInput: LibreOffice could not convert one, or took too long.
    """
    program = converter()
    if program is None:
        return None
    if not documents:
        return {}
    with tempfile.TemporaryDirectory(prefix="qingyuan-pdf-") as name:
        folder = Path(name)
        sources = [folder / f"{place}.docx" for place in range(len(documents))]
        for path, content in zip(sources, documents.values(), strict=True):
            path.write_bytes(content)
        command = [
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless", "--norestore", "--convert-to", "pdf", "--outdir", str(folder),
            *map(str, sources),
        ]  # fmt: skip
        _run(command, timeout_seconds)
        made = {}
        for path, document in zip(sources, documents, strict=True):
            try:
                made[document] = path.with_suffix(".pdf").read_bytes()
            except FileNotFoundError as error:
                raise BadInput(
                    f"“{document}”：LibreOffice 未能转换为 PDF，请检查其安装，或不选 PDF 重新生成"
                ) from error
    return made


def _run(command: list[str], timeout_seconds: float) -> None:
    """Run the program and end it with everything it started when the time is up."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(timeout=timeout_seconds)
    except subprocess.TimeoutExpired as error:
        raise BadInput(
            f"LibreOffice 转换 PDF 超过 {timeout_seconds:g} 秒，已停止；请减少条目，或不选 PDF 重新生成"
        ) from error
    finally:
        if process.poll() is None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
