"""The generated pages: fresh, and every hook under its exact signature with a plugin that has it."""

from __future__ import annotations

import importlib.util
import inspect
import re
from functools import cache

import pytest

from dermoutcomes import load_registry
from dermoutcomes.declare import hooks as hookspecs

from .pages import ROOT, text_of

HOOKS = {
    name: function
    for name, function in inspect.getmembers(hookspecs, inspect.isfunction)
    if hasattr(function, "dermoutcomes_spec")
}


@cache
def generator():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_files_are_fresh():
    assert generator().stale(load_registry()) == [], "run: python docs/generate.py"


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_stands_under_its_exact_signature_with_a_real_plugin(name):
    signature = str(inspect.signature(HOOKS[name])).replace("'", "")
    page = text_of("docs/reference/hooks.md")

    assert page.count(f"\n## `{name}{signature}`\n") == 1
    used = re.findall(r"\]\(\.\./\.\./([^)]+)\)", section_of(name))
    assert used
    assert [place for place in used if not has(ROOT / place, name)] == []


def section_of(name: str) -> str:
    return text_of("docs/reference/hooks.md").split(f"\n## `{name}(")[1].split("\n## ")[0]


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_says_when_it_is_called_and_since_which_version(name):
    assert re.search(r"^Called (when|by) ", section_of(name), re.MULTILINE)
    assert re.search(r"^Since plugin API [12]\.$", section_of(name), re.MULTILINE)


@pytest.mark.parametrize("name", HOOKS)
def test_the_example_grows_by_each_hook_and_by_no_other(name):
    [code] = re.findall(
        r"^<!-- file(?:-add)?: warmth\.py -->\n```python\n(.*?)^```$",
        section_of(name),
        re.MULTILINE | re.DOTALL,
    )

    assert [hook for hook in HOOKS if f"def {hook}(" in code] == [name]


def has(place, hook: str) -> bool:
    """Whether the plugin, a file or a folder, defines that hook."""
    files = (
        [place]
        if place.is_file()
        else [path for path in place.rglob("*.py") if "tests" not in path.parts]
    )
    return any(
        re.search(rf"^\s*def {hook}\(", path.read_text(encoding="utf-8"), re.MULTILINE)
        for path in files
    )


def test_a_table_of_nine_columns_is_compared_whole_but_for_what_is_measured():
    row = "| a | b | c | d | e | f | licence | sources | 4 |"
    settled = generator().settled

    assert settled("docs/reference/instruments-and-scales.md", row) == row
    assert settled("docs/validation.md", row) != row


def test_what_is_measured_does_not_make_a_page_stale():
    page = text_of("docs/validation.md")
    other = re.sub(r"\d\.\de-\d\d \|$", "9.9e-17 |", page, count=1, flags=re.MULTILINE)

    assert other != page
    assert generator().structure(other) == generator().structure(page)
    assert generator().structure(page.replace("paired_t", "unpaired_t")) != generator().structure(
        page
    )
