"""The simulated BCS data: as published where something is published, algebraically sound, planted with mistakes, the same at every run."""

from __future__ import annotations

import csv
import importlib.util
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from types import ModuleType

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "bcs_trial"
DATA = EXAMPLE / "data"
VISITS = {"Woche 0": "W0", "Woche 4": "W4", "Woche 12": "W12", "Woche 24": "W24"}
ADDITIVE, RATIO = 0.0015 + 1e-9, 0.0015 + 1e-9


def rows(path: str, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
    with (DATA / path).open(newline="", encoding=encoding) as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def number(text: str) -> float:
    return float(text.replace(",", "."))


def planted() -> dict[tuple[str, int], str]:
    return {
        (row["file"], int(row["row"])): row["check"] for row in rows("planted.csv") if row["row"]
    }


def measurements(*, clean: bool) -> Iterator[dict[str, str]]:
    mistakes = planted()
    for path in sorted((DATA / "cutometer").glob("*.csv")):
        name = f"cutometer/{path.name}"
        for line, row in enumerate(rows(name, "cp1252", ";"), 2):
            if not clean or (name, line) not in mistakes:
                yield row


def subject_means(column: str) -> dict[str, list[float]]:
    """Visit = a mean a subject: of replicates, then of sides."""
    read = defaultdict(list)
    for row in measurements(clean=True):
        read[VISITS[row["Termin"]], row["Proband"], row["Seite"]].append(number(row[column]))
    sides = defaultdict(list)
    for (visit, subject, _), values in read.items():
        sides[visit, subject].append(fmean(values))
    found = defaultdict(list)
    for (visit, _), values in sides.items():
        found[visit].append(fmean(values))
    return found


@pytest.mark.parametrize(
    ("column", "visit", "published"),
    [
        ("R0 [mm]", "W0", 0.34),
        ("R0 [mm]", "W24", 0.16),
        ("R3 [mm]", "W0", 0.39),
        ("R3 [mm]", "W24", 0.20),
    ],
)
def test_means_are_the_published_ones(column: str, visit: str, published: float) -> None:
    assert fmean(subject_means(column)[visit]) == pytest.approx(published, abs=0.005)


@pytest.mark.parametrize(("visit", "assumed"), [("W4", 0.30), ("W12", 0.24)])
def test_means_between_are_the_assumed_ones(visit: str, assumed: float) -> None:
    assert fmean(subject_means("R0 [mm]")[visit]) == pytest.approx(assumed, abs=0.006)


def test_identities_hold_in_rows_without_a_mistake() -> None:
    checked = 0
    for row in measurements(clean=True):
        value = {
            name.split(" ")[0]: number(text)
            for name, text in row.items()
            if name[0] in "RQ" and name[1:2].isdigit()
        }
        assert value["R1"] == pytest.approx(value["R0"] - value["R8"], abs=ADDITIVE)
        assert value["R9"] == pytest.approx(value["R3"] - value["R0"], abs=ADDITIVE)
        assert value["R2"] == pytest.approx(
            value["R8"] / value["R0"], abs=0.0005 + 0.0005 * (1 + value["R2"]) / value["R0"] + 1e-9
        )
        assert value["R7"] == pytest.approx(value["R5"] / (1 + value["R6"]), abs=RATIO)
        assert value["Q1"] == pytest.approx(value["Q2"] + value["Q3"], abs=ADDITIVE)
        assert value["Q0"] / value["R0"] == pytest.approx(200, rel=0.005)
        checked += 1

    assert checked > 400


@pytest.mark.parametrize(
    ("rater", "counts"),
    [
        ("investigator", {"W4": (0, 2, 9, 10, 0), "W12": (1, 6, 9, 3, 0), "W24": (3, 8, 7, 2, 0)}),
        ("subject", {"W4": (0, 2, 7, 11, 1), "W12": (1, 4, 9, 5, 0), "W24": (2, 5, 8, 4, 1)}),
    ],
)
def test_grades_are_given_as_often_as_assumed(
    rater: str, counts: dict[str, tuple[int, ...]]
) -> None:
    given = {
        visit: Counter(
            int(row[visit]) for row in rows("gais.csv") if row["rater"] == rater and row[visit]
        )
        for visit in counts
    }

    assert {
        visit: tuple(given[visit][grade] for grade in range(1, 6)) for visit in counts
    } == counts


def test_who_was_measured() -> None:
    read = {(row["Proband"], VISITS[row["Termin"]]) for row in measurements(clean=False)}

    assert Counter(visit for _, visit in read) == {"W0": 21, "W4": 21, "W12": 19, "W24": 20}


def test_reactions_are_as_frequent_as_assumed() -> None:
    events = rows("adverse_events.csv")
    subjects = Counter(
        term for term, _ in {(row["preferred_term"], row["subject"]) for row in events}
    )

    assert subjects["Injection site erythema"] == 19
    assert subjects["Injection site swelling"] == 12
    assert subjects["Injection site haematoma"] == 8
    assert {row["related_product"] for row in events} == {"no"}
    assert [row["preferred_term"] for row in events if row["serious"] == "yes"] == [
        "Ankle fracture"
    ]


def test_readings_precede_the_needle_but_for_the_one_that_was_planted() -> None:
    needle = {(row["subject"], row["visit"]): row["time"] for row in rows("exposures.csv")}
    late = [
        (row["Proband"], VISITS[row["Termin"]])
        for row in measurements(clean=False)
        if row["Uhrzeit"] > needle.get((row["Proband"], VISITS[row["Termin"]]), "24:00")
    ]

    assert late == [
        (row["subject"], row["visit"])
        for row in rows("planted.csv")
        if row["check"] == "after_treatment"
    ]


def simulate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bcs_simulate", EXAMPLE / "simulate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


def written(scenario: str, seed: int) -> dict[str, bytes]:
    module = simulate()
    return {
        file.path: file.content for file in module.study_files(module.SCENARIOS[scenario], seed)
    }


@pytest.mark.parametrize("scenario", ["published", "null"])
def test_a_seed_fixes_every_byte(scenario: str) -> None:
    assert written(scenario, 7) == written(scenario, 7)


def test_another_seed_gives_other_people() -> None:
    assert written("published", 7)["subjects.csv"] != written("published", 8)["subjects.csv"]


def test_the_replication_has_95_women() -> None:
    assert len(written("replication", 7)["subjects.csv"].splitlines()) == 1 + 95


def test_the_command_writes_the_data_beside_the_study(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(EXAMPLE / "simulate.py"), "--out", str(tmp_path)], check=True
    )
    made = {
        path.relative_to(tmp_path).as_posix(): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    committed = {
        path.relative_to(DATA).as_posix(): path.read_bytes()
        for path in DATA.rglob("*")
        if path.is_file()
    }

    assert made.keys() == committed.keys()
    assert [name for name in made if made[name] != committed[name]] == []
