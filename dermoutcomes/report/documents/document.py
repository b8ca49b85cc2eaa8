"""A document without a format: sections in order, tables and figures numbered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import TypeAlias

from attrs import evolve, frozen

from dermoutcomes.report.blocks import Block, Section, Table
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.text_forms import slug

__all__ = ["Document", "NamedBlock", "with_running_numbers"]

WORDS_OF_NAME = 8


NamedBlock: TypeAlias = Table | Figure


@frozen(eq=False)
class Document:
    """What a format is written of: a front, then sections.

    `name` is its file's; `kicker` says what kind of document it is, and is empty for a table or
    figure of its own, which needs no front. With `own_numbers` its tables and figures keep their
    numbers whatever the study asks for: a manuscript has its Table 1 in any case. With `dense` it
    is set closer, since somebody signs it on one page.
    """

    name: str
    kicker: str
    title: str
    study: str
    sections: tuple[Section, ...]
    facts: tuple[tuple[str, str], ...] = ()
    origin: tuple[str, str] | None = None
    origin_note: str | None = None
    one_group: str | None = None
    own_numbers: bool = False
    dense: bool = False

    @property
    def named_blocks(self) -> Iterator[tuple[str, NamedBlock]]:
        """Its tables and figures, each with the name of its files."""
        yield from _named_blocks(self.sections, {})


def _named_blocks(
    sections: Iterable[Section], taken: dict[str, int]
) -> Iterator[tuple[str, NamedBlock]]:
    """Figures by their keys, tables by section and words of the caption; a repeated name counts on."""
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Table | Figure):
                name = block.key if isinstance(block, Figure) else _table_name(section, block)
                taken[name] = taken.get(name, 0) + 1
                yield (name if taken[name] == 1 else f"{name}-{taken[name]}"), block
        yield from _named_blocks(section.children, taken)


def _table_name(section: Section, table: Table) -> str:
    return slug(f"{section.name} {' '.join(table.caption.split()[:WORDS_OF_NAME])}")


def with_running_numbers(sections: Iterable[Section], prefix: str = "") -> tuple[Section, ...]:
    """Tables and figures numbered through a document, each number behind the prefix.

    Those of the supplement on their own (S1, S2).
    """
    tables, figures, supplement_tables = map(_numbers, (prefix, prefix, "S"))
    return tuple(
        _with_numbers(
            section, supplement_tables if section.name == "supplement" else tables, figures
        )
        for section in sections
    )


def _numbers(prefix: str) -> Iterator[str]:
    return (f"{prefix}{number}" for number in count(1))


def _with_numbers(section: Section, tables: Iterator[str], figures: Iterator[str]) -> Section:
    blocks = tuple(_number(block, tables, figures) for block in section.blocks)
    return evolve(
        section,
        blocks=blocks,
        children=tuple(_with_numbers(child, tables, figures) for child in section.children),
    )


def _number(block: Block, tables: Iterator[str], figures: Iterator[str]) -> Block:
    if isinstance(block, Table):
        number = next(tables)
        return evolve(block, number=number)
    if isinstance(block, Figure):
        number = next(figures)
        return evolve(block, number=number)
    return block
