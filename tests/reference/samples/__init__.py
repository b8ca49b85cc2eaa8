"""Inputs of the cases that `make_cases.py` has R evaluate: numbers of the simulated and published data in `data/`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.reference.samples.categories import ordered, ratings, tables
from tests.reference.samples.continuous import (
    areas,
    devices,
    directed_margins,
    margins,
    ratios,
    tipped,
)
from tests.reference.samples.events import lasting, restricted
from tests.reference.samples.improved import improved
from tests.reference.samples.leaving import left
from tests.reference.samples.left_over import left_over
from tests.reference.samples.levels import (
    levels_of_means,
    levels_of_responders,
    levels_of_times,
)
from tests.reference.samples.numbers import Sample
from tests.reference.samples.unused import unused
from tests.reference.samples.within import selected, shares, shares_of_two, sides
from tests.reference.samples.words import graded, timed

__all__ = ["SAMPLES", "Sample"]

# Method = its samples; each method has its code in `calls/`, of R or of Python.
SAMPLES: dict[str, Callable[[], Iterator[Sample]]] = {
    "difference_of_changes": sides,
    "adjusted_side_difference": sides,
    "clustered_proportion": shares,
    "clustered_proportion_difference": shares_of_two,
    "area_under_curve": areas,
    "geometric_mean_ratio": ratios,
    "equivalence": margins,
    "noninferiority": directed_margins,
    "restricted_mean": restricted,
    "sustained_response": lasting,
    "win_odds": ordered,
    "chi_square": tables,
    "marginal_homogeneity": ratings,
    "shift_table": ratings,
    "device_equivalence": devices,
    "regression_to_the_mean": selected,
    "tipping_point": tipped,
    "cox_words": timed,
    "proportional_odds_words": graded,
    "improvement": improved,
    "kappa_unused_grades": unused,
    "reference_based_means": left,
    "residuals": left_over,
    "subgroup_interaction_means": levels_of_means,
    "subgroup_interaction_responders": levels_of_responders,
    "subgroup_interaction_times": levels_of_times,
}
