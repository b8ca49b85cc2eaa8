"""Several visits: repeated measures, areas, mixed models, and treatments within a subject."""

from __future__ import annotations

import csv as csv_file
from collections.abc import Iterator, Sequence
from typing import Any

from ..cases import HERE  # noqa: TID252 - the folder of tests is no package
from .of_arms import ARMS, quoted
from .of_counts import BETWEEN_SIDES
from .of_pairs import named
from .written import Wanted, WrittenStudy, interval, numbered, statistics, written

VALUE = """
[endpoints.value]
label = "Value"
role = "primary"
measure = "probe.value"
handling = ["observed"]
"""


def rows_of(name: str, **having: str) -> list[dict[str, str]]:
    """Rows of a data file of the cases, those that have such values."""
    with (HERE.parent / "data" / name).open(encoding="utf-8", newline="") as file:
        return [
            row
            for row in csv_file.DictReader(file)
            if all(row[column] == value for column, value in having.items())
        ]


def matrix(
    name: str,
    methods: list[str],
    rows: Sequence[Sequence[float | None]],
    wanted: list[Wanted],
    more: str,
    visits: Sequence[str],
    *,
    days: Sequence[int] | None = None,
    compared: str = "",
) -> WrittenStudy:
    """One group: a row a subject, a column a visit."""
    names = numbered(len(rows))
    return written(
        name,
        methods,
        wanted,
        compared + VALUE + more,
        subjects=[{"subject": subject} for subject in names],
        readings=[
            {"subject": subject, "visit": visit, "value": value}
            for subject, row in zip(names, rows, strict=True)
            for visit, value in zip(visits, row, strict=True)
            if value is not None
        ],
        visits=visits,
        days=days,
    )


def of_repeated() -> WrittenStudy:
    """Friedman's test and the repeated measures ANOVA of the same courses."""
    case, ranks = (named(method, "synA_R0") for method in ("rm_anova_oneway", "friedman"))
    r, f = case.result, ranks.result
    visits = ("W0", "W4", "W8", "W12", "W24")
    wanted = statistics(
        "friedman", "friedman", {"statistic": f["chi2"], "df": f["df"], "p_value": f["p"]}
    ) + statistics(
        "rm_anova",
        "visit",
        {"statistic": r["F"], "p_value": r["p_GG"]},
    )
    more = (
        f"visits = {quoted(list(visits))}\ncompare = []\n"
        'analyses = ["rm_anova", "friedman"]\n[analyses.rm_anova]\nuse = "rm_anova"\n'
        'options = { outcome = "value", visits = ["W0", "W4", "W8", "W12", "W24"], '
        'correction = "greenhouse_geisser" }\n[analyses.friedman]\nuse = "friedman"\n'
        'options = { visits = ["W0", "W4", "W8", "W12", "W24"] }\n'
    )
    return matrix("repeated", ["rm_anova", "friedman"], case.inputs["M"], wanted, more, visits)


def of_areas() -> WrittenStudy:
    case = named("area_under_curve", "synA_R7_small")
    i, r = case.inputs, case.result
    visits = [f"W{day // 7}" for day in i["times"]]
    wanted = statistics(
        "area_under_curve",
        "area",
        {
            "estimate": r["estimate"],
            "std_error": r["se"],
            "statistic": r["t"],
            "df": r["df"],
            "p_value": r["p"],
            **interval(r["ci95"]),
        },
    )
    more = (
        'baseline = { visits = ["W0"] }\ncompare = ["last"]\nanalyses = ["area_under_curve"]\n'
        '[analyses.area_under_curve]\nuse = "area_under_curve"\n'
        'options = { gaps = "leave_out" }\n'
    )
    compared = f'[comparisons]\nlast = {{ visit = ["{visits[-1]}", "baseline"] }}\n'
    return matrix(
        "areas", ["area_under_curve"], i["values"], wanted, more, visits, compared=compared
    )


def mixed(
    name: str,
    rows: list[dict[str, str]],
    columns: dict[str, str],
    arms: dict[str, str],
    visits: dict[str, str],
    wanted: list[Wanted],
    options: str,
    last: str,
) -> WrittenStudy:
    """A mixed model of changes: rows of subject, arm, visit, base and value as the file has them."""
    first: dict[str, dict[str, str]] = {}
    for row in rows:
        first.setdefault(row[columns["subject"]], row)
    readings = [
        {"subject": subject, "visit": "W0", "value": float(row[columns["base"]])}
        for subject, row in first.items()
    ]
    readings += [
        {
            "subject": row[columns["subject"]],
            "visit": visits[row[columns["visit"]]],
            "value": float(row[columns["value"]]),
        }
        for row in rows
        if row[columns["value"]]
    ]
    names = list(arms.values())
    compared = "\n".join(
        f'{arm} = {{ arm = ["{arm}", "{names[-1]}"], visit = ["{last}", "baseline"] }}'
        for arm in names[:-1]
    )
    body = (
        f"[comparisons]\n{compared}\n{VALUE}"
        f'baseline = {{ visits = ["W0"] }}\ncompare = {quoted(names[:-1])}\nanalyses = ["mmrm"]\n'
        f'[analyses.mmrm]\nuse = "mmrm"\noptions = {{ {options} }}\n'
    )
    if len(names) > 2:
        hypotheses = quoted([f"value.{arm}" for arm in names[:-1]])
        body += f'[multiplicity.primary]\nhypotheses = {hypotheses}\nnone = "made up"\n'

    return written(
        name,
        ["mmrm"],
        wanted,
        body,
        subjects=[{"subject": subject} for subject in first],
        allocations=[
            {"subject": subject, "arm": arms[row[columns["arm"]]]} for subject, row in first.items()
        ],
        readings=readings,
        visits=("W0", *visits.values()),
        design="parallel",
        arms=names,
    )


def contrast(row: dict[str, Any], **place: Any) -> list[Wanted]:
    return statistics(
        "mmrm",
        "ls_mean_difference",
        {
            "estimate": row["estimate"],
            "std_error": row["se"],
            "df": row["df"],
            "p_value": row["p"],
            "conf_low": row["lower"],
            "conf_high": row["upper"],
        },
        **place,
    )


TWO_ARMS = {"subject": "USUBJID", "arm": "ARM", "visit": "VISIT", "base": "BASE", "value": "AVAL"}
WEEKS = {"Week 4": "W4", "Week 8": "W8", "Week 12": "W12", "Week 24": "W24"}


def of_mixed_models() -> Iterator[WrittenStudy]:
    """Two studies of two arms, with both kinds of degrees of freedom."""
    for letter, key, df in (("A", "kr", "kenward-roger"), ("B", "satterthwaite", "satterthwaite")):
        case = named("mmrm", f"syn_twoarm_{letter}_simple")
        row = next(one for one in case.result[f"contrasts_{key}"] if one["VISIT"] == "Week 24")
        yield mixed(
            f"mixed model {letter}",
            rows_of(f"syn_twoarm_{letter}.csv"),
            TWO_ARMS,
            {"ACT": "active", "PBO": "vehicle"},
            WEEKS,
            contrast(row, visit="W24", comparison="active"),
            f'baseline = "common", df = "{df}"',
            "W24",
        )


def of_three_arms() -> WrittenStudy:
    """The published trial of two doses: their differences from placebo at the last visit."""
    case = named("mmrm", "cdisc_adas")
    arms = {
        "Xanomeline Low Dose": "low",
        "Xanomeline High Dose": "high",
        "Placebo": "placebo",
    }
    wanted = []
    for row in case.result["contrasts_kr"]:
        if row["AVISIT"] == "Week 24":
            arm = arms[row["contrast"].removesuffix(" - Placebo")]
            wanted += contrast(row, visit="W24", comparison=arm)
    rows = [
        row
        for row in rows_of("cdisc_adadas_actot.csv", ANL01FL="Y", EFFFL="Y")
        if row["DTYPE"] != "LOCF" and float(row["AVISITN"]) > 0 and row["CHG"]
    ]
    columns = TWO_ARMS | {"arm": "TRTP", "visit": "AVISIT"}
    visits = {"Week 8": "W8", "Week 16": "W16", "Week 24": "W24"}
    return mixed(
        "mixed model of three arms",
        rows,
        columns,
        arms,
        visits,
        wanted,
        'baseline = "common", df = "kenward-roger"',
        "W24",
    )


def of_sides_over_time() -> WrittenStudy:
    """A mixed model of both sides of a face over three visits: their difference at the first."""
    case = named("lmm", "splitface_A")
    r, data = case.result, case.inputs["data"]
    term = r["names"].index("SIDEactive")
    wanted = [
        Wanted(one.row, one.value, 1e-5)
        for one in statistics(
            "within_subject_model",
            "mean_difference",
            {"estimate": r["beta"][term], "std_error": r["se_kr"][term], "df": r["df_kr"][term]},
        )
    ]
    sides = {"active": "left", "vehicle": "right"}
    names = list(dict.fromkeys(data["USUBJID"]))
    body = (
        BETWEEN_SIDES.replace('"W12", "baseline"', '"W0"')
        + VALUE
        + 'analyse = "value"\nvisits = ["W0", "W4", "W12"]\nsides = { combine = "none" }\n'
        'unit = "side"\ncompare = ["active"]\nanalyses = ["within_subject_model"]\n'
        '[analyses.within_subject_model]\nuse = "within_subject_model"\n'
        "options = { visit_in_subject = false }\n"
    )
    return written(
        "sides over time",
        ["within_subject_model"],
        wanted,
        body,
        subjects=[{"subject": name} for name in names],
        allocations=[
            {"subject": name, "side": side, "arm": arm}
            for name in names
            for arm, side in sides.items()
        ],
        readings=[
            {"subject": name, "visit": f"W{visit}", "side": sides[arm], "value": value}
            for name, visit, arm, value in zip(
                data["USUBJID"], data["V"], data["SIDE"], data["AVAL"], strict=True
            )
        ],
        visits=("W0", "W4", "W12"),
        design="within-subject",
        arms=ARMS,
        head="sides_randomised = true",
    )


def of_two_sides() -> WrittenStudy:
    """Changes of two sides: their difference, and their difference at a baseline difference of zero."""
    methods = ["difference_of_changes", "adjusted_side_difference"]
    cases = [named(method, "splitfaceA_w12_small") for method in methods]
    wanted = []
    for method, case in zip(methods, cases, strict=True):
        r = case.result
        wanted += statistics(
            method,
            method,
            {
                "estimate": r["estimate"],
                "std_error": r["se"],
                "statistic": r["t"],
                "df": r["df"],
                "p_value": r["p"],
                **interval(r["ci95"]),
            },
        )
    i = cases[0].inputs
    names = numbered(len(i["first"]))
    sides = (("left", "active", "first"), ("right", "vehicle", "second"))
    body = (
        BETWEEN_SIDES
        + VALUE
        + 'baseline = { visits = ["W0"] }\nsides = { combine = "none" }\nunit = "side"\n'
        f'compare = ["active"]\nanalyses = {quoted(methods)}\n'
    )
    return written(
        "two sides",
        methods,
        wanted,
        body,
        subjects=[{"subject": name} for name in names],
        allocations=[
            {"subject": name, "side": side, "arm": arm} for name in names for side, arm, _ in sides
        ],
        readings=[
            {"subject": name, "visit": visit, "side": side, "value": i[key + when][number]}
            for number, name in enumerate(names)
            for side, _, key in sides
            for visit, when in (("W0", "_before"), ("W12", ""))
        ],
        design="within-subject",
        arms=ARMS,
        head="sides_randomised = true",
    )


def of_estimating_equations() -> Iterator[WrittenStudy]:
    """Responders over visits, and means: robust standard errors."""
    case = named("gee", "syn_twoarm_A_exchangeable")
    data, r = case.inputs["data"], case.result
    term = r["names"].index("ARMACT")
    from math import exp

    wanted = statistics(
        "gee",
        "odds_ratio",
        {"estimate": exp(r["gee"]["beta"][term]), "std_error": r["gee"]["robust_se"][term]},
    )
    arms = {"ACT": "active", "PBO": "vehicle"}
    of_subject: dict[int, tuple[str, float]] = {}
    for number, arm, base in zip(data[".id"], data["ARM"], data["BASE"], strict=True):
        of_subject[number] = (arms[arm], base)
    body = (
        '[comparisons]\nactive = { arm = ["active", "vehicle"] }\n'
        + VALUE.replace('measure = "probe.value"', 'measure = "probe.value"\nkind = "binary"')
        + 'responder = { value = ">= 1" }\nimproves = "up"\ncovariates = ["before"]\n'
        'visits = ["W4", "W8", "W12", "W24"]\ncompare = ["active"]\nanalyses = ["gee"]\n'
        '[analyses.gee]\nuse = "gee"\noptions = { correlation = "exchangeable", '
        'effect = "constant", moments = "gee" }\n'
    )
    yield written(
        "estimating equations",
        ["gee"],
        wanted,
        body,
        subjects=[
            {"subject": f"S{number:03}", "before": base} for number, (_, base) in of_subject.items()
        ],
        allocations=[
            {"subject": f"S{number:03}", "arm": arm} for number, (arm, _) in of_subject.items()
        ],
        readings=[
            {"subject": f"S{number:03}", "visit": WEEKS[visit], "value": float(seen)}
            for number, visit, seen in zip(data[".id"], data["VISIT"], data["RESP50"], strict=True)
        ],
        visits=tuple(WEEKS.values()),
        design="parallel",
        arms=ARMS,
    )
    yield of_means_of_clusters()


def of_means_of_clusters() -> WrittenStudy:
    """A difference of means of sides within subjects, as geepack has it under independence."""
    case = named("clustered_proportion_difference", "splitfaceA_w4")
    i, r = case.inputs, case.result["gee"]
    sides = {"active": "left", "vehicle": "right"}
    names = [f"S{subject:03}" for subject in i["subject"]]
    wanted = statistics(
        "gee_means",
        "mean_difference",
        {"estimate": r["estimate"], "std_error": r["se"]},
    )
    body = (
        BETWEEN_SIDES.replace(', "baseline"', "")
        + VALUE
        + 'analyse = "value"\nsides = { combine = "none" }\nunit = "side"\nvisits = ["W12"]\n'
        'compare = ["active"]\nanalyses = ["gee_means"]\n[analyses.gee_means]\n'
        'use = "gee_means"\noptions = { correlation = "independence" }\n'
    )
    return written(
        "means of clusters",
        ["gee_means"],
        wanted,
        body,
        subjects=[{"subject": name} for name in dict.fromkeys(names)],
        allocations=[
            {"subject": name, "side": sides[arm], "arm": arm}
            for name, arm in zip(names, i["arm"], strict=True)
        ],
        readings=[
            {"subject": name, "visit": "W12", "side": sides[arm], "value": value}
            for name, arm, value in zip(names, i["arm"], i["responds"], strict=True)
        ],
        visits=("W12",),
        design="within-subject",
        arms=ARMS,
        head="sides_randomised = true",
    )


def of_shifts() -> WrittenStudy:
    """Grades before and after: their table, and the tests of equal margins."""
    case = named("marginal_homogeneity", "twoarmA_ACT_w4_w12")
    table = named("shift_table", "twoarmA_ACT_w4_w12").result
    i, r = case.inputs, case.result
    names = numbered(len(i["before"]))
    wanted = []
    for term in ("stuart_maxwell", "bowker"):
        wanted += statistics(
            "marginal_homogeneity",
            term,
            {"statistic": r[term]["chi2"], "df": r[term]["df"], "p_value": r[term]["p"]},
        )
    for before, counts in enumerate(table["counts"]):
        for after, count in enumerate(counts):
            if count:
                wanted.append(
                    Wanted(
                        {
                            "analysis": "shift_table",
                            "term": "shift",
                            "level": str(before),
                            "at": after,
                            "stat": "n",
                        },
                        count,
                    )
                )
    body = (
        '[comparisons]\nw12 = { visit = ["W12", "baseline"] }\n'
        + VALUE.replace("probe.value", "rating.grade")
        + 'baseline = { visits = ["W4"] }\ncompare = ["w12"]\n'
        'analyses = ["shift_table", "marginal_homogeneity"]\n'
    )
    return written(
        "shifts",
        ["shift_table", "marginal_homogeneity"],
        wanted,
        body,
        subjects=[{"subject": name} for name in names],
        grades=[
            {"subject": name, "visit": visit, "grade": int(grade)}
            for visit, key in (("W4", "before"), ("W12", "after"))
            for name, grade in zip(names, i[key], strict=True)
            if grade is not None
        ],
        visits=("W4", "W12"),
    )


def of_odds() -> WrittenStudy:
    """Proportional odds of grades with centre."""
    case = named("proportional_odds_words", "twoarmA_centre_week_12")
    i, r = case.inputs, case.result
    arms = {"ACT": "active", "PBO": "vehicle"}
    names = numbered(len(i["y"]))
    term = r["names"].index("groupACT")
    wanted = [
        Wanted(one.row, one.value, 1e-6)
        for one in statistics(
            "proportional_odds",
            "odds_ratio",
            {
                "estimate": r["odds_ratio"][term],
                "p_value": r["p"][term],
                **interval(r["or_ci95"][term]),
            },
        )
    ]
    body = (
        '[comparisons]\nactive = { arm = ["active", "vehicle"], visit = ["W12"] }\n'
        + VALUE.replace("probe.value", "rating.grade")
        + 'analyse = "value"\nvisits = ["W12"]\nstrata = ["centre"]\ncompare = ["active"]\n'
        'analyses = ["proportional_odds"]\n'
    )
    return written(
        "proportional odds",
        ["proportional_odds"],
        wanted,
        body,
        subjects=[
            {"subject": name, "centre": word} for name, word in zip(names, i["words"], strict=True)
        ],
        allocations=[
            {"subject": name, "arm": arms[arm]} for name, arm in zip(names, i["group"], strict=True)
        ],
        grades=[
            {"subject": name, "visit": "W12", "grade": int(grade)}
            for name, grade in zip(names, i["y"], strict=True)
        ],
        visits=("W12",),
        design="parallel",
        arms=ARMS,
    )


def of_selection() -> WrittenStudy:
    """What choosing subjects by a reading alone makes of the next one."""
    case = named("regression_to_the_mean", "twoarmB_ACT_stated")
    i, r = case.inputs, case.result
    wanted = statistics("selected", "regression_to_the_mean", {"estimate": r["expected"]})
    more = (
        'baseline = { visits = ["W0"] }\ncompare = ["w12"]\nanalyses = ["paired_t"]\n'
        'also = ["selected"]\n[analyses.selected]\nuse = "regression_to_the_mean"\n'
        f"options = {{ population_mean = {i['population_mean']}, "
        f"population_sd = {i['population_sd']}, correlation = {i['correlation']} }}\n"
        f'[eligibility]\nvalue = ">= {i["threshold"]:g}"\n'
    )
    return matrix(
        "selection",
        ["regression_to_the_mean"],
        list(zip(i["reading"], i["value"], strict=True)),
        wanted,
        more,
        ("W0", "W12"),
        compared='[comparisons]\nw12 = { visit = ["W12", "baseline"] }\n',
    )


def studies() -> Iterator[WrittenStudy]:
    yield of_repeated()
    yield of_areas()
    yield from of_mixed_models()
    yield of_three_arms()
    yield of_sides_over_time()
    yield of_two_sides()
    yield from of_estimating_equations()
    yield of_shifts()
    yield of_odds()
    yield of_selection()
