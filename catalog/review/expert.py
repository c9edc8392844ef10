"""One expert (专家): what is known, in which words, and who is the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pydantic import Field

from catalog.codes import Vocabulary, fold, load_codes
from catalog.errors import BadInput
from catalog.nominations.form import FormPart
from catalog.paths import DATA_DIR


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
_SEPARATORS = re.compile(r"[、，,；;/\n]+")


@lru_cache(maxsize=1)
def _industries() -> Vocabulary:
    return load_codes(DATA_DIR / "codes")["industries"]


def industry_label(code: str) -> str:
    """Return the label of a GB/T 4754 code with the code, or what stands there if it is none."""
    return f"{_industries().label(code)}（{code}）" if code in _industries() else code


def is_industry(text: str) -> bool:
    """Return whether a text is a word for an industry, with or without 业 at its end."""
    return any(_industries().find(word) for word in (text, f"{text}业"))


def completed(expert: Expert) -> Expert:
    """Return the expert with a name, and with industries as codes.

    Raises:
        BadInput: no name, or an unknown industry.
    """
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


def twin_of(expert: Expert, known: Iterable[Expert]) -> Expert | None:
    """Return another of the ``known`` with the same name and unit, or None."""
    same = (fold(expert.name), fold(expert.unit))
    return next((k for k in known if k.id != expert.id and (fold(k.name), fold(k.unit)) == same), None)


def parts_of(text: str) -> tuple[str, ...]:
    """Return the parts of a list written in one cell."""
    return tuple(part for part in (part.strip() for part in _SEPARATORS.split(text)) if part)
