"""How many people improved: the share that a claim in percent of people rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen

from dermoutcomes.stats import clopper_pearson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.report import Material

__all__ = ["ImprovedShare", "improved_share", "needed"]


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
    signs = records["change"].sign()
    improved = int((signs == (1 if better == "up" else -1)).sum())
    low, high = clopper_pearson(improved, records.height, material.study.confidence)
    alpha = material.study.study.alpha
    return ImprovedShare(
        improved, records.height, low, high, needed(records.height, no_effect, alpha)
    )


def needed(n: int, no_effect: float, alpha: float) -> int | None:
    """The smallest number of `n` whose share is above `no_effect` by the exact binomial test.

    Two-sided at `alpha`, as twice the smaller tail. None where even all of them are too few, or
    where no share can be above.
    """
    if not 0 < no_effect < 1:
        return None
    from scipy.special import bdtrc

    return next(
        (count for count in range(n + 1) if 2 * bdtrc(count - 1, n, no_effect) <= alpha), None
    )
