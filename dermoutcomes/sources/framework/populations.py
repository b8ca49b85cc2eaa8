"""Who is counted: the populations that each subject belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.conditions import Condition, Conditions
from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of
from dermoutcomes.tables import empty
from dermoutcomes.tables.table_rows import words_in_full

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.study import Study

__all__ = ["members", "memberships", "satisfied", "unmet_conditions"]


def members(
    study: Study, tables: Mapping[str, pl.DataFrame], population: str | None
) -> pl.DataFrame:
    """The subjects of a population (None: everybody), one column, sorted."""
    belongs = memberships(study, tables)
    if population is not None:
        belongs = belongs.filter(pl.col("populations").list.contains(population))
    return belongs.select("subject").sort("subject")


def memberships(study: Study, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """subject, populations: the ids of a subject's populations, in the order of the study file.

    A population that no study defines, as the "full" of an endpoint that says nothing else, holds
    for everybody. A subject that the table of subjects does not have belongs to none.
    """
    subjects = subjects_with_status(tables)
    names = [
        pl.when(_belongs(subjects, tables, where, name)).then(pl.lit(name))
        for name, where in _definitions(study).items()
    ]
    # A list of no columns cannot be concatenated.
    populations = (
        pl.concat_list(names).list.drop_nulls() if names else pl.lit([], dtype=pl.List(pl.String))
    )
    return subjects.select("subject", populations.alias("populations"))


def unmet_conditions(study: Study, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """subject, population, condition: a row for each condition of a population that does not hold.

    What is not known does not hold. By population as the study file has them, then by condition.
    """
    subjects = subjects_with_status(tables)
    unmet = [
        subjects.filter(~holds.fill_null(value=False)).select(
            "subject",
            population=pl.lit(name),
            condition=pl.lit(str(condition)),
        )
        for name, where in _definitions(study).items()
        for condition in where
        for holds in (_holds(subjects, tables, condition, name),)
    ]
    schema = {"subject": pl.String, "population": pl.String, "condition": pl.String}
    return pl.concat([pl.DataFrame(schema=schema), *unmet])


def _definitions(study: Study) -> dict[str, Conditions]:
    """The populations of the study, and those that only an endpoint names, which take everybody."""
    definitions = {name: population.where for name, population in study.populations.items()}
    for endpoint in study.endpoints.values():
        for name in endpoint.populations:
            definitions.setdefault(name, Conditions())
    return definitions


def subjects_with_status(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The subjects with `treated` (from exposures where the table does not say) and `allocated`."""
    subjects = tables.get("subjects")
    if subjects is None:
        observations = tables.get("observations", empty("observations"))
        subjects = words_in_full(observations.select("subject").drop_nulls().unique())
        subjects = subjects.sort("subject")
        subjects = subjects.with_columns(treated=pl.lit(None, dtype=pl.Boolean))
    exposed = tables.get("exposures", empty("exposures"))["subject"]
    allocated = tables.get("allocations", empty("allocations")).drop_nulls("arm")["subject"]
    subject, treated = pl.col("subject"), pl.col("treated")
    # Without a table of exposures nothing says that a subject was not treated.
    if exposed.len():
        treated = pl.coalesce(treated, subject.is_in(exposed.implode()))
    return subjects.with_columns(treated=treated, allocated=subject.is_in(allocated.implode()))


def _belongs(
    subjects: pl.DataFrame, tables: Mapping[str, pl.DataFrame], where: Conditions, name: str
) -> pl.Expr:
    """Whether each subject satisfies all conditions of a population."""
    conditions = [_holds(subjects, tables, condition, name) for condition in where]
    if not conditions:
        return pl.lit(value=True)
    return pl.all_horizontal(conditions).fill_null(value=False)


def _holds(
    subjects: pl.DataFrame, tables: Mapping[str, pl.DataFrame], condition: Condition, name: str
) -> pl.Expr:
    """Whether each subject satisfies one condition of a population; null where it is not known."""
    column = condition.column
    if column in subjects.columns:
        return satisfied(subjects, condition)
    if column in ("arm", "arm_actual"):
        # A subject has an arm where one of its sides or places has it.
        allocations = tables.get("allocations", empty("allocations")).drop_nulls("arm")
        in_arm = allocations.filter(satisfied(allocations, condition))["subject"]
        return pl.col("subject").is_in(in_arm.implode())
    known = (*subjects.columns, "arm")
    raise StudyError(
        Problem(
            "no such column in the table of subjects",
            path=f"populations.{name}.{column}",
            found=column,
            expected=one_of(known),
            hint=did_you_mean(column, known),
        )
    )


def satisfied(frame: pl.DataFrame, condition: Condition) -> pl.Expr:
    """The condition on a column of `frame`; null never satisfies it.

    Numbers written as text are compared as numbers, also where a list has words beside them.
    """
    column, value = pl.col(condition.column), condition.value
    if frame.schema[condition.column] not in (pl.String, pl.Categorical):
        return condition.expr()
    if condition.operator == "in":
        parts = [Condition(condition.column, "=", each) for each in value]
        return pl.any_horizontal([satisfied(frame, part) for part in parts] or [column.is_in([])])
    if value is None or isinstance(value, str):
        return condition.expr()
    text = column.cast(pl.String)
    if isinstance(value, bool):
        # Words that are held once are compared with texts alone.
        return text.eq(pl.lit(value))
    number = text.cast(pl.Float64, strict=False)
    compare = {
        "<": number.lt,
        "<=": number.le,
        ">": number.gt,
        ">=": number.ge,
        "!=": number.ne,
        "=": number.eq,
    }
    return compare[condition.operator](float(value))
