"""A TOML file: its values, and where in the file each of them stands.

Values come from tomli, places from a syntax tree. The tree is built only when a problem has to be
shown, so a good file costs nothing more. A place is asked for by dotted path:
`endpoints.firmness.compare[2]`; elements of lists are counted from 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import tomli
from attrs import evolve, field, frozen

from dermoutcomes.errors import Problem, StudyError, nearest
from dermoutcomes.options.key_path import PART

__all__ = ["Document", "parse_document", "read_bytes", "read_document"]

BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
DUPLICATE_KEY_WORDS = ("overwrite", "twice", "redefine", "mutate", "duplicate")


@frozen(slots=False)
class Document:
    """A TOML file that was read: `path` as it was asked for, its text and its values."""

    path: Path
    text: str = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)

    @cached_property
    def positions(self) -> Mapping[str, tuple[int, int]]:
        """Line and column, both from 1, of every key and list element, by dotted path."""
        from dermoutcomes.options.positions import find_positions

        return find_positions(self.text).positions

    def position(self, path: str) -> tuple[int, int] | None:
        """Line and column of `path`, or of the nearest table around it that the file has."""
        return next(
            (
                self.positions[name]
                for name in (path, *_enclosing_paths(path))
                if name in self.positions
            ),
            None,
        )

    def with_lines(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """The problems with file, line and column, each once, in the order of the file.

        Those of other files follow as they are.
        """
        located = dict.fromkeys(self._with_line(problem) for problem in problems)
        return tuple(
            sorted(
                located,
                key=lambda problem: (
                    problem.file != str(self.path),
                    problem.file or "",
                    problem.line or 0,
                    problem.column or 0,
                ),
            )
        )

    def _with_line(self, problem: Problem) -> Problem:
        if (
            problem.line is not None
            or problem.path is None
            or problem.file not in (None, str(self.path))
        ):
            return problem.within(str(self.path))
        line, column = self.position(problem.path) or (None, None)
        return evolve(problem, line=line, column=column).within(str(self.path))


def _enclosing_paths(path: str) -> Iterator[str]:
    """The paths of the tables around `path`, innermost first."""
    ends = [match.end() for match in PART.finditer(path)]
    return (path[:end] for end in reversed(ends[:-1]))


def read_document(path: Path | str) -> Document:
    """The TOML file at `path`.

    Raises StudyError, with the place, where it is missing, no UTF-8 or no TOML.
    """
    path = Path(path)
    return parse_document(path, read_bytes(path))


def parse_document(path: Path, content: bytes | str) -> Document:
    """`content` as the TOML file at `path`, which is not looked at again."""
    text = content if isinstance(content, str) else _decode(path, content)
    try:
        return Document(path, text, tomli.loads(text))
    except tomli.TOMLDecodeError as error:
        raise StudyError(_syntax_problem(path, text, error)) from error
    except RecursionError:
        raise StudyError(
            Problem(
                "this is not valid TOML: lists or tables are nested too deeply",
                str(path),
                code="syntax",
            )
        ) from None


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises StudyError, with the nearest name, where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise StudyError(_unreadable_file(path, error)) from error


def _decode(path: Path, data: bytes) -> str:
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        raise StudyError(_encoding_problem(path, data, error)) from error


def _unreadable_file(path: Path, error: OSError) -> Problem:
    if path.is_dir():
        toml_files = sorted(file.name for file in path.glob("*.toml"))
        hint = f"name the file: {path / toml_files[0]}" if toml_files else None
        return Problem(
            "this is a folder, not a study file",
            str(path),
            expected="a .toml file",
            hint=hint,
            code="folder",
        )
    if path.exists():
        return Problem(
            f"the file cannot be read: {error.strerror or error}", str(path), code="unreadable"
        )
    near = (
        nearest(path.name, (file.name for file in path.parent.glob("*.toml")))
        if path.parent.is_dir()
        else None
    )
    hint = f"did you mean {path.parent / near}?" if near else None
    return Problem(
        "the file does not exist",
        str(path),
        expected="a .toml file",
        hint=hint,
        code="missing-file",
    )


def _encoding_problem(path: Path, data: bytes, error: UnicodeDecodeError) -> Problem:
    encoding = BYTE_ORDER_MARKS.get(data[:2])
    if encoding:
        return Problem(
            "the file is not UTF-8",
            str(path),
            found=f"a file in {encoding}",
            expected="UTF-8",
            hint="save it again as UTF-8",
            code="encoding",
        )
    before = data[: error.start]
    line, column = before.count(b"\n") + 1, len(before.rpartition(b"\n")[2].decode("utf-8")) + 1
    return Problem(
        "the file is not UTF-8",
        str(path),
        None,
        line,
        column,
        f"the byte 0x{data[error.start]:02x}",
        "UTF-8",
        "save it again as UTF-8",
        "encoding",
    )


def _syntax_problem(path: Path, text: str, error: tomli.TOMLDecodeError) -> Problem:
    line, column = error.lineno, error.colno
    lines = text.splitlines()
    if any(word in error.msg.casefold() for word in DUPLICATE_KEY_WORDS):
        from dermoutcomes.options.positions import find_positions

        name, (line, column) = next(
            iter(find_positions(text).duplicates.items()), (None, (line, column))
        )
        return Problem(
            "this is not valid TOML: a key is written twice",
            str(path),
            name,
            line,
            column,
            hint="keep one of the two",
            code="syntax",
        )
    line_text = lines[line - 1].strip() if 0 < line <= len(lines) else "the end of the file"
    return Problem(
        f"this is not valid TOML: {error.msg[:1].lower()}{error.msg[1:]}",
        str(path),
        None,
        line,
        column,
        line_text if line_text.isprintable() else repr(line_text),
        hint=_syntax_hint(line_text),
        code="syntax",
    )


def _syntax_hint(line: str) -> str | None:
    """What a person who is no programmer most often meant."""
    key, _, value = (part.strip() for part in line.partition("="))
    if not key.isascii() and not key.startswith(('"', "'", "[")):
        return f'a key with other letters than A to Z stands in quotes: "{key}"'
    if re.match(r"\d+,\d+", value):
        return f"numbers have a decimal point: {value.replace(',', '.', 1)}"
    if re.match(r"(True|False)\b", value):
        return "true and false are written small"
    if re.match(r"[^\W\d][\w .-]*$", value) and value not in ("true", "false", "inf", "nan"):
        return f'text stands in quotes: "{value}"'
    if '"' in value and "\\" in value:
        return "a backslash begins an escape; write / in paths"
    return None
