"""Pairs that hardly differ, and two pairs: what can still be said, and what cannot."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import chi

from dermoutcomes import load_registry
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.testing.tasks import CASES, task_of
from dermoutcomes_paired.effect_sizes import d_z

WILCOXON = load_registry().analyses["wilcoxon_signed_rank"]


def chance_below(t, df, centre):
    """P(T < t) of a noncentral t.

    Over the distribution of the standard deviation, the chance of a normal deviate.
    """
    middle, spread = float(chi.mean(df)), float(chi.std(df))
    inside = [(middle + k * spread) for k in range(-3, 4)]
    return quad(
        lambda s: float(chi.pdf(s, df) * ndtr(t * s / sqrt(df) - centre)),
        0,
        middle + 12 * spread,
        points=[centre * sqrt(df) / t, *inside],
        limit=500,
        epsabs=1e-12,
    )[0]


@pytest.mark.parametrize("spread", [1e-5, 1e-6, 1e-9])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_interval_of_an_effect_without_end_inverts_the_noncentral_t(spread, sign):
    differences = [sign * (1 + spread * k) for k in (-2, -1, 0, 1, 2, 3)]
    n, found = len(differences), d_z(differences)
    t = float(np.mean(differences) / np.std(differences, ddof=1) * sqrt(n))
    lower, upper = (
        chance_below(abs(t), n - 1, abs(limit) * sqrt(n))
        for limit in (found.conf_low, found.conf_high)
    )

    assert sorted((lower, upper)) == pytest.approx([0.025, 0.975], abs=1e-5)
    assert found.conf_low < found.estimate < found.conf_high


def test_two_pairs_have_no_asymptotic_interval():
    found = {
        (stat.term, stat.stat): stat
        for stat in WILCOXON.run(
            task_of(WILCOXON, CASES["two subjects"]),
            parse_options({}, WILCOXON.options, path="x", problems=[]),
        )
    }

    assert found["hodges_lehmann_asymptotic", "estimate"].value == -0.25
    assert (
        found["hodges_lehmann_asymptotic", "conf_low"].error
        == "no_interval: There are too few pairs, or too few different values, for an interval at "
        "any level."
    )
