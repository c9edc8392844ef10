"""Text -> vectors: the model shipped with the project, or any sentence-transformers model."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from catalog import BadInput
from catalog.paths import DATA_DIR
from embeddings.segment import Segmenter

FloatMatrix = npt.NDArray[np.float32]

SHIPPED_MODEL = DATA_DIR / "model"
SHIPPED_NAME = "shipped"
UNKNOWN_TOKEN = "[UNK]"


class Encoder(Protocol):
    """What the index needs of a model."""

    name: str
    revision: str
    dimension: int

    def encode_documents(self, texts: list[str]) -> FloatMatrix:
        """Return float32 (n, dimension), rows of unit length (zero for unknown text)."""
        ...

    def encode_queries(self, texts: list[str]) -> FloatMatrix:
        """Return float32 (n, dimension), rows of unit length (zero for unknown text)."""
        ...


def unit_rows(matrix: FloatMatrix) -> FloatMatrix:
    """Return the rows scaled to unit length; zero rows stay zero."""
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    scaled: FloatMatrix = np.divide(matrix, norms, out=np.zeros_like(matrix), where=norms > 0)
    return scaled


class StaticEncoder:
    """The shipped static model, read with numpy alone.

    A text's vector is the sum of the vectors of its known tokens, scaled to unit length.
    Unknown tokens are masked: they have no vector and leave the direction as it is.
    """

    def __init__(self, folder: Path, segmenter: Segmenter) -> None:
        from safetensors.numpy import load

        weights = (folder / "model.safetensors").read_bytes()
        tokenizer = (folder / "tokenizer.json").read_bytes()
        self.name = SHIPPED_NAME
        self.revision = hashlib.blake2b(weights + tokenizer, digest_size=8).hexdigest()
        self._vectors: FloatMatrix = load(weights)["embedding.weight"].astype(np.float32)
        self._vocabulary: dict[str, int] = json.loads(tokenizer)["model"]["vocab"]
        self._unknown = self._vocabulary[UNKNOWN_TOKEN]
        self._segmenter = segmenter
        self.dimension = int(self._vectors.shape[1])

    def __contains__(self, token: object) -> bool:
        return isinstance(token, str) and token in self._vocabulary and token != UNKNOWN_TOKEN

    def token_vectors(self, tokens: list[str]) -> FloatMatrix:
        """Return float32 (n, dimension), unit rows; an unknown token has a zero row."""
        rows = [self._vocabulary.get(token, self._unknown) for token in tokens]
        return unit_rows(self._vectors[rows])

    def encode_segmented(self, texts: list[str]) -> FloatMatrix:
        """Return the vectors of texts that are tokens joined by blanks already."""
        result = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            tokens = [self._vocabulary.get(t, self._unknown) for t in text.split()]
            known = [token for token in tokens if token != self._unknown]
            if known:
                result[row] = self._vectors[known].sum(axis=0)
        return unit_rows(result)

    def encode_weighted(self, weights: dict[str, float]) -> FloatMatrix:
        """Return float32 (1, dimension): the vector of tokens that do not all weigh the same."""
        known = [(self._vocabulary[t], w) for t, w in weights.items() if t in self]
        total = np.zeros((1, self.dimension), dtype=np.float32)
        for row, weight in known:
            total[0] += np.float32(weight) * self._vectors[row]
        return unit_rows(total)

    def encode_documents(self, texts: list[str]) -> FloatMatrix:
        """Return the vectors of texts."""
        return self.encode_segmented([self._segmenter.segmented(text) for text in texts])

    def encode_queries(self, texts: list[str]) -> FloatMatrix:
        """Return the vectors of texts; this model treats queries like documents."""
        return self.encode_documents(texts)


class SentenceTransformerEncoder:
    """Any sentence-transformers model by hub name or local path, with its own prompts."""

    def __init__(self, name: str, *, revision: str | None = None, offline: bool = False) -> None:
        from sentence_transformers import SentenceTransformer

        local = Path(name).exists()
        try:
            self._model: Any = SentenceTransformer(
                name, revision=None if local else revision, local_files_only=offline or local
            )
        except Exception as error:  # the hub raises many kinds; the user needs one line
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise BadInput(
                f"QINGYUAN_EMBEDDING_MODEL: model '{name}' cannot be loaded ({reason}); "
                "give a local folder, or leave the setting empty for the shipped model"
            ) from error
        self.name = name
        self.revision = _folder_revision(Path(name)) if local else (revision or "unpinned")
        dimension = self._model.get_embedding_dimension()
        self.dimension = int(dimension)

    def encode_documents(self, texts: list[str]) -> FloatMatrix:
        """Return the vectors of texts, encoded with the model's document prompt."""
        return self._rows(self._model.encode_document(texts, show_progress_bar=False))

    def encode_queries(self, texts: list[str]) -> FloatMatrix:
        """Return the vectors of texts, encoded with the model's query prompt."""
        return self._rows(self._model.encode_query(texts, show_progress_bar=False))

    def _rows(self, vectors: Any) -> FloatMatrix:
        return unit_rows(np.asarray(vectors, dtype=np.float32).reshape(-1, self.dimension))


def _folder_revision(folder: Path) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(file for file in folder.rglob("*") if file.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        if path.suffix == ".json":
            digest.update(path.read_bytes())
        else:
            with path.open("rb") as stream:
                for block in iter(lambda: stream.read(1 << 20), b""):
                    digest.update(block)
    return digest.hexdigest()


def open_encoder(
    segmenter: Segmenter, *, model: str = "", revision: str | None = None, offline: bool = False
) -> Encoder:
    """Return the shipped encoder, or the sentence-transformers model that ``model`` names.

    Raises:
        BadInput: the model cannot be loaded.
    """
    if model in ("", SHIPPED_NAME):
        return StaticEncoder(SHIPPED_MODEL, segmenter)
    return SentenceTransformerEncoder(model, revision=revision, offline=offline)
