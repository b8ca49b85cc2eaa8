"""Every analysis of proportions through the battery."""

from __future__ import annotations

from dermoutcomes.testing import AnalysisContract
from dermoutcomes_proportions import register_analyses

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}


class TestRiskRatio(AnalysisContract):
    analysis = ANALYSES["risk_ratio"]


class TestOddsRatio(AnalysisContract):
    analysis = ANALYSES["odds_ratio"]


class TestNumberNeededToTreat(AnalysisContract):
    analysis = ANALYSES["number_needed_to_treat"]


class TestStratifiedRiskDifference(AnalysisContract):
    analysis = ANALYSES["stratified_risk_difference"]


class TestStratifiedRiskRatio(AnalysisContract):
    analysis = ANALYSES["stratified_risk_ratio"]


class TestStratifiedOddsRatio(AnalysisContract):
    analysis = ANALYSES["stratified_odds_ratio"]
