"""What the two devices read: true values of every subject, visit, side and replicate, and the parameters made of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from bcs_simulation import scenarios as assumed
from bcs_simulation.people import People
from bcs_simulation.scenarios import REPLICATES, Means, Parts, Scenario

SWAPPED = (
    8  # this subject's cheeks differ by nature, so that an exchange of sides can be seen at all
)
ASYMMETRY = 0.14
FAST, SLOW = 0.03, 0.8  # time constants of the two exponentials, in s
T_IP = 0.14  # inflection between elastic and viscous part, in s; published range 0.11 to 0.19
RATE = 100.0


@dataclass(frozen=True)
class Skin:
    """Arrays subject x visit x side x replicate."""

    r0: np.ndarray
    r9: np.ndarray
    r6: np.ndarray
    r7: np.ndarray
    r2: np.ndarray
    hydration: np.ndarray


def skin(scenario: Scenario, who: People, seed: int) -> Skin:
    """Readings before any of them is lost or spoilt, each before that day's injection."""
    rng = np.random.default_rng([seed, 2])
    drawn = Skin(
        r0=_first_cycle(scenario, rng),
        r9=_spread(scenario.r9, assumed.R9_PARTS, scenario.subjects, rng),
        r6=_spread(scenario.r6, assumed.R6_PARTS, scenario.subjects, rng),
        r7=_spread(scenario.r7, assumed.R7_PARTS, scenario.subjects, rng),
        r2=_spread(scenario.r2, assumed.R2_PARTS, scenario.subjects, rng),
        hydration=_hydration(scenario, who, rng),
    )
    return _conditioned(drawn, scenario, who) if scenario.conditioned else drawn


def subject_means(values: np.ndarray) -> np.ndarray:
    """Mean of the replicates, then of the sides: subject x visit."""
    means: np.ndarray = values.mean(axis=3).mean(axis=2)
    return means


def _effects(parts: Parts, count: int, rng: np.random.Generator) -> np.ndarray:
    subject, visit, side, side_visit, replicate = parts
    total: np.ndarray = (
        rng.normal(0, subject, (count, 1, 1, 1))
        + rng.normal(0, visit, (count, 4, 1, 1))
        + rng.normal(0, side, (count, 1, 2, 1))
        + rng.normal(0, side_visit, (count, 4, 2, 1))
        + rng.normal(0, replicate, (count, 4, 2, REPLICATES))
    )
    return total


def _spread(means: Means, parts: Parts, count: int, rng: np.random.Generator) -> np.ndarray:
    """Log-normal values whose mean, not median, is the stated one."""
    half_variance = sum(part**2 for part in parts) / 2
    values: np.ndarray = np.array(means)[None, :, None, None] * np.exp(
        _effects(parts, count, rng) - half_variance
    )
    return values


def _first_cycle(scenario: Scenario, rng: np.random.Generator) -> np.ndarray:
    values = _enrolled(scenario, rng)
    if scenario.subjects > SWAPPED:
        values[SWAPPED] *= np.exp(np.array([ASYMMETRY, -ASYMMETRY]))[None, :, None]
    return values


def _enrolled(scenario: Scenario, rng: np.random.Generator) -> np.ndarray:
    """R0 of those whose own baseline reading was high enough, where the scenario has a threshold."""
    values = _spread(scenario.r0, assumed.R0_PARTS, scenario.subjects, rng)
    while (
        scenario.enrolled_from is not None
        and (low := subject_means(values)[:, 0] < scenario.enrolled_from).any()
    ):
        values[low] = _spread(scenario.r0, assumed.R0_PARTS, int(low.sum()), rng)
    return values


def _hydration(scenario: Scenario, who: People, rng: np.random.Generator) -> np.ndarray:
    *places, replicate = assumed.HYDRATION_PARTS
    level = np.array(scenario.hydration, dtype=float)[None, :, None, None]
    level = level + _effects((*places, 0.0), scenario.subjects, rng)  # type: ignore[arg-type]
    if scenario.season:
        level = (
            level
            + np.array(
                [[_season(start) - _season(visits[0]) for start in visits] for visits in who.starts]
            )[..., None, None]
        )
    values: np.ndarray = level * (
        1 + rng.normal(0, replicate, (scenario.subjects, 4, 2, REPLICATES))
    )
    possible: np.ndarray = np.maximum(values, 5.0)
    return possible


def _season(moment: datetime) -> float:
    """Arbitrary units above the trough in mid January."""
    return (
        assumed.SEASON_AU
        / 2
        * float(1 - np.cos(2 * np.pi * (moment.timetuple().tm_yday - 15) / 365.25))
    )


def _conditioned(drawn: Skin, scenario: Scenario, who: People) -> Skin:
    """The sample scaled visit by visit: its mean over the subjects present is then the mean of the scenario."""

    def scaled(values: np.ndarray, targets: Means) -> np.ndarray:
        means = np.array(
            [subject_means(values)[who.present[:, visit], visit].mean() for visit in range(4)]
        )
        fitted: np.ndarray = values * (np.array(targets) / means)[None, :, None, None]
        return fitted

    return replace(
        drawn,
        r0=scaled(drawn.r0, scenario.r0),
        r9=scaled(drawn.r9, scenario.r9),
        hydration=scaled(drawn.hydration, scenario.hydration),
    )


def amplitudes(
    early: float | np.ndarray, late: float | np.ndarray, seconds: float
) -> tuple[np.ndarray, np.ndarray]:
    """Amplitudes of the fast and the slow exponential that reach `early` after 0.1 s and `late` after `seconds`."""
    fast_early, slow_early = (1 - np.exp(-0.1 / constant) for constant in (FAST, SLOW))
    fast_late, slow_late = (1 - np.exp(-seconds / constant) for constant in (FAST, SLOW))
    determinant = fast_early * slow_late - slow_early * fast_late
    return (
        np.asarray((early * slow_late - late * slow_early) / determinant),
        np.asarray((late * fast_early - early * fast_late) / determinant),
    )


def parameters(
    r0: float, r9: float, r6: float, r7: float, r2: float, off: float = 2.0
) -> dict[str, float]:
    """R0 to R9 and Q0 to Q3 of one measurement, unrounded; `off` is the time without vacuum, in s."""
    elastic, retraction = r0 / (1 + r6), r7 * r0
    fast, slow = amplitudes(retraction, r2 * r0, 2.0)
    times = np.arange(1, round(off * RATE) + 1) / RATE
    recovered = fast * (1 - np.exp(-times / FAST)) + slow * (1 - np.exp(-times / SLOW))
    total = float(recovered[-1])
    area = r0 * len(times)
    whole, early = float(recovered.sum()) / area, float(recovered[round(T_IP * RATE) - 1]) / r0
    return {
        "R0": r0,
        "R1": r0 - total,
        "R2": total / r0,
        "R3": r0 + r9,
        "R4": r0 - total + 0.6 * r9,
        "R5": retraction / elastic,
        "R6": r6,
        "R7": r7,
        "R8": total,
        "R9": r9,
        "Q0": area,
        "Q1": whole,
        "Q2": early,
        "Q3": whole - early,
    }
