"""The battery of an executor: every step done once, in order, and a failure told apart from an empty result."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from dermoutcomes.declare import StepResult
from dermoutcomes.testing.contracts.declaration import DeclarationContract

if TYPE_CHECKING:
    from dermoutcomes.declare import Executor

__all__ = ["ExecutorContract"]


class ExecutorContract(DeclarationContract):
    """The battery of an executor. Set `executor`, and `options` that keep it small (two processes, say)."""

    executor: Executor

    @property
    def declaration(self) -> Executor:
        """The executor."""
        return self.executor

    def done(self, keys: list[str], known: list[str]) -> list[StepResult]:
        """The results of a few steps, of which only those known to the worker can be done."""
        # A method of a dictionary is a worker that any process can be sent, and needs nothing imported there.
        worker = {
            key: StepResult(key, f"{key}.arrow", sha256(key.encode()).hexdigest()) for key in known
        }.__getitem__
        return list(self.executor.map(worker, iter(keys), self.parsed_options()))

    def test_every_step_is_done_once_and_in_order(self) -> None:
        keys = ["task:3", "task:1", "task:2"]

        assert [result.key for result in self.done(keys, sorted(keys))] == keys

    def test_no_steps_give_no_results(self) -> None:
        assert self.done([], []) == []

    def test_a_failure_is_raised_with_the_name_of_its_step(self) -> None:
        with pytest.raises(Exception, match="task:2"):
            self.done(["task:1", "task:2"], ["task:1"])
