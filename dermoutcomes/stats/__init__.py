"""What every analysis needs, for plugins too.

Records, tails, rows that failed, intervals, resampling, columns of a model. Each name is loaded
when it is first used. Names of `records`, `residuals`, `rows`, `tails`, `formulas` and `roots` may be imported
at the top of a plugin: what is behind them needs Polars at most. The others bring NumPy and SciPy,
and a plugin imports them inside the function that computes, so that loading plugins stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dermoutcomes.stats.analysis_records import (
        BASELINE,
        RECORD_KEY,
        against,
        at_visit,
        baseline_visits,
        empty_cell,
        stratum,
        visits_of,
    )
    from dermoutcomes.stats.binomial import (
        Improvement,
        clopper_pearson,
        count_needed,
        improvement,
        rounding_edge,
        sign_test_p,
    )
    from dermoutcomes.stats.design import Design, complete_cases, model_columns
    from dermoutcomes.stats.design_columns import (
        contrast_correlation,
        covariate_columns,
        independent_columns,
        indicators,
        restricted_columns,
    )
    from dermoutcomes.stats.fixed_effects import FixedEffects
    from dermoutcomes.stats.formulas import ModelTerm, formula_terms
    from dermoutcomes.stats.noncentral_t import hedges_factor, noncentrality, noncentrality_limits
    from dermoutcomes.stats.ordering import (
        PairOrder,
        ordered_differences,
        walsh_averages,
        with_ties,
    )
    from dermoutcomes.stats.profile_likelihood import profile_limits
    from dermoutcomes.stats.reference_distributions import (
        ChiSquare,
        chi_square_test,
        corrected_z,
        critical_value,
        tail_probability,
        wald_interval,
    )
    from dermoutcomes.stats.resampling import (
        ResampledTails,
        decimal_units,
        limit_rank,
        monte_carlo_p,
    )
    from dermoutcomes.stats.residuals import (
        RESIDUAL_STATS,
        normal_scores,
        residual_rows,
        unit_names,
    )
    from dermoutcomes.stats.result_rows import (
        arm_sizes,
        clustered_warning,
        count_words,
        exponentiated,
        failed_rows,
        model_sizes,
        with_limits,
        with_warning,
    )
    from dermoutcomes.stats.roots import bisection, brent_root
    from dermoutcomes.stats.tails import NO_DIRECTION, Tail, chosen_tail, responder_tail, tail_of

_PUBLIC = {
    "binomial": (
        "Improvement",
        "clopper_pearson",
        "count_needed",
        "improvement",
        "rounding_edge",
        "sign_test_p",
    ),
    "design": (
        "Design",
        "complete_cases",
        "model_columns",
    ),
    "design_columns": (
        "contrast_correlation",
        "covariate_columns",
        "independent_columns",
        "indicators",
        "restricted_columns",
    ),
    "fixed_effects": ("FixedEffects",),
    "formulas": (
        "ModelTerm",
        "formula_terms",
    ),
    "noncentral_t": (
        "hedges_factor",
        "noncentrality",
        "noncentrality_limits",
    ),
    "ordering": (
        "PairOrder",
        "ordered_differences",
        "walsh_averages",
        "with_ties",
    ),
    "profile_likelihood": ("profile_limits",),
    "analysis_records": (
        "BASELINE",
        "RECORD_KEY",
        "against",
        "at_visit",
        "baseline_visits",
        "empty_cell",
        "stratum",
        "visits_of",
    ),
    "reference_distributions": (
        "critical_value",
        "tail_probability",
        "wald_interval",
        "corrected_z",
        "ChiSquare",
        "chi_square_test",
    ),
    "resampling": (
        "ResampledTails",
        "decimal_units",
        "limit_rank",
        "monte_carlo_p",
    ),
    "residuals": (
        "RESIDUAL_STATS",
        "normal_scores",
        "residual_rows",
        "unit_names",
    ),
    "roots": (
        "bisection",
        "brent_root",
    ),
    "result_rows": (
        "arm_sizes",
        "clustered_warning",
        "count_words",
        "exponentiated",
        "failed_rows",
        "model_sizes",
        "with_warning",
        "with_limits",
    ),
    "tails": (
        "NO_DIRECTION",
        "Tail",
        "chosen_tail",
        "responder_tail",
        "tail_of",
    ),
}
_HOME = {name: module for module, names in _PUBLIC.items() for name in names}

__all__ = [
    "BASELINE",
    "NO_DIRECTION",
    "RECORD_KEY",
    "RESIDUAL_STATS",
    "ChiSquare",
    "Design",
    "FixedEffects",
    "Improvement",
    "ModelTerm",
    "PairOrder",
    "ResampledTails",
    "Tail",
    "against",
    "arm_sizes",
    "at_visit",
    "baseline_visits",
    "bisection",
    "brent_root",
    "chi_square_test",
    "chosen_tail",
    "clopper_pearson",
    "clustered_warning",
    "complete_cases",
    "contrast_correlation",
    "corrected_z",
    "count_needed",
    "count_words",
    "covariate_columns",
    "critical_value",
    "decimal_units",
    "empty_cell",
    "exponentiated",
    "failed_rows",
    "formula_terms",
    "hedges_factor",
    "improvement",
    "independent_columns",
    "indicators",
    "limit_rank",
    "model_columns",
    "model_sizes",
    "monte_carlo_p",
    "noncentrality",
    "noncentrality_limits",
    "normal_scores",
    "ordered_differences",
    "profile_limits",
    "residual_rows",
    "responder_tail",
    "restricted_columns",
    "rounding_edge",
    "sign_test_p",
    "stratum",
    "tail_of",
    "tail_probability",
    "unit_names",
    "visits_of",
    "wald_interval",
    "walsh_averages",
    "with_limits",
    "with_ties",
    "with_warning",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
