"""A study of this folder is run once for all of its tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

import dermoutcomes
from dermoutcomes.testing import write_study

RunOnce = Callable[[str, Mapping[str, str]], dermoutcomes.Run]


@pytest.fixture(scope="module")
def run_once(tmp_path_factory: pytest.TempPathFactory) -> RunOnce:
    """A function (toml, files) that writes a study, runs it and returns its Run, in a scope that lasts for a module."""

    def run(toml: str, files: Mapping[str, str]) -> dermoutcomes.Run:
        return dermoutcomes.run(write_study(tmp_path_factory.mktemp("study"), toml, files))

    return run
