"""The tests of two arms that an analysis may choose from."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from dermoutcomes import Stat
from dermoutcomes.stats import with_warning
from dermoutcomes_proportions.arms import Arms, small_counts_warning
from dermoutcomes_proportions.counts import Tail, chi_square, fisher_p, yates
from dermoutcomes_proportions.difference_score import difference_score

__all__ = ["TESTS", "test_rows"]

TESTS = ("chi_square", "chi_square_yates", "miettinen_nurminen", "fisher_exact")


def test_rows(arms: Arms, term: str, test: str, tail: Tail) -> Iterator[Stat]:
    """Statistic (none of an exact test) and p-value of equal proportions."""
    if test == "fisher_exact":
        yield from evolve(arms.template, text=f"{tail}, exact").rows(
            term, p_value=fisher_p(arms.events, arms.n, tail)
        )
        return
    z, p = (
        _score(arms, tail)
        if test == "miettinen_nurminen"
        else (yates if test == "chi_square_yates" else chi_square)(arms.events, arms.n, tail)
    )
    yield from with_warning(
        evolve(arms.template, text=tail), small_counts_warning(arms.events, arms.n)
    ).rows(term, statistic=z, p_value=p)


def _score(arms: Arms, tail: Tail) -> tuple[float, float]:
    from scipy.special import ndtr

    z = difference_score(arms.events, arms.n)
    return z, float(ndtr(-z) if tail == "greater" else 2 * ndtr(-abs(z)))
