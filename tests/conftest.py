"""A small study that runs in a fraction of a second, for tests of the whole system; and the switch that writes golden messages anew."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

import pytest

from dermoutcomes.testing import write_study

STUDY = """\
[study]
id = "SMALL"
title = "Hydration of six people over four weeks"
design = "single-arm"
data_origin = "simulated"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w", window = ["-7 d", "+7 d"] }

[schedule]
corneometer = ["W0", "W4"]

[comparisons]
w4 = { visit = ["W4", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.corneometer]]
file = "corneometer.csv"

[endpoints.hydration]
label = "Hydration"
role = "primary"
measure = "corneometer.hydration"
location = "cheek"
sides = { use = ["left", "right"], combine = "mean" }
replicates = { combine = "mean", planned = 2, min = 1 }
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["paired_t"]

[claims.hydration]
text = "Hydration rose within four weeks"
kind = "change"
all_of = [{ hypothesis = "hydration.w4" }]

[outputs]
reports = ["report", "annex", "csv"]
"""
SUBJECTS = "".join(
    f"{line}\n"
    for line in ("subject,sex,age", *(f"S{number},f,{40 + 3 * number}" for number in range(1, 7)))
)
HEADER = "subject,visit,date,location,side,replicate,hydration,room_temperature"


def _readings() -> str:
    lines = [HEADER]
    for number in range(1, 7):
        for visit, day, rise in (("W0", "2024-03-04", 0.0), ("W4", "2024-04-01", 4.0 + number / 2)):
            for side, apart in (("left", 0.0), ("right", 1.5)):
                lines += [
                    f"S{number},{visit},{day},cheek,{side},{replicate},{40 + 2 * number + rise + apart + wobble:.1f},21"
                    for replicate, wobble in ((1, -0.3), (2, 0.2))
                ]
    return "".join(f"{line}\n" for line in lines)


FILES = {"subjects.csv": SUBJECTS, "corneometer.csv": _readings()}


MESSAGES = Path(__file__).parent / "bad_input" / "messages.txt"
BEFORE = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-messages",
        action="store_true",
        help="write tests/bad_input/messages.txt anew, and show what changed",
    )
    parser.addoption(
        "--update-public-api",
        action="store_true",
        help="write tests/core/public_api.txt anew, and print what differs",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--update-messages"):
        if config.getoption("numprocesses", None):
            raise pytest.UsageError("--update-messages writes one file: run it with -n 0")
        config.stash[BEFORE] = MESSAGES.read_text(encoding="utf-8")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if BEFORE in config.stash:
        terminalreporter.section("messages that users read")
        for line in changed_messages(config.stash[BEFORE], MESSAGES.read_text(encoding="utf-8")):
            terminalreporter.write_line(line)


def changed_messages(before: str, after: str) -> list[str]:
    """The lines of the difference, and what it needs; whoever updates must see it."""
    difference = list(
        difflib.unified_diff(
            before.splitlines(), after.splitlines(), "before", "now", lineterm="", n=3
        )
    )
    if not difference:
        return ["The messages are as they were."]
    request = (
        f"Have a second pair of eyes read each change of {MESSAGES.name}, "
        "and say in the body of the commit why the new words are better."
    )
    return [*difference, "", request]


@pytest.fixture
def small_study(tmp_path: Path) -> Path:
    """The study file of a valid small study in a folder of its own."""
    return write_study(tmp_path / "study", STUDY, FILES)


@pytest.fixture(scope="session")
def write_small() -> Callable[[Path], Path]:
    """A function that writes the small study into a folder and gives back its study file."""
    return lambda folder: write_study(folder, STUDY, FILES)
