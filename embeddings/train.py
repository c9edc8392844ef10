"""Training of the shipped static model from the project's own records.

Word vectors are the left singular vectors of a positive pointwise mutual information
(PPMI) matrix of words against texts, scaled by the square root of the singular values
and by the word's inverse document frequency. Words are the tokens of
``embeddings.segment``; texts are whole records and single problem statements. No judged
query is read. References: Levy, Goldberg and Dagan (2015), Improving distributional
similarity with lessons learned from word embeddings, TACL 3; Bullinaria and Levy (2012).
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

from catalog import Catalog
from embeddings.encoder import UNKNOWN_TOKEN, FloatMatrix
from embeddings.segment import SEGMENTATION, Segmenter
from embeddings.text import field_texts, statements

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TrainingSettings:
    """Choices of the training; the defaults are those of the shipped model.

    Chosen by nDCG@10 on the development half of the judged queries, see docs/quality.md.
    """

    dimension: int = 192
    min_count: int = 3
    smoothing: float = 0.75
    eigen_power: float = 1.0
    statement_weight: float = 0.0


def training_texts(
    catalog: Catalog, segmenter: Segmenter, settings: TrainingSettings
) -> list[tuple[float, Counter[str]]]:
    """Return (weight, token counts) of every text: whole records first, then statements."""
    texts: list[tuple[float, Counter[str]]] = []
    for technology in catalog.recommendable:
        whole: Counter[str] = Counter()
        for text in field_texts(technology, catalog).values():
            whole.update(segmenter.tokens(text))
        texts.append((1.0, whole))
    if settings.statement_weight > 0:
        for technology in catalog.recommendable:
            for problem in statements(technology, catalog):
                tokens = Counter(segmenter.tokens(problem))
                texts.append((settings.statement_weight, tokens))
    return texts


def train(
    catalog: Catalog, segmenter: Segmenter, settings: TrainingSettings | None = None
) -> tuple[list[str], FloatMatrix]:
    """Return the vocabulary and its vectors, float32 (words, dimension)."""
    settings = settings or TrainingSettings()
    texts = training_texts(catalog, segmenter, settings)
    totals: Counter[str] = Counter()
    for _, counts in texts:
        totals.update(counts)
    words = sorted(word for word, count in totals.items() if count >= settings.min_count)
    row_of = {word: row for row, word in enumerate(words)}
    cells = [
        (row_of[word], column, weight * (1.0 + math.log(count)))
        for column, (weight, counts) in enumerate(texts)
        for word, count in counts.items()
        if word in row_of
    ]
    rows, columns, values = (np.array(part) for part in zip(*cells, strict=True))
    matrix = sparse.csc_array((values, (rows, columns)), shape=(len(words), len(texts)))
    idf = _idf(matrix[:, : len(catalog.recommendable)])
    spoken = np.flatnonzero(np.diff(matrix.indptr))  # a statement of rare words only says nothing
    vectors = _svd_vectors(_ppmi(matrix[:, spoken], settings.smoothing), settings)
    return words, (vectors * idf[:, None]).astype(np.float32)


def _ppmi(matrix: sparse.csc_array, smoothing: float) -> sparse.csc_array:
    """Return the positive pointwise mutual information; what was never seen together stays 0."""
    total = matrix.sum()
    word_share = matrix.sum(axis=1) / total
    text_mass = matrix.sum(axis=0) ** smoothing
    text_share = text_mass / text_mass.sum()
    seen = matrix.tocoo()
    expected = word_share[seen.row] * text_share[seen.col]
    positive = np.maximum(np.log(seen.data / total / expected), 0.0)
    return sparse.csc_array((positive, (seen.row, seen.col)), shape=matrix.shape)


def _svd_vectors(matrix: sparse.csc_array, settings: TrainingSettings) -> FloatArray:
    """Return the word side of the truncated SVD, signs fixed.

    The eigenvectors of the small text-by-text matrix give the same result as the SVD of
    the tall one in a fraction of the time.
    """
    size = matrix.shape[1]
    largest = [max(size - settings.dimension, 0), size - 1]
    values, texts = linalg.eigh((matrix.T @ matrix).toarray(), subset_by_index=largest)
    order = np.argsort(values)[::-1]
    order = order[values[order] > 1e-9]
    singular = np.sqrt(values[order])
    vectors: FloatArray = (matrix @ texts[:, order]) / singular
    strongest = np.argmax(np.abs(vectors), axis=0)
    vectors *= np.sign(vectors[strongest, np.arange(len(order))])
    vectors *= singular**settings.eigen_power
    return vectors


def _idf(records: sparse.csc_array) -> FloatArray:
    count = records.shape[1]
    frequency = np.bincount(records.indices, minlength=records.shape[0])
    idf: FloatArray = np.log((count + 1.0) / (frequency + 0.5))
    return np.maximum(idf, 0.0)


def save(folder: Path, words: list[str], vectors: FloatMatrix) -> None:
    """Write the model in sentence-transformers format.

    Vectors are stored in half precision. The row of the unknown token is zero: adding it
    leaves the direction of a text's vector as it is, so an unknown token is masked for every
    loader.
    """
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "1_Normalize").mkdir(exist_ok=True)
    rows = np.vstack([np.zeros((1, vectors.shape[1]), dtype=np.float32), vectors])
    save_file({"embedding.weight": rows.astype(np.float16)}, str(folder / "model.safetensors"))
    vocabulary = {UNKNOWN_TOKEN: 0, **{word: row for row, word in enumerate(words, start=1)}}
    tokenizer: dict[str, object] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": UNKNOWN_TOKEN},
    }
    modules = [
        {
            "idx": 0,
            "name": "0",
            "path": "",
            "type": "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding",
        },
        {
            "idx": 1,
            "name": "1",
            "path": "1_Normalize",
            "type": "sentence_transformers.base.modules.normalize.Normalize",
        },
    ]
    config = {
        "model_type": "SentenceTransformer",
        "prompts": {"query": "", "document": ""},
        "default_prompt_name": None,
        "similarity_fn_name": "cosine",
        "qingyuan": {"segmentation": SEGMENTATION, "dimension": int(vectors.shape[1])},
    }
    normalize = {
        "module_input_name": "sentence_embedding",
        "module_output_name": "sentence_embedding",
    }
    _write_json(folder / "tokenizer.json", tokenizer, indent=None)
    _write_json(folder / "modules.json", modules)
    _write_json(folder / "config_sentence_transformers.json", config)
    _write_json(folder / "1_Normalize" / "config.json", normalize)


def _write_json(path: Path, content: object, *, indent: int | None = 2) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=indent)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
