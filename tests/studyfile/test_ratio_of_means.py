"""A ratio of means is refused where the parameter is not made of other codes."""

from __future__ import annotations

import pytest
from attrs import evolve

from dermoutcomes import Endpoint, Instrument, Parameter, Registry
from dermoutcomes.study import Replicates, Study, StudyInfo
from dermoutcomes.study.checks.measures import measure_problems


@pytest.mark.parametrize(("code", "problems"), [("read", 1), ("derived", 0)])
def test_a_ratio_of_means_needs_an_expression(code, problems):
    import polars as pl

    registry = Registry.of(
        Instrument(
            "device",
            "D",
            (Parameter("read", "R"), Parameter("derived", "D", expr=pl.col("read") / 2)),
        )
    )
    endpoint = evolve(
        Endpoint(measure=f"device.{code}"), replicates=Replicates(ratio="ratio of means")
    )
    study = Study(
        study=StudyInfo(id="S", title="T", design="single-arm"), endpoints={"e": endpoint}
    )

    found = list(measure_problems(study, registry))

    assert [problem.path for problem in found] == ["endpoints.e.replicates.ratio"] * problems
