"""The heights that a block of equally long curves has at its switching points, cycle by cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs
from attrs import frozen

from dermoutcomes_cutometer.timing import HAIR, JITTER, POINT_S, QUIET_S, SUDDEN_S, Timing, sample

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Reals: TypeAlias = npt.NDArray[np.floating]
    Shifts: TypeAlias = npt.NDArray[np.intp]
    Flags: TypeAlias = npt.NDArray[np.bool_]

# A sample has moved once it has gone this much of the part that it would go at an even pace within
# 0.1 s.
MOVED = 0.8
# Samples before a switch whose mean says where it starts from.
BEFORE = 4
# A fall is no leak unless it also stands out of the noise.
NOISES = 8
# Fewer samples than this may be equal by rounding alone.
FEW = 10


@frozen(eq=False)
class Cycle:
    """One cycle of each curve, in mm.

    `start`, `top` and `end` as recorded, `ue` and `ur` as rise and fall within 0.1 s.

    `released` says, in samples, when release began. `leak` and `clipped` flag the curve in this
    cycle.
    """

    start: Reals
    ue: Reals
    top: Reals
    ur: Reals
    end: Reals
    released: Reals
    leak: Flags
    clipped: Flags

    def without(self, rejected: Flags) -> Cycle:
        """The same cycle without the heights of the rejected curves."""
        import numpy as np

        heights = {
            name: np.where(rejected, np.nan, getattr(self, name))
            for name in ("start", "ue", "top", "ur", "end")
        }
        return attrs.evolve(self, **heights)


def cycles(
    block: Reals, timing: Timing, noise: Reals, leak_fraction: float, limit: float | None
) -> list[Cycle]:
    """Every cycle of a block of curves, one row a curve."""
    onsets = [
        timing.onset(number) + switch(block, timing, timing.onset(number), rising=True)
        for number in range(timing.cycles)
    ]
    return [
        _cycle(block, timing, number, onsets, noise, leak_fraction, limit)
        for number in range(timing.cycles)
    ]


def _cycle(
    block: Reals,
    timing: Timing,
    number: int,
    onsets: list[Reals],
    noise: Reals,
    leak_fraction: float,
    limit: float | None,
) -> Cycle:
    import numpy as np

    release = timing.end_of_suction(number) + switch(
        block, timing, timing.end_of_suction(number), rising=False
    )
    start, off = at(block, onsets[number]), at(block, release)
    top, clipped = plateau(block, timing, number, limit)
    # Large for the height of its own curve, and out of its noise: either alone is no leak.
    leak = fall(block, timing, number) > np.maximum(leak_fraction * (top - start), NOISES * noise)
    # The release ends where the next suction starts, the last one with the curve.
    end = (
        onsets[number + 1]
        if number + 1 < timing.cycles
        else np.full(len(block), timing.onset(number + 1))
    )
    point = timing.seconds(POINT_S)
    return Cycle(
        start,
        between(block, onsets[number] + point) - start,
        top,
        off - between(block, release + point),
        at(block, end),
        release,
        leak,
        clipped,
    )


def switch(block: Reals, timing: Timing, planned: float, *, rising: bool) -> Shifts:
    """By how many samples each curve switched later (or earlier) than planned.

    0 unless its own slope says otherwise.
    """
    import numpy as np

    at_plan, last = sample(planned), block.shape[1] - 1
    first, ahead = max(at_plan - JITTER, 0), JITTER + timing.whole(POINT_S)
    before = block[:, max(first - BEFORE, 0) : first + 1].mean(axis=1)
    following = block[:, min(at_plan + ahead, last)]
    level = (before + MOVED / ahead * (following - before))[:, None]
    window = block[:, first : at_plan + JITTER + 1]
    unmoved = window <= level if rising else window >= level
    # The last sample that has not moved: a single one that noise carries over the level before it
    # does not count.
    shift = unmoved.shape[1] - 1 - unmoved[:, ::-1].argmax(axis=1) + first - at_plan
    is_switch = unmoved.any(axis=1) & ((following > before) if rising else (following < before))
    return np.where(is_switch, shift, 0)


def at(block: Reals, positions: Reals) -> Reals:
    """The height of each curve at the last sample at or before its position."""
    import numpy as np

    columns = np.minimum(np.maximum(positions + HAIR, 0.0).astype(np.intp), block.shape[1] - 1)
    heights: Reals = block[np.arange(len(block)), columns].astype(np.float64)
    return heights


def between(block: Reals, positions: Reals) -> Reals:
    """The height of each curve at its position.

    On the straight line between the two samples around it.
    """
    import numpy as np

    below = np.minimum(np.floor(np.maximum(positions + HAIR, 0.0)), block.shape[1] - 1)
    part = np.minimum(np.maximum(positions - below, 0.0), 1.0)
    heights: Reals = at(block, below) * (1 - part) + at(block, below + 1) * part
    return heights


def plateau(block: Reals, timing: Timing, number: int, limit: float | None) -> tuple[Reals, Flags]:
    """The greatest height in suction, and whether the curve touches the limit of its range there.

    Without a stated limit, a curve that does not move at all in the second half of suction is taken
    to touch it: skin creeps.
    """
    import numpy as np

    begin, stop = sample(timing.onset(number)), sample(timing.end_of_suction(number))
    top = block[:, begin : stop + JITTER + 1].max(axis=1)
    if limit is not None:
        return top.astype(np.float64), top >= limit
    middle, last = (begin + stop) // 2, stop - JITTER
    still = (top == block[:, middle]) & (top == block[:, last - 1]) & (last - middle >= FEW)
    rows = np.flatnonzero(still)  # few: only these need every sample looked at
    still[rows] = block[rows, middle:last].min(axis=1) == top[rows]
    return top.astype(np.float64), still


def fall(block: Reals, timing: Timing, number: int) -> Reals:
    """The greatest fall within 0.05 s of suction."""
    lag = timing.whole(SUDDEN_S)
    begin, stop = (
        sample(timing.onset(number)) + JITTER,
        sample(timing.end_of_suction(number)) - JITTER,
    )
    drop: Reals = (block[:, begin : stop - lag] - block[:, begin + lag : stop]).max(axis=1)
    return drop


def noise(block: Reals, timing: Timing) -> Reals:
    """The standard deviation (n - 2) of the end of the first suction about a straight line.

    Over its last 0.2 s, in mm, one number a curve.
    """
    import numpy as np

    stop = sample(timing.end_of_suction(0)) - JITTER
    count = max(3, timing.whole(QUIET_S))
    heights = np.ascontiguousarray(block[:, max(stop - count, 0) : stop], dtype=np.float64)
    time = np.arange(heights.shape[1]) - (heights.shape[1] - 1) / 2
    centred = heights - heights.mean(axis=1, keepdims=True)
    slope = (centred * time).sum(axis=1) / (time * time).sum()
    rest = centred - slope[:, None] * time
    spread: Reals = np.sqrt((rest * rest).sum(axis=1) / (heights.shape[1] - 2))
    return spread


def mean_of_release(block: Reals, timing: Timing, released: Reals) -> Reals:
    """The mean height over the samples of the first release, from the one after its start."""
    import numpy as np

    starts = np.floor(released + HAIR).astype(np.intp) + 1
    count = timing.whole(timing.release / timing.rate)
    mean = np.empty(len(block))
    for start in np.unique(starts):  # at most one a sample of jitter
        rows = starts == start
        selected = (
            block[:, start : start + count] if rows.all() else block[rows, start : start + count]
        )
        mean[rows] = selected.mean(axis=1)
    return mean
