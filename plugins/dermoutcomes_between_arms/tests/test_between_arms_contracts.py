"""Every analysis of two arms on the battery."""

from __future__ import annotations

from attrs import evolve

from dermoutcomes.testing import AnalysisContract
from dermoutcomes_between_arms import register_analyses

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}


class TestPooledT(AnalysisContract):
    analysis = ANALYSES["pooled_t"]


class TestMannWhitney(AnalysisContract):
    analysis = ANALYSES["mann_whitney"]


class TestKruskalWallis(AnalysisContract):
    analysis = ANALYSES["kruskal_wallis"]


class TestTwoGroupEffectSize(AnalysisContract):
    analysis = ANALYSES["two_group_effect_size"]


class WithMargin(AnalysisContract):
    """The battery against a margin, without which nothing is computed."""

    def tasks(self):
        for name, task in super().tasks():
            yield name, task
            against = {
                key: evolve(comparison, margin=0.125, margin_reason="An eighth.")
                for key, comparison in task.comparisons.items()
            }
            yield f"{name}, with a margin", evolve(task, comparisons=against)


class TestNoninferiority(WithMargin):
    analysis = ANALYSES["noninferiority"]


class TestEquivalence(WithMargin):
    analysis = ANALYSES["equivalence"]
