"""Checks that rest on algebra.

What the definitions force on one row of an export, so that a mislabelled column is found.

Tolerances are those of values rounded to three decimals (one decimal for Q0). A row without a
replicate number may be a mean, and a mean of ratios is not the ratio of means: the ratio identities
are then held to 0.02.
"""

from __future__ import annotations

import polars as pl

from dermoutcomes import Check
from dermoutcomes_cutometer.parameters import quotient

ADDITIVE = 0.0015
ROUNDING = 0.0005
OF_MEANS = 0.02
FLOAT = 1e-9


def _col(code: str) -> pl.Expr:
    return pl.col(code)


def _apart(left: pl.Expr, right: pl.Expr, tolerance: pl.Expr | float) -> pl.Expr:
    return (left - right).abs() > tolerance + FLOAT


def _of_ratio(tolerance: pl.Expr | float) -> pl.Expr:
    """The tolerance of a ratio identity: wider where a row may be a mean of replicates."""
    replicate_row = pl.lit(tolerance) if isinstance(tolerance, float) else tolerance
    return (
        pl.when(_col("replicate").is_null())
        .then(pl.max_horizontal(replicate_row, pl.lit(OF_MEANS)))
        .otherwise(replicate_row)
    )


def _identity(
    name: str, label: str, problem: pl.Expr, needs: tuple[str, ...], values: str
) -> Check:
    return Check(
        name,
        label,
        problem,
        needs,
        severity="error",
        expected=label,
        message=f"{values}: {label} does not hold; a column may be mislabelled",
    )


# Q0 is R0 times the duration of release in samples: their quotient is one number in one protocol.
_Q0_SCALE = quotient(_col("q0"), _col("r0"))
# Half a percent, and what rounding of R0 (three decimals) and Q0 (one) leaves uncertain of each.
_Q0_TOLERANCE = 0.005 + quotient(pl.lit(ROUNDING), _col("r0")) + quotient(pl.lit(0.05), _col("q0"))

IDENTITIES = (
    _identity(
        "r2_is_r8_over_r0",
        "R2 = R8 / R0",
        _apart(
            _col("r2"),
            quotient(_col("r8"), _col("r0")),
            # The rounding of R2 itself, and what that of R8 and R0 does to their quotient.
            _of_ratio(ROUNDING + quotient(ROUNDING * (1 + _col("r2")), _col("r0"))),
        ),
        ("r2", "r8", "r0"),
        "R2 {r2}, R8 {r8}, R0 {r0}",
    ),
    _identity(
        "r7_from_r5_and_r6",
        "R7 = R5 / (1 + R6)",
        _apart(_col("r7"), quotient(_col("r5"), 1 + _col("r6")), _of_ratio(ADDITIVE)),
        ("r7", "r5", "r6"),
        "R7 {r7}, R5 {r5}, R6 {r6}",
    ),
    _identity(
        "r9_is_r3_minus_r0",
        "R9 = R3 - R0",
        _apart(_col("r9"), _col("r3") - _col("r0"), ADDITIVE),
        ("r9", "r3", "r0"),
        "R9 {r9}, R3 {r3}, R0 {r0}",
    ),
    _identity(
        "r1_is_r0_minus_r8",
        "R1 = R0 - R8",
        _apart(_col("r1"), _col("r0") - _col("r8"), ADDITIVE),
        ("r1", "r0", "r8"),
        "R1 {r1}, R0 {r0}, R8 {r8}",
    ),
    _identity(
        "q1_is_q2_plus_q3",
        "Q1 = Q2 + Q3",
        _apart(_col("q1"), _col("q2") + _col("q3"), ADDITIVE),
        ("q1", "q2", "q3"),
        "Q1 {q1}, Q2 {q2}, Q3 {q3}",
    ),
    _identity(
        "r0_at_least_r8",
        "R0 >= R8",
        _col("r8") - _col("r0") > 2 * ROUNDING + FLOAT,
        ("r0", "r8"),
        "R0 {r0}, R8 {r8}",
    ),
    _identity("r0_above_zero", "R0 > 0", _col("r0") <= 0, ("r0",), "R0 {r0}"),
    Check(
        "q0_over_r0_constant",
        "Q0 / R0 is one number in one protocol",
        _apart(_Q0_SCALE / _Q0_SCALE.median(), pl.lit(1.0), _Q0_TOLERANCE),
        ("q0", "r0"),
        severity="error",
        measure="q0",
        expected="the same Q0 / R0 as in the other rows",
        message="Q0 {q0} and R0 {r0}: their ratio is not that of the other rows; the release time "
        "or the sampling rate was another",
    ),
)

UNLIKELY = (
    Check(
        "r3_below_r0",
        "R3 below R0",
        _col("r0") - _col("r3") > OF_MEANS + FLOAT,
        ("r3", "r0"),
        measure="r3",
        expected="R3 at least R0",
        message="R3 {r3} is below R0 {r0}: the skin does not usually rise less in the last cycle",
    ),
    Check(
        "r4_below_r1",
        "R4 below R1",
        _col("r1") - _col("r4") > OF_MEANS + FLOAT,
        ("r4", "r1"),
        measure="r4",
        expected="R4 at least R1",
        message="R4 {r4} is below R1 {r1}: the residual does not usually shrink over the cycles",
    ),
    Check(
        "r7_above_r2",
        "R7 above R2",
        _col("r7") - _col("r2") > OF_MEANS + FLOAT,
        ("r7", "r2"),
        measure="r7",
        expected="R7 at most R2",
        message="R7 {r7} is above R2 {r2}: the first 0.1 s cannot recover more than the whole "
        "release",
    ),
)

CLIMATE = (
    Check(
        "room_temperature",
        "Room temperature outside 20 to 22 °C",
        ~_col("room_temperature").is_between(20, 22),
        ("room_temperature",),
        measure="room_temperature",
        expected="20 to 22 °C",
        message="the room was at {room_temperature} °C during the reading",
    ),
    Check(
        "room_humidity",
        "Relative humidity outside 40 to 60%",
        ~_col("room_humidity").is_between(40, 60),
        ("room_humidity",),
        measure="room_humidity",
        expected="40 to 60%",
        message="the relative humidity was {room_humidity}% during the reading",
    ),
    Check(
        "acclimatisation",
        "Too short in the room",
        _col("acclimatisation") < 15,
        ("acclimatisation",),
        measure="acclimatisation",
        expected="at least 15 min",
        message="the subject was in the room for {acclimatisation} min before the reading",
    ),
)

CHECKS = (*IDENTITIES, *UNLIKELY, *CLIMATE)
