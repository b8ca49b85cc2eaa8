"""Whose a row is: ids with other zeros, ids that look alike, rows that are nobody's."""

from __future__ import annotations

from .case import Case, Told, appended, both, in_study, replaced
from .studies import QUIET

CASES: dict[str, Case] = {}

FIRST = {"file": "readings.csv", "row": 2}
MEANS = "W0,2024-03-04,09:00,cheek,left,1,Ann,40.0,A1,21,50,20,8\n"


def renamed(*names: str):
    """The six subjects under other ids in the table of subjects and in exposures."""

    def edit(files):
        for number, name in enumerate(names, 1):
            files = {
                **files,
                "subjects.csv": str(files["subjects.csv"]).replace(f"S{number},", f"{name},"),
                "exposures.csv": str(files["exposures.csv"]).replace(f"S{number},", f"{name},"),
            }
        return files

    return edit


def read_as(*names: str):
    """The six subjects under other ids in the readings."""

    def edit(files):
        for number, name in enumerate(names, 1):
            text = str(files["readings.csv"]).replace(f"S{number},", f"{name},")
            files = {**files, "readings.csv": text}
        return files

    return edit


NUMBERS = tuple(f"0{number}" for number in range(1, 7))
BARE = tuple(str(number) for number in range(1, 7))
ONE_SITE = replaced("subjects.csv", "subject,sex", "subject,site")
TWO_SITES = both(
    ONE_SITE,
    lambda files: {**files, "subjects.csv": str(files["subjects.csv"]).replace("06,f", "06,m")},
)

ONE_ID = both(renamed(*BARE), read_as(*BARE))


def without_ids(files):
    """The table of subjects without its first column, that of the ids."""
    rows = str(files["subjects.csv"]).splitlines(keepends=True)
    return {**files, "subjects.csv": "".join(row.partition(",")[2] for row in rows)}


CASES |= {
    "subjects by the order of their rows": Case(
        QUIET,
        both(
            both(ONE_ID, without_ids),
            in_study('"subjects.csv"', '"subjects.csv"\nsubjects_by = "row"'),
        ),
        (
            Told(
                "subjects_by_row",
                "note",
                "6 rows are subjects by their order, to number 6",
                file="subjects.csv",
                row=2,
                found="6 rows",
                expected="a column of ids, if the export can have one",
            ),
        ),
        ONE_ID,
    ),
    "numbers without their zeros": Case(
        QUIET,
        both(renamed(*NUMBERS), read_as(*BARE)),
        (
            Told(
                "subject_by_number",
                "note",
                "taken for these: 1 for 01, 2 for 02, 3 for 03 and 3 more",
                **FIRST,
                found="1, 2, 3",
                expected="ids as in the table of subjects, or values.subject with each as it is "
                "meant",
            ),
        ),
        both(renamed(*NUMBERS), read_as(*NUMBERS)),
    ),
    "a number without its zero in a study of two sites": Case(
        QUIET,
        both(renamed(*NUMBERS), read_as("1", *NUMBERS[1:]), TWO_SITES),
        (
            Told(
                "unknown_subject",
                "error",
                "1 is not in the table of subjects; '01' has the same number: columns.subject",
                **FIRST,
                subject="1",
                found="1",
                expected="a subject of the table `subjects`",
            ),
            Told(
                "subject_without_data",
                "note",
                "no reading of this subject",
                subject="01",
                expected="readings",
            ),
        ),
        both(renamed(*NUMBERS), read_as(*NUMBERS), TWO_SITES),
    ),
    "two ids that differ in zeros alone": Case(
        QUIET,
        appended("subjects.csv", "S06,f\n"),
        (
            Told(
                "similar_subjects",
                "error",
                "the ids S06, S6 differ in zeros, case or blanks only",
                subject="S06",
                found="S06, S6",
                expected='one id a person; where they are one: values.subject = { "S6" = "S06" }',
            ),
            Told(
                "subject_without_data",
                "note",
                "no reading of this subject",
                subject="S06",
                expected="readings",
            ),
        ),
        both(
            appended("subjects.csv", "S06,m\n"),
            replaced("subjects.csv", "subject,sex", "subject,site"),
            in_study("off = [", 'off = ["subject_without_data", '),
        ),
    ),
    "means below the subjects": Case(
        QUIET,
        appended("readings.csv", f"Mittelwert,{MEANS}SD,{MEANS}"),
        (
            Told(
                "summary_row",
                "error",
                "'Mittelwert' (row 74), 'SD' (row 75); they are left out",
                file="readings.csv",
                row=74,
                found="Mittelwert, SD",
                expected='not_subjects = ["Mittelwert", "SD"] in the source, or where one is a '
                'person values.subject = { "Mittelwert" = "Mittelwert" }',
            ),
        ),
        both(
            appended("readings.csv", f"Mittelwert,{MEANS}SD,{MEANS}"),
            in_study(
                'file = "readings.csv"',
                'file = "readings.csv"\nnot_subjects = ["mittelwert", "SD"]',
            ),
        ),
    ),
    "a line to sign in the table of subjects": Case(
        QUIET,
        appended("subjects.csv", "Signature: ______,\n"),
        (
            Told(
                "summary_row",
                "error",
                "'Signature: ______' (row 8)",
                file="subjects.csv",
                row=8,
                found="Signature: ______",
                expected='not_subjects = ["Signature: ______"] in the source, or where one is a '
                'person values.subject = { "Signature: ______" = "Signature: ______" }',
            ),
        ),
        # Initials are no words of a summary where ids are letters.
        both(
            renamed("Sue M.", "Max", "SD", "MW", "Summer", "Min"),
            read_as("Sue M.", "Max", "SD", "MW", "Summer", "Min"),
        ),
    ),
}
