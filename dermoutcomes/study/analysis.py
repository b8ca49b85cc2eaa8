"""Analyses and imputations with options, and families of hypotheses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from dermoutcomes.declare import option
from dermoutcomes.study.fields import Names

__all__ = ["AnalysisSpec", "Family", "ImputationSpec"]


@frozen
class AnalysisSpec:
    """`[analyses]`: an analysis under a name of its own, with options; endpoints may then list that name."""

    use: str = option(help="The analysis that a plugin declares.")
    endpoints: Names = option((), "Endpoints, for an analysis of several.")
    population: str | None = option(None, "Population, for an analysis without an endpoint.")
    options: Mapping[str, Any] = option({}, "Its options.", parse=lambda value: value, schema={"type": "object"})
    id: str = field(default="", metadata={"key": True})


@frozen
class ImputationSpec:
    """`[imputations]`: a handling of missing values under a name of its own, with options."""

    use: str = option(help="The imputation that a plugin declares.")
    options: Mapping[str, Any] = option({}, "Its options.", parse=lambda value: value, schema={"type": "object"})
    id: str = field(default="", metadata={"key": True})


@frozen
class Family:
    """`[multiplicity]`: hypotheses that share one error rate."""

    hypotheses: Names = option(help="endpoint.comparison, each on its main analysis and population.")
    method: str | None = option(None, "The procedure.")
    none: str | None = option(None, "Why nothing is adjusted, in place of `method`.")
    options: Mapping[str, Any] = option({}, "Options of the procedure.", parse=lambda value: value, schema={"type": "object"})
    id: str = field(default="", metadata={"key": True})
