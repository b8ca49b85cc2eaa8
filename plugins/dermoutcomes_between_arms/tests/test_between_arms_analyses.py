"""What the analyses of two arms say of a task."""

from __future__ import annotations

import polars as pl
import pytest
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dermoutcomes import Task
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.stats import hedges_factor
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform
from dermoutcomes.testing import random_examples
from dermoutcomes_between_arms import register_analyses
from dermoutcomes_between_arms.effect_sizes import cohen_d, glass_delta, hedges_g, rank_biserial
from dermoutcomes_between_arms.two_means import pooled, variance_ratio, welch

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}
A, B, C = [3.0, 4.0, 5.0, 7.5, 6.0], [1.0, 2.0, 2.5, 4.0], [0.5, 2.0, 9.0]
VALUES = st.lists(st.integers(-99, 99).map(lambda i: i / 8), min_size=2, max_size=9)
quick = settings(deadline=None, max_examples=random_examples(30))


def task_of(groups, comparison=None, **more):
    rows = [
        {
            "subject": f"{arm}{i}",
            "arm": arm,
            "visit": "W12",
            "reference_visit": "baseline",
            "value": 1.0,
            "change": change,
        }
        for arm, changes in groups.items()
        for i, change in enumerate(changes)
    ]
    records = conform(pl.DataFrame(rows), "endpoints", "S")
    comparisons = {"w12": comparison or Comparison(("W12", "baseline"), ("a", "b"))}
    given = {"unit": "mm", "arms": ("a", "b", "c"), "improves": "up", **more}
    return Task(
        "t",
        "x",
        {},
        records,
        records.select("subject").unique(),
        comparisons,
        given.pop("design", "parallel"),
        **given,
    )


def run(name, task, **options):
    analysis = ANALYSES[name]
    parsed = parse_options(options, analysis.options, path="x", problems=[])
    return {
        (
            stat.term,
            stat.stat,
            *([stat.level] if stat.level else []),
            *([stat.group] if not stat.comparison and stat.group else []),
        ): stat
        for stat in finished(analysis, task, parsed)
    }


def finished(analysis, task, options):
    stats = tuple(analysis.run(task, options))
    return (*stats, *(analysis.conclude(stats, task, options) if analysis.conclude else ()))


def values(found, term, *stats):
    return [found[term, stat].value for stat in stats]


def test_pooled_t_is_the_regression_on_the_arm():
    found = run("pooled_t", task_of({"a": A, "b": B}))

    assert values(found, "mean_difference", "df", "estimate") == pytest.approx([7, 5.1 - 2.375])
    assert (
        found["variance_ratio", "estimate"].label
        == "Describes the data; it does not choose the test."
    )


@quick
@given(VALUES, VALUES)
def test_groups_of_one_size_have_one_t(first, second):
    assume(len(set(first)) > 1 and len(set(second)) > 1)
    second = (second * 9)[: len(first)]
    assume(len(set(second)) > 1)

    assert pooled(first, second).statistic == pytest.approx(welch(first, second).statistic)
    assert pooled(first, second).p_value <= welch(first, second).p_value + 1e-12
    assert variance_ratio(first, second)[1] == pytest.approx(variance_ratio(second, first)[1])


def test_ranks_are_exact_where_arms_are_small():
    found = run("mann_whitney", task_of({"a": A, "b": B}))

    assert found["hodges_lehmann", "p_value"].text == "two-sided, exact"
    assert values(found, "hodges_lehmann", "statistic", "estimate") == [18.5, 2.75]
    assert (
        run("mann_whitney", task_of({"a": A * 10, "b": B}))["hodges_lehmann", "p_value"].text
        == "two-sided, asymptotic"
    )


def test_an_exact_test_of_very_many_is_refused():
    found = run(
        "mann_whitney", task_of({"a": [float(i) for i in range(201)], "b": B}), method="exact"
    )

    assert found["hodges_lehmann", "p_value"].error.startswith("too_large: ")
    assert found["hodges_lehmann", "estimate"].value is not None


def test_equal_values_cannot_be_ranked():
    found = run("mann_whitney", task_of({"a": [1.0] * 4, "b": [1.0] * 3}))

    assert found["hodges_lehmann", "p_value"].error.startswith("no_variance: ")
    assert found["hodges_lehmann", "estimate"].value == 0


@pytest.mark.parametrize("name", sorted(ANALYSES))
def test_an_empty_arm_is_named(name):
    found = run(
        name,
        task_of(
            {"a": A}, Comparison(("W12", "baseline"), ("a", "b"), margin=1.0, margin_reason="x")
        ),
    )
    errors = {stat.error.split(":")[0] for stat in found.values() if stat.error}

    assert errors == {"one_arm_empty"}


def test_kruskal_ranks_all_arms_also_those_not_compared():
    found = run("kruskal_wallis", task_of({"a": A, "b": B, "c": C}))

    assert values(found, "kruskal_wallis", "df") == [2]
    assert [found["arm", "n", arm].value for arm in "abc"] == [5, 4, 3]
    assert found["dunn", "p_adjusted"].value == found["dunn", "p_value"].value
    assert found["kruskal_wallis", "p_value"].comparison is None


def test_dunn_among_all_pairs_is_adjusted_for_three():
    analysis = ANALYSES["kruskal_wallis"]
    options = parse_options(
        {"among": "all pairs", "adjustment": "bonferroni"}, analysis.options, path="x", problems=[]
    )
    rows = finished(analysis, task_of({"a": A, "b": B, "c": C}), options)
    pairs = {
        (stat.group, stat.reference_group): stat.value
        for stat in rows
        if (stat.term, stat.stat) == ("dunn_pair", "p_adjusted")
    }
    own = {stat.stat: stat.value for stat in rows if stat.term == "dunn"}

    assert list(pairs) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert own["p_adjusted"] == pytest.approx(min(1, 3 * own["p_value"])) == pairs["a", "b"]


def test_dunn_of_an_arm_without_records_is_an_error_and_the_rest_stands():
    found = run("kruskal_wallis", task_of({"a": A, "c": C}))

    assert found["dunn", "p_value"].error == "one_arm_empty: The arm 'b' has no record."
    assert found["kruskal_wallis", "p_value"].value is not None


@quick
@given(VALUES, VALUES)
def test_effects_turn_with_the_arms_and_lie_in_their_intervals(first, second):
    assume(len(set(first)) > 1 and len(set(second)) > 1)
    for effect in (cohen_d, hedges_g, rank_biserial):
        one, other = effect(first, second), effect(second, first)
        assert one.estimate == pytest.approx(-other.estimate, abs=1e-12)
        assert one.conf_low is None or one.conf_low - 1e-9 <= one.estimate <= one.conf_high + 1e-9
    assert cohen_d([8 * v for v in first], [8 * v for v in second]).estimate == pytest.approx(
        cohen_d(first, second).estimate
    )


def test_separated_arms_have_no_rank_interval():
    assert rank_biserial([3.0, 4.0], [1.0, 2.0]) == (1.0, None, None, None)
    assert run("two_group_effect_size", task_of({"a": [3.0, 4.0], "b": [1.0, 2.0]}))[
        "rank_biserial", "conf_low"
    ].warning.startswith("boundary: ")


def test_glass_takes_the_spread_of_the_second_arm():
    assert glass_delta([3.0, 5.0], [0.0, 2.0]).estimate == pytest.approx(3 / 2**0.5)
    assert hedges_factor(98) == pytest.approx(1 - 3 / (4 * 98 - 1), rel=1e-4)
    assert hedges_factor(1) == 0


def margin_task(margin=2.0, **more):
    reason = None if margin is None else "half of what the reference does over placebo"
    return task_of(
        {"a": [4.0, 5.0, 4.5, 5.5, 4.8], "b": [4.2, 5.4, 4.9, 5.1]},
        Comparison(("W12", "baseline"), ("a", "b"), margin=margin, margin_reason=reason),
        **more,
    )


@pytest.mark.parametrize(("margin", "shown"), [(2.0, "shown"), (0.3, "not shown")])
def test_an_arm_is_not_inferior_where_the_limit_clears_the_margin(margin, shown):
    found = run("noninferiority", margin_task(margin))
    estimate, low, level, p = values(
        found, "mean_difference", "estimate", "conf_low", "conf_level", "p_value"
    )

    assert (low > -margin) == (p < 0.05) == (shown == "shown")
    assert found["mean_difference", "noninferiority_shown"].text == shown
    assert level == 0.95
    assert p == pytest.approx(2 * found["above_lower_margin", "p_value"].value)
    assert found["margin", "estimate", "lower"].value == -margin
    assert (
        found["mean_difference", "estimate"].label == "half of what the reference does over placebo"
    )
    assert low < estimate


def test_where_less_is_better_the_upper_limit_decides():
    up, down = (
        run("noninferiority", margin_task(0.4, improves=improves)) for improves in ("up", "down")
    )
    turned = run(
        "noninferiority",
        evolve(
            margin_task(0.4),
            comparisons={"w12": Comparison(("W12", "baseline"), ("b", "a"), margin=0.4)},
        ),
    )

    assert "below_upper_margin" in {term for term, *_ in down}
    assert values(down, "mean_difference", "p_value") == pytest.approx(
        values(turned, "mean_difference", "p_value")
    )
    assert values(up, "mean_difference", "p_value") != values(down, "mean_difference", "p_value")


def test_a_one_sided_study_tests_at_its_alpha():
    one, two = (
        run("noninferiority", margin_task(sided=sided, alpha=alpha))
        for sided, alpha in ((1, 0.025), (2, 0.05))
    )

    assert values(one, "mean_difference", "conf_low", "conf_level") == values(
        two, "mean_difference", "conf_low", "conf_level"
    )
    assert values(one, "mean_difference", "p_value") == values(one, "above_lower_margin", "p_value")


@pytest.mark.parametrize("margin", [2.0, 0.55, 0.3])
def test_equivalence_is_two_one_sided_tests_and_an_interval_of_ninety_percent(margin):
    found = run("equivalence", margin_task(margin))
    low, high, level, p = values(
        found, "mean_difference", "conf_low", "conf_high", "conf_level", "p_value"
    )

    assert level == 0.9
    assert p == max(
        *values(found, "above_lower_margin", "p_value"),
        *values(found, "below_upper_margin", "p_value"),
    )
    assert (
        (-margin < low and high < margin)
        == (p < 0.05)
        == bool(found["mean_difference", "equivalence_shown"].value)
    )


@pytest.mark.parametrize("name", ["noninferiority", "equivalence"])
def test_without_margin_or_control_nothing_is_said(name):
    no_margin = run(name, margin_task(None))["mean_difference", "estimate"].error
    no_control = run(
        name,
        task_of({"a": A, "b": B}, Comparison(("W12", "baseline"), margin=1.0, margin_reason="x")),
    )["mean_difference", "p_value"].error

    assert no_margin == "no_margin: The comparison 'w12' states no margin."
    assert no_control.startswith("no_control: A change from before to after has no control")


def test_what_is_inferior_depends_on_the_direction():
    assert run("noninferiority", margin_task(improves=None))[
        "mean_difference", "estimate"
    ].error.startswith("no_direction: ")
    assert (
        run("equivalence", margin_task(improves=None))["mean_difference", "estimate"].error is None
    )


def test_arms_within_subjects_are_paired():
    rows = [
        {
            "subject": f"{i}",
            "arm": arm,
            "visit": "W12",
            "reference_visit": "baseline",
            "value": 1.0,
            "change": 5.0 * i + apart,
        }
        for i, pair in enumerate([(0.1, 0.0), (0.2, 0.3), (0.0, 0.1), (0.4, 0.2)])
        for arm, apart in zip("ab", pair, strict=True)
    ]
    task = evolve(
        margin_task(0.5, design="within-subject"),
        records=conform(pl.DataFrame(rows), "endpoints", "S"),
    )
    paired, parallel = (
        run("equivalence", evolve(task, design=design)) for design in ("within-subject", "parallel")
    )

    assert values(paired, "mean_difference", "df", "equivalence_shown") == [3, 1]
    assert values(parallel, "mean_difference", "equivalence_shown") == [0]


def test_one_value_or_no_spread_has_no_margin_test():
    comparison = Comparison(("W12", "baseline"), ("a", "b"), margin=1.0, margin_reason="x")
    few, flat = (
        run("equivalence", task_of(groups, comparison))
        for groups in ({"a": [1.0, 2.0], "b": [1.0]}, {"a": [1.0, 1.0], "b": [1.0, 1.0]})
    )

    assert few["mean_difference", "p_value"].error.split(":")[0] == "too_few"
    assert flat["mean_difference", "p_value"].error.split(":")[0] == "no_variance"


def test_the_interval_of_an_effect_without_end_is_that_of_its_standard_deviation():
    from scipy.stats import chi2

    first, second = [1 + 1e-9 * k for k in range(6)], [1e-9 * k for k in range(6)]
    found = cohen_d(first, second)

    # Beside so large an effect the means are known exactly: only the standard deviation, on 10
    # degrees of freedom, is not.
    ratios = [limit / found.estimate for limit in (found.conf_low, found.conf_high)]
    assert ratios == pytest.approx(
        [(chi2.ppf(p, 10) / 10) ** 0.5 for p in (0.025, 0.975)], rel=1e-6
    )
