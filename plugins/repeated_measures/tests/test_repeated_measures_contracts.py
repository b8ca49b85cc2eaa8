"""Every analysis of repeated measures through the battery."""

from __future__ import annotations

from dermoutcomes_repeated_measures import register_analyses

from dermoutcomes.testing import AnalysisContract

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}


class TestRmAnova(AnalysisContract):
    analysis = ANALYSES["rm_anova"]


class TestFriedman(AnalysisContract):
    analysis = ANALYSES["friedman"]
