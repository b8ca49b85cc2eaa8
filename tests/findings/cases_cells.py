"""Cells and rows of an export that cannot be read as they stand."""

from __future__ import annotations

from dermoutcomes.sources.cells.dates import expected_date

from .case import Case, Edit, Files, Told, as_it_is, both, cells, in_study, off, replaced
from .studies import LONG, OWN, QUIET

CASES: dict[str, Case] = {}

FIRST = {"subject": "S1", "visit": "W0", "side": "left", "replicate": "1"}
PLACE = {
    "file": "readings.csv",
    "row": 2,
    "subject": "S1",
    "visit": "W0",
    "location": "cheek",
    "side": "left",
    "replicate": 1,
}
CELL = {**PLACE, "column": 9, "measure": "corneometer.hydration"}
ROW = "S1,W0,2024-03-04,09:00,cheek,left,1,Ann,40.0,A1,21,50,20,8"
# A note on a column says where it begins, and of no subject.
AT = {"file": "readings.csv", "row": 2, "column": 9, "measure": "corneometer.hydration"}
A_NUMBER = "a number with a decimal point"


def source_keys(keys: str) -> Edit:
    """A source of the readings that states more of them."""
    return in_study('file = "readings.csv"', f'file = "readings.csv"\n{keys}')


def grouped(files: Files) -> Files:
    """Widths of whole numbers, in a source with a sign of thousands."""
    whole = str(files["probe.csv"]).replace("2.5", "2")
    edit = in_study('file = "probe.csv"', 'file = "probe.csv"\nthousands = ","')
    return edit({**files, "probe.csv": whole})


def hydration(text: str) -> Edit:
    """The first reading of the export as it is written there."""
    quoted = f'"{text}"' if "," in text else text
    return replaced("readings.csv", ROW, ROW.replace("40.0", quoted))


def wrong_cell(
    text: str,
    check: str,
    words: str | tuple[str, ...],
    *,
    beside: Edit,
    expected: str = A_NUMBER,
    severity: str = "error",
) -> Case:
    """A cell that holds no number, by what it is told to be and what was expected."""
    told = Told(check, severity, words, **CELL, found=text, expected=expected)
    return Case(QUIET, hydration(text), (told,), beside)


def settled_cell(text: str, check: str, words: str, *, beside: str, keys: str = "") -> Case:
    """A cell with something beside its number that a unit or the `keys` of its source settle."""
    source = source_keys(keys) if keys else as_it_is
    told = Told(check, "note", words, **AT, found=text)
    return Case(QUIET, both(source, hydration(text)), (told,), both(source, hydration(beside)))


CASES |= {
    "a text where a number belongs": wrong_cell(
        "4O.0",
        "not_a_number",
        "a text stands where a number belongs",
        beside=hydration("4.0e1"),
    ),
    "a text among a mark of missing values": wrong_cell(
        "N A",
        "not_a_number",
        "a text stands",
        beside=hydration("NA"),
        expected=f'{A_NUMBER}; missing = ["N A"] in the source if nothing was measured, '
        'values.hydration = { "N A" = … } if it stands for a number',
    ),
    "the other decimal sign": wrong_cell(
        "40,0",
        "decimal_sign",
        "written with the other decimal sign than the source's",
        beside=hydration('"40.0"'),
        expected=f'{A_NUMBER}, or decimal = "," in the source',
    ),
    "groups of three with a sign that the source does not name": wrong_cell(
        "1 040.5",
        "thousands_sign",
        "written in groups",
        beside=both(off("range"), source_keys('thousands = " "'), hydration("1 040.5")),
        expected=f'{A_NUMBER}, or thousands = " " in the source',
    ),
    "a number that can be of either decimal sign": wrong_cell(
        "1,040",
        "decimal_sign",
        "written with the other decimal sign",
        beside=both(off("range"), hydration("1.040")),
        expected=f'{A_NUMBER}, or decimal = "," or thousands = "," in the source',
    ),
    "a number that ends in its decimal sign": wrong_cell(
        "40.",
        "unfinished_number",
        "no digit follows the decimal sign",
        beside=hydration("40"),
    ),
    "a number that is infinite": wrong_cell(
        "-inf",
        "not_finite",
        "infinite or not a number",
        beside=both(off("range"), hydration("1e11")),
    ),
    "a number that overflows": wrong_cell(
        "1e400",
        "not_finite",
        "infinite",
        beside=both(off("range"), hydration("1e-400")),
    ),
    "a number beyond any reading": wrong_cell(
        "1000000000000",
        "absurd_value",
        ("beyond 1e+12", "a fill value or an overflow"),
        beside=both(off("range"), hydration("999999999999")),
    ),
    "a reading that failed": wrong_cell(
        "Er",
        "failed_reading",
        "the reading failed",
        beside=hydration(""),
        expected="a reading",
        severity="warning",
    ),
    "a cell at a limit": wrong_cell(
        "<10",
        "limit_sign",
        "the reading lies below or above a limit",
        beside=both(
            source_keys('limits = { "<" = "limit" }'), off("limit_value"), hydration("<40")
        ),
        expected=f'{A_NUMBER}; limits = {{ "<" = "limit" }} in the source, "half", '
        '"limit/sqrt2", "missing" or a number',
    ),
    "a number with a mark": wrong_cell(
        "40.0*",
        "marked_number",
        "a mark stands beside the number",
        beside=hydration("40.0"),
        expected=f'{A_NUMBER}; marks = {{ "*" = "keep" }} in the source, "leave_out" or '
        '"below_limit"',
    ),
    "a number with another unit behind it": wrong_cell(
        "40.0 mm",
        "unit_behind_number",
        "is no unit of what is measured",
        beside=both(off("unit_in_cell"), hydration("40.0 AU")),
        expected=f'{A_NUMBER}; marks = {{ "mm" = "keep" }} in the source if it says nothing',
    ),
    "a cell at a limit that the source states": settled_cell(
        "<40",
        "limit_value",
        "1 cell at a limit (<) counts",
        beside="40",
        keys='limits = { "<" = "limit" }',
    ),
    "a cell at a limit that counts as missing": settled_cell(
        "<40",
        "limit_as_missing",
        "(<) counts as missing",
        beside="",
        keys='limits = { "<" = "missing" }',
    ),
    "a number with a mark that the source states": settled_cell(
        "40.0*",
        "mark_kept",
        "1 number with the mark * counts",
        beside="40.0",
        keys='marks = { "*" = "keep" }',
    ),
    "a number with a mark that leaves it out": settled_cell(
        "40.0*",
        "left_out_by_mark",
        "the mark * does not count",
        beside="40.0",
        keys='marks = { "*" = "leave_out" }',
    ),
    "a number with its unit behind it": settled_cell(
        "40.0 a.u.",
        "unit_in_cell",
        "1 number with the unit a.u. behind it",
        beside="40.0",
    ),
    "a decimal point where commas are": Case(
        QUIET,
        both(
            source_keys('decimal = ","'),
            lambda files: {
                **files,
                "readings.csv": commas(str(files["readings.csv"])).replace('"40,0"', "40.0", 1),
            },
        ),
        (
            Told(
                "decimal_sign",
                "error",
                "written with the other decimal sign than the source's",
                **CELL,
                found="40.0",
                expected='a number with a decimal comma, or decimal = "." in the source',
            ),
        ),
        both(
            source_keys('decimal = ","'),
            lambda files: {**files, "readings.csv": commas(str(files["readings.csv"]))},
        ),
    ),
    "a column of numbers that can be of either sign": Case(
        OWN,
        both(grouped, cells("probe.csv", {"visit": "W0"}, width='"2,000"')),
        (
            Told(
                "either_sign",
                "error",
                ("can be read as 2000.0 or as 2.0", "no cell of the column tells which (3 such)"),
                file="probe.csv",
                row=2,
                column=4,
                measure="probe.width",
                value=2000.0,
                found="2,000",
                expected='decimal = "," without `thousands` in the source if it is the latter, '
                'either_sign = "stated" there if it is the former',
            ),
        ),
        both(grouped, cells("probe.csv", {"visit": "W0"}, width='"2,000.5"')),
    ),
    "many cells of a column with one fault": Case(
        QUIET,
        cells("readings.csv", {"replicate": "1"}, hydration='"40,0"'),
        (
            Told(
                "decimal_sign",
                "error",
                "decimal sign than the source's (36 cells, as 40,0 in row 2, 40,0 in row 4, "
                "40,0 in row 6)",
                file="readings.csv",
                row=2,
                column=9,
                measure="corneometer.hydration",
                found="40,0",
                expected=f'{A_NUMBER}, or decimal = "," in the source',
            ),
        ),
        cells("readings.csv", {"replicate": "1"}, hydration="40.0"),
    ),
    "many cells of several columns with one fault": Case(
        QUIET,
        cells("readings.csv", {"replicate": "1"}, hydration='"40,0"', room_temperature='"21,0"'),
        (
            Told(
                "decimal_sign",
                "error",
                "decimal sign than the source's: 72 cells of 2 columns (hydration; "
                "room_temperature), as 40,0 in row 2",
                file="readings.csv",
                row=2,
                found="40,0",
                expected=f'{A_NUMBER}, or decimal = "," in the source',
            ),
        ),
        both(
            source_keys('decimal = ","'),
            lambda files: {**files, "readings.csv": commas(str(files["readings.csv"]))},
        ),
    ),
    "a reading that failed as a whole": Case(
        OWN,
        cells("probe.csv", {"subject": "S1", "visit": "W0"}, height="ERR", width="ERR"),
        (
            Told(
                "failed_reading",
                "warning",
                "the reading failed (2 values of it)",
                file="probe.csv",
                row=2,
                column=3,
                subject="S1",
                visit="W0",
                measure="probe.height",
                found="ERR",
                expected="a reading",
            ),
        ),
        cells("probe.csv", {"subject": "S1", "visit": "W0"}, height="", width=""),
    ),
    "plus signs of a few numbers": Case(
        OWN,
        both(
            cells("form.csv", {"subject": "S1", "visit": "W0"}, grade="+1"),
            cells("form.csv", {"subject": "S3", "visit": "W4"}, grade="+2"),
        ),
        tuple(
            Told(
                "plus_sign",
                "warning",
                ("2 of 6 positive numbers have a plus sign", "another coding"),
                file="form.csv",
                row=row,
                column=3,
                subject=subject,
                visit=visit,
                measure="form.grade",
                value=value,
                found=f"+{value}",
                expected="a number without a sign, as the others",
            )
            for row, subject, visit, value in ((2, "S1", "W0", 1), (7, "S3", "W4", 2))
        ),
        both(
            cells("form.csv", {"subject": "S1", "visit": "W0"}, grade="+1"),
            cells("form.csv", {"subject": "S2", "visit": "W0"}, grade="+2"),
            cells("form.csv", {"subject": "S3", "visit": "W4"}, grade="+2"),
        ),
    ),
}


def commas(text: str) -> str:
    """Every reading of the export with a decimal comma."""
    header, *lines = text.splitlines()
    rows = [line.split(",") for line in lines]
    return "".join(
        f"{line}\n"
        for line in (
            header,
            *(",".join((*row[:8], f'"{row[8].replace(".", ",")}"', *row[9:])) for row in rows),
        )
    )


def longer_rows(of_header):
    """A remark behind every row, and what stands for it in the header."""

    def edit(files):
        header, *lines = str(files["readings.csv"]).splitlines()
        rows = "".join(f"{line},ok\n" for line in lines)
        return {**files, "readings.csv": f"{header}{of_header}\n{rows}"}

    return edit


def numbered_rows(files):
    """Every row with its number before it, and no name for that."""
    header, *lines = str(files["readings.csv"]).splitlines()
    return {
        **files,
        "readings.csv": "".join(
            f"{line}\n"
            for line in (header, *(f"{number},{line}" for number, line in enumerate(lines, 1)))
        ),
    }


CASES |= {
    "a row with too few cells": Case(
        QUIET,
        replaced("readings.csv", ROW, ROW.removesuffix(",8")),
        (
            Told(
                "ragged_row",
                "warning",
                (
                    "the row has 13 cells and the header 14",
                    "cells are missing, or the row goes on in the next line",
                ),
                file="readings.csv",
                row=2,
            ),
        ),
        replaced("readings.csv", ROW, ROW.removesuffix("8")),
    ),
    "a row with too many cells": Case(
        QUIET,
        replaced("readings.csv", ROW, f"{ROW},5"),
        (
            Told(
                "ragged_row",
                "error",
                (
                    "the row has 15 cells and the header 14",
                    "does a cell hold the separator, as a decimal comma?",
                ),
                file="readings.csv",
                row=2,
            ),
        ),
        replaced("readings.csv", ROW, f"{ROW},"),
    ),
    "rows of one cell more": Case(
        QUIET,
        longer_rows(""),
        (
            Told(
                "ragged_row",
                "error",
                (
                    "each of the 72 rows has 15 cells and the header 14",
                    "as a decimal comma, or has a column no name?",
                ),
                file="readings.csv",
                row=1,
                expected="a name in the header for each column",
            ),
        ),
        longer_rows(",remark"),
    ),
    "a column nearly named": Case(
        QUIET,
        replaced("readings.csv", "room_humidity", "room_humi"),
        (
            Told(
                "unread_column",
                "warning",
                "the column 'room_humi' is not read; is it corneometer.room_humidity?",
                file="readings.csv",
                row=1,
                column=12,
                found="room_humi",
                expected='columns.room_humidity = "room_humi" in the source, if it is',
            ),
        ),
        replaced("readings.csv", "room_humidity", "room_hum"),
    ),
    "a header one name short": Case(
        QUIET,
        numbered_rows,
        (
            Told(
                "header_shifted",
                "note",
                ("one name fewer than the rows have cells", "row names"),
                file="readings.csv",
                row=1,
            ),
        ),
        both(
            numbered_rows,
            lambda files: {**files, "readings.csv": "n," + str(files["readings.csv"])},
        ),
    ),
    "a row without a subject": Case(
        QUIET,
        replaced("readings.csv", ROW, ROW.removeprefix("S1")),
        (
            Told(
                "no_subject",
                "error",
                "the row has values and no subject",
                file="readings.csv",
                row=2,
                expected='a subject id, or fill_down = ["subject"] where a blank repeats the one above',
            ),
        ),
        replaced("readings.csv", ROW, ",W0,2024-03-04,09:00,cheek,left,1,Ann,,,,,,"),
    ),
    "a word for missing values in a column of raters": Case(
        QUIET,
        cells("readings.csv", {"subject": "S1", "visit": "W0"}, rater="na"),
        (
            Told(
                "missing_word",
                "note",
                "4 cells of rater say na, which counts as missing",
                file="readings.csv",
                row=2,
                found="na",
                expected='a word, or values.rater = { "na" = "na" } in the source if it is one',
            ),
        ),
        cells("readings.csv", {"subject": "S1", "visit": "W0"}, rater=""),
    ),
    "a word for missing values among words for values": Case(
        OWN,
        cells("form.csv", {"subject": "S1", "visit": "W0"}, colour="n/a"),
        (
            Told(
                "missing_word",
                "note",
                "a cell of colour says n/a, which counts as missing",
                file="form.csv",
                row=2,
                found="n/a",
                expected='a word, or values.colour = { "n/a" = "n/a" } in the source if it is one',
            ),
        ),
        cells("form.csv", {"subject": "S1", "visit": "W0"}, colour=""),
    ),
    "a word for missing values instead of a subject": Case(
        QUIET,
        replaced("readings.csv", ROW, "NA" + ROW.removeprefix("S1")),
        (
            Told(
                "no_subject",
                "error",
                "the row has values and no subject",
                file="readings.csv",
                row=2,
                found="NA",
                expected='a subject id; if NA is one, values.subject = { "NA" = "NA" }',
            ),
        ),
        both(
            in_study(
                'file = "readings.csv"', 'file = "readings.csv"\nvalues.subject = { "NA" = "S1" }'
            ),
            replaced("readings.csv", ROW, "NA" + ROW.removeprefix("S1")),
        ),
    ),
    "a side that nobody states": Case(
        QUIET,
        cells("readings.csv", FIRST, side="l"),
        (
            Told(
                "unknown_side",
                "warning",
                "l is no side that the source states; it stays as it is",
                file="readings.csv",
                row=2,
                subject="S1",
                side="l",
                found="l",
                expected='left, right (or L, R), or values.side = { "l" = "left or right" }',
            ),
        ),
        cells("readings.csv", FIRST, side="L"),
    ),
    "a date that is none": Case(
        QUIET,
        cells("readings.csv", FIRST, date="2024-02-30"),
        (
            Told(
                "not_a_date",
                "warning",
                "the date cannot be read",
                file="readings.csv",
                row=2,
                subject="S1",
                found="2024-02-30",
                expected=expected_date(None),
            ),
        ),
        cells("readings.csv", FIRST, date="04.03.2024"),
    ),
    "dates of two subjects that are none": Case(
        QUIET,
        both(
            cells("readings.csv", FIRST, date="2024-02-30"),
            cells("readings.csv", {**FIRST, "subject": "S2"}, date="2024-02-31"),
        ),
        (
            Told(
                "not_a_date",
                "warning",
                "2 cells: the date cannot be read",
                file="readings.csv",
                row=2,
                found="S1: 2024-02-30 (row 2); S2: 2024-02-31 (row 14)",
                expected=expected_date(None),
            ),
        ),
        cells("readings.csv", FIRST, date="04.03.2024"),
    ),
    "dates of a whole file that are none": Case(
        QUIET,
        both(
            *(
                cells("readings.csv", {"visit": visit}, date=f"2024-02-3{place}")
                for place, visit in enumerate(("W0", "W4", "W12"))
            )
        ),
        (
            Told(
                "not_a_date",
                "warning",
                "72 cells: the date cannot be read",
                file="readings.csv",
                row=2,
                found="S1: 2024-02-30 (row 2); S1: 2024-02-30 (row 3); S1: 2024-02-30 (row 4); "
                "and 69 more",
                expected=expected_date(None),
            ),
        ),
        as_it_is,
    ),
    "a date in another form than the source states": Case(
        QUIET,
        both(
            in_study('file = "readings.csv"', 'file = "readings.csv"\ndate_format = "%Y-%m-%d"'),
            cells("readings.csv", FIRST, date="04.03.2024"),
        ),
        (
            Told(
                "not_a_date",
                "warning",
                "the date cannot be read",
                file="readings.csv",
                row=2,
                subject="S1",
                found="04.03.2024",
                expected="a date as %Y-%m-%d, the date_format of the source",
            ),
        ),
        in_study('file = "readings.csv"', 'file = "readings.csv"\ndate_format = "%Y-%m-%d"'),
    ),
    "a unit that is not known": Case(
        OWN,
        replaced("probe.csv", "height", "height [cubit]"),
        (
            Told(
                "unit_unknown",
                "warning",
                "the unit 'cubit' is not known; numbers are read as mm",
                file="probe.csv",
                row=1,
                column=3,
                measure="probe.height",
                found="cubit",
                expected="mm",
            ),
        ),
        replaced("probe.csv", "height", "height [cm]"),
    ),
    "a word of a long table that is no value": Case(
        LONG,
        replaced("probe.csv", "S1,W0,width,2\n", "S1,W0,depth,2\n"),
        (
            Told(
                "unknown_measure",
                "note",
                "depth is no value of probe; its rows (1) are left out",
                file="probe.csv",
                row=3,
                found="depth",
                expected="one of 'height', 'width', 'slope'",
            ),
        ),
        replaced("probe.csv", "S1,W0,width,2\n", "S1,W0,WIDTH,2\n"),
    ),
    "a subject that the table of subjects does not have": Case(
        QUIET,
        cells("readings.csv", {"subject": "S1", "visit": "W0"}, subject="S9"),
        (
            Told(
                "unknown_subject",
                "error",
                "S9 is not in the table of subjects",
                file="readings.csv",
                row=2,
                subject="S9",
                found="S9",
                expected="a subject of the table `subjects`",
            ),
            Told(
                "missed_visit",
                "note",
                "no reading of Corneometer at Baseline",
                subject="S1",
                visit="W0",
                measure="corneometer",
                expected="a reading",
            ),
        ),
        cells("readings.csv", {"subject": "S1", "visit": "W0"}, subject=" S1"),
    ),
}
CASES |= {
    "a device that writes 0 often": Case(
        QUIET,
        both(off("range"), cells("readings.csv", {"subject": "S1", "visit": "W0"}, hydration="0")),
        (
            Told(
                "zeros",
                "warning",
                "4 of 72 readings are exactly 0: was nothing measured there?",
                **AT,
                found="0",
                expected='zero = "measured" in the source, or zero = "not_measured"',
            ),
        ),
        both(
            off("range"),
            both(
                cells("readings.csv", {**FIRST, "replicate": "2"}, hydration="0"),
                cells(
                    "readings.csv", {"subject": "S2", "visit": "W0", "side": "left"}, hydration="0"
                ),
            ),
        ),
    ),
    "0 where nothing was measured, as the source says": Case(
        QUIET,
        both(source_keys('zero = "not_measured"'), hydration("0")),
        (
            Told(
                "zero_as_missing",
                "note",
                "1 reading of 0 counts as not measured, as `zero` states",
                **AT,
                found="0",
            ),
        ),
        both(source_keys('zero = "not_measured"'), hydration("40.1")),
    ),
    "a reading that the operator marked as none": Case(
        QUIET,
        both(
            source_keys('invalid = { time = "09:31" }'), cells("readings.csv", FIRST, time="09:31")
        ),
        (
            Told(
                "invalid_reading",
                "note",
                "no endpoint counts what the operator marked as no reading: 1 measurement (W0: 1)",
                file="readings.csv",
                row=2,
                found="time = 09:31",
            ),
        ),
        cells("readings.csv", FIRST, time="09:31"),
    ),
}
