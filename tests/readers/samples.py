"""A small whole file of each format that is read, as the libraries of the formats write it."""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import polars as pl
import pyreadstat
from attrs import frozen
from dermoutcomes_cdisc.tests.test_dataset_json import dataset
from dermoutcomes_cdisc.tests.test_odm import SUBJECTS, odm
from dermoutcomes_readers.tests.test_readers_batteries import take_workbook
from dermoutcomes_readers.tests.test_readers_extents import TABLE as CELLS
from dermoutcomes_readers.tests.test_readers_extents import ods, xls, xlsb
from dermoutcomes_readers.tests.test_statistical_files import SAS_SAMPLE

TABLE = pl.DataFrame(
    {
        "subject": ["S1", "S2", "S3", "S4"] * 5,
        "visit": ["W0", "W4"] * 10,
        "wet": [41.5, 52.0, 33.25, 40.0] * 5,
        "sex": [1.0, 2.0] * 10,
    }
)
LABELS = {"variable_value_labels": {"sex": {1: "male", 2: "female"}}}
TEXT = TABLE.write_csv(separator=";").replace(".", ",").encode()


@frozen
class Sample:
    """A file: the reader that knows it, its name, and how its bytes are made."""

    reader: str
    file: str
    write: Callable[[], bytes]
    # Whether a cut shows: a text may end after any of its lines.
    is_closed: bool = True

    def __str__(self) -> str:
        return f"{self.reader}-{self.file}"


def _to_stream(write: Callable[[BytesIO], object]) -> Callable[[], bytes]:
    def written() -> bytes:
        stream = BytesIO()
        write(stream)
        return stream.getvalue()

    return cache(written)


def _to_path(name: str, write: Callable[[Path], object]) -> Callable[[], bytes]:
    def written() -> bytes:
        with TemporaryDirectory() as folder:
            path = Path(folder) / name
            write(path)
            return path.read_bytes()

    return cache(written)


def _workbook(stream: BytesIO) -> None:
    book = openpyxl.Workbook()
    for row in (TABLE.columns, *TABLE.rows()):
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    book.active["F1"] = "=SUM(C2:C5)"
    book.save(stream)


def _json() -> bytes:
    regions = [{"name": "cheek", "value": 1.5}, {"name": "brow", "value": 2.5}]
    return json.dumps([{"subject": "S1", "image": {"angle": "left", "regions": regions}}]).encode()


def _redcap() -> bytes:
    return (
        b"record_id,redcap_event_name,redcap_repeat_instrument,age,wet,visit_complete\n"
        b"1,bl,,40,3.5,2\n1,w4,again,,4.5,2\n2,bl,,41,3.7,2\n"
    )


SAMPLES = (
    Sample("delimited", "a.csv", lambda: TEXT, is_closed=False),
    Sample("delimited", "a.cmf", lambda: TEXT.decode().encode("utf-16"), is_closed=False),
    Sample("redcap", "a.csv", _redcap, is_closed=False),
    Sample("json", "a.json", _json),
    Sample("json", "a.jsonl", lambda: b'{"a": 1, "b": "x"}\n{"a": 2.5, "b": "y"}\n', False),
    Sample("arrow", "a.arrow", _to_stream(TABLE.write_ipc)),
    Sample("arrow", "a.arrows", _to_stream(TABLE.write_ipc_stream)),
    Sample("parquet", "a.parquet", _to_stream(TABLE.write_parquet)),
    Sample("excel", "a.xlsx", _to_stream(_workbook)),
    Sample("excel", "a.xlsb", _to_path("a.xlsb", lambda path: xlsb(path, CELLS))),
    Sample("excel", "a.ods", _to_path("a.ods", lambda path: ods(path, CELLS))),
    # Its last sector is filled up with what stands for nothing.
    Sample("excel", "a.xls", _to_path("a.xls", lambda path: xls(path, CELLS)), is_closed=False),
    Sample("take_workbook", "a.xlsx", cache(take_workbook)),
    Sample(
        "spss", "a.sav", _to_path("a.sav", lambda path: pyreadstat.write_sav(TABLE, path, **LABELS))
    ),
    Sample(
        "spss",
        "a.zsav",
        _to_path("a.zsav", lambda path: pyreadstat.write_sav(TABLE, path, compress=True)),
    ),
    Sample(
        "stata",
        "a.dta",
        _to_path("a.dta", lambda path: pyreadstat.write_dta(TABLE, path, **LABELS)),
    ),
    Sample(
        "stata",
        "old.dta",
        _to_path("a.dta", lambda path: pyreadstat.write_dta(TABLE, path, version=8)),
    ),
    Sample(
        "sas_transport",
        "a.xpt",
        _to_path("a.xpt", lambda path: pyreadstat.write_xport(TABLE, path)),
    ),
    Sample(
        "sas_transport",
        "old.xpt",
        _to_path("a.xpt", lambda path: pyreadstat.write_xport(TABLE, path, file_format_version=5)),
    ),
    Sample("sas", "a.sas7bdat", cache(lambda: lzma.decompress(SAS_SAMPLE.read_bytes()))),
    Sample("odm", "a.xml", lambda: odm(*SUBJECTS).encode()),
    Sample("dataset_json", "a.json", lambda: json.dumps(dataset()).encode()),
)
