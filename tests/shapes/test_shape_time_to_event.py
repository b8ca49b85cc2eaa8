"""A time to a first event, in two arms, with an analysis of such times."""

from __future__ import annotations

from .conftest import head

ANALYSIS = '''
from dermoutcomes import Analysis, Stat


def rates(task, options):
    """Events per hundred days at risk, an arm a group."""
    for arm in task.arms:
        rows = task.records.filter(arm=arm)
        days, events = rows["value"].sum(), int(rows["event"].sum())
        yield Stat("n_events", events, term="first_event", group=arm, n_subjects=rows.height)
        yield Stat("estimate", 100 * events / days, term="first_event", group=arm, n_subjects=rows.height, unit="1/100 d")


def register_analyses():
    return [Analysis("event_rate", "Events by time at risk", rates, (("first_event", "n_events"), ("first_event", "estimate")), kinds=("time_to_event",))]
'''
STUDY = """
[arms]
active = {}
vehicle = { reference = true }
[[sources.allocations]]
file = "allocations.csv"
[[sources.events]]
file = "events.csv"
[endpoints.flare]
label = "Days to the first flare"
event = { table = "events", where = { term = "flare" } }
analyses = ["event_rate"]
"""
FILES = {
    "rates.py": ANALYSIS,
    "subjects.csv": "subject,treated,first_treatment,ended\n"
    + "".join(f"P{n},true,2026-01-01,2026-02-10\n" for n in range(1, 5)),
    "allocations.csv": "subject,arm\nP1,active\nP2,active\nP3,vehicle\nP4,vehicle\n",
    "events.csv": "subject,term,start_date\nP1,flare,2026-01-21\nP1,flare,2026-01-11\nP3,flare,2026-01-06\nP4,flare,2026-01-16\nP2,cough,2026-01-03\n",
}


def test_the_time_to_the_first_event(run_study):
    run = run_study(head("parallel", plugins=("rates.py",)) + STUDY, FILES)

    records = (
        run.table("endpoints")
        .sort("subject")
        .select("subject", "arm", "value", "event", "used")
        .rows()
    )
    assert records == [
        ("P1", "active", 10, True, True),
        ("P2", "active", 40, False, True),
        ("P3", "vehicle", 5, True, True),
        ("P4", "vehicle", 15, True, True),
    ]
    found = (
        run.table("results")
        .filter(analysis="event_rate")
        .sort("group", "stat")
        .select("group", "stat", "value", "n_subjects")
        .rows()
    )
    assert found == [
        ("active", "estimate", 2, 2),
        ("active", "n_events", 1, 2),
        ("vehicle", "estimate", 10, 2),
        ("vehicle", "n_events", 2, 2),
    ]
