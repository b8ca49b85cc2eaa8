"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_blinding.indices import bang, james

__all__ = ["REFERENCE_METHODS"]


def blinding_index(case: ReferenceCase) -> Mapping[str, Any]:
    """Both indices of a table of guesses by arms: first arm, second arm, not known."""
    first, second, unsure = case.inputs["x"]
    indices = {
        "james": james([first, second], unsure),
        "bang_first": bang(first[0], second[0], unsure[0]),
        "bang_second": bang(second[1], first[1], unsure[1]),
    }
    return {
        name: [index.estimate, index.std_error, *index.interval(0.95)]
        for name, index in indices.items()
    }


REFERENCE_METHODS = (
    ReferenceMethod(
        "blinding_index",
        blinding_index,
        ("blinding",),
        "Printed to three decimals.",
        0,
        5e-4,
    ),
)
