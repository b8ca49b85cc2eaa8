"""What should stay the same in a study: settings, devices, raters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.derive.derivation_findings import number_words
from dermoutcomes.tables.findings import remarks

if TYPE_CHECKING:
    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["rater_changed", "settings_changed"]

PLACE = ("subject", "visit", "timepoint", "location", "side")


def settings_changed(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Settings other than the study states, or, where it states none, than the subject's usual one.

    One finding a visit and side. Usual is the commonest over the subject's visits, of equally
    common ones the earliest.
    """
    by = ["measure", *PLACE, "day"]
    values = (
        data.observations.lazy()
        .filter(pl.col("kind") == "setting")
        .select(*by, "value", "text", "place")
        .unique([*by, "value", "text"], keep="first", maintain_order=True)
        .with_columns(shown=pl.coalesce(number_words(pl.col("value")), "text"))
        .drop_nulls("shown")
        .unique([*by, "shown"], keep="first", maintain_order=True)
        .collect()
    )
    visits = data.whole_rows(values)
    rows = visits.join(_settings_of_study(data), on="measure", how="left", maintain_order="left")
    rows = rows.join(
        _usual(visits),
        on=["subject", "measure"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    rows = (
        rows.with_columns(right=pl.coalesce("stated", "usual"))
        .filter(pl.col("shown") != pl.col("right"))
        .drop("replicate")
    )
    basis = (
        pl.when(pl.col("stated").is_not_null())
        .then(pl.lit("the study states"))
        .otherwise(pl.lit("the subject's other visits have"))
    )
    message = pl.format(
        "{} is {} here; {} {}. Readings made with another setting cannot be compared: look at the "
        "device's record",
        "label",
        "shown",
        basis,
        "right",
    )
    return remarks(rows, message=message, found=pl.col("shown"), expected=pl.col("right"))


def _settings_of_study(data: StudyData) -> pl.DataFrame:
    """Settings that the study's options state, where all its sources of the owner agree."""
    settings: dict[str, set[str]] = {}
    for owner, specs in data.study.sources.items():
        for code, value in [item for spec in specs for item in spec.options.items()]:
            parameter = data.registry.parameter(f"{owner}.{code}")
            if parameter is not None and parameter.kind == "setting":
                number = isinstance(value, (int, float)) and not isinstance(value, bool)
                settings.setdefault(f"{owner}.{code}", set()).add(
                    f"{value:g}" if number else str(value)
                )
    rows = [(measure, *values) for measure, values in sorted(settings.items()) if len(values) == 1]
    return pl.DataFrame(rows, schema={"measure": pl.String, "stated": pl.String}, orient="row")


def _usual(visits: pl.DataFrame) -> pl.DataFrame:
    """The commonest setting of each subject, of equally common ones the earliest."""
    counts = visits.group_by("subject", "measure", "shown").agg(
        pl.len().alias("n"), pl.col("visit_rank").min(), pl.col("id").min()
    )
    counts = counts.sort(
        "n", "visit_rank", "id", "shown", descending=[True, False, False, False], nulls_last=True
    )
    return counts.unique(["subject", "measure"], keep="first", maintain_order=True).select(
        "subject", "measure", usual="shown"
    )


def rater_changed(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Visits rated by someone else, or in another role, than the subject's first rated visit.

    One finding each. Several raters at a visit are compared as a group; a visit is not faulted for
    having more of them, and one that has fewer is asked for the rating that is not there.
    """
    by_role = _changed(data, "rater_role", ["subject", "owner", "location"])
    by_name = _changed(data, "rater", ["subject", "owner", "location", "rater_role"])
    return pl.concat([by_role, by_name])


def _changed(data: StudyData, column: str, by: list[str]) -> pl.DataFrame:
    columns = dict.fromkeys((*by, column, "visit", "visit_rank", "id", "source", "row", "owner"))
    rows = data.read.filter(pl.col(column).is_not_null()).select(*columns).collect()
    rows = rows.drop_nulls("visit_rank").sort("visit_rank", "id")
    visits = rows.group_by(*by, "visit", "visit_rank", maintain_order=True).agg(
        pl.col(column).unique().sort().cast(pl.String).alias("who"),
        pl.col("id", "source", "row").first(),
        pl.col("owner").first().alias("of"),
    )
    first = visits.unique(by, keep="first", maintain_order=True).select(
        *by, first_who="who", first_visit="visit"
    )
    visits = visits.join(first, on=by, nulls_equal=True, maintain_order="left")
    changed = pl.col("first_who").list.set_difference("who").list.len() > 0
    new = pl.col("who").list.join(", ")
    old = pl.col("first_who").list.join(", ")
    by_another = pl.format(
        "{} was rated by {} here and by {} at {}: a change of rater is part of the change of the "
        "rating",
        "of",
        new,
        old,
        "first_visit",
    )
    # Where nobody took their place, a rating is missing.
    by_fewer = pl.format(
        "{} was rated by {} here, and at {} by {}: look whether a rating was lost or not done",
        "of",
        new,
        "first_visit",
        old,
    )
    someone_else = pl.col("who").list.set_difference("first_who").list.len() > 0
    message = pl.when(someone_else).then(by_another).otherwise(by_fewer)
    return remarks(visits.filter(changed).sort("id"), message=message, found=new, expected=old)
