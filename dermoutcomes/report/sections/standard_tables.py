"""The standard tables: those that a study lists, and those of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes.declare import TableChoice
from dermoutcomes.errors import PluginError, blamed
from dermoutcomes.report.blocks import Block, Paragraph, Section, parts_of, rich
from dermoutcomes.report.table import Table

if TYPE_CHECKING:
    from dermoutcomes.declare import TablePlan
    from dermoutcomes.report.material import Material, Outline

__all__ = [
    "chosen_tables",
    "results_of_tables",
    "standard_shells",
    "standard_tables_section",
]

NOTHING = "The study has nothing to show in this table."


def chosen_tables(outline: Outline) -> Iterator[tuple[TablePlan, TableChoice]]:
    """Each table that the study asks for, in order, with what it chose of it.

    Those that it lists, or those that every study gets; then those of its own that no list names.
    """
    declared, own = outline.registry.tables, outline.study.tables
    listed = outline.study.outputs.tables
    if listed is None:
        listed = tuple(name for name, plan in declared.items() if plan.always)
    for name in dict.fromkeys((*listed, *own)):
        choice = own.get(name) or TableChoice(use=name, id=name)
        if choice.use in declared:
            yield declared[choice.use], choice


def results_of_tables(material: Material) -> frozenset[str]:
    """Results that stand in a standard table which has descriptions made for it, and only there."""
    return frozenset(
        part.result
        for plan, choice in chosen_tables(material)
        if plan.analyses
        for table in _filled(material, plan, choice)
        for part in parts_of(table)
        if part.addressed and part.result
    )


def _filled(material: Material, plan: TablePlan, choice: TableChoice) -> tuple[Table, ...]:
    """The tables of a choice: filled once, for what stands in them and for their section."""

    def fill() -> tuple[Table, ...]:
        with blamed(f"the table {plan.name!r}"):
            tables = tuple(_titled(table, choice) for table in plan.fill(material, choice))
        _refuse_strangers(plan, tables)
        return tables

    filled: tuple[Table, ...] = material.once(("standard table", choice.id), fill)
    return filled


def standard_tables_section(material: Material) -> Section | None:
    """The standard tables, each under its name; None where there is none to show.

    One that the study asked for by name and that has nothing to show says so. Raises PluginError
    for a table that fails or gives something else than tables.
    """
    asked = {*(material.study.outputs.tables or ()), *material.study.tables}
    children = []
    for plan, choice in chosen_tables(material):
        blocks: list[Block] = [*_filled(material, plan, choice)]
        if not blocks and choice.id in asked:
            blocks.append(Paragraph(rich(NOTHING), look="note"))
        if blocks:
            label = choice.title or plan.label
            name = f"table-{choice.id}"
            children.append(Section(name, label, tuple(blocks), chapter=plan.chapter))
    return (
        Section("standard-tables", "Standard tables", children=tuple(children))
        if children
        else None
    )


def standard_shells(outline: Outline) -> Iterator[Section]:
    """Each table that the study asks for, empty, as a section: the plan alone is known."""
    for plan, choice in chosen_tables(outline):
        with blamed(f"the table {plan.name!r}"):
            tables = [_titled(table, choice) for table in plan.shell(outline, choice)]
        _refuse_strangers(plan, tables)
        for table in tables:
            yield Section(f"table-{choice.id}", table.caption, (table,), chapter=plan.chapter)


def _titled(table: Table, choice: TableChoice) -> Table:
    """The table under the study's title; of several, each keeps what tells it apart."""
    if not choice.title or not isinstance(table, Table):
        return table
    _, colon, part = table.caption.partition(": ")
    return evolve(table, caption=f"{choice.title}{colon}{part}")


def _refuse_strangers(plan: TablePlan, tables: Sequence[Table]) -> None:
    for table in tables:
        if not isinstance(table, Table):
            raise PluginError(
                f"the table {plan.name!r} returned {type(table).__name__}; expected Table of "
                "dermoutcomes.report"
            )
