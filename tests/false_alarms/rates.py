"""How often each check that judges by chance tells of clean and of planted studies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from types import MappingProxyType

import numpy as np
import polars as pl
from attrs import frozen

from dermoutcomes.quality.check_catalogue import CORE_CHECKS

from .designs import DESIGNS, Design, Readings, study_of
from .faults import FAULTS, Fault

__all__ = ["BOUNDS", "CHECKS", "Power", "Rate", "bound", "powers", "rates"]

# The largest share of clean studies that a check may tell of something in, where its assumptions
# hold. Copies have a bound of 0.01 for each of the comparisons that they are judged by.
BOUNDS: Mapping[str, float] = MappingProxyType(
    {
        "copied_down": 0.05,
        "sides_alike": 0.02,
        "swapped_sides": 0.10,
        "decimal_slip": 0.02,
        "unusual_visit": 0.10,
        "replicate_scatter": 0.10,
    }
)
CHECKS = tuple(BOUNDS)
# Where they do not hold: errors with long tails look like faults.
BEYOND: Mapping[str, float] = MappingProxyType({"unusual_visit": 0.4, "replicate_scatter": 0.95})
BY_DESIGN = MappingProxyType({design.name: design for design in DESIGNS})


@frozen
class Rate:
    """Of clean studies of a design: findings and studies with one, those graded above a note too."""

    check: str
    design: Design
    studies: int
    told: int
    graded: int
    findings: int

    @property
    def share(self) -> float:
        return self.told / self.studies

    @property
    def error(self) -> float:
        """The Monte-Carlo standard error of the share, of one more study told and not told."""
        share = (self.told + 1) / (self.studies + 2)
        return sqrt(share * (1 - share) / self.studies)

    @property
    def per_1000_visits(self) -> float:
        return 1000 * self.findings / (self.studies * self.design.subject_visits)


@frozen
class Power:
    """Of planted studies: those in which the check tells of something."""

    check: str
    fault: Fault
    studies: int
    told: int


def bound(check: str, design: Design) -> float:
    """The largest share of clean studies of the design that the check may tell of something in."""
    return BOUNDS[check] if design.assumed else max(BOUNDS[check], BEYOND.get(check, 0.0))


def rates(studies: int, designs: Sequence[Design] = DESIGNS, first_seed: int = 0) -> Iterator[Rate]:
    """The rates of every check over clean studies of each design."""
    for design in designs:
        told = [
            _findings(design, design.simulate(seed), CHECKS)
            for seed in range(first_seed, first_seed + studies)
        ]
        for check in CHECKS:
            found = [of_study[check] for of_study in told]
            yield Rate(
                check,
                design,
                studies,
                told=sum(rows.height > 0 for rows in found),
                graded=sum((rows["severity"] != "note").any() for rows in found),
                findings=sum(rows.height for rows in found),
            )


def powers(studies: int, checks: Sequence[str] = CHECKS) -> Iterator[Power]:
    """The share of planted studies in which each check tells of the fault that was planted."""
    for check in checks:
        for fault in FAULTS[check]:
            design = BY_DESIGN[fault.design]
            told = 0
            for seed in range(studies):
                clean = design.simulate(seed)
                planted = fault.planted(np.random.default_rng(seed), clean)
                told += _findings(design, planted, (check,))[check].height > 0
            yield Power(check, fault, studies, told)


def _findings(design: Design, readings: Readings, checks: Sequence[str]) -> dict[str, pl.DataFrame]:
    """The findings of each check, without those that tell of a measure as a whole.

    That replicates of a measure scatter as a rule is no alarm about a visit.
    """
    data = study_of(design, readings)
    found = {}
    for name in checks:
        check = CORE_CHECKS[name]
        rows = check.find(data, check.options())
        rows = rows.with_columns(pl.col("severity").fill_null(check.severity))
        found[name] = rows.drop_nulls("subject") if name == "replicate_scatter" else rows
    return found
