"""Which function answers which method: a case's inputs in, the fields of its result that it is held to out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen
from dermoutcomes_between_arms.welch import welch
from dermoutcomes_descriptive.summary import mean_with_interval, quantile, summary
from dermoutcomes_multiplicity import adjusted
from dermoutcomes_paired.effect_sizes import correlation, d_av, d_rm, d_z, hedges_factor, hedges_g, rank_biserial
from dermoutcomes_paired.hodges_lehmann import by_order, by_root
from dermoutcomes_paired.mean_difference import mean_and_sd, mean_difference
from dermoutcomes_paired.signed_ranks import exact_p, normal_p, signed_ranks
from dermoutcomes_paired.signs import clopper_pearson as of_signs
from dermoutcomes_paired.signs import median_difference, sign_p, signs
from dermoutcomes_proportions.counts import binomial_p, chi_square, fisher_p
from dermoutcomes_proportions.intervals import clopper_pearson, newcombe, wilson

Inputs = Mapping[str, Any]
Fields = Mapping[str, Any]

OTHER = "another estimator, not offered"


@frozen
class Method:
    """A method's function and how near it must come. `left_out` names fields that are not compared, and why.

    Fields are dotted paths into the result; a path that ends in `.` leaves out all below it.
    """

    compute: Callable[[Inputs], Fields]
    relative: float = 1e-10
    absolute: float = 1e-14
    left_out: Mapping[str, str] = field(factory=dict)


def differences(inputs: Inputs) -> list[float]:
    """First minus second, in the order given."""
    return [first - second for first, second in zip(inputs["x"], inputs["y"], strict=True)]


def paired_t(inputs: Inputs) -> Fields:
    d = differences(inputs)
    both, greater, less = mean_difference(d), mean_difference(d, 0.9, "greater"), mean_difference(d, 0.9, "less")
    return {"n": both.n, "mean_diff": both.estimate, "sd_diff": both.sd, "se": both.std_error, "t": both.statistic, "df": both.df,
            "p_two_sided": both.p_value, "p_greater": greater.p_value, "p_less": less.p_value,
            "ci95": [both.conf_low, both.conf_high], "ci90": [less.conf_low, less.conf_high]}


def signed_rank_exact(inputs: Inputs) -> Fields:
    d = differences(inputs)
    ranks = signed_ranks(d)
    p = exact_p(ranks)
    return {"n": len(d), "n_zero": ranks.zeros, "n_used": ranks.n, "has_ties": len(set(ranks.doubled.tolist())) < ranks.n, "V": ranks.w_plus,
            "p_exact_conditional_on_ties": p, "p_exact_greater": exact_p(ranks, "greater"), "p_exact_psignrank": p}


def signed_rank_normal(inputs: Inputs) -> Fields:
    d = differences(inputs)
    ranks = signed_ranks(d)
    return {"n": len(d), "n_zero": ranks.zeros, "n_nonzero": ranks.n, "has_ties": len(set(ranks.doubled.tolist())) < ranks.n,
            "V": ranks.w_plus, "Wplus": ranks.w_plus, "Wminus": ranks.w_minus, "null_mean": ranks.mean,
            "null_var_tie_corrected": ranks.variance, "z_uncorrected": normal_p(ranks, continuity=False)[0],
            "p_with_continuity": normal_p(ranks)[1], "p_without_continuity": normal_p(ranks, continuity=False)[1],
            "p_greater_with_continuity": normal_p(ranks, "greater")[1], "p_less_with_continuity": normal_p(ranks, "less")[1]}


def signed_rank_by_zeros(inputs: Inputs) -> Fields:
    d = differences(inputs)
    return {"n": len(d), "n_zero": signed_ranks(d).zeros, **_zeros(d, "wilcox", "wilcoxon"), **_zeros(d, "pratt", "pratt")}


def _zeros(d: list[float], zeros: Any, name: str) -> Fields:
    ranks = signed_ranks(d, zeros)
    z, p = normal_p(ranks, continuity=False)
    shared = {"z": z, "linear_statistic": ranks.w_plus, "expectation": ranks.mean, "variance": ranks.variance}
    return {**{f"asymptotic_{name}.{key}": value for key, value in {**shared, "p": p}.items()},
            **{f"exact_{name}.{key}": value for key, value in {**shared, "p": exact_p(ranks)}.items()}}


def hodges_lehmann(inputs: Inputs) -> Fields:
    d = differences(inputs)
    walsh, walsh_90 = by_order(d), by_order(d, 0.9)
    fields = {"n": len(d), "n_zero": signed_ranks(d).zeros, "hl_walsh_median": walsh.estimate,
              "walsh_order_statistic_ci95": [walsh.conf_low, walsh.conf_high], "base_r_exact.estimate": walsh.estimate,
              "base_r_exact.ci95": [walsh.conf_low, walsh.conf_high], "base_r_exact_ci90": [walsh_90.conf_low, walsh_90.conf_high]}
    for name, continuity in (("asymptotic_with_continuity", True), ("asymptotic_without_continuity", False)):
        root = by_root(d, continuity=continuity)
        fields |= {f"{name}.root_estimate": root.estimate, f"{name}.ci95": [root.conf_low, root.conf_high], f"{name}.achieved_level": root.level}
    return fields


def sign_test(inputs: Inputs) -> Fields:
    d = differences(inputs)
    counts, median = signs(d), median_difference(d)
    changed = counts.positive + counts.negative
    return {"n": len(d), "positive": counts.positive, "negative": counts.negative, "zero": counts.zero,
            "p_two_sided": sign_p(counts.positive, counts.negative), "p_greater": sign_p(counts.positive, counts.negative, "greater"),
            "prop_positive": counts.positive / changed, "prop_ci95_clopper_pearson": of_signs(counts.positive, changed),
            "median_diff": median.estimate, "median_ci95_order_statistic": [median.conf_low, median.conf_high], "achieved_level": median.level}


def one_proportion(inputs: Inputs) -> Fields:
    x, n = inputs["x"], inputs["n"]
    return {"p": x / n, "wilson_ci95": wilson(x, n), "clopper_pearson_ci95": clopper_pearson(x, n),
            "clopper_pearson_ci90": clopper_pearson(x, n, 0.9), "p_exact_vs_half": binomial_p(x, n, 0.5)}


def effect_sizes(inputs: Inputs) -> Fields:
    x, y, d = inputs["x"], inputs["y"], differences(inputs)
    z, g = d_z(d), hedges_g(d)
    variance = (g.std_error or 0.0) ** 2
    return {"n": len(d), "r": correlation(x, y), "sd_x": mean_and_sd(x)[1], "sd_y": mean_and_sd(y)[1], "cohen_dz": z.estimate,
            "srm": z.estimate, "cohen_dz_ci95_noncentral_t": [z.conf_low, z.conf_high], "J_exact_gamma": hedges_factor(len(d) - 1),
            "hedges_gz_exact": g.estimate, "hedges_gz_ci95_exact": [g.conf_low, g.conf_high], "cohen_drm": d_rm(x, y),
            "cohen_dav_mean_sd": d_av(x, y), "effectsize_cohens_d.est": z.estimate, "effectsize_hedges_g.est": g.estimate,
            "metafor_SMCC.yi": g.estimate, "metafor_SMCC.vi": variance}


def rank_biserial_correlation(inputs: Inputs) -> Fields:
    d = differences(inputs)
    r = rank_biserial(d)
    return {"n_used": signed_ranks(d).n, "matched_pairs_rank_biserial": r.estimate, "effectsize_est": r.estimate,
            "effectsize_ci95": [r.conf_low, r.conf_high]}


def welch_t(inputs: Inputs) -> Fields:
    x, y = inputs["x"], inputs["y"]
    result = welch(x, y)
    first, second = mean_and_sd(x), mean_and_sd(y)
    return {"n": [len(x), len(y)], "mean": [first[0], second[0]], "sd": [first[1], second[1]], "diff": result.estimate,
            "welch.t": result.statistic, "welch.df": result.df, "welch.p": result.p_value, "welch.se": result.std_error,
            "welch.ci95": [result.conf_low, result.conf_high]}


def two_proportions(inputs: Inputs) -> Fields:
    events, n = (inputs["x1"], inputs["x2"]), (inputs["n1"], inputs["n2"])
    z, p = chi_square(events, n)
    return {"diff": events[0] / n[0] - events[1] / n[1], "newcombe_ci95": newcombe(events, n), "chi2": z * z, "p_chi2": p,
            "fisher_p": fisher_p(events, n)}


def p_adjust(inputs: Inputs) -> Fields:
    p = inputs["p"]
    return {"bonferroni": adjusted.bonferroni(p), "holm": adjusted.holm(p), "hochberg": adjusted.hochberg(p), "hommel": adjusted.hommel(p),
            "BH": adjusted.benjamini_hochberg(p)}


def descriptives(inputs: Inputs) -> Fields:
    x, probabilities = inputs["x"], (0.05, 0.25, 0.5, 0.75, 0.95)
    short, mean = summary(x), mean_with_interval(x)
    quantiles = {f"q_type{kind}": [quantile(sorted(x), p, kind) for p in probabilities] for kind in (2, 6, 7)}
    return {"n": len(x), "mean": short.mean, "sd": short.sd, "se": short.std_error, "ci95": [mean.conf_low, mean.conf_high],
            "median": short.median, "min": short.min, "max": short.max, "cv_percent": short.cv_percent, **quantiles}


METHODS: Mapping[str, Method] = {
    "paired_t": Method(paired_t),
    "wilcoxon_signed_rank_exact": Method(signed_rank_exact, absolute=0),
    "wilcoxon_signed_rank_normal": Method(signed_rank_normal, absolute=1e-12),
    "wilcoxon_signed_rank_coin": Method(signed_rank_by_zeros, 1e-9, 1e-12),
    "hodges_lehmann_paired": Method(hodges_lehmann, 1e-9, 1e-11, {
        "n_walsh": "n (n + 1) / 2", "walsh_order_index": "seen in the limits", "base_r_exact.achieved_level": "the level asked for"}),
    "sign_test": Method(sign_test, left_out={"order_index": "seen in the limits"}),
    "one_proportion_ci": Method(one_proportion, left_out=dict.fromkeys((
        "wald_ci95", "wilson_continuity_ci95", "agresti_coull_ci95", "jeffreys_ci95_raw", "jeffreys_ci95_boundary_adjusted", "midp_ci95",
        "p_score_vs_half"), OTHER)),
    "effect_size_paired": Method(effect_sizes, 1e-8, 1e-10, {
        **dict.fromkeys(("J_approx", "hedges_gz_approx", "cohen_dav_rms_sd", "glass_delta_y_sd", "metafor_SMCR.", "metafor_SMCRH."), OTHER),
        **dict.fromkeys(("effectsize_cohens_d.ci95", "effectsize_hedges_g.ci95"), "comes from an optimiser, good to 1e-4"),
        "metafor_SMCC.ci95": "the normal interval of the same estimate and variance"}),
    "rank_biserial_paired": Method(rank_biserial_correlation),
    "welch_t": Method(welch_t, left_out={"student.": OTHER, "var_F": OTHER, "var_F_p": OTHER}),
    "two_proportions": Method(two_proportions, left_out=dict.fromkeys((
        "wald_ci95", "newcombe_continuity_ci95", "miettinen_nurminen_ci95", "mee_ci95", "agresti_caffo_ci95", "hauck_anderson_ci95",
        "chi2_yates", "p_chi2_yates", "fisher_conditional_or", "fisher_or_ci95", "relative_risk", "rr_ci95_log", "odds_ratio",
        "or_ci95_woolf", "nnt", "ratesci."), OTHER)),
    "p_adjust": Method(p_adjust, 1e-12, 1e-15, dict.fromkeys(("BY", "sidak", "holm_sidak"), OTHER)),
    "descriptives": Method(descriptives, 1e-11, 1e-13, {
        "q_probs": "what is asked for", **dict.fromkeys(("mad_scaled", "skew_g1", "kurt_g2", "skew_type2", "kurt_type2"), OTHER)}),
}
