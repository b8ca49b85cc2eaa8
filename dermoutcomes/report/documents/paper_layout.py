"""How a document lies on paper: which pages lie on their side, and how wide columns are.

All formats with pages of a fixed size take it from here, so that a table looks alike in each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from dermoutcomes.report.blocks import Section
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.table import Table

__all__ = [
    "LONGEST_WORD",
    "PAGE_HEIGHT",
    "PAGE_MARGIN",
    "PAGE_WIDTH",
    "Passage",
    "TableLayout",
    "passages",
    "table_layout",
    "text_width",
]

POINTS_A_MILLIMETRE = 72 / 25.4
# A4 with its margins, in millimetres.
PAGE_WIDTH, PAGE_HEIGHT, PAGE_MARGIN = 210, 297, 20
UPRIGHT = (PAGE_WIDTH - 2 * PAGE_MARGIN) * POINTS_A_MILLIMETRE
FLIPPED = (PAGE_HEIGHT - 2 * PAGE_MARGIN) * POINTS_A_MILLIMETRE
# Sizes of a table's text in points, the first that fits is taken, and the space beside a cell.
SIZES = (8.5, 8.0, 7.5, 7.0)
PADDING = 4.0
# How far (in em) a row stands in that belongs to the one above it.
STEP = 1.0
# A column of words is not made narrower than this (in em), unless its words are fewer: so much that
# a table by visit whose means have four decimals stands upright, and turns no page of the report.
READABLE = 7.0
# Where there is room, names of rows stand in two lines, up to this width (in em): "Week 24,
# Xanomeline, high dose" in three makes a table half as long again.
TWO_LINES = 12.0
# Words longer than this, in letters, may be broken anywhere; a SHA-256 stays whole.
LONGEST_WORD = 64
# Widths of Liberation Sans (and of Arial and Helvetica), in thousandths of an em, by letter.
CLASSES = {
    191: "'",
    222: "ijl",
    260: "|",
    278: " !,./:;I[\\]ft\u00a0",
    333: "()-`r",
    355: '"',
    389: "*{}",
    469: "^",
    500: "Jckvxyz",
    556: "#$0123456789?L_abdeghnopqu\u2013",
    584: "+<=>~\u2212\u2264\u2265\u00b1",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1000: "\u2014\u2026",
    1015: "@",
}
WIDTHS = {letter: width / 1000 for width, letters in CLASSES.items() for letter in letters}
# Letters that are not listed are as wide as a capital; ideograms and their signs are a whole em.
CAPITAL, IDEOGRAM, FIRST_IDEOGRAM = 0.667, 1.0, "\u2e80"
# Bold text, as in heads, is wider by about this; room for what programs round and kern.
BOLD, ROOM = 1.08, 0.2
# A number at the start of a cell: what stands before its decimal point, and all that follows.
NUMBER = re.compile(
    r"(?P<before>[<>\u2264\u2265=]?\s?[-+\u2212]?\d[\d\s\u2009\u202f]*)(?P<after>.*)", re.DOTALL
)


@frozen
class TableLayout:
    """How a table lies: on a page on its side or upright, its size of text, widths in points.

    `insets` has a number of points for each cell of each row (none for a row that goes across): how
    far it stands in from the side of its column, so that decimal points stand below one another.
    """

    flipped: bool
    size: float
    widths: tuple[float, ...]
    insets: tuple[tuple[float, ...], ...]


@frozen
class Passage:
    """A heading with the blocks below it, up to the next heading; all of it lies one way."""

    section: Section
    level: int
    flipped: bool


def text_width(text: str) -> float:
    """How wide a line of text is, in em."""
    return sum(
        WIDTHS.get(letter) or (IDEOGRAM if letter >= FIRST_IDEOGRAM else CAPITAL) for letter in text
    )


def table_layout(table: Table) -> TableLayout:
    """The largest text and the fewest turned pages with which no number of a table is broken.

    A table that is too wide even on its side has its cells broken at spaces.
    """
    columns = _ColumnWidths.of_table(table)
    for flipped, width in ((False, UPRIGHT), (True, FLIPPED)):
        fitting = [size for size in SIZES if columns.needed(size) <= width]
        if fitting:
            # A step smaller, where that keeps names of rows in two lines.
            roomy = (size for size in fitting[:2] if columns.needed_with_room(size) <= width)
            size = next(roomy, fitting[0])
            return TableLayout(flipped, size, columns.shared(size, width), columns.inset(size))
    size = SIZES[-1]
    flat = tuple(tuple(0.0 for _ in row) for row in columns.insets)
    return TableLayout(True, size, columns.squeezed(size, FLIPPED), flat)


@frozen
class _ColumnWidths:
    """How wide columns are in em: their heads, longest words, longest lines, and to read well.

    `roomy` is how wide they are where every name of a row stands in two lines at most.
    """

    heads: tuple[float, ...]
    words: tuple[float, ...]
    lines: tuple[float, ...]
    readable: tuple[float, ...]
    roomy: tuple[float, ...]
    insets: tuple[tuple[float, ...], ...]

    @classmethod
    def of_table(cls, table: Table) -> _ColumnWidths:
        cells = [
            tuple("".join(part.text for part in cell) for cell in row.cells)
            if len(row.cells) == len(table.columns)
            else ()
            for row in table.rows
        ]
        rows = [row for row in cells if row]
        heads, words, lines, readable, roomy, insets = [], [], [], [], [], []
        for number, column in enumerate(table.columns):
            texts = [row[number] for row in rows]
            inset = _steps(table) if number == 0 else _insets(texts, column.align)
            word = max(
                _longest_word(column.heading) * BOLD,
                *(_longest_word(text) for text in (*texts, "")),
            )
            whole = [text_width(text) + step for text, step in zip(texts, inset, strict=True)]
            line = max(word, max(whole, default=0.0) + ROOM)
            words.append(word)
            heads.append(text_width(column.heading) * BOLD + ROOM)
            lines.append(max(line, heads[-1] / 2))
            readable.append(line if column.align in "rv" else max(word, min(line, READABLE)))
            halves = [_two_lines(text) + step for text, step in zip(texts, inset, strict=True)]
            in_two = max(halves, default=0.0) if number == 0 and column.align == "l" else 0.0
            roomy.append(max(readable[-1], in_two if in_two <= TWO_LINES else 0.0))
            insets.append(inset)
        by_row = iter(zip(*insets, strict=True))
        return cls(
            tuple(heads),
            tuple(words),
            tuple(lines),
            tuple(readable),
            tuple(roomy),
            tuple(next(by_row) if row else () for row in cells),
        )

    def needed(self, size: float) -> float:
        """How wide a table must be in points to read well."""
        return sum(self.readable) * size + self._padding

    def needed_with_room(self, size: float) -> float:
        """How wide it must be in points for names of rows in two lines."""
        return sum(self.roomy) * size + self._padding

    def shared(self, size: float, width: float) -> tuple[float, ...]:
        """Columns as wide as their heads and lines, or else with the spare width shared out."""
        whole = [max(pair) for pair in zip(self.heads, self.lines, strict=True)]
        if sum(whole) * size + self._padding <= width:
            return tuple(wide * size + 2 * PADDING for wide in whole)
        least = self.readable
        if self.needed_with_room(size) <= width:
            least = self.roomy
        spare = width - sum(least) * size - self._padding
        wanted = [max(0.0, line - own) for line, own in zip(self.lines, least, strict=True)]
        share = min(1.0, spare / (sum(wanted) * size)) if sum(wanted) else 0.0
        return tuple(
            (own + more * share) * size + 2 * PADDING
            for own, more in zip(least, wanted, strict=True)
        )

    def squeezed(self, size: float, width: float) -> tuple[float, ...]:
        """Columns that fill the width, each with the share that its longest words need."""
        room = width - self._padding
        spare = max(0.0, room - sum(self.words) * size)
        shares = [
            word * size + spare * line / sum(self.lines)
            for word, line in zip(self.words, self.lines, strict=True)
        ]
        return tuple(share * room / sum(shares) + 2 * PADDING for share in shares)

    def inset(self, size: float) -> tuple[tuple[float, ...], ...]:
        """How far each cell stands in, in points."""
        return tuple(tuple(round(step * size, 2) for step in row) for row in self.insets)

    @property
    def _padding(self) -> float:
        return 2 * PADDING * len(self.words)


def _two_lines(text: str) -> float:
    """How wide a text must be, in em, to stand in two lines; one word stands in one."""
    words = text.split()
    broken = (
        max(text_width(" ".join(words[:place])), text_width(" ".join(words[place:])))
        for place in range(1, len(words))
    )
    return min(broken, default=text_width(text)) + ROOM


def _longest_word(text: str) -> float:
    return max((text_width(word[:LONGEST_WORD]) for word in text.split()), default=0.0) + ROOM


def _steps(table: Table) -> tuple[float, ...]:
    """How far the first cell of each whole row stands in (in em): one below another does.

    In a first column of numbers none does: their decimal points meet.
    """
    whole = [row for row in table.rows if len(row.cells) == len(table.columns)]
    if table.columns[0].align != "l":
        texts = ["".join(part.text for part in row.cells[0]) for row in whole]
        return _insets(texts, table.columns[0].align)
    return tuple(STEP if row.look == "inset" else 0.0 for row in whole)


def _insets(texts: Sequence[str], align: str) -> tuple[float, ...]:
    """How far each cell stands in (in em) so that the decimal points of a column of numbers meet.

    Columns on the right (r) stand in by what others have after the point, values with an interval
    (v), which begin on the left, by what others have before it.
    """
    found = [NUMBER.fullmatch(text) for text in texts]
    part = {"r": "after", "v": "before"}.get(align)
    if part is None or not any(found):
        return tuple(0.0 for _ in texts)
    sides = [text_width(match[part]) if match else None for match in found]
    widest = max(side for side in sides if side is not None)
    return tuple(0.0 if side is None else widest - side for side in sides)


def passages(sections: Sequence[Section]) -> tuple[Passage, ...]:
    """The passages of a document in order, with which of them lie on their side.

    A passage with a table that is too wide does; so do a heading right above it, and words between
    two such passages, so that a page is not turned for a line.
    """
    flat = list(_passages(sections, 1))
    for number in reversed(range(len(flat) - 1)):
        passage, following = flat[number], flat[number + 1]
        if following.flipped and not passage.section.blocks:
            flat[number] = evolve(passage, flipped=True)
    for number in range(1, len(flat) - 1):
        if flat[number - 1].flipped and flat[number + 1].flipped and _of_words(flat[number]):
            flat[number] = evolve(flat[number], flipped=True)
    return tuple(flat)


def _passages(sections: Sequence[Section], level: int) -> Iterator[Passage]:
    for section in sections:
        tables = (block for block in section.blocks if isinstance(block, Table))
        yield Passage(section, level, any(table_layout(table).flipped for table in tables))
        yield from _passages(section.children, level + 1)


def _of_words(passage: Passage) -> bool:
    return not any(isinstance(block, Table | Figure) for block in passage.section.blocks)
