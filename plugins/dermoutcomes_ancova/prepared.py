"""The fitted model of a view, or why there is none."""

from __future__ import annotations

from dermoutcomes_ancova.fit_records import View, terms_of
from dermoutcomes_ancova.least_squares import with_hc3
from dermoutcomes_ancova.marginal_means import Model, model
from dermoutcomes_ancova.model_terms import Term, dependent

__all__ = ["Problem", "arms_problem", "fitted_model", "prepared"]

Problem = tuple[str, str]


def prepared(view: View, *, interacting: bool, robust: bool) -> Model | Problem:
    """The view's model, with HC3 covariance if `robust`.

    Or, where it cannot be fitted, a code and a sentence.
    """
    if problem := arms_problem(view):
        return problem
    try:
        terms = terms_of(view, interacting=interacting)
    except ValueError as error:
        return "unfit_covariate", f"{str(error)[0].upper()}{str(error)[1:]}."
    return fitted_model(view, terms, view.formula, robust=robust)


def fitted_model(
    view: View, terms: tuple[Term, ...], formula: str, *, robust: bool
) -> Model | Problem:
    """The model of these terms, which `formula` says in words, or why it cannot be fitted."""
    if problem := _of_terms(view, terms, formula):
        return problem
    fitted = model(view.frame["outcome"].to_list(), terms, view.arms)
    return _of_errors(view, fitted) or _robust(fitted, robust=robust)


def arms_problem(view: View) -> Problem | None:
    """Why the records of a view have no two arms to compare; None where they have."""
    if view.absent:
        return (
            "unknown_covariate",
            f"The subjects have no column {', '.join(map(repr, view.absent))}.",
        )
    if len(view.arms) > 1:
        return None
    without = (
        f" that is complete: {view.incomplete} lack a covariate or stratum"
        if view.incomplete
        else ""
    )
    if not view.arms:
        return "no_data", f"No arm has a record at this visit{without}."
    return "one_arm_empty", f"Only {view.arms[0]!r} has a record at this visit{without}."


def _of_terms(view: View, terms: tuple[Term, ...], formula: str) -> Problem | None:
    n_columns = 1 + sum(len(term.labels) for term in terms)
    if view.frame.height <= n_columns:
        return (
            "too_few",
            (
                f"The model {formula} has {n_columns} parameters, and {view.frame.height} "
                "records leave nothing for the error."
            ),
        )
    if names := dependent(terms):
        before = "it" if len(names) == 1 else "them"
        return (
            "rank_deficient",
            (
                f"{', '.join(names)} cannot be told apart from the terms before {before} in "
                f"{formula}; leave one out."
            ),
        )
    return None


def _of_errors(view: View, fitted: Model) -> Problem | None:
    largest = max(map(abs, view.frame["outcome"].to_list()))
    if fitted.fit.total_ss <= view.frame.height * (1e-14 * largest) ** 2:
        return "no_variance", "All outcomes are equal."
    if fitted.fit.residual_ss <= 1e-20 * fitted.fit.total_ss:
        return "no_variance", "The model leaves no error: it predicts every record."
    return None


def _robust(fitted: Model, *, robust: bool) -> Model | Problem:
    try:
        return fitted._replace(fit=with_hc3(fitted.fit)) if robust else fitted
    except ValueError as error:
        return "no_residual", f"{str(error).capitalize().replace('hc3', 'HC3')}."
