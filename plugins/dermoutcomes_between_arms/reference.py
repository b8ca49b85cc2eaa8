"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import sqrt
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_between_arms.against_margin import AgainstMargin, Compared, against
from dermoutcomes_between_arms.effect_sizes import (
    cohen_d,
    glass_delta,
    hedges_g,
    rank_biserial,
    unbiased_variance,
)
from dermoutcomes_between_arms.equivalence import equivalence_p
from dermoutcomes_between_arms.hodges_lehmann import (
    Shift,
    by_moses,
    by_order,
    by_root,
    differences,
    quantile,
)
from dermoutcomes_between_arms.kruskal import adjusted, dunn, kruskal_wallis
from dermoutcomes_between_arms.noninferiority import noninferiority_p
from dermoutcomes_between_arms.rank_sums import exact_p, normal_p, rank_sums
from dermoutcomes_between_arms.two_means import TwoMeans, group_of, pooled, variance_ratio, welch

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]
OPTIMISER = "comes from an optimiser, good to 1e-4"


def of_means(case: ReferenceCase) -> Fields:
    x, y = case.inputs["x"], case.inputs["y"]
    first_group, second_group, (ratio, p) = group_of(x), group_of(y), variance_ratio(x, y)
    unequal, equal = welch(x, y), pooled(x, y)
    return {
        "n": [first_group.n, second_group.n],
        "mean": [first_group.mean, second_group.mean],
        "sd": [sqrt(first_group.variance), sqrt(second_group.variance)],
        "diff": unequal.estimate,
        "var_F": ratio,
        "var_F_p": p,
        **_t("welch", unequal),
        **_t("student", equal),
    }


def _t(name: str, result: TwoMeans) -> Fields:
    return {
        f"{name}.t": result.statistic,
        f"{name}.df": result.df,
        f"{name}.p": result.p_value,
        f"{name}.se": result.std_error,
        f"{name}.ci95": [result.conf_low, result.conf_high],
    }


def of_ranks(case: ReferenceCase) -> Fields:
    x, y = case.inputs["x"], case.inputs["y"]
    ranks = rank_sums(x, y)
    exact, (z, p), r = (
        exact_p(ranks),
        normal_p(ranks, continuity=False),
        rank_biserial(x, y).estimate,
    )
    return {
        "m": ranks.m,
        "n": ranks.n,
        "W_x": ranks.u,
        "U_x": ranks.u,
        "U_y": ranks.m * ranks.n - ranks.u,
        "rank_sum_x": ranks.rank_sum,
        "null_mean": ranks.mean,
        "null_var_tie_corrected": ranks.variance,
        "z_uncorrected": z,
        "coin_z": z,
        "p_no_continuity": p,
        "coin_p_asymptotic": p,
        "p_continuity": normal_p(ranks)[1],
        "p_greater_continuity": normal_p(ranks, "greater")[1],
        "coin_p_exact_conditional": exact,
        "p_exact_pwilcox": exact,
        "rank_biserial": r,
        "prob_superiority_x_gt_y": (r + 1) / 2,
    }


def of_shift(case: ReferenceCase) -> Fields:
    x, y = case.inputs["x"], case.inputs["y"]
    order, moses = by_order(x, y), by_moses(x, y)
    fields = {
        "hl_median_of_differences": order.estimate,
        "n_differences": len(differences(x, y)),
        "order_statistic_exact_ci95": _limits(order),
        "order_index_exact": max(1, quantile((1 - 0.95) / 2, len(x), len(y))),
        "moses_asymptotic_ci95_floor": _limits(moses),
        "base_r_exact.estimate": order.estimate,
        "base_r_exact.ci95": _limits(order),
    }
    for name, continuity in (
        ("asymptotic_with_continuity", True),
        ("asymptotic_without_continuity", False),
    ):
        shift = by_root(x, y, continuity=continuity)
        fields |= {f"{name}.root_estimate": shift.estimate, f"{name}.ci95": _limits(shift)}
    return fields


def _limits(shift: Shift) -> list[float]:
    return [shift.conf_low, shift.conf_high]


def of_many(case: ReferenceCase) -> Fields:
    groups: dict[str, list[float]] = {name: [] for name in sorted(set(map(str, case.inputs["g"])))}
    for value, name in zip(case.inputs["y"], case.inputs["g"], strict=True):
        groups[str(name)].append(value)
    overall = kruskal_wallis(groups)
    pairs = list(combinations(groups, 2))
    tests = [dunn(overall, *pair) for pair in pairs]
    adjusted_by = {
        name: adjusted([test.p_value for test in tests], name) for name in ("holm", "bonferroni")
    }
    fields: dict[str, Any] = {
        "chi2": overall.statistic,
        "df": overall.df,
        "p": overall.p_value,
        "epsilon2": overall.epsilon_squared,
    }
    for number, (pair, test) in enumerate(zip(pairs, tests, strict=True)):
        row: dict[str, float | str] = {
            "a": pair[0],
            "b": pair[1],
            "z": test.statistic,
            "p": test.p_value,
            **{f"p_{name}": values[number] for name, values in adjusted_by.items()},
        }
        fields |= {f"dunn.{number}.{key}": value for key, value in row.items()}
    return fields


def effect_sizes(case: ReferenceCase) -> Fields:
    from dermoutcomes.stats import hedges_factor

    x, y = case.inputs["x"], case.inputs["y"]
    d, g, r = cohen_d(x, y), hedges_g(x, y), rank_biserial(x, y)
    variance = (g.std_error or 0.0) ** 2
    return {
        "cohen_d_pooled": d.estimate,
        "ci95_noncentral_t": [d.conf_low, d.conf_high],
        "J_exact_gamma": hedges_factor(len(x) + len(y) - 2),
        "hedges_g_exact": g.estimate,
        "hedges_g_ci95_exact": [g.conf_low, g.conf_high],
        "glass_delta_sd_y": glass_delta(x, y).estimate,
        "metafor_SMD_LS.yi": g.estimate,
        "metafor_SMD_LS.vi": variance,
        "metafor_SMD_UB_vi": unbiased_variance(g.estimate, len(x), len(y)),
        "effectsize_cohens_d.est": d.estimate,
        "cliffs_delta": r.estimate,
        "effectsize_rank_biserial.est": r.estimate,
        "effectsize_rank_biserial.ci95": [r.conf_low, r.conf_high],
    }


def _comparisons(case: ReferenceCase) -> dict[str, Compared]:
    """Prefix of the fields = what is compared.

    Within subjects, or two arms with one variance each and with one for both.
    """
    x, y = case.inputs["x"], case.inputs["y"]
    if case.inputs["paired"]:
        return {"": Compared([first - second for first, second in zip(x, y, strict=True)], None)}
    return {"": Compared(x, y), "equal_variances.": Compared(x, y, "equal")}


def _difference(result: AgainstMargin) -> Fields:
    d = result.difference
    return {
        "estimate": d.estimate,
        "se": d.std_error,
        "df": d.df,
        "interval": [d.conf_low, d.conf_high],
    }


def of_equivalence(case: ReferenceCase) -> Fields:
    alpha, fields = case.inputs["alpha"], dict[str, Any]()
    for prefix, values in _comparisons(case).items():
        result = against(values, case.inputs["margin"], alpha)
        p = equivalence_p(result.above.p_value, result.below.p_value)
        answer = {
            **_difference(result),
            "t_above": result.above.statistic,
            "p_above": result.above.p_value,
            "t_below": result.below.statistic,
            "p_below": result.below.p_value,
            "p": p,
            "shown": p < alpha,
        }
        fields |= {prefix + name: value for name, value in answer.items()}
    return fields


def of_noninferiority(case: ReferenceCase) -> Fields:
    alpha, sided, fields = case.inputs["alpha"], case.inputs["sided"], dict[str, Any]()
    for prefix, values in _comparisons(case).items():
        result = against(values, case.inputs["margin"], alpha / sided)
        test = result.above if case.inputs["improves"] == "up" else result.below
        p = noninferiority_p(test.p_value, sided)
        answer = {
            **_difference(result),
            "t": test.statistic,
            "p_one_sided": test.p_value,
            "p": p,
            "shown": p < alpha,
        }
        fields |= {prefix + name: value for name, value in answer.items()}
    return fields


FAR_OUT = (
    "Closed form; the t distribution of two libraries differs in the last digits, more so far out "
    "in its tails."
)
REFERENCE_METHODS = (
    ReferenceMethod("equivalence", of_equivalence, ("equivalence",), FAR_OUT),
    ReferenceMethod("noninferiority", of_noninferiority, ("noninferiority",), FAR_OUT),
    ReferenceMethod(
        "welch_t",
        of_means,
        ("welch_t", "pooled_t"),
        "Closed form; the t distribution of two libraries differs in the last digits, more so far "
        "out in its tails.",
    ),
    ReferenceMethod(
        "mann_whitney",
        of_ranks,
        ("mann_whitney",),
        "Sums of positive terms in double precision; closed form otherwise.",
        1e-10,
        1e-13,
        tolerances={
            "coin_p_exact_conditional": (
                1e-9,
                1e-13,
                "the package's own exact distribution loses a few digits in far tails",
            )
        },
    ),
    ReferenceMethod(
        "hodges_lehmann_shift",
        of_shift,
        ("mann_whitney",),
        "The reference root was sought to 1e-12; it stands up to that far beside the step that it "
        "found.",
        1e-9,
        1e-11,
        left_out={"moses_asymptotic_C_alpha": "seen in the limits"},
    ),
    ReferenceMethod("kruskal_dunn", of_many, ("kruskal_wallis",), "Closed form."),
    ReferenceMethod(
        "effect_size_two_group",
        effect_sizes,
        ("two_group_effect_size",),
        "The reference limits come from a root search on the noncentral t to 1e-13, whose "
        "distribution function is good to about 1e-11.",
        1e-9,
        1e-11,
        left_out={
            "J_approx": "an approximation of the exact factor, not offered",
            "effectsize_cohens_d.ci95": OPTIMISER,
        },
    ),
)
