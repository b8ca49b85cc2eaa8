"""Simulate the split-face trial: `python simulate.py --out data`. Every value is made up; the seed fixes all of them."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

SEED = 12
SUBJECTS = 24
START = date(2024, 3, 4)
CHEEKS = ("left", "right")
ARMS = ("Booster A", "Booster B")
VISITS = {"Baseline": 0, "Week 4": 28, "Week 12": 84, "Week 24": 168}
EVALUATORS = ("E1", "E2")
# Mean change of R0 from baseline in mm, by arm, at weeks 4, 12 and 24: assumed.
R0_CHANGE = {"Booster A": (-0.020, -0.055, -0.065), "Booster B": (-0.016, -0.036, -0.040)}
# Chance that a side is not seen as improved by one evaluator, by arm, at weeks 4, 12 and 24: assumed.
NOT_IMPROVED = {"Booster A": (0.35, 0.15, 0.12), "Booster B": (0.40, 0.25, 0.25)}
# Who does what in this study, by the number of the subject.
LEFT_AFTER_WEEK_4 = 17
MISSED_WEEK_12 = 8
LATE_AT_WEEK_24 = 5
SLIP = (11, "Week 12", "right", 2)
LOST_READING = (20, "Baseline", "left", 3)


@dataclass(frozen=True)
class Person:
    """A subject: what is on the lists, and the arm of each cheek."""

    number: int
    age: int
    sex: str
    phototype: int
    enrolled: date
    arms: dict[str, str]
    touched_up: tuple[str, ...]

    @property
    def id(self) -> str:
        """As the exports write it."""
        return f"SF-{self.number:02d}"


def people(rng: np.random.Generator) -> list[Person]:
    """Everybody, with sides drawn in blocks of four."""
    first_left = np.concatenate(
        [rng.permutation([True, True, False, False]) for _ in range(SUBJECTS // 4)]
    )
    everybody = []
    for number in range(1, SUBJECTS + 1):
        arms = dict(zip(CHEEKS, ARMS if first_left[number - 1] else ARMS[::-1], strict=True))
        chances = rng.random(2)
        everybody.append(
            Person(
                number,
                int(rng.integers(38, 66)),
                "male" if rng.random() < 0.15 else "female",
                int(rng.choice([1, 2, 3, 4], p=[0.1, 0.5, 0.3, 0.1])),
                START + timedelta(days=int(rng.integers(0, 5)) + 7 * ((number - 1) // 6)),
                arms,
                tuple(
                    cheek
                    for cheek, chance in zip(CHEEKS, chances, strict=True)
                    if chance < (0.2 if arms[cheek] == ARMS[0] else 0.35)
                    and number != LEFT_AFTER_WEEK_4
                ),
            )
        )
    return everybody


def days_of(person: Person, rng: np.random.Generator) -> dict[str, date]:
    """The date of each visit that took place."""
    dates = {}
    for visit, planned in VISITS.items():
        off = 0 if visit == "Baseline" else int(rng.integers(-3, 4))
        if visit == "Week 24" and person.number == LATE_AT_WEEK_24:
            off = 24
        left = person.number == LEFT_AFTER_WEEK_4 and planned > VISITS["Week 4"]
        missed = person.number == MISSED_WEEK_12 and visit == "Week 12"
        if not left and not missed:
            dates[visit] = person.enrolled + timedelta(days=planned + off)
    return dates


def cutometer_rows(
    person: Person, dates: dict[str, date], rng: np.random.Generator
) -> Iterator[list[object]]:
    """Three readings of each cheek at each visit."""
    skin = rng.normal(0.36, 0.045)
    answer = rng.normal(0, 0.012)
    cheek_before = {cheek: rng.normal(0, 0.012) for cheek in CHEEKS}
    elastic = {cheek: rng.normal(0.64, 0.04) for cheek in CHEEKS}
    cheek_answer = {cheek: rng.normal(0, 0.012) for cheek in CHEEKS}
    for place, (visit, planned) in enumerate(VISITS.items()):
        day_of_visit = rng.normal(0, 0.008)
        for cheek in CHEEKS:
            level = skin + cheek_before[cheek] + day_of_visit + rng.normal(0, 0.008)
            gain = 0.0
            if planned:
                change = R0_CHANGE[person.arms[cheek]][place - 1]
                level += change + answer + cheek_answer[cheek]
                gain = -0.5 * change
            for replicate in (1, 2, 3):
                r0 = round(max(0.08, level * (1 + rng.normal(0, 0.025))), 3)
                r2 = round(float(np.clip(elastic[cheek] + gain + rng.normal(0, 0.02), 0, 1)), 3)
                if (person.number, visit, cheek, replicate) == SLIP:
                    r0 = round(10 * r0, 2)
                lost = (person.number, visit, cheek, replicate) == LOST_READING
                if visit in dates and not lost:
                    yield [
                        person.id,
                        visit,
                        dates[visit].isoformat(),
                        cheek,
                        replicate,
                        f"{r0:.3f}",
                        f"{r2:.3f}",
                        2,
                        450,
                    ]


def gais_rows(
    person: Person, dates: dict[str, date], rng: np.random.Generator
) -> Iterator[list[object]]:
    """Grades, 1 very much improved to 5 worse: two evaluators of photographs, and the subject."""
    for place, visit in enumerate(list(VISITS)[1:]):
        for cheek in CHEEKS:
            chance = NOT_IMPROVED[person.arms[cheek]][place]
            seen = rng.random()
            grade = 4 if seen < chance else int(rng.choice([1, 2, 3], p=[0.15, 0.45, 0.40]))
            for rater, role in (
                *((name, "blinded evaluator") for name in EVALUATORS),
                ("self", "subject"),
            ):
                step = int(rng.choice([-1, 0, 1], p=[0.12, 0.76, 0.12]))
                rated = int(
                    np.clip(grade + step - (role == "subject") * (rng.random() < 0.3), 1, 5)
                )
                if visit in dates:
                    yield [person.id, visit, dates[visit].isoformat(), cheek, rater, role, rated]


def treatment_rows(person: Person, dates: dict[str, date]) -> Iterator[list[object]]:
    """The injections: both cheeks on the first day, and where one was not enough again at week 4."""
    for cheek in CHEEKS:
        yield [person.id, "first", dates["Baseline"], cheek, person.arms[cheek], "1.0"]
    for cheek in person.touched_up:
        yield [person.id, "touch-up", dates["Week 4"], cheek, person.arms[cheek], "0.5"]


def event_rows(
    person: Person, dates: dict[str, date], rng: np.random.Generator
) -> Iterator[list[object]]:
    """Bruises of the needle, two lumps of the product, and what happens to people in half a year."""
    first = dates["Baseline"]
    for cheek in CHEEKS:
        if rng.random() < 0.3:
            end = first + timedelta(days=int(rng.integers(3, 9)))
            yield [person.id, cheek, "Bruise", first, end, "mild", "no", "no", "yes"]
    if person.number in {4, 15}:
        cheek = CHEEKS[person.number % 2]
        begin = first + timedelta(days=20)
        end = begin + timedelta(days=25)
        yield [person.id, cheek, "Palpable lump", begin, end, "moderate", "no", "yes", "no"]
    if rng.random() < 0.25:
        begin = first + timedelta(days=int(rng.integers(10, 150)))
        end = begin + timedelta(days=7)
        yield [person.id, "", "Common cold", begin, end, "mild", "no", "no", "no"]


def tables(seed: int) -> dict[str, tuple[str, list[Sequence[object]]]]:
    """Name of a file = its header and its rows."""
    rng = np.random.default_rng(seed)
    everybody = people(rng)
    dates = {person.id: days_of(person, rng) for person in everybody}

    def all_rows(
        rows_of: Callable[[Person, dict[str, date]], Iterable[Sequence[object]]],
    ) -> list[Sequence[object]]:
        return [row for person in everybody for row in rows_of(person, dates[person.id])]

    return {
        "subjects.csv": (
            "Subject,Sex,Age,Fitzpatrick,Enrolment date",
            [[one.id, one.sex, one.age, one.phototype, one.enrolled] for one in everybody],
        ),
        "randomisation.csv": (
            "Subject,Left cheek,Right cheek",
            [[one.id, one.arms["left"], one.arms["right"]] for one in everybody],
        ),
        "treatments.csv": (
            "Subject,Session,Date,Cheek,Product,Volume (ml)",
            all_rows(treatment_rows),
        ),
        "cutometer.csv": (
            "Subject,Visit,Date,Cheek,Measurement,R0 (mm),R2,Probe (mm),Pressure (mbar)",
            all_rows(lambda one, when: cutometer_rows(one, when, rng)),
        ),
        "gais.csv": (
            "Subject,Visit,Date,Cheek,Rater,Role,GAIS",
            all_rows(lambda one, when: gais_rows(one, when, rng)),
        ),
        "adverse_events.csv": (
            "Subject,Cheek,AE term,AE start,AE end,Severity,Serious,Related to product,Related to procedure",
            all_rows(lambda one, when: event_rows(one, when, rng)),
        ),
        "end_of_study.csv": (
            "Subject,Status,Date,Reason",
            [_end(one, dates[one.id]) for one in everybody],
        ),
    }


def _end(person: Person, dates: dict[str, date]) -> list[object]:
    if person.number == LEFT_AFTER_WEEK_4:
        return [person.id, "withdrawn", dates["Week 4"] + timedelta(days=20), "moved away"]
    return [person.id, "completed", dates["Week 24"], ""]


def text(header: str, rows: Iterable[Sequence[object]]) -> str:
    """A file of the study, as the data base of the centre exports it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return buffer.getvalue()


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name, (header, rows) in tables(chosen.seed).items():
        (chosen.out / name).write_text(text(header, rows), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
