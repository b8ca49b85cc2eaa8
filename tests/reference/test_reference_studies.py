"""Reference cases through a study file: what the table of results says is what R says of the same numbers.

A case is written as a study with its exports, run as a user would run it, and looked up in the table.
"""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest
from attrs import evolve

import dermoutcomes
from dermoutcomes.testing.studies import write_study

from .cases import ORACLE, registry
from .studies import every_study
from .studies.of_elsewhere import METHODS as ELSEWHERE

# Methods without a case of independent software that goes through a study, and what holds them instead.
# A method of a new plugin is not among them: it needs a case.
NO_REFERENCE = {
    "curve_agreement": "bias, SD and limits are held to R's through a task; a study with curves is "
    "reckoned anew in the tests of the Cutometer",
}


@cache
def studies():
    return {study.name: study for study in every_study()}


@pytest.mark.parametrize("name", list(studies()))
def test_a_study_says_what_the_reference_says(name, tmp_path):
    study = studies()[name]
    table = dermoutcomes.run(write_study(tmp_path, study.toml, study.files)).table(study.table)

    assert study.wanted
    assert [sentence for wanted in study.wanted if (sentence := differing(table, wanted))] == []


def differing(table, wanted):
    """A sentence where the table has no such row, several, or another number."""
    rows = table
    for column, value in wanted.row.items():
        rows = rows.filter(pl.col(column).is_null() if value is None else pl.col(column) == value)
    if rows.height != 1:
        return f"{rows.height} rows of {wanted.row}"
    [value] = rows[wanted.column]
    if wanted.value is None or value is None:
        alike = value is wanted.value
    else:
        alike = value == pytest.approx(wanted.value, rel=wanted.rel, abs=wanted.absolute)
    return "" if alike else f"{wanted.row}: {value!r}, and the reference says {wanted.value!r}"


def methods_of_a_study():
    """Everything that a study names and that makes or changes a number."""
    declared = registry()
    return {
        *declared.analyses,
        *declared.adjustments,
        *declared.imputations,
        *declared.poolings,
    }


def test_every_method_has_a_reference_that_goes_through_a_study():
    proven = {method for study in studies().values() for method in study.methods}
    if ORACLE is None:
        proven |= set(ELSEWHERE)

    assert sorted(methods_of_a_study() - proven - set(NO_REFERENCE)) == []
    assert sorted(proven - methods_of_a_study()) == []
    assert sorted(proven & set(NO_REFERENCE)) == []


def test_a_method_that_a_study_brings_stands_in_its_file():
    """So that no study claims a method that it does not use."""
    unused = [
        (study.name, method)
        for study in studies().values()
        for method in study.methods
        if method not in ("rubin", "describe")
        and f'"{method}"' not in study.toml
        and f"[analyses.{method}]" not in study.toml
    ]

    assert unused == []


def test_another_number_in_the_table_is_seen(tmp_path):
    study = studies()["pairs"]
    table = dermoutcomes.run(write_study(tmp_path, study.toml, study.files)).table(study.table)
    wanted = study.wanted[0]

    assert differing(table, wanted) == ""
    assert differing(table, evolve(wanted, value=wanted.value * (1 + 1e-6)))
    assert differing(table, evolve(wanted, value=None))
    assert differing(table, evolve(wanted, row={**wanted.row, "term": "no such term"}))
