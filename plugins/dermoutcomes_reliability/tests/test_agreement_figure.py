"""The figure of Bland and Altman: its points are the pairs, its lines the results."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import dermoutcomes
from dermoutcomes.report import Material
from dermoutcomes.testing import FigureContract, write_study
from dermoutcomes_reliability import register_figures

FIRST, SECOND = (10.0, 12.5, 11.0, 14.0, 13.0, 9.5), (10.5, 12.0, 11.5, 13.0, 13.5, 10.0)
STUDY = """
[study]
id = "TWO"
title = "Two probes"
design = "single-arm"
plugins = ["probes.toml"]

[visits]
W0 = { at = "0 w", label = "Baseline" }

[populations]
full = {}

[[sources.subjects]]
file = "subjects.csv"

[[sources.probe]]
file = "probe.csv"

[endpoints.old]
label = "Old probe"
measure = "probe.old"
analyses = []

[endpoints.new]
label = "New probe"
measure = "probe.new"
analyses = []

[analyses.probes]
use = "method_agreement"
endpoints = ["new", "old"]
population = "full"
"""
PROBES = """
[instruments.probe]
label = "Probe"
[instruments.probe.parameters.old]
label = "Old"
unit = "mm"
definition = "Height by the old probe."
[instruments.probe.parameters.new]
label = "New"
unit = "mm"
definition = "Height by the new probe."
"""


@cache
def two_probes() -> Any:
    folder = TemporaryDirectory(prefix="dermoutcomes-agreement-")
    atexit.register(folder.cleanup)
    rows = [f"S{i},W0,{a},{b}" for i, (a, b) in enumerate(zip(FIRST, SECOND, strict=True))]
    files = {
        "probes.toml": PROBES,
        "subjects.csv": "subject\n" + "".join(f"S{i}\n" for i in range(len(FIRST))),
        "probe.csv": "subject,visit,new,old\n" + "\n".join(rows) + "\n",
    }
    return dermoutcomes.run(write_study(Path(folder.name), STUDY, files))


class TestAgreement(FigureContract):
    figure = next(iter(register_figures()))

    def run(self) -> Any:
        return two_probes()


def test_points_are_the_pairs_and_lines_the_results() -> None:
    run = two_probes()
    material = Material(run.study, run.registry, run.table, run.manifest)
    (figure,) = next(iter(register_figures())).draw(material, None, material.results)
    layers = figure.spec["layer"]
    points = next(one["data"]["values"] for one in layers if one["mark"]["type"] == "point")
    lines = layers[0]["data"]["values"]

    assert sorted(row["difference"] for row in points) == sorted(
        a - b for a, b in zip(FIRST, SECOND, strict=True)
    )
    assert sorted(row["mean"] for row in points) == sorted(
        (a + b) / 2 for a, b in zip(FIRST, SECOND, strict=True)
    )
    values = {row["term"]: row["value"] for row in material.results if row["stat"] == "estimate"}
    assert [row["y"] for row in lines] == [
        values["bias"],
        values["lower_limit"],
        values["upper_limit"],
    ]
    bias = sum(a - b for a, b in zip(FIRST, SECOND, strict=True)) / len(FIRST)
    assert lines[0]["y"] == pytest.approx(bias)
