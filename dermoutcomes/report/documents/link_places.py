"""The places in a document that links of its own lead to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Bullets, Claims, Link, Part, Section, parts_of
from dermoutcomes.report.figures.figure import Figure

if TYPE_CHECKING:
    from dermoutcomes.report.blocks import Block

__all__ = ["linked_places", "place_elsewhere", "places_elsewhere", "sections_of_results"]


def linked_places(
    sections: Iterable[Section], from_elsewhere: Iterable[Link] = ()
) -> frozenset[Link]:
    """Sections, references and results that something here links to, and that stand here.

    So do those of `from_elsewhere`, to which other documents link. A format makes a mark at each
    of these, and a link of no part that leads anywhere else.
    """
    blocks = tuple(_sections_and_blocks(sections))
    wanted = {part.link for _, block in blocks for part in _parts(block) if part.link is not None}
    return frozenset({*wanted, *from_elsewhere} & set(_places(blocks)))


def place_elsewhere(link: Link) -> tuple[str, Link | None]:
    """The document that a link of the kind `elsewhere` names, and the place in it where it has one."""
    document, _, place = link.target.partition("#")
    kind, _, target = place.partition(":")
    places = {"result": Link("result", target), "section": Link("section", target)}
    return document, places.get(kind)


def places_elsewhere(sections: Iterable[Section]) -> Iterator[tuple[str, Link]]:
    """Each place of another document that something here links to, with that document's name."""
    for _, block in _sections_and_blocks(sections):
        for part in _parts(block):
            if part.link is not None and part.link.kind == "elsewhere":
                document, place = place_elsewhere(part.link)
                if place is not None:
                    yield document, place


def sections_of_results(sections: Iterable[Section]) -> dict[str, str]:
    """Result = the name of the section in which it has its address."""
    return {
        place.target: section.name
        for section, block in _sections_and_blocks(sections)
        for place in _places([(section, block)])
        if place.kind == "result"
    }


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
