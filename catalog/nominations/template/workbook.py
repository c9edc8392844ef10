"""The filing form as XLSX: main sheet, cases, rights and proofs, guide."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from catalog.codes import Codes
from catalog.nominations.form import CASE_LABELS, LABELS, FormPart, Nomination
from catalog.nominations.template.cells import put, style_of, validate
from catalog.nominations.template.sheets import (
    TALLEST_ROW_POINTS,
    make_styles,
    new_book,
    row_height,
    set_page,
    write_head,
)
from catalog.nominations.template.texts import attachment_lines, shipped_codes, text_of
from catalog.nominations.template.wording import (
    CASE_EXPLANATIONS,
    CASE_NOTE,
    CASE_SHEET,
    ELSEWHERE,
    EXAMPLES,
    EXPLANATIONS,
    FIELD_HEADER,
    GUIDE_HEADER,
    GUIDE_SHEET,
    GUIDE_TITLES,
    LONG_FIELDS,
    MAIN_SHEET,
    NOTE,
    NUMBER_LABEL,
    PARTS,
    PROOF_SHEET,
    PROOF_TITLES,
    SECTIONS,
    TITLE,
    limits,
    marked_label,
    rules_told,
    starred,
)

_ROOM_POINTS = 58.0
"""Height of an empty field for paragraphs."""
_MAIN_WIDTHS = (22.0, 49.0, 26.0)
_MAIN_TEXT_WIDTHS = (22.0, 49.0, 31.0)
"""The same in characters of the type size: explanations are set smaller."""
_CASE_WIDTHS = {
    "user": 24.0, "scale": 18.0, "commissioned": 12.0, "investment_wan_yuan": 10.0,
    "operating_cost_wan_yuan": 10.0, "saving_tce": 10.0, "water_saving_m3": 10.0, "reductions_t": 26.0,
    "co2_t": 11.0, "payback_years": 10.0, "domestic": 6.5, "proof": 24.0,
}  # fmt: skip
_PROOF_WIDTHS = (6.0, 20.0, 28.0, 26.0, 13.0, 11.0)
_CASE_ROWS, _PROOF_ROWS = 10, 8


def form_xlsx(form: Nomination | None = None, *, codes: Codes | None = None, rules: str = "city") -> bytes:
    """Return the form as XLSX, blank or filled; the same input gives the same bytes.

    Args:
        form: what to fill in; a blank form by default.
        codes: vocabularies for drop-downs and industry names; the shipped ones by default.
        rules: rule set whose required fields are marked and whose points are told.

    Raises:
        BadInput: a text is longer than a cell can hold; unknown rule set.
    """
    filled, known = form or Nomination(), codes or shipped_codes()
    book, stream = new_book(TITLE)
    styles = make_styles(book)
    _write_main(book.add_worksheet(MAIN_SHEET), filled, known, styles, starred(rules))
    _write_cases(book.add_worksheet(CASE_SHEET), filled, known, styles)
    _write_proofs(book.add_worksheet(PROOF_SHEET), filled, known, styles)
    _write_guide(book.add_worksheet(GUIDE_SHEET), styles, rules)
    book.close()
    return stream.getvalue()


def _write_main(
    page: Any, form: Nomination, codes: Codes, styles: dict[str, Any], marked: frozenset[str]
) -> None:
    set_page(page, _MAIN_WIDTHS, landscape=False)
    write_head(page, TITLE, NOTE, 2, styles)
    for column, title in enumerate(FIELD_HEADER):
        page.write_string(2, column, title, styles["head"])
    page.freeze_panes(3, 0)
    page.repeat_rows(2)
    row = 3
    for section in SECTIONS:
        page.merge_range(row, 0, row, 2, section.title, styles["band"])
        page.set_row(row, 22)
        row += 1
        for field in section.fields:
            row = _write_field(page, row, field, form, codes, styles, marked)
        if section.part:
            page.merge_range(row, 0, row, 2, ELSEWHERE[section.part], styles["pointer"])
            page.set_row(row, 22)
            row += 1
        if section.signature:
            page.merge_range(row, 0, row, 2, section.signature, styles["sign"])
            page.set_row(row, 40)
            row += 1
    if form.attachments:
        lines = attachment_lines(form)
        page.write_string(row, 0, LABELS["attachments"], styles["label"])
        page.merge_range(row, 1, row, 2, lines, styles["value"])
        page.set_row(row, min(TALLEST_ROW_POINTS, row_height([lines], [sum(_MAIN_WIDTHS[1:])])))
        row += 1
    page.print_area(0, 0, row - 1, 2)


def _write_field(
    page: Any,
    row: int,
    field: str,
    form: Nomination,
    codes: Codes,
    styles: dict[str, Any],
    marked: frozenset[str],
) -> int:
    """Write one field and return the next free row; a text too high for one row takes several."""
    value = getattr(form, field)
    cells = [marked_label(field, marked), text_of(field, value, codes), EXPLANATIONS[field]]
    height = row_height(cells, _MAIN_TEXT_WIDTHS, least=_ROOM_POINTS if field in LONG_FIELDS else 22.0)
    rows = math.ceil(height / TALLEST_ROW_POINTS)
    style = styles[style_of(field)]
    for line in range(row, row + rows):
        page.set_row(line, height / rows)
    if rows > 1:
        page.merge_range(row, 0, row + rows - 1, 0, "", styles["label"])
        page.merge_range(row, 1, row + rows - 1, 1, "", style)
        page.merge_range(row, 2, row + rows - 1, 2, "", styles["help"])
    page.write_string(row, 0, cells[0], styles["label"])
    put(page, row, 1, field, value, codes, style)
    page.write_string(row, 2, cells[2], styles["help"])
    validate(page, (row, 1, row, 1), field, codes)
    return row + rows


def _write_rows(
    page: Any,
    top: int,
    part: str,
    entries: Sequence[FormPart],
    codes: Codes,
    styles: dict[str, Any],
    *,
    widths: Sequence[float],
    least_rows: int,
) -> int:
    """Write header and rows of one part, blank ones at the end; return the next free row."""
    columns = PARTS[part]
    rows = max(least_rows, len(entries))
    titles = [title.replace("（", "\n（") for title in (NUMBER_LABEL, *columns.values())]
    for column, title in enumerate(titles):
        page.write_string(top, column, title, styles["head"])
    if len(columns) + 1 < len(widths):  # the last column takes what is left of the page
        for row in range(top, top + 1 + rows):
            page.merge_range(row, len(columns), row, len(widths) - 1, "", styles["value"])
        page.write_string(top, len(columns), titles[-1], styles["head"])
    page.set_row(top, row_height(titles, widths[: len(titles)], least=30.0))
    for position in range(rows):
        row = top + 1 + position
        page.write_number(row, 0, position + 1, styles["center"])
        entry = entries[position] if position < len(entries) else None
        texts = []
        for column, field in enumerate(columns, 1):
            value = getattr(entry, field) if entry is not None else None
            put(page, row, column, field, value, codes, styles[style_of(field)])
            texts.append(text_of(field, value, codes))
        height = row_height(texts, widths[1 : 1 + len(columns)], least=24.0)
        page.set_row(row, min(TALLEST_ROW_POINTS, height))
    for column, field in enumerate(columns, 1):
        validate(page, (top + 1, column, top + rows, column), field, codes, part=part)
    return top + 1 + rows


def _write_cases(page: Any, form: Nomination, codes: Codes, styles: dict[str, Any]) -> None:
    widths = (5.0, *_CASE_WIDTHS.values())
    set_page(page, widths, landscape=True)
    write_head(page, CASE_SHEET, CASE_NOTE, len(widths) - 1, styles)
    end = _write_rows(
        page, 2, "cases", form.cases, codes, styles, widths=widths, least_rows=_CASE_ROWS
    )  # fmt: skip
    page.freeze_panes(3, 2)
    page.repeat_rows(2)
    page.print_area(0, 0, end - 1, len(widths) - 1)


def _write_proofs(page: Any, form: Nomination, codes: Codes, styles: dict[str, Any]) -> None:
    last = len(_PROOF_WIDTHS) - 1
    set_page(page, _PROOF_WIDTHS, landscape=False)
    page.merge_range(0, 0, 0, last, PROOF_SHEET, styles["title"])
    page.set_row(0, 36)
    row = 1
    for part, entries in (("intellectual_property", form.intellectual_property), ("evidence", form.evidence)):
        page.merge_range(row, 0, row, last, PROOF_TITLES[part], styles["band"])
        page.set_row(row, 22)
        row = _write_rows(
            page, row + 1, part, entries, codes, styles, widths=_PROOF_WIDTHS, least_rows=_PROOF_ROWS
        )  # fmt: skip
        row += 1
    page.print_area(0, 0, row - 2, last)


def _write_guide(page: Any, styles: dict[str, Any], rules: str) -> None:
    widths = (26.0, 46.0, 30.0)
    set_page(page, widths, landscape=False)
    page.merge_range(0, 0, 0, 2, GUIDE_SHEET, styles["title"])
    page.set_row(0, 36)
    row = 1
    for title, lines in zip(GUIDE_TITLES, _guide_lines(rules), strict=True):
        page.merge_range(row, 0, row, 2, title, styles["band"])
        page.set_row(row, 22)
        row += 1
        for line in lines:
            page.set_row(
                row,
                row_height(line, {1: [sum(widths)], 2: [widths[0], sum(widths[1:])]}.get(len(line), widths)),
            )
            if len(line) == 1:
                page.merge_range(row, 0, row, 2, line[0], styles["value"])
            elif len(line) == 2:
                page.write_string(row, 0, line[0], styles["value"])
                page.merge_range(row, 1, row, 2, line[1], styles["value"])
            else:
                looks = ["head"] * 3 if line == GUIDE_HEADER else ["value", "value", "help"]
                for column, (text, look) in enumerate(zip(line, looks, strict=True)):
                    page.write_string(row, column, text, styles[look])
            row += 1
    page.print_area(0, 0, row - 1, 2)


def _guide_lines(rules: str) -> tuple[list[tuple[str, ...]], ...]:
    fields = [(LABELS[field], text, EXAMPLES.get(field, "")) for field, text in EXPLANATIONS.items()]
    cases = [
        (f"案例：{CASE_LABELS[field]}", text, EXAMPLES.get(field, ""))
        for field, text in CASE_EXPLANATIONS.items()
    ]
    return [(line,) for line in limits()], [GUIDE_HEADER, *fields, *cases], [*rules_told(rules)]
