"""Each way of being wrong has its message: where, what was found, what was expected, what was probably meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from . import cases_exports, cases_outputs, cases_plugins, cases_study_file
from .case import spoilt
from .golden import GOLDEN, read_golden, write_golden

CASES = {**cases_study_file.CASES, **cases_exports.CASES, **cases_plugins.CASES, **cases_outputs.CASES}


@pytest.mark.parametrize("name", CASES)
def test_the_message(name: str, tmp_path: Path, write_small: Callable[[Path], Path], request: pytest.FixtureRequest) -> None:
    folder = write_small(tmp_path / "study").parent

    status, words = spoilt(CASES[name], folder)

    assert "Traceback" not in words
    if request.config.getoption("--update-messages"):
        write_golden(name, words, tuple(CASES))
    assert words == read_golden()[name], f"the message changed; if it is better, run: pytest {Path(__file__).parent} --update-messages"
    assert status == CASES[name].status


def test_every_message_is_of_a_case() -> None:
    assert list(read_golden()) == list(CASES), f"{GOLDEN.name} has other messages than there are cases"
