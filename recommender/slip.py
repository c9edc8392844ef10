"""推荐凭证, the reproducible recommendation slip: what was asked, with what, and what came out.

A slip freezes the inputs, the outputs and the identity of everything the outputs depend on.
``replay`` asks again and names what differs. The hash shows that a file was changed after it
was issued; it is no signature, so the printed page, which carries the same hash, is what a
file is held against.

What the engine holds in memory (model, weights, thesaurus, settings) is described as it is
held; what is only ever read from ``data/`` is hashed as a file.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from catalog.errors import BadInput
from catalog.parsing import parsed
from catalog.paths import DATA_DIR
from embeddings.index import dense_manifest
from recommender import intent, labels
from recommender.asked import ASKED
from recommender.engine import Match, RecommenderEngine
from recommender.query import Filters, Query
from recommender.ranking import RANKER
from recommender.settings import Levels
from recommender.thesaurus import Thesaurus

FORMAT: Literal[1] = 1
"""Version of the slip's file."""

PROGRAM = "0.1.0"
"""Version of the program, as in ``pyproject.toml``."""

_MARK = "qingyuan_slip"
_LEXICON = DATA_DIR / "lexicon"
_FACETS = tuple(item.name for item in fields(Filters))
_SHORT = 12
"""Characters of a hash where a line compares two."""
_SHOWN = 18
"""Characters of a value where a line compares two."""

PARTS = {
    "edition": "目录", "model": "模型", "index": "索引", "weights": "权重", "lexicon": "词表",
    "settings": "设置",
}  # fmt: skip
_VERDICTS = {"matched": "有推荐", "none": "无推荐"}
_NOTHING = "无"
_SAME_RESULTS = "各条推荐结果与凭证相同，只有上列各项不同"
_UNEXPLAINED = (
    "目录、模型、索引、权重、词表和设置都与凭证相同而结果不同：程序代码或运行库已改动，请核对程序版本"
)

_NO_SLIP = "{name}: 不是推荐凭证，请选择由本程序写出的凭证文件（JSON）"
_OTHER_FORMAT = "{name}: 凭证格式为第 {found} 版，本程序只认第 {known} 版，请升级程序"
_CHANGED = "{name}: 内容与校验值 {hash} 不符，文件在签发后被改动，请使用原始凭证文件"
_REWRITTEN = "{name}: 内容未变，但文件被重新排版，请使用原始凭证文件"
_NO_FACET = "筛选项“{facet}”不存在，请写 {known}"


class Frozen(BaseModel):
    """Base of all parts of a slip."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical JSON of this part."""
        return _sha256(_canonical(self.model_dump(mode="json")))


class Edition(Frozen):
    """The records: hash of all of them, how many there are, how many can be recommended."""

    fingerprint: str
    records: int
    recommendable: int


class Model(Frozen):
    """The embedding model; the revision of the shipped one is a hash of weights and vocabulary."""

    name: str
    revision: str
    dimension: int


class Index(Frozen):
    """The vector index (name of its manifest) and the lexical one, which share recipe and words."""

    dense: str
    dimension: int
    recipe: str
    segmentation: str
    records: int
    bm25_k1: float
    bm25_b: float


class Weights(Frozen):
    """Learned weights of the ranking and of the decision to answer, and the files they came in."""

    ranking: dict[str, float]
    offset: float
    answer: dict[str, float]
    answer_bias: float
    answer_bar: float
    ranker_sha256: str
    asked_sha256: str = ""
    intents_sha256: str


class Lexicon(Frozen):
    """Hash of the thesaurus in use, of all words of the segmenter, and of the files of rules."""

    thesaurus: str
    words: str
    files: dict[str, str]


class ResultSettings(Frozen):
    """Settings that change results."""

    bm25_k1: float
    bm25_b: float
    levels: Levels
    max_text: int


class Asked(Frozen):
    """One query; the codes of a facet and the ignored constraints in sorted order."""

    id: str
    text: str
    industry: str | None
    k: int
    filters: dict[str, tuple[str, ...]]
    ignored_constraints: tuple[str, ...]

    @model_validator(mode="after")
    def _known_facets(self) -> Self:
        for facet in self.filters:
            if facet not in _FACETS:
                raise ValueError(_NO_FACET.format(facet=facet, known=labels.join(list(_FACETS))))
        return self

    @classmethod
    def of(cls, query: Query) -> Asked:
        """Return what ``query`` asks."""
        chosen = {facet: tuple(sorted(getattr(query.filters, facet))) for facet in _FACETS}
        return cls(
            id=query.id,
            text=query.text,
            industry=query.industry,
            k=query.k,
            filters={facet: codes for facet, codes in chosen.items() if codes},
            ignored_constraints=tuple(sorted(query.ignored_constraints)),
        )

    @property
    def query(self) -> Query:
        """Return the query again."""
        filters = Filters(**{facet: frozenset(codes) for facet, codes in self.filters.items()})
        ignored = frozenset(self.ignored_constraints)
        return Query(self.text, self.industry, filters, self.k, self.id, ignored)


class Place(Frozen):
    """One place of a result: score rounded to 6 digits, probability to 4."""

    id: str
    name: str
    level: Literal["strong", "medium", "weak"]
    score: float
    probability: float

    @classmethod
    def of(cls, match: Match) -> Place:
        """Return the place of ``match``."""
        return cls.model_validate(
            {
                "id": match.technology.id,
                "name": match.technology.name,
                "level": match.level,
                "score": round(match.score, 6),
                "probability": round(match.probability, 4),
            }
        )

    def __str__(self) -> str:
        level = labels.LEVELS[self.level]
        return f"{self.id} {self.name} {level} 得分 {self.score:.6f} 概率 {self.probability:.4f}"


class Answered(Frozen):
    """One query with its answer; a query that cannot be read has none, and why."""

    asked: Asked
    verdict: Literal["matched", "none"]
    none_reason: str | None
    results: tuple[Place, ...]


class Slip(Frozen):
    """A slip; ``hash`` is the SHA-256 of the canonical JSON of everything else."""

    qingyuan_slip: Literal[1] = FORMAT
    program: str
    edition: Edition
    model: Model
    index: Index
    weights: Weights
    lexicon: Lexicon
    settings: ResultSettings
    queries: tuple[Answered, ...]
    hash: str = ""

    @property
    def inputs_digest(self) -> str:
        """Return the SHA-256 of the canonical JSON of what was asked."""
        return _sha256(_canonical([one.asked.model_dump(mode="json") for one in self.queries]))


@dataclass(frozen=True)
class Replay:
    """A slip asked again: whether its bytes are the same, what differs, and the new slip."""

    same: bool
    differences: tuple[str, ...]
    slip: Slip


def _canonical(content: Any) -> bytes:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    return (text + "\n").encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hash(content: dict[str, Any]) -> str:
    return _sha256(_canonical({key: value for key, value in content.items() if key != "hash"}))


def _file_sha256(path: Path) -> str:
    return _sha256(path.read_bytes())


def make_slip(engine: RecommenderEngine, queries: Sequence[Query]) -> Slip:
    """Return the slip of ``queries``, in their order, each asked now.

    A query the engine refuses (empty, too long) is frozen with the refusal, so that one line
    of a list never costs the others their slip.
    """
    slip = Slip(
        program=PROGRAM,
        edition=Edition(
            fingerprint=engine.catalog.fingerprint,
            records=len(engine.catalog),
            recommendable=len(engine.ids),
        ),
        model=Model(
            name=engine.encoder.name, revision=engine.encoder.revision, dimension=engine.encoder.dimension
        ),
        index=_index(engine),
        weights=_weights(engine),
        lexicon=_lexicon(engine),
        settings=ResultSettings.model_validate(
            {name: getattr(engine.config, name) for name in ResultSettings.model_fields}
        ),
        queries=tuple(_answered(engine, query) for query in queries),
    )
    return slip.model_copy(update={"hash": _hash(slip.model_dump(mode="json"))})


def _index(engine: RecommenderEngine) -> Index:
    manifest = dense_manifest(engine.catalog, engine.segmenter, engine.encoder)
    return Index(
        dense=manifest.folder_name,
        dimension=manifest.dimension,
        recipe=manifest.recipe,
        segmentation=manifest.segmentation,
        records=manifest.count,
        bm25_k1=engine.config.bm25_k1,
        bm25_b=engine.config.bm25_b,
    )


def _weights(engine: RecommenderEngine) -> Weights:
    answering = engine.answering
    return Weights(
        ranking=engine.ranker.weights,
        offset=engine.ranker.offset,
        answer=answering.weights,
        answer_bias=answering.bias,
        answer_bar=answering.bar,
        ranker_sha256=_file_sha256(RANKER),
        asked_sha256=_file_sha256(ASKED),
        intents_sha256=_file_sha256(intent.MODEL),
    )


def _lexicon(engine: RecommenderEngine) -> Lexicon:
    used: Thesaurus = engine.thesaurus
    return Lexicon(
        thesaurus=_sha256(_canonical(used.links)),
        words=engine.segmenter.fingerprint,
        files={path.name: _file_sha256(path) for path in sorted(_LEXICON.iterdir()) if path.is_file()},
    )


def _answered(engine: RecommenderEngine, query: Query) -> Answered:
    asked = Asked.of(query)
    try:
        found = engine.match(query)
    except BadInput as error:
        return Answered(asked=asked, verdict="none", none_reason=str(error), results=())
    return Answered(
        asked=asked,
        verdict="matched" if found.matches else "none",
        none_reason=found.none_reason,
        results=tuple(Place.of(match) for match in found.matches),
    )


def slip_bytes(slip: Slip) -> bytes:
    """Return the slip as a file: JSON in UTF-8, sorted keys, the same bytes for the same slip."""
    return _canonical(slip.model_dump(mode="json"))


def read_slip(content: bytes, name: str) -> Slip:
    """Return the slip of a file.

    Args:
        content: the file; a BOM and CRLF line ends, which mail and editors add, do no harm.
        name: how messages call the file.

    Raises:
        BadInput: no slip, changed after it was issued, or written by another version.
    """
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadInput(_NO_SLIP.format(name=name)) from error
    if not isinstance(data, dict) or _MARK not in data:
        raise BadInput(_NO_SLIP.format(name=name))
    if data[_MARK] != FORMAT:
        raise BadInput(_OTHER_FORMAT.format(name=name, found=data[_MARK], known=FORMAT))
    kept = str(data.get("hash"))
    try:
        fits = _hash(data) == kept
    except ValueError:  # NaN or half a character, which no slip holds
        fits = False
    if not fits:
        raise BadInput(_CHANGED.format(name=name, hash=kept[:_SHORT]))
    slip = parsed(Slip, data, where=name)
    if slip_bytes(slip) != content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n"):
        raise BadInput(_REWRITTEN.format(name=name))
    return slip


def replay(engine: RecommenderEngine, slip: Slip) -> Replay:
    """Return what comes of asking the queries of ``slip`` again.

    ``same`` only if the new slip has the same bytes; otherwise ``differences`` names each
    part that changed and each place of each query that did.
    """
    fresh = make_slip(engine, [one.asked.query for one in slip.queries])
    if slip_bytes(fresh) == slip_bytes(slip):
        return Replay(True, (), fresh)
    parts, results = list(_changed_parts(slip, fresh)), list(_changed_results(slip, fresh))
    if not parts:
        results.append(_UNEXPLAINED)
    elif not results:
        results.append(_SAME_RESULTS)
    return Replay(False, (*parts, *results), fresh)


def _changed_parts(old: Slip, new: Slip) -> Iterator[str]:
    if old.program != new.program:
        yield f"程序：{old.program} → {new.program}"
    for name, label in PARTS.items():
        before: Frozen = getattr(old, name)
        after: Frozen = getattr(new, name)
        if before != after:
            what = "；".join(_changed_values(before.model_dump(mode="json"), after.model_dump(mode="json")))
            yield f"{label}：{before.digest[:_SHORT]} → {after.digest[:_SHORT]}（{what}）"


def _changed_values(old: dict[str, Any], new: dict[str, Any], place: str = "") -> Iterator[str]:
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _changed_values(before, after, f"{place}{key}.")
        elif before != after:
            yield f"{place}{key} {_value(before)} → {_value(after)}"


def _value(value: Any) -> str:
    return _NOTHING if value is None else str(value)[:_SHOWN]


def _changed_results(old: Slip, new: Slip) -> Iterator[str]:
    for number, (before, after) in enumerate(zip(old.queries, new.queries, strict=True), 1):
        which = f"第 {number} 条 {before.asked.id}".rstrip()
        if before.verdict != after.verdict:
            yield f"{which} 结论：{_VERDICTS[before.verdict]} → {_VERDICTS[after.verdict]}"
        if before.none_reason != after.none_reason:
            yield f"{which} 说明：{before.none_reason or _NOTHING} → {after.none_reason or _NOTHING}"
        for rank, (was, now) in enumerate(zip_longest(before.results, after.results), 1):
            if was != now:
                yield f"{which} 第 {rank} 位：{was or _NOTHING} → {now or _NOTHING}"


def write_slip_docx(slip: Slip, *, today: datetime.date) -> bytes:
    """Return the printed page of a slip as DOCX, the same bytes for the same slip and day.

    Args:
        slip: what is printed.
        today: date of issue.
    """
    from recommender.slip_page import page

    return page(slip, today=today)
