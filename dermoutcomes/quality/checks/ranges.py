"""Single values that cannot be, or are not likely.

Ranges, allowed values, values that a form must have.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.derive.derivation_findings import number_words
from dermoutcomes.quality.impossible_values import measures_beyond, with_bounds
from dermoutcomes.tables.findings import MOST_LISTED, listed, no_findings, remarks
from dermoutcomes.tables.table_rows import words_in_full

if TYPE_CHECKING:
    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["allowed_values", "out_of_range", "required_values"]

# The share of a measure's readings at a visit above which the unit or the aperture is in question,
# and the fewest readings of the fewest subjects that can say so.
LARGE_SHARE = 0.2
FEWEST_READINGS, FEWEST_SUBJECTS = 3, 2
# Places or settings of one visit may each have a range of their own.
SAME_RANGE = ("measure", "visit", "low", "high")


def out_of_range(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Values outside what can be (errors), and outside what is assumed or plausible (warnings).

    The study's own ranges and bounds replace the declared ones. A value outside a definition, or
    beyond the end of its device, reaches no endpoint and is an error a cell (above 20 of a measure:
    one). Values outside an assumed or plausible bound stay: one warning a measure and visit with
    their share, or one error where the share is large. Derived values are looked at only in
    measurements in which nothing that was read is out of range.
    """
    columns = ("place", "measurement", "measure", "visit", "location", "value")
    rows = data.observations.select(columns)
    suspected = measures_beyond(data.study, data.registry, rows)
    rows = with_bounds(data.study, data.registry, rows, suspected)
    beyond = pl.any_horizontal("impossible", "outside", "unlikely")
    shares = rows.group_by(SAME_RANGE).agg(
        n_read=pl.len(), n_outside=(pl.col("unlikely") | pl.col("outside")).sum()
    )
    rows = data.whole_rows(rows.filter(beyond)).join(
        words_in_full(shares), on=SAME_RANGE, nulls_equal=True, maintain_order="left"
    )
    parents = pl.col("parents").list.len().fill_null(0)
    rows = rows.with_columns(derived=(parents > 1) | ((parents > 0) & ~pl.col("computed")))
    rows = rows.filter(~pl.col("derived") | pl.col("derived").all().over("measurement"))
    impossible = rows.filter("impossible")
    many = impossible.filter(pl.len().over("measure") > MOST_LISTED)
    return pl.concat(
        (
            _each(impossible.join(many, on="id", how="anti"), data),
            *_impossible_of_measures(many),
            _each(_alone(rows), data),
            *_shares(rows.filter(~pl.col("impossible"))),
        )
    )


def _alone(rows: pl.DataFrame) -> pl.DataFrame:
    """Values that are the only one of their measure and visit outside what is plausible."""
    possible = rows.filter(~pl.col("impossible"))
    return possible.filter(pl.len().over(*SAME_RANGE) == 1)


def _each(rows: pl.DataFrame, data: StudyData) -> pl.DataFrame:
    """One finding a value."""
    rows = rows.with_columns(
        severity=pl.when("impossible").then(pl.lit("error")).otherwise(pl.lit("warning"))
    )
    verdict = (
        pl.when("impossible")
        .then(pl.lit("not possible, and reaches no endpoint"))
        .otherwise(pl.lit("not plausible"))
    )
    message = pl.format(
        "{} is {}{}, which is {}: look at the reading, its decimal sign and its unit",
        "label",
        number_words(pl.col("value")),
        _unit(),
        verdict,
    )
    with_endpoint = {endpoint.measure for endpoint in data.study.endpoints.values()}
    key = (
        pl.when("impossible", pl.col("measure").is_in(sorted(filter(None, with_endpoint))))
        .then(pl.format('; another bound is quality.bounds."{}" with its reason', "measure"))
        .otherwise(pl.lit(""))
    )
    return remarks(
        rows,
        message=message,
        found=number_words(pl.col("value")),
        expected=pl.format("{}{}", _expected(), key),
    )


def _impossible_of_measures(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """One finding a measure of which more than 20 values are not possible."""
    for _, values in rows.group_by("measure", maintain_order=True):
        first = values.head(1)
        yield remarks(
            first.select(
                "source",
                "row",
                "measure",
                "label",
                "minimum",
                "maximum",
                "low",
                "high",
                "bound_unit",
            ).with_columns(impossible=pl.lit(value=True), severity=pl.lit("error")),
            message=pl.format(
                "{} values of {} are not possible, and reach no endpoint: look at the decimal sign "
                "and the unit of the source",
                pl.lit(values.height),
                "label",
            ),
            found=_cells(values),
            expected=pl.format(
                '{}; another bound is quality.bounds."{}" with its reason', _expected(), "measure"
            ),
        )


def _shares(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """One finding a measure and visit of which several values are outside what is plausible."""
    for _, values in rows.group_by(*SAME_RANGE, maintain_order=True):
        if values.height == 1:
            continue
        n_read = values["n_read"][0]
        share = values["n_outside"][0] / n_read
        large = (
            share > LARGE_SHARE
            and values.height >= FEWEST_READINGS
            and values["subject"].n_unique() >= FEWEST_SUBJECTS
        )
        question = (
            "is this its unit, its decimal sign, the aperture of the device?"
            if large
            else "they stay, and are to be looked at"
        )
        yield remarks(
            values.head(1)
            .select(
                "source",
                "row",
                "visit",
                "measure",
                "label",
                "minimum",
                "maximum",
                "low",
                "high",
                "bound_unit",
            )
            .with_columns(
                impossible=pl.lit(value=False),
                severity=pl.lit("error" if large else "warning"),
            ),
            message=pl.format(
                "{} of {} values of {} ({}%) are not plausible: {}",
                pl.lit(values.height),
                pl.lit(n_read),
                "label",
                pl.lit(f"{100 * values.height / n_read:.0f}"),
                pl.lit(question),
            ),
            found=_cells(values),
            expected=pl.format(
                '{}, or this study\'s own in quality.ranges."{}"', _expected(), "measure"
            ),
        )


def _cells(values: pl.DataFrame) -> str:
    """The values with whose they are: all up to 20, of more three and the count."""
    place = pl.concat_str("subject", "visit", "location", "side", separator=" ", ignore_nulls=True)
    row = pl.when(pl.col("row").is_not_null()).then(pl.format(" (row {})", "row"))
    words = values.sort("id").select(
        pl.concat_str(place, pl.lit(": "), number_words(pl.col("value")), row.otherwise(pl.lit("")))
    )
    return listed(words.to_series().to_list())


def _unit() -> pl.Expr:
    unit = pl.col("bound_unit")
    return pl.when(unit == "").then(pl.lit("")).otherwise(pl.lit(" ") + unit)


def _expected() -> pl.Expr:
    """What is possible, or plausible."""
    bounds = [
        pl.when("impossible").then(hard).otherwise(pl.coalesce(soft, hard))
        for hard, soft in (("minimum", "low"), ("maximum", "high"))
    ]
    low, high = (number_words(bound).fill_null("any") for bound in bounds)
    return pl.format("{} to {}{}", low, high, _unit())


def allowed_values(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Values and texts that a measure with few of them does not have."""
    findings = []
    measures = data.observations.select(pl.col("measure").unique()).to_series()
    for measure in measures.drop_nulls().sort():
        parameter = data.registry.parameter(measure)
        if parameter is None or not (parameter.values or parameter.texts):
            continue
        wrong = pl.lit(value=False)
        if parameter.values:
            wrong = wrong | ~pl.col("value").is_in([float(value) for value in parameter.values])
        if parameter.texts:
            wrong = wrong | (
                pl.col("value").is_null() & ~pl.col("text").is_in(list(parameter.texts))
            )
        allowed = ", ".join(
            [
                *(f"{value:g}" for value in parameter.values or ()),
                *(repr(text) for text in parameter.texts or ()),
            ]
        )
        shown = pl.coalesce(number_words(pl.col("value")), "text")
        message = pl.format(
            "{} is {}, which is none of its values, and reaches no endpoint: look at the form",
            "label",
            shown,
        )
        findings.append(
            remarks(
                data.observations.filter(
                    pl.col("measure") == measure, wrong.fill_null(value=False)
                ),
                message=message,
                found=shown,
                expected=f"one of {allowed}",
            )
        )
    return pl.concat(findings) if findings else no_findings()


def required_values(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Measurements without a value that each must have."""
    required = {
        measure: parameter
        for measure in data.registry.measures()
        if (parameter := data.registry.parameter(measure)) and parameter.required
    }
    if not required:
        return no_findings()
    findings = [no_findings()]
    of_owner = pl.col("owner").is_in(sorted({name.partition(".")[0] for name in required}))
    measurements = (
        data.read.filter(of_owner)
        .select("owner", "measurement", "place")
        .unique("measurement", keep="first", maintain_order=True)
        .collect()
    )
    for measure, parameter in required.items():
        present = data.observations.lazy().filter(
            pl.col("measure") == measure,
            pl.col("value").is_not_null() | pl.col("text").is_not_null(),
        )
        rows = measurements.filter(pl.col("owner") == measure.partition(".")[0])
        rows = rows.join(
            present.select("measurement").unique().collect(),
            on="measurement",
            how="anti",
            maintain_order="left",
        )
        rows = data.whole_rows(rows).drop("measure", "code", "label", "id", "value", "column")
        rows = rows.with_columns(measure=pl.lit(measure))
        message = (
            f"{parameter.label} is missing, and this measurement cannot do without it: "
            "look at the form or the export"
        )
        findings.append(remarks(rows, message=message, found="nothing", expected="a value"))
    return pl.concat(findings)
