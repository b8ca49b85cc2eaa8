"""Changes of one group: cases of pairs, the second of a pair at baseline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..cases import of  # noqa: TID252 - the folder of tests is no package
from .written import Wanted, WrittenStudy, interval, numbered, statistics, written

CASE = "synA_CM_AU_wk24"
COMPARED = '[comparisons]\nw12 = { visit = ["W12", "baseline"] }\n'
CHANGE = (
    COMPARED
    + """
[endpoints.change]
label = "Change"
role = "primary"
measure = "probe.value"
baseline = { visits = ["W0"] }
handling = ["observed"]
compare = ["w12"]
"""
)


def named(method: str, name: str) -> Any:
    """The case of a method by the end of its id."""
    return next(case for case in of(method) if case.id == f"{method}/{name}")


def pairs(
    name: str, methods: list[str], x: list[float], y: list[float], wanted: list[Wanted], more: str
) -> WrittenStudy:
    subjects = numbered(len(x))
    readings = [
        {"subject": subject, "visit": visit, "value": value}
        for subject, late, early in zip(subjects, x, y, strict=True)
        for visit, value in (("W0", early), ("W12", late))
    ]
    return written(
        name,
        methods,
        wanted,
        CHANGE + more,
        subjects=[{"subject": subject} for subject in subjects],
        readings=readings,
    )


def of_one_sample() -> WrittenStudy:
    """Every test of pairs on the same pairs."""
    case, exact, shift, size, rank, flips, shape = (
        named(method, CASE)
        for method in (
            "paired_t",
            "wilcoxon_signed_rank_exact",
            "hodges_lehmann_paired",
            "effect_size_paired",
            "rank_biserial_paired",
            "permutation_paired",
            "shapiro_wilk",
        )
    )
    t, v, hl, d, r = case.result, exact.result, shift.result, size.result, rank.result
    wanted = [
        *statistics(
            "paired_t",
            "mean_difference",
            {
                "estimate": t["mean_diff"],
                "std_error": t["se"],
                "statistic": t["t"],
                "df": t["df"],
                "p_value": t["p_two_sided"],
                **interval(t["ci95"]),
            },
        ),
        *statistics(
            "wilcoxon_signed_rank",
            "hodges_lehmann",
            {
                "statistic": v["V"],
                "p_value": v["p_exact_conditional_on_ties"],
                "estimate": hl["hl_walsh_median"],
                **interval(hl["walsh_order_statistic_ci95"]),
            },
        ),
        *statistics(
            "paired_effect_size",
            "d_z",
            {"estimate": d["cohen_dz"], **interval(d["cohen_dz_ci95_noncentral_t"])},
        ),
        *statistics("paired_effect_size", "hedges_g", {"estimate": d["hedges_gz_exact"]}),
        *statistics(
            "paired_effect_size",
            "rank_biserial",
            {"estimate": r["matched_pairs_rank_biserial"], **interval(r["effectsize_ci95"])},
        ),
        *statistics(
            "permutation_paired", "mean_difference", {"p_value": flips.result["p_two_sided"]}
        ),
        *statistics("shapiro_wilk", "shapiro_wilk", {"statistic": shape.result["W"]}),
    ]
    analyses = (
        'analyses = ["paired_t", "wilcoxon_signed_rank", "paired_effect_size", '
        '"permutation_paired", "shapiro_wilk"]\n'
    )
    methods = ["paired_t", "wilcoxon_signed_rank", "paired_effect_size", "permutation_paired"]
    return pairs(
        "pairs",
        [*methods, "shapiro_wilk"],
        case.inputs["x"],
        case.inputs["y"],
        wanted,
        analyses,
    )


def of_signs() -> WrittenStudy:
    """Grades against a constant: the sign test."""
    case = named("sign_test", "synA_GAIS_vs4")
    r = case.result
    wanted = [
        *statistics("sign_test", "improved_of_changed", {"p_value": r["p_two_sided"]}),
        *statistics(
            "sign_test",
            "median_difference",
            {"estimate": r["median_diff"], **interval(r["median_ci95_order_statistic"])},
        ),
    ]
    x, y = case.inputs["x"], case.inputs["y"]
    return pairs(
        "signs", ["sign_test"], x, y, wanted, 'improves = "up"\nanalyses = ["sign_test"]\n'
    )


def of_ratio() -> WrittenStudy:
    case = named("geometric_mean_ratio", "synB_CM_AU_small_ties")
    r = case.result
    wanted = statistics(
        "geometric_mean_ratio",
        "geometric_mean_ratio",
        {"estimate": r["estimate"], "p_value": r["p"], **interval(r["ci95"])},
    )
    x, y = case.inputs["x"], case.inputs["y"]
    more = 'analyses = ["geometric_mean_ratio"]\n'
    return pairs("ratio", ["geometric_mean_ratio"], x, y, wanted, more)


def of_resamples() -> WrittenStudy:
    """Percentile limits, drawn here and there: apart by what the case says."""
    case = named("bootstrap_ci_large_mc", "splitfaceA_wk12_mean")
    r = case.result
    far = r["mc_tolerance"]
    wanted = statistics("bootstrap", "change", {"estimate": r["t0"]})
    wanted += [
        Wanted(one.row, one.value, 0.0, far)
        for one in statistics("bootstrap", "change", interval(r["percentile_ci95"]))
    ]
    d = case.inputs["d"]
    more = (
        'analyses = ["bootstrap"]\n[analyses.bootstrap]\nuse = "bootstrap"\n'
        'options = { interval = "percentile", resamples = 50000 }\n'
    )
    return pairs("resamples", ["bootstrap"], d, [0.0] * len(d), wanted, more)


def of_descriptions() -> WrittenStudy:
    """A list of numbers as values at a visit, and as a column of the baseline table."""
    case = named("descriptives", "synA_CHG_wk24")
    r, x = case.result, case.inputs["x"]
    place = {"visit": "W12", "comparison": None}
    wanted = statistics(
        "describe",
        "value",
        {"n": r["n"], "mean": r["mean"], "sd": r["sd"], "median": r["median"]},
        **place,
    )
    wanted += statistics(
        "people",
        "characteristic",
        {"n": r["n"], "mean": r["mean"], "sd": r["sd"]},
        endpoint=None,
        level="number",
    )
    body = """
[endpoints.value]
label = "Value"
measure = "probe.value"
handling = ["observed"]
visits = ["W12"]
analyses = []
[analyses.people]
use = "baseline_table"
population = "full"
options = { columns = ["number"] }
"""
    subjects = numbered(len(x))
    return written(
        "descriptions",
        ["describe", "baseline_table"],
        wanted,
        body,
        subjects=[
            {"subject": name, "number": value} for name, value in zip(subjects, x, strict=True)
        ],
        readings=[
            {"subject": name, "visit": "W12", "value": value}
            for name, value in zip(subjects, x, strict=True)
        ],
    )


def studies() -> Iterator[WrittenStudy]:
    yield of_one_sample()
    yield of_signs()
    yield of_ratio()
    yield of_resamples()
    yield of_descriptions()
