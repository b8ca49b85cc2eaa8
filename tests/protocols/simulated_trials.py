"""Small simulated data of the protocols beside this file. No subject exists."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

START = date(2022, 3, 7)
SIDES = ("left", "right")


def table(folder: Path, name: str, header: str, rows: Iterable[Sequence[object]]) -> None:
    """A CSV file of the study."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header.split(), *rows])


def day(offset: int) -> str:
    """A date, so many days after the start."""
    return (START + timedelta(days=offset)).isoformat()


def split_face(folder: Path) -> None:
    """Sixteen subjects, a filler a side; every fourth comes back for a touch-up of one side."""
    rng = np.random.default_rng(1)
    names = [f"S{number:02d}" for number in range(1, 17)]
    arm = {
        name: ("test", "control") if rng.random() < 0.5 else ("control", "test") for name in names
    }
    last = {
        (name, side): 30 if number % 4 == 0 and side == "left" else 0
        for number, name in enumerate(names)
        for side in SIDES
    }
    table(
        folder,
        "subjects",
        "subject sex age enrolled",
        ([name, "female", 45 + number, day(0)] for number, name in enumerate(names)),
    )
    table(
        folder,
        "allocations",
        "subject location side arm",
        (
            [name, "nasolabial fold", side, arm[name][place]]
            for name in names
            for place, side in enumerate(SIDES)
        ),
    )
    table(
        folder,
        "exposures",
        "subject treatment session date location side dose unit",
        (
            [
                name,
                "filler",
                "touch_up" if on else "first",
                day(on),
                "nasolabial fold",
                side,
                0.4 if on else 1.0,
                "ml",
            ]
            for (name, side), final in last.items()
            for on in sorted({0, final})
        ),
    )
    table(
        folder,
        "events",
        "subject term side serious related_product related_procedure severity start_date",
        ([name, "swelling", "left", "no", "no", "yes", "mild", day(1)] for name in names[::3]),
    )
    grades = [
        [
            name,
            day(when),
            "nasolabial fold",
            side,
            rater,
            role,
            _grade(rng, when, arm[name][place], steps),
        ]
        for name in names
        for place, side in enumerate(SIDES)
        for when in (0, last[name, side] + 30, last[name, side] + 182)
        for rater, role, steps in (
            ("A", "blinded evaluator", 1),
            ("T", "treating investigator", 1),
            ("P1", "photo reader", 1),
            ("P2", "photo reader", 1),
            ("P3", "photo reader", 1),
        )
    ]
    table(folder, "fold_severity", "subject date location side rater rater_role grade", grades)
    table(
        folder,
        "preference",
        "subject visit choice",
        (
            [name, visit, int(rng.choice([-1, 0, 1], p=[0.2, 0.2, 0.6]))]
            for name in names
            for visit in ("M1", "M6")
        ),
    )
    table(
        folder,
        "side_diary",
        "subject date location side swelling",
        (
            [name, day(when), "nasolabial fold", side, max(0, int(rng.integers(0, 4)) - when // 5)]
            for name in names
            for side in SIDES
            for when in range(1, 15)
        ),
    )


def _grade(rng: np.random.Generator, when: int, arm: str, steps: int) -> int:
    fall = 0 if when == 0 else 1.6 if arm == "test" else 1.5
    return int(np.clip(round((3 - fall + rng.normal(0, 0.4)) * steps) / steps, 0, 4))


def atopic_dermatitis(folder: Path) -> None:
    """Sixty subjects in three arms; a few rescued, a few gone; responders drawn again at week 16."""
    rng = np.random.default_rng(2)
    names = [f"{number:03d}" for number in range(1, 61)]
    arm = {name: ("vehicle", "low", "high")[number % 3] for number, name in enumerate(names)}
    effect = {"vehicle": 0.3, "low": 0.6, "high": 0.8}
    base = {name: float(rng.uniform(18, 40)) for name in names}
    gone, rescued = set(names[5::17]), set(names[3::19])
    again = {
        name: ("vehicle", "high")[int(rng.random() < 0.5)]
        for name in names
        if arm[name] != "vehicle" and name not in gone
    }
    table(
        folder,
        "subjects",
        "subject sex age phototype severity enrolled",
        (
            [
                name,
                "female" if rng.random() < 0.5 else "male",
                int(rng.integers(18, 60)),
                int(rng.integers(1, 7)),
                "severe" if base[name] > 28 else "moderate",
                day(-14),
            ]
            for name in names
        ),
    )
    table(
        folder,
        "allocations",
        "subject epoch arm",
        [
            *([name, "induction", arm[name]] for name in names),
            *([name, "maintenance", drawn] for name, drawn in again.items()),
        ],
    )
    table(
        folder,
        "milestones",
        "subject milestone class date reason",
        [
            *([name, "rescue", "systemic", day(60), "flare"] for name in sorted(rescued)),
            *([name, "discontinued", "withdrawal", day(70), "moved"] for name in sorted(gone)),
        ],
    )
    table(
        folder,
        "exposures",
        "subject treatment date dose unit",
        ([name, "cream", day(0), 1, "g"] for name in names),
    )
    table(
        folder,
        "events",
        "subject term severity serious related_product start_date",
        ([name, "application site pain", "mild", "no", "yes", day(3)] for name in names[::6]),
    )
    scores = [
        [
            name,
            visit,
            day(when),
            round(
                float(
                    np.clip(
                        base[name] * (1 - share * effect[arm[name]] * rng.uniform(0.7, 1.2)), 0, 72
                    )
                ),
                1,
            ),
        ]
        for name in names
        for visit, when, share in (
            ("SCR", -14, 0),
            ("D0", 0, 0),
            ("W4", 28, 0.6),
            ("W16", 112, 1),
            ("W52", 364, 1),
        )
        if not (name in gone and when > 70) and not (visit == "W52" and name not in again)
    ]
    table(folder, "easi", "subject visit date total", scores)
    table(
        folder,
        "diary",
        "subject date worst",
        (
            [
                name,
                day(when),
                int(
                    np.clip(
                        rng.normal(7.5 if when < 1 else 7.5 - 6 * effect[arm[name]], 1.2), 0, 10
                    )
                ),
            ]
            for name in names
            for first, stop in ((-7, 1), (22, 29), (106, 113))
            for when in range(first, stop)
            if not (name in gone and when > 70) and rng.random() > 0.1
        ),
    )


def claims_test(folder: Path) -> None:
    """Thirty-three panelists with three zones each; hydration has a file a reading time."""
    rng = np.random.default_rng(3)
    names = [f"P{number:02d}" for number in range(1, 34)]
    zones = ("zone 1", "zone 2", "zone 3")
    drawn = {
        name: dict(
            zip(zones, rng.permutation(["product", "placebo", "untreated"]).tolist(), strict=True)
        )
        for name in names
    }
    level = {(name, zone): float(rng.normal(38, 4)) for name in names for zone in zones}
    gain = {"product": 9.0, "placebo": 4.0, "untreated": 0.0}
    share = {"T0": 0.0, "T1H": 1.3, "T8H": 1.0, "T24H": 0.8, "D28": 1.1}
    offset = {"T0": 0, "T1H": 0, "T8H": 0, "T24H": 1, "D28": 28}
    table(
        folder,
        "subjects",
        "subject sex age enrolled",
        ([name, "female", int(rng.integers(25, 60)), day(0)] for name in names),
    )
    table(
        folder,
        "allocations",
        "subject location arm",
        ([name, zone, arm] for name in names for zone, arm in drawn[name].items()),
    )
    table(
        folder,
        "exposures",
        "subject treatment date location dose unit batch",
        (
            [name, arm, day(0), zone, 2, "mg/cm2", "7-041"]
            for name in names
            for zone, arm in drawn[name].items()
            if arm != "untreated"
        ),
    )
    table(
        folder,
        "milestones",
        "subject milestone date",
        ([name, "wash-out completed", day(-1)] for name in names),
    )
    for visit, part in share.items():
        table(
            folder,
            f"corneometer_{visit}",
            "subject date location replicate hydration device_serial",
            (
                [
                    name,
                    day(offset[visit]),
                    zone,
                    replicate,
                    round(level[name, zone] + part * gain[arm] + float(rng.normal(0, 2)), 1),
                    "CM-12",
                ]
                for name in names
                for zone, arm in drawn[name].items()
                for replicate in (1, 2, 3)
            ),
        )
    table(
        folder,
        "evaporimeter",
        "subject visit date location replicate tewl device_serial",
        (
            [
                name,
                visit,
                day(offset[visit]),
                zone,
                replicate,
                round(11 - part * gain[arm] / 5 + float(rng.normal(0, 0.8)), 1),
                "EV-3",
            ]
            for visit, part in share.items()
            if visit in ("T0", "T24H", "D28")
            for name in names
            for zone, arm in drawn[name].items()
            for replicate in (1, 2, 3)
        ),
    )
    table(
        folder,
        "panel",
        "subject D28_supple",
        ([name, int(rng.choice([2, 3, 4, 5], p=[0.05, 0.15, 0.5, 0.3]))] for name in names),
    )


TRIALS: dict[str, Callable[[Path], None]] = {
    "split_face": split_face,
    "atopic_dermatitis": atopic_dermatitis,
    "claims_test": claims_test,
}
