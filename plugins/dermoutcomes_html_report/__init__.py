"""The report of a run as one HTML file.

It has what was claimed and what held, every table and figure, and how they were made.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dermoutcomes import Reporter, hookimpl
from dermoutcomes.report import ReportOptions

if TYPE_CHECKING:
    from dermoutcomes import Run

__plugin_api__ = 2


def write(run: Run, folder: Path, options: ReportOptions) -> Iterable[Path]:
    """Write the report; what it needs is imported now, so that loading the plugin costs nothing."""
    from dermoutcomes_html_report.rendering import write_report

    return write_report(run, folder, options)


@hookimpl
def register_reporters() -> Iterable[Reporter]:
    """The reporter `html_report`."""
    yield Reporter(
        name="html_report",
        label="Report as one HTML page",
        write=write,
        options=ReportOptions,
        folder="report",
        always=True,
    )
