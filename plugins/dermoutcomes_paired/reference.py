"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from math import exp, fsum, log
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod, Stat
from dermoutcomes.stats import RESIDUAL_STATS
from dermoutcomes_paired.effect_sizes import (
    correlation,
    d_av,
    d_baseline,
    d_rm,
    d_z,
    g_baseline,
    hedges_g,
    rank_biserial,
)
from dermoutcomes_paired.hodges_lehmann import by_order, by_root
from dermoutcomes_paired.log_ratio import LogRatio, ratio_of_arms, ratio_of_pairs
from dermoutcomes_paired.mean_difference import mean_and_sd, mean_difference, sd_interval
from dermoutcomes_paired.paired_t import rows_of_differences
from dermoutcomes_paired.resampled import Bootstrap, bootstrapped, influence, intervals, of_sample
from dermoutcomes_paired.sign_flips import exact
from dermoutcomes_paired.signed_ranks import exact_p, normal_p, rounded, signed_ranks
from dermoutcomes_paired.signs import median_difference, signs

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]
OTHER = "another estimator, not offered"
REPLICATES = (
    "The same replicates, so nothing is left to chance. Those that equal the estimate count as "
    "below it as often as there: R means never, and the last bit of a mean of decimals makes it a "
    "whole number of them, which z0 must be of. Ours count by half."
)
DRAWN = (
    "Both sides are drawn; the case states how far that may carry them apart. R's BCa limits lie "
    "between ours with none and with all of the ties below the estimate, up to that."
)
CLOSED_FORM = (
    "Closed form; the t distribution of two libraries differs in the last digits, more so far out "
    "in its tails."
)


def differences(case: ReferenceCase) -> list[float]:
    """First minus second, in the order given."""
    return [
        first - second for first, second in zip(case.inputs["x"], case.inputs["y"], strict=True)
    ]


def paired_t(case: ReferenceCase) -> Fields:
    d = differences(case)
    two_sided, greater, less = (
        mean_difference(d),
        mean_difference(d, 0.9, "greater"),
        mean_difference(d, 0.9, "less"),
    )
    return {
        "n": two_sided.n,
        "mean_diff": two_sided.estimate,
        "sd_diff": two_sided.sd,
        "se": two_sided.std_error,
        "t": two_sided.statistic,
        "df": two_sided.df,
        "p_two_sided": two_sided.p_value,
        "p_greater": greater.p_value,
        "p_less": less.p_value,
        "ci95": [two_sided.conf_low, two_sided.conf_high],
        "ci90": [less.conf_low, less.conf_high],
    }


def signed_rank_exact(case: ReferenceCase) -> Fields:
    d = differences(case)
    ranks = signed_ranks(d)
    p = exact_p(ranks)
    return {
        "n": len(d),
        "n_zero": ranks.zeros,
        "n_used": ranks.n,
        "has_ties": len(set(ranks.doubled.tolist())) < ranks.n,
        "V": ranks.w_plus,
        "p_exact_conditional_on_ties": p,
        "p_exact_greater": exact_p(ranks, "greater"),
        "p_exact_psignrank": p,
    }


def signed_rank_normal(case: ReferenceCase) -> Fields:
    d = differences(case)
    ranks = signed_ranks(d)
    return {
        "n": len(d),
        "n_zero": ranks.zeros,
        "n_nonzero": ranks.n,
        "has_ties": len(set(ranks.doubled.tolist())) < ranks.n,
        "V": ranks.w_plus,
        "Wplus": ranks.w_plus,
        "Wminus": ranks.w_minus,
        "null_mean": ranks.mean,
        "null_var_tie_corrected": ranks.variance,
        "z_uncorrected": normal_p(ranks, continuity=False)[0],
        "p_with_continuity": normal_p(ranks)[1],
        "p_without_continuity": normal_p(ranks, continuity=False)[1],
        "p_greater_with_continuity": normal_p(ranks, "greater")[1],
        "p_less_with_continuity": normal_p(ranks, "less")[1],
    }


def signed_rank_by_zeros(case: ReferenceCase) -> Fields:
    d = differences(case)
    return {
        "n": len(d),
        "n_zero": signed_ranks(d).zeros,
        **_zeros(d, "wilcox", "wilcoxon"),
        **_zeros(d, "pratt", "pratt"),
    }


def _zeros(d: list[float], zeros: Any, name: str) -> Fields:
    ranks = signed_ranks(d, zeros)
    z, p = normal_p(ranks, continuity=False)
    shared = {
        "z": z,
        "linear_statistic": ranks.w_plus,
        "expectation": ranks.mean,
        "variance": ranks.variance,
    }
    return {
        **{f"asymptotic_{name}.{key}": value for key, value in {**shared, "p": p}.items()},
        **{f"exact_{name}.{key}": value for key, value in {**shared, "p": exact_p(ranks)}.items()},
    }


def hodges_lehmann(case: ReferenceCase) -> Fields:
    d = differences(case)
    walsh, walsh_90 = by_order(d), by_order(d, 0.9)
    fields = {
        "n": len(d),
        "n_zero": signed_ranks(d).zeros,
        "hl_walsh_median": walsh.estimate,
        "walsh_order_statistic_ci95": [walsh.conf_low, walsh.conf_high],
        "base_r_exact.estimate": walsh.estimate,
        "base_r_exact.ci95": [walsh.conf_low, walsh.conf_high],
        "base_r_exact_ci90": [walsh_90.conf_low, walsh_90.conf_high],
    }
    for name, continuity in (
        ("asymptotic_with_continuity", True),
        ("asymptotic_without_continuity", False),
    ):
        root = by_root(d, continuity=continuity)
        fields |= {
            f"{name}.root_estimate": root.estimate,
            f"{name}.ci95": [root.conf_low, root.conf_high],
            f"{name}.achieved_level": root.level,
        }
    return fields


def sign_test(case: ReferenceCase) -> Fields:
    from dermoutcomes.stats import clopper_pearson, sign_test_p

    d = differences(case)
    counts, median = signs(d), median_difference(d)
    changed = counts.positive + counts.negative
    return {
        "n": len(d),
        "positive": counts.positive,
        "negative": counts.negative,
        "zero": counts.zero,
        "p_two_sided": sign_test_p(counts.positive, counts.negative),
        "p_greater": sign_test_p(counts.positive, counts.negative, "greater"),
        "prop_positive": counts.positive / changed,
        "prop_ci95_clopper_pearson": clopper_pearson(counts.positive, changed),
        "median_diff": median.estimate,
        "median_ci95_order_statistic": [median.conf_low, median.conf_high],
        "achieved_level": median.level,
    }


def effect_sizes(case: ReferenceCase) -> Fields:
    from dermoutcomes.stats import hedges_factor

    x, y, d = case.inputs["x"], case.inputs["y"], differences(case)
    z, g = d_z(d), hedges_g(d)
    variance = (g.std_error or 0.0) ** 2
    # That software divides by the spread of the first, `g_baseline` by that of the second: both
    # signs and the order are turned.
    by_first = g_baseline([-value for value in y], [-value for value in x])
    return {
        "n": len(d),
        "r": correlation(x, y),
        "sd_x": mean_and_sd(x)[1],
        "sd_y": mean_and_sd(y)[1],
        "cohen_dz": z.estimate,
        "srm": z.estimate,
        "cohen_dz_ci95_noncentral_t": [z.conf_low, z.conf_high],
        "J_exact_gamma": hedges_factor(len(d) - 1),
        "hedges_gz_exact": g.estimate,
        "hedges_gz_ci95_exact": [g.conf_low, g.conf_high],
        "cohen_drm": d_rm(x, y),
        "cohen_dav_mean_sd": d_av(x, y),
        "effectsize_cohens_d.est": z.estimate,
        "effectsize_hedges_g.est": g.estimate,
        "metafor_SMCC.yi": g.estimate,
        "metafor_SMCC.vi": variance,
        "glass_delta_y_sd": d_baseline(x, y),
        "metafor_SMCR.yi": by_first.estimate,
        "metafor_SMCR.vi": (by_first.std_error or 0.0) ** 2,
        "metafor_SMCR.ci95": [by_first.conf_low, by_first.conf_high],
    }


def rank_biserial_correlation(case: ReferenceCase) -> Fields:
    d = differences(case)
    r = rank_biserial(d)
    return {
        "n_used": signed_ranks(d).n,
        "matched_pairs_rank_biserial": r.estimate,
        "effectsize_est": r.estimate,
        "effectsize_ci95": [r.conf_low, r.conf_high],
    }


def permutation(case: ReferenceCase) -> Fields:
    d = [float(value) for value in rounded(differences(case))]
    flips = exact(d)
    assert flips is not None
    total = 2 ** len(d)
    return {
        "n": len(d),
        "n_sign_flips": total,
        "observed_sum": fsum(d),
        "count_abs_ge": flips.both * total,
        "p_two_sided": flips.both,
        "p_greater": flips.greater,
        "p_less": flips.less,
    }


def bootstrap_of_replicates(case: ReferenceCase) -> Fields:
    d, statistic = case.inputs["d"], case.inputs["stat"]
    boot = of_sample(d, statistic, case.inputs["tstar"])
    as_there = of_sample(d, statistic, case.inputs["tstar"], _ties_below(boot, case.result["z0"]))
    return {
        "t0": boot.estimate,
        "R": len(boot.replicates),
        "boot_se": boot.std_error,
        "boot_bias": boot.bias,
        "jackknife_L": influence(d, statistic),
        "acceleration": boot.acceleration,
        "z0": as_there.z0,
        **_intervals(as_there),
    }


def _ties_below(boot: Bootstrap, z0: float) -> float:
    """The share of the replicates equal to the estimate that R counted as below it.

    R counts those below the estimate in double precision: none of the equal ones, but for those
    that the last bit of a mean of decimals puts there. That is a whole number of replicates between
    none and all of the equal ones, and z0 says which. Where the stated z0 is of no such number, it
    is compared with that of none, and differs.
    """
    from scipy.special import ndtr

    size = len(boot.replicates)
    equal = round(boot.ties * size)
    if not equal:
        return 0.0
    ordered = boot.replicates.tolist()
    tolerance = 1e-12 * max(abs(ordered[0]), abs(ordered[-1]))
    below = sum(value < boot.estimate - tolerance for value in ordered)
    counted = round(float(ndtr(z0)) * size) - below
    return counted / equal if 0 <= counted <= equal else 0.0


def bootstrap_drawn(case: ReferenceCase) -> Fields:
    import numpy as np

    d = case.inputs["d"]
    boot = bootstrapped(d, "mean", 200_000, np.random.default_rng(7002))
    none, every = (
        intervals(of_sample(d, "mean", boot.replicates, share))["bca"] for share in (0.0, 1.0)
    )
    assert none is not None
    assert every is not None
    # How many ties rounding noise took as below is not known there: its limits lie between those of
    # none and of all.
    bca = [
        min(max(limit, lowest), highest)
        for limit, lowest, highest in zip(case.result["bca_ci95"], none, every, strict=True)
    ]
    return {"t0": boot.estimate, "percentile_ci95": intervals(boot)["percentile"], "bca_ci95": bca}


def _intervals(boot: Bootstrap) -> Fields:
    return {f"{name}_ci95": limits for name, limits in intervals(boot).items()}


def geometric_mean_ratio(case: ReferenceCase) -> Fields:
    x, y = ([log(value) for value in case.inputs[name]] for name in ("x", "y"))

    def ratio(confidence: float = 0.95, tail: Any = "two-sided") -> LogRatio:
        if case.inputs["paired"]:
            return ratio_of_pairs(
                [first - second for first, second in zip(x, y, strict=True)], confidence, tail
            )
        return ratio_of_arms(x, y, confidence, tail)

    ninety = ratio(0.9)
    fields = {
        **_of_ratio("", ratio()),
        "ci90": [ninety.conf_low, ninety.conf_high],
        "p_greater": ratio(tail="greater").p_value,
        "p_less": ratio(tail="less").p_value,
    }
    if case.inputs["paired"]:
        return fields
    return {
        **fields,
        "geometric_means": [exp(fsum(values) / len(values)) for values in (x, y)],
        **_of_ratio("pooled.", ratio_of_arms(x, y, pooled=True)),
    }


def _of_ratio(prefix: str, result: LogRatio) -> dict[str, Any]:
    values = {
        "estimate": result.estimate,
        "ci95": [result.conf_low, result.conf_high],
        "log_se": result.log_std_error,
        "t": result.statistic,
        "df": result.df,
        "p": result.p_value,
    }
    return {prefix + name: value for name, value in values.items()}


def sas_ttest(case: ReferenceCase) -> Fields:
    rows = _columns(case)
    first, second = (name.strip() for name in case.spec["difference"].split("-"))
    d = [a - b for a, b in zip(rows[first], rows[second], strict=True)]
    difference = mean_difference(d)
    return {
        "n": difference.n,
        "mean": difference.estimate,
        "sd": difference.sd,
        "se": difference.std_error,
        "ci95": [difference.conf_low, difference.conf_high],
        "sd_ci95": sd_interval(difference.sd, difference.df),
        "df": difference.df,
        "t": difference.statistic,
        "p": difference.p_value,
    }


def sas_univariate(case: ReferenceCase) -> Fields:
    from dermoutcomes.stats import sign_test_p

    rows = _columns(case)
    first, second = (name.strip() for name in case.spec["difference"].split("-"))
    d = [a - b for a, b in zip(rows[first], rows[second], strict=True)][
        : int(case.spec["rows"].split()[-1])
    ]
    difference, ranks, counts = mean_difference(d), signed_ranks(d), signs(d)
    return {
        "n": difference.n,
        "mean": difference.estimate,
        "sd": difference.sd,
        "t": difference.statistic,
        "t_p": difference.p_value,
        "sign_M": (counts.positive - counts.negative) / 2,
        "sign_p": sign_test_p(counts.positive, counts.negative),
        "signed_rank_S": ranks.w_plus - ranks.mean,
        "signed_rank_p_exact": exact_p(ranks),
        "median": median_difference(d).estimate,
    }


def _columns(case: ReferenceCase) -> dict[str, list[float]]:
    assert case.data is not None
    with case.data.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


def residuals_of_differences(case: ReferenceCase) -> Fields:
    """What the mean of a case's differences leaves of each."""
    differences = case.inputs["data"]["outcome"]
    records = [Stat("n", level=str(number)) for number in range(len(differences))]
    rows = [*rows_of_differences(records, differences, mean_difference(differences))]
    by_stat = {stat: [row.value for row in rows if row.stat == stat] for stat in RESIDUAL_STATS}
    return {"n": len(differences), **by_stat}


REFERENCE_METHODS = (
    ReferenceMethod("paired_t", paired_t, ("paired_t",), CLOSED_FORM),
    ReferenceMethod(
        "residuals_of_differences",
        residuals_of_differences,
        ("paired_t",),
        CLOSED_FORM,
        1e-9,
        1e-12,
        of="residuals",
        only=("residuals/mean_",),
    ),
    ReferenceMethod(
        "geometric_mean_ratio", geometric_mean_ratio, ("geometric_mean_ratio",), CLOSED_FORM
    ),
    ReferenceMethod(
        "wilcoxon_signed_rank_exact",
        signed_rank_exact,
        ("wilcoxon_signed_rank",),
        "Exact counts in double precision; tails are summed from small to large.",
        absolute=0,
    ),
    ReferenceMethod(
        "wilcoxon_signed_rank_normal",
        signed_rank_normal,
        ("wilcoxon_signed_rank",),
        "Closed form.",
        absolute=1e-12,
    ),
    ReferenceMethod(
        "wilcoxon_signed_rank_coin",
        signed_rank_by_zeros,
        ("wilcoxon_signed_rank",),
        "The package's own exact distribution is in double precision and loses a few digits in "
        "far tails.",
        1e-9,
        1e-12,
    ),
    ReferenceMethod(
        "hodges_lehmann_paired",
        hodges_lehmann,
        ("wilcoxon_signed_rank",),
        "The reference root was sought to 1e-12; it stands up to that far beside the step that it "
        "found.",
        1e-9,
        1e-11,
        left_out={
            "n_walsh": "n (n + 1) / 2",
            "walsh_order_index": "seen in the limits",
            "base_r_exact.achieved_level": "the level asked for",
        },
    ),
    ReferenceMethod(
        "sign_test",
        sign_test,
        ("sign_test",),
        "Closed form, or whole numbers.",
        left_out={"order_index": "seen in the limits"},
    ),
    ReferenceMethod(
        "effect_size_paired",
        effect_sizes,
        ("paired_effect_size",),
        "The reference limits come from a root search on the noncentral t to 1e-13, whose "
        "distribution function is good to about 1e-11.",
        1e-9,
        1e-11,
        left_out={
            **dict.fromkeys(
                ("J_approx", "hedges_gz_approx", "cohen_dav_rms_sd", "metafor_SMCRH."), OTHER
            ),
            **dict.fromkeys(
                ("effectsize_cohens_d.ci95", "effectsize_hedges_g.ci95"),
                "comes from an optimiser, good to 1e-4",
            ),
            "metafor_SMCC.ci95": "the normal interval of the same estimate and variance",
        },
    ),
    ReferenceMethod(
        "permutation_paired",
        permutation,
        ("permutation_paired",),
        "Counts of whole numbers, divided by a power of two.",
    ),
    ReferenceMethod(
        "bootstrap_ci", bootstrap_of_replicates, ("bootstrap",), REPLICATES, 1e-10, 1e-12
    ),
    ReferenceMethod(
        "bootstrap_ci_large_mc",
        bootstrap_drawn,
        ("bootstrap",),
        DRAWN,
        0,
        0,
        tolerances={"t0": (1e-12, 0, "the estimate is not drawn")},
        stated="mc_tolerance",
    ),
    ReferenceMethod(
        "sas_ttest",
        sas_ttest,
        ("paired_t",),
        "Printed to 4 decimals.",
        0,
        5e-5,
        tolerances={"t": (0, 5e-3, "printed to 2 decimals")},
        of="published_other_software",
        only=("published_other_software/sas_ttest_sbp",),
    ),
    ReferenceMethod(
        "sas_univariate",
        sas_univariate,
        ("paired_t", "wilcoxon_signed_rank", "sign_test"),
        "Printed to 4 decimals.",
        0,
        5e-5,
        of="published_other_software",
        only=("published_other_software/sas_univariate_ttr19",),
        tolerances={
            "mean": (0, 5e-8, "printed to 7 decimals"),
            "sd": (0, 5e-8, "printed to 7 decimals"),
            "t": (0, 5e-6, "printed to 5 decimals"),
            "t_p": (0, 5e-5, "printed to 4 decimals"),
        },
        left_out={
            **dict.fromkeys(("skewness", "kurtosis"), "compared as sas_univariate_shape"),
            **dict.fromkeys(("q1", "q3"), "quartiles belong to descriptions"),
        },
    ),
    ReferenceMethod(
        "rank_biserial_paired", rank_biserial_correlation, ("paired_effect_size",), "Closed form."
    ),
)
