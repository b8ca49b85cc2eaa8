"""Reference methods of the permutation test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_between_arms.relabelled import exact, standardised

__all__ = ["PERMUTATION_METHODS"]


def of_relabelled(case: ReferenceCase) -> Mapping[str, Any]:
    x, y = case.inputs["x"], case.inputs["y"]
    tails = exact(x, y)
    return {"p_exact_two_sided": tails.both if tails else None, "z": standardised(x, y)}


PERMUTATION_METHODS = (
    ReferenceMethod(
        "permutation_two_sample",
        of_relabelled,
        ("permutation_two_sample",),
        "Counts of whole numbers, divided by their sum.",
    ),
)
