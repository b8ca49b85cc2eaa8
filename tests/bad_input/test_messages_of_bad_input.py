"""Each way of being wrong has its message: where, what was found, what was expected, what was probably meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from . import cases_answers, cases_exports, cases_outputs, cases_plugins, cases_study_file
from .case import spoilt
from .golden import GOLDEN, HEADER, read_golden, write_golden

CASES = {
    **cases_study_file.CASES,
    **cases_exports.CASES,
    **cases_answers.CASES,
    **cases_plugins.CASES,
    **cases_outputs.CASES,
}


@pytest.mark.parametrize("name", CASES)
def test_the_message(
    name: str, tmp_path: Path, write_small: Callable[[Path], Path], request: pytest.FixtureRequest
) -> None:
    folder = write_small(tmp_path / "study").parent

    status, words = spoilt(CASES[name], folder)

    assert "Traceback" not in words
    if request.config.getoption("--update-messages"):
        write_golden(name, words, tuple(CASES))
    assert words == read_golden()[name], (
        f"the message changed; if it is better, run: pytest {Path(__file__).parent} --update-messages, and say why in the commit"
    )
    assert status == CASES[name].status


def test_every_message_is_of_a_case() -> None:
    assert list(read_golden()) == list(CASES), (
        f"{GOLDEN.name} has other messages than there are cases"
    )


def test_the_file_says_what_a_change_of_it_needs() -> None:
    assert GOLDEN.read_text(encoding="utf-8").startswith(HEADER)


def test_an_update_shows_what_changed_and_asks_for_a_reader_and_a_reason(
    request: pytest.FixtureRequest,
) -> None:
    switch = next(
        plugin
        for plugin in request.config.pluginmanager.get_plugins()
        if hasattr(plugin, "changed_messages")
    )
    before = f"{HEADER}\n# one\nerror: a.csv: no\n\n# two\nerror: b.csv: no\n"

    lines = switch.changed_messages(before, before.replace("a.csv: no", "a.csv:3: not a number"))

    assert {"-error: a.csv: no", "+error: a.csv:3: not a number"} <= set(lines)
    assert [line for line in lines if line.startswith(("-", "+")) and "b.csv" in line] == []
    assert "a second pair of eyes" in lines[-1]
    assert "body of the commit" in lines[-1]
    assert switch.changed_messages(before, before) == ["The messages are as they were."]
