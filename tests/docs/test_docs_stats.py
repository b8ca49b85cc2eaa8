"""The index of the statistical kit: every public name, with a docstring behind it."""

from __future__ import annotations

import inspect
import re

import pytest

from dermoutcomes import stats

from .pages import text_of

_, _, SECTION = text_of("docs/how-to/write-an-analysis.md").partition("## The statistical kit")
LISTED = [
    name
    for line in SECTION.splitlines()
    if line.startswith("| `")
    for name in re.findall(r"`(\w+)`", line.split("|")[1])
]


def test_the_index_lists_every_name_once():
    assert sorted(LISTED) == sorted(stats.__all__)


def is_code(thing: object) -> bool:
    """Not a constant or a type alias."""
    return inspect.isclass(thing) or inspect.isfunction(inspect.unwrap(thing))


@pytest.mark.parametrize("name", [name for name in stats.__all__ if is_code(getattr(stats, name))])
def test_a_function_of_the_kit_says_what_it_gives(name):
    assert getattr(stats, name).__doc__
    # Counts in words are those of every room.
    home = "number_text" if name == "count_words" else f"stats.{stats._HOME[name]}"
    assert getattr(stats, name).__module__ == f"dermoutcomes.{home}"
