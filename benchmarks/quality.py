"""This project beside plain rankers and other tools, and without each of its own parts.

Prints one table over the test half of the judged queries, or one for each split that is named:
"kept_out" are the questions like those learned from that nothing was learned from. Every peer
ranks the same record texts and sees the industry of a query as words before its text; peers
that cut words at blanks get the tokens of our segmenter, those with vectors the vectors of
our encoder, and all keep their own default weights. A peer returns its best ten, so it
never says that nothing fits.

A part of the score is switched off by fitting the ranker again without its features, on the
graded questions kept back; the bars stay. Where nothing learned is left, the ranker is the one
for other encoders. A second table takes every sixth record in turn for one added since the last
training; there a part is left out without fitting anew. The pool of graded records did not hold
txtai, LanceDB and SQLite (data/judgements/README.md); a record that they alone return counts as
not useful. Times are of one query in one process, indexes open.

Usage: pip install -r benchmarks/requirements.txt && python benchmarks/quality.py
Right after a training: python -m recommender train --kept-back FILE, then --kept-back FILE here.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import logging
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from embeddings.encoder import SHIPPED_MODEL, Encoder, StaticEncoder, open_encoder  # noqa: E402
from embeddings.segment import normalise  # noqa: E402
from embeddings.text import field_texts  # noqa: E402
from recommender import RecommenderEngine  # noqa: E402
from recommender.answering import load_answer_model  # noqa: E402
from recommender.asked import AskedVectors, load_asked  # noqa: E402
from recommender.evaluation import (  # noqa: E402
    KEPT_OUT,
    JudgedQuery,
    Run,
    intent_examples,
    load_judgements,
    load_kept_out,
    paired_interval,
    per_query,
    summarise,
    training_samples,
)
from recommender.fusion import reciprocal_rank_fusion  # noqa: E402
from recommender.intent import TECHNOLOGY  # noqa: E402
from recommender.learning import LearningSettings  # noqa: E402
from recommender.neighbours import AskedQuestions  # noqa: E402
from recommender.network import Network  # noqa: E402
from recommender.query import Query  # noqa: E402
from recommender.ranking import FEATURES, PARTS, Ranker  # noqa: E402
from recommender.reading import Reading  # noqa: E402
from recommender.settings import Settings  # noqa: E402
from recommender.spelling import Correction  # noqa: E402
from recommender.thesaurus import Thesaurus  # noqa: E402
from recommender.training import Sample, calibrated, fit  # noqa: E402
from recommender.training_set import (  # noqa: E402
    kept_back,
    load_training,
    not_kept_back,
    read_questions,
    read_unanswered,
    said_of_records,
    samples_of,
    unseen,
)

Answer = Callable[[JudgedQuery], dict[str, float]]
"""A judged query -> record id -> score, at most ten records."""
Scorer = Callable[[str], np.ndarray]
"""A text -> float (records,), zero for a record that is not found."""

Features = dict[str, np.ndarray]
"""Name of a feature or part -> float64 (records,)."""

K = 10
NEW = 6
"""Every sixth record is taken for new in turn."""
FIELD_WEIGHTS = {
    "name": 1.0, "summary": 0.5, "problems": 1.0, "terms": 1.0, "facets": 0.5, "conditions": 0.3,
}  # fmt: skip
MEASURES = ("nDCG@10", "R@10", "MRR", "success@1", "success@5", "none_accuracy")
OURS = "this project"
NOT_INSTALLED = "{name}: not installed, row left out (pip install -r benchmarks/requirements.txt)"


class Corpus:
    """The texts of the recommendable records, as the peers read them."""

    def __init__(self, engine: RecommenderEngine) -> None:
        self.ids = engine.ids
        self.segmenter = engine.segmenter
        self.encoder = StaticEncoder(SHIPPED_MODEL, engine.segmenter)
        self.config = engine.config
        self.fields = [field_texts(engine.catalog[i], engine.catalog) for i in self.ids]
        self.texts = ["。".join(fields.values()) for fields in self.fields]

    @cached_property
    def segmented(self) -> list[str]:
        """The texts as tokens joined by blanks."""
        return [self.segmenter.segmented(text) for text in self.texts]

    def best(self, scores: np.ndarray) -> dict[str, float]:
        """Return the ten best records with a score above zero."""
        order = np.argsort(-scores, kind="stable")[:K]
        return {self.ids[row]: float(scores[row]) for row in order if scores[row] > 0}

    def answers(self, scorer: Scorer) -> Answer:
        """Return ``scorer`` as a method."""
        return lambda query: self.best(scorer(asked(query)))


def asked(query: JudgedQuery) -> str:
    """Return what a peer is asked: the words of the industry, if one is given, and the text."""
    return f"{query.industry} {query.text}" if query.industry else query.text


def ranked(ids: list[str]) -> dict[str, float]:
    """Return ids, best first, with scores that keep their order."""
    return {record: 1.0 / rank for rank, record in enumerate(ids, 1)}


def bm25(documents: list[list[str]], **parameters: Any) -> Callable[[list[str]], np.ndarray]:
    """Return a BM25 scorer of tokens over documents of tokens; parameters not given as bm25s sets them."""
    import bm25s

    index = bm25s.BM25(method="lucene", **parameters)
    index.index([tokens or ["\0"] for tokens in documents], show_progress=False)

    def scores(tokens: list[str]) -> np.ndarray:
        known = [token for token in tokens if token in index.vocab_dict]
        if not known:
            return np.zeros(len(documents))
        return np.asarray(index.get_scores(known), dtype=np.float64)

    return scores


def plain_bm25(corpus: Corpus) -> Scorer:
    """Return BM25 over the whole text, cut by jieba as it comes."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()

    def cut(text: str) -> list[str]:
        return [word for word in tokenizer.lcut_for_search(text.lower()) if any(c.isalnum() for c in word)]

    scores = bm25([cut(text) for text in corpus.texts])
    return lambda text: scores(cut(text))


def whole_bm25(corpus: Corpus) -> Scorer:
    """Return BM25 over the whole text, cut by our segmenter."""
    tokens = corpus.segmenter.tokens
    scores = bm25([tokens(text) for text in corpus.texts], k1=corpus.config.bm25_k1, b=corpus.config.bm25_b)
    return lambda text: scores(tokens(text))


def field_bm25(corpus: Corpus) -> Scorer:
    """Return the weighted sum of BM25 over every field, cut by our segmenter."""
    tokens = corpus.segmenter.tokens
    fields = {
        name: bm25(
            [tokens(fields[name]) for fields in corpus.fields],
            k1=corpus.config.bm25_k1,
            b=corpus.config.bm25_b,
        )
        for name in FIELD_WEIGHTS
    }

    def scores(text: str) -> np.ndarray:
        cut = tokens(text)
        return np.sum([weight * fields[name](cut) for name, weight in FIELD_WEIGHTS.items()], axis=0)

    return scores


def dense(corpus: Corpus, encoder: Encoder) -> Scorer:
    """Return the cosine with the whole text."""
    vectors = encoder.encode_documents(corpus.texts)
    return lambda text: np.maximum(vectors @ encoder.encode_queries([text])[0], 0.0).astype(np.float64)


def fused(one: Scorer, other: Scorer) -> Scorer:
    """Return the reciprocal rank fusion of two scorers."""
    return lambda text: reciprocal_rank_fusion([one(text), other(text)])


def txtai_hybrid(corpus: Corpus) -> Answer:
    """Return txtai's hybrid search; its own tokenizer would cut Chinese words into characters."""
    from txtai import Embeddings

    def transform(texts: list[str]) -> np.ndarray:
        return corpus.encoder.encode_segmented(texts)

    embeddings = Embeddings(
        method="external",
        transform=transform,
        content=True,
        hybrid=True,
        scoring={"method": "bm25", "terms": True, "normalize": True, "tokenizer": {"whitespace": True}},
    )
    embeddings.index(list(zip(corpus.ids, corpus.segmented, strict=True)))

    def answer(query: JudgedQuery) -> dict[str, float]:
        found = embeddings.search(corpus.segmenter.segmented(asked(query)), K)
        return ranked([row["id"] for row in found])

    return answer


def lancedb_hybrid(corpus: Corpus, folder: str) -> Answer:
    """Return LanceDB's hybrid search with its default reranker."""
    import lancedb
    from lancedb.index import FTS

    vectors = corpus.encoder.encode_segmented(corpus.segmented)
    rows = [
        {"id": record, "text": text, "vector": vector}
        for record, text, vector in zip(corpus.ids, corpus.segmented, vectors, strict=True)
    ]
    table = lancedb.connect(folder).create_table("records", data=rows)
    words = FTS(base_tokenizer="whitespace", stem=False, remove_stop_words=False, ascii_folding=False)
    table.create_index("text", config=words)

    def answer(query: JudgedQuery) -> dict[str, float]:
        text = corpus.segmenter.segmented(asked(query))
        vector = corpus.encoder.encode_segmented([text])[0]
        found = table.search(query_type="hybrid").vector(vector).text(text).limit(K).to_list()
        return ranked([row["id"] for row in found])

    return answer


def sqlite_fts(corpus: Corpus) -> Answer:
    """Return SQLite's full-text search: any of the words, ranked by its bm25()."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE records USING fts5(id UNINDEXED, text)")
    database.executemany("INSERT INTO records VALUES (?, ?)", zip(corpus.ids, corpus.segmented, strict=True))

    def answer(query: JudgedQuery) -> dict[str, float]:
        words = " OR ".join(f'"{token}"' for token in corpus.segmenter.tokens(asked(query)))
        sql = "SELECT id FROM records WHERE records MATCH ? ORDER BY bm25(records) LIMIT ?"
        return ranked([row[0] for row in database.execute(sql, (words, K))] if words else [])

    return answer


def project(engine: RecommenderEngine) -> Answer:
    """Return what the engine answers."""

    def answer(query: JudgedQuery) -> dict[str, float]:
        result = engine.match(Query(query.text, query.industry, k=K))
        return ranked([match.technology.id for match in result.matches])

    return answer


def switched(engine: RecommenderEngine, name: str, value: object) -> Answer:
    """Return the engine with one attribute replaced."""
    if not hasattr(engine, name):
        raise AttributeError(
            f"RecommenderEngine has no '{name}' any more: bring benchmarks/quality.py up to date"
        )
    twin = copy.copy(engine)
    setattr(twin, name, value)
    return project(twin)


class _NoSpeller:
    """Leaves typing errors as they are."""

    def correct(self, text: str) -> tuple[str, list[Correction]]:
        return normalise(text), []


def seen_through_others(engine: RecommenderEngine, stored: Path | None) -> list[Sample]:
    """Return the graded questions kept back, seen through what the others teach.

    Args:
        engine: the engine.
        stored: what the others taught, as ``python -m recommender train --kept-back`` wrote it;
            learned anew (half an hour) when None.
    """
    questions = read_questions(engine, load_training(set(engine.ids)))
    if stored is not None:
        taught = load_asked(stored)
        alone = [one for one in intent_examples() if one.label != TECHNOLOGY]
        seen = len(not_kept_back(questions)) + len(not_kept_back(alone))
        if len(taught.questions.places) != seen or taught.encoder != engine.encoder.revision:
            raise SystemExit(
                f"{stored}: learned from {len(taught.questions.places)} questions with encoder "
                f"'{taught.encoder}', not from the {seen} of data/training and data/intents that are not "
                "kept back; write it anew with python -m recommender train --kept-back FILE"
            )
        return samples_of(engine, kept_back(engine.with_asked(taught), questions).asked)
    settings = LearningSettings.on_every_core()
    unanswered = read_unanswered(engine, intent_examples())
    held_back = unseen(engine, questions, said_of_records(engine), unanswered, settings)
    return samples_of(engine, held_back.asked)


def ablations(engine: RecommenderEngine, stored: Path | None) -> dict[str, Answer]:
    """Return this project with each part switched off in turn; the rest is weighed anew without it."""
    judged = training_samples(engine, load_judgements())
    asked = seen_through_others(engine, stored)
    methods: dict[str, Answer] = {}
    for part, names in PARTS.items():
        kept = np.array([0.0 if feature in names else 1.0 for feature in FEATURES])
        ranker = calibrated(fit(blanked(asked, kept)), blanked(judged, kept))
        methods[f"without {part}"] = switched(engine, "ranker", ranker)
    known = engine.asked
    none = dataclasses.replace(known.words.weights, values=np.zeros_like(known.words.weights.values))
    silent = dataclasses.replace(known.words, weights=none)
    wordless = dataclasses.replace(known, words=silent)
    alone = dataclasses.replace(known, questions=AskedQuestions.none())
    unread = dataclasses.replace(known, network=Network.none())

    def ruleless(text: str, **given: Any) -> Reading:
        return dataclasses.replace(engine.read(text, **given), constraints=(), quantities=())

    open_bar = dataclasses.replace(load_answer_model(), bar=float("-inf"))
    return {
        **methods,
        "without learned word weights": project(engine.with_asked(wordless)),
        "without nearest questions": project(engine.with_asked(alone)),
        "without networks": project(engine.with_asked(unread)),
        "without graded questions": project(engine.with_asked(AskedVectors.of_nobody())),
        "without thesaurus": project(engine.with_thesaurus(Thesaurus({}))),
        "without needs splitting": switched(engine, "_needs", lambda *_: ({}, float("-inf"))),
        "without spelling": switched(engine, "_speller", _NoSpeller()),
        "without constraints and windows": switched(engine, "read", ruleless),
        "without answer model": switched(engine, "answering", open_bar),
    }


def blanked(samples: list[Sample], kept: np.ndarray) -> list[Sample]:
    """Return samples with the features zeroed that are not kept."""
    return [dataclasses.replace(sample, matrix=sample.matrix * kept) for sample in samples]


class _Wordless(Ranker):
    """Looks at no word that a text and a record have in common."""

    def parts(self, features: Features) -> Features:
        return super().parts(features | {"words": np.zeros_like(features["words"])})


class _Placeless(Ranker):
    """Looks at no industry."""

    def parts(self, features: Features) -> Features:
        return super().parts(features | {name: np.zeros_like(features[name]) for name in PARTS["industry"]})


def added_since(engine: RecommenderEngine, queries: list[JudgedQuery]) -> list[str]:
    """Return a table over records added since the last training: every sixth in turn is taken for one.

    Nothing learned is known of them; only queries that want one of them count.
    """
    shipped = engine.ranker.weights, engine.ranker.offset
    rankers: dict[str, Ranker] = {
        OURS: engine.ranker,
        "new records weighed like the others": engine.ranker.without_gain(),
        "without lexical": _Wordless(*shipped),
        "without industry": _Placeless(*shipped),
    }
    bare = "without thesaurus"
    values: dict[str, dict[str, dict[str, float]]] = {name: {} for name in (*rankers, bare)}
    refused = dict.fromkeys(values, 0)
    for fold in range(NEW):
        new = set(engine.ids[fold::NEW])
        known = engine.asked
        asked = dataclasses.replace(known, ids=tuple("" if id in new else id for id in known.ids))
        without = engine.with_asked(asked)
        wanting = [
            query for query in queries if any(grade == 3 and id in new for id, grade in query.grades.items())
        ]
        methods = {name: switched(without, "ranker", ranker) for name, ranker in rankers.items()}
        methods[bare] = project(without.with_thesaurus(Thesaurus({})))
        for name, method in methods.items():
            run = {query.id: method(query) for query in wanting}
            refused[name] += sum(not found for found in run.values())
            values[name] |= {f"{fold} {id}": own for id, own in per_query(wanting, run).items()}
    lines = [
        "| method | nDCG@10 | success@1 | success@5 | false none | difference in nDCG@10 [95 %] |",
        "|---|---|---|---|---|---|",
    ]
    for name, own in values.items():
        means = (
            np.mean([one[measure] for one in own.values()])
            for measure in ("nDCG@10", "success@1", "success@5")
        )
        cells = [name, *(f"{mean:.3f}" for mean in means), f"{refused[name] / len(own):.3f}"]
        mean, low, high = paired_interval(own, values[OURS], "nDCG@10")
        cells.append("" if name == OURS else f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def peers(corpus: Corpus, model: str, folder: str) -> tuple[dict[str, Answer], list[str]]:
    """Return the peers that can be run here, and a line for each that cannot."""
    lexical, vectors = whole_bm25(corpus), dense(corpus, corpus.encoder)
    methods = {
        "BM25, plain jieba": corpus.answers(plain_bm25(corpus)),
        "BM25, weighted fields": corpus.answers(field_bm25(corpus)),
        "dense, whole record": corpus.answers(vectors),
        "RRF of BM25 and dense": corpus.answers(fused(lexical, vectors)),
    }
    left_out = []
    optional: dict[str, Callable[[], Answer]] = {
        "txtai, hybrid": lambda: txtai_hybrid(corpus),
        "LanceDB, hybrid": lambda: lancedb_hybrid(corpus, folder),
    }
    for name, build in optional.items():
        try:
            methods[name] = build()
        except ModuleNotFoundError as error:
            if error.name not in {"txtai", "lancedb"}:
                raise
            left_out.append(NOT_INSTALLED.format(name=name))
    methods["SQLite FTS5"] = sqlite_fts(corpus)
    if model:
        encoder = open_encoder(corpus.segmenter, model=model, offline=True)
        methods[f"dense, {Path(model).name}"] = corpus.answers(dense(corpus, encoder))
    else:
        left_out.append(
            "general sentence-transformers model: row left out (give a local folder with --model)"
        )
    return methods, left_out


def timed(method: Answer, queries: list[JudgedQuery]) -> tuple[Run, float]:
    """Return the run and the median of milliseconds a query; the first query also warms up."""
    method(queries[0])
    run: Run = {}
    seconds = []
    for query in queries:
        started = time.perf_counter()
        run[query.id] = method(query)
        seconds.append(time.perf_counter() - started)
    return run, 1000.0 * statistics.median(seconds)


def table(methods: dict[str, Answer], queries: list[JudgedQuery]) -> list[str]:
    """Return the lines of the table; differences are the method minus this project."""
    answerable = [query for query in queries if query.answerable]
    runs = {name: timed(method, queries) for name, method in methods.items()}
    values = {name: per_query(answerable, run) for name, (run, _) in runs.items()}
    names = [measure.replace("_", " ") for measure in MEASURES]
    heads = ["method", *names, "median ms per query", "difference in nDCG@10 to this project [95 %]"]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for name, (run, milliseconds) in runs.items():
        summary = summarise(queries, run)
        cells = [name, *(f"{summary[measure]:.3f}" for measure in MEASURES), f"{milliseconds:.1f}"]
        if name == OURS:
            cells.append("")
        else:
            mean, low, high = paired_interval(values[name], values[OURS], "nDCG@10")
            cells.append(f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def main() -> None:
    """Print the table, and a line for each row left out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="", help="local folder of a general sentence-transformers model")
    parser.add_argument(
        "--split",
        nargs="+",
        default=["test"],
        choices=("test", "development", KEPT_OUT),
        help="which queries",
    )
    parser.add_argument(
        "--kept-back",
        type=Path,
        help="what three quarters of the questions teach, written by recommender train --kept-back",
    )
    given = parser.parse_args()
    if given.kept_back is not None and not given.kept_back.is_file():
        parser.error(f"--kept-back {given.kept_back}: no such file; leave it out to learn anew")
    engine = RecommenderEngine.open(config=Settings(embedding_model=""))
    judged = load_judgements()
    for query in judged:
        if query.split not in given.split:
            project(engine)(query)  # fills what is kept per record, so that all rows start alike
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        methods, left_out = peers(Corpus(engine), given.model, folder)
        methods |= {OURS: project(engine), **ablations(engine, given.kept_back)}
        for split in given.split:
            queries = [query for query in [*judged, *load_kept_out()] if query.split == split]
            print(f"{split}, {len(queries)} queries", *table(methods, queries), sep="\n")
            print(f"{split}, records added since the last training", *added_since(engine, queries), sep="\n")
    for line in left_out:
        print(line)


if __name__ == "__main__":
    main()
