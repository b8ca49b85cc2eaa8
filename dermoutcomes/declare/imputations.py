"""Ways of handling missing data, and of pooling what repeated imputation gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import polars as pl
from attrs import field, frozen

from dermoutcomes.declare.instruments import Reference
from dermoutcomes.declare.setting import NoOptions

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Draws", "Estimate", "Imputation", "Pooled", "Pooling"]


@frozen(eq=False)
class Draws:
    """What a multiple imputation is told: how often to fill, from which seed, and the arms.

    `covariates` are further columns of the records, one value a subject: the strata and covariates
    of the endpoint, without "base".
    """

    m: int
    seed: int
    arms: tuple[str, ...] = ()
    reference_arm: str | None = None
    covariates: tuple[str, ...] = ()

    @property
    def rng(self) -> np.random.Generator:
        """A fresh generator from the seed: the same in every run and every worker."""
        import numpy as np

        return np.random.default_rng(self.seed)


@frozen(eq=False)
class Imputation:
    """A handling of missing data: records of one endpoint, with missing ones filled.

    `derivation` says how each was filled.
    `impute(records, expected, options)` gets one row a unit (subject, arm, location, side, period)
    and occasion (visit, timepoint), before change is formed and sides are combined: `visit_number`
    (position in time, null off plan), `day`, `at_baseline`, `expected`, `value`, `base`,
    `responder`, `derivation`, `observations` (ids) and `n_values`. What is missing, or was set
    aside after an intercurrent event, is null in `value` (stage "value") or in `responder` (stage
    "responder", whose rows are the final records of one reference visit). `expected` has the unit
    and occasion of every record that the schedule expects; only these are filled, and only they
    need be. It returns the same rows, in any order, with `value` (and, if it took it over from
    another row, `observations` and `n_values`) or `responder` filled; what was observed must not
    change. `assumption` is what the report says.

    One that is `multiple` is called once as `impute(records, expected, options, draws)`, with the
    endpoint's covariates as further columns, and returns only what it filled: unit and occasion,
    `imputation` (1 to `draws.m`, each as often as the others) and `value`. Its options have a field
    `m`. Changes and responders are then formed, and analyses repeated, within each imputation;
    `pooling` names the pooling that puts their results together unless the study names another.
    `valid` says under what the missing values may be ignored or modelled: "mar" where it is valid
    when they are missing at random, "mnar" where it assumes otherwise. One that `needs_reference`
    fills from the arm that the study marks `reference = true`.
    """

    name: str
    label: str
    impute: Callable[..., pl.DataFrame]
    assumption: str
    stage: Literal["value", "responder"] = "value"
    options: type = NoOptions
    legacy: bool = False
    multiple: bool = False
    pooling: str = ""
    valid: Literal["mar", "mnar", ""] = ""
    needs_reference: bool = False
    references: tuple[Reference, ...] = ()


@frozen
class Estimate:
    """What an analysis said of one quantity in one imputation.

    `df` is None where the analysis has none (a normal distribution).
    """

    estimate: float
    std_error: float
    df: float | None = None


@frozen(eq=False)
class Pooled:
    """One quantity over all imputations.

    `df` is None for a normal distribution; `measures` are stats of their own (riv, lambda, fmi).
    """

    estimate: float
    std_error: float
    df: float | None = None
    measures: Mapping[str, float | None] = field(factory=dict)


@frozen(eq=False)
class Pooling:
    """A rule that makes one result of those of all imputations.

    `pool(estimates, options)` gets two or more estimates.
    `measures` names the stats that it adds. `method` is the sentence for the methods section, in
    which option names and {m} stand in braces.
    """

    name: str
    label: str
    pool: Callable[[tuple[Estimate, ...], Any], Pooled]
    method: str = ""
    measures: tuple[str, ...] = ()
    options: type = NoOptions
    references: tuple[Reference, ...] = ()
