"""A hypothesis in words."""

from __future__ import annotations

from attrs import evolve

from dermoutcomes import load_study
from dermoutcomes.decisions.hypothesis_result import HypothesisResult
from dermoutcomes.decisions.verdict_text import effect_text

HYPOTHESIS = HypothesisResult(
    "redness.arms", "redness", "arms", "van_elteren", "full", estimate=0.62, p_value=0.03
)


def test_an_estimate_without_limits_says_why(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(
        '[study]\nid = "W-1"\ntitle = "Words"\ndesign = "single-arm"\n[visits]\nW0 = { at = "0 d" }\n[endpoints.redness]\nmeasure = "x.redness"\n',
        encoding="utf-8",
    )
    study = load_study(path)
    without = evolve(HYPOTHESIS, no_interval="Stratum '703' has one rating of an arm.")
    within = evolve(without, conf_low=0.51, conf_high=0.72)

    assert effect_text(study, HYPOTHESIS) == "estimate 0.620"
    assert effect_text(study, without) == (
        "estimate 0.620 (no interval: Stratum '703' has one rating of an arm)"
    )
    assert effect_text(study, within) == "estimate 0.620 (95% CI 0.510 to 0.720)"
