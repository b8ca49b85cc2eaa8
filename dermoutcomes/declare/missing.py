"""Ways of handling missing data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from dermoutcomes.declare.measuring import Reference
from dermoutcomes.declare.settings import NoOptions

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Imputation"]


@frozen(eq=False)
class Imputation:
    """A handling of missing data: records of one endpoint in, the same records with missing ones filled, `derivation` saying how.

    `impute(records, expected, options)` gets one row a unit (subject, arm, location, side, period) and occasion (visit, timepoint),
    before change is formed and sides are combined: `visit_number` (position in time, null off plan), `day`, `at_baseline`,
    `expected`, `value`, `base`, `responder`, `derivation`, `observations` (ids) and `n_values`. What is missing, or was set aside
    after an intercurrent event, is null in `value` (stage "value") or in `responder` (stage "responder", whose rows are the final
    records of one reference visit). `expected` has the unit and occasion of every record that the schedule expects; only these are
    filled, and only they need be. It returns the same rows, in any order, with `value` (and, if it took it over from another row,
    `observations` and `n_values`) or `responder` filled; what was observed must not change. `assumption` is what the report says.
    """

    name: str
    label: str
    impute: Callable[[pl.DataFrame, pl.DataFrame, Any], pl.DataFrame]
    assumption: str
    stage: Literal["value", "responder"] = "value"
    options: type = NoOptions
    legacy: bool = False
    references: tuple[Reference, ...] = ()
