"""The tables that every study shares: subjects, exposures, allocations, milestones."""

from __future__ import annotations

from dermoutcomes.sources.cells.dates import expected_date

from .case import Case, Told, appended, both, cells, in_study, replaced
from .studies import ARMS, OWN, QUIET

CASES: dict[str, Case] = {}

FIRST_SUBJECT = {"file": "subjects.csv", "row": 2, "subject": "S1"}
FIRST_EXPOSURE = {"file": "exposures.csv", "row": 2, "subject": "S1"}
FIRST_DOSE = {**FIRST_EXPOSURE, "column": 6}
A_NUMBER = "a number with a decimal point"
FIRST_MEDICATION = {"file": "medications.csv", "row": 2, "subject": "S1"}
TREATED = "subject,session,visit,date,time"


def treated(text: str):
    return both(
        replaced("subjects.csv", "first_treatment", "first_treatment,treated"),
        lambda files: {
            **files,
            "subjects.csv": str(files["subjects.csv"]).replace("-04\n", "-04,yes\n"),
        },
        cells("subjects.csv", {"subject": "S1"}, treated=text),
    )


def first_treatment(text: str):
    return cells("subjects.csv", {"subject": "S1"}, first_treatment=text)


def dose(text: str):
    """The exposures with a dose, 1 mL but for the first one."""

    def edit(files):
        header, first, *others = str(files["exposures.csv"]).splitlines()
        lines = (f"{header},dose", f"{first},{text}", *(f"{line},1" for line in others))
        return {**files, "exposures.csv": "".join(f"{line}\n" for line in lines)}

    return edit


def taken(*lines: str):
    """The medications of the study, of a file with dates and kinds."""
    header = "subject,medication,kind,start_date,end_date\n"

    def edit(files):
        study = str(files["study.toml"])
        source = '[[sources.medications]]\nfile = "medications.csv"\n\n[endpoints.hydration]'
        return {
            **files,
            "study.toml": study.replace("[endpoints.hydration]", source),
            "medications.csv": header + "".join(f"{line}\n" for line in lines),
        }

    return edit


def exposed_side(word: str):
    def edit(files):
        header, first, *others = str(files["exposures.csv"]).splitlines()
        return {
            **files,
            "exposures.csv": "".join(
                f"{line}\n"
                for line in (
                    f"{header},side",
                    f"{first},{word}",
                    *(f"{line},left" for line in others),
                )
            ),
        }

    return edit


CASES |= {
    "a subject twice in the table of subjects": Case(
        QUIET,
        appended("subjects.csv", "S1,m\n"),
        (
            Told(
                "duplicate_subject",
                "error",
                "S1 stands twice in the table of subjects; the first row counts",
                file="subjects.csv",
                row=8,
                subject="S1",
                found="S1",
                expected="one row a subject",
            ),
        ),
        appended("exposures.csv", "S1,first,W0,2024-03-04,10:30\n"),
    ),
    "a word for missing values in a column of words": Case(
        QUIET,
        cells("subjects.csv", {"sex": "f"}, sex="ND"),
        (
            Told(
                "missing_word",
                "note",
                "6 cells of sex say ND, which counts as missing",
                file="subjects.csv",
                row=2,
                found="ND",
                expected='a word, or values.sex = { "ND" = "ND" } in the source if it is one',
            ),
        ),
        both(
            in_study(
                'file = "subjects.csv"', 'file = "subjects.csv"\nvalues.sex = { "ND" = "ND" }'
            ),
            cells("subjects.csv", {"sex": "f"}, sex="ND"),
        ),
    ),
    "neither yes nor no": Case(
        OWN,
        treated("perhaps"),
        (
            Told(
                "not_yes_or_no",
                "error",
                "treated is neither yes nor no",
                **FIRST_SUBJECT,
                column=3,
                found="perhaps",
                expected="yes or no, or words under values.treated",
            ),
        ),
        treated("Ja"),
    ),
    "a month for a date": Case(
        OWN,
        first_treatment("2024-03"),
        (
            Told(
                "partial_date",
                "note",
                "first_treatment is not a whole date; it is left open",
                **FIRST_SUBJECT,
                column=2,
                found="2024-03",
                expected="a whole date",
            ),
        ),
        first_treatment("04-Mar-2024"),
    ),
    "a word for a date": Case(
        OWN,
        first_treatment("2024-3-x"),
        (
            Told(
                "not_a_date",
                "warning",
                "first_treatment cannot be read as a date",
                **FIRST_SUBJECT,
                column=2,
                found="2024-3-x",
                expected=expected_date(None),
            ),
        ),
        first_treatment("2024-03-04"),
    ),
    "a date of an exposure that is none": Case(
        QUIET,
        cells("exposures.csv", {"subject": "S1"}, date="soon"),
        (
            Told(
                "not_a_date",
                "warning",
                "the date cannot be read",
                **FIRST_EXPOSURE,
                found="soon",
                expected=expected_date(None),
            ),
        ),
        cells("exposures.csv", {"subject": "S1"}, date="04.03.2024"),
    ),
    "a time of an exposure that is none": Case(
        QUIET,
        cells("exposures.csv", {"subject": "S1"}, time="noon"),
        (
            Told(
                "not_a_time",
                "warning",
                "the time of day cannot be read; the day counts without it",
                **FIRST_EXPOSURE,
                found="noon",
                expected="a time as 14:30 or 2:30 PM",
            ),
        ),
        cells("exposures.csv", {"subject": "S1"}, time="10:00:30"),
    ),
    "a date with a zone": Case(
        OWN,
        first_treatment("2024-03-04T10:00+01:00"),
        (
            Told(
                "zoned_time",
                "note",
                "first_treatment has a zone (1 cell): the day and the hour count that are written",
                file="subjects.csv",
                row=2,
                found="2024-03-04T10:00+01:00",
            ),
        ),
        first_treatment("2024-03-04T10:00"),
    ),
    "a dose that is a text": Case(
        QUIET,
        dose("one"),
        (
            Told(
                "not_a_number",
                "error",
                "dose: a text stands where a number belongs",
                **FIRST_DOSE,
                found="one",
                expected=f'{A_NUMBER}; missing = ["one"] in the source if nothing was measured, '
                'values.dose = { "one" = … } if it stands for a number',
            ),
        ),
        dose("1.0"),
    ),
    "a dose with a decimal comma": Case(
        QUIET,
        dose('"1,5"'),
        (
            Told(
                "decimal_sign",
                "error",
                "dose: the number is written with the other decimal sign",
                **FIRST_DOSE,
                found="1,5",
                expected=f'{A_NUMBER}, or decimal = "," in the source',
            ),
        ),
        dose('"1.5"'),
    ),
    "a dose that is infinite": Case(
        QUIET,
        dose("inf"),
        (
            Told(
                "not_finite",
                "error",
                "dose: the value is infinite or not a number",
                **FIRST_DOSE,
                found="inf",
                expected=A_NUMBER,
            ),
        ),
        dose("1e11"),
    ),
    "a dose beyond any number": Case(
        QUIET,
        dose("1e12"),
        (
            Told(
                "absurd_value",
                "error",
                "dose: the value is beyond 1e+12",
                **FIRST_DOSE,
                found="1e12",
                expected=A_NUMBER,
            ),
        ),
        dose("999999999999"),
    ),
    "an exposure of a subject that the table of subjects does not have": Case(
        QUIET,
        appended("exposures.csv", "S9,first,W0,2024-03-04,10:00\n"),
        (
            Told(
                "unknown_subject",
                "error",
                "S9 is not in the table of subjects",
                file="exposures.csv",
                row=8,
                subject="S9",
                found="S9",
                expected="a subject of the table `subjects`",
            ),
        ),
        appended("exposures.csv", "S6,first,W0,2024-03-04,10:30\n"),
    ),
    "an exposure of nobody": Case(
        QUIET,
        appended("exposures.csv", "n/a,first,W0,2024-03-04,10:00\n"),
        (
            Told(
                "no_subject",
                "error",
                "the row has a treatment and no subject",
                file="exposures.csv",
                row=8,
                found="n/a",
                expected='a subject id; if n/a is one, values.subject = { "n/a" = "n/a" }',
            ),
        ),
        appended("exposures.csv", "n/a,,,,\n"),
    ),
    "an exposure on a side that nobody states": Case(
        QUIET,
        exposed_side("lft"),
        (
            Told(
                "unknown_side",
                "warning",
                "lft is no side that the source states",
                **FIRST_EXPOSURE,
                side="lft",
                found="lft",
                expected='left, right (or L, R), or values.side = { "lft" = "left or right" }',
            ),
        ),
        exposed_side("both"),
    ),
    "an arm that the study does not have": Case(
        ARMS,
        cells("allocations.csv", {"subject": "S1"}, arm="vehcle"),
        (
            Told(
                "unknown_arm",
                "error",
                "vehcle is no arm of the study; is 'vehicle' meant?",
                file="allocations.csv",
                row=2,
                subject="S1",
                found="vehcle",
                expected="active, vehicle",
            ),
        ),
        cells("allocations.csv", {"subject": "S1"}, arm="Placebo"),
    ),
    "an arm received that the study does not have": Case(
        ARMS,
        cells("allocations.csv", {"subject": "S2"}, arm_actual="none"),
        (
            Told(
                "unknown_arm",
                "error",
                "none is no arm of the study",
                file="allocations.csv",
                row=3,
                subject="S2",
                found="none",
                expected="active, vehicle",
            ),
        ),
        cells("allocations.csv", {"subject": "S2"}, arm_actual=""),
    ),
    "a kind of medication that is none": Case(
        QUIET,
        taken("S1,Aspirin,concomittant,2024-01-01,"),
        (
            Told(
                "unknown_kind",
                "warning",
                "concomittant is no kind of medication; it counts as unknown; is 'concomitant' meant?",
                **FIRST_MEDICATION,
                found="concomittant",
                expected='prior, concomitant or rescue, or values.kind = { "their word" = "prior" }; '
                "without a column of kinds the dates tell",
            ),
        ),
        taken("S1,Aspirin,Concomitant,2024-01-01,"),
    ),
    "a medication of which nothing says when it was taken": Case(
        QUIET,
        taken("S1,Aspirin,,,"),
        (
            Told(
                "undated_medication",
                "warning",
                "1 row without a time at which the medication was taken",
                file="medications.csv",
                row=2,
                found="S1, Aspirin (row 2)",
                expected="a date of the start or the end, ongoing, or a kind (columns.kind): prior, "
                "concomitant or rescue",
            ),
        ),
        taken("S1,Aspirin,,2024-01-01,"),
    ),
    "a medication that ends before it begins": Case(
        QUIET,
        taken("S1,Aspirin,,2024-01-02,2024-01-01"),
        (
            Told(
                "end_before_start",
                "warning",
                "1 medication with an end before the start",
                file="medications.csv",
                row=2,
                found="S1, Aspirin (row 2)",
                expected="an end on or after the start",
            ),
        ),
        taken("S1,Aspirin,,2024-01-02,2024-01-02"),
    ),
    "a dose below zero": Case(
        QUIET,
        dose("-1"),
        (
            Told(
                "impossible_dose",
                "warning",
                "1 treatment with a dose below zero, which the tables of exposure have as it is",
                file="exposures.csv",
                row=2,
                found="S1, -1 (row 2)",
                expected="a dose of 0 or more",
            ),
        ),
        dose("0"),
    ),
    "a medication that stands in the file twice": Case(
        QUIET,
        taken(*["S1,Aspirin,prior,2024-01-01,"] * 2),
        (
            Told(
                "repeated_row",
                "note",
                "1 row equal to an earlier one in every column, and counted as 1 further medication",
                file="medications.csv",
                row=3,
                found="S1 (row 3 as row 2)",
                expected="a row for each medication, or a column that tells two of them apart",
            ),
        ),
        taken("S1,Aspirin,prior,2024-01-01,", "S1,Aspirin,prior,2024-01-02,"),
    ),
    # Nothing that decides rests on it: what is an error in other tables is a warning here.
    "a medication of a subject that the table of subjects does not have": Case(
        QUIET,
        taken("S9,Aspirin,,2024-01-02,"),
        (
            Told(
                "unknown_subject",
                "warning",
                "S9 is not in the table of subjects",
                file="medications.csv",
                row=2,
                subject="S9",
                found="S9",
                expected="a subject of the table `subjects`",
            ),
        ),
        taken("S6,Aspirin,,2024-01-02,"),
    ),
}
