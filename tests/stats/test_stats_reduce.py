"""The only averaging: equal bits whatever the order of rows and the number of threads."""

from __future__ import annotations

import math
import os
import subprocess
import sys

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.errors import DermOutcomesError
from dermoutcomes.stats.reduce import WAYS, reduce
from dermoutcomes.testing import random_examples

NUMBERS = st.floats(min_value=-1e6, max_value=1e6, allow_subnormal=False)
PROGRAM = """
import random, hashlib, sys
import polars as pl
from dermoutcomes.stats.reduce import WAYS, reduce
rng = random.Random(7)
rows = [(i, f"S{i % 997:04d}", f"W{i % 3}", rng.gauss(0, 1) * 10 ** rng.randint(-6, 6)) for i in range(6_000)]
random.Random(int(sys.argv[1])).shuffle(rows)
frame = pl.DataFrame(rows, schema=["id", "subject", "visit", "value"], orient="row")
digest = hashlib.sha256()
for how in WAYS:
    made = reduce(frame, ["subject", "visit"], "value", how, "id")
    again = reduce(made, ["visit"], "value", how, "subject")
    for result in (made, again):
        digest.update(result["value"].fill_null(0).to_numpy().tobytes() + repr(result["observations"].to_list()).encode())
print(digest.hexdigest())
"""


def combined(values, how):
    frame = pl.DataFrame(
        {"key": ["a"] * len(values), "id": range(len(values)), "value": values},
        schema_overrides={"value": pl.Float64},
    )
    return reduce(frame, ["key"], "value", how, "id").row(0, named=True)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("mean", 3.0),
        ("median", 2.0),
        ("min", 1.0),
        ("max", 7.0),
        ("sum", 12.0),
        ("first", 2.0),
        ("last", 1.0),
        ("majority", 2.0),
    ],
)
def test_each_way_of_combining(how, expected):
    values = (
        [2.0, 2.0, 2.0, 7.0, 1.0]
        if how == "majority"
        else [2.0, 7.0, 2.0, 1.0]
        if how == "sum"
        else [2.0, 5.0, 7.0, 1.0, 1.0]
    )
    if how in ("mean", "median"):
        values = [2.0, 7.0, 1.0, 2.0] if how == "mean" else [2.0, 7.0, 1.0]

    assert combined(values, how)["value"] == expected


def test_a_majority_is_more_than_half():
    assert combined([1.0, 2.0], "majority")["value"] is None
    assert combined([1.0, 2.0, 3.0], "majority")["value"] is None
    assert combined([3.0, 1.0, 3.0], "majority")["value"] == 3.0


def test_missing_is_never_zero():
    row = combined([None, 4.0, None], "sum")

    assert (row["value"], row["n_combined"], row["n_values"], row["observations"]) == (
        4.0,
        1,
        1,
        [1],
    )
    assert combined([None, None], "sum")["value"] is None
    assert combined([None, None], "mean")["n_values"] == 0


def test_ids_and_counts_are_collected_over_two_reductions():
    frame = pl.DataFrame(
        {
            "subject": ["a", "a", "a"],
            "side": ["left", "left", "right"],
            "id": [3, 1, 2],
            "value": [1.0, 2.0, 6.0],
        }
    )
    sides = reduce(frame, ["subject", "side"], "value", "mean", "id")

    row = reduce(sides, ["subject"], "value", "mean", "side").row(0, named=True)

    assert (row["value"], row["observations"], row["n_values"], row["n_combined"]) == (
        3.75,
        [1, 2, 3],
        3,
        2,
    )


def test_an_unknown_way_is_refused():
    with pytest.raises(DermOutcomesError, match="'avg'"):
        combined([1.0], "avg")


@settings(deadline=None, max_examples=random_examples(30))
@given(NUMBERS, st.integers(min_value=1, max_value=40))
def test_the_mean_of_equal_numbers_is_that_number(number, times):
    assert combined([number] * times, "mean")["value"] == number


@settings(deadline=None, max_examples=random_examples(30))
@given(st.lists(NUMBERS, min_size=1, max_size=30))
def test_the_mean_lies_between_its_numbers_and_is_right(numbers):
    mean = combined(numbers, "mean")["value"]

    assert min(numbers) <= mean <= max(numbers)
    assert math.isclose(mean, math.fsum(numbers) / len(numbers), rel_tol=1e-9, abs_tol=1e-9)


@settings(deadline=None, max_examples=random_examples(10))
@given(st.lists(NUMBERS, min_size=2, max_size=20), st.randoms())
@pytest.mark.parametrize("how", sorted(WAYS))
def test_the_order_of_rows_does_not_matter(how, numbers, random):
    frame = pl.DataFrame({"key": ["a"] * len(numbers), "id": range(len(numbers)), "value": numbers})
    order = list(range(len(numbers)))
    random.shuffle(order)

    assert reduce(frame[order], ["key"], "value", how, "id").equals(
        reduce(frame, ["key"], "value", how, "id")
    )


def test_bits_are_equal_over_threads_and_shuffles():
    digests = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, seed],
            env={**os.environ, "POLARS_MAX_THREADS": threads},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for threads, seed in (("1", "1"), ("4", "2"))
    }

    assert len(digests) == 1
