"""The places in a document that links of its own lead to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Bullets, Claims, Link, Part, Section, parts_of
from dermoutcomes.report.figures.figure import Figure

if TYPE_CHECKING:
    from dermoutcomes.report.blocks import Block

__all__ = ["linked_places"]


def linked_places(sections: Iterable[Section]) -> frozenset[Link]:
    """Sections, references and results that something here links to, and that stand here.

    A format makes a mark at each of these, and a link of no part that leads anywhere else.
    """
    blocks = tuple(_sections_and_blocks(sections))
    wanted = {part.link for _, block in blocks for part in _parts(block) if part.link is not None}
    return frozenset(wanted & set(_places(blocks)))


def _sections_and_blocks(sections: Iterable[Section]) -> Iterator[tuple[Section, Block | None]]:
    for section in sections:
        yield section, None
        yield from ((section, block) for block in section.blocks)
        yield from _sections_and_blocks(section.children)


def _parts(block: Block | None) -> Iterator[Part]:
    yield from () if block is None else parts_of(block)


def _places(blocks: Iterable[tuple[Section, Block | None]]) -> Iterator[Link]:
    for section, block in blocks:
        if block is None:
            yield Link("section", section.name)
        elif isinstance(block, Bullets) and block.look == "references":
            yield from (Link("reference", str(n)) for n in range(1, len(block.items) + 1))
        elif isinstance(block, Figure):
            yield from (Link("result", result) for result in block.addressed)
        if block is not None and not isinstance(block, Claims):
            for part in parts_of(block):
                if part.addressed and part.result:
                    yield Link("result", part.result)
