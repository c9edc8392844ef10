"""The legal basis as data with effective dates: what a document of a given day may cite.

``data/review/legal_basis.yaml`` holds laws and rules; the policy documents of
``data/policy/documents.yaml`` join them with their planning period as the end.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from catalog.errors import BadInput
from catalog.parsing import parsed
from catalog.paths import DATA_DIR
from catalog.policy import PolicyDocument, load_policy

_DAY_UNKNOWN = datetime.date.min
"""End of a text that is repealed on a day nobody recorded: it holds on no day."""


class Law(BaseModel):
    """One law, rule or policy document and the days between which it holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    title: str
    number: str | None
    year: int
    in_force_from: datetime.date | None
    repealed_on: datetime.date | None
    replaced_by: str | None
    cite_number: bool
    check: str
    source: str
    end: Literal["废止", "规划期满"] = "废止"

    @property
    def start(self) -> datetime.date:
        """Return the first day it surely holds: the day itself, or the year after its issue."""
        return self.in_force_from or datetime.date(self.year + 1, 1, 1)

    @property
    def citation(self) -> str:
        """Return the words of a citation, with the number where documents carry one."""
        number = f"（{self.number}）" if self.cite_number and self.number else ""
        return f"《{self.title}》{number}"

    def holds(self, on: datetime.date) -> bool:
        """Return whether it is in force on a day."""
        return self.start <= on and (self.repealed_on is None or on < self.repealed_on)


@lru_cache(maxsize=2)
def laws(path: Path | None = None) -> dict[str, Law]:
    """Return everything that can be cited, by key.

    Raises:
        BadInput: a faulty entry, a key that stands twice, or an unknown ``replaced_by``.
    """
    where = path or DATA_DIR / "review" / "legal_basis.yaml"
    known: dict[str, Law] = {}
    for entry in yaml.safe_load(where.read_text(encoding="utf-8")):
        law = parsed(Law, entry, where=f"{where}: {_key_of(entry)}")
        if law.key in known:
            raise BadInput(f"{where}: key “{law.key}”重复，请改名")
        known[law.key] = law
    for law in known.values():
        if law.replaced_by is not None and law.replaced_by not in known:
            raise BadInput(f"{where}: {law.key}.replaced_by “{law.replaced_by}”不存在，请写已有的 key")
    for document in load_policy(DATA_DIR / "policy").documents.values():
        known.setdefault(document.key, _of_policy(document))
    return known


def _key_of(entry: object) -> str:
    """Return the key of an entry as read, or that it has none."""
    return str(entry.get("key", "（无 key）")) if isinstance(entry, dict) else "（无 key）"


def _of_policy(document: PolicyDocument) -> Law:
    last = document.planning_period[1] if document.planning_period else None
    ended = datetime.date(last + 1, 1, 1) if last is not None else None
    return Law(
        key=document.key,
        title=document.title,
        number=document.number,
        year=document.year,
        in_force_from=document.date,
        repealed_on=_DAY_UNKNOWN if document.state == "废止" else ended,
        replaced_by=None,
        cite_number=True,
        check=document.state_note if document.state != "现行" else "",
        source="data/policy/documents.yaml",
        end="废止" if document.state == "废止" or ended is None else "规划期满",
    )


def basis(on: datetime.date) -> tuple[Law, ...]:
    """Return what is in force on a day, in the order of the data."""
    return tuple(law for law in laws().values() if law.holds(on))


def in_force(keys: Sequence[str], on: datetime.date) -> tuple[str, ...]:
    """Return those of ``keys`` that hold on a day: how a template offers a law and its successor.

    Raises:
        BadInput: an unknown key.
    """
    return tuple(key for key in keys if _law(key).holds(on))


def cite(keys: Sequence[str], on: datetime.date) -> str:
    """Return the citation of laws in a document of a day, in the order given.

    Raises:
        BadInput: nothing to cite, an unknown key, or a text that does not hold that day; the
            message names it, the day it ended or begins, and what to cite instead.
    """
    if not keys:
        raise BadInput(f"{_day(on)}的文件没有法律和政策依据，请从依据库中选择在该日有效的依据")
    return "".join(_valid(_law(key), on).citation for key in keys)


def cautions(keys: Sequence[str]) -> tuple[str, ...]:
    """Return what has to be verified about cited texts before a draft is issued, one line each.

    Raises:
        BadInput: an unknown key.
    """
    cited = [_law(key) for key in keys]
    return tuple(f"{law.citation}：{law.check}" for law in cited if law.check)


def _law(key: str) -> Law:
    try:
        return laws()[key]
    except KeyError:
        raise BadInput(f"法律依据“{key}”不在依据库中，可用：{'、'.join(laws())}") from None


def _valid(law: Law, on: datetime.date) -> Law:
    if law.holds(on):
        return law
    if law.repealed_on is None or (on < law.start and law.repealed_on > law.start):
        raise BadInput(_too_early(law, on))
    if law.replaced_by is not None:
        instead = f"请改引{laws()[law.replaced_by].citation}"
    else:
        instead = "未登记接续文件，请向发布机关核实后改引"
    raise BadInput(f"{law.citation}{_end(law, law.repealed_on)}，{_day(on)}的文件不能引为依据，{instead}")


def _end(law: Law, ended: datetime.date) -> str:
    if ended == _DAY_UNKNOWN:
        return "已废止"
    if law.end == "规划期满":
        return f"规划期至{_day(ended - datetime.timedelta(days=1))}已满"
    return f"自{_day(ended)}起废止"


def _too_early(law: Law, on: datetime.date) -> str:
    if law.in_force_from is None:
        return (
            f"{law.citation}印发日期未核实（{law.year}年），{_day(on)}的文件不能引为依据，"
            "请在依据库中补填日期"
        )
    older = [other.citation for other in laws().values() if other.replaced_by == law.key and other.holds(on)]
    instead = f"，请改引{'、'.join(older)}" if older else "，请删去"
    return f"{law.citation}自{_day(law.in_force_from)}起施行，{_day(on)}的文件不能引为依据{instead}"


def _day(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
