"""A simulated study with known variation and no fault, and ways to plant faults in it.

21 subjects, four visits, two cheeks, three replicates. Log-scale coefficients of variation of r0: subject 14 %, subject x visit 10 %,
side 4 %, side x visit 4 %, replicate 6 %; r9: 20, 15, 5, 8 and 20 %. A sequence of readings halves over the study.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from attrs import evolve, frozen

from dermoutcomes.declare import Check, Instrument, Parameter, Scale
from dermoutcomes.durations import parse_duration
from dermoutcomes.quality.check_stage import findings
from dermoutcomes.registry.registry import Registry
from dermoutcomes.study import Quality, Session, Source, Study, StudyInfo, Visit
from dermoutcomes.tables import conform
from dermoutcomes.tables.table_rows import words_once

VISITS = {"W0": 0, "W4": 28, "W12": 84, "W24": 168}
LEVELS = {
    "r0": (0.34, 0.30, 0.24, 0.16),
    "r9": (0.05, 0.049, 0.046, 0.04),
    "r6": (0.6, 0.58, 0.55, 0.5),
    "r7": (0.34, 0.35, 0.37, 0.4),
    "r2": (0.66, 0.67, 0.69, 0.71),
}
#            subject, x visit, side, x visit, replicate
VARIATION = {
    "r0": (0.14, 0.10, 0.04, 0.04, 0.06),
    "r9": (0.20, 0.15, 0.05, 0.08, 0.20),
    "r6": (0.10, 0.06, 0.02, 0.04, 0.05),
    "r7": (0.10, 0.06, 0.02, 0.04, 0.05),
    "r2": (0.05, 0.02, 0.01, 0.02, 0.02),
}
MOISTURE, MOISTURE_VARIATION = (47.0, 49.0, 53.0, 56.0), (0.16, 0.10, 0.05, 0.05, 0.075)
START = datetime.fromisoformat("2021-01-11")


def suction() -> Instrument:
    length = {"unit": "mm", "low": 0.0, "minimum": 0.0, "maximum": 10.0, "decimals": 3}
    ratio = {"minimum": 0.0, "maximum": 20.0, "decimals": 3}
    parameters = (
        Parameter(
            "r0", "R0", **{**length, "low": 0.05, "high": 0.8}, not_independent_of=("r3", "q0")
        ),
        Parameter("r1", "R1", **length),
        Parameter("r2", "R2", **ratio),
        Parameter("r3", "R3", **length, not_independent_of=("r0", "q0")),
        Parameter("r5", "R5", **ratio),
        Parameter("r6", "R6", **ratio),
        Parameter("r7", "R7", **ratio),
        Parameter("r8", "R8", **length),
        Parameter("r9", "R9", "mm", low=-0.02, high=0.3, minimum=-10.0, decimals=3),
        Parameter("q0", "Q0", minimum=0.0, decimals=1, not_independent_of=("r0", "r3")),
        Parameter("probe_mm", "Probe opening", "mm", kind="setting"),
    )
    scale = pl.col("q0") / pl.col("r0")
    constant = Check(
        "q0_over_r0",
        "Q0 / R0 is one number in one protocol",
        (scale / scale.median() - 1).abs() > 0.03,
        ("q0", "r0"),
        severity="error",
        measure="q0",
        message="Q0 {q0} and R0 {r0} do not belong together",
    )
    return Instrument("suction", "Suction", parameters, checks=(constant,), replicates=3)


def moisture() -> Instrument:
    return Instrument(
        "moisture",
        "Moisture",
        (Parameter("water", "Water", "AU", low=10, high=120, minimum=0, maximum=150, decimals=1),),
        replicates=3,
    )


def rating() -> Scale:
    return Scale(
        "global",
        "Global",
        (Parameter("grade", "Grade", values=(1, 2, 3, 4, 5), scale_type="ordinal", kind="item"),),
        relative=True,
    )


REGISTRY = Registry.of(suction(), moisture(), rating())


def clean_study(**quality: Any) -> Study:
    visits = {
        name: evolve(Visit(at=parse_duration(f"{day} d")), id=name) for name, day in VISITS.items()
    }
    sessions = {
        f"S{n}": Session(at=visits[visit].at, measure="before", visit=visit)
        for n, visit in enumerate(("W0", "W4", "W12"), 1)
    }
    return Study(
        study=StudyInfo(id="SIM", title="A simulated study", design="single-arm"),
        visits=visits,
        sessions=sessions,
        sources={"suction": (Source(file="r.csv", options={"probe_mm": 2}),)},
        quality=Quality(**quality),
    )


def _crossed(
    rng: np.random.Generator, cvs: tuple[float, ...], levels: tuple[float, ...], n: int
) -> np.ndarray:
    """Readings by subject, visit, side and replicate."""
    v = len(levels)
    shapes = ((n, 1, 1, 1), (n, v, 1, 1), (n, 1, 2, 1), (n, v, 2, 1), (n, v, 2, 3))
    logs = sum(rng.normal(0, cv, shape) for cv, shape in zip(cvs, shapes, strict=True))
    return np.asarray(levels).reshape(1, v, 1, 1) * np.exp(logs)


@cache
def simulate(seed: int, subjects: int = 21) -> dict[str, pl.DataFrame]:
    """The tables observations, exposures and sources of a study without a fault."""
    rng = np.random.default_rng(seed)
    codes = {code: _crossed(rng, VARIATION[code], LEVELS[code], subjects) for code in LEVELS}
    r0, r9, r6, r7, r2 = (codes[code].round(3) for code in LEVELS)
    r8 = (r2 * r0).round(3)
    suctions = {
        "r0": r0,
        "r1": r0 - r8,
        "r2": r2,
        "r3": r0 + r9,
        "r5": r7 * (1 + r6),
        "r6": r6,
        "r7": r7,
        "r8": r8,
        "r9": r9,
    }
    suctions = {code: values.round(3) for code, values in suctions.items()} | {
        "q0": (200 * r0).round(1),
        "probe_mm": np.full(r0.shape, 2.0),
    }
    water = {"water": _crossed(rng, MOISTURE_VARIATION, MOISTURE, subjects).round(1)}
    start = rng.integers(0, 60, subjects)
    days = np.asarray(list(VISITS.values())) + np.where(
        np.arange(4) > 0, rng.integers(-3, 4, (subjects, 4)), 0
    )
    minutes = rng.integers(9 * 60, 16 * 60, (subjects, 4))
    moments = [
        [
            START + timedelta(days=int(start[s] + days[s, v]), minutes=int(minutes[s, v]))
            for v in range(4)
        ]
        for s in range(subjects)
    ]
    rows = [
        *_rows(1, "suction", suctions, moments),
        *_rows(2, "moisture", water, moments),
        *_ratings(3, rng, moments),
    ]
    exposures = [
        {
            "subject": _subject(s),
            "session": f"S{n}",
            "visit": visit,
            "taken_at": moments[s][v] + timedelta(minutes=45),
        }
        for s in range(subjects)
        for n, (v, visit) in enumerate(((0, "W0"), (1, "W4"), (2, "W12")), 1)
    ]
    sources = [
        {"source": n, "path": path}
        for n, path in ((1, "r.csv"), (2, "water.csv"), (3, "grades.csv"))
    ]
    return {
        "observations": conform(
            pl.DataFrame(rows, infer_schema_length=None), "observations", "SIM"
        ),
        "exposures": conform(pl.DataFrame(exposures), "exposures", "SIM"),
        "sources": conform(pl.DataFrame(sources), "sources", "SIM"),
    }


def _subject(number: int) -> str:
    return f"S{number + 1:02d}"


def _rows(
    source: int, owner: str, codes: Mapping[str, np.ndarray], moments: list[list[datetime]]
) -> list[dict[str, Any]]:
    """One row a replicate, a column a code."""
    shape = next(iter(codes.values())).shape
    rows = []
    for line, (s, v, side, replicate) in enumerate(np.ndindex(shape), 2):
        about = {
            "measurement": (source << 40) | (line << 14) | 1,
            "subject": _subject(s),
            "visit": list(VISITS)[v],
            "taken_at": moments[s][v] + timedelta(minutes=5 * side + replicate),
            "location": "cheek",
            "side": ("left", "right")[side],
            "replicate": replicate + 1,
            "source": source,
            "row": line,
        }
        rows += [
            {
                **about,
                "id": (source << 40) | (line << 14) | column,
                "column": column,
                "measure": f"{owner}.{code}",
                "kind": "setting" if code == "probe_mm" else "value",
                "value": float(values[s, v, side, replicate]),
            }
            for column, (code, values) in enumerate(codes.items(), 1)
        ]
    return rows


def _ratings(
    source: int, rng: np.random.Generator, moments: list[list[datetime]]
) -> list[dict[str, Any]]:
    rows = []
    for line, (s, v) in enumerate(((s, v) for s in range(len(moments)) for v in (1, 2, 3)), 2):
        number = (source << 40) | (line << 14) | 1
        rows.append(
            {
                "id": number,
                "measurement": number,
                "subject": _subject(s),
                "visit": list(VISITS)[v],
                "taken_at": moments[s][v],
                "rater": "Dr A",
                "rater_role": "investigator",
                "measure": "global.grade",
                "kind": "item",
                "value": float(rng.integers(1, 6)),
                "source": source,
                "row": line,
                "column": 1,
            }
        )
    return rows


@frozen
class Bench:
    """What a test needs: clean tables, a study, and the findings of tables with a fault planted."""

    simulate: Callable[..., dict[str, pl.DataFrame]] = simulate
    study: Callable[..., Study] = clean_study
    registry: Registry = REGISTRY

    def found(self, tables: Mapping[str, pl.DataFrame], study: Study | None = None) -> pl.DataFrame:
        # As a run holds them, so that every check meets words where the other tables have texts.
        if "observations" in tables:
            words = words_once(tables["observations"], "observations")
            tables = {**tables, "observations": words}
        return findings(study or clean_study(), self.registry, tables)

    def planted(
        self, condition: pl.Expr, seed: int = 1, study: Study | None = None, **columns: pl.Expr
    ) -> pl.DataFrame:
        """Findings after the observations that meet the condition got new values in these columns."""
        tables = simulate(seed)
        changed = [
            pl.when(condition).then(value).otherwise(name).alias(name)
            for name, value in columns.items()
        ]
        return self.found(
            {**tables, "observations": tables["observations"].with_columns(changed)}, study
        )


@pytest.fixture(scope="session")
def bench() -> Bench:
    return Bench()
