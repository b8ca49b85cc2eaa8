"""The layers: who may import whom. The core imports no plugin; plugins import only public names and the test kit."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = sorted((ROOT / "dermoutcomes").rglob("*.py"))
PLUGINS = sorted(path for path in (ROOT / "plugins").rglob("*.py") if "tests" not in path.parts)
GIVEN = {"pluggy", "attrs", "attr", "pyarrow", "polars", "click", "tomli", "dermoutcomes"}
# A lower layer never imports a higher one at module level.
LAYERS = [
    {"cli", "__main__"},
    {"pipeline", "verify", "scaffold", "explain"},
    {
        "sources",
        "derive",
        "quality",
        "endpoints",
        "results",
        "planning",
        "record",
        "provenance",
        "reporting",
        "steps",
        "testing",
        "proof",
    },
    {"plugins", "tomlplugin", "studyfile", "runfolder", "execute"},
    {"registry", "hookspecs", "soundness"},
    {
        "study",
        "task",
        "taskviews",
        "design",
        "options",
        "optionfields",
        "optionschema",
        "tables",
        "declare",
        "document",
        "positions",
        "reduce",
        "ties",
    },
    {"conditions", "durations", "spreadsheet", "errors", "threads"},
]


def level(module: str) -> int | None:
    name = module.split(".")[1] if module.startswith("dermoutcomes.") else ""
    return next((number for number, names in enumerate(LAYERS) if name in names), None)


def imported(path: Path, *, module_level: bool) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if module_level else ast.walk(tree)
    return [name for node in nodes for name in _names(node)]


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("path", CORE, ids=module_of)
def test_core_imports_only_the_given_packages_at_module_level(path):
    allowed = (
        GIVEN
        | set(sys.stdlib_module_names)
        | ({"pytest"} if "testing" in path.parts or path.stem == "testing" else set())
    )

    foreign = {name.split(".")[0] for name in imported(path, module_level=True)} - allowed

    assert foreign == set()


@pytest.mark.parametrize("path", CORE, ids=module_of)
def test_core_imports_no_plugin(path):
    assert [
        name for name in imported(path, module_level=False) if name.startswith("dermoutcomes_")
    ] == []


@pytest.mark.parametrize("path", CORE, ids=module_of)
def test_a_lower_layer_never_imports_a_higher_one(path):
    own = level(module_of(path))
    if own is None:
        assert path.name == "__init__.py"
        assert path.parent.name == "dermoutcomes"
        return

    higher = [
        name
        for name in imported(path, module_level=True)
        if (other := level(name)) is not None and other < own
    ]

    assert higher == []


@pytest.mark.parametrize("path", PLUGINS, ids=module_of)
def test_plugins_import_only_public_names(path):
    own = next(part for part in path.parts if part.startswith("dermoutcomes_"))

    behind = [
        name
        for name in imported(path, module_level=False)
        if name.startswith("dermoutcomes")
        and name not in {"dermoutcomes", "dermoutcomes.testing"}
        and not name.startswith(own)
    ]

    assert behind == []


def test_the_public_names_are_those_that_are_listed():
    import dermoutcomes

    assert sorted(dermoutcomes.__all__) == sorted({*dermoutcomes._HOME, "__version__"})
    assert all(hasattr(dermoutcomes, name) for name in dermoutcomes.__all__)
