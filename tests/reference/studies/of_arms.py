"""Two arms of different subjects: cases of x against y, and of tables by stratum."""

from __future__ import annotations

from collections.abc import Iterator

from .of_pairs import named
from .written import Wanted, WrittenStudy, interval, numbered, statistics, written

ARMS = ("active", "vehicle")
COMPARED = '[comparisons]\nactive = { arm = ["active", "vehicle"], visit = ["W12"] }\n'
ENDPOINT = """
[endpoints.value]
label = "Value"
role = "primary"
measure = "probe.value"
handling = ["observed"]
visits = ["W12"]
analyse = "value"
compare = ["active"]
"""


def two_arms(
    name: str,
    methods: list[str],
    values: dict[str, list[float]],
    wanted: list[Wanted],
    more: str,
    *,
    grades: bool = False,
    strata: dict[str, list[str]] | None = None,
    compared: str = COMPARED,
    endpoint: str = ENDPOINT,
) -> WrittenStudy:
    """Values at one visit by arm; with strata by arm, in the same order."""
    subjects, allocations, rows = [], [], []
    for arm in ARMS:
        for number, (subject, value) in enumerate(
            zip(numbered(len(values[arm]), arm[0].upper()), values[arm], strict=True)
        ):
            stratum = {"stratum": strata[arm][number]} if strata else {}
            subjects.append({"subject": subject, **stratum})
            allocations.append({"subject": subject, "arm": arm})
            key = "grade" if grades else "value"
            rows.append({"subject": subject, "visit": "W12", key: value})
    measure = ("probe.value", "rating.grade") if grades else ("", "")
    return written(
        name,
        methods,
        wanted,
        compared + endpoint.replace(*measure) + more,
        subjects=subjects,
        allocations=allocations,
        readings=() if grades else rows,
        grades=rows if grades else (),
        visits=("W12",),
        design="parallel",
        arms=ARMS,
    )


def of_means() -> WrittenStudy:
    case = named("welch_t", "synA_CHG_wk12")
    size = named("effect_size_two_group", "synA_CHG_wk12").result
    wanted = []
    for analysis, key in (("welch_t", "welch"), ("pooled_t", "student")):
        r = case.result[key]
        wanted += statistics(
            analysis,
            "mean_difference",
            {
                "estimate": case.result["diff"],
                "statistic": r["t"],
                "df": r["df"],
                "p_value": r["p"],
                **interval(r["ci95"]),
            },
        )
    wanted += statistics(
        "two_group_effect_size",
        "cohen_d",
        {"estimate": size["cohen_d_pooled"], **interval(size["ci95_noncentral_t"])},
    )
    values = {"active": case.inputs["x"], "vehicle": case.inputs["y"]}
    methods = ["welch_t", "pooled_t", "two_group_effect_size"]
    return two_arms("means", methods, values, wanted, f"analyses = {quoted(methods)}\n")


def quoted(names: list[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def of_ranks() -> WrittenStudy:
    """Grades: Wilcoxon's rank sum with its shift."""
    case, shift = (
        named(method, "synA_IGA_wk24") for method in ("mann_whitney", "hodges_lehmann_shift")
    )
    r, hl = case.result, shift.result
    wanted = statistics(
        "exact", "hodges_lehmann", {"p_value": r["coin_p_exact_conditional"]}
    ) + statistics(
        "normal",
        "hodges_lehmann",
        {"p_value": r["p_continuity"], "estimate": hl["hl_median_of_differences"]},
    )
    more = """
analyses = ["exact", "normal"]
[analyses.exact]
use = "mann_whitney"
options = { method = "exact" }
[analyses.normal]
use = "mann_whitney"
options = { method = "asymptotic" }
"""
    values = {"active": case.inputs["x"], "vehicle": case.inputs["y"]}
    return two_arms("ranks", ["mann_whitney"], values, wanted, more)


def of_margins() -> WrittenStudy:
    equal = named("equivalence", "twoarmB_w8_small_ties")
    worse = named("noninferiority", "twoarmB_w8_small_ties")
    assert equal.inputs["x"] == worse.inputs["x"]
    wanted = []
    for analysis, case in (("equivalence", equal), ("noninferiority", worse)):
        r = case.result
        wanted += statistics(
            analysis,
            "mean_difference",
            {
                "estimate": r["estimate"],
                "std_error": r["se"],
                "p_value": r["p"],
                **interval(r["interval"]),
            },
        )
    compared = (
        '[comparisons]\nactive = { arm = ["active", "vehicle"], visit = ["W12"], '
        'margin = 10, margin_reason = "made up" }\n'
    )
    values = {"active": equal.inputs["x"], "vehicle": equal.inputs["y"]}
    more = 'improves = "down"\nanalyses = ["equivalence", "noninferiority"]\n'
    return two_arms(
        "margins", ["equivalence", "noninferiority"], values, wanted, more, compared=compared
    )


def of_wins() -> WrittenStudy:
    case = named("win_odds", "twoarmB_IGA_w8_small")
    r = case.result
    wanted = statistics(
        "win_odds",
        "win_odds",
        {"estimate": r["win_odds"], "p_value": r["p"], **interval(r["win_odds_ci95"])},
    )
    values = {"active": case.inputs["x"], "vehicle": case.inputs["y"]}
    more = 'improves = "up"\nanalyses = ["win_odds"]\n'
    return two_arms("wins", ["win_odds"], values, wanted, more)


def of_strata() -> WrittenStudy:
    """Grades by centre, one of which is thin: row mean scores and van Elteren's test."""
    case = named("cmh", "synA_IGA_wk12_by_site")
    inputs, r = case.inputs, case.result
    values: dict[str, list[float]] = {arm: [] for arm in ARMS}
    strata: dict[str, list[str]] = {arm: [] for arm in ARMS}
    for stratum, table in zip(inputs["strata"], inputs["counts"], strict=True):
        for arm, counts in zip(ARMS, table, strict=True):
            for grade, count in enumerate(counts):
                values[arm] += [grade] * count
                strata[arm] += [stratum] * count
    wanted = statistics(
        "cmh",
        "mean_score_difference",
        {"statistic": r["row_mean_scores"]["chi2"], "p_value": r["row_mean_scores"]["p"]},
    ) + statistics(
        "van_elteren",
        "probability_higher",
        {"p_value": r["row_mean_scores_modridit"]["p"]},
    )
    more = 'strata = ["stratum"]\nanalyses = ["cmh", "van_elteren"]\n'
    return two_arms(
        "centres", ["cmh", "van_elteren"], values, wanted, more, grades=True, strata=strata
    )


def of_covariance() -> WrittenStudy:
    """Analysis of covariance of changes with centre, and Dunnett's procedure for one comparison."""
    case = named("ancova", "synA_wk24")
    data, r = case.inputs["data"], case.result
    arms = {"ACT": "active", "PBO": "vehicle"}
    columns = zip(data["CHG"], data["ARM"], data["BASE"], data["SITE"], strict=True)
    subjects, allocations, readings = [], [], []
    names = numbered(len(data["CHG"]))
    for name, (change, arm, base, site) in zip(names, columns, strict=True):
        subjects.append({"subject": name, "site": site})
        allocations.append({"subject": name, "arm": arms[arm]})
        readings += [
            {"subject": name, "visit": "W0", "value": base},
            {"subject": name, "visit": "W12", "value": round(base + change, 10)},
        ]
    row = r["contrasts_vs_ref"][0]
    wanted = statistics(
        "ancova",
        "adjusted_difference",
        {
            "estimate": row["est"],
            "std_error": row["se"],
            "df": row["df"],
            "statistic": row["t"],
            "p_value": row["p"],
            "conf_low": row["lower"],
            "conf_high": row["upper"],
        },
    )
    body = """
[comparisons]
active = { arm = ["active", "vehicle"], visit = ["W12", "baseline"] }
[endpoints.change]
label = "Change"
role = "primary"
measure = "probe.value"
baseline = { visits = ["W0"] }
handling = ["observed"]
strata = ["site"]
compare = ["active"]
analyses = ["ancova"]
"""
    return written(
        "covariance",
        ["ancova"],
        wanted,
        body,
        subjects=subjects,
        allocations=allocations,
        readings=readings,
        design="parallel",
        arms=ARMS,
    )


def studies() -> Iterator[WrittenStudy]:
    yield of_means()
    yield of_ranks()
    yield of_margins()
    yield of_wins()
    yield of_strata()
    yield of_covariance()
