"""Repeated readings of one spot.

Are there as many as planned, how far do they scatter, and is a side missing.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen

from dermoutcomes.declare import Instrument, option
from dermoutcomes.derive.derivation_findings import number_words
from dermoutcomes.quality.check_data import OCCASION
from dermoutcomes.quality.reading_levels import graded_by_size
from dermoutcomes.tables.findings import counted, no_findings, remarks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData
    from dermoutcomes.study import Endpoint

__all__ = [
    "ScatterOptions",
    "absent_everywhere",
    "missing_side",
    "replicate_scatter",
    "required_replicates",
]


# How likely a standard deviation of replicates may be, that small readings be told of it.
LARGE_SD = 0.05
TAIL = 1.6
# Of so many occasions nearly all have one number of replicates where this share of them has it.
SMALLEST_STUDY = 10
MOST_OF_STUDY = 0.8
# What a finding says of where a reading was taken.
SPOT = ("subject", "visit", "location", "side")


@frozen
class ScatterOptions:
    """When replicates scatter too much. It is said, and nothing is left out for it."""

    cv_percent: float = option(
        10.0, "Coefficient of variation that replicates may have.", at_least=0, unit="%"
    )
    limits: Any = option(
        {},
        "Measure = its own limit in %.",
        parse=lambda value: {name: float(limit) for name, limit in value.items()},
        schema={"type": "object", "additionalProperties": {"type": "number"}},
    )
    unusual: bool = option(
        True,
        "Only where the scatter is also unusual for the study; a measure that scatters too much as "
        "a rule is "
        "then said once.",
    )
    chance: float = option(
        0.05,
        "Number of unusual occasions to be expected in a study without a fault, were replicates "
        "normal.",
        at_least=1e-6,
    )
    exempt: tuple[str, ...] = option((), "Measures that are not looked at.")


def replicate_scatter(data: StudyData, options: ScatterOptions) -> pl.DataFrame:
    """Occasions whose replicates scatter more than the limit, the worst measure of each.

    And measures that do so as a rule. Differences (measures that may be negative) have no
    meaningful coefficient of variation and are exempt.
    """
    occasions = _with_typical(_with_limits(_occasions(data, options), options))
    scattered = _scattered(occasions, options)
    return pl.concat([_told_of(scattered, data), _as_a_rule(occasions, options)])


def _occasions(data: StudyData, options: ScatterOptions) -> pl.DataFrame:
    """One row an occasion and measure with its `values`, their `cv` in % and their `sd`."""
    # A single 0 among other readings counts; `quantities` are above 0.
    by = ["owner", "measure", *OCCASION]
    occasions = (
        data.readings.filter(
            "is_ratio", ~pl.col("measure").is_in(list(options.exempt)), pl.col("value") >= 0
        )
        .select(*by, "value", "place")
        .group_by(by, maintain_order=True)
        .agg(pl.col("value").alias("values"), pl.col("place").first())
        .filter(pl.col("values").list.len() >= 2, pl.col("values").list.max() > 0)
        .collect()
    )
    occasions = data.whole_rows(occasions, "label", "id", "source", "row", "column")
    values = pl.col("values").list
    return occasions.with_columns(
        df=values.len() - 1, sd=values.std(), cv=100 * values.std() / values.mean()
    )


def _with_limits(occasions: pl.DataFrame, options: ScatterOptions) -> pl.DataFrame:
    """The occasions with the `limit` of their measure in %."""
    limit = pl.col("measure").replace_strict(
        dict(options.limits), default=options.cv_percent, return_dtype=pl.Float64
    )
    return occasions.with_columns(limit=limit)


def _with_typical(occasions: pl.DataFrame) -> pl.DataFrame:
    """The occasions with what replicates of the measure have in this study: typical cv and sd.

    Medians, corrected for how few replicates there are.
    """
    of_one = _median_of_sd(pl.col("df"))
    return occasions.with_columns(
        typical=(pl.col("cv") / of_one).median().over("measure"),
        typical_sd=(pl.col("sd") / of_one).median().over("measure"),
    )


def _scattered(occasions: pl.DataFrame, options: ScatterOptions) -> pl.DataFrame:
    """The occasions above their limit that are unusual in the study, one measure of each."""
    is_above = pl.col("cv") > pl.col("limit")
    if options.unusual:
        is_above &= _is_unusual(min(options.chance / max(occasions.height, 1), 0.5))
    above = occasions.filter(is_above)
    worst_first = above.with_columns(over=(pl.col("cv") / pl.col("limit")).round(6)).sort(
        "over", "id", descending=[True, False]
    )
    return worst_first.unique(["owner", *OCCASION], keep="first", maintain_order=True).sort("id")


def _is_unusual(rare: float) -> pl.Expr:
    """Whether replicates of the measure scatter so with probability `rare`.

    It must be 1.6 times as much as nineteen of twenty occasions have, since errors may have longer
    tails than a normal variable. Where a device's error is the same at all levels, small readings
    have a large coefficient of variation as a rule: the standard deviation must be large in the
    study too.
    """
    upper = pl.col("cv").quantile(0.95, "lower").over("measure")
    as_cv = pl.col("cv") > pl.max_horizontal(pl.col("typical") * _factor(rare), TAIL * upper)
    return as_cv & (pl.col("sd") > pl.col("typical_sd") * _factor(max(rare, LARGE_SD)))


def _told_of(scattered: pl.DataFrame, data: StudyData) -> pl.DataFrame:
    """The findings of occasions whose replicates scatter too much."""
    message = pl.format(
        "replicates of {} differ by {}% (coefficient of variation): look for a failed reading; "
        "none is left out for it",
        "label",
        pl.col("cv").round(0).cast(pl.Int64),
    )
    return remarks(
        graded_by_size(scattered, data, (1 + pl.col("cv") / 100).log10()),
        message=message,
        found=pl.col("values").list.eval(number_words(pl.element())).list.join(", "),
        expected=pl.format("at most {}%", number_words(pl.col("limit"))),
    )


def _median_of_sd(df: pl.Expr) -> pl.Expr:
    """The median of a sample's standard deviation over the true one (Wilson and Hilferty)."""
    return (1 - 2 / (9 * df)) ** 1.5


def _factor(rare: float) -> pl.Expr:
    """The quantile that a sample's SD over the true one exceeds with probability `rare`.

    After Wilson and Hilferty.
    """
    df = pl.col("df")
    return (1 - 2 / (9 * df) + NormalDist().inv_cdf(1 - rare) * (2 / (9 * df)).sqrt()) ** 1.5


def _as_a_rule(occasions: pl.DataFrame, options: ScatterOptions) -> pl.DataFrame:
    """One finding a measure whose typical scatter is above the limit."""
    rows = (
        occasions.filter(pl.col("typical") > pl.col("limit"))
        .unique("measure", keep="first", maintain_order=True)
        .sort("measure")
    )
    rows = rows if options.unusual else rows.clear()
    message = pl.format(
        "replicates of {} typically differ by {}% in this study: look at how readings are taken",
        "label",
        number_words(pl.col("typical").round(1)),
    )
    return remarks(
        rows.select("measure", "typical", "limit", "label"),
        message=message,
        found=pl.format("{}%", number_words(pl.col("typical").round(1))),
        expected=pl.format("at most {}%", number_words(pl.col("limit"))),
    )


def required_replicates(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Occasions with fewer readings than planned (warning) or more (note).

    One finding an occasion and owner. Where no endpoint says how many are planned and nearly all
    occasions have one number that is not the instrument's, it is one finding, and occasions of
    another number are held to that of the study. Readings that failed are told where they stand:
    an occasion that lacks no more than these is no second finding.
    """
    planned = _planned(data)
    by = ["owner", "measure", *OCCASION]
    occasions = (
        data.readings.filter(
            pl.col("visit").is_not_null(), pl.col("measure").is_in(planned["measure"].implode())
        )
        .select(*by, "measurement", "place")
        .group_by(by, maintain_order=True)
        .agg(pl.col("measurement").n_unique().cast(pl.Int64).alias("n"), pl.col("place").first())
        .collect()
    )
    occasions = data.whole_rows(occasions, "label", "id", "source", "row").join(
        planned, on="measure", maintain_order="left"
    )
    occasions = _with_number_of_study(occasions)
    of_study = pl.col("of_study").is_not_null()
    unplanned = occasions.filter(pl.col("n") != pl.col("planned")).with_columns(
        short=pl.col("planned") - pl.col("n")
    )
    unplanned = (
        _without_failed(unplanned, data)
        .sort("short", "id", descending=[True, False])
        .unique(["owner", *OCCASION], keep="first", maintain_order=True)
        .sort("id")
    )
    unplanned = unplanned.with_columns(
        severity=pl.when(pl.col("short") > 0).then(pl.lit("warning")).otherwise(pl.lit("note"))
    )
    message = pl.format(
        "{} was measured {} here, {}: look for readings that were lost or repeated",
        "label",
        counted("n", "time"),
        pl.when(of_study)
        .then(pl.format("{} nearly everywhere else", "planned"))
        .otherwise(pl.format("{} are planned", "planned")),
    )
    unsaid = (
        pl.when(of_study)
        .then(pl.lit(" as nearly everywhere"))
        .when("unsaid")
        .then(pl.lit(" as the instrument plans, or what replicates.planned says in the endpoint"))
        .otherwise(pl.lit(""))
    )
    each = remarks(
        unplanned,
        message=message,
        found=counted("n", "reading"),
        expected=pl.format("{}{}", counted("planned", "reading"), unsaid),
    )
    return pl.concat([_number_of_study_finding(occasions), each], how="diagonal_relaxed")


def _with_number_of_study(occasions: pl.DataFrame) -> pl.DataFrame:
    """The occasions, `planned` replaced by the number that nearly all of a measure have.

    `of_study` is then that number, `by_device` the instrument's and `share` how many have it;
    null where an endpoint states the number, the study is small, or most are as the instrument
    plans.
    """
    numbers = (
        occasions.filter("unsaid")
        .group_by("measure", "n", maintain_order=True)
        .agg(pl.len().alias("share"))
        .with_columns(all=pl.col("share").sum().over("measure"))
        .filter(
            (pl.col("share") >= MOST_OF_STUDY * pl.col("all")) & (pl.col("all") >= SMALLEST_STUDY)
        )
        .rename({"n": "of_study"})
    )
    joined = occasions.join(numbers, on="measure", how="left", maintain_order="left")
    of_study = pl.when(pl.col("of_study") != pl.col("planned")).then(pl.col("of_study"))
    return joined.with_columns(
        of_study=of_study,
        by_device=pl.col("planned"),
        planned=pl.coalesce(of_study, "planned"),
    )


def _number_of_study_finding(occasions: pl.DataFrame) -> pl.DataFrame:
    """One finding an owner whose occasions nearly all have another number than it plans."""
    rows = (
        occasions.filter(pl.col("of_study").is_not_null())
        .unique("owner", keep="first", maintain_order=True)
        .with_columns(
            severity=pl.when(pl.col("of_study") < pl.col("by_device"))
            .then(pl.lit("warning"))
            .otherwise(pl.lit("note"))
        )
    )
    return remarks(
        rows.select("measure", "label", "severity", "of_study", "by_device", "share", "all"),
        message=pl.format(
            "{} was measured {} at {} of {} places and visits, and its instrument plans {}",
            "label",
            counted("of_study", "time"),
            "share",
            "all",
            "by_device",
        ),
        found=counted("of_study", "reading"),
        expected=pl.format(
            "{}, or replicates.planned = {} in the endpoint, where the protocol says so",
            counted("by_device", "reading"),
            "of_study",
        ),
    )


def _without_failed(occasions: pl.DataFrame, data: StudyData) -> pl.DataFrame:
    """The occasions without those that lack as many readings as failed there."""
    failed = (
        data.table("findings")
        .filter(pl.col("check") == "failed_reading")
        .group_by(pl.col("measure").str.split(".").list.first().alias("owner"), *SPOT)
        .len("failed")
    )
    joined = occasions.join(
        failed, on=["owner", *SPOT], how="left", nulls_equal=True, maintain_order="left"
    )
    told = (pl.col("short") > 0) & (pl.col("short") == pl.col("failed").fill_null(0))
    return joined.filter(~told).drop("failed")


def _planned(data: StudyData) -> pl.DataFrame:
    """Measure and number of replicates: as its endpoint plans, or else as its instrument does.

    `unsaid` where an endpoint could say it.
    """
    by_endpoint = {
        endpoint.measure: endpoint.replicates.planned
        for endpoint in data.study.endpoints.values()
        if endpoint.measure and endpoint.replicates.planned
    }
    measured = {endpoint.measure for endpoint in data.study.endpoints.values()}
    by_owner = {
        name: owner.replicates
        for name, owner in data.registry.named_owners().items()
        if isinstance(owner, Instrument) and owner.replicates
    }
    measures = data.readings.select(pl.col("measure").unique().sort()).collect().to_series()
    planned = {
        name: by_endpoint.get(name) or by_owner.get(name.partition(".")[0]) for name in measures
    }
    rows = [
        (name, number, name in measured - set(by_endpoint))
        for name, number in planned.items()
        if number
    ]
    return pl.DataFrame(
        rows, schema={"measure": pl.String, "planned": pl.Int64, "unsaid": pl.Boolean}, orient="row"
    )


def missing_side(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Sides and places that a subject has at other visits but not at one where others do.

    One finding each, by owner.
    """
    place = ["owner", "location", "side"]
    # Of each side and place of a visit the first reading says all.
    rows = (
        data.readings.filter(pl.col("visit").is_not_null())
        .select("subject", "visit", *place, "source", "row")
        .unique(["subject", "visit", *place], keep="first", maintain_order=True)
        .collect()
    )
    usual = (
        rows.filter(pl.col("side").is_not_null() | pl.col("location").is_not_null())
        .select("subject", *place)
        .unique(maintain_order=True)
    )
    visits = rows.select("owner", "subject", "visit", "source", "row").unique(
        ["owner", "subject", "visit"], keep="first", maintain_order=True
    )
    by_anyone = rows.select("visit", *place).unique(maintain_order=True)
    expected = usual.join(visits, on=["owner", "subject"], maintain_order="left").join(
        by_anyone, on=["visit", *place], how="semi", nulls_equal=True, maintain_order="left"
    )
    absent = expected.join(
        rows, on=["subject", "visit", *place], how="anti", nulls_equal=True, maintain_order="left"
    )
    where = pl.concat_str(
        data.place_words("side"), data.place_words(), separator=" ", ignore_nulls=True
    )
    message = pl.format(
        "{} has no reading of {} at {}, though the rest was measured: look whether it was lost or "
        "not done",
        pl.col("owner").replace(dict(data.labels)),
        where,
        data.visit_words(),
    )
    return remarks(
        absent.sort("source", "row", *place),
        message=message,
        found="nothing",
        expected="a reading, as at other visits",
    )


def absent_everywhere(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """Measures of endpoints, and sides of them, that nobody has at a visit at which others were read.

    One finding a visit. A visit of which nobody has anything yet is none of these.
    """
    held = (
        data.observations.lazy()
        .filter(
            pl.col("visit").is_not_null(),
            pl.col("value").is_not_null() | pl.col("text").is_not_null(),
        )
        .select("measure", "visit", "side", "subject")
        .unique()
        .collect()
    )
    rows = list(dict.fromkeys(_absent(data, held)))
    if not rows:
        return no_findings()
    frame = pl.DataFrame(rows, schema=["measure", "visit", "side", "n"], orient="row")
    what = (
        pl.when(pl.col("side").is_null())
        .then(pl.lit("no reading"))
        .otherwise(pl.format("no reading of the side {}", pl.col("side").fill_null("")))
    )
    return remarks(
        frame.drop("n"),
        message=pl.format(
            "{} of {} at {}, of any of {} subjects who were read at this visit: look whether a "
            "column, file or side was lost",
            what,
            pl.col("measure").replace(dict(data.labels)),
            data.visit_words(),
            frame["n"],
        ),
        found="nothing",
        expected="readings, or a schedule and sides without it",
    )


def _absent(data: StudyData, held: pl.DataFrame) -> Iterator[tuple[str, str, str | None, int]]:
    """Measure, visit and side (null: all of it), and how many subjects the visit has."""
    for endpoint in data.study.endpoints.values():
        if endpoint.measure is None:
            continue
        own = held.filter(pl.col("measure") == endpoint.measure)
        if not own.height:
            continue
        sides = _sides(endpoint, own)
        for visit in _expected(data, endpoint):
            subjects = held.filter(pl.col("visit") == visit)["subject"].n_unique()
            at_visit = own.filter(pl.col("visit") == visit)
            if subjects and not at_visit.height:
                yield endpoint.measure, visit, None, subjects
            elif at_visit.height:
                present = {*at_visit["side"].drop_nulls().unique()}
                for side in sides:
                    if side not in present:
                        yield endpoint.measure, visit, side, subjects


def _sides(endpoint: Endpoint, own: pl.DataFrame) -> list[str]:
    """The sides that an endpoint uses, of those that were ever read or that it names."""
    read = own["side"].drop_nulls().unique().sort().to_list()
    named = list(endpoint.sides.use) if endpoint.sides and endpoint.sides.use else []
    return (named or read) if read else []


def _expected(data: StudyData, endpoint: Endpoint) -> list[str]:
    """The visits at which an endpoint's measure is expected, by the schedule or by itself."""
    measure = endpoint.measure or ""
    owner = measure.partition(".")[0]
    schedule = data.study.schedule
    scheduled = schedule.get(measure, schedule.get(owner))
    # A rating of the change has no baseline.
    relative = getattr(data.registry.owner(owner), "relative", False)
    baseline = endpoint.baseline.visits if endpoint.baseline and not relative else None
    wanted = {*(endpoint.visits or ()), *(baseline or ())} if scheduled is None else {*scheduled}
    return [visit for visit in data.study.visit_order if visit in wanted]
