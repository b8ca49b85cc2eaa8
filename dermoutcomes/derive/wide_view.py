"""The wide view: one row a measurement, one column a code.

Scores, derived parameters and checks are expressions over it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.tables.measures import code_of, of_measures, rows_of_owner
from dermoutcomes.tables.table_rows import rows_in_order, rows_where, words_in_full
from dermoutcomes.vocabulary import SETTING_KINDS

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["ABOUT", "COMPUTED", "READ", "spread", "wide"]

# What a measurement is, besides its values.
ABOUT = (
    "measurement",
    "subject",
    "visit",
    "timepoint",
    "day",
    "taken_at",
    "location",
    "side",
    "period",
    "replicate",
    "rater",
    "rater_role",
    "source",
    "row",
)
# A device's own values and those computed from its curves never stand in one row.
READ = ("value", "item", "score", *SETTING_KINDS)
COMPUTED = ("computed", *SETTING_KINDS)


def wide(
    observations: pl.DataFrame,
    owner: str,
    kinds: Collection[str] = READ,
    *,
    ids: bool = False,
    codes: Collection[str] | None = None,
) -> pl.DataFrame:
    """One row a measurement of `owner`, in order, and a Float64 column a code that was observed.

    Columns: those of ABOUT; `<code>`; `<code>__text` where a code has text values; with `ids`,
    `<code>__id`, the observation that each value stands in. Where a measurement has a code twice,
    the first one (by id) counts. With the kinds COMPUTED, only measurements that have a value from
    a curve are rows. Of `codes`, where they are given, and no others there are columns; the rows are
    the same.
    """
    first = of_owner(observations, owner, kinds, codes).filter(pl.col("occurrence") == 0)
    return spread(first, ids=ids, codes=codes).drop("occurrence")


def of_owner(
    observations: pl.DataFrame,
    owner: str,
    kinds: Collection[str],
    codes: Collection[str] | None = None,
) -> pl.DataFrame:
    """The owner's observations of these kinds, with `code` and `occurrence`.

    The latter counts, from 0, how often the measurement had that code before. Of `codes`, where
    they are given, and no others, but for the first observation of each measurement.
    """
    own = rows_where(rows_of_owner(observations, owner), pl.col("kind").is_in(list(kinds)))
    own = rows_in_order(own, "id")
    own = own.with_columns(code=of_measures(own, code_of))
    if "computed" in kinds:
        own = own.filter((pl.col("kind") == "computed").any().over("measurement"))
    if codes is not None:
        own = own.filter(pl.col("code").is_in([*codes]) | pl.col("measurement").is_first_distinct())
    if own.select("measurement", "code").n_unique() == own.height:
        return own.with_columns(occurrence=pl.lit(0, dtype=pl.Int32))
    return own.with_columns(
        occurrence=pl.int_range(pl.len()).over("measurement", "code").cast(pl.Int32)
    )


def spread(own: pl.DataFrame, *, ids: bool, codes: Collection[str] | None = None) -> pl.DataFrame:
    """`of_owner` observations with one row a measurement and occurrence, sorted by both."""
    key = ["measurement", "occurrence"]
    first = own.unique(key, keep="first", maintain_order=True)
    # Declarations look at texts.
    about = words_in_full(first.select(*ABOUT, "occurrence"))
    if codes is not None:
        own = own.filter(pl.col("code").is_in([*codes]))
    codes = own["code"].unique().sort().to_list()
    if not codes:
        return about
    text_codes = own["code"].filter(own["text"].is_not_null()).unique().sort().to_list()
    # Column of the observations = suffix in the view, and the codes that have it.
    parts = {
        "value": ("", codes),
        "text": ("__text", text_codes),
        "id": ("__id", codes if ids else []),
    }
    asked = [part for part, (_, part_codes) in parts.items() if part_codes]
    # Where no measurement has a code twice, the measurement alone names a row.
    index = key if own.select((pl.col("occurrence") > 0).any()).item() else ["measurement"]
    # Columns of one part alone would be called by the codes, without the name of the part.
    prefix = pl.lit("" if len(asked) > 1 else f"{asked[0]}_")
    frame = own.with_columns(column=prefix + pl.col("code")).pivot(
        on="column", index=index, values=asked, aggregate_function="first"
    )
    columns = [
        # Of several columns of values `pivot` puts the name of the column before the code.
        pl.col(f"{part}_{code}").alias(f"{code}{suffix}")
        for part, (suffix, part_codes) in parts.items()
        for code in part_codes
    ]
    view = about.join(frame.select(*index, *columns), on=index, how="left", maintain_order="left")
    return view.sort(key)
