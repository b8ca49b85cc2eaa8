"""What the bundled instruments and scales check of their own readings."""

from __future__ import annotations

import polars as pl

from .case import Case, Edit, Told, as_it_is, both, cells, in_study, off
from .studies import CURVES, CUTOMETER, GAIS, QUIET, curve, cycle

CASES: dict[str, Case] = {}

FIRST = {"subject": "S1", "visit": "W0", "side": "left", "replicate": "1"}
READING = {
    "file": "readings.csv",
    "row": 2,
    "subject": "S1",
    "visit": "W0",
    "location": "cheek",
    "side": "left",
    "replicate": 1,
}
CLIMATE = {
    "room_temperature": (11, "20 to 22 °C", "the room was at {} °C during the reading"),
    "room_humidity": (12, "40 to 60%", "the relative humidity was {}% during the reading"),
    "acclimatisation": (
        13,
        "at least 15 min",
        "the subject was in the room for {} min before the reading",
    ),
    "hours_since_wash": (
        14,
        "at least 6 h",
        "the site was washed or treated {} h before the reading",
    ),
}


def climate(code: str, told: str, untold: str) -> Case:
    column, expected, words = CLIMATE[code]
    finding = Told(
        f"corneometer.{code}",
        "warning",
        words.format(told),
        **READING,
        column=column,
        measure=f"corneometer.{code}",
        value=float(told),
        found=f"{code} = {told}",
        expected=expected,
    )
    return Case(
        QUIET,
        cells("readings.csv", FIRST, **{code: told}),
        (finding,),
        cells("readings.csv", FIRST, **{code: untold}),
    )


CASES |= {
    f"corneometer, {code}: {told}": climate(code, told, untold)
    for code, told, untold in (
        ("room_temperature", "19.9", "20"),
        ("room_temperature", "22.1", "22"),
        ("room_humidity", "39.5", "40"),
        ("room_humidity", "60.5", "60"),
        ("acclimatisation", "14.5", "15"),
        ("hours_since_wash", "5.9", "6"),
    )
}
CASES |= {
    "corneometer: one finding for the readings that share a room": Case(
        QUIET,
        cells("readings.csv", {"subject": "S1", "visit": "W0"}, room_temperature="19.9"),
        (
            Told(
                "corneometer.room_temperature",
                "warning",
                "19.9 °C",
                **{**READING, "side": None, "replicate": None},
                column=11,
                measure="corneometer.room_temperature",
                value=19.9,
                found="room_temperature = 19.9",
                expected="20 to 22 °C",
            ),
        ),
        cells("readings.csv", {"subject": "S1", "visit": "W0"}, room_temperature="20.0"),
    ),
}

# The columns of the table, from the first value on.
CODES = (
    "r0",
    "r1",
    "r2",
    "r3",
    "r4",
    "r5",
    "r6",
    "r7",
    "r8",
    "r9",
    "q0",
    "q1",
    "q2",
    "q3",
    "probe_mm",
    "room_temperature",
    "room_humidity",
    "acclimatisation",
)
OF_S2 = {"file": "cutometer.csv", "row": 3, "subject": "S2", "visit": "W0", "replicate": 1}


def changed(**values: str) -> Edit:
    """Other values in the row of the second subject."""
    return cells("cutometer.csv", {"subject": "S2"}, **values)


def told(
    check: str,
    code: str,
    value: float,
    found: str,
    expected: str,
    words: str | tuple[str, ...],
    severity: str = "error",
    **about: object,
) -> Told:
    return Told(
        f"cutometer.{check}",
        severity,
        words,
        **{**OF_S2, **about},
        column=4 + CODES.index(code),
        measure=f"cutometer.{code}",
        value=value,
        found=found,
        expected=expected,
    )


def identity(check: str, code: str, value: float, found: str, rule: str, **about: object) -> Told:
    values = ", ".join(part.replace(" = ", " ").upper() for part in found.split(", "))
    return told(
        check,
        code,
        value,
        found,
        rule,
        (f"{values}: {rule} does not hold", "a column may be mislabelled"),
        **about,
    )


MEAN = changed(replicate="")
CASES |= {
    # 0.190 / 0.287 = 0.66202, to be held within 0.0005 + 0.0005 (1 + 0.66) / 0.287 = 0.0034.
    "cutometer: R2": Case(
        CUTOMETER,
        changed(r2="0.666"),
        (
            identity(
                "r2_is_r8_over_r0", "r2", 0.666, "r2 = 0.666, r8 = 0.19, r0 = 0.287", "R2 = R8 / R0"
            ),
        ),
        changed(r2="0.665"),
    ),
    "cutometer: R2 of what may be a mean": Case(
        CUTOMETER,
        both(changed(r2="0.683"), MEAN),
        (
            identity(
                "r2_is_r8_over_r0",
                "r2",
                0.683,
                "r2 = 0.683, r8 = 0.19, r0 = 0.287",
                "R2 = R8 / R0",
                replicate=None,
            ),
        ),
        both(changed(r2="0.682"), MEAN),
    ),
    # 0.552 / 1.649 = 0.33475.
    "cutometer: R7": Case(
        CUTOMETER,
        changed(r7="0.337"),
        (
            identity(
                "r7_from_r5_and_r6",
                "r7",
                0.337,
                "r7 = 0.337, r5 = 0.552, r6 = 0.649",
                "R7 = R5 / (1 + R6)",
            ),
        ),
        changed(r7="0.336"),
    ),
    "cutometer: R9": Case(
        CUTOMETER,
        changed(r9="0.044"),
        (
            identity(
                "r9_is_r3_minus_r0",
                "r9",
                0.044,
                "r9 = 0.044, r3 = 0.329, r0 = 0.287",
                "R9 = R3 - R0",
            ),
        ),
        changed(r9="0.043"),
    ),
    "cutometer: R1": Case(
        CUTOMETER,
        changed(r1="0.099"),
        (
            identity(
                "r1_is_r0_minus_r8",
                "r1",
                0.099,
                "r1 = 0.099, r0 = 0.287, r8 = 0.19",
                "R1 = R0 - R8",
            ),
        ),
        changed(r1="0.098"),
    ),
    "cutometer: Q1": Case(
        CUTOMETER,
        changed(q1="0.582"),
        (
            identity(
                "q1_is_q2_plus_q3",
                "q1",
                0.582,
                "q1 = 0.582, q2 = 0.438, q3 = 0.142",
                "Q1 = Q2 + Q3",
            ),
        ),
        changed(q1="0.581"),
    ),
    "cutometer: R8 above R0": Case(
        CUTOMETER,
        both(off("range"), changed(r8="0.289", r1="", r2="1.007")),
        (identity("r0_at_least_r8", "r0", 0.287, "r0 = 0.287, r8 = 0.289", "R0 >= R8"),),
        both(off("range"), changed(r8="0.288", r1="", r2="1.003")),
    ),
    "cutometer: R0 of zero": Case(
        CUTOMETER,
        both(off("range"), changed(**dict.fromkeys(CODES[1:14], ""), r0="0")),
        (identity("r0_above_zero", "r0", 0.0, "r0 = 0", "R0 > 0"),),
        both(off("range"), changed(**dict.fromkeys(CODES[1:14], ""), r0="0.001")),
    ),
    # 200 is the ratio of the other rows, to be held within 0.005 + 0.0005 / 0.287 + 0.05 / 57.8 =
    # 0.0076.
    "cutometer: Q0 over R0": Case(
        CUTOMETER,
        changed(q0="57.9"),
        (
            told(
                "q0_over_r0_constant",
                "q0",
                57.9,
                "q0 = 57.9, r0 = 0.287",
                "the same Q0 / R0 as in the other rows",
                (
                    "Q0 57.9 and R0 0.287: their ratio is not that of the other rows",
                    "release time or the sampling rate",
                ),
            ),
        ),
        changed(q0="57.8"),
    ),
    "cutometer: R3 below R0": Case(
        CUTOMETER,
        both(off("range"), changed(r3="0.266", r9="-0.021")),
        (
            told(
                "r3_below_r0",
                "r3",
                0.266,
                "r3 = 0.266, r0 = 0.287",
                "R3 at least R0",
                "R3 0.266 is below R0 0.287",
                "warning",
            ),
        ),
        both(off("range"), changed(r3="0.267", r9="-0.020")),
    ),
    "cutometer: R4 below R1": Case(
        CUTOMETER,
        changed(r4="0.076"),
        (
            told(
                "r4_below_r1",
                "r4",
                0.076,
                "r4 = 0.076, r1 = 0.097",
                "R4 at least R1",
                "R4 0.076 is below R1 0.097",
                "warning",
            ),
        ),
        changed(r4="0.077"),
    ),
    # 1.126 / 1.649 = 0.6828 and 1.125 / 1.649 = 0.6822.
    "cutometer: R7 above R2": Case(
        CUTOMETER,
        changed(r7="0.683", r5="1.126"),
        (
            told(
                "r7_above_r2",
                "r7",
                0.683,
                "r7 = 0.683, r2 = 0.662",
                "R7 at most R2",
                "R7 0.683 is above R2 0.662",
                "warning",
            ),
        ),
        changed(r7="0.682", r5="1.125"),
    ),
    "cutometer: a setting other than the study states": Case(
        CUTOMETER,
        changed(probe_mm="4"),
        (
            Told(
                "settings_changed",
                "error",
                ("Probe opening is 4 here; the study states 2", "cannot be compared"),
                file="cutometer.csv",
                row=3,
                column=18,
                subject="S2",
                visit="W0",
                measure="cutometer.probe_mm",
                value=4.0,
                found="4",
                expected="2",
            ),
        ),
        changed(probe_mm="2.0"),
    ),
}
CASES |= {
    f"cutometer, {code}: {value}": Case(
        CUTOMETER,
        changed(**{code: value}),
        (
            told(
                code,
                code,
                float(value),
                f"{code} = {value}",
                CLIMATE[code][1],
                CLIMATE[code][2].format(value),
                "warning",
            ),
        ),
        changed(**{code: beside}),
    )
    for code, value, beside in (
        ("room_temperature", "19.9", "20"),
        ("room_temperature", "22.1", "22"),
        ("room_humidity", "39.5", "40"),
        ("room_humidity", "60.5", "60"),
        ("acclimatisation", "14.5", "15"),
    )
}


def recorded(*cycles: list[float], options: str = "range_limit_mm = 0.5") -> Edit:
    """Another curve, and options of its source."""
    return both(
        in_study("range_limit_mm = 0.5", options),
        lambda files: {**files, "curves.parquet": curve(*cycles)},
    )


def of_curve(check: str, severity: str, words: str) -> Told:
    return Told(
        check, severity, words, file="curves.parquet", row=1, subject="S1", visit="W0", replicate=1
    )


def without_axis(files):
    return {
        **files,
        "curves.parquet": files["curves.parquet"].with_columns(
            x_step=pl.lit(None, dtype=pl.Float64)
        ),
    }


GAP = [0.0, float("nan"), *cycle(0.25)[2:]]
CASES |= {
    # A sudden fall of a tenth of 0.25 mm is a leak.
    "curve: air": Case(
        CURVES,
        recorded(cycle(0.25), cycle(0.25, fall=0.026)),
        (
            of_curve(
                "cutometer.air_leak",
                "warning",
                "the height falls suddenly during suction in cycle 2",
            ),
        ),
        recorded(cycle(0.25), cycle(0.25, fall=0.024)),
    ),
    "curve: the limit of the device": Case(
        CURVES,
        recorded(cycle(0.25), cycle(0.25), options="range_limit_mm = 0.25"),
        (
            of_curve(
                "cutometer.clipping",
                "warning",
                "the curve touches the limit of its range in cycle 1",
            ),
        ),
        recorded(cycle(0.25), cycle(0.25), options="range_limit_mm = 0.251"),
    ),
    "curve: no rise": Case(
        CURVES,
        recorded(cycle(0.0), cycle(0.25)),
        (
            of_curve(
                "cutometer.no_suction",
                "warning",
                "the height does not rise during suction in cycle 1",
            ),
        ),
        recorded(cycle(0.001), cycle(0.001)),
    ),
    "curve: a cycle too few": Case(
        CURVES,
        recorded(cycle(0.25), cycle(0.25)[:397], options="range_limit_mm = 0.5, cycles = 2"),
        (
            of_curve(
                "cutometer.incomplete_curve",
                "warning",
                "the curve holds 1 of 2 planned cycles",
            ),
        ),
        recorded(cycle(0.25), cycle(0.25)[:398], options="range_limit_mm = 0.5, cycles = 2"),
    ),
    "curve: no axis of time": Case(
        CURVES,
        without_axis,
        (
            of_curve(
                "cutometer.unreadable_curve",
                "error",
                "the curve has no samples, gaps in them, or no time axis",
            ),
        ),
        both(without_axis, in_study("range_limit_mm = 0.5", "range_limit_mm = 0.5, rate_hz = 100")),
    ),
    "curve: a gap among its samples": Case(
        CURVES,
        recorded(GAP, cycle(0.25)),
        (
            Told(
                "incomplete_curve",
                "error",
                "1 of 800 samples are missing or no numbers; the curve is left out",
                file="curves.parquet",
                row=1,
                subject="S1",
                expected="a number a sample",
            ),
            Told(
                "subject_without_data",
                "note",
                "no reading of this subject",
                subject="S1",
                expected="readings",
            ),
        ),
        as_it_is,
    ),
    "gais: a number that the coding does not have": Case(
        GAIS,
        cells("gais.csv", {"subject": "S1"}, rating="4"),
        (
            Told(
                "gais.outside_coding",
                "error",
                "4 does not exist in the coding of this source, and is not used",
                file="gais.csv",
                row=2,
                column=3,
                subject="S1",
                visit="W4",
                measure="gais.recorded",
                value=4.0,
                found="recorded = 4, rating = nothing",
                expected="a number of the coding that the source states",
            ),
        ),
        cells("gais.csv", {"subject": "S1"}, rating="-1"),
    ),
}
