"""Tables of formats that keep codes with their labels, as statistics programs and eCRFs do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

import polars as pl
from attrs import field, frozen

from dermoutcomes.declare.readers import TRAIT_COLUMNS, RawTable

__all__ = ["CodedColumn", "coded_table"]

Code: TypeAlias = "float | str"


@frozen(eq=False)
class CodedColumn:
    """A column as a file stores it: numbers or texts, what they mean, and which are no values.

    `label` is what the file calls the column in words; `labels` has the words of codes, `missing`
    the positions (from 0) of cells that the file declares missing, `removed` those of cells whose
    value the file says was taken back.
    """

    name: str
    cells: Sequence[float | str | None]
    label: str = ""
    labels: Mapping[Code, str] = field(factory=dict)
    missing: Collection[int] = ()
    removed: Collection[int] = ()


def coded_table(
    name: str,
    columns: Iterable[CodedColumn],
    lines: Sequence[int] | range,
    labels: str,
    removed: Collection[int] = (),
) -> RawTable:
    """The raw table of columns of one length.

    `labels` is "labels", or "codes" where labels are not to be read; `removed` has the positions
    (from 0) of rows that the file says were taken back.

    A label that two codes of a column have would make one of them: such a column is read as its
    codes, and has the trait same_label.
    """
    cells, numbers, traits = list[pl.Series](), list[pl.Series](), list[tuple[object, ...]]()
    columns = list(columns)
    for position, column in enumerate(columns, 1):
        words = _words(column.labels)
        # Case apart: nobody could say in a study file which of "Mild" and "mild" is meant.
        shared = len({word.casefold() for word in words.values()}) < len(words)
        if labels == "labels" and words and not shared:
            traits.append((None, position, "labelled", None, None))
        elif labels == "labels" and shared:
            traits.append((None, position, "same_label", None, None))
        is_word = labels == "labels" and not shared
        cell, number = _cells(column, words if is_word else {}, f"column_{position}")
        cells.append(cell)
        numbers.append(number)
        of_cells = (("missing", column.missing), ("removed", column.removed))
        traits += [
            (lines[row], position, trait, None, None)
            for trait, rows in of_cells
            for row in sorted(rows)
        ]
    traits += [(lines[row], None, "removed", None, None) for row in sorted(removed)]
    return RawTable(
        name,
        pl.DataFrame(cells),
        tuple(lines) if not isinstance(lines, range) else lines,
        tuple(column.name for column in columns),
        pl.DataFrame(numbers),
        pl.DataFrame(traits, dict(TRAIT_COLUMNS), orient="row"),
        tuple(column.label for column in columns),
    )


def _words(labels: Mapping[Code, str]) -> dict[Code, str]:
    """The labels that say anything."""
    return {code: word.strip() for code, word in labels.items() if word and word.strip()}


def _cells(
    column: CodedColumn, words: Mapping[Code, str], name: str
) -> tuple[pl.Series, pl.Series]:
    """A column as it is read, and the numbers beside it; a value that is declared missing is none.

    A column of numbers alone stays one: the core writes them as texts.
    """
    values = list(column.cells)
    absent = {*column.missing}
    stored = [
        value if isinstance(value, float) and row not in absent else None
        for row, value in enumerate(values)
    ]
    numbers = pl.Series(name, stored, dtype=pl.Float64)
    is_plain = not words and not absent and all(not isinstance(value, str) for value in values)
    if is_plain:
        return numbers, numbers
    texts = [
        None
        if value is None
        else words.get(value) or (_plain_number(value) if isinstance(value, float) else value)
        for value in values
    ]
    return pl.Series(name, texts, dtype=pl.String), numbers


def _plain_number(value: float) -> str:
    """A number as a person writes it: 3 for 3.0."""
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)
