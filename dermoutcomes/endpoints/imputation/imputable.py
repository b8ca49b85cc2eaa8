"""Which records an imputation may fill.

Those that are expected, and that no other side stands in for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.record_keys import OCCASION, UNIT

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["with_imputable"]

RECORD = [name for name in (*UNIT, *OCCASION) if name != "side"]


def with_imputable(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `imputable`: whether an imputation may fill them.

    Where the sides of a record are combined and one stands for the other, a side alone is not
    missing.
    """
    sides = plan.endpoint.sides
    combined = (
        sides is not None
        and sides.if_one_missing == "use other"
        and not plan.keeps_sides
        and plan.endpoint.difference is None
    )
    if not combined or "reference_visit" in rows.columns:
        return rows.with_columns(imputable=pl.col("expected"))
    no_base = pl.col("base").is_null().all().over(RECORD)
    stands_in = (
        pl.col("value").is_not_null()
        & pl.col("set_aside").is_null()
        & (pl.col("base").is_not_null() | no_base)
    )
    return rows.with_columns(imputable=pl.col("expected") & ~stands_in.any().over(RECORD))
