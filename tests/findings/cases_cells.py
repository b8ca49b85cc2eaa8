"""Cells and rows of an export that cannot be read as they stand."""

from __future__ import annotations

from dermoutcomes.sources.cells.dates import expected_date

from .case import Case, Edit, Files, Told, both, cells, in_study, off, replaced
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


def limits(keys: str) -> Edit:
    """A source that states what cells at limits, or marks, stand for."""
    return in_study('file = "readings.csv"', f'file = "readings.csv"\n{keys}')


def grouped(files: Files) -> Files:
    """Widths of whole numbers, in a source with a sign of thousands."""
    whole = str(files["probe.csv"]).replace("2.5", "2")
    edit = in_study('file = "probe.csv"', 'file = "probe.csv"\nthousands = ","')
    return edit({**files, "probe.csv": whole})


def hydration(text: str) -> Edit:
    return replaced("readings.csv", ROW, ROW.replace("40.0", text))


CASES |= {
    "a text where a number belongs": Case(
        QUIET,
        hydration("4O.0"),
        (
            Told(
                "not_a_number",
                "error",
                "a text stands where a number belongs",
                **CELL,
                found="4O.0",
                expected=A_NUMBER,
            ),
        ),
        hydration("4.0e1"),
    ),
    "a text among a mark of missing values": Case(
        QUIET,
        hydration("N A"),
        (
            Told(
                "not_a_number",
                "error",
                "a text stands",
                **CELL,
                found="N A",
                expected=f'{A_NUMBER}; missing = ["N A"] in the source if nothing was measured, '
                'values.hydration = { "N A" = … } if it stands for a number',
            ),
        ),
        hydration("NA"),
    ),
    "the other decimal sign": Case(
        QUIET,
        hydration('"40,0"'),
        (
            Told(
                "decimal_sign",
                "error",
                "written with the other decimal sign than the source's",
                **CELL,
                found="40,0",
                expected=f'{A_NUMBER}, or decimal = "," in the source',
            ),
        ),
        hydration('"40.0"'),
    ),
    "groups of three with a sign that the source does not name": Case(
        QUIET,
        hydration("1 040.5"),
        (
            Told(
                "thousands_sign",
                "error",
                "written in groups",
                **CELL,
                found="1 040.5",
                expected=f'{A_NUMBER}, or thousands = " " in the source',
            ),
        ),
        both(
            off("range"),
            both(
                in_study('file = "readings.csv"', 'file = "readings.csv"\nthousands = " "'),
                hydration("1 040.5"),
            ),
        ),
    ),
    "a number that can be of either decimal sign": Case(
        QUIET,
        hydration('"1,040"'),
        (
            Told(
                "decimal_sign",
                "error",
                "written with the other decimal sign",
                **CELL,
                found="1,040",
                expected=f'{A_NUMBER}, or decimal = "," or thousands = "," in the source',
            ),
        ),
        both(off("range"), hydration("1.040")),
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
    "a cell at a limit": Case(
        QUIET,
        hydration("<10"),
        (
            Told(
                "limit_sign",
                "error",
                "the reading lies below or above a limit",
                **CELL,
                found="<10",
                expected=f'{A_NUMBER}; limits = {{ "<" = "limit" }} in the source, "half", '
                '"limit/sqrt2", "missing" or a number',
            ),
        ),
        both(limits('limits = { "<" = "limit" }'), both(off("limit_value"), hydration("<40"))),
    ),
    "a cell at a limit that the source states": Case(
        QUIET,
        both(limits('limits = { "<" = "limit" }'), hydration("<40")),
        (Told("limit_value", "note", "1 cell(s) at a limit (<) count", **AT, found="<40"),),
        both(limits('limits = { "<" = "limit" }'), hydration("40")),
    ),
    "a cell at a limit that counts as missing": Case(
        QUIET,
        both(limits('limits = { "<" = "missing" }'), hydration("<40")),
        (Told("limit_as_missing", "note", "(<) count as missing", **AT, found="<40"),),
        both(limits('limits = { "<" = "missing" }'), hydration("")),
    ),
    "a number with a mark": Case(
        QUIET,
        hydration("40.0*"),
        (
            Told(
                "marked_number",
                "error",
                "a mark stands beside the number",
                **CELL,
                found="40.0*",
                expected=f'{A_NUMBER}; marks = {{ "*" = "keep" }} in the source, "leave_out" or '
                '"below_limit"',
            ),
        ),
        hydration("40.0"),
    ),
    "a number with a mark that the source states": Case(
        QUIET,
        both(limits('marks = { "*" = "keep" }'), hydration("40.0*")),
        (Told("mark_kept", "note", "1 number(s) with the mark * count", **AT, found="40.0*"),),
        both(limits('marks = { "*" = "keep" }'), hydration("40.0")),
    ),
    "a number with a mark that leaves it out": Case(
        QUIET,
        both(limits('marks = { "*" = "leave_out" }'), hydration("40.0*")),
        (Told("left_out_by_mark", "note", "the mark * do not count", **AT, found="40.0*"),),
        both(limits('marks = { "*" = "leave_out" }'), hydration("40.0")),
    ),
    "a number with another unit behind it": Case(
        QUIET,
        hydration("40.0 mm"),
        (
            Told(
                "unit_behind_number",
                "error",
                "is no unit of what is measured",
                **CELL,
                found="40.0 mm",
                expected=f'{A_NUMBER}; marks = {{ "mm" = "keep" }} in the source if it says '
                "nothing",
            ),
        ),
        both(off("unit_in_cell"), hydration("40.0 AU")),
    ),
    "a number with its unit behind it": Case(
        QUIET,
        hydration("40.0 a.u."),
        (
            Told(
                "unit_in_cell",
                "note",
                "1 number(s) with the unit a.u. behind them",
                **AT,
                found="40.0 a.u.",
            ),
        ),
        hydration("40.0"),
    ),
    "a number that ends in its decimal sign": Case(
        QUIET,
        hydration("40."),
        (
            Told(
                "unfinished_number",
                "error",
                "no digit follows the decimal sign",
                **CELL,
                found="40.",
                expected=A_NUMBER,
            ),
        ),
        hydration("40"),
    ),
    "a decimal point where commas are": Case(
        QUIET,
        both(
            in_study('file = "readings.csv"', 'file = "readings.csv"\ndecimal = ","'),
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
            in_study('file = "readings.csv"', 'file = "readings.csv"\ndecimal = ","'),
            lambda files: {**files, "readings.csv": commas(str(files["readings.csv"]))},
        ),
    ),
    "a number that is infinite": Case(
        QUIET,
        hydration("-inf"),
        (
            Told(
                "not_finite",
                "error",
                "infinite or not a number",
                **CELL,
                found="-inf",
                expected=A_NUMBER,
            ),
        ),
        both(off("range"), hydration("1e11")),
    ),
    "a number that overflows": Case(
        QUIET,
        hydration("1e400"),
        (Told("not_finite", "error", "infinite", **CELL, found="1e400", expected=A_NUMBER),),
        both(off("range"), hydration("1e-400")),
    ),
    "a number beyond any reading": Case(
        QUIET,
        hydration("1000000000000"),
        (
            Told(
                "absurd_value",
                "error",
                ("beyond 1e+12", "a fill value or an overflow"),
                **CELL,
                found="1000000000000",
                expected=A_NUMBER,
            ),
        ),
        both(off("range"), hydration("999999999999")),
    ),
    "a reading that failed": Case(
        QUIET,
        hydration("Er"),
        (
            Told(
                "failed_reading",
                "warning",
                "the reading failed",
                **CELL,
                found="Er",
                expected="a reading",
            ),
        ),
        hydration(""),
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
                expected='left, right (or L, R), or values.side = { "their word" = "left" }',
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
                "no reading of corneometer at W0",
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
        both(limits('zero = "not_measured"'), hydration("0")),
        (
            Told(
                "zero_as_missing",
                "note",
                "1 reading(s) of 0 count as not measured, as `zero` states",
                **AT,
                found="0",
            ),
        ),
        both(limits('zero = "not_measured"'), hydration("40.1")),
    ),
    "a reading that the operator marked as none": Case(
        QUIET,
        both(limits('invalid = { time = "09:31" }'), cells("readings.csv", FIRST, time="09:31")),
        (
            Told(
                "invalid_reading",
                "note",
                "1 measurement(s) that the operator marked as none count for no endpoint (W0: 1)",
                file="readings.csv",
                row=2,
                found="time = 09:31",
            ),
        ),
        cells("readings.csv", FIRST, time="09:31"),
    ),
}
