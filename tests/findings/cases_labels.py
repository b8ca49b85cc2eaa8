"""What a file says of its own cells: labels of codes, values that are none, what was taken back."""

from __future__ import annotations

from .case import Case, Told, as_it_is, both, in_study
from .odm_files import with_removal
from .spss_files import with_labels
from .studies import LABELLED, LOGGED

CASES: dict[str, Case] = {}
FILE = {"file": "readings.sav"}
PLACE = {**FILE, "row": 1, "column": 9}
MEASURE = "corneometer.hydration"

CASES |= {
    "a rater whom the file declares missing": Case(
        LABELLED,
        with_labels({}, missing_ranges={"rater": ["Ann"]}),
        (
            Told(
                "declared_missing",
                "note",
                ("the file declares ", "of 'rater' missing: Ann (72)"),
                **FILE,
                row=1,
                column=8,
                found="Ann",
                expected="no value there, or values with the word as it is meant",
            ),
        ),
        with_labels({}, missing_ranges={"rater": ["XX"]}),
    ),
    "a label that is another number than its code": Case(
        LABELLED,
        with_labels({40: "41"}),
        (
            Told(
                "label_against_code",
                "error",
                "label and code of 'hydration' are two numbers in 1 cell: 40 = 41",
                **PLACE,
                subject="S1",
                measure=MEASURE,
                found="40 = 41",
                expected='options = { labels = "codes" } in the source, or values.hydration with '
                'the number of each label, as { "41" = 40 }',
            ),
        ),
        with_labels({40: "40"}),
    ),
    "a label that is another number, read as its code": Case(
        LABELLED,
        with_labels({40: "41 dry"}),
        (
            Told(
                "label_against_code",
                "error",
                "40 = 41 dry",
                **PLACE,
                subject="S1",
                measure=MEASURE,
                found="40 = 41 dry",
                expected='options = { labels = "codes" } in the source, or values.hydration with '
                'the number of each label, as { "41 dry" = 40 }',
            ),
        ),
        both(
            with_labels({40: "41 dry"}),
            in_study('file = "readings.sav"', 'file = "readings.sav"\noptions.labels = "codes"'),
        ),
    ),
    "a label that says that nothing was measured": Case(
        LABELLED,
        with_labels({40: "Not done"}),
        (
            Told(
                "labelled_number",
                "error",
                "have a label that says there is none, and count as numbers: 40 = Not done",
                **PLACE,
                measure=MEASURE,
                found="Not done",
                expected='missing = ["Not done"] in the source, if nothing was measured',
            ),
        ),
        as_it_is,
    ),
    "a label of few numbers": Case(
        LABELLED,
        with_labels({40: "dry"}),
        (
            Told(
                "labelled_number",
                "note",
                "have a label beside the number, and count as the number: 40 = dry",
                **PLACE,
                measure=MEASURE,
                found="dry",
                expected='missing = ["dry"] in the source, if nothing was measured',
            ),
        ),
        with_labels({140: "dry"}),
    ),
    "one label of two codes": Case(
        LABELLED,
        with_labels({40: "dry", 42: "Dry"}),
        (
            Told(
                "same_label",
                "warning",
                "the file has one label for several codes of 'hydration'",
                **PLACE,
                found="hydration",
                expected="a label for each code, or values with each code as it is meant",
            ),
        ),
        as_it_is,
    ),
}

CASES |= {
    "a record that a log of changes takes back": Case(
        LOGGED,
        with_removal,
        (
            Told(
                "removed_record",
                "note",
                "1 row that the file itself says was removed does not count",
                file="readings.xml",
                row=73,
                found="removed: row 73",
                expected="a reason in the audit trail of the study",
            ),
        ),
        as_it_is,
    ),
}
