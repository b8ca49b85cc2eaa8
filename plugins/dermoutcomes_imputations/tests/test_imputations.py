"""Carrying forward and non-response, on records as the core hands them over."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes import NoOptions
from dermoutcomes.testing import random_examples
from dermoutcomes_imputations import register_imputations
from dermoutcomes_imputations.carried import LocfOptions, baseline_forward, last_forward
from dermoutcomes_imputations.non_responder import missing_is_failure

KEYS = ("subject", "arm", "location", "side", "period", "visit", "timepoint")
VALUES = st.lists(
    st.one_of(st.none(), st.floats(min_value=-100, max_value=100)), min_size=2, max_size=8
)


def records(values, responders=None, **constants):
    """The visits of one subject, the first of them its baseline."""
    rows = [
        {
            "subject": "1",
            "visit": f"V{number}",
            "visit_number": number,
            "at_baseline": number == 0,
            "expected": True,
            "value": value,
            "base": values[0],
            "responder": responders[number] if responders else None,
            "observations": [] if value is None else [number],
            "n_values": 0 if value is None else 1,
            **constants,
        }
        for number, value in enumerate(values)
    ]
    schema = dict.fromkeys(KEYS, pl.String) | {
        "visit_number": pl.Int32,
        "day": pl.Int16,
        "at_baseline": pl.Boolean,
        "expected": pl.Boolean,
        "value": pl.Float64,
        "base": pl.Float64,
        "responder": pl.Boolean,
        "derivation": pl.String,
        "observations": pl.List(pl.Int64),
        "n_values": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema)


def filled(impute, frame, options, column="value", expected=None):
    asked = frame.select(KEYS) if expected is None else frame.filter(expected).select(KEYS)
    return impute(frame, asked, options).sort("visit_number")[column].to_list()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([4.0, 3.0, None, None], [4.0, 3.0, 3.0, 3.0]),
        ([4.0, None, 2.0, None], [4.0, None, 2.0, 2.0]),
        ([4.0, None, None, None], [4.0, None, None, None]),
        ([None, 3.0, None, 1.0], [None, 3.0, 3.0, 1.0]),
    ],
)
def test_last_observation_after_baseline(values, expected):
    assert filled(last_forward, records(values), LocfOptions()) == expected


def test_the_baseline_is_carried_where_the_option_says_so():
    assert filled(last_forward, records([4.0, None, 2.0, None]), LocfOptions(baseline=True)) == [
        4.0,
        4.0,
        2.0,
        2.0,
    ]


def test_what_is_carried_brings_its_readings():
    frame = records([4.0, 3.0, None])

    assert filled(last_forward, frame, LocfOptions(), "observations") == [[0], [1], [1]]
    assert filled(last_forward, frame, LocfOptions(), "n_values") == [1, 1, 1]
    assert filled(last_forward, frame, LocfOptions(), "derivation") == [None, None, "locf"]


def test_nothing_is_carried_from_one_side_or_time_point_to_another():
    both = pl.concat(
        [records([4.0, 3.0, None], side="left"), records([4.0, None, None], side="right")]
    )

    made = last_forward(both, both.select(KEYS), LocfOptions())

    assert made.filter(side="right").sort("visit_number")["value"].to_list() == [4.0, None, None]


@pytest.mark.parametrize("impute", [last_forward, baseline_forward])
def test_only_what_is_expected_is_filled(impute):
    frame = records([4.0, 3.0, None, None])
    options = LocfOptions() if impute is last_forward else NoOptions()

    assert filled(impute, frame, options, expected=pl.col("visit") == "V2")[3] is None


def test_baseline_forward_makes_up_no_baseline():
    assert filled(baseline_forward, records([4.0, 3.0, None]), NoOptions()) == [4.0, 3.0, 4.0]
    assert filled(baseline_forward, records([None, 3.0, None]), NoOptions()) == [None, 3.0, None]


def test_a_missing_response_is_a_failure_but_not_at_baseline():
    frame = records([4.0, 3.0, None], [None, True, None])

    assert filled(missing_is_failure, frame, NoOptions(), "responder") == [None, True, False]
    assert filled(missing_is_failure, frame, NoOptions(), "derivation") == [
        None,
        None,
        "non_responder",
    ]


@settings(deadline=None, max_examples=random_examples(40))
@given(VALUES, st.booleans())
def test_what_was_observed_never_changes_and_every_value_was_seen_before(values, baseline):
    frame = records(values)

    for made in (
        filled(last_forward, frame, LocfOptions(baseline=baseline)),
        filled(baseline_forward, frame, NoOptions()),
    ):
        assert len(made) == len(values)
        for number, (before, after) in enumerate(zip(values, made, strict=True)):
            assert (
                after == before if before is not None else after is None or after in values[:number]
            )


def test_each_says_what_it_assumes():
    declared = {imputation.name: imputation for imputation in register_imputations()}

    assert sorted(declared) == ["bocf", "locf", "non_responder"]
    assert all(
        imputation.assumption.endswith(".") and imputation.references
        for imputation in declared.values()
    )
    assert [name for name, imputation in sorted(declared.items()) if imputation.legacy] == [
        "bocf",
        "locf",
    ]
