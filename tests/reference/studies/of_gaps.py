"""Values that are missing: cases in which what is filled in is what R was given."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import variance

from .of_arms import ARMS
from .of_counts import RESPONDER, yes_and_no
from .of_pairs import CASE, named
from .of_visits import TWO_ARMS, rows_of
from .written import Wanted, WrittenStudy, interval, numbered, statistics, written

PAIRED = """
[comparisons]
w12 = { visit = ["W12", "baseline"] }
[endpoints.change]
label = "Change"
role = "primary"
measure = "probe.value"
baseline = { visits = ["W0"] }
visits = ["W4", "W12"]
compare = ["w12"]
analyses = ["paired_t"]
handling = ["filled"]
[imputations.filled]
"""


def carried(name: str, method: str, gaps: set[int]) -> WrittenStudy:
    """Pairs of which some have no last value: it stands at the visit before, or is the baseline."""
    case = named("paired_t", CASE)
    r = case.result
    names = numbered(len(case.inputs["x"]))
    readings = []
    for number, (subject, late, early) in enumerate(
        zip(names, case.inputs["x"], case.inputs["y"], strict=True)
    ):
        readings.append({"subject": subject, "visit": "W0", "value": early})
        between = late if number in gaps else early + 1
        readings.append({"subject": subject, "visit": "W4", "value": between})
        if number not in gaps:
            readings.append({"subject": subject, "visit": "W12", "value": late})
    if method == "bocf":
        assert all(case.inputs["x"][gap] == case.inputs["y"][gap] for gap in gaps)
    wanted = statistics(
        "paired_t",
        "mean_difference",
        {
            "estimate": r["mean_diff"],
            "std_error": r["se"],
            "p_value": r["p_two_sided"],
            **interval(r["ci95"]),
        },
        handling="filled",
    )
    return written(
        name,
        [method],
        wanted,
        PAIRED + f'use = "{method}"\n',
        subjects=[{"subject": subject} for subject in names],
        readings=readings,
        visits=("W0", "W4", "W12"),
    )


def of_carried() -> Iterator[WrittenStudy]:
    yield carried("carried forward", "locf", {2, 7, 11})
    inputs = named("paired_t", CASE).inputs
    pairs = zip(inputs["x"], inputs["y"], strict=True)
    equal = {number for number, (late, early) in enumerate(pairs) if late == early}
    assert equal
    yield carried("baseline carried forward", "bocf", equal)


def of_non_responders() -> WrittenStudy:
    """Those who do not respond are not there."""
    case = named("one_proportion_ci", "14_of_20")
    i, r = case.inputs, case.result
    names = numbered(i["n"])
    wanted = statistics(
        "one_proportion",
        "responder_proportion",
        {"estimate": r["p"], **interval(r["clopper_pearson_ci95"])},
    )
    body = (
        '[comparisons]\nw12 = { visit = ["W12", "baseline"] }\n'
        + RESPONDER.replace('handling = ["observed"]', 'baseline = { visits = ["W0"] }').replace(
            "improves", 'handling = ["filled"]\nimproves'
        )
        + 'visits = ["W12"]\ncompare = ["w12"]\nanalyses = ["one_proportion"]\n'
        '[imputations.filled]\nuse = "non_responder"\n'
    )
    return written(
        "non-responders",
        ["non_responder"],
        wanted,
        body,
        subjects=[{"subject": name} for name in names],
        readings=[
            {"subject": name, "visit": visit, "value": value}
            for name, late in zip(names, yes_and_no(i["x"], i["n"]), strict=True)
            for visit, value in (("W0", 0.0), ("W12", late))
            if visit == "W0" or late
        ],
    )


def of_tipping_point() -> WrittenStudy:
    """A filled value made worse step by step."""
    case = named("tipping_point", "twoarmB_w24_small")
    i, r = case.inputs, case.result
    names = numbered(len(i["outcome"]))
    readings = []
    for name, base, outcome, filled in zip(
        names, i["base"], i["outcome"], i["imputed"], strict=True
    ):
        value = round(base + outcome, 10)
        readings += [
            {"subject": name, "visit": "W0", "value": base},
            {"subject": name, "visit": "W4", "value": value if filled else base},
        ]
        if not filled:
            readings.append({"subject": name, "visit": "W12", "value": value})
    wanted = [
        wanted
        for step, (estimate, p) in enumerate(zip(r["estimate"], r["p"], strict=True))
        for wanted in statistics(
            "tipping_point",
            "shifted_difference",
            {"estimate": estimate, "p_value": p},
            at=step * i["step"],
        )
    ]
    body = f"""
[comparisons]
active = {{ arm = ["active", "vehicle"], visit = ["W12", "baseline"] }}
[endpoints.change]
label = "Change"
role = "primary"
measure = "probe.value"
baseline = {{ visits = ["W0"] }}
visits = ["W4", "W12"]
compare = ["active"]
improves = "{i["improves"]}"
analyses = ["ancova", "tipping_point"]
handling = ["filled"]
[imputations.filled]
use = "locf"
[analyses.tipping_point]
use = "tipping_point"
options = {{ step = {i["step"]}, steps = {i["steps"]}, adjust = true }}
"""
    return written(
        "tipping point",
        ["tipping_point"],
        wanted,
        body,
        subjects=[{"subject": name} for name in names],
        allocations=[
            {"subject": name, "arm": ARMS[0] if first else ARMS[1]}
            for name, first in zip(names, i["first"], strict=True)
        ],
        readings=readings,
        visits=("W0", "W4", "W12"),
        design="parallel",
        arms=ARMS,
    )


def of_imputations() -> Iterator[WrittenStudy]:
    """Two arms with gaps, filled several times and pooled: apart from mice by what chance may do."""
    case = named("rubin_pool_lm", "syn_twoarm_A_wk24")
    term = case.inputs["names"].index("ARMACT")
    drawn = [row[term] for row in case.inputs["coef"]]
    draws = 200
    spread = variance(drawn)
    far = 4 * (spread / len(drawn) + spread / draws) ** 0.5
    rows = rows_of("syn_twoarm_A.csv")
    first = {row["USUBJID"]: row for row in rows}
    weeks = {"Week 4": "W4", "Week 8": "W8", "Week 12": "W12", "Week 24": "W24"}
    readings = [
        {"subject": name, "visit": "W0", "value": float(row["BASE"])} for name, row in first.items()
    ]
    readings += [
        {"subject": row["USUBJID"], "visit": weeks[row["VISIT"]], "value": float(row["AVAL"])}
        for row in rows
        if row[TWO_ARMS["value"]]
    ]
    for method in ("mi_chained", "mi_monotone"):
        body = f"""
[comparisons]
active = {{ arm = ["active", "vehicle"], visit = ["W24", "baseline"] }}
[endpoints.change]
label = "Change"
role = "primary"
measure = "probe.value"
baseline = {{ visits = ["W0"] }}
visits = ["W4", "W8", "W12", "W24"]
compare = ["active"]
analyses = ["ancova"]
handling = ["filled"]
[imputations.filled]
use = "{method}"
options = {{ m = {draws} }}
"""
        estimate = statistics(
            "ancova",
            "adjusted_difference",
            {"estimate": case.result["est"][term]},
            visit="W24",
        )
        yield written(
            f"imputed {method}",
            [method, "rubin"],
            [Wanted(one.row, one.value, 0.0, far) for one in estimate],
            body,
            subjects=[{"subject": name} for name in first],
            allocations=[
                {"subject": name, "arm": {"ACT": "active", "PBO": "vehicle"}[row["ARM"]]}
                for name, row in first.items()
            ],
            readings=readings,
            visits=("W0", *weeks.values()),
            design="parallel",
            arms=ARMS,
            head="seed = 11",
        )


def studies() -> Iterator[WrittenStudy]:
    yield from of_carried()
    yield of_non_responders()
    yield of_tipping_point()
    yield from of_imputations()
