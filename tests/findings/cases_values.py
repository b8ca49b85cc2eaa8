"""Single values: what is possible, plausible, allowed and there, and rows that stand twice."""

from __future__ import annotations

from .case import Case, Edit, Told, appended, as_it_is, both, cells, in_study, off, replaced
from .studies import OWN, PLAIN, QUIET

CASES: dict[str, Case] = {}

FIRST = {"subject": "S1", "visit": "W0", "side": "left", "replicate": "1"}
PLACE = {
    "file": "readings.csv",
    "subject": "S1",
    "visit": "W0",
    "location": "cheek",
    "side": "left",
    "replicate": 1,
}
OF_HYDRATION = {**PLACE, "row": 2, "column": 9, "measure": "corneometer.hydration"}


def hydration(value: str):
    return cells("readings.csv", FIRST, hydration=value)


def ranged(low: float, high: float):
    return in_study(
        "[quality]", f'[quality]\nranges = {{ "corneometer.hydration" = [{low}, {high}] }}'
    )


POSSIBLE = '0 to 130 AU; another bound is quality.bounds."corneometer.hydration" with its reason'
SEVERAL = {**OF_HYDRATION, **dict.fromkeys(["column", "subject", "location", "side", "replicate"])}
SEVERAL |= {"row": 6, "visit": "W4"}


def implausible(*subjects: str) -> Edit:
    """A reading of 96 of the left side at W4 of each of these subjects."""
    where = {"visit": "W4", "side": "left", "replicate": "1"}
    return both(
        *(cells("readings.csv", {**where, "subject": name}, hydration="96") for name in subjects)
    )


CASES |= {
    "range: several values of a visit": Case(
        PLAIN,
        implausible("S1", "S2"),
        (
            Told(
                "range",
                "warning",
                "2 of 24 values of Hydration (8%) are not plausible: they stay",
                **SEVERAL,
                found="S1 W4 cheek left: 96 (row 6); S2 W4 cheek left: 96 (row 18)",
                expected='10 to 95 AU, or this study\'s own in quality.ranges."corneometer.hydration"',
            ),
        ),
        hydration("95"),
    ),
    "range: more than a fifth of a visit": Case(
        PLAIN,
        implausible("S1", "S2", "S3", "S4", "S5"),
        (
            Told(
                "range",
                "error",
                "5 of 24 values of Hydration (21%) are not plausible: is this its unit",
                **SEVERAL,
                found="; ".join(
                    f"S{number} W4 cheek left: 96 (row {12 * number - 6})" for number in range(1, 6)
                ),
                expected='10 to 95 AU, or this study\'s own in quality.ranges."corneometer.hydration"',
            ),
        ),
        both(
            in_study("[quality]", '[quality]\nranges = { "corneometer.hydration" = [10, 96] }'),
            implausible("S1", "S2", "S3", "S4", "S5"),
        ),
    ),
    "range: above the bound of the study": Case(
        PLAIN,
        both(
            in_study(
                "[quality]",
                '[quality]\nbounds."corneometer.hydration" = { maximum = 120, '
                'reason = "the head of the CM 825 ends at 120" }',
            ),
            hydration("121"),
        ),
        (
            Told(
                "range",
                "error",
                "Hydration is 121 AU, which is not possible, and reaches no endpoint",
                **OF_HYDRATION,
                value=121.0,
                found="121",
                expected=POSSIBLE.replace("130", "120"),
            ),
        ),
        both(ranged(0, 130), hydration("121")),
    ),
    "range: above what is plausible": Case(
        PLAIN,
        hydration("95.1"),
        (
            Told(
                "range",
                "warning",
                ("Hydration is 95.1 AU, which is not plausible", "decimal sign", "unit"),
                **OF_HYDRATION,
                value=95.1,
                found="95.1",
                expected="10 to 95 AU",
            ),
        ),
        hydration("95"),
    ),
    "range: below what is plausible": Case(
        PLAIN,
        hydration("9.9"),
        (
            Told(
                "range",
                "warning",
                "Hydration is 9.9 AU, which is not plausible",
                **OF_HYDRATION,
                value=9.9,
                found="9.9",
                expected="10 to 95 AU",
            ),
        ),
        hydration("10"),
    ),
    "range: above what is possible": Case(
        PLAIN,
        both(ranged(0, 130), hydration("130.1")),
        (
            Told(
                "range",
                "error",
                "Hydration is 130.1 AU, which is not possible",
                **OF_HYDRATION,
                value=130.1,
                found="130.1",
                expected=POSSIBLE,
            ),
        ),
        both(ranged(0, 130), hydration("130")),
    ),
    "range: below what is possible": Case(
        PLAIN,
        both(ranged(0, 130), hydration("-0.1")),
        (
            Told(
                "range",
                "error",
                "Hydration is -0.1 AU, which is not possible",
                **OF_HYDRATION,
                value=-0.1,
                found="-0.1",
                expected=POSSIBLE,
            ),
        ),
        both(ranged(0, 130), hydration("0")),
    ),
    "range: the study's own": Case(
        PLAIN,
        both(ranged(20, 60.5), hydration("60.6")),
        (
            Told(
                "range",
                "warning",
                "not plausible",
                **OF_HYDRATION,
                value=60.6,
                found="60.6",
                expected="20 to 60.5 AU",
            ),
        ),
        both(ranged(20, 60.5), hydration("60.5")),
    ),
}

# Rows of the first subject of the study with a probe: row 2 at the first visit, row 5 at the
# second.
AT_W0, AT_W4 = {"subject": "S1", "visit": "W0"}, {"subject": "S1", "visit": "W4"}
OF_PROBE, OF_FORM = (
    {"file": "probe.csv", "row": 2, **AT_W0},
    {"file": "form.csv", "row": 5, **AT_W4},
)

CASES |= {
    "allowed values: a number that is none of them": Case(
        OWN,
        cells("form.csv", AT_W4, grade="4"),
        (
            Told(
                "allowed_values",
                "error",
                ("Grade is 4", "none of its values", "form"),
                **OF_FORM,
                column=3,
                measure="form.grade",
                value=4,
                found="4",
                expected="one of 1, 2, 3",
            ),
        ),
        cells("form.csv", AT_W4, grade="3"),
    ),
    "allowed values: a number between two of them": Case(
        OWN,
        cells("form.csv", AT_W4, grade="2.5"),
        (
            Told(
                "allowed_values",
                "error",
                "Grade is 2.5",
                **OF_FORM,
                column=3,
                measure="form.grade",
                value=2.5,
                found="2.5",
                expected="one of 1, 2, 3",
            ),
        ),
        cells("form.csv", AT_W4, grade=""),
    ),
    "allowed values: a word that is none of them": Case(
        OWN,
        cells("form.csv", AT_W4, colour="rosy"),
        (
            Told(
                "allowed_values",
                "error",
                "Colour is rosy, which is none of its values",
                **OF_FORM,
                column=4,
                measure="form.colour",
                found="rosy",
                expected="one of 'pale', 'red'",
            ),
        ),
        cells("form.csv", AT_W4, colour="pale"),
    ),
    "required values": Case(
        OWN,
        cells("probe.csv", AT_W0, height=""),
        (
            Told(
                "required_values",
                "warning",
                ("Height is missing", "cannot do without it", "look at the form or the export"),
                **OF_PROBE,
                measure="probe.height",
                found="nothing",
                expected="a value",
            ),
        ),
        cells("probe.csv", AT_W0, width=""),
    ),
    "a formula that divides by zero": Case(
        OWN,
        cells("probe.csv", AT_W0, width="0"),
        (
            Told(
                "not_computable",
                "warning",
                ("Slope cannot be computed", "division by zero", "left missing"),
                **OF_PROBE,
                measure="probe.slope",
                expected="a finite number",
            ),
        ),
        both(off("unusual_visit"), cells("probe.csv", AT_W0, width="0.001")),
    ),
}

AGAIN = "S1,W0,2024-03-04,09:00,cheek,left,1,Ann,{},A1,21,50,20,8\n"
REPEATED = {**PLACE, "row": 74}
CASES |= {
    "uniqueness: a row that stands twice": Case(
        PLAIN,
        appended("readings.csv", AGAIN.format("40.0")),
        (
            Told(
                "required_replicates",
                "note",
                "Hydration was measured 3 times here, 2 are planned",
                file="readings.csv",
                row=2,
                column=9,
                subject="S1",
                visit="W0",
                location="cheek",
                side="left",
                measure="corneometer.hydration",
                found="3 readings",
                expected="2 readings",
            ),
            Told(
                "uniqueness",
                "warning",
                ("stands in row 2 already, with the same values", "decide which row counts"),
                **REPEATED,
                column=9,
                measure="corneometer.hydration",
                value=40.0,
                found="40",
                expected="one row a measurement",
            ),
        ),
        as_it_is,
    ),
    "uniqueness: the same measurement with another value": Case(
        QUIET,
        appended("readings.csv", AGAIN.format("41.0")),
        (
            Told(
                "uniqueness",
                "error",
                (
                    "stands in row 2 already, with 1 of 1 values different",
                    "decide which row counts",
                ),
                **REPEATED,
                column=9,
                measure="corneometer.hydration",
                value=41.0,
                found="41",
                expected="one row a measurement",
            ),
        ),
        both(
            off("rater_changed"),
            appended("readings.csv", AGAIN.format("41.0").replace("Ann", "Bob")),
        ),
    ),
    "uniqueness: a row without a number where one reading is planned": Case(
        OWN,
        appended("form.csv", "S1,W4,1,pale\n"),
        (
            Told(
                "uniqueness",
                "error",
                "stands in row 5 already, with 1 of 2 values different",
                file="form.csv",
                row=8,
                column=4,
                **AT_W4,
                measure="form.colour",
                found="pale",
                expected="one row a measurement",
            ),
        ),
        both(
            replaced("probe.toml", 'label = "Probe"\n', 'label = "Probe"\nreplicates = 2\n'),
            off("required_replicates"),
            appended("probe.csv", "S1,W4,1.45,2.5\n"),
        ),
    ),
}
