"""Chapters 4 and 5 of the cleaner-production audit report, as a Word file to paste into the report."""

from __future__ import annotations

import datetime

from catalog import Catalog
from recommender.audit.project import AuditProject
from recommender.audit.report.chapters import report_content
from recommender.audit.report.content import outlines
from recommender.audit.report.document import report_bytes

__all__ = ["report_content", "report_docx", "templates"]


def templates() -> tuple[str, ...]:
    """Return the names of the known templates."""
    return tuple(outlines())


def report_docx(
    project: AuditProject, catalog: Catalog, *, template: str = "manual", today: datetime.date
) -> bytes:
    """Return chapters 4 and 5 of the audit report as DOCX; the same input gives the same bytes.

    Args:
        project: the audit project.
        catalog: vocabularies, records and policy documents the project refers to.
        template: ``manual`` (chapter names of the audit manual) or ``hj469`` (those of HJ 469).
        today: date printed on top.

    Raises:
        BadInput: unknown template, or a unit of the project that fits no price or factor.
    """
    return report_bytes(report_content(project, catalog, template=template, today=today))
