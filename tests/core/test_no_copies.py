"""No plugin keeps a copy: what two of them need stands in the core, most of it in dermoutcomes.stats."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path for path in (ROOT / "plugins").rglob("*.py") if "tests" not in path.parts)
# A body of no more than either of these is a phrase, not a piece of logic.
STATEMENTS, CHARACTERS = 5, 120
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Renamed(ast.NodeTransformer):
    """A function with its locals numbered in the order in which they are met, and without imports, annotations and docstrings."""

    def __init__(self, function: Function) -> None:
        nodes = list(ast.walk(function))
        self.own = {node.arg for node in nodes if isinstance(node, ast.arg)}
        self.own |= {
            node.id for node in nodes if isinstance(node, ast.Name) and type(node.ctx) is ast.Store
        }
        self.own |= {
            node.name for node in nodes if isinstance(node, Function) and node is not function
        }
        self.numbers: dict[str, str] = {}

    def number(self, name: str) -> str:
        return self.numbers.setdefault(name, f"_{len(self.numbers)}") if name in self.own else name

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self.number(node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(self.number(node.arg))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return ast.Assign([self.visit(node.target)], self.visit(node.value), lineno=0)

    def visit_FunctionDef(self, node: Function) -> ast.AST:
        node.name, node.returns, node.decorator_list = self.number(node.name), None, []
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else self.generic_visit(node)

    def visit_Import(self, _node: ast.AST) -> None:
        return None

    visit_ImportFrom = visit_Import  # noqa: N815


def body_of(function: Function) -> tuple[int, str]:
    """How many statements a function has, and its body as text that does not depend on the names of locals."""
    renamed = Renamed(function)
    body = [kept for node in function.body if (kept := renamed.visit(node)) is not None]
    text = "\n".join(ast.unparse(ast.fix_missing_locations(node)) for node in body)
    return sum(isinstance(part, ast.stmt) for node in body for part in ast.walk(node)), text


def bodies(source: str) -> Iterator[tuple[str, str]]:
    """Name and body of every function and method that is more than a phrase."""
    tree = ast.parse(source)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    for node in (part for owner in (tree, *classes) for part in owner.body):
        if isinstance(node, Function):
            statements, text = body_of(node)
            if statements > STATEMENTS or len(text) > CHARACTERS:
                yield node.name, text


def test_no_body_of_a_function_stands_in_two_plugins():
    places: dict[str, dict[str, str]] = defaultdict(dict)
    for path in PLUGINS:
        plugin = path.relative_to(ROOT / "plugins").parts[0]
        for name, text in bodies(path.read_text(encoding="utf-8")):
            places[text][plugin] = f"{path.relative_to(ROOT)}: {name}"

    assert [sorted(found.values()) for found in places.values() if len(found) > 1] == []


LOOP = """
def {name}({values}: list[float]) -> float:
    '''{doc}'''
    {total}: float = 0.0
    if not {values}:
        return {total}
    for {value} in {values}:
        if {value} > {limit}:
            {total} += {value} ** 2
    return {total} / len({values})
"""
ONE = LOOP.format(name="a", doc="One.", values="x", value="v", total="t", limit="0")


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"name": "b", "doc": "Two.", "values": "rows", "value": "row", "total": "s"}, True),
        ({"limit": "1"}, False),
    ],
)
def test_a_copy_is_seen_under_other_names(changed, same):
    names = {"name": "a", "doc": "One.", "values": "x", "value": "v", "total": "t", "limit": "0"}
    ((_, one),), ((_, two),) = bodies(ONE), bodies(LOOP.format(**{**names, **changed}))

    assert (one == two) is same


def test_a_phrase_is_no_copy():
    assert list(bodies("def short(x):\n    return x + 1\n")) == []
