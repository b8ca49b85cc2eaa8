"""The data of a reference case: a table and a formula, as the case's specification names them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from attrs import evolve

from dermoutcomes import ReferenceCase
from dermoutcomes.stats import ModelTerm, formula_terms
from dermoutcomes_mmrm.model import Data, Factor

__all__ = ["data_and_terms", "data_of"]

CONDITION = re.compile(r"^(\w+)\s*(==|!=|>)\s*(\S+)$")
PASTED = re.compile(r"^(\w+) = (\w+)-(\w+)$")
# As in us(VISIT | ARM / SUBJECT).
GROUPED = re.compile(r"\|\s*(\w+)\s*/\s*\w+\s*\)")
TAKEN = re.compile(r"^(\w+) = (\w+) at (\w+) (\S+)$")


def data_and_terms(case: ReferenceCase) -> tuple[Data, tuple[ModelTerm, ...]]:
    """The case's data and the terms of its formula."""
    assert case.data is not None, f"the data of {case.id} are not at hand"
    spec = case.spec
    table = _filtered(
        pl.read_csv(case.data, infer_schema_length=0, null_values=["", "NA"]),
        spec.get("row_filter") or "",
    )
    outcome, _, right = spec["fixed"].partition("~")
    terms = formula_terms(right)
    levels = {**spec["factor_levels"], spec["visit"]: spec["visit_levels"]}
    data = data_of(table, outcome.strip(), terms, spec["visit"], spec["subject"], levels)
    grouped = GROUPED.search(str(case.inputs.get("formula", "")))
    return (by_group(data, grouped[1]) if grouped else data), terms


def by_group(data: Data, name: str) -> Data:
    """The data with a covariance matrix for each level of a factor."""
    return evolve(data, group=data.factors[name].codes, groups=data.factors[name].levels)


def _filtered(table: pl.DataFrame, condition: str) -> pl.DataFrame:
    """The rows that a filter in words keeps.

    Columns that it defines come first, since they need all rows.
    """
    parts = [part.strip() for part in re.split(r"[,;]", condition)]
    for part in parts:
        if match := PASTED.match(part):
            new, first, second = match.groups()
            table = table.with_columns(pl.concat_str(first, second, separator="-").alias(new))
    for part in parts:
        if match := TAKEN.match(part):
            new, of, at, level = match.groups()
            of_level = table.filter(pl.col(at) == level).select("SUBJ", pl.col(of).alias(new))
            table = table.join(of_level, on="SUBJ", how="left", maintain_order="left")
    for part in parts:
        if match := CONDITION.match(part):
            table = table.filter(_condition(*match.groups()))
    return table


def _condition(name: str, sign: str, value: str) -> pl.Expr:
    column = pl.col(name)
    if sign == ">":
        return column.cast(pl.Float64) > float(value)
    return column.fill_null("") == value if sign == "==" else column.fill_null("") != value


def data_of(
    table: pl.DataFrame,
    outcome: str,
    terms: Sequence[ModelTerm],
    visit: str,
    subject: str,
    levels: Mapping[str, Sequence[str]],
) -> Data:
    """A table of text with one row a record; rows that lack something of the model are left out.

    Subjects are in sorted order.
    """
    names = list(dict.fromkeys(name for term in terms for name in term))
    table = table.drop_nulls([outcome, visit, subject, *names]).sort(subject)
    subjects = table[subject].unique().sort()
    at = (
        table[subject]
        .replace_strict(
            dict(zip(subjects.to_list(), range(len(subjects)), strict=True)), return_dtype=pl.Int64
        )
        .to_numpy()
    )
    visits = tuple(levels[visit])
    values = np.full((len(subjects), len(visits)), np.nan)
    values[at, _codes(table[visit], visits)] = table[outcome].cast(pl.Float64).to_numpy()
    factors, covariates = {visit: Factor(visits)}, {}
    for name in names:
        if name in levels and name != visit:
            factors[name] = Factor(
                tuple(levels[name]), _placed(at, _codes(table[name], levels[name]), len(subjects))
            )
        elif name != visit:
            covariates[name] = _placed(at, table[name].cast(pl.Float64).to_numpy(), len(subjects))
    return Data(values, visit, factors, covariates)


def _codes(column: pl.Series, levels: Sequence[str]) -> Any:
    return column.replace_strict(
        {level: code for code, level in enumerate(levels)}, return_dtype=pl.Int64
    ).to_numpy()


def _placed(at: Any, values: Any, n: int) -> Any:
    """Each subject's value; what is known of a subject is the same in all its rows."""
    result = np.zeros(n, dtype=values.dtype)
    result[at] = values
    return result
