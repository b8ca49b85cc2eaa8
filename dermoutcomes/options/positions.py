"""Line and column of every key of a TOML text, from a syntax tree."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import tomli
from attrs import define, field

from dermoutcomes.options.key_path import child, element

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

__all__ = ["Positions", "find_positions"]

KEYS = ("bare_key", "quoted_key", "dotted_key")
TABLES = ("table", "table_array_element")
Position = tuple[int, int]


def find_positions(text: str) -> Positions:
    """Where every key and list element of `text` stands; of invalid TOML, what can be told."""
    import tree_sitter
    import tree_sitter_toml

    data = text.encode()
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
    positions = Positions(data.split(b"\n"))
    positions.read(parser.parse(data).root_node, "")
    return positions


@define
class Positions:
    """`positions` by dotted path; `duplicates` has the second place of a path written twice."""

    lines: list[bytes]
    positions: dict[str, Position] = field(factory=dict)
    duplicates: dict[str, Position] = field(factory=dict)
    _elements: Counter[str] = field(factory=Counter)
    _ends: set[str] = field(factory=set)

    def read(self, node: Node, path: str) -> None:
        """Note what stands in `node`, the table at `path`."""
        for part in node.named_children:
            if part.type in TABLES:
                self._table(part)
            elif part.type == "pair":
                self._pair(part, path)
            elif part.type == "ERROR":
                self.read(part, path)

    def _table(self, node: Node) -> None:
        keys = [key for key in node.named_children if key.type in KEYS][:1]
        names = [name for key in keys for name in _key_parts(key)]
        path = ""
        for number, (name, key) in enumerate(names, start=1):
            path = child(path, name)
            self._record(path, key)
            if number == len(names) and node.type == "table_array_element":
                self._elements[path] += 1
            if self._elements[path]:
                path = element(path, self._elements[path])
                self._record(path, key)
        if node.type == "table" and names:
            self._define(path, names[-1][1])
        self.read(node, path)

    def _pair(self, node: Node, path: str) -> None:
        key, *values = node.named_children
        name = key
        for text, name in _key_parts(key):
            path = child(path, text)
            self._record(path, name)
        self._define(path, name)
        for value in values:
            self._value(value, path)

    def _value(self, node: Node, path: str) -> None:
        if node.type == "inline_table":
            self.read(node, path)
        elif node.type == "array":
            for number, part in enumerate(
                (part for part in node.named_children if part.type != "comment"), start=1
            ):
                self._record(element(path, number), part)
                self._value(part, element(path, number))

    def _record(self, path: str, node: Node) -> None:
        self.positions.setdefault(path, self._position(node))

    def _define(self, path: str, node: Node) -> None:
        """Note that a value or a table is given to `path` here."""
        if path in self._ends:
            self.duplicates.setdefault(path, self._position(node))
        self._ends.add(path)

    def _position(self, node: Node) -> Position:
        row, column = node.start_point
        return row + 1, len(self.lines[row][:column].decode("utf-8", "replace")) + 1


def _key_parts(key: Node) -> Iterator[tuple[str, Node]]:
    """The parts of a key, from left to right, each with its node."""
    if key.type == "dotted_key":
        for part in key.named_children:
            yield from _key_parts(part)
    elif key.text is not None:
        text = key.text.decode()
        yield (tomli.loads(f"key = {text}")["key"] if key.type == "quoted_key" else text), key
