"""Writes a composed official document as one HTML page, laid out for screen and print."""

from __future__ import annotations

import html
from collections.abc import Sequence

from catalog.publish import word
from catalog.publish.gongwen.composing import compose
from catalog.publish.gongwen.layout import (
    CHAR_SPACE,
    FANGSONG,
    HEI,
    LINE_TWIPS,
    LOOKS,
    RED,
    SONG,
    Imprint,
    Item,
    Line,
    Page,
)
from catalog.publish.gongwen.model import Form, FormRow, Gongwen, Grid
from catalog.publish.word import Align


def gongwen_html(document: Gongwen) -> str:
    """Return the document as one HTML page with the same content, laid out for screen and print.

    Raises:
        BadInput: see ``compose``.
    """
    title = html.escape(document.title.replace("\n", ""))
    sheets = "\n".join(
        f'<section class="sheet{" wide" if page.landscape else ""}{_last(page)}">\n'
        + "\n".join(_item_html(item) for item in page.items)
        + "\n</section>"
        for page in compose(document)
    )
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>\n{_css()}</style>\n</head>\n<body>\n{sheets}\n</body>\n</html>\n"
    )


def _last(page: Page) -> str:
    return " last" if any(isinstance(item, Imprint) for item in page.items) else ""


def _item_html(item: Item) -> str:
    if isinstance(item, Line):
        return _line_html(item)
    if isinstance(item, Grid):
        head = "".join(f"<th>{html.escape(text)}</th>" for text in item.header)
        line = f'<tr style="height:{item.row_mm:g}mm">'
        rows = "\n".join(f"{line}{_cells_html(row, item.aligns)}</tr>" for row in item.rows)
        total = sum(item.widths_mm)
        columns = "".join(f'<col style="width:{wide / total:.2%}">' for wide in item.widths_mm)
        return (
            f'<table style="font-size:{item.size:g}pt"><colgroup>{columns}</colgroup>'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>"
        )
    if isinstance(item, Form):
        rows = "\n".join(_form_row_html(row) for row in item.rows)
        return f'<table class="form" style="font-size:{item.size:g}pt"><tbody>\n{rows}\n</tbody></table>'
    copies = f'<div class="copies">{html.escape(item.copies)}</div>' if item.copies else ""
    printed = (
        f"<div><span>{html.escape(item.printed_by)}</span><span>{html.escape(item.printed_on)}</span></div>"
    )
    return f'<footer class="imprint">{copies}{printed if item.printed_by else ""}</footer>'


def _cells_html(row: Sequence[str], aligns: Sequence[Align]) -> str:
    cells = zip(row, aligns, strict=True)
    return "".join(f'<td class="{align}">{_breaks(text)}</td>' for text, align in cells)


def _line_html(line: Line) -> str:
    look = LOOKS[line.kind]
    parts = "".join(
        html.escape(text) if font == look.font else f'<span class="body">{html.escape(text)}</span>'
        for font, text in line.parts
    )
    style = "".join(
        (
            f"padding-left:{line.left:g}em;text-indent:{-line.hanging:g}em;" if line.left else "",
            f"padding-right:{line.right:g}em;" if line.right else "",
            f"font-size:{line.size:g}pt;" if line.size else "",
        )
    )
    shape = f' style="{style}"' if style else ""
    return f'<p class="{line.kind}"{shape}>{parts or "&nbsp;"}</p>'


def _form_row_html(row: FormRow) -> str:
    if len(row.cells) == 1:
        face = "left" if row.plain else "part"
        cells = f'<td class="{face}" colspan="4">{_breaks(row.cells[0])}</td>'
    elif len(row.cells) == 2:
        cells = f'<td class="center">{_breaks(row.cells[0])}</td><td colspan="3">{_breaks(row.cells[1])}</td>'
    else:
        cells = "".join(
            f"<td{'' if number % 2 else ' class=center'}>{_breaks(text)}</td>"
            for number, text in enumerate(row.cells)
        )
    return f'<tr style="height:{row.height_mm:g}mm">{cells}</tr>'


def _breaks(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _css() -> str:
    free = word.FREE_FALLBACK
    kinds = "".join(
        f'.{kind}{{font-family:"Times New Roman","{look.font}","{free[look.font]}",serif;'
        f"font-size:{look.size:g}pt;text-align:{look.align};text-indent:{look.first:g}em}}\n"
        for kind, look in LOOKS.items()
    )
    return _CSS.format(
        line=LINE_TWIPS / 20, spacing=CHAR_SPACE / 4096, kinds=kinds, red=RED, number=SONG,
        body=FANGSONG, free=free[FANGSONG], head=HEI, free_head=free[HEI],
    )  # fmt: skip


_CSS = """\
@page{{size:A4;margin:37mm 26mm 35mm 28mm}}
@page :right{{@bottom-right{{content:"— " counter(page) " —";font:14pt "{number}";padding:0 14pt 5mm 0}}}}
@page :left{{@bottom-left{{content:"— " counter(page) " —";font:14pt "{number}";padding:0 0 5mm 14pt}}}}
@page wide{{size:A4 landscape;margin:28mm 37mm 26mm 35mm}}
body{{margin:0;color:#000;background:#eee}}
.sheet{{box-sizing:border-box;width:210mm;min-height:297mm;margin:6mm auto;padding:37mm 26mm 35mm 28mm;
background:#fff;position:relative}}
.sheet.wide{{width:297mm;min-height:210mm;padding:28mm 37mm 26mm 35mm;page:wide}}
p{{margin:0;line-height:{line}pt;letter-spacing:{spacing:.3f}pt;white-space:pre-wrap}}
{kinds}.head{{margin-top:35mm;line-height:1.4;color:#{red}}}
.number{{padding-bottom:4mm;border-bottom:1.5pt solid #{red}}}
.remark{{line-height:18pt}}
.body{{font-family:"Times New Roman","{body}","{free}",serif}}
table{{border-collapse:collapse;width:100%;table-layout:fixed;
font-family:"Times New Roman","{body}","{free}",serif}}
th,td{{border:.5pt solid #000;padding:1mm 1.5mm;overflow-wrap:anywhere}}
thead{{display:table-header-group}}
tr{{break-inside:avoid}}
td.center{{text-align:center}}
td.part{{font-family:"{head}","{free_head}",sans-serif}}
td.right{{text-align:right}}
.imprint{{position:absolute;left:28mm;right:26mm;bottom:35mm;border:solid #000;border-width:.35mm 0;
font:14pt/1.6 "Times New Roman","{body}","{free}",serif}}
.imprint div{{display:flex;justify-content:space-between;padding:0 14pt}}
.imprint .copies{{display:block;padding-left:56pt;text-indent:-42pt;border-bottom:.25mm solid #000}}
@media print{{body{{background:none}}
.sheet,.sheet.wide{{width:auto;min-height:0;margin:0;padding:0;break-after:page}}
.sheet.last{{min-height:224mm}}.sheet:last-child{{break-after:auto}}.imprint{{left:0;right:0;bottom:0}}}}
"""
