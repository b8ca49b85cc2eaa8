"""What the analysis says of a task, also of one on which little can be computed."""

from __future__ import annotations

import attrs
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes import Endpoint, Task
from dermoutcomes.study import Baseline, Comparison
from dermoutcomes.tables import conform
from dermoutcomes.testing import AnalysisContract, random_examples
from dermoutcomes_mmrm import register_analyses
from dermoutcomes_mmrm.model_options import MmrmOptions

(MMRM,) = register_analyses()
DECIDES = "ls_mean_difference"
VISITS = ("W0", "W4", "W12", "W24")
SINGLE = {
    "w12": Comparison(("W12", "baseline")),
    "w24": Comparison(("W24", "baseline")),
    "later": Comparison(("W24", "W12")),
}
ARMS = {
    "high": Comparison(("W24",), ("high", "placebo")),
    "low": Comparison(("W24", "baseline"), ("low", "placebo")),
}
quick = settings(deadline=None, max_examples=random_examples(10))


class TestMmrm(AnalysisContract):
    analysis = MMRM


class TestMmrmByMaximumLikelihood(AnalysisContract):
    analysis = MMRM
    options = {
        "estimation": "ML",
        "covariance": "cs",
        "df": "residual",
        "std_error": "empirical-cr3",
    }


def rows_of(n=24, seed=1, arms=("",), missing=0.1, scale=1.0):
    rng = np.random.default_rng(seed)
    for number in range(n):
        arm, level = arms[number % len(arms)], rng.normal(50, 8)
        values = (
            level
            + np.array([0, -2, -4, -5])
            - arms.index(arm) * np.array([0, 1, 2, 2])
            + rng.normal(0, 3, 4)
        )
        for visit, value in zip(VISITS, values, strict=True):
            known = visit == "W0" or rng.random() >= missing
            yield {
                "subject": f"S{number:03}",
                "arm": arm or None,
                "visit": visit,
                "value": scale * value if known else None,
                "base": scale * values[0],
                "age": 20.0 + number,
                "site": f"site {number % 4}",
            }


def task_of(rows, comparisons=None, design="single-arm", **more):
    change = pl.col("value") - pl.col("base")
    table = pl.DataFrame(list(rows)).with_columns(
        change=change, pct_change=100 * change / pl.col("base"), reference_visit=pl.lit("baseline")
    )
    own = table.select("subject", "age", "site").unique("subject")
    records = conform(table.drop("age", "site"), "endpoints", "S").join(
        own, on="subject", how="left"
    )
    default = ARMS if design == "parallel" else SINGLE
    shared = {
        "unit": "mm",
        "improves": "down",
        "visits": VISITS,
        "arms": ("placebo", "low", "high"),
        "reference_arm": "placebo",
        **more,
    }
    return Task(
        "t",
        "mmrm",
        {},
        records.filter(pl.col("value").is_not_null()),
        own.select("subject"),
        default if comparisons is None else comparisons,
        design,
        **shared,
    )


def three_arms(**more):
    given = {name: more.pop(name) for name in ("n", "seed", "missing", "scale") if name in more}
    return task_of(
        rows_of(arms=("placebo", "low", "high"), **{"n": 45, **given}), design="parallel", **more
    )


def run(task, **options):
    return {
        (stat.term, stat.stat, stat.comparison, stat.level, stat.group, stat.visit): stat
        for stat in MMRM.run(task, MmrmOptions(**options))
    }


def of(found, comparison, stat, level=None):
    (row,) = [one for key, one in found.items() if key[:4] == (DECIDES, stat, comparison, level)]
    return row


def codes(found):
    return {stat.error.split(":")[0] for stat in found.values() if stat.error}


def test_complete_data_of_one_group_are_the_paired_t():
    from scipy.special import stdtr

    rows = list(rows_of(missing=0.0))
    found = run(task_of(rows))
    after, before = (
        [row["value"] for row in rows if row["visit"] == visit] for visit in ("W24", "W12")
    )
    changes = np.subtract(after, before)
    t = changes.mean() / (changes.std(ddof=1) / 24**0.5)

    assert [
        of(found, "later", stat).value for stat in ("n", "statistic", "df", "p_value")
    ] == pytest.approx([24, t, 23, 2 * stdtr(23, -abs(t))], rel=1e-8)
    assert of(found, "w24", "estimate").value == pytest.approx(
        np.mean([row["value"] - row["base"] for row in rows if row["visit"] == "W24"])
    )


def test_one_group_has_its_baseline_as_a_response():
    found = run(task_of(rows_of()))

    assert [key[-1] for key in found if key[0] == "ls_mean" and key[1] == "estimate"] == [
        "baseline",
        "W4",
        "W12",
        "W24",
    ]
    assert found["model", "n", None, None, None, None].value == 24


def test_subjects_without_a_visit_still_count():
    rows = [
        row
        for row in rows_of(missing=0.0)
        if not (row["subject"] < "S005" and row["visit"] == "W24")
    ]
    found = run(task_of(rows))

    assert of(found, "w24", "n").value == 19
    assert found["model", "n", None, None, None, None].value == 24


@pytest.mark.parametrize("name", ["covariates", "strata"])
def test_baseline_does_not_adjust_the_change_of_one_group(name):
    found = run(task_of(rows_of(), **{name: ("base",)}))

    assert codes(found) == {"baseline_as_covariate"}
    assert "treats the mean baseline as known" in of(found, "w12", "estimate").error


def test_a_baseline_visit_by_its_name_is_the_baseline():
    named = run(task_of(rows_of(), {"x": Comparison(("W12", "W0"))}))

    assert of(named, "x", "estimate").value == of(run(task_of(rows_of())), "w12", "estimate").value


def test_arms_are_adjusted_for_baseline_by_visit():
    task = three_arms(covariates=("age",), strata=("site",))
    formula = {
        name: run(task, baseline=name)["model", "mmrm_formula", None, None, None, None].text
        for name in ("by visit", "common", "none")
    }

    assert formula["none"] == "arm + visit + age + site + arm:visit"
    assert formula["common"] == "arm + visit + base + age + site + arm:visit"
    assert formula["by visit"] == "arm + visit + base + age + site + arm:visit + base:visit"
    assert run(task, by_visit=("age", "site"))[
        "model", "mmrm_formula", None, None, None, None
    ].text.endswith("base:visit + age:visit + site:visit")


def test_values_and_changes_have_one_difference():
    """Adjusted for baseline by visit, the difference of arms is the same on either."""
    changes, values = (run(three_arms(analyse=name)) for name in ("change", "value"))

    for stat in ("estimate", "std_error", "df", "p_value"):
        assert of(changes, "high", stat).value == pytest.approx(
            of(values, "high", stat).value, rel=1e-7
        )


def test_a_change_between_two_later_visits_is_a_difference_of_differences():
    visits = {
        "at": Comparison(("W24",), ("high", "placebo")),
        "then": Comparison(("W4",), ("high", "placebo")),
        "both": Comparison(("W24", "W4"), ("high", "placebo")),
        "mean": Comparison(None, ("high", "placebo")),
        "middle": Comparison(("W12",), ("high", "placebo")),
    }
    found = run(three_arms(comparisons=visits))
    estimate = {name: of(found, name, "estimate").value for name in visits}

    assert estimate["both"] == pytest.approx(estimate["at"] - estimate["then"])
    assert estimate["mean"] == pytest.approx(
        (estimate["at"] + estimate["then"] + estimate["middle"]) / 3
    )


def test_comparisons_go_together_as_their_contrasts_do():
    found = run(three_arms())
    there, back = (
        of(found, "high", "correlation", "low").value,
        of(found, "low", "correlation", "high").value,
    )

    assert there == pytest.approx(back)
    assert 0.3 < there < 0.7


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"df": "kenward-roger"},
        {"per_arm": True, "df": "satterthwaite"},
        {"covariance": "toeph"},
    ],
)
def test_names_of_arms_do_not_matter(options):
    task = three_arms(comparisons={"high": Comparison(("W24",), ("high", "placebo"))})
    turned = attrs.evolve(
        task,
        records=task.records.with_columns(
            pl.col("arm").replace({"placebo": "high", "high": "placebo"})
        ),
    )
    first, second = run(task, **options), run(turned, **options)

    assert of(second, "high", "estimate").value == pytest.approx(
        -of(first, "high", "estimate").value, rel=1e-7
    )
    for stat in ("std_error", "df", "p_value"):
        assert of(second, "high", stat).value == pytest.approx(
            of(first, "high", stat).value, rel=1e-6
        )


@given(scale=st.sampled_from([1e-3, 2.54, 1000.0]))
@quick
def test_units_do_not_matter(scale):
    first, second = run(three_arms()), run(three_arms(scale=scale))
    for stat, factor in (
        ("estimate", scale),
        ("std_error", scale),
        ("conf_low", scale),
        ("p_value", 1.0),
        ("df", 1.0),
    ):
        assert of(second, "high", stat).value == pytest.approx(
            factor * of(first, "high", stat).value, rel=1e-8
        )


def test_intervals_cover_their_estimates():
    found = run(three_arms())
    rows = {
        key: stat.value
        for key, stat in found.items()
        if key[1] in ("estimate", "conf_low", "conf_high") and key[0] != "coefficient"
    }

    estimates = {
        (term, *at): value for (term, stat, *at), value in rows.items() if stat == "estimate"
    }

    assert {"ls_mean", "ls_mean_difference"} <= {term for term, *_ in estimates}
    for (term, *at), value in estimates.items():
        assert rows[term, "conf_low", *at] < value < rows[term, "conf_high", *at]


def test_a_one_sided_test_looks_in_the_improving_direction():
    task = three_arms()
    both = of(run(task), "high", "p_value").value
    down, up = (
        of(run(attrs.evolve(task, sided=1, improves=way)), "high", "p_value")
        for way in ("down", "up")
    )

    assert (down.text, up.text) == ("less", "greater")
    assert (down.value, up.value) == pytest.approx((both / 2, 1 - both / 2))
    assert of(run(attrs.evolve(task, sided=1, improves=None)), "high", "p_value").error.startswith(
        "no_direction"
    )


def test_a_fallback_is_on_the_record():
    rows = [
        row
        for row in rows_of(n=40)
        if not (row["visit"] == "W24" and row["subject"] < "S020")
        and not (row["visit"] == "W12" and row["subject"] >= "S020")
    ]
    failed, found = run(task_of(rows)), run(task_of(rows), fallback=("toeph", "cs"))

    assert codes(failed) == {"no_convergence"}
    assert found["model", "mmrm_covariance", None, None, None, None].text in (
        "heterogeneous Toeplitz",
        "compound symmetry",
    )
    assert of(found, "w12", "estimate").warning.startswith("fallback: ")
    assert (
        "unstructured: the Hessian is not positive definite" in of(found, "w12", "estimate").warning
    )


@pytest.mark.parametrize(("lost", "refused"), [({3, 7}, False), ({3, 7, 10}, True)])
def test_no_more_covariances_are_fitted_than_the_data_can_tell(lost, refused):
    """Four visits have 4 x 5 / 2 = 10 covariances. Four subjects have 16 values: a mean a visit
    leaves 10 of them where two are lost, and 9 where three are.
    """
    rows = [row for number, row in enumerate(rows_of(n=4, missing=0.0)) if number not in lost]
    found = run(task_of(rows, {"w12": SINGLE["w12"]}), fallback=("cs",), df="residual")
    said = " ".join(f"{stat.warning or ''} {stat.error or ''}" for stat in found.values())

    words = "10 covariance parameters are more than 9 residual degrees of freedom can tell"
    assert (f"fallback: compound symmetry was used; unstructured: {words}" in said) == refused
    assert ("degrees of freedom can tell" in said) == refused


def test_convergence_is_shown():
    found = run(three_arms())
    shown = {
        stat: found["model", f"mmrm_{stat}", None, None, None, None].value
        for stat in ("gradient", "hessian", "iterations", "n_parameters")
    }

    assert shown["gradient"] < 1e-9
    assert shown["hessian"] > 0
    assert 1 <= shown["iterations"] < 10
    assert shown["n_parameters"] == 6


def test_names_and_codes_of_a_structure_are_one():
    task = three_arms()

    assert (
        of(run(task, covariance="heterogeneous-ar1"), "high", "p_value").value
        == of(run(task, covariance="ar1h"), "high", "p_value").value
    )


def test_a_subject_without_a_covariate_is_counted_as_missing():
    rows = [
        row | {"age": None if row["subject"] == "S004" else row["age"]}
        for row in rows_of(n=45, arms=("placebo", "low", "high"), missing=0.0)
    ]
    found = run(task_of(rows, design="parallel", covariates=("age",)))
    row = found["model", "n_missing", None, None, None, None]

    assert (row.value, row.warning) == (
        1,
        "incomplete: 3 records lack a covariate or stratum and were left out.",
    )


def test_what_does_not_vary_is_left_out():
    rows = [
        row | {"site": "here", "age": 30.0}
        for row in rows_of(n=45, arms=("placebo", "low", "high"))
    ]
    row = run(task_of(rows, design="parallel", covariates=("age",), strata=("site",)))[
        "model", "mmrm_formula", None, None, None, None
    ]

    assert row.text == "arm + visit + base + arm:visit + base:visit"
    assert row.warning == "constant: site, age did not vary and was left out of the model."


def test_percent_changes_are_adjusted_for_a_baseline_that_is_listed():
    plain, listed = (
        run(three_arms(analyse="pct_change", covariates=names))[
            "model", "mmrm_formula", None, None, None, None
        ].text
        for names in ((), ("base",))
    )

    assert (plain, listed) == (
        "arm + visit + arm:visit",
        "arm + visit + base + arm:visit + base:visit",
    )


def broken(name):
    rows = list(rows_of(arms=("placebo", "low", "high"), n=45))
    return {
        "sides": lambda: task_of(
            [row | {"side": side} for row in rows_of() for side in ("left", "right")]
        ),
        "twice": lambda: task_of([row for row in rows_of() for _ in range(2)]),
        "one subject": lambda: task_of(rows_of(n=1)),
        "one visit": lambda: task_of(
            [row for row in rows if row["visit"] in ("W0", "W24")], design="parallel"
        ),
        "an empty cell": lambda: task_of(
            [row for row in rows if (row["arm"], row["visit"]) != ("high", "W24")],
            design="parallel",
        ),
        "one arm": lambda: task_of(
            [row for row in rows if row["arm"] == "high"], design="parallel"
        ),
        "no variance": lambda: task_of(
            [
                row | {"value": 1.0 + VISITS.index(row["visit"]), "base": 1.0}
                for row in rows_of(missing=0.0)
            ]
        ),
        "collinear": lambda: task_of(
            [row | {"age": 3 * row["base"] - 5} for row in rows],
            design="parallel",
            covariates=("age",),
        ),
        "few": lambda: task_of(rows_of(n=4, missing=0.3)),
        "three subjects": lambda: task_of(rows_of(n=3, missing=0.0)),
    }[name]()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("sides", "clustered"),
        ("twice", "several_records"),
        ("one subject", "too_few"),
        ("one visit", "one_visit"),
        ("an empty cell", "empty_cell"),
        ("one arm", "one_arm_empty"),
        ("no variance", "no_variance"),
        ("collinear", "collinear"),
        ("few", "no_convergence"),
        ("three subjects", "no_convergence"),
    ],
)
def test_hopeless_data_say_why(name, code):
    found = run(broken(name))

    assert codes(found) == {code}
    assert all(stat.error.split(": ", 1)[1] for stat in found.values())
    assert {stat.stat for stat in found.values() if stat.comparison} >= {
        "estimate",
        "conf_low",
        "p_value",
    }


@pytest.mark.parametrize(
    ("comparison", "design", "code"),
    [
        (Comparison(("W12", "baseline")), "parallel", "no_arm"),
        (Comparison(("W12",), ("high", "placebo")), "single-arm", "one_group"),
        (Comparison(("W48",), ("high", "placebo")), "parallel", "no_data"),
        (Comparison(("W48", "baseline")), "single-arm", "no_data"),
    ],
)
def test_a_comparison_that_the_model_cannot_make_says_why(comparison, design, code):
    task = (
        three_arms if design == "parallel" else lambda comparisons: task_of(rows_of(), comparisons)
    )(comparisons={"x": comparison})
    found = run(task)

    assert of(found, "x", "estimate").error.startswith(f"{code}: ")
    assert found["model", "n", None, None, None, None].value > 0


def test_empirical_errors_need_their_own_degrees_of_freedom():
    assert codes(run(three_arms(), std_error="empirical")) == {"df_and_std_error"}
    assert (
        of(run(three_arms(), std_error="empirical", df="between-within"), "high", "std_error").value
        > 0
    )


def test_a_rating_of_change_is_held_against_no_change():
    rows = [
        row | {"value": round(4 + (row["value"] - row["base"]) / 10, 1), "base": None}
        for row in rows_of(missing=0.0)
        if row["visit"] != "W0"
    ]
    found = run(task_of(rows, {"w12": Comparison(("W12", "baseline"))}, neutral=4.0))

    assert of(found, "w12", "estimate").value == pytest.approx(
        found["ls_mean", "estimate", None, None, None, "W12"].value - 4.0
    )


def test_values_without_a_baseline_are_adjusted_for_none():
    task = three_arms(
        analyse="value", comparisons={"high": Comparison(("W24",), ("high", "placebo"))}
    )
    without = attrs.evolve(
        task,
        records=task.records.filter(pl.col("visit") != "W0").with_columns(
            base=pl.lit(None, pl.Float64),
            change=pl.lit(None, pl.Float64),
            pct_change=pl.lit(None, pl.Float64),
        ),
    )
    estimate = run(without)[DECIDES, "estimate", "high", None, "high", "W24"]
    unadjusted = run(without, baseline="none")[DECIDES, "estimate", "high", None, "high", "W24"]

    assert estimate.value is not None
    assert estimate.value == unadjusted.value


def test_a_stated_baseline_that_nobody_has_is_refused():
    task = three_arms(analyse="value")
    stated = attrs.evolve(
        task,
        endpoint="depth",
        endpoints={"depth": Endpoint(id="depth", baseline=Baseline(visits=("W0",)))},
        records=task.records.with_columns(base=pl.lit(None, pl.Float64)),
    )

    errors = {stat.error for stat in run(stated).values() if stat.term == DECIDES}
    assert errors == {"no_data: No record has all that the model needs."}
