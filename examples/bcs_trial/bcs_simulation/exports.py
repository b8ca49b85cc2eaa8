"""The files of the study, written as the devices, the centre and the data base would."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bcs_simulation.dirt import Planted
from bcs_simulation.people import LEFT_AFTER_W4, MISSED_W12, People
from bcs_simulation.ratings import ASKED_VISITS, ITEMS, RATED_VISITS, RATERS, Ratings
from bcs_simulation.raw_curves import clipped, curve, leaking
from bcs_simulation.readings import (
    CURVE_SUBJECTS,
    CURVE_VISITS,
    NEEDLE_AFTER,
    Capacitance,
    Place,
    Suction,
)
from bcs_simulation.scenarios import SIDES, VISITS, WEEKS
from bcs_simulation.skin import RATE

SEITE = {"left": "links", "right": "rechts"}
DECIMALS = {"Q0": 1}
UNITS = {
    **dict.fromkeys(("R0", "R1", "R3", "R4", "R8", "R9"), " [mm]"),
    **dict.fromkeys(("R2", "R5", "R6", "R7"), " [mm/mm]"),
}
CODES = (*(f"R{number}" for number in range(10)), *(f"Q{number}" for number in range(4)))
CUTOMETER_HEADER = (
    "Proband",
    "Termin",
    "Datum",
    "Uhrzeit",
    "Messort",
    "Seite",
    "Messung",
    *(code + UNITS.get(code, "") for code in CODES),
    "Sonde [mm]",
    "Unterdruck [mbar]",
    "Saugzeit [s]",
    "Pausenzeit [s]",
    "Zyklen",
    "Gerät Nr.",
    "Untersucher",
)
CORNEOMETER_HEADER = (
    "Proband",
    "Termin",
    "Datum",
    "Uhrzeit",
    "Messort",
    "Seite",
    "Nr.",
    "Messgröße",
    "Wert",
    "Temperatur [°C]",
    "Luftfeuchte [%]",
    "Akklimatisierung [min]",
    "Stunden seit Waschen",
)
CURVE_HEADER = ("Proband", "Termin", "Seite", "Messung", "Zeit [s]", "Höhe [mm]")
SITE = "Wange"


@dataclass(frozen=True)
class File:
    """A file of the study: its path below the data folder and its bytes."""

    path: str
    content: bytes


def cutometer_path(visit: int) -> str:
    """The export of one visit."""
    return f"cutometer/W{WEEKS[visit]:02d}.csv"


def cutometer_files(who: People, taken: dict[Place, Suction]) -> Iterator[File]:
    """One R-table a visit: semicolons, decimal commas, Windows line ends, code page 1252."""
    for visit in range(len(VISITS)):
        rows = [_suction_row(who, reading) for reading in _of_visit(taken, visit)]
        yield File(cutometer_path(visit), _device_table(CUTOMETER_HEADER, rows, "cp1252"))


def cutometer_lines(taken: dict[Place, Suction]) -> dict[Place, tuple[str, int]]:
    """File and line of each measurement; the header is line 1."""
    return {
        reading.place: (cutometer_path(visit), line)
        for visit in range(len(VISITS))
        for line, reading in enumerate(_of_visit(taken, visit), 2)
    }


def _of_visit(taken: dict[Place, Suction], visit: int) -> list[Suction]:
    return [reading for place, reading in sorted(taken.items()) if place[1] == visit]


def _suction_row(who: People, reading: Suction) -> list[str]:
    subject, visit, side, replicate = reading.place
    values = {**reading.values, **reading.slips}
    cells = (
        ["Er"] * len(CODES)
        if reading.failure
        else [_comma(values[code], DECIMALS.get(code, 3)) for code in CODES]
    )
    moment = reading.taken_at
    return [
        who.ids[subject],
        f"Woche {WEEKS[visit]}",
        f"{moment:%d.%m.%Y}",
        f"{moment:%H:%M}",
        SITE,
        SEITE[SIDES[side]],
        str(replicate + 1),
        *cells,
        str(reading.probe_mm),
        "450",
        "2,0",
        _comma(reading.off_s, 1),
        "5",
        "SEM-0417",
        "AK",
    ]


def corneometer_file(who: People, readings: Iterable[Capacitance]) -> File:
    """One long table of all visits in UTF-8 with a byte order mark."""
    rows = [
        [
            who.ids[reading.place[0]],
            f"Woche {WEEKS[reading.place[1]]}",
            f"{reading.taken_at:%d.%m.%Y}",
            f"{reading.taken_at:%H:%M}",
            SITE,
            SEITE[SIDES[reading.place[2]]],
            str(reading.place[3] + 1),
            "Hydratation",
            _comma(reading.value, 1),
            _comma(reading.room_temperature, 1),
            _comma(reading.room_humidity, 0),
            str(reading.acclimatisation),
            _comma(reading.hours_since_wash, 1),
        ]
        for reading in readings
    ]
    return File("corneometer.csv", _device_table(CORNEOMETER_HEADER, rows, "utf-8-sig"))


def curve_files(who: People, taken: dict[Place, Suction], seed: int) -> Iterator[File]:
    """The samples behind the R-table, for three subjects at the first and the last visit."""
    rng = np.random.default_rng([seed, 7])
    for visit in CURVE_VISITS:
        rows = [
            row
            for reading in _of_visit(taken, visit)
            if reading.place[0] in CURVE_SUBJECTS
            for row in _samples(who, reading, rng)
        ]
        yield File(f"curves/W{WEEKS[visit]:02d}.csv", _device_table(CURVE_HEADER, rows, "cp1252"))


def _samples(who: People, reading: Suction, rng: np.random.Generator) -> Iterator[list[str]]:
    subject, visit, side, replicate = reading.place
    height = curve(reading.values, rng)
    height = (
        {"leak": leaking, "clipping": clipped}[reading.failure](height)
        if reading.failure
        else height
    )
    head = [who.ids[subject], f"Woche {WEEKS[visit]}", SEITE[SIDES[side]], str(replicate + 1)]
    return (
        [*head, _comma(number / RATE, 2), _comma(value, 4)]
        for number, value in enumerate(height.tolist())
    )


def subjects_file(who: People) -> File:
    """One row a subject."""
    rows = [
        [
            who.ids[index],
            "female",
            int(who.age[index]),
            int(who.phototype[index]),
            _yes(who.smoker[index]),
            _yes(who.postmenopausal[index]),
            f"{who.bmi[index]:.1f}",
            who.starts[index][0].date().isoformat(),
            _yes(who.present[index].all()),
        ]
        for index in range(len(who.ids))
    ]
    return _plain(
        "subjects.csv",
        (
            "subject",
            "sex",
            "age",
            "phototype",
            "smoker",
            "postmenopausal",
            "bmi",
            "enrolled",
            "per_protocol",
        ),
        rows,
    )


def exposures_file(who: People) -> File:
    """One row an injected cheek: 1 ml on each side at every session."""
    rows = [
        [
            who.ids[index],
            "BCS",
            session,
            visit,
            start.date().isoformat(),
            f"{start + NEEDLE_AFTER:%H:%M}",
            "cheek",
            side,
            "1.0",
            f"B{index + 1:02d}-{session[1]}",
        ]
        for index in range(len(who.ids))
        for session, visit, start in who.sessions(index)
        for side in SIDES
    ]
    return _plain(
        "exposures.csv",
        (
            "subject",
            "treatment",
            "session",
            "visit",
            "date",
            "time",
            "location",
            "side",
            "ml",
            "batch",
        ),
        rows,
    )


def milestones_file(who: People) -> File:
    """Steps of each subject's way through the study."""
    rows = [row for index in range(len(who.ids)) for row in _way(who, index)]
    return _plain("milestones.csv", ("subject", "milestone", "class", "date", "reason"), rows)


def _way(who: People, index: int) -> Iterator[list[object]]:
    name, (first, fourth, twelfth, last) = who.ids[index], who.starts[index]
    yield [name, "enrolled", "", first.date(), ""]
    if index == LEFT_AFTER_W4:
        yield [name, "discontinued", "withdrawal", fourth.date(), "moved away"]
        return
    if index == MISSED_W12:
        yield [name, "missed visit", "W12", twelfth.date(), "ill"]
        yield [
            name,
            "excluded from per protocol",
            "important deviation",
            twelfth.date(),
            "visit W12 and session 4 missed",
        ]
    yield [name, "completed", "", last.date(), ""]


def gais_file(who: People, given: Ratings, signed: tuple[int, str]) -> File:
    """Ratings by investigator and subject, a column a visit."""
    rows: list[list[object]] = []
    for index, name in enumerate(who.ids):
        for rater, role in enumerate(RATERS):
            grades = [_whole(value) for value in given.gais[index, :, rater]]
            if rater == 0 and index == signed[0]:
                grades[RATED_VISITS.index(signed[1])] = "+2"
            rows.append([name, role, *grades])
    return _plain("gais.csv", ("subject", "rater", *RATED_VISITS), rows)


def questionnaire_file(who: People, given: Ratings) -> File:
    """The study's own questionnaire: a row a form, a column an item."""
    rows = [
        [name, visit, *(_whole(value) for value in given.items[index, number])]
        for index, name in enumerate(who.ids)
        for number, visit in enumerate(ASKED_VISITS)
        if not np.isnan(given.items[index, number]).all()
    ]
    return _plain("questionnaire.csv", ("subject", "visit", *ITEMS), rows)


def events_file(header: Sequence[str], rows: Iterable[Sequence[object]]) -> File:
    """The adverse event list."""
    return _plain("adverse_events.csv", header, rows)


def planted_file(
    mistakes: Iterable[Planted],
    lines: dict[Place, tuple[str, int]],
    who: People,
    others: Iterable[Sequence[object]],
) -> File:
    """Every planted mistake by file and row, with the check that must find it."""
    rows: list[Sequence[object]] = [
        [
            *lines[place],
            mistake.column,
            who.ids[place[0]],
            VISITS[place[1]],
            SIDES[place[2]],
            mistake.what,
            mistake.check,
        ]
        for mistake in mistakes
        for place in mistake.places
    ]
    return _plain(
        "planted.csv",
        ("file", "row", "column", "subject", "visit", "side", "what", "check"),
        [*rows, *others],
    )


def _device_table(header: Sequence[str], rows: Iterable[Sequence[str]], encoding: str) -> bytes:
    return "".join(";".join(row) + "\r\n" for row in (header, *rows)).encode(encoding)


def _plain(path: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> File:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return File(path, text.getvalue().encode())


def _comma(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace(".", ",")


def _whole(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.0f}"


def _yes(flag: object) -> str:
    return "yes" if flag else "no"


def write(files: Iterable[File], folder: Path) -> None:
    """Write the files below `folder`."""
    for file in files:
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)
