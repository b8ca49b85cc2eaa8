"""A file of an instrument or a scale → observations or curves, findings, a row of `sources`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of
from dermoutcomes.sources.accounts.cell_accounts import (
    count_cells,
    count_read_cells,
    count_repeated_settings,
    count_unused_columns,
)
from dermoutcomes.sources.accounts.row_accounts import count_value_rows
from dermoutcomes.sources.cell_findings import (
    tell_either_sign,
    tell_invalid_readings,
    tell_missing_words,
    tell_plus_signs,
    tell_qualified,
    tell_wrong_cells,
    tell_zeros,
)
from dermoutcomes.sources.cell_values import CellValues, cell_values, filled_cells
from dermoutcomes.sources.cells.labelled_cells import (
    tell_declared_missing,
    tell_labelled_cells,
    with_labelled_cells,
)
from dermoutcomes.sources.cells.spreadsheet_cells import (
    tell_unfinished_formulas,
    with_shown_percentages,
    with_spreadsheet_cells,
)
from dermoutcomes.sources.constant_settings import constant_settings
from dermoutcomes.sources.curves.curves import read_curves
from dermoutcomes.sources.data_rows import data_rows
from dermoutcomes.sources.framework.known_subjects import tell_unknown_subjects
from dermoutcomes.sources.header import find_header
from dermoutcomes.sources.hidden_cells import tell_hidden_cells
from dermoutcomes.sources.measurement_index import index_texts, measurement_index
from dermoutcomes.sources.misfits.row_misfits import tell_ragged_rows, tell_unread_columns
from dermoutcomes.sources.misfits.versions import tell_versions
from dermoutcomes.sources.misfits.wide_headers import tell_unfit_headers
from dermoutcomes.sources.observations import as_observations, with_ids
from dermoutcomes.sources.raw_table import Sheet, read_sheet, source_rows
from dermoutcomes.sources.reading_context import MeasurementContext
from dermoutcomes.sources.subjects.listed_subjects import listed_subjects
from dermoutcomes.sources.subjects.subjects_by_row import tell_subjects_by_row
from dermoutcomes.sources.subjects.summary_rows import with_rows_of_nobody
from dermoutcomes.sources.typed_values import takes_words, typed_values
from dermoutcomes.sources.value_layout import Layout, known_headers, value_layout
from dermoutcomes.sources.visits.calendar import calendar
from dermoutcomes.tables import empty
from dermoutcomes.tables.ledger import no_entries
from dermoutcomes.tables.table_rows import beside, keys_of_both, rows_in_order, same_rows

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Scale
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.study import Study

__all__ = [
    "measurement_context",
    "observations_of_sheet",
    "read_measurements",
    "tables_of_context",
]

# What tells measurements apart by a word, and not by a date or a number.
WORDS = ("visit", "timepoint", "location", "side", "period", "rater", "rater_role")


def read_measurements(
    study: Study, registry: Registry, file: SourceFile, framework: Mapping[str, pl.DataFrame]
) -> Mapping[str, pl.DataFrame]:
    """The tables that one file gives: observations or curves, findings, sources, ledger.

    Raises StudyError for a file that cannot be understood: unreadable, of no mapping, in units
    that do not fit.
    """
    context = measurement_context(study, registry, file, framework)
    read = read_curves if file.spec.holds == "curves" else read_values
    tables, sheet = read(context)
    # Beside curves stand only the settings of their measurements: the curves have all subjects.
    if file.spec.subjects_by == "row":
        tell_subjects_by_row(context)
    sources = source_rows([(file, sheet, context.rows.height)])
    return tables_of_context(context, tables, sources, framework)


def measurement_context(
    study: Study, registry: Registry, file: SourceFile, framework: Mapping[str, pl.DataFrame]
) -> MeasurementContext:
    """What reading the file needs. Raises StudyError where no plugin declares its owner."""
    return MeasurementContext(
        study,
        registry,
        file,
        owner=_owner(registry, file),
        calendar=calendar(study, framework),
        listed=listed_subjects(framework.get("subjects")),
        allocations=framework.get("allocations", empty("allocations")),
    )


def tables_of_context(
    context: MeasurementContext,
    tables: Mapping[str, pl.DataFrame],
    sources: pl.DataFrame,
    framework: Mapping[str, pl.DataFrame],
) -> Mapping[str, pl.DataFrame]:
    """The tables that were read, with the findings, the rows of `sources`, and the ledger."""
    readings = tables["curves"] if "curves" in tables else tables["observations"]
    tell_unknown_subjects(context, context.with_rows_of_files(readings), framework)
    return {
        **tables,
        "findings": context.all_findings(),
        "sources": sources,
        "ledger": pl.concat([no_entries(), *context.ledger]),
    }


def read_values(context: MeasurementContext) -> tuple[dict[str, pl.DataFrame], Sheet]:
    """Observations of a file of values, and the sheet that they were read from."""
    is_known = known_headers(context)
    sheet = read_sheet(context, is_known)
    context.header = find_header(context, sheet.table, is_known)
    layout = _layout(context, sheet)
    sheet = sheet.without_cells()
    return {"observations": _observations(context, layout)}, sheet


def observations_of_sheet(context: MeasurementContext, sheet: Sheet) -> pl.DataFrame:
    """The observations of a sheet whose header is known."""
    return _observations(context, _layout(context, sheet))


def _observations(context: MeasurementContext, layout: Layout) -> pl.DataFrame:
    """The observations of the rows that count."""
    cells, index = _cells_and_index(context, layout)
    context.rows = context.rows.without_cells()
    values = _values(context, cells, index, long=bool(layout.long))
    readings = _readings(context, values)
    return as_observations(rows_in_order(readings, "id"))


def _layout(context: MeasurementContext, sheet: Sheet) -> Layout:
    """Which column of the sheet is what; the rows that count go to the context."""
    layout = value_layout(context)
    context.rows = data_rows(context, sheet.table, layout.roles)
    _refuse_without_rows(context)
    tell_ragged_rows(context, sheet.table)
    tell_hidden_cells(context, sheet, layout.positions)
    tell_unfinished_formulas(context, layout.positions)
    tell_unread_columns(context, layout)
    tell_unfit_headers(context, layout)
    count_unused_columns(context, layout.positions)
    return layout


def _cells_and_index(
    context: MeasurementContext, layout: Layout
) -> tuple[CellValues, pl.DataFrame]:
    """The filled cells, and who, when and where of each: a row without a value is no measurement."""
    cells = cell_values(context, context.rows, layout)
    filled = with_shown_percentages(context, filled_cells(context, cells))
    texts = index_texts(context, context.rows.texts, layout, cells.variants)
    texts = with_rows_of_nobody(context, texts)
    count_cells(context, cells.frame, filled.frame, texts)
    # Where every cell is filled, so is one of each row and variant.
    if layout.long or filled.frame.height < cells.frame.height:
        texts = _of_filled_cells(context, texts, filled, long=bool(layout.long))
    index = measurement_index(
        context, texts, numbered=context.file.name in context.registry.instruments
    )
    count_value_rows(context, texts, index)
    tell_versions(context, layout.version, index)
    _tell_missing_words(context, layout, cells, index)
    tell_declared_missing(context, cells.frame)
    return filled, index


def _values(
    context: MeasurementContext, cells: CellValues, index: pl.DataFrame, *, long: bool
) -> pl.DataFrame:
    """The cells as values with an id each, and whether the operator marked them as no reading.

    What is wrong with a cell that holds none stands in `wrong`.
    """
    typed = with_spreadsheet_cells(context, typed_values(context, cells))
    of_cells = beside(
        with_labelled_cells(context, typed, cells.frame),
        index.drop("measure", strict=False),
        ["row", "variant"],
    )
    values = with_ids(context, of_cells, long=long)
    count_repeated_settings(context, of_cells, values)
    count_read_cells(context, values)
    tell_labelled_cells(context, values, cells.frame)
    return values.with_columns(invalid=pl.col("row").is_in(context.rows.invalid.implode()))


def _readings(context: MeasurementContext, values: pl.DataFrame) -> pl.DataFrame:
    """The values that are right, with the settings that the source states; all others are told."""
    tell_invalid_readings(context, values)
    # Of what the operator marked as no reading it is no matter what stands there.
    tell_wrong_cells(context, values.filter(~pl.col("invalid")))
    tell_qualified(context, values)
    readings = values.filter(pl.col("wrong").is_null())
    tell_plus_signs(context, readings)
    tell_either_sign(context, readings)
    tell_zeros(context, readings)
    if not readings.height:
        return readings
    settings = constant_settings(context, readings)
    if not settings.height:
        return readings
    return pl.concat([readings, settings], how="diagonal_relaxed")


def _tell_missing_words(
    context: MeasurementContext, layout: Layout, cells: CellValues, index: pl.DataFrame
) -> None:
    """Notes on columns of words, and on codes with words for values."""
    rows = context.rows.texts
    if not same_rows(rows, index, ["row"]):
        rows = rows.join(index.select("row").unique(), on="row", how="semi")
    of_roles = {
        name: rows.select("row", text=str(layout.roles[name].position))
        for name in WORDS
        if name in layout.roles
    }
    of_codes = {
        code: cells.frame.filter(pl.col("code") == code)
        for code, parameter in context.parameters.items()
        if takes_words(parameter)
    }
    tell_missing_words(context, of_roles | of_codes)


def _owner(registry: Registry, file: SourceFile) -> Instrument | Scale:
    owner = registry.owner(file.name)
    if owner is None:
        known = (*registry.instruments, *registry.scales)
        raise StudyError(
            Problem(
                f"no plugin declares {file.name!r}",
                path=f"sources.{file.name}",
                expected=one_of(known, 30),
                hint=did_you_mean(file.name, known),
            )
        )
    return owner


def _refuse_without_rows(context: MeasurementContext) -> None:
    if not context.rows.height:
        raise context.error(
            "the file has a header and no rows",
            line=context.header.line,
            expected="rows of data",
            code="empty_file",
        )


def _of_filled_cells(
    context: MeasurementContext, texts: pl.DataFrame, cells: CellValues, *, long: bool
) -> pl.DataFrame:
    """The rows and variants that have a filled cell; of a long table with their `measure`.

    Rows of a long table that differ in nothing but what they measure are no replicates.
    """
    keys = keys_of_both(texts, cells.frame, ["row", "variant"])
    texts = texts.join(cells.frame, on=keys, how="semi", maintain_order="left")
    if not long:
        return texts
    readings = [code for code in context.codes if not context.is_setting(code)]
    measures = (
        cells.frame.filter(pl.col("code").is_in(readings))
        .unique("row", keep="first", maintain_order=True)
        .select("row", pl.col("code").alias("measure"))
    )
    return texts.join(measures, on="row", how="left", maintain_order="left")
