"""Raw curves as blocks of equally long rows on one regular time axis, small enough that nothing large is ever copied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import polars as pl

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Reals: TypeAlias = npt.NDArray[np.floating]
    Rows: TypeAlias = npt.NDArray[np.intp]

BLOCK = 256
AXIS = ("length", "first", "step")


class Block(NamedTuple):
    """Heights (a row a curve), which rows of the frame they are, and the x of the first sample and between two samples."""

    heights: Reals
    rows: Rows
    x_first: float
    x_step: float


def blocks(curves: pl.DataFrame, rate_hz: float | None) -> Iterator[Block]:
    """Every curve that has samples and a time axis, in blocks. The rate is used where a curve has no axis of its own."""
    axes = _axes(curves, rate_hz)
    keys = axes.select(AXIS).unique(maintain_order=True).drop_nulls()
    for length, first, step in keys.iter_rows():
        same = keys.height == 1 and axes["length"].null_count() == 0 and axes["step"].null_count() == 0
        rows = axes["row"] if same else axes.filter(length=length, first=first, step=step)["row"]
        samples = curves["samples"] if same else curves["samples"].gather(rows)
        for begin in range(0, len(rows), BLOCK):
            part = samples.slice(begin, BLOCK)
            yield Block(part.explode().to_numpy().reshape(len(part), length), rows.slice(begin, BLOCK).to_numpy(), first, step)
    yield from _uneven(curves, axes)


def _axes(curves: pl.DataFrame, rate_hz: float | None) -> pl.DataFrame:
    """The length, first x and step of each curve; the step is null where the curve lists its own x."""
    own = pl.col("x").list.len().fill_null(0) > 0 if "x" in curves.columns else pl.lit(value=False)
    step = pl.coalesce("x_step", pl.lit(1 / rate_hz if rate_hz else None, dtype=pl.Float64))
    length = pl.col("samples").list.len()
    return curves.with_row_index("place").select(
        pl.col("place").alias("row"), pl.when(length > 0).then(length.cast(pl.Int64)).alias("length"), pl.col("x_first").fill_null(0.0).alias("first"),
        pl.when(~own & (step > 0)).then(step).alias("step"), own.alias("own"),
    )


def _uneven(curves: pl.DataFrame, axes: pl.DataFrame) -> Iterator[Block]:
    """Curves that list their own x: each on a regular axis with its median step, by straight lines between its samples."""
    import numpy as np

    for row in axes.filter("own", pl.col("length").is_not_null())["row"]:
        x, heights = (np.asarray(curves[name][row].to_numpy(), dtype=np.float64) for name in ("x", "samples"))
        # Times are stored in single precision: what the sixth decimal says is not of the device.
        step = round(float(np.median(np.diff(x))), 6) if len(x) == len(heights) > 1 else 0.0
        if step > 0 and np.all(np.diff(x) > 0):
            regular = x[0] + step * np.arange(round((x[-1] - x[0]) / step) + 1)
            yield Block(np.interp(regular, x, heights)[None, :], np.array([row]), float(x[0]), step)
