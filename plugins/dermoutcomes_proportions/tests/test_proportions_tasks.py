"""What the analyses of two arms say of a task.

Chosen options, margins, infinite numbers, and the reference cases once more.
"""

from __future__ import annotations

import polars as pl
import pytest
from scipy.special import ndtr

from dermoutcomes import Task
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.proof.cases import cases_of
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform
from dermoutcomes_proportions import register_analyses
from dermoutcomes_proportions.difference_intervals import newcombe
from dermoutcomes_proportions.difference_score import difference_score
from dermoutcomes_proportions.number_needed import Numbers, number_needed, numbers_of
from dermoutcomes_proportions.reference import REFERENCE_METHODS

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}
CASES = [
    case
    for method in REFERENCE_METHODS
    if method.name == "two_proportions"
    for case in cases_of(method)
]


def task_of(events, n, margin=None, sided=2):
    rows = [
        {
            "subject": f"{arm}{i:03}",
            "arm": arm,
            "visit": "W12",
            "reference_visit": "baseline",
            "responder": i < x,
        }
        for arm, x, m in zip("ab", events, n, strict=True)
        for i in range(m)
    ]
    records = conform(pl.DataFrame(rows), "endpoints", "S")
    return Task(
        "t",
        "x",
        {},
        records,
        records.select("subject").unique(),
        {"c": Comparison(("W12",), ("a", "b"), margin=margin)},
        "parallel",
        kind="binary",
        visits=("W12",),
        arms=("a", "b"),
        sided=sided,
    )


def run(name, task, **given):
    analysis = ANALYSES[name]
    return {
        (stat.term, stat.stat): stat
        for stat in analysis.run(
            task, parse_options(given, analysis.options, path="x", problems=[])
        )
        if stat.reference_group
    }


def test_one_proportion_is_of_its_visit_and_of_what_that_is_compared_with():
    """Of each visit and reference another number responds, and another number has no answer."""
    answers = {
        ("W4", "baseline"): [True] * 1 + [False] * 8 + [None] * 1,
        ("W12", "baseline"): [True] * 3 + [False] * 5 + [None] * 2,
        ("W12", "W4"): [True] * 6 + [False] * 1 + [None] * 3,
    }
    rows = [
        {
            "subject": f"S{number}",
            "visit": visit,
            "reference_visit": reference,
            "responder": responder,
            "used": responder is not None,
        }
        for (visit, reference), listed in answers.items()
        for number, responder in enumerate(listed)
    ]
    records = conform(pl.DataFrame(rows, infer_schema_length=None), "endpoints", "S")
    task = Task(
        "t",
        "x",
        {},
        records.filter("used"),
        records.select("subject").unique(),
        {f"{visit} {reference}": Comparison((visit, reference)) for visit, reference in answers},
        "single-arm",
        kind="binary",
        visits=("W4", "W12"),
        unused=records.filter(~pl.col("used")),
    )
    found = {
        (stat.comparison, stat.stat): stat.value
        for stat in ANALYSES["one_proportion"].run(task, ANALYSES["one_proportion"].options())
    }

    assert {
        key: tuple(
            found[f"{key[0]} {key[1]}", stat]
            for stat in ("n_with_event", "denominator", "n_missing")
        )
        for key in answers
    } == {("W4", "baseline"): (1, 9, 1), ("W12", "baseline"): (3, 8, 2), ("W12", "W4"): (6, 7, 3)}


def of_case(case):
    return (case.inputs["x1"], case.inputs["x2"]), (case.inputs["n1"], case.inputs["n2"])


def limits(found, term):
    return [found[term, stat].value for stat in ("conf_low", "conf_high")]


@pytest.mark.parametrize(
    "interval",
    [
        "newcombe",
        "newcombe_continuity",
        "miettinen_nurminen",
        "mee",
        "agresti_caffo",
        "hauck_anderson",
        "wald",
    ],
)
def test_every_interval_of_the_difference_is_that_of_the_reference(interval):
    for case in CASES:
        found = run("risk_difference", task_of(*of_case(case)), interval=interval)

        assert limits(found, "risk_difference") == pytest.approx(
            case.result[f"{interval}_ci95"], rel=1e-10, abs=1e-12
        )


@pytest.mark.parametrize(
    ("test", "path"), [("chi_square_yates", "p_chi2_yates"), ("fisher_exact", "fisher_p")]
)
def test_every_test_is_that_of_the_reference(test, path):
    for case in CASES:
        if isinstance(case.result[path], float):
            found = run("risk_ratio", task_of(*of_case(case)), test=test)["risk_ratio", "p_value"]
            assert found.value == pytest.approx(case.result[path], rel=1e-9)


def test_ratios_are_those_of_the_reference():
    for case in CASES:
        if isinstance(case.result["relative_risk"], str):
            continue
        task = task_of(*of_case(case))
        assert limits(run("risk_ratio", task, interval="log"), "risk_ratio") == pytest.approx(
            case.result["rr_ci95_log"], rel=1e-9
        )
        assert limits(run("odds_ratio", task, interval="woolf"), "odds_ratio") == pytest.approx(
            case.result["or_ci95_woolf"], rel=1e-9
        )
        assert limits(run("risk_ratio", task), "risk_ratio") == pytest.approx(
            case.result["ratesci"]["miettinen_nurminen_rr"], rel=1e-7
        )


def test_an_unbounded_ratio_is_a_word_and_no_number():
    found = run("risk_ratio", task_of((4, 0), (10, 10)))

    assert [
        (found["risk_ratio", stat].value, found["risk_ratio", stat].text)
        for stat in ("estimate", "conf_high")
    ] == [(None, "unbounded")] * 2
    assert found["risk_ratio", "conf_low"].value > 0
    assert ("risk_ratio", "std_error") not in found


def test_the_log_interval_says_what_it_lacks():
    found = run("odds_ratio", task_of((4, 0), (10, 10)), interval="woolf")

    assert found["odds_ratio", "conf_low"].error.startswith("no_interval: ")


def test_nobody_responded_has_no_ratio_and_a_difference():
    task = task_of((0, 0), (10, 20))

    assert run("risk_ratio", task)["risk_ratio", "estimate"].error.startswith("no_events: ")
    assert run("odds_ratio", task)["conditional_odds_ratio", "conf_low"].error.startswith(
        "no_events: "
    )
    assert run("risk_difference", task)["risk_difference", "conf_high"].value == pytest.approx(
        0.27753279986288926
    )


@pytest.mark.parametrize("interval", ["miettinen_nurminen", "newcombe"])
def test_non_inferiority_is_the_score_test_at_the_margin(interval):
    events, n = (40, 42), (60, 60)
    found = run("risk_difference", task_of(events, n, margin=0.2), interval=interval)
    z = difference_score(events, n, -0.2)

    assert found["non_inferiority", "statistic"].value == pytest.approx(z)
    assert found["non_inferiority", "p_value"].value == pytest.approx(float(ndtr(-z)))
    assert found["non_inferiority", "p_value"].text == "one-sided, against a difference of -0.2"
    assert found["equivalence", "p_value"].value == pytest.approx(
        max(float(ndtr(-z)), float(ndtr(difference_score(events, n, 0.2))))
    )


def test_the_score_interval_and_non_inferiority_agree():
    for events in ((30, 36), (33, 36), (36, 36), (28, 36)):
        found = run(
            "risk_difference", task_of(events, (50, 50), margin=0.2), interval="miettinen_nurminen"
        )
        assert (limits(found, "risk_difference")[0] > -0.2) == (
            found["non_inferiority", "p_value"].value < 0.025
        )


def test_without_a_margin_nothing_is_said_of_one():
    assert ("non_inferiority", "p_value") not in run("risk_difference", task_of((3, 4), (9, 9)))


def test_a_margin_of_everything_is_none():
    assert run("risk_difference", task_of((3, 4), (9, 9), margin=1.0))[
        "equivalence", "p_value"
    ].error.startswith("no_margin: ")


def test_one_sided_tests_look_at_more_responders():
    two, one = (
        run("risk_difference", task_of((9, 4), (12, 12), sided=sided))["risk_difference", "p_value"]
        for sided in (2, 1)
    )

    assert one.value == pytest.approx(two.value / 2)
    assert one.text == "greater"


def test_numbers_needed_turn_through_infinity():
    assert number_needed(-0.25) == -4
    assert numbers_of((0.1, 0.5)) == Numbers(2.0, 10.0)
    assert numbers_of((-0.5, -0.1)) == Numbers(-10.0, -2.0)
    assert numbers_of((-0.1, 0.25)) == Numbers(None, None, 4.0, 10.0)
    assert numbers_of((0.0, 0.25)) == Numbers(None, None, 4.0, None)


def test_a_difference_that_can_be_none_has_no_two_numbers_needed():
    low, high = newcombe((12, 9), (20, 20))
    found = run("number_needed_to_treat", task_of((12, 9), (20, 20)))
    same = run("number_needed_to_treat", task_of((9, 9), (20, 20)))

    assert found["number_needed_to_treat", "estimate"].value == pytest.approx(20 / 3)
    assert (
        found["number_needed_to_treat", "conf_low"].text
        == f"{1 / high:.1f} or more to benefit, through infinity, {-1 / low:.1f} or more to harm"
    )
    assert same["number_needed_to_treat", "estimate"].text == "infinite"


def test_numbers_needed_are_the_limits_inverted():
    task = task_of((18, 6), (20, 20))
    low, high = limits(run("risk_difference", task), "risk_difference")

    assert limits(run("number_needed_to_treat", task), "number_needed_to_treat") == pytest.approx(
        [1 / high, 1 / low]
    )


@pytest.mark.parametrize(
    "name", ["risk_difference", "risk_ratio", "odds_ratio", "number_needed_to_treat"]
)
def test_an_empty_arm_is_named(name):
    errors = {stat.error for stat in run(name, task_of((4, 0), (10, 0))).values() if stat.error}

    assert errors == {"one_arm_empty: No record of arm 'b' says whether it is a responder."}
