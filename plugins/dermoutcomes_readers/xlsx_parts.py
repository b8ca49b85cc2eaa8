"""What the values of an .xlsx do not say of its cells, read from the parts of the file.

Error cells, formulas without a result, percent formats, struck-through and hidden cells.
No part may declare entities: no spreadsheet program writes any, and a hostile file can make
gigabytes of them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from attrs import define, evolve, field, frozen

from dermoutcomes_readers.archives import opened_archive
from dermoutcomes_readers.extents import Extent

__all__ = [
    "Attributes",
    "Place",
    "SheetParts",
    "UnreadablePartError",
    "part_parser",
    "related",
    "sheet_parts",
    "sheet_targets",
]

# Row and column, both from 1.
Place: TypeAlias = tuple[int, int]
Attributes: TypeAlias = Mapping[str, str]

LAST_COLUMN = 16384
TRUE = ("1", "true", "on")
# Formats that every workbook has without naming them: 0 % and 0.00 %.
BUILT_IN_PERCENT = ("9", "10")
# What a number format shows as it stands, or does not show.
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
# What the text of a sheet has where there may be something to tell, or where it is written
# otherwise than spreadsheet programs write it. A large sheet of plain cells is searched, and not
# parsed, which takes a third of the time.
REMARKABLE = (
    *(b"hidden", b't="e"', b"<f", b":f", b' ht="0', b' width="0'),
    *(b"='", b" =", b"= "),
)
REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})$")
# The place of a cell that holds something: a cell that only looks otherwise does not count. One that
# no spreadsheet has is found too: the library that reads cells would make room for it.
FILLED = re.compile(
    rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*["']([A-Za-z]+)([0-9]+)["'][^>]*>\s*<(?:\w+:)?[vif]"""
)
WITHOUT_PLACE = re.compile(rb"<(?:\w+:)?c(?:>|\s(?![^>]*\br\s*=))")


class UnreadablePartError(ValueError):
    """A part of the workbook is not there, or is not what a spreadsheet program writes."""


@frozen
class SheetParts:
    """What stands in one sheet beside its values.

    `errors` has the words of error cells, `formulas` the kind of each formula's result ("str" for
    a text). `recalculated` says that the program that wrote the workbook left the results of
    formulas to the one that opens it. `extent` is how far the cells reach that hold something.
    """

    errors: Mapping[Place, str] = field(factory=dict)
    formulas: Mapping[Place, str | None] = field(factory=dict)
    percent: frozenset[Place] = frozenset()
    struck: frozenset[Place] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    recalculated: bool = False
    extent: Extent = Extent(0, 0, 0)


@frozen
class _Styles:
    """The ids of cell styles, as cells name them, that show percentages or strike cells through."""

    percent: frozenset[str] = frozenset()
    struck: frozenset[str] = frozenset()


def sheet_parts(path: Path) -> Mapping[str, SheetParts]:
    """The parts of every sheet by its name. Raises UnreadablePartError."""
    try:
        with opened_archive(path) as book:
            return dict(_sheets(book))
    except UnreadablePartError:
        raise
    except (BadZipFile, KeyError, ValueError, OSError, RuntimeError) as error:
        raise UnreadablePartError(str(error)) from error
    except expat.ExpatError as error:
        raise UnreadablePartError(f"a part of it is no XML: {error}") from error


def _sheets(book: ZipFile) -> Iterator[tuple[str, SheetParts]]:
    main = next(iter(related(book, "", "officeDocument").values()), "xl/workbook.xml")
    sheets, recalculated = _workbook(book, main)
    targets = related(book, main, "worksheet")
    styles = next(iter(related(book, main, "styles").values()), None)
    looks = _styles(book, styles) if styles in book.namelist() else _Styles()
    for name, relation in sheets.items():
        if relation in targets:
            content = book.read(targets[relation])
            parts = (
                SheetParts()
                if _is_plain(content, looks)
                else _sheet(content, looks, recalculated=recalculated)
            )
            yield name, evolve(parts, extent=_extent(content))


def _workbook(book: ZipFile, part: str) -> tuple[dict[str, str], bool]:
    """The relation of each sheet by its name, and whether formulas are left to be calculated."""
    sheets: dict[str, str] = {}
    recalculated = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal recalculated
        if name == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            sheets[attributes.get("name", "")] = relation
        elif name == "calcPr":
            recalculated = attributes.get("fullCalcOnLoad") in TRUE

    _parse_part(book, part, start)
    return sheets, recalculated


def sheet_targets(book: ZipFile) -> tuple[str, dict[str, str]]:
    """The part of the workbook itself, and that of each sheet by its name."""
    main = next(iter(related(book, "", "officeDocument").values()), "xl/workbook.xml")
    targets = related(book, main, "worksheet")
    sheets, _ = _workbook(book, main)
    return main, {name: targets[part] for name, part in sheets.items() if part in targets}


def related(book: ZipFile, part: str, kind: str) -> dict[str, str]:
    """The parts that `part` points to, of one kind, by the id of the relation."""
    folder, _, name = part.rpartition("/")
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    targets: dict[str, str] = {}

    def start(name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("Type", "").endswith(f"/{kind}"):
            target = posixpath.join("/", folder, attributes.get("Target", ""))
            targets[attributes.get("Id", "")] = posixpath.normpath(target).lstrip("/")

    if relations in book.namelist():
        _parse_part(book, relations, start)
    return targets


def _styles(book: ZipFile, part: str | None) -> _Styles:
    """The styles of cells, from the workbook's number formats and fonts."""
    percent_formats = set(BUILT_IN_PERCENT)
    struck_fonts: set[str] = set()
    percent: set[str] = set()
    struck: set[str] = set()
    inside: list[str] = []
    fonts = styles = 0

    def start(name: str, attributes: Attributes) -> None:
        nonlocal fonts, styles
        within = inside[-1] if inside else ""
        if name == "numFmt" and "%" in LITERAL.sub("", attributes.get("formatCode", "")):
            percent_formats.add(attributes.get("numFmtId", ""))
        elif name == "font" and within == "fonts":
            fonts += 1
        elif name == "strike" and within == "font" and attributes.get("val", "1") in TRUE:
            struck_fonts.add(str(fonts - 1))
        elif name == "xf" and within == "cellXfs":
            if attributes.get("numFmtId") in percent_formats:
                percent.add(str(styles))
            if attributes.get("fontId") in struck_fonts:
                struck.add(str(styles))
            styles += 1
        inside.append(name)

    _parse_part(book, str(part), start, lambda _: inside.pop())
    return _Styles(frozenset(percent), frozenset(struck))


def _is_plain(content: bytes, styles: _Styles) -> bool:
    """Whether a sheet surely has nothing beside its values."""
    in_utf_16 = b"\x00" in content[:100]
    ids = (f' s="{number}"'.encode() for number in styles.percent | styles.struck)
    return not in_utf_16 and not any(word in content for word in (*REMARKABLE, *ids))


def _extent(content: bytes) -> Extent:
    """How far the filled cells of a sheet reach, without parsing it: a sheet may have millions."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16").encode()
    if WITHOUT_PLACE.search(content):
        return _parsed_extent(content)
    places = FILLED.findall(content)
    letters = {letters for letters, _ in places}
    rows = {row for _, row in places}
    last_column = max((_place(f"{each.decode()}1")[1] for each in letters), default=0)
    last_row = max((_place(f"A{row.decode()}")[0] for row in rows), default=0)
    return Extent(last_row, last_column, len(places))


def _parsed_extent(content: bytes) -> Extent:
    """The same of a sheet in which a cell may leave out its place."""
    scan = _SheetScan(_Styles())
    rows = columns = filled = 0

    def start(name: str, attributes: Attributes) -> None:
        nonlocal rows, columns, filled
        if name == "row":
            scan.row(attributes)
        elif name == "c":
            scan.cell(attributes)
        elif name in ("v", "is"):
            row, column = scan.place
            rows, columns, filled = max(rows, row), max(columns, column), filled + 1

    part_parser(start).Parse(content, True)
    return Extent(rows, columns, filled)


def _sheet(content: bytes, styles: _Styles, *, recalculated: bool) -> SheetParts:
    """One sheet, parsed."""
    scan = _SheetScan(styles)
    elements = {
        "row": scan.row,
        "col": scan.column,
        "c": scan.cell,
        "f": scan.formula,
        "v": scan.value,
    }

    def start(name: str, attributes: Attributes) -> None:
        if name in elements:
            elements[name](attributes)

    scan.parser = part_parser(start)
    scan.parser.Parse(content, True)
    return SheetParts(
        scan.errors,
        scan.formulas,
        frozenset(scan.percent),
        frozenset(scan.struck),
        frozenset(scan.hidden_rows),
        frozenset(scan.hidden_columns),
        recalculated,
    )


@define
class _SheetScan:
    """What was met in a sheet so far; a method for each kind of element that says something.

    A cell may leave out its place: it is then the one after the cell before it.
    """

    styles: _Styles
    parser: Any = None
    errors: dict[Place, str] = field(factory=dict)
    formulas: dict[Place, str | None] = field(factory=dict)
    percent: set[Place] = field(factory=set)
    struck: set[Place] = field(factory=set)
    hidden_rows: set[int] = field(factory=set)
    hidden_columns: set[int] = field(factory=set)
    at_row: int = 0
    reference: str = ""
    without_place: int = 0
    kind: str | None = None
    words: list[str] = field(factory=list)

    @property
    def place(self) -> Place:
        """Where the cell stands that was met last."""
        row, column = _place(self.reference) if self.reference else (self.at_row, 0)
        return row, column + self.without_place

    def row(self, attributes: Attributes) -> None:
        """A row begins."""
        self.at_row = int(attributes.get("r", self.at_row + 1))
        self.reference, self.without_place = "", 0
        if attributes.get("hidden") in TRUE or _is_zero(attributes.get("ht")):
            self.hidden_rows.add(self.at_row)

    def column(self, attributes: Attributes) -> None:
        """How some columns look."""
        if attributes.get("hidden") in TRUE or _is_zero(attributes.get("width")):
            first, last = int(attributes["min"]), int(attributes["max"])
            self.hidden_columns.update(range(first, min(last, LAST_COLUMN) + 1))

    def cell(self, attributes: Attributes) -> None:
        """A cell begins. Called once a cell of the file."""
        self.kind = attributes.get("t")
        if "r" in attributes:
            self.reference, self.without_place = attributes["r"], 0
        else:
            self.without_place += 1
        style = attributes.get("s")
        if style in self.styles.percent and self.kind in (None, "n"):
            self.percent.add(self.place)
        if style in self.styles.struck:
            self.struck.add(self.place)

    def formula(self, _: Attributes) -> None:
        """The cell is computed."""
        self.formulas[self.place] = self.kind

    def value(self, _: Attributes) -> None:
        """The value of the cell begins: the words of an error follow."""
        if self.kind == "e":
            self.parser.CharacterDataHandler = self.words.append
            self.parser.EndElementHandler = self.end_of_error

    def end_of_error(self, _: str) -> None:
        """The words of an error are complete."""
        self.errors[self.place] = "".join(self.words)
        self.words.clear()
        self.parser.CharacterDataHandler = self.parser.EndElementHandler = None


def _place(reference: str) -> Place:
    """The place that a reference such as AB12 names."""
    match = REFERENCE.match(reference)
    if match is None:
        raise UnreadablePartError(f"{reference[:20]!r} is no place of a cell")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def _is_zero(size: str | None) -> bool:
    """Whether a height or width is stated as nothing."""
    return size is not None and size.strip("0.") == ""


def _parse_part(
    book: ZipFile,
    part: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], Any] | None = None,
) -> None:
    part_parser(start, end).Parse(book.read(part), True)


def part_parser(
    start: Callable[[str, Attributes], None], end: Callable[[str], Any] | None = None
) -> Any:
    """A parser that gives names without their prefix and refuses a document type."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise UnreadablePartError("a part of it declares a document type")

    def without_prefix(name: str, attributes: Attributes) -> None:
        start(name.rpartition(":")[2], attributes)

    def root(name: str, attributes: Attributes) -> None:
        # Nearly no workbook has prefixes, and asking for one costs time in each cell.
        prefixed = ":" in name
        parser.StartElementHandler = without_prefix if prefixed else start
        if end is not None:
            parser.EndElementHandler = (
                (lambda closed: end(closed.rpartition(":")[2])) if prefixed else end
            )
        parser.StartElementHandler(name, attributes)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = root
    return parser
