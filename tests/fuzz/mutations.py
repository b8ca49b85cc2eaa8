"""Mutated inputs as Hypothesis draws them: a file of the study, with what was done to it."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from attrs import frozen
from hypothesis import strategies as st
from openpyxl.cell import MergedCell

from .tried import tried

__all__ = [
    "CELLS",
    "WITH_POINT",
    "Mutation",
    "columns",
    "csv_cells",
    "json_values",
    "mutated_bytes",
    "tokens",
    "values",
    "words",
    "workbook_cells",
    "workbook_parts",
]

TOKENS = (
    *("\x00", "\ufeff", "\u202e", "\u00a0", "\x1b[31m", "\r", "\n", "\n\n", "\t", '"', "'", "'''"),
    *("=", "[", "]", "[[", "{", "}", "#", ",", ";", ".", "\\", "\\u0000", "%s", "{0}", "${x}"),
    *("1e999", "-1e-999", "nan", "inf", "0x1F", "9" * 5000, "1" * 40, "-0", "1_000", "1.2.3"),
    *("[" * 2000, "{a=" * 500, "(" * 3000, "a." * 2000, "x" * 70000, "é" * 300, "😀"),
    *("../../etc/passwd", "/dev/zero", "C:\\x", "*", "**/*", "file://x", "=1+1", "<b>"),
    *("true", "null", "None", "1979-05-27T07:32:00Z", "25:61", "2024-02-30"),
)
VALUES = (
    *('""', '"x"', "0", "-1", "1.5", "true", "[]", "{}", "[[]]", "[{}]", "1979-05-27", "inf"),
    *("nan", "9" * 30, "9" * 4500, "1e308", '"' + "a" * 5000 + '"', '["a", "a"]', '"W0"'),
    *('"0 w"', '"> 3"', '"left"', '"../x"', '"*"', '"{subject}"', "[1, 2]", '["W4"]', '"W4"'),
    *('"(((a)))"', '"1/0"', '"fat + fat"', '"half"', '"fat ** 9999"', '"-fat"', '"a and b"'),
)
# A slip among numbers with a decimal comma; where the point is the decimal sign, a plain number.
WITH_POINT = "41.2"
# What people and programs make of a cell. None reads as another plain number: that could not be told.
CELLS = (
    *("", " ", "NA", ".", "-", "?", "n.d.", "41,2 AU", "41,2*", "<41,2", "> 41", "41,2/42,0"),
    *(
        WITH_POINT,
        "4.120,5",
        "41 2",
        "'41,2",
        "−41,2",
        "４１,２",
        "41,2\u00a0",
        "1e999",
        "NaN",
        "Infinity",
    ),
    *(
        "9" * 400,
        "1e60",
        "-",
        "=A1",
        "#DIV/0!",
        "#REF!",
        "41,2\x00",
        "02.04.2024",
        "2. Apr",
        "41,2,3",
    ),
    *("see photo", "error", "0x29", "TRUE", "999", "-99", "left", "W0", "N01"),
)
TOML = re.compile(r"(?m)(?<==\s)[^\n]+$")


@frozen
class Mutation:
    """A file of the study with other bytes. `is_doubtful`: what it says now is no plain other value."""

    file: str
    content: bytes
    what: str
    is_doubtful: bool = False

    @property
    def kind(self) -> str:
        """The first word of what was done."""
        return self.what.partition(":")[0]


def _whole(file: str) -> bytes:
    return tried(file).content


@st.composite
def mutated_bytes(draw: st.DrawFn, file: str) -> Mutation:
    """Bytes changed, left out, doubled or cut off."""
    content = bytearray(_whole(file))
    done = []
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, max(0, len(content) - 1)))
        end = start + draw(st.integers(1, 64))
        how = draw(st.sampled_from(("change", "change", "leave out", "double", "cut")))
        done.append(f"{how} {start}")
        if how == "change":
            content[start : start + 1] = bytes([draw(st.integers(0, 255))])
        elif how == "leave out":
            del content[start:end]
        elif how == "double":
            content[start:start] = content[start:end]
        else:
            del content[start:]
    return Mutation(file, bytes(content), "bytes: " + ", ".join(done))


@st.composite
def tokens(draw: st.DrawFn, file: str) -> Mutation:
    """Signs put in anywhere, or a line doubled, left out or moved."""
    lines = _whole(file).decode(_encoding(file)).split("\n")
    done = []
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(("token", "token", "token", "double", "leave out", "move")))
        done.append(f"{how} in line {place + 1}")
        line = lines[place]
        if how == "token":
            token, at = draw(st.sampled_from(TOKENS)), draw(st.integers(0, len(line)))
            lines[place] = line[:at] + token + line[at:]
        elif how == "double":
            lines.insert(place, line)
        else:
            del lines[place]
            if how == "move":
                lines.insert(draw(st.integers(0, len(lines))), line)
        lines = lines or [""]
    content = "\n".join(lines).encode(_encoding(file), "replace")
    return Mutation(file, content, "lines: " + ", ".join(done))


def _encoding(file: str) -> str:
    """The encoding of a text of the study."""
    return {"cmf": "utf-16", "crd": "cp1252"}.get(file.rpartition(".")[2], "utf-8")


@st.composite
def values(draw: st.DrawFn, file: str) -> Mutation:
    """Values of TOML changed for others, of a fitting type or not."""
    text, done = _whole(file).decode(), []
    for _ in range(draw(st.integers(1, 2))):
        places = [match.span() for match in TOML.finditer(text)]
        if not places:
            break
        start, end = draw(st.sampled_from(places))
        value = draw(st.one_of(st.sampled_from(VALUES), _toml))
        done.append(f"{text[:start].count(chr(10)) + 1}: {value[:40]}")
        text = text[:start] + value + text[end:]
    return Mutation(file, text.encode(), "values: " + "; ".join(done), is_doubtful=True)


def _written(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(sign):08x}" for sign in value) + '"'
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{_written(key)} = {_written(part)}" for key, part in value.items())
            + "}"
        )
    return str(value)


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_toml = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), words),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=6,
).map(_written)


@st.composite
def json_values(draw: st.DrawFn, file: str) -> Mutation:
    """Values of JSON changed for others, left out, or under another name."""
    whole = json.loads(_whole(file))
    table, done = whole, []
    while True:
        place = draw(
            st.sampled_from(sorted(table) if isinstance(table, dict) else range(len(table)))
        )
        done.append(str(place))
        inner = table[place]
        if not isinstance(inner, (dict, list)) or not inner or draw(st.integers(0, 3)) == 0:
            break
        table = inner
    how = draw(st.sampled_from(("value", "value", "leave out", "name")))
    if how == "value":
        table[place] = draw(_json)
    elif how == "leave out" or isinstance(table, list):
        del table[place]
    else:
        table[draw(words)] = table.pop(place)
    return Mutation(file, json.dumps(whole).encode(), f"json: {how} at {'.'.join(done)}")


_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def csv_cells(draw: st.DrawFn, file: str) -> Mutation:
    """Cells of a text that say what is no plain number, date or name."""
    rows = [line.split(_sign(file)) for line in _whole(file).decode().split("\n")[:-1]]
    done = []
    for _ in range(draw(st.integers(1, 3))):
        row = draw(st.integers(1, len(rows) - 1))
        column = (
            draw(st.integers(0, len(rows[row]) - 1)) if draw(st.booleans()) else len(rows[row]) - 1
        )
        cell = draw(
            st.one_of(st.sampled_from(CELLS), words.filter(lambda text: not text.isdecimal()))
        )
        rows[row][column] = cell
        done.append(f"row {row + 1}, column {column + 1}: {cell[:30]!r}")
    text = "\n".join(_sign(file).join(row) for row in rows) + "\n"
    return Mutation(
        file, text.encode("utf-8", "replace"), "cells: " + "; ".join(done), _is_last(rows)
    )


def _is_last(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the table still has its shape: in another one a cell may be any other cell."""
    return len({len(row) for row in rows}) == 1


def _sign(file: str) -> str:
    return ";" if file == "moist.csv" else ","


@st.composite
def workbook_cells(draw: st.DrawFn, file: str) -> Mutation:
    """Cells, merges, hidden rows and further sheets of a workbook."""
    book = openpyxl.load_workbook(BytesIO(_whole(file)))
    sheet, done = book.active, []
    for _ in range(draw(st.integers(1, 3))):
        row, column = draw(st.integers(2, sheet.max_row)), draw(st.integers(1, 3))
        how = draw(st.sampled_from(("text", "text", "number", "merge", "hide", "format", "sheet")))
        done.append(f"{how} in row {row}, column {column}")
        if isinstance(sheet.cell(row, column), MergedCell):
            # Its content is that of the first cell of the area; openpyxl writes none into others.
            continue
        if how == "text":
            clean = st.sampled_from(
                [cell for cell in CELLS if "\x00" not in cell and cell != WITH_POINT]
            )
            sheet.cell(row, column).value = draw(clean)
        elif how == "number":
            odd = st.sampled_from((1e60, -1e-320, float(2**60), True, 10**300))
            sheet.cell(row, column).value = draw(odd)
        elif how == "merge":
            sheet.merge_cells(
                start_row=row, end_row=row + 1, start_column=column, end_column=column
            )
        elif how == "hide":
            sheet.row_dimensions[row].hidden = True
        elif how == "format":
            formats = ("0%", "yyyy-mm-dd", "@", ";;;", "[h]:mm", "0.00E+00")
            sheet.cell(row, column).number_format = draw(st.sampled_from(formats))
        else:
            book.create_sheet(draw(st.sampled_from(("Sheet2", "data", " ")))).append(["subject", 1])
    stream = BytesIO()
    book.save(stream)
    return Mutation(file, stream.getvalue(), "workbook: " + "; ".join(done), is_doubtful=True)


@st.composite
def workbook_parts(draw: st.DrawFn, file: str) -> Mutation:
    """A part of a workbook with other bytes, packed again so that its checksum fits."""
    with zipfile.ZipFile(BytesIO(_whole(file))) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    name = draw(st.sampled_from(sorted(parts)))
    content = bytearray(parts[name])
    start = draw(st.integers(0, len(content) - 1))
    how = draw(st.sampled_from(("change", "leave out", "double", "cut", "token", "remove")))
    if how == "change":
        content[start] = draw(st.integers(0, 255))
    elif how == "leave out":
        del content[start : start + draw(st.integers(1, 64))]
    elif how == "double":
        content[start:start] = content[start : start + draw(st.integers(1, 64))]
    elif how == "cut":
        del content[start:]
    elif how == "token":
        content[start:start] = draw(st.sampled_from(TOKENS)).encode()
    parts[name] = bytes(content)
    if how == "remove":
        del parts[name]
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part, inside in parts.items():
            new.writestr(part, inside)
    return Mutation(file, stream.getvalue(), f"part: {how} at {start} of {name}")


TYPES: Sequence[Any] = (
    *(pa.int8(), pa.uint64(), pa.int64(), pa.float16(), pa.float32(), pa.float64(), pa.bool_()),
    *(pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.binary(4), pa.null()),
    *(
        pa.date32(),
        pa.date64(),
        pa.time32("s"),
        pa.time64("ns"),
        pa.timestamp("s"),
        pa.duration("ms"),
    ),
    *(
        pa.timestamp("ns", "Asia/Tokyo"),
        pa.timestamp("us", "No/Where"),
        pa.month_day_nano_interval(),
    ),
    *(pa.decimal128(38, 37), pa.decimal256(70, 3), pa.decimal128(5, -2), pa.list_(pa.float64())),
    *(pa.large_list(pa.int8()), pa.list_(pa.float32(), 2), pa.struct([("a", pa.int8())])),
    *(pa.map_(pa.string(), pa.int8()), pa.dictionary(pa.int8(), pa.string()), pa.struct([])),
    *(pa.run_end_encoded(pa.int32(), pa.float64()), pa.list_(pa.struct([("value", pa.float64())]))),
)


@st.composite
def columns(draw: st.DrawFn, file: str) -> Mutation:
    """Columns of other types, with blanks, under other names, or twice."""
    table = _table(file)
    place = draw(st.integers(0, table.num_columns - 1))
    kind = draw(st.sampled_from(TYPES))
    name = draw(st.sampled_from((table.column_names[place], "subject", "", "é" * 40, "a\x00b")))
    column = pa.nulls(table.num_rows, kind)
    how = draw(st.sampled_from(("cast", "nulls", "add", "rename", "blanks", "none")))
    if how == "cast":
        try:
            column = table.column(place).cast(kind, safe=False)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            how = "nulls"
    if how in ("cast", "nulls"):
        table = table.set_column(place, name, column)
    elif how == "add":
        table = table.append_column(name, column)
    elif how == "rename":
        names = [*table.column_names]
        names[place] = name
        table = table.rename_columns(names)
    elif how == "blanks":
        kept = draw(st.lists(st.booleans(), min_size=table.num_rows, max_size=table.num_rows))
        cells = [
            x if keep else None
            for x, keep in zip(table.column(place).to_pylist(), kept, strict=True)
        ]
        table = table.set_column(place, table.column_names[place], pa.array(cells))
    else:
        table = table.slice(0, draw(st.integers(0, 1)))
    what = f"columns: {how} {place} as {name[:8]!r} of {kind}"
    try:
        return Mutation(file, _packed(file, table), what, is_doubtful=True)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        # What no writer writes is no file.
        return Mutation(file, _whole(file), "as it is")


def _table(file: str) -> pa.Table:
    content = BytesIO(_whole(file))
    return (
        pq.read_table(content) if file.endswith("parquet") else pa.ipc.open_file(content).read_all()
    )


def _packed(file: str, table: pa.Table) -> bytes:
    stream = BytesIO()
    if file.endswith("parquet"):
        pq.write_table(table, stream)
    else:
        with pa.ipc.new_file(stream, table.schema) as writer:
            writer.write_table(table)
    return stream.getvalue()
