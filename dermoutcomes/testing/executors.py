"""The battery of an executor: every step done once, in order, and a failure told apart from an empty result."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import frozen

from dermoutcomes.declare import StepResult
from dermoutcomes.testing.declarations import DeclarationContract

if TYPE_CHECKING:
    from dermoutcomes.declare import Executor

__all__ = ["ExecutorContract"]


@frozen
class _WritesItsKey:
    """A worker that can be sent to another process: it writes its key into a file, and fails on the key that it is told to."""

    folder: str
    fails_on: str | None = None

    def __call__(self, key: str) -> StepResult:
        if key == self.fails_on:
            raise ValueError(f"the step {key!r} failed as it was told to")
        path = Path(self.folder) / f"{key.replace(':', '_')}.arrow"
        path.write_text(key, encoding="utf-8")
        return StepResult(key, str(path), sha256(key.encode()).hexdigest())


class ExecutorContract(DeclarationContract):
    """The battery of an executor. Set `executor`, and `options` that keep it small (two processes, say)."""

    executor: Executor

    @property
    def declaration(self) -> Executor:
        """The executor."""
        return self.executor

    def done(self, worker: _WritesItsKey, keys: list[str]) -> list[StepResult]:
        """The results of a few steps."""
        return list(self.executor.map(worker, iter(keys), self.parsed_options()))

    def test_every_step_is_done_once_and_in_order(self, tmp_path: Path) -> None:
        keys = [f"task:{number}" for number in (3, 1, 2)]
        results = self.done(_WritesItsKey(str(tmp_path)), keys)

        assert [result.key for result in results] == keys
        assert [Path(result.path).read_text(encoding="utf-8") for result in results] == keys

    def test_no_steps_give_no_results(self, tmp_path: Path) -> None:
        assert self.done(_WritesItsKey(str(tmp_path)), []) == []

    def test_a_failure_is_raised_with_the_name_of_its_step(self, tmp_path: Path) -> None:
        with pytest.raises(Exception, match="task:2"):
            self.done(_WritesItsKey(str(tmp_path), fails_on="task:2"), ["task:1", "task:2"])
