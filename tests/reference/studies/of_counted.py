"""What is counted: adverse events."""

from __future__ import annotations

from collections.abc import Iterator

from .of_pairs import named
from .written import Wanted, WrittenStudy, numbered, written


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


def studies() -> Iterator[WrittenStudy]:
    yield of_events()
