"""`dermoutcomes draft` as people use it: on a terminal, in a script, and where it may not write."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dermoutcomes.cli import draft as command
from dermoutcomes.cli.draft import draft as draft_command

from .small_folders import EIGHT, PARALLEL, csv, readings, write

SECONDS = 120
# Whoever runs the tests in the background may have them ignore Ctrl-C.
ON_TERMINAL = """
import fcntl, runpy, signal, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("dermoutcomes", run_name="__main__", alter_sys=True)
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(draft_command, arguments)


def study_of(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))


def test_accept_writes_a_file_that_a_check_takes(tmp_path: Path) -> None:
    result = run(str(write(tmp_path, PARALLEL)), "--accept")
    assert result.exit_code == 0
    assert "Subjects: 8" in result.stdout
    assert "8 subjects with 1 arm (cream, vehicle)" in result.stdout
    assert "error" not in result.stderr
    study = study_of(tmp_path)
    assert study["endpoints"]["hydration"]["handling"] == ["observed"]


def test_without_a_terminal_nothing_is_asked_and_the_open_choice_is_told(tmp_path: Path) -> None:
    result = run(str(write(tmp_path, PARALLEL)))
    assert result.exit_code == 0
    assert "Enter leaves" not in result.stdout
    assert 'expected: sides = { use = ["left", "right"], combine = "mean" }' in result.stderr
    assert "the study file is written, with these to settle in it" in result.stderr
    assert "nothing was written" not in result.stderr
    assert "handling" not in study_of(tmp_path)["endpoints"]["hydration"]


@pytest.mark.parametrize("make", ["file", "link"])
def test_a_study_file_is_never_replaced(make: str, tmp_path: Path) -> None:
    path = write(tmp_path, PARALLEL) / "study.toml"
    if make == "file":
        path.write_text("mine")
    else:
        path.symlink_to(tmp_path / "gone.toml")
    result = run(str(tmp_path), "--accept")
    assert result.exit_code == 1
    assert "has a study file, which is left alone" in result.stderr
    assert not (tmp_path / "gone.toml").exists()
    assert make == "link" or path.read_text() == "mine"


def test_a_study_file_that_appears_meanwhile_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, PARALLEL) / "study.toml"
    # The last thing before the file is written.
    monkeypatch.setattr(command, "_refuse_to_write", lambda _: path.write_text("mine"))
    result = run(str(tmp_path), "--accept")
    assert result.exit_code == 1
    assert "which is left alone" in result.stderr
    assert path.read_text() == "mine"


def test_a_folder_that_may_not_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who runs as root may write everywhere.
    monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)
    result = run(str(write(tmp_path, PARALLEL)), "--accept")
    assert result.exit_code == 1
    assert "no file can be written to the folder" in result.stderr
    assert not (tmp_path / "study.toml").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [("gone", "there is no such folder"), ("corneometer.csv", "and this is a file")],
)
def test_what_is_no_folder(name: str, words: str, tmp_path: Path) -> None:
    result = run(str(write(tmp_path, PARALLEL) / name))
    assert result.exit_code == 1
    assert words in result.stderr
    assert "Traceback" not in result.stderr


class Terminal:
    """The command on a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        import pty

        self.ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", ON_TERMINAL, "draft", str(folder)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
        )
        os.close(theirs)
        self.seen = ""

    def until(self, words: str) -> str:
        """All that was printed until these words, or the end."""
        end = time.monotonic() + SECONDS
        while words not in self.seen and time.monotonic() < end:
            if not select.select([self.ours], [], [], 1)[0]:
                continue
            try:
                chunk = os.read(self.ours, 65536)
            except OSError:
                break
            if not chunk:
                break
            self.seen += chunk.decode(errors="replace").replace("\r\n", "\n")
        before, found, self.seen = self.seen.partition(words)
        assert found or not words, before
        return before + found

    def interrupt(self) -> None:
        """Ctrl-C. Where it came between the question and the reading of its answer, it is known when
        a line is read: so that Enter follows it.
        """
        self.say("\x03")
        self.say("\n")

    def say(self, text: str) -> None:
        os.write(self.ours, text.encode())

    def close(self) -> int:
        """The rest is read, so that the command can end."""
        with_end = "no text that is printed ever"
        try:
            self.until(with_end)
        except AssertionError as rest:
            self.rest = str(rest)
        status = self.process.wait(SECONDS)
        os.close(self.ours)
        return status


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    pytest.importorskip("pty")
    session = Terminal(write(tmp_path, PARALLEL))
    yield session
    if session.process.poll() is None:
        session.process.kill()
        session.process.wait()


def test_answers_on_a_terminal_go_into_the_file(terminal: Terminal, tmp_path: Path) -> None:
    assert "Enter leaves a question open" in terminal.until("take it:")
    terminal.say("y\n")
    assert "All endpoints: values that are missing stay missing" in terminal.until("take it:")
    terminal.say("\n")
    assert "Which arm are the others compared with?" in terminal.until("which:")
    terminal.say("7\n")
    terminal.until("which:")
    terminal.say("2\n")
    asked = terminal.until("which:")
    assert "Its place in the protocol" in asked
    terminal.say("q\n")
    assert terminal.close() == 0
    study = study_of(tmp_path)
    assert study["arms"] == {
        "cream": {"label": "Cream"},
        "vehicle": {"label": "Vehicle", "reference": True},
    }
    endpoint = study["endpoints"]["hydration"]
    assert endpoint["sides"]["combine"] == "mean"
    assert "handling" not in endpoint
    assert "role" not in endpoint


def test_control_c_at_a_question_writes_nothing(terminal: Terminal, tmp_path: Path) -> None:
    terminal.until("take it:")
    terminal.interrupt()
    assert "stopped; nothing was written" in terminal.until("written")
    assert terminal.close() == 1
    assert not (tmp_path / "study.toml").exists()


def test_control_c_while_files_are_read_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dermoutcomes.draft.drafting.read_grids", stopped)
    result = run(str(write(tmp_path, {"corneometer.csv": readings(EIGHT)})), "--accept")

    assert result.exit_code == 1
    assert "stopped; nothing was written" in result.output
    assert not (tmp_path / "study.toml").exists()


ONE = tuple(f"P-{number}" for number in range(101, 109))
TWO = {"A/corneometer.csv": readings(EIGHT), "B/corneometer.csv": readings(ONE)}
NAMED = {
    "corneometer.csv": csv(
        "Study,Subject,Visit,hydration",
        (
            ("AB-1" if number < 4 else "AB-2", name, visit, 30 + number)
            for number, name in enumerate(EIGHT)
            for visit in ("Baseline", "Week 4")
        ),
    )
}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (TWO, "No subject of one of these is in another: A/corneometer.csv; B/corneometer.csv"),
        (NAMED, "The files name more than one study (AB-1 in corneometer.csv, AB-2 in"),
        (PARALLEL, None),
        (PARALLEL | {"corneometer 2.csv": readings(EIGHT[4:])}, None),
    ],
)
def test_two_studies_in_one_folder_are_asked_about(
    files: dict[str, str], words: str | None, tmp_path: Path
) -> None:
    result = run(str(write(tmp_path, files)), "--accept")
    text = (tmp_path / "study.toml").read_text().replace("#", "")
    for told in (result.stdout, text):
        said = " ".join(told.split())
        assert ("Is this one study?" in said) == (words is not None)
        assert words is None or words in said
    # Equal ids of two studies are two people: none is read before somebody says which.
    assert ("# [[sources.corneometer]]" in (tmp_path / "study.toml").read_text()) == (
        words is not None and "more than one study" in words
    )


def test_one_study_in_two_ways_of_writing_is_one(tmp_path: Path) -> None:
    files = {"corneometer.csv": NAMED["corneometer.csv"].replace("AB-2", "ab 1")}
    run(str(write(tmp_path, files)), "--accept")

    assert "\n[[sources.corneometer]]" in (tmp_path / "study.toml").read_text()


@pytest.mark.parametrize(("name", "quote"), [("a", ""), ("a b (1)", '"'), ("a $b", "'")])
def test_path_is_named_as_it_is_typed(name: str, quote: str, tmp_path: Path) -> None:
    folder = write(tmp_path / name, {"corneometer.csv": readings(EIGHT)})
    result = run(str(folder), "--accept")

    path = f"{quote}{folder / 'study.toml'}{quote}"
    assert f"dermoutcomes check {path} and dermoutcomes run {path}" in result.stdout
