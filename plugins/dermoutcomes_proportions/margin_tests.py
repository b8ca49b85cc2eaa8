"""Non-inferiority and equivalence of two proportions against a margin stated beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import evolve

from dermoutcomes import Stat, Term

__all__ = ["MARGIN_TERMS", "against_margin"]

NON_INFERIORITY, EQUIVALENCE = "non_inferiority", "equivalence"
MARGIN_TERMS = (
    Term(NON_INFERIORITY, "Non inferiority", ("statistic", "p_value"), scale="test", letter="z"),
    Term(EQUIVALENCE, "Equivalence", ("p_value",), scale="test"),
)


def against_margin(template: Stat, margin: float, z_at: Callable[[float], float]) -> Iterator[Stat]:
    """One-sided tests that the difference is above minus the margin, and that it is inside both.

    `z_at` tests a stated difference.

    The z is infinite, and its p-value 0, only where the stated difference rules the data out; then
    the statistic is left out.
    """
    from scipy.special import ndtr

    if margin >= 1:
        yield from (
            row.failed("no_margin", f"A difference of proportions cannot be below {-margin:g}.")
            for term in MARGIN_TERMS
            for row in template.rows(term.name, **dict.fromkeys(term.stats))
        )
        return
    above, below = z_at(-margin), z_at(margin)
    row = evolve(template, text=f"one-sided, against a difference of {-margin:g}")
    if abs(above) < float("inf"):
        yield from row.rows(NON_INFERIORITY, statistic=above)
    yield from row.rows(NON_INFERIORITY, p_value=float(ndtr(-above)))
    yield from evolve(
        template, text=f"two one-sided tests, against {-margin:g} and {margin:g}"
    ).rows(EQUIVALENCE, p_value=max(float(ndtr(-above)), float(ndtr(below))))
