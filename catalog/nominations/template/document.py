"""The filing form as DOCX: a table a section, a table a case, the guide at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.codes import Codes
from catalog.nominations.form import CASE_LABELS, LABELS, FormPart, Nomination
from catalog.nominations.template.texts import attachment_lines, choices, shipped_codes, text_of
from catalog.nominations.template.wording import (
    CASE_HEADER,
    DOCX_NOTES,
    EXPLANATIONS,
    FIELD_HEADER,
    GUIDE_SHEET,
    GUIDE_TITLES,
    LABEL_FILL,
    LONG_FIELDS,
    NOTE,
    NUMBER_LABEL,
    PARTS,
    SECTIONS,
    TITLE,
    Section,
    case_title,
    guide_line,
    limits,
    marked_label,
    rules_told,
    starred,
)
from catalog.publish import word

CHECKED, UNCHECKED = "☑", "□"
_FIELD_WIDTHS_MM = (40.0, 88.0, 42.0)
_CASE_WIDTHS_MM = (38.0, 47.0, 38.0, 47.0)
_PART_WIDTHS_MM = {
    "intellectual_property": (12.0, 42.0, 62.0, 54.0),
    "evidence": (12.0, 26.0, 46.0, 38.0, 26.0, 22.0),
}
_MARGINS_MM = (20.0, 18.0, 20.0, 20.0)
_BLANK_PROOFS, _BLANK_CASES = 3, 2
_SHORT_SECTION = 3
"""Sections of up to so many fields stay on one page."""
_ROOM_MM = 22.0
_DOCX_POINTS = 10.0


def form_docx(form: Nomination | None = None, *, codes: Codes | None = None, rules: str = "city") -> bytes:
    """Return the form as a Word document, blank or filled; the same input gives the same bytes.

    Args:
        form: what to fill in; a blank form by default.
        codes: vocabularies for choices and industry names; the shipped ones by default.
        rules: rule set whose required fields are marked and whose points are told.

    Raises:
        BadInput: unknown rule set.
    """
    filled, known = form or Nomination(), codes or shipped_codes()
    document = word.new_document(margins_mm=_MARGINS_MM, size=_DOCX_POINTS)
    document.core_properties.title = TITLE
    word.page_number(document.sections[0].footer, dashes=True)
    title = word.paragraph(document, TITLE, font=word.HEI, size=18, align="center")
    _space(title, before=0, after=8)
    _small(document, NOTE)
    marked = starred(rules)
    for section in SECTIONS:
        word.heading(document, section.title, 1, size=13)
        if section.fields:
            _docx_fields(document, section, filled, known, marked)
        if section.part == "cases":
            _docx_cases(document, filled, known)
        elif section.part:
            _docx_rows(document, section.part, getattr(filled, section.part), known)
        if section.signature:
            _space(word.paragraph(document, section.signature, align="right"), before=14, after=6)
    if filled.attachments:
        rows = [[LABELS["attachments"], attachment_lines(filled), ""]]
        _space(word.paragraph(document, ""), before=0, after=0)
        _field_table(document, rows, ())
    _docx_guide(document, rules)
    return word.to_bytes(document)


def _space(paragraph: Any, *, before: float, after: float) -> None:
    from docx.shared import Pt

    paragraph.paragraph_format.space_before = Pt(before)
    paragraph.paragraph_format.space_after = Pt(after)


def _small(document: Any, text: str, *, keep_with_next: bool = False) -> None:
    line = word.paragraph(document, text, font=word.KAI, size=9, keep_with_next=keep_with_next)
    _space(line, before=0, after=3)


def _written(field: str, value: Any, codes: Codes, *, part: str = "") -> str:
    """Return a value as Word text: choices as boxes to tick, everything else as in ``text_of``."""
    labels = choices(field, part=part)
    if not labels or part == "evidence":
        return text_of(field, value, codes)
    if field == "declared":
        labels = {True: "已承诺"}
    return "   ".join(f"{CHECKED if value == one else UNCHECKED}{label}" for one, label in labels.items())


def _docx_fields(
    document: Any, section: Section, form: Nomination, codes: Codes, marked: frozenset[str]
) -> None:
    rows = [
        [marked_label(field, marked), _written(field, getattr(form, field), codes), EXPLANATIONS[field]]
        for field in section.fields
    ]
    made = _field_table(document, rows, section.fields)
    if len(rows) <= _SHORT_SECTION:
        _keep_together(made, with_next=bool(section.signature))


def _keep_together(made: Any, *, with_next: bool = False) -> None:
    """Part a table never over two pages, on request not from the paragraph after it either."""
    rows = list(made.rows)
    for row in rows if with_next else rows[:-1]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _field_table(document: Any, rows: Sequence[Sequence[str]], fields: Sequence[str]) -> Any:
    """Add a table of labels, values and explanations; rows for paragraphs are high and may be parted."""
    from docx.oxml.ns import qn
    from docx.shared import Mm, RGBColor

    made = word.table(document, FIELD_HEADER, rows, widths_mm=_FIELD_WIDTHS_MM, size=_DOCX_POINTS)
    _roomy(made)
    for position, row in enumerate(list(made.rows)[1:]):
        cells = row.cells
        _shade(cells[0])
        run = cells[2].paragraphs[0].runs[0]
        word.set_font(run, word.KAI, 8.5)
        run.font.color.rgb = RGBColor(0x55, 0x55, 0x55)
        if position < len(fields) and fields[position] in LONG_FIELDS:
            row.height = Mm(_ROOM_MM)
            for mark in row._tr.trPr.findall(qn("w:cantSplit")):
                row._tr.trPr.remove(mark)
    return made


def _roomy(made: Any) -> None:
    """Give every row of a table the height to write by hand, and its text a distance from the lines."""
    from docx.enum.table import WD_ROW_HEIGHT_RULE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm

    for row in made.rows:
        row.height = Mm(8.5)
        row.height_rule = WD_ROW_HEIGHT_RULE.AT_LEAST
    margins = OxmlElement("w:tblCellMar")
    for side in ("top", "bottom"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), "40")
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    look = made._tbl.tblPr.find(qn("w:tblLook"))
    if look is not None:
        look.addprevious(margins)
    else:
        made._tbl.tblPr.append(margins)


def _shade(cell: Any) -> None:
    """Give a label cell the font and background of the header."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", LABEL_FILL)):
        shade.set(qn(f"w:{name}"), value)
    properties = cell._tc.get_or_add_tcPr()
    places = properties.findall(qn("w:vAlign"))
    if places:
        places[0].addprevious(shade)
    else:
        properties.append(shade)
    word.set_font(cell.paragraphs[0].runs[0], word.HEI, _DOCX_POINTS)


def _docx_rows(document: Any, part: str, entries: Sequence[FormPart], codes: Codes) -> None:
    _small(document, DOCX_NOTES[part], keep_with_next=True)
    columns = PARTS[part]
    rows = []
    for position in range(max(_BLANK_PROOFS, len(entries))):
        entry = entries[position] if position < len(entries) else None
        values = [getattr(entry, field) if entry is not None else None for field in columns]
        texts = [text_of(field, value, codes) for field, value in zip(columns, values, strict=True)]
        rows.append([str(position + 1), *texts])
    header = (NUMBER_LABEL, *columns.values())
    _roomy(word.table(document, header, rows, widths_mm=_PART_WIDTHS_MM[part], size=_DOCX_POINTS))


def _docx_cases(document: Any, form: Nomination, codes: Codes) -> None:
    """Add one table a case, never parted: two labels with their values in every row."""
    _space(word.paragraph(document, ""), before=0, after=0)
    _small(document, DOCX_NOTES["cases"], keep_with_next=True)
    fields = list(CASE_LABELS)
    half = len(fields) // 2
    for position in range(max(_BLANK_CASES, len(form.cases))):
        case = form.cases[position] if position < len(form.cases) else None
        word.heading(document, case_title(position + 1), 2, size=11)
        texts = [_written(f, getattr(case, f) if case is not None else None, codes) for f in fields]
        rows = [
            [CASE_LABELS[left], texts[line], CASE_LABELS[right], texts[half + line]]
            for line, (left, right) in enumerate(zip(fields[:half], fields[half:], strict=True))
        ]
        made = word.table(document, CASE_HEADER, rows, widths_mm=_CASE_WIDTHS_MM, size=_DOCX_POINTS)
        _roomy(made)
        for line, row in enumerate(made.rows):
            cells = row.cells
            if line:
                _shade(cells[0])
                _shade(cells[2])
        _keep_together(made)


def _docx_guide(document: Any, rules: str) -> None:
    word.heading(document, GUIDE_SHEET, 1, size=13).paragraph_format.page_break_before = True
    for line in limits():
        _small(document, line)
    _small(document, GUIDE_TITLES[2], keep_with_next=True)
    for number, (label, remedy) in enumerate(rules_told(rules), 1):
        _small(document, guide_line(number, label, remedy))
