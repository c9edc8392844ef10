"""The kinds of rules of the formal check: what each looks at, its parameters, and how it is checked.

A check returns the value found where the form fails, and None where it holds. Adding a kind:
write its function, enter it in ``KINDS``, and its row in ``data/rules/README.md``.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.codes import Codes, fold
from catalog.load import Catalog
from catalog.negative import NegativeEntry, load_negative_list, named_in
from catalog.nominations.duplicates import plain
from catalog.nominations.form import (
    ATTACHMENT_LABELS,
    EVIDENCE_LABELS,
    LABELS,
    Evidence,
    Nomination,
    NominationCase,
)

NOT_GIVEN = "未提供"
_CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_LENGTH = 18
_COUNTED_BY = {
    "cases": "user",
    "intellectual_property": "number",
    "evidence": "issuer",
    "attachments": "name",
}
"""Parts of the form that can be counted, and the field without which one is no entry."""
_CASE_FIGURES = ("investment_wan_yuan", "operating_cost_wan_yuan", "saving_tce", "water_saving_m3",
                 "co2_t", "payback_years")  # fmt: skip
SCOPES = {"field": "plus_classes", "industries": "industries"}
"""Field that a scope may limit -> the vocabulary it is looked up in."""
_PERCENTAGES = frozenset({"penetration_now", "penetration_forecast"})


@dataclass(frozen=True)
class Rule:
    """One rule of a set; ``basis`` says where it comes from."""

    id: str
    label: str
    kind: str
    field: str
    remedy: str
    basis: str = ""
    parameters: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class RuleContext:
    """What the rules need beside the form.

    Attributes:
        codes: the vocabularies.
        negative: the published 限制 and 淘汰 entries.
        counts: region or recommending unit -> nominations submitted this year, the checked one
            included.
    """

    codes: Codes
    negative: Collection[NegativeEntry] = ()
    counts: Mapping[str, int] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, catalog: Catalog, *, counts: Mapping[str, int] | None = None) -> RuleContext:
        """Return the context with the catalogue's vocabularies and the shipped negative list."""
        return cls(catalog.codes, load_negative_list(), counts or {})


@dataclass(frozen=True)
class Asked:
    """The day of the check and what the rules need beside the form."""

    today: datetime.date
    context: RuleContext


_Fault = Callable[[Nomination, Rule, Asked], "str | None"]
"""Returns the value found where the rule fails, None where it holds."""


def _filled(value: object) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value is not False and value != ()


def _required(form: Nomination, rule: Rule, asked: Asked) -> str | None:
    return None if _filled(getattr(form, rule.field)) else NOT_GIVEN


def _min_count(form: Nomination, rule: Rule, asked: Asked) -> str | None:
    parts = [p for p in getattr(form, rule.field) if _filled(getattr(p, _COUNTED_BY[rule.field]))]
    if not parts:
        return NOT_GIVEN
    if rule.parameters.get("domestic"):
        parts = [p for p in parts if not isinstance(p, NominationCase) or p.domestic]
    return None if len(parts) >= rule.parameters["n"] else f"{len(parts)} 项"


def _months(start: datetime.date, end: datetime.date) -> int:
    """Return the full months from ``start`` to ``end``; negative when it lies ahead."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if end.day < start.day else months


def _min_months_in_use(form: Nomination, rule: Rule, asked: Asked) -> str | None:
    commissioned = [case.commissioned for case in form.cases if case.commissioned is not None]
    start = form.in_use_since or min(commissioned, default=None)
    if start is None:
        return NOT_GIVEN
    months = _months(start, asked.today)
    if months >= rule.parameters["n"]:
        return None
    return f"{start.isoformat()}（" + (f"至今满 {months} 个月）" if months >= 0 else "晚于审查日期）")


def _evidence_kind(form: Nomination, rule: Rule, asked: Asked) -> str | None:
    cma = rule.parameters.get("cma", False)
    given = [part for part in form.evidence if _filled(part.issuer) or _filled(part.number)]
    for part in given:
        qualified = part.kind != "test_report" or not cma or part.cma is True
        if part.kind in rule.parameters["kinds"] and qualified:
            return None
    return "、".join(_evidence(part, cma) for part in given) or NOT_GIVEN


def _evidence(part: Evidence, cma: bool) -> str:
    label = EVIDENCE_LABELS[part.kind]
    if part.kind != "test_report" or not cma:
        return label
    return f"{label}（{'未注明 CMA' if part.cma is None else '无 CMA'}）"


def _ip_present(form: Nomination, rule: Rule, asked: Asked) -> str | None:
    if any(_filled(right.number) for right in form.intellectual_property):
        return None
    return "、".join(f"{right.kind}（无编号）" for right in form.intellectual_property) or NOT_GIVEN


def _scope(form: Nomination, rule: Rule, asked: Asked) -> str | None:
    given = form.industries if rule.field == "industries" else (form.field,)
    given = tuple(value for value in given if _filled(value))
    if not given:
        return NOT_GIVEN
    within = _industry_allowed if rule.field == "industries" else _field_allowed
    outside = [value for value in given if not within(value, rule, asked.context.codes)]
    return "、".join(outside) if outside else None


def _industry_allowed(value: str, rule: Rule, codes: Codes) -> bool:
    code = codes["industries"].find(value)
    wanted = rule.parameters.get("values")
    return code is not None and (wanted is None or code.startswith(tuple(wanted)))


def _field_allowed(value: str, rule: Rule, codes: Codes) -> bool:
    vocabulary = rule.parameters.get("vocabulary")
    listed = {fold(one) for one in rule.parameters.get("values", ())}
    return fold(value) in listed or (vocabulary is not None and codes[vocabulary].find(value) is not None)


def _not_on_negative_list(form: Nomination, rule: Rule, asked: Asked) -> str | None:
    text = plain(f"{form.name}\n{form.summary}\n{form.principle}")
    return "；".join(entry.sentence for entry in named_in(text, asked.context.negative)) or None


def _quota(form: Nomination, rule: Rule, asked: Asked) -> str | None:
    who = getattr(form, rule.field).strip()
    if not who:
        return NOT_GIVEN
    taken, most = asked.context.counts.get(who, 0), rule.parameters["n"]
    return None if taken <= most else f"{who}已申报 {taken} 项，名额 {most} 项"


def check_sign(code: str) -> str:
    """Return the 18th sign of a unified social credit code.

    Source: GB 32100-2015, 4.6: C18 = 31 - MOD(sum of Ci x 3^(i-1), 31), taken modulo 31.

    Args:
        code: the first 17 signs, upper case, without I, O, S, V, Z.
    """
    total = sum(_CODE_SIGNS.index(sign) * pow(3, i, 31) for i, sign in enumerate(code[: _CODE_LENGTH - 1]))
    return _CODE_SIGNS[-total % 31]


def _credit_code(form: Nomination, rule: Rule, asked: Asked) -> str | None:
    code = form.credit_code.strip().upper()
    if not code:
        return NOT_GIVEN
    if len(code) != _CODE_LENGTH:
        return f"{code}（{len(code)} 位）"
    foreign = [sign for sign in code if sign not in _CODE_SIGNS]
    if foreign:
        return f"{code}（含不允许的字符 {foreign[0]}）"
    return None if code[-1] == check_sign(code) else f"{code}（校验位不符）"


def _effect_numbers(form: Nomination, rule: Rule, asked: Asked) -> str | None:
    for case in form.cases:
        figures = (case.saving_tce, case.water_saving_m3, case.co2_t, *case.reductions_t.values())
        if any(figure is not None and figure > 0 for figure in figures):
            return None
    return NOT_GIVEN


def _declaration(form: Nomination, rule: Rule, asked: Asked) -> str | None:
    if not form.declared:
        return "未承诺"
    if not _filled(form.declared_by):
        return f"{LABELS['declared_by']}{NOT_GIVEN}"
    if form.declared_on is None:
        return f"{LABELS['declared_on']}{NOT_GIVEN}"
    return f"{form.declared_on.isoformat()}（晚于审查日期）" if form.declared_on > asked.today else None


def _plausible(form: Nomination, rule: Rule, asked: Asked) -> str | None:
    least, most = rule.parameters["min"], rule.parameters["max"]
    faults = []
    for position, case in enumerate(form.cases, 1):
        value = getattr(case, rule.parameters["value"])
        if value is not None and not least <= value <= most:
            faults.append(f"案例 {position}：{value:g}")
    return "、".join(faults) or None


def _not_below(form: Nomination, rule: Rule, asked: Asked) -> str | None:
    other = rule.parameters["than"]
    value, least = getattr(form, rule.field), getattr(form, other)
    if value is None or least is None or value >= least:
        return None
    return f"{value:g}%（{LABELS[other]} {least:g}%）"


def _case_proof(form: Nomination, rule: Rule, asked: Asked) -> str | None:
    named = [case for case in form.cases if _filled(case.user)]
    bare = [case.user for case in named if not _filled(case.proof)]
    if len(named) - len(bare) >= rule.parameters["n"]:
        return None
    return f"无证明材料：{'、'.join(bare)}" if bare else f"{len(named)} 项" if named else NOT_GIVEN


def _attachments(form: Nomination, rule: Rule, asked: Asked) -> str | None:
    there = {attachment.kind for attachment in form.attachments}
    missing = [ATTACHMENT_LABELS[kind] for kind in rule.parameters["kinds"] if kind not in there]
    return f"缺{'、'.join(missing)}" if missing else None


_Valid = Callable[[Any], bool]


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) and one for one in value)


def _some_of(known: Collection[str]) -> _Valid:
    return lambda value: _texts(value) and all(one in known for one in value)


def _one_of(known: Collection[str]) -> _Valid:
    return lambda value: isinstance(value, str) and value in known


@dataclass(frozen=True)
class Kind:
    """How a kind is checked, the fields it may look at (empty: any), and its parameters."""

    fault: _Fault
    fields: frozenset[str] = frozenset()
    needs: Mapping[str, _Valid] = dataclasses.field(default_factory=dict)
    may: Mapping[str, _Valid] = dataclasses.field(default_factory=dict)


KINDS: dict[str, Kind] = {
    "required": Kind(_required),
    "min_count": Kind(_min_count, frozenset(_COUNTED_BY), {"n": _count}, {"domestic": _flag}),
    "min_months_in_use": Kind(_min_months_in_use, frozenset({"in_use_since"}), {"n": _count}),
    "evidence_kind": Kind(
        _evidence_kind, frozenset({"evidence"}), {"kinds": _some_of(EVIDENCE_LABELS)}, {"cma": _flag}
    ),
    "ip_present": Kind(_ip_present, frozenset({"intellectual_property"})),
    "scope": Kind(
        _scope, frozenset(SCOPES), may={"vocabulary": _one_of(SCOPES.values()), "values": _texts}
    ),
    "not_on_negative_list": Kind(_not_on_negative_list, frozenset({"name"})),
    "quota": Kind(_quota, frozenset({"region", "recommender"}), {"n": _count}),
    "credit_code": Kind(_credit_code, frozenset({"credit_code"})),
    "effect_numbers": Kind(_effect_numbers, frozenset({"cases"})),
    "declaration": Kind(_declaration, frozenset({"declared"})),
    "plausible": Kind(
        _plausible, frozenset({"cases"}),
        {"value": _one_of(_CASE_FIGURES), "min": _number, "max": _number},
    ),
    "not_below": Kind(_not_below, _PERCENTAGES, {"than": _one_of(_PERCENTAGES)}),
    "case_proof": Kind(_case_proof, frozenset({"cases"}), {"n": _count}),
    "attachments": Kind(
        _attachments, frozenset({"attachments"}), {"kinds": _some_of(ATTACHMENT_LABELS)}
    ),
}  # fmt: skip
