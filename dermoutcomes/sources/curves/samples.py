"""Samples of raw curves, gathered from any of the three layouts into lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.sources.cells.numbers import number
from dermoutcomes.sources.cells.units import Conversion, UnitError, conversion, parse_unit
from dermoutcomes.sources.data_rows import number_format
from dermoutcomes.sources.findings import remarks
from dermoutcomes.sources.measurement_index import raw_acts

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.declare import Instrument, Scale
    from dermoutcomes.sources.curves.layout import CurveLayout
    from dermoutcomes.sources.data_rows import Sheet
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.sources.header import Column

__all__ = ["samples_of"]

TIME_UNIT = "s"
# How far the steps of x may differ and still be one step: exports round the time.
UNEVEN = 0.02


def samples_of(
    file: SourceFile, owner: Instrument | Scale, sheet: Sheet, layout: CurveLayout
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row a curve: row (its first), samples, x_first, x_step, x (where the steps are uneven), x_unit and unit; and findings.

    A curve with a gap or a text among its samples is left out and is a finding; it cannot be evaluated.
    """
    import polars as pl

    made = {"long": _long, "wide": _wide, "list": _listed}[layout.kind](file, sheet, layout)
    gaps = made.filter(pl.col("gaps") > 0)
    message = pl.format(
        "{} of {} samples are missing or no numbers; the curve is left out",
        "gaps",
        pl.col("samples").list.len(),
    )
    subject = layout.index.roles.get("subject")
    named = (
        gaps.join(
            sheet.texts.select("row", sheet.text(subject.position).alias("subject")),
            on="row",
            how="left",
        )
        if subject
        else gaps
    )
    found = remarks(
        named, "incomplete_curve", "error", file, message=message, expected="a number a sample"
    )
    whole = made.filter((pl.col("gaps") == 0) & (pl.col("samples").list.len() > 0)).drop("gaps")
    return _in_our_units(file, owner, layout, whole), found


def _number(file: SourceFile, sheet: Sheet, column: Column) -> pl.Series:
    """The numbers of a column, null where it has none."""
    import polars as pl

    place = str(column.position)
    if place in sheet.numbers.columns and sheet.stored[place].dtype != pl.String:
        return sheet.numbers[place].fill_nan(None)
    text = pl.when(~pl.col(place).is_in(list(file.spec.missing))).then(pl.col(place))
    parsed = sheet.texts.select(number(number_format(file).english(text)).alias(place))[place]
    return sheet.numbers[place].fill_null(parsed) if place in sheet.numbers.columns else parsed


def _long(file: SourceFile, sheet: Sheet, layout: CurveLayout) -> pl.DataFrame:
    """A row a sample: a new curve begins where the key changes or x goes back; interleaved curves are told apart by their key."""
    import polars as pl

    assert layout.x is not None
    keys = raw_acts(file, sheet, layout.index, [{}]).drop("row", "variant")
    rows = pl.DataFrame(
        {
            "row": sheet.texts["row"],
            "sample": _number(file, sheet, layout.samples[0]),
            "x": _number(file, sheet, layout.x),
        }
    )
    rows = rows.with_columns(keys.select(pl.struct(pl.all()).rank("dense").alias("key"))["key"])
    rows = rows.filter(pl.col("sample").is_not_null() | pl.col("x").is_not_null())
    starts = (pl.col("key") != pl.col("key").shift()) | (pl.col("x") <= pl.col("x").shift())
    rows = rows.with_columns(starts.fill_null(value=False).cum_sum().alias("curve"))
    if rows.height > 2 and rows["curve"].n_unique() > rows.height / 2:
        rows = rows.with_columns(pl.col("key").alias("curve")).sort(
            "curve", "x", maintain_order=True
        )
    rows = rows.with_columns(
        pl.int_range(pl.len()).over("curve").alias("place"),
        _step().over("curve").alias("step"),
        pl.first("x").over("curve").alias("first"),
    )
    off = (
        pl.col("x") - pl.col("first") - pl.col("place") * pl.col("step")
    ).abs() > UNEVEN * pl.col("step").abs()
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
        pl.when(uneven).then(pl.col("x")).alias("x"),
        pl.when(~uneven).then(pl.col("x_first")).alias("x_first"),
        pl.when(~uneven).then(pl.col("x_step")).alias("x_step"),
    ).drop("curve", "off")


def _step() -> pl.Expr:
    import polars as pl

    return ((pl.last("x") - pl.first("x")) / (pl.len() - 1).cast(pl.Float64)).round_sig_figs(9)


def _wide(file: SourceFile, sheet: Sheet, layout: CurveLayout) -> pl.DataFrame:
    """A row a curve, a column a sample; a shorter curve ends in empty cells."""
    import polars as pl

    columns = pl.DataFrame([_number(file, sheet, column) for column in layout.samples])
    lists = columns.select(pl.concat_list(pl.all()).alias("samples"))
    trimmed = lists.select(
        pl.col("samples").list.head(
            pl.col("samples").list.len()
            - pl.col("samples")
            .list.reverse()
            .list.eval(pl.element().is_null().cum_min())
            .list.sum()
        )
    )
    return _with_steps(file, sheet, layout, trimmed["samples"])


def _listed(file: SourceFile, sheet: Sheet, layout: CurveLayout) -> pl.DataFrame:
    """A row a curve, its samples stored as a list."""
    import polars as pl

    stored = sheet.stored[str(layout.samples[0].position)].alias("samples")
    lists = (
        stored
        if stored.dtype in (pl.List(pl.Float32), pl.List(pl.Float64))
        else stored.cast(pl.List(pl.Float64))
    )
    made = _with_steps(file, sheet, layout, lists)
    if layout.x is not None and sheet.stored[str(layout.x.position)].dtype.is_nested():
        made = made.with_columns(
            sheet.stored[str(layout.x.position)].cast(pl.List(pl.Float64)).alias("x")
        )
    return made


def _with_steps(
    file: SourceFile, sheet: Sheet, layout: CurveLayout, samples: pl.Series
) -> pl.DataFrame:
    """Curves with the first x and the step that their rows, or the source, state."""
    import polars as pl

    stated = {
        name: file.spec.constants.get(name, file.spec.options.get(name))
        for name in ("x_first", "x_step")
    }
    steps = {
        name: _number(file, sheet, layout.steps[name])
        if name in layout.steps
        else pl.Series([None if value is None else float(value)], dtype=pl.Float64).new_from_index(
            0, len(samples)
        )
        for name, value in stated.items()
    }
    return pl.DataFrame(
        {"row": sheet.texts["row"], "samples": samples, "gaps": _gaps(samples), **steps}
    ).with_columns(pl.lit(None, dtype=pl.List(pl.Float64)).alias("x"))


def _gaps(samples: pl.Series) -> pl.Series:
    """How many samples of each curve are missing or not finite; quickly where there are none."""
    import polars as pl

    flat = samples.drop_nulls().filter(samples.drop_nulls().list.len() > 0).explode()
    if flat.is_finite().all(ignore_nulls=False):
        return pl.Series([0], dtype=pl.UInt32).new_from_index(0, len(samples))
    return (
        samples.list.eval(pl.element().is_null() | ~pl.element().is_finite())
        .list.sum()
        .fill_null(0)
    )


def _in_our_units(
    file: SourceFile, owner: Instrument | Scale, layout: CurveLayout, curves: pl.DataFrame
) -> pl.DataFrame:
    import polars as pl

    ours = getattr(getattr(owner, "curves", None), "sample_unit", "") or ""
    units = file.spec.units
    theirs = units.get("samples") or units.get("sample") or layout.samples[0].unit or ours
    along = layout.x or layout.steps.get("x_step")
    x_theirs = (
        units.get("x")
        or str(file.spec.constants.get("x_unit") or "")
        or (along.unit if along else None)
        or TIME_UNIT
    )
    change = _change(file, theirs, ours, "samples") if ours else None
    x_change = _change(file, x_theirs, TIME_UNIT, "x") if _is_time(x_theirs) else None
    samples = (
        pl.col("samples").list.eval(_applied(pl.element(), change)) if change else pl.col("samples")
    )
    x = pl.col("x").list.eval(_applied(pl.element(), x_change)) if x_change else pl.col("x")
    return curves.with_columns(
        samples.cast(pl.List(pl.Float32)).alias("samples"),
        x.cast(pl.List(pl.Float32)).alias("x"),
        *(
            _applied(pl.col(name), x_change).alias(name)
            for name in ("x_first", "x_step")
            if x_change
        ),
        pl.lit(TIME_UNIT if _is_time(x_theirs) else x_theirs).alias("x_unit"),
        pl.lit(ours or theirs).alias("unit"),
    )


def _change(file: SourceFile, theirs: str, ours: str, name: str) -> Conversion | None:
    try:
        needed = conversion(theirs, ours)
    except UnitError as error:
        raise StudyError(
            Problem(
                f"the unit of the curves does not fit: {error}",
                file=file.relative,
                path=f"{file.setting}.units.{name}",
                found=theirs,
                expected=f"a unit that can be converted to {ours}",
                code="unit",
            )
        ) from error
    return None if needed.power == 0 else needed


def _applied(value: pl.Expr, change: Conversion | None) -> pl.Expr:
    if change is None:
        return value
    scaled = value * float(change.scale.numerator) / float(change.scale.denominator) + float(
        change.shift
    )
    return scaled.round_sig_figs(12)


def _is_time(unit: str) -> bool:
    try:
        return parse_unit(unit).dimensions == (("time", 1),)
    except UnitError:
        return False
