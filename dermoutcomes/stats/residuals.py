"""What a model leaves of each record, as rows of results: the data of figures of residuals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from attrs import evolve

if TYPE_CHECKING:
    from dermoutcomes.declare.analyses import Stat

__all__ = ["RESIDUAL_STATS", "normal_scores", "residual_rows", "unit_names"]

# The stats of a term whose place is "residual".
RESIDUAL_STATS = ("fitted", "residual", "scaled_residual", "normal_score")


def normal_scores(n: int) -> list[float]:
    """Normal quantiles of n ordered values, at (i - 3/8) / (n + 1/4) (Blom 1958)."""
    from scipy.special import ndtri

    return [float(ndtri((i - 0.375) / (n + 0.25))) for i in range(1, n + 1)]


def unit_names(units: Sequence[Sequence[str | None]]) -> list[str]:
    """Each unit (subject, and what else tells its records apart) in one word: "S01, left, week 4"."""
    return [", ".join(str(part) for part in unit if part is not None) for unit in units]


def residual_rows(
    rows: Sequence[Stat],
    term: str,
    fitted: Sequence[float],
    residuals: Sequence[float],
    scaled: Sequence[float | None],
) -> Iterator[Stat]:
    """The four stats of `RESIDUAL_STATS` for each record that one model was fitted to.

    `rows` are like the row of each record: its `level` names the unit, its `group` the arm, and all
    records of a figure have the same visit and comparison. `fitted` and `residuals` are in the unit
    of the data. `scaled` are the residuals over what their standard deviation is by the model,
    without a unit; None where a record alone determines its fitted value, which does not
    apply. Normal scores are those of the scaled residuals among themselves.
    """
    # With the number of the record, so that equal residuals have their scores in a fixed order.
    known = sorted((value, number) for number, value in enumerate(scaled) if value is not None)
    ordered = zip(known, normal_scores(len(known)), strict=True)
    scores = {number: score for (_, number), score in ordered}
    for number, row in enumerate(rows):
        of_record = evolve(row, n_subjects=1, n_records=1)
        yield from of_record.rows(term, fitted=fitted[number], residual=residuals[number])
        for stat in of_record.rows(
            term, scaled_residual=scaled[number], normal_score=scores.get(number)
        ):
            yield (
                stat
                if number in scores
                else stat.failed(
                    "does_not_apply",
                    "The record alone determines the value that is fitted to it.",
                )
            )
