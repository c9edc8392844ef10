"""What every sheet is made from: the project, its calculations, and where its options stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.load import Catalog
from recommender.audit.project import AuditProject
from recommender.audit.report.content import Draft
from recommender.audit.valuation import Valuation
from recommender.audit.workbook.cells import Column, Row, Sheet

SUMMARY, LOW, HIGH = "方案汇总表", "无低费方案表", "中高费方案表"
ECONOMICS, FLOWS, EFFECT, SOURCES = "经济评估表", "现金流量表", "效果汇总", "数据来源"


@dataclass(frozen=True)
class Book:
    """What every sheet is made from; ``rows`` are row numbers (from 1) in sheets of all options."""

    project: AuditProject
    catalog: Catalog
    draft: Draft
    valuations: Mapping[str, Valuation]
    rows: Mapping[str, int]


def table_sheet(
    book: Book,
    name: str,
    note: str,
    columns: tuple[Column, ...],
    rows: tuple[Row, ...],
    sums: tuple[Row, ...] = (),
    notes: tuple[str, ...] = (),
) -> Sheet:
    """Return a sheet under the title every sheet of the project has."""
    return Sheet(name, f"{book.project.profile.name} 清洁生产审核 {name}", note, columns, rows, sums, notes)
