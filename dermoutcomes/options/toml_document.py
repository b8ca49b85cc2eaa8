"""A TOML file: its values, and where in the file each of them stands.

Values come from tomli, places from a syntax tree. The tree is built only when a problem has to be
shown, so a good file costs nothing more. A place is asked for by dotted path:
`endpoints.firmness.compare[2]`; elements of lists are counted from 1.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from errno import ELOOP
from functools import cached_property
from pathlib import Path
from typing import Any

import tomli
from attrs import evolve, field, frozen

from dermoutcomes.errors import Problem, StudyError, nearest
from dermoutcomes.options.key_path import PART

__all__ = ["Document", "broken_link", "no_file", "parse_document", "read_bytes", "read_document"]

BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
# What a study file turns out to be that an office program wrote, by its first bytes.
OTHER_KINDS = {
    b"PK\x03\x04": "a document of Word or a workbook of Excel",
    b"\xd0\xcf\x11\xe0": "a document of Word or a workbook of Excel",
    b"{\\rtf": "rich text (RTF)",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
}
TABLE_SUFFIXES = {".csv", ".tsv", ".dat"}
SAVE_AGAIN = "save it again as UTF-8; in Notepad: Save as, with UTF-8 as the encoding"
DUPLICATE_KEY_WORDS = ("overwrite", "twice", "redefine", "mutate", "duplicate")
# What word processors make of quotation marks, spaces and hyphens, and where none of it matters.
CURLY = re.compile("[\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b\u00ab\u00bb\u2033\u2032]")
ACCENTS = re.compile("[`\u00b4]")
SPACES = re.compile("[\u00a0\u2002\u2003\u2007\u2009\u200b\u202f\u3000\ufeff]")
DASHES = re.compile("[\u2010\u2011\u2012\u2013\u2014\u2212]")
# Numbers of tables have 64 bits.
LARGEST = 2**63
# How many study files a message names.
MOST_NEAR = 4
STRING = re.compile(r"""#.*|"(?:[^"\\]|\\.)*"|'[^']*'""")


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
    if problem := _other_kind(path, text.encode("utf-8")):
        raise StudyError(problem)
    try:
        values = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise StudyError(_syntax_problem(path, text, error)) from error
    except ValueError:
        # Python reads no whole number of more than 4,300 digits, and tomli leaves that to it.
        raise StudyError(_endless_number(path, text)) from None
    except RecursionError:
        raise StudyError(
            Problem(
                "this is not valid TOML: lists or tables are nested too deeply",
                str(path),
                code="syntax",
            )
        ) from None
    if _has_endless_number(values):
        raise StudyError(_endless_number(path, text))
    return Document(path, text, values)


def _has_endless_number(value: Any) -> bool:
    """Whether a whole number in the values is larger than any column of a table can hold."""
    if isinstance(value, Mapping):
        return any(map(_has_endless_number, value.values()))
    if isinstance(value, list):
        return any(map(_has_endless_number, value))
    return isinstance(value, int) and abs(value) >= LARGEST


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises StudyError, with the nearest name, where it cannot be read."""
    # A folder is told below, with the study file that may be meant in it.
    if (other := no_file(path)) and not path.is_dir():
        raise StudyError(
            Problem(
                "this is no study file",
                str(path),
                found=other,
                expected="a .toml file",
                hint="write the text to a file in the folder of its data, and name that",
                code="no-file",
            )
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise StudyError(_unreadable_file(path, error)) from error


def broken_link(path: Path) -> str | None:
    """Why a link leads to no file, in words after "the path …"; None for any other path.

    Such a link looks like a file that is not there, and is none of those that may be absent.
    """
    try:
        path.stat()
    except FileNotFoundError:
        return f"is a link to {path.readlink()}, which is not there" if path.is_symlink() else None
    except OSError as error:
        return "is a link that leads back to itself" if error.errno == ELOOP else None
    return None


def no_file(path: Path) -> str | None:
    """What stands in the place of a file, in words; None where a file is there, or nothing.

    A pipe that nobody writes to, or a device, would be read for ever.
    """
    if not path.exists() or path.is_file():
        return None
    return "a folder" if path.is_dir() else "a pipe or a device"


def _decode(path: Path, data: bytes) -> str:
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        problem = _other_kind(path, data) or _encoding_problem(path, data, error)
        raise StudyError(problem) from error


def _other_kind(path: Path, data: bytes) -> Problem | None:
    """What is said of a file that is known to be no plain text, or a table of data, not a study."""
    kind = next((words for start, words in OTHER_KINDS.items() if data.startswith(start)), None)
    if kind is not None:
        return Problem(
            "the file is no plain text",
            str(path),
            found=kind,
            expected="plain text (TOML), saved as UTF-8",
            hint="copy its text into a plain editor, as Notepad, and save it with a name that ends "
            "in .toml",
            code="encoding",
        )
    return None


def _unreadable_file(path: Path, error: OSError) -> Problem:
    if path.is_dir():
        toml_files = sorted(path.glob("*.toml"))
        hint = _studies_near(path) or (
            f"name the file: {toml_files[0]}" if toml_files else _other_file(path / "study.toml")
        )
        return Problem(
            "this is a folder, not a study file",
            str(path),
            expected="a .toml file",
            hint=hint,
            code="folder",
        )
    if reason := broken_link(path):
        return Problem(
            f"the file {reason}",
            str(path),
            found=f"a link to {path.readlink()}" if path.is_symlink() else None,
            expected="a file, or a link to one",
            code="broken-link",
        )
    if path.exists():
        return Problem(
            f"the file cannot be read: {error.strerror or error}", str(path), code="unreadable"
        )
    return Problem(
        "the file does not exist",
        str(path),
        expected="a .toml file",
        hint=_other_file(path) or _studies_near(path.parent),
        code="missing-file",
    )


def _studies_near(folder: Path) -> str | None:
    """Which study files lie in a folder, or else in those below it, or else beside it."""
    beside = folder / ".."
    for place, names in (
        (folder, "*.toml"),
        (folder, "*/*.toml"),
        (folder, "*/*/*.toml"),
        (beside, "*.toml"),
    ):
        found = sorted(place.glob(names)) if place.is_dir() else []
        files = [os.path.normpath(file) for file in found if _is_study(file)]
        if files:
            more = f" and {len(files) - MOST_NEAR} more" if len(files) > MOST_NEAR else ""
            one = "the file" if len(files) == 1 else "one of the files"
            return f"name {one}: {', '.join(files[:MOST_NEAR])}{more}"
    return None


def _is_study(file: Path) -> bool:
    """Whether a file has a table of the name that every study file has."""
    try:
        return b"[study]" in file.read_bytes()
    except OSError:
        return False


def _other_file(path: Path) -> str | None:
    """The file beside an absent one that was probably meant, and what to do with it."""
    if not path.parent.is_dir():
        return None
    # An editor of Windows adds its suffix where the file browser then hides it.
    doubled = path.with_name(f"{path.name}.txt")
    if doubled.is_file():
        return f"there is {doubled}: an editor added .txt to the name; rename it to {path.name}"
    names = [file.name for file in path.parent.iterdir() if file.suffix.casefold() == ".toml"]
    if near := nearest(path.name, names):
        return f"did you mean {path.parent / near}?"
    # Saved as plain text, or by a word processor.
    others = [file for file in sorted(path.parent.iterdir()) if file.stem == path.stem]
    other = next((file for file in others if file.suffix in (".txt", ".text", ".tml")), None)
    return f"there is {other}: if it is the study file, rename it to {path.name}" if other else None


def _encoding_problem(path: Path, data: bytes, error: UnicodeDecodeError) -> Problem:
    encoding = BYTE_ORDER_MARKS.get(data[:2])
    if encoding:
        return Problem(
            "the file is not UTF-8",
            str(path),
            found=f"a file in {encoding}",
            expected="UTF-8",
            hint=SAVE_AGAIN,
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
        SAVE_AGAIN,
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
    # The reader counts the end of a file as a line more.
    line_text = lines[line - 1].strip() if 0 < line <= len(lines) else "the end of the file"
    return Problem(
        f"this is not valid TOML: {error.msg[:1].lower()}{error.msg[1:]}",
        str(path),
        None,
        line,
        column,
        line_text if line_text.isprintable() else repr(line_text),
        hint=_syntax_hint(line_text, path),
        code="syntax",
    )


def _endless_number(path: Path, text: str) -> Problem:
    digits = max(re.finditer(r"[0-9_]+", text), key=lambda match: len(match[0]))
    before = text[: digits.start()]
    return Problem(
        "this is no number that can be read: it has too many digits",
        str(path),
        line=before.count("\n") + 1,
        column=len(before.rpartition("\n")[2]) + 1,
        found=f"{digits[0][:12]}… ({len(digits[0])} digits)",
        expected="a number of at most 15 digits",
        code="syntax",
    )


def _syntax_hint(line: str, path: Path) -> str | None:
    """What a person who is no programmer most often meant."""
    if path.suffix.casefold() in TABLE_SUFFIXES:
        return "this looks like a table of data: name the study file, which ends in .toml"
    return _hint_of_signs(line) or _hint_of_a_pair(line)


def _hint_of_signs(line: str) -> str | None:
    """The hint for a sign that TOML does not have outside of quotes."""
    outside = STRING.sub("", line)
    if CURLY.search(outside):
        straight = CURLY.sub('"', line)
        return f"these are curly quotation marks; TOML has straight ones: {straight}"
    if SPACES.search(outside):
        return "a special space stands in this line, as word processors write it; type a plain one"
    if ACCENTS.search(outside):
        return f"quotation marks are straight: {ACCENTS.sub(chr(34), line)}"
    if DASHES.search(outside):
        return f"a minus sign is a plain hyphen: {DASHES.sub('-', line)}"
    if re.match(r"//|;|--|%", outside):
        return "a remark begins with #"
    if ";" in outside:
        return "entries are separated by a comma, not by a semicolon"
    return None


def _hint_of_a_pair(line: str) -> str | None:
    """The hint for a key and its value."""
    word = re.match(r"""("[^"]+"|[\w.-]+)\s*:""", line)
    if word:
        return f"key and value are separated by =, not by a colon: {word[1]} = …"
    key, _, value = (part.strip() for part in line.partition("="))
    if not key.isascii() and not key.startswith(('"', "'", "[")):
        return f'a key with other letters than A to Z stands in quotes: "{key}"'
    if re.match(r"\d+,\d+", value):
        return f"numbers have a decimal point: {value.replace(',', '.', 1)}"
    if re.match(r"(True|False|TRUE|FALSE)\b", value):
        return "true and false are written small"
    if re.match(r"(yes|no|on|off)\s*(#.*)?$", value, re.IGNORECASE):
        return f'yes and no are written true and false; as text in quotes: "{value}"'
    if re.match(r"[^\W\d][\w .-]*$", value) and value not in ("true", "false", "inf", "nan"):
        return f'text stands in quotes: "{value}"'
    if value.startswith("[") and re.search(r'"\s+"', value):
        return "entries of a list are separated by a comma"
    if '"' in value and "\\" in value:
        return "a backslash begins an escape; write / in paths"
    return None
