"""Property tests: how many random examples they draw."""

from __future__ import annotations

__all__ = ["random_examples"]

HYPOTHESIS_DEFAULT = 100


def random_examples(number: int) -> int:
    """`number` where Hypothesis draws its default of 100, and in proportion under another profile.

    It stands where a property test says its own number,
    `@settings(max_examples=random_examples(30))`, which no profile would change otherwise.
    """
    from hypothesis import settings

    return max(1, number * settings().max_examples // HYPOTHESIS_DEFAULT)
