"""The core knows stages, tables, options and files, and nothing of skin: no declaration of a bundled plugin is named in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from dermoutcomes import load_registry
from dermoutcomes.registry.registry import KINDS

# Words of the study file before they are names: kinds of claims (of tests), and of standard tables.
OWN = {"equivalence", "noninferiority", "baseline", "subgroups", "sensitivity"}
# What `[outputs]` means unless it says otherwise, and the files that stand for it in a run folder.
OUTPUTS = {"report", "annex", "workbook", "html", "pdf", "rtf", "svg", "xlsx"}
# A shape of Vega-Lite; words of the core that analyses and figures have for their names.
OTHERS = {"adverse_events", "agreement", "arrow", "baseline_table", "flow", "responders"}
CORE = Path(__file__).parents[2] / "dermoutcomes"
MODULES = sorted(CORE.rglob("*.py"))


@pytest.fixture(scope="module")
def names():
    registry = load_registry()
    return {
        *(name for kind in KINDS for name in getattr(registry, kind)),
        *registry.measures(),
    } - {*OWN, *OUTPUTS, *OTHERS}


def strings(tree):
    """Every string of the code: without docstrings and the names that a module makes public."""
    apart = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            apart.add(node.value)
        if isinstance(node, ast.Assign) and [
            target.id for target in node.targets if isinstance(target, ast.Name)
        ] in (["__all__"], ["_PUBLIC"]):
            apart.update(ast.walk(node.value))
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in apart
    ]


def named(text, names):
    """The declaration that `text` is, or that it speaks of where no other word could be meant (`paired_t`, `cutometer.r0`)."""
    words = set(re.findall(r"[a-z0-9_.]+", text))
    return {
        name for name in names if name == text or (name in words and ("_" in name or "." in name))
    }


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(CORE).as_posix())
def test_the_core_names_no_declaration_of_a_plugin(path, names):
    found = {
        f"line {node.lineno}: {name}"
        for node in strings(ast.parse(path.read_text(encoding="utf-8")))
        for name in named(node.value, names)
    }

    assert found == set()


def test_a_name_would_be_found(names):
    code = 'def f():\n    "paired_t in words."\n    return {"paired_t": 1, "x": "as cutometer.r0 says"}\n'

    assert [name for node in strings(ast.parse(code)) for name in named(node.value, names)] == [
        "paired_t",
        "cutometer.r0",
    ]
