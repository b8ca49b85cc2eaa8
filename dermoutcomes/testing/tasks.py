"""Tasks to try analyses on: plain data, and data on which little or nothing can be computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl

from dermoutcomes.study import Comparison, Endpoint
from dermoutcomes.tables import empty
from dermoutcomes.task import Task

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis

__all__ = ["CASES", "COMPARISON", "task_of", "tasks"]

# Subject → (value at W0, value at W12).
Values: TypeAlias = Mapping[str, tuple["float | None", "float | None"]]
COMPARISON = "first_comparison"
UNIT = "mm"
PLAIN = (0.5, 0.375), (0.625, 0.25), (0.4375, 0.4375), (0.75, 0.5625), (0.375, 0.4375), (0.5625, 0.3125), (0.6875, 0.5), (0.8125, 0.25)


def _named(rows: tuple[tuple[float | None, float | None], ...]) -> Values:
    return {f"S{number:02d}": pair for number, pair in enumerate(rows, 1)}


CASES: Mapping[str, Values] = {
    "plain": _named(PLAIN + tuple((second, first) for first, second in PLAIN[:3])),
    "some missing": _named((*PLAIN, (0.5, None), (None, 0.5), (None, None))),
    "two subjects": _named(PLAIN[:2]),
    "one subject": _named(PLAIN[:1]),
    "no change": _named(tuple((first, first) for first, _ in PLAIN)),
    "no variance": _named(((0.5, 0.25),) * 6),
    "all zero": _named(((0.0, 0.0),) * 6),
    "all missing": _named(((None, None),) * 6),
    "no follow-up": _named(tuple((first, None) for first, _ in PLAIN)),
    "no records": {},
    "very large": _named(tuple((first * 2.0**40, second * 2.0**40) for first, second in PLAIN)),
    "very small": _named(tuple((first * 2.0**-40, second * 2.0**-40) for first, second in PLAIN)),
}


def tasks(analysis: Analysis) -> Iterator[tuple[str, Task]]:
    """Every case that fits the analysis, with a name for it: each kind of endpoint that it takes, each case of data."""
    for kind in analysis.kinds or ("continuous",):
        for case, values in CASES.items():
            yield f"{kind}, {case}", task_of(analysis, values, kind)
        yield f"{kind}, one arm empty", task_of(analysis, CASES["plain"], kind, arms=("A",))


def task_of(analysis: Analysis, values: Values, kind: str = "continuous", *, arms: tuple[str, ...] = ("A", "B"), scale: float = 1.0) -> Task:
    """A task of that analysis: two visits, two arms in turn, one comparison (several endpoints have the same data)."""
    names = {"one": ("first",), "several": ("first", "second"), "none": ()}[analysis.endpoints]
    relative = kind == "ordinal"
    records = pl.concat([empty("endpoints"), *(_records(name, values, kind, arms, scale) for name in names)], how="diagonal_relaxed")
    records = records.select(empty("endpoints").columns)
    return Task(
        id="battery", analysis=analysis.name, endpoints={name: _endpoint(name, kind) for name in names},
        records=records.filter(pl.col("used")), unused=records.filter(~pl.col("used")), subjects=_subjects(values, arms),
        comparisons={COMPARISON: _comparison(analysis)} if names else {}, design=_design(analysis), endpoint=names[0] if len(names) == 1 else None,
        kind=kind, unit="" if relative else UNIT, improves="down", neutral=4.0 if relative else None,
        labels={float(grade): f"grade {grade}" for grade in range(1, 8)} if relative else {}, population="full",
        visits=("W0", "W12"), arms=("A", "B"), reference_arm="B", tables={name: empty(name) for name in analysis.reads}, seed=1,
    )


def _endpoint(name: str, kind: str) -> Endpoint:
    return Endpoint(measure="probe.height", kind=kind, compare=(COMPARISON,), improves="down", id=name)


def _comparison(analysis: Analysis) -> Comparison:
    if analysis.needs == "arm pair":
        return Comparison(arm=("A", "B"), visit=("W12",), id=COMPARISON)
    return Comparison(visit=("W12", "baseline"), id=COMPARISON)


def _design(analysis: Analysis) -> str:
    wanted = "parallel" if analysis.needs == "arm pair" else "single-arm"
    return wanted if wanted in analysis.designs or not analysis.designs else analysis.designs[0]


def _arm(number: int, arms: tuple[str, ...]) -> str:
    return arms[number % len(arms)]


def _subjects(values: Values, arms: tuple[str, ...]) -> pl.DataFrame:
    rows = [{"study": "battery", "subject": subject, "treated": True, "arm": _arm(number, arms)} for number, subject in enumerate(values)]
    schema: dict[str, Any] = {**empty("subjects").schema, "arm": pl.String}
    return pl.DataFrame(rows, schema=schema)


def _records(endpoint: str, values: Values, kind: str, arms: tuple[str, ...], scale: float) -> pl.DataFrame:
    rows = [_record(endpoint, subject, _arm(number, arms), visit, kind, scale, pair)
            for number, (subject, pair) in enumerate(values.items()) for visit in ("W0", "W12")]
    return pl.DataFrame(rows, schema=empty("endpoints").schema)


def _record(endpoint: str, subject: str, arm: str, visit: str, kind: str, scale: float,
            pair: tuple[float | None, float | None]) -> dict[str, Any]:
    base, value = (None if number is None else number * scale for number in (pair[0], pair[0] if visit == "W0" else pair[1]))
    if kind == "ordinal":  # a grade of change, which has no baseline
        base, value = None, None if value is None else float(1 + round(value * 8) % 7)
    change = value - base if value is not None and base is not None else None
    return {
        "study": "battery", "endpoint": endpoint, "handling": "observed", "subject": subject, "arm": arm, "visit": visit,
        "reference_visit": "baseline", "value": value, "base": base, "change": change, "used": value is not None,
        "pct_change": 100 * change / base if change is not None and base else None, "event": None if value is None else visit == "W12",
        "responder": _responds(kind, value, change), "reason": None if value is not None else "missing", "derivation": "observed",
        "n_values": 1, "populations": ["full"], "observations": [],
    }


def _responds(kind: str, value: float | None, change: float | None) -> bool | None:
    if kind == "ordinal":
        return None if value is None else value <= 3
    return None if change is None else change < 0
