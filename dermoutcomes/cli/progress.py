"""Progress on standard error, on a terminal and only where there is one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dermoutcomes.runfolder import StepRecord

__all__ = ["progress"]


@contextmanager
def progress(*, shown: bool) -> Iterator[Callable[[StepRecord], None] | None]:
    """What a run tells each finished step to; None where nobody looks."""
    if not (shown and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    words = {"source": "Reading files", "endpoint": "Making records", "task": "Analysing"}
    columns = (TextColumn("{task.description:<15}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        begun = {}

        def told(record: StepRecord) -> None:
            kind = record.name.partition(":")[0]
            if kind not in begun:
                begun[kind] = bars.add_task(words.get(kind, kind), total=record.steps)
            bars.update(begun[kind], completed=record.position)

        yield told
