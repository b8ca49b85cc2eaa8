"""Raw curves as blocks of equally long rows on one regular time axis.

Small enough that nothing large is ever copied.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import polars as pl

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Reals: TypeAlias = npt.NDArray[np.floating]
    Rows: TypeAlias = npt.NDArray[np.intp]

# Large enough that a block costs more than its calls, small enough for a processor's cache.
BLOCK = 1024
AXIS = ("length", "first", "step")


class Block(NamedTuple):
    """Heights of curves on one time axis, a row a curve.

    Beside them stand the rows of the frame, the x of the first sample, and that between two.
    """

    heights: Reals
    rows: Rows
    x_first: float
    x_step: float


def blocks(curves: pl.DataFrame, rate_hz: float | None) -> Iterator[Block]:
    """Every curve that has samples and a time axis, in blocks.

    The rate is used where a curve has no axis of its own.
    """
    import numpy as np

    axes = _axes(curves, rate_hz)
    table = np.column_stack([axes[name].to_numpy() for name in AXIS])
    # The rule is one device and one protocol: then nothing is copied.
    if len(table) and (table == table[0]).all():
        yield from _even(curves["samples"], np.arange(len(table)), *table[0])
        return
    for length, first, step in np.unique(table[np.isfinite(table).all(axis=1)], axis=0):
        rows = np.flatnonzero((table == (length, first, step)).all(axis=1))
        yield from _even(curves["samples"].gather(rows), rows, length, first, step)
    yield from _uneven(curves, np.flatnonzero(axes["own"].to_numpy() & np.isfinite(table[:, 0])))


def _axes(curves: pl.DataFrame, rate_hz: float | None) -> pl.DataFrame:
    """The length, first x and step of each curve.

    The step is missing where the curve lists its own x.
    """
    has_own_axis = (
        pl.col("x").list.len().fill_null(0) > 0 if "x" in curves.columns else pl.lit(value=False)
    )
    step = pl.coalesce("x_step", pl.lit(1 / rate_hz if rate_hz else None, dtype=pl.Float64))
    length = pl.col("samples").list.len()
    return curves.select(
        pl.when(length > 0).then(length.cast(pl.Float64)).alias("length"),
        pl.col("x_first").fill_null(0.0).alias("first"),
        pl.when(~has_own_axis & (step > 0)).then(step).alias("step"),
        has_own_axis.alias("own"),
    )


def _even(
    samples: pl.Series, rows: Rows, length: float, first: float, step: float
) -> Iterator[Block]:
    heights = samples.explode().to_numpy().reshape(len(rows), int(length))
    for begin in range(0, len(rows), BLOCK):
        yield Block(
            heights[begin : begin + BLOCK], rows[begin : begin + BLOCK], float(first), float(step)
        )


def _uneven(curves: pl.DataFrame, rows: Rows) -> Iterator[Block]:
    """Curves that list their own x.

    Each on a regular axis with its median step, by straight lines between its samples.
    """
    import numpy as np

    for row in rows.tolist():
        x, heights = (
            np.asarray(curves[name][row].to_numpy(), dtype=np.float64) for name in ("x", "samples")
        )
        # Times are stored in single precision: what the sixth decimal says is not of the device.
        step = round(float(np.median(np.diff(x))), 6) if len(x) == len(heights) > 1 else 0.0
        if step > 0 and np.all(np.diff(x) > 0):
            regular = x[0] + step * np.arange(round((x[-1] - x[0]) / step) + 1)
            yield Block(np.interp(regular, x, heights)[None, :], np.array([row]), float(x[0]), step)
