"""The small faults that can be planted in a source file.

A fault replaces one piece of the text, so that everything else stays as it is. What no behaviour
depends on gets none: docstrings, annotations, `__all__`, blocks for type checkers, the words of
messages and errors.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

OPERATORS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.Pow: ("**", "*"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
    ast.BitXor: ("^", "&"),
    ast.MatMult: ("@", "*"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
}
# Methods that give back what they are called on, changed: without the call the program runs on.
CHAINED = {
    "abs",
    "casefold",
    "ceil",
    "clip",
    "drop",
    "drop_nans",
    "drop_nulls",
    "fill_nan",
    "fill_null",
    "filter",
    "floor",
    "head",
    "limit",
    "lower",
    "lstrip",
    "over",
    "replace",
    "reverse",
    "round",
    "rstrip",
    "shift",
    "sort",
    "sort_by",
    "strip",
    "tail",
    "unique",
    "upper",
}
# Functions that give back one of their arguments, changed or not, by what stands in their place;
# `max` and `min` lose a bound.
WRAPPING = {
    "abs": "({})",
    "max": "({})",
    "min": "({})",
    "reversed": "({})",
    "round": "({})",
    "sorted": "list({})",
    "sqrt": "({})",
}
LIBRARIES = {"np", "math", "pl"}
WORDS = (ast.JoinedStr, ast.List, ast.Tuple, ast.ListComp)
COLLECTING = {"add", "append", "extend", "update"}
# Arguments that only guard, or promise an order that small data have anyway.
GUARDS = {"strict", "maintain_order", "slots", "frozen", "kw_only", "stacklevel"}
# Below this a number is a tolerance of an iteration, and a larger one stops at the same place.
TOLERANCE = 1e-5

KINDS = ("operator", "constant", "call", "branch", "finding")


@dataclass(frozen=True)
class Fault:
    """One fault: where it stands, and what stands there instead.

    `old`, `new` and `statement` are unparsed, so that they stay the same when the file is formatted
    anew; `nth` counts equal faults of one function. `start` and `stop` are byte offsets of the
    piece that `text` replaces; `first` and `last` are the lines of its statement.
    """

    file: str
    function: str
    kind: str
    statement: str
    old: str
    new: str
    nth: int
    line: int
    first: int
    last: int
    start: int
    stop: int
    text: str

    @property
    def identity(self) -> tuple[str, ...]:
        """What the fault is known by in a later tree."""
        return (self.file, *self.content, str(self.nth))

    @property
    def content(self) -> tuple[str, ...]:
        """The identity without its place."""
        return (self.function, self.kind, self.statement, self.old, self.new)

    @property
    def at_import(self) -> bool:
        """Whether the line runs when the module is imported, not when something is called."""
        return self.function == "<module>" or self.function.endswith("<class>")


def faults_of(root: Path, file: str) -> list[Fault]:
    """Every fault of a source file; `file` is its path from `root`."""
    source = (root / file).read_bytes()
    faults = _Planter(file, source).faults()
    seen: Counter[tuple[str, ...]] = Counter()
    numbered = []
    for fault in faults:
        numbered.append(replace(fault, nth=seen[fault.content]))
        seen[fault.content] += 1
    return numbered


def planted(source: bytes, fault: Fault) -> bytes:
    """The source text with the fault in it."""
    return source[: fault.start] + fault.text.encode() + source[fault.stop :]


def compiles(source: bytes, fault: Fault) -> bool:
    """Whether the source with the fault in it is a program still, and another one."""
    try:
        return ast.dump(ast.parse(planted(source, fault))) != ast.dump(ast.parse(source))
    except SyntaxError:
        return False


class _Planter(ast.NodeVisitor):
    """Walks one file, with the function and the statement that each node belongs to.

    Every visit gives an iterator of faults.
    """

    def __init__(self, file: str, source: bytes) -> None:
        self.file = file
        self.source = source
        self.offsets = [0]
        for line in source.splitlines(keepends=True):
            self.offsets.append(self.offsets[-1] + len(line))
        self.names: list[str] = []
        self.function = "<module>"
        self.statement: ast.stmt = ast.Pass()

    def faults(self) -> Iterator[Fault]:
        return self.block(ast.parse(self.source).body)

    def block(self, statements: Iterable[ast.stmt]) -> Iterator[Fault]:
        """The faults of statements; of a kind that no method is for, none."""
        for statement in statements:
            self.statement = statement
            if hasattr(self, f"visit_{type(statement).__name__}"):
                yield from self.visit(statement)

    def each(self, *nodes: ast.AST | None) -> Iterator[Fault]:
        """The faults of expressions."""
        for node in nodes:
            if node is not None:
                yield from self.visit(node)

    # Statements

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Iterator[Fault]:
        yield from self.each(*node.decorator_list, *node.args.defaults, *node.args.kw_defaults)
        yield from self.inside(node.name, node.body, "")

    def visit_ClassDef(self, node: ast.ClassDef) -> Iterator[Fault]:
        yield from self.each(*node.decorator_list)
        yield from self.inside(node.name, node.body, ".<class>")

    def inside(self, name: str, body: list[ast.stmt], mark: str) -> Iterator[Fault]:
        """The faults of a function's or a class's body, under its qualified name."""
        outer = self.function
        self.names.append(name)
        self.function = ".".join(self.names) + mark
        yield from self.block(body)
        self.names.pop()
        self.function = outer

    def visit_If(self, node: ast.If) -> Iterator[Fault]:
        condition = ast.unparse(node.test)
        if "TYPE_CHECKING" in condition or "__name__" in condition:
            return
        yield from self.forced(node.test)
        yield from self.visit(node.test)
        yield from self.block([*node.body, *node.orelse])

    def visit_While(self, node: ast.While) -> Iterator[Fault]:
        yield from self.visit(node.test)
        yield from self.block(node.body)

    def visit_For(self, node: ast.For) -> Iterator[Fault]:
        yield from self.visit(node.iter)
        yield from self.block([*node.body, *node.orelse])

    def visit_With(self, node: ast.With) -> Iterator[Fault]:
        yield from self.each(*(item.context_expr for item in node.items))
        yield from self.block(node.body)

    def visit_Try(self, node: ast.Try) -> Iterator[Fault]:
        handled = [statement for handler in node.handlers for statement in handler.body]
        yield from self.block([*node.body, *handled, *node.orelse, *node.finalbody])

    def visit_Match(self, node: ast.Match) -> Iterator[Fault]:
        for case in node.cases:
            self.statement = node
            yield from self.each(case.guard)
            yield from self.block(case.body)

    def visit_Raise(self, node: ast.Raise) -> Iterator[Fault]:
        yield self.fault("finding", node, "pass")

    def visit_Expr(self, node: ast.Expr) -> Iterator[Fault]:
        if isinstance(node.value, ast.Yield | ast.YieldFrom):
            yield self.fault("finding", node, "yield from ()")
            yield from self.visit(node.value)
        elif isinstance(node.value, ast.Call) and not _only_tells(node.value.func):
            yield self.fault("finding" if _collects(node.value.func) else "call", node, "pass")
            yield from self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> Iterator[Fault]:
        if not _holds_words(node.value):
            yield self.fault("call", node, "pass")
        elif isinstance(node.value, ast.List | ast.Tuple | ast.ListComp):
            yield self.fault("finding", node, "pass")
        yield from self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> Iterator[Fault]:
        if not any(_name(target) in {"__all__", "__version__"} for target in node.targets):
            yield from self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Iterator[Fault]:
        yield from self.each(node.value)

    def visit_Return(self, node: ast.Return) -> Iterator[Fault]:
        yield from self.each(node.value)

    # Expressions

    def generic_visit(self, node: ast.AST) -> Iterator[Fault]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.keyword):
                if child.arg not in {"message", *GUARDS}:
                    yield from self.visit(child.value)
            elif isinstance(child, ast.expr | ast.comprehension) and not _only_words(node, child):
                yield from self.visit(child)

    def visit_JoinedStr(self, _: ast.JoinedStr) -> Iterator[Fault]:
        return iter(())

    def visit_Constant(self, node: ast.Constant) -> Iterator[Fault]:
        match node.value:
            case bool() as value:
                yield self.fault("constant", node, str(not value))
            case int() as value:
                yield self.fault("constant", node, str(value + 1))
            case float() as value if value == 0 or abs(value) >= TOLERANCE:
                yield self.fault("constant", node, repr(value * 1.5 if value else 1.0))

    def visit_BinOp(self, node: ast.BinOp) -> Iterator[Fault]:
        of_types = self.function == "<module>" and isinstance(node.op, ast.BitOr)
        if not (of_types or _holds_words(node.left) or _holds_words(node.right)):
            yield self.between(node, node.op, node.left, node.right)
        yield from self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> Iterator[Fault]:
        for left, right in pairwise(node.values):
            yield self.between(node, node.op, left, right)
        yield from self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> Iterator[Fault]:
        for sign, (left, right) in zip(
            node.ops, pairwise([node.left, *node.comparators]), strict=True
        ):
            yield self.between(node, sign, left, right)
        yield from self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Iterator[Fault]:
        if not isinstance(node.op, ast.UAdd):
            yield self.fault("operator", node, f"({self.text(node.operand)})")
        yield from self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> Iterator[Fault]:
        yield from self.forced(node.test)
        yield from self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> Iterator[Fault]:
        for test in node.ifs:
            yield from self.forced(test, values=("True",))
        yield from self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> Iterator[Fault]:
        name = _name(node.func)
        if isinstance(node.func, ast.Attribute) and _name(node.func.value) not in LIBRARIES:
            if name in CHAINED and not (name == "replace" and _holds_words(node)):
                yield self.fault("call", node, self.text(node.func.value))
        elif name in WRAPPING and (inner := _unwrapped(name, node.args)) is not None:
            yield self.fault("call", node, WRAPPING[name].format(self.text(inner)))
        elif name == "remarks" and node.args:
            yield self.fault("finding", node.args[0], f"({self.text(node.args[0])}).clear()")
        for keyword in node.keywords:
            if keyword.arg == "warning" and not isinstance(
                keyword.value, ast.Constant | ast.Name | ast.Attribute
            ):
                yield self.fault("finding", keyword.value, "None")
        yield from self.generic_visit(node)

    def forced(
        self, test: ast.expr, values: tuple[str, ...] = ("True", "False")
    ) -> Iterator[Fault]:
        """A condition that is always true, and one that never is.

        None where the condition names a value, which is used below.
        """
        if any(isinstance(part, ast.NamedExpr) for part in ast.walk(test)):
            return
        for value in values:
            yield self.fault("branch", test, value)

    def between(self, node: ast.expr, sign: ast.AST, left: ast.expr, right: ast.expr) -> Fault:
        """The operator between two operands changed; brackets around them stay."""
        old, new = OPERATORS[type(sign)]
        start = self.end(left)
        words = rb"\s+".join(re.escape(word).encode() for word in old.split())
        match = re.search(words, self.source[start : self.start(right)])
        assert match is not None, f"{self.file}:{node.lineno}: no {old} between its operands"
        before, after = ast.unparse(left), ast.unparse(right)
        place = start + match.start(), start + match.end()
        return self.make(
            "operator", node, *place, new, f"{before} {old} {after}", f"{before} {new} {after}"
        )

    # Pieces of text

    def fault(self, kind: str, node: ast.expr | ast.stmt, text: str) -> Fault:
        return self.make(
            kind, node, self.start(node), self.end(node), text, ast.unparse(node), text
        )

    def make(
        self,
        kind: str,
        node: ast.expr | ast.stmt,
        start: int,
        stop: int,
        text: str,
        old: str,
        new: str,
    ) -> Fault:
        first, last = _lines(self.statement)
        line = self.source[:start].count(b"\n") + 1
        return Fault(
            self.file,
            self.function,
            kind,
            _shown(self.statement),
            old,
            _unparsed(new),
            0,
            line,
            first,
            last,
            start,
            stop,
            text,
        )

    def text(self, node: ast.expr) -> str:
        return self.source[self.start(node) : self.end(node)].decode()

    def start(self, node: ast.expr | ast.stmt) -> int:
        return self.offsets[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.offsets[node.end_lineno - 1] + node.end_col_offset


def _unparsed(text: str) -> str:
    try:
        return ast.unparse(ast.parse(text))
    except SyntaxError:
        return text


def _shown(node: ast.stmt) -> str:
    """A statement without the blocks below it."""
    text = ast.unparse(node)
    return text.splitlines()[0] if hasattr(node, "body") or hasattr(node, "cases") else text


def _lines(node: ast.stmt) -> tuple[int, int]:
    """The first and last line of a statement without the blocks below it."""
    match node:
        case ast.If() | ast.While():
            return node.lineno, node.test.end_lineno or node.lineno
        case ast.For():
            return node.lineno, node.iter.end_lineno or node.lineno
        case ast.FunctionDef() | ast.ClassDef() | ast.With() | ast.Match():
            return node.lineno, node.lineno
        case _:
            return node.lineno, node.end_lineno or node.lineno


def _name(node: ast.expr) -> str:
    """The last part of a dotted name; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _unwrapped(name: str, arguments: list[ast.expr]) -> ast.expr | None:
    """The argument that is left without the call: of a bound and a value, the value."""
    if not arguments or isinstance(arguments[0], ast.Starred | ast.GeneratorExp):
        return None
    if name not in {"max", "min"}:
        return arguments[0]
    values = [one for one in arguments if not isinstance(one, ast.Constant)]
    return values[0] if values and len(arguments) > 1 else None


def _holds_words(node: ast.AST) -> bool:
    """Whether it is, adds or is called with a text or a list.

    With another operator it would only raise, which every test sees.
    """
    parts = [node]
    if isinstance(node, ast.BinOp):
        parts += [node.left, node.right]
    elif isinstance(node, ast.Call):
        parts += node.args
    return any(
        isinstance(part, WORDS) or (isinstance(part, ast.Constant) and isinstance(part.value, str))
        for part in parts
    )


def _only_words(parent: ast.AST, child: ast.AST) -> bool:
    """Whether a child only makes words: the values of a format, the lines of a log."""
    return (
        isinstance(parent, ast.Call)
        and (_name(parent.func) == "format" or _only_tells(parent.func))
        and child is not parent.func
    )


def _collects(called: ast.expr) -> bool:
    """Whether a statement's call adds to what is told."""
    return (isinstance(called, ast.Attribute) and called.attr in COLLECTING) or _name(
        called
    ) == "warn"


def _only_tells(called: ast.expr) -> bool:
    return isinstance(called, ast.Attribute) and _name(called.value) in {"logger", "log", "logging"}
