"""Every analysis of reliability put through the battery."""

from __future__ import annotations

import polars as pl
from attrs import evolve

from dermoutcomes.testing import AnalysisContract
from dermoutcomes_reliability import register_analyses

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
    options = {"margin": 0.5, "margin_reason": "Half a millimetre."}

    def tasks(self):
        for name, task in super().tasks():
            yield name, task
            # The battery's two endpoints have the same values; here the second device reads a
            # sixteenth more of each.
            second = (
                pl.when(pl.col("endpoint") == "second")
                .then(pl.col("value") * 1.0625)
                .otherwise("value")
            )
            yield (
                f"{name}, two devices",
                evolve(task, records=task.records.with_columns(value=second)),
            )


class TestAnchorMic(AnalysisContract):
    analysis = ANALYSES["anchor_mic"]
    # The anchor is a change as the measure is; its grades in both units of the battery.
    options = {"improved": [-0.125, -0.25, -0.375, -1.0, -2.0, -3.0], "minimal": [-0.125, -1.0]}


class TestRepeatedMeasuresCorrelation(AnalysisContract):
    analysis = ANALYSES["repeated_measures_correlation"]
