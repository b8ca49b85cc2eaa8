"""Curves with known values: what tests, benchmarks and simulated studies are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Reals: TypeAlias = npt.NDArray[np.floating]

# Skin answers with two time constants, in seconds.
FAST_S, SLOW_S = 0.03, 0.8
POINT_S = 0.1


def curve(
    values: Mapping[str, float],
    *,
    on_s: float = 2.0,
    off_s: float = 2.0,
    cycles: int = 4,
    rate_hz: float = 100.0,
    delay: int = 0,
) -> Reals:
    """Heights in mm of a mode-1 curve whose r0, r2, r3, r4, r5 and r6 are those of `values`.

    Without noise.

    One sample at the start of suction, the last one a step before the end of the last release.
    Later cycles grow from R0 to R3 and from R1 to R4 by steps that shrink to two fifths. `delay`
    holds the first height for so many samples longer.
    """
    import numpy as np

    tops, ends = _envelopes(values, cycles)
    times = np.arange(round(cycles * (on_s + off_s) * rate_hz)) / rate_hz
    number = np.minimum(((times + 1e-9) // (on_s + off_s)).astype(int), cycles - 1)
    within = times - number * (on_s + off_s)
    starts = np.concatenate([[0.0], ends[:-1]])
    rise = _double(within, on_s, 1 / (1 + values["r6"]))
    fall = _double(within - on_s, off_s, values["r5"] / (1 + values["r6"]) / values["r2"])
    up = starts[number] + (tops - starts)[number] * rise
    down = tops[number] - (tops - ends)[number] * fall
    heights = np.where(within <= on_s + 1e-9, up, down)
    return np.concatenate([np.zeros(delay), heights[: len(heights) - delay]])


def _envelopes(values: Mapping[str, float], cycles: int) -> tuple[Reals, Reals]:
    """The greatest and the last height of each cycle."""
    import numpy as np

    residual = values["r0"] * (1 - values["r2"])
    growth = 1 - 0.4 ** np.arange(cycles)
    part = growth / growth[-1] if cycles > 1 else growth
    tops: Reals = values["r0"] + (values["r3"] - values["r0"]) * part
    ends: Reals = residual + (values["r4"] - residual) * part
    return tops, ends


def _double(time: Reals, whole_s: float, early: float) -> Reals:
    """A double exponential that is `early` at 0.1 s and 1 at `whole_s`."""
    import numpy as np

    def parts(at: float) -> list[float]:
        return [1 - np.exp(-at / FAST_S), 1 - np.exp(-at / SLOW_S)]

    fast, slow = np.linalg.solve(np.array([parts(POINT_S), parts(whole_s)]), np.array([early, 1.0]))
    clipped = np.maximum(time, 0.0)
    shape: Reals = fast * (1 - np.exp(-clipped / FAST_S)) + slow * (1 - np.exp(-clipped / SLOW_S))
    return shape
