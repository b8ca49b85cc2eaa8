"""The Cutometer.

R, Q, F and U values of an export, their identities, and the same values from raw curves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dermoutcomes import Analysis, FigurePlan, Instrument, ReferenceMethod, hookimpl
from dermoutcomes_cutometer.agreement import CURVE_AGREEMENT
from dermoutcomes_cutometer.curve_settings import CIRCUMSTANCES, SETTINGS, CutometerOptions
from dermoutcomes_cutometer.curves import CURVES
from dermoutcomes_cutometer.identities import CHECKS
from dermoutcomes_cutometer.parameters import VALUES
from dermoutcomes_cutometer.references import (
    FACE_SITES,
    FIRST_CYCLE,
    KERSCHER_2022,
    PROTOCOL,
    Q_SET,
)

if TYPE_CHECKING:
    from dermoutcomes.report import Figure, Material

__plugin_api__ = 2

CUTOMETER = Instrument(
    "cutometer",
    "Cutometer",
    words=("cutometry", "Cutometrie", "MPA 580"),
    parameters=(*VALUES, *SETTINGS, *CIRCUMSTANCES),
    checks=CHECKS,
    curves=CURVES,
    options=CutometerOptions,
    conditions=("skin aging", "scars"),
    replicates=3,
    cautions=(
        (
            "R0, R3 and Q0 are one measurement under several names (they correlate by 0.97 and "
            "more): they are not independent evidence."
        ),
        (
            "Plausible ranges are those of the face with a 2 mm probe; a larger opening lifts "
            "several times as much: state the study's own."
        ),
        "R0, R1, R2 and R5 to R8 are values of the first cycle, which differs from the later ones.",
        (
            "Values computed from curves are close to the device's own, not equal: one endpoint "
            "uses one of the two."
        ),
    ),
    references=(KERSCHER_2022, FACE_SITES, Q_SET, FIRST_CYCLE, PROTOCOL),
)


@hookimpl
def register_instruments() -> list[Instrument]:
    """The Cutometer."""
    return [CUTOMETER]


@hookimpl
def register_analyses() -> list[Analysis]:
    """How far computed values are from exported ones."""
    return [CURVE_AGREEMENT]


@hookimpl
def register_reference_methods() -> tuple[ReferenceMethod, ...]:
    """What the agreement is held to."""
    from dermoutcomes_cutometer.reference import REFERENCE_METHODS

    return REFERENCE_METHODS


def draw_raw_curve(material: Material, name: None, results: Any) -> Iterator[Figure]:  # noqa: ARG001
    """A suction curve as it was read, with its R values."""
    from dermoutcomes_cutometer.curve_figures import raw_curve

    yield from raw_curve(material)


def draw_mean_curves(material: Material, name: None, results: Any) -> Iterator[Figure]:  # noqa: ARG001
    """The mean suction curve of each visit."""
    from dermoutcomes_cutometer.curve_figures import mean_curves

    yield from mean_curves(material)


@hookimpl
def register_figures() -> Iterable[FigurePlan]:
    """Suction curves, for studies that have raw ones."""
    yield FigurePlan("suction_curve", "Suction curve as it was read", draw_raw_curve, of="study")
    yield FigurePlan(
        "suction_curves_mean", "Mean suction curves by visit", draw_mean_curves, of="study"
    )
