"""Responders, exactly."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from dermoutcomes.conditions import parse_condition
from dermoutcomes.endpoints.exact_comparison import holds
from dermoutcomes.errors import StudyError
from dermoutcomes.testing import random_examples

PLAIN = '[endpoints.e]\nmeasure = "device.depth"\nbaseline = { visits = ["W0"] }\n'
DECIMALS = st.decimals(min_value=0, max_value=100, places=1).map(float)
FINE = st.decimals(min_value=0, max_value=100, places=6).map(float)


def at(visit, value, **more):
    return {"subject": "1", "visit": visit, "value": value, **more}


def judged(value, base, column, text):
    frame = pl.DataFrame(
        {"value": [value], "base": [base]}, schema={"value": pl.Float64, "base": pl.Float64}
    )
    return holds(frame, parse_condition(column, text)).item()


@pytest.mark.parametrize(
    ("base", "post", "fall", "responds"),
    [
        (30.5, 7.7, 75, False),  # prints as 75 %, is 74.754 %
        (1.2, 0.3, 75, True),  # 0.3 is a quarter of 1.2, though not of its float
        (24.0, 6.0, 75, True),
        (24.0, 6.0, 90, False),
        (16.0, 1.6, 90, True),
        (0.7, 0.07, 90, True),
        (2.3, 1.15, 50, True),
        (2.3, 1.1500001, 50, False),
        (10.0, 10.0, 50, False),
    ],
)
def test_percentages_are_compared_exactly(given, base, post, fall, responds):
    row = given(
        PLAIN + f'responder = {{ pct_change = "<= -{fall}" }}\n', [at("W0", base), at("W4", post)]
    ).row(visit="W4")

    assert row["responder"] is responds


@pytest.mark.parametrize(
    ("value", "base", "column", "text", "expected"),
    [
        (0.3, 0.1, "change", ">= 0.2", True),
        (30.1, 30.0, "change", ">= 0.1", True),
        (30.1, 30.0, "change", "> 0.1", False),
        (3.0, None, "value", "<= 3", True),
        (3.1, None, "value", "<= 3", False),
        (None, 3.0, "value", "<= 3", None),
        (3.0, 4.0, "base", ">= 4", True),
        (None, 1.0, "change", "<= 0", None),
        (1.0, None, "pct_change", "<= 0", None),
        (0.0, 0.0, "value", "= 0", True),
        (0.1 + 0.2, None, "value", "<= 0.3", True),
        (1 / 3, 4 / 3, "pct_change", "<= -75", True),
        (0.2500000000001, 1.0, "pct_change", "<= -75", False),
        (0.25, 1.0, "pct_change", "< -75", False),
        (5.0, None, "value", "!= 5", False),
    ],
)
def test_single_comparisons(value, base, column, text, expected):
    assert judged(value, base, column, text) is expected


@settings(deadline=None, max_examples=random_examples(200))
@hypothesis_given(
    st.one_of(DECIMALS, FINE), st.one_of(DECIMALS, FINE), st.sampled_from([50, 75, 90, 100, 33.3])
)
def test_percentages_equal_the_arithmetic_of_fractions(value, base, fall):
    exact = 100 * Fraction(repr(value)) <= (100 - Fraction(str(fall))) * Fraction(repr(base))

    assert judged(value, base, "pct_change", f"<= -{fall}") is exact


@settings(deadline=None, max_examples=random_examples(200))
@hypothesis_given(DECIMALS, DECIMALS, DECIMALS, st.sampled_from(["<=", "<", ">=", ">", "=", "!="]))
def test_changes_equal_the_arithmetic_of_fractions(value, base, limit, operator):
    apart = Fraction(repr(value)) - Fraction(repr(base)) - Fraction(repr(limit))
    exact = {
        "<=": apart <= 0,
        "<": apart < 0,
        ">=": apart >= 0,
        ">": apart > 0,
        "=": apart == 0,
        "!=": apart != 0,
    }[operator]

    assert judged(value, base, "change", f"{operator} {limit}") is exact


def test_a_mean_of_replicates_is_compared_without_the_noise_of_its_sum(given):
    rows = [
        *(at("W0", value) for value in (1.1, 1.2, 1.3)),
        *(at("W4", value) for value in (0.2, 0.3, 0.4)),
    ]

    assert (
        given(PLAIN + 'responder = { pct_change = "<= -75" }\n', rows).row(visit="W4")["responder"]
        is True
    )


@pytest.mark.parametrize(
    ("improves", "post", "responds"),
    [("down", 3.0, True), ("down", 3.1, False), ("up", 5.0, True), ("up", 3.0, False)],
)
def test_improvement_has_a_direction(given, improves, post, responds):
    toml = PLAIN + f'improves = "{improves}"\nresponder = {{ improved_by = 1 }}\n'

    assert given(toml, [at("W0", 4.0), at("W4", post)]).row(visit="W4")["responder"] is responds


def test_improvement_of_a_scale_that_is_a_change_counts_from_no_change(given):
    toml = '[endpoints.e]\nmeasure = "view.rating"\nresponder = { improved_by = 1 }\n'
    study = given(
        toml, [at("W4", 1.0, measure="view.rating"), at("W12", 0.0, measure="view.rating")]
    )

    assert [study.row(visit=visit)["responder"] for visit in ("W4", "W12")] == [True, False]


def test_all_conditions_must_hold(given):
    toml = PLAIN + 'responder = { value = "<= 1", change = "<= -2" }\n'

    assert given(toml, [at("W0", 3.0), at("W4", 1.0)]).row(visit="W4")["responder"] is True
    assert given(toml, [at("W0", 2.0), at("W4", 1.0)]).row(visit="W4")["responder"] is False
    assert given(toml, [at("W4", 1.0)]).row(visit="W4")["responder"] is None
    assert given(toml, [at("W4", 2.0)]).row(visit="W4")["responder"] is False


def test_a_fall_from_zero_cannot_be_said(given):
    row = given(
        PLAIN + 'responder = { pct_change = "<= -75" }\n', [at("W0", 0.0), at("W4", 0.0)]
    ).row(visit="W4")

    assert row["responder"] is None


def test_a_percentage_of_a_scale_without_a_zero_is_refused(given):
    toml = PLAIN.replace("depth", "lightness") + 'responder = { pct_change = "<= -75" }\n'
    rows = [at("W0", 4.0, measure="device.lightness"), at("W4", 3.0, measure="device.lightness")]

    with pytest.raises(StudyError, match="scale with a zero"):
        given(toml, rows).records()


@pytest.mark.parametrize(
    ("left", "right", "responds"),
    [
        (3.0, 3.0, True),
        (3.0, 3.5, False),
        (3.5, None, False),
        (3.0, None, None),
        (None, None, None),
    ],
)
def test_both_sides_at_once(given, left, right, responds):
    toml = (
        PLAIN
        + 'sides = { use = ["left", "right"] }\nresponder = { change = "<= -1", on_both_sides = true }\n'
    )
    rows = [
        at(visit, value, side=side)
        for visit, side, value in (
            ("W0", "left", 4.0),
            ("W0", "right", 4.0),
            ("W4", "left", left),
            ("W4", "right", right),
        )
        if value is not None
    ]

    assert (
        given(toml + '[schedule]\ndevice = ["W0", "W4"]\n', rows).row(visit="W4")["responder"]
        is responds
    )


COMPOSITE = """
[endpoints.e]
responder = { RULE = ["a", "b"] }
[endpoints.a]
measure = "device.depth"
responder = { value = "<= 1" }
[endpoints.b]
measure = "device.peak"
responder = { value = "<= 1" }
"""


@pytest.mark.parametrize(
    ("a", "b", "all_of", "any_of"),
    [
        (1.0, 1.0, True, True),
        (1.0, 2.0, False, True),
        (2.0, 2.0, False, False),
        (1.0, None, None, True),
        (2.0, None, False, None),
    ],
)
def test_composites_of_other_endpoints(given, a, b, all_of, any_of):
    rows = [
        at("W4", value, measure=measure)
        for measure, value in (("device.depth", a), ("device.peak", b))
        if value is not None
    ]

    assert given(COMPOSITE.replace("RULE", "all_of"), rows).row(visit="W4")["responder"] is all_of
    assert given(COMPOSITE.replace("RULE", "any_of"), rows).row(visit="W4")["responder"] is any_of


def test_a_composite_that_cannot_be_said_may_be_a_failure(given):
    toml = COMPOSITE.replace("RULE", "all_of").replace(
        '["a", "b"] }', '["a", "b"] }\nhandling = ["non_responder"]'
    )

    row = given(toml, [at("W4", 1.0)]).row(visit="W4")

    assert (row["responder"], row["used"], row["derivation"]) == (False, True, "non_responder")


def test_records_that_do_not_count(given):
    toml = PLAIN + 'among = { base = ">= 4" }\nhandling = ["observed"]\n'
    rows = [
        {"subject": name, "visit": visit, "value": value}
        for name, visit, value in (
            ("1", "W0", 4.0),
            ("1", "W4", 1.0),
            ("2", "W0", 3.9),
            ("2", "W4", 1.0),
            ("3", "W4", 1.0),
        )
    ]
    study = given(toml, rows)

    assert study.row(subject="1", visit="W4")["used"]
    for name in "23":
        row = study.row(subject=name, visit="W4")
        assert (row["reason"], row["reason_detail"]) == ("among", "base >= 4")


def test_records_that_do_not_count_by_a_subject_column(given):
    toml = PLAIN + 'among = { sex = "f" }\n'
    rows = [{"subject": name, "visit": "W0", "value": 1.0} for name in "12"]
    subjects = [{"subject": "1", "sex": "f"}, {"subject": "2", "sex": "m"}]

    assert [given(toml, rows, subjects=subjects).row(subject=name)["used"] for name in "12"] == [
        True,
        False,
    ]
    with pytest.raises(StudyError, match=r"hint: +did you mean .sex"):
        given(toml.replace("sex", "sexe"), rows, subjects=subjects).records()


def test_the_baseline_counts_also_where_two_other_visits_are_compared(given):
    toml = (
        PLAIN
        + 'among = { base = ">= 4" }\ncompare = ["c"]\n[comparisons]\nc = { visit = ["W12", "W4"] }\n'
    )

    row = given(toml, [at("W0", 4.0), at("W4", 1.0), at("W12", 1.0)]).row(
        visit="W12", reference_visit="W4"
    )

    assert row["used"]
