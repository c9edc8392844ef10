"""The network as PyTorch trains it; ``recommender/network.py`` applies the same with NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from recommender.network import TEXT_LENGTH, Bag, Matrix

if TYPE_CHECKING:
    from recommender.network_learning import NetworkSettings

_START = 0.1
"""Spread of the numbers of a token before training."""
_NOT_HELD = -1e4
"""What a head gives a place that holds no token."""
_RECORD_LENGTH = 5.0
"""Length of a record's vector; a longer one is learned from faster."""


class Look(nn.Module):
    """Heads that look at the tokens with a question made of the first reading."""

    def __init__(self, settings: NetworkSettings, heads: int) -> None:
        super().__init__()
        self.shape = (heads, settings.seen)
        self.asks = nn.Linear(settings.hidden, heads * settings.seen)
        spread = settings.width**-0.5
        self.keys = nn.Parameter(torch.empty(heads, settings.seen, settings.width).uniform_(-spread, spread))
        self.values = nn.Parameter(
            torch.empty(heads, settings.width, settings.seen).uniform_(-spread, spread)
        )
        self.normal = nn.LayerNorm(heads * settings.seen)

    def forward(self, rows: torch.Tensor, held: torch.Tensor, once: torch.Tensor) -> torch.Tensor:
        """Return what the heads see, float32 (texts, heads * numbers).

        Args:
            rows: float32 (texts, tokens, width).
            held: float32 (texts, tokens), how much a text holds of each; 0 where there is none.
            once: float32 (texts, hidden), the first reading.
        """
        wanted = torch.einsum("thn,hnw->thw", self.asks(once).reshape(-1, *self.shape), self.keys)
        odds = torch.bmm(wanted, rows.transpose(1, 2))
        odds = odds + torch.where(held > 0, held.clamp(min=1e-12).log(), _NOT_HELD)[:, None]
        shares = odds.softmax(-1) * (held > 0)[:, None]
        seen: torch.Tensor = self.normal(
            torch.einsum("thw,hwn->thn", torch.bmm(shares, rows), self.values).flatten(1)
        )
        return seen

    def stored(self) -> tuple[Matrix, Matrix, Matrix, Matrix]:
        """Return the arrays of ``network.Look``; what a head asks for is folded into one."""
        heads, numbers = self.shape
        asks = torch.cat([self.asks.weight, self.asks.bias[:, None]], 1).detach()
        folded = torch.einsum("hnw,hnk->hwk", self.keys.detach(), asks.reshape(heads, numbers, -1))
        scale, shift = self.normal.weight.detach(), self.normal.bias.detach()
        return folded.numpy(), self.values.detach().numpy(), scale.numpy(), shift.numpy()


class NetworkModel(nn.Module):
    """Tokens and text, normalised; two layers, the second beside a bypass; one output a record.

    With heads the second layer also reads a second look at the tokens (``network.Look``).
    """

    def __init__(self, tokens: int, records: Matrix, settings: NetworkSettings, heads: int) -> None:
        super().__init__()
        count, dimension = records.shape
        width = settings.width + dimension
        self.texts = torch.from_numpy(_RECORD_LENGTH * records)
        self.tokens = nn.Embedding(max(tokens, 1), settings.width, sparse=True)
        nn.init.normal_(self.tokens.weight, 0.0, _START)
        self.normal = nn.LayerNorm(width)
        self.first = nn.Linear(width, settings.hidden)
        self.look = Look(settings, heads) if heads else None
        self.second = nn.Linear(settings.hidden + heads * settings.seen, settings.hidden)
        self.own = nn.Linear(settings.hidden, count)
        self.reads = nn.Linear(dimension, settings.hidden, bias=False)
        self.drop = nn.Dropout(settings.dropped)
        self.dropped_records = settings.dropped_records

    def forward(self, bags: Sequence[Bag], vectors: torch.Tensor) -> torch.Tensor:
        """Return odds, float32 (texts, records), for tokens with their weights and vectors of texts."""
        longest = max(1, *(len(places) for places, _ in bags))
        places, values = np.zeros((len(bags), longest), dtype=np.int64), np.zeros((len(bags), longest))
        for text, (own, held) in enumerate(bags):
            places[text, : len(own)] = own
            values[text, : len(own)] = held
        rows = self.tokens(torch.from_numpy(places))
        held_of = torch.from_numpy(values.astype(np.float32))
        said = torch.bmm(held_of[:, None], rows)[:, 0]
        said = self.normal(torch.cat([said, TEXT_LENGTH * vectors], 1))
        once = self.drop(functional.gelu(self.first(said), approximate="tanh"))
        both = torch.cat([once, self.look(rows, held_of, once)], 1) if self.look is not None else once
        twice = once + self.drop(functional.gelu(self.second(both), approximate="tanh"))
        own_rows = self.own.weight
        if self.training:
            own_rows = own_rows * (torch.rand(len(own_rows), 1) >= self.dropped_records)
        odds: torch.Tensor = functional.linear(twice, own_rows, self.own.bias)
        odds = odds + twice @ self.reads(self.texts).T
        return odds

    def read(self) -> torch.Tensor:
        """Return what a record's unit vector adds to its output, float32 (hidden, dimension)."""
        weights: torch.Tensor = self.reads.weight.detach()
        return _RECORD_LENGTH * weights

    def outputs(self) -> torch.Tensor:
        """Return the output of every record, float32 (records, hidden + 1), the last column the bias."""
        own = self.own.weight.detach() + self.reads(self.texts).detach()
        return torch.cat([own, self.own.bias.detach()[:, None]], 1)
