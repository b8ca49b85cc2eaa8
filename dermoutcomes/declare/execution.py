"""How steps are run, and what is written of a finished run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes.declare.setting import NoOptions

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Executor", "Reporter", "StepResult"]


@frozen(eq=False)
class Reporter:
    """A finished run → files: `write(run, folder, options)` writes below `folder` only and returns the paths that it wrote.

    `always` has it write for every run unless the study lists its reports.
    """

    name: str
    label: str
    write: Callable[[Any, Path, Any], Iterable[Path]]
    options: type = NoOptions
    folder: str = "report"
    always: bool = False


@frozen
class StepResult:
    """What a step left behind: the key it was asked for, and the Arrow file it wrote with that file's SHA-256.

    Where it failed, `error` says why instead: other steps go on, and a run tells of all that failed at once.
    """

    key: str
    path: str = ""
    sha256: str = ""
    error: Exception | None = None


@frozen(eq=False)
class Executor:
    """How independent steps are run. `map(worker, keys, options)` yields a StepResult a key, in the order of the keys.

    `worker` is picklable: called with a key it runs that step. It may be sent to a spawned process; a forked one hangs in Polars.
    """

    name: str
    label: str
    map: Callable[[Callable[[str], StepResult], Iterable[str], Any], Iterator[StepResult]]
    options: type = NoOptions
