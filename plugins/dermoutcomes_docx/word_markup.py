"""The parts of a Word file for which python-docx has no door: links, places, fields and tables.

A table is built as a whole, since the library looks for a cell's neighbours each time it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from dermoutcomes.report import Link, place_elsewhere, printable

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

    from dermoutcomes.report import Part, Rich

__all__ = ["Cell", "Markup", "WordTable", "add_field", "element", "place_name"]

# Word counts sizes of text in half points, lengths in twentieths of a point.
HALF_POINTS, TWIPS = 2, 20
PADDING, LINE, THIN_LINE, LINE_COLOUR = 4, 8, 4, "1B2A38"
# How many rows at the end of a table stay with its foot.
WITH_FOOT = 2
SIDES = {"l": "left", "r": "right", "c": "center", "v": "left"}


def element(name: str, /, *children: Any, **attributes: str) -> Any:
    """An element of Word's, such as `w:p`, with attributes of the same namespace."""
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    made.extend(children)
    return made


def place_name(place: Link) -> str:
    """The name of a place that links lead to; Word allows it forty letters and no signs."""
    return f"{place.kind}_{sha256(place.target.encode()).hexdigest()[:16]}"


def add_field(paragraph: Any, instruction: str, *shown: Any) -> None:
    """A field that Word fills in, with what is shown until it does."""
    code = element("w:instrText")
    code.text = instruction
    code.set(qn("xml:space"), "preserve")
    for inside in (
        element("w:fldChar", fldCharType="begin"),
        code,
        element("w:fldChar", fldCharType="separate"),
    ):
        paragraph.append(element("w:r", inside))
    paragraph.extend(shown)
    paragraph.append(element("w:r", element("w:fldChar", fldCharType="end")))


class Markup:
    """Runs of text in one document, with links to the places that it has."""

    def __init__(self, word: WordDocument, places: Iterable[Link]) -> None:
        self._part, self._places, self._numbers = word.part, frozenset(places), count(1)
        self._addresses: dict[str, str] = {}

    def runs(self, text: Rich | str, **look: Any) -> Iterator[Any]:
        """A text as runs; `look` is bold, colour (six hexadecimal digits) and size (in points)."""
        if isinstance(text, str):
            yield self.run(text, **look)
            return
        for part in text:
            runs = self._linked(
                part, self.run(part.text, raised=_is_raised(part), italic=part.look == "p", **look)
            )
            place = Link("result", part.result or "")
            yield from self.marked(place, runs) if part.addressed else runs

    def run(
        self,
        text: str,
        *,
        bold: bool = False,
        colour: str | None = None,
        size: float | None = None,
        raised: bool = False,
        italic: bool = False,
    ) -> Any:
        """A run of text that looks one way."""
        looks = []
        if bold:
            looks.append(element("w:b"))
        if italic:
            looks.append(element("w:i"))
        if colour:
            looks.append(element("w:color", val=colour))
        if size:
            looks.append(element("w:sz", val=str(round(size * HALF_POINTS))))
        if raised:
            looks.append(element("w:vertAlign", val="superscript"))
        run = OxmlElement("w:r")
        run.text = printable(text)
        if looks:
            run.insert(0, element("w:rPr", *looks))
        return run

    def marked(self, place: Link, inside: Iterable[Any]) -> Iterator[Any]:
        """What is inside, between the ends of a bookmark where something links to it."""
        if place not in self._places:
            yield from inside
        else:
            yield from self.bookmarked(place_name(place), inside)

    def bookmarked(self, name: str, inside: Iterable[Any]) -> Iterator[Any]:
        """What is inside, between the ends of a bookmark."""
        number = str(next(self._numbers))
        yield element("w:bookmarkStart", id=number, name=name)
        yield from inside
        yield element("w:bookmarkEnd", id=number)

    def leading(self, name: str, text: str) -> Iterator[Any]:
        """A text that is a link to a bookmark."""
        yield element("w:hyperlink", self.run(text), anchor=name)

    def _linked(self, part: Part, run: Any) -> tuple[Any, ...]:
        if part.link in self._places:
            return (element("w:hyperlink", run, anchor=place_name(part.link)),)
        if part.link is None or part.link.kind not in ("url", "file", "elsewhere"):
            return (run,)
        target, look = part.link.target, {}
        if part.link.kind == "elsewhere":
            document, place = place_elsewhere(part.link)
            target = f"{document}.docx"
            look = {"anchor": place_name(place)} if place else {}
        link = element("w:hyperlink", run, **look)
        link.set(qn("r:id"), self._address(target))
        return (link,)

    def _address(self, target: str) -> str:
        if target not in self._addresses:
            self._addresses[target] = self._part.relate_to(
                target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
            )
        return self._addresses[target]


def _is_raised(part: Part) -> bool:
    return part.look in ("mark", "cite")


@frozen
class Cell:
    """A cell: its paragraphs, each a list of runs, and how it lies.

    `across` is the number of columns that it is over, `inset` how far it stands in from its side,
    in points; `ruled` has a thin line below it.
    """

    paragraphs: Sequence[Iterable[Any]]
    align: str = "l"
    across: int = 1
    inset: float = 0.0
    style: str = "TableText"
    ruled: bool = False


@define
class WordTable:
    """A table with a line above and below; `widths` are in points, `caption` is read to the blind.

    A row stays whole, and with the next one where the table is `short`. The last two rows stay with
    what follows the table, which is its notes and foot.
    """

    widths: Sequence[float]
    caption: str
    short: bool = False
    rows: list[Any] = field(factory=list)

    def add_row(self, cells: Sequence[Cell], *, head: bool = False, leads: bool = False) -> None:
        """A row; a head is repeated on each page, and one that leads stays with the next."""
        properties = [element("w:cantSplit"), *([element("w:tblHeader")] if head else [])]
        row = element("w:tr", element("w:trPr", *properties))
        column = 0
        for cell in cells:
            width = sum(self.widths[column : column + cell.across])
            row.append(_cell(cell, width, keep=head or leads))
            column += cell.across
        self.rows.append(row)

    def built(self) -> Any:
        """The table as Word has it."""
        for row in self.rows if self.short else self.rows[-WITH_FOOT:]:
            _keep_with_next(row)
        caption = element("w:tblCaption", val=printable(self.caption)[:255])
        margins = {"left": PADDING, "right": PADDING}
        properties = element(
            "w:tblPr",
            element("w:tblW", w=_twips(sum(self.widths)), type="dxa"),
            element("w:tblBorders", _border("top", LINE), _border("bottom", LINE)),
            element("w:tblLayout", type="fixed"),
            element(
                "w:tblCellMar",
                *(
                    element(f"w:{side}", w=_twips(width), type="dxa")
                    for side, width in margins.items()
                ),
            ),
            caption,
        )
        grid = element(
            "w:tblGrid", *(element("w:gridCol", w=_twips(width)) for width in self.widths)
        )
        return element("w:tbl", properties, grid, *self.rows)


def _cell(cell: Cell, width: float, *, keep: bool) -> Any:
    properties = [element("w:tcW", w=_twips(width), type="dxa")]
    if cell.across > 1:
        properties.append(element("w:gridSpan", val=str(cell.across)))
    if cell.ruled:
        properties.append(element("w:tcBorders", _border("bottom", THIN_LINE)))
    if cell.style == "TableHead":
        properties.append(element("w:vAlign", val="bottom"))
    made = element("w:tc", element("w:tcPr", *properties))
    side = "right" if cell.align == "r" else "left"
    for runs in cell.paragraphs or ((),):
        form = [element("w:pStyle", val=cell.style)]
        if keep:
            form.append(element("w:keepNext"))
        if cell.inset:
            form.append(element("w:ind", **{side: _twips(cell.inset)}))
        form.append(element("w:jc", val=SIDES[cell.align]))
        made.append(element("w:p", element("w:pPr", *form), *runs))
    return made


def _keep_with_next(row: Any) -> None:
    for form in row.iter(qn("w:pPr")):
        if form.find(qn("w:keepNext")) is None:
            form.insert(1, element("w:keepNext"))


def _border(side: str, eighths: int) -> Any:
    looks: Mapping[str, str] = {"val": "single", "sz": str(eighths), "color": LINE_COLOUR}
    return element(f"w:{side}", **looks)


def _twips(points: float) -> str:
    return str(round(points * TWIPS))
