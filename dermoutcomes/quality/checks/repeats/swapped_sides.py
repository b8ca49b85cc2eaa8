"""Sides that were entered the wrong way round at one visit."""

from __future__ import annotations

from math import log, pi
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.quality.reading_levels import TO_SD, graded_by_size
from dermoutcomes.tables.findings import no_findings, remarks

if TYPE_CHECKING:
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["SwapOptions", "swapped_sides"]

PAIR = ["owner", "measure", "subject", "location", "period"]
MOMENT = ["visit", "timepoint"]
FEWEST_SUBJECTS, FEWEST_PAIRS = 5, 12
# From this correlation on, two measures say the same.
SAME = 0.5


@frozen
class SwapOptions:
    """How sure a swap must be."""

    odds: float = option(
        300.0, "Likelihood ratio of swapped to not swapped, above which it is said.", at_least=10
    )


def swapped_sides(data: StudyData, options: SwapOptions) -> pl.DataFrame:
    """Visits at which a subject's left looks like its right at the other visits, and the reverse.

    d is the log ratio of the two sides (medians of replicates). A subject has a usual d, a; about
    it d varies from visit to visit by a standard deviation s, the same for all subjects; and a
    varies between subjects by t. Given the subject's other visits, d at this visit is expected at m
    = a t²/(t² + e²), where e² is the error of their median, with variance s² + t² e²/(t² + e²);
    were the sides swapped, at -m. The logarithm of the likelihood ratio is therefore -2 d m over
    that variance. It is summed over those measures of an instrument whose deviations correlate by
    less than 0.5 (the first declared of those that do not), and divided by 1 + (k - 1) r, where r
    is the mean absolute correlation of the k, so that measures that say the same do not count as
    several. Where sides are given different treatments, the median effect of the treatment at the
    visit is part of m. s is estimated from the differences between a subject's consecutive visits,
    t from the subjects' medians, both by medians of absolute values, so a few swaps move nothing;
    t² is held to at least s²/2, since few subjects estimate it badly. A subject needs three visits
    with both sides, and marked asymmetry: in simulations of 20 subjects with three visits and s = 7%
    a swap was found in one of six subjects with 25% between their sides and in nine of ten with
    50%, and 1 of 100 studies without a swap had a finding.
    """
    pairs = _expected(_pairs(data))
    if pairs.is_empty():
        return no_findings()
    ratio = -2 * pl.col("d") * pl.col("m") / pl.col("variance")
    pairs = (
        pairs.with_columns(ratio=ratio)
        .join(_independent_measures(pairs, data), on="measure", maintain_order="left")
        .sort("id", "measure")
    )
    visits = pairs.group_by(
        "owner", "subject", "location", "period", *MOMENT, maintain_order=True
    ).agg(
        pl.col("ratio").alias("ratios"),
        pl.col("r").first(),
        pl.col("measure", "label", "d", "m").sort_by("ratio", descending=True).first(),
        pl.col("id", "source", "row", "sides").first(),
    )
    visits = visits.with_columns(
        log_odds=pl.col("ratios").list.sum() / (1 + (pl.col("ratios").list.len() - 1) * pl.col("r"))
    )
    swapped = visits.filter(pl.col("log_odds") >= log(options.odds)).sort("id")
    message = pl.format(
        "{} look swapped at {} ({}): at the subject's other visits the difference is the other way "
        "round; look at the original record of both sides",
        "sides",
        pl.col("visit").fill_null("this visit"),
        "label",
    )
    # Decimal, as the levels that it is compared with.
    size = (pl.col("d") - pl.col("m")).abs() / log(10)
    swapped = graded_by_size(swapped, data, size)
    return remarks(swapped, message=message, found=_percent("d"), expected=_percent("m"))


def _percent(column: str) -> pl.Expr:
    return pl.format(
        "first side {}% of the second", (100 * pl.col(column).exp()).round(0).cast(pl.Int64)
    )


def _pairs(data: StudyData) -> pl.DataFrame:
    """One row a subject, place, visit and measure with both sides.

    D, and `sign`, which is -1 where the second side has the first arm.
    """
    medians = (
        data.quantities.filter(pl.col("side").is_not_null())
        .select(*PAIR, *MOMENT, "side", "value", "place")
        .group_by(*PAIR, *MOMENT, "side")
        .agg(pl.col("value").median().log().alias("level"), pl.col("place").min())
        .sort("side", "place")
        .collect()
    )
    medians = medians.filter(pl.col("side").n_unique().over("owner", "subject", "location") == 2)
    both = medians.group_by(*PAIR, *MOMENT, maintain_order=True).agg(
        (pl.col("level").first() - pl.col("level").last()).alias("d"),
        pl.len().alias("n"),
        pl.concat_str(pl.col("side").first(), pl.col("side").last(), separator=" and ").alias(
            "sides"
        ),
        pl.col("place", "side").first(),
    )
    both = both.filter(pl.col("n") == 2).rename({"side": "first_side"})
    both = data.whole_rows(both, "label", "id", "source", "row").drop("place")
    signed = both.join(
        _signs(data),
        left_on=["subject", "first_side"],
        right_on=["subject", "side"],
        how="left",
        maintain_order="left",
    )
    return signed.with_columns(pl.col("sign").fill_null(0.0)).drop("n", "first_side")


def _signs(data: StudyData) -> pl.DataFrame:
    arms = (
        data.table("allocations")
        .drop_nulls(["side", "arm"])
        .unique(["subject", "side"], keep="first", maintain_order=True)
    )
    first = sorted(arms["arm"].unique())[:1]
    return arms.select(
        "subject", "side", sign=pl.when(pl.col("arm").is_in(first)).then(1.0).otherwise(-1.0)
    )


def _expected(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs of subjects with three visits, of measures with enough of them, with m and variance."""
    pairs = _with_enough_pairs(_without_effect(pairs))
    pairs = _with_spreads(_with_centres(pairs))
    pairs = pairs.join(
        _others_median(pairs), on=[*PAIR, *MOMENT], nulls_equal=True, maintain_order="left"
    )
    # What a subject's other visits tell of its own difference: the rest is chance.
    share = pl.col("t2") / (pl.col("t2") + pl.col("e2"))
    miss = (pl.col("own") - pl.col("a") * share).abs().median().over("measure", "location", *MOMENT)
    return pairs.with_columns(
        m=pl.col("a") * share + pl.col("effect"),
        variance=pl.max_horizontal(pl.col("s2") + pl.col("e2") * share, (miss * TO_SD) ** 2),
    )


def _without_effect(pairs: pl.DataFrame) -> pl.DataFrame:
    """With `effect`, what the treatments of the sides do at the visit, and `own`, d without it."""
    effect = (pl.col("d") * pl.col("sign")).median().over("measure", "location", *MOMENT)
    pairs = pairs.with_columns(effect=pl.col("sign") * effect)
    return pairs.with_columns(own=pl.col("d") - pl.col("effect"))


def _with_enough_pairs(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs of which something can be expected, with `k`, the visits of their subject."""
    pairs = pairs.with_columns(k=pl.len().over(PAIR)).filter(pl.col("k") >= 3)
    return pairs.filter(
        pl.len().over("measure") >= FEWEST_PAIRS,
        pl.col("subject").n_unique().over("measure") >= FEWEST_SUBJECTS,
    )


def _with_centres(pairs: pl.DataFrame) -> pl.DataFrame:
    """With `centre`, the usual difference of each subject, and the `deviation` from it."""
    pairs = pairs.with_columns(centre=pl.col("own").median().over(PAIR))
    return pairs.with_columns(deviation=pl.col("own") - pl.col("centre"))


def _with_spreads(pairs: pl.DataFrame) -> pl.DataFrame:
    """With the variances `s2` from visit to visit, `e2` of a median, `t2` between subjects."""
    # Of differences between visits: about a median of three, one of three deviations is always 0.
    steps = pl.col("own").diff().over(PAIR).abs().median().over("measure")
    pairs = pairs.with_columns(s2=pl.max_horizontal((steps * TO_SD) ** 2 / 2, pl.lit(1e-6)))
    # The variance of a median is pi / 2 times that of a mean, here of the other k - 1 visits.
    pairs = pairs.with_columns(e2=pl.col("s2") * (pi / 2) / (pl.col("k") - 1))
    between = (pl.col("centre").abs().median().over("measure") * TO_SD) ** 2
    return pairs.with_columns(t2=pl.max_horizontal(between - pl.col("e2"), pl.col("s2") / 2))


def _others_median(pairs: pl.DataFrame) -> pl.DataFrame:
    """The median of `own` over the subject's other visits, as `a`."""
    one = pairs.select(*PAIR, *MOMENT, "id")
    every = one.join(pairs.select(*PAIR, "own", other="id"), on=PAIR, nulls_equal=True).filter(
        pl.col("id") != pl.col("other")
    )
    return every.group_by(*PAIR, *MOMENT).agg(pl.col("own").median().alias("a"))


def _independent_measures(pairs: pl.DataFrame, data: StudyData) -> pl.DataFrame:
    """The measures that count, with the mean absolute correlation `r` of an owner's."""
    import numpy as np

    rows: list[tuple[str, float]] = []
    for part in pairs.sort("id").partition_by("owner", maintain_order=True):
        table = part.pivot(
            on="measure",
            index=["subject", "location", "period", *MOMENT],
            values="deviation",
            aggregate_function="first",
        )
        present = set(part["measure"])
        names = [name for name in data.registry.measures() if name in present]
        numbers = table.select(names).drop_nulls().to_numpy()
        if len(numbers) < FEWEST_PAIRS or not numbers.std(axis=0).all():
            rows.append((names[0], 0.0))
            continue
        correlations = np.abs(np.corrcoef(numbers, rowvar=False)).reshape(len(names), len(names))
        kept: list[int] = []
        for index in range(len(names)):
            if all(correlations[index, other] < SAME for other in kept):
                kept.append(index)
        off = correlations[np.ix_(kept, kept)].sum() - len(kept)
        mean = float(off / max(len(kept) * (len(kept) - 1), 1))
        rows += [(names[index], mean) for index in kept]
    return pl.DataFrame(rows, schema={"measure": pl.String, "r": pl.Float64}, orient="row")
