"""What the model of a visit leaves of each of its records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from dermoutcomes import Stat
from dermoutcomes.stats import RECORD_KEY, residual_rows, unit_names
from dermoutcomes_ancova.fit_records import View
from dermoutcomes_ancova.least_squares import scaled_residuals
from dermoutcomes_ancova.marginal_means import Model

__all__ = ["RESIDUALS", "record_rows", "rows_of_records"]

RESIDUALS = "residuals"


def record_rows(view: View, fitted: Model) -> Iterator[Stat]:
    """Fitted value, residual, residual over its standard deviation, and normal score, by record."""
    units = unit_names(view.frame.select(RECORD_KEY).rows())
    arms = view.frame["arm"].to_list()
    records = [
        evolve(view.template, level=unit, group=arm, warning=None)
        for unit, arm in zip(units, arms, strict=True)
    ]
    yield from rows_of_records(records, fitted)


def rows_of_records(records: Sequence[Stat], fitted: Model) -> Iterator[Stat]:
    """The same for rows that are like those of the records, in the order of the model."""
    yield from residual_rows(
        records,
        RESIDUALS,
        (fitted.fit.design @ fitted.fit.coefficients).tolist(),
        fitted.fit.residuals.tolist(),
        scaled_residuals(fitted.fit),
    )
