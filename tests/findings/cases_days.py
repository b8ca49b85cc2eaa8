"""Visits that were read on several days, and baselines that were read too late."""

from __future__ import annotations

from .case import Case, Edit, Told, appended, both, cells, in_study
from .studies import QUIET, Files

CASES: dict[str, Case] = {}

AGAIN = {
    "file": "readings.csv",
    "row": 74,
    "column": 9,
    "subject": "S1",
    "visit": "W4",
    "measure": "corneometer.hydration",
}
ONE_DAY = (
    'one day a visit, or endpoints.hydration.same_visit = "first", "last", "nearest", "mean" or '
    '"none"'
)
RULE = 'measure = "corneometer.hydration"'


def read_again(subject: str, visit: str, date: str, value: str, numbers: str = "12") -> Edit:
    """Both sides of a subject once more, on a day of their own."""
    return appended(
        "readings.csv",
        "".join(
            f"{subject},{visit},{date},09:00,cheek,{side},{number},Ann,{value},A1,21,50,20,8\n"
            for side in ("left", "right")
            for number in numbers
        ),
    )


def same_visit(rule: str) -> Edit:
    return in_study(RULE, f'{RULE}\nsame_visit = "{rule}"')


def told(found: str, words: str, **said: object) -> Told:
    place = {**AGAIN, **said}
    severity = str(place.pop("severity", "warning"))
    return Told("repeated_visit", severity, words, **place, found=found, expected=ONE_DAY)


W4_OF_S1 = "day 29 (2024-04-01): left 41.5, right 42.2"
CASES |= {
    "a visit read on a second day": Case(
        QUIET,
        read_again("S1", "W4", "2024-04-03", "50"),
        (
            told(
                f"{W4_OF_S1}; day 31 (2024-04-03): left 50, right 50",
                "W4 was read on 2 days, and day 29 counts: of those with enough readings the "
                "nearest to the planned day",
            ),
        ),
        both(same_visit("nearest"), read_again("S1", "W4", "2024-04-03", "50")),
    ),
    "a visit that was read again nearer to its plan": Case(
        QUIET,
        both(
            cells("readings.csv", {"subject": "S1", "visit": "W4"}, date="2024-03-30"),
            read_again("S1", "W4", "2024-04-02", "50"),
        ),
        (
            told(
                "day 27 (2024-03-30): left 41.5, right 42.2; "
                "day 30 (2024-04-02): left 50, right 50",
                "day 30 counts",
                row=6,
            ),
        ),
        # Planned replicates that are numbered through are meant to lie on two days.
        both(
            in_study("planned = 2", "planned = 4"),
            in_study("off = [", 'off = ["required_replicates", '),
            read_again("S1", "W4", "2024-04-02", "50", numbers="34"),
        ),
    ),
    "a baseline read again before the treatment": Case(
        QUIET,
        read_again("S1", "W0", "2024-03-01", "50"),
        (
            told(
                "day -3 (2024-03-01): left 50, right 50; day 1 (2024-03-04): left 40.2, right 40.9",
                "day 1 counts: the last with enough readings on or before the first treatment",
                visit="W0",
            ),
        ),
        # Blank dates are no day.
        read_again("S1", "W0", "", "50"),
    ),
    "a baseline read after the treatment": Case(
        QUIET,
        cells("readings.csv", {"subject": "S1", "visit": "W0"}, date="2024-03-05"),
        (
            Told(
                "baseline_after_treatment",
                "error",
                "W0 is a baseline and was read on day 2, after the first treatment on day 1",
                **{**AGAIN, "row": 2, "visit": "W0", "location": "cheek", "side": "left"},
                replicate=1,
                value=40.0,
                found="day 2",
                expected="a reading on or before day 1, or a later visit of [visits]; where a "
                'session is meant to precede its readings, measure = "after" in [sessions]',
            ),
        ),
        # The day of the treatment itself is before it, where no time of day says otherwise.
        both(
            cells("readings.csv", {"subject": "S1", "visit": "W0"}, time=""),
            cells("exposures.csv", {"subject": "S1"}, time=""),
        ),
    ),
}


def in_two_arms(files: Files) -> Files:
    """The study with three subjects in each of two arms."""
    return {
        **both(
            in_study('design = "single-arm"', 'design = "parallel"'),
            in_study('visit = ["W4", "baseline"]', 'visit = ["W4", "baseline"], arm = ["A", "B"]'),
            in_study('analyses = ["paired_t"]', 'analyses = ["welch_t"]'),
            in_study(
                "[[sources.exposures]]",
                "[arms]\nA = {}\nB = { reference = true }\n\n[[sources.allocations]]\n"
                'file = "allocations.csv"\n\n[[sources.exposures]]',
            ),
        )(files),
        "allocations.csv": "subject,arm\nS1,A\nS2,A\nS3,A\nS4,B\nS5,B\nS6,B\n",
    }


CASES |= {
    "one arm was read again": Case(
        in_two_arms(QUIET),
        both(same_visit("first"), read_again("S1", "W4", "2024-04-03", "50")),
        (
            Told(
                "repeats_by_arm",
                "note",
                "W4 was read on a further day, or after treatment, of 1 of 3 of A and 0 of 3 of B",
                visit="W4",
                measure="corneometer.hydration",
                found="1 of 3 of A and 0 of 3 of B",
                expected="repeats alike in all arms",
            ),
        ),
        # Another time of the same day is no other day.
        both(same_visit("first"), cells("readings.csv", {"visit": "W4"}, time="11:00")),
    ),
}
