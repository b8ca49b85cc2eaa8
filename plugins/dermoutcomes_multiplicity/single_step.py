"""Procedures that use how estimates are correlated.

Dunnett, single-step and step-down by the largest of several t statistics.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from dermoutcomes import Decision, Hypothesis
from dermoutcomes_multiplicity.decisions import decisions, p_values
from dermoutcomes_multiplicity.largest_t import tail_of_max

__all__ = [
    "adjusted_single_step",
    "adjusted_step_down",
    "critical",
    "decide_single_step",
    "decide_step_down",
]


def decide_single_step(
    hypotheses: tuple[Hypothesis, ...], alpha: float, _options: Any
) -> list[Decision]:
    """Decisions by P(max |T| >= |t|) over all hypotheses of the family."""
    return list(decisions(hypotheses, adjusted_single_step(hypotheses), alpha))


def decide_step_down(
    hypotheses: tuple[Hypothesis, ...], alpha: float, _options: Any
) -> list[Decision]:
    """Decisions by P(max |T| >= |t|) over those that are not yet rejected."""
    return list(decisions(hypotheses, adjusted_step_down(hypotheses), alpha))


def adjusted_single_step(hypotheses: Sequence[Hypothesis]) -> list[float]:
    """P(max |T| >= |t_i|) for each.

    Hypotheses of which no joint distribution is known add up (Bonferroni).
    """
    groups = _together(hypotheses)
    return [
        min(1.0, max(p, sum(_tail(group, p, hypothesis) for group in groups)))
        for hypothesis, p in zip(hypotheses, p_values(hypotheses), strict=True)
    ]


def adjusted_step_down(hypotheses: Sequence[Hypothesis]) -> list[float]:
    """The same over the hypotheses from the i-th smallest p-value on.

    An adjusted p-value is the running maximum of these.
    """
    p = p_values(hypotheses)
    order = sorted(range(len(p)), key=lambda i: (p[i], i))
    steps = [
        adjusted_single_step([hypotheses[i] for i in order[rank:]])[0] for rank in range(len(order))
    ]
    placed = dict(zip(order, accumulate(steps, max), strict=True))
    return [placed[i] for i in range(len(p))]


def critical(p: float, hypothesis: Hypothesis) -> float:
    """The t (or normal) quantile of this p-value on the degrees of freedom of the hypothesis."""
    from scipy.stats import norm, t

    tail = p / hypothesis.sided
    return float(norm.isf(tail) if hypothesis.df is None else t.isf(tail, hypothesis.df))


def _tail(group: Sequence[Hypothesis], p: float, hypothesis: Hypothesis) -> float:
    """The chance that any of a group has a p-value as small.

    It rests on the degrees of freedom of the hypothesis, or of the group's first.
    """
    if len(group) == 1:
        return p
    if p >= 1 or p <= 0:
        return float(p >= 1)
    of = hypothesis if any(row is hypothesis for row in group) else group[0]
    matrix = [
        [1.0 if row is column else row.correlations[column.name] for column in group]
        for row in group
    ]
    return tail_of_max(critical(p, of), matrix, of.df, sided=of.sided)


def _together(hypotheses: Sequence[Hypothesis]) -> list[list[Hypothesis]]:
    """Groups within which every correlation is known, in the order of the family."""
    groups: list[list[Hypothesis]] = []
    for hypothesis in hypotheses:
        group_of_both = next(
            (group for group in groups if all(_known(hypothesis, other) for other in group)), None
        )
        groups += [[hypothesis]] if group_of_both is None else []
        if group_of_both is not None:
            group_of_both.append(hypothesis)
    return groups


def _known(first: Hypothesis, second: Hypothesis) -> bool:
    """Whether both have a p-value and each names the correlation with the other."""
    return (
        None not in (first.p_value, second.p_value)
        and second.name in first.correlations
        and first.name in second.correlations
    )
