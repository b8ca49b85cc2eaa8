"""Procedures that pass a level on.

Graphs, fallback, and truncated Holm, with what they leave to later families.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from dermoutcomes import Decision, Hypothesis, option
from dermoutcomes_multiplicity.adjusted import truncated_holm
from dermoutcomes_multiplicity.decisions import decisions, p_values
from dermoutcomes_multiplicity.graph import Graph, adjusted_of_graph, fallback_graph, levels_left
from dermoutcomes_multiplicity.graph_options import GraphOptions, Shares, graph_of, shares_of

__all__ = [
    "Truncation",
    "decide_fallback",
    "decide_graph",
    "decide_truncated_holm",
    "left_by_bonferroni",
    "left_by_fallback",
    "left_by_graph",
    "left_by_truncated_holm",
    "shares_at_start",
]

NO_LEVEL = "No share of the level had reached it."


@frozen
class Truncation:
    """Holm's procedure, truncated."""

    gamma: float = option(
        0.5,
        "0 is Bonferroni's procedure, which leaves most to a later family, and 1 is Holm's, which "
        "leaves nothing unless all is won; a half is between.",
        at_least=0,
        at_most=1,
    )


def decide_graph(
    hypotheses: tuple[Hypothesis, ...], alpha: float, options: GraphOptions
) -> list[Decision]:
    """Decisions of the graph, with the level of each hypothesis.

    That is the level at which it stood when nothing more was rejected.
    """
    return _by_graph(hypotheses, alpha, graph_of([h.name for h in hypotheses], options))


def decide_fallback(
    hypotheses: tuple[Hypothesis, ...], alpha: float, options: Shares
) -> list[Decision]:
    """Decisions of the fallback procedure, in the order of the family's list of hypotheses."""
    return _by_graph(hypotheses, alpha, _fallback([h.name for h in hypotheses], options))


def _fallback(names: Sequence[str], options: Shares) -> Graph:
    return fallback_graph(names, shares_of(names, options.weights))


def _by_graph(hypotheses: Sequence[Hypothesis], alpha: float, graph: Graph) -> list[Decision]:
    adjusted = adjusted_of_graph(
        graph, dict(zip([h.name for h in hypotheses], p_values(hypotheses), strict=True))
    )
    decided = list(decisions(hypotheses, [adjusted[h.name] for h in hypotheses], alpha))
    left = levels_left(graph, [decision.name for decision in decided if decision.rejected])
    return [
        decision if decision.rejected else _with_level(decision, h, float(left[h.name]) * alpha)
        for decision, h in zip(decided, hypotheses, strict=True)
    ]


def _with_level(decision: Decision, hypothesis: Hypothesis, level: float) -> Decision:
    if hypothesis.p_value is None:
        return decision
    text = (
        f"Its p-value is above {level:.4g}, the level that had reached it."
        if level > 0
        else NO_LEVEL
    )
    return evolve(decision, reason=text)


def decide_truncated_holm(
    hypotheses: tuple[Hypothesis, ...], alpha: float, options: Truncation
) -> list[Decision]:
    """Decisions of Holm's procedure with critical values between Holm's and Bonferroni's."""
    return list(decisions(hypotheses, truncated_holm(p_values(hypotheses), options.gamma), alpha))


def left_by_graph(names: tuple[str, ...], rejected: frozenset[str], options: GraphOptions) -> float:
    """What the hypotheses that are not rejected do not hold any more."""
    return _left(graph_of(names, options), rejected)


def left_by_fallback(names: tuple[str, ...], rejected: frozenset[str], options: Shares) -> float:
    """The shares of all from the last that is not rejected on."""
    return _left(_fallback(names, options), rejected)


def _left(graph: Graph, rejected: frozenset[str]) -> float:
    levels = levels_left(graph, sorted(rejected))
    return 1 - float(sum(levels.values())) if levels else 1.0


def left_by_bonferroni(names: tuple[str, ...], rejected: frozenset[str], options: Shares) -> float:
    """The shares of those that are rejected."""
    shares = shares_of(names, options.weights)
    return float(
        sum(share for name, share in shares.items() if name in rejected) / sum(shares.values())
    )


def left_by_truncated_holm(
    names: tuple[str, ...], rejected: frozenset[str], options: Truncation
) -> float:
    """1 - gamma - (1 - gamma) k / n with k of n not rejected, and all once k is 0.

    Dmitrienko, Tamhane and Wiens 2008.
    """
    n_left = len(names) - len(rejected)
    return 1.0 if not n_left else (1 - options.gamma) * (1 - n_left / len(names))


def shares_at_start(
    graph: Callable[[Sequence[str], Any], Graph] | None = None,
) -> Callable[[tuple[str, ...], Any], Mapping[str, float]]:
    """The shares before anything is rejected: of the graph, of the weights, or equal ones."""

    def first(names: tuple[str, ...], options: Any) -> Mapping[str, float]:
        shares = (
            graph(names, options).weights
            if graph
            else shares_of(names, getattr(options, "weights", {}))
        )
        total = sum(shares.values()) if graph is None else 1
        return {name: float(share / total) for name, share in shares.items()}

    return first
