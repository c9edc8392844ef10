"""The result of one match as a page for the manager (DOCX) and as a table (XLSX)."""

from __future__ import annotations

import datetime
import io
from typing import Any

from catalog import Catalog, display
from catalog.export import FIXED_DATE, xlsx_bytes
from recommender import labels
from recommender.engine import Match, MatchResult

_BODY_FONT = "宋体"
_TITLE_FONT = "黑体"
_LATIN_FONT = "Times New Roman"
_MOST_IN_REPORT = 3

_COLUMNS = (
    ("序号", 5.0), ("编号", 9.0), ("技术名称", 14.0), ("匹配等级", 6.0), ("环节", 8.0),
    ("技术简介", 24.0), ("推荐理由", 28.0), ("适用的现状", 20.0), ("前提条件", 20.0),
    ("不适用情形", 18.0), ("运行条件", 14.0), ("已公布的效果", 26.0), ("投资", 14.0),
    ("投资回收期（年）", 10.0), ("费用类别", 6.0), ("成熟度", 9.0), ("政策依据", 28.0),
)  # fmt: skip


def comparison_rows(catalog: Catalog, matches: list[Match]) -> list[tuple[str, list[str]]]:
    """Return (field label, one text a technology) for a side-by-side table."""
    columns = [_texts(catalog, match) for match in matches]
    return [
        (label, [column[index] for column in columns])
        for index, (label, _) in enumerate(_COLUMNS)
        if label != "序号"
    ]


def _texts(catalog: Catalog, match: Match) -> list[str]:
    t = match.technology
    codes = catalog.codes
    known = [effect for effect in t.effects if effect.quantity != "unknown"]
    unknown = "未知"
    return [
        str(match.rank),
        t.id,
        t.name,
        labels.LEVELS[match.level],
        codes.label("stages", t.stage),
        t.summary,
        "\n".join(match.reasons()[:-1]),
        t.applicability.starting_situation,
        "；".join(t.applicability.preconditions),
        "；".join(t.applicability.not_suitable),
        "；".join(display.operating_window(w) for w in t.applicability.operating_window) or unknown,
        "；".join(display.effect(effect) for effect in known) or unknown,
        display.amounts(t.investment),
        display.payback(t.payback_years),
        display.cost_class(t, codes),
        display.maturity(t, codes),
        "；".join(display.citation(s, catalog.policy) for s in t.sources),
    ]


def result_xlsx(catalog: Catalog, result: MatchResult) -> bytes:
    """Return the result as XLSX, one row a technology, the question underneath."""
    return xlsx_bytes(
        [label for label, _ in _COLUMNS],
        [_texts(catalog, match) for match in result.matches],
        sheet="匹配结果",
        widths=[width for _, width in _COLUMNS],
        notes=[
            f"问题：{result.query.text}",
            f"行业：{result.query.industry or '未给定'}",
            "“未知”表示没有公开来源的数值；标注“供应方声称”“工程估计”的数值未经核实。",
        ],
    )


def result_docx(catalog: Catalog, result: MatchResult, *, today: datetime.date) -> bytes:
    """Return a one-page summary of the best results for the manager."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    document = Document()
    document.core_properties.author = "清源"
    document.core_properties.created = FIXED_DATE
    document.core_properties.modified = FIXED_DATE
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(1.8)
    _set_font(document.styles["Normal"], _BODY_FONT, Pt(10))
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(title, "清洁生产技术匹配结果", font=_TITLE_FONT, size=Pt(16), bold=True)
    _line(document, "问题", result.query.text)
    _line(document, "行业", result.query.industry or "未给定")
    _line(document, "日期", today.isoformat())
    for warning in result.warnings:
        _line(document, "提示", warning)
    if not result.matches:
        _line(document, "结论", result.none_reason or "")
    for match in result.matches[:_MOST_IN_REPORT]:
        _technology(document, catalog, match)
    left = len(result.matches) - _MOST_IN_REPORT
    if left > 0:
        names = labels.join([match.technology.name for match in result.matches[_MOST_IN_REPORT:]])
        _line(document, f"其余 {left} 项", names)
    _line(
        document,
        "说明",
        "匹配依据为文字描述，实施前须核对现场工况；数值均注明来源等级，未公布的写“未知”。",
    )
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _technology(document: Any, catalog: Catalog, match: Match) -> None:
    from docx.shared import Pt

    t = match.technology
    heading = document.add_paragraph()
    heading.paragraph_format.space_before = Pt(8)
    heading.paragraph_format.keep_with_next = True
    level = labels.LEVELS[match.level]
    text = f"{match.rank}. {t.name}（{t.id}，匹配等级：{level}）"
    _run(heading, text, font=_TITLE_FONT, size=Pt(12), bold=True)
    known = [effect for effect in t.effects if effect.quantity != "unknown"][:3]
    _line(document, "做什么", t.summary)
    _line(document, "为什么", "；".join(match.reasons()[:2]))
    _line(document, "前提条件", "；".join(t.applicability.preconditions[:3]))
    _line(document, "不适用", "；".join(t.applicability.not_suitable[:2]))
    _line(document, "已公布效果", "；".join(display.effect(e) for e in known) or "未知")
    cost = display.cost_class(t, catalog.codes)
    _line(
        document,
        "费用与成熟度",
        f"{cost}（{t.cost_class.reason}）；投资：{display.amounts(t.investment)}；"
        f"回收期：{display.payback(t.payback_years)}；{display.maturity(t, catalog.codes)}",
    )
    for source in t.sources[:1]:
        _line(document, "政策依据", display.citation(source, catalog.policy))


def _line(document: Any, label: str, text: str) -> None:
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(2)
    paragraph.paragraph_format.line_spacing = 1.1
    _run(paragraph, f"{label}：", font=_TITLE_FONT, size=Pt(10), bold=False)
    _run(paragraph, text, font=_BODY_FONT, size=Pt(10), bold=False)


def _run(paragraph: Any, text: str, *, font: str, size: Any, bold: bool) -> None:
    run = paragraph.add_run(text)
    run.bold = bold
    _set_font(run, font, size)


def _set_font(owner: Any, font: str, size: Any) -> None:
    """Set Latin and East Asian font; python-docx alone sets only the Latin one."""
    from docx.oxml.ns import qn

    owner.font.name = _LATIN_FONT
    owner.font.size = size
    owner.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
