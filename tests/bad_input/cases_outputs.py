"""Locks and places for results that are wrong."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from dermoutcomes.cli import main
from dermoutcomes.runs.run_lock import lock

from .case import Case, Spoil, all_of, in_study, replaced, written

RUN = ("run", "study.toml")


def _first(command: str) -> Spoil:
    """Do this before anything is spoilt."""

    def spoil(folder: Path) -> None:
        result = CliRunner().invoke(main, [command, str(folder / "study.toml")])
        assert result.exit_code == 0, result.output

    return spoil


def _another_title_locked(folder: Path) -> None:
    _first("lock")(folder)
    in_study('id = "SMALL"', 'id = "OTHER"')(folder)


CASES = {
    "an edited lock": Case(
        all_of(
            _first("lock"),
            replaced("study.lock", 'outcome_data = "present"', 'outcome_data = "absent"'),
        ),
        RUN,
    ),
    "a plan that changed and is locked again without a reason": Case(
        all_of(_first("lock"), in_study('["paired_t"]', '["sign_test"]')), ("lock", "study.toml")
    ),
    "a damaged lock": Case(written("study.lock", b"\x00\x01"), RUN),
    "the lock of another study": Case(_another_title_locked, RUN),
    "a file where the results belong": Case(written("results", "a file"), RUN),
    "a file in the place of the run folder": Case(
        written("thesis.docx", "years of work"), (*RUN, "--out", "thesis.docx")
    ),
    "a folder of other files in the place of the run folder": Case(
        lambda _: None, (*RUN, "--out", ".")
    ),
    "another run in the same place": Case(
        all_of(
            lambda folder: (folder / "results").mkdir(),
            lambda folder: _alive(folder / "results" / "SMALL"),
        ),
        RUN,
    ),
    "a file that was put into a run folder": Case(
        all_of(_first("run"), written("results/SMALL/remarks.txt", "x")),
        RUN,
    ),
    "a folder that is not a run folder": Case(lambda _: None, ("verify", ".")),
    "a damaged manifest": Case(
        all_of(_first("run"), written("results/SMALL/manifest.json", "{}")),
        ("verify", "results/SMALL"),
    ),
    "a file of a run that was edited": Case(
        all_of(_first("run"), written("results/SMALL/queries.csv", "x")),
        ("verify", "results/SMALL"),
    ),
    "a plugin that does not exist": Case(lambda _: None, ("explain", "paired_test")),
}


def _alive(place: Path) -> None:
    """A run folder that a run which lives is writing: this process itself."""
    lock(place)
