"""What is counted: adverse events, and who improved."""

from __future__ import annotations

from collections.abc import Iterator

from .of_pairs import named
from .written import Wanted, WrittenStudy, numbered, statistics, written


def of_events() -> WrittenStudy:
    """Fourteen of twenty subjects with an event, and the exact interval of that share."""
    case = named("one_proportion_ci", "14_of_20")
    i = case.inputs
    names = numbered(i["n"])
    row = {"analysis": "safety", "term": "events", "level": "any", "group": None}
    low, high = case.result["clopper_pearson_ci95"]
    wanted = [
        Wanted({**row, "stat": "n_with_event"}, i["x"]),
        Wanted({**row, "stat": "percent"}, 100 * case.result["p"]),
        Wanted({**row, "stat": "conf_low"}, low),
        Wanted({**row, "stat": "conf_high"}, high),
    ]
    body = """
[analyses.safety]
use = "adverse_events"
population = "full"
"""
    return written(
        "events",
        ["adverse_events"],
        wanted,
        body,
        subjects=[
            {"subject": name, "treated": True, "first_treatment": "2024-01-01"} for name in names
        ],
        events=[
            {
                "subject": name,
                "term": "itch",
                "severity": "mild",
                "serious": False,
                "related_product": False,
                "start_date": "2024-01-08",
            }
            for name in names[: i["x"]]
        ],
        visits=("W12",),
    )


def of_improved() -> WrittenStudy:
    """Changes of a reading, one of them none; and how many are needed to tell a share from a half."""
    case = named("improvement", "synA_R2_week_12")
    i, r = case.inputs, case.result
    names = numbered(len(i["now"]))
    place = {"visit": "W12", "reference_visit": "baseline", "group": None}
    low, high = r["ci"]
    wanted = statistics(
        "improvement",
        "improved",
        {
            "n_with_event": r["improved"],
            "denominator": len(names),
            "estimate": r["improved"] / len(names),
            "conf_low": low,
            "conf_high": high,
        },
        **place,
    )
    wanted += statistics("improvement", "unchanged", {"n_with_event": r["unchanged"]}, **place)
    wanted += statistics("improvement", "worse", {"n_with_event": r["worse"]}, **place)
    wanted += statistics("improvement", "no_effect", {"estimate": i["no_effect"]}, **place)
    wanted += statistics("improvement", "needed", {"n": r["needed"]}, **place)
    body = f"""
[comparisons]
w12 = {{ visit = ["W12", "baseline"] }}
[endpoints.change]
label = "Change"
role = "primary"
measure = "probe.value"
baseline = {{ visits = ["W0"] }}
handling = ["observed"]
improves = "{i["better"]}"
compare = ["w12"]
analyses = ["paired_t"]
also = ["improvement"]
"""
    return written(
        "improved",
        ["improvement"],
        wanted,
        body,
        subjects=[{"subject": name} for name in names],
        readings=[
            {"subject": name, "visit": visit, "value": value}
            for name, now, before in zip(names, i["now"], i["before"], strict=True)
            for visit, value in (("W0", before), ("W12", now))
        ],
        head=f"alpha = {i['alpha']}",
    )


def studies() -> Iterator[WrittenStudy]:
    yield of_events()
    yield of_improved()
