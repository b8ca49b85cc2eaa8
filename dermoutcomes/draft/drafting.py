"""The way from a folder to a draft: files, tables, what they hold, visits, people, sections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes.draft.files.file_names import name_pattern
from dermoutcomes.draft.files.folder_tables import read_grids
from dermoutcomes.draft.files.lab_folder import folder_files
from dermoutcomes.draft.plan.doubtful import withheld_blocks
from dermoutcomes.draft.plan.participants import arm_words, people_of
from dermoutcomes.draft.plan.visit_order import visit_plan
from dermoutcomes.draft.recognition.contents import contents_of
from dermoutcomes.draft.recognition.header_measures import MeasureBook
from dermoutcomes.draft.recognition.sheet_kinds import each_sheet, sheets_by_owner
from dermoutcomes.draft.sections.endpoint_sections import endpoint_sections
from dermoutcomes.draft.sections.found import Found
from dermoutcomes.draft.sections.people_sections import (
    allocation_sections,
    event_sections,
    possible_arm_sections,
    subject_sections,
)
from dermoutcomes.draft.sections.source_sections import source_section
from dermoutcomes.draft.sections.study_sections import (
    arms_section,
    comparisons_section,
    schedule_section,
    study_section,
    visits_section,
)
from dermoutcomes.draft.study_draft import Key, Section, StudyDraft
from dermoutcomes.errors import Problem, StudyError

if TYPE_CHECKING:
    from dermoutcomes.draft.files.file_names import NamePattern
    from dermoutcomes.draft.files.lab_folder import Unread
    from dermoutcomes.draft.files.sheet_grids import Grid
    from dermoutcomes.draft.recognition.contents import Contents
    from dermoutcomes.registry.registry import Registry

__all__ = ["draft_of_folder"]


def draft_of_folder(
    folder: Path,
    registry: Registry,
    looked_at: Callable[[int, int], None] | None = None,
) -> StudyDraft:
    """A draft of the study whose exports lie in a folder.

    `looked_at` is told after each file how many are done, of how many.

    Raises StudyError for a folder without data, and where no table holds a measure that any
    plugin declares.
    """
    book = MeasureBook(registry)
    files = folder_files(folder, lambda name: book.owners_named((name,)))
    grids, unread = read_grids(folder, files, registry, looked_at)
    names = {
        grid.name: pattern
        for grid in grids
        if grid.group.pattern is not None
        and (pattern := name_pattern(_relative(grid, folder))) is not None
    }
    tables = _tables(grids, registry, book, names)
    if arms := tuple(arm_words(tables)):
        # Headers of treatments that only a list of allocations makes known.
        tables = tuple(
            table
            if table.blocks
            else contents_of(table.grid, registry, book, names.get(table.grid.name), arms)
            for table in tables
        )
    tables = tuple(_without_curves(tables))
    measured = tuple(table for table in tables if table.blocks)
    if not measured:
        raise StudyError(_nothing_recognised(tables, unread))
    plan = visit_plan(measured, _date_formats(measured))
    people = people_of(tables)
    withheld = withheld_blocks(measured, plan, people, registry)
    found = Found(folder, registry, book, tables, people, plan, withheld)
    draft = StudyDraft(folder.resolve().name, unread=unread)
    draft.sections = [*_sections(found)]
    draft.visits, draft.arms = plan.visits, found.people.arms
    draft.unused = {
        table.grid.name: tuple(column.name for column in table.unused)
        for table in tables
        if table.unused
    }
    draft.words_not_understood = tuple(dict.fromkeys(found.words))
    draft.unknown_measures = tuple(_unknown_measures(measured))
    draft.rows = {
        (sheet.path, sheet.sheet): sheet.rows
        for table in tables
        for sheet in (table.grid, *table.grid.alike)
        if table.grid.group.pattern is None
    }
    return draft


def _tables(
    grids: Sequence[Grid],
    registry: Registry,
    book: MeasureBook,
    names: Mapping[str, NamePattern],
) -> tuple[Contents, ...]:
    """What the tables hold; sheets of one header are one table where their names say of what."""
    tables: list[Contents] = []
    for grid in (part for whole in grids for part in sheets_by_owner(whole, book)):
        table = contents_of(grid, registry, book, names.get(grid.name))
        if grid.alike and grid.blocks is None and table.sheet_names is None:
            tables += (contents_of(sheet, registry, book) for sheet in each_sheet(grid))
        else:
            tables.append(table)
    return tuple(tables)


def _without_curves(tables: Sequence[Contents]) -> Iterator[Contents]:
    """The tables, without measures in sheets of nobody beside a sheet that has them with a subject.

    Such are a Summary or the raw curves of the readings: they are told as not used. Where names of
    files say whose they are, it is the curves that are left.
    """

    def is_of_somebody(table: Contents) -> bool:
        by_name = table.names is not None and "subject" in table.names.words
        return "subject" in table.roles.of or (by_name and not table.has_curves)

    of_somebody = {
        (table.grid.path, block.owner)
        for table in tables
        if is_of_somebody(table)
        for block in table.blocks
    }
    for table in tables:
        is_named = is_of_somebody(table) or table.grid.sheet is None
        if is_named or not any((table.grid.path, b.owner) in of_somebody for b in table.blocks):
            yield table
            continue
        yield evolve(table, blocks=(), unused=tuple(c for c in table.grid.columns if c.look.filled))


def _unknown_measures(tables: Sequence[Contents]) -> Iterator[str]:
    """The words for measures of long tables that are of no known device or scale."""
    for table in tables:
        column = table.roles.column("measure")
        known = {word for block in table.blocks if block.long for word in block.measures}
        for word in column.values if column is not None else ():
            if word not in known:
                yield f"{word} ({table.grid.name})"


def _nothing_recognised(tables: Sequence[Contents], unread: Sequence[Unread]) -> Problem:
    seen = [
        f"{table.grid.name}: {', '.join(column.name for column in table.grid.columns[:12])}"
        for table in tables
    ]
    reasons = [f"{file.path}: {file.because}" for file in unread]
    return Problem(
        "no table holds a measure of a known device or scale",
        path="FOLDER",
        found="; ".join((*seen, *reasons)[:8]) or "no table",
        expected="a device or scale that `dermoutcomes plugins --kind instrument` or "
        "`--kind scale` lists, by its name in a file, sheet or title, or its codes as headers",
        hint="one that is not there is a plugin: dermoutcomes new plugin instrument NAME",
    )


def _relative(grid: Grid, folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in grid.group.paths]


def _date_formats(tables: Sequence[Contents]) -> dict[int, str | None]:
    """The form of the dates of each table that has exactly one."""
    formats: dict[int, str | None] = {}
    for index, table in enumerate(tables):
        if table.names is not None and "date" in table.names.words:
            formats[index] = table.names.date_format
            continue
        column = table.roles.column("date")
        if column is not None and len(column.look.date_formats) == 1:
            formats[index] = column.look.date_formats[0]
    return formats


def _sections(found: Found) -> Iterator[Section]:
    yield study_section(found)
    yield visits_section(found)
    if found.people.arms:
        yield arms_section(found)
    else:
        yield from possible_arm_sections(found)
    yield from schedule_section(found)
    yield Section("populations", [Key("full", {}, "everybody")])
    yield from comparisons_section(found)
    yield from subject_sections(found)
    yield from allocation_sections(found)
    for table in found.with_measures:
        for block in table.blocks:
            yield source_section(found, table, block)
    yield from event_sections(found)
    yield from endpoint_sections(found)
