"""Reciprocal rank fusion, the peer that the weighted sum of score parts is measured against."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

RANK_CONSTANT = 60
"""The constant of Cormack, Clarke and Buettcher (2009), SIGIR."""


def reciprocal_rank_fusion(rankings: list[FloatArray]) -> FloatArray:
    """Return float64 (records,): the sum of 1 / (60 + rank) over the score arrays.

    Ranks start at 1; equal scores keep their order; a score of zero has no rank.

    Args:
        rankings: one score array (records,) a retriever.
    """
    fused = np.zeros(len(rankings[0]))
    for scores in rankings:
        order = np.argsort(-scores, kind="stable")
        for rank, row in enumerate(order, start=1):
            if scores[row] > 0:
                fused[row] += 1.0 / (RANK_CONSTANT + rank)
    return fused
