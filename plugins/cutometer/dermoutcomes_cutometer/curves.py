"""Raw mode-1 curves → Ue, Uv, Uf, Ur, Ua, the R and Q sets, and each cycle's own values.

Heights are counted from the start of cycle 1, not of each cycle: otherwise R1, R4 and R9 would vanish. Two rules differ from what is
known of the device's software, so that computed and exported values are close but not equal: Uf is the greatest sample of the
suction, which noise lifts (by about 0.003 mm at a noise of 0.002 mm), and the elastic part of Q2 ends at a fixed time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl
import polars.selectors as cs

from dermoutcomes import CurveMethod
from dermoutcomes_cutometer.cycles import Cycle, cycle, noise
from dermoutcomes_cutometer.formulas import first_cycle, later_cycles, over_cycles, q_values
from dermoutcomes_cutometer.samples import Block, blocks
from dermoutcomes_cutometer.settings import CutometerOptions
from dermoutcomes_cutometer.timing import Timing, timing

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Reals: TypeAlias = npt.NDArray[np.floating]
    Flags: TypeAlias = npt.NDArray[np.bool_]

SEVERITY = {"air_leak": "warning", "clipping": "warning", "no_suction": "warning", "incomplete_curve": "warning",
            "unreadable_curve": "error"}
CHECKS = {
    "air_leak": "The height falls suddenly during suction",
    "clipping": "The curve touches the limit of its range",
    "no_suction": "The height does not rise during suction",
    "incomplete_curve": "The curve holds fewer cycles than the protocol",
    "unreadable_curve": "The curve has no samples, gaps in them, or no time axis",
}
TOUCHING_MM = 0.0005
# A cycle's own faults, in the order of CHECKS; each is kept as the number of the first cycle that has it.
FAULTS = ("air_leak", "clipping", "no_suction")


def compute(curves: pl.DataFrame, options: CutometerOptions) -> pl.DataFrame:
    """One row a curve: `id`, the values, and the checks of CHECKS as `check_…` and `message_…`.

    `curves` has the columns of the table `curves`, with heights in mm and times in s from the start of suction. A rejected cycle,
    and those after it, have no values; with one cycle R3, R4 and R9 are missing. Raises StudyError for options that are missing.
    """
    ids = curves.select("id").with_row_index("row")
    parts = [pl.DataFrame(_evaluated(block, options)) for block in blocks(curves, options.rate_hz)]
    found = pl.concat(parts, how="diagonal") if parts else pl.DataFrame(schema={"row": pl.Int64})
    joined = ids.with_columns(pl.col("row").cast(pl.Int64)).join(found, on="row", how="left", maintain_order="left").drop("row")
    return _with_checks(joined.with_columns(cs.float().fill_nan(None)), options)


def _evaluated(block: Block, options: CutometerOptions) -> dict[str, Any]:
    """The columns of one block; NaN where a value cannot be had."""
    import numpy as np

    heights = block.heights
    clock = timing(options, heights.shape[1], block.x_first, block.x_step)
    readable = np.isfinite(heights.sum(axis=1))
    columns: dict[str, Any] = {"row": block.rows.astype(np.int64), "readable": readable,
                               "cycles_held": np.full(len(heights), clock.cycles)}
    if clock.cycles == 0:
        return columns
    if not readable.all():
        heights = np.where(readable[:, None], heights, 0.0)
    level = noise(heights, clock)
    cycles, faults = _cycles(heights, clock, level, readable, options)
    return columns | faults | _values(heights, clock, cycles, level, options)


def _cycles(
    heights: Reals, clock: Timing, level: Reals, readable: Flags, options: CutometerOptions
) -> tuple[list[Cycle], dict[str, Any]]:
    """Each cycle, without heights from the first fault on; and for each fault the first cycle (from 1) that has it, else 0."""
    import numpy as np

    cycles = [cycle(heights, clock, number, level, options.leak_fraction, options.range_limit_mm) for number in range(clock.cycles)]
    ceiling = np.min([np.where(one.clipped, one.top, np.inf) for one in cycles], axis=0)
    rejected = ~readable
    faults = {name: np.zeros(len(heights), dtype=np.int64) for name in FAULTS}
    kept = []
    for number, one in enumerate(cycles, 1):
        # What stops at the ceiling that another cycle lies flat against has touched it too.
        broken = (one.leak, one.clipped | (one.top >= ceiling - TOUCHING_MM), one.top <= one.start)
        for name, fault in zip(FAULTS, broken, strict=True):
            faults[name][fault & ~rejected] = number
        rejected = rejected | np.any(broken, axis=0)
        kept.append(one.without(rejected))
    return kept, faults


def _values(heights: Reals, clock: Timing, cycles: list[Cycle], level: Reals, options: CutometerOptions) -> dict[str, Any]:
    import numpy as np

    first, last = cycles[0], cycles[-1]
    values = first_cycle(first)
    values |= q_values(heights, clock, first, options.split_s)
    values["noise"] = np.where(np.isnan(first.top), np.nan, level)
    if len(cycles) > 1 and len(cycles) == (options.cycles or len(cycles)):
        values |= over_cycles(first, last)
    return values | later_cycles(cycles)


def _with_checks(frame: pl.DataFrame, options: CutometerOptions) -> pl.DataFrame:
    """The frame with its working columns turned into checks and their words."""
    missing = [pl.lit(None, dtype=pl.Int64).alias(name) for name in (*FAULTS, "cycles_held") if name not in frame.columns]
    readable = pl.col("readable") if "readable" in frame.columns else pl.lit(value=False)
    held = pl.col("cycles_held").fill_null(0)
    wanted = options.cycles or 1
    flags = {name: pl.col(name).fill_null(0) > 0 for name in FAULTS}
    flags["unreadable_curve"] = ~readable.fill_null(value=False)
    flags["incomplete_curve"] = ~flags["unreadable_curve"] & (held < wanted)
    words = {name: pl.format(f"{CHECKS[name].lower()} in cycle {{}}", pl.col(name)) for name in FAULTS}
    words["unreadable_curve"] = pl.lit(CHECKS["unreadable_curve"].lower())
    words["incomplete_curve"] = pl.format(f"the curve holds {{}} cycle(s), and {wanted} are planned", held)
    return frame.with_columns(*missing).with_columns(
        *(flags[name].alias(f"check_{name}") for name in CHECKS),
        *(pl.when(flags[name]).then(words[name]).alias(f"message_{name}") for name in CHECKS),
    ).drop(*FAULTS, "cycles_held", "readable", strict=False)


CURVES = CurveMethod(compute, checks=SEVERITY, sample_unit="mm")
