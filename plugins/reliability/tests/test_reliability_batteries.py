"""Every analysis of reliability put through the battery."""

from __future__ import annotations

from dermoutcomes_reliability import register_analyses

from dermoutcomes.testing import AnalysisContract

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}


class TestRepeatability(AnalysisContract):
    analysis = ANALYSES["repeatability"]


class TestTestRetest(AnalysisContract):
    analysis = ANALYSES["test_retest"]


class TestRaterAgreement(AnalysisContract):
    analysis = ANALYSES["rater_agreement"]


class TestMethodAgreement(AnalysisContract):
    analysis = ANALYSES["method_agreement"]


class TestDeviceEquivalence(AnalysisContract):
    analysis = ANALYSES["device_equivalence"]


class TestAnchorMic(AnalysisContract):
    analysis = ANALYSES["anchor_mic"]


class TestRepeatedMeasuresCorrelation(AnalysisContract):
    analysis = ANALYSES["repeated_measures_correlation"]
