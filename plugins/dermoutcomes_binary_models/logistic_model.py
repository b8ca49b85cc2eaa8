"""One visit's logistic regression: its records, its columns, the fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes import Stat, Task
from dermoutcomes.stats import at_visit, clustered_warning
from dermoutcomes_binary_models.designs import Design, adjusting, arm_of
from dermoutcomes_binary_models.maximum_likelihood import Logistic, SeparationError, fit
from dermoutcomes_binary_models.selection import Visit, complete

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    Array = np.ndarray

__all__ = ["Model", "arm_columns", "fit_model", "model_columns", "responders_of"]


@frozen(eq=False)
class Model:
    """A fitted model of one visit: its records, design and arms (the reference first)."""

    y: Array
    design: Design
    fit: Logistic
    arms: tuple[str, ...]


def responders_of(task: Task, visit: Visit) -> tuple[pl.DataFrame, int, Stat]:
    """The complete records of a visit, how many are missing, and the row its statistics are like."""
    import polars as pl

    here = at_visit(visit.visit, visit.reference)
    of_arms = task.records.filter(here & pl.col("arm").is_not_null())
    records, incomplete = complete(task, of_arms, "responder")
    lost = task.lost.filter(here).height if task.lost.height else 0
    missing = lost + of_arms.height - records.height
    return records, missing, _template(visit, records, incomplete)


def _template(visit: Visit, records: pl.DataFrame, incomplete: int) -> Stat:
    subjects = records["subject"].n_unique()
    warnings = (
        [f"incomplete: {incomplete} records lack a covariate or stratum, and are left out."]
        if incomplete
        else []
    )
    if clustered := clustered_warning(records.height, subjects):
        warnings.append(f"{clustered} The analysis gee takes account of subjects.")
    return Stat(
        "n",
        visit=visit.visit,
        reference_visit=visit.reference,
        unit="",
        n_records=records.height,
        n_subjects=subjects,
        warning=" ".join(warnings) or None,
    )


def model_columns(task: Task, records: pl.DataFrame, arms: Sequence[str]) -> dict[str, Array]:
    """The columns of the arms but the first, then those of covariates and strata, by name."""
    return arm_columns(records, arms) | adjusting(records, task.covariates, task.strata)


def arm_columns(records: pl.DataFrame, arms: Sequence[str]) -> dict[str, Array]:
    """An indicator of each arm but the first, by name."""
    return {arm_of(arm): (records["arm"] == arm).to_numpy().astype(float) for arm in arms[1:]}


def fit_model(records: pl.DataFrame, built: Design, arms: Sequence[str]) -> Model:
    """The likeliest model of the responders among the records.

    Raises SeparationError where no finite coefficients are the likeliest, ValueError where there
    are no more records than coefficients or the search fails.
    """
    y = records["responder"].to_numpy().astype(float)
    if y.min() == y.max():
        raise SeparationError("nobody, or everybody, responded")
    if len(y) <= len(built.names):
        raise ValueError("there are no more records than coefficients")
    return Model(y, built, fit(y, built.x), tuple(arms))
