"""From adjusted p-values to decisions.

With the reason in words for each hypothesis that is not rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from dermoutcomes import Decision, Hypothesis, Problem, StudyError
from dermoutcomes_multiplicity.graph_options import shares_of

__all__ = ["decisions", "of_equals", "of_weighted", "p_values", "together"]

UNTESTED = "It has no p-value, so it is not rejected; it still counts in the size of the family."
Decide = Callable[[tuple[Hypothesis, ...], float, Any], Iterable[Decision]]


def of_weighted(adjust: Callable[[Sequence[float], Sequence[float]], list[float]]) -> Decide:
    """Decisions of a procedure that takes a weight for each hypothesis.

    Its share in the options, or what it brings itself.
    """

    def decide(hypotheses: tuple[Hypothesis, ...], alpha: float, options: Any) -> list[Decision]:
        weights = _weights(hypotheses, options)
        _refuse(
            hypotheses,
            "must be above zero",
            [h.name for h, weight in zip(hypotheses, weights, strict=True) if not weight > 0],
        )
        return list(decisions(hypotheses, adjust(p_values(hypotheses), weights), alpha))

    return decide


def _weights(hypotheses: Sequence[Hypothesis], options: Any) -> list[float]:
    declared = getattr(options, "weights", None)
    if not declared:
        return [h.weight for h in hypotheses]
    return [float(share) for share in shares_of([h.name for h in hypotheses], declared).values()]


def of_equals(adjust: Callable[[Sequence[float]], list[float]]) -> Decide:
    """Decisions of a procedure in which all hypotheses weigh alike.

    StudyError where the family gives weights.
    """

    def decide(hypotheses: tuple[Hypothesis, ...], alpha: float, _options: Any) -> list[Decision]:
        _refuse(hypotheses, "must all be equal: this procedure has none", _unequal(hypotheses))
        return list(decisions(hypotheses, adjust(p_values(hypotheses)), alpha))

    return decide


def together(adjust: Callable[[Sequence[float]], list[float]]) -> Decide:
    """Decisions of a family that is won as a whole or not at all."""

    def decide(hypotheses: tuple[Hypothesis, ...], alpha: float, _options: Any) -> list[Decision]:
        lost = [h.name for h in hypotheses if h.p_value is None or h.p_value > alpha]
        reason = f"All must win, and not won: {', '.join(lost)}." if lost else ""
        adjusted = adjust(p_values(hypotheses))
        return [
            Decision(
                h.name,
                None if h.p_value is None else p,
                rejected=not lost,
                reason=UNTESTED if h.p_value is None else reason,
            )
            for h, p in zip(hypotheses, adjusted, strict=True)
        ]

    return decide


def decisions(
    hypotheses: Sequence[Hypothesis], adjusted: Sequence[float], alpha: float
) -> Iterator[Decision]:
    """A decision for each.

    Rejected where its adjusted p-value is at most alpha, with the reason where it is not.
    """
    for hypothesis, p_adjusted in zip(hypotheses, adjusted, strict=True):
        if hypothesis.p_value is None:
            yield Decision(hypothesis.name, None, rejected=False, reason=UNTESTED)
        else:
            rejected = p_adjusted <= alpha
            yield Decision(
                hypothesis.name,
                p_adjusted,
                rejected=rejected,
                reason="" if rejected else _why(hypothesis.p_value, p_adjusted, alpha),
            )


def _why(p_value: float, p_adjusted: float, alpha: float) -> str:
    if p_value <= alpha:
        from dermoutcomes.report import p_value as p_text

        text = p_text(p_adjusted, "three decimals", alpha)
        return f"Its own p-value is within {alpha:g}, but not after adjustment ({text})."
    return f"Its p-value is above {alpha:g}."


def p_values(hypotheses: Sequence[Hypothesis]) -> list[float]:
    """Unadjusted p-values, 1 for a hypothesis that has none."""
    return [1.0 if h.p_value is None else h.p_value for h in hypotheses]


def _unequal(hypotheses: Sequence[Hypothesis]) -> list[str]:
    return [h.name for h in hypotheses if h.weight != hypotheses[0].weight]


def _refuse(hypotheses: Sequence[Hypothesis], expected: str, wrong: Sequence[str]) -> None:
    if wrong:
        weights = ", ".join(f"{h.name} = {h.weight:g}" for h in hypotheses)
        raise StudyError(
            Problem(
                f"The weights of a family {expected}.",
                path="multiplicity",
                found=weights,
                code="weights",
            )
        )
