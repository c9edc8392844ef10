"""The scoring sheet as XLSX: written for one expert and one dossier, and read back with every doubt named."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.display import number
from catalog.drafts import clean
from catalog.errors import BadInput
from catalog.export import FIXED_DATE, row_height
from catalog.nominations.form import Nomination
from catalog.publish.columns import given
from catalog.review.dossier import Score
from catalog.review.experts import Expert, open_workbook
from catalog.review.scoring import (
    DECIMALS,
    VERDICT_LABELS,
    Criteria,
    Criterion,
    Verdict,
    contradictions,
    faults_of,
    load_criteria,
    points_fault,
    validated_score,
    weighted_total,
)

SHEET = "评分表"
_TITLE = "清洁生产技术专家评分表"
_NUMBER_CELL, _ROUND_CELL, _EXPERT_CELL, _NAME_CELL = "B2", "E2", "B3", "E3"
_HEAD = ("评分项", "评分要点", "满分", "权重", "得分", "加权得分")
_WIDTHS = (16.0, 46.0, 8.0, 8.0, 10.0, 12.0)
_FIRST = 7
"""Row of the first criterion, from 1."""
_UNFILLED = "未填完"
_SAME = 0.0051
"""Two totals of two decimals that differ by less are the same."""
_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True, "border": 1}


@dataclass(frozen=True)
class _Rows:
    """Rows (from 1) below the criteria."""

    last: int
    total: int
    verdict: int
    opinion: int


def _rows(criteria: Criteria) -> _Rows:
    last = _FIRST + len(criteria.criteria) - 1
    return _Rows(last, last + 1, last + 2, last + 3)


def sheet_xlsx(
    form_anonymous: Nomination, criteria: Criteria, expert: Expert, dossier_id: str, round: int
) -> bytes:
    """Return the scoring sheet of one expert for one dossier; the same input gives the same bytes.

    Only points, verdict and opinion can be filled; points are held to 0 to full points; the total is
    a formula. There is no password: the lock guards against slips.

    Args:
        form_anonymous: the form without names (``packages.anonymous_brief``).
        criteria: the criteria.
        expert: who scores.
        dossier_id: number of the dossier.
        round: number of the round.
    """
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"created": FIXED_DATE, "author": "清源"})
    page = book.add_worksheet(SHEET)
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 1)
    for column, width in enumerate(_WIDTHS):
        page.set_column(column, column, width)
    _write_head(book, page, form_anonymous, expert, dossier_id, round)
    _write_criteria(book, page, criteria)
    _write_verdict(book, page, criteria)
    page.protect("", {"select_locked_cells": True, "select_unlocked_cells": True})
    page.activate()
    page.set_selection(f"E{_FIRST}")
    book.close()
    return stream.getvalue()


def _write_head(book: Any, page: Any, form: Nomination, expert: Expert, dossier_id: str, round: int) -> None:
    title = book.add_format({**_FONT, "border": 0, "font_name": "黑体", "font_size": 16, "align": "center"})
    label = book.add_format({**_FONT, "bold": True, "bg_color": "#F2F2F2"})
    body = book.add_format({**_FONT, "align": "left"})
    page.merge_range("A1:F1", _TITLE, title)
    page.set_row(0, 30)
    cells = {
        "A2": "申报编号", _NUMBER_CELL: dossier_id, "D2": "评审轮次",
        "A3": "专家编号", _EXPERT_CELL: expert.id, "D3": "专家姓名", "A4": "技术名称", "A5": "所属领域",
    }  # fmt: skip
    for cell, text in cells.items():
        page.write_string(cell, text, body if cell in (_NUMBER_CELL, _EXPERT_CELL) else label)
    for row in (2, 3):
        page.write_blank(f"C{row}", None, body)
    page.merge_range("E2:F2", "", body)
    page.write_number(_ROUND_CELL, round, body)
    page.merge_range("E3:F3", "", body)
    page.write_string(_NAME_CELL, expert.name, body)
    for row, text in ((4, given(form.name)), (5, given(form.field))):
        page.merge_range(f"B{row}:F{row}", "", body)
        page.write_string(f"B{row}", text, body)
        page.set_row(row - 1, row_height([text], [sum(_WIDTHS[1:])]) + 4)


def _write_criteria(book: Any, page: Any, criteria: Criteria) -> None:
    head = book.add_format({**_FONT, "bold": True, "bg_color": "#DCE9E1", "align": "center"})
    body, middle = book.add_format(_FONT), book.add_format({**_FONT, "align": "center"})
    free = book.add_format({**_FONT, "align": "center", "bg_color": "#FFF9DB", "locked": False})
    two = book.add_format({**_FONT, "align": "center", "num_format": "0.00"})
    for column, text in enumerate(_HEAD):
        page.write_string(_FIRST - 2, column, text, head)
    rows = _rows(criteria)
    weights = f"SUM($D${_FIRST}:$D${rows.last})"
    for row, criterion in enumerate(criteria.criteria, _FIRST):
        page.write_string(f"A{row}", criterion.label, body)
        page.write_string(f"B{row}", criterion.note, body)
        page.write_number(f"C{row}", criterion.max, middle)
        page.write_number(f"D{row}", criterion.weight, middle)
        page.write_blank(f"E{row}", None, free)
        page.write_formula(f"F{row}", f'=IF(ISNUMBER(E{row}),E{row}/C{row}*D{row}/{weights}*100,"")', two, "")
        page.set_row(row - 1, row_height([criterion.note], [_WIDTHS[1]]) + 8)
        page.data_validation(f"E{row}", _points_rule(criterion))
    page.merge_range(f"A{rows.total}:D{rows.total}", "合计（百分制，自动计算）", head)
    page.merge_range(f"E{rows.total}:F{rows.total}", "", two)
    page.write_formula(f"E{rows.total}", _total_formula(criteria), two, _UNFILLED)
    page.set_row(rows.total - 1, 24)


def _total_formula(criteria: Criteria) -> str:
    last = _rows(criteria).last
    e, c, d = (f"{column}{_FIRST}:{column}{last}" for column in "ECD")
    total = f"ROUND(SUMPRODUCT({e}/{c}*{d})/SUM({d})*100,{DECIMALS})"
    return f'=IF(COUNT({e})<{len(criteria.criteria)},"{_UNFILLED}",{total})'


def _points_rule(criterion: Criterion) -> dict[str, Any]:
    span = f"0 到 {number(criterion.max)}"
    return {
        "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": criterion.max,
        "input_title": criterion.label[:30], "input_message": f"请填 {span}，可用小数",
        "error_title": "分数超出范围", "error_message": f"“{criterion.label[:30]}”请填 {span} 的数字",
    }  # fmt: skip


def _write_verdict(book: Any, page: Any, criteria: Criteria) -> None:
    label = book.add_format({**_FONT, "bold": True, "bg_color": "#F2F2F2"})
    free = book.add_format({**_FONT, "bg_color": "#FFF9DB", "locked": False})
    words = book.add_format({**_FONT, "bg_color": "#FFF9DB", "locked": False, "valign": "top"})
    small = book.add_format({**_FONT, "border": 0, "font_size": 9, "font_color": "#555555"})
    rows = _rows(criteria)
    page.write_string(f"A{rows.verdict}", "推荐结论", label)
    page.merge_range(f"B{rows.verdict}:F{rows.verdict}", "", free)
    page.data_validation(
        f"B{rows.verdict}",
        {
            "validate": "list", "source": list(VERDICT_LABELS.values()),
            "error_title": "结论不明", "error_message": f"请选{'、'.join(VERDICT_LABELS.values())}",
        },
    )  # fmt: skip
    page.set_row(rows.verdict - 1, 24)
    page.write_string(f"A{rows.opinion}", "评审意见", label)
    page.merge_range(f"B{rows.opinion}:F{rows.opinion}", "", words)
    page.set_row(rows.opinion - 1, 110)
    note = f"只填浅黄色格：得分、推荐结论、评审意见。{criteria.basis}。"
    page.merge_range(f"A{rows.opinion + 1}:F{rows.opinion + 1}", note, small)
    page.set_row(rows.opinion, 26)


# Reading a sheet


@dataclass(frozen=True)
class SheetValue:
    """What a cell of a sheet says."""

    label: str
    cell: str
    text: str


@dataclass(frozen=True)
class SheetReading:
    """A filled sheet: what was read where; ``score`` is None as soon as there is a problem."""

    name: str
    dossier_id: str
    expert_id: str
    round: int | None
    values: tuple[SheetValue, ...]
    problems: tuple[str, ...]
    score: Score | None


def read_sheet(
    content: bytes,
    name: str,
    *,
    criteria: Criteria | None = None,
    expert_id: str = "",
    dossier_id: str = "",
    round: int | None = None,
) -> SheetReading:
    """Read a filled scoring sheet; contradictions are named, nothing is guessed.

    Args:
        content: the file.
        name: its name, for the messages.
        criteria: the shipped ones by default.
        expert_id: number the sheet must bear; any by default.
        dossier_id: number the sheet must bear; any by default.
        round: round the sheet must bear; any by default.

    Raises:
        BadInput: not an XLSX workbook, or not a scoring sheet.
    """
    chosen = criteria or load_criteria()
    page = _Page(content, name)
    rows = _rows(chosen)
    number_, expert, told_round = page.text(_NUMBER_CELL), page.text(_EXPERT_CELL), page.number(_ROUND_CELL)
    values = [SheetValue("申报编号", _NUMBER_CELL, number_), SheetValue("专家编号", _EXPERT_CELL, expert)]
    values.append(SheetValue("评审轮次", _ROUND_CELL, page.text(_ROUND_CELL)))
    problems = [
        f"{cell} {label}“{is_ or '空'}”不是本材料包的“{wanted}”，请核对是否放错"
        for label, cell, is_, wanted in (
            ("申报编号", _NUMBER_CELL, number_, dossier_id),
            ("专家编号", _EXPERT_CELL, expert, expert_id),
            ("评审轮次", _ROUND_CELL, page.text(_ROUND_CELL), "" if round is None else str(round)),
        )
        if wanted and is_ != wanted
    ]
    points: dict[str, float | None] = {}
    for row, criterion in enumerate(chosen.criteria, _FIRST):
        values.append(SheetValue(criterion.label, f"E{row}", page.text(f"E{row}")))
        problems += _read_points(page, row, criterion, points)
    verdict = _verdict(page.text(f"B{rows.verdict}"))
    opinion = page.text(f"B{rows.opinion}", lines=True)
    values.append(SheetValue("推荐结论", f"B{rows.verdict}", page.text(f"B{rows.verdict}")))
    values.append(SheetValue("评审意见", f"B{rows.opinion}", opinion))
    if verdict is None:
        told = page.text(f"B{rows.verdict}")
        known = "、".join(VERDICT_LABELS.values())
        problems.append(f"B{rows.verdict} 推荐结论{f'“{told}”不明' if told else '未填'}，请选{known}")
    whole = told_round is not None and told_round >= 1 and told_round == int(told_round)
    if not (number_ and expert and whole):
        problems.append("申报编号、专家编号或评审轮次缺失，请用原评分表填写")
    score = None
    if not faults_of(points, chosen):
        problems += _typed_over(page, rows, points, chosen)
        if verdict is not None and whole and told_round is not None:
            score = validated_score(
                points, chosen, expert_id=expert, round=int(told_round), opinion=opinion, verdict=verdict
            )
            problems += [f"B{rows.verdict} {line}" for line in contradictions(score, chosen)]
    return SheetReading(
        name,
        number_,
        expert,
        int(told_round) if whole and told_round is not None else None,
        tuple(values),
        tuple(f"{name}：{line}" for line in problems),
        None if problems else score,
    )


class _Page:
    """The cells of a filled sheet: what they show, and whether a formula stands there."""

    def __init__(self, content: bytes, name: str) -> None:
        shown = open_workbook(content, name, values=True)
        if SHEET not in shown.sheetnames:
            raise BadInput(f"{name}：没有“{SHEET}”工作表，请用材料包中的评分表填写")
        self._shown = shown[SHEET]
        self._written = open_workbook(content, name, values=False)[SHEET]
        if clean(self._shown["A1"].value) != _TITLE:
            raise BadInput(f"{name}：A1 不是“{_TITLE}”，请用材料包中的评分表填写")

    def text(self, cell: str, *, lines: bool = False) -> str:
        """Return what a cell shows, on one line unless ``lines``."""
        value = self._shown[cell].value
        return str(value).strip() if lines and isinstance(value, str) else clean(value)

    def number(self, cell: str) -> float | None:
        """Return the number a cell shows, typed as text or not, or None."""
        value = self._shown[cell].value
        if isinstance(value, bool):
            return None
        try:
            found = float(clean(value))
        except ValueError:
            return None
        return found if math.isfinite(found) else None

    def is_formula(self, cell: str) -> bool:
        """Return whether a formula stands in a cell."""
        return bool(self._written[cell].data_type == "f")


def _verdict(text: str) -> Verdict | None:
    return next((code for code, label in VERDICT_LABELS.items() if label == text), None)


def _read_points(page: _Page, row: int, criterion: Criterion, points: dict[str, float | None]) -> list[str]:
    """Read the points of one row and return what is wrong with it."""
    if page.text(f"A{row}") != criterion.label:
        return [
            f"A{row} 应为“{criterion.label}”，现为“{page.text(f'A{row}') or '空'}”，"
            "评分表被改动或与现行评分项不符，请用原表重填"
        ]
    for column, what, wanted in (("C", "满分", criterion.max), ("D", "权重", criterion.weight)):
        if page.number(f"{column}{row}") != wanted:
            is_ = page.text(f"{column}{row}") or "空"
            return [
                f"{column}{row} “{criterion.label}”的{what}应为 {number(wanted)}，现为 {is_}，请用原表重填"
            ]
    value, told = page.number(f"E{row}"), page.text(f"E{row}")
    if value is None and told:
        return [f"E{row} “{criterion.label}”的分数“{told}”不是数字，请填 0 到 {number(criterion.max)}"]
    points[criterion.code] = value
    fault = points_fault(value, criterion)
    return [f"E{row} {fault}"] if fault else []


def _typed_over(
    page: _Page, rows: _Rows, points: Mapping[str, float | None], criteria: Criteria
) -> list[str]:
    """Return where the total shown contradicts the points; a formula not yet computed does not."""
    cell = f"E{rows.total}"
    total = weighted_total({code: float(value or 0.0) for code, value in points.items()}, criteria)
    shown, told, formula = page.number(cell), page.text(cell), page.is_formula(cell)
    if shown is not None and abs(shown - total) < _SAME:
        return []
    if formula and told in ("", _UNFILLED):
        return []
    return [f"{cell} 合计被改写为“{told or '空'}”，按各项得分应为 {total:.2f}，请核对得分并恢复公式"]
