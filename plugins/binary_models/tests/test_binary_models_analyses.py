"""What the models say of a task, also of one on which little can be computed."""

from __future__ import annotations

from dermoutcomes_binary_models import register_analyses

from dermoutcomes.testing import AnalysisContract

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}


class TestLogistic(AnalysisContract):
    analysis = ANALYSES["logistic"]


class TestGee(AnalysisContract):
    analysis = ANALYSES["gee"]


class TestGeeMeans(AnalysisContract):
    analysis = ANALYSES["gee_means"]
