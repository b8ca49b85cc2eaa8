"""Raw curves from each of their layouts."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import polars as pl
import pytest

from .conftest import Read
from .test_source_values import checks

CURVES = '[[sources.skinmeter]]\nfile = "a.csv"\nholds = "curves"\n'


def curves(tables: object) -> list[tuple[object, ...]]:
    """Samples and their steps, a row a curve."""
    frame: pl.DataFrame = tables["curves"].select(
        "subject", "replicate", "samples", "x_first", "x_step", "x"
    )  # type: ignore[index]
    return [
        (
            *row[:2],
            [round(sample, 6) for sample in row[2]],
            *row[3:5],
            row[5] and [round(x, 6) for x in row[5]],
        )
        for row in frame.rows()
    ]


def test_a_row_a_sample(reads: Read) -> None:
    text = "subject,visit,time [ms],sample [µm],probe\n" + "".join(
        f"1,W0,{at},{height},2\n" for at, height in [(0, 0), (10, 100), (20, 150), (0, 1), (10, 2)]
    )

    tables = reads(CURVES, a_csv=text)

    assert curves(tables) == [
        ("1", 1, [0.0, 0.1, 0.15], 0.0, 0.01, None),
        ("1", 2, [0.001, 0.002], 0.0, 0.01, None),
    ]
    assert tables["curves"].select("id", "x_unit", "unit", "instrument", "row").rows() == [
        (1 << 40 | 2 << 14 | 4, "s", "mm", "skinmeter", 2),
        (1 << 40 | 5 << 14 | 4, "s", "mm", "skinmeter", 5),
    ]
    assert tables["observations"].select("measurement", "measure", "kind", "value").rows() == [
        (1 << 40 | 2 << 14 | 4, "skinmeter.probe", "setting", 2.0),
        (1 << 40 | 5 << 14 | 4, "skinmeter.probe", "setting", 2.0),
    ]


def test_interleaved_rows_are_told_apart_by_their_key(reads: Read) -> None:
    text = "subject,visit,side,x,samples\n" + "".join(
        f"1,W0,{side},{at},{at + (side == 'R')}\n" for at in (0, 1, 2) for side in "LR"
    )

    assert [row[2] for row in curves(reads(CURVES, a_csv=text))] == [
        [0.0, 1.0, 2.0],
        [1.0, 2.0, 3.0],
    ]


def test_uneven_steps_are_kept(reads: Read) -> None:
    tables = reads(CURVES, a_csv="subject,visit,x,samples\n1,W0,0,0.1\n1,W0,1,0.2\n1,W0,4,0.3\n")

    assert curves(tables) == [("1", None, [0.1, 0.2, 0.3], None, None, [0.0, 1.0, 4.0])]


def test_a_row_a_curve(reads: Read) -> None:
    sources = (
        CURVES
        + 'decimal = ","\ncolumns.samples = "s*"\nconstants.x_step = 0.01\nconstants.x_first = 0\noptions.probe = 2\nunits.samples = "cm"\n'
    )

    tables = reads(
        sources,
        a_csv="subject;visit;s1;s2;s3\n1;W0;0,01;0,02;0,03\n2;W0;0,04;0,05;\n3;W0;0,1;;0,3\n4;W0;;;\n5;W0;1;x;3\n",
    )

    assert curves(tables) == [
        ("1", None, [0.1, 0.2, 0.3], 0.0, 0.01, None),
        ("2", None, [0.4, 0.5], 0.0, 0.01, None),
    ]
    assert checks(tables, "check", "severity", "subject", "row") == [
        ("incomplete_curve", "error", "3", 4),
        ("incomplete_curve", "error", "5", 6),
    ]
    assert tables["observations"].select("subject", "measure", "value", "column").rows() == [
        ("1", "skinmeter.probe", 2.0, 0),
        ("2", "skinmeter.probe", 2.0, 0),
    ]


@pytest.mark.parametrize(
    "write", [pl.DataFrame.write_parquet, pl.DataFrame.write_ipc, pl.DataFrame.write_ipc_stream]
)
def test_a_column_of_lists(reads: Read, write: Callable[[pl.DataFrame, BytesIO], None]) -> None:
    frame = pl.DataFrame(
        {
            "subject": ["1", "2", "3"],
            "visit": ["W0"] * 3,
            "samples": [[0.5, 0.25], None, [0.5, None]],
            "x_step": [0.01] * 3,
        },
        schema_overrides={"samples": pl.List(pl.Float32)},
    )
    held = BytesIO()
    write(frame, held)

    tables = reads(CURVES, a_csv=held.getvalue())

    assert curves(tables) == [("1", None, [0.5, 0.25], None, 0.01, None)]
    # The files are no text, as their name says.
    assert checks(tables, "check", "row") == [("incomplete_curve", 3), ("other_format", None)]


def test_a_column_of_samples_that_is_not_there(refuses: Callable[..., str]) -> None:
    said = refuses(
        CURVES + 'columns.samples = "Hoehe"\n', a_csv="subject,visit,x,Höhe [mm]\n1,W0,0,1\n"
    )

    assert "the file has no column 'Hoehe'" in said


def test_samples_in_a_unit_that_does_not_fit(refuses: Callable[..., str]) -> None:
    assert "cannot be converted to 'mm'" in refuses(
        CURVES, a_csv="subject,visit,x,samples [mbar]\n1,W0,0,1\n"
    )


@pytest.mark.parametrize("mapping", ["", 'columns.version = "Firmware"\n'])
def test_versions_that_rows_of_curves_state_are_told(reads: Read, mapping: str) -> None:
    name = "Firmware" if mapping else "version"
    text = f"subject,visit,x,samples,{name}\n" + "".join(
        f"{subject},W0,{at},{at + 1},{version}\n"
        for subject, version in (("1", "2.0"), ("2", "2.1"))
        for at in (0, 1, 2)
    )

    assert [check for check, *_ in checks(reads(CURVES + mapping, a_csv=text))] == [
        "several_versions"
    ]
    stated = reads(CURVES + mapping + 'version = "2.0"\n', a_csv=text)
    (told,) = checks(stated, "check", "message")
    assert told == (
        "other_version",
        f"the column {name!r} has other versions than 2.0: 2.1 (row 5)",
    )
    assert len(curves(stated)) == 2


def test_version_is_no_sample_of_a_curve_in_columns(reads: Read) -> None:
    text = "subject,visit,s1,s2,version\n1,W0,0.1,0.2,3\n2,W0,0.3,0.4,3\n"
    mapping = 'columns.samples = "*"\ncolumns.subject = "subject"\ncolumns.visit = "visit"\n'
    tables = reads(CURVES + mapping + 'constants.x_step = 1\nconstants.x_unit = "s"\n', a_csv=text)

    assert [row[2] for row in curves(tables)] == [[0.1, 0.2], [0.3, 0.4]]
    assert [check for check, *_ in checks(tables)] == ["version_not_stated"]
