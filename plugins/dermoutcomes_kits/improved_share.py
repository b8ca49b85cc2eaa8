"""How many people improved: the share that a claim in percent of people rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.report import Material

__all__ = ["ImprovedShare", "improved_share"]


@frozen
class ImprovedShare:
    """`improved` of `n` people changed in the direction that improves; equal values did not.

    `low` and `high` are the exact limits (Clopper and Pearson) of the share, from 0 to 1, at the
    study's level. `needed` is the smallest number whose share is told from `no_effect`.
    """

    improved: int
    n: int
    low: float
    high: float
    needed: int | None


def improved_share(
    material: Material, hypothesis: Mapping[str, Any], no_effect: float
) -> ImprovedShare | None:
    """The share of one hypothesis, of its main records at the visit that is compared.

    None where the endpoint has no direction that improves, where it compares arms or sides, or
    where its records are no changes of a person. `no_effect` is a share from 0 to 1.
    """
    from dermoutcomes.stats import count_needed, improvement

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
    counted = improvement(records["change"].to_list(), better, material.study.confidence)
    alpha = material.study.study.alpha
    return ImprovedShare(
        counted.improved,
        counted.n,
        counted.low,
        counted.high,
        count_needed(counted.n, no_effect, alpha),
    )
