"""A copy of a plugin without the reference methods of its model: what proves our numbers proves none that are yet to be written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

__all__ = ["drop_proof"]

PROOF = re.compile(r"^(?:.+_)?reference(?:_.+)?$")
HOOK = "register_reference_methods"


def drop_proof(plugin: Path) -> None:
    """Take out of a copied plugin folder its reference methods, the modules that only they need, and the tests that hold our cases."""
    package = next(plugin.glob("dermoutcomes_*"))
    for init in package.glob("__init__.py"):
        init.write_text(_without_hook(init.read_text(encoding="utf-8")), encoding="utf-8")
    proof = {f"{package.name}.{module.stem}" for module in _only_for_proof(package)}
    for test in sorted(plugin.glob("tests/*.py")):
        if proof & _imports(test):
            test.unlink()
    for name in proof:
        (package / f"{name.rpartition('.')[2]}.py").unlink()


def _only_for_proof(package: Path) -> list[Path]:
    """Modules of reference methods: named so, and imported by no other module of the plugin."""
    modules = sorted(package.glob("*.py"))
    named = [module for module in modules if PROOF.match(module.stem)]
    used = {name for module in modules if module not in named for name in _imports(module)}
    return [module for module in named if f"{package.name}.{module.stem}" not in used]


def _imports(module: Path) -> set[str]:
    nodes = ast.walk(ast.parse(module.read_text(encoding="utf-8")))
    return {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def _without_hook(text: str) -> str:
    """The text of a plugin's module without its hook of reference methods, and without the name that nothing uses then."""
    lines = text.splitlines()
    for first, last in sorted(_places(text), reverse=True):
        del lines[first - 1:last]
    rest = "\n".join(lines).strip() + "\n"
    return rest if rest.count("ReferenceMethod") > 1 else re.sub(r"ReferenceMethod, |, ReferenceMethod\b", "", rest)


def _places(text: str) -> Iterator[tuple[int, int]]:
    """First and last line of each function that is the hook, with its decorators."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == HOOK:
            yield min([node.lineno, *(mark.lineno for mark in node.decorator_list)]), node.end_lineno or node.lineno
