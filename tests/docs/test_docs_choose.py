"""The page that leads from a question to an analysis: every analysis is on it, with what it decides by and the software it is held to."""

from __future__ import annotations

import re
from functools import cache

import pytest

from dermoutcomes import load_registry
from dermoutcomes.proof.cases import cases_of
from dermoutcomes.proof.reference_methods import reference_methods

from .pages import text_of

PAGE = text_of("docs/how-to/choose-an-analysis.md")
ROW = re.compile(
    r"^\| [^|]+ \| [^|]+ \| `(?P<name>\w+)` \| (?P<decides>[^|]+) \| (?P<held>[^|]+) \|$",
    re.MULTILINE,
)
ROWS = [(row["name"], row["decides"].strip("`"), row["held"]) for row in ROW.finditer(PAGE)]


@cache
def registry():
    return load_registry()


@cache
def held_to():
    """Analysis = the software of its reference cases, without versions."""
    found: dict[str, set[str]] = {}
    for method in reference_methods(registry()).values():
        software = {
            part.split()[0] for case in cases_of(method) for part in case.software.split(";")
        }
        for name in method.analyses:
            found[name] = found.get(name, set()) | software
    return found


def test_every_analysis_is_on_the_page():
    assert [name for name in registry().analyses if f"`{name}`" not in PAGE] == []


@pytest.mark.parametrize(
    ("name", "decides", "held"), ROWS, ids=[f"{number}-{row[0]}" for number, row in enumerate(ROWS)]
)
def test_a_row_is_true(name, decides, held):
    assert registry().analyses[name].decides == (None if decides == "nothing" else decides)
    assert set(held.split(", ")) - {"–"} <= held_to().get(name, set())


def test_there_are_rows():
    assert len(ROWS) > 60
