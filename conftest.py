"""Property tests: the same examples in every run, unless `--hypothesis-profile=fuzz` asks for others.

A conftest.py at the root holds for the tests of the core, of the plugins and of the examples, and is
loaded before any of them.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

# Lines are wrapped at the width of the terminal, and workers of pytest-xdist have one of their own.
os.environ["COLUMNS"] = "100"

# No database: what an earlier run came upon would be tried again, and two runs would differ.
settings.register_profile("steady", deadline=None, derandomize=True, database=None)
# Failing examples are kept in .hypothesis and tried first in the next run; the blob repeats one
# elsewhere. Random in CI too, where Hypothesis would otherwise draw the same.
settings.register_profile(
    "fuzz", deadline=None, max_examples=2000, print_blob=True, derandomize=False
)
settings.load_profile("steady")


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Keep constants of the code out of steady examples, once the profile asked for is loaded.

    Hypothesis mixes in the constants of all modules that are imported so far. What a test draws would
    then hang on the tests that ran before it in the same process, and change with every constant
    anywhere; no setting turns that off.
    """
    if settings.get_current_profile_name() == "steady":
        # A test tells if an upgrade of Hypothesis moves this.
        none = providers._local_constants  # noqa: SLF001
        providers._get_local_constants = lambda: none  # noqa: SLF001
