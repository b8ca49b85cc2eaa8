"""Arrow IPC: the file format (Feather 2) and the stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes import Match, Problem, RawTable, StudyError
from dermoutcomes_readers.typed import refuse_names_twice, typed_table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SUFFIXES", "read", "recognise"]

SUFFIXES = (".arrow", ".feather", ".ipc", ".arrows")
FILE, STREAM = b"ARROW1", b"\xff\xff\xff\xff"
# What a stream ends with: without it, further rows may be lost, and nothing shows it.
END_OF_STREAM = STREAM + bytes(4)


def recognise(path: Path, head: bytes) -> Match | None:
    """A file is known by its first bytes.

    A stream by its continuation marker, surely only with a suffix.
    """
    has_suffix = path.suffix.lower() in SUFFIXES
    if head.startswith(FILE):
        return Match(1.0, "the Arrow magic number")
    if head.startswith(STREAM):
        return Match(0.9 if has_suffix else 0.5, "the start of an Arrow stream")
    return Match(0.5, f"the suffix {path.suffix}") if has_suffix else None


def read(path: Path, options: object) -> Mapping[str, RawTable]:  # noqa: ARG001 - every reader has options
    """One typed table; rows are numbered from 1."""
    return typed_table(path, lambda: _load(path), "Arrow file")


def _load(path: Path) -> pl.DataFrame:
    content = path.read_bytes()
    _refuse_open_end(content, path)
    _refuse_types(content, path)
    _refuse_broken_parts(content)
    return pl.read_ipc(content) if content.startswith(FILE) else pl.read_ipc_stream(content)


def _refuse_open_end(content: bytes, path: Path) -> None:
    """StudyError for a stream that may go on: cut between two of its parts, it is read as whole."""
    if content.startswith(STREAM) and not content.endswith(END_OF_STREAM):
        raise StudyError(
            Problem(
                "the Arrow stream has no mark of its end",
                file=path.name,
                found=f"last bytes {content[-len(END_OF_STREAM) :]!r}",
                expected="a whole stream, which its writer closed",
                hint="it may be truncated or still being written: export or copy it again, or save "
                "it as an Arrow file (Feather), which says how long it is",
                code="unreadable_file",
            )
        )


def _refuse_broken_parts(content: bytes) -> None:
    """OSError or ValueError for parts that are not as long as the file says.

    Polars believes it, asks for thousands of terabytes, and the process ends without a word.
    """
    import pyarrow as pa
    from pyarrow import ipc

    try:
        with (ipc.open_file if content.startswith(FILE) else ipc.open_stream)(content) as stored:
            stored.read_all().validate(full=True)
    except pa.ArrowNotImplementedError:
        return  # A type of Polars that PyArrow does not know.
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error


def _refuse_types(content: bytes, path: Path) -> None:
    """StudyError for columns of types at which Polars does not raise but panics."""
    import pyarrow as pa
    from pyarrow import ipc

    try:
        with (ipc.open_file if content.startswith(FILE) else ipc.open_stream)(content) as stored:
            schema = stored.schema
    except (pa.ArrowException, OSError):
        return  # What is wrong with the file is said when it is read.
    refuse_names_twice(schema.names, path, "Arrow file")
    refused = [
        Problem(
            "a column of the Arrow file has a type that is not read",
            file=path.name,
            found=f"{field.name}: {field.type}",
            expected="numbers, text, dates, times, yes and no, or lists of numbers",
            hint="write the column as text or as a plain number, or leave it out of the export",
            code="unreadable_file",
        )
        for field in schema
        if any(_is_unknown(kind) for kind in _kinds(field.type))
    ]
    if refused:
        raise StudyError(refused)


def _kinds(kind: pa.DataType) -> Iterator[Any]:
    """A type and those inside it: of a list, a record, a dictionary, or an extension."""
    import pyarrow as pa

    yield kind
    inner = [kind.field(number).type for number in range(kind.num_fields)]
    for name in ("value_type", "storage_type"):
        # The one field of a list is its value type: seen twice, 60 lists in lists would have 2**60.
        if isinstance(inside := getattr(kind, name, None), pa.DataType) and inside not in inner:
            inner.append(inside)
    for one in inner:
        yield from _kinds(one)


def _is_unknown(kind: pa.DataType) -> bool:
    from pyarrow import types

    tests = (types.is_union, types.is_run_end_encoded, types.is_decimal256, types.is_interval)
    return any(test(kind) for test in tests)
