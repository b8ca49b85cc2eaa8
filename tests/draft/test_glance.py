"""The first look at the data: its order, its holes, its width, and what it never shows."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from dermoutcomes.draft.glance import GLANCE_TABLES, glance_lines
from dermoutcomes.draft.study_text import study_text
from dermoutcomes.runs.pipeline import check

from .small_folders import EIGHT, PARALLEL, csv, drafted

HOLES = {("S3", "Week 12", "left"), ("S5", "Week 4", "left"), ("S5", "Week 4", "right")}
# Far apart by arm (every second subject), by side and by visit: any mean of these would show.
APART = PARALLEL | {
    "corneometer.csv": csv(
        "Subject,Visit,Date,Side,Replicate,Corneometer hydration",
        (
            (
                name,
                visit,
                f"2024-0{1 + place}-{3 + number:02}",
                side,
                replicate,
                f"{(20, 60)[number % 2] + (0, 9)[side == 'right'] + 3 * place + replicate / 10:.1f}",
            )
            for number, name in enumerate(EIGHT)
            for place, visit in enumerate(("Baseline", "Week 4", "Week 12"))
            for side in ("left", "right")
            for replicate in (1, 2, 3)
            if (name, visit, side) not in HOLES
        ),
    )
}


@cache
def lines(name: str) -> tuple[str, ...]:
    """The glance of a folder."""
    with TemporaryDirectory() as folder:
        draft = drafted(Path(folder) / name, FOLDERS[name])
        draft.accept()
        path = Path(folder) / name / "study.toml"
        path.write_text(study_text(draft), encoding="utf-8")
        checked = check(path, tables=GLANCE_TABLES)
        return tuple(glance_lines(draft, checked.study, checked.registry, checked.tables))


MANY_VISITS = {
    "corneometer.csv": csv(
        "Subject,Visit,Corneometer hydration",
        (
            (name, f"Week {week}", 30 + number + week / 10)
            for number, name in enumerate(EIGHT)
            for week in range(0, 60, 2)
        ),
    ),
    **{f"photos/{number}.jpg": b"x" for number in range(300)},
    "notes.csv": csv(
        ",".join(["Subject", *(f"Remark {n}" for n in range(40))]), [["S1", *["a"] * 40]]
    ),
}
MANY_FILES = {
    f"S{number:02}_{visit}_{side}.csv": "hydration\n41.5\n42.0\n"
    for number in range(7)
    for visit in ("BL", "W4")
    for side in ("left", "right")
}
FOLDERS = {"apart": APART, "many_visits": MANY_VISITS, "many_files": MANY_FILES}


def test_order_is_that_in_which_a_scientist_checks() -> None:
    heads = [line for line in lines("apart") if line and not line.startswith(" ")]
    begin = [re.split(r"[:(,]", head)[0].strip() for head in heads]
    assert begin == [
        "Subjects",
        "Readings by subject and visit",
        "Arms",
        "Dates",
        "Measures",
        "Rows read",
        "Words not understood",
        "Baseline",
    ]


def test_holes_are_marked_by_side() -> None:
    grid = {
        line.split()[0]: line.split()[1:] for line in lines("apart") if re.match(r"  S\d ", line)
    }
    assert grid["S1"] == ["LR", "LR", "LR"]
    assert grid["S3"] == ["LR", "LR", "·R"]
    assert grid["S5"] == ["LR", "··", "LR"]
    assert "  with a reading: BL 8, W4 7, W12 8 of 8" in lines("apart")


def test_rows_are_those_of_the_file() -> None:
    assert "  corneometer.csv: 135 of 135 (corneometer)" in lines("apart")
    assert "  subjects.csv: 8 of 8 (allocations, subjects)" in lines("apart")


def test_of_many_files_of_which_all_was_read_three_are_named() -> None:
    rows = [line for line in lines("many_files") if line.endswith(" (corneometer)")]
    assert rows == [
        "  S00_BL_left.csv: 2 (corneometer)",
        "  S00_BL_right.csv: 2 (corneometer)",
        "  S00_W4_left.csv: 2 (corneometer)",
        "  25 files more: 50 rows (corneometer)",
    ]


def test_nothing_is_shown_by_arm_or_side_or_after_baseline() -> None:
    shown = lines("apart")
    # Of values: the range over everybody and all visits, and the mean of all at baseline.
    assert "  corneometer.hydration    20.1 to 75.3 AU, 135 values" in shown
    (baseline,) = [line for line in shown if "mean" in line and "n =" in line]
    assert baseline.split("mean ")[1] == "44.7, SD 21.4, n = 8"
    numbers = {float(word) for line in shown for word in re.findall(r"\b\d+\.\d+\b", line)}
    assert numbers == {20.1, 75.3, 44.7, 21.4}
    arms = [line for line in shown if "cream" in line or "vehicle" in line]
    assert arms == ["Arms: 8 subjects with 1 arm (cream, vehicle)"]


def test_no_line_is_wider_than_a_screen() -> None:
    shown = lines("many_visits")
    assert max(map(len, shown)) <= 100
    visits = " ".join(shown)
    assert all(re.search(rf"\bW{week}\b", visits) for week in range(0, 60, 2))
    assert sum(line.startswith("  S1 ") for line in shown) > 1
    assert sum("photograph" in line for line in shown) == 1
