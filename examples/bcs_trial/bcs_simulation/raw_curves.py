"""Raw curves of the suction device: five cycles of 2 s with vacuum and 2 s without, at 100 Hz."""

from __future__ import annotations

import numpy as np

from bcs_simulation.skin import FAST, RATE, SLOW, amplitudes

CYCLES, ON, OFF = 5, 2.0, 2.0
CREEP = (0.0, 0.60, 0.85, 1.0, 1.0)  # share of R9 that is reached by each cycle; assumed
NOISE_MM = 0.0015
LEAK_AT, CLIP_SHARE = 1.2, 0.88


def curve(values: dict[str, float], rng: np.random.Generator) -> np.ndarray:
    """Height in mm at 0.00, 0.01 … s of the curve whose first cycle has these R values, with noise."""
    first_residual = values["R1"]
    elastic = values["R0"] / (1 + values["R6"])
    times = np.arange(1, round(ON * RATE) + 1) / RATE
    rise = _shape(elastic, values["R0"], times) / values["R0"]
    fall = _shape(values["R7"] * values["R0"], values["R8"], times) / values["R8"]
    parts, residual = [np.zeros(1)], 0.0
    for share in CREEP:
        top, bottom = (
            values["R0"] + share * values["R9"],
            first_residual + 0.6 * share * values["R9"],
        )
        parts += [residual + (top - residual) * rise, top - (top - bottom) * fall]
        residual = bottom
    height = np.concatenate(parts)
    height[1:] += rng.normal(0, NOISE_MM, len(height) - 1)
    return height


def leaking(height: np.ndarray) -> np.ndarray:
    """The curve with air let in during the first cycle: a sudden fall while the vacuum is on."""
    start, stop = round(LEAK_AT * RATE), round(ON * RATE)
    spoilt = height.copy()
    spoilt[start : stop + 1] *= 0.55
    return spoilt


def clipped(height: np.ndarray) -> np.ndarray:
    """The curve cut off at a ceiling, as when skin touches the end of the optics."""
    limit: np.ndarray = np.minimum(height, CLIP_SHARE * height.max())
    return limit


def _shape(early: float, late: float, times: np.ndarray) -> np.ndarray:
    fast, slow = amplitudes(early, late, 2.0)
    rising: np.ndarray = fast * (1 - np.exp(-times / FAST)) + slow * (1 - np.exp(-times / SLOW))
    return rising
