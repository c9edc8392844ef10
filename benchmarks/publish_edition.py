"""Publishing an edition of 500 entries against its table written with plain python-docx loops, in one run.

Usage: python benchmarks/publish_edition.py
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
ENTRIES = 500


def seconds(call: Callable[[], object]) -> float:
    """Return the wall time of ``call``."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def plain_table(header: list[str], rows: list[list[str]], *, by_row: bool) -> bytes:
    """Return the table through python-docx, by ``row.cells`` or as most programs do by ``table.cell``."""
    from docx import Document
    from docx.shared import Pt

    document = Document()
    table = document.add_table(rows=1 + len(rows), cols=len(header))
    table.style = "Table Grid"
    lines = list(table.rows) if by_row else []
    for line, texts in enumerate([header, *rows]):
        cells = lines[line].cells if by_row else None
        for place, text in enumerate(texts):
            cell = cells[place] if cells is not None else table.cell(line, place)
            cell.paragraphs[0].add_run(text).font.size = Pt(9)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def main() -> None:
    """Print the time of the set, of each part, of the plain loop, and the ratio."""
    import os

    with tempfile.TemporaryDirectory() as name:
        os.environ["QINGYUAN_HOME"] = name
        from catalog import load_catalog
        from catalog.editions.edition import Edition, entry_of, freeze
        from catalog.publish import columns
        from catalog.publish.catalogue import catalogue_docx
        from catalog.publish.issue import publish_set
        from catalog.publish.volume import volume_docx

        catalog = load_catalog()
        entries = tuple(entry_of(technology, catalog) for technology in catalog.technologies[:ENTRIES])
        edition = freeze(Edition(year=2026, title="清洁生产技术推广目录", entries=entries))
        style = columns.style("mee")
        header = [column.title for column in style.columns]
        rows = [list(row) for part in columns.parts(edition, style) for row in part.rows]
        publish_set(freeze(edition.model_copy(update={"entries": entries[:2]})))  # imports and templates
        whole = seconds(lambda: publish_set(edition))
        table = seconds(lambda: catalogue_docx(edition, style="mee"))
        volume = seconds(lambda: volume_docx(edition))
        by_row = seconds(lambda: plain_table(header, rows, by_row=True))
        by_cell = seconds(lambda: plain_table(header, rows, by_row=False))
    print(f"publish_set, {len(entries)} entries (docx, xlsx, html, json): {whole:.2f} s (wanted: at most 60)")
    print(f"  of it the table as DOCX:  {table:.2f} s")
    print(f"  of it the volume as DOCX: {volume:.2f} s")
    for label, plain in (("row.cells", by_row), ("table.cell", by_cell)):
        print(f"the table alone, plain python-docx loop over {label}: {plain:.2f} s")
        print(f"  ratio of our table: {table / plain:.3f}, of the whole set: {whole / plain:.3f}")


if __name__ == "__main__":
    main()
