"""Readings that a draft does not take by itself, with the reason that the study has to settle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from dermoutcomes.draft.files.cells import as_number, is_blank
from dermoutcomes.draft.recognition.contents import Block, Contents

if TYPE_CHECKING:
    from dermoutcomes.declare import Parameter
    from dermoutcomes.draft.plan.people import People
    from dermoutcomes.draft.plan.visits import VisitPlan
    from dermoutcomes.registry.registry import Registry

__all__ = ["item_numbers", "variants_asked", "withheld_blocks"]

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
    for table in tables:
        for block in table.blocks:
            reason = _lacks(table, block, visits, registry) or _variant(
                table, block, people, registry
            )
            if reason is not None:
                withheld[block] = reason
    for block, reason in _summaries(tables, visits):
        withheld.setdefault(block, reason)
    return withheld


def _lacks(table: Contents, block: Block, visits: VisitPlan, registry: Registry) -> str | None:
    """What nothing says of the readings of a block."""
    if block.others:
        names = ", ".join((block.owner, *block.others))
        return (
            f"Which of these is it: {names}? {block.because}. Write the right name for {block.owner}, "
            "here and under [endpoints], and take the `#` from these lines."
        )
    if block.answers:
        return _coding(block, registry)
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


def variants_asked(
    table: Contents, block: Block, people: People, registry: Registry
) -> dict[str, str]:
    """The variants of a form, with their conditions, where no file says which is whose."""
    scale = registry.scales.get(block.owner)
    form = scale.form if scale is not None else None
    if form is None or not set(block.columns) - {form.main}:
        return {}
    listed = people.listed.subject_columns if people.listed is not None else {}
    known = {*listed, *table.subject_columns} & {*form.subject_columns.values()}
    return {} if known else dict(form.variants)


def _variant(table: Contents, block: Block, people: People, registry: Registry) -> str | None:
    if not variants_asked(table, block, people, registry):
        return None
    return (
        f"By which variant are the forms of {block.owner} scored? No file says what decides it. Take "
        "the `#` from one of options.variant and from the other lines."
    )


def _coding(block: Block, registry: Registry) -> str:
    """What is asked of a form that is answered in words, with the coding of the scale."""
    scale = registry.scales[block.owner]
    numbers = {item_numbers(scale.parameter(code)) for code in block.columns}
    codes = " or ".join(sorted(numbers))
    main = scale.parameter(scale.form.main) if scale.form is not None and scale.form.main else None
    better = {"up": "a higher score is better", "down": "a lower score is better"}
    direction = better.get(main.improves or "", "") if main is not None else ""
    words = ", ".join(block.answers)
    return (
        f"Which number is each of these answers: {words}? An item of {scale.label} is coded {codes}"
        f"{f', and {direction}' if direction else ''}. Write the number of each in values below, and "
        "take the `#` from these lines."
    )


def item_numbers(item: Parameter | None) -> str:
    """The numbers that an item may have, as words: 0, 1, 2 or 3."""
    if item is None:
        return ""
    if item.values:
        *numbers, last = (f"{number:g}" for number in item.values)
        return f"{', '.join(numbers)} or {last}" if numbers else last
    bounds = [f"{bound:g}" for bound in (item.minimum, item.maximum) if bound is not None]
    return " to ".join(bounds)


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
    for code, position, word in _columns(table, block):
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


def _columns(table: Contents, block: Block) -> Iterable[tuple[str, int, str | None]]:
    """Code, position and word for the visit of each column of a block."""
    if block.wide is not None:
        for column, fields in zip(block.wide.columns, block.wide.fields, strict=True):
            word = fields.get("measure", "") if "measure" in block.wide.names else ""
            measure = block.measures.get(word)
            if measure is not None:
                yield measure.code, column.position, fields.get("visit")
        return
    for code, header in block.columns.items():
        column_of = table.grid.column(header)
        if column_of is not None:
            yield code, column_of.position, None
