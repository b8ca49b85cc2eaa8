"""Many small files of one entry, read in one step, give what each of them gives by itself.

Files are made at random out of ordinary rows and of what goes wrong in exports; both ways of reading
them are held to the same tables, the same findings and the same refusals.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dermoutcomes import Registry, StudyError, load_study
from dermoutcomes.runs import steps as steps_of_runs
from dermoutcomes.runs.dispatch import Steps
from dermoutcomes.runs.opening import OpenStudy, StudyFiles
from dermoutcomes.runs.pipeline import Options, read_sources
from dermoutcomes.runs.run_folder import RunFolder
from dermoutcomes.tables.ledger import accounts

from .conftest import HEAD, VISITS

FILES = 20
LIST = '[[sources.subjects]]\nfile = "subjects.csv"\n'
WIDE = """
[[sources.skinmeter]]
files = "exports/*.csv"
decimal = ","
thousands = "."
constants.location = "cheek"
constants.probe = 2
columns.date = "Datum"
values.side = { rechts = "right" }
limits = { "<" = "half" }
"""
LONG = """
[[sources.skinmeter]]
files = "exports/*.csv"
columns.measure = "Test"
columns.value = "Wert"
columns.unit = "Einheit"
"""
BY_NAME = """
[[sources.skinmeter]]
files = "exports/*.csv"
file_name = "{subject}_{visit}"
visits_by = "id"
columns.wet = "Wert"
"""
# What stands in a cell of an export beside numbers.
CELLS = (
    *("0", "0", "+3,5", "1.234", "1,5", "2.5", "<10", "45*", "44 AU", "n. d.", "NA", "-", ""),
    *(
        "1e30",
        "inf",
        "#DIV/0!",
        "4. Mai",
        "12,",
        "text",
        "1 234",
        "999999999999999",
        "0,10000000149",
    ),
)
SUBJECTS = ("1", "01", "S-77", "", "Mittelwert", "n = 4", "SD", "NA", "#N/A")
VISIT_WORDS = ("W0", "w4", "Woche 4", "Woche12", "W5", "Baseline", "unscheduled", "")
DATES = ("2021-03-01", "01.04.2021", "31.02.2021", "2021", "2021-03-29T08:00Z", "soon", "")
SIDES = ("left", "R", "rechts", "both", "links", "")


def pick(draws: Random, words: tuple[str, ...], usual: str, share: float) -> str:
    """The usual word, or now and then another."""
    return draws.choice(words) if draws.random() < share else usual


def wide_file(draws: Random, number: int, share: float, broken: float) -> str:
    names = ["subject", "visit", "side", "Datum", "r0 [mm]", "r2", "wet"]
    if draws.random() < broken:
        names[draws.randrange(4, 7)] = draws.choice(["R 0", "wett", "r2 [%]", "wet (AU)", "other"])
    lines = [";".join(names)]
    for row in range(draws.randrange(0 if broken else 1, 8)):
        cells = [
            pick(draws, SUBJECTS, f"{number % 7:02}", share / 3),
            pick(draws, VISIT_WORDS, ("W0", "W4", "W12")[row % 3], share / 2),
            pick(draws, SIDES, ("left", "right")[row % 2], share / 2),
            pick(draws, DATES, f"2021-03-{row + 1:02}", share / 2),
            *(pick(draws, CELLS, f"{draws.randrange(1, 90)},{row}", share / 2) for _ in range(3)),
        ]
        lines.append(";".join(cells) + (";" if draws.random() < share / 20 else ""))
    return "\n".join(lines) + "\n"


def long_file(draws: Random, number: int, share: float, broken: float) -> str:
    lines = ["subject,visit,Test,Wert,Einheit"]
    for row in range(draws.randrange(1, 9)):
        code = pick(draws, ("r9", "colour", "serial", "room", "skinmeter.r2"), "r0", 0.4)
        units = ("cm", "", *(("%", "parsec") if broken else ()))
        unit = pick(draws, units, "mm", share) if code == "r0" else ""
        value = pick(draws, CELLS, f"{draws.randrange(1, 90)}.{row}", share / 2).replace(",", ".")
        visit = pick(draws, VISIT_WORDS, ("W0", "W4")[row % 2], share / 2)
        lines.append(f"{number % 7:02},{visit},{code},{value},{unit}")
    return "\n".join(lines) + "\n"


def file_of_values(draws: Random, number: int, share: float, broken: float) -> str:
    rows = range(draws.randrange(1, 4))
    return "Wert\n" + "".join(f"{pick(draws, CELLS, '44.5', share / 2)}\n" for _ in rows)


WAYS = {
    "wide": (WIDE, wide_file, "m{number:02}.csv"),
    "long": (LONG, long_file, "m{number:02}.csv"),
    "by_name": (BY_NAME, file_of_values, "{subject:02}_{visit}.csv"),
}


def write(folder: Path, way: str, seed: int, share: float, broken: float) -> None:
    draws = Random(seed)
    sources, content, name = WAYS[way]
    (folder / "exports").mkdir()
    (folder / "study.toml").write_text(HEAD + VISITS + LIST + sources, encoding="utf-8")
    listed = "".join(f"{number:02}\n" for number in range(7))
    (folder / "subjects.csv").write_text("subject\n" + listed, encoding="utf-8")
    for number in range(FILES):
        visit = pick(draws, ("W5", "Woche 12"), "W4" if number % 2 else "W0", share / 2)
        path = folder / "exports" / name.format(number=number, subject=number // 2, visit=visit)
        path.write_text(content(draws, number, share, broken), encoding="utf-8")


def tables(folder: Path, registry: Registry) -> tuple[Mapping[str, pl.DataFrame], list[str], int]:
    """What reading gives, or the problems that it raises, and the number of steps that read."""
    study = load_study(folder / "study.toml")
    writing = RunFolder.start(folder / "run", study.id)
    steps = Steps(OpenStudy(StudyFiles(study.path, ()), study, registry), writing, Options())
    try:
        read_sources(steps)
    except StudyError as error:
        return {}, sorted(map(str, error.problems)), 0
    finally:
        writing.abandon()
    names = ("observations", "sources", "findings")
    read = {name: frame for name in names if (frame := steps.table(name)) is not None}
    # Who is named where entries are added up is no part of it: one step knows more than several.
    ledger = accounts(steps.entries.values()).drop("subjects", "n_subjects")
    n_steps = sum(key.startswith("source:") for key in steps.done)
    return {**read, "ledger": ledger}, [], n_steps


# Shares of odd cells and of files that no study could use as they are.
@pytest.mark.parametrize(("share", "broken"), [(0.0, 0.0), (0.02, 0.2), (0.3, 0.0)])
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("way", list(WAYS))
def test_files_read_together_give_what_each_gives_by_itself(
    tmp_path: Path,
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    seed: int,
    share: float,
    broken: float,
) -> None:
    write(tmp_path, way, seed, share, broken)
    together, problems, n_steps = tables(tmp_path, registry)
    monkeypatch.setattr(steps_of_runs, "FEWEST_TOGETHER", FILES + 1)
    alone, problems_alone, n_alone = tables(tmp_path, registry)

    assert problems == problems_alone
    assert [*together] == [*alone]
    for name, frame in together.items():
        assert_frame_equal(frame, alone[name])
    if not problems:
        assert (n_steps, n_alone) == (1, FILES)
