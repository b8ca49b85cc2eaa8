"""Dataset-JSON of CDISC: tables with names, types and labels, as JSON or with a row a line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import polars as pl
from attrs import frozen

from dermoutcomes import Match, Problem, RawTable, StudyError

__all__ = ["SUFFIXES", "read", "recognise"]

SUFFIXES = (".json", ".ndjson")
MARK = b'"datasetJSONVersion"'
# How many rows a message names.
MOST_ROWS = 5
MOST_DIGITS = 300


@frozen
class Dataset:
    """A table as the file has it; `records` is how many rows the file says that it has."""

    name: str
    names: tuple[str, ...]
    labels: tuple[str, ...]
    rows: Sequence[Any]
    records: Any


def recognise(path: Path, head: bytes) -> Match | None:
    """A file is known by the version of the standard, which every one states."""
    if MARK in head:
        return Match(1.0, "the version of Dataset-JSON")
    return Match(0.3, f"the suffix {path.suffix}") if path.suffix.lower() in SUFFIXES else None


def read(path: Path, options: object) -> Mapping[str, RawTable]:  # noqa: ARG001 - every reader has options
    """The tables by name; rows are numbered from 1.

    Versions 1.0, which may hold several tables, and 1.1 are read. Dates are the ISO texts that the
    standard has for them. Raises StudyError for a file that is none, that is not whole, or whose
    rows do not fit its columns.
    """
    datasets = _datasets(path)
    _refuse_half_letters(datasets, path)
    problems = [problem for dataset in datasets for problem in _problems(dataset, path)]
    if problems:
        raise StudyError(problems)
    return {dataset.name: _table(dataset) for dataset in datasets}


def _datasets(path: Path) -> list[Dataset]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(
            path, "a text of the file is not UTF-8, which the standard asks for", ""
        ) from error
    first, _, rest = text.partition("\n")
    try:
        try:
            content = _parsed(text)
            rows = content.get("rows") if isinstance(content, dict) else None
        except json.JSONDecodeError:
            # With a row a line, the first line is whole by itself.
            content = _parsed(first)
            rows = [_parsed(line) for line in rest.splitlines() if line.strip()]
    except ValueError as error:
        raise _unreadable(path, f"the file is no whole JSON: {error}", text[:40]) from error
    except RecursionError as error:
        message = "objects or lists stand too deep in each other"
        raise _unreadable(path, message, text[:40]) from error
    try:
        return (
            _of_version_1_0(content)
            if "columns" not in content
            else [_of_version_1_1(content, rows)]
        )
    except KeyError as error:
        message = f"the file is no Dataset-JSON: {error} is absent"
        raise _unreadable(path, message, text[:40]) from error
    except (TypeError, AttributeError) as error:
        message = "the file is no Dataset-JSON: its columns or rows are no lists of what they hold"
        raise _unreadable(path, message, text[:40]) from error


def _parsed(text: str) -> Any:
    return json.loads(
        text,
        parse_constant=_refuse_constant,
        parse_int=_whole_number,
        object_pairs_hook=_once,
    )


def _whole_number(text: str) -> float:
    """An integer; one of more digits than a number can have is infinite, which the core tells."""
    return int(text) if len(text) < MOST_DIGITS else float(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        twice = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]
        raise ValueError(f"{twice[0]!r} stands twice in one object")
    return content


def _of_version_1_1(content: Mapping[str, Any], rows: Sequence[Any] | None) -> Dataset:
    columns = content["columns"]
    return Dataset(
        str(content.get("name") or content["itemGroupOID"]),
        tuple(str(column["name"]) for column in columns),
        tuple(str(column.get("label") or "") for column in columns),
        # A table without rows may leave them out.
        [] if rows is None else rows,
        content.get("records"),
    )


def _of_version_1_0(content: Mapping[str, Any]) -> list[Dataset]:
    data = content.get("clinicalData") or content["referenceData"]
    return [
        Dataset(
            str(group["name"]),
            tuple(str(item["name"]) for item in group["items"]),
            tuple(str(item.get("label") or "") for item in group["items"]),
            group["itemData"],
            group.get("records"),
        )
        for group in data["itemGroupData"].values()
    ]


def _problems(dataset: Dataset, path: Path) -> list[Problem]:
    """What contradicts itself in a table: its number of rows, their lengths, names of columns."""
    problems = []
    n = len(dataset.rows)
    if dataset.records is not None and not isinstance(dataset.records, int):
        problems.append(
            _problem(
                path,
                f"the table {dataset.name} states a number of rows that is none",
                found=repr(dataset.records),
                expected=f"{n}, as it has rows",
            )
        )
    elif dataset.records is not None and dataset.records != n:
        problems.append(
            _problem(
                path,
                f"the table {dataset.name} states {dataset.records} rows and has {n}",
                found=f"{n} rows",
                expected=f"{dataset.records} rows",
                hint="it may be truncated: export or copy it again",
            )
        )
    width = len(dataset.names)
    uneven = [
        number
        for number, row in enumerate(dataset.rows, 1)
        if not isinstance(row, list) or len(row) != width
    ]
    if uneven:
        shown = ", ".join(map(str, uneven[:MOST_ROWS]))
        more = f" and {len(uneven) - MOST_ROWS} more" if len(uneven) > MOST_ROWS else ""
        problems.append(
            _problem(
                path,
                f"rows of the table {dataset.name} do not have a value for each of its columns",
                line=uneven[0],
                found=f"row {shown}{more}",
                expected=f"{width} values in each row",
            )
        )
    twice = [name for name, times in Counter(dataset.names).items() if times > 1]
    if twice:
        problems.append(
            _problem(
                path,
                f"columns of the table {dataset.name} have one name",
                found=", ".join(twice),
                expected="a name for each column",
            )
        )
    return problems


def _refuse_half_letters(datasets: Sequence[Dataset], path: Path) -> None:
    """StudyError for a text that holds half of a letter of two parts, and so is none."""
    for dataset in datasets:
        for number, row in enumerate(dataset.rows, 1):
            try:
                json.dumps(row, ensure_ascii=False).encode()
            except UnicodeEncodeError as error:
                raise StudyError(
                    _problem(
                        path,
                        f"a text of the table {dataset.name} holds half of a letter",
                        line=number,
                        found=repr(error.object[error.start]),
                        expected="whole letters: was a text cut after so many signs?",
                    )
                ) from error


def _table(dataset: Dataset) -> RawTable:
    cells = [
        _column(f"column_{position}", [row[position - 1] for row in dataset.rows])
        for position in range(1, len(dataset.names) + 1)
    ]
    return RawTable(
        dataset.name,
        pl.DataFrame(cells),
        range(1, len(dataset.rows) + 1),
        dataset.names,
        labels=dataset.labels,
    )


def _column(name: str, values: list[Any]) -> pl.Series:
    """A column of numbers, or else of texts: true, 5 and a list as JSON writes them."""
    filled = [value for value in values if value is not None]
    if filled and all(
        isinstance(value, (int, float)) and not isinstance(value, bool) for value in filled
    ):
        return pl.Series(name, [None if v is None else float(v) for v in values], dtype=pl.Float64)
    texts = [
        value if value is None or isinstance(value, str) else json.dumps(value) for value in values
    ]
    return pl.Series(name, texts, dtype=pl.String)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON, which has null where there is none")


def _unreadable(path: Path, message: str, found: str) -> StudyError:
    return StudyError(
        _problem(
            path,
            message,
            found=repr(found) if found else None,
            expected="a whole file of Dataset-JSON",
            hint="it may be truncated, or another kind of file under this name",
        )
    )


def _problem(path: Path, message: str, **about: Any) -> Problem:
    return Problem(message, file=path.name, code="unreadable_file", **about)
