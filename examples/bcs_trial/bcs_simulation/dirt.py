"""Mistakes as they are made in practice, planted one by one so that each can be asked of the checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bcs_simulation.people import People
from bcs_simulation.ratings import RATED_VISITS, Ratings
from bcs_simulation.readings import NEEDLE_AFTER, Place, Suction
from bcs_simulation.skin import SWAPPED, Skin, parameters

WIDE_PROBE, SHORT_OFF, SLIP, COPIED, LATE = 4, 10, 13, 16, 11


@dataclass(frozen=True)
class Planted:
    """A mistake: where it is, what was done, and the check that must find it."""

    places: tuple[Place, ...]
    what: str
    check: str
    column: str


def plant(taken: dict[Place, Suction], truth: Skin, who: People) -> list[Planted]:
    """Spoil the Cutometer measurements in place and say how."""
    return [
        _wide_probe(taken, truth),
        _short_off(taken, truth),
        _slip(taken),
        _swapped(taken),
        _copied(taken),
        _late(taken, who),
        *_refused(taken),
    ]


def signed_rating(given: Ratings) -> tuple[int, str]:
    """The subject and visit whose investigator wrote +2 in a file of 1 to 5: the first "much improved" at W12."""
    grades = given.gais[:, 1, 0]
    return next((index for index in range(6, len(grades)) if grades[index] == 2), 6), RATED_VISITS[
        1
    ]


def _visit(taken: dict[Place, Suction], subject: int, visit: int) -> tuple[Place, ...]:
    return tuple(place for place in taken if place[:2] == (subject, visit))


def _wide_probe(taken: dict[Place, Suction], truth: Skin) -> Planted:
    """The 4 mm probe was on the device: heights about twice as large."""
    places = _visit(taken, WIDE_PROBE, 2)
    for place in places:
        taken[place].probe_mm = 4
        taken[place].values = parameters(
            2 * truth.r0[place],
            2 * truth.r9[place],
            truth.r6[place],
            truth.r7[place],
            truth.r2[place],
        )
    return Planted(
        places, "probe of 4 mm in place of 2 mm; heights doubled", "settings_changed", "Sonde [mm]"
    )


def _short_off(taken: dict[Place, Suction], truth: Skin) -> Planted:
    places = _visit(taken, SHORT_OFF, 1)
    for place in places:
        taken[place].off_s = 1.0
        values = (
            truth.r0[place],
            truth.r9[place],
            truth.r6[place],
            truth.r7[place],
            truth.r2[place],
        )
        taken[place].values = parameters(*values, off=1.0)
    return Planted(
        places,
        "off-time of 1 s in place of 2 s; Q0 is 100 times R0, not 200 times",
        "settings_changed",
        "Pausenzeit [s]",
    )


def _slip(taken: dict[Place, Suction]) -> Planted:
    place = (SLIP, 2, 1, 1)
    taken[place].slips["R0"] = 10 * taken[place].values["R0"]
    return Planted((place,), "decimal slip: R0 ten times too large", "decimal_slip", "R0 [mm]")


def _swapped(taken: dict[Place, Suction]) -> Planted:
    places = _visit(taken, SWAPPED, 3)
    before = {place: taken[place].values for place in places}
    for subject, visit, side, replicate in places:
        taken[subject, visit, side, replicate].values = before[subject, visit, 1 - side, replicate]
    return Planted(places, "left and right exchanged", "swapped_sides", "Seite")


def _copied(taken: dict[Place, Suction]) -> Planted:
    places = _visit(taken, COPIED, 2)
    for place in places:
        taken[place].values = taken[place[0], 1, place[2], place[3]].values
    return Planted(places, "the readings of W4 copied down to W12", "copied_down", "R0 [mm]")


def _late(taken: dict[Place, Suction], who: People) -> Planted:
    place = (LATE, 1, 0, 2)
    taken[place].taken_at = who.starts[LATE][1] + NEEDLE_AFTER + timedelta(minutes=20)
    return Planted(
        (place,), "read 20 minutes after the injection of that day", "after_treatment", "Uhrzeit"
    )


def _refused(taken: dict[Place, Suction]) -> list[Planted]:
    return [
        Planted(
            (place,),
            f"the device refused the measurement ({reading.failure})",
            "failed_reading",
            "R0 [mm]",
        )
        for place, reading in taken.items()
        if reading.failure
    ]
