"""What a report is made of: sections of paragraphs, lists, tables and figures.

Text is text: a reporter escapes all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, TypeAlias, get_args

from attrs import evolve, field, frozen

from dermoutcomes.declare.documents import Section
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.numbers import Display
from dermoutcomes.report.table import Column, Foot, Row, Table

__all__ = [
    "Block",
    "Bullets",
    "ClaimCard",
    "Claims",
    "Link",
    "Pairs",
    "Paragraph",
    "Part",
    "Rich",
    "Row",
    "Section",
    "Table",
    "head_parts",
    "is_block",
    "linked",
    "parts_of",
    "rich",
    "with_parts",
]


@frozen
class Link:
    """Where a part leads: a result, a section, a reference, a file beside the report, or a URL.

    `target` is an id, the number of a reference, the path of a file or an address. A link of the
    kind `elsewhere` leads to the place of another document of the run: its name and, after a #, the
    id of a result or the name of a section, as in "annex#result:9f3c".
    """

    kind: Literal["result", "section", "reference", "file", "url", "elsewhere"]
    target: str


@frozen
class Part:
    """A stretch of text, and what it shows.

    `result` is the id of the result that it shows, or `hypothesis` the name of the hypothesis;
    `display` is the rule by which its number became the text. `value` is that number, where a
    reader may ask for all its digits. The look p is that of the letter of a p-value. With `addressed`, links to the result lead here: so does one
    part of a report for each result. Of a part that is made of others, `parts` has them.
    """

    text: str
    result: str | None = None
    display: Display | None = None
    value: float | None = None
    addressed: bool = False
    hypothesis: str | None = None
    link: Link | None = None
    look: str | None = None
    parts: tuple[Part, ...] = ()


Rich: TypeAlias = tuple[Part, ...]


def linked(parts: Iterable[Part], link: Link | None) -> Part:
    """Parts as one that is a link; none of them keeps an address or a look of its own."""
    inside = tuple(evolve(part, addressed=False, value=None, look=None) for part in parts)
    return Part("".join(part.text for part in inside), link=link, parts=inside)


def rich(*texts: str | Part | Iterable[Part] | None) -> Rich:
    """Strings and parts as one run of text; None and empty strings are left out."""
    parts: list[Part] = []
    for text in texts:
        if isinstance(text, str):
            parts += [Part(text)] if text else []
        elif isinstance(text, Part):
            parts.append(text)
        elif text is not None:
            parts += text
    return tuple(parts)


def head_parts(column: Column) -> Rich:
    """The heading of a column: the letter P at the end of it has the look p, for italics."""
    if column.n is None and column.head.split(" ")[-1] == "P":
        return rich(column.head[:-1], Part("P", look="p"))
    return rich(column.heading)


@frozen
class Paragraph:
    """A paragraph; `look` may be note, caution, lead or origin."""

    text: Rich
    look: str = ""
    kind: str = field(default="paragraph", init=False)


@frozen
class Bullets:
    """A list of short texts, under a few words where it has a title."""

    items: tuple[Rich, ...]
    look: str = ""
    title: str = ""
    kind: str = field(default="bullets", init=False)


@frozen
class Pairs:
    """Terms and what they mean here."""

    items: tuple[tuple[str, Rich], ...]
    look: str = ""
    kind: str = field(default="pairs", init=False)


@frozen
class ClaimCard:
    """A claim with its verdict: its `look`, and a `mark` for it that needs no colour.

    `ours` has the numbers of this run, `reported` what another publication printed, `basis` how
    many of how many the verdict rests on, `against` what speaks against it in the same study.
    """

    claim: str
    text: str
    verdict: str
    look: str
    mark: str
    reason: str
    ours: tuple[Rich, ...]
    reported: str | None
    basis: str = ""
    against: tuple[str, ...] = ()


@frozen
class Claims:
    """The list of claims."""

    cards: tuple[ClaimCard, ...]
    foot: Foot = Foot()
    kind: str = field(default="claims", init=False)


Block: TypeAlias = Paragraph | Bullets | Pairs | Table | Figure | Claims


def is_block(block: object) -> bool:
    """Whether a value can stand in a section."""
    return isinstance(block, get_args(Block))


def parts_of(block: Block) -> Iterator[Part]:
    """The parts of every text of a block, and those that they are made of."""
    for text in _texts(block):
        for part in text:
            yield from (part, *part.parts)


def _texts(block: Block) -> Iterator[Rich]:
    if isinstance(block, Paragraph):
        yield block.text
    elif isinstance(block, Bullets):
        yield from block.items
    elif isinstance(block, Pairs):
        yield from (text for _, text in block.items)
    elif isinstance(block, Table):
        yield from (cell for row in block.rows for cell in row.cells)
    elif isinstance(block, Claims):
        yield from (text for card in block.cards for text in card.ours)


def with_parts(block: Block, change: Callable[[Part], Part]) -> Block:
    """A block with each part of its texts changed."""

    def with_changed_parts(text: Rich) -> Rich:
        return tuple(map(change, text))

    if isinstance(block, Paragraph):
        return evolve(block, text=with_changed_parts(block.text))
    if isinstance(block, Bullets):
        return evolve(block, items=tuple(map(with_changed_parts, block.items)))
    if isinstance(block, Pairs):
        return evolve(
            block, items=tuple((term, with_changed_parts(text)) for term, text in block.items)
        )
    if isinstance(block, Table):
        rows = tuple(
            evolve(row, cells=tuple(map(with_changed_parts, row.cells))) for row in block.rows
        )
        return evolve(block, rows=rows)
    if isinstance(block, Claims):
        cards = tuple(
            evolve(card, ours=tuple(map(with_changed_parts, card.ours))) for card in block.cards
        )
        return evolve(block, cards=cards)
    return block
