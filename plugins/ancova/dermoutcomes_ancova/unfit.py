"""Why a model cannot be fitted, said before it is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes_ancova.terms import Term, dependent
from dermoutcomes_ancova.view import View, terms_of

if TYPE_CHECKING:
    from dermoutcomes import Task

__all__ = ["unfit"]

ONE_ARM = ("baseline_in_one_arm: In one arm the baseline cannot be a covariate of a mean change: the adjusted mean takes the mean baseline "
           "as known, and the test rejects too often. Compare the visits within subjects instead.")


def unfit(task: Task, view: View, *, interacting: bool) -> tuple[Term, ...] | str:
    """The terms of the view's model; or, where it cannot be fitted, a code, a colon and a sentence."""
    if task.design == "single-arm":
        return ONE_ARM
    if len(view.arms) < 2:
        return f"one_arm_empty: Only {view.arms[0]} has records at this visit." if view.arms else "no_data: No arm has a record at this visit."
    try:
        terms = terms_of(view, interacting=interacting)
    except ValueError as error:
        return f"unfit_covariate: {str(error)[0].upper()}{str(error)[1:]}."
    return _too_few(view, terms) or _not_estimable(view, terms) or terms


def _too_few(view: View, terms: tuple[Term, ...]) -> str | None:
    wanted = 1 + sum(len(term.labels) for term in terms)
    if view.frame.height > wanted:
        return None
    return f"too_few: The model {view.formula} has {wanted} parameters, and {view.frame.height} records leave nothing for the error."


def _not_estimable(view: View, terms: tuple[Term, ...]) -> str | None:
    if found := dependent(terms):
        return (f"rank_deficient: {', '.join(found)} cannot be told apart from the terms before {'it' if len(found) == 1 else 'them'} in "
                f"{view.formula}; leave one out.")
    return "no_variance: " + sentence if (sentence := _no_residual(view, terms)) else None


def _no_residual(view: View, terms: tuple[Term, ...]) -> str | None:
    from dermoutcomes_ancova.least_squares import fit

    outcome = view.frame["outcome"].to_list()
    largest = max(map(abs, outcome))
    fitted = fit(outcome, terms)
    if fitted.total_ss <= len(outcome) * (1e-14 * largest) ** 2:
        return "All outcomes are equal."
    return "The model leaves no error: it predicts every record." if fitted.residual_ss <= 1e-20 * fitted.total_ss else None
