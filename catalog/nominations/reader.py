"""A filled form (XLSX, DOCX) read back: every answer with its place, every doubt named, nothing guessed.

Our own form and similar foreign ones are read: a label with its answer in the next cell to the
right or below, tables with a title row, one table a case, labels with a colon in a paragraph,
long answers in the paragraphs after their heading. First the file becomes cells and lines that
know where they stand; then labels find their answers; then texts become typed values. What
finds no label is listed, so that a person can see it; what cannot be read is a fault.
"""

from __future__ import annotations

import contextlib
import datetime
import io
import itertools
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from catalog.codes import fold
from catalog.drafts import letter
from catalog.errors import BadInput, UnknownCode
from catalog.nominations import template
from catalog.nominations.attachments import DOCX, MEGABYTE, check
from catalog.nominations.form import (
    ADVANCEMENT_LABELS,
    CLASS_LABELS,
    EVIDENCE_LABELS,
    LABELS,
    Evidence,
    FormPart,
    IntellectualProperty,
    Nomination,
    NominationCase,
)
from catalog.units import normalised

PART_MODELS: dict[str, type[FormPart]] = {
    "intellectual_property": IntellectualProperty, "evidence": Evidence, "cases": NominationCase,
}  # fmt: skip
"""Parts of the form that hold several entries."""


@dataclass(frozen=True)
class FieldReading:
    """One answer that was found.

    Attributes:
        field: what it answers: ``name``, or part, number and column: ``cases.1.user``.
        label: the same in Chinese.
        text: what stands there.
        value: the typed value; None where it could not be read.
        place: where it stands: ``申报表!B7``, ``第2张表 第3行第2列``, ``第5段``.
        fault: why it could not be read and what to write; empty when it could.
        note: what was read into it beyond the bare text.
    """

    field: str
    label: str
    text: str
    value: Any
    place: str
    fault: str = ""
    note: str = ""

    @property
    def index(self) -> int | None:
        """Return the number of the case, right or proof it belongs to, counted from 1."""
        parts = self.field.split(".")
        return int(parts[1]) if len(parts) > 1 else None


@dataclass(frozen=True)
class Unread:
    """Something that answers no question of the form; ``label`` is empty where none stands before it."""

    label: str
    text: str
    place: str


@dataclass(frozen=True)
class FormReading:
    """Everything that was found in a file.

    Attributes:
        name: name of the file.
        fields: the answers, in the order of the form.
        unknown: labels that are none of the form's, with what stands beside them.
        rest: other texts that were not used.
        notes: what was left out as a whole, and why.
    """

    name: str
    fields: tuple[FieldReading, ...]
    unknown: tuple[Unread, ...] = ()
    rest: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def readable(self) -> tuple[str, ...]:
        """Return the names of the answers that can be accepted."""
        return tuple(dict.fromkeys(one.field for one in self.fields if not one.fault))

    @property
    def faults(self) -> tuple[str, ...]:
        """Return what could not be read, one line each."""
        return tuple(one.fault for one in self.fields if one.fault)

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the labels of the form that have no answer in the file."""
        answered = {one.field.split(".")[0] for one in self.fields}
        return tuple(
            label for name, label in LABELS.items() if name not in answered and name != "attachments"
        )


_XML_LIMIT = 20 * MEGABYTE


def read_form(content: bytes, name: str) -> FormReading:
    """Read a filled form.

    Args:
        content: the file.
        name: its name; the suffix tells the kind.

    Raises:
        BadInput: neither XLSX nor DOCX, damaged, locked, too large, or without any label of the form.
    """
    shown = Path(name.replace("\\", "/")).name
    if Path(shown).suffix.lower() not in (".xlsx", ".docx"):
        raise BadInput(f"{shown}：不是 .xlsx 或 .docx，请用 Excel、Word 或 WPS 打开后另存再导入")
    media_type, _ = check(content, shown)
    _check_form_size(content, shown)
    scan = _Scan()
    try:
        blocks = list(_docx_blocks(content) if media_type == DOCX else _xlsx_blocks(content, scan.notes))
    except BadInput:
        raise
    except Exception as error:  # the libraries raise nearly anything on a file made by hand
        raise BadInput(
            f"{shown}：无法读取（{type(error).__name__}），请用 Word、Excel 或 WPS 重新另存"
        ) from error
    for block in blocks:
        scan.block(block)
    scan.finish()
    if not scan.known:
        raise BadInput(f"{shown}：没有找到“技术名称”等申报表项目，请使用申报表模板，或核对选择的文件")
    order = {name: place for place, name in enumerate(LABELS)}
    fields = sorted(scan.readings, key=lambda one: (order[one.field.split(".")[0]], one.index or 0))
    return FormReading(shown, tuple(fields), tuple(scan.unknown), tuple(scan.rest), tuple(scan.notes))


def _check_form_size(content: bytes, name: str) -> None:
    """Refuse a file with far more text than a form holds; reading it would take minutes."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        size = sum(entry.file_size for entry in package.infolist() if entry.filename.endswith(".xml"))
    if size > _XML_LIMIT:
        told = f"内容解压后达 {size / MEGABYTE:.0f} MB，不像申报表"
        raise BadInput(f"{name}：{told}，请核对选择的文件，或删去多余的工作表和空行后另存")


def accepted(reading: FormReading, fields: Collection[str]) -> Nomination:
    """Return a form of the accepted answers alone; what is not accepted leaves no trace.

    Args:
        reading: what was read.
        fields: names of answers (``name``, ``cases.1.user``) or of what holds them (``cases.1``, ``cases``).

    Raises:
        BadInput: a name that does not exist, or an answer that could not be read.
    """
    return apply(Nomination(), reading, fields)


def apply(form: Nomination, reading: FormReading, fields: Collection[str]) -> Nomination:
    """Return the form with the accepted answers written into it; everything else stays.

    Case 1 of the file changes case 1 of the form, and so on; what the form has not is added.

    Raises:
        BadInput: a name that does not exist, or an answer that could not be read.
    """
    chosen = _chosen(reading, fields)
    values: dict[str, Any] = {one.field: one.value for one in chosen if one.index is None}
    for part in PART_MODELS:
        entries = [entry.model_dump() for entry in getattr(form, part)]
        own = [one for one in chosen if one.field.startswith(f"{part}.")]
        kept = len(entries)
        for number in sorted({one.index for one in own if one.index is not None}):
            changes = {one.field.split(".")[2]: one.value for one in own if one.index == number}
            if number <= kept:
                entries[number - 1].update(changes)
            else:
                entries.append(changes)
        values[part] = entries
    return Nomination.model_validate({**form.model_dump(), **values})


def _chosen(reading: FormReading, fields: Collection[str]) -> list[FieldReading]:
    names = {prefix for one in reading.fields for prefix in _prefixes(one.field)}
    for name in sorted(fields):
        if name not in names and name not in LABELS:
            raise BadInput(f"字段“{name}”不在{reading.name}的读取结果中，请从结果中选择")
        own = [one for one in reading.fields if one.field == name]
        if own and all(one.fault for one in own):
            raise BadInput(f"不能采用：{own[0].fault}")
    return [one for one in reading.fields if not one.fault and set(_prefixes(one.field)) & set(fields)]


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: count + 1]) for count in range(len(parts))]


# Cells and lines: what a file holds, each piece with its place.


@dataclass(eq=False)
class _Cell:
    """A cell of a table; a merged one stands in several places of the grid.

    ``unreadable`` says why the content cannot be trusted; ``numeric``: the file holds a number.
    """

    text: str
    place: str
    left: int
    right: int
    bottom: int
    numeric: bool = False
    unreadable: str = ""
    used: bool = False


@dataclass(frozen=True)
class _Grid:
    rows: list[list[_Cell | None]]

    def cells(self, row: int) -> list[_Cell]:
        """Return the cells of a row from left to right, a merged one once."""
        return list(dict.fromkeys(cell for cell in self.rows[row] if cell is not None))

    def right_of(self, cell: _Cell, row: int) -> _Cell | None:
        """Return the next cell in a row."""
        after = self.rows[row][cell.right + 1 :]
        return next((other for other in after if other is not None), None)

    def below(self, cell: _Cell) -> _Cell | None:
        """Return the cell under one, if it is as wide."""
        if cell.bottom + 1 >= len(self.rows) or cell.left >= len(self.rows[cell.bottom + 1]):
            return None
        other = self.rows[cell.bottom + 1][cell.left]
        return other if other and (other.left, other.right) == (cell.left, cell.right) else None


@dataclass(frozen=True)
class _Line:
    text: str
    place: str


_MOST_ROWS, _MOST_COLUMNS = 2000, 60
_SKIPPED_SHEET = re.compile(r"说明|示例|样例|样表|字典|代码表")


def _xlsx_blocks(content: bytes, notes: list[str]) -> Iterator[_Grid]:
    import openpyxl

    with warnings.catch_warnings():  # about parts of the file that hold no answers
        warnings.simplefilter("ignore")
        values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(content))
    for sheet, written in zip(values.worksheets, formulas.worksheets, strict=True):
        if _SKIPPED_SHEET.search(sheet.title):
            if sheet.title != template.GUIDE_SHEET:
                notes.append(f"工作表“{sheet.title}”按说明或示例处理，没有读取")
            continue
        if sheet.max_row > _MOST_ROWS or sheet.max_column > _MOST_COLUMNS:
            notes.append(f"工作表“{sheet.title}”只读取前 {_MOST_ROWS} 行、前 {_MOST_COLUMNS} 列")
        yield _sheet_grid(sheet, written)


def _sheet_grid(sheet: Any, written: Any) -> _Grid:
    most_rows, most_columns = min(sheet.max_row, _MOST_ROWS), min(sheet.max_column, _MOST_COLUMNS)
    rows: list[list[_Cell | None]] = []
    for row in range(most_rows):
        made: list[_Cell | None] = []
        for column in range(most_columns):
            cell = sheet.cell(row + 1, column + 1)
            made.append(_xlsx_cell(cell, written.cell(row + 1, column + 1), f"{sheet.title}!", row, column))
        rows.append(made)
    for merged in sheet.merged_cells.ranges:
        top, left = merged.min_row - 1, merged.min_col - 1
        if top >= most_rows or left >= most_columns:
            continue
        first = rows[top][left]
        assert first is not None
        first.right, first.bottom = min(merged.max_col, most_columns) - 1, min(merged.max_row, most_rows) - 1
        for row in range(top, first.bottom + 1):
            for column in range(left, first.right + 1):
                rows[row][column] = first
    return _Grid(rows)


def _xlsx_cell(cell: Any, written: Any, sheet: str, row: int, column: int) -> _Cell:
    value, unreadable = cell.value, ""
    if written.data_type == "f" and value is None:
        unreadable = "公式没有保存计算结果，请在 Excel 中打开并保存，或直接写数值"
    elif cell.data_type == "e":
        unreadable = "单元格是错误值，请改正公式或直接写数值"
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    text = str(written.value) if value is None and unreadable else _xlsx_text(value, cell.number_format)
    place = f"{sheet}{letter(column)}{row + 1}"
    return _Cell(text, place, column, column, row, numeric=numeric, unreadable=unreadable)


def _xlsx_text(value: Any, number_format: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return template.YES if value else template.NO
    if isinstance(value, int | float):
        if "%" in number_format:
            return f"{float(Decimal(str(value)) * 100):.12g}%"
        return str(int(value)) if float(value).is_integer() else template.figure(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


_SYMBOLS = {"F0FE": "☑", "F052": "☑", "F053": "☑", "F054": "☑", "F0FC": "√", "F050": "√", "F0A8": "□",
            "F06F": "□", "F0A3": "□", "F071": "□"}  # fmt: skip
"""Boxes and ticks of the fonts Wingdings and Wingdings 2."""
_NOT_READ = {"del", "moveFrom", "instrText", "delText", "rPr", "pPr", "tbl", "txbxContent", "Fallback"}
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_WIDEST_SPAN = 63
"""The most columns a Word table has."""


def _docx_blocks(content: bytes) -> Iterator[_Grid | _Line]:
    from docx import Document

    tables = paragraphs = 0
    for element in _content(Document(io.BytesIO(content)).element.body):
        if _local(element) == "tbl":
            tables += 1
            yield from _docx_tables(element, f"第{tables}张表")
        elif _text(element).strip():
            paragraphs += 1
            yield _Line(_text(element), f"第{paragraphs}段")
        for box in _text_boxes(element):
            yield _Line(_text(box), f"第{paragraphs}段旁的文本框")


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _attribute(element: Any, name: str) -> str | None:
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


def _content(owner: Any, names: Collection[str] = ("p", "tbl")) -> Iterator[Any]:
    """Return the children of these names, also those inside content controls and insertions."""
    for child in owner:
        if _local(child) in names:
            yield child
        elif _local(child) in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"):
            yield from () if _is_placeholder(child) else _content(child, names)


def _is_placeholder(element: Any) -> bool:
    """Return whether a content control still shows its prompt, which is no answer."""
    properties = next((child for child in element if _local(child) == "sdtPr"), ())
    return any(
        _local(child) == "showingPlcHdr" and _attribute(child, "val") not in ("0", "false")
        for child in properties
    )


def _text(element: Any) -> str:
    """Return what a reader sees of an element, without nested tables and deleted text."""
    parts = []
    for child in element:
        name = _local(child)
        if name in _NOT_READ or (name == "sdt" and _is_placeholder(child)):
            continue
        if name == "t":
            parts.append(child.text or "")
        elif name in _BREAKS:
            parts.append("" if _attribute(child, "type") == "page" else _BREAKS[name])
        elif name == "sym":
            parts.append(_SYMBOLS.get((_attribute(child, "char") or "").upper(), "\ufffd"))
        elif name == "checkBox":
            parts.append(_old_check_box(child))
        else:
            parts.append(_text(child))
    return "".join(parts)


def _old_check_box(element: Any) -> str:
    state = {_local(child): _attribute(child, "val") or "1" for child in element}
    return "☑" if state.get("checked", state.get("default", "0")) in ("1", "true") else "□"


def _text_boxes(element: Any) -> list[Any]:
    boxes = [one for one in element.iter() if _local(one) == "txbxContent"]
    shown = [box for box in boxes if not any(_local(up) == "Fallback" for up in box.iterancestors())]
    return [one for box in shown for one in _content(box, ("p",)) if _text(one).strip()]


def _docx_tables(table: Any, place: str) -> Iterator[_Grid]:
    """Return a table and the tables inside its cells."""
    rows: list[list[_Cell | None]] = []
    inner: list[tuple[Any, str]] = []
    for number, row in enumerate(_content(table, ("tr",))):
        made: list[_Cell | None] = [None] * _number(row, "trPr", "gridBefore", 0)
        for position, element in enumerate(_content(row, ("tc",)), 1):
            at = f"{place} 第{number + 1}行第{position}列"
            span, left = _number(element, "tcPr", "gridSpan", 1), len(made)
            above = rows[-1][left] if rows and left < len(rows[-1]) else None
            if _continues(element) and above is not None:
                cell = above
                cell.bottom = number
            else:
                text = "\n".join(_text(one) for one in _content(element, ("p",)))
                cell = _Cell(text, at, left, left + span - 1, number)
            made += [cell] * span
            inner += [(one, f"{at}内的表") for one in _content(element, ("tbl",))]
        rows.append(made)
    yield _Grid(rows)
    for one, where in inner:
        yield from _docx_tables(one, where)


def _property(element: Any, properties: str, name: str) -> Any:
    found = next((child for child in element if _local(child) == properties), ())
    return next((child for child in found if _local(child) == name), None)


def _number(element: Any, properties: str, name: str, default: int) -> int:
    found = _property(element, properties, name)
    text = (_attribute(found, "val") or "") if found is not None else ""
    return min(int(text), _WIDEST_SPAN) if text.isdigit() and int(text) else default


def _continues(element: Any) -> bool:
    """Return whether a cell continues the one above."""
    merge = _property(element, "tcPr", "vMerge")
    return merge is not None and _attribute(merge, "val") in (None, "continue")


# Labels: which words ask for which field.

_FORM_WORDS: dict[str, str] = {
    "name": "技术名称|申报技术名称|申报技术|推荐技术名称|技术装备名称|技术设备名称|技术/装备名称",
    "applicant": "申报单位|申报单位名称|申请单位|申报企业|单位名称|企业名称|技术提供单位|技术持有单位"
    "|技术依托单位|申报主体",
    "credit_code": "统一社会信用代码|社会信用代码|信用代码|统一社会信用代码证号",
    "contact": "联系人|联系人姓名|项目联系人|申报联系人",
    "phone": "联系电话|电话|手机|手机号|手机号码|联系方式|联系人电话|电话/手机|联系人手机",
    "region": "所在区县|区县|所属区县|所在地区|所属地区|所在地|所在区|所属区域",
    "recommender": "推荐单位|推荐单位名称|推荐部门|推荐机构",
    "recommendation": "推荐单位意见|推荐意见|推荐理由|推荐部门意见|区县主管部门推荐意见|推荐单位推荐意见",
    "field": "所属领域|技术领域|领域|申报领域|所属技术领域",
    "industries": "适用行业|所属行业|应用行业|行业|行业类别|适用行业代码|行业代码",
    "technology_class": "技术类别|类别|技术类型|申报类别|技术分类",
    "summary": "技术简介|技术概要|技术概述|简介|技术简述|技术简要介绍",
    "principle": "技术原理与工艺|技术原理及工艺|技术原理|工艺路线|技术内容|主要技术内容|技术原理和内容"
    "|技术原理与内容|核心技术及工艺|技术原理及工艺流程|技术原理与工艺流程|技术原理和工艺路线"
    "|技术原理及工艺路线|技术介绍",
    "parameters": "关键参数|关键技术参数|主要技术参数|技术参数|主要工艺参数|主要参数|关键工艺参数",
    "effects": "主要技术指标及应用效果|主要技术指标|技术指标|应用效果|技术指标及应用效果"
    "|主要技术指标及效果|主要指标及效果|主要技术指标和应用效果|节能减排效果|技术指标及效果",
    "features": "技术特点|技术功能特性|创新点|主要创新点|技术创新点|技术特色|技术特点及创新点",
    "scope": "适用范围|技术适用范围|应用范围|适用条件|适用范围及条件",
    "advancement": "技术先进性|先进性|技术水平|先进程度|技术先进程度|技术先进水平",
    "trl": "技术成熟度|成熟度|技术成熟度等级|成熟度等级|技术就绪度|trl",
    "in_use_since": "首次工业应用时间|首次应用时间|首次工业化应用时间|首次投入使用时间|首次投用时间"
    "|首台套投用时间|开始应用时间",
    "intellectual_property": "知识产权|知识产权情况|专利|专利情况|知识产权状况|专利号|自主知识产权情况",
    "evidence": "检测、鉴定或验收|检测鉴定|检测鉴定验收|检测鉴定情况|检测、鉴定或验收材料|检测报告"
    "|鉴定情况|检测鉴定验收情况|检测或鉴定情况|第三方检测或鉴定",
    "cases": "应用案例|典型案例|应用情况|应用实例|典型应用案例|主要应用案例",
    "penetration_now": "目前推广比例|当前推广比例|推广比例现状|推广比例|现有推广比例|目前普及率|普及率"
    "|目前推广率|现状推广比例",
    "penetration_forecast": "预计推广比例|推广比例预测|未来推广比例|预计普及率|未来5年预计推广比例"
    "|未来五年预计推广比例|五年后推广比例|5年后推广比例|预测推广比例|未来五年推广比例|未来5年推广比例",
    "barriers": "推广障碍|推广存在的问题|存在问题|推广障碍及建议|主要障碍|推广中存在的问题|存在的推广障碍",
    "declared": "真实性承诺|真实性声明|承诺|承诺书|声明|申报单位承诺|真实性承诺书|申报承诺",
    "declared_by": "承诺人|声明人|承诺人签字|承诺人姓名",
    "declared_on": "承诺日期|签署日期|声明日期|承诺时间",
    "attachments": "附件|附件清单|附件材料|附件目录|证明材料清单",
    "technology_id": "原目录编号|原编号|目录编号|原技术编号",
}
_CASE_WORDS: dict[str, str] = {
    "user": "用户单位|用户|用户名称|用户单位名称|应用单位|使用单位|业主单位|业主|应用企业|项目单位"
    "|应用单位名称|案例单位",
    "scale": "规模|建设规模|应用规模|处理规模|装置规模|生产规模|项目规模",
    "commissioned": "投产时间|投运时间|投用时间|投产日期|投运日期|建成投产时间|建成投运时间|投产年月"
    "|投运年月",
    "investment_wan_yuan": "投资|投资额|总投资|项目投资|投资总额|改造投资|建设投资|项目总投资",
    "operating_cost_wan_yuan": "运行费|运行费用|运行成本|年运行费|年运行费用|年运行成本",
    "saving_tce": "节能量|年节能量|节能|节能能力|年节能能力|节约标准煤|节标煤量|节约标煤|年节约标准煤",
    "water_saving_m3": "节水量|年节水量|节水|节水能力",
    "reductions_t": "减排量|污染物减排量|年减排量|减排|污染物年减排量|污染物减排",
    "co2_t": "减碳量|年减碳量|二氧化碳减排量|碳减排量|co2减排量|降碳量|减碳|温室气体减排量"
    "|二氧化碳年减排量|年碳减排量",
    "payback_years": "投资回收期|回收期|静态投资回收期|投资偿还期|静态回收期",
    "domestic": "国内案例|是否国内案例|是否国内|境内案例|国内/国外|是否为国内案例",
    "proof": "证明材料|证明文件|用户证明|应用证明|证明|证明材料名称|应用证明材料",
}
_RIGHT_WORDS = {
    "kind": "知识产权种类|种类|类型|知识产权类型|专利类型|专利种类|类别|知识产权类别",
    "number": "编号|专利号|授权号|登记号|证书编号|专利号/登记号|授权编号|专利号或登记号|证书号",
    "holder": "权利人|专利权人|持有人|所有人|著作权人|权属单位|知识产权人",
}
_EVIDENCE_WORDS = {
    "kind": "材料种类|种类|类型|材料类型|类别|材料类别|证明种类",
    "issuer": "出具机构|出具单位|检测机构|检测单位|鉴定单位|组织鉴定单位|发证机构|机构名称|机构",
    "number": "报告编号|编号|证书编号|文号|报告编号/文号|鉴定编号",
    "date": "出具日期|日期|时间|出具时间|报告日期|鉴定日期|鉴定时间|检测时间",
    "cma": "cma资质|cma|是否具备cma资质|是否cma|具备cma资质|cma认证",
}


def _by_word(words: Mapping[str, str]) -> dict[str, str]:
    return {fold(word): name for name, joined in words.items() for word in joined.split("|")}


_SCOPES: dict[str, dict[str, str]] = {
    "": _by_word(_FORM_WORDS),
    "cases": _by_word(_CASE_WORDS),
    "intellectual_property": _by_word(_RIGHT_WORDS),
    "evidence": _by_word(_EVIDENCE_WORDS),
}
"""Scope (the form itself, or one of its parts) -> folded word -> field."""
_OWN_COLUMNS = {
    "cases": {"user"}, "intellectual_property": {"holder"}, "evidence": {"issuer", "date", "cma"},
}  # fmt: skip
"""Columns of which a table needs one to be told from other tables."""
_FEWEST_TITLES = 2
_LONGEST_LABEL = 40
_NUMBERING = re.compile(
    r"^(?:[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十\d]+\)|\d{1,2}[、.)](?!\d)|[*★●·]+)+"
)
_BRACKETS = re.compile(r"\(([^()]*)\)")
_ANOTHER = re.compile(r"英文|拼音|english|示例|样例", re.IGNORECASE)
_LOOKS_LIKE_UNIT = re.compile(r"[A-Za-z%/³²元吨年月]")
_SERIAL = {fold(word) for word in ("序号", "编号", "案例序号", "no.", "no")}
_CASE_TITLE = re.compile(
    r"(?:应用|典型|工程|典型应用)?(?:案例|实例)\s*(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})(?![0-9年月])"
)
_SUB_LABELS = {"姓名", "名称", "全称"}
"""Stand between a label and its answer."""


@dataclass(frozen=True)
class _Label:
    scope: str
    field: str
    unit: str = ""


def _plain(text: str) -> str:
    """Return half-width text with its superscripts spelled as in unit tables."""
    return unicodedata.normalize("NFKC", text.replace("−", "-"))


@lru_cache(maxsize=4096)
def _label(text: str, scopes: tuple[str, ...] = ("", "cases")) -> _Label | None:
    """Return what a label asks for, or None; scopes are tried in order."""
    if not 0 < len(text.strip()) <= _LONGEST_LABEL:
        return None
    plain = _plain(text)
    folded = _NUMBERING.sub("", fold(text)).rstrip(":*").lstrip("*")
    inside = [one.strip() for one in _BRACKETS.findall(plain)]
    if any(_ANOTHER.search(one) for one in inside):
        return None
    bare = folded.replace("(", "").replace(")", "")
    for word in (bare, _BRACKETS.sub("", folded).rstrip(":*")):
        for scope in scopes:
            name = _SCOPES[scope].get(word)
            if name is not None:
                return _with_unit(scope, name, inside)
    return None


def _with_unit(scope: str, name: str, inside: Sequence[str]) -> _Label:
    """Return the label with the unit in its brackets; a reduction in tCO2 is that of carbon."""
    unit = next((one for one in inside if _LOOKS_LIKE_UNIT.search(one)), "")
    if name == "reductions_t" and "co2" in unit.casefold():
        name = "co2_t"
    return _Label(scope, name, unit)


_GAP = re.compile(r"[ \t\u3000\u2002\u2003\xa0]{2,}|[\t\u3000\n]")


_MOST_COLONS = 40
"""So many colons of a line are looked at; a longer one is prose."""


def _pairs(line: str) -> list[tuple[_Label, str]]:
    """Return the labels with colon of a line and what follows each; none if it starts otherwise."""
    found: list[tuple[int, int, _Label]] = []
    for colon in itertools.islice(re.finditer(r"[:：]", line), _MOST_COLONS):
        begin = found[-1][1] if found else 0
        head = line[begin : colon.start()]
        starts = ([] if found else [0]) + [gap.end() for gap in _GAP.finditer(head)]
        starts = [start for start in starts if len(head) - start <= _LONGEST_LABEL]
        hit = next(((start, label) for start in starts if (label := _label(head[start:]))), None)
        if hit is not None:
            found.append((begin + hit[0], colon.end(), hit[1]))
    if not found or line[: found[0][0]].strip():
        return []
    ends = [start for start, _, _ in found[1:]] + [len(line)]
    return [(label, line[after:end]) for (_, after, label), end in zip(found, ends, strict=True)]


# Texts become values.


@dataclass(frozen=True)
class _Value:
    """A typed value, or what is wrong; neither where the answer was left open."""

    value: Any = None
    fault: str = ""
    note: str = ""


@dataclass(frozen=True)
class _Seen:
    """What stands at a place: text, unit of the label, and whether the file holds a number."""

    text: str
    unit: str = ""
    numeric: bool = False


_OPEN = re.compile(
    r"(?:[_/—\-－…]|年月日|\((?:盖章|公章|签字|签章|签名|印章|加盖公章|手写签名)\)|(?:单位)?(?:盖章|公章)|未提供)*"
)
_NOTHING = {"无", "暂无", "不详", "n/a", "na", "没有"}
_SIGN_LINE = re.compile(
    r"\n*[（(]?(?:盖章|公章|签字|签章|加盖公章)[)）]?[:：]?\s*$|\n[ 　]*年[ 　]*月[ 　]*日\s*$"
)
_SEAL = re.compile(r"[（(](?:盖章|公章|签章|加盖公章)[)）]")
_TRAILING_DATE = re.compile(r"[ 　\t]+(?:\d{4}[ 　]*)?年[ 　]*\d{0,2}[ 　]*月[ 　]*\d{0,2}[ 　]*日\s*$")
_LONGEST_SIGN_LINE = 60
_HIDDEN_DIGITS = 15
"""A spreadsheet keeps so many digits of a number."""

_MONEY = {
    "万元": "1",
    "元": "0.0001",
    "千元": "0.1",
    "百万元": "100",
    "亿元": "10000",
    "万": "1",
    "亿": "10000",
}
_COAL = {"tce": "1", "万tce": "10000", "kgce": "0.001", "万": "10000"}
_WATER = {"m³": "1", "万m³": "10000", "亿m³": "100000000", "t": "1", "万t": "10000", "万": "10000"}
_MASS = {"t": "1", "万t": "10000", "kg": "0.001", "g": "0.000001"}
_CARBON = {"t": "1", "tCO2": "1", "万t": "10000", "万tCO2": "10000", "kg": "0.001", "kgCO2": "0.001",
           "tCO2e": "1", "万tCO2e": "10000", "万": "10000"}  # fmt: skip
_YEARS = {"年": "1", "月": "1/12"}
_UNITS: dict[str, tuple[dict[str, str], bool, str]] = {
    "investment_wan_yuan": (_MONEY, False, "万元，例如 320 或 320万元"),
    "operating_cost_wan_yuan": (_MONEY, True, "万元/a，例如 45.5"),
    "saving_tce": (_COAL, True, "tce/a，例如 1250 或 1.2万tce"),
    "water_saving_m3": (_WATER, True, "m³/a，例如 30000 或 3万m³"),
    "co2_t": (_CARBON, True, "tCO2/a，例如 3200"),
    "payback_years": (_YEARS, False, "年，例如 2.5 或 30个月"),
}
"""Field -> (unit -> factor to the unit of the form, whether "per year" may follow, how to write it)."""
_FIGURE = r"[+-]?\d+(?:\.\d+)?(?:e[+-]?\d{1,2})?"
_AMOUNT = re.compile(rf"(约|大约|近|≈|~)?({_FIGURE})(余|多|左右)?(.*?)(左右)?", re.IGNORECASE | re.DOTALL)
_DIGITS_APART = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_ROUGH = "原文为约数"


def _amount(seen: _Seen, units: Mapping[str, str], *, per_year: bool) -> _Value | None:
    """Read one number with an optional unit; None where it is none or the unit is another."""
    text = _DIGITS_APART.sub("", "".join(_plain(seen.text).split()))
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None
    rest = found[4]
    remark = "".join(_BRACKETS.findall(rest))
    own = _unit(_BRACKETS.sub("", rest), per_year=per_year)
    told = _unit(seen.unit, per_year=per_year)
    unit = f"{own}元" if own in ("万", "亿") and units is _MONEY else own or told
    if unit and unit not in units:
        return None
    top, _, bottom = (units[unit] if unit else "1").partition("/")
    value = Decimal(found[2]) * Decimal(top) / Decimal(bottom or "1")
    notes = [_ROUGH] if found[1] or found[3] or found[5] else []
    notes += [f"括号内“{remark}”未读入"] if remark else []
    return _Value(float(f"{value:.15g}"), note="；".join(notes))


def _unit(text: str, *, per_year: bool) -> str:
    """Return a unit in the spelling of the tables above, without "per year" where it may stand."""
    plain = "".join(_plain(text).split()).replace("二氧化碳", "CO2").replace("当量", "")
    plain = re.sub(r"吨(?=CO2|ce)", "t", re.sub(r"co2", "CO2", plain, flags=re.IGNORECASE))
    unit = normalised(plain.replace("m3", "m³").replace("M3", "m³"))
    return unit.removesuffix("/a") if per_year else unit


def _number_of(name: str) -> Callable[[_Seen], _Value]:
    units, per_year, cure = _UNITS[name]

    def read(seen: _Seen) -> _Value:
        found = _amount(seen, units, per_year=per_year)
        return found if found is not None else _Value(fault=f"请写一个数字，单位 {cure}")

    return read


def _percent(seen: _Seen) -> _Value:
    found = _amount(_Seen(seen.text), {"%": "1", "百分比": "1"}, per_year=False)
    cure = "请写 0–100% 之间的一个比例，例如 15%"
    if found is None:
        return _Value(fault=cure)
    if "%" not in _plain(seen.text) and 0 < abs(found.value) <= 1:
        return _Value(fault=f"看不出是 {found.value * 100:.12g}% 还是 {found.value:.12g}%，请带 % 写明")
    return found


def _level(seen: _Seen) -> _Value:
    found = re.fullmatch(r"(?:trl)?-?([1-9])(?:\.0)?级?", fold(seen.text))
    return _Value(int(found[1])) if found else _Value(fault="请写 1–9 的整数，例如 9")


_HAN_DIGITS = {sign: str(value) for value, sign in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
_DAY = re.compile(r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})[日号]?(?:t?\d{1,2}:\d{2}(?::\d{2})?)?")
_MONTH = re.compile(r"(\d{4})[年./-](\d{1,2})(?:月份?|月底|月初)?")
_SHORT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SHORT_MONTH = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])")


def _date(seen: _Seen) -> _Value:
    text = _arabic(fold(seen.text)).removeprefix("约")
    cure = _Value(fault="请写到月或日，例如 2023-05-18 或 2023-05")
    if seen.numeric and re.fullmatch(r"\d{4}\.\d", text):
        return _Value(
            fault=f"以数值存放，分不清 {text[5]} 月和 {text[5]}0 月，请写成 {text[:4]}-0{text[5]} 这样的形式"
        )
    day = _DAY.fullmatch(text) or _SHORT_DAY.fullmatch(text)
    month = _MONTH.fullmatch(text) or _SHORT_MONTH.fullmatch(text)
    found = day or month
    if found is None:
        return cure
    try:
        value = datetime.date(int(found[1]), int(found[2]), int(found[3]) if day else 1)
    except ValueError:
        return _Value(fault="没有这一天，请核对年月日，例如 2023-05-18")
    return _Value(value, note="" if day else "只写到月，按当月 1 日计")


def _arabic(text: str) -> str:
    """Return a date in Han numerals (二〇二三年五月十八日) in digits."""

    def digits(found: re.Match[str]) -> str:
        tens, ten, ones = found[0].partition("十")
        if not ten:
            return "".join(_HAN_DIGITS[sign] for sign in found[0])
        return f"{_HAN_DIGITS.get(tens, '1')}{_HAN_DIGITS.get(ones, '0')}"

    return re.sub(r"[〇○零一二三四五六七八九十]+(?=[年月日号])", digits, text)


_TICKED, _UNTICKED = "☑☒✓✔√■◼●", "☐□○◯◻"
_CHOICES: dict[str, tuple[dict[str, Any], str, bool]] = {
    "technology_class": (
        {**dict.fromkeys(("示范技术", "示范类技术", "示范类", "示范"), "demonstrated"),
         **dict.fromkeys(("推广技术", "推广类技术", "推广类", "推广"), "promoted")},
        "、".join(CLASS_LABELS.values()), True,
    ),
    "advancement": (
        {label: code for code, label in ADVANCEMENT_LABELS.items()},
        "、".join(ADVANCEMENT_LABELS.values()), True,
    ),
    "kind": (
        {**{label: code for code, label in EVIDENCE_LABELS.items()},
         **dict.fromkeys(("检验报告", "测试报告", "检测"), "test_report"),
         **dict.fromkeys(("鉴定", "成果鉴定", "鉴定意见", "鉴定报告"), "appraisal"),
         **dict.fromkeys(("验收", "验收意见"), "acceptance"), "认证": "certificate", "监测": "monitoring"},
        "、".join(EVIDENCE_LABELS.values()), True,
    ),
    "declared": (
        {**dict.fromkeys(("是", "已承诺", "承诺", "同意", "√", "☑"), True),
         **dict.fromkeys(("否", "未承诺", "不承诺", "不同意", "×"), False)},
        "是、否", False,
    ),
    "domestic": (
        {**dict.fromkeys(("是", "国内", "境内", "√", "☑"), True),
         **dict.fromkeys(("否", "国外", "境外", "×"), False)},
        "是、否", False,
    ),
    "cma": (
        {**dict.fromkeys(("是", "有", "具备", "cma", "有cma", "有cma资质", "√", "☑"), True),
         **dict.fromkeys(("否", "无", "没有", "不具备", "无cma", "×"), False)},
        "是、否", False,
    ),
}  # fmt: skip
"""Field -> (word -> value, how to write it, whether the word may stand inside a longer text)."""


def _choice_of(name: str) -> Callable[[_Seen], _Value]:
    words, cure, loose = _CHOICES[name]
    folded = {fold(word): value for word, value in words.items()}
    ordered = sorted((word for word in folded if len(word) > 1 or word in "是否有无"), key=len, reverse=True)
    token = re.compile(rf"([{_TICKED}{_UNTICKED}]|\([√✓✔]?\))|({'|'.join(map(re.escape, ordered))})")

    def read(seen: _Seen) -> _Value:
        text = fold(seen.text)
        if text in folded:
            return _Value(folded[text])
        tokens = [(found[1] or "", folded.get(found[2] or "")) for found in token.finditer(text)]
        if any(mark for mark, _ in tokens):
            chosen = _ticked(tokens)
        else:
            chosen = {value for _, value in tokens} if loose else {None, ""}
        if len(chosen) > 1 or (not tokens):
            return _Value(fault=f"请从{cure}中写明一个")
        note = "" if any(mark for mark, _ in tokens) or not chosen else "从文字中取出"
        return _Value(next(iter(chosen), None), note=note)

    return read


def _ticked(tokens: Sequence[tuple[str, Any]]) -> set[Any]:
    """Return the options with a tick; boxes stand before their options, or after them.

    Which of the two it is shows at the first token.
    """
    before = bool(tokens[0][0])
    chosen = set()
    for (mark, value), (next_mark, next_value) in zip(tokens, [*tokens[1:], ("", None)], strict=True):
        tick, option = (mark, next_value) if before else (next_mark, value)
        if option is not None and tick and any(sign in _TICKED for sign in tick):
            chosen.add(option)
    return chosen


_LONGEST_PIECE = 80
"""A longer run of signs is no name of an industry and no amount."""
_BETWEEN = re.compile(r"[；;\n]+")
_FINER = re.compile(r"[、，,/]+")
_SUFFIXES = re.compile(r"(行业|企业|领域|工业|生产|等)+$")


def _industries(seen: _Seen) -> _Value:
    known = template.shipped_codes()["industries"]
    text = seen.text.strip()
    if seen.numeric and len(text) < 4 and f"0{text}" in known:
        return _Value(fault=f"行业代码以数值存放，前面的 0 可能已丢失，请以文本写成 {text} 或 0{text}")
    codes: list[str] = []
    unknown: list[str] = []
    for part in (part.strip() for part in _BETWEEN.split(text)):
        whole = _industry(part) if 0 < len(part) <= _LONGEST_PIECE else ""
        pieces = [part] if whole else [piece.strip() for piece in _FINER.split(part)]
        for piece in (piece for piece in pieces if piece):
            code = _industry(piece) if len(piece) <= _LONGEST_PIECE else None
            (codes if code else unknown).append(code or piece)
    if unknown:
        near = known.nearest(unknown[0][:_LONGEST_PIECE], count=2)
        told = f"，相近的有 {'、'.join(near)}" if near else ""
        named = _short("、".join(unknown))
        return _Value(fault=f"“{named}”不在 GB/T 4754-2017 中，请写代码或名称，例如 3110 炼铁{told}")
    return _Value(tuple(dict.fromkeys(codes)))


def _industry(text: str) -> str | None:
    """Return the code of one industry written as code, name, or both; None if unknown or contradictory."""
    known = template.shipped_codes()["industries"]
    plain = _plain(text).strip()
    found = re.fullmatch(r"[A-Za-z]?(\d{2,4})\s*(.*)", plain) or re.fullmatch(r"(.*?)\s*\((\d{2,4})\)", plain)
    if found is None:
        stem = _SUFFIXES.sub("", plain)
        return known.find(plain) or known.find(stem) or known.find(f"{stem}业")
    code, name = (found[1], found[2]) if found[1].isdigit() else (found[2], found[1])
    if code not in known:
        return None
    try:
        named = known.resolve(name.strip("()-· ")) if name.strip("()-· ") else code
    except UnknownCode:
        return code
    related = named == code or named in known.ancestors(code) or code in known.ancestors(named)
    return code if related or known.label(named) == known.label(code) else None


_REDUCTION = re.compile(
    rf"(.+?)(?:\s*[=:＝]\s*|\s*(?:年)?(?:减排量?|削减量?|减少)\s*[=:]?\s*|\s+)(?:约)?({_FIGURE})\s*(\D.*)?",
    re.IGNORECASE,
)
_REDUCTION_RUN = re.compile(rf"(\D+?)({_FIGURE})\s*(\D.*)?", re.IGNORECASE)
_REDUCTION_PARTS = re.compile(r"[;\n、]+|,(?!\d{3}(?!\d))")


_HALF_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1B), *range(0xFF21, 0xFF3B))}
_HALF_WIDTH |= {ord(wide): half for wide, half in zip("＝：；，．－−＋\u3000", "=:;,.--+ ", strict=True)}
"""Signs and digits made half-width where a name beside them has to stay as written."""


def _reductions(seen: _Seen) -> _Value:
    amounts: dict[str, float] = {}
    rough = False
    cure = "请写成 COD=12；氨氮=1.5，单位 t/a"
    for part in (part.strip() for part in _REDUCTION_PARTS.split(seen.text.translate(_HALF_WIDTH))):
        if not part:
            continue
        short = part if len(part) <= _LONGEST_PIECE else ""
        found = _REDUCTION.fullmatch(short) or _REDUCTION_RUN.fullmatch(short)
        name = found[1].strip().removesuffix("约") if found else ""
        if found is None or not name.strip("+-.0123456789") or name.upper() == "PM":
            return _Value(fault=f"“{_short(part)}”看不出污染物和数量，{cure}")
        amount = _amount(_Seen(f"{found[2]}{found[3] or ''}", seen.unit), _MASS, per_year=True)
        if amount is None:
            return _Value(fault=f"“{_short(part)}”的单位不是每年的质量，{cure}")
        if amounts.setdefault(name, amount.value) != amount.value:
            return _Value(fault=f"“{name}”写了两个数，请保留一个，{cure}")
        rough = rough or "约" in part or bool(amount.note)
    return _Value(amounts, note=_ROUGH if rough else "")


def _words(seen: _Seen) -> _Value:
    text = seen.text.rstrip()
    for _ in ("seal", "date"):
        tail = _SIGN_LINE.search(text, max(0, len(text) - _LONGEST_SIGN_LINE))
        text = text[: tail.start()].rstrip() if tail else text
    return _Value(text.strip())


def _unit_name(seen: _Seen) -> _Value:
    """Read the name of a unit beside which seal and date stand."""
    whole = seen.text.rstrip()
    dated = _TRAILING_DATE.search(whole, max(0, len(whole) - _LONGEST_SIGN_LINE))
    text = _SEAL.sub("", whole[: dated.start()] if dated else whole).strip()
    note = f"“{dated[0].strip()}”未读入" if dated and re.search(r"\d", dated[0]) else ""
    return _Value(text, note=note)


def _digits(seen: _Seen) -> _Value:
    """Read a code or telephone number: half-width, without blanks inside a code."""
    text = _plain(seen.text).strip()
    if seen.numeric and len(re.sub(r"\D", "", text)) > _HIDDEN_DIGITS:
        return _Value(fault="以数值存放，末几位已丢失，请把单元格设为文本后重新填写")
    return _Value(text)


def _credit_code(seen: _Seen) -> _Value:
    read = _digits(seen)
    return read if read.fault else _Value("".join(read.value.split()).upper())


_PARSERS: dict[str, Callable[[_Seen], _Value]] = {
    **{name: _number_of(name) for name in _UNITS},
    **{name: _choice_of(name) for name in _CHOICES if name != "kind"},
    **dict.fromkeys(template.DATE_FIELDS, _date),
    **dict.fromkeys(template.PERCENT_FIELDS, _percent),
    "trl": _level, "industries": _industries, "reductions_t": _reductions, "credit_code": _credit_code,
    "phone": _digits, "technology_id": _digits, "applicant": _unit_name, "recommender": _unit_name,
}  # fmt: skip
_KIND_OF_EVIDENCE = _choice_of("kind")


def _read_value(part: str, name: str, seen: _Seen) -> _Value:
    """Return the value of a field, checked against the model; an answer left open is None."""
    squashed = "".join(_plain(seen.text).split())
    parser = _KIND_OF_EVIDENCE if (part, name) == ("evidence", "kind") else _PARSERS.get(name, _words)
    typed = parser is not _words and parser is not _unit_name
    if _OPEN.fullmatch(squashed) or (typed and name != "cma" and squashed.casefold() in _NOTHING):
        return _Value()
    read = parser(seen)
    if read.fault or read.value is None or read.value == "":
        return read
    model = PART_MODELS[part] if part else Nomination
    try:
        model.model_validate({name: read.value})
    except ValidationError:
        return _Value(fault="数值超出允许范围（比例 0–100%，投资、费用、回收期不为负），请核对")
    return read


# Labels find their answers.

_RIGHT_NUMBER = re.compile(r"(?:ZL|CN)?\s?\d{9,13}(?:\.[\dX])?[A-Z]?|\d{4}\s?SR\s?\d{5,8}", re.IGNORECASE)
_RIGHT_KINDS = (
    ("发明", "发明专利"), ("实用新型", "实用新型专利"), ("外观", "外观设计专利"),
    ("软件著作权", "软件著作权"), ("软著", "软件著作权"),
)  # fmt: skip
_WRITTEN_AS_TEXT = "写成了一段文字，请在“{table}”表中逐项填写"
_HEADING = re.compile(r"^\s*(?:[一二三四五六七八九十]+、|第[一二三四五六七八九十]+[章部]分?)")
_LONGEST_HEADING = 30
_TOTALS = {"合计", "总计", "小计", "合 计"}
_LONGEST_UNKNOWN = 24


def _squash(text: str) -> str:
    return "".join(text.split())


@lru_cache(maxsize=1)
def _own_wording() -> frozenset[str]:
    texts = template.fixed_texts()
    with contextlib.suppress(BadInput):  # a faulty rule file must not keep anybody from reading a form
        texts |= template.guide_texts()
    return frozenset(_squash(text) for text in texts)


@dataclass
class _Long:
    """A long answer that may go on in the next paragraphs."""

    label: _Label
    place: str
    lines: list[str]


@dataclass
class _Scan:
    """Goes through a file once and collects what it finds."""

    readings: list[FieldReading] = field(default_factory=list)
    unknown: list[Unread] = field(default_factory=list)
    rest: list[Unread] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    known: int = 0
    """Labels of the form met so far."""
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PART_MODELS, 0))
    case_columns: set[str] | None = None
    """Columns met in the case that is being read from labels; None before the first."""
    long: _Long | None = None

    def block(self, block: _Grid | _Line) -> None:
        """Read a table or a paragraph."""
        if isinstance(block, _Grid):
            self.finish()
            self._grid(block)
        else:
            for line in block.text.split("\n"):
                self._line(line, block.place)

    def finish(self) -> None:
        """Close a long answer."""
        if self.long is not None:
            text = "\n".join(self.long.lines).strip()
            self._answer(self.long.label, text, self.long.place)
            self.long = None

    # paragraphs

    def _line(self, line: str, place: str) -> None:
        text = line.strip()
        if not text:
            return
        if _squash(text) in _own_wording():
            self.finish()
        elif _CASE_TITLE.match(_plain(text)):
            self._open_case(text, place)
        elif pairs := _pairs(line):
            self.finish()
            for label, answer in pairs:
                self._start(label, answer, place)
        elif (own := _label(text)) is not None and self._is_heading_of(own, text):
            self.finish()
            self._start(own, "", place)
        elif _HEADING.match(text) and len(text) <= _LONGEST_HEADING:
            self.finish()
            self.rest.append(Unread("", text, place))
        elif self.long is not None:
            self.long.lines.append(line.rstrip())
        else:
            self._unread(text, place)

    def _is_heading_of(self, label: _Label, text: str) -> bool:
        """Return whether a line without colon opens an answer: a long field, or a numbered heading."""
        return not label.scope and (label.field in template.LONG_FIELDS or bool(_NUMBERING.match(fold(text))))

    def _start(self, label: _Label, answer: str, place: str) -> None:
        if not label.scope and label.field in template.LONG_FIELDS:
            self.known += 1
            self.long = _Long(label, place, [answer.strip()] if answer.strip() else [])
        else:
            self._answer(label, answer.strip().strip("_＿ "), place)

    def _open_case(self, text: str, place: str) -> None:
        self.finish()
        title = _CASE_TITLE.match(_plain(text))
        self.case_columns = None
        after = _plain(text)[title.end() :].strip(" :、.-") if title else ""
        if after:
            self.rest.append(Unread("", text, place))

    def _unread(self, text: str, place: str) -> None:
        head, colon, tail = re.sub("：", ":", text, count=1).partition(":")
        if colon and tail.strip() and len(head) <= _LONGEST_UNKNOWN and not re.search(r"[，。；,;]", head):
            self.unknown.append(Unread(head.strip(), tail.strip(), place))
        else:
            self.rest.append(Unread("", text, place))

    # tables

    def _grid(self, grid: _Grid) -> None:
        row = 0
        while row < len(grid.rows):
            titles = _titles(grid, row)
            if titles is not None:
                row = self._entries(grid, row, titles)
            elif len(cases := _case_titles(grid, row)) > 1:
                row = self._turned(grid, row, cases)
            else:
                self._labels(grid, row)
                row += 1
        for number in range(len(grid.rows)):
            for cell in grid.cells(number):
                if not cell.used and cell.text.strip():
                    self._leftover(cell)

    def _leftover(self, cell: _Cell) -> None:
        cell.used = True
        if _squash(cell.text) not in _own_wording():
            self.rest.append(Unread("", cell.text.strip(), cell.place))

    def _labels(self, grid: _Grid, row: int) -> None:
        """Read the labels of a row with the answers beside or below them."""
        for cell in grid.cells(row):
            if cell.used or not cell.text.strip():
                continue
            label = _label(cell.text)
            if label is not None:
                cell.used = True
                self._labelled(grid, row, cell, label)
            elif _CASE_TITLE.fullmatch(_plain(cell.text).strip()):
                cell.used = True
                self._open_case(cell.text, cell.place)
            elif _squash(cell.text) in _own_wording():
                cell.used = True
            elif _pairs(cell.text.strip().split("\n")[0]):
                cell.used = True
                for line in cell.text.split("\n"):
                    self._line(line, cell.place)
                self.finish()
            else:
                self._maybe_unknown(grid, row, cell)

    def _labelled(self, grid: _Grid, row: int, cell: _Cell, label: _Label) -> None:
        beside = grid.right_of(cell, row)
        if beside is not None and not beside.used and fold(beside.text) in _SUB_LABELS:
            beside.used = True
            beside = grid.right_of(beside, row)
        answer = beside if beside is not None and _may_answer(beside, label) else None
        if answer is None or not answer.text.strip():
            under = grid.below(cell)
            if under is not None and under.text.strip() and _may_answer(under, label, below=True):
                answer = under
        if answer is None and beside is not None and _reads_like_a_label(grid, row, cell, beside, label):
            answer = beside
        if answer is None:
            self.known += 1
            return
        answer.used = True
        seen = _Seen(answer.text, label.unit, answer.numeric)
        self._answer(label, answer.text, answer.place, seen=seen, unreadable=answer.unreadable)

    def _maybe_unknown(self, grid: _Grid, row: int, cell: _Cell) -> None:
        beside = grid.right_of(cell, row)
        text = cell.text.strip()
        if (
            beside is not None and not beside.used and beside.text.strip() and len(text) <= _LONGEST_UNKNOWN
            and _label(beside.text) is None and not cell.numeric and not _TOTALS & {text}
            and _squash(beside.text) not in _own_wording()
        ):  # fmt: skip
            cell.used = beside.used = True
            self.unknown.append(Unread(text.rstrip("：:"), beside.text.strip(), beside.place))

    def _entries(self, grid: _Grid, top: int, titles: _Titles) -> int:
        """Read the rows under column titles; return the first row that is none of them."""
        self.known += 1
        part, columns, row = titles.part, titles.columns, top + titles.rows
        for title in (title for number in range(top, row) for title in grid.cells(number)):
            title.used = True
        while row < len(grid.rows) and not _ends_table(grid, row, len(columns)):
            line = grid.rows[row]
            cells = {place: cell for place in columns if place < len(line) and (cell := line[place])}
            filled = {
                place: cell for place, cell in cells.items()
                if cell.text.strip() and (columns[place][1] or fold(columns[place][0].text) not in _SERIAL)
            }  # fmt: skip
            for cell in cells.values():
                cell.used = True
            if any(cell.text.strip() in _TOTALS for cell in grid.cells(row)):
                for cell in grid.cells(row):
                    cell.used = True
                self.notes.append(f"{next(iter(grid.cells(row))).place} 起的合计行没有读取")
            elif filled:
                self.counts[part] += 1
                for place, cell in filled.items():
                    self._column(part, columns[place], cell)
            row += 1
        return row

    def _column(self, part: str, column: tuple[_Cell, _Label | None], cell: _Cell) -> None:
        title, label = column
        if label is None:
            self.unknown.append(Unread(title.text.strip(), cell.text.strip(), cell.place))
            return
        seen = _Seen(cell.text, label.unit, cell.numeric)
        self._value(part, self.counts[part], label.field, seen, cell.place, unreadable=cell.unreadable)

    def _turned(self, grid: _Grid, top: int, cases: Sequence[_Cell]) -> int:
        """Read cases that stand side by side, their labels in the column before them."""
        self.known += 1
        first, row = self.counts["cases"], top + 1
        for title in grid.cells(top):
            title.used = True
        while row < len(grid.rows) and not _ends_table(grid, row, len(cases) + 1):
            line = grid.rows[row]
            head = line[cases[0].left - 1] if cases[0].left and cases[0].left <= len(line) else None
            label = _label(head.text, ("cases",)) if head is not None else None
            for position, case in enumerate(cases, 1):
                cell = line[case.left] if case.left < len(line) else None
                if head is None or cell is None or not head.text.strip():
                    continue
                head.used = cell.used = True
                number = first + position
                if cell.text.strip() and label is None:
                    told = f"{head.text.strip()}（{case.text.strip()}）"
                    self.unknown.append(Unread(told, cell.text.strip(), cell.place))
                elif label is not None:
                    seen = _Seen(cell.text, label.unit, cell.numeric)
                    self._value("cases", number, label.field, seen, cell.place, unreadable=cell.unreadable)
            row += 1
        self.counts["cases"] = first + len(cases)
        return row

    # answers

    def _answer(
        self, label: _Label, text: str, place: str, *, seen: _Seen | None = None, unreadable: str = ""
    ) -> None:
        """Take what stands beside a label of the form or of a case."""
        self.known += 1
        seen = seen or _Seen(text, label.unit)
        if label.scope == "cases":
            if self.case_columns is None or label.field in self.case_columns:
                self.case_columns = set()
                self.counts["cases"] += 1
            self.case_columns.add(label.field)
            self._value("cases", self.counts["cases"], label.field, seen, place, unreadable=unreadable)
        elif label.field == "attachments":
            if text.strip():
                self.notes.append(f"{place}：附件不从申报表读入，请在申报页面上传")
        elif label.field in PART_MODELS:
            self._part_as_text(label.field, text, place)
        else:
            self._value("", 0, label.field, seen, place, unreadable=unreadable)

    def _part_as_text(self, part: str, text: str, place: str) -> None:
        """Read rights whose numbers can be told from a text; other parts are asked for as a table."""
        if _OPEN.fullmatch(_squash(_plain(text))) or _squash(text) in _NOTHING | _own_wording():
            return
        pieces = [one.strip() for one in re.split(r"[；;\n]+", text) if one.strip()]
        numbers = [_RIGHT_NUMBER.findall(_plain(one)) for one in pieces]
        if part != "intellectual_property" or any(len(found) != 1 for found in numbers):
            fault = f"{place}：{LABELS[part]}“{_short(text)}”{_WRITTEN_AS_TEXT.format(table=LABELS[part])}"
            self.readings.append(FieldReading(part, LABELS[part], text.strip(), None, place, fault))
            return
        for piece, (number,) in zip(pieces, numbers, strict=True):
            self.counts[part] += 1
            kind = next((kind for word, kind in _RIGHT_KINDS if word in piece), None)
            values = {"number": _squash(number).upper(), **({"kind": kind} if kind else {})}
            for name, value in values.items():
                key = f"{part}.{self.counts[part]}.{name}"
                label = _shown_label(part, self.counts[part], name)
                self.readings.append(FieldReading(key, label, piece, value, place, note="从文字中取出"))

    def _value(
        self, part: str, number: int, name: str, seen: _Seen, place: str, *, unreadable: str = ""
    ) -> None:
        key = f"{part}.{number}.{name}" if part else name
        label = _shown_label(part, number, name)
        text = seen.text.strip()
        if unreadable:
            fault = f"{place}：{label}“{_short(text)}”{unreadable}"
            self.readings.append(FieldReading(key, label, text, None, place, fault))
            return
        read = _read_value(part, name, seen)
        if read.fault:
            fault = f"{place}：{label}“{_short(text)}”无法采用，{read.fault}"
            self.readings.append(FieldReading(key, label, text, None, place, fault))
        elif read.value is not None and read.value != "":
            self._add(FieldReading(key, label, text, read.value, place, note=read.note))

    def _add(self, reading: FieldReading) -> None:
        """Add an answer; the same answer at a second place is one, another one is a fault."""
        before = next((one for one in self.readings if one.field == reading.field and not one.fault), None)
        if before is None:
            self.readings.append(reading)
        elif before.value != reading.value:
            fault = (
                f"{reading.place}：{reading.label}“{_short(reading.text)}”与 {before.place} 的"
                f"“{_short(before.text)}”不同，请核对后保留一处"
            )
            self.readings.append(
                FieldReading(reading.field, reading.label, reading.text, None, reading.place, fault)
            )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:38]}……"


def _shown_label(part: str, number: int, name: str) -> str:
    if not part:
        return LABELS[name]
    return f"{LABELS[part]} {number} {template.PARTS[part][name]}"


def _may_answer(cell: _Cell, label: _Label, *, below: bool = False) -> bool:
    """Return whether a cell can be the answer of a label: it is not taken and asks nothing itself."""
    if cell.used or _label(cell.text) is not None:
        return False
    if below and (_squash(cell.text) in _own_wording() or _HEADING.match(cell.text.strip())):
        return False
    long = not label.scope and label.field in template.LONG_FIELDS
    return long or not _pairs(cell.text.strip().split("\n")[0])


def _reads_like_a_label(grid: _Grid, row: int, cell: _Cell, beside: _Cell, label: _Label) -> bool:
    """Return whether the cell beside a label is an answer that happens to be a label's word (用户证明).

    It is one when nothing but another label follows it, and no room for an answer lies below.
    """
    if beside.used or cell.bottom > row or label.field in (*PART_MODELS, "attachments"):
        return False
    under = grid.below(cell)
    if under is not None and _label(under.text) is None:
        return False
    after = [one for one in grid.cells(row) if one.left > beside.right and one.text.strip()]
    return not after or _label(after[0].text) is not None or _squash(after[0].text) in _own_wording()


@dataclass(frozen=True)
class _Titles:
    """Column titles of a table of one part: by column, and the rows they take."""

    part: str
    columns: dict[int, tuple[_Cell, _Label | None]]
    rows: int

    @property
    def known(self) -> int:
        """Return how many of them are titles of the form."""
        return sum(label is not None for _, label in self.columns.values())


def _titles(grid: _Grid, row: int) -> _Titles | None:
    """Return the column titles that stand in a row, or in two, or None."""
    alone = _titles_of(grid, [cell for cell in grid.cells(row) if cell.text.strip()], 1)
    if row + 1 >= len(grid.rows):
        return alone
    upper = grid.cells(row)
    pairs = zip(grid.rows[row], grid.rows[row + 1], strict=False)
    both = dict.fromkeys(low if low and low.text.strip() else up for up, low in pairs)
    found = _titles_of(grid, [cell for cell in both if cell and cell.text.strip()], 2)
    if found is None or found.known <= (alone.known if alone else 0):
        return alone
    above = [cell for cell in upper if cell.text.strip() and cell.bottom == row and cell.right == cell.left]
    titled = {id(cell) for cell, label in found.columns.values() if label is not None}
    if any(id(cell) not in titled and fold(cell.text) not in _SERIAL for cell in above):
        return alone  # the upper row holds something else
    return found if titled & {id(cell) for cell in upper} else alone


def _titles_of(grid: _Grid, cells: Sequence[_Cell], rows: int) -> _Titles | None:
    """Return what the cells are titles of; None if they are none.

    Titles stand side by side, with no other titles under them, and name something that only
    this part of the form asks for.
    """
    best: _Titles | None = None
    if any(cell.used for cell in cells):
        return best
    for part, own in _OWN_COLUMNS.items():
        labels = [_label(cell.text, (part,)) for cell in cells]
        names = {label.field for label in labels if label is not None}
        side_by_side = any(
            labels[place] and labels[place + 1] and cells[place].right + 1 == cells[place + 1].left
            for place in range(len(cells) - 1)
        )
        titled = [cell for cell, label in zip(cells, labels, strict=True) if label is not None]
        under = [below for cell in titled if (below := grid.below(cell)) is not None]
        over_titles = sum(_label(cell.text, (part,)) is not None for cell in under) * 2 > len(under)
        if (
            side_by_side
            and not over_titles
            and names & own
            and len(names) >= (best.known + 1 if best else _FEWEST_TITLES)
        ):
            best = _Titles(part, {c.left: (c, label) for c, label in zip(cells, labels, strict=True)}, rows)
    return best


def _case_titles(grid: _Grid, row: int) -> list[_Cell]:
    return [cell for cell in grid.cells(row) if _CASE_TITLE.fullmatch(_plain(cell.text).strip())]


def _ends_table(grid: _Grid, row: int, width: int) -> bool:
    """Return whether a row stands no more under the titles above: a heading, other titles, a label.

    Args:
        grid: the table.
        row: the row.
        width: number of titles.
    """
    cells = [cell for cell in grid.cells(row) if cell.text.strip()]
    if not cells:
        return False
    if (len(cells) == 1 and cells[0].right > cells[0].left) or _titles(grid, row):
        return True
    label = _label(cells[0].text, ("",))
    if label is None or label.field in PART_MODELS:  # 检测报告 is a kind of proof, too
        return False
    return len(cells) <= _FEWEST_TITLES or len(grid.cells(row)) < width
