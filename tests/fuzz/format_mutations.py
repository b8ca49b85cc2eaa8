"""Mutations of readings in any format: cells, counts of its bytes, other formats, encodings, additions."""

from __future__ import annotations

import gzip
import struct

from hypothesis import strategies as st

from tests.readers.formats import FORMATS

from .mutations import CELLS, WITH_POINT, Mutation, words
from .small_studies import format_of, readings, readings_file, small_study
from .tried import tried

__all__ = ["TEXTS", "additions", "cells", "counts", "encodings", "other_formats"]

TEXTS = ("csv", "cmf", "crd", "redcap.csv", "json", "ndjson", "xml")
SEPARATORS = {"csv": ";", "cmf": "\t", "crd": "\t", "redcap.csv": ","}
NUMBERS = (1e60, -1e60, 1e308, 5e-324, float(2**53 + 1), float("inf"), float("-inf"), 999.0, -99.0)
# What a length, an offset or a number of rows may be that was changed by hand or by a bad disk.
LIMITS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63 - 1)
ENCODINGS = (
    *("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-7", "cp037"),
    *("latin-1", "mac-roman", "shift_jis", "gb18030", "iso2022_jp"),
)
LINE_ENDS = ("\r\n", "\r", "\n\n", "\n\r", "\u2028", "\x85", "\x0b", "\x1e")


@st.composite
def cells(draw: st.DrawFn, file: str) -> Mutation:
    """Cells that say what is no plain reading, person or visit, written as the format writes them."""
    name, rows = format_of(file), readings()
    sign, done = SEPARATORS.get(name), []
    slips = [cell for cell in CELLS if cell != WITH_POINT]
    texts = st.one_of(st.sampled_from(slips), words.filter(lambda text: not text.isdecimal()))
    numbers = st.sampled_from((*NUMBERS, None))
    for _ in range(draw(st.integers(1, 3))):
        row, column = draw(st.integers(0, len(rows) - 1)), draw(st.sampled_from((0, 1, 2, 2, 2)))
        cell = draw(st.one_of(texts, numbers) if column == 2 else texts)
        # In a table of another shape a cell may be any other cell.
        if isinstance(cell, str) and sign is not None:
            cell = "".join(" " if letter in (sign, "\n", "\r", '"') else letter for letter in cell)
        rows[row][column] = cell
        done.append(f"row {row + 1}, column {column + 1}: {str(cell)[:30]!r}")
    try:
        content = FORMATS[name](rows)
    # What no program writes is no file: each library says it in its own way.
    except Exception:  # noqa: BLE001
        return Mutation(file, tried(file).content, "as it is")
    return Mutation(file, content, "cells: " + "; ".join(done), is_doubtful=True)


@st.composite
def counts(draw: st.DrawFn, file: str) -> Mutation:
    """Numbers of one to eight bytes at the limits of their kinds, where a length or offset may be."""
    content, done = bytearray(tried(file).content), []
    for _ in range(draw(st.integers(1, 2))):
        size, order = draw(st.sampled_from(("B", "H", "I", "Q"))), draw(st.sampled_from("<>"))
        width = struct.calcsize(f"{order}{size}")
        start = draw(st.integers(0, max(0, len(content) - width)))
        number = draw(st.sampled_from(LIMITS)) % 2 ** (8 * width)
        content[start : start + width] = struct.pack(f"{order}{size}", number)
        done.append(f"{number:#x} at {start}")
    return Mutation(file, bytes(content), "counts: " + ", ".join(done))


@st.composite
def other_formats(draw: st.DrawFn, file: str) -> Mutation:
    """The same readings in another format, under the name of this one."""
    other = draw(st.sampled_from([*FORMATS]))
    content = small_study(other)[readings_file(other)]
    return Mutation(file, content, f"format: {other}", is_doubtful=True)


@st.composite
def encodings(draw: st.DrawFn, file: str) -> Mutation:
    """A text in another encoding, or with other ends of lines."""
    text = tried(file).content.decode("utf-16" if file.endswith(".cmf") else "utf-8")
    if draw(st.booleans()):
        encoding = draw(st.sampled_from(ENCODINGS))
        return Mutation(file, text.encode(encoding), f"encoding: {encoding}", is_doubtful=True)
    end = draw(st.sampled_from(LINE_ENDS))
    return Mutation(
        file, text.replace("\n", end).encode(), f"encoding: ends {end!r}", is_doubtful=True
    )


@st.composite
def additions(draw: st.DrawFn, file: str) -> Mutation:
    """What stands before or behind a whole file, twice the file, or the file packed."""
    whole = tried(file).content
    how = draw(st.sampled_from(("before", "behind", "twice", "packed", "empty", "half")))
    more = draw(
        st.sampled_from(
            (b"\0", bytes(4096), b" ", b"\n\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1a", b"PK")
        )
    )
    content = {
        "before": more + whole,
        "behind": whole + more,
        "twice": whole + whole,
        "packed": gzip.compress(whole),
        "empty": b"",
        "half": whole[: len(whole) // 2],
    }[how]
    # Half of a text is a whole text, of which nobody can tell that there was more.
    return Mutation(file, content, f"addition: {how}, {more[:4]!r}", is_doubtful=how != "half")
