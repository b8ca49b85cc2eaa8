"""The executor put through its battery, and how it shares out work.

Whole studies in processes are compared in the tests of determinism.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from attrs import frozen

from dermoutcomes import PluginError, Step, StepResult
from dermoutcomes.testing import ExecutorContract
from dermoutcomes_process_executor import PROCESSES, ProcessOptions
from dermoutcomes_process_executor.crew import Crew

HERE = os.getpid()


class TestProcesses(ExecutorContract):
    executor = PROCESSES
    options = {"workers": 2}


class TestEveryStepElsewhere(ExecutorContract):
    executor = PROCESSES
    options = {"workers": 2, "pays_from": 0}


@frozen
class Sleeper:
    """A worker whose steps take the seconds of their names, and leave the process that did them."""

    def __call__(self, step: Step) -> StepResult:
        seconds = step.name.partition("/")[2]
        if seconds == "end":
            os._exit(1)
        time.sleep(float(seconds))
        return StepResult(step.key, str(os.getpid()))


def steps(seconds: float, number: int) -> list[Step]:
    return [Step("analysis", f"{position}/{seconds}") for position in range(number)]


def done(*stages: list[Step], **options: float) -> tuple[list[list[StepResult]], Crew, list[str]]:
    """The results of each stage, the crew that did them, and what is told of it."""
    with PROCESSES.started(ProcessOptions(**options)) as crew:
        results = [list(PROCESSES.map(Sleeper(), stage, crew)) for stage in stages]
        return results, crew, list(PROCESSES.tell(crew) if PROCESSES.tell else ())


def processes_of(results: list[StepResult]) -> set[int]:
    return {int(result.sha256) for result in results}


def test_little_work_is_done_in_this_process_and_said() -> None:
    [results], crew, told = done(steps(0.01, 20), workers=2)

    assert processes_of(results) == {HERE}
    assert crew.pool is None
    [sentence] = told
    assert sentence.startswith("one process did the steps: at most 0.")
    assert "options.processes.pays_from" in sentence


def test_much_work_is_shared_with_processes_that_are_kept_for_the_next_stage() -> None:
    stages = [steps(0.05, 200), steps(0.05, 100)]
    results, crew, told = done(*stages, workers=2, pays_from=0.5)

    for stage, of_stage in zip(stages, results, strict=True):
        assert [result.key for result in of_stage] == [step.key for step in stage]
        assert len(processes_of(of_stage)) == 2, "this process goes on, with one other"
    assert processes_of(results[0]) == processes_of(results[1])
    assert (told, crew.others) == ([], 1)


def test_with_nothing_to_wait_for_every_step_is_done_elsewhere() -> None:
    [first, second], crew, _ = done(steps(0, 30), steps(0, 3), workers=2, pays_from=0)

    assert HERE not in processes_of(first) | processes_of(second)
    assert crew.others == 2


def test_one_process_is_this_one_and_nothing_is_said_of_others() -> None:
    [results], _, told = done(steps(0.01, 10), workers=1, pays_from=0.01)

    assert processes_of(results) == {HERE}
    assert told == []


def test_a_process_that_ends_ends_the_run_in_words() -> None:
    with pytest.raises(PluginError, match="ended while it worked"):
        done([Step("analysis", "1/0"), Step("analysis", "2/end")], workers=2, pays_from=0)


def test_it_works_from_a_thread_that_hears_no_signals() -> None:
    """As in a notebook or a server, where only the main thread may handle them."""
    with ThreadPoolExecutor(1) as pool:
        results = pool.submit(lambda: done(steps(0, 3), workers=2, pays_from=0)[0])

        assert [len(of_stage) for of_stage in results.result(timeout=60)] == [3]
