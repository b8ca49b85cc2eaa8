"""Who is counted: the populations that each subject belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.conditions import Conditions
from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of
from dermoutcomes.tables import empty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.conditions import Condition
    from dermoutcomes.study import Study

__all__ = ["members", "memberships", "satisfied"]


def members(
    study: Study, tables: Mapping[str, pl.DataFrame], population: str | None
) -> pl.DataFrame:
    """The subjects of a population (None: everybody), one column, sorted."""
    belongs = memberships(study, tables)
    if population is not None:
        belongs = belongs.filter(pl.col("populations").list.contains(population))
    return belongs.select("subject").sort("subject")


def memberships(study: Study, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """subject, populations: the ids of the populations that hold for each subject, in the order of the study file.

    A population that no study defines, as the "full" of an endpoint that says nothing else, holds for everybody. A subject that
    the table of subjects does not have belongs to none.
    """
    people = about_subjects(tables)
    wanted = {name: population.where for name, population in study.populations.items()}
    for name in dict.fromkeys(
        name for endpoint in study.endpoints.values() for name in endpoint.populations
    ):
        wanted.setdefault(name, Conditions())
    holds = [
        pl.when(_where(people, tables, where, name)).then(pl.lit(name))
        for name, where in wanted.items()
    ]
    if not holds:
        return people.select("subject", pl.lit([], dtype=pl.List(pl.String)).alias("populations"))
    return people.select("subject", pl.concat_list(holds).list.drop_nulls().alias("populations"))


def about_subjects(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The subjects with what is known of them: `treated` (from exposures where the table does not say), `allocated`, `arm`s."""
    people = tables.get("subjects")
    if people is None:
        people = (
            tables.get("observations", empty("observations"))
            .select("subject")
            .drop_nulls()
            .unique()
            .sort("subject")
        )
        people = people.with_columns(treated=pl.lit(None, dtype=pl.Boolean))
    given = tables.get("exposures", empty("exposures"))["subject"]
    drawn = tables.get("allocations", empty("allocations"))
    allocated = (
        drawn.filter(drawn["arm"].is_not_null())["subject"] if drawn.height else drawn["subject"]
    )
    treated = (
        pl.coalesce("treated", pl.col("subject").is_in(given.implode()))
        if given.len()
        else pl.col("treated")
    )
    return people.with_columns(
        treated=treated, allocated=pl.col("subject").is_in(allocated.implode())
    )


def _where(
    people: pl.DataFrame, tables: Mapping[str, pl.DataFrame], where: Conditions, name: str
) -> pl.Expr:
    parts = []
    for part in where:
        if part.column in ("arm", "arm_actual") and part.column not in people.columns:
            drawn = tables.get("allocations", empty("allocations")).drop_nulls("arm")
            parts.append(
                pl.col("subject").is_in(drawn.filter(satisfied(drawn, part))["subject"].implode())
            )
        elif part.column in people.columns:
            parts.append(satisfied(people, part))
        else:
            known = (*people.columns, "arm")
            raise StudyError(
                Problem(
                    "no such column in the table of subjects",
                    path=f"populations.{name}.{part.column}",
                    found=part.column,
                    expected=one_of(known),
                    hint=did_you_mean(part.column, known),
                )
            )
    return pl.all_horizontal(parts).fill_null(value=False) if parts else pl.lit(value=True)


def satisfied(frame: pl.DataFrame, condition: Condition) -> pl.Expr:
    """The condition on a column of `frame`: numbers written as text are compared as numbers; null never satisfies it."""
    numeric = all(
        isinstance(value, (int, float)) and not isinstance(value, bool)
        for value in _values(condition)
    )
    if frame.schema[condition.column] != pl.String or not numeric:
        return condition.expr()
    number = pl.col(condition.column).cast(pl.Float64, strict=False)
    if condition.operator == "in":
        return number.is_in([float(value) for value in condition.value])
    compare = {
        "<": number.lt,
        "<=": number.le,
        ">": number.gt,
        ">=": number.ge,
        "!=": number.ne,
        "=": number.eq,
    }
    return compare[condition.operator](float(condition.value))


def _values(condition: Condition) -> tuple[object, ...]:
    return tuple(condition.value) if condition.operator == "in" else (condition.value,)
