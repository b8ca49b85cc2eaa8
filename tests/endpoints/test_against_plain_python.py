"""The chain against the same rules in plain Python: dictionaries and loops over exact fractions."""

from __future__ import annotations

from fractions import Fraction
from math import isclose

from hypothesis import HealthCheck, settings
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from dermoutcomes.testing import random_examples

VISITS, SIDES = ("W0", "W4", "W12"), ("left", "right")
TOML = """
[schedule]
device = ["W0", "W4", "W12"]
[comparisons]
b = { visit = ["W12", "W4"] }
[endpoints.e]
measure = "device.depth"
sides = { use = ["left", "right"] }
replicates = { min = 2, drop_first = true }
baseline = { visits = ["W0"] }
compare = ["b"]
responder = { pct_change = "<= -50" }
"""
PLACES = [
    (visit, side, replicate) for visit in VISITS for side in SIDES for replicate in (1, 2, 3, 4)
]
READINGS = st.lists(
    st.one_of(st.none(), st.decimals(min_value="0.1", max_value=2, places=1)),
    min_size=len(PLACES),
    max_size=len(PLACES),
)


def mean(values):
    return sum(values, Fraction(0)) / len(values) if values else None


def spots(readings):
    """The mean of each side at each visit without its first replicate; None for fewer than two."""
    read = {(visit, side): [] for visit in VISITS for side in SIDES}
    for (visit, side, _), value in zip(PLACES, readings, strict=True):
        if value is not None:
            read[visit, side].append(Fraction(value))
    return {spot: mean(values[1:]) if len(values) > 2 else None for spot, values in read.items()}


def record(spot, visit, reference):
    """Value, base, change and responder by the rule: of the sides that have both, if any has."""
    both = [
        side
        for side in SIDES
        if spot[visit, side] is not None and spot[reference, side] is not None
    ]
    either = [side for side in SIDES if spot[visit, side] is not None]
    value = mean([spot[visit, side] for side in both or either])
    base = mean([spot[reference, side] for side in both])
    change = (
        mean([spot[visit, side] - spot[reference, side] for side in both])
        if visit != reference
        else None
    )
    return value, base, change, None if change is None else 100 * value <= 50 * base


def same(found, exact):
    return (found is None) == (exact is None) and (
        exact is None or isclose(found, float(exact), rel_tol=1e-12, abs_tol=1e-12)
    )


@settings(
    deadline=None,
    max_examples=random_examples(25),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@hypothesis_given(READINGS)
def test_every_record_is_what_plain_python_says(given, readings):
    rows = [
        {
            "subject": "1",
            "visit": visit,
            "side": side,
            "replicate": replicate,
            "value": float(value),
        }
        for (visit, side, replicate), value in zip(PLACES, readings, strict=True)
        if value is not None
    ]
    # Both sides are read somewhere, so that both are expected everywhere.
    rows += [{"subject": "other", "visit": "W0", "side": side, "value": 1.0} for side in SIDES]
    found = (
        given(TOML, rows, subjects=[{"subject": "1"}, {"subject": "other"}])
        .records()
        .filter(subject="1")
    )
    spot = spots(readings)

    for row in found.iter_rows(named=True):
        reference = "W0" if row["reference_visit"] == "baseline" else row["reference_visit"]
        value, base, change, responder = record(spot, row["visit"], reference)
        assert same(row["value"], value)
        assert same(row["change"], change)
        assert row["responder"] is responder
        assert change is None or same(row["base"], base)
        assert row["used"] is (value is not None)
    assert found.height == 4
