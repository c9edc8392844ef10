"""The hand-over table of an audit project as XLSX: options, both cost classes, economics, effect, sources.

The economic sheet holds the inputs; every other figure of money is a formula on them, written
with its value, so that a change recalculates and a viewer without formulas still shows
numbers. An input nobody gave is 未提供, a figure that cannot be computed is 未计算.
"""

from __future__ import annotations

from catalog.load import Catalog
from recommender.audit.project import AuditProject
from recommender.audit.report.content import Draft
from recommender.audit.workbook.book import Book
from recommender.audit.workbook.cells import FIRST_ROW
from recommender.audit.workbook.economics import (
    economic_formulas,
    economic_sheet,
    economic_values,
    flow_formula,
    flow_sheet,
)
from recommender.audit.workbook.effect import effect_sheet
from recommender.audit.workbook.options import high_sheet, low_sheet, summary_sheet
from recommender.audit.workbook.sources import source_sheet
from recommender.audit.workbook.writer import write

__all__ = ["economic_formulas", "economic_values", "flow_formula", "project_xlsx"]


def project_xlsx(project: AuditProject, catalog: Catalog) -> bytes:
    """Return the hand-over workbook of a project; the same project gives the same bytes.

    Raises:
        BadInput: a unit does not fit its price, its factor or the yearly data; names the option.
    """
    draft = Draft(project, catalog)
    rows = {option.id: FIRST_ROW + 1 + index for index, option in enumerate(project.options)}
    book = Book(project, catalog, draft, draft.values, rows)
    makers = (
        summary_sheet,
        low_sheet,
        high_sheet,
        economic_sheet,
        flow_sheet,
        effect_sheet,
        source_sheet,
    )
    return write([make(book) for make in makers])
