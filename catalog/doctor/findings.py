"""What the doctor reports."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

CHECKS = {
    "load": "记录不能载入（字段缺失、词表外取值、类型错误）",
    "reference": "引用的编号不存在，或引用自身",
    "unit": "单位写法不统一",
    "price-year": "价格年份与文献年份矛盾",
    "implausible": "数值不合常理",
    "grade": "证据等级与口径说明矛盾",
    "contradiction": "文字与数值矛盾",
    "citation": "引用的词句不在该文件中",
    "duplicate": "与另一条记录近乎重复",
    "alias": "别名也是另一条记录的名称或别名",
    "thin": "内容单薄",
}
"""Name of every check and what it means."""


@dataclass(frozen=True, order=True)
class Finding:
    """One finding: where, what, and what to write instead where that is known.

    Attributes:
        record: record number, or the file name where there is no valid number.
        field: path of the field, for example ``effects.0.quantity.unit``.
        check: key of ``CHECKS``.
        value: the value found.
        advice: what is wrong and what to write.
        proposal: replacement text, None where only a person can decide.
    """

    record: str
    field: str
    check: str
    value: str
    advice: str
    proposal: str | None = None

    @property
    def key(self) -> str:
        """Stable key a person lists to have the proposal applied."""
        text = "\0".join((self.record, self.field, self.check, self.value, self.proposal or ""))
        return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()

    def __str__(self) -> str:
        """Return the line shown to the user."""
        value = self.value if len(self.value) <= 60 else self.value[:57] + "..."
        proposed = f"；建议改为 {self.proposal!r}（{self.key}）" if self.proposal is not None else ""
        return f"{self.record}: {self.field}: [{self.check}] {value!r}: {self.advice}{proposed}"
