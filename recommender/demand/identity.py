"""Who asked: which needs come from the same enterprise, however it spells its name.

Counting is meant to err on one side: two firms may be taken for one, but legal form, brackets,
blanks, width or a short name never make two of one. What depends on a number of enterprises
then stays closed longer, not shorter. Typing errors in a name are not mended.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from embeddings.segment import normalise
from recommender.demand.needs import Need

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】|〔[^〕]*〕|<[^<>]*>|《[^》]*》")
_LEGAL_FORM = re.compile(r"(股份|有限|责任|集团|控股|总|分)*公司.*$")
_ENDINGS = re.compile(r"(集团|控股|股份|有限|责任|总厂|分厂|工厂|厂)$")
_ENGLISH_FORM = re.compile(r"(?<![a-z])(co\W*ltd|company|limited|ltd|inc|corp|corporation|llc|plc|gmbh)\W*$")
_SHORTEST_CORE = 3
"""Characters from which a name inside a longer one means the same firm (长安汽车, 重庆长安汽车)."""
_LEVEL_OF_PLACE = re.compile(r"^(\w{2,3}?)(省|市)(?=\w)")


def name_forms(name: str) -> frozenset[str]:
    """Return the forms under which an enterprise's name is compared; two names that share one are one.

    Width, case, traditional characters, blanks and punctuation do not count, nor does the
    legal form with all that follows it (有限责任公司第二分公司), nor 省 or 市 after the first
    word; what stands in brackets is tried with and without.
    """
    plain = normalise(name)
    forms = {_core(plain), _core(_BRACKETS.sub("", plain))} - {""}
    return frozenset(forms or {_letters(plain)} - {""})


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _core(plain: str) -> str:
    bare = _letters(_ENGLISH_FORM.sub("", plain.strip()))
    core = _LEVEL_OF_PLACE.sub(r"\1", _LEGAL_FORM.sub("", bare))
    while (shorter := _ENDINGS.sub("", core)) and shorter != core:
        core = shorter
    return core


class Identities:
    """Which needs come from the same enterprise, over all needs known.

    By declared name; a need without a name counts for the one name its installation declared
    elsewhere, else for the installation.
    """

    def __init__(self, needs: Iterable[Need]) -> None:
        self._same: dict[str, str] = {}
        self._names_of: dict[str, set[str]] = {}
        known = list(needs)
        self.forms = frozenset(form for need in known for form in name_forms(need.enterprise))
        for need in known:
            forms = sorted(name_forms(need.enterprise))
            for form in forms:
                self._join(forms[0], form)
        self._join_short_names()
        for need in known:
            if name_forms(need.enterprise):
                self._names_of.setdefault(need.installation, set()).add(self._named(need))

    def _join_short_names(self) -> None:
        ordered = sorted(self.forms)
        for form in (one for one in ordered if len(one) >= _SHORTEST_CORE):
            for longer in ordered:
                if form in longer:
                    self._join(form, longer)

    def _root(self, form: str) -> str:
        while self._same.setdefault(form, form) != form:
            form = self._same[form]
        return form

    def _join(self, one: str, other: str) -> None:
        first, second = sorted((self._root(one), self._root(other)))
        self._same[second] = first

    def _named(self, need: Need) -> str:
        return self._root(min(name_forms(need.enterprise)))

    def count(self, needs: Iterable[Need]) -> int:
        """Return how many different enterprises at least stand behind ``needs``.

        An unnamed need from an installation that speaks for several names (a consultant's) adds
        one only if none of those names is there.
        """
        names: set[str] = set()
        unnamed: set[str] = set()
        for need in needs:
            if name_forms(need.enterprise):
                names.add(self._named(need))
            else:
                unnamed.add(need.installation)
        for installation in sorted(unnamed):
            declared = self._names_of.get(installation, set())
            if len(declared) == 1:
                names |= declared
        left = [one for one in unnamed if len(self._names_of.get(one, ())) != 1]
        return len(names) + sum(not (self._names_of.get(one, set()) & names) for one in left)
