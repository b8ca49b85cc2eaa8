"""A pytest plugin that writes down the lines that each test runs, its seconds and its outcome.

What a fixture of a module or the session runs is its own, so that every test that asks for it is
known to reach those lines, not only the first.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import coverage
import pytest

FOLDER = Path(os.environ["MUTANTS_RECORD"])
NAME = os.environ["MUTANTS_SHARD"]
CONFIGURATION = str(FOLDER / "coverage.ini")


class Recorder:
    """Switches the coverage context with each test and each wide fixture."""

    def __init__(self) -> None:
        self.coverage = coverage.Coverage(config_file=CONFIGURATION)
        self.tests: dict[str, dict[str, Any]] = {}
        self.context = ""
        self.coverage.start()
        os.environ["COVERAGE_PROCESS_START"] = (
            CONFIGURATION  # programs that tests start are recorded too
        )

    def switch(self, context: str) -> None:
        """From now on lines are `context`'s."""
        self.context = context
        self.coverage.switch_context(context)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        fixtures = getattr(item, "_fixtureinfo", None)
        wide = (
            sorted(
                {
                    fixture_context(definitions[-1])
                    for definitions in fixtures.name2fixturedefs.values()
                    if definitions[-1].scope != "function"
                }
            )
            if fixtures
            else []
        )
        self.tests[item.nodeid] = {"seconds": 0.0, "outcome": "passed", "fixtures": wide}
        self.switch(item.nodeid)
        try:
            return (yield)
        finally:
            self.switch("")

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        if fixturedef.scope == "function":
            return (yield)
        before = self.context
        self.switch(fixture_context(fixturedef))
        try:
            return (yield)
        finally:
            self.switch(before)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = self.tests[report.nodeid]
        test["seconds"] += report.duration
        if report.outcome != "passed":
            test["outcome"] = report.outcome

    def pytest_sessionfinish(self) -> None:
        self.coverage.stop()
        self.coverage.save()
        (FOLDER / f"tests.{NAME}.json").write_text(json.dumps(self.tests), encoding="utf-8")


def fixture_context(fixture: pytest.FixtureDef[Any]) -> str:
    """The name that lines run by a wide fixture are recorded under."""
    return f"fixture {fixture.baseid}::{fixture.argname}"


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    early_config.pluginmanager.register(Recorder(), "mutants-recorder")
