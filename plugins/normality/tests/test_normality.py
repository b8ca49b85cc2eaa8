"""The check of normality through the battery, and its arithmetic."""

from __future__ import annotations

from dermoutcomes_normality import register_analyses

from dermoutcomes.testing import AnalysisContract

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}


class TestShapiroWilk(AnalysisContract):
    analysis = ANALYSES["shapiro_wilk"]
    options = {"moments": True}
