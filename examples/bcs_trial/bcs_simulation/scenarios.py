"""What is assumed: means by visit, variance parts and rating counts of each scenario, with what is published and what is not."""

from __future__ import annotations

from dataclasses import dataclass, replace

VISITS = ("W0", "W4", "W12", "W24")
WEEKS = (0, 4, 12, 24)
SIDES = ("left", "right")
REPLICATES = 3

Means = tuple[float, float, float, float]
Parts = tuple[float, float, float, float, float]

# Standard deviations on the log scale: subject, subject x visit, side, side x visit, replicate. All assumed.
R0_PARTS: Parts = (0.14, 0.10, 0.04, 0.04, 0.06)
R9_PARTS: Parts = (0.20, 0.15, 0.05, 0.08, 0.20)
R6_PARTS: Parts = (0.10, 0.04, 0.02, 0.02, 0.05)
R7_PARTS: Parts = (0.06, 0.03, 0.01, 0.01, 0.03)
R2_PARTS: Parts = (0.04, 0.02, 0.01, 0.01, 0.02)
# Arbitrary units, not logs; the replicate part is a coefficient of variation (published for this probe: 5.6 to 9.2 %).
HYDRATION_PARTS: Parts = (7.2, 5.7, 2.2, 3.2, 0.075)
SEASON_AU = (
    4.0  # from the trough in January to the crest in July; direction published, size assumed
)


@dataclass(frozen=True)
class Scenario:
    """One truth. `conditioned` scales the sample so that the means of those measured are the stated ones."""

    name: str
    subjects: int
    r0: Means
    r9: Means
    hydration: Means
    r6: Means = (0.60, 0.58, 0.55, 0.50)
    r7: Means = (0.34, 0.35, 0.37, 0.40)
    r2: Means = (0.66, 0.67, 0.69, 0.71)
    questionnaire: tuple[float, float, float] = (2.8, 3.3, 3.5)
    # Counts of the grades 1 (very much improved) to 5 (worse) at W4, W12, W24.
    gais_investigator: tuple[tuple[float, ...], ...] = (
        (0, 2, 9, 10, 0),
        (1, 6, 9, 3, 0),
        (3, 8, 7, 2, 0),
    )
    gais_subject: tuple[tuple[float, ...], ...] = (
        (0, 2, 7, 11, 1),
        (1, 4, 9, 5, 0),
        (2, 5, 8, 4, 1),
    )
    conditioned: bool = False
    season: bool = False
    enrolled_from: float | None = None


PUBLISHED = Scenario(
    name="published",
    subjects=21,
    conditioned=True,
    r0=(0.34, 0.30, 0.24, 0.16),
    r9=(0.050, 0.049, 0.046, 0.040),
    hydration=(47, 49, 53, 56),
)

REPLICATION = Scenario(
    name="replication",
    subjects=95,
    r0=(0.40, 0.39, 0.38, 0.36),
    r9=(0.050, 0.045, 0.040, 0.040),
    hydration=(47, 48, 49, 50),
    season=True,
)

_NOTHING = ((0, 3, 17, 60, 20),) * 3
NULL = Scenario(
    name="null",
    subjects=21,
    season=True,
    enrolled_from=0.31,
    r0=(0.31,) * 4,
    r9=(0.045,) * 4,
    hydration=(47,) * 4,
    r6=(0.60,) * 4,
    r7=(0.34,) * 4,
    r2=(0.66,) * 4,
    questionnaire=(2.8, 2.8, 2.8),
    gais_investigator=_NOTHING,
    gais_subject=_NOTHING,
)

# No effect, no season and no threshold at enrolment: what is left is the error rate of the tests themselves.
PLAIN_NULL = replace(NULL, name="plain null", season=False, enrolled_from=None)

SCENARIOS = {scenario.name: scenario for scenario in (PUBLISHED, REPLICATION, NULL)}
