"""Samples of raw curves, from any of the three layouts into lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.accounts.row_accounts import count_blank_samples, count_lost_curves
from dermoutcomes.sources.cells.cell_numbers import number
from dermoutcomes.sources.cells.units import Conversion, UnitError, conversion, parse_unit
from dermoutcomes.sources.columns import cell_text
from dermoutcomes.sources.measurement_index import index_texts

if TYPE_CHECKING:
    from dermoutcomes.sources.curves.curve_layout import CurveLayout
    from dermoutcomes.sources.header import Column
    from dermoutcomes.sources.reading_context import MeasurementContext

__all__ = ["curve_samples"]

TIME_UNIT = "s"
# How far the steps of x may differ and still be one step: exports round the time.
UNEVEN = 0.02


def curve_samples(context: MeasurementContext, layout: CurveLayout) -> pl.DataFrame:
    """One row a curve: row (its first), samples, x_first, x_step, x, x_unit and unit.

    x is null where its steps are even, x_first and x_step are null where they are not. A curve with
    a gap or a text among its samples is left out and is a finding; it cannot be evaluated.
    """
    curves = {"long": _long_samples, "wide": _wide_samples, "list": _listed_samples}[layout.kind](
        context, layout
    )
    _tell_gaps(context, layout, curves.filter(pl.col("gaps") > 0))
    count_lost_curves(context, curves, row_a_sample=layout.kind == "long")
    n_samples = pl.col("samples").list.len()
    whole = curves.filter((pl.col("gaps") == 0) & (n_samples > 0)).drop("gaps")
    return _in_our_units(context, layout, whole)


def _tell_gaps(context: MeasurementContext, layout: CurveLayout, curves: pl.DataFrame) -> None:
    subject = layout.index.roles.get("subject")
    if subject is not None:
        subjects = context.rows.texts.select("row", subject=cell_text(subject))
        curves = curves.join(subjects, on="row", how="left")
    context.add_finding(
        curves,
        "incomplete_curve",
        "error",
        message=pl.format(
            "{} of {} samples are missing or no numbers; the curve is left out",
            "gaps",
            pl.col("samples").list.len(),
        ),
        expected="a number a sample",
    )


def _numbers(context: MeasurementContext, column: Column) -> pl.Series:
    """The numbers of a column, stored as such or written as text, null where it has none."""
    rows, name = context.rows, str(column.position)
    stored = rows.stored_number(column)
    if name in rows.numbers.columns and rows.stored[name].dtype != pl.String:
        return stored.fill_nan(None)
    text = pl.when(~pl.col(name).is_in(context.missing_marks)).then(pl.col(name))
    written = rows.texts.select(number(context.number_format.english(text)).alias(name))[name]
    return stored.fill_null(written)


def _long_samples(context: MeasurementContext, layout: CurveLayout) -> pl.DataFrame:
    """Samples of a file with a row a sample.

    A new curve begins where the key changes or x goes back. Where that would give a curve to most
    rows, curves are interleaved, and told apart by their key alone.
    """
    assert layout.x is not None
    texts = index_texts(context, context.rows.texts, layout.index, [{}]).drop("row", "variant")
    rows = pl.DataFrame(
        [
            context.rows.texts["row"],
            _numbers(context, layout.samples[0]).alias("sample"),
            _numbers(context, layout.x).alias("x"),
            texts.select(pl.struct(pl.all()).rank("dense").alias("key"))["key"],
        ]
    )
    blank = pl.col("sample").is_null() & pl.col("x").is_null()
    count_blank_samples(context, rows.filter(blank))
    rows = rows.filter(~blank)

    x, key = pl.col("x"), pl.col("key")
    begins = (key != key.shift()) | (x <= x.shift())
    rows = rows.with_columns(begins.fill_null(value=False).cum_sum().alias("curve"))
    if rows.height > 2 and rows["curve"].n_unique() > rows.height / 2:
        rows = rows.with_columns(key.alias("curve")).sort("curve", "x", maintain_order=True)
    return _with_even_steps(rows)


def _with_even_steps(rows: pl.DataFrame) -> pl.DataFrame:
    """Curves from rows of samples, with x_first and x_step where x is even, else with every x."""
    # Rounded, since a step is a quotient of rounded times: 0.01 and not 0.010000000000000002.
    # A curve of one sample has no step.
    step = ((pl.last("x") - pl.first("x")) / (pl.len() - 1).cast(pl.Float64)).fill_nan(None)
    step = step.round_sig_figs(9)
    rows = rows.with_columns(
        pl.int_range(pl.len()).over("curve").alias("index"),
        step.over("curve").alias("step"),
        pl.first("x").over("curve").alias("first"),
    )
    expected = pl.col("first") + pl.col("index") * pl.col("step")
    off = (pl.col("x") - expected).abs() > UNEVEN * pl.col("step").abs()
    curves = (
        rows.with_columns(off.alias("off"))
        .group_by("curve", maintain_order=True)
        .agg(
            pl.col("row").min(),
            pl.col("sample").alias("samples"),
            pl.col("x"),
            pl.col("off").any(),
            pl.first("first").alias("x_first"),
            pl.first("step").alias("x_step"),
            (pl.col("sample").is_null() | pl.col("x").is_null()).sum().alias("gaps"),
        )
    )
    uneven = pl.col("off").fill_null(value=False)
    return curves.with_columns(
        pl.when(uneven).then("x").alias("x"),
        pl.when(~uneven).then("x_first").alias("x_first"),
        pl.when(~uneven).then("x_step").alias("x_step"),
    ).drop("curve", "off")


def _wide_samples(context: MeasurementContext, layout: CurveLayout) -> pl.DataFrame:
    """Samples of a file with a row a curve and a column a sample.

    A shorter curve ends in empty cells.
    """
    columns = pl.DataFrame([_numbers(context, column) for column in layout.samples])
    samples = pl.col("samples")
    # From the end, a cell is beyond the curve as long as all cells so far are empty.
    n_beyond = samples.list.reverse().list.eval(pl.element().is_null().cum_min()).list.sum()
    lists = columns.select(pl.concat_list(pl.all()).alias("samples")).select(
        samples.list.head(samples.list.len() - n_beyond)
    )
    return _with_stated_steps(context, layout, lists["samples"])


def _listed_samples(context: MeasurementContext, layout: CurveLayout) -> pl.DataFrame:
    """Samples of a file with a row a curve, stored as lists."""
    stored = context.rows.stored
    lists = stored[str(layout.samples[0].position)].alias("samples")
    if lists.dtype not in (pl.List(pl.Float32), pl.List(pl.Float64)):
        lists = lists.cast(pl.List(pl.Float64))
    curves = _with_stated_steps(context, layout, lists)
    if layout.x is not None:
        x = stored[str(layout.x.position)]
        if x.dtype.is_nested():
            curves = curves.with_columns(x.cast(pl.List(pl.Float64)).alias("x"))
    return curves


def _with_stated_steps(
    context: MeasurementContext, layout: CurveLayout, samples: pl.Series
) -> pl.DataFrame:
    """Curves with the first x and the step that their rows, or the source, state."""
    spec = context.spec
    steps = {}
    for name in ("x_first", "x_step"):
        value = spec.constants.get(name, spec.options.get(name))
        constant = pl.Series([None if value is None else float(value)], dtype=pl.Float64)
        steps[name] = (
            _numbers(context, layout.steps[name])
            if name in layout.steps
            else constant.new_from_index(0, len(samples))
        )
    return pl.DataFrame(
        {"row": context.rows.texts["row"], "samples": samples, "gaps": _gaps(samples), **steps}
    ).with_columns(pl.lit(None, dtype=pl.List(pl.Float64)).alias("x"))


def _gaps(samples: pl.Series) -> pl.Series:
    """How many samples of each curve are missing or not finite; quickly where there are none."""
    filled = samples.drop_nulls()
    if filled.filter(filled.list.len() > 0).explode().is_finite().all(ignore_nulls=False):
        return pl.Series([0], dtype=pl.UInt32).new_from_index(0, len(samples))
    is_gap = pl.element().is_null() | ~pl.element().is_finite()
    return samples.list.eval(is_gap).list.sum().fill_null(0)


def _in_our_units(
    context: MeasurementContext, layout: CurveLayout, curves: pl.DataFrame
) -> pl.DataFrame:
    """Curves with samples in the unit of the instrument, and x in seconds where it is a time."""
    units = context.spec.units
    ours = getattr(getattr(context.owner, "curves", None), "sample_unit", "") or ""
    theirs = units.get("samples") or units.get("sample") or layout.samples[0].unit or ours
    along = layout.x or layout.steps.get("x_step")
    x_theirs = (
        units.get("x")
        or str(context.spec.constants.get("x_unit") or "")
        or (along.unit if along else None)
        or TIME_UNIT
    )
    conversion_of_samples = _conversion(context, theirs, ours, "samples") if ours else None
    conversion_of_x = _conversion(context, x_theirs, TIME_UNIT, "x") if _is_time(x_theirs) else None
    return curves.with_columns(
        _each_converted("samples", conversion_of_samples),
        _each_converted("x", conversion_of_x),
        *(_converted(pl.col(name), conversion_of_x) for name in ("x_first", "x_step")),
        pl.lit(TIME_UNIT if _is_time(x_theirs) else x_theirs).alias("x_unit"),
        pl.lit(ours or theirs).alias("unit"),
    )


def _conversion(
    context: MeasurementContext, theirs: str, ours: str, name: str
) -> Conversion | None:
    """The conversion of samples or x, None where there is nothing to convert."""
    try:
        needed = conversion(theirs, ours)
    except UnitError as error:
        raise context.error(
            f"the unit of the curves does not fit: {error}",
            f"units.{name}",
            found=theirs,
            expected=f"a unit that can be converted to {ours}",
            code="unit",
        ) from error
    return None if needed.power == 0 else needed


def _each_converted(name: str, needed: Conversion | None) -> pl.Expr:
    values = pl.col(name)
    if needed is not None:
        values = values.list.eval(_converted(pl.element(), needed))
    return values.cast(pl.List(pl.Float32)).alias(name)


def _converted(value: pl.Expr, needed: Conversion | None) -> pl.Expr:
    if needed is None:
        return value
    # Rounded to hide the last bits of the division; samples are kept in single precision anyway.
    scaled = value * float(needed.scale.numerator) / float(needed.scale.denominator)
    return (scaled + float(needed.shift)).round_sig_figs(12)


def _is_time(unit: str) -> bool:
    try:
        return parse_unit(unit).dimensions == (("time", 1),)
    except UnitError:
        return False
