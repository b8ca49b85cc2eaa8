"""The battery of an executor: every step done once, in order, and failures that are not lost."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from dermoutcomes.declare import Step, StepResult
from dermoutcomes.errors import StudyError
from dermoutcomes.testing.contracts.declaration import DeclarationContract

if TYPE_CHECKING:
    from dermoutcomes.declare import Executor

__all__ = ["ExecutorContract"]


class ExecutorContract(DeclarationContract):
    """The battery of an executor.

    Set `executor`, and `options` that keep it small (two processes, say).
    """

    executor: Executor

    @property
    def declaration(self) -> Executor:
        """The executor."""
        return self.executor

    def results(self, steps: list[Step], known: list[Step]) -> list[StepResult]:
        """The results of a few steps, of which only those known to the worker can be done."""
        # A method of a dictionary is a worker that any process can be sent, and needs nothing
        # imported there.
        worker = {
            step: StepResult(step.key, sha256(step.key.encode()).hexdigest(), f"{step}.arrow")
            for step in known
        }.__getitem__
        with self.executor.started(self.parsed_options()) as started:
            return list(self.executor.map(worker, iter(steps), started))

    def test_every_step_is_done_once_and_in_order(self) -> None:
        steps = [Step("analysis", name, {"table:subjects": "0" * 64}) for name in "312"]

        results = self.results(steps, steps[::-1])

        assert [result.key for result in results] == [step.key for step in steps]

    def test_no_steps_give_no_results(self) -> None:
        assert self.results([], []) == []

    def test_what_was_started_serves_one_stage_after_the_other(self) -> None:
        stages = [
            [Step("records", name) for name in "12"],
            [Step("analysis", name) for name in "3"],
        ]
        known = {step: StepResult(step.key) for stage in stages for step in stage}

        with self.executor.started(self.parsed_options()) as started:
            done = [
                [result.key for result in self.executor.map(known.__getitem__, stage, started)]
                for stage in stages
            ]

        assert done == [[step.key for step in stage] for stage in stages]

    def test_results_come_back_as_they_are_those_of_failed_steps_too(self) -> None:
        failed = Step("analysis", "2")
        known = {failed: StepResult(failed.key, error=StudyError("nobody is left"))}

        with self.executor.started(self.parsed_options()) as started:
            [result] = self.executor.map(known.__getitem__, [failed], started)

        assert (result.key, str(result.error)) == ("analysis:2", "nobody is left")

    def test_what_the_worker_raises_is_raised_with_the_name_of_its_step(self) -> None:
        steps = [Step("analysis", "1"), Step("analysis", "2")]

        with pytest.raises(Exception, match="name='2'"):
            self.results(steps, steps[:1])
