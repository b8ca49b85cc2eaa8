"""What the analyses of ratings say of a task, also of one on which little can be computed."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes import Task
from dermoutcomes.study import Comparison, Endpoint
from dermoutcomes.tables import conform
from dermoutcomes.testing import AnalysisContract, random_examples
from dermoutcomes_ordinal import register_analyses
from dermoutcomes_ordinal.proportional_odds import ProportionalOddsOptions

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}
CASES = Path(__file__).parents[3] / "tests" / "reference" / "cases"
AGAINST = {"ab": Comparison(("W12",), arm=("a", "b"))}


def task_of(grades, comparisons=None, improves="down", covariates=None, **more):
    """A task of {arm: grades} at W12; a grade may come with its stratum."""
    rows = [
        {
            "subject": f"{arm}{number:03}",
            "arm": arm,
            "visit": "W12",
            "reference_visit": "baseline",
            "used": True,
            "value": None if grade is None else float(grade),
            "stratum": stratum,
        }
        for arm, values in grades.items()
        for number, (grade, stratum) in enumerate(
            (value if isinstance(value, tuple) else (value, "s")) for value in values
        )
    ]
    frame = pl.DataFrame(rows, schema_overrides={"value": pl.Float64})
    records = conform(frame.drop("stratum"), "endpoints", "S").join(
        frame.select("subject", site="stratum"), on="subject", maintain_order="left"
    )
    if covariates is not None:
        records = records.with_columns(age=pl.Series(covariates, dtype=pl.Float64))
    comparisons = comparisons or AGAINST
    return Task(
        "t",
        "x",
        {"e": Endpoint(id="e")},
        records,
        records.select("subject").unique(),
        comparisons,
        more.pop("design", "parallel"),
        endpoint="e",
        kind="ordinal",
        improves=improves,
        visits=("W12",),
        arms=tuple(sorted(grades)),
        analyse="value",
        **more,
    )


def run(name, task, options=None):
    analysis = ANALYSES[name]
    return {
        (stat.term, stat.stat): stat
        for stat in analysis.run(task, options or analysis.options())
        if stat.level is None and stat.at is None
    }


class TestProportionalOdds(AnalysisContract):
    analysis = ANALYSES["proportional_odds"]


class TestProportionalOddsByLikelihood(AnalysisContract):
    analysis = ANALYSES["proportional_odds"]
    options = {"interval": "profile"}


class TestVanElteren(AnalysisContract):
    analysis = ANALYSES["van_elteren"]


class TestWinOdds(AnalysisContract):
    analysis = ANALYSES["win_odds"]


class TestMarginalHomogeneity(AnalysisContract):
    analysis = ANALYSES["marginal_homogeneity"]


class TestShiftTable(AnalysisContract):
    analysis = ANALYSES["shift_table"]

    def tasks(self):
        for name, task in super().tasks():
            yield name, task
            # A grade of severity, which has a baseline, where those of the battery are grades of
            # change.
            yield (
                f"{name}, with a baseline",
                evolve(task, neutral=None, records=task.records.with_columns(base=pl.lit(3.0))),
            )


def cases(method, wanted):
    found = json.loads((CASES / f"{method}.json").read_text(encoding="utf-8"))["cases"]
    return [case for case in found if wanted(case)]


@pytest.mark.parametrize(
    "case",
    cases("proportional_odds", lambda case: list(case["inputs"]["levels"]) == ["y", "ARM"]),
    ids=lambda case: case["id"],
)
def test_a_task_gives_what_r_gives(case):
    data = case["inputs"]["data"]
    ages = {
        arm: [age for age, other in zip(data["BASE"], data["ARM"], strict=True) if other == arm]
        for arm in ("ACT", "PBO")
    }
    grades = {
        arm: [
            int(grade) for grade, other in zip(data["y"], data["ARM"], strict=True) if other == arm
        ]
        for arm in ("ACT", "PBO")
    }
    task = task_of(
        grades,
        {"c": Comparison(("W12",), arm=("ACT", "PBO"))},
        covariates=[*ages["ACT"], *ages["PBO"]],
    )
    task = evolve(task, covariates=("age",), reference_arm="PBO")
    wald, profile = (
        run("proportional_odds", task),
        run("proportional_odds", task, ProportionalOddsOptions("profile")),
    )
    low, high = case["result"]["beta_profile_ci95"]["values"][0]

    assert [
        wald["odds_ratio", stat].value
        for stat in ("estimate", "conf_low", "conf_high", "statistic", "p_value")
    ] == pytest.approx(
        [
            case["result"]["odds_ratio"][0],
            *case["result"]["or_ci95_wald"][0],
            case["result"]["z"][0],
            case["result"]["p"][0],
        ],
        rel=1e-8,
    )
    assert profile["odds_ratio", "conf_low"].value == pytest.approx(
        2.718281828459045**low, rel=1e-3
    )
    assert profile["odds_ratio", "conf_high"].value == pytest.approx(
        2.718281828459045**high, rel=1e-3
    )
    assert wald["model", "proportional_odds_log_likelihood"].value == pytest.approx(
        case["result"]["loglik"], rel=1e-10
    )


@pytest.mark.parametrize(
    "case",
    cases("cmh", lambda case: len(case["inputs"]["x_levels"]) == 2),
    ids=lambda case: case["id"],
)
def test_a_task_in_strata_gives_what_sas_gives(case):
    given, grades = case["inputs"], {"ACT": [], "PBO": []}
    for stratum, table in zip(given["strata"], given["counts"], strict=True):
        for arm, counts in zip(given["x_levels"], table, strict=True):
            grades[arm] += [
                (score, stratum)
                for score, count in zip(given["y_scores"], counts, strict=True)
                for _ in range(count)
            ]
    found = run(
        "van_elteren",
        evolve(task_of(grades, {"c": Comparison(("W12",), arm=("ACT", "PBO"))}), strata=("site",)),
    )

    assert [
        found["rank_test", stat].value for stat in ("statistic", "df", "p_value")
    ] == pytest.approx(list(case["result"]["row_mean_scores_modridit"].values()), rel=1e-10)
    assert found["probability_higher", "p_value"].value == pytest.approx(
        case["result"]["row_mean_scores_modridit"]["p"], rel=1e-10
    )


RATINGS = st.lists(st.integers(0, 4), min_size=3, max_size=12)


@settings(deadline=None, max_examples=random_examples(20))
@given(RATINGS, RATINGS)
def test_arms_change_places(first, second):
    one = run("win_odds", task_of({"a": first, "b": second}))
    other = run("win_odds", task_of({"a": second, "b": first}))

    assert one["win_probability", "estimate"].value == pytest.approx(
        1 - other["win_probability", "estimate"].value, abs=1e-12
    )
    if (
        one["win_odds", "estimate"].value is not None
        and one["win_odds", "conf_low"].value is not None
    ):
        assert one["win_odds", "conf_low"].value == pytest.approx(
            1 / other["win_odds", "conf_high"].value, rel=1e-9
        )
        assert one["win_odds", "p_value"].value == pytest.approx(
            other["win_odds", "p_value"].value, abs=1e-12
        )
        assert (
            one["win_odds", "conf_low"].value
            <= one["win_odds", "estimate"].value
            <= one["win_odds", "conf_high"].value
        )
        assert 0 <= one["win_odds", "p_value"].value <= 1


def test_a_win_is_what_the_endpoint_calls_better():
    low, high = [0, 1, 1, 2, 2], [2, 3, 3, 4, 1]

    assert (
        run("win_odds", task_of({"a": low, "b": high}))["win_probability", "estimate"].value > 0.5
    )
    assert (
        run("win_odds", task_of({"a": low, "b": high}, improves="up"))[
            "win_probability", "estimate"
        ].value
        < 0.5
    )
    assert run("win_odds", task_of({"a": low, "b": high}, improves=None))[
        "win_odds", "estimate"
    ].error.startswith("no_direction: ")


def test_net_benefit_and_odds_are_the_same_probability():
    found = run("win_odds", task_of({"a": [0, 1, 1, 2], "b": [1, 2, 3, 3]}))
    share = found["win_probability", "estimate"].value

    assert found["win_odds", "estimate"].value == pytest.approx(share / (1 - share))
    assert found["net_benefit", "estimate"].value == pytest.approx(2 * share - 1)
    assert found["ties", "proportion"].value == pytest.approx(3 / 16)


@pytest.mark.parametrize(
    ("grades", "name", "term", "code"),
    [
        ({"a": [1, 2, 3], "b": [None, None]}, "win_odds", "win_odds", "one_arm_empty"),
        ({"a": [0, 0], "b": [4, 4]}, "win_odds", "win_odds", "separation"),
        ({"a": [1, 2, 3], "b": [None]}, "proportional_odds", "odds_ratio", "one_arm_empty"),
        ({"a": [0, 0, 1], "b": [3, 4, 4]}, "proportional_odds", "odds_ratio", "separation"),
        ({"a": [2, 2], "b": [2, 2, 2]}, "proportional_odds", "odds_ratio", "one_category"),
        ({"a": [1], "b": [None]}, "van_elteren", "probability_higher", "one_arm_empty"),
        (
            {"a": [(1, "x"), (2, "x")], "b": [(1, "y")]},
            "van_elteren",
            "probability_higher",
            "no_stratum",
        ),
    ],
)
def test_hopeless_data_say_why(grades, name, term, code):
    found = run(name, evolve(task_of(grades), strata=("site",)))

    assert found[term, "estimate"].error.startswith(f"{code}: ")
    assert found[term, "p_value"].error.startswith(f"{code}: ")


@pytest.mark.parametrize("name", ["van_elteren", "win_odds"])
def test_an_unknown_stratum_is_one_of_its_own(name):
    """Subjects of whom the site is not known are compared with each other, those of one age with
    those of one age.
    """

    def with_third(site):
        return task_of(
            {
                "a": [(1, "x"), (2, "x"), (1, "y"), (3, "y"), (0, site), (2, site)],
                "b": [(2, "x"), (4, "x"), (3, "y"), (3, "y"), (1, site), (4, site)],
            },
            covariates=[1, 1, 1, 1, 1, 2] * 2,
        )

    def values(task, *strata):
        rows = run(name, evolve(task, strata=strata))
        return {key: stat.value for key, stat in rows.items() if stat.value is not None}

    named = values(with_third("z"), "site", "age")

    assert values(with_third(None), "site", "age") == pytest.approx(named, rel=1e-9)
    assert values(with_third("z"), "site") != pytest.approx(named, rel=1e-3)


def test_one_sided_tests_look_where_the_first_arm_is_better():
    task = evolve(task_of({"a": [0, 1, 1, 2, 0, 3], "b": [2, 3, 3, 4, 1, 2]}), sided=1)
    both = run("van_elteren", evolve(task, sided=2))["probability_higher", "p_value"].value

    assert run("van_elteren", task)["probability_higher", "p_value"].value == pytest.approx(
        both / 2
    )
    assert run("van_elteren", evolve(task, improves="up"))[
        "probability_higher", "p_value"
    ].value == pytest.approx(1 - both / 2)
    assert run("proportional_odds", evolve(task, improves=None))[
        "odds_ratio", "p_value"
    ].error.startswith("no_direction: ")


def test_three_arms_are_tested_together_and_know_how_their_ratios_go_together():
    grades = {"a": [0, 1, 1, 2, 3], "b": [1, 2, 2, 3, 4], "c": [2, 2, 3, 4, 4]}
    task = task_of(
        grades,
        {"ac": Comparison(("W12",), arm=("a", "c")), "bc": Comparison(("W12",), arm=("b", "c"))},
    )
    stats = list(ANALYSES["proportional_odds"].run(task, ProportionalOddsOptions()))
    together = {
        (stat.comparison, stat.level): stat.value for stat in stats if stat.stat == "correlation"
    }

    assert run("van_elteren", task)["all_arms", "df"].value == 2
    assert together.keys() == {("ac", "bc"), ("bc", "ac")}
    assert together["ac", "bc"] == pytest.approx(together["bc", "ac"])
    assert 0 < together["ac", "bc"] < 1


def test_shifts_are_counted_from_baseline():
    rows = [("1", 3.0, 1.0), ("2", 3.0, 3.0), ("3", 2.0, 1.0), ("4", 3.0, None)]
    records = conform(
        pl.DataFrame(
            [
                {
                    "subject": subject,
                    "visit": "W12",
                    "reference_visit": "baseline",
                    "base": base,
                    "value": value,
                    "used": value is not None,
                    "reason": None if value is not None else "missed",
                }
                for subject, base, value in rows
            ]
        ),
        "endpoints",
        "S",
    )
    task = Task(
        "t",
        "x",
        {"e": Endpoint(id="e")},
        records.filter("used"),
        records.select("subject"),
        {},
        "single-arm",
        endpoint="e",
        kind="ordinal",
        visits=("W12",),
        unused=records.filter(~pl.col("used")),
    )
    stats = list(ANALYSES["shift_table"].run(task, ANALYSES["shift_table"].options()))
    counts = {
        (stat.level, stat.at): stat.value
        for stat in stats
        if (stat.term, stat.stat) == ("shift", "n")
    }

    assert counts == {
        ("1", 1.0): 0,
        ("1", 2.0): 0,
        ("1", 3.0): 0,
        ("2", 1.0): 1,
        ("2", 2.0): 0,
        ("2", 3.0): 0,
        ("3", 1.0): 1,
        ("3", 2.0): 0,
        ("3", 3.0): 1,
    }
    assert {stat.level: stat.value for stat in stats if stat.term == "shift_missing"} == {"3": 1}
    assert sum(stat.value for stat in stats if stat.stat == "percent") == pytest.approx(100)


def test_a_scale_of_change_has_no_baseline_to_shift_from():
    task = evolve(
        task_of(
            {"a": [1, 2], "b": [2, 3]},
            {"w12": Comparison(("W12", "baseline"))},
            design="single-arm",
        ),
        neutral=3.0,
    )

    assert next(
        iter(ANALYSES["shift_table"].run(task, ANALYSES["shift_table"].options()))
    ).error.startswith("no_baseline: ")
    assert run("marginal_homogeneity", task)["bowker", "p_value"].error.startswith("no_baseline: ")


@pytest.mark.parametrize(
    ("name", "term"), [("van_elteren", "probability_higher"), ("win_odds", "win_odds")]
)
def test_a_centre_with_one_rating_of_an_arm_is_named(name, term):
    (comparison,) = AGAINST.values()
    first, second = comparison.arm
    grades = {
        first: [(1, 703.0), (2, 704.0), (3, 704.0), (2, 704.0)],
        second: [(2, 703.0), (3, 703.0), (3, 704.0), (4, 704.0)],
    }
    found = run(name, task_of(grades, strata=("site",)))

    assert found[term, "estimate"].value is not None
    assert found[term, "conf_low"].error.startswith(
        "too_few_in_stratum: Stratum '703' has one rating of an arm"
    )
