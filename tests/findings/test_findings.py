"""Each check of the program tells of its fault, all of it and in its place, and of nothing that
lies just inside its bounds.
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from dermoutcomes.cli.explain.declarations import explain
from dermoutcomes.quality.reading_faults import READING_FAULTS
from dermoutcomes.registry.loading import load_registry
from dermoutcomes.runs.pipeline import check

from . import (
    cases_arms,
    cases_cells,
    cases_conditions,
    cases_days,
    cases_deaths,
    cases_event_times,
    cases_far_dates,
    cases_forms,
    cases_framework,
    cases_headers,
    cases_instruments,
    cases_labels,
    cases_missing_codes,
    cases_personal,
    cases_plans,
    cases_repeats,
    cases_rows,
    cases_strata,
    cases_subjects,
    cases_values,
    cases_versions,
    cases_visits,
    cases_workbooks,
    studies,
)
from .case import SAID, Case, Told, findings_of
from .catalogue import OF_RECORDS, every_check, reading_checks, tried_on_forms
from .studies import QUIET

FAMILIES = (
    cases_values,
    cases_versions,
    cases_arms,
    cases_cells,
    cases_conditions,
    cases_days,
    cases_deaths,
    cases_forms,
    cases_event_times,
    cases_far_dates,
    cases_framework,
    cases_headers,
    cases_subjects,
    cases_visits,
    cases_repeats,
    cases_instruments,
    cases_labels,
    cases_missing_codes,
    cases_personal,
    cases_plans,
    cases_rows,
    cases_strata,
    cases_workbooks,
)
CASES: dict[str, Case] = {name: case for family in FAMILIES for name, case in family.CASES.items()}
BASES = {
    name: files
    for name, files in vars(studies).items()
    if isinstance(files, dict) and "study.toml" in files
}


@pytest.mark.parametrize("name", CASES)
def test_the_fault_is_told(name: str, tmp_path: Path) -> None:
    case = CASES[name]

    said_are(findings_of(case.told(case.base), tmp_path), case.findings)


@pytest.mark.parametrize("name", CASES)
def test_what_lies_beside_it_is_not(name: str, tmp_path: Path) -> None:
    case = CASES[name]

    said_are(findings_of(case.untold(case.base), tmp_path), case.beside)


def said_are(rows: pl.DataFrame, expected: tuple[Told, ...]) -> None:
    """The findings are these, all of them, and their messages hold the words."""
    assert rows.select(SAID).to_dicts() == [dict(told.said) for told in expected]
    missing = [
        word
        for told, message in zip(expected, rows["message"], strict=True)
        for word in told.words
        if word not in message
    ]
    assert missing == [], rows["message"].to_list()


def test_every_check_has_a_pair() -> None:
    told = {finding.said["check"] for case in CASES.values() for finding in case.findings}

    assert told | OF_RECORDS | tried_on_forms() | {*reading_checks()} == every_check()


@pytest.mark.parametrize("name", sorted(every_check()))
def test_every_check_is_explained(name: str) -> None:
    last = explain(load_registry(()), name).splitlines()
    line = next(line for line in reversed(last) if line.startswith(f"{name}: "))

    assert re.search(r"\((check|finding)", line)
    assert len(line) > len(name) + 12


def test_nothing_is_explained_that_is_never_told() -> None:
    assert sorted(READING_FAULTS) == sorted(every_check() & set(READING_FAULTS))


def test_every_case_has_a_name_of_its_own_and_something_to_tell() -> None:
    assert len(CASES) == sum(len(family.CASES) for family in FAMILIES)
    assert [name for name, case in CASES.items() if not case.findings] == []


@pytest.mark.parametrize("name", BASES)
def test_the_study_itself_has_nothing_to_find(name: str, tmp_path: Path) -> None:
    said_are(findings_of(BASES[name], tmp_path), ())


def test_check_tells_the_same(tmp_path: Path) -> None:
    """The command goes the way of a run, step by step and over files; what it tells is no less and
    no more.
    """
    faults = (
        "a text where a number belongs",
        "a subject twice in the table of subjects",
        "an exposure on a side that nobody states",
        "a planned visit without a reading",
        "a visit after its window",
        "corneometer, room_humidity: 60.5",
    )
    files = QUIET
    for name in faults:
        files = CASES[name].told(files)
    told = findings_of(files, tmp_path)

    assert told.height >= len(faults)
    assert check(tmp_path / "study.toml").findings.equals(told)
