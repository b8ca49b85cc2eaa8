"""Readings at odds with the rest of their subject.

Decimal slips, and visits at which everything is another size.
"""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.derive.derivation_findings import number_words
from dermoutcomes.quality.check_data import OCCASION
from dermoutcomes.quality.reading_levels import (
    AS_DIFFERENCE,
    DEVIATIONS,
    deviations,
    graded_by_size,
    is_far,
    spread,
)
from dermoutcomes.tables.findings import remarks
from dermoutcomes.tables.table_rows import words_in_full

if TYPE_CHECKING:
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["SlipOptions", "UnusualOptions", "decimal_slip", "unusual_visit"]

# Units of a number of things.
COUNT_UNITS = ("", "1", "n", "count", "lesions", "hairs", "spots")
# How many times as far as the outer tenth of its visit an occasion must lie.
RESPONSE = 2.0
# How many times as far as nineteen of twenty occasions: what skin does at times is no fault.
TAIL = 2.2
VISIT = ("measure", "location", "visit", "timepoint")
# From this share of readings on, 0 is a usual value of a measure.
RARE = 0.05
# What part of its usual a reading has to reach for a response that may end at 0, and how many
# subjects have to show that none did.
CLEARED, ENOUGH_OTHERS = 0.25, 10


@frozen
class SlipOptions:
    """When a factor is a slip of the decimal sign."""

    tolerance: float = option(
        0.2,
        "How far the factor may be from 10, 100 or 1000, as a difference of decimal logarithms.",
        at_least=0.01,
        at_most=0.4,
    )
    spreads: float = option(
        6.0, "How many robust standard deviations of the measure it must be away.", at_least=3
    )


@frozen
class UnusualOptions:
    """When a visit's readings are another size."""

    factor: float = option(1.6, "Smallest factor that is said.", at_least=1.01)
    spreads: float = option(
        5.0, "How many robust standard deviations of the measure it must be away.", at_least=3
    )


def _is_slip(options: SlipOptions) -> pl.Expr:
    power = pl.col("apart").round()
    near = (pl.col("apart") - power).abs() <= options.tolerance
    return power.abs().is_between(1, 3) & near & is_far(options.spreads)


def decimal_slip(data: StudyData, options: SlipOptions) -> pl.DataFrame:
    """Readings about 10, 100 or 1000 times what is expected of their subject and visit.

    Or that part of it. One a measurement. Counts have no decimal sign and are not looked at. A score
    that falls to nearly nothing is a response: it must also lie far beyond nineteen of twenty.
    """
    rows = (
        deviations(data, "place", "owner", "measure", "value")
        .filter(_is_slip(options), ~_is_count(data), ~_is_scale(data) | _is_beyond_tail())
        .with_columns(power=pl.col("apart").round().cast(pl.Int64))
    )
    rows = data.whole_rows(rows).with_columns(others=_others("measurement"))
    rows = rows.sort("id").unique("measurement", keep="first", maintain_order=True)
    factor = pl.format(
        "{} {}",
        pl.when(pl.col("power") > 0).then(pl.lit("about")).otherwise(pl.lit("about 1 /")),
        (10 ** pl.col("power").abs()).cast(pl.Int64),
    )
    message = pl.format(
        "{} is {} times what this subject's other readings lead one to expect{}: look at the "
        "decimal sign",
        "label",
        factor,
        "others",
    )
    rows = graded_by_size(rows, data, pl.col("apart").abs(), secondary="warning")
    return remarks(
        rows, message=message, found=number_words(pl.col("value")), expected=_about_usual()
    )


def unusual_visit(data: StudyData, options: UnusualOptions) -> pl.DataFrame:
    """Occasions whose readings are another size than their subject and visit lead one to expect.

    There is one finding an occasion and owner, named after its first such measure.

    The replicates' median counts, against the spread of such medians over the study. Some may
    respond and others not: after the baseline it must also lie twice as far as the outer tenth of
    that visit on the same side; at the baseline, from which the later visits of those who respond
    differ, its level must lie twice as far as that of the outer tenth of the subjects. A count
    varies by the root of what is expected, at the least. What looks like a decimal slip is left to
    it. A reading of 0 has no factor: see `_zeros`.
    """
    by = ["owner", "measure", *OCCASION]
    occasions = (
        deviations(data, *by, "place", "value")
        .group_by(by, maintain_order=True)
        .agg(pl.col("apart", "value").median(), pl.col("place").first())
    )
    occasions = spread(occasions, ["measure"])
    is_baseline = pl.col("visit").is_in(list(data.baseline_visits()))
    level = pl.col("value").log10()
    level = level - level.median().over(VISIT)
    response = (
        pl.when(is_baseline).then(_beyond_others(level)).otherwise(_beyond_others(pl.col("apart")))
    )
    by_chance = options.spreads * pl.when(_is_count(data)).then(pl.col("usual").sqrt()).otherwise(0)
    far = (
        is_far(options.spreads)
        & (pl.col("apart").abs() > log10(options.factor))
        & _is_beyond_tail()
        & ((pl.col("value") - pl.col("usual")).abs() > by_chance)
        & response
    )
    left_to_slips = _is_slip(SlipOptions()) & ~_is_count(data)
    cell = ("label", "id", "source", "row", "column")
    occasions = occasions.filter(far, ~left_to_slips)
    occasions = data.whole_rows(occasions, *cell).with_columns(others=_others("owner", *OCCASION))
    occasions = (
        occasions.with_columns(declared=_rank(data))
        .sort("declared", "id")
        .unique(["owner", *OCCASION], keep="first", maintain_order=True)
    )
    message = pl.format(
        "{} is {} times what this subject's other visits and the others at this visit lead one to "
        "expect{}: look at {}",
        "label",
        number_words((10.0 ** pl.col("apart")).round_sig_figs(2)),
        "others",
        _where_to_look(data),
    )
    findings = remarks(
        graded_by_size(occasions.sort("id"), data, pl.col("apart").abs()),
        message=message,
        found=number_words(pl.col("value")),
        expected=_about_usual(),
    )
    return pl.concat([findings, _zeros(data, options)])


def _is_beyond_tail() -> pl.Expr:
    """Whether it lies far beyond nineteen of twenty of its measure."""
    apart = pl.col("apart").abs()
    return apart > TAIL * apart.quantile(0.95, "lower").over("measure")


def _beyond_others(apart: pl.Expr) -> pl.Expr:
    """Whether it lies twice as far as the outer tenth of the visit on the side of `apart`."""
    above = apart.quantile(0.9, "lower").over(VISIT)
    below = -apart.quantile(0.1, "higher").over(VISIT)
    outer = pl.when(pl.col("apart") > 0).then(above).otherwise(below)
    outwards = pl.when(pl.col("apart") > 0).then(apart).otherwise(-apart)
    return outwards > RESPONSE * outer


def _zeros(data: StudyData, options: UnusualOptions) -> pl.DataFrame:
    """Readings of 0 where nothing leads one to expect it.

    Between two visits at which the same place was half its usual or more; before the treatment,
    where it was so later; and at the last visits, where nobody else of ten subjects or more has
    come below a quarter of the usual. Where a twentieth of the readings of a measure are 0, and for
    counts, 0 is a value like others; so it is where the usual value is less than `spreads` robust
    standard deviations of the measure; three are enough between two such visits, and before the
    treatment, where nobody else has come below a quarter at that visit, since a treatment to which
    some respond makes that spread wide.
    """
    rows = _rare_zeros(data)
    was_high = pl.col("visit_rank") > pl.col("first_high")
    is_high_later = pl.col("visit_rank") < pl.col("last_high")
    untreated = pl.col("visit").is_in(list(data.baseline_visits()))
    alone = (pl.col("least") >= CLEARED) & (pl.col("n_others") >= ENOUGH_OTHERS)
    far = pl.col("usual") > options.spreads * pl.col("plain_spread")
    far_enough = pl.col("usual") > AS_DIFFERENCE * pl.col("plain_spread")
    nobody_near = pl.format(
        "though no other of {} subjects is below a quarter of their usual at this visit", "n_others"
    )
    why = (
        pl.when(was_high & is_high_later & (far | (far_enough & alone)))
        .then(pl.lit("though it was not at the visits before and after"))
        .when(untreated & is_high_later & (far | (far_enough & alone)))
        .then(pl.lit("though nothing was treated yet and it is not at later visits"))
        .when(was_high & alone & far)
        .then(nobody_near)
    )
    rows = rows.with_columns(why=why).drop_nulls("why")
    message = pl.format("{} is 0, {}: look at whether it was measured", "label", "why")
    rows = graded_by_size(rows.sort("id"), data, pl.lit(float("inf")), secondary="warning")
    return remarks(rows, message=message, found="0", expected=_about_usual())


def _rare_zeros(data: StudyData) -> pl.DataFrame:
    """Readings of 0 at visits, of measures that have few, with what the others of them are.

    Of the same place: `usual`, the median of what is not 0, and the ranks of the `first_high` and
    `last_high` visits, at which it was half of that or more. Of the other subjects at the visit:
    how many have another reading than 0 (`n_others`), and the `least` of these as a part of the
    usual of its place.
    """
    place = ["owner", "measure", "subject", "location", "side", "period", "rater", "replicate"]
    visit = ["measure", "visit", "timepoint"]
    rank, is_zero = pl.col("visit_rank"), pl.col("value") == 0
    of_ratios = data.readings.filter("is_ratio")
    has_zeros = of_ratios.filter(is_zero, rank.is_not_null()).select(pl.col("measure").unique())
    columns = dict.fromkeys((*place, *visit, "visit_rank", "value", "place"))
    readings = (
        of_ratios.join(has_zeros, on="measure", how="semi", maintain_order="left")
        .select(*columns)
        .collect()
        .filter(rank.is_not_null(), ~_is_count(data))
    )
    with_usual = readings.with_columns(
        usual=pl.col("value").filter(~is_zero).median().over(place),
        share=is_zero.mean().over("measure"),
        n_others=pl.col("subject").filter(~is_zero).n_unique().over(visit)
        - (~is_zero).any().over(*visit, "subject"),
    )
    is_high = ~is_zero & (pl.col("value") >= pl.col("usual") / 2)
    beside_others = with_usual.with_columns(
        first_high=rank.filter(is_high).min().over(place),
        last_high=rank.filter(is_high).max().over(place),
        least=(pl.col("value") / pl.col("usual")).filter(~is_zero).min().over(visit),
    )
    spreads = deviations(data, "measure").select("measure", "plain_spread").unique()
    data.forget(DEVIATIONS)
    return data.whole_rows(beside_others.filter(is_zero, pl.col("share") < RARE)).join(
        words_in_full(spreads), on="measure", how="left", maintain_order="left"
    )


def _is_count(data: StudyData) -> pl.Expr:
    """Whether the measure is a number of things: without a unit, and whole throughout."""
    names = [
        name
        for name in data.ratio_measures
        if (parameter := data.registry.parameter(name)) and parameter.unit in COUNT_UNITS
    ]
    whole = (pl.col("value") == pl.col("value").round()).all().over("measure")
    return pl.col("measure").is_in(names) & whole


def _is_scale(data: StudyData) -> pl.Expr:
    return pl.col("owner").is_in([*data.registry.scales])


def _where_to_look(data: StudyData) -> pl.Expr:
    return (
        pl.when(_is_scale(data))
        .then(pl.lit("the original form"))
        .otherwise(pl.lit("the settings, the probe and the place"))
    )


def _about_usual() -> pl.Expr:
    return pl.format("about {}", number_words(pl.col("usual").round_sig_figs(2)))


def _rank(data: StudyData) -> pl.Expr:
    """Where the measure stands in its declaration: the first one is the one to name."""
    return pl.col("measure").replace_strict(
        {name: rank for rank, name in enumerate(data.registry.measures())}, return_dtype=pl.Int32
    )


def _others(*by: str) -> pl.Expr:
    """How many other codes of the same measurement or occasion have the same fault, as words."""
    more = pl.col("measure").n_unique().over(by) - 1
    return (
        pl.when(more > 0)
        .then(pl.format(" (and so are {} more values of it)", more))
        .otherwise(pl.lit(""))
    )
