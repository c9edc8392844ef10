"""Trains the networks of ``recommender/network.py``: the shares of the gains of graded questions.

Cross-entropy of the softmax over all records against the gains, by AdamW (Loshchilov and Hutter, 2019)
with one cycle of the step size (Smith and Topin, 2019) and dropout (Srivastava et al., 2014) of tokens,
of hidden units, and of what is learned of a record beyond its text, so that a record nobody asked
about is read by its text. A text is often read with abbreviations spelled out and full names
abbreviated ("NOx" for "氮氧化物"), so that both get the same answer. Most questions are joined with
another one, both halves wanted (mixup, Zhang et al., 2018, on the tokens): a network learns what of a
text asks for what. The texts of the records are learned from too, at a small weight, and so are
questions nothing answers, which want an output of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from recommender.network import Bag, Look, Matrix, Member, Network

if TYPE_CHECKING:
    import torch

    from recommender.network_model import NetworkModel

_RENAMED = 0.5
"""Share of the steps in which a text with exchanged names is read instead of the text, where there is one."""
_FULL = 127
"""Largest step of a stored row."""


@dataclass(frozen=True)
class NetworkSettings:
    """Choices of the training; made on every fourth question, kept back.

    Attributes:
        heads: of each network, how many heads look at the tokens a second time, or 0.
        seen: numbers a head makes of what it sees.
        width: numbers a token.
        hidden: units of a layer.
        fewest: texts that have to hold a token before it is looked at.
        epochs: passes over all texts.
        batch: texts a step.
        step, token_step: largest step size, of the layers and of the tokens.
        decay: weight decay of the layers.
        dropped: share of hidden units left out in a step.
        dropped_tokens: share of the tokens of a text left out in a step.
        dropped_records: share of the records that stand for their text alone in a step.
        joined: share of the questions of a step that are read together with another question.
        processes: how many networks are trained at the same time, each in a process of its own.
    """

    heads: tuple[int, ...] = (0, 4, 4, 4, 4, 4)
    seen: int = 32
    width: int = 64
    hidden: int = 256
    fewest: int = 5
    epochs: int = 24
    batch: int = 256
    step: float = 3e-3
    token_step: float = 6e-3
    decay: float = 0.02
    dropped: float = 0.5
    dropped_tokens: float = 0.2
    dropped_records: float = 0.15
    joined: float = 0.8
    processes: int = 1


@dataclass(frozen=True)
class Lesson:
    """Texts to learn from.

    Attributes:
        pieces: tokens of each text (``network.pieces``).
        renamed: number of a text -> its tokens with abbreviations and full names exchanged, read instead
            of its own in half of the steps.
        vectors: float32 (texts, dimension), of unit length or zero.
        wanted: float32 (texts, records + 1), share of the gains of each record; the last column 1
            where nothing answers.
        weights: float32 (texts,), how much each text counts.
        questions: how many of the first texts are questions something answers; only they are
            read together with another one.
    """

    pieces: Sequence[Sequence[str]]
    renamed: Mapping[int, Sequence[str]]
    vectors: Matrix
    wanted: Matrix
    weights: Matrix
    questions: int


def train(lesson: Lesson, records: Matrix, settings: NetworkSettings | None = None) -> Network:
    """Return networks that learned a lesson; the same lesson gives the same networks on one machine.

    Args:
        lesson: texts and what they want.
        records: float32 (records, dimension), vectors of the records' texts.
        settings: choices of the training.
    """
    chosen = settings or NetworkSettings()
    counts = Counter(
        piece for number, own in enumerate(lesson.pieces) for piece in {*own, *lesson.renamed.get(number, ())}
    )
    names = tuple(sorted(piece for piece, count in counts.items() if count >= chosen.fewest))
    rarity = np.array([np.log(len(lesson.pieces) / counts[name]) for name in names])
    bare = Network(names, rarity, ())
    bags = [_bag(bare, own) for own in lesson.pieces]
    renamed = {number: _bag(bare, own) for number, own in lesson.renamed.items()}
    texts = np.vstack([records, np.zeros_like(records[:1])])
    member = partial(_member, lesson, bags, renamed, texts, len(names), chosen)
    if chosen.processes == 1:
        return Network(names, rarity, tuple(map(member, range(len(chosen.heads)))))
    from joblib import Parallel, delayed, parallel_config

    with parallel_config("loky", inner_max_num_threads=1):
        beside = Parallel(n_jobs=chosen.processes, max_nbytes=None)
        return Network(
            names, rarity, tuple(beside(delayed(member)(seed) for seed in range(len(chosen.heads))))
        )


def _member(
    lesson: Lesson,
    bags: Sequence[Bag],
    renamed: Mapping[int, Bag],
    records: Matrix,
    tokens: int,
    chosen: NetworkSettings,
    seed: int,
) -> Member:
    """Return one network, trained from its own start."""
    import torch
    from torch.nn.functional import log_softmax, normalize
    from torch.optim.lr_scheduler import OneCycleLR

    from recommender.network_model import NetworkModel

    chance = np.random.default_rng(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = NetworkModel(tokens, records, chosen, chosen.heads[seed])
        vectors, wanted = torch.from_numpy(lesson.vectors), torch.from_numpy(lesson.wanted)
        weights = torch.from_numpy(lesson.weights)
        layers = [own for name, own in model.named_parameters() if name != "tokens.weight"]
        optimisers: list[torch.optim.Optimizer] = [
            torch.optim.SparseAdam(list(model.tokens.parameters()), lr=chosen.token_step),
            torch.optim.AdamW(layers, weight_decay=chosen.decay),
        ]
        count = len(bags)
        steps = chosen.epochs * -(-count // chosen.batch)
        plans = [
            OneCycleLR(one, largest, total_steps=steps, pct_start=0.2, cycle_momentum=momentum)
            for one, largest, momentum in zip(
                optimisers, (chosen.token_step, chosen.step), (False, True), strict=True
            )
        ]
        for _ in range(chosen.epochs):
            order = chance.permutation(count)
            for start in range(0, count, chosen.batch):
                rows = order[start : start + chosen.batch]
                others = _others(rows, lesson.questions, chance, chosen)
                own = {
                    row: renamed[row] if row in renamed and chance.random() < _RENAMED else bags[row]
                    for row in sorted({*rows.tolist(), *others.tolist()})
                }
                read = [_together(own[row], own[other]) for row, other in zip(rows, others, strict=True)]
                odds = model(
                    _thinned(read, chance, chosen), normalize(vectors[rows] + vectors[others], dim=1)
                )
                missed = -((wanted[rows] + wanted[others]) / 2 * log_softmax(odds, 1)).sum(1)
                loss = (missed * weights[rows]).mean()
                for one in optimisers:
                    one.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                for one, plan in zip(optimisers, plans, strict=True):
                    one.step()
                    plan.step()
        return _stored(model)


def _bag(network: Network, pieces: Sequence[str]) -> Bag:
    """Return the tokens of a text as the networks are trained on them."""
    places, values = network.held(pieces)
    return np.array(places, dtype=np.int64), values.astype(np.float32)


def _others(
    rows: npt.NDArray[np.int64], questions: int, chance: np.random.Generator, chosen: NetworkSettings
) -> npt.NDArray[np.int64]:
    """Return what each text of a step is read together with: another question, or itself."""
    joined = (rows < questions) & (chance.random(len(rows)) < chosen.joined)
    return np.where(joined, chance.integers(max(questions, 1), size=len(rows)), rows)


def _together(one: Bag, other: Bag) -> Bag:
    """Return the tokens of two texts as those of one; a text with itself is that text."""
    if one is other:
        return one
    return np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]])


def _thinned(bags: Sequence[Bag], chance: np.random.Generator, chosen: NetworkSettings) -> list[Bag]:
    """Return the tokens of some texts, a share of them left out, the others at unit length again."""
    thinned = []
    for places, values in bags:
        kept = chance.random(len(places)) >= chosen.dropped_tokens
        own = values[kept]
        thinned.append((places[kept], own / max(float(np.linalg.norm(own)), 1e-12)))
    return thinned


def _stored(model: NetworkModel) -> Member:
    """Return a trained model as it is applied."""
    own = {name: value.numpy() for name, value in model.state_dict().items()}
    sizes = np.maximum(np.abs(own["tokens.weight"]).max(axis=1), 1e-12) / _FULL
    return Member(
        np.round(own["tokens.weight"] / sizes[:, None]).astype(np.int8),
        sizes.astype(np.float32),
        own["normal.weight"],
        own["normal.bias"],
        (own["first.weight"], own["first.bias"]),
        (own["second.weight"], own["second.bias"]),
        Look(*model.look.stored()) if model.look else Look.none(),
        model.outputs().numpy(),
        model.read().numpy(),
    )
