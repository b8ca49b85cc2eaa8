"""How many people improved: the share that a claim in percent of people rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.report import Material
    from dermoutcomes.stats import Improvement

__all__ = ["improved_share"]


def improved_share(material: Material, hypothesis: Mapping[str, Any]) -> Improvement | None:
    """Who improved by one hypothesis, of its main records at the visit that is compared.

    The interval is at the study's level. None where the endpoint has no direction that improves,
    where it compares arms or sides, or where its records are no changes of a person.
    """
    from dermoutcomes.stats import improvement

    endpoint = material.study.endpoints[hypothesis["endpoint"]]
    comparison = material.study.comparisons.get(hypothesis["comparison"])
    better = material.improves(endpoint)
    if comparison is None or better is None or not comparison.visit or comparison.arm:
        return None
    records = material.frame("endpoints").filter(
        pl.col("endpoint") == hypothesis["endpoint"],
        pl.col("visit") == comparison.visit[0],
        pl.col("handling") == material.described_handling(endpoint),
        pl.col("used").fill_null(value=True),
        pl.col("reference_visit").is_null() | (pl.col("reference_visit") == comparison.visit[1]),
        pl.col("change").is_not_null(),
    )
    if hypothesis["population"] is not None:
        records = records.filter(pl.col("populations").list.contains(hypothesis["population"]))
    if not records.height or records["subject"].n_unique() != records.height:
        return None
    return improvement(records["change"].to_list(), better, material.study.confidence)
