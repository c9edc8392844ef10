"""The filing form (申报表) as files to fill in: XLSX and DOCX, blank or filled, and the summary sheet."""

from catalog.nominations.template.document import form_docx
from catalog.nominations.template.summary import SUMMARY_HEADER, summary_xlsx
from catalog.nominations.template.wording import CASE_EXPLANATIONS, EXPLANATIONS, PARTS, SECTIONS, starred
from catalog.nominations.template.workbook import form_xlsx

__all__ = [
    "CASE_EXPLANATIONS",
    "EXPLANATIONS",
    "PARTS",
    "SECTIONS",
    "SUMMARY_HEADER",
    "form_docx",
    "form_xlsx",
    "starred",
    "summary_xlsx",
]
