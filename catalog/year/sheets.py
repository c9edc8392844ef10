"""A scoring sheet filled as an expert fills it, with the same bytes each time."""

from __future__ import annotations

import io
import re
import zipfile

from catalog.export import FIXED_DATE
from catalog.publish import word
from catalog.review.dossier import Score
from catalog.review.scoring import VERDICT_LABELS, Criteria
from catalog.review.sheets import SHEET

_CORE = "docProps/core.xml"
_SAVED = re.compile(r"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_VERDICT, _OPINION = "推荐结论", "评审意见"


def filled_sheet(content: bytes, score: Score, criteria: Criteria) -> bytes:
    """Return a blank sheet with points, verdict and opinion written into its cells.

    Args:
        content: the sheet of a package.
        score: what the expert says.
        criteria: labels of the rows.
    """
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book[SHEET]
    rows = {str(page.cell(row, 1).value): row for row in range(1, page.max_row + 1)}
    for criterion in criteria.criteria:
        page.cell(rows[criterion.label], 5).value = score.points[criterion.code]
    page.cell(rows[_VERDICT], 2).value = VERDICT_LABELS[score.verdict]
    page.cell(rows[_OPINION], 2).value = score.opinion
    stream = io.BytesIO()
    book.save(stream)
    return word.same_bytes(_undated(stream.getvalue()))


def _undated(package: bytes) -> bytes:
    """Return a workbook that says it was saved on the fixed day; openpyxl writes the time of day."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == _CORE:
                stamp = FIXED_DATE.strftime("%Y-%m-%dT%H:%M:%SZ")
                part = _SAVED.sub(rf"\g<1>{stamp}\g<2>", part.decode()).encode()
            target.writestr(name, part)
    return stream.getvalue()
