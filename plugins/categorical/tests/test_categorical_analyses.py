"""What the analyses of categories say of a task, also of one on which little can be computed."""

from __future__ import annotations

from dermoutcomes_categorical import register_analyses

from dermoutcomes.testing import AnalysisContract

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}


class TestCmh(AnalysisContract):
    analysis = ANALYSES["cmh"]


class TestCmhResponders(AnalysisContract):
    analysis = ANALYSES["cmh_responders"]


class TestChiSquare(AnalysisContract):
    analysis = ANALYSES["chi_square"]
