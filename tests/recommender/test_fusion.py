import numpy as np
import pytest

from recommender.fusion import reciprocal_rank_fusion


def test_ranks_start_at_one_and_zero_scores_have_none():
    fused = reciprocal_rank_fusion([np.array([0.9, 0.1, 0.0]), np.array([0.0, 0.5, 0.0])])
    assert fused == pytest.approx([1 / 61, 1 / 62 + 1 / 61, 0.0])


def test_equal_scores_keep_their_order():
    fused = reciprocal_rank_fusion([np.array([0.5, 0.5])])
    assert fused[0] > fused[1]
