"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_descriptive.summary import mean_with_interval, quantile, summary

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]
OTHER = "another estimator, not offered"


def descriptives(case: ReferenceCase) -> Fields:
    x, probabilities = case.inputs["x"], (0.05, 0.25, 0.5, 0.75, 0.95)
    short, mean = summary(x), mean_with_interval(x)
    quantiles = {
        f"q_type{kind}": [quantile(sorted(x), p, kind) for p in probabilities] for kind in (2, 6, 7)
    }
    return {
        "n": len(x),
        "mean": short.mean,
        "sd": short.sd,
        "se": short.std_error,
        "ci95": [mean.conf_low, mean.conf_high],
        "median": short.median,
        "min": short.min,
        "max": short.max,
        "cv_percent": short.cv_percent,
        **quantiles,
    }


def improved(case: ReferenceCase) -> Mapping[str, Any]:
    from dermoutcomes.stats import count_needed, improvement

    i = case.inputs
    changes = [now - before for now, before in zip(i["now"], i["before"], strict=True)]
    counted = improvement(changes, i["better"], i["confidence"])
    return {
        "improved": counted.improved,
        "unchanged": counted.unchanged,
        "worse": counted.worse,
        "ci": [counted.low, counted.high],
        "needed": count_needed(counted.n, i["no_effect"], i["alpha"]),
    }


REFERENCE_METHODS = (
    ReferenceMethod(
        "descriptives",
        descriptives,
        ("describe",),
        "Closed form; R sums in extended precision, we sum exactly.",
        1e-11,
        1e-13,
        left_out={
            "q_probs": "what is asked for",
            **dict.fromkeys(
                ("mad_scaled", "skew_g1", "kurt_g2", "skew_type2", "kurt_type2"), OTHER
            ),
        },
    ),
    ReferenceMethod(
        "improvement",
        improved,
        ("improvement",),
        "Whole numbers; SciPy seeks the limits as roots, ours are beta quantiles.",
        1e-10,
        1e-12,
    ),
)
