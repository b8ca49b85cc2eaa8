"""Who has no arm or no stratum where it decides, and studies without a list of subjects."""

from __future__ import annotations

from .case import Case, Files, Told, both, in_study, replaced
from .studies import QUIET

CASES: dict[str, Case] = {}

STUDY = """\
[study]
id = "A"
title = "Two arms at two sites"
design = "parallel"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[arms]
A = {}
B = { reference = true }

[comparisons]
w4 = { visit = ["W4", "baseline"], arm = ["A", "B"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "allocations.csv"

[[sources.corneometer]]
file = "readings.csv"

[endpoints.hydration]
role = "primary"
measure = "corneometer.hydration"
baseline = { visits = ["W0"] }
compare = ["w4"]
strata = ["site"]
analyses = ["ancova"]
handling = ["observed"]

[quality]
off = ["sides_alike", "copied_down", "required_replicates", "unusual_visit", "missed_visit"]
"""
IDS = tuple(f"S{number}" for number in range(1, 5))
TWO_ARMS: Files = {
    "study.toml": STUDY,
    "subjects.csv": "subject,site\nS1,north\nS2,north\nS3,south\nS4,south\n",
    "allocations.csv": "subject,arm\nS1,A\nS2,B\nS3,A\nS4,B\n",
    "readings.csv": "subject,visit,location,hydration\n"
    + "".join(
        f"{subject},{visit},cheek,{40 + number + 3 * place}\n"
        for number, subject in enumerate(IDS)
        for place, visit in enumerate(("W0", "W4"))
    ),
}

CASES |= {
    "a subject without an arm": Case(
        TWO_ARMS,
        replaced("allocations.csv", "S4,B\n", ""),
        (
            Told(
                "no_arm",
                "error",
                "S4 was read after baseline and allocated to no arm",
                subject="S4",
                found="no arm",
                expected="a row in the source of allocations, or a population without it",
            ),
        ),
        # Who was read at baseline alone was perhaps never randomised.
        both(
            replaced("allocations.csv", "S4,B\n", ""),
            replaced("readings.csv", "S4,W4,cheek,46\n", ""),
        ),
    ),
    "a subject without a stratum": Case(
        TWO_ARMS,
        replaced("subjects.csv", "S2,north", "S2,"),
        (
            Told(
                "blank_stratum",
                "error",
                "1 of 4 subjects has no site, by which hydration is adjusted (0 of A, 1 of B): S2; the "
                "analyses that use it leave them out",
                measure="corneometer.hydration",
                found="blank",
                expected="site of these subjects as it was in randomising, or "
                'endpoints.hydration.blank = "leave_out" or "own_level"',
            ),
        ),
        both(
            replaced("subjects.csv", "S2,north", "S2,"),
            in_study('strata = ["site"]', 'strata = ["site"]\nblank = "leave_out"'),
        ),
    ),
    "a study without a list of subjects": Case(
        QUIET,
        in_study('[[sources.subjects]]\nfile = "subjects.csv"\n', ""),
        (
            Told(
                "no_subject_list",
                "note",
                "its people are the 6 subjects with a reading",
                found="6",
                expected="[[sources.subjects]] with the list of all who were enrolled",
            ),
        ),
        # A long file as a list: its rows of a subject are one.
        in_study('file = "subjects.csv"', 'file = "exposures.csv"'),
    ),
}
