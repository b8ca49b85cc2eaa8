"""Analyses and imputations with options, and families of hypotheses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from dermoutcomes.declare import option
from dermoutcomes.study.sections.shared_fields import Names

__all__ = ["AnalysisSpec", "Family", "ImputationSpec"]


@frozen
class AnalysisSpec:
    """`[analyses]`: an analysis with options under a name of its own, which endpoints may list."""

    use: str = option(help="The analysis that a plugin declares.")
    label: str | None = option(
        None, "Name in the report; what the plugin calls it, and the id, unless stated."
    )
    endpoints: Names = option((), "Endpoints, for an analysis of several.")
    population: str | None = option(None, "Population, for an analysis without an endpoint.")
    options: Mapping[str, Any] = option(
        {}, "Its options.", parse=lambda value: value, schema={"type": "object"}
    )
    id: str = field(default="", metadata={"key": True})


@frozen
class ImputationSpec:
    """`[imputations]`: a handling of missing values under a name of its own, with options."""

    use: str = option(help="The imputation that a plugin declares.")
    options: Mapping[str, Any] = option(
        {}, "Its options.", parse=lambda value: value, schema={"type": "object"}
    )
    pooling: str | None = option(
        None,
        "How results over several imputations are pooled; the imputation's own way unless stated.",
    )
    pooling_options: Mapping[str, Any] = option(
        {}, "Options of the pooling.", parse=lambda value: value, schema={"type": "object"}
    )
    id: str = field(default="", metadata={"key": True})


@frozen
class Family:
    """`[multiplicity]`: hypotheses that share one error rate."""

    hypotheses: Names = option(
        help="endpoint.comparison, each on its main analysis and population."
    )
    method: str | None = option(None, "The procedure.")
    none: str | None = option(None, "Why nothing is adjusted, in place of `method`.")
    alpha: float | None = option(
        None,
        "Its part of alpha, where several families share it or follow the same one; all of it "
        "unless given.",
        at_least=1e-6,
        at_most=0.2,
    )
    after: str | None = option(
        None,
        "The family that must be won first; this one is then tested at the level which that one "
        "leaves.",
    )
    gate: str = option(
        "all",
        "How much of that family must be won: all of it, or any, where its procedure leaves a part "
        "of the level for less.",
        choices=("all", "any"),
    )
    options: Mapping[str, Any] = option(
        {}, "Options of the procedure.", parse=lambda value: value, schema={"type": "object"}
    )
    id: str = field(default="", metadata={"key": True})
