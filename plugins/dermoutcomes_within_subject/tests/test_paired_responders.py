"""Responders of the same subjects.

McNemar, paired differences, Cochran's Q, and shares of sides.
"""

from __future__ import annotations

from itertools import product
from math import sqrt

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dermoutcomes import Comparison, Endpoint, NoOptions, Task
from dermoutcomes.study.sections.reductions import Baseline
from dermoutcomes.tables import conform
from dermoutcomes.testing import random_examples
from dermoutcomes_within_subject.clustered_proportion import (
    CLUSTERED_PROPORTION,
    CLUSTERED_PROPORTION_DIFFERENCE,
    ClusteredProportionOptions,
)
from dermoutcomes_within_subject.clusters import difference as cluster_difference
from dermoutcomes_within_subject.clusters import effective_interval, share
from dermoutcomes_within_subject.cochran_q import COCHRAN_Q, CochranQOptions, cochran
from dermoutcomes_within_subject.discordance import (
    Table,
    asymptotic,
    conditional_odds_ratio,
    exact_p,
    mid_p,
)
from dermoutcomes_within_subject.mcnemar import MCNEMAR, McNemarOptions
from dermoutcomes_within_subject.paired_proportions import (
    difference,
    newcombe,
    standard_error,
    tango,
)

AB = {"ab": Comparison(("W4", "baseline"), ("A", "B"))}
tables = (
    st.tuples(*(st.integers(0, 12) for _ in range(4)))
    .map(lambda cells: Table(*cells))
    .filter(lambda table: table.n > 0)
)


def task_of(answers, compare=None, design="within-subject", endpoint=None, **more):
    """Rows: (subject, arm, visit, responds); a subject may have several of one arm."""
    rows = [
        {
            "subject": subject,
            "arm": arm,
            "visit": visit,
            "reference_visit": "baseline",
            "responder": responds,
            "value": 1.0,
            "side": str(number),
        }
        for number, (subject, arm, visit, responds) in enumerate(answers)
    ]
    records = conform(
        pl.DataFrame(rows, schema_overrides={"arm": pl.String, "responder": pl.Boolean}),
        "endpoints",
        "S",
    )
    arms = tuple(sorted({row[1] for row in answers if row[1]}))
    return Task(
        "t",
        "x",
        {"e": endpoint or Endpoint(id="e")},
        records,
        records.select("subject").unique(),
        AB if compare is None else compare,
        design,
        kind="binary",
        improves="up",
        arms=arms,
        visits=tuple(sorted({row[2] for row in answers})),
        **more,
    )


def of_table(table):
    cells = (
        [(True, True)] * table.both
        + [(True, False)] * table.first_only
        + [(False, True)] * table.second_only
        + [(False, False)] * table.neither
    )
    return [
        (f"{number:03}", arm, "W4", responds)
        for number, cell in enumerate(cells)
        for arm, responds in zip("AB", cell, strict=True)
    ]


def found(analysis, task, options=None):
    return {
        (stat.group, stat.visit, stat.term, stat.level, stat.stat): stat
        for stat in analysis.run(task, options or analysis.options())
    }


def mcnemar(task, **options):
    return {(stat.term, stat.stat): stat for stat in MCNEMAR.run(task, McNemarOptions(**options))}


def test_two_arms_of_the_same_subjects():
    said = mcnemar(task_of(of_table(Table(7, 6, 2, 9))))

    assert [
        said[term, "n_with_event"].value
        for term in (
            "both_respond",
            "first_only_responds",
            "second_only_responds",
            "neither_responds",
        )
    ] == [7, 6, 2, 9]
    assert said["risk_difference", "estimate"].value == pytest.approx(4 / 24)
    assert said["risk_difference", "p_value"].value == pytest.approx(0.2890625)
    assert said["mid_p_test", "p_value"].value == pytest.approx(0.1796875)
    assert said["conditional_odds_ratio", "estimate"].value == 3
    assert said["risk_difference", "conf_low"].value == pytest.approx(-0.0665791975537083)
    assert said["risk_difference", "p_value"].n_subjects == 24


@pytest.mark.parametrize(
    ("test", "p"),
    [("asymptotic", 0.157299207050284), ("continuity", 0.288844366346485), ("mid_p", 0.1796875)],
)
def test_the_test_can_be_chosen(test, p):
    assert mcnemar(task_of(of_table(Table(7, 6, 2, 9))), test=test)[
        "risk_difference", "p_value"
    ].value == pytest.approx(p)


def test_one_side_asks_whether_more_respond_under_the_first():
    said = mcnemar(task_of(of_table(Table(7, 6, 2, 9)), sided=1))

    assert said["risk_difference", "p_value"].value == pytest.approx(0.14453125)
    assert said["asymptotic_test", "p_value"].value == pytest.approx(0.157299207050284 / 2)


def test_two_visits_of_one_group():
    answers = [
        (str(number), None, visit, responds)
        for number, pair in enumerate([(True, False)] * 5 + [(True, True)] * 3)
        for visit, responds in zip(("W4", "W8"), pair, strict=True)
    ]
    said = mcnemar(task_of(answers, {"c": Comparison(("W4", "W8"))}, "single-arm"))

    assert said["risk_difference", "estimate"].value == pytest.approx(5 / 8)
    assert said["risk_difference", "p_value"].value == pytest.approx(2 / 32)


def test_a_visit_against_baseline_where_responders_are_read_there():
    answers = [
        (str(number), None, visit, responds)
        for number in range(6)
        for visit, responds in (("W0", False), ("W4", True))
    ]
    endpoint = Endpoint(id="e", baseline=Baseline(visits=("W0",)))
    said = mcnemar(task_of(answers, {"c": Comparison(("W4", "baseline"))}, "single-arm", endpoint))

    assert said["risk_difference", "estimate"].value == 1
    assert said["risk_difference", "conf_high"].value <= 1
    assert said["conditional_odds_ratio", "estimate"].warning.startswith("boundary: ")


def test_several_sides_of_one_treatment_are_not_paired():
    answers = [(str(number), arm, "W4", True) for number in range(4) for arm in "AAB"]

    assert mcnemar(task_of(answers))["risk_difference", "p_value"].error.startswith(
        "several_units: "
    )


def test_nobody_discordant_is_no_evidence():
    said = mcnemar(task_of(of_table(Table(5, 0, 0, 5))))

    assert said["risk_difference", "p_value"].value == 1
    assert said["asymptotic_test", "p_value"].value == 1
    assert said["conditional_odds_ratio", "estimate"].error.startswith("no_discordant_pair: ")


@settings(max_examples=random_examples(30), deadline=None)
@given(st.integers(0, 5), st.integers(0, 5))
def test_exact_tests_are_counts_of_all_outcomes(first, second):
    n = first + second
    outcomes = [sum(coins) for coins in product((0, 1), repeat=n)]
    as_far = [abs(2 * heads - n) >= abs(first - second) for heads in outcomes]
    farther = [abs(2 * heads - n) > abs(first - second) for heads in outcomes]
    table = Table(1, first, second, 1)

    assert exact_p(table) == pytest.approx(sum(as_far) / len(outcomes))
    assert exact_p(table, "greater") == pytest.approx(
        sum(heads >= first for heads in outcomes) / len(outcomes)
    )
    if first != second:
        assert mid_p(table) == pytest.approx((sum(as_far) + sum(farther)) / 2 / len(outcomes))


@settings(max_examples=random_examples(30), deadline=None)
@given(tables)
def test_intervals_cover_their_estimate_and_turn_with_the_arms(table):
    turned = Table(table.both, table.second_only, table.first_only, table.neither)
    for interval in (newcombe, tango):
        low, high = interval(table)
        assert -1 - 1e-12 <= low <= difference(table) + 1e-12
        assert difference(table) - 1e-12 <= high <= 1 + 1e-12
        assert interval(turned) == pytest.approx((-high, -low), abs=1e-9)
    ratio = conditional_odds_ratio(table)
    assert ratio.estimate is None or ratio.conf_low <= ratio.estimate <= ratio.conf_high
    assert 0 <= mid_p(table) <= exact_p(table) <= 1


@pytest.mark.parametrize("continuity", [False, True])
def test_a_chi_square_needs_a_discordant_pair(continuity):
    with pytest.raises(ValueError, match="no pair is discordant"):
        asymptotic(Table(7, 0, 0, 9), continuity=continuity)


def test_tango_inverts_his_test():
    """At a limit the score statistic is the normal quantile; at zero it is McNemar's."""
    table = Table(7, 6, 2, 9)
    chi2, p = asymptotic(table)
    low, high = tango(table, 1 - p)

    assert sqrt(chi2) == pytest.approx(stats.norm.isf(p / 2))
    assert low == pytest.approx(0, abs=1e-9)
    assert high > difference(table) > 0
    assert standard_error(table) == pytest.approx(0.112833866731055)


def test_three_treatments_of_the_same_subjects():
    answers = [
        (str(number), arm, "W4", responds)
        for number, row in enumerate(
            [(1, 1, 0), (1, 0, 0), (1, 1, 1), (0, 1, 0), (1, 0, 0), (1, 1, 0)]
        )
        for arm, responds in zip("ABC", map(bool, row), strict=True)
    ]
    said = found(COCHRAN_Q, task_of([*answers, ("9", "A", "W4", True)]))
    q = 2 * (3 * (25 + 16 + 1) - 100) / (3 * 10 - (4 + 1 + 9 + 1 + 1 + 4))

    assert said[None, "W4", "cochran_q", None, "statistic"].value == pytest.approx(q)
    assert said[None, "W4", "cochran_q", None, "n_missing"].value == 1
    assert said[None, "W4", "responder_proportion", "C", "n_with_event"].value == 1


def test_two_conditions_are_mcnemars():
    assert found(COCHRAN_Q, task_of(of_table(Table(1, 2, 3, 4))), CochranQOptions("arms"))[
        None, "W4", "cochran_q", None, "p_value"
    ].error.startswith("too_few: ")


def test_q_of_two_conditions_is_mcnemars_chi_square():
    rows = [(True, True)] * 3 + [(True, False)] * 6 + [(False, True)] * 2

    assert cochran(rows).statistic == pytest.approx(asymptotic(Table(3, 6, 2, 0))[0])


def sides(pairs, arm="A", start=0):
    return [
        (f"{number:03}", arm, "W4", bool(responds))
        for number, pair in enumerate(pairs, start)
        for responds in pair
    ]


PAIRS = [(1, 1)] * 8 + [(0, 0)] * 6 + [(1, 0)] * 4 + [(1,)] * 2


def test_sides_count_by_their_subjects():
    said = found(
        CLUSTERED_PROPORTION,
        task_of(sides(PAIRS), {"w4": Comparison(("W4", "baseline"))}, "single-arm"),
        ClusteredProportionOptions(0.5),
    )
    key = (None, "W4", "responder_proportion", None)

    assert said[*key, "denominator"].value == 38
    assert said[*key, "estimate"].value == pytest.approx(22 / 38)
    assert said[*key, "conf_low"].label.startswith("38 units of 20 subjects; design effect 1.")
    low, high = (said[*key, stat].value for stat in ("conf_low", "conf_high"))
    naive = stats.binomtest(22, 38).proportion_ci()
    assert low < naive.low < 22 / 38 < naive.high < high
    assert said[*key, "df"].value == 19


def test_alike_sides_count_once_and_independent_ones_as_they_are():
    alike = share([(2, 2)] * 10 + [(0, 2)] * 10)
    mixed = share([(1, 2)] * 10 + [(2, 2)] * 5 + [(0, 2)] * 5)

    assert alike.design_effect == pytest.approx(2 * 20 / 19)
    assert mixed.design_effect == pytest.approx(20 / 19)


def test_where_all_respond_each_subject_counts_as_one():
    low, high = effective_interval(share([(2, 2)] * 12))

    assert (low, high) == pytest.approx((0.025 ** (1 / 12), 1))


def test_one_unit_a_subject_is_the_exact_interval():
    found_share = share([(1, 1)] * 7 + [(0, 1)] * 13)
    low, high = effective_interval(found_share)
    exact = stats.binomtest(7, 20).proportion_ci()

    assert low <= exact.low + 1e-3
    assert high >= exact.high - 1e-3


def test_shares_of_two_treatments_of_the_same_subjects():
    table = Table(7, 6, 2, 9)
    said = found(CLUSTERED_PROPORTION_DIFFERENCE, task_of(of_table(table)), NoOptions())
    key = ("A", "W4", "risk_difference", None)

    assert said[*key, "estimate"].value == pytest.approx(difference(table))
    assert said[*key, "std_error"].value == pytest.approx(standard_error(table) * sqrt(24 / 23))
    assert said[*key, "df"].value == 23


def test_several_sides_a_treatment_are_compared_by_subjects():
    first = {"a": (2, 2), "b": (1, 2), "c": (2, 2)}
    second = {"a": (0, 1), "b": (1, 1), "d": (0, 2)}
    found_difference = cluster_difference(first, second)

    assert found_difference.estimate == pytest.approx(5 / 6 - 1 / 4)
    assert found_difference.subjects == 4


@settings(max_examples=random_examples(25), deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=3), min_size=2, max_size=12))
def test_a_share_covers_its_estimate_whatever_the_order(pairs):
    task = task_of(sides(pairs), {"w4": Comparison(("W4", "baseline"))}, "single-arm")
    said = found(CLUSTERED_PROPORTION, task)
    key = (None, "W4", "responder_proportion", None)
    low, estimate, high = (said[*key, stat].value for stat in ("conf_low", "estimate", "conf_high"))

    assert 0 <= low <= estimate + 1e-12
    assert estimate - 1e-12 <= high <= 1
    turned = found(CLUSTERED_PROPORTION, evolve(task, records=task.records.reverse()))
    assert turned[*key, "conf_low"].value == low
