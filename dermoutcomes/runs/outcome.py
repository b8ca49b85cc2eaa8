"""What a step gives as a result, in whatever process it is done."""

from __future__ import annotations

import traceback
from hashlib import sha256
from typing import TYPE_CHECKING

from dermoutcomes.declare import StepResult
from dermoutcomes.errors import DermOutcomesError, is_panic, what_failed
from dermoutcomes.runs.table_store import TableStore, pack
from dermoutcomes.runs.work import perform
from dermoutcomes.shortages import ShortageError, shortage_of
from dermoutcomes.work_note import note_work

if TYPE_CHECKING:
    from dermoutcomes.declare import Step
    from dermoutcomes.runs.opening import OpenStudy

__all__ = ["StepError", "outcome"]

# So many files of a step are named.
FILES_NAMED = 3


class StepError(DermOutcomesError):
    """A step failed with something that is not ours.

    The message has the step's name, the error and the line where it arose.

    `trace` is the whole traceback, for whoever mends it.
    """

    def __init__(self, step: str, cause: str, trace: str) -> None:
        self.step, self.cause, self.trace = step, cause, trace
        super().__init__(step, cause, trace)

    def __str__(self) -> str:
        return f"the step {self.step!r} failed: {self.cause}"


def outcome(step: Step, opened: OpenStudy, store: TableStore) -> StepResult:
    """The result of a step that is done here, with its tables and their file.

    What stops the step alone is in its result: an error of ours, or a StepError with the step's
    name for any other.
    """
    note_work(_words(step))
    try:
        tables = perform(step, opened, store)
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises
        return StepResult(step.key, error=_as_error_of_step(step.key, error))
    except BaseException as error:
        # A plugin that would end the program, and a library in Rust that panics.
        if not isinstance(error, SystemExit) and not is_panic(error):
            raise
        return StepResult(step.key, error=_as_error_of_step(step.key, error))
    content = pack(tables)
    return StepResult(step.key, sha256(content).hexdigest(), tables=tables, content=content)


def _words(step: Step) -> str:
    """The step and the first of the files that it reads."""
    files = [name for name, _ in step.inputs if ":" not in name][:FILES_NAMED]
    return f"the step {step.key!r}" + (f" ({', '.join(files)})" if files else "")


def _as_error_of_step(step: str, error: BaseException) -> Exception:
    if problem := shortage_of(error):
        return ShortageError(problem)
    if isinstance(error, DermOutcomesError):
        return error
    trace = "".join(traceback.format_exception(error))
    return StepError(step, what_failed(error), trace)
