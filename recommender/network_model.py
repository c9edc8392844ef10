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
_RECORD_LENGTH = 5.0
"""Length of a record's vector; a longer one is learned from faster."""


class NetworkModel(nn.Module):
    """Tokens and text, normalised; two layers, the second beside a bypass; one output a record."""

    def __init__(self, tokens: int, records: Matrix, settings: NetworkSettings) -> None:
        super().__init__()
        count, dimension = records.shape
        width = settings.width + dimension
        self.texts = torch.from_numpy(_RECORD_LENGTH * records)
        self.tokens = nn.EmbeddingBag(tokens, settings.width, mode="sum", sparse=True)
        nn.init.normal_(self.tokens.weight, 0.0, _START)
        self.normal = nn.LayerNorm(width)
        self.first = nn.Linear(width, settings.hidden)
        self.second = nn.Linear(settings.hidden, settings.hidden)
        self.own = nn.Linear(settings.hidden, count)
        self.reads = nn.Linear(dimension, settings.hidden, bias=False)
        self.drop = nn.Dropout(settings.dropped)
        self.dropped_records = settings.dropped_records

    def forward(self, bags: Sequence[Bag], vectors: torch.Tensor) -> torch.Tensor:
        """Return odds, float32 (texts, records), for tokens with their weights and vectors of texts."""
        starts = np.cumsum([0, *(len(places) for places, _ in bags[:-1])])
        said = self.tokens(
            torch.from_numpy(np.concatenate([places for places, _ in bags])),
            torch.from_numpy(starts),
            per_sample_weights=torch.from_numpy(np.concatenate([values for _, values in bags])),
        )
        said = self.normal(torch.cat([said, TEXT_LENGTH * vectors], 1))
        once = self.drop(functional.gelu(self.first(said), approximate="tanh"))
        twice = once + self.drop(functional.gelu(self.second(once), approximate="tanh"))
        own = self.own.weight
        if self.training:
            own = own * (torch.rand(len(own), 1) >= self.dropped_records)
        odds: torch.Tensor = functional.linear(twice, own, self.own.bias)
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
