"""Property tests: the same examples in every run, unless `--hypothesis-profile=fuzz` asks for others.

Pictures: each is drawn once in a process of tests, but for tests of pictures and of equal bytes.

A conftest.py at the root holds for the tests of the core, of the plugins and of the examples, and is
loaded before any of them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import Any

import pytest
import vl_convert
from hypothesis import settings
from hypothesis.internal.conjecture import providers

# Lines are wrapped at the width of the terminal, and workers of pytest-xdist have one of their own.
os.environ["COLUMNS"] = "100"
# Tests neither read nor leave anything in the cache of whoever runs them.
os.environ["DERMOUTCOMES_NO_INDEX"] = "1"

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


# A third of what a run costs is its pictures, and hundreds of tests run the same small studies.
OF_PICTURES = ("determinism", "figure", "picture", "drawing", "battery")
MOST_DRAWN = 500
drawn: dict[bytes, Any] = {}
draws_afresh = False


def drawn_once(draw: Callable[..., Any]) -> Callable[..., Any]:
    """`draw`, which gives what it gave before for the same arguments."""

    def picture(*arguments: Any, **settings_of_it: Any) -> Any:
        if draws_afresh:
            return draw(*arguments, **settings_of_it)
        said = repr((draw.__name__, arguments, settings_of_it))
        key = hashlib.sha256(said.encode()).digest()
        if key not in drawn:
            if len(drawn) == MOST_DRAWN:
                del drawn[next(iter(drawn))]
            drawn[key] = draw(*arguments, **settings_of_it)
        return drawn[key]

    return picture


vl_convert.vegalite_to_svg = drawn_once(vl_convert.vegalite_to_svg)
vl_convert.svg_to_png = drawn_once(vl_convert.svg_to_png)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests of pictures draw them."""
    global draws_afresh  # noqa: PLW0603 - one process runs one test at a time
    draws_afresh = any(word in item.nodeid for word in OF_PICTURES)
