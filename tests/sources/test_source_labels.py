"""Values with labels, and values that the file declares missing: word, code and what is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest

from .conftest import Read

RATING = '[[sources.rating]]\nfile = "a.sav"\n'
LABELS = {1: "Much better", 2: "Better", 3: "No change", 8: "Not seen"}


@pytest.fixture
def writes(tmp_path: Path) -> Any:
    """Writes a file of SPSS beside the study."""

    def write(columns: dict[str, list[Any]], name: str = "a.sav", **about: Any) -> None:
        pyreadstat.write_sav(pl.DataFrame(columns), tmp_path / name, **about)

    return write


def scores(tables: Any) -> list[tuple[str, float | None]]:
    of_score = tables["observations"].filter(pl.col("measure") == "rating.score")
    return of_score.select("subject", "value").rows()


def told(tables: Any, check: str) -> list[tuple[str, int, int, str]]:
    findings = tables["findings"].filter(pl.col("check") == check)
    return findings.select("severity", "row", "column", "message").rows()


def test_a_measure_takes_the_code_and_an_id_is_no_fraction(reads: Read, writes: Any) -> None:
    writes(
        {"id": [1.0, 2.0], "visit": ["W0", "W0"], "g": [1.0, 3.0]},
        variable_value_labels={"g": LABELS},
    )

    tables = reads(f'{RATING}columns = {{ subject = "id", score = "g" }}\n')

    assert scores(tables) == [("1", 1.0), ("2", 3.0)]


def test_a_column_is_named_by_its_label(reads: Read, writes: Any) -> None:
    writes(
        {"id": [1.0], "visit": ["W0"], "g": [2.0]},
        column_labels={"id": "Number of the subject", "g": "Grade"},
    )

    tables = reads(f'{RATING}columns = {{ subject = "number of the subject", score = "Grade" }}\n')

    assert scores(tables) == [("1", 2.0)]


def test_what_is_declared_missing_is_told(reads: Read, writes: Any) -> None:
    writes(
        {"subject": ["a", "b", "c"], "visit": ["W0"] * 3, "score": [1.0, 8.0, 9.0]},
        variable_value_labels={"score": LABELS},
        missing_ranges={"score": [{"lo": 8, "hi": 9}]},
    )

    tables = reads(RATING)

    assert scores(tables) == [("a", 1.0)]
    assert told(tables, "declared_missing") == [
        (
            "note",
            2,
            3,
            "the file declares 2 values of 'score' missing: Not seen (1), 9 (1)",
        )
    ]


def test_a_word_of_the_study_wins_over_what_the_file_declares(reads: Read, writes: Any) -> None:
    writes(
        {"subject": ["a", "b"], "visit": ["W0"] * 2, "score": [3.0, 8.0]},
        variable_value_labels={"score": LABELS},
        missing_ranges={"score": [3, 8]},
    )

    # "No change" is an answer of the scale; "Not seen" is one by the recoding.
    tables = reads(f'{RATING}values.score = {{ "Not seen" = 3 }}\n')

    assert scores(tables) == [("a", 3.0), ("b", 3.0)]
    assert told(tables, "declared_missing") == []


def test_a_label_of_the_scale_with_another_code_is_not_read(reads: Read, writes: Any) -> None:
    writes(
        {"subject": ["a", "b"], "visit": ["W0"] * 2, "score": [1.0, 2.0]},
        variable_value_labels={"score": {1: "Better", 2: "Much better"}},
    )

    tables = reads(RATING)
    settled = reads(f'{RATING}values.score = {{ "Better" = 2, "Much better" = 1 }}\n')

    assert scores(tables) == []
    [(severity, row, column, message)] = told(tables, "label_against_code")
    assert (severity, row, column) == ("error", 1, 3)
    assert "1 = Better; 2 = Much better" in message
    assert scores(settled) == [("a", 2.0), ("b", 1.0)]


def test_numbers_of_the_framework_take_the_code(reads: Read, writes: Any) -> None:
    writes(
        {"subject": ["a", "b"], "term": ["Itch", "Rash"], "grade": [2.0, 9.0]},
        name="e.sav",
        variable_value_labels={"grade": {2: "moderate", 9: "unknown"}},
        missing_ranges={"grade": [9]},
    )

    tables = reads(
        '[[sources.subjects]]\nfile = "s.csv"\n[[sources.events]]\nfile = "e.sav"\n',
        s_csv="subject\na\nb\n",
    )

    assert tables["events"].select("subject", "grade").rows() == [("a", 2), ("b", None)]
    assert [row[:3] for row in told(tables, "declared_missing")] == [("note", 2, 3)]
