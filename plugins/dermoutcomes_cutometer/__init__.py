"""The Cutometer.

R, Q, F and U values of an export, their identities, and the same values from raw curves.
"""

from __future__ import annotations

from dermoutcomes import Analysis, Instrument, ReferenceMethod, hookimpl
from dermoutcomes_cutometer.agreement import CURVE_AGREEMENT
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
from dermoutcomes_cutometer.settings import CIRCUMSTANCES, SETTINGS, CutometerOptions

__plugin_api__ = 2

CUTOMETER = Instrument(
    "cutometer",
    "Cutometer",
    parameters=(*VALUES, *SETTINGS, *CIRCUMSTANCES),
    checks=CHECKS,
    curves=CURVES,
    options=CutometerOptions,
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
