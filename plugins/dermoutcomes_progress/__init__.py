"""Progress of a run on standard error: a bar a stage.

On a terminal alone, and only where the user wants to see it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from dermoutcomes import hookimpl

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from dermoutcomes import StepRecord

__all__ = ["PROGRESS", "Bars"]

WORDS = {"source": "Reading files", "records": "Making records", "analysis": "Analysing"}


class Bars:
    """The plugin: it keeps the bar of the stage that is going on, and nothing else."""

    __plugin_api__ = 2

    def __init__(self, stream: Any = None) -> None:
        self.stream = stream
        self.bars: Progress | None = None
        self.bar: TaskID | None = None
        # The stage that the bar is of, how many steps it has, and how many are done.
        self.at: tuple[str, int, int] = ("", 0, 0)

    @hookimpl
    def step_finished(self, step: str, record: StepRecord) -> None:
        """Move the bar of the step's stage, of the stages with many steps.

        The first step draws it, the last removes it.
        """
        stream = self.stream or sys.stderr
        if not record.shown or not stream.isatty() or step.partition(":")[0] not in WORDS:
            return
        stage = step.partition(":")[0]
        # A stage whose last steps failed left its bar.
        goes_on = (stage, record.steps) == self.at[:2] and record.position > self.at[2]
        if self.bars is None or not goes_on:
            self._begin(stage, record.steps, stream)
        self.at = (stage, record.steps, record.position)
        if self.bars is not None and self.bar is not None:
            self.bars.update(self.bar, completed=record.position)
            if record.position == record.steps:
                self.bars.stop()
                self.bars = None

    def _begin(self, stage: str, steps: int, stream: Any) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        if self.bars is not None:
            self.bars.stop()
        columns = (
            TextColumn("{task.description:<15}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        self.bars = Progress(*columns, console=Console(file=stream), transient=True)
        self.bar = self.bars.add_task(WORDS[stage], total=steps)
        self.bars.start()


PROGRESS = Bars()
