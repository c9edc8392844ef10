"""Conflict of interest (回避): who must not score what, told from names of units and people."""

from __future__ import annotations

import re

from catalog.codes import fold
from catalog.nominations.form import Nomination
from catalog.review.expert import Expert, parts_of

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
    holders = [part for right in form.intellectual_property for part in parts_of(right.holder)]
    units = [("申报单位", form.applicant), ("推荐单位", form.recommender)]
    units += [("案例用户", part) for case in form.cases for part in parts_of(case.user)]
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
