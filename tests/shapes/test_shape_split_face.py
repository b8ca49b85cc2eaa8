"""Two products, one a side, with a touch-up after which the visits of that side are counted."""

from __future__ import annotations

import polars as pl
import pytest

from .conftest import head, scale, table

VISITS = """V0 = { at = "0 d" }
M1 = { at = "30 d", window = ["-7 d", "+7 d"], anchor = "last treatment of the side" }"""
STUDY = """
[schedule]
fold = ["V0", "M1"]
[arms]
test = {}
control = { reference = true }
[comparisons]
m1 = { visit = ["M1", "baseline"] }
[[sources.allocations]]
file = "allocations.csv"
[[sources.exposures]]
file = "exposures.csv"
[[sources.fold]]
file = "fold.csv"
visits_by = "date"
columns.date = "date"
[endpoints.fold]
measure = "fold.grade"
role = "primary"
location = "nasolabial fold"
baseline = { visits = ["V0"] }
difference = { arm = ["test", "control"] }
compare = ["m1"]
analyses = ["paired_t"]
handling = ["observed"]
"""
SIDES = {"A": ("left", "right"), "B": ("right", "left"), "C": ("left", "right")}
# Subject A's test side was touched up on 31 January: its month runs from there.
TOUCHED = "A"
GRADES = {
    "A": (4, 1, 3, 3),
    "B": (3, 1, 3, 2),
    "C": (4, 2, 4, 3),
}  # test before and after, control before and after


@pytest.fixture
def run(run_study):
    allocations = [
        {"subject": name, "location": "nasolabial fold", "side": side, "arm": arm}
        for name, sides in SIDES.items()
        for side, arm in zip(sides, ("test", "control"), strict=True)
    ]
    exposures = [
        {
            "subject": row["subject"],
            "treatment": "filler",
            "date": "2026-01-01",
            "location": "nasolabial fold",
            "side": row["side"],
        }
        for row in allocations
    ]
    exposures.append({**exposures[0], "date": "2026-01-31"})
    readings = []
    for row in allocations:
        before, after = (
            GRADES[row["subject"]][:2] if row["arm"] == "test" else GRADES[row["subject"]][2:]
        )
        late = row["subject"] == TOUCHED and row["arm"] == "test"
        readings += [
            {**row, "arm": None, "date": day, "grade": grade}
            for day, grade in (
                ("2026-01-01", before),
                ("2026-03-02" if late else "2026-01-31", after),
            )
        ]
    files = {
        "subjects.csv": "subject\nA\nB\nC\n",
        "allocations.csv": table(allocations),
        "exposures.csv": table(exposures),
        "fold.csv": table(
            [{name: value for name, value in row.items() if name != "arm"} for row in readings]
        ),
        "scales.toml": scale(
            "fold",
            {"grade": "minimum = 0\nmaximum = 5\nscale_type = 'interval'\nimproves = 'down'"},
            {},
        ),
    }
    return run_study(head("within-subject", VISITS) + STUDY, files)


def test_visits_are_counted_from_the_last_treatment_of_the_side(run):
    seen = (
        run.table("observations")
        .filter(subject=TOUCHED)
        .sort("side", "day")
        .select("side", "visit", "day")
        .rows()
    )

    assert seen == [("left", "V0", 1), ("left", "M1", 61), ("right", "V0", 1), ("right", "M1", 31)]


def test_sides_differ_by_the_arm_that_they_were_allocated(run):
    records = run.table("endpoints").filter(visit="M1").sort("subject")

    assert records.select("subject", "value", "base", "change").rows() == [
        ("A", -2, 1, -3),
        ("B", -1, 0, -1),
        ("C", -1, 0, -1),
    ]
    estimate = run.table("results").filter(
        pl.col("term") == "mean_difference", pl.col("stat") == "estimate"
    )
    assert estimate["value"].to_list() == [pytest.approx(-5 / 3)]
    assert run.table("allocations").height == 6
