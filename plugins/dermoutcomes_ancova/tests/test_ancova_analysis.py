"""What the analysis of covariance says of a task, also of one on which little can be computed."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes import Task
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform
from dermoutcomes.testing import AnalysisContract, random_examples
from dermoutcomes_ancova import register_analyses
from dermoutcomes_ancova.ancova import AncovaOptions

(ANCOVA,) = register_analyses()
DECIDES = "adjusted_difference"
COMPARISONS = {
    "low": Comparison(("W12", "baseline"), ("low", "placebo")),
    "high": Comparison(("W12", "baseline"), ("high", "placebo")),
}
quick = settings(deadline=None, max_examples=random_examples(20))


class TestAncova(AnalysisContract):
    analysis = ANCOVA


def rows_of(n=24, seed=1, arms=("placebo", "low", "high")):
    rng = np.random.default_rng(seed)
    for number, arm in zip(range(n), cycle(arms), strict=False):
        base, severity = float(rng.normal(50, 8)), ("mild", "severe")[int(rng.integers(2))]
        change = (
            -0.3 * (base - 50)
            - 2.0 * arms.index(arm)
            + float(rng.normal(0, 3))
            + (severity == "severe")
        )
        yield {
            "subject": f"{number:03}",
            "arm": arm,
            "visit": "W12",
            "reference_visit": "baseline",
            "base": base,
            "value": base + change,
            "change": change,
            "pct_change": 100 * change / base,
            "severity": severity,
            "age": float(rng.integers(18, 80)),
            "site": 1 + number % 2,
        }


def task_of(rows, comparisons=None, **more):
    plain = [
        {key: value for key, value in row.items() if key not in ("severity", "age", "site")}
        for row in rows
    ]
    records = conform(pl.DataFrame(plain), "endpoints", "S")
    own = pl.DataFrame(
        [{key: row.get(key) for key in ("subject", "severity", "age", "site")} for row in rows],
        schema={"subject": pl.String, "severity": pl.String, "age": pl.Float64, "site": pl.Int64},
    ).unique("subject")
    given = {
        "unit": "mm",
        "improves": "down",
        "arms": ("placebo", "low", "high"),
        "reference_arm": "placebo",
        **more,
    }
    return Task(
        "t",
        "ancova",
        {},
        records.join(own, on="subject", how="left"),
        own.select("subject"),
        comparisons or COMPARISONS,
        "parallel",
        **given,
    )


def finished(task, **options):
    stats = tuple(ANCOVA.run(task, AncovaOptions(**options)))
    return (*stats, *ANCOVA.conclude(stats, task, AncovaOptions(**options)))


def sizes(stats, comparison="high"):
    """(n, subjects, records) of the comparison, and the n of each arm."""
    mine = [
        stat
        for stat in stats
        if (stat.term, stat.stat, stat.comparison) == (DECIDES, "n", comparison)
    ]
    whole = next(stat for stat in mine if stat.reference_group)
    return (whole.value, whole.n_subjects, whole.n_records), {
        stat.group: stat.value for stat in mine if stat.reference_group is None
    }


def run(task, **options):
    return {
        (
            stat.term,
            stat.stat,
            stat.comparison or stat.level or stat.group,
            stat.level if stat.comparison else None,
        ): stat
        for stat in finished(task, **options)
        if stat.stat != "n" or stat.reference_group or not stat.comparison
    }


def value(found, stat, of="high", term=DECIDES):
    return found[term, stat, of, None].value


def by_hand(rows, *columns):
    """Coefficients of change on an intercept, low, high and the columns."""
    design = [
        [1.0, row["arm"] == "low", row["arm"] == "high", *(column(row) for column in columns)]
        for row in rows
    ]
    return np.linalg.lstsq(
        np.array(design, dtype=float), np.array([row["change"] for row in rows]), rcond=None
    )[0]


def test_it_adjusts_for_the_baseline_of_itself():
    rows = list(rows_of())
    found = run(task_of(rows))

    assert value(found, "estimate", "low") == pytest.approx(
        by_hand(rows, lambda row: row["base"])[1]
    )
    assert found["model", "ancova_model", None, None].text == "change ~ arm + base"


def test_n_is_of_the_two_arms_that_are_compared_and_of_each_of_them():
    rows = list(rows_of())
    rows[1] = {**rows[1], "age": None}
    kept = [row for row in rows if row["age"] is not None]
    counts = {arm: sum(row["arm"] == arm for row in kept) for arm in ("high", "placebo")}

    found, of_arms = sizes(finished(task_of(rows, covariates=("age",))))

    assert found == (sum(counts.values()),) * 3
    assert of_arms == counts


def test_two_records_of_a_subject_are_one_subject_of_their_arm():
    rows = [{**row, "side": side} for row in rows_of() for side in ("left", "right")]
    found, of_arms = sizes(finished(task_of(rows)))

    assert found == (32, 16, 32)
    assert of_arms == {"high": 8, "placebo": 8}


def test_it_adjusts_for_covariates_and_strata():
    rows = list(rows_of())
    found = run(task_of(rows, covariates=("age",), strata=("severity", "site")))
    wanted = by_hand(
        rows,
        lambda r: r["base"],
        lambda r: r["age"],
        lambda r: r["severity"] == "severe",
        lambda r: r["site"] == 2,
    )

    assert value(found, "estimate") == pytest.approx(wanted[2])
    assert value(found, "estimate", "site 2", "coefficient") == pytest.approx(wanted[-1])
    assert (
        found["model", "ancova_model", None, None].text
        == "change ~ arm + base + age + severity + site"
    )


def test_without_baseline_and_covariates_it_is_the_analysis_of_variance():
    rows = list(rows_of())
    found = run(task_of(rows), baseline=False)
    means = {
        arm: np.mean([row["change"] for row in rows if row["arm"] == arm])
        for arm in ("placebo", "low", "high")
    }

    assert [value(found, "estimate", arm, "ls_mean") for arm in means] == pytest.approx(
        list(means.values())
    )


def test_percent_changes_are_not_adjusted_unless_asked_for():
    rows = list(rows_of())

    assert run(
        task_of(rows, {"high": Comparison(("W12",), ("high", "placebo"))}, analyse="pct_change")
    )["model", "ancova_model", None, None].text == ("pct_change ~ arm")


def test_change_and_value_give_the_same_difference():
    rows = list(rows_of())
    change, level = (
        run(task_of(rows, {"high": Comparison(("W12",), ("high", "placebo"))}, analyse=analyse))
        for analyse in ("change", "value")
    )

    assert value(change, "estimate") == pytest.approx(value(level, "estimate"))
    assert value(change, "p_value") == pytest.approx(value(level, "p_value"))


def test_equal_and_observed_weights_differ_where_strata_are_unequal():
    rows = [row for row in rows_of(40) if row["severity"] == "mild" or int(row["subject"]) % 2]
    equal, observed = (
        run(task_of(rows, strata=("severity",)), weights=weights)
        for weights in ("equal", "observed")
    )
    share = np.mean([row["severity"] == "severe" for row in rows])
    apart = value(equal, "estimate", "severity severe", "coefficient") * (0.5 - share)

    assert value(equal, "estimate", "high", "ls_mean") - value(
        observed, "estimate", "high", "ls_mean"
    ) == pytest.approx(apart)
    assert value(equal, "estimate") == pytest.approx(value(observed, "estimate"))


def test_comparisons_of_one_visit_are_correlated():
    found = run(task_of(list(rows_of())))

    assert (
        found[DECIDES, "correlation", "high", "low"].value
        == found[DECIDES, "correlation", "low", "high"].value
    )
    design = np.array(
        [[1.0, row["arm"] == "low", row["arm"] == "high", row["base"]] for row in rows_of()]
    )
    covariance = np.linalg.inv(design.T @ design)
    assert found[DECIDES, "correlation", "high", "low"].value == pytest.approx(
        covariance[1, 2] / np.sqrt(covariance[1, 1] * covariance[2, 2])
    )


def test_a_linear_trend_is_that_of_three_doses():
    rows = list(rows_of())
    found = run(task_of(rows, doses={"placebo": 0.0, "low": 1.0, "high": 2.0}))

    assert value(found, "estimate", None, "linear_trend") == pytest.approx(
        value(found, "estimate") / 2
    )
    assert value(found, "p_value", None, "linear_trend") == pytest.approx(value(found, "p_value"))


def test_the_slope_over_doses_is_that_of_least_squares():
    rows, doses = list(rows_of()), {"placebo": 0.0, "low": 1.0, "high": 5.0}
    design = np.array([[1.0, doses[row["arm"]], row["base"]] for row in rows])
    change = np.array([row["change"] for row in rows])
    coefficients, (residual,), *_ = np.linalg.lstsq(design, change, rcond=None)
    error = np.sqrt(residual / (len(rows) - 3) * np.linalg.inv(design.T @ design)[1, 1])

    found = run(task_of(rows, doses=doses))

    assert value(found, "estimate", None, "dose_slope") == pytest.approx(coefficients[1])
    assert value(found, "std_error", None, "dose_slope") == pytest.approx(error)


def test_two_doses_make_no_trend():
    assert not [
        term
        for term, *_ in run(task_of(list(rows_of()), doses={"low": 1.0, "high": 2.0}))
        if term == "dose_slope"
    ]


def test_slopes_of_their_own_leave_the_difference_at_the_mean_baseline():
    rows = list(rows_of(60))
    mean = np.mean([row["base"] for row in rows])
    lines = {
        arm: np.polyfit(
            [row["base"] for row in rows if row["arm"] == arm],
            [row["change"] for row in rows if row["arm"] == arm],
            1,
        )
        for arm in ("high", "placebo")
    }
    found = run(task_of(rows), interaction=True)

    assert value(found, "estimate") == pytest.approx(
        np.polyval(lines["high"], mean) - np.polyval(lines["placebo"], mean)
    )
    assert value(found, "df_num", "arm:base", "type_3") == 2


def test_hc3_changes_errors_and_not_estimates():
    task = task_of(list(rows_of()))
    plain, robust = run(task), run(task, std_error="hc3")

    assert value(plain, "estimate") == value(robust, "estimate")
    assert value(plain, "std_error") != value(robust, "std_error")
    assert ("type_1", "p_value", "arm", None) not in robust


@pytest.mark.parametrize("adjustment", ["bonferroni", "holm", "tukey"])
def test_all_pairs_have_larger_p_values(adjustment):
    found = [
        stat
        for stat in finished(task_of(list(rows_of())), pairs=adjustment)
        if stat.term == "pairwise"
    ]
    plain, adjusted = (
        [stat.value for stat in found if stat.stat == name] for name in ("p_value", "p_adjusted")
    )

    assert len(plain) == 3
    assert all(p <= other <= 1 for p, other in zip(plain, adjusted, strict=True))
    assert {(stat.group, stat.reference_group) for stat in found} == {
        ("low", "placebo"),
        ("high", "placebo"),
        ("high", "low"),
    }


def test_one_side_is_the_one_in_which_the_first_arm_is_better():
    task = task_of(list(rows_of()))
    both, down, up, unknown = (
        run(evolve(task, sided=sided, improves=improves))
        for sided, improves in ((2, "down"), (1, "down"), (1, "up"), (1, None))
    )

    assert value(down, "p_value") == pytest.approx(value(both, "p_value") / 2)
    assert value(up, "p_value") == pytest.approx(1 - value(down, "p_value"))
    assert unknown[DECIDES, "p_value", "high", None].error.startswith("no_direction: ")


def test_records_without_a_covariate_are_left_out_counted_and_warned_of():
    rows = [{**row, "age": None} if row["subject"] == "003" else row for row in rows_of()]
    found = run(task_of(rows, covariates=("age",)))
    left_out = found["adjusted_for", "n_missing", None, None]

    assert (left_out.value, left_out.warning.split(":")[0]) == (1, "incomplete")
    assert found["model", "n", None, None].value == 23


def test_what_does_not_vary_is_left_out_with_a_warning():
    rows = [{**row, "severity": "mild"} for row in rows_of()]
    stated = run(task_of(rows, strata=("severity",)))["model", "ancova_model", None, None]

    assert stated.text == "change ~ arm + base"
    assert stated.warning == "constant: severity did not vary and was left out of the model."


def error(found, of="high"):
    return found[DECIDES, "estimate", of, None].error


def test_collinear_terms_are_named():
    rows = [{**row, "age": 2 * row["base"] + 1} for row in rows_of()]

    assert error(run(task_of(rows, covariates=("base", "age")))) == (
        "rank_deficient: age cannot be told apart from the terms before it in change ~ arm + base "
        "+ age; leave one out."
    )


def test_a_stratum_that_follows_from_the_arm_is_named():
    rows = [{**row, "severity": "severe" if row["arm"] == "high" else "mild"} for row in rows_of()]

    assert error(run(task_of(rows, strata=("severity",)))).startswith(
        "rank_deficient: severity cannot"
    )


def test_fewer_records_than_parameters_are_too_few():
    assert error(run(task_of(list(rows_of(4))))).startswith(
        "too_few: The model change ~ arm + base has 4 parameters, and 4 records"
    )


def test_an_empty_arm_leaves_the_others():
    found = run(task_of([row for row in rows_of() if row["arm"] != "high"]))

    assert error(found).startswith("one_arm_empty: ")
    assert error(found, "low") is None


def test_one_arm_cannot_have_its_baseline_as_a_covariate():
    task = evolve(
        task_of(list(rows_of()), {"high": Comparison(("W12", "baseline"))}), design="single-arm"
    )

    assert error(run(task)).startswith(
        "baseline_in_one_arm: In one arm the baseline cannot be a covariate of a mean change"
    )


def test_a_record_that_determines_its_own_value_has_no_hc3():
    rows = [
        {**row, "severity": "severe" if row["subject"] == "000" else "mild"} for row in rows_of()
    ]
    task = task_of(rows, strata=("severity",))

    assert error(run(task)) is None
    assert error(run(task, std_error="hc3")).startswith("no_residual: ")


def test_what_no_subject_has_is_named():
    assert (
        error(run(task_of(list(rows_of()), covariates=("height",))))
        == "unknown_covariate: The subjects have no column 'height'."
    )


def test_a_covariate_that_is_missing_everywhere_is_why_there_is_no_record():
    rows = [{**row, "age": None} for row in rows_of()]

    assert error(run(task_of(rows, covariates=("age",)))) == (
        "no_data: No arm has a record at this visit that is complete: 24 lack a covariate or "
        "stratum."
    )


def test_dates_are_no_covariate():
    task = task_of(list(rows_of()), covariates=("age",))
    dated = evolve(
        task,
        records=task.records.with_columns(
            age=pl.date(2024, 1, 1) + pl.duration(days=pl.col("age").cast(pl.Int64))
        ),
    )

    assert error(run(dated)).startswith("unfit_covariate: Age holds dates")


@quick
@given(st.integers(0, 10_000), st.sampled_from([0.125, 1024.0]))
def test_units_and_order_do_not_matter(seed, factor):
    rows = list(rows_of(18, seed))
    scaled = [
        {**row, **{name: row[name] * factor for name in ("base", "value", "change")}}
        for row in rows[::-1]
    ]
    plain, other = (
        run(task_of(rows, strata=("severity",))),
        run(task_of(scaled, strata=("severity",))),
    )

    assert value(other, "estimate") == pytest.approx(value(plain, "estimate") * factor, rel=1e-9)
    assert value(other, "p_value") == pytest.approx(value(plain, "p_value"), rel=1e-8)
    assert 0 <= value(plain, "p_value") <= 1
    assert value(plain, "conf_low") <= value(plain, "estimate") <= value(plain, "conf_high")


@quick
@given(st.integers(0, 10_000))
def test_relabelled_arms_turn_the_sign(seed):
    rows = list(rows_of(18, seed))
    names = {"placebo": "high", "low": "low", "high": "placebo"}
    plain, turned = (
        run(task_of(rows)),
        run(task_of([{**row, "arm": names[row["arm"]]} for row in rows])),
    )

    assert value(turned, "estimate") == pytest.approx(-value(plain, "estimate"), rel=1e-9)
    assert value(turned, "p_value") == pytest.approx(value(plain, "p_value"), rel=1e-8)
