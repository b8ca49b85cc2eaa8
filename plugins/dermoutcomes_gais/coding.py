"""Which number means which grade.

Three codings are in use, and 1, 2 and 3 mean different things in them.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from attrs import frozen

from dermoutcomes import option

# Recorded number → grade, 1 the best and 4 no change.
ONE_BEST = {float(number): float(number) for number in range(1, 6)}
SIGNED = {float(number): float(4 - number) for number in range(-1, 4)}
SEVEN = {float(number): float(4 - number) for number in range(-3, 4)}
CODINGS = {"one_best": ONE_BEST, "signed": SIGNED, "seven": SEVEN}
WORDS = {
    "one_best": "1 very much improved … 4 no change, 5 worse",
    "signed": "+3 very much improved … 0 no change, -1 worse",
    "seven": "+3 very much improved … 0 no change … -3 very much worse",
}


@frozen
class GaisOptions:
    """How the ratings of a source are coded."""

    coding: str = option(
        "auto",
        "one_best: 1 to 5, 1 the best; signed: +3 to -1; seven: +3 to -3; auto: what the data "
        "settle, refused where they do not.",
        choices=("auto", *CODINGS),
    )


def prepare(wide: pl.DataFrame, options: GaisOptions) -> pl.DataFrame:
    """`rating` as a grade, 1 the best, and `recorded` as it was written.

    A number outside the coding has no grade.

    Raises ValueError, with what to write, where no coding is stated and the numbers settle none.
    """
    if "rating" not in wide.columns:
        return wide
    numbers = wide["rating"].drop_nulls().unique().sort().to_list()
    grades = CODINGS[only_coding(numbers) if options.coding == "auto" else options.coding]
    return wide.with_columns(
        recorded=pl.col("rating"),
        rating=pl.col("rating").replace_strict(grades, default=None, return_dtype=pl.Float64),
    )


def only_coding(numbers: Sequence[float]) -> str:
    """The only coding that has all these numbers.

    Two that agree on what every number means are as good as one.
    """
    fitting = [name for name, grades in CODINGS.items() if set(numbers) <= set(grades)]
    meanings = {tuple(CODINGS[name][number] for number in numbers) for name in fitting}
    if len(meanings) == 1:
        return fitting[0]
    ratings = ", ".join(f"{number:g}" for number in numbers)
    problem = "fit more than one coding" if fitting else "fit no coding"
    choices = "; ".join(f'"{name}" ({words})' for name, words in WORDS.items())
    raise ValueError(f"the ratings {ratings} {problem}. Write options.coding = one of {choices}")
