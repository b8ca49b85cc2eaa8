"""Pipes and folders where a file is meant: told in words, and never waited for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dermoutcomes.runs.record.history import HISTORY

from .signing_kit import call

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")


@pytest.fixture
def run(study: Path) -> Path:
    assert call("run", study, "--quiet").exit_code in (0, 3)
    return study.parent / "results" / "SMALL"


@pytest.mark.parametrize(
    ("make", "words"), [(os.mkfifo, "a pipe or a device"), (os.mkdir, "a folder")]
)
def test_a_history_that_is_no_file_is_not_an_empty_one(run: Path, make, words: str) -> None:
    history = run.parent.parent / HISTORY
    history.unlink()
    make(history)

    told = call("verify", run)

    assert told.exit_code == 1
    assert "the history is no file" in told.output
    assert words in told.output


def test_a_pipe_as_log_is_told_as_what_was_added(run: Path) -> None:
    (run / "run.log.json").unlink()
    os.mkfifo(run / "run.log.json")

    told = call("verify", run)

    assert told.exit_code == 1
    assert "added: output run.log.json" in told.output


def test_a_pipe_in_the_place_of_the_signatures_is_told(run: Path) -> None:
    os.mkfifo(run.with_name(f"{run.name}.signatures"))

    told = call("verify", run)

    assert told.exit_code == 1
    assert f"{run.name}.signatures is no folder" in told.output


def test_a_pipe_as_export_is_not_said_to_be_absent(study: Path) -> None:
    (study.parent / "corneometer.csv").unlink()
    os.mkfifo(study.parent / "corneometer.csv")

    told = call("check", study)

    assert told.exit_code == 1
    assert "this is a pipe or a device, not a file" in told.output


def test_a_pipe_as_answers_is_told(study: Path) -> None:
    os.mkfifo(study.parent / "queries-answered.csv")

    told = call("check", study)

    assert told.exit_code == 1
    assert "the answers to queries are no file" in told.output
