"""Files that somebody made to harm whoever reads them, or that a broken program wrote."""

from __future__ import annotations

import gzip
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.readers.formats import FORMATS

from .mutations import Mutation
from .small_studies import readings
from .tried import tried
from .whole_study import MANIFEST

__all__ = ["HOSTILE"]

CSV, XLSX, ODS, XLSB = "readings.csv", "readings.xlsx", "readings.ods", "readings.xlsb"
JSON, XML, PARQUET, ARROW = "readings.json", "readings.xml", "readings.parquet", "readings.arrow"
DEEP = 100_000


def _whole(file: str) -> bytes:
    return tried(file).content


def _with_parts(file: str, **changes: bytes | None) -> bytes:
    """An archive with some parts replaced, added, or (None) taken out; names have _ for /."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(_whole(file))) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts |= {name: content for name, content in changes.items() if content is not None}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            if changes.get(name, b"") is not None:
                new.writestr(name, content)
    return stream.getvalue()


def _part(file: str, name: str) -> bytes:
    with zipfile.ZipFile(BytesIO(_whole(file))) as book:
        return book.read(name)


SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">'
    b'<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]>'
)
OUTSIDE = b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def _texts() -> Iterator[tuple[str, str, bytes]]:
    text = _whole(CSV)
    yield "one quote and no other", CSV, text.replace(b"S2;", b'"S2;', 1)
    yield "a quote in each cell", CSV, text.replace(b";", b'";"')
    yield "a million separators in a line", CSV, text + b";" * 1_000_000 + b"\n"
    yield "a million empty lines", CSV, text + b"\n" * 1_000_000
    yield "a header of 3,000 columns of one name", CSV, b"wet;" * 3000 + b"\n" + text
    yield "cells that begin formulas", CSV, text.replace(b"S1", b"=cmd|' /C calc'!A1")
    yield "signs that turn the text", CSV, text.replace(b"S1", "\u202e1S\u202c".encode())
    yield "signs of a terminal", CSV, text.replace(b"S1", b"\x1b]0;x\x07\x1b[2J")
    yield "letters that look like others", CSV, text.replace(b"S1", "Ѕ1".encode())
    yield (
        "a letter in two forms",
        CSV,
        text.replace(b"S1", "é".encode()).replace(b"S2", "e\u0301".encode()),
    )
    yield "a number of a million digits", CSV, text.replace(b"40.5", b"4" * 1_000_000)
    yield "the smallest number that there is", CSV, text.replace(b"40.5", b"5e-324")
    yield "an exponent of a thousand digits", CSV, text.replace(b"40.5", b"1e" + b"9" * 1000)
    yield "only marks of the order of bytes", CSV, b"\xef\xbb\xbf" * 1000
    yield "the half of a letter of UTF-16", "readings.cmf", _whole("readings.cmf")[:-1] + b"\xd8"
    yield (
        "UTF-16 with its order turned in the middle",
        "readings.cmf",
        (_whole("readings.cmf") + _whole("readings.cmf").decode("utf-16").encode("utf-16-be")),
    )


def _structures() -> Iterator[tuple[str, str, bytes]]:
    yield "lists in lists", JSON, b"[" * DEEP + b"]" * DEEP
    yield "objects in objects", JSON, b'{"a":' * DEEP + b"1" + b"}" * DEEP
    yield "a number of 100,000 digits", JSON, _whole(JSON).replace(b"40.5", b"4" * 100_000)
    yield "names of nothing", JSON, _whole(JSON).replace(b'"wet"', b'""')
    yield "one name twice", JSON, _whole(JSON).replace(b'"wet"', b'"subject"')
    yield "half of a letter", JSON, _whole(JSON).replace(b'"S1"', b'"\\ud800"')
    yield "zeros in a text", JSON, _whole(JSON).replace(b'"S1"', b'"S1\\u0000"')
    yield (
        "rows of other lengths",
        "readings.ndjson",
        _whole("readings.ndjson").replace(b'["S1", "W0", 40.5]', b'["S1", "W0"]'),
    )
    about = json.loads(_whole("readings.ndjson")) | {"records": 10**18}
    yield "a number of rows that cannot be", "readings.ndjson", json.dumps(about).encode()
    yield "entities of entities", XML, ENTITIES + _whole(XML).replace(b'"S1"', b'"&e;"')
    yield "an entity that reads a file", XML, OUTSIDE + _whole(XML).replace(b"W0", b"&x;")
    yield "elements in elements", XML, b"<a>" * DEEP + b"</a>" * DEEP
    yield (
        "an attribute twice",
        XML,
        _whole(XML).replace(b'SubjectKey="S1"', b'SubjectKey="S1" SubjectKey="S2"'),
    )


def _workbooks() -> Iterator[tuple[str, str, bytes]]:
    sheet = _part(XLSX, SHEET)
    yield (
        "a part of 60 MB of blanks in 60 KB",
        XLSX,
        _with_parts(
            XLSX, **{SHEET: sheet.replace(b"<sheetData>", b"<sheetData>" + b" " * 60_000_000)}
        ),
    )
    yield (
        "entities in a sheet",
        XLSX,
        _with_parts(XLSX, **{SHEET: ENTITIES + sheet.partition(b"?>")[2]}),
    )
    yield (
        "a merged range of all cells",
        XLSX,
        _with_parts(
            XLSX,
            **{
                SHEET: sheet.replace(
                    b"</sheetData>",
                    b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
                )
            },
        ),
    )
    yield (
        "a cell at a place that is none",
        XLSX,
        _with_parts(XLSX, **{SHEET: sheet.replace(b'r="A2"', b'r="ZZZZ99999999"')}),
    )
    yield (
        "a row with a number below zero",
        XLSX,
        _with_parts(XLSX, **{SHEET: sheet.replace(b'<row r="2"', b'<row r="-2"')}),
    )
    yield "a workbook without its sheet", XLSX, _with_parts(XLSX, **{SHEET: None})
    yield "a part outside of the archive", XLSX, _with_parts(XLSX, **{"../../outside.xml": b"x"})
    yield (
        "an archive in an archive",
        XLSX,
        _with_parts(XLSX, **{"xl/embeddings/a.zip": _whole(XLSX)}),
    )
    content = _part(ODS, "content.xml")
    yield (
        "a cell repeated two thousand million times",
        ODS,
        _with_parts(
            ODS,
            **{
                "content.xml": content.replace(
                    b'number-columns-repeated="16000"', b'number-columns-repeated="2000000000"'
                )
            },
        ),
    )
    yield (
        "a filled row repeated 65,536 times",
        ODS,
        _with_parts(
            ODS,
            **{
                "content.xml": content.replace(
                    b"<table:table-row>",
                    b'<table:table-row table:number-rows-repeated="65536">',
                    2,
                )
            },
        ),
    )
    binary = "xl/worksheets/sheet1.bin"
    yield (
        "a record longer than its file",
        XLSB,
        _with_parts(XLSB, **{binary: _part(XLSB, binary) + b"\x06\xff\xff\xff\x7f"}),
    )
    yield (
        "a chain of sectors that leads back",
        "readings.xls",
        _whole("readings.xls").replace(struct.pack("<II", 4, 5), struct.pack("<II", 4, 4), 1),
    )


def _columns() -> Iterator[tuple[str, str, bytes]]:
    def parquet(table: pa.Table, **options: object) -> bytes:
        stream = BytesIO()
        pq.write_table(table, stream, **options)
        return stream.getvalue()

    def arrow(table: pa.Table) -> bytes:
        stream = BytesIO()
        with pa.ipc.new_file(stream, table.schema) as writer:
            writer.write_table(table)
        return stream.getvalue()

    table = pq.read_table(BytesIO(_whole(PARQUET)))
    n = table.num_rows
    nested: pa.DataType = pa.float64()
    for _ in range(60):
        nested = pa.list_(nested)
    yield (
        "lists in lists in a column",
        ARROW,
        arrow(table.set_column(2, "wet", pa.nulls(n, nested))),
    )
    yield (
        "5,000 columns",
        PARQUET,
        parquet(pa.table({**{f"c{at}": pa.nulls(n, pa.int8()) for at in range(5000)}})),
    )
    yield (
        "200,000 rows of nothing",
        PARQUET,
        parquet(
            pa.table(
                {"subject": pa.nulls(200_000, pa.string()), "wet": pa.nulls(200_000, pa.float64())}
            )
        ),
    )
    yield (
        "times beyond the years that there are",
        ARROW,
        arrow(
            table.append_column("date", pa.array([2**62] * n, pa.int64()).cast(pa.timestamp("s")))
        ),
    )
    yield (
        "a dictionary of which a code has no word",
        ARROW,
        arrow(
            table.set_column(
                1,
                "visit",
                pa.DictionaryArray.from_arrays(
                    pa.array([9] * n, pa.int8()), ["W0", "W4"], safe=False
                ),
            )
        ),
    )
    twice = table.append_column("subject", table.column(0))
    yield "two columns of one name", ARROW, arrow(twice)
    yield "two columns of one name", PARQUET, parquet(twice)
    foot = _whole(PARQUET)
    yield (
        "a foot that is longer than its file",
        PARQUET,
        (foot[:-8] + struct.pack("<I", 0x7FFFFFFF) + b"PAR1"),
    )
    yield (
        "texts that are no UTF-8",
        ARROW,
        arrow(
            table.set_column(
                0,
                "subject",
                pa.Array.from_buffers(
                    pa.string(),
                    n,
                    [
                        None,
                        pa.array(range(n + 1), pa.int32()).buffers()[1],
                        pa.py_buffer(b"\xff" * n),
                    ],
                ),
            )
        ),
    )
    yield (
        "not a number in its many forms",
        PARQUET,
        parquet(
            table.set_column(
                2, "wet", pa.array([float("nan"), float("inf"), -0.0, 5e-324] * (n // 4))
            )
        ),
    )


def _statistics() -> Iterator[tuple[str, str, bytes]]:
    sav = bytearray(_whole("readings.sav"))
    sav[80:84] = struct.pack("<i", 2_000_000_000)
    yield "two thousand million rows", "readings.sav", bytes(sav)
    yield (
        "a file of Stata that says that it is empty",
        "readings.dta",
        _whole("readings.dta").replace(
            b"<N>" + struct.pack("<Q", 8), b"<N>" + struct.pack("<Q", 0)
        ),
    )
    xpt = _whole("readings.xpt")
    yield "a table that begins again and again", "readings.xpt", xpt + xpt[240:] * 20
    yield "a transport file of its head alone", "readings.xpt", xpt[:240]


def _of_the_study() -> Iterator[tuple[str, str, bytes]]:
    study = _whole("study.toml")
    yield "tables in tables", "study.toml", study + b"\n[" + b"a." * 20_000 + b"a]\nx = 1\n"
    yield "a key of a megabyte", "study.toml", study + b"\n" + b"k" * 1_000_000 + b" = 1\n"
    yield (
        "an id that leads out of the folder",
        "study.toml",
        study.replace(b'"WINTER"', b'"../../../elsewhere/OTHER"'),
    )
    yield (
        "a source beside the study",
        "study.toml",
        study.replace(b'"people.csv"', b'"/etc/passwd"'),
    )
    yield "a device as a source", "study.toml", study.replace(b'"people.csv"', b'"/dev/zero"')
    yield (
        "a pattern of all files of the machine",
        "study.toml",
        study.replace(b'"moist*.csv"', b'"/**/*"'),
    )
    yield (
        "a plugin that is the study file",
        "study.toml",
        study.replace(b'"probes.toml"', b'"study.toml"'),
    )
    yield (
        "a plugin that is code",
        "study.toml",
        study.replace(b'"probes.toml"', b'"moist.csv", "probes.toml"'),
    )
    plugin = _whole("probes.toml")
    yield "a formula of itself", "probes.toml", plugin.replace(b'"fat / 2"', b'"half + 1"')
    yield (
        "a formula of powers of powers",
        "probes.toml",
        plugin.replace(b'"fat / 2"', b'"fat ** 9 ** 9 ** 9 ** 9"'),
    )
    yield (
        "a formula that calls",
        "probes.toml",
        plugin.replace(b'"fat / 2"', b"\"__import__('os').system('true')\""),
    )
    yield "a lock of another program", "study.lock", b"[[package]]\nname = 'x'\nversion = '1'\n"
    manifest = json.loads(_whole(MANIFEST))
    for what, outputs in (
        ("outputs that are devices", {"/dev/zero": "0" * 64, "../../../../../dev/zero": "0" * 64}),
        ("an output with no digest", {"tables/results.csv": None}),
        ("an output with a name of zeros", {"tables/\x00": "0" * 64}),
        ("a name of a million letters", {"x" * 1_000_000: "0" * 64}),
    ):
        yield what, MANIFEST, json.dumps(manifest | {"outputs": outputs}).encode()
    yield "a manifest of lists in lists", MANIFEST, b"[" * DEEP + b"]" * DEEP
    history = _whole("history.jsonl")
    yield "a line of 2 MB in the history", "history.jsonl", history + b'"' + b"x" * 2_000_000
    yield "lists in lists in the history", "history.jsonl", history + b"[" * DEEP + b"\n"
    statement = json.loads(_whole("statement.json"))
    yield (
        "a statement that counts a million lines",
        "statement.json",
        json.dumps(statement | {"history": {**statement["history"], "lines": 10**6}}).encode(),
    )
    yield "a signature of zeros", "statement.json.sig", bytes(100_000)
    yield (
        "a list of signers with an option of a megabyte",
        "allowed_signers",
        (b"anna@clinic.example " + b"x" * 1_000_000 + b" ssh-ed25519 AAAA\n"),
    )


def _packed() -> Iterator[tuple[str, str, bytes]]:
    yield "zeros packed to a thousandth", CSV, gzip.compress(bytes(50_000_000))
    yield "a workbook in place of a text", CSV, FORMATS["xlsx"](readings())
    yield "a picture", CSV, b"\x89PNG\r\n\x1a\n" + zlib.compress(bytes(1000))
    yield "a program", CSV, b"\x7fELF" + bytes(200)
    yield "Arrow in place of JSON", JSON, _whole(ARROW)
    stream = BytesIO()
    pl.DataFrame({"subject": ["S1"], "visit": ["W0"], "wet": [{"a": 1.5}]}).write_parquet(stream)
    yield "objects in cells", PARQUET, stream.getvalue()


HOSTILE = tuple(
    Mutation(file, content, what)
    for part in (_texts, _structures, _workbooks, _columns, _statistics, _of_the_study, _packed)
    for what, file, content in part()
)
