"""p-values of several tests of one question, adjusted for their number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

__all__ = ["ADJUSTMENTS", "adjusted"]


def adjusted(p_values: Sequence[float | None], method: str) -> list[float | None]:
    """Adjusted p-values in the order given; a test without one (None) does not count as one."""
    order = sorted(
        (index for index, p in enumerate(p_values) if p is not None),
        key=lambda index: (p_values[index], index),
    )
    ranked = [p for index in order if (p := p_values[index]) is not None]
    adjusted_p: list[float | None] = [None] * len(p_values)
    for index, p in zip(order, ADJUSTMENTS[method](ranked), strict=True):
        adjusted_p[index] = min(1.0, p)
    return adjusted_p


def _none(p: Sequence[float]) -> list[float]:
    return list(p)


def _bonferroni(p: Sequence[float]) -> list[float]:
    return [len(p) * p_value for p_value in p]


def _holm(p: Sequence[float]) -> list[float]:
    return list(accumulate(((len(p) - index) * p_value for index, p_value in enumerate(p)), max))


def _hochberg(p: Sequence[float]) -> list[float]:
    return list(accumulate((index * p_value for index, p_value in enumerate(reversed(p), 1)), min))[
        ::-1
    ]


def _benjamini_hochberg(p: Sequence[float]) -> list[float]:
    return list(
        accumulate(
            (len(p) / (len(p) - index) * p_value for index, p_value in enumerate(reversed(p))), min
        )
    )[::-1]


ADJUSTMENTS: Mapping[str, Callable[[Sequence[float]], list[float]]] = {
    "none": _none,
    "bonferroni": _bonferroni,
    "holm": _holm,
    "hochberg": _hochberg,
    "benjamini_hochberg": _benjamini_hochberg,
}
