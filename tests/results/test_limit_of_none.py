"""The upper limit of a share of which none was observed, in closed form and from beta quantiles."""

from __future__ import annotations

import pytest

from dermoutcomes.decisions.absence import _upper_limit
from dermoutcomes.stats import clopper_pearson


@pytest.mark.parametrize("confidence", [0.8, 0.9, 0.95, 0.99])
def test_it_is_the_exact_limit_of_a_count_of_none(confidence: float) -> None:
    for n in (*range(60), 100, 1000, 100_000):
        assert _upper_limit(n, confidence) == pytest.approx(
            clopper_pearson(0, n, confidence)[1], rel=1e-13
        )
