"""Simulated studies without a fault, of the kinds on which checks that judge by chance may stumble.

Readings vary by subject, visit, side and replicate as skin does: on the logarithm (devices that
measure a quantity) or as they are (pH). What a device shows is rounded to its step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TypeAlias

import numpy as np
import polars as pl
from attrs import evolve, field, frozen

from dermoutcomes.declare import Instrument, Parameter, Scale
from dermoutcomes.durations import parse_duration
from dermoutcomes.quality.check_data import StudyData, study_data
from dermoutcomes.registry.registry import Registry
from dermoutcomes.study import Endpoint, Study, StudyInfo, Visit
from dermoutcomes.tables import conform

__all__ = ["DESIGNS", "Design", "Readings", "study_of"]

# A measure's code = its readings by subject, visit, side and replicate.
Readings: TypeAlias = Mapping[str, np.ndarray]
SOURCE = 1


@frozen
class Variation:
    """Standard deviations by what they are of; on the logarithm unless the readings are `plain`."""

    subject: float
    visit: float
    side: float = 0.0
    side_visit: float = 0.0
    replicate: float = 0.0

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        """The sum of all deviations, of the shape of the readings."""
        subjects, visits, sides, _ = shape
        parts = (
            (self.subject, (subjects, 1, 1, 1)),
            (self.visit, (subjects, visits, 1, 1)),
            (self.side, (subjects, 1, sides, 1)),
            (self.side_visit, (subjects, visits, sides, 1)),
            (self.replicate, shape),
        )
        return np.sum(
            [np.broadcast_to(rng.normal(0, sd, size), shape) for sd, size in parts], axis=0
        )


@frozen(eq=False, slots=False)
class Design:
    """A kind of study: what is measured how often, and how its readings are drawn."""

    name: str
    label: str
    owner: Instrument | Scale
    shape: tuple[int, int, int, int]
    draw: Callable[[np.random.Generator, tuple[int, int, int, int]], Readings]
    # Whether the left side is treated in each subject: one of two, by lot.
    split: bool = False
    # Whether the checks' own assumptions hold; a bound is stated where they do not, too.
    assumed: bool = True
    arms: tuple[str, ...] = field(default=("active", "vehicle"))

    @property
    def subject_visits(self) -> int:
        return self.shape[0] * self.shape[1]

    @cached_property
    def registry(self) -> Registry:
        return Registry.of(self.owner)

    @cached_property
    def study(self) -> Study:
        """The study file: a primary endpoint of the first measure, change from the first visit."""
        visits = {
            f"W{4 * number}": evolve(
                Visit(at=parse_duration(f"{4 * number} w")), id=f"W{4 * number}"
            )
            for number in range(self.shape[1])
        }
        code = self.owner.parameters[0].code
        measure = f"{self.owner.name}.{code}"
        return Study(
            study=StudyInfo(id="SIM", title=self.label, design="parallel"),
            visits=visits,
            endpoints={code: Endpoint(measure=measure, role="primary", id=code)},
        )

    def simulate(self, seed: int) -> Readings:
        """The readings of one study."""
        rng = np.random.default_rng((seed, *self.name.encode()))
        return self.draw(rng, self.shape)


def study_of(design: Design, readings: Readings) -> StudyData:
    """The study's tables, as the checks are given them."""
    subject, visit, side, replicate = (part.ravel() for part in np.indices(design.shape))
    rows = np.arange(subject.size) + 2
    sides = ("left", "right") if design.shape[2] == 2 else (None,)
    place = pl.DataFrame(
        {
            "measurement": (SOURCE << 40) | (rows << 14) | 1,
            "subject": [f"S{number + 1:03d}" for number in subject],
            "visit": [f"W{4 * number}" for number in visit],
            "location": "cheek",
            "side": [sides[number] for number in side],
            "replicate": replicate + 1 if design.shape[3] > 1 else None,
            "source": SOURCE,
            "row": rows,
        },
        schema_overrides={"side": pl.String, "replicate": pl.Int32},
    )
    frames = [
        place.with_columns(
            id=pl.col("measurement") + number,
            column=pl.lit(number + 1),
            measure=pl.lit(f"{design.owner.name}.{code}"),
            kind=pl.lit("value"),
            value=pl.Series(values.ravel(), dtype=pl.Float64),
        )
        for number, (code, values) in enumerate(readings.items())
    ]
    tables = {
        "observations": conform(
            pl.concat(frames).drop_nulls("value").sort("id"), "observations", "SIM"
        ),
        "allocations": conform(_allocations(design), "allocations", "SIM"),
    }
    return study_data(design.study, design.registry, tables)


def _allocations(design: Design) -> pl.DataFrame:
    """Of a split study the arm of each side, in turns; of any other nothing."""
    rows = [
        {"subject": f"S{number + 1:03d}", "side": side, "arm": design.arms[(number + place) % 2]}
        for number in range(design.shape[0])
        for place, side in enumerate(("left", "right"))
        if design.split
    ]
    return pl.DataFrame(rows, schema={"subject": pl.String, "side": pl.String, "arm": pl.String})


def device(code: str, unit: str, **settings: object) -> Instrument:
    """A device that measures one quantity."""
    return Instrument("device", "Device", (Parameter(code, code.capitalize(), unit, **settings),))


def shown(values: np.ndarray, step: float) -> np.ndarray:
    """What a device or a form shows of a value."""
    return np.round(np.round(values / step) * step, 6)


def lognormal(
    level: float,
    variation: Variation,
    step: float,
    *,
    course: tuple[float, ...] = (),
    responders: float = 0.0,
    response: float = 1.0,
    code: str = "value",
    most: float = np.inf,
) -> Callable[..., Readings]:
    """Readings about a level, times a course over the visits.

    A share of the subjects responds: from the second visit on their readings are `response` times
    as large.
    """

    def draw(rng: np.random.Generator, shape: tuple[int, int, int, int]) -> Readings:
        values = level * np.exp(variation.draw(rng, shape))
        if course:
            values = values * np.resize(course, shape[1]).reshape(1, -1, 1, 1)
        responds = rng.random(shape[0]) < responders
        factor = np.where(responds[:, None] & (np.arange(shape[1]) > 0), response, 1.0)
        return {code: shown(np.minimum(values * factor[:, :, None, None], most), step)}

    return draw


def acidity(rng: np.random.Generator, shape: tuple[int, int, int, int]) -> Readings:
    """PH of skin, to a tenth: a scale without a zero."""
    return {"ph": shown(5.3 + Variation(0.4, 0.25, replicate=0.1).draw(rng, shape), 0.1)}


def heavy_tails(rng: np.random.Generator, shape: tuple[int, int, int, int]) -> Readings:
    """Hydration whose errors have the tails of a t distribution with four degrees of freedom."""
    base = Variation(0.16, 0.0, 0.05).draw(rng, shape)
    of_visit = 0.08 * rng.standard_t(4, (*shape[:2], 1, 1))
    of_reading = 0.05 * rng.standard_t(4, shape)
    return {"hydration": shown(45 * np.exp(base + of_visit + of_reading), 0.1)}


def counts(mean: float, decline: float, dispersion: float) -> Callable[..., Readings]:
    """Lesions: negative binomial about a subject's own mean, which declines from visit to visit."""

    def draw(rng: np.random.Generator, shape: tuple[int, int, int, int]) -> Readings:
        own = rng.gamma(dispersion, mean / dispersion, (shape[0], 1, 1, 1))
        expected = own * decline ** np.arange(shape[1]).reshape(1, -1, 1, 1)
        return {"lesions": rng.poisson(np.broadcast_to(expected, shape)).astype(float)}

    return draw


def sebum(rng: np.random.Generator, shape: tuple[int, int, int, int]) -> Readings:
    """Sebum in whole units, 0 where the skin is dry: about one reading of ten."""
    values = 60 * np.exp(Variation(0.7, 0.35, replicate=0.25).draw(rng, shape)) - 15
    return {"sebum": shown(np.clip(values, 0, 350), 1.0)}


def severity(rng: np.random.Generator, shape: tuple[int, int, int, int]) -> Readings:
    """A score of 0 to 72 in steps of 0.1: half of the subjects clear, the others stay."""
    start = np.clip(18 * np.exp(rng.normal(0, 0.35, (shape[0], 1, 1, 1))), 4, 72)
    clears = rng.random((shape[0], 1, 1, 1)) < 0.5
    left = np.where(clears, 0.25, 0.9) ** (np.arange(shape[1]).reshape(1, -1, 1, 1) / 2)
    noise = np.exp(Variation(0, 0.2).draw(rng, shape))
    return {"score": shown(np.clip(start * left * noise, 0, 72), 0.1)}


def itch(rng: np.random.Generator, shape: tuple[int, int, int, int]) -> Readings:
    """A rating of 0 to 10 in whole numbers that falls in the treated half."""
    start = rng.normal(6, 1.8, (shape[0], 1, 1, 1))
    treated = rng.random((shape[0], 1, 1, 1)) < 0.5
    fall = np.where(treated, 1.2, 0.2) * np.arange(shape[1]).reshape(1, -1, 1, 1)
    return {"itch": np.clip(np.round(start - fall + rng.normal(0, 1.2, shape)), 0, 10)}


def treated_side(rng: np.random.Generator, shape: tuple[int, int, int, int]) -> Readings:
    """Hydration that rises by a fifth on the treated side, in some subjects more than in others.

    The left side of every other subject is treated, from the second visit on.
    """
    values = 40 * np.exp(HYDRATION.draw(rng, shape))
    gain = np.exp(rng.normal(0.2, 0.1, (shape[0], 1)))
    side = (np.arange(shape[0]) % 2).reshape(-1, 1, 1)
    treated = (np.arange(2) == side) & (np.arange(shape[1]).reshape(1, -1, 1) > 0)
    return {"hydration": shown(values * np.where(treated, gain[:, :, None], 1.0)[..., None], 0.1)}


SUCTION = (("r0", 0.30, 0.14, 0.06), ("r2", 0.66, 0.05, 0.02), ("r7", 0.36, 0.10, 0.05))


def suction(rng: np.random.Generator, shape: tuple[int, int, int, int]) -> Readings:
    """Three quantities of one curve, to a thousandth; half of their variation is common."""
    common = Variation(1.0, 0.6, 0.3, 0.3, 0.4).draw(rng, shape)
    readings = {}
    for code, level, subject, replicate in SUCTION:
        own = Variation(subject, 0.6 * subject, 0.03, 0.03, replicate).draw(rng, shape)
        readings[code] = shown(level * np.exp((own + subject * common / 2) / 1.1), 0.001)
    return readings


HYDRATION = Variation(0.16, 0.10, 0.05, 0.05, 0.075)
LESIONAL = Variation(0.5, 0.20)
CORNEOMETER = device("hydration", "AU", minimum=0, maximum=130, low=5, high=120)
EVAPORIMETER = device("loss", "g/m²/h", minimum=0)
COLOUR = device("index", "AU", minimum=0, maximum=999)

DESIGNS = (
    Design(
        "hydration",
        "Hydration: 20 subjects, 4 visits, 2 sides, 3 replicates, steps of 0.1",
        CORNEOMETER,
        (20, 4, 2, 3),
        lognormal(45, HYDRATION, 0.1, course=(1, 1.05, 1.12, 1.2), code="hydration"),
    ),
    Design(
        "few",
        "The same of 6 subjects at 3 visits",
        CORNEOMETER,
        (6, 3, 2, 3),
        lognormal(45, HYDRATION, 0.1, code="hydration"),
    ),
    Design(
        "many",
        "The same of 100 subjects at 5 visits, one side",
        CORNEOMETER,
        (100, 5, 1, 3),
        lognormal(45, HYDRATION, 0.1, code="hydration"),
    ),
    Design(
        "pairs",
        "Hydration: 40 subjects, 3 visits, 2 replicates, steps of 0.1",
        CORNEOMETER,
        (40, 3, 1, 2),
        lognormal(45, HYDRATION, 0.1, code="hydration"),
    ),
    Design(
        "rounded",
        "Hydration in whole numbers: 40 subjects, 4 visits, 2 replicates",
        CORNEOMETER,
        (40, 4, 1, 2),
        lognormal(45, HYDRATION, 1.0, code="hydration"),
    ),
    Design(
        "colour",
        "Pigment index, one reading in whole numbers: 60 subjects, 4 visits",
        COLOUR,
        (60, 4, 1, 1),
        lognormal(220, Variation(0.25, 0.08), 1.0, code="index"),
    ),
    Design(
        "ph",
        "pH to a tenth, one reading: 60 subjects, 6 visits",
        device("ph", "", scale_type="interval"),
        (60, 6, 1, 1),
        acidity,
    ),
    Design(
        "ph_twice",
        "pH to a tenth, two readings: 100 subjects, 4 visits",
        device("ph", "", scale_type="interval"),
        (100, 4, 1, 2),
        acidity,
    ),
    Design(
        "responders",
        "Water loss of lesions, one reading: half of 40 subjects fall to 0.4, 4 visits",
        EVAPORIMETER,
        (40, 4, 1, 1),
        lognormal(50, LESIONAL, 0.1, responders=0.5, response=0.4, code="loss"),
    ),
    Design(
        "few_responders",
        "The same where a fifth respond, to 0.25",
        EVAPORIMETER,
        (60, 4, 1, 1),
        lognormal(50, LESIONAL, 0.1, responders=0.2, response=0.25, code="loss"),
    ),
    Design(
        "moistened",
        "Hydration that doubles in a third of 30 subjects, 3 replicates",
        CORNEOMETER,
        (30, 4, 1, 3),
        lognormal(30, HYDRATION, 0.1, responders=1 / 3, response=2.0, code="hydration"),
    ),
    Design(
        "counts",
        "Lesions that disappear: 60 subjects, 5 visits",
        device("lesions", "", minimum=0),
        (60, 5, 1, 1),
        counts(20, 0.5, 2.0),
    ),
    Design(
        "sebum",
        "Sebum with zeros, two readings in whole numbers: 40 subjects, 4 visits",
        device("sebum", "µg/cm²", minimum=0, maximum=350),
        (40, 4, 1, 2),
        sebum,
    ),
    Design(
        "score",
        "Severity score in steps of 0.1, half clear: 80 subjects, 6 visits",
        Scale("form", "Form", (Parameter("score", "Score", minimum=0, maximum=72),)),
        (80, 6, 1, 1),
        severity,
    ),
    Design(
        "itch",
        "Itch of 0 to 10, in whole numbers: 80 subjects, 6 visits",
        Scale("form", "Form", (Parameter("itch", "Itch", minimum=0, maximum=10),)),
        (80, 6, 1, 1),
        itch,
    ),
    Design(
        "sides",
        "Sides that differ by chance: 20 subjects, 3 visits, one reading a side",
        CORNEOMETER,
        (20, 3, 2, 1),
        lognormal(45, Variation(0.16, 0.08, 0.12, 0.10), 0.1, code="hydration"),
    ),
    Design(
        "sides_alike",
        "Sides that differ at single visits only: 12 subjects, 5 visits, one reading a side",
        CORNEOMETER,
        (12, 5, 2, 1),
        lognormal(45, Variation(0.16, 0.08, 0.0, 0.12), 0.1, code="hydration"),
    ),
    Design(
        "split_face",
        "One side treated, by lot: 24 subjects, 4 visits, 3 replicates",
        CORNEOMETER,
        (24, 4, 2, 3),
        treated_side,
        split=True,
    ),
    Design(
        "suction",
        "Three quantities of one curve: 20 subjects, 4 visits, 2 sides, 3 replicates",
        Instrument(
            "device",
            "Device",
            tuple(Parameter(code, code.upper(), "mm", minimum=0) for code, *_ in SUCTION),
        ),
        (20, 4, 2, 3),
        suction,
    ),
    Design(
        "heavy_tails",
        "Hydration with the tails of a t distribution (4 degrees of freedom): 20 subjects",
        CORNEOMETER,
        (20, 4, 2, 3),
        heavy_tails,
        assumed=False,
    ),
)
