"""Power of McNemar's test.

Counted for each test, near Miettinen's formula, and what cannot be assumed.
"""

from __future__ import annotations

from math import comb, sqrt

import pytest
from scipy.stats import binom, norm

from dermoutcomes import PlannedTest
from dermoutcomes_within_subject.mcnemar import McNemarOptions
from dermoutcomes_within_subject.power import Discordant, mcnemar_power


def p_values(b, m):
    """The two-sided p-value of b of m discordant subjects on one side by each test, written out."""
    low = min(b, m - b)
    exact = min(1.0, 2 * sum(comb(m, k) for k in range(low + 1)) / 2**m)
    mid = 2 * (sum(comb(m, k) for k in range(low)) + comb(m, low) / 2) / 2**m
    z, corrected = abs(2 * b - m) / sqrt(m), max(0.0, abs(2 * b - m) - 1) / sqrt(m)
    return {
        "exact": exact,
        "mid_p": mid,
        "asymptotic": 2 * norm.sf(z),
        "continuity": 2 * norm.sf(corrected),
    }


@pytest.mark.parametrize("test", ["exact", "mid_p", "asymptotic", "continuity"])
@pytest.mark.parametrize("n", [5, 12, 30])
def test_every_test_is_counted(test, n):
    assumed = Discordant(0.4, 0.1)
    expected = sum(
        binom.pmf(m, n, 0.5) * binom.pmf(b, m, 0.8)
        for m in range(1, n + 1)
        for b in range(m + 1)
        if p_values(b, m)[test] <= 0.05
    )

    assert mcnemar_power(
        [n], assumed, PlannedTest(0.05, options=McNemarOptions(test=test))
    ) == pytest.approx(expected, abs=1e-12)


def test_it_is_near_miettinens_formula():
    n, psi, delta = 150, 0.35, 0.15
    formula = norm.cdf((delta * sqrt(n) - norm.isf(0.025) * sqrt(psi)) / sqrt(psi - delta**2))

    found = mcnemar_power(
        [n], Discordant(0.25, 0.10), PlannedTest(0.05, options=McNemarOptions(test="asymptotic"))
    )
    assert found == pytest.approx(formula, abs=0.02)


def test_sides_can_be_exchanged():
    test = PlannedTest(0.05, options=McNemarOptions())

    assert mcnemar_power([40], Discordant(0.3, 0.1), test) == pytest.approx(
        mcnemar_power([40], Discordant(0.1, 0.3), test)
    )


@pytest.mark.parametrize(
    ("values", "words"), [((0.2, 0.2), "equal shares"), ((0.7, 0.6), "more than everybody")]
)
def test_what_cannot_be_is_refused(values, words):
    with pytest.raises(ValueError, match=words):
        Discordant(*values)
