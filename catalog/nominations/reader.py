"""A filled form (XLSX, DOCX) read back: every answer with its place, every doubt named, nothing guessed.

Our own form and similar foreign ones are read: a label with its answer in the next cell to the
right or below, tables with a title row, one table a case, labels with a colon in a paragraph,
long answers in the paragraphs after their heading. First the file becomes cells and lines that
know where they stand; then labels find their answers; then texts become typed values. What
finds no label is listed, so that a person can see it; what cannot be read is a fault.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from catalog.errors import BadInput
from catalog.nominations.attachments import DOCX, MEGABYTE, check
from catalog.nominations.form import LABELS
from catalog.nominations.reading.answers import Answers
from catalog.nominations.reading.cells import Grid
from catalog.nominations.reading.excel_file import xlsx_blocks
from catalog.nominations.reading.outcome import FieldReading, FormReading, Unread, accepted, apply
from catalog.nominations.reading.paragraphs import Paragraphs
from catalog.nominations.reading.tables import read_table
from catalog.nominations.reading.word_file import docx_blocks

__all__ = ["FieldReading", "FormReading", "Unread", "accepted", "apply", "read_form"]

_XML_LIMIT = 20 * MEGABYTE


def read_form(content: bytes, name: str) -> FormReading:
    """Read a filled form.

    Args:
        content: the file.
        name: its name; the suffix tells the kind.

    Raises:
        BadInput: neither XLSX nor DOCX, damaged, locked, too large, or without any label of the form.
    """
    shown = Path(name.replace("\\", "/")).name
    if Path(shown).suffix.lower() not in (".xlsx", ".docx"):
        raise BadInput(f"{shown}：不是 .xlsx 或 .docx，请用 Excel、Word 或 WPS 打开后另存再导入")
    media_type, _ = check(content, shown)
    _check_form_size(content, shown)
    found = Answers()
    try:
        blocks = list(docx_blocks(content) if media_type == DOCX else xlsx_blocks(content, found.notes))
    except Exception as error:  # the libraries raise nearly anything on a file made by hand
        raise BadInput(
            f"{shown}：无法读取（{type(error).__name__}），请用 Word、Excel 或 WPS 重新另存"
        ) from error
    paragraphs = Paragraphs(found)
    for block in blocks:
        if isinstance(block, Grid):
            paragraphs.finish()
            read_table(block, found, paragraphs)
        else:
            for line in block.text.split("\n"):
                paragraphs.line(line, block.place)
    paragraphs.finish()
    if not found.known:
        raise BadInput(f"{shown}：没有找到“技术名称”等申报表项目，请使用申报表模板，或核对选择的文件")
    order = {name: place for place, name in enumerate(LABELS)}
    fields = sorted(found.readings, key=lambda one: (order[one.field.split(".")[0]], one.index or 0))
    return FormReading(shown, tuple(fields), tuple(found.unknown), tuple(found.rest), tuple(found.notes))


def _check_form_size(content: bytes, name: str) -> None:
    """Refuse a file with far more text than a form holds; reading it would take minutes."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        size = sum(entry.file_size for entry in package.infolist() if entry.filename.endswith(".xml"))
    if size > _XML_LIMIT:
        told = f"内容解压后达 {size / MEGABYTE:.0f} MB，不像申报表"
        raise BadInput(f"{name}：{told}，请核对选择的文件，或删去多余的工作表和空行后另存")
