"""Days to an event, and responses that last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from .of_arms import quoted
from .of_pairs import named
from .written import Wanted, WrittenStudy, interval, numbered, statistics, written

START = date(2024, 1, 1)
EVENT = """
[endpoints.event]
label = "Days to the event"
role = "primary"
event = { table = "events", where = { term = "flare" } }
compare = ["first"]
"""


def times(
    name: str, methods: list[str], case: Any, wanted: list[Wanted], more: str, **columns: Any
) -> WrittenStudy:
    """Each subject with the day of the event, or of the end of observation."""
    i = case.inputs
    arms = {level: f"arm{number}" for number, level in enumerate(i["levels"])}
    subjects, allocations, events = [], [], []
    names = numbered(len(i["time"]))
    for number, (subject, days, seen, group) in enumerate(
        zip(names, i["time"], i["event"], i["group"], strict=True)
    ):
        last = START + timedelta(days=int(days))
        subjects.append(
            {
                "subject": subject,
                "treated": True,
                "first_treatment": START,
                "ended": last,
                **{column: values[number] for column, values in columns.items()},
            }
        )
        allocations.append({"subject": subject, "arm": arms[group]})
        if seen:
            events.append({"subject": subject, "term": "flare", "start_date": last})
    first, second = list(arms.values())
    body = f'[comparisons]\nfirst = {{ arm = ["{first}", "{second}"] }}\n' + EVENT + more
    return written(
        name,
        methods,
        wanted,
        body,
        subjects=subjects,
        allocations=allocations,
        events=events,
        visits=("W12",),
        design="parallel",
        arms=(first, second),
    )


def of_curves() -> WrittenStudy:
    """Kaplan-Meier and the log-rank test."""
    case = named("kaplan_meier", "cdisc_ttde_high_pbo")
    test = named("logrank", "cdisc_ttde_high_pbo").result["logrank"]
    wanted = statistics("log_rank", "hazard_ratio", {"p_value": test["p"]})
    loglog = case.result["loglog"]
    for number in range(2):
        median = loglog["median"][number]
        wanted += statistics(
            "kaplan_meier",
            "median",
            {
                "estimate": None if median == "NA" else median,
                "conf_low": None if median == "NA" else loglog["lower"][number],
            },
            group=f"arm{number}",
        )
    methods = ["log_rank", "kaplan_meier"]
    return times("curves", methods, case, wanted, f"analyses = {quoted(methods)}\n")


def of_hazards() -> WrittenStudy:
    case = named("cox", "cdisc_ttde_high_pbo_breslow")
    r = case.result
    low, high = r["hr_ci95"][0]
    wanted = statistics(
        "cox",
        "hazard_ratio",
        {
            "estimate": 1 / r["hr"],
            "p_value": r["p"],
            "conf_low": 1 / high,
            "conf_high": 1 / low,
        },
    )
    more = 'analyses = ["cox"]\n[analyses.cox]\nuse = "cox"\noptions = { ties = "breslow" }\n'
    return times("hazards", ["cox"], case, wanted, more)


def of_restricted_means() -> WrittenStudy:
    case = named("restricted_mean", "twoarmB_small_ties")
    r = case.result
    wanted = statistics(
        "restricted_mean",
        "restricted_mean_difference",
        {
            "estimate": r["estimate"],
            "std_error": r["se_difference"],
            "p_value": r["p"],
            **interval(r["ci95"]),
        },
    )
    more = (
        'analyses = ["restricted_mean"]\n[analyses.restricted_mean]\nuse = "restricted_mean"\n'
        f"options = {{ until = {case.inputs['until']} }}\n"
    )
    return times("restricted means", ["restricted_mean"], case, wanted, more)


def of_lasting_responses() -> WrittenStudy:
    case = named("sustained_response", "twoarmB_small")
    i, r = case.inputs, case.result
    arms = {level: f"arm{number}" for number, level in enumerate(i["levels"])}
    visits = [f"D{day}" for day in i["days"]]
    names = numbered(len(i["arm"]))
    wanted = statistics(
        "sustained_response_test",
        "hazard_ratio",
        {
            "estimate": r["hazard_ratio"],
            "p_value": r["p"],
            **interval(r["hazard_ratio_ci95"]),
        },
    )
    wanted += statistics(
        "sustained_response",
        "median",
        {"estimate": r["median"][0]},
        group="arm0",
    )
    body = f"""
[comparisons]
first = {{ arm = ["arm0", "arm1"] }}
[endpoints.response]
label = "Response"
role = "primary"
kind = "binary"
measure = "probe.value"
responder = {{ value = ">= 1" }}
handling = ["observed"]
improves = "up"
compare = ["first"]
visits = {quoted(visits)}
analyses = ["sustained_response_test", "sustained_response"]
[analyses.sustained_response]
use = "sustained_response"
options = {{ hold = "end", visits = 1, missing = "breaks" }}
[analyses.sustained_response_test]
use = "sustained_response_test"
options = {{ hold = "end", visits = 1, missing = "breaks" }}
"""
    return written(
        "lasting responses",
        ["sustained_response", "sustained_response_test"],
        wanted,
        body,
        subjects=[{"subject": name, "treated": True, "first_treatment": START} for name in names],
        allocations=[
            {"subject": name, "arm": arms[arm]} for name, arm in zip(names, i["arm"], strict=True)
        ],
        readings=[
            {
                "subject": name,
                "visit": visit,
                "date": START + timedelta(days=day),
                "value": float(seen),
            }
            for name, course in zip(names, i["seen"], strict=True)
            for visit, day, seen in zip(visits, i["days"], course, strict=True)
            if seen is not None
        ],
        visits=visits,
        days=i["days"],
        design="parallel",
        arms=("arm0", "arm1"),
    )


def studies() -> Iterator[WrittenStudy]:
    yield of_curves()
    yield of_hazards()
    yield of_restricted_means()
    yield of_lasting_responses()
