"""What changed between two editions: new, changed field by field, renamed, merged, withdrawn.

``apply(old, difference(old, new))`` is ``new`` again, to the fingerprint.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from pydantic import Field

from catalog import display
from catalog.editions.edition import Edition, Entry, Withdrawal, fingerprint
from catalog.errors import BadInput
from catalog.nominations.form import CLASS_LABELS, FormPart
from catalog.store import Store

FIELD_LABELS = {
    "merged_numbers": "并入编号", "item": "序号", "group": "领域", "name": "技术名称", "aliases": "别名",
    "entry_class": "技术类别", "summary": "技术简介", "route": "工艺路线",
    "indicators": "主要技术指标及应用效果", "features": "技术特点", "scope": "适用范围",
    "industries": "适用行业", "cases": "典型案例", "penetration_now": "目前推广比例",
    "penetration_forecast": "预计推广比例", "investment": "投资", "payback": "投资回收期",
    "price_years": "价格年份", "policy": "政策出处", "publications": "文献来源", "maturity": "成熟度",
    "preconditions": "前提条件", "not_suitable": "不适用情形", "negative_effects": "副作用",
    "applicant": "申报单位", "dossier": "申报编号",
}  # fmt: skip
"""Chinese label of every field of an entry; also the order in which changes are told."""

CASE_FIELD_LABELS = {
    "site": "", "scale": "规模", "year": "年份", "investment_wan_yuan": "投资（万元）",
    "saving_tce": "节能量（tce/a）", "co2_t": "CO2减排量（tCO2/a）", "result": "效果：",
}  # fmt: skip
"""Chinese label of every field of a typical project; its site stands first without one."""

_HEAD = ("year", "title", "issuer", "document_number", "published_on", "replaces", "is_example")


class FieldChange(FormPart):
    """One field of one entry, before and after, as JSON values."""

    field: str
    before: Any
    after: Any

    @property
    def label(self) -> str:
        """Return the Chinese label of the field."""
        return FIELD_LABELS[self.field]


class EntryChange(FormPart):
    """One technology that stands in both editions and differs."""

    number: str
    name: str
    changes: tuple[FieldChange, ...]

    @property
    def renamed(self) -> tuple[str, str] | None:
        """Return old and new name where the technology was renamed."""
        for change in self.changes:
            if change.field == "name":
                return str(change.before), str(change.after)
        return None

    @property
    def told(self) -> tuple[FieldChange, ...]:
        """Changes worth telling: all but the running number."""
        return tuple(change for change in self.changes if change.field != "item")


class Difference(FormPart):
    """The way from one edition to the next."""

    before_year: int
    before_fingerprint: str
    head: dict[str, Any]
    order: tuple[str, ...]
    added: tuple[Entry, ...] = ()
    changed: tuple[EntryChange, ...] = ()
    merged: dict[str, str] = Field(default={}, description="number -> number it was merged into")
    merged_earlier: dict[str, tuple[str, ...]] = Field(
        default={}, description="number merged before these editions -> numbers it is or was merged into"
    )
    withdrawn: tuple[Withdrawal, ...] = ()
    fingerprint: str

    @property
    def year(self) -> int:
        """Return the year of the newer edition."""
        return int(self.head["year"])

    @property
    def renamed(self) -> tuple[EntryChange, ...]:
        """Return the technologies with a new name."""
        return tuple(change for change in self.changed if change.renamed)

    @property
    def altered(self) -> tuple[EntryChange, ...]:
        """Return the technologies with a change other than name and running number."""
        return tuple(c for c in self.changed if any(f.field not in ("item", "name") for f in c.changes))

    @property
    def touched(self) -> frozenset[str]:
        """Numbers whose entry changed, was merged or withdrawn, with those merged into it earlier."""
        gone = {withdrawal.number for withdrawal in self.withdrawn}
        now = {c.number for c in self.changed if c.told} | set(self.merged) | gone
        return frozenset(now | {number for number, into in self.merged_earlier.items() if now & set(into)})


def _json(entry: Entry) -> dict[str, Any]:
    return entry.model_dump(mode="json")


def difference(before: Edition, after: Edition) -> Difference:
    """Return what leads from ``before`` to ``after``.

    Raises:
        BadInput: a number of ``before`` is neither kept, merged nor withdrawn with a reason.
    """
    old = {entry.number: entry for entry in before.entries}
    merged = {
        number: entry.number
        for entry in after.entries
        for number in entry.merged_numbers
        if number in old and number != entry.number
    }
    new = {entry.number for entry in after.entries}
    gone = {withdrawal.number for withdrawal in after.withdrawn}
    for number, entry in old.items():
        if number not in new and number not in merged and number not in gone:
            raise BadInput(
                f"{after.year} 年目录：{number} {entry.name} 不在新目录中，也没有退出理由，请在退出名单中写明"
            )
    changed = []
    for entry in after.entries:
        if entry.number not in old:
            continue
        content, earlier = _json(entry), _json(old[entry.number])
        fields = tuple(
            FieldChange(field=field, before=earlier[field], after=content[field])
            for field in FIELD_LABELS
            if earlier[field] != content[field]
        )
        if fields:
            changed.append(EntryChange(number=entry.number, name=entry.name, changes=fields))
    head = after.model_dump(mode="json", include=set(_HEAD))
    return Difference(
        before_year=before.year,
        before_fingerprint=before.fingerprint,
        head=head,
        order=tuple(entry.number for entry in after.entries),
        added=tuple(entry for entry in after.entries if entry.number not in old),
        changed=tuple(changed),
        merged=merged,
        merged_earlier=_merged_earlier(before, after, old),
        withdrawn=after.withdrawn,
        fingerprint=after.fingerprint,
    )


def _merged_earlier(before: Edition, after: Edition, old: Container[str]) -> dict[str, tuple[str, ...]]:
    """Return the merged numbers that are no entry of ``before``, with what they were merged into."""
    targets: dict[str, set[str]] = {}
    for entry in (*before.entries, *after.entries):
        for number in entry.merged_numbers:
            if number not in old:
                targets.setdefault(number, set()).add(entry.number)
    return {number: tuple(sorted(into)) for number, into in sorted(targets.items())}


def apply(before: Edition, found: Difference) -> Edition:
    """Return the newer edition from the older one and the difference.

    Raises:
        BadInput: the difference belongs to another edition.
    """
    if before.fingerprint != found.before_fingerprint:
        raise BadInput(
            f"差异以 {found.before_year} 年目录（指纹 {found.before_fingerprint[:12]}）为起点，"
            f"与所给 {before.year} 年目录（{before.fingerprint[:12]}）不符"
        )
    entries = {entry.number: _json(entry) for entry in before.entries}
    entries |= {entry.number: _json(entry) for entry in found.added}
    for change in found.changed:
        entries[change.number] |= {one.field: one.after for one in change.changes}
    content = {
        **found.head,
        "entries": [entries[number] for number in found.order],
        "withdrawn": [withdrawal.model_dump(mode="json") for withdrawal in found.withdrawn],
        "fingerprint": found.fingerprint,
    }
    made = Edition.model_validate(content)
    if fingerprint(made) != found.fingerprint:
        raise BadInput("差异文件不完整或被改动：还原后的目录指纹不符，请重新生成差异")
    return made


def affected_projects(store: Store, found: Difference) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return (id, name, numbers) of saved consultants' projects whose options hold touched items."""
    hit = []
    for document in store.bodies("project"):
        numbers = {option.get("technology_id") for option in document.body.get("options", [])}
        touched = tuple(sorted(found.touched & numbers))
        if touched:
            hit.append((document.id, document.name, touched))
    return hit


def summary(found: Difference) -> list[str]:
    """Return the difference in Chinese lines, as an official reads it."""
    lines = [
        f"{found.before_year} 年 → {found.year} 年：新增 {len(found.added)} 项，"
        f"变更 {len(found.altered)} 项，更名 {len(found.renamed)} 项，"
        f"合并 {len(found.merged)} 项，退出 {len(found.withdrawn)} 项"
    ]
    lines += [f"新增 {entry.number} {entry.name}" for entry in found.added]
    for change in found.changed:
        if change.renamed:
            lines.append(f"更名 {change.number} {change.renamed[0]} → {change.renamed[1]}")
        for one in change.told:
            if one.field != "name":
                lines.append(f"变更 {change.number} {change.name} {one.label}：{_short(one)}")
    lines += [f"合并 {number} → {target}" for number, target in sorted(found.merged.items())]
    lines += [f"退出 {w.number} {w.name}：{w.reason}" for w in found.withdrawn]
    return lines


def shown(value: object, *, field: str = "") -> str:
    """Return the value of a field of an entry as text; lists with separators, nothing as 未提供."""
    if value in (None, "", []):
        return "未提供"
    if isinstance(value, list):
        return "；".join(shown(one, field=field) for one in value)
    if isinstance(value, dict):
        named = [
            (CASE_FIELD_LABELS[name], shown(one)) for name, one in value.items() if one not in (None, "")
        ]
        return "，".join(f"{label}{text}" for label, text in named)
    if field == "entry_class":
        return {str(code): label for code, label in CLASS_LABELS.items()}[str(value)]
    text = display.number(value) if isinstance(value, float) else str(value)
    return f"{text}%" if field.startswith("penetration") else text


def _short(change: FieldChange) -> str:
    before, after = (shown(value, field=change.field) for value in (change.before, change.after))
    cut = [text if len(text) <= 40 else text[:38] + "…" for text in (before, after)]
    return f"{cut[0]} → {cut[1]}"
