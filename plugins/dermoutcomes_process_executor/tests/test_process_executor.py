"""The executor put through its battery.

Whole studies in processes are compared in the tests of determinism.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from dermoutcomes import StepResult
from dermoutcomes.testing import ExecutorContract
from dermoutcomes_process_executor import PROCESSES, ProcessOptions, in_processes


class TestProcesses(ExecutorContract):
    executor = PROCESSES
    options = {"workers": 2}


def test_it_works_from_a_thread_that_hears_no_signals() -> None:
    """As in a notebook or a server, where only the main thread may handle them."""
    with ThreadPoolExecutor(1) as pool:
        results = pool.submit(lambda: list(in_processes(never_asked, (), ProcessOptions())))

        assert results.result(timeout=60) == []


def never_asked(key: str) -> StepResult:
    raise AssertionError(key)
