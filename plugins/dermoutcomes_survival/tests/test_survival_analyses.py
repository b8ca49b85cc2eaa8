"""What the analyses of times say of a task, also of one on which little can be computed."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from attrs import evolve

from dermoutcomes import Task
from dermoutcomes.study import Baseline, Comparison, Endpoint
from dermoutcomes.tables import conform
from dermoutcomes.testing import AnalysisContract
from dermoutcomes_survival import register_analyses
from dermoutcomes_survival.cox import CoxOptions
from dermoutcomes_survival.kaplan_meier import KaplanMeierOptions
from dermoutcomes_survival.log_rank import LogRankOptions
from dermoutcomes_survival.restricted_mean import RestrictedMeanOptions
from dermoutcomes_survival.sustained_response import SustainedResponseOptions

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}
CASES = Path(__file__).parents[3] / "tests" / "reference" / "cases"


def task_of(rows, arms=("a", "b"), **more):
    """A task of (arm, time, event), with strata and a covariate where a row has more."""
    frame = pl.DataFrame(
        [
            {
                "subject": f"{number:04}",
                "arm": row[0],
                "value": row[1],
                "event": row[2],
                "used": True,
            }
            for number, row in enumerate(rows)
        ],
        schema_overrides={"value": pl.Float64, "event": pl.Boolean, "arm": pl.String},
    )
    records = conform(frame, "endpoints", "S")
    records = records.with_columns(
        site=pl.Series([row[3] if len(row) > 3 else None for row in rows], dtype=pl.String),
        age=pl.Series([row[4] if len(row) > 4 else None for row in rows], dtype=pl.Float64),
    )
    comparisons = {
        f"{one}{two}": Comparison(arm=(one, two))
        for one, two in [(arms[0], arms[1]), *((arm, arms[1]) for arm in arms[2:])]
    }
    return Task(
        "t",
        "x",
        {"e": Endpoint(id="e")},
        records,
        records.select("subject"),
        comparisons,
        "parallel",
        endpoint="e",
        kind="time_to_event",
        arms=tuple(arms),
        improves="up",
        **more,
    )


def run(name, task, options=None):
    analysis = ANALYSES[name]
    return {
        (stat.term, stat.stat, stat.group, stat.level, stat.at): stat
        for stat in analysis.run(task, options or analysis.options())
    }


def of(found, term, stat, group="a", level=None, at=None):
    return found[term, stat, group, level, at].value


class TestKaplanMeier(AnalysisContract):
    analysis = ANALYSES["kaplan_meier"]
    options = {"times": [0.1, 5, 400], "until": 0.3}


class TestLogRank(AnalysisContract):
    analysis = ANALYSES["log_rank"]


class TestLogRankOfGehan(AnalysisContract):
    analysis = ANALYSES["log_rank"]
    options = {"weights": "gehan", "stratified": False}


class TestLogRankOfPetoAndPeto(AnalysisContract):
    analysis = ANALYSES["log_rank"]
    options = {"weights": "peto_peto"}


class TestCox(AnalysisContract):
    analysis = ANALYSES["cox"]


class TestCoxWithOptions(AnalysisContract):
    analysis = ANALYSES["cox"]
    options = {"ties": "exact", "interval": "profile"}


class TestCoxRobust(AnalysisContract):
    analysis = ANALYSES["cox"]
    options = {"variance": "robust", "ties": "breslow"}


class TestRestrictedMean(AnalysisContract):
    analysis = ANALYSES["restricted_mean"]


class TestSustainedResponse(AnalysisContract):
    analysis = ANALYSES["sustained_response"]


class TestSustainedResponseTest(AnalysisContract):
    analysis = ANALYSES["sustained_response_test"]
    options = {"hold": "visits", "visits": 1, "missing": "skipped"}


def cases(method):
    return json.loads((CASES / f"{method}.json").read_text(encoding="utf-8"))["cases"]


def case_task(case, **more):
    given = case["inputs"]
    strata, ages = (
        given.get("strata") or [None] * len(given["time"]),
        given.get("cov") or [None] * len(given["time"]),
    )
    rows = [
        (arm, float(time), bool(event), stratum, age)
        for arm, time, event, stratum, age in zip(
            given["group"], given["time"], given["event"], strata, ages, strict=True
        )
    ]
    return task_of(
        rows,
        arms=(given["levels"][1], given["levels"][0], *given["levels"][2:]),
        reference_arm=given["levels"][0],
        **more,
    )


def number(value):
    return None if value == "NA" else value


@pytest.mark.parametrize("case", cases("kaplan_meier"), ids=lambda case: case["id"])
def test_a_task_gives_the_curves_that_r_gives(case):
    until = case["result"]["rmst"]["tau"]
    options = KaplanMeierOptions(times=tuple(map(float, case["inputs"]["at"])), until=float(until))
    found = run("kaplan_meier", case_task(case), options)

    for place, arm in enumerate(case["result"]["groups"]):
        for level, key in (
            ("log", "log"),
            ("log-log", "loglog"),
            ("plain", "plain"),
            (None, "loglog"),
        ):
            stats = [
                of(found, "median", stat, arm, level)
                for stat in ("estimate", "conf_low", "conf_high")
            ]
            assert stats == [
                number(case["result"][key][name][place]) for name in ("median", "lower", "upper")
            ]
        assert of(found, "restricted_mean", "std_error", arm, at=until) == pytest.approx(
            case["result"]["rmst"]["se"][place], rel=1e-10
        )
        assert of(found, "subjects", "n_events", arm) == case["result"]["events"][place]
    at = case["result"]["at"]
    for row, (arm, day) in enumerate(zip(at["group"], at["time"], strict=True)):
        stats = [
            of(found, "survival_at", stat, arm, at=day)
            for stat in ("kaplan_meier_at_risk", "estimate", "std_error", "conf_low", "conf_high")
        ]
        assert stats == pytest.approx(
            [at[key][row] for key in ("n_risk", "surv", "std_err", "lower_loglog", "upper_loglog")],
            rel=1e-10,
        )


@pytest.mark.parametrize("case", cases("logrank"), ids=lambda case: case["id"])
def test_a_task_gives_the_tests_that_r_gives(case):
    task, arm = case_task(case), case["inputs"]["levels"][1]
    for options, key in (
        (LogRankOptions(stratified=False), "logrank"),
        (LogRankOptions("peto_peto", stratified=False), "peto_peto"),
        (LogRankOptions(), "stratified_logrank"),
    ):
        found = run("log_rank", evolve(task, strata=("site",)), options)
        assert of(found, "rank_test", "statistic", arm) == pytest.approx(
            case["result"][key]["chi2"], rel=1e-10
        )
        assert of(found, "hazard_ratio", "p_value", arm) == pytest.approx(
            case["result"][key]["p"], rel=1e-9
        )
        assert of(found, "arm", "log_rank_expected", arm) == pytest.approx(
            case["result"][key]["expected"][1], rel=1e-10
        )


@pytest.mark.parametrize(
    "case",
    [case for case in cases("cox") if isinstance(case["result"]["names"], list)],
    ids=lambda case: case["id"],
)
def test_a_task_gives_the_hazards_that_r_gives(case):
    task = evolve(case_task(case), covariates=("age",) if case["inputs"]["cov"] else ())
    found, arm = run("cox", task, CoxOptions(case["inputs"]["ties"])), case["inputs"]["levels"][1]

    assert [
        of(found, "hazard_ratio", stat, arm)
        for stat in ("estimate", "conf_low", "conf_high", "statistic", "p_value")
    ] == pytest.approx(
        [
            case["result"]["hr"][0],
            *case["result"]["hr_ci95"][0],
            case["result"]["z"][0],
            case["result"]["p"][0],
        ],
        rel=1e-9,
    )
    assert of(found, "hazard_ratio", "estimate", None, "age") == pytest.approx(
        case["result"]["hr"][-1], rel=1e-9
    )
    assert of(found, "score", "statistic", None) == pytest.approx(
        case["result"]["score"][0], rel=1e-9
    )
    if "zph_km" in case["result"]:
        assert [
            of(found, "concordance", stat, None) for stat in ("estimate", "std_error")
        ] == pytest.approx(case["result"]["concordance"], rel=1e-9)
        assert [
            of(found, "proportional_hazards", "statistic", None, part)
            for part in ("arm", "age", "all")
        ] == pytest.approx(case["result"]["zph_km"]["chi2"], rel=1e-8)


ROWS = [
    (arm, float(time), time % 3 > 0)
    for arm, times in (("a", (4, 5, 8, 10, 11, 14, 15)), ("b", (1, 2, 3, 4, 5, 7, 10)))
    for time in times
]


def test_a_hazard_ratio_below_one_is_better_where_longer_times_are():
    one_sided = evolve(task_of(ROWS), sided=1)
    for name in ("log_rank", "cox"):
        both, upper = run(name, task_of(ROWS)), run(name, one_sided)
        assert of(both, "hazard_ratio", "estimate") < 1
        assert of(upper, "hazard_ratio", "p_value") == pytest.approx(
            of(both, "hazard_ratio", "p_value") / 2
        )
        assert run(name, evolve(one_sided, improves=None))[
            "hazard_ratio", "p_value", "a", None, None
        ].error.startswith("no_direction: ")
    assert of(run("restricted_mean", one_sided), "restricted_mean_difference", "p_value") < 0.5


def test_a_restricted_mean_counts_the_subjects_of_its_arm_once():
    task = task_of([("a", 1.0, True), ("a", 2.0, True), ("a", 3.0, True), ("b", 2.0, True)])
    two_sides = pl.col("subject").replace({"0001": "0000"})
    found = run("restricted_mean", evolve(task, records=task.records.with_columns(two_sides)))

    for arm, subjects, records in (("a", 2, 3), ("b", 1, 1)):
        (mean,) = (
            stat for key, stat in found.items() if key[:3] == ("restricted_mean", "estimate", arm)
        )
        assert (mean.n_subjects, mean.n_records) == (subjects, records)


@pytest.mark.parametrize("name", ["log_rank", "cox", "restricted_mean"])
def test_arms_change_places(name):
    one, other = (
        run(name, task_of(rows))
        for rows in (ROWS, [({"a": "b", "b": "a"}[row[0]], *row[1:]) for row in ROWS])
    )
    term, turned = (
        ("restricted_mean_difference", lambda value: -value)
        if name == "restricted_mean"
        else ("hazard_ratio", lambda value: 1 / value)
    )

    assert of(one, term, "estimate") == pytest.approx(turned(of(other, term, "estimate")), rel=1e-8)
    assert of(one, term, "conf_low") == pytest.approx(
        turned(of(other, term, "conf_high")), rel=1e-8
    )
    assert of(one, term, "p_value") == pytest.approx(of(other, term, "p_value"), rel=1e-8)


def test_profile_limits_differ_from_wald_and_hold_the_estimate():
    wald, profile = (
        run("cox", task_of(ROWS)),
        run("cox", task_of(ROWS), CoxOptions(interval="profile")),
    )

    assert of(profile, "hazard_ratio", "conf_low") != pytest.approx(
        of(wald, "hazard_ratio", "conf_low"), rel=1e-3
    )
    assert (
        of(profile, "hazard_ratio", "conf_low")
        < of(profile, "hazard_ratio", "estimate")
        < of(profile, "hazard_ratio", "conf_high")
    )


def test_doses_make_a_trend_and_arms_go_together():
    rows = [*ROWS, *(("c", time + 1, event) for _, time, event in ROWS[:7])]
    task = task_of(rows, ("a", "b", "c"), doses={"a": 54.0, "b": 0.0, "c": 81.0})
    found, hazards = run("log_rank", task), run("cox", task)

    assert of(found, "trend", "df", None) == 1
    assert of(found, "all_arms", "df", None) == 2
    assert 0 < of(hazards, "hazard_ratio", "correlation", "a", "cb") < 1
    assert ("trend", "df", None, None, None) not in run("log_rank", evolve(task, doses={}))


@pytest.mark.parametrize(
    ("rows", "name", "term", "code"),
    [
        ([("a", 1.0, True), ("a", 2.0, False)], "log_rank", "hazard_ratio", "one_arm_empty"),
        ([("a", 1.0, True)], "cox", "hazard_ratio", "one_arm_empty"),
        ([("a", 1.0, False), ("b", 2.0, False)], "log_rank", "hazard_ratio", "no_information"),
        ([("a", 1.0, False), ("b", 2.0, False)], "cox", "hazard_ratio", "no_events"),
        (
            [("a", 1.0, True), ("a", 2.0, True), ("b", 3.0, False), ("b", 4.0, False)],
            "cox",
            "hazard_ratio",
            "monotone",
        ),
        (
            [("a", None, None), ("b", 2.0, True)],
            "restricted_mean",
            "restricted_mean_difference",
            "one_arm_empty",
        ),
    ],
)
def test_hopeless_data_say_why(rows, name, term, code):
    found = run(name, task_of(rows))

    assert found[term, "estimate", "a", None, None].error.startswith(f"{code}: ")
    assert found[term, "p_value", "a", None, None].error.startswith(f"{code}: ")


def test_a_covariate_that_nobody_has_is_named():
    assert run("cox", evolve(task_of(ROWS), covariates=("bmi",)))[
        "hazard_ratio", "estimate", "a", None, None
    ].error.startswith("no_column: ")


def test_nothing_is_said_of_times_after_the_last_observation():
    found = run("kaplan_meier", task_of(ROWS), KaplanMeierOptions(times=(99.0,), until=99.0))

    assert found["survival_at", "estimate", "a", None, 99.0].error.startswith(
        "beyond_observation: "
    )
    assert found["restricted_mean", "estimate", "a", None, 99.0].error.startswith(
        "beyond_observation: "
    )
    assert run("restricted_mean", task_of(ROWS), RestrictedMeanOptions(99.0))[
        "restricted_mean_difference", "estimate", "a", None, None
    ].error.startswith("beyond")


def test_the_first_day_may_count_as_one():
    none, one = (
        run("kaplan_meier", task_of(ROWS), KaplanMeierOptions(first_day=day)) for day in (0, 1)
    )

    assert of(one, "median", "estimate") == of(none, "median", "estimate") + 1


def responses(patterns, arms=("a", "b")):
    rows = [
        {
            "subject": f"{arm}{who:02}",
            "arm": arm,
            "visit": f"W{week}",
            "day": 7 * week + 1,
            "reference_visit": "baseline",
            "used": True,
            "responder": sign == "1",
        }
        for arm, texts in zip(arms, patterns, strict=True)
        for who, text in enumerate(texts)
        for week, sign in zip((0, 4, 8, 12), text, strict=True)
        if sign != "?"
    ]
    records = conform(pl.DataFrame(rows), "endpoints", "S")
    return Task(
        "t",
        "x",
        {"e": Endpoint(id="e", baseline=Baseline(visits=("W0",)))},
        records,
        records.select("subject").unique(),
        {"ab": Comparison(("W12",), arm=("a", "b"))},
        "parallel",
        endpoint="e",
        kind="binary",
        visits=("W0", "W4", "W8", "W12"),
        arms=arms,
        improves="up",
    )


def test_responses_that_last_are_dated_by_their_first_visit():
    task = responses((("0011", "0111", "0101", "0000"), ("0010", "0000", "0011", "00?1")))
    found = run("sustained_response", task)

    assert [
        of(found, "survival", "estimate", "a", at=day) for day in (28.0, 56.0)
    ] == pytest.approx([0.75, 0.5])
    assert of(found, "subjects", "n_events", "b") == 1
    assert of(found, "response_duration", "n", "a") == 3
    assert of(found, "response_duration", "n_events", "a") == 1
    assert (
        of(
            run("sustained_response", task, SustainedResponseOptions(visits=1)),
            "subjects",
            "n_events",
            "b",
        )
        == 2
    )
    assert of(run("sustained_response_test", task), "hazard_ratio", "estimate") > 1


def test_those_without_any_visit_are_missing():
    task = responses((("0011", "0111", "0?1?"), ("0010", "0???", "0011")))

    assert of(run("sustained_response", task), "subjects", "n_missing", "b") == 1
    assert of(run("sustained_response_test", task), "hazard_ratio", "n_missing") == 1
    assert of(run("sustained_response", task), "response_duration", "n", "b") == 2


def test_an_imputed_visit_stands_on_the_day_of_its_visit():
    task = responses((("0110", "0111", "0000"), ("0000", "0011", "0001")))
    imputed = (pl.col("subject") == "a00") & (pl.col("visit") == "W12")
    lost = evolve(task, records=task.records.with_columns(day=pl.when(~imputed).then("day")))

    assert of(run("sustained_response", lost), "subjects", "n_events", "a") == 1
    assert (
        of(
            run("sustained_response", lost),
            "censoring",
            "sustained_response_censored",
            "a",
            at=84.0,
        )
        == 2
    )


def test_a_one_sided_test_of_lasting_responses_looks_for_more_of_them():
    task = responses((("0011", "0111", "0111", "0000"), ("0010", "0000", "0011", "0001")))

    assert of(
        run("sustained_response_test", evolve(task, sided=1)), "hazard_ratio", "p_value"
    ) == pytest.approx(of(run("sustained_response_test", task), "hazard_ratio", "p_value") / 2)


def test_a_ratio_for_a_minute_unit_is_an_error_and_leaves_the_arms_alone():
    rows = [("ab"[i % 2], float(10 + 7 * i % 23), True, None, 30.0 + 5 * i % 17) for i in range(20)]
    models = [
        run(
            "cox", task_of([(*row[:4], row[4] * factor) for row in rows], covariates=("age",))
        ).values()
        for factor in (1.0, 1e-6, -1e-6)
    ]
    plain, *minute = [
        {stat.stat: stat for stat in stats if stat.level == "age" and stat.term == "hazard_ratio"}
        for stats in models
    ]
    of_arms, *others = [
        {stat.stat: stat.value for stat in stats if stat.comparison and stat.term == "hazard_ratio"}
        for stats in models
    ]

    assert {found["estimate"].error for found in minute} == {
        f"beyond_numbers: The ratio for one unit of this column is {beyond} a number can be; its "
        "logarithm is given."
        for beyond in ("larger than", "nearer 0 than")
    }
    assert [found["p_value"].value for found in minute] == pytest.approx(
        [plain["p_value"].value] * 2, rel=1e-6
    )
    assert others == [pytest.approx(of_arms, rel=1e-6)] * 2
