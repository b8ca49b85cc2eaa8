"""The sections that plugins bring and the study asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, get_args

from attrs import evolve

from dermoutcomes.errors import PluginError, blamed, one_of
from dermoutcomes.options.parsing import resolve_options
from dermoutcomes.report.blocks import Block, Part, Section, is_block, parts_of, with_parts
from dermoutcomes.report.figures.figure import Figure

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material

__all__ = ["addresses", "own_sections", "with_free_addresses"]


def own_sections(material: Material) -> Iterator[Section]:
    """Each section that `[outputs] sections` lists and that has something to say, in that order.

    Raises PluginError for one that fails or that gives something else than blocks.
    """
    outputs = material.study.outputs
    for name in outputs.sections:
        section = material.registry.sections[name]
        options = resolve_options(
            outputs.options.get(name, {}), section.options, f"outputs.options.{name}"
        )
        assert section.make is not None, "a declared section has a function that makes it"
        with blamed(f"the section {name!r}"):
            blocks = tuple(section.make(material, options))
        for block in blocks:
            _refuse_a_stranger(name, block)
        if blocks:
            yield evolve(section, name=f"own-{name}", blocks=blocks, children=())


def _refuse_a_stranger(name: str, block: object) -> None:
    if not is_block(block):
        public = [kind.__name__ for kind in get_args(Block)]
        raise PluginError(
            f"the section {name!r} returned {type(block).__name__} among its blocks; expected "
            f"{one_of(public)}"
        )


def addresses(sections: Iterable[Section]) -> Iterator[str]:
    """The ids of the results that have their address in these sections."""
    for section in sections:
        for block in section.blocks:
            yield from (part.result for part in parts_of(block) if part.addressed and part.result)
            if isinstance(block, Figure):
                yield from block.addressed
        yield from addresses(section.children)


def with_free_addresses(section: Section, addressed: set[str]) -> Section:
    """A section that is the address of no result in `addressed`, and of none twice.

    Its own are added to `addressed`.
    """

    def free(part: Part) -> Part:
        if not part.addressed or part.result is None:
            return part
        if part.result in addressed:
            return evolve(part, addressed=False)
        addressed.add(part.result)
        return part

    def with_free(block: Block) -> Block:
        if not isinstance(block, Figure):
            return with_parts(block, free)
        own = tuple(result for result in block.addressed if result not in addressed)
        addressed.update(own)
        return evolve(block, addressed=own)

    return evolve(
        section,
        blocks=tuple(map(with_free, section.blocks)),
        children=tuple(with_free_addresses(child, addressed) for child in section.children),
    )
