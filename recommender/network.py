"""Small networks that read a question as a whole: which share of its answers each record has.

One more output is the share of "nothing answers this".

``recommender/network_learning.py`` trains them on ``data/training/``; here they are applied, with NumPy
alone. Where the word weights add up, a network sees what words mean together. Most of them look at
the tokens a second time, with a question made of what the first reading gave (attention; Sukhbaatar et
al., 2015, "End-to-end memory networks"; several heads, Vaswani et al., 2017): which token matters
depends on the others. Several are trained from different starts, and their logarithms are averaged (a
product of experts).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]

Bag = tuple[npt.NDArray[np.int64], Matrix]
"""Places of the tokens of a text and their weights."""

FLOOR = 12.0
"""A share below e to the minus this counts as none."""
TEXT_LENGTH = 3.0
"""Length of the question's vector beside its tokens."""
_STEADY = 1e-5
"""Added to a variance before its root."""
_CURVE = (np.sqrt(2.0 / np.pi), 0.044715)
"""Numbers of the approximation of GELU by a hyperbolic tangent (Hendrycks and Gimpel, 2016)."""


@dataclass(frozen=True)
class Look:
    """A second look at the tokens of a question; without heads it sees nothing.

    Attributes:
        asks: float32 (heads, width, hidden + 1), what each head asks the tokens for, the last column
            the bias.
        values: float32 (heads, width, numbers), what a head makes of what it sees.
        scale, shift: float32 (heads * numbers,), of what was seen, normalised.
    """

    asks: Matrix
    values: Matrix
    scale: Matrix
    shift: Matrix

    @classmethod
    def none(cls) -> Look:
        """Return a look of no heads."""
        empty = np.zeros(0, dtype=np.float32)
        return cls(np.zeros((0, 0, 0), dtype=np.float32), np.zeros((0, 0, 0), dtype=np.float32), empty, empty)

    def seen(self, rows: Matrix, held: FloatArray, once: Matrix) -> Matrix:
        """Return what the heads see, float32 (heads * numbers,).

        Args:
            rows: float32 (tokens, width), the tokens of the question.
            held: float64 (tokens,), how much the question holds of each; a head
                prefers what it holds more of.
            once: float32 (hidden,), the first reading.
        """
        rows, held = rows[held > 0], held[held > 0]
        if not len(rows) or not len(self.values):
            return self.shift
        odds = (self.asks @ np.append(once, np.float32(1.0))) @ rows.T + np.log(held).astype(np.float32)
        shares = np.exp(odds - odds.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        seen = np.einsum("hw,hwn->hn", shares @ rows, self.values).ravel()
        found: Matrix = _normal(seen) * self.scale + self.shift
        return found


@dataclass(frozen=True)
class Member:
    """One network: tokens and text, two layers, the second beside a bypass, one output a record.

    Attributes:
        tokens: int8 (tokens, width), steps of the row's size.
        sizes: float32 (tokens,), what a step of a row is.
        scale, shift: float32 (width + dimension,), of the normalised input.
        first, second: (weights, bias), float32 (hidden, width + dimension) and
            (hidden, hidden + heads * numbers).
        look: the second look at the tokens, which the second layer reads besides the first.
        outputs: float32 (records + 1, hidden + 1), the last column the bias, the last row that
            nothing answers.
        reads: float32 (hidden, dimension), what the text of a record makes of its output.
    """

    tokens: npt.NDArray[np.int8]
    sizes: Matrix
    scale: Matrix
    shift: Matrix
    first: tuple[Matrix, Matrix]
    second: tuple[Matrix, Matrix]
    look: Look
    outputs: Matrix
    reads: Matrix

    def hidden(self, places: Sequence[int], held: FloatArray, vector: Matrix) -> Matrix:
        """Return what the network makes of a question, float32 (hidden,).

        Args:
            places: rows of the question's tokens, each once.
            held: float64 (len(places),), how much the question holds of each, of unit length or zero.
            vector: float32 (dimension,), of unit length or zero.
        """
        own = list(places)
        rows = self.sizes[own, None] * self.tokens[own].astype(np.float32)
        said = np.concatenate([held.astype(np.float32) @ rows, TEXT_LENGTH * vector])
        once = _gelu(self.first[0] @ (_normal(said) * self.scale + self.shift) + self.first[1])
        both = np.concatenate([once, self.look.seen(rows, held, once)])
        twice: Matrix = once + _gelu(self.second[0] @ both + self.second[1])
        return twice

    def unknown(self, vector: Matrix) -> Matrix:
        """Return the output of a record nobody was asked about, float32 (hidden + 1,), by its text."""
        return np.append(self.reads @ vector, self.outputs[:-1, -1].mean())


@dataclass(frozen=True)
class Network:
    """All members, over one list of tokens.

    Attributes:
        names: tokens in the order of the rows.
        rarity: float64 (tokens,), log of texts over texts with the token.
        members: the networks.
    """

    names: tuple[str, ...]
    rarity: FloatArray
    members: tuple[Member, ...]

    @classmethod
    def none(cls) -> Network:
        """Return a network that says nothing."""
        return cls((), np.zeros(0), ())

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names)}

    def held(self, pieces: Sequence[str]) -> tuple[list[int], FloatArray]:
        """Return rows of the known tokens of a question, and how much it holds of each, of unit length."""
        known = [self._places[piece] for piece in pieces if piece in self._places]
        values = self.rarity[known]
        return known, values / max(float(np.linalg.norm(values)), 1e-12)

    def reading(self, pieces: Sequence[str], vector: Matrix) -> Matrix:
        """Return what each network makes of a question, float32 (networks, hidden).

        Args:
            pieces: tokens of the question, each once (``pieces``).
            vector: float32 (dimension,), of unit length or zero.
        """
        places, held = self.held(pieces)
        own = [member.hidden(places, held, vector) for member in self.members]
        return np.array(own, dtype=np.float32) if own else np.zeros((0, 0), dtype=np.float32)

    def outputs(self, rows: npt.NDArray[np.int64], known: npt.NDArray[np.bool_], texts: Matrix) -> Outputs:
        """Return the outputs for the records of a catalogue.

        Args:
            rows: int64 (records,), row of each record; of unknown ones any.
            known: bool (records,), whether a record was there when the networks were trained.
            texts: float32 (records, dimension), vectors of the records' texts.
        """
        own = []
        for member in self.members:
            found = member.outputs[rows].copy()
            for row in np.flatnonzero(~known):
                found[row] = member.unknown(texts[row])
            own.append(found)
        return Outputs(self, tuple(own), len(rows))


@dataclass(frozen=True)
class Heard:
    """What the networks say of one question.

    Attributes:
        shares: float64 (records,), 0 to 1, the logarithm of each record's share, from the floor up.
        nothing: logarithm of the share of "nothing" over that of the best record, 0 without networks.
        reading: float32 (networks, hidden), the units before the output.
    """

    shares: FloatArray
    nothing: float
    reading: Matrix


@dataclass(frozen=True)
class Outputs:
    """The networks over the records of one catalogue."""

    network: Network
    records: tuple[Matrix, ...]
    count: int

    def support(self, pieces: Sequence[str], vector: Matrix) -> Heard:
        """Return what the networks give each record, how sure they are that nothing answers, what they read.

        The shares are those among all records the networks were trained on: a record does not gain
        because the one that solves the problem is not in this catalogue.

        Args:
            pieces: tokens of the question, each once (``pieces``).
            vector: float32 (dimension,), of unit length or zero.
        """
        reading = self.network.reading(pieces, vector)
        if not self.records:
            return Heard(np.zeros(self.count), 0.0, reading)
        shares, nothing = [], []
        for member, outputs, own in zip(self.network.members, self.records, reading, strict=True):
            read = np.append(own, 1.0)
            every = member.outputs @ read
            most = every.max()
            shares.append(outputs @ read - most - np.log(np.exp(every - most).sum()))
            nothing.append(every[-1] - every[:-1].max())
        found: FloatArray = np.clip(np.mean(shares, axis=0) / FLOOR + 1.0, 0.0, 1.0)
        return Heard(found, float(np.mean(nothing)), reading)


def pieces(tokens: Sequence[str], text: str, division: str) -> tuple[str, ...]:
    """Return what a network sees of a question, each once: tokens, characters, industry division."""
    characters = (f"={character}" for character in text if character.isalnum())
    return tuple(dict.fromkeys((*tokens, *characters, *((f"@{division}",) if division else ()))))


def _normal(values: Matrix) -> Matrix:
    """Return values with mean 0 and variance 1."""
    found: Matrix = (values - values.mean()) / np.sqrt(values.var() + np.float32(_STEADY))
    return found


def _gelu(values: Matrix) -> Matrix:
    root, cubic = np.float32(_CURVE[0]), np.float32(_CURVE[1])
    bent = 0.5 * values * (1.0 + np.tanh(root * (values + cubic * values**3)))
    return bent.astype(np.float32)
