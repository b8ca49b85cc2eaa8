"""Endpoints that share what follows from the tables alone have the records that each has by itself."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dermoutcomes.endpoints import study_facts
from dermoutcomes.endpoints.chain import endpoint_records
from dermoutcomes.endpoints.study_facts import StudyFacts
from dermoutcomes.tables.table_rows import words_in_full

HEAD_WITH_TREATED = """
[study]
id = "T"
title = "A test"
design = "single-arm"
[populations]
full = {}
treated = { treated = true }
[outputs]
reports = []

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }
"""
ENDPOINTS = """
[endpoints.depth]
measure = "device.depth"
handling = ["observed"]
baseline = { visits = ["W0"] }
[endpoints.ratio]
measure = "device.share"
handling = ["observed"]
origin = "curves"
[endpoints.angle]
measure = "device.angle"
handling = ["observed"]
populations = ["treated"]
"""
VALUES = {"depth": 3.0, "lightness": 60.0, "peak": 4.0}


def rows():
    for subject, further in (("S1", 0), ("S2", 7), ("S3", 2)):
        for visit, day in (("W0", 1), ("W4", 29)):
            for code, value in VALUES.items():
                if (subject, visit, code) != ("S2", "W4", "peak"):
                    where = {"subject": subject, "visit": visit, "day": day}
                    yield {**where, "measure": f"device.{code}", "value": value + further}
            yield {
                "subject": subject,
                "visit": visit,
                "day": day,
                "measure": "device.share",
                "value": 0.5 + further,
                "kind": "computed",
            }


@pytest.mark.parametrize("parted", [0, 200_000])
def test_shared_facts_change_no_record(given, monkeypatch, parted):
    monkeypatch.setattr(study_facts, "PARTED", parted)
    of = given(
        ENDPOINTS,
        rows(),
        head=HEAD_WITH_TREATED,
        exposures=[{"subject": "S1", "day": 1}, {"subject": "S3", "day": 3}],
    )
    facts = StudyFacts(of.study, of.tables)

    for name in of.study.endpoints:
        shared = endpoint_records(of.study, of.registry, name, of.tables, facts=facts)
        assert_frame_equal(shared, of.records(name))
        assert shared["value"].count(), name

    assert facts.members("treated")["subject"].to_list() == ["S1", "S3"]
    assert sorted(facts.from_curves("device")) == sorted(
        of.tables["observations"].filter(pl.col("kind") == "computed")["id"]
    )


@pytest.mark.parametrize("parted", [0, 200_000])
def test_readings_are_those_of_the_measures_in_their_order(given, monkeypatch, parted):
    monkeypatch.setattr(study_facts, "PARTED", parted)
    of = given(ENDPOINTS, rows())
    facts, observations = StudyFacts(of.study, of.tables), of.tables["observations"]

    for measures in (["device.depth"], ["device.depth", "device.peak"], ["device.angle"], []):
        expected = observations.filter(pl.col("measure").is_in(measures))
        assert_frame_equal(facts.readings(measures), words_in_full(expected))
