"""Readings that a draft does not take by itself, with the reason that the study has to settle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from dermoutcomes.draft.files.cell_kinds import as_number, is_blank
from dermoutcomes.draft.plan.codings import coding_asked, columns_of
from dermoutcomes.draft.plan.one_study import studies_asked
from dermoutcomes.draft.recognition.contents import Block, Contents

if TYPE_CHECKING:
    from dermoutcomes.draft.plan.participants import People
    from dermoutcomes.draft.plan.visit_order import VisitPlan
    from dermoutcomes.registry.registry import Registry

__all__ = ["withheld_blocks"]

# So many of the readings of a table have to be the means of another for it to be their summary.
MOST = 0.9
# A mean that was rounded to two figures differs by so much from what it is of.
ROUNDED = 0.006
MEANS = (
    "These are the means of the readings of {}, which are taken instead: both would count twice. "
    "Which of them counts?"
)
# Code, subject and visit = the readings.
Readings = dict[tuple[str, str, str], list[float]]


def withheld_blocks(
    tables: Sequence[Contents], visits: VisitPlan, people: People, registry: Registry
) -> dict[Block, str]:
    """The blocks that are written as comments only, each with what is to be settled."""
    withheld: dict[Block, str] = {}
    of_studies = studies_asked(tables)
    for table in tables:
        for block in table.blocks:
            reason = (
                of_studies.get(table)
                or _lacks(table, block, visits)
                or coding_asked(table, block, people, registry)
            )
            if reason is not None:
                withheld[block] = reason
    for block, reason in _summaries(tables, visits):
        withheld.setdefault(block, reason)
    return withheld


def _lacks(table: Contents, block: Block, visits: VisitPlan) -> str | None:
    """What nothing says of the readings of a block."""
    if block.others:
        names = ", ".join((block.owner, *block.others))
        return (
            f"Which of these is it: {names}? {block.because}. Write the right name for {block.owner}, "
            "here and under [endpoints], and take the `#` from these lines."
        )
    of_names = table.names.words if table.names is not None else {}
    of_sheets = table.sheet_names.words if table.sheet_names is not None else {}
    if not any("subject" in names for names in (table.roles.of, of_names, of_sheets)):
        return (
            "Whose readings are these? No column, sheet or name of a file says it. Name the column as "
            "columns.subject, and take the `#` from these lines."
        )
    wide = block.wide is not None and "visit" in block.wide.names
    by_sheets = "visit" in of_sheets or any(visits.id_of(sheet) for sheet in table.grid.sheets)
    by_names = "visit" in of_names or table.visit_of_file is not None
    known = "visit" in table.roles.of or by_names or wide or by_sheets
    if not known and len(visits.visits) != 1:
        return (
            "Which visits are these? No column, header, sheet or name of a file says it. Write "
            'constants.visit, or visits_by = "date" with windows of the visits, and take the `#` from '
            "these lines."
        )
    return None


def _summaries(tables: Sequence[Contents], visits: VisitPlan) -> Iterator[tuple[Block, str]]:
    """Tables of means of readings that stand in another table: taken too, they would count twice."""
    blocks = [(table, block) for table in tables for block in table.blocks]
    read = {block: _readings(table, block, visits) for table, block in blocks}
    for table, block in blocks:
        for other_table, other in blocks:
            if other.owner != block.owner or table.grid is other_table.grid:
                continue
            if _count(read[other]) <= _count(read[block]):
                continue
            if _are_means(read[block], read[other]):
                yield block, MEANS.format(other_table.grid.name)
                break


def _count(readings: Readings) -> int:
    return sum(map(len, readings.values()))


def _are_means(readings: Readings, of: Readings) -> bool:
    both = [key for key in readings if key in of]
    if not both or len(both) < MOST * len(readings):
        return False
    agree = sum(
        abs(fmean(readings[key]) - fmean(of[key])) <= ROUNDED * max(1.0, abs(fmean(of[key])))
        for key in both
    )
    return agree >= MOST * len(both)


def _readings(table: Contents, block: Block, visits: VisitPlan) -> Readings:
    """The readings of a block with columns or patterns of headers, by code, subject and visit."""
    found: Readings = {}
    visit = table.roles.column("visit")
    for code, position, word in columns_of(table, block):
        for sheet in (table.grid, *table.grid.alike):
            column = sheet.at(position)
            whose = table.ids_of(sheet)
            when = sheet.at(visit.position).cells if visit is not None else ()
            of_sheet = (table.word_of_sheet("visit", sheet),) * sheet.rows
            of_names = table.of_files("visit") or of_sheet
            for row, cell in enumerate(column.cells if whose else ()):
                number = None if is_blank(cell) else as_number(cell)
                if number is None:
                    continue
                name = word or (when[row].strip() if when else of_names[row] or sheet.sheet or "")
                key = code, whose[row], visits.id_of(name) or name
                found.setdefault(key, []).append(number)
    return found
