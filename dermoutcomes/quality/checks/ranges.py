"""Single values that cannot be, or are not likely.

Ranges, allowed values, values that a form must have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.derive.findings import number_words
from dermoutcomes.tables.findings import no_findings, remarks

if TYPE_CHECKING:
    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["allowed_values", "out_of_range", "required_values"]

REAL = pl.Float64


def out_of_range(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Values outside what is possible (error) or plausible (warning).

    The study's own ranges replace the plausible ones. Derived values are looked at only in
    measurements in which nothing that was read is out of range.
    """
    limits = _limits(data)
    rows = data.observations.drop_nulls("value").join(
        limits, on="measure", how="inner", maintain_order="left"
    )
    impossible = (pl.col("value") < pl.col("minimum")) | (pl.col("value") > pl.col("maximum"))
    unlikely = (pl.col("value") < pl.col("low")) | (pl.col("value") > pl.col("high"))
    rows = rows.with_columns(
        impossible=impossible.fill_null(value=False), unlikely=unlikely.fill_null(value=False)
    )
    rows = rows.filter(pl.col("impossible") | pl.col("unlikely"))
    parents = pl.col("parents").list.len().fill_null(0)
    rows = rows.with_columns(derived=(parents > 1) | ((parents > 0) & ~pl.col("computed")))
    rows = rows.filter(~pl.col("derived") | pl.col("derived").all().over("measurement"))
    bounds = [
        pl.when("impossible").then(hard).otherwise(soft)
        for hard, soft in (("minimum", "low"), ("maximum", "high"))
    ]
    low, high = (number_words(bound).fill_null("any") for bound in bounds)
    unit = (
        pl.when(pl.col("limit_unit") == "")
        .then(pl.lit(""))
        .otherwise(pl.lit(" ") + pl.col("limit_unit"))
    )
    rows = rows.with_columns(
        severity=pl.when("impossible").then(pl.lit("error")).otherwise(pl.lit("warning"))
    )
    verdict = pl.when("impossible").then(pl.lit("not possible")).otherwise(pl.lit("not plausible"))
    message = pl.format(
        "{} is {}{}, which is {}: look at the reading, its decimal sign and its unit",
        "label",
        number_words(pl.col("value")),
        unit,
        verdict,
    )
    return remarks(
        rows,
        message=message,
        found=number_words(pl.col("value")),
        expected=pl.format("{} to {}{}", low, high, unit),
    )


def _limits(data: StudyData) -> pl.DataFrame:
    rows = []
    for measure in data.registry.measures():
        parameter = data.registry.parameter(measure)
        assert parameter is not None
        low, high = data.study.quality.ranges.get(measure, (parameter.low, parameter.high))
        rows.append(
            (measure, _real(low), _real(high), parameter.minimum, parameter.maximum, parameter.unit)
        )
    schema = {
        "measure": pl.String,
        "low": REAL,
        "high": REAL,
        "minimum": REAL,
        "maximum": REAL,
        "limit_unit": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _real(bound: Any) -> float | None:
    return None if bound is None else float(bound)


def allowed_values(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Values and texts that a measure with few of them does not have."""
    findings = []
    for measure in data.observations["measure"].unique().drop_nulls().sort():
        parameter = data.registry.parameter(measure)
        if parameter is None or not (parameter.values or parameter.texts):
            continue
        rows = data.observations.filter(pl.col("measure") == measure)
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
            "{} is {}, which is none of its values: look at the form", "label", shown
        )
        findings.append(
            remarks(
                rows.filter(wrong.fill_null(value=False)),
                message=message,
                found=shown,
                expected=f"one of {allowed}",
            )
        )
    return pl.concat(findings) if findings else no_findings()


def required_values(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Measurements without a value that each must have."""
    findings = [no_findings()]
    measurements = data.read.unique("measurement", keep="first", maintain_order=True).drop(
        "measure", "code", "label", "id", "value", "column"
    )
    for measure in data.registry.measures():
        parameter = data.registry.parameter(measure)
        if parameter is None or not parameter.required:
            continue
        present = data.observations.filter(
            pl.col("measure") == measure,
            pl.col("value").is_not_null() | pl.col("text").is_not_null(),
        )
        rows = measurements.filter(pl.col("owner") == measure.partition(".")[0])
        rows = rows.join(
            present.select("measurement").unique(),
            on="measurement",
            how="anti",
            maintain_order="left",
        )
        rows = rows.with_columns(measure=pl.lit(measure))
        message = (
            f"{parameter.label} is missing, and this measurement cannot do without it: "
            "look at the form or the export"
        )
        findings.append(remarks(rows, message=message, found="nothing", expected="a value"))
    return pl.concat(findings)
