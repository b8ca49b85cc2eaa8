"""The report names no analysis, term or stat of a single plugin: what it says of them is what they declare."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dermoutcomes import Registry, load_registry
from dermoutcomes.tables import SCHEMAS, STATS

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path
    for room in ("dermoutcomes/report", "plugins/dermoutcomes_html")
    for path in (ROOT / room).rglob("*.py")
    if "tests" not in path.relative_to(ROOT).parts
)
# Words of tables, their columns and stats, of the study file and of style sheets, before they are names of terms.
WORDS = {
    *STATS,
    *SCHEMAS,
    *(name for schema in SCHEMAS.values() for name in schema.names),
    "anchor",
    "change",
    "difference",
    "distribution",
    "improved",
    "pairs",
    "rank",
    "worse",
}


# Keys and marks of Vega-Lite, which figures are written in, that are also names of something.
# Tables by which a shell and a section are named.
TABLES = {"adverse_events", "baseline_table"}
VEGA_LITE = {"area", "line", "point", "rule", "scale", "shape", "tick"}


def names_of_one(registry: Registry) -> set[str]:
    """Names of analyses, and of the terms and stats that a single plugin declares."""
    homes: dict[str, set[str]] = {}
    for analysis in registry.analyses.values():
        home = registry.owners[f"analyses:{analysis.name}"]
        for name in (analysis.name, *(part for pair in analysis.statistics for part in pair)):
            homes.setdefault(name, set()).add(home)
    single = {name for name, plugins in homes.items() if len(plugins) == 1}
    return (single | set(registry.analyses)) - WORDS - {""}


def strings(tree: ast.AST) -> Iterator[ast.Constant]:
    """Every string of the code, docstrings apart."""
    docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node not in docstrings
        ):
            yield node


def named(code: str, names: set[str]) -> list[str]:
    """The names that the code has as a string, or within one where no other word could be meant."""
    return [
        f"line {node.lineno}: {name}"
        for node in strings(ast.parse(code))
        for name in sorted(names - VEGA_LITE - TABLES)
        if name == node.value or ("_" in name and name in re.findall(r"\w+", node.value))
    ]


@pytest.fixture(scope="module")
def names() -> set[str]:
    return names_of_one(load_registry())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_report_names_nothing_of_a_single_plugin(path: Path, names: set[str]) -> None:
    assert named(path.read_text(encoding="utf-8"), names) == []


def test_a_name_would_be_seen(names: set[str]) -> None:
    code = 'KEPT = {"responders", "value"}\nwords = "as mmrm_aicc says"\n"paired_t"\n'

    assert {"mmrm", "paired_t", "win_odds", "restricted_mean"} <= names
    assert sorted(named(code, names)) == ["line 1: responders", "line 2: mmrm_aicc"]
