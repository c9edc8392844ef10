"""Expert register (专家库): who there is, read from a table, and who must not score what.

An expert acts as a ``Person`` of role expert whose ``unit`` is the expert's number.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import Field

from catalog.codes import Vocabulary, fold, load_codes
from catalog.drafts import clean, letter
from catalog.errors import BadInput
from catalog.nominations.form import FormPart, Nomination
from catalog.paths import DATA_DIR
from catalog.people import Person, require
from catalog.store import Document, Event, Store

KIND = "expert"
_ATTEMPTS = 20
"""How often a number is drawn anew when somebody else took it first."""
_LARGEST_FILE = 20_000_000
"""Bytes; a table of experts or a scoring sheet is far smaller."""


class Expert(FormPart):
    """One expert."""

    id: str = Field("", pattern=r"^(ZJ-[0-9]{4,})?$", description="empty until registered")
    name: str
    unit: str = ""
    title: str = ""
    fields: tuple[str, ...] = Field((), description="所属领域")
    industries: tuple[str, ...] = Field((), description="GB/T 4754-2017 codes")
    region: str = ""
    contact: str = ""
    former_units: tuple[str, ...] = ()
    active: bool = True
    note: str = ""


LABELS: dict[str, str] = {
    "id": "专家编号", "name": "姓名", "unit": "工作单位", "title": "职称", "fields": "所属领域",
    "industries": "熟悉行业", "region": "所在地区", "contact": "联系方式", "former_units": "曾任职单位",
    "active": "是否在库", "note": "备注",
}  # fmt: skip
"""Chinese label of every field of an expert; the titles a table is read by."""

_OTHER_TITLES: dict[str, tuple[str, ...]] = {
    "id": ("编号", "序号"),
    "name": ("专家姓名",),
    "unit": ("单位", "所在单位"),
    "title": ("职务职称", "职称/职务", "技术职称"),
    "fields": ("专业领域", "领域", "专业", "专长"),
    "industries": ("行业", "行业领域", "适用行业"),
    "region": ("地区", "区域", "所在区县"),
    "contact": ("联系电话", "电话", "手机"),
    "former_units": ("原单位", "曾工作单位"),
    "active": ("在库", "状态"),
    "note": ("说明",),
}
_ACTIVE = {"": True, "是": True, "在库": True, "有效": True, "1": True,
           "否": False, "停用": False, "退出": False, "0": False}  # fmt: skip
_HEADER_ROWS = 12
_SEPARATORS = re.compile(r"[、，,；;/\n]+")


# Register


@dataclass(frozen=True)
class KeptExpert:
    """An expert as registered, with the revision a change starts from."""

    expert: Expert
    revision: int


@dataclass(frozen=True)
class ExpertReading:
    """The experts of a table; ``faults`` name the lines left out, ``unknown_columns`` what was not read."""

    experts: tuple[Expert, ...]
    faults: tuple[str, ...]
    unknown_columns: tuple[str, ...] = ()


def _kept(document: Document) -> KeptExpert:
    return KeptExpert(Expert.model_validate({**document.body, "id": document.id}), document.revision)


class ExpertRegister:
    """The experts in the store; every change is an event, nobody is ever removed, only set inactive."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def add(self, expert: Expert, person: Person) -> KeptExpert:
        """Register an expert under the next number and return the entry.

        Raises:
            NotAllowed: the role may not register experts.
            BadInput: no name, an unknown industry, or the same name and unit again.
        """
        require(person, "expert.register")
        checked = _checked(expert)
        for _ in range(_ATTEMPTS):
            known = self.list()
            twin = _twin(checked, known)
            if twin is not None:
                raise BadInput(
                    f"专家“{twin.name}”（{twin.unit or '单位未提供'}）已登记为 {twin.id}，请修改原记录"
                )
            number = max((int(one.id[3:]) for one in known), default=0) + 1
            new = checked.model_copy(update={"id": f"ZJ-{number:04d}"})
            try:
                document = self.store.create(
                    KIND, new.id, new.model_dump(mode="json"), name=new.name, actor=person.name
                )
            except BadInput:
                continue
            self._record(new.id, "register", person, "", {"name": new.name})
            return _kept(document)
        raise BadInput("专家编号正被他人占用，请稍后再登记")

    def update(self, expert: Expert, person: Person, *, revision: int, reason: str = "") -> KeptExpert:
        """Save a change of a registered expert.

        Raises:
            NotAllowed: the role may not register experts.
            NotFound: the number is not registered.
            BadInput: no name, an unknown industry, or name and unit of another expert.
            Conflict: somebody else saved since; nothing was overwritten.
        """
        require(person, "expert.register")
        before = self.get(expert.id).expert
        checked = _checked(expert)
        twin = _twin(checked, self.list())
        if twin is not None:
            raise BadInput(f"姓名和工作单位与 {twin.id} 相同，请核对后再保存 {expert.id}")
        document = self.store.save(
            KIND,
            checked.id,
            checked.model_dump(mode="json"),
            name=checked.name,
            revision=revision,
            actor=person.name,
        )
        changed = sorted(name for name in LABELS if getattr(before, name) != getattr(checked, name))
        self._record(checked.id, "update", person, reason, {"fields": changed})
        return _kept(document)

    def list(self, *, active_only: bool = False) -> tuple[Expert, ...]:
        """Return the experts by number."""
        found = (_kept(document).expert for document in self.store.bodies(KIND))
        return tuple(expert for expert in found if expert.active or not active_only)

    def get(self, id: str) -> KeptExpert:
        """Return a registered expert.

        Raises:
            NotFound: there is none of that number.
        """
        return _kept(self.store.get(KIND, id))

    def import_table(self, content: bytes, name: str, person: Person) -> ExpertReading:
        """Register the experts of an XLSX or CSV table; returns those added and one line a fault.

        Raises:
            NotAllowed: the role may not register experts.
            BadInput: the file is no table of experts.
        """
        require(person, "expert.register")
        reading = read_experts(content, name)
        added, faults = [], list(reading.faults)
        for expert in reading.experts:
            try:
                added.append(self.add(expert, person).expert)
            except BadInput as error:
                faults.append(f"{name}：{error}")
        return ExpertReading(tuple(added), tuple(faults), reading.unknown_columns)

    def history(self, id: str) -> Sequence[Event]:
        """Return every change of an expert's entry, oldest first."""
        return self.store.events(KIND, id)

    def _record(self, id: str, action: str, person: Person, reason: str, detail: dict[str, Any]) -> None:
        self.store.record(KIND, id, action, actor=person.name, role=person.role, reason=reason, detail=detail)


@lru_cache(maxsize=1)
def _industries() -> Vocabulary:
    return load_codes(DATA_DIR / "codes")["industries"]


def industry_label(code: str) -> str:
    """Return the label of a GB/T 4754 code with the code, or what stands there if it is none."""
    return f"{_industries().label(code)}（{code}）" if code in _industries() else code


def is_industry(text: str) -> bool:
    """Return whether a text is a word for an industry, with or without 业 at its end."""
    return any(_industries().find(word) for word in (text, f"{text}业"))


def _checked(expert: Expert) -> Expert:
    """Return the expert with a name, and with industries as codes."""
    if not expert.name.strip():
        raise BadInput(f"专家{expert.id}姓名为空，请填写")
    codes = []
    for text in expert.industries:
        code = _industries().find(text)
        if code is None:
            near = "、".join(_industries().nearest(text)) or "GB/T 4754 代码"
            raise BadInput(f"专家“{expert.name}”的行业“{text}”不在 GB/T 4754 中，可写：{near}")
        codes.append(code)
    return expert.model_copy(update={"name": expert.name.strip(), "industries": tuple(dict.fromkeys(codes))})


def _twin(expert: Expert, known: Iterable[Expert]) -> Expert | None:
    same = (fold(expert.name), fold(expert.unit))
    return next((k for k in known if k.id != expert.id and (fold(k.name), fold(k.unit)) == same), None)


# Table


def read_experts(content: bytes, name: str) -> ExpertReading:
    """Read an XLSX or CSV table of experts; a line with a fault is left out and named.

    Args:
        content: the file.
        name: its name; the ending says what it is.

    Raises:
        BadInput: not readable, or no line of titles with 姓名 in it.
    """
    experts: list[Expert] = []
    faults: list[str] = []
    unknown: list[str] = []
    found = False
    for place, rows in _tables(content, name):
        header = _header(rows)
        if header is None:
            continue
        found = True
        first, columns = header
        titles = rows[first - 1]
        unknown += [
            f"{place}第{letter(number)}列：{title}"
            for number, title in enumerate(titles)
            if title and number not in columns
        ]
        for index, row in enumerate(rows[first:], first + 1):
            texts = {field: row[n] if n < len(row) else "" for n, field in columns.items()}
            if any(texts.values()):
                _read_row(texts, f"{place}第{index}行", experts, faults)
    if not found:
        raise BadInput(f"{name}：没有找到标题行，请在前 {_HEADER_ROWS} 行写明“姓名”“工作单位”等列名")
    return ExpertReading(tuple(experts), tuple(faults), tuple(unknown))


def open_workbook(content: bytes, name: str, *, values: bool) -> Any:
    """Open an XLSX file.

    Args:
        content: the file.
        name: its name, for the message.
        values: give what formulas showed last instead of the formulas.

    Raises:
        BadInput: not an XLSX workbook.
    """
    import zipfile
    import zlib

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    if len(content) > _LARGEST_FILE:
        raise BadInput(f"{name}：文件超过 {_LARGEST_FILE // 1_000_000} MB，请删去图片等内容后再读")
    unreadable = (
        InvalidFileException, zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, IndexError,
        AttributeError, OSError, EOFError, SyntaxError, NotImplementedError, RuntimeError,
    )  # fmt: skip
    try:
        return openpyxl.load_workbook(io.BytesIO(content), data_only=values)
    except unreadable as error:
        raise BadInput(f"{name}：不是可读的 XLSX 表格，请用表格软件打开后另存为 .xlsx") from error


def _tables(content: bytes, name: str) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield the place (empty for CSV) and rows of each sheet."""
    if name.lower().endswith(".csv"):
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            yield "", [[clean(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]
            return
        raise BadInput(f"{name}：编码不是 UTF-8 或 GB 18030，请另存为 UTF-8 的 CSV")
    if not name.lower().endswith(".xlsx"):
        raise BadInput(f"{name}：文件类型不支持，请另存为 .xlsx 或 .csv")
    for sheet in open_workbook(content, name, values=True).worksheets:
        rows = [[clean(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        yield f"“{sheet.title}”", rows


def _field_of(title: str) -> str | None:
    bare = fold(re.sub(r"[(（].*?[)）]", "", title))
    for field, label in LABELS.items():
        if bare in {fold(word) for word in (label, *_OTHER_TITLES[field])}:
            return field
    return None


def _header(rows: Sequence[Sequence[str]]) -> tuple[int, dict[int, str]] | None:
    """Return the number of rows up to the titles, and column index -> field (first of two titles)."""
    for index, row in enumerate(rows[:_HEADER_ROWS]):
        columns: dict[int, str] = {}
        for number, title in enumerate(row):
            field = _field_of(title) if title else None
            if field and field not in columns.values():
                columns[number] = field
        if "name" in columns.values() and len(columns) > 1:
            return index + 1, columns
    return None


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in (part.strip() for part in _SEPARATORS.split(text)) if part)


def _read_row(texts: Mapping[str, str], place: str, experts: list[Expert], faults: list[str]) -> None:
    told = texts.get("active", "")
    if told not in _ACTIVE:
        faults.append(f"{place}：是否在库“{told}”不明，请写“是”或“否”；该行未读入")
        return
    expert = Expert(
        name=texts.get("name", ""),
        unit=texts.get("unit", ""),
        title=texts.get("title", ""),
        fields=_parts(texts.get("fields", "")),
        industries=_parts(texts.get("industries", "")),
        region=texts.get("region", ""),
        contact=texts.get("contact", ""),
        former_units=_parts(texts.get("former_units", "")),
        active=_ACTIVE[told],
        note=texts.get("note", ""),
    )
    try:
        checked = _checked(expert)
    except BadInput as error:
        faults.append(f"{place}：{error}；该行未读入")
        return
    if _twin(checked.model_copy(update={"id": "ZJ-0000"}), experts):
        faults.append(f"{place}：“{checked.name}”（{checked.unit or '单位未提供'}）在表中重复；该行未读入")
        return
    experts.append(checked)


# Conflict of interest

_LEGAL_FORM = re.compile(r"(?:[（(]集团[)）]|股份有限公司|有限责任公司|有限公司|集团|公司)+$")
_SHORTEST_STEM = 4
"""Characters from which a name that begins with another counts as a part of that unit."""
_BETWEEN_NAMES = re.compile(r"[\s、，,；;/（）()：:0-9+-]+")


def without_legal_form(unit: str) -> str:
    """Return a unit's name without 有限公司 and the like."""
    return _LEGAL_FORM.sub("", unit.strip()) or unit.strip()


def unit_stem(unit: str) -> str:
    """Return a unit's name without spaces, brackets and legal form, for comparison."""
    return without_legal_form(re.sub(r"[()]", "", fold(unit)))


def same_unit(one: str, other: str) -> bool:
    """Return whether two names may mean one unit: the same, or one a part of the other (院系, 分公司).

    Names that hide the unit (某钢铁企业) are the same as none.
    """
    short, long = sorted((unit_stem(one), unit_stem(other)), key=len)
    if not short or short.startswith("某") or long.startswith("某"):
        return False
    return short == long or (len(short) >= _SHORTEST_STEM and long.startswith(short))


def conflict(expert: Expert, form: Nomination) -> str | None:
    """Return why an expert must not score a nomination, or None.

    The unit or a former unit is applicant, recommender, user of a case or holder of a right; or the
    name is that of a contact, of who signed the declaration, or of a holder. A namesake counts:
    leaving out one expert too many does no harm.
    """
    holders = [part for right in form.intellectual_property for part in _parts(right.holder)]
    units = [("申报单位", form.applicant), ("推荐单位", form.recommender)]
    units += [("案例用户", part) for case in form.cases for part in _parts(case.user)]
    units += [("知识产权权利人", holder) for holder in holders]
    for label, unit in units:
        if same_unit(expert.unit, unit):
            return f"工作单位“{expert.unit}”与{label}“{unit}”相同或有隶属关系"
    for former in expert.former_units:
        for label, unit in units:
            if same_unit(former, unit):
                return f"曾任职单位“{former}”与{label}“{unit}”相同或有隶属关系"
    people = [("联系人", name) for name in _BETWEEN_NAMES.split(form.contact)]
    people += [("承诺人", name) for name in _BETWEEN_NAMES.split(form.declared_by)]
    people += [("知识产权权利人", holder) for holder in holders]
    for label, name in people:
        if name and fold(expert.name) == fold(name):
            return f"与{label}“{name}”同名"
    return None
