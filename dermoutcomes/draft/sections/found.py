"""What was found in a folder, of which the sections of the study file are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from dermoutcomes.draft.plan.visit_order import visits_in_cells
from dermoutcomes.draft.recognition.contents import Block, Contents
from dermoutcomes.draft.recognition.export_words import plain, role_of

if TYPE_CHECKING:
    from dermoutcomes.draft.plan.participants import People
    from dermoutcomes.draft.plan.visit_order import VisitPlan
    from dermoutcomes.draft.recognition.header_measures import MeasureBook
    from dermoutcomes.registry.registry import Registry

__all__ = ["Found", "rater_role", "visits_of_block", "words_of_role"]


@define(eq=False)
class Found:
    """What was found in a folder, of which the sections of the study file are made."""

    folder: Path
    registry: Registry
    book: MeasureBook
    tables: tuple[Contents, ...]
    people: People
    visits: VisitPlan
    withheld: Mapping[Block, str] = field(factory=dict)
    words: list[str] = field(factory=list)

    def taken(self, table: Contents) -> tuple[Block, ...]:
        """The blocks of a table that the draft takes, without those that are to be settled."""
        return tuple(block for block in table.blocks if block not in self.withheld)

    @property
    def with_measures(self) -> tuple[Contents, ...]:
        """The tables that hold measures."""
        return tuple(table for table in self.tables if table.blocks)


def visits_of_block(found: Found, table: Contents, block: Block) -> list[str]:
    """The visits at which a block has readings."""
    words: Iterable[str]
    column = table.roles.column("visit")
    if column is not None:
        positions = block.positions(table.grid, table.roles)
        alone = evolve(table, blocks=(block,))
        words = visits_in_cells(alone) if positions else ()
    elif block.wide is not None and "visit" in block.wide.names:
        words = block.wide.words("visit")
    elif table.names is not None:
        words = table.names.words.get("visit", ())
    else:
        sheets = (table.grid, *table.grid.alike)
        words = [table.word_of_sheet("visit", sheet) or sheet.sheet or "" for sheet in sheets]
        words += filter(None, [table.visit_of_file])
    ids = [found.visits.id_of(word) for word in words]
    return [name for name in dict.fromkeys(ids) if name is not None]


def rater_role(found: Found, block: Block, word: str) -> str | None:
    """The role of a rater that a word means: one of the scale's own, or what the language says."""
    scale = found.registry.scales.get(block.owner)
    own = {plain(role): role for role in scale.rater_roles} if scale is not None else {}
    return own.get(plain(word)) or role_of(word, "raters")


def words_of_role(table: Contents, block: Block, role: str) -> tuple[str, ...]:
    """The words that stand for a role in a block: in its headers, or in the cells of a column."""
    if block.wide is not None and role in block.wide.names:
        return block.wide.words(role)
    if table.grid.blocks is not None and role in table.grid.blocks.words:
        return table.grid.blocks.words[role]
    if role in ("side", "location") and table.places_with_sides:
        part = ("side", "location").index(role)
        return tuple(dict.fromkeys(both[part] for both in table.places_with_sides.values()))
    column = table.roles.column(role)
    if column is not None:
        return column.values
    of_names = (names.words.get(role, ()) for names in (table.sheet_names, table.names) if names)
    return tuple(dict.fromkeys(chain.from_iterable(of_names)))
