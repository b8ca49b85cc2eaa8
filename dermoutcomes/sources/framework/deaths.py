"""Deaths, as events and milestones say them in words."""

from __future__ import annotations

import polars as pl

__all__ = ["DEATH_WORDS", "fatal_events", "milestones_with_death"]

# Whole cells, whatever their case: a longer one that holds such a word ("death of her husband") is
# asked about, never counted.
DEATH_WORDS = (
    "fatal",
    "death",
    "died",
    "dead",
    "deceased",
    "results in death",
    "tod",
    "tot",
    "todesfall",
    "tödlich",
    "letal",
    "exitus",
    "exitus letalis",
    "gestorben",
    "verstorben",
    "décès",
    "décédé",
    "décédée",
    "mortel",
    "fallecido",
    "fallecida",
    "muerte",
    "decesso",
    "deceduto",
    "deceduta",
)
FATAL_GRADE = 5


def fatal_events(events: pl.DataFrame) -> pl.DataFrame:
    """Events with `fatal`: whether the file, the outcome, the severity or the grade says so.

    False needs the file's own word or an outcome; null where it has neither.
    """
    said = pl.any_horizontal(
        "fatal",
        _is_death("outcome"),
        _is_death("severity"),
        pl.col("grade") == FATAL_GRADE,
    ).fill_null(value=False)
    known = pl.any_horizontal(pl.col("fatal", "outcome").is_not_null())
    fatal = pl.when(said).then(statement=True).when(known).then(statement=False)
    return events.with_columns(fatal.alias("fatal"))


def milestones_with_death(milestones: pl.DataFrame) -> pl.DataFrame:
    """Milestones with `death`: as the file says, or by a word of milestone, class or reason."""
    said = pl.any_horizontal(_is_death(name) for name in ("milestone", "class", "reason"))
    return milestones.with_columns(pl.coalesce("death", said.fill_null(value=False)).alias("death"))


def _is_death(name: str) -> pl.Expr:
    return pl.col(name).str.strip_chars().str.to_lowercase().is_in(DEATH_WORDS)
