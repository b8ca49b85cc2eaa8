"""A claim that no serious event occurred, beside deaths that nobody marked as serious."""

from __future__ import annotations

import polars as pl
import pytest
from attrs import evolve

from dermoutcomes.conditions import parse_conditions
from dermoutcomes.decisions.absence import judge_absence
from dermoutcomes.decisions.deaths_as_events import DeathsAsEvents, deaths_as_events
from dermoutcomes.study import Claim, Source, Study, StudyInfo
from dermoutcomes.tables import conform, empty

SUBJECTS = pl.Series("subject", ["1", "2", "3", "4"])
SERIOUS = {"serious": True}


def events_of(*rows: dict[str, object]) -> pl.DataFrame:
    frame = pl.DataFrame([{"id": number, **row} for number, row in enumerate(rows)])
    return conform(frame, "events", "S")


def event(subject: str, **said: object) -> dict[str, object]:
    return {"subject": subject, "serious": False, "fatal": False, "related_product": True, **said}


def milestones_of(*subjects: str) -> pl.DataFrame:
    frame = pl.DataFrame({"subject": subjects, "milestone": "left", "death": True})
    return conform(frame, "milestones", "S")


@pytest.mark.parametrize(
    ("conditions", "events", "died", "expected"),
    [
        (SERIOUS, [event("1", fatal=True, serious=True)], ["1"], None),
        (
            SERIOUS,
            [event("1", fatal=True), event("2", serious=True)],
            ["1"],
            ("1 death not marked as serious: with it, 2 events in 2 of 4 subjects.", True),
        ),
        (
            SERIOUS,
            [event("1", fatal=True, serious=None), event("1", fatal=True), event("9", fatal=True)],
            [],
            ("1 death not marked as serious: with them, 2 events in 1 of 4 subjects.", True),
        ),
        (
            SERIOUS,
            [event("1")],
            ["3", "9"],
            ("1 death told of by the disposition and by no event.", True),
        ),
        # Whether the product is behind such a death, nobody knows.
        (
            {**SERIOUS, "related_product": True},
            [event("1")],
            ["3"],
            ("1 death told of by the disposition and by no event.", False),
        ),
        (
            {**SERIOUS, "related_product": True},
            [event("1", fatal=True, related_product=None)],
            ["1"],
            ("1 death of which it is not known whether it is of the kind.", False),
        ),
        ({**SERIOUS, "related_product": False}, [event("1", fatal=True)], ["1"], None),
        ({"related_product": True}, [event("1", fatal=True)], ["1"], None),
        ({"serious": False}, [event("1", fatal=True)], ["1"], None),
    ],
)
def test_a_death_is_a_serious_event_whatever_was_marked(
    conditions: dict[str, bool],
    events: list[dict[str, object]],
    died: list[str],
    expected: tuple[str, bool] | None,
) -> None:
    deaths = deaths_as_events(
        parse_conditions(conditions), events_of(*events), milestones_of(*died), SUBJECTS
    )

    assert deaths == (None if expected is None else DeathsAsEvents(*expected))


CLAIM = Claim("Nothing serious occurred", "absence", events=parse_conditions(SERIOUS), id="c")
STUDY = evolve(
    Study(study=StudyInfo(id="S", title="S", design="single-arm")),
    sources={"subjects": (Source(),), "events": (Source(),)},
)


@pytest.mark.parametrize(
    ("conditions", "fatal", "bearing", "words"),
    [
        (SERIOUS, True, "opposes", "1 death not marked as serious"),
        (SERIOUS, False, "observes", "0 of 4 enrolled"),
        ({**SERIOUS, "related_procedure": True}, True, "unknown", "1 death of which it is not"),
        ({"related_procedure": True}, False, "unknown", "no file of events has a column for"),
    ],
)
def test_a_claim_of_no_serious_event_is_contradicted_by_a_death(
    conditions: dict[str, bool], fatal: bool, bearing: str, words: str
) -> None:
    subjects = conform(pl.DataFrame({"subject": SUBJECTS}), "subjects", "S")
    tables = {
        "events": events_of(event("1", fatal=fatal, file_columns=["serious", "subject"])),
        "subjects": subjects,
        "results": empty("results"),
    }

    part = judge_absence(
        STUDY, evolve(CLAIM, events=parse_conditions(conditions)), tables, fixed=True
    )

    assert part.bearing == bearing
    assert words in part.reason
