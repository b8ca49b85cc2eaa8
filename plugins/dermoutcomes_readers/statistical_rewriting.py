"""Files of SPSS, Stata and SAS transport with other texts in some cells, written by pyreadstat.

The library writes values, labels, formats and what is declared missing, each in its own way. So the
file is read again: where anything differs but the cells that were replaced, it is refused. Remarks
on the file (notes, documents) are left out, as they are about persons where they are about anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import polars as pl

from dermoutcomes import Problem, RawTable, StudyError
from dermoutcomes_readers.rewriting import Replace
from dermoutcomes_readers.statistical_files import FORMATS, Format, values_of_tables
from dermoutcomes_readers.value_labels import LabelOptions

__all__ = ["REWRITERS"]

Places: TypeAlias = "dict[tuple[int, int], str]"
LIBRARY = 240  # bytes before the first table of a transport file
EIGHTH = b"HEADER RECORD*******LIBV8"
PACKED = b"$FL3"


def rewrite(path: Path, options: LabelOptions, replace: Replace, *, form: Format) -> bytes:
    """The file with other cells; a column of which one is replaced is text without labels after that.

    Raises StudyError for a file that the library cannot write as it was.
    """
    tables = form.read(path, options)
    content = path.read_bytes()
    new = {name: _new_cells(table, replace) for name, table in tables.items()}
    parts = []
    with TemporaryDirectory() as folder:
        target = Path(folder) / path.name
        stored = values_of_tables(content, path, form, options)
        for (values, metadata), table in zip(stored, tables.values(), strict=True):
            frame = _changed(values, table, new[table.name])
            try:
                _write(target, content, form, frame, metadata)
            # The library says what it cannot write by errors of many kinds.
            except Exception as error:
                raise _unwritable(path, form, str(error)) from error
            parts.append(target.read_bytes())
        target.write_bytes(parts[0] + b"".join(part[LIBRARY:] for part in parts[1:]))
        again = form.read(target, options)
        for name, table in tables.items():
            _refuse_differences(path, form, table, again.get(name), new[name])
        return target.read_bytes()


def _new_cells(table: RawTable, replace: Replace) -> Places:
    """Row and column (from 0) = the text that takes the place of a cell."""
    new = {}
    for row, (line, cells) in enumerate(zip(table.lines, table.cells.rows(), strict=True)):
        for column, cell in enumerate(cells):
            text = _text(cell)
            other = replace(table.name, line, column + 1, text) if text.strip() else None
            if other is not None:
                new[row, column] = other
    return new


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else str(cell)


def _changed(values: Mapping[str, list[Any]], table: RawTable, new: Places) -> pl.DataFrame:
    """The columns as they are stored, those with a new cell as the texts that a study reads."""
    changed = {column for _, column in new}
    columns = []
    for position, (name, stored) in enumerate(values.items()):
        if position in changed:
            read = table.cells.to_series(position).to_list()
            texts = [new.get((row, position), _text(cell)) for row, cell in enumerate(read)]
            columns.append(pl.Series(name, texts, dtype=pl.String))
        elif any(isinstance(cell, str) for cell in stored):
            columns.append(pl.Series(name, stored, dtype=pl.String))
        else:
            columns.append(pl.Series(name, stored, dtype=pl.Float64, strict=False))
    return pl.DataFrame(columns)


def _write(target: Path, content: bytes, form: Format, frame: pl.DataFrame, metadata: Any) -> None:
    import pyreadstat

    numbers = [name for name in frame.columns if frame.schema[name] != pl.String]
    kept = {name for name in frame.columns if _is_as_stored(name, frame, metadata)}

    def of_kept(about: Mapping[str, Any], names: object = kept) -> dict[str, Any]:
        return {name: one for name, one in about.items() if name in names}  # type: ignore[operator]

    further: dict[str, Any] = {
        "file_label": metadata.file_label or "",
        "column_labels": metadata.column_names_to_labels,
        "variable_format": of_kept(metadata.original_variable_types, numbers),
    }
    if form.name == "spss":
        pyreadstat.write_sav(
            frame,
            target,
            compress=content.startswith(PACKED),
            variable_value_labels=of_kept(metadata.variable_value_labels),
            missing_ranges=of_kept(metadata.missing_ranges),
            variable_measure=of_kept(metadata.variable_measure),
            variable_display_width=of_kept(metadata.variable_display_width),
            **further,
        )
    elif form.name == "stata":
        labels = of_kept(metadata.variable_value_labels, numbers)
        pyreadstat.write_dta(frame, target, variable_value_labels=labels, **further)
    else:
        pyreadstat.write_xport(
            frame,
            target,
            table_name=metadata.table_name,
            file_format_version=8 if content.startswith(EIGHTH) else 5,
            **further,
        )


def _is_as_stored(name: str, frame: pl.DataFrame, metadata: Any) -> bool:
    """Whether a column has the type that it had: labels and missing values are of that type."""
    was_text: bool = metadata.readstat_variable_types.get(name) == "string"
    return was_text is (frame.schema[name] == pl.String)


def _refuse_differences(
    path: Path, form: Format, before: RawTable, after: RawTable | None, new: Places
) -> None:
    """StudyError where the written table differs in more than the cells that were replaced."""
    if after is None or after.header != before.header or after.lines != before.lines:
        raise _unwritable(
            path, form, f"the table {before.name!r} came out with other rows or names"
        )
    changed = {column for _, column in new}
    for column, name in enumerate(before.header or before.cells.columns):
        old, written = (table.cells.to_series(column).to_list() for table in (before, after))
        expected = [
            new.get((row, column), _text(cell) if column in changed else cell)
            for row, cell in enumerate(old)
        ]
        if [*map(_blank, written)] != [*map(_blank, expected)] or (
            column not in changed and _beside(before, column) != _beside(after, column)
        ):
            raise _unwritable(path, form, f"the column {name} came out otherwise")


def _blank(cell: Any) -> Any:
    """A text of nothing is none, as files of statistics have no other."""
    return cell if cell != "" else None


def _beside(table: RawTable, column: int) -> tuple[object, ...]:
    """What a table says of a column beside its cells: numbers, and traits."""
    numbers = None if table.numbers is None else table.numbers.to_series(column).to_list()
    traits = table.traits
    own = None if traits is None else traits.filter(pl.col("column") == column + 1).rows()
    return numbers, own


def _unwritable(path: Path, form: Format, why: str) -> StudyError:
    return StudyError(
        Problem(
            f"the {form.label} can be read and not written as it was",
            file=path.name,
            found=why,
            expected="the table exported as delimited text, .xlsx, Parquet or Arrow",
            code="rewrite",
        )
    )


REWRITERS: Mapping[str, Callable[[Path, Any, Replace], bytes]] = {
    form.name: partial(rewrite, form=form) for form in FORMATS if form.name != "sas"
}
