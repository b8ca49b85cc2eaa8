"""What the numbers of a form or rating mean, where neither its declaration nor a file says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.declare import Scale
from dermoutcomes.draft.files.cell_kinds import as_number, is_blank

if TYPE_CHECKING:
    from dermoutcomes.declare import Parameter
    from dermoutcomes.draft.plan.participants import People
    from dermoutcomes.draft.recognition.contents import Block, Contents
    from dermoutcomes.registry.registry import Registry

__all__ = ["coding_asked", "columns_of", "item_numbers", "variants_asked"]

# Behind what is wrong with the numbers stands the key that settles it.
REMEDY = ". Write "


def coding_asked(table: Contents, block: Block, people: People, registry: Registry) -> str | None:
    """What is asked of the numbers of a block; None where they are clear."""
    if block.answers:
        return _numbers_asked(block, registry)
    return _variant_asked(table, block, people, registry) or _option_asked(table, block, registry)


def _option_asked(table: Contents, block: Block, registry: Registry) -> str | None:
    """What the declaration itself asks where its numbers fit more than one coding, or none."""
    declared = registry.owner(block.owner)
    if not isinstance(declared, Scale) or declared.prepare is None:
        return None
    if declared.form is not None and declared.form.variants:
        # What decides a variant may stand in the list of subjects.
        return None
    numbers = _numbers(table, block)
    wide = (
        pl.concat(
            [pl.DataFrame({code: values}) for code, values in numbers.items()], how="diagonal"
        )
        if numbers
        else pl.DataFrame()
    )
    try:
        declared.prepare(wide, declared.options())
    except ValueError as error:
        _, _, remedy = str(error).partition(REMEDY)
        return (
            f"How is {block.owner} coded? Its numbers do not tell. Write {remedy}. Then take the `#` "
            "from these lines."
            if remedy
            else f"{error}. Take the `#` from these lines once it is settled."
        )
    except Exception:  # noqa: BLE001 - a fault of a plugin is told by the check of the draft
        return None
    return None


def _numbers(table: Contents, block: Block) -> dict[str, list[float]]:
    """The different numbers of each code of a block."""
    found: dict[str, dict[float, None]] = {}
    for code, cell in _cells(table, block):
        number = None if is_blank(cell) else as_number(cell)
        if number is not None:
            found.setdefault(code, {})[number] = None
    return {code: [*numbers] for code, numbers in found.items()}


def _cells(table: Contents, block: Block) -> Iterator[tuple[str, str]]:
    """Code and cell of the values of a block, those of a column each once."""
    sheets = (table.grid, *table.grid.alike)
    for code, position, _ in columns_of(table, block):
        for column in (sheet.at(position) for sheet in sheets):
            yield from ((code, cell) for cell in dict.fromkeys(column.codes or column.cells))
    measure, value = table.roles.column("measure"), table.roles.column("value")
    if not block.long or measure is None or value is None:
        return
    for sheet in sheets:
        words, cells = sheet.at(measure.position).cells, sheet.at(value.position).cells
        for word, cell in dict.fromkeys(zip(words, cells, strict=True)):
            if word.strip() in block.measures:
                yield block.measures[word.strip()].code, cell


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


def _variant_asked(table: Contents, block: Block, people: People, registry: Registry) -> str | None:
    if not variants_asked(table, block, people, registry):
        return None
    return (
        f"By which variant are the forms of {block.owner} scored? No file says what decides it. Take "
        "the `#` from one of options.variant and from the other lines."
    )


def _numbers_asked(block: Block, registry: Registry) -> str:
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


def columns_of(table: Contents, block: Block) -> Iterable[tuple[str, int, str | None]]:
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
