"""`[endpoints.X.estimand]`: what is to be estimated, in the words of ICH E9 (R1).

It is held against the analysis that was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.study.sections.shared_fields import Names

__all__ = [
    "COMPOSITE",
    "HYPOTHETICAL",
    "ON_TREATMENT",
    "POLICY",
    "STRATEGIES",
    "STRATUM",
    "VARIABLES",
    "WHILE",
    "Estimand",
]

POLICY, HYPOTHETICAL, COMPOSITE, WHILE, STRATUM = STRATEGIES = (
    "treatment policy",
    "hypothetical",
    "composite",
    "while on treatment",
    "principal stratum",
)
ON_TREATMENT = ("last value on treatment", "mean value on treatment")
VARIABLES = ("value", "change", "percent change", "response", "time to event", *ON_TREATMENT)


@frozen
class Estimand:
    """What the main analysis is to estimate; checked against the rest of the study file."""

    population: str = option(help="Who it is about: the endpoint's main population.")
    variable: str = option(help="What is seen of each subject.", choices=VARIABLES)
    summary: str = option(
        help='The quantity, as "difference in means": one that the main analysis estimates.'
    )
    treatment: Names = option(
        (),
        "The arms that are compared, the first minus the second; none where everybody is treated "
        "alike.",
    )
    intercurrent: Mapping[str, str] = option(
        {},
        "Event of [intercurrent] = treatment policy, hypothetical, composite, while on treatment "
        "or principal stratum.",
    )
