"""Tasks to try analyses on: plain data, and data on which little or nothing can be computed.

A subject has a value at each of two visits, and is in one of two arms in turn. Where arms are
inside a subject, the left side is in the first arm and the right one in the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import polars as pl

from dermoutcomes.declare.tasks.task import Task
from dermoutcomes.study import Comparison, Endpoint
from dermoutcomes.tables import empty

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis

__all__ = ["CASES", "COMPARISON", "COVARIATE", "MANY", "SENSITIVE", "STRATUM", "task_of", "tasks"]

Pair: TypeAlias = tuple["float | None", "float | None"]
# Subject → (value at W0, value at W12).
Values: TypeAlias = Mapping[str, Pair]
# Whether a subject has one record a visit, one a side (both in the subject's arm), nearly the same
# on both sides, or a side in each arm.
Sides: TypeAlias = Literal["none", "two", "copied", "arms"]
COMPARISON = "first_comparison"
UNIT = "mm"
COVARIATE, STRATUM = "weight", "site"
MARGIN = 0.25
PLAIN = (
    (0.5, 0.375),
    (0.625, 0.25),
    (0.4375, 0.4375),
    (0.75, 0.5625),
    (0.375, 0.4375),
    (0.5625, 0.3125),
    (0.6875, 0.5),
    (0.8125, 0.25),
)


def _named(rows: Sequence[Pair]) -> Values:
    return {f"S{number:02d}": pair for number, pair in enumerate(rows, 1)}


# Numbers without a pattern, the same in every run; enough of them for a model with a few columns.
MANY: Values = _named(
    [(0.25 + (7 * number % 29) / 32, 0.25 + (11 * number % 31) / 32) for number in range(1, 29)]
)
CASES: Mapping[str, Values] = {
    "plain": _named(PLAIN + tuple((second, first) for first, second in PLAIN[:3])),
    "some missing": _named((*PLAIN, (0.5, None), (None, 0.5), (None, None))),
    "two subjects": _named(PLAIN[:2]),
    "one subject": _named(PLAIN[:1]),
    "no change": _named(tuple((first, first) for first, _ in PLAIN)),
    "no variance": _named(((0.5, 0.25),) * 6),
    "constant arm": _named([pair for other in PLAIN for pair in ((0.5, 0.28125), other)]),
    "equal arms": _named([pair for same in PLAIN for pair in (same, same)]),
    "all zero": _named(((0.0, 0.0),) * 6),
    "all missing": _named(((None, None),) * 6),
    "no follow-up": _named(tuple((first, None) for first, _ in PLAIN)),
    "no records": {},
    "very large": _named(tuple((first * 2.0**40, second * 2.0**40) for first, second in PLAIN)),
    "very small": _named(tuple((first * 2.0**-40, second * 2.0**-40) for first, second in PLAIN)),
}
# The cases in which records differ enough for their order, or a name, to change a number.
SENSITIVE = ("plain", "some missing", "two sides", "arms inside a subject", "adjusted")


def tasks(analysis: Analysis) -> Iterator[tuple[str, Task]]:
    """Every case that fits the analysis, by name: each kind of endpoint, each case of data."""
    for kind in analysis.kinds or ("continuous",):
        for case, values in CASES.items():
            yield f"{kind}, {case}", task_of(analysis, values, kind)
        yield f"{kind}, one arm empty", task_of(analysis, CASES["plain"], kind, arms=("A",))
        if analysis.endpoints == "none":
            continue
        yield f"{kind}, two sides", task_of(analysis, CASES["plain"], kind, sides="two")
        if takes_arms_inside(analysis):
            yield (
                f"{kind}, arms inside a subject",
                task_of(analysis, CASES["some missing"], kind, sides="arms"),
            )
        if analysis.adjusts:
            yield f"{kind}, adjusted", task_of(analysis, MANY, kind, adjusted=True)


def takes_arms_inside(analysis: Analysis) -> bool:
    """Whether it may compare arms that one subject has both of."""
    return (
        analysis.endpoints == "one"
        and analysis.dependence != "none"
        and "within-subject" in analysis.designs
        and analysis.needs in {"comparison", "arm pair"}
    )


def task_of(
    analysis: Analysis,
    values: Values,
    kind: str = "continuous",
    *,
    arms: tuple[str, ...] = ("A", "B"),
    scale: float = 1.0,
    sides: Sides = "none",
    adjusted: bool = False,
) -> Task:
    """A task of that analysis: two visits, two arms in turn, one comparison.

    Several endpoints have the same data.
    """
    names = {"one": ("first",), "several": ("first", "second"), "none": ()}[analysis.endpoints]
    relative = kind == "ordinal"
    records = pl.concat(
        [empty("endpoints"), *(_records(name, values, kind, arms, scale, sides) for name in names)],
        how="diagonal_relaxed",
    )
    records = records.select(empty("endpoints").columns)
    people = _subjects(values, arms, sides)
    if adjusted:
        records = records.join(
            people.select("subject", COVARIATE, STRATUM),
            on="subject",
            how="left",
            maintain_order="left",
        )
    return Task(
        id="battery",
        analysis=analysis.name,
        endpoints={name: _endpoint(name, kind) for name in names},
        records=records.filter(pl.col("used")),
        unused=records.filter(~pl.col("used")),
        subjects=people,
        comparisons={COMPARISON: _comparison(analysis, sides, scale)} if names else {},
        design=_design(analysis, sides),
        endpoint=names[0] if len(names) == 1 else None,
        kind=kind,
        unit="" if relative else UNIT,
        improves="down",
        neutral=4.0 if relative else None,
        labels={float(grade): f"grade {grade}" for grade in range(1, 8)} if relative else {},
        population="full",
        visits=("W0", "W12"),
        planned_days={"W0": 0.0, "W12": 84.0},
        arms=("A", "B"),
        reference_arm="B",
        covariates=(COVARIATE,) if adjusted else (),
        strata=(STRATUM,) if adjusted else (),
        sides_randomised=True,
        tables={name: empty(name) for name in analysis.reads},
        seed=1,
    )


def _endpoint(name: str, kind: str) -> Endpoint:
    return Endpoint(
        measure="probe.height", kind=kind, compare=(COMPARISON,), improves="down", id=name
    )


def _comparison(analysis: Analysis, sides: Sides, scale: float) -> Comparison:
    if analysis.needs != "arm pair" and sides != "arms":
        return Comparison(visit=("W12", "baseline"), id=COMPARISON)
    margin, reason = (MARGIN * scale, "Stated for the trial.") if analysis.margin else (None, None)
    return Comparison(
        arm=("A", "B"), visit=("W12",), margin=margin, margin_reason=reason, id=COMPARISON
    )


def _design(analysis: Analysis, sides: Sides) -> str:
    wanted = (
        "within-subject"
        if sides == "arms"
        else "parallel"
        if analysis.needs == "arm pair"
        else "single-arm"
    )
    return wanted if wanted in analysis.designs or not analysis.designs else analysis.designs[0]


def _arm(number: int, arms: tuple[str, ...]) -> str:
    return arms[number % len(arms)]


def _subjects(values: Values, arms: tuple[str, ...], sides: Sides) -> pl.DataFrame:
    rows = [
        {
            "study": "battery",
            "subject": subject,
            "treated": True,
            "arm": None if sides == "arms" else _arm(number, arms),
            COVARIATE: 50.0 + 13 * number % 37,
            STRATUM: f"site {number // 2 % 2}",
        }
        for number, subject in enumerate(values)
    ]
    schema: dict[str, Any] = {
        **empty("subjects").schema,
        "arm": pl.String,
        COVARIATE: pl.Float64,
        STRATUM: pl.String,
    }
    return pl.DataFrame(rows, schema=schema)


def _records(
    endpoint: str, values: Values, kind: str, arms: tuple[str, ...], scale: float, sides: Sides
) -> pl.DataFrame:
    visits = (None,) if kind == "time_to_event" else ("W0", "W12")
    rows = [
        {
            "endpoint": endpoint,
            "subject": subject,
            "visit": visit,
            **unit,
            **_numbers(kind, visit, pair, scale, number),
        }
        for number, subject in enumerate(values)
        for unit, pair in _units(list(values.values()), number, arms, sides, kind)
        for visit in visits
    ]
    return pl.DataFrame([{**_COMMON, **row} for row in rows], schema=empty("endpoints").schema)


_COMMON = {
    "study": "battery",
    "handling": "observed",
    "reference_visit": "baseline",
    "derivation": "observed",
    "n_values": 1,
    "populations": ["full"],
    "observations": [],
}


def _units(
    pairs: Sequence[Pair], number: int, arms: tuple[str, ...], sides: Sides, kind: str
) -> Iterator[tuple[dict[str, str], Pair]]:
    """What is measured of a subject, with its two values.

    The right side has those of another subject, unless it is a copy.
    """
    own, other = pairs[number], pairs[(5 * number + 3) % len(pairs)]
    arm = _arm(number, arms)
    if sides == "none":
        yield {"arm": arm}, own
    else:
        yield {"side": "left", "arm": arms[0] if sides == "arms" else arm}, own
        yield (
            {"side": "right", "arm": arms[-1] if sides == "arms" else arm},
            _copy(own, number, kind) if sides == "copied" else other,
        )


def _copy(pair: Pair, number: int, kind: str) -> Pair:
    """The same two values.

    Continuous ones but for a little that is no pattern, as some models have no optimum without it.
    """
    if kind != "continuous":
        return pair
    first, second = ((-1.0) ** (number + place) * (number % 3) / 512 for place in (0, 1))
    return None if pair[0] is None else pair[0] + first, None if pair[1] is None else pair[
        1
    ] + second


def _numbers(kind: str, visit: str | None, pair: Pair, scale: float, number: int) -> dict[str, Any]:
    """The value of a visit, what it is against the baseline, and whether it is used."""
    base, value = (
        None if given is None else given * scale
        for given in (pair[0], pair[0] if visit == "W0" else pair[1])
    )
    if kind == "ordinal":  # a grade of change, which has no baseline
        base, value = None, None if value is None else float(1 + round(value * 8) % 7)
    change = value - base if value is not None and base is not None else None
    return {
        "value": value,
        "base": base,
        "change": change,
        "used": value is not None,
        "reason": None if value is not None else "missed",
        "pct_change": 100 * change / base if change is not None and base else None,
        "event": None if value is None else number // 2 % 4 != 3,
        "responder": _responds(kind, value, change),
    }


def _responds(kind: str, value: float | None, change: float | None) -> bool | None:
    if kind == "ordinal":
        return None if value is None else value <= 3
    return None if change is None else change < 0
