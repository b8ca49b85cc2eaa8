"""What the models say of a task, also of one on which little can be computed."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from scipy.special import ndtr

from dermoutcomes import Task
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.proof.cases import cases_of
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform
from dermoutcomes.testing import AnalysisContract
from dermoutcomes_binary_models import register_analyses
from dermoutcomes_binary_models.reference import REFERENCE_METHODS

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}
CASES = {method.name: list(cases_of(method)) for method in REFERENCE_METHODS}
ARMS = Comparison(("W12",), ("ACT", "PBO"))


class TestLogistic(AnalysisContract):
    analysis = ANALYSES["logistic"]


class TestGee(AnalysisContract):
    analysis = ANALYSES["gee"]


class TestGeeMeans(AnalysisContract):
    analysis = ANALYSES["gee_means"]


def task_of(frame, comparison=ARMS, kind="binary", strata=(), covariates=(), **more):
    extra = [name for name in frame.columns if name == "site"]
    records = conform(frame.drop(extra), "endpoints", "S")
    if extra:
        records = records.join(
            frame.select("subject", *extra).unique(),
            on="subject",
            how="left",
            maintain_order="left",
        )
    comparisons = comparison if isinstance(comparison, dict) else {"c": comparison}
    return Task(
        "t",
        "x",
        {},
        records,
        records.select("subject").unique(),
        comparisons,
        more.pop("design", "parallel"),
        kind=kind,
        visits=more.pop("visits", tuple(records["visit"].unique().sort())),
        arms=more.pop("arms", ("ACT", "PBO")),
        reference_arm="PBO",
        strata=strata,
        covariates=covariates,
        improves="up",
        **more,
    )


def run(name, task, **given):
    analysis = ANALYSES[name]
    return {
        (stat.comparison, stat.term, stat.level, stat.stat): stat
        for stat in analysis.run(
            task, parse_options(given, analysis.options, path="x", problems=[])
        )
    }


def of_logistic(case):
    data = case.inputs["data"]
    return pl.DataFrame(
        {
            "subject": [f"{i:04}" for i in range(len(data["ARM"]))],
            "arm": data["ARM"],
            "visit": "W12",
            "reference_visit": "baseline",
            "responder": [bool(y) for y in data["RESP50"]],
            "base": data["BASE"],
            "site": data["SITE"],
        }
    )


@pytest.mark.parametrize("case", CASES["logistic"], ids=lambda case: case.id)
def test_a_task_gives_the_same_odds_ratio(case):
    found = run("logistic", task_of(of_logistic(case), strata=("site",), covariates=("base",)))

    assert [
        found["c", "odds_ratio", None, stat].value
        for stat in ("estimate", "conf_low", "conf_high", "p_value")
    ] == pytest.approx(
        [case.result[key][1] for key in ("odds_ratio", "ci_lower", "ci_upper", "p")], rel=1e-8
    )
    assert [
        found[None, "coefficient", name, "std_error"].value
        for name in ("intercept", "arm ACT", "base", "site S2")
    ] == pytest.approx(case.result["se"][:4], rel=1e-8)
    assert found[None, "model", None, "statistic"].value == pytest.approx(
        case.result["lr_chi2"], rel=1e-8
    )
    assert found[None, "model", None, "aic"].value == pytest.approx(case.result["aic"], rel=1e-10)


def test_the_likelihood_may_decide():
    case = CASES["logistic"][0]
    task = task_of(of_logistic(case), strata=("site",), covariates=("base",))
    wald, likelihood = run("logistic", task), run("logistic", task, based_on="likelihood")

    assert likelihood["c", "odds_ratio", None, "statistic"].value ** 2 == pytest.approx(
        wald[None, "arm", None, "statistic"].value, rel=1e-8
    )
    assert likelihood["c", "odds_ratio", None, "p_value"].value == pytest.approx(
        wald[None, "arm", None, "p_value"].value, rel=1e-6
    )
    assert (
        likelihood["c", "odds_ratio", None, "conf_high"].value
        > wald["c", "odds_ratio", None, "conf_high"].value
    )


@pytest.mark.parametrize("based_on", ["wald", "likelihood"])
def test_a_one_sided_test_of_the_odds_ratio_is_half_of_the_two_sided_one(based_on):
    """More responders are better, and this arm has more: the p-value is the upper tail of z."""
    frame = of_logistic(CASES["logistic"][0])
    both, one = (
        run("logistic", evolve(task_of(frame), sided=sided), based_on=based_on) for sided in (2, 1)
    )

    for term in ("odds_ratio", "marginal_risk_difference"):
        two_sided, greater = (found["c", term, None, "p_value"] for found in (both, one))
        z = (
            one["c", term, None, "statistic"].value
            if term == "odds_ratio"
            else (one["c", term, None, "estimate"].value / one["c", term, None, "std_error"].value)
        )
        assert (two_sided.text, greater.text) == ("two-sided", "greater")
        assert z > 0
        assert greater.value == pytest.approx(ndtr(-z), rel=1e-9)
        assert two_sided.value == pytest.approx(2 * ndtr(-z), rel=1e-9)


def test_turning_the_comparison_turns_the_odds_ratio():
    frame = of_logistic(CASES["logistic"][0])
    found = run(
        "logistic",
        task_of(
            frame, {"c": ARMS, "d": Comparison(("W12",), ("PBO", "ACT"))}, covariates=("base",)
        ),
    )

    assert found["d", "odds_ratio", None, "estimate"].value == pytest.approx(
        1 / found["c", "odds_ratio", None, "estimate"].value
    )
    assert found["d", "marginal_risk_difference", None, "estimate"].value == pytest.approx(
        -found["c", "marginal_risk_difference", None, "estimate"].value
    )
    assert found["d", "odds_ratio", None, "p_value"].value == pytest.approx(
        found["c", "odds_ratio", None, "p_value"].value
    )


def test_an_arm_of_responders_only_is_separation():
    frame = of_logistic(CASES["logistic"][0]).with_columns(
        responder=(pl.col("arm") == "ACT") | pl.col("responder")
    )
    found = run("logistic", task_of(frame))

    assert found["c", "odds_ratio", None, "estimate"].error.startswith("separation: ")
    assert found["c", "marginal_risk_difference", None, "p_value"].error.startswith("separation: ")


def test_a_stratum_that_is_the_arm_is_aliased():
    frame = of_logistic(CASES["logistic"][0]).with_columns(site="arm")
    found = run("logistic", task_of(frame, strata=("site",)))

    assert found[None, "coefficient", "site PBO", "estimate"].error.startswith("aliased: ")
    assert found["c", "odds_ratio", None, "estimate"].value > 0


def test_records_without_a_covariate_are_left_out_and_counted():
    frame = of_logistic(CASES["logistic"][0]).with_columns(
        base=pl.when(pl.col("subject") < "0004").then(None).otherwise(pl.col("base"))
    )
    found = run("logistic", task_of(frame, covariates=("base",)))

    assert (
        found[None, "model", None, "n"].value,
        found[None, "model", None, "n_missing"].value,
    ) == (73, 4)
    assert found["c", "odds_ratio", None, "p_value"].warning.startswith("incomplete: 4 records")


def test_an_arm_without_records_has_no_comparison_and_the_others_have():
    frame = of_logistic(CASES["logistic"][0])
    found = run(
        "logistic",
        task_of(
            frame,
            {"c": ARMS, "d": Comparison(("W12",), ("LOW", "PBO"))},
            arms=("LOW", "ACT", "PBO"),
        ),
    )

    assert found["d", "odds_ratio", None, "p_value"].error.startswith("one_arm_empty: ")
    assert found["c", "odds_ratio", None, "p_value"].value < 0.05


def of_gee(case):
    data = case.inputs["data"]
    return pl.DataFrame(
        {
            "subject": [f"{i:04}" for i in data[".id"]],
            "arm": data["ARM"],
            "visit": [f"W{week:02}" for week in data["AVISITN"]],
            "reference_visit": "baseline",
            "responder": [bool(y) for y in data["RESP50"]],
            "base": data["BASE"],
        }
    )


@pytest.mark.parametrize("case", CASES["gee"], ids=lambda case: case.id)
def test_a_task_gives_the_same_estimating_equations(case):
    found = run(
        "gee",
        task_of(of_gee(case), covariates=("base",)),
        effect="constant",
        moments="geepack",
        correlation=case.inputs["corstr"],
    )
    reference = case.result["geepack"]
    arm = case.result["names"].index("ARMACT")

    assert [
        found["c", "log_odds_ratio", None, stat].value for stat in ("estimate", "std_error")
    ] == pytest.approx([reference["beta"][arm], reference["robust_se"][arm]], rel=1e-8)
    assert found["c", "odds_ratio", None, "p_value"].value == pytest.approx(
        reference["p"][arm], rel=1e-7
    )
    assert found[None, "scale", None, "variance"].value == pytest.approx(
        reference["scale"], rel=1e-8
    )


def test_arms_differ_at_each_visit_by_their_own_amount():
    task = task_of(
        of_gee(CASES["gee"][0]),
        {"c": ARMS, "all": Comparison(None, ("ACT", "PBO"))},
        covariates=("base",),
    )
    found = run("gee", task)
    by_visit = [
        found[None, "coefficient", f"arm ACT, visit W{week}", "estimate"].value
        for week in ("04", "08", "12", "24")
    ]

    assert found["c", "log_odds_ratio", None, "estimate"].value == pytest.approx(by_visit[2])
    assert found["all", "log_odds_ratio", None, "estimate"].value == pytest.approx(
        np.mean(by_visit)
    )


def test_sides_of_a_subject_are_a_cluster():
    rng = np.random.default_rng(5)
    frame = pl.DataFrame(
        [
            {
                "subject": f"{i:03}",
                "side": side,
                "arm": "ACT" if i % 2 else "PBO",
                "visit": "W12",
                "reference_visit": "baseline",
                "responder": bool(rng.random() < (0.3 if i % 3 else 0.8)),
            }
            for i in range(40)
            for side in ("left", "right")
        ]
    )
    found = run("gee", task_of(frame))
    refused = run("gee", task_of(frame), correlation="ar1")

    assert {
        key: stat.error for key, stat in found.items() if key[1] == "odds_ratio" and stat.error
    } == {}
    assert 0 < found["c", "odds_ratio", None, "p_value"].value < 1
    assert (
        found["c", "odds_ratio", None, "p_value"].n_subjects,
        found["c", "odds_ratio", None, "p_value"].n_records,
    ) == (40, 80)
    assert refused["c", "odds_ratio", None, "p_value"].error.startswith(
        "not_estimable: A subject has several records of one visit"
    )


def test_a_baseline_visit_is_not_an_outcome():
    frame = of_gee(CASES["gee"][0])
    first = frame.unique("subject").with_columns(
        visit=pl.lit("W00"), value="base", change=pl.lit(0.0), responder=pl.lit(value=False)
    )
    both = pl.concat([frame, first], how="diagonal")
    plain, with_baseline = (
        run("gee", task_of(rows, covariates=("base",))) for rows in (frame, both)
    )

    assert with_baseline["c", "odds_ratio", None, "estimate"].value == pytest.approx(
        plain["c", "odds_ratio", None, "estimate"].value, rel=1e-9
    )


def test_means_are_modelled_with_a_side_of_the_test():
    frame = of_gee(CASES["gee"][0]).with_columns(
        change=pl.col("responder").cast(pl.Float64) - 0.01 * pl.col("base")
    )
    two, one = (
        run("gee_means", evolve(task_of(frame, kind="continuous"), sided=sided)) for sided in (2, 1)
    )

    assert one["c", "mean_difference", None, "p_value"].value == pytest.approx(
        two["c", "mean_difference", None, "p_value"].value / 2
    )
    assert one["c", "mean_difference", None, "p_value"].text == "greater"


@pytest.mark.parametrize("correlation", ["independence", "exchangeable", "ar1", "unstructured"])
def test_every_working_correlation_says_what_it_is(correlation):
    found = run("gee", task_of(of_gee(CASES["gee"][0])), correlation=correlation)
    said = [key for key in found if key[1] == "working"]

    assert len(said) == {"independence": 0, "unstructured": 6}.get(correlation, 1)
    assert all(abs(found[key].value) < 1 for key in said)


def test_nobody_responding_is_separation():
    frame = of_gee(CASES["gee"][0]).with_columns(responder=pl.lit(value=False))

    assert run("gee", task_of(frame))["c", "odds_ratio", None, "estimate"].error.startswith(
        "separation: "
    )


@pytest.mark.parametrize("name", ["logistic", "gee"])
def test_comparisons_with_one_reference_go_together(name):
    frame = of_gee(CASES["gee"][0]).with_columns(
        arm=pl.when(pl.col("subject").str.slice(3).is_in(["1", "4", "7"]))
        .then(pl.lit("LOW"))
        .otherwise("arm")
    )
    found = run(
        name,
        task_of(
            frame,
            {
                "c": ARMS,
                "d": Comparison(("W12",), ("LOW", "PBO")),
                "e": Comparison(("W12",), ("LOW", "ACT")),
            },
            arms=("LOW", "ACT", "PBO"),
        ),
    )
    cd, ce, de = (
        found[one, "odds_ratio", other, "correlation"].value
        for one, other in (("c", "d"), ("c", "e"), ("d", "e"))
    )
    se = [found[one, "odds_ratio", None, "std_error"].value for one in "cde"]

    # e is d less c, in logarithms.
    assert 0 < cd < 1
    assert cd == pytest.approx(found["d", "odds_ratio", "c", "correlation"].value)
    assert ce == pytest.approx((cd * se[1] - se[0]) / se[2])
    assert de == pytest.approx((se[1] - cd * se[0]) / se[2])


def test_a_record_without_a_response_is_missing():
    from dermoutcomes.testing.tasks import CASES, task_of

    analysis = ANALYSES["logistic"]
    options = parse_options({}, analysis.options, path="x", problems=[])
    found = {
        stat.stat: stat.value
        for stat in analysis.run(task_of(analysis, CASES["some missing"], "binary"), options)
        if stat.term == "model"
    }

    assert (found["n"], found["n_missing"]) == (8, 3), (
        "two have no value at the visit, and one has none to set it against"
    )
