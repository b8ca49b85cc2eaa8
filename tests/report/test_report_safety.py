"""Tables of adverse events: unknown is not zero, what is not recorded has no number, and deaths."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dermoutcomes
from dermoutcomes.report.tables.adverse_events import adverse_event_tables
from dermoutcomes.testing import write_study

from .conftest import material_of

STUDY = """\
[study]
id = "SAFE"
title = "Six people and their events"
design = "single-arm"

[visits]
W0 = { at = "0 w" }

[[sources.subjects]]
file = "subjects.csv"

[[sources.milestones]]
file = "milestones.csv"

[[sources.events]]
file = "events.csv"

[analyses.safety]
use = "adverse_events"
options = { unknown = "related" }
"""
FILES = {
    "subjects.csv": "subject\nS1\nS2\nS3\nS4\nS5\nS6\n",
    "milestones.csv": "subject,milestone\nS1,completed\nS2,death\n",
    "events.csv": (
        "subject,term,severity,serious,related_product,outcome\n"
        "S1,itch,mild,no,yes,recovered\nS2,sepsis,severe,no,no,fatal\nS3,rash,,,,recovered\n"
    ),
}

Tables = Callable[..., dict[str, dict[str, list[str]]]]


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """Title = first cell = the other cells of each row, of a study's tables of events."""

    def read(unknown: str = "related", **files: str) -> dict[str, dict[str, list[str]]]:
        study = STUDY.replace('"related"', f'"{unknown}"')
        run = dermoutcomes.run(write_study(tmp_path, study, {**FILES, **files}))
        return {
            table.caption: {text(row.cells[0]): [*map(text, row.cells[1:])] for row in table.rows}
            for table in adverse_event_tables(material_of(run))
        }

    def text(cell: Any) -> str:
        return "".join(part.text for part in cell if part.look != "mark")

    return read


def test_an_unknown_relation_counts_as_one_and_stands_beside(tables: Tables) -> None:
    row = tables()["Adverse events"]["Any adverse event"]

    assert row[3] == "2 (33%); 2, unknown 1"
    assert row[4] == "not recorded"
    assert row[5] == "0 (0%) to 1 (17%); 0 to 1"
    assert row[6] == "mild 1, severe 1, unknown 1"


def test_bounds_hold_what_is_known_and_the_most_there_may_be(tables: Tables) -> None:
    row = tables("bounds")["Adverse events"]["Any adverse event"]

    assert row[3] == "1 (17%) to 2 (33%); 1 to 2"


def test_a_zero_beside_an_unknown_has_no_upper_limit(tables: Tables) -> None:
    row = tables("leave_out")["Adverse events"]["not coded"]
    events = FILES["events.csv"].replace("no,yes", "no,no")
    none = tables("leave_out", **{"events.csv": events})["Adverse events"]["Any adverse event"]

    assert row[3] == "1 (17%); 1, unknown 1"
    assert none[3] == "0, unknown 1"


def test_deaths_have_a_table_of_their_own(tables: Tables) -> None:
    assert tables()["Adverse events: deaths"] == {
        "Died": ["1 (17%)"],
        "By the disposition": ["1 (17%)"],
        "By the outcome of an event": ["1 (17%); 1"],
        "Of a fatal event that is not marked as serious": ["1 (17%); 1"],
    }
