import json
import re

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


def test_no_judged_query_stands_in_the_records_or_the_lexicon():
    """No shared run of eight characters (queries are judged, never trained on)."""
    queries = yaml.safe_load((DATA_DIR / "judgements" / "queries.yaml").read_text(encoding="utf-8"))
    sources = [*(DATA_DIR / "technologies").glob("*.yaml"), *(DATA_DIR / "lexicon").iterdir()]
    texts = {path.name: plain(path.read_text(encoding="utf-8")) for path in sources}
    for query in queries:
        text = plain(query["text"])
        runs = [text[start : start + 8] for start in range(max(len(text) - 7, 1))]
        for name, content in texts.items():
            shared = [run for run in runs if len(run) == 8 and run in content]
            assert not shared, f"{query['id']} and {name} share {shared[0]}"


def test_a_statement_of_rare_words_only_does_not_spoil_the_vectors(catalog):
    from embeddings.segment import Segmenter
    from embeddings.train import TrainingSettings, train

    settings = TrainingSettings(dimension=8, min_count=60)
    words, vectors = train(catalog, Segmenter.for_catalog(catalog), settings)
    assert vectors.shape == (len(words), 8)
    assert np.isfinite(vectors).all()
