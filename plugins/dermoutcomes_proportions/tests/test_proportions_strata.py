"""Two arms over strata.

Arithmetic on random tables, and what the analyses say of a task with strata.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dermoutcomes import Task
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.proof.cases import cases_of
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform
from dermoutcomes.testing import random_examples
from dermoutcomes_proportions import register_analyses
from dermoutcomes_proportions.difference_intervals import newcombe
from dermoutcomes_proportions.difference_score import miettinen_nurminen
from dermoutcomes_proportions.homogeneity import breslow_day, heterogeneity_of_differences
from dermoutcomes_proportions.mantel_haenszel import (
    Stratum,
    mantel_haenszel_test,
    pooled_difference,
    pooled_logit,
    pooled_odds_ratio,
    pooled_ratio,
)
from dermoutcomes_proportions.reference import REFERENCE_METHODS
from dermoutcomes_proportions.stratified_intervals import (
    iterated_weights,
    pooled_over_iterated,
    stratified_miettinen_nurminen,
    stratified_newcombe,
    stratified_score,
    summary_score,
)

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}
CASES = [
    case
    for method in REFERENCE_METHODS
    if method.name == "stratified_2x2"
    for case in cases_of(method)
]
quick = settings(deadline=None, max_examples=random_examples(25))


@st.composite
def strata_of(draw, most=12):
    found = []
    for _ in range(draw(st.integers(1, 4))):
        n = draw(st.integers(1, most)), draw(st.integers(1, most))
        found.append(Stratum((draw(st.integers(0, n[0])), draw(st.integers(0, n[1]))), n))
    return found


def turned(strata):
    return [Stratum(events[::-1], n[::-1]) for events, n in strata]


@quick
@given(strata_of())
@example([Stratum((0, 0), (3, 1)), Stratum((3, 0), (3, 3))])
def test_limits_hold_the_estimate_and_turn_with_the_arms(strata):
    for interval, estimate in (
        (stratified_newcombe, pooled_difference(strata).estimate),
        (stratified_miettinen_nurminen, pooled_difference(strata).estimate),
        (
            lambda tables: stratified_miettinen_nurminen(tables, iterated=True),
            pooled_over_iterated(strata),
        ),
    ):
        low, high = interval(strata)

        assert -1 - 1e-9 <= low <= estimate + 1e-9
        assert estimate - 1e-9 <= high <= 1 + 1e-9
        assert interval(turned(strata)) == pytest.approx((-high, -low), abs=1e-8)


@quick
@given(strata_of())
def test_the_score_of_no_difference_is_the_mantel_haenszel_test(strata):
    z = mantel_haenszel_test(strata)
    for iterated in (False, True):
        assert stratified_score(strata, 0.0, iterated=iterated) == pytest.approx(z or 0.0, abs=1e-9)


@quick
@given(strata_of(), st.floats(-0.9, 0.9))
@example([Stratum((1, 0), (1, 4)), Stratum((4, 8), (4, 8))], 0.0)
def test_the_score_interval_holds_what_the_score_does_not_reject(strata, difference):
    """The converse needs strata that vary: one in which all respond has little variance near 0."""
    low, high = stratified_miettinen_nurminen(strata)
    accepted = abs(stratified_score(strata, difference)) < 1.959963984540054
    if min(abs(difference - low), abs(difference - high)) > 1e-7:
        assert low < difference < high or not accepted
        if all(0 < sum(stratum.events) < sum(stratum.n) for stratum in strata):
            assert accepted or not low < difference < high


@quick
@given(strata_of())
def test_one_stratum_is_no_stratum(strata):
    only = strata[:1]
    ((events, n),) = only
    if sum(n) > 2:
        assert stratified_miettinen_nurminen(only) == pytest.approx(
            miettinen_nurminen(events, n), abs=1e-9
        )
    if all(0 < x < m for x, m in zip(events, n, strict=True)):
        difference = events[0] / n[0] - events[1] / n[1]
        assert pooled_difference(only).estimate == pytest.approx(difference)
        assert pooled_difference(only).greenland_robins ** 2 == pytest.approx(
            sum(x * (m - x) / m**3 for x, m in zip(events, n, strict=True))
        )
        assert pooled_odds_ratio(only)[:] == pytest.approx(pooled_logit(only)[:])
        low, high = stratified_newcombe(only)
        # At the Wilson limits the pooled variance is Newcombe's distance to them.
        assert (low, high) == pytest.approx(newcombe(events, n), abs=1e-9)


def test_iterated_weights_are_inverse_variances_of_common_shares():
    strata = [Stratum((3, 1), (10, 20)), Stratum((9, 4), (30, 15))]
    share = iterated_weights(strata, [(0.5, 0.2), (0.5, 0.2)])
    raw = np.asarray([1 / (0.25 / 10 + 0.16 / 20), 1 / (0.25 / 30 + 0.16 / 15)])

    assert share == pytest.approx(list(raw / raw.sum()))


def test_ratios_at_their_ends_have_no_interval():
    assert pooled_odds_ratio([Stratum((3, 0), (5, 4))]).estimate == float("inf")
    assert pooled_ratio([Stratum((0, 2), (5, 4))]) == (0.0, None)
    assert breslow_day([Stratum((3, 0), (5, 4))]) is None


@quick
@given(strata_of())
def test_breslow_and_day_expect_what_has_the_common_odds_ratio(strata):
    common, found = pooled_odds_ratio(strata), breslow_day(strata)
    if common.log_se is None or found is None or found.p_value is None:
        return
    corrected = breslow_day(strata, tarone=True)
    assert corrected.p_value >= 0
    assert corrected.statistic <= found.statistic + 1e-12
    assert found.p_value <= 1


def test_equal_strata_are_homogeneous():
    strata = [Stratum((6, 3), (10, 12))] * 3

    assert breslow_day(strata).statistic == pytest.approx(0, abs=1e-20)
    assert heterogeneity_of_differences(strata).p_value == pytest.approx(1.0)
    assert summary_score(strata).estimate == pytest.approx(
        sum(miettinen_nurminen((6, 3), (10, 12))) / 2
    )


def test_sparse_pairs_give_the_known_odds_ratio():
    """In matched pairs Mantel and Haenszel's odds ratio is the ratio of discordant pairs.

    The test is McNemar's.
    """
    pairs = (
        [Stratum((1, 0), (1, 1))] * 9
        + [Stratum((0, 1), (1, 1))] * 3
        + [Stratum((1, 1), (1, 1))] * 4
        + [Stratum((0, 0), (1, 1))] * 5
    )

    assert pooled_odds_ratio(pairs).estimate == pytest.approx(3.0)
    assert mantel_haenszel_test(pairs) ** 2 == pytest.approx((9 - 3) ** 2 / (9 + 3))


def task_of(rows, strata=("site",), **more):
    frame = pl.DataFrame(rows)
    keys = [name for name in ("site", "sex") if name in frame.columns]
    records = conform(frame.drop(keys), "endpoints", "S").join(
        frame.select("subject", *keys), on="subject", how="left"
    )
    comparison = Comparison(("W12",), ("a", "b"), margin=more.pop("margin", None))
    return Task(
        "t",
        "x",
        {},
        records,
        records.select("subject").unique(),
        {"c": comparison},
        "parallel",
        kind="binary",
        visits=("W12",),
        arms=("a", "b"),
        strata=strata,
        **more,
    )


def rows_of(given):
    for stratum, *counts in zip(
        given["strata"], given["x1"], given["n1"], given["x2"], given["n2"], strict=True
    ):
        for arm, x, n in (("a", *counts[:2]), ("b", *counts[2:])):
            for i in range(n):
                yield {
                    "subject": f"{stratum}{arm}{i:03}",
                    "arm": arm,
                    "visit": "W12",
                    "reference_visit": "baseline",
                    "responder": i < x,
                    "site": stratum,
                }


def run(name, task, **given):
    analysis = ANALYSES[name]
    return {
        (stat.term, stat.stat): stat
        for stat in analysis.run(
            task, parse_options(given, analysis.options, path="x", problems=[])
        )
        if stat.reference_group
    }


@pytest.mark.parametrize(
    ("interval", "path"),
    [
        ("sato", "rd_ci95_sato"),
        ("greenland_robins", "rd_ci95_greenland_robins"),
        ("newcombe", "stratified_newcombe_ci95"),
    ],
)
def test_a_task_gives_the_same_interval(interval, path):
    for case in CASES:
        found = run(
            "stratified_risk_difference", task_of(list(rows_of(case.inputs))), interval=interval
        )

        assert [
            found["risk_difference", stat].value for stat in ("estimate", "conf_low", "conf_high")
        ] == pytest.approx([case.result["risk_difference_mh"], *case.result[path]], rel=1e-9)
        assert found["risk_difference", "p_value"].value == pytest.approx(
            case.result["cmh_no_continuity"]["p"], rel=1e-9
        )


def test_a_task_gives_the_same_odds_ratio():
    for case in CASES:
        found = run("stratified_odds_ratio", task_of(list(rows_of(case.inputs))))

        assert [
            found["odds_ratio", stat].value for stat in ("estimate", "std_error", "conf_low")
        ] == pytest.approx(
            [
                case.result["odds_ratio_mh"],
                case.result["log_or_se_rbg"],
                case.result["or_ci95_rbg"][0],
            ],
            rel=1e-9,
        )
        assert found["breslow_day_tarone", "p_value"].value == pytest.approx(
            case.result["tarone"]["p"], rel=1e-8
        )


def test_strata_are_the_product_of_their_factors():
    rows = [{**row, "sex": "F" if i % 3 else "M"} for i, row in enumerate(rows_of(CASES[0].inputs))]
    found = run("stratified_risk_ratio", task_of(rows, strata=("site", "sex")))[
        "risk_ratio", "estimate"
    ]

    assert "strata of site, sex" in found.label


def test_what_a_stratum_without_one_arm_loses_is_said():
    rows = [
        *rows_of(CASES[0].inputs),
        {
            "subject": "lonely",
            "arm": "a",
            "visit": "W12",
            "reference_visit": "baseline",
            "responder": True,
            "site": "S9",
        },
    ]
    found = run("stratified_risk_difference", task_of(rows))["risk_difference", "estimate"]

    assert (
        found.warning
        == "incomplete_strata: 1 records are in strata without one of the arms, and are left out."
    )
    assert found.value == pytest.approx(CASES[0].result["risk_difference_mh"])


def test_arms_that_share_no_stratum_cannot_be_compared():
    rows = [{**row, "site": row["arm"]} for row in rows_of(CASES[0].inputs)]
    found = run("stratified_risk_difference", task_of(rows))

    assert (
        found["risk_difference", "p_value"].error
        == "no_common_stratum: No stratum has records of both arms."
    )


@pytest.mark.parametrize("interval", ["sato", "miettinen_nurminen", "miettinen_nurminen_iterated"])
def test_a_margin_is_tested_from_both_sides(interval):
    found = run(
        "stratified_risk_difference",
        task_of(list(rows_of(CASES[0].inputs)), margin=0.1),
        interval=interval,
    )
    low = found["risk_difference", "conf_low"].value

    assert (low > -0.1) == (found["non_inferiority", "p_value"].value < 0.025)
    assert found["equivalence", "p_value"].value >= found["non_inferiority", "p_value"].value


def test_the_test_of_the_interval_can_be_asked_for():
    rows = list(rows_of(CASES[0].inputs))
    for interval, test in product(
        ("sato", "miettinen_nurminen", "summary_score"), ("interval", "mantel_haenszel_continuity")
    ):
        p = run("stratified_risk_difference", task_of(rows), interval=interval, test=test)[
            "risk_difference", "p_value"
        ].value
        assert 0 < p < 0.1


@pytest.mark.parametrize(
    ("strata", "sizes"), [(("site",), {"a": 5, "b": 6}), ((), {"a": 5, "b": 9})]
)
def test_n_of_each_arm_is_of_the_strata_that_have_both(strata, sizes):
    """The second site has nobody in the first arm."""
    rows = list(
        rows_of({"strata": ["x", "y"], "x1": [2, 0], "n1": [5, 0], "x2": [3, 1], "n2": [6, 3]})
    )
    options = ANALYSES["stratified_risk_difference"].options()
    stats = ANALYSES["stratified_risk_difference"].run(task_of(rows, strata), options)

    assert {
        stat.group: stat.value
        for stat in stats
        if (stat.term, stat.stat, stat.reference_group) == ("risk_difference", "n", None)
    } == sizes
