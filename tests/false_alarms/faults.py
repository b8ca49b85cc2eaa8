"""One fault in a study that has none, by the check that should tell of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from attrs import frozen

from .designs import Readings

__all__ = ["FAULTS", "Fault"]

Plant: TypeAlias = Callable[[np.random.Generator, np.ndarray], np.ndarray]


@frozen
class Fault:
    """What is done to the readings of all measures (by subject, visit, side and replicate)."""

    label: str
    design: str
    plant: Plant

    def planted(self, rng: np.random.Generator, readings: Readings) -> Readings:
        seed = int(rng.integers(1 << 30))
        return {
            code: self.plant(np.random.default_rng(seed), values.copy())
            for code, values in readings.items()
        }


def copied_visit(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    return _copied(rng, values, 1)


def four_copied(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    return _copied(rng, values, 4)


def _copied(rng: np.random.Generator, values: np.ndarray, n: int) -> np.ndarray:
    """The second visit of some subjects stands at the third one again."""
    subjects = rng.choice(len(values), n, replace=False)
    values[subjects, 2] = values[subjects, 1]
    return values


def copied_side(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    subject = rng.integers(len(values))
    values[subject, 1, 1] = values[subject, 1, 0]
    return values


def exchanged(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    """Sides that differ by a half in one subject, and stand the other way round at one visit."""
    subject = rng.integers(len(values))
    values[subject, :, 0] *= 1.5
    values[subject, 1] = values[subject, 1, ::-1]
    return values.round(1)


def slip(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    place = tuple(rng.integers(size) for size in values.shape)
    values[place] *= 10
    return values


def doubled_visit(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    values[rng.integers(len(values)), 2] *= 2
    return values


def halved_replicate(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    place = tuple(rng.integers(size) for size in values.shape)
    values[place] = round(values[place] / 2, 1)
    return values


def zero(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    values[rng.integers(len(values)), 1] = 0.0
    return values


FAULTS: Mapping[str, tuple[Fault, ...]] = MappingProxyType(
    {
        "copied_down": (
            Fault("a visit of six readings that equals the one before", "hydration", copied_visit),
            Fault("four visits of two readings in steps of 0.1", "pairs", four_copied),
            Fault("four visits of two readings in whole numbers", "rounded", four_copied),
        ),
        "sides_alike": (Fault("three readings of the other side", "hydration", copied_side),),
        "swapped_sides": (
            Fault("sides that differ by a half, exchanged", "sides", exchanged),
            Fault("the same of three readings a side", "hydration", exchanged),
        ),
        "decimal_slip": (
            Fault("one reading ten times as large", "hydration", slip),
            Fault("the same beside responders", "responders", slip),
        ),
        "unusual_visit": (
            Fault("a visit twice as large", "hydration", doubled_visit),
            Fault("the same of six subjects", "few", doubled_visit),
            Fault("a visit of 0", "many", zero),
        ),
        "replicate_scatter": (Fault("one replicate half as large", "hydration", halved_replicate),),
    }
)
