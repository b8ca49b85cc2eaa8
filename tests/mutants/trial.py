"""Runs tests against one fault, in a process forked from one that has heavy libraries already."""

from __future__ import annotations

import importlib
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# What the program and its tests import anyway; importing them once saves seconds a fault.
HEAVY = (
    "polars",
    "pyarrow",
    "pyarrow.parquet",
    "numpy",
    "scipy.special",
    "scipy.stats",
    "scipy.optimize",
    "hypothesis",
    "attrs",
    "click",
    "jinja2",
    "pluggy",
    "tomli",
    "openpyxl",
    "xlsxwriter",
    "jsonschema",
    "rich",
)
# The most seconds of collecting; a test has some, and so many times its usual time.
COLLECTING = 180.0
PATIENCE, TIMES = 30.0, 15.0
# Stops at the first failure. Modules imported before the fork are not rewritten: none is a test.
OPTIONS = (
    "-x",
    "-q",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "--hypothesis-seed=0",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
)
# What is said of a test that takes too long.
LATE = " (time limit)"
# The child ends with this where it is at fault itself.
BROKEN = 70


@dataclass(frozen=True)
class Verdict:
    """What the tests said.

    `killer` is the test, or the reason, that gave the fault away; `ran` is how many ran, `left` how
    many did not.
    """

    killer: str | None
    ran: int
    left: int
    seconds: float


def preload() -> None:
    """Imports the heavy libraries. None may be used before a fork: threads do not survive it."""
    for name in HEAVY:
        try:
            importlib.import_module(name)
        except ImportError:
            continue


def run(
    tree: Path,
    tests: Sequence[tuple[str, float]],
    search: Sequence[str],
    budget: float,
    output: Path,
) -> Verdict:
    """The verdict of tests, given with their usual seconds, on a tree.

    `search` is its import path, `budget` the most seconds for all.
    """
    began = time.monotonic()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _child(tree, [name for name, _ in tests], search, writing, output)
    os.close(writing)
    usual = dict(tests)
    heard, killer, ended = _listen(reading, usual, began + budget, began)
    os.close(reading)
    if not ended:
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status) if ended else 0
    if code == BROKEN:
        raise RuntimeError(output.read_text(encoding="utf-8", errors="replace"))
    if (
        killer is None
        and ended
        and code not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
    ):
        killer = (
            "collecting the tests"
            if code in {pytest.ExitCode.INTERRUPTED, pytest.ExitCode.USAGE_ERROR}
            else f"pytest ended with {code}"
        )
    return Verdict(
        killer, heard, max(0, len(tests) - heard) if not ended else 0, time.monotonic() - began
    )


def _listen(
    reading: int, usual: dict[str, float], budget_ends: float, began: float
) -> tuple[int, str | None, bool]:
    """How many tests started, what killed the fault, and whether the child ended by itself."""
    ran, killer, current = 0, None, "collecting the tests"
    limit = began + COLLECTING
    rest = b""
    while True:
        ready, _, _ = select.select(
            [reading], [], [], max(0.0, min(limit, budget_ends) - time.monotonic())
        )
        if not ready:
            return ran, (f"{current}{LATE}" if time.monotonic() >= limit else killer), False
        piece = os.read(reading, 65536)
        if not piece:
            return ran, killer, True
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            word, _, name = line.decode().partition(" ")
            if word == "start":
                ran, current = ran + 1, name
                limit = time.monotonic() + PATIENCE + TIMES * usual.get(name, 1.0)
            elif word == "failed" and killer is None:
                killer = name


def _child(tree: Path, tests: list[str], search: Sequence[str], writing: int, output: Path) -> None:
    """Never comes back."""
    code = BROKEN
    try:
        os.setsid()
        with output.open("wb") as stream:
            os.dup2(stream.fileno(), 1)
            os.dup2(stream.fileno(), 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.chdir(tree)
        _forget_own_tests()
        sys.path[:0] = search
        sys.dont_write_bytecode = True
        os.environ |= {"PYTHONPATH": os.pathsep.join(search), "PYTHONDONTWRITEBYTECODE": "1"}
        files = list(dict.fromkeys(name.partition("::")[0] for name in tests))
        code = int(pytest.main([*OPTIONS, *files], plugins=[_Chosen(tests, writing)]))
    except BaseException:  # noqa: BLE001 - the child must not go on as a second parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _forget_own_tests() -> None:
    """Lets the tests of the tree be imported, and not those that stand beside this module."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]


class _Chosen:
    """Runs the chosen tests in their order and says so as it goes."""

    def __init__(self, tests: list[str], writing: int) -> None:
        self.order = {name: number for number, name in enumerate(tests)}
        self.writing = writing

    def say(self, word: str, name: str) -> None:
        os.write(self.writing, f"{word} {name}\n".encode())

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self.order),
            key=lambda item: self.order[item.nodeid],
        )

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.say("start", nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.say("failed", report.nodeid)
