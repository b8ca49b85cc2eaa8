"""Dose-response: the linear contrast of adjusted means, and the slope on the dose as a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dermoutcomes_ancova.fit_records import View, terms_of
from dermoutcomes_ancova.least_squares import Estimate, estimate, fit
from dermoutcomes_ancova.marginal_means import Model, weights_of_mean
from dermoutcomes_ancova.model_terms import dependent, number

if TYPE_CHECKING:
    import numpy as np

__all__ = ["linear_trend", "slope_of_dose"]


def linear_trend(fitted: Model, doses: Mapping[str, float]) -> np.ndarray:
    """The slope of the adjusted means on dose, each arm counting once.

    Weights (dose - mean dose) / sum of its squares.
    """
    mean = sum(doses.values()) / len(doses)
    squares = sum((dose - mean) ** 2 for dose in doses.values())
    rows = [(dose - mean) / squares * weights_of_mean(fitted, arm) for arm, dose in doses.items()]
    total: np.ndarray = sum(rows[1:], start=rows[0])
    return total


def slope_of_dose(
    view: View, doses: Mapping[str, float], confidence: float = 0.95
) -> Estimate | None:
    """The coefficient of the dose in the model that has it, as a number, in the place of the arms.

    Arms without a dose are left out.

    None where such a model cannot be fitted.
    """
    frame = view.frame.filter(view.frame["arm"].is_in(list(doses)))
    adjusted = terms_of(view._replace(frame=frame))[1:]
    terms = (number("dose", [doses[arm] for arm in frame["arm"].to_list()]), *adjusted)
    if dependent(terms):
        return None
    fitted = fit(frame["outcome"].to_list(), terms)
    return estimate(fitted, _second(fitted.coefficients), confidence)


def _second(coefficients: np.ndarray) -> np.ndarray:
    import numpy as np

    row = np.zeros(len(coefficients))
    row[1] = 1.0
    return row
