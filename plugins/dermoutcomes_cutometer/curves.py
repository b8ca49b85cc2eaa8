"""Raw mode-1 curves → Ue, Uv, Uf, Ur, Ua, the R and Q sets, and each cycle's own values.

Heights are counted from the start of cycle 1, not of each cycle: otherwise R1, R4 and R9 would
vanish. Two rules differ from what is known of the device's software, so that computed and exported
values are close but not equal: Uf is the greatest sample of the suction, which noise lifts (by
about 0.003 mm at a noise of 0.002 mm), and the elastic part of Q2 ends at a fixed time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl

from dermoutcomes import CurveMethod
from dermoutcomes_cutometer.curve_settings import CutometerOptions
from dermoutcomes_cutometer.cycles import Cycle, cycles, noise
from dermoutcomes_cutometer.formulas import first_cycle, later_cycles, over_cycles, q_values
from dermoutcomes_cutometer.sample_blocks import Block, blocks
from dermoutcomes_cutometer.timing import Timing, timing

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Reals: TypeAlias = npt.NDArray[np.floating]
    Flags: TypeAlias = npt.NDArray[np.bool_]

SEVERITY = {
    "air_leak": "warning",
    "clipping": "warning",
    "no_suction": "warning",
    "incomplete_curve": "warning",
    "unreadable_curve": "error",
}
CHECKS = {
    "air_leak": "The height falls suddenly during suction",
    "clipping": "The curve touches the limit of its range",
    "no_suction": "The height does not rise during suction",
    "incomplete_curve": "The curve holds fewer cycles than the protocol",
    "unreadable_curve": "The curve has no samples, gaps in them, or no time axis",
}
TOUCHING_MM = 0.0005
# A cycle's own faults, in the order of CHECKS; each is kept as the number of the first cycle that
# has it.
FAULTS = ("air_leak", "clipping", "no_suction")


def compute(curves: pl.DataFrame, options: CutometerOptions) -> pl.DataFrame:
    """One row a curve: `id`, the values, and the checks of CHECKS as `check_…` and `message_…`.

    `curves` has the columns of the table `curves`, with heights in mm and times in s from the start
    of suction. A rejected cycle, and those after it, have no values; with one cycle R3, R4 and R9
    are missing. Raises StudyError for options that are missing.
    """
    parts = [_evaluate_block(block, options) for block in blocks(curves, options.rate_hz)]
    columns = _join_blocks(parts, curves.height)
    checks = _checks(columns, curves.height, options.cycles or 1)
    values = [
        pl.Series(name, column, nan_to_null=True)
        for name, column in columns.items()
        if column.dtype.kind == "f"
    ]
    return pl.DataFrame([curves["id"], *values, *checks])


def _join_blocks(parts: list[dict[str, Any]], height: int) -> dict[str, Any]:
    """The columns of all blocks, each value in the row of its curve.

    Missing where a block has no such column, or a curve no block.
    """
    import numpy as np

    columns: dict[str, Any] = {}
    for part in parts:
        rows = part.pop("row")
        for name, values in part.items():
            column = columns.setdefault(
                name,
                np.full(height, np.nan)
                if values.dtype == np.float64
                else np.zeros(height, values.dtype),
            )
            column[rows] = values
    return columns


def _evaluate_block(block: Block, options: CutometerOptions) -> dict[str, Any]:
    """The columns of one block; NaN where a value cannot be had."""
    import numpy as np

    heights = block.heights
    clock = timing(options, heights.shape[1], block.x_first, block.x_step)
    # One sum of everything is quick, and finite unless something is not.
    readable = (
        np.ones(len(heights), dtype=bool)
        if np.isfinite(heights.sum())
        else np.isfinite(heights.sum(axis=1))
    )
    columns: dict[str, Any] = {
        "row": block.rows,
        "readable": readable,
        "cycles_held": np.full(len(heights), clock.cycles),
    }
    if clock.cycles == 0:
        return columns
    if not readable.all():
        heights = np.where(readable[:, None], heights, 0.0)
    level = noise(heights, clock)
    readable_cycles, faults = _readable_cycles(
        cycles(heights, clock, level, options.leak_fraction, options.range_limit_mm), readable
    )
    return columns | faults | _values(heights, clock, readable_cycles, level, options)


def _readable_cycles(measured: list[Cycle], readable: Flags) -> tuple[list[Cycle], dict[str, Any]]:
    """Each cycle, without heights from the first fault on.

    And for each fault the first cycle (from 1) that has it, else 0.
    """
    import numpy as np

    ceiling = np.min([np.where(cycle.clipped, cycle.top, np.inf) for cycle in measured], axis=0)
    rejected = ~readable
    faults = {name: np.zeros(len(readable), dtype=np.int64) for name in FAULTS}
    readable_cycles = []
    for number, cycle in enumerate(measured, 1):
        # What stops at the ceiling that another cycle lies flat against has touched it too.
        broken = (
            cycle.leak,
            cycle.clipped | (cycle.top >= ceiling - TOUCHING_MM),
            cycle.top <= cycle.start,
        )
        for name, fault in zip(FAULTS, broken, strict=True):
            faults[name][fault & ~rejected] = number
        rejected = rejected | np.any(broken, axis=0)
        readable_cycles.append(cycle.without(rejected))
    return readable_cycles, faults


def _values(
    heights: Reals,
    clock: Timing,
    readable_cycles: list[Cycle],
    level: Reals,
    options: CutometerOptions,
) -> dict[str, Any]:
    import numpy as np

    first, last = readable_cycles[0], readable_cycles[-1]
    values = first_cycle(first)
    values |= q_values(heights, clock, first, options.split_s)
    values["noise"] = np.where(np.isnan(first.top), np.nan, level)
    if len(readable_cycles) > 1 and len(readable_cycles) == (
        options.cycles or len(readable_cycles)
    ):
        values |= over_cycles(first, last)
    return values | later_cycles(readable_cycles)


def _checks(columns: dict[str, Any], height: int, n_cycles: int) -> Iterator[pl.Series]:
    """The checks of every curve and, where one fired, their words."""
    import numpy as np

    nowhere = np.zeros(height, dtype=np.int64)
    faults = {name: columns.get(name, nowhere) for name in FAULTS}
    hold, readable = (
        columns.get("cycles_held", nowhere),
        columns.get("readable", nowhere.astype(bool)),
    )
    words = {name: f"{CHECKS[name].lower()} in cycle {{}}" for name in FAULTS}
    words["incomplete_curve"] = f"the curve holds {{}} of {n_cycles} planned cycles"
    words["unreadable_curve"] = CHECKS["unreadable_curve"].lower()
    numbers = {**faults, "incomplete_curve": hold, "unreadable_curve": nowhere}
    flags = {name: number > 0 for name, number in faults.items()}
    flags |= {"incomplete_curve": readable & (hold < n_cycles), "unreadable_curve": ~readable}
    for name in CHECKS:
        yield pl.Series(f"check_{name}", flags[name])
        yield _message_column(f"message_{name}", flags[name], numbers[name], words[name])


def _message_column(name: str, flags: Flags, numbers: Any, words: str) -> pl.Series:
    if not flags.any():
        return pl.Series(name, [None], dtype=pl.String).new_from_index(0, len(flags))
    return pl.Series(
        name,
        [
            words.format(number) if flag else None
            for flag, number in zip(flags, numbers, strict=True)
        ],
        dtype=pl.String,
    )


CURVES = CurveMethod(compute, checks=SEVERITY, sample_unit="mm")
