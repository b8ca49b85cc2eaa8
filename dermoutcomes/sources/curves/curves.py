"""Raw curves: one row a curve, its samples in a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dermoutcomes.sources.cell_values import gather
from dermoutcomes.sources.constants import constant_values
from dermoutcomes.sources.curves.layout import CurveLayout, curve_layout
from dermoutcomes.sources.curves.samples import samples_of
from dermoutcomes.sources.data_rows import Sheet, open_sheet
from dermoutcomes.sources.findings import gathered
from dermoutcomes.sources.header import find_header, header_score
from dermoutcomes.sources.measurement_index import INDEX, acts_of, raw_acts
from dermoutcomes.sources.observations import identified, identity, shaped, wrong_cells
from dermoutcomes.sources.raw_table import Read, raw_table
from dermoutcomes.sources.typed_values import evaluated, present
from dermoutcomes.sources.value_layout import known_names, measure_words
from dermoutcomes.sources.visits.calendar import Calendar
from dermoutcomes.study.source_names import OF_CURVES

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.declare import Instrument, Scale
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.study import Study

__all__ = ["read_curves"]


def read_curves(
    study: Study, registry: Registry, file: SourceFile, owner: Instrument | Scale, dates: Calendar
) -> tuple[dict[str, pl.DataFrame], Read, int]:
    """Curves, the settings that stand beside them as observations of the same measurement, and findings; what was read, and its rows."""
    known = known_names(file, owner, OF_CURVES)
    read = raw_table(file, registry, lambda table: header_score(table, known))
    kinds = {str(position): kind for position, kind in enumerate(read.table.cells.dtypes, 1)}
    layout = curve_layout(study, file, owner, find_header(file, read.table, known), kinds)
    places = {str(column.position) for column in (*layout.samples, *filter(None, [layout.x]))}
    sheet = open_sheet(file, read.table, known, lambda _: places)
    samples, found = samples_of(file, owner, sheet, layout)
    acts = acts_of(study, file, _keys(file, sheet, layout, samples), dates, numbered=True)
    curves = _curves(
        file, owner, acts.frame.join(samples, on="row", how="inner", maintain_order="left"), layout
    )
    settings, wrong = _settings(file, owner, sheet, layout, curves)
    findings = gathered([found, *acts.findings, *wrong])
    return (
        {"curves": _shaped(curves), "observations": settings, "findings": findings},
        read,
        sheet.texts.height,
    )


def _keys(
    file: SourceFile, sheet: Sheet, layout: CurveLayout, samples: pl.DataFrame
) -> pl.DataFrame:
    """Texts of who, when and where, from the first row of each curve."""
    return raw_acts(file, _first_rows(sheet, samples), layout.index, [{}])


def _first_rows(sheet: Sheet, curves: pl.DataFrame) -> Sheet:
    import polars as pl

    first = sheet.texts["row"].is_in(curves["row"].implode())
    return Sheet(
        sheet.header,
        sheet.texts.filter(first),
        sheet.numbers.filter(first),
        sheet.stored.select(pl.first()).filter(first),
    )


def _curves(
    file: SourceFile, owner: Instrument | Scale, curves: pl.DataFrame, layout: CurveLayout
) -> pl.DataFrame:
    import polars as pl

    placed = curves.drop("measurement").with_columns(
        pl.lit(layout.samples[0].position, dtype=pl.Int32).alias("column"),
        pl.lit(file.number, dtype=pl.Int32).alias("source"),
    )
    numbered = placed.with_columns(
        identity(file).alias("id"), pl.lit(owner.name).alias("instrument")
    )
    return numbered.with_columns(pl.col("id").alias("measurement")).sort("id")


def _settings(
    file: SourceFile,
    owner: Instrument | Scale,
    sheet: Sheet,
    layout: CurveLayout,
    curves: pl.DataFrame,
) -> tuple[pl.DataFrame, Iterable[pl.DataFrame]]:
    """Observations of the settings in the rows of the curves and in the source, and findings."""
    import polars as pl

    acts = curves.select("row", "variant", "visit_text", "measurement", *INDEX)
    rows, wrong = [_as_rows(curves)], list[pl.DataFrame]()
    if layout.index.values:
        got = gather(
            file, _first_rows(sheet, curves), layout.index, owner, measure_words(file, owner)
        )
        values = evaluated(file, present(file, got.cells, owner), owner).join(
            acts, on=["row", "variant"], how="inner", maintain_order="left"
        )
        own = (
            identified(file, owner, values, long=False)
            .drop("measurement")
            .join(acts.select("row", "measurement"), on="row", how="left")
        )
        rows.append(own.filter(pl.col("wrong").is_null()))
        wrong = [*got.findings, *wrong_cells(file, own)]
    base = pl.concat(rows, how="diagonal_relaxed")
    stated = constant_values(file, owner, base)
    return shaped(pl.concat([*rows[1:], stated], how="diagonal_relaxed").sort("id")), wrong


def _as_rows(curves: pl.DataFrame) -> pl.DataFrame:
    """The curves as rows that constant settings can be given to."""
    import polars as pl

    nothing = {
        "kind": pl.String,
        "unit": pl.String,
        "text": pl.String,
        "value": pl.Float64,
        "measure": pl.String,
    }
    about = curves.select("id", "measurement", "row", "variant", "source", "column", *INDEX)
    return about.with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in nothing.items()
    )


def _shaped(curves: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    from dermoutcomes.tables import empty

    model = {name: kind for name, kind in empty("curves").schema.items() if name != "study"}
    return curves.select(
        (pl.col(name) if name in curves.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in model.items()
    )
