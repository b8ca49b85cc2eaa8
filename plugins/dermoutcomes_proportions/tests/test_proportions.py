"""Proportions: the intervals and tests, and what the analyses say of a task."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes import Task
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform
from dermoutcomes.testing import AnalysisContract, random_examples
from dermoutcomes_proportions import register_analyses
from dermoutcomes_proportions.counts import binomial_p, chi_square, fisher_p, least_expected
from dermoutcomes_proportions.difference_intervals import newcombe
from dermoutcomes_proportions.intervals import ONE_SAMPLE, clopper_pearson, wilson
from dermoutcomes_proportions.one_proportion import OneProportionOptions
from dermoutcomes_proportions.risk_difference import RiskDifferenceOptions

ONE, TWO = tuple(register_analyses())[:2]
quick = settings(deadline=None, max_examples=random_examples(60))


class TestOneProportion(AnalysisContract):
    analysis = ONE


class TestOneProportionAgainstAHalf(AnalysisContract):
    analysis = ONE
    options = {"null": 0.5}


class TestRiskDifference(AnalysisContract):
    analysis = TWO


@st.composite
def counts(draw, largest=40):
    n = draw(st.integers(1, largest))
    return draw(st.integers(0, n)), n


def binomial(n, p, k):
    return comb(n, k) * p**k * (1 - p) ** (n - k)


@quick
@given(counts(), st.sampled_from([0.8, 0.9, 0.95]))
def test_limits_hold_the_share_and_turn_with_it(count, confidence):
    events, n = count
    for interval in (wilson, clopper_pearson):
        low, high = interval(events, n, confidence)
        mirrored = interval(n - events, n, confidence)

        assert 0 <= low <= events / n <= high <= 1
        assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((low, high), abs=1e-12)


@quick
@given(counts(20))
def test_exact_limits_are_where_a_tail_is_half_of_alpha(count):
    events, n = count
    low, high = clopper_pearson(events, n)

    assert events == 0 or sum(binomial(n, low, k) for k in range(events, n + 1)) == pytest.approx(
        0.025
    )
    assert events == n or sum(binomial(n, high, k) for k in range(events + 1)) == pytest.approx(
        0.025
    )


@quick
@given(counts(20), st.sampled_from(["0.5", "0.3", "0.05"]))
def test_the_binomial_test_adds_what_is_no_likelier(count, null):
    events, n = count
    p = Fraction(null)
    chances = [binomial(n, p, k) for k in range(n + 1)]

    assert binomial_p(events, n, float(null)) == float(
        sum(chance for chance in chances if chance <= chances[events])
    )
    assert binomial_p(events, n, float(null), "greater") == float(sum(chances[events:]))


@quick
@given(counts(), counts())
def test_swapping_arms_turns_the_difference(one, two):
    events, n = (one[0], two[0]), (one[1], two[1])
    low, high = newcombe(events, n)
    turned = newcombe(events[::-1], n[::-1])

    assert (-turned.high, -turned.low) == pytest.approx((low, high), abs=1e-12)
    assert low - 1e-12 <= events[0] / n[0] - events[1] / n[1] <= high + 1e-12
    assert fisher_p(events, n) == fisher_p(events[::-1], n[::-1])
    assert 0 <= chi_square(events, n)[1] <= 1


def test_the_smallest_expected_count():
    assert least_expected((2, 1), (10, 20)) == pytest.approx(1.0)
    assert least_expected((9, 19), (10, 20)) == pytest.approx(10 * 2 / 30)


def test_nothing_happened_in_either_arm():
    assert chi_square((0, 0), (10, 20)) == (0.0, 1.0)
    assert fisher_p((0, 0), (10, 20)) == 1.0


def task_of(responders, comparison=None, **more):
    """Responders of each arm (None for an arm that is no arm) at W12."""
    rows = [
        {
            "subject": f"{arm or ''}{i}",
            "arm": arm,
            "visit": "W12",
            "reference_visit": "baseline",
            "responder": value,
        }
        for arm, values in responders.items()
        for i, value in enumerate(values)
    ]
    records = conform(
        pl.DataFrame(rows, schema_overrides={"responder": pl.Boolean, "arm": pl.String}),
        "endpoints",
        "S",
    )
    comparisons = (
        {} if comparison is False else {"c": comparison or Comparison(("W12", "baseline"))}
    )
    return Task(
        "t",
        "x",
        {},
        records,
        records.select("subject").unique(),
        comparisons,
        more.pop("design", "parallel"),
        kind="binary",
        visits=("W12",),
        arms=("a", "b"),
        **more,
    )


def run(analysis, task, options=None):
    return {
        (stat.term, stat.stat, stat.group): stat
        for stat in analysis.run(task, options or analysis.options())
    }


YES, NO = [True] * 6, [False] * 4


def test_none_of_all_says_what_that_rules_out():
    found = run(ONE, task_of({None: [False] * 21}))["responder_proportion", "conf_high", None]

    assert found.value == pytest.approx(0.16109761521908)
    assert found.label == "0 of 21; 95% upper limit 16.1%"


def test_all_of_all_says_how_few_it_allows():
    assert (
        run(ONE, task_of({None: YES}))["responder_proportion", "conf_low", None].label
        == "6 of 6; 95% lower limit 54.1%"
    )


def test_a_record_that_says_nothing_is_missing_and_not_a_failure():
    found = run(ONE, task_of({None: [*YES, *NO, None]}))

    assert [
        found["responder_proportion", stat, None].value
        for stat in ("n_with_event", "denominator", "n_missing")
    ] == [6, 10, 1]


def test_a_lost_record_is_missing_too():
    task = task_of({None: [*YES, *NO]})
    found = run(
        ONE, evolve(task, unused=task.records.head(3).with_columns(reason=pl.lit("missed")))
    )

    assert found["responder_proportion", "n_missing", None].value == 3


def test_it_is_tested_only_against_a_stated_share():
    task = task_of({None: [*YES, *NO]})

    assert ("responder_proportion", "p_value", None) not in run(ONE, task)
    assert run(ONE, task, OneProportionOptions(null=0.5))[
        "responder_proportion", "p_value", None
    ].value == pytest.approx(0.75390625)


def test_the_interval_can_be_chosen():
    task = task_of({None: [*YES, *NO]})

    limits = [
        run(ONE, task, OneProportionOptions(kind))["responder_proportion", "conf_low", None].value
        for kind in ("clopper_pearson", "wilson")
    ]

    assert limits == pytest.approx([0.262378, 0.312674], abs=1e-6)


def test_a_parallel_study_has_everybody_and_each_arm():
    found = run(ONE, task_of({"a": YES, "b": NO}))

    assert {
        group: found["responder_proportion", "estimate", group].value for group in (None, "a", "b")
    } == {None: 0.6, "a": 1.0, "b": 0.0}


def test_arms_inside_a_subject_are_not_pooled():
    found = run(ONE, task_of({"a": YES, "b": NO}, design="within-subject"))

    assert {group for _, _, group in found} == {"a", "b"}


def test_every_visit_is_described_where_nothing_is_compared():
    found = run(ONE, task_of({None: YES}, comparison=False))[
        "responder_proportion", "estimate", None
    ]

    assert (found.visit, found.comparison) == ("W12", None)


def test_sides_counted_as_subjects_are_warned_of():
    task = task_of({None: YES})
    found = run(ONE, evolve(task, records=task.records.with_columns(subject=pl.lit("one"))))

    assert found["responder_proportion", "conf_low", None].warning.startswith(
        "clustered: 6 records of 1 subjects"
    )


ARMS = Comparison(("W12",), ("a", "b"))


def test_the_first_arm_minus_the_second():
    found = run(TWO, task_of({"a": [*YES, *NO], "b": [*NO, True]}, ARMS))

    assert found["risk_difference", "estimate", "a"].value == pytest.approx(0.6 - 0.2)
    assert [found["responder", "n_with_event", arm].value for arm in "ab"] == [6, 1]


def test_small_counts_are_warned_of_unless_the_test_is_exact():
    task = task_of({"a": [*YES, *NO], "b": [*NO, True]}, ARMS)

    chi, fisher = (
        run(TWO, task, RiskDifferenceOptions(test=test))["risk_difference", "p_value", "a"]
        for test in ("chi_square", "fisher_exact")
    )

    assert chi.warning.startswith("small_counts: ")
    assert fisher.warning is None
    assert fisher.value == pytest.approx(fisher_p((6, 1), (10, 5)))


def test_an_empty_arm_is_named():
    found = run(TWO, task_of({"a": YES}, ARMS))

    assert (
        found["risk_difference", "p_value", "a"].error
        == "one_arm_empty: No record of arm 'b' says whether it is a responder."
    )


def test_a_responder_whose_value_is_missing_counts():
    task = task_of({"a": [*YES, *NO], "b": NO}, ARMS)

    assert task.records["change"].null_count() == 14
    sizes = {
        stat.group: stat.value
        for stat in TWO.run(task, TWO.options())
        if (stat.term, stat.stat, stat.reference_group) == ("risk_difference", "n", None)
    }
    assert sizes == {"a": 10, "b": 4}


@pytest.mark.parametrize("interval", sorted(ONE_SAMPLE))
def test_every_interval_turns_with_the_share(interval):
    for events, n in ((0, 7), (3, 7), (7, 7), (1, 1), (11, 30)):
        low, high = ONE_SAMPLE[interval](events, n, 0.9)
        assert ONE_SAMPLE[interval](n - events, n, 0.9) == pytest.approx(
            (1 - high, 1 - low), abs=1e-12
        )


def test_mid_p_limits_are_where_half_the_observed_chance_makes_the_tail():
    low, high = ONE_SAMPLE["mid_p"](4, 11, 0.95)

    assert sum(binomial(11, low, k) for k in range(5, 12)) + binomial(
        11, low, 4
    ) / 2 == pytest.approx(0.025)
    assert sum(binomial(11, high, k) for k in range(4)) + binomial(
        11, high, 4
    ) / 2 == pytest.approx(0.025)


def test_the_score_test_can_be_asked_for():
    found = run(ONE, task_of({None: [*YES, *NO]}), OneProportionOptions(null=0.5, test="score"))

    assert found["responder_proportion", "statistic", None].value == pytest.approx(
        0.1 / (0.25 / 10) ** 0.5
    )
    assert found["responder_proportion", "p_value", None].value == pytest.approx(0.5270892568655381)


def test_a_stated_share_of_none_leaves_only_the_exact_test():
    found = run(ONE, task_of({None: [*YES, *NO]}), OneProportionOptions(null=0.0, test="score"))

    assert found["responder_proportion", "p_value", None].error.startswith("no_variance: ")
