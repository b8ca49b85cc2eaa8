"""A study of this folder is run once for all of its tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import dermoutcomes
from dermoutcomes.runs.pipeline import Options

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dermoutcomes.Run]:
    """A function that runs the study file of a folder beside this file, and returns its Run."""

    def run(name: str) -> dermoutcomes.Run:
        out = tmp_path_factory.mktemp(name) / "run"
        return dermoutcomes.run(HERE / name / "study.toml", Options(out=out))

    return run
