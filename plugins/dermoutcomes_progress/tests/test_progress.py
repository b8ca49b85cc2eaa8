"""The bar is drawn on a terminal, where it is wanted, and is gone when the stage is done."""

from __future__ import annotations

import io

import pytest

from dermoutcomes import StepRecord
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


@pytest.mark.parametrize(("stream", "shown"), [(io.StringIO(), True), (Terminal(), False)])
def test_nobody_else_sees_anything(stream, shown):
    watched(stream, shown=shown)

    assert stream.getvalue() == ""
