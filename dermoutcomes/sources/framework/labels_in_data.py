"""Labels of the study file, held against the words of the tables that they are for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from dermoutcomes.errors import StudyError
from dermoutcomes.options.key_path import child
from dermoutcomes.study.names import unknown_name
from dermoutcomes.study.source_names import PROVENANCE_COLUMNS

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.errors import Problem
    from dermoutcomes.study import Study

__all__ = ["hold_labels_against_words"]


def hold_labels_against_words(study: Study, tables: Mapping[str, pl.DataFrame]) -> None:
    """Raise StudyError for labels of columns, milestones and treatments that no table has.

    Such a label would be shown nowhere, and the word that was meant would stand bare.
    """
    subjects = tables.get("subjects")
    columns = set(subjects.columns) - set(PROVENANCE_COLUMNS) if subjects is not None else set()
    planned = {session.treatment for session in study.sessions.values() if session.treatment}
    problems = [
        *_of_nothing("subject column", "columns", "subjects", study.columns, columns),
        *_of_nothing(
            "milestone",
            "milestones",
            "milestones",
            study.milestones,
            _words(tables.get("milestones"), "milestone", "class"),
        ),
        *_of_nothing(
            "treatment",
            "treatments",
            "exposures",
            study.treatments,
            _words(tables.get("exposures"), "treatment") | planned,
        ),
    ]
    if problems:
        raise StudyError(problems)


def _words(frame: pl.DataFrame | None, *columns: str) -> set[str]:
    if frame is None:
        return set()
    return {word for column in columns for word in frame[column].drop_nulls().unique()}


def _of_nothing(
    noun: str, section: str, source: str, labels: Collection[str], known: Collection[str]
) -> Iterator[Problem]:
    for name in labels:
        if name not in known:
            yield unknown_name(
                noun,
                name,
                sorted(known),
                child(section, name),
                "a label is for a word as the data have it"
                if known
                else f"name the file with each {noun}, as [[sources.{source}]]",
            )
