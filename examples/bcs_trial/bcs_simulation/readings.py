"""The measurements as they were taken: when, with which settings, which failed and which are missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from bcs_simulation.people import CREAM_W12, HAEMATOMA_W12, WASHED_W4, People
from bcs_simulation.scenarios import REPLICATES, SIDES
from bcs_simulation.skin import Skin, parameters

Place = tuple[int, int, int, int]  # subject, visit, side, replicate, each counted from 0
CURVE_SUBJECTS = (2, 7, 14)
CURVE_VISITS = (0, 3)
NEEDLE_AFTER = timedelta(minutes=75)
LOST_SHARE = 0.02
REJECTED = 8
SPOILT = (4, 8, 10, 11, 13, 16)  # mistakes are planted in the files of these
OUTSIDE = ((3, 1, 23.4, 52.0), (10, 2, 21.2, 34.0), (14, 3, 24.1, 63.0))  # subject, visit, °C, % RH


@dataclass
class Suction:
    """One measurement of the Cutometer; `failure` says why the device refused it."""

    place: Place
    taken_at: datetime
    values: dict[str, float]
    probe_mm: int = 2
    off_s: float = 2.0
    failure: str | None = None
    slips: dict[str, float] = field(default_factory=dict)


@dataclass
class Capacitance:
    """One reading of the Corneometer, with the room."""

    place: Place
    taken_at: datetime
    value: float
    room_temperature: float
    room_humidity: float
    acclimatisation: int
    hours_since_wash: float


def places(who: People) -> Iterator[Place]:
    """Every planned measurement of those present, in the order in which it was taken."""
    for subject, visit in np.argwhere(who.present):
        for side in range(len(SIDES)):
            for replicate in range(REPLICATES):
                yield int(subject), int(visit), side, replicate


def suctions(who: People, truth: Skin, seed: int) -> dict[Place, Suction]:
    """Cutometer measurements: some lost, some refused, one cheek left out."""
    rng = np.random.default_rng([seed, 5])
    taken = {
        place: Suction(place, _moment(who, place, 30), _parameters(truth, place))
        for place in places(who)
        if place[:3] != (HAEMATOMA_W12, 2, 0)
    }
    for place in _ordinary(taken, rng, round(LOST_SHARE * len(taken))):
        del taken[place]
    for number, place in enumerate(_refused(taken, rng)):
        taken[place].failure = "leak" if number % 2 == 0 else "clipping"
    return taken


def capacitances(who: People, truth: Skin, seed: int) -> list[Capacitance]:
    """Corneometer readings, in a room that was three times outside its range."""
    rng = np.random.default_rng([seed, 6])
    rooms = {
        (subject, visit): (
            round(rng.uniform(20.2, 21.8), 1),
            round(rng.uniform(42, 58), 0),
            int(rng.integers(20, 35)),
            round(rng.uniform(7, 14), 1),
        )
        for subject, visit in np.argwhere(who.present).tolist()
    }
    for subject, visit, temperature, humidity in OUTSIDE:
        rooms[subject, visit] = (temperature, humidity, *rooms[subject, visit][2:])
    rooms[WASHED_W4, 1] = (*rooms[WASHED_W4, 1][:3], 2.0)
    return [
        Capacitance(
            place, _moment(who, place, 45), float(truth.hydration[place]), *rooms[place[:2]]
        )
        for place in places(who)
        if place[:2] != (CREAM_W12, 2)
    ]


def _parameters(truth: Skin, place: Place, off: float = 2.0) -> dict[str, float]:
    return parameters(
        truth.r0[place], truth.r9[place], truth.r6[place], truth.r7[place], truth.r2[place], off
    )


def _moment(who: People, place: Place, minutes: int) -> datetime:
    subject, visit, side, replicate = place
    return who.starts[subject][visit] + timedelta(minutes=minutes + side * 5 + replicate)


def _ordinary(taken: dict[Place, Suction], rng: np.random.Generator, count: int) -> list[Place]:
    """Places that nothing else happens to: no subject with curves, and no more than one measurement of a cheek."""
    free = [
        place
        for place in taken
        if place[0] not in (*CURVE_SUBJECTS, *SPOILT)
        and not taken[place].failure
        and place[3] == (place[0] + place[1] + place[2]) % REPLICATES
    ]
    return [free[index] for index in sorted(rng.permutation(len(free))[:count])]


def _refused(taken: dict[Place, Suction], rng: np.random.Generator) -> list[Place]:
    """Two measurements whose curves are at hand, a leak and a clipped one, and others without."""
    return [(2, 0, 0, 1), (7, 3, 1, 2), *_ordinary(taken, rng, REJECTED - 2)]
