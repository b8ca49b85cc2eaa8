"""A result leads to rows of the files: readings, events, deaths, subjects."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

import dermoutcomes
from dermoutcomes.cli import main
from dermoutcomes.testing import write_study

STUDY = """\
[study]
id = "LED"
title = "Three people and their events"
design = "parallel"

[arms]
active = {}
vehicle = {}

[visits]
W0 = { at = "0 w" }

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "allocations.csv"

[[sources.milestones]]
file = "milestones.csv"

[[sources.events]]
file = "events.csv"

[analyses.safety]
use = "adverse_events"

[analyses.people]
use = "baseline_table"
options = { columns = ["age"] }
"""
FILES = {
    "subjects.csv": "subject,age\nS1,40\nS2,50\nS3,60\n",
    "allocations.csv": "subject,arm\nS1,active\nS2,vehicle\nS3,active\n",
    "milestones.csv": "subject,milestone\nS3,death\n",
    "events.csv": (
        "subject,term,body_system,related_product,outcome\nS1,itch,Skin,yes,recovered\n"
        "S2,rash,Skin,,recovered\nS2,cough,Chest,no,fatal\n"
    ),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dermoutcomes.Run:
    return dermoutcomes.run(write_study(tmp_path_factory.mktemp("led"), STUDY, FILES))


Explains = Callable[..., list[str]]


def asked(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["explain", *arguments])


@pytest.fixture
def places(run: dermoutcomes.Run) -> Explains:
    """File and row of what stands behind the one result with this key."""

    def explained(**key: object) -> list[str]:
        results = run.table("results").filter(
            *(
                pl.col(name).is_null() if value is None else pl.col(name) == value
                for name, value in key.items()
            )
        )
        answer = asked(results["id"].item(), "--run", str(run.folder))
        assert answer.exit_code == 0, answer.output
        return re.findall(r"(\S+\.csv row \d+)", answer.output)

    return explained


def test_a_count_of_events_leads_to_their_rows(places: Explains) -> None:
    any_event = {"term": "events", "level": "any", "stat": "n_events"}

    assert places(**any_event, group=None) == [f"events.csv row {row}" for row in (2, 3, 4)]
    assert places(**any_event, group="active") == ["events.csv row 2"]
    assert places(term="events", level="Skin|rash", stat="n_events", group=None) == [
        "events.csv row 3"
    ]


def test_a_kind_of_event_leads_to_those_known_and_those_not_known(places: Explains) -> None:
    related = {"level": "related_product=true", "stat": "n_events", "group": None}
    unknown = {"term": "related_product_unknown", "level": "any", "stat": "n_events", "group": None}

    assert places(**related) == ["events.csv row 2", "events.csv row 3"]
    assert places(**unknown) == ["events.csv row 3"]


def test_deaths_lead_to_fatal_events_and_milestones(places: Explains) -> None:
    assert places(term="died", level="any", stat="n_with_event", group=None) == [
        "events.csv row 4",
        "milestones.csv row 2",
    ]


def test_a_characteristic_leads_to_subjects(places: Explains) -> None:
    mean = {"analysis": "people", "stat": "mean", "level": "age"}

    assert places(**mean, group="active") == ["subjects.csv row 2", "subjects.csv row 4"]


def test_every_result_leads_to_rows(run: dermoutcomes.Run) -> None:
    behind = run.table("tasks").with_columns(
        pl.sum_horizontal(pl.col("records", "events", "observations", "subjects").list.len())
    )

    assert behind.filter(pl.col("records") == 0).is_empty()


def test_a_result_that_no_run_has(run: dermoutcomes.Run, tmp_path: Path) -> None:
    answer = asked("0" * 16, "--run", str(run.folder))

    assert answer.exit_code == 1
    assert "the run has no result of this id" in answer.output


def test_a_result_of_nobody_knows_which_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    answer = asked("0" * 16)

    assert answer.exit_code == 1
    assert "--run FOLDER" in answer.output
