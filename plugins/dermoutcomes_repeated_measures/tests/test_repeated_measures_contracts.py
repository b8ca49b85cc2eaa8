"""Every analysis of repeated measures through the battery."""

from __future__ import annotations

from attrs import evolve

from dermoutcomes.testing import AnalysisContract
from dermoutcomes_repeated_measures import register_analyses

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}


class TestRmAnova(AnalysisContract):
    analysis = ANALYSES["rm_anova"]


class TestFriedman(AnalysisContract):
    analysis = ANALYSES["friedman"]


class TestAreaUnderCurve(AnalysisContract):
    analysis = ANALYSES["area_under_curve"]

    def tasks(self):
        for name, task in super().tasks():
            yield name, task
            yield f"{name}, planned", evolve(task, planned_days={"W0": 0.0, "W12": 84.0})
