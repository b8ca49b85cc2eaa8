"""The rows of a table that an event rule takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of
from dermoutcomes.sources.framework.populations import satisfied
from dermoutcomes.tables.table_rows import words_in_full

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.study import EventRule

__all__ = ["event_rows"]


def event_rows(plan: Plan, rule: EventRule) -> pl.DataFrame:
    """The rows that satisfy the conditions of the rule. StudyError for a column that is not there."""
    table = plan.table(rule.table)
    for condition in rule.where:
        if condition.column not in table.columns:
            raise StudyError(
                Problem(
                    f"the table {rule.table!r} has no such column",
                    path=f"{plan.path}.event.where.{condition.column}",
                    found=condition.column,
                    expected=one_of(tuple(table.columns)),
                    hint=did_you_mean(condition.column, table.columns),
                )
            )
        table = table.filter(satisfied(table, condition).fill_null(value=False))
    return words_in_full(table)
