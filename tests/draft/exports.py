"""Folders of exports, written by tests, and what a draft of them reads."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import tomli
from attrs import frozen
from openpyxl import Workbook

from dermoutcomes.draft.drafting import draft_of_folder
from dermoutcomes.draft.study_draft import StudyDraft
from dermoutcomes.draft.study_text import study_text
from dermoutcomes.errors import Problem
from dermoutcomes.runs.pipeline import check
from tests.draft.small_folders import registry

__all__ = ["Drafted", "csv_export", "drafted", "registry", "workbook"]

Row = Sequence[object]


def csv_export(
    path: Path, rows: Iterable[Row], delimiter: str = ",", encoding: str = "utf-8"
) -> None:
    """A file of text, with the header as its first row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)


def workbook(path: Path, sheets: Mapping[str, Iterable[Row]]) -> None:
    """A workbook with sheets of rows."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)


@frozen(eq=False)
class Drafted:
    """An accepted draft of a folder: its text, the study that it says, and what `check` reads."""

    draft: StudyDraft
    text: str
    study: Mapping[str, Any]
    problems: tuple[Problem, ...]
    tables: Mapping[str, pl.DataFrame]
    findings: pl.DataFrame

    def sources(self, name: str) -> list[dict[str, Any]]:
        """The sources of a device, a scale or a table of people."""
        return list(self.study["sources"].get(name, []))

    def questions(self) -> str:
        """All that is asked, as one text."""
        return "\n".join(question.words for question in self.draft.questions())

    def means(self, measure: str, *by: str) -> dict[Any, float]:
        """The means of all readings of a measure by columns of the observations, to 4 places."""
        readings = self.tables["observations"].filter(
            (pl.col("measure") == measure) & pl.col("value").is_not_null()
        )
        rows = readings.group_by(by or ["measure"]).agg(pl.col("value").mean()).iter_rows()
        return {row[0] if len(by) < 2 else row[:-1]: round(row[-1], 4) for row in rows}


def drafted(folder: Path) -> Drafted:
    """The draft of a folder, accepted, written and checked as the command does."""
    draft = draft_of_folder(folder, registry())
    draft.accept()
    text = study_text(draft)
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    checked = check(path, tables=("observations", "subjects", "allocations", "events"))
    return Drafted(
        draft, text, tomli.loads(text), tuple(checked.problems), checked.tables, checked.findings
    )
