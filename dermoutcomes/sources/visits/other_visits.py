"""Words of exports that are no visit of the study."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import lone_nearest
from dermoutcomes.number_text import numbers_in
from dermoutcomes.tables.findings import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dermoutcomes.sources.reading_context import ReadingContext
    from dermoutcomes.study import Study

__all__ = ["alias_words", "tell_other_visits"]

MOST_SUBJECTS = 3


def tell_other_visits(
    context: ReadingContext,
    unknown: pl.DataFrame,
    doubtful: Iterable[str],
    empty_visits: Iterable[str],
) -> None:
    """One finding a word that is no visit, with how many rows and subjects have it.

    A note, as an export may hold more than the study plans; a warning for words spelt nearly as a
    visit, and for those of which a planned visit is empty that they could be. An error where a
    word that is nearly a visit stands in rows of several subjects and nobody has a row of that
    visit (`empty_visits`): all of it is lost.
    """
    study, text = context.study, pl.col("visit_text")
    words = (
        unknown.sort("row")
        .group_by("visit_text", maintain_order=True)
        .agg(
            pl.col("row").first(),
            pl.col("row").n_unique().alias("rows"),
            pl.col("subject").unique(maintain_order=True).alias("subjects"),
        )
        .with_columns(n=pl.col("subjects").list.len())
    )
    words = words.with_columns(
        subject=pl.when(pl.col("n") == 1).then(pl.col("subjects").list.first()),
        named=pl.col("subjects").list.head(MOST_SUBJECTS).list.join(", "),
    )
    near = {word: _near(word, study) for word in words["visit_text"]}
    expected = {word: alias_words(word, study) for word in words["visit_text"]}
    absent = {*empty_visits}
    lost = [word for word, visit in near.items() if visit in absent]
    warned = sorted({*doubtful, *(word for word, visit in near.items() if visit)})
    is_lost = text.is_in(lost) & (pl.col("n") > 1)
    for severity, rows in (
        ("error", words.filter(is_lost)),
        ("warning", words.filter(~is_lost, text.is_in(warned))),
        ("note", words.filter(~is_lost, ~text.is_in(warned))),
    ):
        in_none = f", and {context.file.shown} has no row of a visit that it could be"
        context.add_finding(
            rows,
            "unscheduled_visit",
            severity,  # type: ignore[arg-type]
            message=pl.format("{} is no visit of the study", text)
            + (in_none if severity == "error" else "")
            + pl.format(": {} of {}, {}", counted("rows", "row"), counted("n", "subject"), "named")
            + pl.when(pl.col("n") > MOST_SUBJECTS).then(pl.lit(" …")).otherwise(pl.lit("")),
            found=text,
            expected=text.replace_strict(expected, default="", return_dtype=pl.String),
        )


def alias_words(word: str, study: Study) -> str:
    """What to write where a word is a visit: the key of the one with its number, or of any."""
    if not study.visits:
        return "the study plans no visit"
    name = _near(word, study) or "<visit>"
    known = ", ".join(study.visit_order)
    return f'{known}; or visits.{name}.aliases = ["{word}"], where it is that visit'


def _near(word: str, study: Study) -> str | None:
    """The one visit whose number, name or label is that of the word or is nearly so."""
    numbers = numbers_in(word)
    same = [name for name in study.visits if numbers and numbers_in(name) == numbers]
    if len(same) == 1:
        return same[0]
    names = {name: name for name in study.visits} | {
        visit.label: name for name, visit in study.visits.items() if visit.label
    }
    near = lone_nearest(word, names)
    return names[near] if near else None
