"""Every analysis of this plugin keeps to what analyses promise.

Also on data on which little can be computed.
"""

from __future__ import annotations

from attrs import evolve

from dermoutcomes.testing import AnalysisContract
from dermoutcomes_within_subject import register_analyses

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}


class TestWithinSubjectModel(AnalysisContract):
    analysis = ANALYSES["within_subject_model"]


class TestMcNemar(AnalysisContract):
    analysis = ANALYSES["mcnemar"]


class TestCochranQ(AnalysisContract):
    analysis = ANALYSES["cochran_q"]


class TestDifferenceOfChanges(AnalysisContract):
    analysis = ANALYSES["difference_of_changes"]


class TestAdjustedSideDifference(AnalysisContract):
    analysis = ANALYSES["adjusted_side_difference"]

    def tasks(self):
        yield from ((name, evolve(task, sides_randomised=True)) for name, task in super().tasks())


class TestClusteredProportion(AnalysisContract):
    analysis = ANALYSES["clustered_proportion"]


class TestClusteredProportionDifference(AnalysisContract):
    analysis = ANALYSES["clustered_proportion_difference"]


class TestRegressionToTheMean(AnalysisContract):
    analysis = ANALYSES["regression_to_the_mean"]

    def tasks(self):
        yield from (
            (f"{name}, {text}", evolve(task, eligibility={"first": text}))
            for name, task in super().tasks()
            for text in (">= 0.4", "<= 0.7", "!= 1")
        )
