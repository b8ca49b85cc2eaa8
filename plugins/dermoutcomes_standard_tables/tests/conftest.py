"""A study of these tests is run once, however many of them look at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

import dermoutcomes
from dermoutcomes.testing import write_study


@pytest.fixture(scope="session")
def run_study(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, Mapping[str, str]], Any]:
    """`run_study(toml, files)` is the run of a study; the same one for the same texts."""
    runs: dict[tuple[str, tuple[tuple[str, str], ...]], Any] = {}

    def run(toml: str, files: Mapping[str, str]) -> Any:
        texts = toml, tuple(sorted(files.items()))
        if texts not in runs:
            runs[texts] = dermoutcomes.run(
                write_study(tmp_path_factory.mktemp("study"), toml, files)
            )
        return runs[texts]

    return run
