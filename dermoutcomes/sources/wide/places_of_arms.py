"""Readings that name their treatment: the place of it, by the list of allocations.

Endpoints know the arm of a reading from its place and the allocations. Where an export has a column
a treatment, the allocations say where on the subject that is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import did_you_mean, one_of
from dermoutcomes.sources.cells.recoding import arm_words, lookup

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import MeasurementContext

__all__ = ["with_places_of_arms"]

PLACES = ("location", "side", "period")
# How many subjects a message names, each; of more it gives three examples and the count.
MOST_SUBJECTS = 20


def with_places_of_arms(context: MeasurementContext, index: pl.DataFrame) -> pl.DataFrame:
    """`index` without `arm`: location, side and period are those that were allocated to it.

    What the row says itself of its place stays. Raises StudyError for a word that is no arm, for
    readings of an arm that the subject was not allocated at that place, and where an arm has
    several places and the row does not say which.
    """
    if not index["arm"].is_not_null().any():
        return index.drop("arm")
    words = arm_words(context.study)
    named = index.filter(pl.col("arm").is_not_null()).with_columns(
        arm_word="arm", arm=lookup(pl.col("arm"), words)
    )
    _add_unknown_arms(context, named, words)
    if not context.allocations.height:
        _add_no_allocations(context)
    context.raise_problems()
    allocated = _allocated(context, named)
    _add_contradictions(context, named, allocated)
    _add_open_places(context, named, allocated)
    context.raise_problems()
    places = allocated.select("act", *(f"{name}_allocated" for name in PLACES))
    return (
        index.join(places, on="act", how="left", maintain_order="left")
        .with_columns(pl.coalesce(name, f"{name}_allocated").alias(name) for name in PLACES)
        .drop("arm", *(f"{name}_allocated" for name in PLACES))
    )


def _allocated(context: MeasurementContext, named: pl.DataFrame) -> pl.DataFrame:
    """The places of each row's arm that fit it: act and a column a place, once each."""
    epochs = {name: visit.epoch for name, visit in context.study.visits.items() if visit.epoch}
    places = context.allocations.drop_nulls("arm").select("subject", "arm", "epoch", *PLACES)
    rows = named.select("act", "subject", "arm", "visit", *PLACES).with_columns(
        visit_epoch=pl.col("visit").replace_strict(epochs, default=None, return_dtype=pl.String)
    )
    joined = rows.join(
        places, on=["subject", "arm"], how="inner", suffix="_allocated", maintain_order="left"
    )
    # As endpoints see it: a visit without an epoch belongs to the first, which no visit names.
    in_epoch = (pl.col("epoch") == pl.col("visit_epoch")) | (
        pl.col("visit_epoch").is_null()
        & ~pl.col("epoch").is_in(sorted({*epochs.values()})).fill_null(value=False)
    )
    fits = [
        pl.col(name).is_null()
        | pl.col(f"{name}_allocated").is_null()
        | (pl.col(name) == pl.col(f"{name}_allocated"))
        for name in PLACES
    ]
    own = ["act", *(f"{name}_allocated" for name in PLACES)]
    return joined.filter(in_epoch, *fits).select(own).unique(maintain_order=True)


def _add_unknown_arms(
    context: MeasurementContext, named: pl.DataFrame, words: dict[str, str]
) -> None:
    unknown = named.filter(pl.col("arm").is_null()).unique("arm_word", maintain_order=True)
    for word, row in unknown.select("arm_word", "row").iter_rows():
        context.add_problem(
            f"{word!r} is no arm of the study",
            "columns.arm",
            line=row,
            found=word,
            expected=f"{one_of(tuple(words))}, or arms.<id>.aliases = [{word!r}]".replace("'", '"'),
            hint=did_you_mean(word, words),
        )


def _add_no_allocations(context: MeasurementContext) -> None:
    path, headers = context.file.relative, context.spec.headers
    same = f'file = "{path}", headers = "{headers}"' if headers else f'file = "{path}"'
    context.add_problem(
        "the readings name their treatment, and no source says what was allocated to whom",
        "headers" if headers and "{arm}" in headers else "columns.arm",
        in_file=False,
        expected="a source [[sources.allocations]], with the columns subject, arm, and side or "
        "location where a subject has several",
        hint=f"where this file is all there is: [[sources.allocations]] with {same}",
        code="no_allocations",
    )


def _add_contradictions(
    context: MeasurementContext, named: pl.DataFrame, allocated: pl.DataFrame
) -> None:
    others = named.join(allocated.select("act"), on="act", how="anti", maintain_order="left")
    if others.height:
        context.add_problem(
            "readings stand under a treatment that the subject was not allocated there",
            "columns.arm" if "arm" in context.spec.columns else "headers",
            line=int(others["row"][0]),
            found=_subjects(others),
            expected="the treatment that the list of allocations has, or its row mended",
            code="other_allocation",
        )


def _add_open_places(
    context: MeasurementContext, named: pl.DataFrame, allocated: pl.DataFrame
) -> None:
    several = allocated.filter(pl.len().over("act") > 1).select("act").unique()
    rows = named.join(several, on="act", how="semi", maintain_order="left")
    if rows.height:
        context.add_problem(
            "a treatment was allocated to several places of a subject, and the readings do not "
            "say which",
            "headers",
            line=int(rows["row"][0]),
            found=_subjects(rows),
            expected='a column of the side or location, or headers = "{side} {arm}"',
            code="ambiguous_place",
        )


def _subjects(rows: pl.DataFrame) -> str:
    pairs = [
        f"{subject} ({word})"
        for subject, word in rows.select("subject", "arm_word").unique(maintain_order=True).rows()
    ]
    if len(pairs) <= MOST_SUBJECTS:
        return ", ".join(pairs)
    return f"{', '.join(pairs[:3])} and {len(pairs) - 3} more"
