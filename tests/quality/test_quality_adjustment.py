"""Covariates and strata that change nothing are said."""

from __future__ import annotations

import polars as pl
import pytest
from attrs import evolve

from dermoutcomes import Analysis, Instrument, Parameter, Registry
from dermoutcomes.quality.check_stage import findings
from dermoutcomes.quality.site_queries.queries import queries
from dermoutcomes.study import AnalysisSpec, Endpoint, Study, StudyInfo
from dermoutcomes.tables import empty


def nothing(task, options):
    return ()


REGISTRY = Registry.of(
    Instrument("device", "Device", (Parameter("a", "A", "mm"),)),
    Analysis("plain", "Plain", nothing, ()),
    Analysis("adjusting", "Adjusting", nothing, (), adjusts=True),
    Analysis("stratified", "Stratified", nothing, (), adjusts="strata"),
    Analysis("of_one_arm", "Of one arm", nothing, (), designs=("single-arm",), adjusts=True),
)


def found(analyses=("plain",), specs=None, **endpoint):
    study = Study(
        study=StudyInfo(id="S", title="T", design="parallel"),
        analyses=specs or {},
        endpoints={
            "depth": evolve(Endpoint(measure="device.a", analyses=analyses, id="depth"), **endpoint)
        },
    )
    rows = findings(study, REGISTRY, {"observations": empty("observations")})
    return rows.filter(pl.col("check") == "unused_adjustment"), study


@pytest.mark.parametrize(
    ("listed", "expected"),
    [({"covariates": ("base",)}, "adjusting"), ({"strata": ("site",)}, "adjusting, stratified")],
)
def test_what_no_analysis_uses_is_a_warning_that_names_one_that_does(listed, expected):
    rows, study = found(**listed)

    assert rows.select("severity", "measure", "found", "expected").rows() == [
        ("warning", "device.a", "plain", f"one that adjusts: {expected}")
    ]
    assert "change nothing" in rows["message"][0]
    assert queries(rows, study, REGISTRY).is_empty()


def test_a_covariate_beside_strata_that_alone_are_used_is_named_alone():
    rows, _ = found(("stratified",), strata=("site",), covariates=("age",))

    assert rows["expected"].to_list() == ["one that adjusts: adjusting"]
    assert "covariates and strata of depth (age) change nothing" in rows["message"][0]


@pytest.mark.parametrize(
    "used",
    [
        {},
        {"covariates": ("base",), "analyses": ("plain", "adjusting")},
        {"covariates": ("base",), "analyses": ()},
        {"strata": ("site",), "covariates": ("site",), "analyses": ("stratified",)},
        {
            "covariates": ("base",),
            "specs": {"mine": AnalysisSpec("adjusting", endpoints=("depth",), id="mine")},
        },
        {
            "strata": ("site",),
            "analyses": ("mine",),
            "specs": {"mine": AnalysisSpec("adjusting", id="mine")},
        },
    ],
)
def test_what_is_used_or_asked_of_nothing_is_not(used):
    assert found(**used)[0].is_empty()
