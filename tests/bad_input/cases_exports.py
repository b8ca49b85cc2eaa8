"""Exports and subject tables that are wrong."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import polars as pl
import pyreadstat

from .case import Case, Spoil, all_of, appended, in_readings, in_study, removed, replaced, written

HEADER = "subject,visit,date,location,side,replicate,hydration,room_temperature\n"
DICTIONARY = """\
Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"Choices, Calculations, OR Slider Labels"
record_id,people,,text,Record ID,
arm,people,,radio,Arm,"1, Active | 2, Placebo"
age,people,,text,Age,
weight,people,,text,Weight,
"""
FIRST = "S1,W0,2024-03-04,cheek,left,1,41.7,21"


def _as_parquet(folder: Path) -> bytes:
    content = io.BytesIO()
    pl.read_csv(folder / "corneometer.csv").write_parquet(content)
    (folder / "corneometer.csv").unlink()
    in_study('"corneometer.csv"', '"corneometer.parquet"')(folder)
    return content.getvalue()


def _truncated_parquet(folder: Path) -> None:
    content = _as_parquet(folder)
    (folder / "corneometer.parquet").write_bytes(content[: len(content) // 2])


def _spss(spoil: Callable[[bytes], bytes], **labels: dict[float, str]) -> Spoil:
    """The readings are a file of SPSS, whose bytes are spoilt."""

    def write(folder: Path) -> None:
        rows = pl.read_csv(folder / "corneometer.csv")
        (folder / "corneometer.csv").unlink()
        path = folder / "corneometer.sav"
        pyreadstat.write_sav(rows, path, variable_value_labels=labels)
        path.write_bytes(spoil(path.read_bytes()))
        in_study('"corneometer.csv"', '"corneometer.sav"')(folder)

    return write


def _renamed(name: str, other: str) -> Spoil:
    def rename(folder: Path) -> None:
        (folder / name).rename(folder / other)

    return rename


def _each_value(value: str) -> Spoil:
    """Every reading is the same."""

    def spoil(folder: Path) -> None:
        rows = [line.split(",") for line in (folder / "corneometer.csv").read_text().splitlines()]
        for row in rows[1:]:
            row[6] = value
        (folder / "corneometer.csv").write_text("".join(",".join(row) + "\n" for row in rows))

    return spoil


def _named_xls(content: str) -> Spoil:
    """The export is something else under the name of a workbook."""

    def spoil(folder: Path) -> None:
        in_study('"corneometer.csv"', '"corneometer.xls"')(folder)
        (folder / "corneometer.xls").write_text(content)

    return spoil


def _workbook(folder: Path) -> None:
    content = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["subject", "hydration"])
    book.save(content)
    (folder / "corneometer.csv").write_bytes(content.getvalue())


def _of_one_subject(folder: Path) -> None:
    lines = (folder / "corneometer.csv").read_text().splitlines()
    (folder / "corneometer.csv").write_text(
        "".join(f"{line}\n" for line in lines if line.startswith(("subject", "S1,")))
    )
    (folder / "subjects.csv").write_text("subject,sex,age\nS1,f,43\n")


def _decimal_commas(folder: Path) -> None:
    text = (folder / "corneometer.csv").read_text()
    (folder / "corneometer.csv").write_text(text.replace(",", ";").replace(".", ","))


def _in_latin_1(folder: Path) -> None:
    text = (folder / "corneometer.csv").read_text().replace("cheek", "Wängchen")
    (folder / "corneometer.csv").write_bytes(text.encode("latin-1"))


def _in_utf_16(folder: Path) -> None:
    text = (folder / "corneometer.csv").read_text()
    (folder / "corneometer.csv").write_bytes(text.encode("utf-16-le"))


RUN = ("run", "study.toml")
CASES = {
    "an empty export": Case(written("corneometer.csv", b"")),
    "an export of a header only": Case(written("corneometer.csv", HEADER)),
    "an export of blank lines": Case(written("corneometer.csv", "\n\n\n")),
    "an export with each row in quotes": Case(
        all_of(
            written("corneometer.csv", '"Nr,Termin,Wert"\n"S1,W0,41.2"\n'),
            in_study(
                'file = "corneometer.csv"',
                'file = "corneometer.csv"\ncolumns = { subject = "Nr", hydration = "Wert" }',
            ),
        )
    ),
    "an export that is a folder": Case(
        all_of(removed("corneometer.csv"), lambda folder: (folder / "corneometer.csv").mkdir())
    ),
    "a picture as an export": Case(
        written("corneometer.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))
    ),
    "a truncated Parquet file": Case(_truncated_parquet),
    "a workbook under the name of a text": Case(_workbook),
    "a web page under the name of a workbook": Case(
        _named_xls("<html><body><table><tr><td>subject</td></tr></table></body></html>")
    ),
    "XML under the name of a workbook": Case(
        _named_xls('<?xml version="1.0"?>\n<Workbook><Worksheet/></Workbook>')
    ),
    "an export in Latin-1": Case(_in_latin_1),
    "an export in UTF-16 without a mark": Case(_in_utf_16, status=0),
    "decimal commas that the study does not state": Case(_decimal_commas),
    "a decimal comma in one cell": Case(
        in_readings(FIRST, 'S1,W0,2024-03-04,cheek,left,1,"41,7",21'), status=0
    ),
    "a decimal comma that cuts a cell in two": Case(
        in_readings(FIRST, FIRST.replace("41.7", "41,7")), status=0
    ),
    "a row with too few cells": Case(in_readings(FIRST, "S1,W0,2024-03-04,cheek"), status=0),
    "a row with too many cells": Case(in_readings(FIRST, FIRST + ",1,2,3"), status=0),
    "a quotation mark that is not closed": Case(in_readings(FIRST, '"' + FIRST)),
    "a header without the subject": Case(in_readings("subject,", "proband,")),
    "a header without the measure": Case(in_readings("hydration", "Hydrations")),
    "a header with one name twice": Case(in_readings("room_temperature", "hydration")),
    "text in a number's cell": Case(in_readings(FIRST, FIRST.replace("41.7", "dry")), status=0),
    "an infinite value": Case(in_readings(FIRST, FIRST.replace("41.7", "inf")), status=0),
    "a value that is NaN": Case(in_readings(FIRST, FIRST.replace("41.7", "NaN")), status=0),
    "an absurd value": Case(in_readings(FIRST, FIRST.replace("41.7", "1e300")), status=0),
    "a negative value": Case(in_readings(FIRST, FIRST.replace("41.7", "-41.7")), status=0),
    "a date in another format": Case(
        in_readings(FIRST, FIRST.replace("2024-03-04", "04/03/24")), status=0
    ),
    "a date that does not exist": Case(
        in_readings(FIRST, FIRST.replace("2024-03-04", "2024-02-30")), status=0
    ),
    "a visit that the study does not define": Case(
        in_readings(FIRST, FIRST.replace("W0", "Screening")), status=0
    ),
    "a side that is none": Case(in_readings(FIRST, FIRST.replace("left", "port")), status=0),
    "the same measurement twice": Case(in_readings(FIRST, f"{FIRST}\n{FIRST}"), status=0),
    "one measurement with two values": Case(
        in_readings(FIRST, f"{FIRST}\n{FIRST.replace('41.7', '44.0')}"), status=0
    ),
    "a subject in the export who is not in the subject table": Case(
        replaced("subjects.csv", "S6,f,58\n", ""), status=0
    ),
    "a subject in the subject table who is in no export": Case(
        appended("subjects.csv", "S7,f,61\n")
    ),
    "a subject twice in the subject table": Case(appended("subjects.csv", "S1,f,43\n"), status=0),
    "a subject twice, differently": Case(appended("subjects.csv", "S1,f,44\n"), status=0),
    "an empty subject table": Case(written("subjects.csv", "subject,sex,age\n")),
    "a file of SPSS that is cut short": Case(_spss(lambda content: content[:700])),
    "a file of SPSS under the name of one of Stata, and the reader of Stata": Case(
        all_of(
            _spss(bytes),
            in_study('"corneometer.sav"', '"corneometer.dta"\nreader = "stata"'),
            _renamed("corneometer.sav", "corneometer.dta"),
        )
    ),
    "a file of SPSS that is empty": Case(_spss(lambda _: b"")),
    "a file of SPSS in another encoding": Case(
        _spss(lambda content: content.replace(b"cheek", b"ch\xe9ek"))
    ),
    "a file of SPSS with a password": Case(
        _spss(lambda _: b"\x1c" + bytes(7) + b"ENCRYPTEDSAV" + bytes(500))
    ),
    "a label that is another number than its code": Case(
        _spss(bytes, hydration={41.7: "42"}), status=0
    ),
    "a word for labels that there is not": Case(
        all_of(
            _spss(bytes),
            in_study('"corneometer.sav"', '"corneometer.sav"\noptions.labels = "code"'),
        )
    ),
    "a dictionary that does not exist": Case(
        in_study('"corneometer.csv"', '"corneometer.csv"\ndictionary = "dictionary.csv"')
    ),
    "a dictionary for a file that has none": Case(
        all_of(
            in_study('"corneometer.csv"', '"corneometer.csv"\ndictionary = "dictionary.csv"'),
            written("dictionary.csv", DICTIONARY),
        )
    ),
    "a dictionary of another project": Case(
        all_of(
            in_study(
                '"corneometer.csv"',
                '"corneometer.csv"\nreader = "redcap"\ndictionary = "dictionary.csv"',
            ),
            written("dictionary.csv", DICTIONARY),
        )
    ),
    "a dictionary in the place of the data": Case(written("corneometer.csv", DICTIONARY)),
    "a dictionary with choices that contradict": Case(
        all_of(
            in_study(
                '"corneometer.csv"',
                '"corneometer.csv"\nreader = "redcap"\ndictionary = "dictionary.csv"',
            ),
            written("dictionary.csv", DICTIONARY.replace("2, Placebo", "1, Placebo")),
        )
    ),
    "a blank subject": Case(in_readings(FIRST, FIRST.replace("S1", " ", 1)), status=0),
    "one subject only": Case(_of_one_subject, RUN, 3),
    "all values equal": Case(_each_value("50"), RUN, 3),
    "all values missing": Case(_each_value("")),
    "missing values without a rule": Case(in_readings("S6,W4", "S6,W9", 9)),
}
