"""Results over imputations: what is pooled, what passes, and what says that it is not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from attrs import define, evolve
from dermoutcomes_multiple_imputation.rubin import RUBIN, RubinOptions
from scipy import stats as theory

from dermoutcomes import Analysis, Comparison, Estimate, NoOptions, Stat, Term
from dermoutcomes.results.pooling import pooled_stats
from dermoutcomes.testing.tasks import CASES, task_of

FULL = (
    "estimate",
    "std_error",
    "df",
    "statistic",
    "p_value",
    "conf_low",
    "conf_high",
    "conf_level",
)
DIFFERENCE = Term(
    "difference",
    "Difference",
    ("n", "n_events", "median", *FULL),
    null=0.0,
    tail="better",
    letter="t",
)
RATIO = Term("ratio", "Ratio", FULL, scale="ratio", null=1.0)
ANALYSIS = Analysis(
    "made_up",
    "Made up",
    lambda task, options: (),
    terms=(
        DIFFERENCE,
        RATIO,
        Term("chi_square", "Ratio", FULL, scale="ratio", null=1.0, letter="χ²"),
        Term("agreement", "Agreement", FULL, letter="z"),
        Term("above", "Above", FULL, margin="lower", tail="greater", letter="t"),
        Term("below", "Below", FULL, margin="upper", tail="less", letter="t"),
    ),
    decides="difference",
)
TASK = task_of(ANALYSIS, CASES["plain"])
HERE = Stat("estimate", term="difference", comparison="c", visit="W12", unit="mm")


def wald(estimate, error, df, *, null=0.0, alternative="two-sided", **also):
    """The rows of a t test."""
    t = (estimate - null) / error
    p = {
        "two-sided": 2 * theory.t.sf(abs(t), df),
        "greater": theory.t.sf(t, df),
        "less": theory.t.cdf(t, df),
    }[alternative]
    reach = theory.t.ppf(0.975, df) * error
    return list(
        HERE.rows(
            estimate=estimate,
            std_error=error,
            df=df,
            statistic=t,
            p_value=p,
            conf_low=estimate - reach,
            conf_high=estimate + reach,
            conf_level=0.95,
            **also,
        )
    )


def pooled(runs, task=TASK, analysis=ANALYSIS):
    made = list(pooled_stats(analysis, task, NoOptions(), runs, RUBIN, RubinOptions()))
    return {stat.stat: stat for stat in made}


THREE = [(1.0, 0.5), (1.5, 0.625), (0.75, 0.5)]


def test_a_t_test_is_pooled_with_its_interval_and_test():
    made = pooled([wald(*pair, 40) for pair in THREE])

    mean, within = 3.25 / 3, (0.25 + 0.390625 + 0.25) / 3
    between = sum((pair[0] - mean) ** 2 for pair in THREE) / 2
    total = within + 4 / 3 * between
    share = 4 / 3 * between / total
    old, observed = 2 / share**2, 41 / 43 * 40 * (1 - share)
    df = old * observed / (old + observed)
    reach = theory.t.ppf(0.975, df) * math.sqrt(total)
    expected = {
        "estimate": mean,
        "std_error": math.sqrt(total),
        "df": df,
        "statistic": mean / math.sqrt(total),
        "p_value": 2 * theory.t.sf(mean / math.sqrt(total), df),
        "conf_low": mean - reach,
        "conf_high": mean + reach,
        "conf_level": 0.95,
        "n_imputations": 3,
        "riv": 4 / 3 * between / within,
        "lambda": share,
    }
    assert {name: made[name].value for name in expected} == pytest.approx(expected, rel=1e-12)
    assert made["estimate"].unit == "mm"
    assert made["fmi"].unit == ""
    assert all(stat.error is None for stat in made.values())


@pytest.mark.parametrize(
    ("term", "null", "alternative"), [("above", -0.25, "greater"), ("below", 0.25, "less")]
)
def test_a_test_against_a_margin_is_pooled_against_it(term, null, alternative):
    task = evolve(
        TASK, comparisons={"c": Comparison(arm=("A", "B"), margin=0.25, margin_reason="Stated.")}
    )
    runs = [
        [evolve(row, term=term) for row in wald(*pair, 40, null=null, alternative=alternative)]
        for pair in THREE
    ]
    made = pooled(runs, task)

    t = (made["estimate"].value - null) / made["std_error"].value
    tail = theory.t.sf if alternative == "greater" else theory.t.cdf
    assert made["statistic"].value == pytest.approx(t)
    assert made["p_value"].value == pytest.approx(tail(t, made["df"].value))


@pytest.mark.parametrize(
    ("improves", "given", "tail"),
    [
        ("up", {}, theory.t.sf),
        ("down", {}, theory.t.cdf),
        ("up", {"inverse": True}, theory.t.cdf),
        ("down", {"oriented": True}, theory.t.sf),
        (None, {}, None),
    ],
)
def test_the_tail_of_a_one_sided_study_is_the_better_one(improves, given, tail):
    task = evolve(TASK, sided=1, improves=improves)
    made = pooled([wald(*pair, 40) for pair in THREE], task, evolve(ANALYSIS, **given))

    if tail is None:
        assert made["p_value"].error.startswith("not_pooled:")
    else:
        assert made["p_value"].value == pytest.approx(
            tail(made["statistic"].value, made["df"].value)
        )


def test_a_term_of_no_comparison_is_tested_two_sided():
    task = evolve(TASK, sided=1, improves="up")
    runs = [[evolve(row, comparison=None) for row in wald(*pair, 40)] for pair in THREE]

    assert pooled(runs, task)["p_value"].value == pytest.approx(
        pooled([wald(*pair, 40) for pair in THREE])["p_value"].value
    )


@pytest.mark.parametrize("null", [0.5, None])
def test_an_option_states_what_the_deciding_term_is_tested_against(null):
    @define
    class Options:
        null: float | None

    runs = [wald(*pair, 40) for pair in THREE]
    made = {
        stat.stat: stat
        for stat in pooled_stats(ANALYSIS, TASK, Options(null), runs, RUBIN, RubinOptions())
    }

    if null is None:
        assert made["statistic"].error.startswith("not_pooled:")
    else:
        assert made["statistic"].value == pytest.approx(
            (made["estimate"].value - null) / made["std_error"].value
        )


def test_equal_results_stand_as_they_are_and_add_nothing():
    made = pooled([wald(1.0, 0.5, 40)] * 3)

    assert made["df"].value == 40
    assert made["p_value"].value == wald(1.0, 0.5, 40)[4].value
    assert (made["riv"].value, made["fmi"].value, made["n_imputations"].value) == (0.0, 0.0, 3.0)


def test_one_imputation_is_as_it_is():
    made = pooled([wald(1.0, 0.5, 40)])

    assert (
        made["estimate"].value,
        made["std_error"].value,
        made["lambda"].value,
        made["n_imputations"].value,
    ) == (1.0, 0.5, 0.0, 1.0)


def test_counts_pass_where_equal_and_say_so_where_not():
    made = pooled(
        [wald(*pair, 40, n=10.0, n_events=float(number)) for number, pair in enumerate(THREE)]
    )

    assert made["n"].value == 10
    assert made["n_events"].value is None
    assert made["n_events"].error.startswith("not_pooled: It differs between the 3 imputations")


def test_a_median_is_never_averaged():
    made = pooled([list(HERE.rows(median=value)) for value in (1.0, 2.0)])

    assert made["median"].value is None
    assert made["median"].error.startswith("not_pooled:")


def test_an_interval_without_rows_of_its_df_states_them():
    runs = [
        [
            evolve(row, pools=Estimate(*pair, 12))
            for row in wald(*pair, 12)
            if row.stat not in ("df", "std_error")
        ]
        for pair in THREE
    ]
    made, known = pooled(runs), pooled([wald(*pair, 12) for pair in THREE])

    for stat in ("conf_low", "conf_high", "df", "p_value", "fmi"):
        assert made[stat].value == pytest.approx(known[stat].value, rel=1e-12)


def test_a_normal_interval_gets_degrees_of_freedom():
    z = theory.norm.ppf(0.975)
    made = pooled(
        [
            list(HERE.rows(estimate=e, std_error=s, conf_low=e - z * s, conf_high=e + z * s))
            for e, s in THREE
        ]
    )

    assert made["df"].value == pytest.approx(2 / made["lambda"].value ** 2)


def test_what_failed_once_is_not_pooled_and_says_why():
    runs = [wald(*pair, 40) for pair in THREE]
    runs[1] = [row.failed("no_variance", "Nothing varies.") for row in runs[1]]
    made = pooled(runs)

    assert made["estimate"].value is None
    assert (
        made["p_value"].error
        == "not_pooled: It could not be computed in 1 of 3 imputations, as in the first of them: no_variance: Nothing varies."
    )
    assert "riv" not in made


def test_a_row_of_some_imputations_alone_is_not_pooled():
    made = pooled([wald(1.0, 0.5, 40), []])

    assert made["estimate"].error == "not_pooled: Only 1 of 2 imputations have it."


def test_a_statistic_that_is_no_quotient_is_one_of_the_pooled_estimate():
    runs = [wald(*pair, 40) for pair in THREE]
    for number, rows in enumerate(runs):
        rows[3] = next(HERE.rows(statistic=100.0 + 7 * number))
        rows[4] = next(HERE.rows(p_value=0.01 * (number + 1)))
    made = pooled(runs)

    assert made["statistic"].value == pytest.approx(
        made["estimate"].value / made["std_error"].value
    )
    assert made["p_value"].value == pytest.approx(
        2 * theory.t.sf(made["statistic"].value, made["df"].value)
    )


def test_ratios_are_pooled_as_logarithms():
    z = theory.norm.ppf(0.975)
    ratio = Stat("estimate", term="ratio", comparison="c", unit="")
    runs = [
        list(
            ratio.rows(
                estimate=math.exp(e),
                std_error=s,
                conf_low=math.exp(e - z * s),
                conf_high=math.exp(e + z * s),
                statistic=e / s,
                p_value=2 * theory.norm.sf(abs(e / s)),
            )
        )
        for e, s in THREE
    ]
    made, plain = (
        pooled(runs),
        pooled(
            [
                list(
                    HERE.rows(
                        estimate=e,
                        std_error=s,
                        statistic=e / s,
                        p_value=2 * theory.norm.sf(abs(e / s)),
                    )
                )
                for e, s in THREE
            ]
        ),
    )

    assert math.log(made["estimate"].value) == pytest.approx(plain["estimate"].value)
    assert made["std_error"].value == pytest.approx(plain["std_error"].value)
    assert made["p_value"].value == pytest.approx(plain["p_value"].value)
    assert made["conf_low"].value < made["estimate"].value < made["conf_high"].value
    assert math.sqrt(made["conf_low"].value * made["conf_high"].value) == pytest.approx(
        made["estimate"].value
    )


@pytest.mark.parametrize("term", ["difference", "ratio"])
def test_a_correlation_of_two_estimates_is_that_of_their_total_covariance(term):
    other = Stat("estimate", term=term, comparison="d", visit="W12", unit="mm")
    second, within = [(2.0, 0.25), (2.25, 0.5), (1.0, 0.25)], (0.5, 0.25, 0.75)
    here = evolve(HERE, term=term)
    scale = math.exp if term == "ratio" else float
    runs = [
        [
            *here.rows(estimate=scale(one[0]), std_error=one[1]),
            *other.rows(estimate=scale(two[0]), std_error=two[1]),
            Stat("correlation", r, term=term, comparison="c", visit="W12", level="d"),
        ]
        for one, two, r in zip(THREE, second, within, strict=True)
    ]
    made = [
        stat
        for stat in pooled_stats(ANALYSIS, TASK, NoOptions(), runs, RUBIN, RubinOptions())
        if stat.stat == "correlation"
    ]

    def total(first, other, shared):
        across = np.cov([pair[0] for pair in first], [pair[0] for pair in other])[0, 1]
        return (
            np.mean([r * a[1] * b[1] for r, a, b in zip(shared, first, other, strict=True)])
            + 4 / 3 * across
        )

    expected = total(THREE, second, within) / np.sqrt(
        total(THREE, THREE, (1, 1, 1)) * total(second, second, (1, 1, 1))
    )
    assert [stat.value for stat in made] == [pytest.approx(expected)]


def of_ratio(e, s, term="ratio", **also):
    """The rows of a ratio with the standard error of its logarithm."""
    z = theory.norm.ppf(0.975)
    return list(
        Stat("estimate", term=term, comparison="c", unit="").rows(
            estimate=math.exp(e),
            conf_low=math.exp(e - z * s),
            conf_high=math.exp(e + z * s),
            conf_level=0.95,
            statistic=e / s,
            std_error=s,
            **also,
        )
    )


def test_a_ratio_without_a_standard_error_states_its_logarithm():
    runs = [
        [evolve(row, pools=Estimate(*pair)) for row in of_ratio(*pair) if row.stat != "std_error"]
        for pair in THREE
    ]
    made, known = pooled(runs), pooled([of_ratio(*pair) for pair in THREE])

    for stat in ("estimate", "conf_low", "conf_high", "statistic", "df"):
        assert made[stat].value == pytest.approx(known[stat].value, rel=1e-12)


def test_a_ratio_that_says_nothing_of_its_logarithm_is_not_pooled():
    runs = [[row for row in of_ratio(*pair) if row.stat != "std_error"] for pair in THREE]

    assert pooled(runs)["estimate"].error.startswith("not_pooled:")


def test_a_mean_with_a_wide_interval_is_no_ratio():
    made = pooled([wald(20 + e, s, 40) for e, s in THREE])

    assert made["estimate"].value == pytest.approx(20 + 3.25 / 3)


def test_degrees_of_freedom_of_a_chi_square_are_not_those_of_the_estimate():
    made, plain = (
        pooled([of_ratio(*pair, "chi_square", df=1.0) for pair in THREE]),
        pooled([of_ratio(*pair) for pair in THREE]),
    )

    assert made["df"].value == plain["df"].value > 2
    assert made["conf_high"].value == plain["conf_high"].value


def test_a_limit_beyond_all_numbers_is_said_to_be_infinite():
    made = pooled([of_ratio(e, 1.0) for e in (100.0, 600.0, 300.0)])

    assert (made["conf_high"].value, made["conf_high"].text) == (None, "infinite")


@pytest.mark.parametrize("p_values", [(0.01, 0.02, 0.03), (1e-4, 1e-4, 1e-4)])
def test_a_test_that_is_not_of_the_estimate_is_not_pooled(p_values):
    runs = [
        [evolve(row, term="agreement") for row in wald(*pair, 40) if row.stat != "p_value"]
        + [Stat("p_value", p, term="agreement", comparison="c", visit="W12")]
        for pair, p in zip(THREE, p_values, strict=True)
    ]
    made = pooled(runs)

    assert made["estimate"].value == pytest.approx(3.25 / 3)
    assert made["p_value"].error.startswith("not_pooled:")


def test_equal_p_values_of_different_estimates_do_not_pass():
    made = pooled([list(HERE.rows(estimate=e, p_value=1e-4, n=9.0)) for e, _ in THREE])

    assert made["n"].value == 9
    assert (
        made["p_value"].error
        == "not_pooled: Its estimate differs between the 3 imputations and has no standard error."
    )


def test_a_p_value_without_a_statistic_is_pooled_too():
    runs = [[row for row in wald(*pair, 40) if row.stat != "statistic"] for pair in THREE]

    assert pooled(runs)["p_value"].value == pytest.approx(
        pooled([wald(*pair, 40) for pair in THREE])["p_value"].value
    )


def test_the_short_form_is_pooled_by_what_it_states():
    short = Analysis(
        "short",
        "Short",
        lambda task, options: (),
        statistics=tuple((term, stat) for term in ("difference", "ratio") for stat in FULL),
        decides="ratio",
        null=1.0,
        log_terms=("ratio",),
    )
    ratios, differences = [of_ratio(*pair) for pair in THREE], [wald(*pair, 40) for pair in THREE]

    for runs in (ratios, differences):
        made, known = pooled(runs, analysis=short), pooled(runs)
        shown = ("estimate", "conf_low", "conf_high", "n_imputations")
        assert [made[stat].value for stat in shown] == [known[stat].value for stat in shown]
