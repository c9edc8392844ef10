"""Technology needs: a question the catalogue answers badly or not at all, left on purpose, with consent.

Nothing is kept before somebody agrees to exactly what ``as_lines`` shows. A need names no
machine: who asked is the enterprise it declares, else a random number of the installation.
The text of a need stands in its document alone, never in a name, an event or a log, and is
blanked when the need is withdrawn.
"""

from __future__ import annotations

import datetime
import re
import secrets
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from catalog import Catalog, Codes
from catalog.errors import BadInput
from catalog.files import write_atomically
from catalog.nominations.form import FormPart
from catalog.paths import user_home
from catalog.people import NotAllowed, Person, require
from catalog.store import Conflict, Document, NotFound, Store
from recommender import labels
from recommender.demand.proposal import proposed_class
from recommender.query import Filters, Query

if TYPE_CHECKING:
    from recommender.engine import MatchResult, RecommenderEngine

KIND = "need"
INSTALLATION_FILE = "installation_id"
"""File of the user folder that holds the random number of this installation."""

Level = Literal["medium", "weak", "none"]
State = Literal["submitted", "accepted", "rejected", "answered", "withdrawn"]
OPEN: frozenset[State] = frozenset({"submitted", "accepted"})
"""States in which a need still waits for a technology."""

LEVEL_LABELS = {**labels.LEVELS, "none": "无"}
STATE_LABELS: dict[State, str] = {
    "submitted": "待审核", "accepted": "征集中", "rejected": "未采纳", "answered": "已有对应供给",
    "withdrawn": "已撤回",
}  # fmt: skip
NOT_GIVEN = "未提供"

_SEEN_KIND, _SEEN = "need_rematch", "seen"
_SYSTEM = "重新匹配"
_TRIES = 20
_LONGEST_NAME = 100
_MOVES: dict[tuple[State, bool], State] = {
    ("submitted", True): "accepted",
    ("submitted", False): "rejected",
    ("accepted", False): "rejected",
    ("answered", True): "accepted",
    ("answered", False): "rejected",
}
"""What a review (accept or not) makes of a state; taking up an answered need again undoes the answer."""

_NO_CONSENT = "技术需求：未勾选同意，未提交也未保存任何内容；同意提交上列内容后请勾选再提交"
_STRONG = "技术需求：目录中已有匹配等级为“强”的技术（{names}），不作为需求提交；如不适用请在该技术处反馈原因"
_FILTERED = "技术需求：结果带有筛选条件，可能漏掉已有技术；请取消筛选重新匹配后再提交"
_SUBMITTED = "技术需求 {id}：已提交过，请重新匹配后另行提交"
_NAME_TOO_LONG = "企业名称：共 {length} 字，超过 {most} 字，请写营业执照上的名称或留空"
_NO_CLASS = "供需五类：“{value}”不在表中，请写 {known}"
_NO_NUMBER = "技术需求：编号连续被占用，未保存，请稍后再提交"
_NO_REVIEW = "技术需求 {id} 为“{state}”，不能{action}"
_NO_REASON = "技术需求 {id}：{action}须写理由，例如 --reason 描述不清，请补充工序和介质"
_ACTIONS = {True: "采纳", False: "不予采纳"}
_NOT_OWN = "技术需求 {id} 不是由本机提交的，不能撤回；请在提交的机器上撤回或联系管理部门"
_CLOSED = "技术需求 {id} 为“{state}”，不能撤回"
_NO_FOLDER = "{path}: 无法写入（{reason}），请检查 QINGYUAN_HOME"


class Need(FormPart):
    """One technology need; ``id`` and ``installation`` stay empty until it is submitted."""

    id: Annotated[str, Field(pattern=r"^(XQ-\d{4}-\d{4,})?$")] = ""
    plus_class: str = Field(description="code of data/codes/plus_classes.csv")
    industry: str = Field("", description="GB/T 4754-2017 code, empty if none was understood")
    industry_text: str = Field("", description="industry as written, kept only if it is no known one")
    text: str = Field(description="problem as written; empty after withdrawal")
    ignored: tuple[str, ...] = Field((), description="constraints of the text the user switched off")
    enterprise: str = Field("", description="declared name; may be empty; never published")
    installation: str = Field("", description="random number of the installation, no machine name")
    level: Level = Field(description="best level found when the need was left")
    technology_ids: tuple[str, ...] = Field((), description="found then, best first")
    places: Annotated[int, Field(ge=1)] = Field(10, description="results asked for, then and again")
    created_on: datetime.date
    state: State = "submitted"
    reviewed: bool = Field(False, description="accepted by staff; only then may it be published")
    review_note: str = ""
    answered_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kept:
    """A need as it stands in the store."""

    id: str
    revision: int
    need: Need


@dataclass(frozen=True)
class Answered:
    """A need that later technologies answer: the level found first, the level now, what answers."""

    need_id: str
    before: Level
    now: str
    technology_ids: tuple[str, ...]


def _today() -> datetime.date:
    return datetime.datetime.now().astimezone().date()


def _plain(text: str) -> str:
    """Return ``text`` on one line without control characters, which no Word file can hold."""
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join(kept.split())


# Leaving a need


def prepare(
    result: MatchResult,
    *,
    catalog: Catalog,
    enterprise: str = "",
    plus_class: str | None = None,
    today: datetime.date | None = None,
) -> Need:
    """Return the need a result would leave; nothing is written and nothing is sent.

    Args:
        result: the answer that was not good enough.
        catalog: vocabularies, and words for the proposed class.
        enterprise: declared name; may be empty.
        plus_class: one of the five classes (code or label); proposed by default.
        today: date of the need; the day of the call by default.

    Raises:
        BadInput: a technology of level 强 was found, the result was filtered, or a value is wrong.
    """
    strong = [match.technology.name for match in result.matches if match.level == "strong"]
    if strong:
        raise BadInput(_STRONG.format(names=labels.join(strong[:3])))
    if result.query.filters != Filters():
        raise BadInput(_FILTERED)
    name = _plain(enterprise)
    if len(name) > _LONGEST_NAME:
        raise BadInput(_NAME_TOO_LONG.format(length=len(name), most=_LONGEST_NAME))
    best = min((match.level for match in result.matches), key=list(LEVEL_LABELS).index, default="none")
    return Need.model_validate(
        {
            "plus_class": _class_code(plus_class, catalog) or proposed_class(result, catalog),
            "industry": result.industry_code or "",
            "industry_text": "" if result.industry_code else _plain(result.query.industry or ""),
            "text": _plain(result.query.text),
            "ignored": tuple(sorted(result.query.ignored_constraints)),
            "enterprise": name,
            "level": best,
            "technology_ids": tuple(match.technology.id for match in result.matches),
            "places": max(result.query.k, 1),
            "created_on": today or _today(),
        }
    )


def _class_code(value: str | None, catalog: Catalog) -> str | None:
    if not value:
        return None
    vocabulary = catalog.codes["plus_classes"]
    code = vocabulary.find(value)
    if code is None:
        known = labels.join([row.label for row in vocabulary])
        raise BadInput(_NO_CLASS.format(value=value, known=known))
    return code


def industry_words(need: Need, codes: Codes) -> str:
    """Return the industry of a need in words with its code, as written if unknown, or 未提供."""
    if need.industry in codes["industries"]:
        return f"{codes.label('industries', need.industry)}（{need.industry}）"
    return need.industry or need.industry_text or NOT_GIVEN


def as_lines(need: Need, codes: Codes) -> list[str]:
    """Return everything that would be sent, line by line, to be read before consent is given."""
    return [
        f"供需五类：{codes.label('plus_classes', need.plus_class)}",
        f"行业：{industry_words(need, codes)}",
        f"问题描述：{need.text}",
        f"企业名称：{need.enterprise or NOT_GIVEN}",
        f"忽略的约束：{labels.join(list(need.ignored)) or '无'}",
        f"已找到的最好等级：{LEVEL_LABELS[need.level]}",
        f"已找到的技术：{labels.join(list(need.technology_ids)) or '无'}",
        f"匹配条数：{need.places}；日期：{need.created_on.isoformat()}",
        f"安装编号：{need.installation or '提交时随机生成，与机器名称无关'}",
        "用途：由管理部门审核后列入技术需求目录；企业名称不公开，原文在不少于3家企业提出相近需求前不公开",
    ]


def installation_id(home: Path | None = None) -> str:
    """Return the random number of this installation, made and kept at the first call.

    Args:
        home: the user folder; the default one if None.

    Raises:
        BadInput: the folder cannot be written.
    """
    path = (home or user_home()) / INSTALLATION_FILE
    known = _read_installation(path)
    if known:
        return known
    made = secrets.token_hex(8)
    try:
        write_atomically(path, made.encode())
    except OSError as error:
        raise BadInput(_NO_FOLDER.format(path=path, reason=error.strerror)) from error
    return made


def _read_installation(path: Path) -> str:
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return text if re.fullmatch(r"[0-9a-f]{16}", text) else ""


def submit(
    store: Store, need: Need, *, consent: bool, person: Person | None = None, home: Path | None = None
) -> Kept:
    """Keep a prepared need; without consent nothing is written, no file and no row.

    Args:
        store: where needs are kept.
        need: from ``prepare``, as it was shown.
        consent: the box beside the shown lines is ticked.
        person: who acts, where people have roles; an enterprise needs none.
        home: user folder with the installation's number.

    Raises:
        BadInput: no consent, a need that has a number already, or no free number.
        NotAllowed: the role may not submit needs.
    """
    if not consent:
        raise BadInput(_NO_CONSENT)
    if need.id:
        raise BadInput(_SUBMITTED.format(id=need.id))
    if person is not None:
        require(person, "demand.submit")
    own = need.model_copy(update={"installation": installation_id(home), "state": "submitted"})
    year = need.created_on.year
    for _ in range(_TRIES):
        number = _next_number(store, year)
        body = own.model_copy(update={"id": number})
        try:
            document = store.create(KIND, number, body.model_dump(mode="json"), name=number)
        except BadInput:  # somebody took the number in between
            continue
        actor, role = (person.name, person.role) if person else ("", "")
        store.record(KIND, number, "submit", actor=actor, role=role, detail={"level": need.level})
        return _kept(document)
    raise BadInput(_NO_NUMBER)


def _next_number(store: Store, year: int) -> str:
    head = f"XQ-{year}-"
    taken = [int(one.id[len(head) :]) for one in store.documents(KIND) if one.id.startswith(head)]
    return f"{head}{max(taken, default=0) + 1:04d}"


# Reading and reviewing


def _kept(document: Document) -> Kept:
    return Kept(document.id, document.revision, Need.model_validate(document.body))


def all_needs(store: Store) -> list[Kept]:
    """Return every need, by number."""
    return [_kept(document) for document in store.bodies(KIND)]


def get(store: Store, id: str) -> Kept:
    """Return a need.

    Raises:
        NotFound: there is none of that number.
    """
    return _kept(store.get(KIND, id))


def _change(store: Store, id: str, change: Callable[[Need], Need], *, actor: str) -> tuple[Need, Need]:
    """Change a need as it stands now, again if somebody saved in between; return before and after."""
    for _ in range(_TRIES):
        try:
            return _change_once(store, id, change, actor=actor)
        except Conflict:
            continue
    return _change_once(store, id, change, actor=actor)


def _change_once(store: Store, id: str, change: Callable[[Need], Need], *, actor: str) -> tuple[Need, Need]:
    kept = get(store, id)
    changed = change(kept.need)
    store.save(KIND, id, changed.model_dump(mode="json"), name=id, revision=kept.revision, actor=actor)
    return kept.need, changed


def review(store: Store, id: str, person: Person, *, accept: bool, reason: str = "") -> Kept:
    """Accept or refuse a need; only a first acceptance needs no reason.

    An answered need that is accepted again is open once more: its answer did not hold.

    Raises:
        NotAllowed: the role may not review needs.
        NotFound: no need of that number.
        BadInput: the state allows no such step, or the reason is missing.
    """
    require(person, "demand.review")
    action = _ACTIONS[accept]

    def step(need: Need) -> Need:
        target = _MOVES.get((need.state, accept))
        if target is None:
            raise BadInput(_NO_REVIEW.format(id=id, state=STATE_LABELS[need.state], action=action))
        if (need.state, accept) != ("submitted", True) and not reason.strip():
            raise BadInput(_NO_REASON.format(id=id, action=action))
        decided = {"state": target, "reviewed": accept, "review_note": reason.strip()}
        return need.model_copy(update={**decided, "answered_by": ()})

    before, after = _change(store, id, step, actor=person.name)
    detail = {"from": before.state, "to": after.state, "answered_by": list(before.answered_by)}
    name = "accept" if accept else "reject"
    store.record(KIND, id, name, actor=person.name, role=person.role, reason=reason.strip(), detail=detail)
    return get(store, id)


def withdraw(store: Store, id: str, *, home: Path | None = None) -> Kept:
    """Take a need back from the installation that left it; its text and the name are blanked.

    Raises:
        NotFound: no need of that number.
        NotAllowed: another installation left it.
        BadInput: it was withdrawn before.
    """
    own = _read_installation((home or user_home()) / INSTALLATION_FILE)

    def step(need: Need) -> Need:
        if not own or need.installation != own:
            raise NotAllowed(_NOT_OWN.format(id=id))
        if need.state == "withdrawn":
            raise BadInput(_CLOSED.format(id=id, state=STATE_LABELS[need.state]))
        blank = {"text": "", "enterprise": "", "industry_text": ""}
        return need.model_copy(update={"state": "withdrawn", **blank})

    before, _ = _change(store, id, step, actor="")
    store.record(KIND, id, "withdraw", actor="", detail={"from": before.state, "to": "withdrawn"})
    return get(store, id)


# Matching again


def rematch(
    store: Store, engine: RecommenderEngine, technology_ids: Collection[str] | None = None
) -> list[Answered]:
    """Ask open needs again if technologies came in since the last run; return those now answered.

    The numbers in force are compared with those of the last run, kept in the store (at the
    first run all are new). A need is asked as it was, with as many results; a new technology of
    level 强 or 中 that was not among its results answers it. What was found first stays in the
    need and in its history.

    Args:
        store: the needs.
        engine: opened on the catalogue in force.
        technology_ids: numbers in force; those the engine can recommend by default.
    """
    in_force = frozenset(engine.ids if technology_ids is None else technology_ids)
    fresh = in_force - _seen(store)
    found = []
    for kept in all_needs(store) if fresh else []:
        if kept.need.state in OPEN:
            answer = _answer(store, engine, kept.need, fresh)
            found += [answer] if answer else []
    _remember(store, in_force)
    return found


def _answer(store: Store, engine: RecommenderEngine, need: Need, fresh: frozenset[str]) -> Answered | None:
    industry = need.industry or need.industry_text or None
    query = Query(need.text, industry, k=need.places, ignored_constraints=frozenset(need.ignored))
    try:
        matches = engine.match(query).matches
    except BadInput:  # the limits of a question were tightened since
        return None
    wanted = fresh - frozenset(need.technology_ids)
    good = [m for m in matches if m.level in ("strong", "medium") and m.technology.id in wanted]
    if not good:
        return None
    ids, now = tuple(match.technology.id for match in good), min((m.level for m in good), key=_rank)

    def step(current: Need) -> Need:
        if current.state not in OPEN:
            return current
        return current.model_copy(update={"state": "answered", "answered_by": ids})

    before, after = _change(store, need.id, step, actor=_SYSTEM)
    if before.state == after.state:  # refused or withdrawn meanwhile
        return None
    first = {"level": need.level, "technology_ids": list(need.technology_ids)}
    detail: dict[str, Any] = {"from": before.state, "to": "answered", "before": first}
    detail |= {"level": now, "answered_by": list(ids)}
    store.record(KIND, need.id, "answer", actor=_SYSTEM, detail=detail)
    return Answered(need.id, need.level, now, ids)


def _rank(level: str) -> int:
    return list(LEVEL_LABELS).index(level)


def _seen(store: Store) -> frozenset[str]:
    try:
        return frozenset(store.get(_SEEN_KIND, _SEEN).body["ids"])
    except NotFound:
        return frozenset()


def _remember(store: Store, ids: frozenset[str]) -> None:
    body = {"ids": sorted(ids)}
    try:
        current = store.get(_SEEN_KIND, _SEEN)
        store.save(_SEEN_KIND, _SEEN, body, name=_SEEN, revision=current.revision, actor=_SYSTEM)
    except NotFound:
        store.create(_SEEN_KIND, _SEEN, body, name=_SEEN, actor=_SYSTEM)
    except Conflict:  # another run noted its set just now; the next one compares with that
        return
