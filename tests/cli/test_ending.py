"""The process of a command ends at once, and nothing that Python would have done is lost."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import atexit, sys, threading, time
from dermoutcomes.cli.process.ending import ends_at_once

class Told:
    def __del__(self):
        print("taken apart")

told = Told()
atexit.register(print, "registered")
with ends_at_once():
    print("printed")
    {}
"""

A_THREAD = (
    "threading.Thread(target=lambda: (time.sleep(0.2), print('worked'))).start(); sys.exit(0)"
)


def ended(statement: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.format(statement)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("exit_with", "status"), [("0", 0), ("3", 3), ("None", 0), ("True", 1)])
def test_what_was_printed_and_registered_is_done_and_no_object_taken_apart(
    exit_with: str, status: int
) -> None:
    end = ended(f"sys.exit({exit_with})")

    assert (end.returncode, end.stdout.split("\n"), end.stderr) == (
        status,
        ["printed", "registered", ""],
        "",
    )


@pytest.mark.parametrize(
    ("statement", "status", "words"),
    [
        ("sys.exit('some words')", 1, "some words"),
        (A_THREAD, 0, ""),
        ("raise ValueError('a fault')", 1, "ValueError: a fault"),
        ("pass", 0, ""),
    ],
    ids=["words", "a thread", "a fault", "no exit"],
)
def test_python_ends_what_it_has_to_end(statement: str, status: int, words: str) -> None:
    end = ended(statement)

    assert end.returncode == status
    assert words in end.stderr
    assert "taken apart" in end.stdout
    assert ("worked" in end.stdout) == (statement == A_THREAD)


def test_a_reader_that_went_away_is_told_as_python_tells_it() -> None:
    command = [sys.executable, "-c", PROGRAM.format("time.sleep(0.3); sys.exit(0)")]
    # What was printed is held back until the end.
    held = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=held
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()

    assert process.returncode == 120
    assert b"BrokenPipeError" in said
