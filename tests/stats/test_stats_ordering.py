"""Order statistics of sums of two: against the whole list, sorted."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dermoutcomes.stats import ordered_differences, ordering, walsh_averages
from dermoutcomes.testing import random_examples

NUMBERS = st.one_of(
    st.integers(-3, 3).map(float),  # ties
    st.sampled_from([0.1, 0.2, 0.1 + 0.2, 0.3, 1e-300, -1e-300, 1e300, -1e300, 1e16, 1.0]),
    st.floats(-1e6, 1e6),
)
SAMPLES = st.lists(NUMBERS, min_size=1, max_size=40)
SMALL = settings(
    deadline=None,
    max_examples=random_examples(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def nothing_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that small samples go through the pivots too."""
    monkeypatch.setattr(ordering, "LISTED", 1)


@SMALL
@given(SAMPLES)
@pytest.mark.usefixtures("nothing_is_listed")
def test_walsh_averages_stand_where_the_sorted_list_has_them(values: list[float]) -> None:
    array = np.asarray(values)
    first, second = np.triu_indices(len(array))
    every = np.sort((array[first] + array[second]) / 2)
    averages = walsh_averages(values)
    assert averages.at(range(len(averages))) == every.tolist()
    assert averages.median() == np.median(every)


@SMALL
@given(SAMPLES, SAMPLES)
@pytest.mark.usefixtures("nothing_is_listed")
def test_differences_stand_where_the_sorted_list_has_them(
    first: list[float], second: list[float]
) -> None:
    every = np.sort(np.subtract.outer(np.asarray(first), np.asarray(second)).ravel())
    differences = ordered_differences(first, second)
    assert differences.at(range(len(differences))) == every.tolist()
    assert differences.median() == np.median(every)


def test_large_lists_are_not_made() -> None:
    """Twelve million differences: memory is in proportion to the subjects, not to them."""
    random = np.random.default_rng(5)
    first, second = random.normal(size=3000).round(2), random.normal(0.3, size=4000).round(2)
    every = np.sort(np.subtract.outer(first, second).ravel())
    tracemalloc.start()
    differences = ordered_differences(first, second)
    places = [0, 1000, 5_999_999, len(differences) - 1]
    found = differences.at(places)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == every[places].tolist()
    assert peak < every.nbytes / 10


@pytest.mark.parametrize("place", [-1, 3])
def test_places_that_are_not_there_are_refused(place: int) -> None:
    with pytest.raises(IndexError, match="places are 0 to 2"):
        walsh_averages([1.0, 2.0]).at([place])
