"""The anonymous brief (匿名简介) an expert reads: a form without the names of whose it is, as DOCX."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from catalog.codes import fold
from catalog.factors import regions
from catalog.nominations.form import (
    ADVANCEMENT_LABELS,
    CASE_LABELS,
    CLASS_LABELS,
    EVIDENCE_LABELS,
    LABELS,
    Nomination,
    NominationCase,
)
from catalog.publish import word
from catalog.publish.columns import NOT_GIVEN, figure, given
from catalog.publish.word import clean
from catalog.review.experts import industry_label, is_industry, without_legal_form

APPLICANT, RECOMMENDER, HOLDER, SOMEBODY, OMITTED = "申报单位", "推荐单位", "权利人", "有关人员", "（略）"
_HIDDEN = ("applicant", "credit_code", "contact", "phone", "region", "recommender", "declared_by")
_NOT_TEXT = ("technology_class", "advancement", "technology_id")
_SHORTEST_STEM = 4
"""Characters from which a unit's name without legal form or place is looked for in texts."""
_LONGEST_PROVINCE = 3
_SHORTEST_PERSON = 3
"""A name of two characters (高强) may be part of a word: it is replaced only beside a title."""
_BEFORE_PERSON = "联系人|负责人|发明人|承诺人|主持人|设计人|经办人|作者"
_AFTER_PERSON = "先生|女士|教授|博士|工程师|高工|研究员|院士|经理|主任|厂长|总工"
_PHONE = re.compile(r"(?<![0-9.])(?:1[3-9][0-9]{9}|0[0-9]{2,3}[- ]?[0-9]{7,8})(?![0-9.])")
_MAIL = re.compile(r"[A-Za-z0-9.+_-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_BETWEEN_NAMES = re.compile(r"[\s、，,；;/（）()：:0-9+-]+")


def anonymous_brief(form: Nomination) -> Nomination:
    """Return a form that does not say whose it is.

    Emptied: applicant, contact, phone, credit code, region, recommender, holders and numbers of
    rights (a patent number leads to its holder), who declared and when, attachments, the number of
    the record it renews. In every other text units become 申报单位, 推荐单位, 权利人 or 用户单位 1 ...,
    persons, telephone numbers and mail addresses are taken out. A short name that is no part of the
    full one cannot be found: look through a brief before it leaves.
    """
    users = _users(form)
    hide = _Hider(form, users)
    texts = {
        name: hide(value)
        for name, value in form
        if isinstance(value, str) and name not in (*_HIDDEN, *_NOT_TEXT)
    }
    rights = tuple(
        right.model_copy(update={"kind": hide(right.kind), "number": "", "holder": ""})
        for right in form.intellectual_property
    )
    evidence = tuple(
        one.model_copy(update={"issuer": hide(one.issuer), "number": hide(one.number)})
        for one in form.evidence
    )
    cases = tuple(
        case.model_copy(
            update={
                "user": users.get(fold(case.user), ""),
                "scale": hide(case.scale),
                "proof": hide(case.proof),
                "reductions_t": {hide(name): value for name, value in case.reductions_t.items()},
            }
        )
        for case in form.cases
    )
    emptied: dict[str, Any] = {**dict.fromkeys(_HIDDEN, ""), "declared_on": None, "technology_id": None}
    parts = {"intellectual_property": rights, "evidence": evidence, "cases": cases, "attachments": ()}
    return form.model_copy(update={**texts, **emptied, **parts})


def _users(form: Nomination) -> dict[str, str]:
    """Return folded user -> 用户单位 n in the order of the cases; the applicant's own is 申报单位."""
    own = {fold(form.applicant), fold(APPLICANT)}
    known = dict.fromkeys(fold(case.user) for case in form.cases if fold(case.user))
    others = [user for user in known if user not in own]
    named = {user: f"用户单位 {position}" for position, user in enumerate(others, 1)}
    return {user: named.get(user, APPLICANT) for user in known}


class _Hider:
    """Takes the names of one form out of texts, longer names first, each text in one pass."""

    def __init__(self, form: Nomination, users: dict[str, str]) -> None:
        units = [(form.applicant, APPLICANT)]
        units += [(case.user, users.get(fold(case.user), "")) for case in form.cases]
        units += [(form.recommender, RECOMMENDER)]
        units += [(right.holder, HOLDER) for right in form.intellectual_property]
        people = [one for told in (form.contact, form.declared_by) for one in _BETWEEN_NAMES.split(told)]
        self._instead: dict[str, str] = {}
        words = [(word_, instead) for unit, instead in units for word_ in _spellings(unit, form.region)]
        words += [(number.strip(), OMITTED) for number in (form.credit_code, form.phone)]
        words += [(one, SOMEBODY) for one in people if len(one) >= _SHORTEST_PERSON]
        for word_, instead in words:
            if len(fold(word_)) > 1:
                self._instead.setdefault(fold(word_), instead)
        ordered = sorted({word_ for word_, _ in words if len(fold(word_)) > 1}, key=lambda w: (-len(w), w))
        self._all = re.compile("|".join(map(_loosely, ordered)), re.IGNORECASE) if ordered else None
        short = "|".join(sorted({re.escape(p) for p in people if 1 < len(p) < _SHORTEST_PERSON}))
        beside = (
            rf"(?P<before>(?:{_BEFORE_PERSON})[：:为是\s]*)(?:{short})|(?:{short})(?=\s*(?:{_AFTER_PERSON}))"
        )
        self._short = re.compile(beside) if short else None

    def __call__(self, text: str) -> str:
        """Return ``text`` without the names."""
        if self._all is not None:
            text = self._all.sub(lambda found: self._instead[fold(found.group())], text)
        if self._short is not None:
            text = self._short.sub(lambda found: f"{found['before'] or ''}{SOMEBODY}", text)
        return _MAIL.sub(OMITTED, _PHONE.sub(OMITTED, text))


def _spellings(unit: str, region: str) -> tuple[str, ...]:
    """Return how a unit may be written in a text: in full; a company also without legal form and place.

    What is too short or the word of an industry (水泥制造) is left out, and so are names that hide
    the unit already (某钢铁企业).
    """
    full, stem = unit.strip(), without_legal_form(unit)
    if full.startswith("某"):
        return ()
    core = stem
    if stem != full:
        core = _place().sub("", stem)
        core = core.removeprefix(region.strip().rstrip("市区县")) or core
    telling = [one for one in (stem, core) if len(fold(one)) >= _SHORTEST_STEM and not is_industry(one)]
    return tuple(dict.fromkeys([full, *telling]))


@lru_cache(maxsize=1)
def _place() -> re.Pattern[str]:
    """Return the pattern of a province, city or district at the head of a unit's name."""
    provinces = "|".join(name for name in regions() if len(name) <= _LONGEST_PROVINCE and name != "全国")
    return re.compile(rf"^(?:(?:{provinces})(?:省|市|自治区)?)?(?:[一-鿿]{{2,3}}?(?:市|区|县))?")


def _loosely(name: str) -> str:
    """Return a pattern for a name, whichever brackets and blanks it is written with."""
    loose = {"（": r"[（(]", "(": r"[（(]", "）": r"[）)]", ")": r"[）)]"}
    return r"\s*".join(loose.get(character, re.escape(character)) for character in name if character.strip())


# The brief as a document

_FACTS = ("field", "industries", "technology_class", "advancement", "trl", "in_use_since",
          "penetration_now", "penetration_forecast", "intellectual_property")  # fmt: skip
_TEXTS = ("summary", "principle", "parameters", "effects", "features", "scope", "barriers", "recommendation")
BODY_POINTS = word.POINTS["小四"]


def brief_docx(form: Nomination, dossier_id: str) -> bytes:
    """Return the brief of an anonymous form as DOCX; what was not given is 未提供."""
    document = word.new_document(size=BODY_POINTS)
    word.paragraph(document, "技术简介（匿名）", font=word.HEI, size=word.POINTS["小二"], align="center")
    word.paragraph(document, given(form.name), font=word.HEI, size=word.POINTS["四号"], align="center")
    word.paragraph(document, f"申报编号：{dossier_id}", align="center")
    rows = [(LABELS[name], _fact(form, name)) for name in _FACTS]
    word.table(document, ("项目", "内容"), rows, widths_mm=(40, 115), size=word.POINTS["五号"])
    for name in _TEXTS:
        word.heading(document, LABELS[name], 2)
        word.paragraph(document, given(getattr(form, name)), size=BODY_POINTS, indent_characters=2)
    word.heading(document, LABELS["evidence"], 2)
    _evidence(document, form)
    for position, case in enumerate(form.cases, 1):
        word.heading(document, f"{LABELS['cases']} {position}", 2)
        rows = [(label, _case_text(case, name)) for name, label in CASE_LABELS.items()]
        word.table(document, ("项目", "内容"), rows, widths_mm=(50, 105), size=word.POINTS["五号"])
    if not form.cases:
        word.heading(document, LABELS["cases"], 2)
        word.paragraph(document, NOT_GIVEN)
    word.page_number(document.sections[0].footer)
    return word.to_bytes(document)


def _fact(form: Nomination, name: str) -> str:
    if name == "industries":
        return "、".join(industry_label(code) for code in form.industries) or NOT_GIVEN
    if name == "technology_class":
        return CLASS_LABELS[form.technology_class] if form.technology_class else NOT_GIVEN
    if name == "advancement":
        return ADVANCEMENT_LABELS[form.advancement] if form.advancement else NOT_GIVEN
    if name == "intellectual_property":
        kinds = [given(right.kind) for right in form.intellectual_property]
        return "；".join(f"{kind} {kinds.count(kind)} 项" for kind in dict.fromkeys(kinds)) or NOT_GIVEN
    value = getattr(form, name)
    if name.startswith("penetration"):
        return figure(value, "%")
    return NOT_GIVEN if value is None else given(str(value))


def _evidence(document: Any, form: Nomination) -> None:
    rows = [
        (
            EVIDENCE_LABELS[one.kind],
            given(one.issuer),
            given(one.number),
            NOT_GIVEN if one.date is None else one.date.isoformat(),
            _yes_no(one.cma),
        )
        for one in form.evidence
    ]
    if not rows:
        word.paragraph(document, NOT_GIVEN)
        return
    header = ("类别", "出具单位", "编号", "日期", "CMA 资质")
    word.table(document, header, rows, widths_mm=(28, 50, 36, 25, 16), size=word.POINTS["五号"])


def _case_text(case: NominationCase, name: str) -> str:
    value = getattr(case, name)
    if name == "reductions_t":
        return "；".join(f"{clean(what)} {figure(amount)}" for what, amount in value.items()) or NOT_GIVEN
    if isinstance(value, bool):
        return _yes_no(value)
    if isinstance(value, float):
        return figure(value)
    return NOT_GIVEN if value is None else given(str(value))


def _yes_no(value: bool | None) -> str:
    return NOT_GIVEN if value is None else "是" if value else "否"
