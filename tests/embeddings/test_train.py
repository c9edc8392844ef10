import csv
import json
import re
from collections import Counter, defaultdict

import numpy as np
import pytest
import yaml

from catalog.paths import DATA_DIR
from embeddings.encoder import SHIPPED_MODEL
from embeddings.segment import Segmenter
from embeddings.train import save, train


@pytest.fixture(scope="module")
def trained(catalog, tmp_path_factory):
    folders = []
    for name in ("first", "second"):
        folder = tmp_path_factory.mktemp(name)
        save(folder, *train(catalog, Segmenter.for_catalog(catalog)))
        folders.append(folder)
    return folders


def test_two_trainings_give_identical_files(trained):
    first, second = trained
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert len(files) == 5
    for file in files:
        assert (first / file).read_bytes() == (second / file).read_bytes(), file


def test_the_shipped_model_was_trained_on_the_shipped_records(trained):
    from safetensors.numpy import load_file

    def vocabulary(folder):
        return json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]

    assert vocabulary(SHIPPED_MODEL) == vocabulary(trained[0])
    shipped, fresh = (
        load_file(f / "model.safetensors")["embedding.weight"] for f in (SHIPPED_MODEL, trained[0])
    )
    shared = np.abs((shipped * fresh).sum(axis=1))
    norms = np.linalg.norm(shipped, axis=1) * np.linalg.norm(fresh, axis=1)
    assert np.median(shared[1:] / np.maximum(norms[1:], 1e-12)) > 0.9


def plain(text):
    return re.sub(r"[\W_]", "", text)


def runs(text, length):
    return {text[start : start + length] for start in range(len(text) - length + 1)}


def judged():
    queries = yaml.safe_load((DATA_DIR / "judgements" / "queries.yaml").read_text(encoding="utf-8"))
    with (DATA_DIR / "judgements" / "kept_out.csv").open(encoding="utf-8", newline="") as stream:
        queries += list(csv.DictReader(stream))
    return [(query["id"], plain(query["text"])) for query in queries]


def written_lines(*folders):
    """Return (place, text) of every line of the CSV files, without ids, labels and kinds."""
    found = []
    for path in sorted(path for folder in folders for path in (DATA_DIR / folder).glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            if "grade" in (rows.fieldnames or ()):
                continue
            for number, row in enumerate(rows, start=2):
                told = [row[name] for name in ("text", "words", "word", "standard") if name in row]
                assert told, path
                found.append((f"{path.name}:{number}", plain("".join(told))))
    return found


def test_no_judged_query_stands_in_the_records_or_the_lexicon():
    """No shared run of eight characters (queries are judged, never trained on)."""
    sources = [*(DATA_DIR / "technologies").glob("*.yaml"), *(DATA_DIR / "lexicon").iterdir()]
    texts = {path.name: plain(path.read_text(encoding="utf-8")) for path in sources}
    shared = [
        f"{query} and {name} share {run}"
        for query, text in judged()
        for run in sorted(runs(text, 8))
        for name, content in texts.items()
        if run in content
    ]
    assert not shared, shared


def test_no_judged_query_stands_in_a_statement_or_a_question_of_the_usage_or_intents():
    held = defaultdict(set)
    for place, text in written_lines("usage", "intents", "training"):
        for run in runs(text, 8):
            held[run].add(place)
    shared = [
        f"{query} and {sorted(held[run])} share {run}"
        for query, text in judged()
        for run in sorted(runs(text, 8))
        if run in held
    ]
    assert not shared, shared


def test_no_judged_query_is_a_rewording_of_a_line_that_is_learned_from(catalog):
    """Character 5-gram Jaccard below one half."""
    lines = [(t.id, plain(problem)) for t in catalog.technologies for problem in t.problems]
    lines += written_lines("usage", "intents", "lexicon", "training")
    sizes, holders = [], defaultdict(list)
    for number, (_, text) in enumerate(lines):
        own = runs(text, 5)
        sizes.append(len(own))
        for run in own:
            holders[run].append(number)
    alike = []
    for query, text in judged():
        own = runs(text, 5)
        common = Counter(number for run in own for number in holders.get(run, ()))
        alike += [
            f"{query} and {lines[number][0]}"
            for number, count in common.items()
            if count / (len(own) + sizes[number] - count) >= 0.5
        ]
    assert not alike, alike


def test_a_statement_of_rare_words_only_does_not_spoil_the_vectors(catalog):
    from embeddings.segment import Segmenter
    from embeddings.train import TrainingSettings, train

    settings = TrainingSettings(dimension=8, min_count=60)
    words, vectors = train(catalog, Segmenter.for_catalog(catalog), settings)
    assert vectors.shape == (len(words), 8)
    assert np.isfinite(vectors).all()
