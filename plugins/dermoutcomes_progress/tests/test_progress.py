"""The bar is drawn on a terminal, where it is wanted, and is gone when the stage is done."""

from __future__ import annotations

import io
import re

import pytest
from click.testing import CliRunner

from dermoutcomes import Problem, StepRecord, StudyError
from dermoutcomes.cli import main
from dermoutcomes_progress import Bars


class Terminal(io.StringIO):
    def isatty(self):
        return True


def watched(stream, *, shown=True, steps=3):
    bars = Bars(stream)
    for position in range(1, steps + 1):
        bars.step_finished(
            "analysis:a", StepRecord("analysis:a", "", 0, position, steps, shown=shown)
        )
    return bars


def test_a_terminal_sees_the_stage_and_nothing_is_left_running():
    stream = Terminal()

    assert watched(stream).bars is None
    assert "Analysing" in stream.getvalue()


def left_on(text):
    """What a terminal still shows: lines of which the last may be written again or erased."""
    lines, at = [""], 0
    for piece in re.split(r"(\x1b\[[0-9;?]*[A-Za-z]|\r|\n)", text):
        if piece == "\n":
            at += 1
            lines += [""] * (at + 1 - len(lines))
        elif piece == "\x1b[1A":
            at = max(0, at - 1)
        elif piece == "\x1b[2K":
            lines[at] = ""
        elif piece != "\r" and not piece.startswith("\x1b"):
            lines[at] += piece
    return [line for line in lines if line.strip()]


def test_the_bar_moves_with_every_step_and_is_gone_at_the_end(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    bars = Bars(stream)
    for position in range(1, 4):
        bars.step_finished("analysis:a", StepRecord("analysis:a", "", 0, position, 3, shown=True))
        if position < 3:
            assert bars.bars.tasks[0].completed == position

    assert left_on(stream.getvalue()) == []
    assert "3/3" in stream.getvalue()


def test_a_stage_whose_first_step_is_of_many_files_has_a_bar_of_its_own():
    bars = Bars(Terminal())
    # The last step of the stage before failed: nothing was told of it.
    bars.step_finished("records:a", StepRecord("records:a", "", 0, 1, 2, shown=True))
    bars.step_finished("source:1-500", StepRecord("source:1-500", "", 0, 500, 900, shown=True))

    (bar,) = bars.bars.tasks
    assert (bar.description, bar.completed, bar.total) == ("Reading files", 500, 900)
    bars.step_finished("source:501-900", StepRecord("source:501-900", "", 0, 900, 900, shown=True))
    assert bars.bars is None


@pytest.mark.parametrize(("stream", "shown"), [(io.StringIO(), True), (Terminal(), False)])
def test_nobody_else_sees_anything(stream, shown):
    watched(stream, shown=shown)

    assert stream.getvalue() == ""


def test_check_shows_its_bar_unless_its_words_are_for_a_program(monkeypatch, tmp_path):
    shown = []

    def check(study, options):
        shown.append(options.progress)
        raise StudyError(Problem("enough"))

    monkeypatch.setattr("dermoutcomes.runs.pipeline.check", check)
    study = tmp_path / "study.toml"
    study.write_text("")
    for words in ([], ["--json"]):
        CliRunner().invoke(main, ["check", str(study), *words])

    assert shown == [True, False]
