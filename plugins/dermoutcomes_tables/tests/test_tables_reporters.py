"""The reporter `csv` on a small run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from dermoutcomes import StudyError
from dermoutcomes_tables.csv_files import CsvOptions, tell_left_out, write_files

MOMENT = dt.datetime(2021, 1, 4, 8)  # noqa: DTZ001 - readings carry no zone
FRAMES = {
    "results": pl.DataFrame(
        {
            "study": ["S"] * 3,
            "id": ["a", "b", "c"],
            "value": [0.1 + 0.2, None, -1.5],
            "n_records": [21, None, 3],
            "text": [None, "=1+1", "<script>"],
            "method": ["A t-test.", None, "A t-test."],
        }
    ),
    "subjects": pl.DataFrame(
        {"study": ["S"], "subject": ["-07"], "treated": [True], "enrolled": [dt.date(2021, 1, 4)]}
    ),
    "observations": pl.DataFrame(
        {
            "study": ["S"] * 2,
            "id": [(1 << 40) + 5, 1 << 52],
            "parents": [[1, 2], []],
            "taken_at": [MOMENT, None],
        }
    ),
    "curves": pl.DataFrame({"study": ["S"], "samples": [[0.1, 0.2]]}),
}


def a_run(frames: dict[str, pl.DataFrame] = FRAMES) -> Any:
    info = SimpleNamespace(
        id="S",
        title="=A title",
        design="single-arm",
        data_origin="simulated",
        origin_note="Seed 7.",
        alpha=0.05,
        sided=2,
    )
    study = SimpleNamespace(id="S", study=info, confidence=0.95)
    folder = Path(mkdtemp())
    (folder / "tables").mkdir()
    for name, frame in frames.items():
        frame.write_parquet(folder / "tables" / f"{name}.parquet")
    return SimpleNamespace(
        study=study,
        folder=folder,
        tables=tuple(frames),
        table=frames.__getitem__,
        once=lambda _, make: make(),
    )


def test_a_csv_file_is_written_for_every_table_but_the_curves(tmp_path: Path) -> None:
    written = list(write_files(a_run(), tmp_path / "new", CsvOptions()))

    assert [path.name for path in written] == [
        "results.csv",
        "methods.csv",
        "subjects.csv",
        "observations.csv",
    ]
    assert "0.30000000000000004" in written[0].read_text()
    assert "'=1+1" in written[0].read_text()


def test_curves_are_written_when_asked_for(tmp_path: Path) -> None:
    assert [
        path.name for path in write_files(a_run(), tmp_path, CsvOptions(tables=("curves",)))
    ] == ["curves.csv"]


def test_a_long_table_is_left_out_with_a_word_and_written_when_it_is_named(tmp_path: Path) -> None:
    frames = FRAMES | {
        "endpoints": pl.DataFrame({"study": ["S"] * 3}),
        "tasks": pl.DataFrame({"study": ["S"], "records": [list("abcdefghijk")]}),
        "ledger": pl.DataFrame({"study": ["S"], "records": [list("abcdefghij")]}),
    }
    short = CsvOptions(rows=2)
    left_out = list(write_files(a_run(frames), tmp_path / "short", short))
    named = list(write_files(a_run(frames), tmp_path / "named", CsvOptions(("endpoints",), rows=2)))
    words = "not written as CSV: {0} ({1}; {0}.parquet has them); to have it: "
    key = '[outputs.options.csv] tables = ["{0}", …], or rows'
    sentences = [
        (words + key).format("endpoints", "rows: 3"),
        (words + key).format("tasks", "rows: 1, listed ids: 11"),
    ]

    # Results are as long, and written: they are what a reader came for.
    assert [path.name for path in left_out] == [
        "results.csv",
        "methods.csv",
        "ledger.csv",
        "subjects.csv",
        "observations.csv",
        "not-as-csv.txt",
    ]
    assert left_out[-1].read_text(encoding="utf-8").splitlines() == sentences
    assert list(tell_left_out(a_run(frames), short)) == sentences
    assert [path.name for path in named] == ["endpoints.csv"]


def test_an_unknown_table_is_an_error_that_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"outputs.options.csv.tables.*\n.*'result'"):
        list(write_files(a_run(), tmp_path, CsvOptions(tables=("result",))))
