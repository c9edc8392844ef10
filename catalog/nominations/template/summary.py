"""The summary sheet of what is recommended (推荐汇总表), as XLSX."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from catalog.codes import Codes
from catalog.nominations.form import Nomination
from catalog.nominations.template.sheets import (
    LONGEST_TEXT,
    TALLEST_ROW_POINTS,
    make_styles,
    new_book,
    row_height,
    set_page,
    write_head,
)
from catalog.nominations.template.texts import shipped_codes, text_of
from catalog.publish.columns import given

if TYPE_CHECKING:
    from catalog.review.dossier import Dossier

SUMMARY_TITLE = "清洁生产技术推荐汇总表"
_SUMMARY_NOTE = (
    "推荐单位（盖章）：　　　　　　　　　　　　填报日期：　　　年　　月　　日　　　　　共 {count} 项"
)
SUMMARY_HEADER = (
    "序号", "技术名称", "申报单位", "所属领域", "适用行业", "技术类别", "推荐单位", "推荐意见",
)  # fmt: skip


def summary_xlsx(dossiers: Iterable[Dossier], *, codes: Codes | None = None) -> bytes:
    """Return the summary sheet of what is recommended (推荐汇总表), in the order given."""
    rows = list(dossiers)
    known = codes or shipped_codes()
    widths = (6.0, 30.0, 24.0, 13.0, 24.0, 10.0, 20.0, 34.0)
    book, stream = new_book(SUMMARY_TITLE)
    styles = make_styles(book)
    page = book.add_worksheet(SUMMARY_TITLE)
    set_page(page, widths, landscape=True)
    example = "（示例）" if any(dossier.is_example for dossier in rows) else ""
    write_head(page, SUMMARY_TITLE + example, _SUMMARY_NOTE.format(count=len(rows)), len(widths) - 1, styles)
    for column, title in enumerate(SUMMARY_HEADER):
        page.write_string(2, column, title, styles["head"])
    page.set_row(2, 24)
    page.freeze_panes(3, 2)
    page.repeat_rows(2)
    for position, dossier in enumerate(rows, 1):
        texts = _summary_row(dossier.form, known)
        page.write_number(2 + position, 0, position, styles["center"])
        for column, text in enumerate(texts, 1):
            page.write_string(2 + position, column, text[:LONGEST_TEXT], styles["value"])
        page.set_row(2 + position, min(TALLEST_ROW_POINTS, row_height(texts, widths[1:])))
    page.print_area(0, 0, 2 + len(rows), len(widths) - 1)
    book.close()
    return stream.getvalue()


def _summary_row(form: Nomination, codes: Codes) -> list[str]:
    texts = (
        form.name, form.applicant, form.field, text_of("industries", form.industries, codes),
        text_of("technology_class", form.technology_class, codes), form.recommender, form.recommendation,
    )  # fmt: skip
    return [given(text) for text in texts]
