"""The Cutometer's declaration.

The battery, identities on published rows, and what an export that lacks a column still gives.
"""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes.testing import InstrumentContract
from dermoutcomes.testing.grids import row
from dermoutcomes_cutometer import CUTOMETER

# Two published rows: forehead, women of 13 and of 50 years.
YOUNG = {
    "r0": 0.167,
    "r1": 0.058,
    "r2": 0.653,
    "r3": 0.208,
    "r4": 0.085,
    "r5": 0.765,
    "r6": 0.965,
    "r7": 0.389,
    "r8": 0.109,
    "r9": 0.041,
    "q0": 33.4,
    "q1": 0.589,
    "q2": 0.478,
    "q3": 0.111,
}
OLDER = {
    "r0": 0.287,
    "r1": 0.097,
    "r2": 0.662,
    "r3": 0.329,
    "r4": 0.135,
    "r5": 0.552,
    "r6": 0.649,
    "r7": 0.335,
    "r8": 0.190,
    "r9": 0.042,
    "q0": 57.4,
    "q1": 0.579,
    "q2": 0.438,
    "q3": 0.142,
}


class TestCutometer(InstrumentContract):
    instrument = CUTOMETER
    plausible = {**OLDER, "room_temperature": 21.0, "room_humidity": 50.0, "acclimatisation": 20.0}
    options = {"on_s": 1.0, "off_s": 1.0}
    compares_measurements = {
        "q0_over_r0_constant": "One protocol gives one ratio: a row is held against the others."
    }


def rows(*records: dict[str, float], replicate: int | None = 1) -> pl.DataFrame:
    frame = pl.concat([row(CUTOMETER, record) for record in records])
    return frame.with_columns(replicate=pl.lit(replicate, dtype=pl.Int32))


def fired(frame: pl.DataFrame) -> dict[str, list[int]]:
    """Check → the rows on which it fires."""
    problems = {
        check.name: frame.select(check.problem.fill_null(value=False))
        .to_series()
        .arg_true()
        .to_list()
        for check in CUTOMETER.checks
    }
    return {name: found for name, found in problems.items() if found}


def test_published_rows_satisfy_every_identity() -> None:
    assert fired(rows(YOUNG, OLDER)) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("r0", "r3"),
        ("r2", "r5"),
        ("r5", "r6"),
        ("r8", "r1"),
        ("r7", "r5"),
        ("q1", "q2"),
        ("r0", "r8"),
        ("r9", "r1"),
        ("r2", "r7"),
        ("q2", "q3"),
    ],
)
def test_two_columns_that_changed_places_are_found(one: str, other: str) -> None:
    swapped = {**OLDER, one: OLDER[other], other: OLDER[one]}
    if {one, other} == {"q2", "q3"}:
        assert fired(rows(swapped)) == {}, "their sum does not tell them apart"
        return
    found = fired(rows(swapped))

    assert found
    assert any(check.severity == "error" for check in CUTOMETER.checks if check.name in found)


def derived(code: str, **given: float) -> float | None:
    parameter = CUTOMETER.parameter(code)
    assert parameter is not None
    assert parameter.expr is not None
    value = row(CUTOMETER, given).select(parameter.expr.cast(pl.Float64)).item()
    return None if value is None else round(value, 3)


@pytest.mark.parametrize("record", [YOUNG, OLDER], ids=["13 years", "50 years"])
@pytest.mark.parametrize("code", ["r2", "r7", "r8", "r9", "q3"])
def test_a_missing_column_is_derived_from_the_others(record: dict[str, float], code: str) -> None:
    rest = {other: value for other, value in record.items() if other != code}

    assert derived(code, **rest) == pytest.approx(record[code], abs=0.0016)


def test_the_points_of_the_curve_come_back_from_a_table() -> None:
    assert [derived(code, **YOUNG) for code in ("ue", "uv", "ur", "uf", "ua")] == pytest.approx(
        [0.085, 0.082, 0.065, 0.167, 0.109], abs=0.0006
    )
    assert [derived(code, **OLDER) for code in ("ue", "uv", "ur", "uf", "ua")] == pytest.approx(
        [0.174, 0.113, 0.096, 0.287, 0.190], abs=0.0006
    )


@pytest.mark.parametrize("given", [{"r0": 0.0, "r8": 0.0}, {"r8": 0.1}, {}])
def test_a_ratio_without_its_parts_is_missing(given: dict[str, float]) -> None:
    assert derived("r2", **given) is None


def test_what_is_disputed_or_not_independent_says_so() -> None:
    cautioned = {
        parameter.code for parameter in CUTOMETER.parameters if "disagrees" in parameter.caution
    }
    bound = {
        parameter.code: set(parameter.not_independent_of) for parameter in CUTOMETER.parameters
    }

    assert cautioned == {"r0", "r3", "r8", "f3", "f4"}
    assert {"r3", "q0"} <= bound["r0"]
    assert {"r0", "q0"} <= bound["r3"]
    assert all(code in bound[other] for code, others in bound.items() for other in others), (
        "one of a pair says it and the other does not"
    )
    assert {parameter.code for parameter in CUTOMETER.parameters if not parameter.verified} == {
        "f0",
        "f1",
        "f2",
        "f3",
        "f4",
        "q0",
        "q1",
        "q2",
        "q3",
    }


def test_values_have_a_direction_where_the_literature_agrees_on_one() -> None:
    directions = {
        parameter.code: parameter.improves
        for parameter in CUTOMETER.parameters
        if parameter.code[0] in "rqf" and len(parameter.code) == 2
    }

    assert {code for code, direction in directions.items() if direction == "up"} == {
        "r2",
        "r5",
        "r7",
        "r8",
        "q1",
        "q2",
        "q3",
    }
    assert {code for code, direction in directions.items() if direction == "down"} == {
        "r1",
        "r4",
        "r6",
        "r9",
        "f0",
        "f1",
        "f2",
    }
    # Q0 is R0 in another scale.
    disputed = {code for code, direction in directions.items() if direction is None}
    assert disputed == {"r0", "r3", "q0", "f3", "f4"}
