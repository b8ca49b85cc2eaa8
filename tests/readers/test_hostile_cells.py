"""What people do to cells, in every format: each reading is read or told, and the ledger has all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path

import dermoutcomes_cdisc
import dermoutcomes_readers
import polars as pl
import pytest

from dermoutcomes import Registry, StudyError, load_study
from tests.sources.conftest import HEAD, VISITS, read_alone, skinmeter

from .formats import FORMATS, Cell, rows_of

Change = Callable[[int, float], Cell]
SOURCE = """
[[sources.skinmeter]]
file = "{}"
"""
# What a source of some formats says besides.
KEYS = {
    "xml": 'columns = { subject = "SubjectKey", visit = "StudyEventOID" }\n',
    "redcap.csv": 'columns = { subject = "record_id", visit = "redcap_event_name" }\n',
    "take.xlsx": 'sheet = "Measurements"\n',
}
# Kind: what stands for a reading, what is told of it, how many of eight are read.
# Findings that are none of a cell.
ELSEWHERE = ["missed_visit", "no_subject_list", "cells_not_seen"]
TEXTS = ("csv", "cmf", "crd")
WORKBOOKS = ("xlsx", "take.xlsx", "xls", "xlsb", "ods")
# Suffixes that a reader trusts more than it trusts a text.
CERTAIN = ("parquet", "arrow", "json", "ndjson")
KINDS: dict[str, tuple[Change, tuple[str, str] | None, int]] = {
    "as they are": (lambda number, value: value, None, 8),
    "decimal commas": (
        lambda number, value: str(value).replace(".", ","),
        ("decimal_sign", "error"),
        0,
    ),
    "the unit behind each": (lambda number, value: f"{value} AU", ("unit_in_cell", "note"), 8),
    "another unit behind one": (
        lambda number, value: f"{value} mm" if number == 3 else str(value),
        ("unit_behind_number", "error"),
        7,
    ),
    "0 where nothing was measured": (
        lambda number, value: 0.0 if number % 2 else value,
        ("zeros", "warning"),
        8,
    ),
    "the word Infinity": (
        lambda number, value: "Infinity" if number == 3 else str(value),
        ("not_finite", "error"),
        7,
    ),
    "a number of 400 digits": (
        lambda number, value: "9" * 400 if number == 3 else str(value),
        ("not_finite", "error"),
        7,
    ),
    "a fill value": (
        lambda number, value: 1e60 if number == 3 else value,
        ("absurd_value", "error"),
        7,
    ),
    "a mark": (
        lambda number, value: f"{value}*" if number == 3 else str(value),
        ("marked_number", "error"),
        7,
    ),
    "a word": (
        lambda number, value: "see photo" if number == 3 else str(value),
        ("not_a_number", "error"),
        7,
    ),
    "two in a cell": (
        lambda number, value: f"{value}/{value}" if number == 3 else str(value),
        ("not_a_number", "error"),
        7,
    ),
    "NA": (lambda number, value: "NA" if number == 3 else str(value), None, 7),
}


@pytest.fixture(scope="module")
def registry() -> Registry:
    """A device, and all readers."""
    return Registry.of(
        skinmeter(),
        *dermoutcomes_readers.register_readers(),
        *dermoutcomes_cdisc.register_readers(),
    )


def tables(
    folder: Path, registry: Registry, name: str, content: bytes, suffix: str | None = None
) -> Mapping[str, pl.DataFrame]:
    """The tables of a study whose readings stand in one file of a format, under any suffix."""
    file = f"a.{suffix or name}"
    (folder / file).write_bytes(content)
    source = SOURCE.format(file) + KEYS.get(name, "")
    (folder / "study.toml").write_text(HEAD + VISITS + source, encoding="utf-8")
    return read_alone(load_study(folder / "study.toml"), registry)


def ending(name: str) -> str:
    return name.rpartition(".")[2]


def unexplained(ledger: pl.DataFrame) -> dict[str, int]:
    """Rows and cells of the file that the ledger opens with and neither loses nor keeps."""
    counted = ledger.filter(pl.col("stage").is_in(["rows", "cells"])).with_columns(
        sign=pl.when(pl.col("entry").is_in(["opening", "gain"])).then(1).otherwise(-1)
    )
    by_stage = counted.group_by("stage").agg((pl.col("n") * pl.col("sign")).sum())
    return {stage: n for stage, n in by_stage.iter_rows() if n}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_cell_is_read_or_told(name: str, kind: str, registry: Registry, tmp_path: Path) -> None:
    change, finding, n_read = KINDS[kind]
    read = tables(tmp_path, registry, name, FORMATS[name](rows_of(change)))

    assert read["observations"].height == n_read
    assert unexplained(read["ledger"]) == {}
    told = read["findings"].filter(~pl.col("check").is_in(ELSEWHERE))
    assert told.select("check", "severity").unique().rows() == ([finding] if finding else [])
    assert told["found"].null_count() == 0
    assert set(told["file"]) <= {f"a.{name}"}


@pytest.mark.parametrize("name", FORMATS)
def test_a_row_that_stands_twice_is_two_readings(
    name: str, registry: Registry, tmp_path: Path
) -> None:
    rows = rows_of(lambda number, value: value)
    read = tables(tmp_path, registry, name, FORMATS[name]([*rows, rows[0]]))["observations"]

    assert read.filter(subject="S1", visit="W0")["replicate"].to_list() == [1, 2]


@pytest.mark.parametrize("name", FORMATS)
def test_one_row_is_a_table(name: str, registry: Registry, tmp_path: Path) -> None:
    content = FORMATS[name](rows_of(lambda number, value: value)[:1])

    assert tables(tmp_path, registry, name, content)["observations"].height == 1


@pytest.mark.parametrize("name", FORMATS)
def test_a_table_without_rows_is_refused(name: str, registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"no rows|no record|no clinical data|no table") as caught:
        tables(tmp_path, registry, name, FORMATS[name]([]))

    [problem] = caught.value.problems
    assert problem.file == f"a.{name}"
    assert problem.expected


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("content", [b"", b" \n\r\n", bytes(range(256)) * 8], ids=repr)
def test_a_file_of_nothing_is_refused(
    name: str, content: bytes, registry: Registry, tmp_path: Path
) -> None:
    with pytest.raises(StudyError) as caught:
        tables(tmp_path, registry, name, content)

    [problem] = caught.value.problems
    assert problem.file == f"a.{name}"
    assert problem.expected


@pytest.mark.parametrize(
    ("name", "suffix"), [pair for pair in product(FORMATS, FORMATS) if pair[0] != pair[1]]
)
def test_a_file_under_another_name_is_read_and_told_or_refused(
    name: str, suffix: str, registry: Registry, tmp_path: Path
) -> None:
    rows = rows_of(lambda number, value: value)
    content = FORMATS[name](rows)
    # What has a suffix of a format with first bytes of its own, and other ones, is asked about.
    is_refused = (
        ending(name) != ending(suffix) if name in WORKBOOKS else suffix in CERTAIN and name in TEXTS
    )
    if is_refused:
        with pytest.raises(StudyError, match=f"a.{suffix}") as caught:
            tables(tmp_path, registry, name, content, suffix)
        assert all(problem.expected for problem in caught.value.problems)
        return
    read = tables(tmp_path, registry, name, content, suffix)
    families = ({*TEXTS}, {"json", "ndjson"}, {"csv", "redcap.csv"}, {"xlsx", "take.xlsx"})
    # An export of REDCap is a CSV, and a text is any of the texts.
    is_alike = any({name, suffix} <= family for family in families) or (
        name in TEXTS and suffix == "redcap.csv"
    )

    assert read["observations"].height == len(rows)
    assert ("other_format" in set(read["findings"]["check"])) != is_alike
