"""How steps are run, and what is written of a finished run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from attrs import astuple, field, frozen

from dermoutcomes.declare.setting import NoOptions

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

__all__ = [
    "DetachedStepWorker",
    "Executor",
    "Reporter",
    "Step",
    "StepResult",
    "StepWorker",
    "say_nothing",
]


@frozen(eq=False)
class Reporter:
    """A writer of reports: a finished run → files.

    `write(run, folder, options)` writes below `folder` only and returns the paths that it wrote.
    `always` has it write for every run unless the study lists its reports. `tell(run, options)`
    gives, a sentence each, what it leaves out unless asked, with the key to write; the terminal
    shows them after a run.
    """

    name: str
    label: str
    write: Callable[[Any, Path, Any], Iterable[Path]]
    options: type = NoOptions
    folder: str = "report"
    always: bool = False
    tell: Callable[[Any, Any], Iterable[str]] | None = None


def say_nothing(sentence: str) -> None:
    """Where nobody wants to see progress."""


def _pairs(mapping: Mapping[str, str] | Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(dict(mapping).items()))


@frozen
class Step:
    """One piece of a run's work, as a value that says all that its output rests on.

    It pickles, hashes and prints.
    `kind` is framework, source, locked_reading, checks, records, analysis, decisions or document,
    and says which function does it; an executor also gets parts of an analysis, of the kind
    imputation. `inputs` are name = SHA-256 of a file's bytes (by its path), of a table of the run
    (`table:NAME`) or of another step's output (by its key). `asks` is canonical JSON of the part of
    the study that the function is given, defaults filled in. `code` is plugin = digest of what
    runs, `software` the versions that numbers depend on. Mappings are kept as sorted pairs.
    """

    kind: str
    name: str = ""
    inputs: tuple[tuple[str, str], ...] = field(default=(), converter=_pairs)
    asks: str = "{}"
    code: tuple[tuple[str, str], ...] = field(default=(), converter=_pairs)
    software: tuple[tuple[str, str], ...] = field(default=(), converter=_pairs)

    @property
    def key(self) -> str:
        """Kind and name, for people: `source:3`, `records:firmness`, `checks`."""
        return f"{self.kind}:{self.name}" if self.name else self.kind

    @cached_property
    def address(self) -> str:
        """SHA-256 of everything the step says.

        Steps of one address give the same output, wherever and whenever they are done.
        """
        content = astuple(self, recurse=False)
        return sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()

    def __str__(self) -> str:
        return self.key


@frozen
class StepResult:
    """What a step left behind: its key, the SHA-256 of its Arrow file, and its tables.

    The Arrow file stands at `path`, or the result carries it as `content`; `tables` are those in it
    where they are at hand.
    Where it failed, `error` says why instead: other steps go on, and a run tells of all that failed
    at once.
    """

    key: str
    sha256: str = ""
    path: str | None = None
    tables: Mapping[str, pl.DataFrame] | None = field(default=None, eq=False, repr=False)
    error: Exception | None = None
    content: bytes | None = field(default=None, eq=False, repr=False)


class DetachedStepWorker(Protocol):
    """Does steps where neither the study's folder nor that of its run can be seen; it pickles."""

    def __call__(self, step: Step, folder: Path, fetch: Callable[[str], bytes]) -> StepResult:
        """The result of a step, which carries its file as `content`.

        `fetch(name)` gives the bytes of an input, which are held to their digest and kept below
        `folder` for further steps. Raises StudyError where something else is installed than in the
        process of the run, with what differs.
        """
        ...


@runtime_checkable
class StepWorker(Protocol):
    """The worker of a run: it does steps, and says what a machine needs that sees none of its files."""

    def __call__(self, step: Step) -> StepResult:
        """The result of a step, in any process that sees the folders of the study and of the run."""
        ...

    def inputs(self, step: Step) -> Mapping[str, Path]:
        """Where each file that the step rests on stands for the process of the run, by its name.

        A name that begins with `table:` or `records:` is of what the run made, any other the path
        of a file from the study's folder.
        """
        ...

    def detached(self) -> DetachedStepWorker:
        """The worker for other machines."""
        ...


@frozen(eq=False)
class Executor:
    """How independent steps are run.

    `map(worker, steps, options)` yields a StepResult a step, in the order of the steps.

    `worker` is picklable: called with a Step it does it. It may be sent to a spawned process, as
    often as one likes: it holds the study as it was parsed, and a process that has it open already
    does not open it again. A forked process hangs in Polars. A step that fails is a result with its
    error; what the worker raises ends the run.

    A run calls `map` once for each of its stages. What is kept between them, such as a pool of
    processes, is made by `start(options, say)`: it is entered before the first steps that have to
    be done, left when the run is over, and what it gives stands in the place of `options`.
    `say(sentence)` shows it to a user who wants to see progress. `tell` of what was started says, a
    sentence each, what a user would not expect.

    A process on another machine needs more than `worker`, which reads the study's folder and that
    of the run: the worker of a run is a StepWorker.
    """

    name: str
    label: str
    map: Callable[[Callable[[Step], StepResult], Iterable[Step], Any], Iterator[StepResult]]
    options: type = NoOptions
    start: Callable[[Any, Callable[[str], None]], AbstractContextManager[Any]] | None = None
    tell: Callable[[Any], Iterable[str]] | None = None

    def started(
        self, options: Any, say: Callable[[str], None] = say_nothing
    ) -> AbstractContextManager[Any]:
        """What `map` gets for one run: what `start` gives, or the options as they are.

        Nobody hears of it unless `say` shows it.
        """
        return nullcontext(options) if self.start is None else self.start(options, say)
