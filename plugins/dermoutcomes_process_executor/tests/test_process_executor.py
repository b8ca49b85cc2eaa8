"""The executor put through its battery; whole studies in processes are compared in the tests of determinism."""

from __future__ import annotations

from dermoutcomes.testing import ExecutorContract
from dermoutcomes_process_executor import PROCESSES


class TestProcesses(ExecutorContract):
    executor = PROCESSES
    options = {"workers": 2}
