"""The frames that a comparison is made of: pairs inside a unit, or the records of two arms."""

from __future__ import annotations

import polars as pl
from attrs import frozen

__all__ = ["Groups", "Pairs"]


@frozen(eq=False)
class Pairs:
    """Two values a unit, complete pairs only, sorted by unit.

    `frame` has the columns subject, (side, location where a record is one), first, second,
    difference. `missing` counts units that lack one of the two.
    """

    frame: pl.DataFrame
    visit: str | None
    reference_visit: str | None
    group: str | None
    reference_group: str | None
    missing: int


@frozen(eq=False)
class Groups:
    """The records of two arms at one visit, sorted by subject, with their `outcome`.

    The frames have the columns subject, arm, value, base, change, responder and `outcome`.
    `outcome` is what the endpoint's `analyse` names (change, value or pct_change). Records without
    it are left out and counted.
    """

    first: pl.DataFrame
    second: pl.DataFrame
    group: str
    reference_group: str
    visit: str | None
    reference_visit: str | None
    missing: int
