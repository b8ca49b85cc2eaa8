"""The layers: who may import whom. The core imports no plugin; plugins import only public names and the test kit."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest

import dermoutcomes
from dermoutcomes import report, stats

ROOT = Path(__file__).parents[2]
CORE = sorted((ROOT / "dermoutcomes").rglob("*.py"))
PLUGINS = sorted(path for path in (ROOT / "plugins").rglob("*.py") if "tests" not in path.parts)
GIVEN = {"pluggy", "attrs", "attr", "pyarrow", "polars", "click", "tomli", "dermoutcomes"}
# From the top: a room imports only from rooms below it, wherever in a file the import stands.
LAYERS = (
    ("__main__",),
    ("cli",),
    ("proof", "testing", "draft"),
    ("runs",),
    ("report",),
    ("planning",),
    ("decisions",),
    ("results",),
    ("endpoints",),
    ("quality",),
    ("scoring",),
    ("derive",),
    ("sources",),
    ("study",),
    ("registry",),
    ("options", "declare"),
    ("stats",),
    ("tables", "conditions", "durations", "shortages"),
    ("errors", "vocabulary", "digests", "work_note"),
    ("number_text", "look_alikes"),
)
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
# The package itself names what is public and imports it when it is asked for.
FRONT = "dermoutcomes"
MOST_FILES = 17


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in CORE}


class Imports(ast.NodeVisitor):
    """Every module that a file imports, in functions too; not what only type checkers see."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def visit_If(self, node: ast.If) -> None:
        if "TYPE_CHECKING" not in ast.unparse(node.test):
            self.generic_visit(node)
            return
        for statement in node.orelse:
            self.visit(statement)

    def visit_Import(self, node: ast.Import) -> None:
        self.names += [alias.name for alias in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module and not node.level:
            self.names += [home(node.module, alias.name) for alias in node.names]


def home(module: str, name: str) -> str:
    """The module that an import is of: a module in a package, or the one behind a public name."""
    doors = {
        FRONT: dermoutcomes._HOME,
        report.__name__: report._HOME,
        stats.__name__: stats._HOME,
    }
    if name in doors.get(module, {}):
        return f"{module}.{doors[module][name]}"
    inner = f"{module}.{name}"
    return inner if inner in MODULES else module


@cache
def imported(path: Path) -> tuple[str, ...]:
    imports = Imports()
    imports.visit(ast.parse(path.read_text(encoding="utf-8")))
    return tuple(imports.names)


def at_module_level(path: Path) -> list[str]:
    imports = Imports()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            imports.visit(node)
    return imports.names


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else FRONT


def graph() -> dict[str, set[str]]:
    """Module of the core = the modules of the core that it imports."""
    return {
        module: {name for name in imported(path) if name in MODULES and name != module}
        for module, path in MODULES.items()
        if module != FRONT
    }


def climbs() -> Iterator[str]:
    for module, names in graph().items():
        for name in names - {FRONT}:
            own, other = room(module), room(name)
            if own != other and LEVEL[other] <= LEVEL[own]:
                yield f"{module} imports {name}"


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_core_imports_only_the_given_packages_at_module_level(path):
    kit = {"testing": {"pytest"}, "stats": {"numpy", "scipy"}}.get(room(name_of(path)), set())
    allowed = GIVEN | set(sys.stdlib_module_names) | kit

    assert {name.split(".")[0] for name in at_module_level(path)} - allowed == set()


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_core_imports_no_plugin(path):
    assert [name for name in imported(path) if name.startswith("dermoutcomes_")] == []


def test_every_room_has_its_layer():
    assert {room(module) for module in MODULES if module != FRONT} == set(LEVEL)


def test_no_room_imports_from_a_room_above_or_beside_it():
    assert sorted(climbs()) == []


def test_no_circle_of_imports():
    try:
        TopologicalSorter(graph()).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(error.args[1]))


def test_the_walls_are_seen_from_inside_functions_and_through_public_names(tmp_path):
    (tmp_path / "climbing.py").write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from dermoutcomes.cli import main\n"
        "def late():\n    from dermoutcomes import run\n    from dermoutcomes.runs import pipeline\n"
    )

    assert imported(tmp_path / "climbing.py") == (
        "typing",
        "dermoutcomes.runs.pipeline",
        "dermoutcomes.runs.pipeline",
    )


def test_no_room_is_crowded():
    folders = {path.parent for path in CORE}
    files = {folder.relative_to(ROOT): len(list(folder.glob("*.py"))) for folder in folders}

    assert {str(folder): number for folder, number in files.items() if number > MOST_FILES} == {}


@pytest.mark.parametrize("path", PLUGINS, ids=name_of)
def test_plugins_import_only_public_names(path):
    own = next(part for part in path.parts if part.startswith("dermoutcomes_"))
    public = {"dermoutcomes", "dermoutcomes.report", "dermoutcomes.stats", "dermoutcomes.testing"}
    imports = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names = [node.module for node in imports if isinstance(node, ast.ImportFrom) and node.module]

    behind = [
        name
        for name in names
        if name.startswith("dermoutcomes") and name not in public and not name.startswith(own)
    ]

    assert behind == []


def test_the_public_names_are_those_that_are_listed():
    assert sorted(dermoutcomes.__all__) == sorted(
        {*dermoutcomes._HOME, "__version__", "__plugin_api__"}
    )
    assert all(hasattr(dermoutcomes, name) for name in dermoutcomes.__all__)


def test_every_declaration_is_a_public_name_and_none_has_a_home_that_it_is_not_of():
    declared = {name for name, module in dermoutcomes._HOME.items() if module == "declare"}

    assert declared == set(import_module("dermoutcomes.declare").__all__)


def test_the_public_names_of_the_report_are_those_that_are_listed():
    assert sorted(report.__all__) == sorted(report._HOME)
    assert all(hasattr(report, name) for name in report.__all__)


def test_the_public_names_of_the_statistical_kit_are_those_that_are_listed():
    assert sorted(stats.__all__) == sorted(stats._HOME)
    # A module of that name would be found in its place once it is loaded.
    assert set(stats._HOME) & set(stats._PUBLIC) == set()
    assert all(hasattr(stats, name) for name in stats.__all__)
