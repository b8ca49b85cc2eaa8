"""What the paired analyses say of a task, also of one on which little can be computed."""

from __future__ import annotations

import polars as pl
import pytest
from attrs import evolve

from dermoutcomes import NoOptions, Task
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform
from dermoutcomes.testing import AnalysisContract
from dermoutcomes_paired import register_analyses
from dermoutcomes_paired.wilcoxon import WilcoxonOptions

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}


def task_of(changes, improves="down", kind="continuous", comparison=None, sides=(None,), **more):
    rows = [
        {
            "subject": f"{i:03}",
            "side": side,
            "visit": "W12",
            "reference_visit": "baseline",
            "value": 50 + i + change,
            "base": 50.0 + i,
            "change": change,
        }
        for i, change in enumerate(changes)
        for side in sides
    ]
    records = conform(pl.DataFrame(rows, schema_overrides={"side": pl.String}), "endpoints", "S")
    return Task(
        "t",
        "x",
        {},
        records,
        records.select("subject").unique(),
        {"w12": comparison or Comparison(("W12", "baseline"))},
        more.pop("design", "single-arm"),
        kind=kind,
        improves=improves,
        unit="mm",
        **more,
    )


def run(name, task, options=None):
    analysis = ANALYSES[name]
    return {
        (stat.term, stat.stat): stat for stat in analysis.run(task, options or analysis.options())
    }


class TestPairedT(AnalysisContract):
    analysis = ANALYSES["paired_t"]


class TestWilcoxonSignedRank(AnalysisContract):
    analysis = ANALYSES["wilcoxon_signed_rank"]


class TestSignTest(AnalysisContract):
    analysis = ANALYSES["sign_test"]


class TestPermutationPaired(AnalysisContract):
    analysis = ANALYSES["permutation_paired"]


class TestPermutationPairedDrawn(AnalysisContract):
    analysis = ANALYSES["permutation_paired"]
    options = {"method": "monte_carlo", "resamples": 199}


class TestBootstrap(AnalysisContract):
    analysis = ANALYSES["bootstrap"]
    options = {"resamples": 999}


class TestBootstrapOfMedians(AnalysisContract):
    analysis = ANALYSES["bootstrap"]
    options = {"statistic": "median", "interval": "percentile", "resamples": 999}


class TestGeometricMeanRatio(AnalysisContract):
    analysis = ANALYSES["geometric_mean_ratio"]


class TestPairedEffectSize(AnalysisContract):
    analysis = ANALYSES["paired_effect_size"]


def test_a_row_says_what_was_compared_in_which_unit_and_on_whom():
    estimate = run("paired_t", task_of([-0.1, -0.2, -0.4]))["mean_difference", "estimate"]

    assert (estimate.comparison, estimate.visit, estimate.reference_visit) == (
        "w12",
        "W12",
        "baseline",
    )
    assert (estimate.unit, estimate.n_subjects, estimate.n_records) == ("mm", 3, 3)


def test_p_values_have_no_unit():
    assert run("paired_t", task_of([-0.1, -0.2, -0.4]))["mean_difference", "p_value"].unit == ""


def test_one_side_is_tested_where_the_study_asks():
    both, one = (
        run("paired_t", task_of([-0.1, -0.2, -0.4], sided=sided))["mean_difference", "p_value"]
        for sided in (2, 1)
    )

    assert one.value == pytest.approx(both.value / 2)
    assert (both.text, one.text) == ("two-sided", "less")


@pytest.mark.parametrize("name", ["paired_t", "wilcoxon_signed_rank"])
def test_one_side_needs_a_direction(name):
    found = run(name, task_of([-0.1, -0.2, -0.4], improves=None, sided=1))
    term = ANALYSES[name].decides

    assert found[term, "p_value"].error.startswith("no_direction: ")
    assert found[term, "estimate"].value == pytest.approx(-0.2, abs=0.1)


@pytest.mark.parametrize("name", sorted(ANALYSES))
def test_no_pair_is_no_data(name):
    task = task_of([1.0])
    errors = {
        stat.error.split(":")[0]
        for stat in run(name, evolve(task, records=task.records.clear())).values()
        if stat.error
    }

    assert errors == {"no_data"}


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("paired_t", {"no_variance"}),
        ("wilcoxon_signed_rank", {"all_zero"}),
        ("sign_test", {"all_zero"}),
        ("paired_effect_size", {"no_variance", "all_zero"}),
    ],
)
def test_nobody_changed_is_an_error_with_a_code(name, codes):
    assert {
        stat.error.split(":")[0] for stat in run(name, task_of([0.0] * 8)).values() if stat.error
    } == codes


def test_one_pair_is_too_few():
    found = run("paired_t", task_of([0.5]))

    assert found["mean_difference", "n"].value == 1
    assert (
        found["mean_difference", "p_value"].error
        == "too_few: A mean difference needs at least two pairs; there is one."
    )


def test_equal_changes_keep_their_mean():
    found = run("paired_t", task_of([-0.5] * 5))

    assert found["mean_difference", "estimate"].value == -0.5
    assert found["mean_difference", "std_error"].error.startswith("no_variance: ")


def test_sides_counted_as_subjects_are_warned_of():
    found = run("paired_t", task_of([-0.1, -0.2, -0.4], sides=("left", "right")))[
        "mean_difference", "p_value"
    ]

    assert found.warning.startswith("clustered: 6 pairs of 3 subjects")
    assert (found.n_subjects, found.n_records) == (3, 6)


def test_arms_of_a_parallel_study_are_not_pairs():
    assert (
        run(
            "paired_t",
            task_of(
                [1.0, 2.0],
                comparison=Comparison(("W12", "baseline"), ("a", "b")),
                design="parallel",
            ),
        )
        == {}
    )


def test_signs_are_read_in_the_improving_direction():
    found = run("sign_test", task_of([-2.0] * 9 + [0.0] * 11 + [1.0], kind="ordinal"))

    assert [found[term, "n_with_event"].value for term in ("improved", "unchanged", "worse")] == [
        9,
        11,
        1,
    ]
    assert found["improved_of_changed", "p_value"].value == pytest.approx(22 / 1024)
    assert found["improved_of_changed", "estimate"].value == 0.9
    assert found["improved_of_all", "estimate"].value == pytest.approx(9 / 21)
    assert found["median_difference", "estimate"].value == 0


@pytest.mark.parametrize(
    ("unrated", "n", "missing", "unchanged", "of"),
    [("leave_out", 21, 2, 11, 21), ("no_change", 23, 0, 13, 23)],
)
def test_unrated_pairs_may_count_as_unchanged_and_never_in_the_test(
    unrated, n, missing, unchanged, of
):
    task = task_of([-2.0] * 9 + [0.0] * 11 + [1.0], kind="ordinal")
    lost = task.records.head(2).with_columns(
        subject=pl.Series(["x", "y"]), value=None, change=None, used=False, reason=pl.lit("missed")
    )
    task = evolve(task, unused=lost)

    found = run("sign_test", task, unrated_as(unrated))

    sizes = [found["median_difference", stat].value for stat in ("n", "n_missing")]
    assert sizes == [n, missing]
    assert found["unchanged", "n_with_event"].value == unchanged
    assert found["improved_of_all", "denominator"].value == of
    assert found["improved_of_changed", "denominator"].value == 10
    p = found["improved_of_changed", "p_value"]
    assert p.value == pytest.approx(22 / 1024)
    assert ("2 unrated counted as unchanged" in p.text) == (unrated == "no_change")


def unrated_as(unrated):
    return ANALYSES["sign_test"].options(unrated=unrated)


def test_who_got_better_is_unknown_without_a_direction():
    assert run("sign_test", task_of([-1.0, 2.0], improves=None))[
        "improved_of_changed", "p_value"
    ].error.startswith("no_direction: ")


def test_a_rating_is_set_against_no_change():
    rows = [
        {"subject": str(i), "visit": "W12", "reference_visit": "baseline", "value": float(grade)}
        for i, grade in enumerate((1, 2, 3, 4, 5, 2, 3))
    ]
    records = conform(pl.DataFrame(rows), "endpoints", "S")
    task = Task(
        "t",
        "x",
        {},
        records,
        records.select("subject"),
        {"w12": Comparison(("W12", "baseline"))},
        "single-arm",
        kind="ordinal",
        improves="down",
        neutral=4.0,
    )

    found = run("sign_test", task)

    assert [found[term, "n_with_event"].value for term in ("improved", "unchanged", "worse")] == [
        5,
        1,
        1,
    ]


def test_small_samples_are_exact_and_large_ones_are_not():
    small, large = (
        run("wilcoxon_signed_rank", task_of([float(i % 7 - 2) for i in range(n)]))[
            "hodges_lehmann", "p_value"
        ]
        for n in (30, 700)
    )

    assert (small.text, large.text) == ("two-sided, exact", "two-sided, asymptotic")


def test_the_method_can_be_chosen():
    task = task_of([-0.5, 0.25, -1.0, -2.0, 0.0, -0.5])

    exact, normal = (
        run("wilcoxon_signed_rank", task, WilcoxonOptions(method=method))[
            "hodges_lehmann", "p_value"
        ].value
        for method in ("exact", "asymptotic")
    )

    assert exact == pytest.approx(4 / 32)
    assert normal == pytest.approx(0.1056, abs=0.03)
    assert exact != normal


def test_zeros_are_counted():
    assert (
        run("wilcoxon_signed_rank", task_of([-0.5, 0.0, -1.0]))["zero_differences", "n"].value == 1
    )


def test_a_level_that_cannot_be_reached_is_warned_of():
    found = run("wilcoxon_signed_rank", task_of([-0.5, -2.0, -1.0]))["hodges_lehmann", "conf_low"]

    assert found.warning == "level_not_reached: 75% is the most that 3 pairs can give."


def test_effects_of_ratings_are_those_of_ranks():
    assert {
        term for term, _ in run("paired_effect_size", task_of([-1.0, -2.0, 1.0], kind="ordinal"))
    } == {"pairs", "rank_biserial"}


def test_an_effect_says_that_it_is_not_cohens():
    assert (
        "not Cohen's d"
        in run("paired_effect_size", task_of([-1.0, -2.0, 1.0]))["d_z", "estimate"].label
    )


def test_all_of_one_sign_has_no_interval_and_says_so():
    found = run("paired_effect_size", task_of([-1.0, -2.0, -3.0]))

    assert found["rank_biserial", "estimate"].value == -1
    assert found["rank_biserial", "conf_low"].warning.startswith("boundary: ")


def test_options_have_no_surprise():
    assert WilcoxonOptions() == WilcoxonOptions("auto", "wilcox", continuity=True)
    assert ANALYSES["paired_t"].options is NoOptions


def test_a_limit_beyond_all_resamples_is_warned_of():
    """One change far from ten others: at 99 % a BCa limit lies where no resample is."""
    task = task_of([1.0] * 8 + [-9.0, 1.1, 1.2], confidence=0.99)
    options = ANALYSES["bootstrap"].options(resamples=999)
    rows = run("bootstrap", task, options)

    assert rows["change", "conf_low"].warning.startswith(
        "few_resamples: A limit lies beyond all of the 999 resamples;"
    )
    assert rows["change", "p_value"].warning == rows["change", "conf_low"].warning
    assert (
        run("bootstrap", evolve(task, confidence=0.9), options)["change", "conf_low"].warning
        is None
    )


def test_ties_that_spoil_a_correction_are_warned_of():
    changes = [-1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 2.0]
    options = ANALYSES["bootstrap"].options

    by_bca = run(
        "bootstrap", task_of(changes), options(statistic="median", interval="bca", resamples=999)
    )["change", "conf_low"]
    by_percentile = run("bootstrap", task_of(changes), options(statistic="median", resamples=999))[
        "change", "conf_low"
    ]

    assert by_bca.warning.startswith("ties: ")
    assert by_percentile.warning is None
