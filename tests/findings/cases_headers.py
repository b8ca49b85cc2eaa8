"""Headers of a wide table that the pattern does not take, and what all subjects lack at a visit."""

from __future__ import annotations

from .case import Case, Files, Told, both, replaced

CASES: dict[str, Case] = {}

STUDY = """\
[study]
id = "W"
title = "A column a reading"
design = "single-arm"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[schedule]
corneometer = ["W0", "W4"]

[[sources.corneometer]]
file = "wide.csv"
headers = "{visit}_{side}"
constants = { location = "cheek", measure = "hydration" }

[[sources.subjects]]
file = "subjects.csv"

[endpoints.hydration]
measure = "corneometer.hydration"
sides = { combine = "mean" }
baseline = { visits = ["W0"] }
handling = ["observed"]

[quality]
off = ["sides_alike", "copied_down", "required_replicates"]
"""
WIDE: Files = {
    "study.toml": STUDY,
    "subjects.csv": "subject\nS1\nS2\n",
    "wide.csv": "subject,W0_L,W0_R,W4_L,W4_R,Remark\nS1,40,41,44,45,late\nS2,42,43,46,47,\n",
}
HEADER = {"file": "wide.csv", "row": 1}
LOST = Told(
    "absent_everywhere",
    "warning",
    "no reading of the side right of Hydration (Corneometer) at W4, of any of 2 subjects",
    visit="W4",
    side="right",
    measure="corneometer.hydration",
    found="nothing",
    expected="readings, or a schedule and sides without it",
)


def header(old: str, new: str):
    return replaced("wide.csv", old, new)


def unfit(found: str, column: int, words: str, expected: str) -> Told:
    return Told(
        "unfit_header", "warning", words, **HEADER, column=column, found=found, expected=expected
    )


CASES |= {
    f"a header that nearly fits: {name}": Case(
        WIDE,
        header("W4_R", name),
        (
            unfit(
                name,
                5,
                "nearest among the headers that are absent: 'W4_R'",
                "'W4_R' as the header, or a source of its own for it",
            ),
            LOST,
        ),
        both(header("W4_R", "w4_R"), header("Remark", "R of W4")),
    )
    for name in ("W4 R", "W04_R", "W4-R", "W4R", "W4_R_1")
}
CASES |= {
    "a header of a visit that the study does not have": Case(
        WIDE,
        header("W4_R", "W8_R"),
        (
            unfit(
                "W8_R",
                5,
                "'W8' is no visit of the study",
                'W0, W4; or visits.<visit>.aliases = ["W8"], where it is that visit',
            ),
            LOST,
        ),
        # Neither a remark of a side nor a further column without a cell is a reading.
        both(header("Remark", "Skin_R"), header("late", "dry")),
    ),
}
