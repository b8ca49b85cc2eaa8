"""Tables that store their names and types: what Parquet and Arrow have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl

from dermoutcomes import Problem, RawTable, StudyError
from dermoutcomes_readers.panics import panics_as_errors

__all__ = ["refuse_names_twice", "typed_table"]


def typed_table(path: Path, load: Callable[[], pl.DataFrame], kind: str) -> Mapping[str, RawTable]:
    """One table, named after the file, its columns typed as stored.

    StudyError for a file that is cut short or something else.
    """
    try:
        with panics_as_errors():
            frame = load()
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise StudyError(
            Problem(
                f"the {kind} cannot be read: {_first_line(error)}",
                file=path.name,
                expected=f"a whole {kind}",
                hint="it may be truncated, or another kind of file under this name",
                code="unreadable_file",
            )
        ) from error
    if not frame.width:
        raise StudyError(
            Problem(
                f"the {kind} has no columns",
                file=path.name,
                expected="a column for each thing that was asked or measured",
                code="empty_file",
            )
        )
    cells = frame.rename(
        {name: f"column_{position}" for position, name in enumerate(frame.columns, 1)}
    )
    return {
        path.stem: RawTable(
            path.stem, cells, range(1, frame.height + 1), header=tuple(frame.columns)
        )
    }


def refuse_names_twice(names: Sequence[str], path: Path, kind: str) -> None:
    """StudyError for a file in which two columns have one name: no frame holds them both."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise StudyError(
            Problem(
                f"columns of the {kind} have the same name",
                file=path.name,
                found=", ".join(f"{name!r} ({names.count(name)} times)" for name in twice[:5]),
                expected="a name for each column, by which the study file asks for it",
                hint="rename them where the file is written, or leave one out of the export",
                code="unreadable_file",
            )
        )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
