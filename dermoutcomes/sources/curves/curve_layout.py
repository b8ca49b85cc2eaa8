"""How a file of raw curves is laid out.

A row a sample, a row a curve with a column a sample, or a column of lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from dermoutcomes.errors import did_you_mean, one_of
from dermoutcomes.sources.columns import (
    add_missing_column,
    columns_named,
    fold,
    header_text,
    mapped_column,
)
from dermoutcomes.sources.value_layout import (
    Layout,
    ValueColumn,
    constants_of_source,
    fields_of_file_name,
    version_column,
)
from dermoutcomes.study.source_names import (
    CURVE_COLUMNS,
    ROLES,
    SAMPLE_COLUMNS,
    VERSION,
    X_COLUMNS,
    X_SETTINGS,
    column_names,
    setting_codes,
)

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.sources.header import Column
    from dermoutcomes.sources.reading_context import MeasurementContext

__all__ = ["CurveLayout", "curve_layout"]

# What stands beside the samples of a curve.
OF_ROWS = tuple(name for name in CURVE_COLUMNS if name not in SAMPLE_COLUMNS)


@frozen(eq=False)
class CurveLayout:
    """`kind` says what a row is: a sample ("long"), or a curve in columns ("wide") or in a list.

    `samples` are the columns of samples (one, or one a sample); `steps` those of the first x and
    of the step; `index` says where keys and settings stand.
    """

    kind: Literal["long", "wide", "list"]
    samples: tuple[Column, ...]
    x: Column | None
    steps: Mapping[str, Column]
    index: Layout

    @property
    def positions(self) -> tuple[int, ...]:
        """The positions of all columns that are read."""
        columns = (*self.samples, *self.steps.values(), *filter(None, [self.x]))
        return (*self.index.positions, *(column.position for column in columns))


def curve_layout(context: MeasurementContext, kinds: Mapping[str, pl.DataType]) -> CurveLayout:
    """The layout of a file of curves; `kinds` has the stored type at each position.

    Raises StudyError with every column that is missing, ambiguous or unknown.
    """
    columns = _mapped_columns(context)
    for name, column in _columns_by_name(context):
        along_x = name in X_COLUMNS and not columns.keys().isdisjoint(X_COLUMNS)
        if name not in columns and name not in context.spec.constants and not along_x:
            columns[name] = column
    version = columns.pop(VERSION, None) if VERSION not in context.measure_words else None
    besides = {position for column in columns.values() for position in column.positions}
    version = version or version_column(
        column for column in context.header.columns if column.position not in besides
    )
    samples = _sample_columns(context, besides | ({version.position} if version else set()))
    x = next((columns[name] for name in X_COLUMNS if name in columns), None)

    file_name, constants = fields_of_file_name(context), constants_of_source(context)
    by_row = context.spec.subjects_by == "row"
    if not by_row and "subject" not in {*columns, *file_name, *constants, *context.spec.columns}:
        context.add_problem(
            "no column says who the subject is",
            "columns.subject",
            found=header_text(context.header),
            expected='columns.subject = "their word"',
            code="missing_column",
        )
    context.raise_problems()

    words = context.measure_words
    values = tuple(
        ValueColumn(column, words[name]) for name, column in columns.items() if name in words
    )
    roles = {
        name: column for name, column in columns.items() if name in ROLES and name not in X_COLUMNS
    }
    kind: Literal["long", "wide", "list"] = "wide"
    if kinds[str(samples[0].position)].is_nested():
        kind = "list"
    elif len(samples) == 1 and x is not None:
        kind = "long"
    return CurveLayout(
        kind,
        samples,
        x,
        {name: columns[name] for name in X_SETTINGS if name in columns},
        Layout(roles, values, file_name=file_name, constants=constants, version=version),
    )


def _mapped_columns(context: MeasurementContext) -> dict[str, Column]:
    """The columns that the source maps by name, but those of samples."""
    known = column_names(context.file.name, context.owner, "curves") or ()
    columns: dict[str, Column] = {}
    for name, theirs in context.spec.columns.items():
        if name not in known:
            context.add_problem(
                f"a curve has no {name!r}",
                f"columns.{name}",
                in_file=False,
                expected=one_of(known, 40),
                hint=did_you_mean(name, known),
            )
        elif name not in SAMPLE_COLUMNS and (column := mapped_column(context, name, theirs)):
            columns[name] = column
    return columns


def _columns_by_name(context: MeasurementContext) -> Iterator[tuple[str, Column]]:
    """The columns that alone bear one of our own names."""
    for name in (*OF_ROWS, *setting_codes(context.owner)):
        spellings = (name, name.replace("_", " "))
        columns = [column for column in context.header.columns if fold(column.bare) in spellings]
        if len(columns) == 1:
            yield name, columns[0]


def _sample_columns(context: MeasurementContext, taken: set[int]) -> tuple[Column, ...]:
    """The columns of samples: as the source names them, or the one that bears our own name.

    A glob takes many, that are nothing else.
    """
    spec, header = context.spec, context.header
    theirs = next(
        (str(spec.columns[name]) for name in SAMPLE_COLUMNS if name in spec.columns), None
    )
    if theirs is None:
        columns = tuple(column for column in header.columns if fold(column.bare) in SAMPLE_COLUMNS)
    else:
        columns = columns_named(header.columns, theirs) or tuple(
            column
            for column in header.columns
            if column.position not in taken and fnmatchcase(fold(column.name), fold(theirs))
        )
    if not columns:
        add_missing_column(context, "samples", theirs or "samples")
    return columns
