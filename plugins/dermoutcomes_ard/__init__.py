"""Every result as a row of an analysis results data set (ARD), as R's package cards has them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dermoutcomes import NoOptions, Reporter, hookimpl

if TYPE_CHECKING:
    from dermoutcomes import Run

__plugin_api__ = 2


def write(run: Run, folder: Path, options: NoOptions) -> Iterable[Path]:  # noqa: ARG001 - it has none
    """Write `ard.json` and `ard.parquet`."""
    from dermoutcomes_ard.results_data import write_ard

    return write_ard(run, folder)


@hookimpl
def register_reporters() -> Iterable[Reporter]:
    """The reporter `ard`."""
    yield Reporter(
        name="ard",
        label="Results as an ARD (columns of R's cards), JSON and Parquet",
        write=write,
        folder="report",
    )
