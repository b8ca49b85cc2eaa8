"""Raw curves: one row a curve, its samples in a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.accounts.cell_accounts import (
    count_cells,
    count_read_cells,
    count_unused_columns,
)
from dermoutcomes.sources.accounts.row_accounts import count_curve_rows
from dermoutcomes.sources.cell_findings import tell_qualified, tell_wrong_cells
from dermoutcomes.sources.cell_values import cell_values, filled_cells
from dermoutcomes.sources.cells.spreadsheet_cells import (
    tell_unfinished_formulas,
    with_shown_percentages,
    with_spreadsheet_cells,
)
from dermoutcomes.sources.constant_settings import constant_settings
from dermoutcomes.sources.curves.curve_layout import CurveLayout, curve_layout
from dermoutcomes.sources.curves.curve_samples import curve_samples
from dermoutcomes.sources.data_rows import DataRows, data_rows
from dermoutcomes.sources.header import find_header
from dermoutcomes.sources.hidden_cells import tell_hidden_cells
from dermoutcomes.sources.measurement_index import INDEX, index_texts, measurement_index
from dermoutcomes.sources.misfits.versions import tell_versions
from dermoutcomes.sources.observations import as_observations, cell_id, with_ids
from dermoutcomes.sources.raw_table import Sheet, read_sheet
from dermoutcomes.sources.subjects.summary_rows import with_rows_of_nobody
from dermoutcomes.sources.typed_values import typed_values
from dermoutcomes.sources.value_layout import header_names
from dermoutcomes.study.source_names import CURVE_COLUMNS
from dermoutcomes.tables import fitted

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import MeasurementContext

__all__ = ["read_curves"]

# What a value has and a curve has not.
OF_VALUES = {
    "kind": pl.String,
    "unit": pl.String,
    "censored": pl.String,
    "invalid": pl.Boolean,
    "text": pl.String,
    "value": pl.Float64,
    "measure": pl.String,
}


def read_curves(context: MeasurementContext) -> tuple[dict[str, pl.DataFrame], Sheet]:
    """Curves, and the settings that stand beside them as observations of the same measurement.

    And the sheet that they were read from.
    """
    is_known = header_names(context, CURVE_COLUMNS)
    sheet = read_sheet(context, is_known)
    context.header = find_header(context, sheet.table, is_known)
    kinds = {str(position): kind for position, kind in enumerate(sheet.table.cells.dtypes, 1)}
    layout = curve_layout(context, kinds)
    numeric = (*layout.samples, *filter(None, [layout.x]))
    positions = {str(column.position) for column in numeric}
    context.rows = data_rows(context, sheet.table, layout.index.roles, positions)
    tell_hidden_cells(context, sheet, layout.positions)
    tell_unfinished_formulas(context, layout.positions)

    samples = curve_samples(context, layout)
    # Who, when and where, and the settings, stand in the first row of each curve.
    rows = _first_rows(context.rows, samples)
    texts = index_texts(context, rows.texts, layout.index, [{}])
    texts = with_rows_of_nobody(context, texts)
    index = measurement_index(context, texts, numbered=True)
    tell_versions(context, layout.index.version, index)
    count_unused_columns(context, layout.positions)
    curves = _curves(
        context, layout, index.join(samples, on="row", how="inner", maintain_order="left")
    )
    count_curve_rows(context, samples, texts, curves, row_a_sample=layout.kind == "long")
    settings = _settings(context, _first_rows(rows, curves), layout, curves)
    return {"curves": fitted(curves, "curves"), "observations": settings}, sheet


def _first_rows(rows: DataRows, curves: pl.DataFrame) -> DataRows:
    first = rows.texts["row"].is_in(curves["row"].implode())
    return DataRows(
        rows.texts.filter(first),
        rows.numbers.filter(first),
        # Nothing asks for the cells as they were stored once the samples are read.
        rows.stored.select(pl.first()).filter(first),
    )


def _curves(context: MeasurementContext, layout: CurveLayout, curves: pl.DataFrame) -> pl.DataFrame:
    """Curves with their ids: that of the cell where the samples begin."""
    return (
        curves.drop("measurement")
        .with_columns(
            pl.lit(layout.samples[0].position, dtype=pl.Int32).alias("column"),
            context.source.alias("source"),
        )
        .with_columns(cell_id(context).alias("id"), pl.lit(context.owner.name).alias("instrument"))
        .with_columns(pl.col("id").alias("measurement"))
        .sort("id")
    )


def _settings(
    context: MeasurementContext, rows: DataRows, layout: CurveLayout, curves: pl.DataFrame
) -> pl.DataFrame:
    """Observations of the settings in the rows of the curves and in the source."""
    index = curves.select("row", "variant", "visit_text", "measurement", *INDEX)
    settings = list[pl.DataFrame]()
    if layout.index.values:
        all_cells = cell_values(context, rows, layout.index)
        cells = with_shown_percentages(context, filled_cells(context, all_cells))
        count_cells(context, all_cells.frame, cells.frame, index)
        values = with_spreadsheet_cells(context, typed_values(context, cells)).join(
            index, on=["row", "variant"], how="inner", maintain_order="left"
        )
        # The measurement is the curve's, and not the smallest id of the settings.
        values = (
            with_ids(context, values, long=False)
            .drop("measurement")
            .join(index.select("row", "measurement"), on="row", how="left")
        )
        count_read_cells(context, values)
        tell_wrong_cells(context, values)
        tell_qualified(context, values)
        settings.append(values.filter(pl.col("wrong").is_null()))
    measurements = pl.concat([_as_values(curves), *settings], how="diagonal_relaxed")
    settings.append(constant_settings(context, measurements))
    return as_observations(pl.concat(settings, how="diagonal_relaxed").sort("id"))


def _as_values(curves: pl.DataFrame) -> pl.DataFrame:
    """The curves as rows that constant settings can be given to."""
    rows = curves.select("id", "measurement", "row", "variant", "source", "column", *INDEX)
    return rows.with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in OF_VALUES.items()
    )
