"""Every standard figure put through its battery, of a trial that has something for each."""

from __future__ import annotations

from typing import Any

from dermoutcomes.testing import FigureContract
from dermoutcomes_standard_figures import register_figures
from dermoutcomes_standard_figures.tests.trial import RESIDUALS_LISTED, trial

globals().update(
    {
        f"Test_{plan.name}": type(
            f"Test_{plan.name}",
            (FigureContract,),
            {"figure": plan, "run": lambda self: trial(RESIDUALS_LISTED)},
        )
        for plan in register_figures()
    }
)


def test_no_two_figures_have_one_file() -> None:
    keys: list[Any] = []
    for battery in [value() for name, value in globals().items() if name.startswith("Test_")]:
        keys += [figure.key for figure in battery.figures()]

    assert len(keys) == len(set(keys))
