"""Factors of the study file as columns of the table of subjects: levels, pooled by stated rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of
from dermoutcomes.stats.analysis_records import level_names
from dermoutcomes.study.source_names import PROVENANCE_COLUMNS
from dermoutcomes.tables import empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dermoutcomes.study import Factor, Study

__all__ = ["differing", "level_sizes", "pooled_by_name", "with_factors"]


def with_factors(
    study: Study, subjects: pl.DataFrame, allocations: pl.DataFrame | None
) -> pl.DataFrame:
    """The table of subjects with a column of words for each factor of the study.

    Blank where the column that decides is blank. Raises StudyError for columns that are not there,
    and for a factor that would take the place of another column.
    """
    if problems := [
        problem for factor in study.factors.values() for problem in _problems(factor, subjects)
    ]:
        raise StudyError(problems)
    levels = [
        _levels(
            study, factor, subjects, empty("allocations") if allocations is None else allocations
        )
        for factor in study.factors.values()
    ]
    return subjects.with_columns(levels)


def _problems(factor: Factor, subjects: pl.DataFrame) -> Iterator[Problem]:
    known = [name for name in subjects.columns if name not in PROVENANCE_COLUMNS]
    columns = {
        "column": factor.column,
        "randomised": factor.randomised,
        "recorded": factor.recorded,
    }
    named = {key: name for key, name in columns.items() if name is not None}
    for key, name in (named or {"": factor.source}).items():
        if name not in subjects.columns:
            yield Problem(
                "no such column in the table of subjects",
                path=f"factors.{factor.id}" + (f".{key}" if key else ""),
                found=name,
                expected=one_of(known) + ("" if key else f', as column = "{known[0]}"'),
                hint=did_you_mean(name, known),
            )
    if factor.id in subjects.columns and not factor.is_plain:
        yield Problem(
            f"the list of subjects has a column {factor.id!r}, whose place the factor would take",
            path=f"factors.{factor.id}",
            found=factor.id,
            expected=f"another name, as [factors.{factor.id}_stratum], which endpoints then name",
        )


def _levels(
    study: Study, factor: Factor, subjects: pl.DataFrame, allocations: pl.DataFrame
) -> pl.Series:
    levels = subjects.select("subject", level=pooled_by_name(factor))
    if factor.pool_small is not None:
        sizes = level_sizes(study, factor, levels, allocations)
        small = sizes.filter("small")["level"].to_list()
        is_small = pl.col("level").is_in(small)
        levels = levels.with_columns(
            level=pl.when(is_small).then(pl.lit(factor.pool_small)).otherwise("level")
        )
    return levels["level"].alias(factor.id)


def pooled_by_name(factor: Factor) -> pl.Expr:
    """The levels of a factor as words, after those were pooled that the study names."""
    pooled_level = {level: name for name, levels in factor.pool.items() for level in levels}
    words = level_names(factor.source)
    return words.replace(pooled_level) if pooled_level else words


def level_sizes(
    study: Study, factor: Factor, levels: pl.DataFrame, allocations: pl.DataFrame
) -> pl.DataFrame:
    """How many subjects each level has, a row each, sorted: level, n, by_arm and small.

    `levels` has the columns subject and level. Those who were allocated to an arm count, whatever
    was read of them; where nobody was, all. `by_arm` is in words, of a study whose arms are between
    subjects. A level is small with fewer than `smallest_stratum`, or with nobody in one of the arms.
    """
    allocated = allocations.drop_nulls("arm").select("subject", "arm").unique()
    counted = levels.drop_nulls()
    arms: list[str] = []
    if allocated.height:
        counted = counted.join(allocated.select("subject").unique(), on="subject", how="semi")
        if study.study.design == "parallel":
            arms = [arm for arm in study.arms if arm in allocated["arm"]]
    in_arm = counted.join(allocated, on="subject")
    of_arms = in_arm.group_by("level").agg(
        (pl.col("arm") == arm).sum().alias(f"arm:{arm}") for arm in arms
    )
    sizes = counted.group_by("level").agg(n=pl.len()).join(of_arms, on="level", how="left")
    numbers = [pl.col(f"arm:{arm}").fill_null(0) for arm in arms]
    empty_arm = pl.any_horizontal(pl.lit(value=False), *(number == 0 for number in numbers))
    names = [study.arms[arm].label or arm for arm in arms]
    words = [
        pl.concat_str(pl.lit(f"{name} "), number.cast(pl.String))
        for name, number in zip(names, numbers, strict=True)
    ]
    return sizes.select(
        "level",
        "n",
        by_arm=pl.concat_str(words, separator=", ") if words else pl.lit(""),
        small=empty_arm | (pl.col("n") < (factor.smallest_stratum or 0)),
    ).sort("level")


def differing(factor: Factor, subjects: pl.DataFrame) -> pl.DataFrame:
    """The subjects of whom the level was recorded otherwise than it was randomised.

    Columns are subject, randomised and recorded, all words. Whether a letter is a capital is no
    difference; who lacks one of the two is none of them.
    """
    if factor.randomised is None or factor.recorded is None:
        return pl.DataFrame(schema=dict.fromkeys(("subject", "randomised", "recorded"), pl.String))
    both = subjects.select(
        "subject", randomised=level_names(factor.randomised), recorded=level_names(factor.recorded)
    ).drop_nulls()
    folded = [
        pl.col(name).str.strip_chars().str.to_lowercase() for name in ("randomised", "recorded")
    ]
    return both.filter(folded[0] != folded[1]).sort("subject")
