"""Who takes part, when they come, and what they miss."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np

from bcs_simulation.scenarios import WEEKS, Scenario

FIRST_DAY = date(2019, 1, 14)
SPREAD = (
    0,
    2,
    5,
    11,
)  # largest deviation from the planned day at W0, W4, W12, W24; all inside the windows

# Counted from 0; assumed, as every figure of who missed what.
LEFT_AFTER_W4, MISSED_W12, THREE_SESSIONS = 17, 5, 12
HAEMATOMA_W12, CREAM_W12, WASHED_W4 = 1, 15, 19


@dataclass(frozen=True)
class People:
    """Subjects in order: ids, what is known of them, the start of each visit, and which visits took place."""

    ids: tuple[str, ...]
    age: np.ndarray
    phototype: np.ndarray
    bmi: np.ndarray
    smoker: np.ndarray
    postmenopausal: np.ndarray
    starts: tuple[tuple[datetime, ...], ...]
    week_2: tuple[datetime, ...]
    present: np.ndarray

    def sessions(self, index: int) -> list[tuple[str, str, datetime]]:
        """Session, visit and start of the visit, of the sessions that a subject received."""
        start = self.starts[index]
        planned = [
            ("S1", "W0", start[0]),
            ("S2", "W2", self.week_2[index]),
            ("S3", "W4", start[1]),
            ("S4", "W12", start[2]),
        ]
        return planned if self.present[index, 2] and index != THREE_SESSIONS else planned[:3]


def people(scenario: Scenario, seed: int) -> People:
    """The subjects of a study: women, 34 to 65 years, enrolled from January to March so that W24 falls in summer."""
    rng = np.random.default_rng([seed, 1])
    count = scenario.subjects
    age = np.clip(np.round(rng.normal(51, 8, count)), 34, 65)
    days = np.sort(rng.integers(0, 54, count))
    present = np.ones((count, 4), dtype=bool)
    present[LEFT_AFTER_W4, 2:] = False
    present[MISSED_W12, 2] = False
    starts = tuple(_visits(FIRST_DAY + timedelta(days=int(day)), rng) for day in days)
    return People(
        ids=tuple(f"BCS-{index + 1:02d}" for index in range(count)),
        age=age,
        phototype=rng.choice([1, 2, 3], count, p=[0.15, 0.5, 0.35]),
        bmi=np.round(np.clip(rng.normal(24, 3, count), 18.5, 33), 1),
        smoker=_highest(rng.random(count), round(count * 4 / 21)),
        postmenopausal=_highest(age + rng.normal(0, 2, count), round(count * 11 / 21)),
        starts=starts,
        week_2=tuple(_start(visit[0].date() + timedelta(days=14), rng) for visit in starts),
        present=present,
    )


def _visits(day: date, rng: np.random.Generator) -> tuple[datetime, ...]:
    first = day + timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)
    return tuple(
        _start(first + timedelta(days=7 * week + int(rng.integers(-off, off + 1))), rng)
        for week, off in zip(WEEKS, SPREAD, strict=True)
    )


def _start(day: date, rng: np.random.Generator) -> datetime:
    """A working day near `day`, at a quarter of an hour between half past eight and three."""
    day += timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))
    return datetime.combine(day, time(8, 30)) + timedelta(minutes=15 * int(rng.integers(0, 27)))


def _highest(values: np.ndarray, count: int) -> np.ndarray:
    chosen = np.zeros(len(values), dtype=bool)
    chosen[np.argsort(values)[::-1][:count]] = True
    return chosen
