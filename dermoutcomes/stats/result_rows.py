"""Rows of results that all analyses write alike.

What failed, what is to be warned of, how many subjects of each arm, ratios of logarithms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import exp
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve

from dermoutcomes.number_text import count_words

if TYPE_CHECKING:
    from dermoutcomes.declare.analyses import Stat

__all__ = [
    "arm_sizes",
    "clustered_warning",
    "count_words",
    "exponentiated",
    "failed_rows",
    "model_sizes",
    "with_limits",
    "with_warning",
]

# e to the power of more is larger than a double, to the power of less than its negative nearer 0.
LARGEST_LOG = 700.0


def failed_rows(
    row: Stat, term: str, stats: Sequence[str], code: str, sentence: str
) -> Iterator[Stat]:
    """The stats of a term that could not be computed, all for one reason.

    One row like `row` for each of `stats`, without a value, with the error "code: sentence". A code
    is in lower case with underscores; the sentence says what was lacking.
    """
    for failed in row.rows(term, **dict.fromkeys(stats)):
        yield failed.failed(code, sentence)


def arm_sizes(row: Stat, term: str, *records: pl.DataFrame) -> Iterator[Stat]:
    """The `n` of a term for each of the two arms that `row` compares.

    Subjects that entered the fit. `records` are those of the fit, in one frame or several, with
    the columns `arm` and `subject`.
    """
    for arm in (row.group, row.reference_group):
        n = sum(frame.filter(pl.col("arm") == arm)["subject"].n_unique() for frame in records)
        yield from evolve(
            row,
            group=arm,
            reference_group=None,
            n_subjects=n,
            n_records=None,
            text=None,
            label=None,
            warning=None,
        ).rows(term, n=n)


def model_sizes(row: Stat, term: str, records: pl.DataFrame) -> Iterator[Stat]:
    """The `n` of a term of a model of all arms.

    Records of the two arms that `row` compares, and subjects of each. `records` are those of the
    model, with the columns `arm` and `subject`.
    """
    compared = records.filter(pl.col("arm").is_in([row.group, row.reference_group]))
    yield from evolve(
        row, n_subjects=compared["subject"].n_unique(), n_records=compared.height
    ).rows(term, n=compared.height)
    yield from arm_sizes(row, term, compared)


def with_warning(row: Stat, warning: str | None) -> Stat:
    """The row with one warning more, behind those that it has.

    The row itself where `warning` is None.
    """
    if warning is None:
        return row
    return evolve(row, warning=f"{row.warning} {warning}" if row.warning else warning)


def clustered_warning(n_records: int, n_subjects: int, noun: str = "records") -> str | None:
    """What is said of an analysis that takes several records of a subject as independent.

    None where each subject has one. `noun` is what is counted, in the plural: records, pairs,
    ratings, times.
    """
    if n_records == n_subjects:
        return None
    return (
        f"clustered: {n_records} {noun} of {n_subjects} subjects are counted as if independent; "
        "intervals may be too narrow and p-values too small."
    )


def exponentiated(row: Stat) -> Stat:
    """The row of a logarithm as the row of its ratio, e to the power of its value.

    Where no double is as large or as near 0 as the ratio (logarithms beyond ±700) it is the error
    `beyond_numbers`: so it is with the ratio for one unit of a column in minute units. A row
    without a value is taken as of the logarithm 0.
    """
    logarithm = row.value or 0.0
    if abs(logarithm) > LARGEST_LOG:
        beyond = "larger than" if logarithm > 0 else "nearer 0 than"
        return row.failed(
            "beyond_numbers",
            f"The ratio for one unit of this column is {beyond} a number can be; "
            "its logarithm is given.",
        )
    return evolve(row, value=exp(logarithm))


def with_limits(rows: Iterable[Stat], low: float | None, high: float | None) -> Iterator[Stat]:
    """The rows of a ratio with other limits, given as logarithms, in place of their own.

    The limits are those of a profile likelihood. A limit of None is the error `no_limit`: the
    likelihood does not fall far enough on that side.
    """
    limits = {"conf_low": low, "conf_high": high}
    for row in rows:
        if row.stat not in limits:
            yield row
        elif (limit := limits[row.stat]) is None:
            yield row.failed("no_limit", "The likelihood does not fall far enough on this side.")
        else:
            yield evolve(row, value=exp(limit))
