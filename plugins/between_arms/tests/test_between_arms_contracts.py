"""Every analysis of two arms on the battery."""

from __future__ import annotations

from dermoutcomes_between_arms import register_analyses

from dermoutcomes.testing import AnalysisContract

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}


class TestPooledT(AnalysisContract):
    analysis = ANALYSES["pooled_t"]


class TestMannWhitney(AnalysisContract):
    analysis = ANALYSES["mann_whitney"]


class TestKruskalWallis(AnalysisContract):
    analysis = ANALYSES["kruskal_wallis"]


class TestTwoGroupEffectSize(AnalysisContract):
    analysis = ANALYSES["two_group_effect_size"]


class TestNoninferiority(AnalysisContract):
    analysis = ANALYSES["noninferiority"]


class TestEquivalence(AnalysisContract):
    analysis = ANALYSES["equivalence"]
