"""The stage: recode, evaluate curves, derive. Values that were read are never replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.derive.conversion import with_conversions
from dermoutcomes.derive.curve_values import curve_values
from dermoutcomes.derive.derivation_findings import not_computable
from dermoutcomes.derive.expressions import calculate, in_order, needs
from dermoutcomes.derive.source_options import NO_ENTRIES
from dermoutcomes.derive.value_ids import (
    DERIVED,
    FROM_CURVES,
    cell_id,
    refuse_crowded_rows,
)
from dermoutcomes.derive.value_preparation import prepare
from dermoutcomes.derive.wide_view import ABOUT, COMPUTED, READ, wide
from dermoutcomes.errors import StudyError
from dermoutcomes.tables import conform, empty
from dermoutcomes.tables.findings import no_findings
from dermoutcomes.tables.table_rows import rows_in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dermoutcomes.declare import Instrument, Parameter, Scale
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["derive"]


def derive(
    study: Study,
    registry: Registry,
    observations: pl.DataFrame,
    curves: pl.DataFrame | pl.LazyFrame | None = None,
    entries: Mapping[int, int] = NO_ENTRIES,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All observations, with those that follow from them; findings where that is no number.

    `entries` has the index (from 0) of the entry in `[[sources.NAME]]` that each source, a number
    of a file, belongs to: each entry may have options of its own. StudyError, with every problem,
    where a declaration refuses the data of a source.
    """
    # Recoding comes first: formulas are of recoded values.
    observations = conform(observations, "observations", study.id)
    observations = _prepared(study, registry, observations, entries)
    findings = [no_findings()]

    # Curves come before formulas, which may be made of what curves give.
    if curves is not None:
        batches = list(curve_values(registry, curves, study, entries))
        computed = [conform(values, "observations", study.id) for values, _ in batches]
        findings += [batch_findings for _, batch_findings in batches]
        observations = pl.concat([observations, *computed]).sort("id", maintain_order=True)

    # A device's own values and those of curves are two rows of the wide view, and never mix.
    views: list[tuple[tuple[str, ...], int]] = [(READ, DERIVED)]
    if "computed" in observations["kind"]:
        views.append((COMPUTED, FROM_CURVES))
    derived = []
    owners = _owners(observations, registry)
    for owner in [with_conversions(owner, study, entries) for owner in owners]:
        for kinds, first_column in views:
            values, owner_findings = _derived_values(observations, owner, kinds, first_column)
            derived.append(conform(values, "observations", study.id))
            findings.append(owner_findings)
    every = rows_in_order(pl.concat([observations, *derived]), "id")
    return every, conform(pl.concat(findings), "findings", study.id)


def _owners(observations: pl.DataFrame, registry: Registry) -> Iterable[Instrument | Scale]:
    measures = observations.select(pl.col("measure").unique()).to_series()
    names = measures.str.extract(r"^([^.]*)\.").drop_nulls().unique().sort()
    return [owner for owner in map(registry.owner, names) if owner is not None]


def _prepared(
    study: Study, registry: Registry, observations: pl.DataFrame, entries: Mapping[int, int]
) -> pl.DataFrame:
    """The observations as every owner recodes them; StudyError with all that owners refuse."""
    problems: list[Problem] = []
    for owner in _owners(observations, registry):
        observations, owner_problems = prepare(observations, owner, study, entries)
        problems += owner_problems
    if problems:
        raise StudyError(problems)
    return observations


def _derived_values(
    observations: pl.DataFrame,
    owner: Instrument | Scale,
    kinds: tuple[str, ...],
    first_column: int,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Observations and findings of the owner's derived parameters over measurements of these kinds.

    Each parameter is computed after those that it needs, so that the view has their columns. A
    value that was read is never computed, and one that is not finite is a finding.
    """
    values, findings = [empty("observations").drop("study")], [no_findings()]
    if not (parameters := in_order(owner)):
        return values[0], findings[0]
    view = wide(observations, owner.name, kinds, ids=True)
    columns_read = {column for column in view.columns if column not in ABOUT}
    # Of several measurements in one row of a file each has cells of its own.
    turn = (pl.col("measurement").rank("dense").over("source", "row") - 1).alias("turn")
    view = view.with_columns(turn)
    for parameter in parameters:
        code = parameter.code
        unread = _is_unread(view, code, columns_read)
        if not _is_computable(parameter, owner, view) or not unread.any():
            continue
        rows = view.with_columns(
            calculate(view, parameter, owner).alias("_value"),
            cell_id(owner, code, first_column).alias("_id"),
            unread.alias("_unread"),
            pl.lit(code).alias("code"),
        )
        is_computed = pl.col("_unread") & pl.col("_value").is_not_null()
        is_finite = pl.col("_value").is_finite()
        computed, broken = (
            rows.filter(is_computed & is_finite),
            rows.filter(is_computed & ~is_finite),
        )
        refuse_crowded_rows(computed, owner, first_column)
        view = _with_values(view, rows, code, is_computed & is_finite)
        values.append(_observations(computed, parameter, owner, computed=kinds is COMPUTED))
        if broken.height:
            findings.append(not_computable(broken, owner))
    return pl.concat(values, how="diagonal_relaxed"), pl.concat(findings)


def _is_computable(parameter: Parameter, owner: Instrument | Scale, view: pl.DataFrame) -> bool:
    """Whether a parameter is of single measurements, and any of what it needs is there."""
    return parameter.when != "reduced" and any(
        needed in view.columns for needed in needs(parameter, owner)
    )


def _is_unread(view: pl.DataFrame, code: str, columns_read: set[str]) -> pl.Series:
    """Which measurements were read without this code: neither as a number nor as a text."""
    columns = [column for column in (code, f"{code}__text") if column in columns_read]
    if not columns:
        return pl.Series("unread", [True]).new_from_index(0, view.height)
    return view.select(pl.all_horizontal(pl.col(columns).is_null()).alias("unread"))["unread"]


def _with_values(
    view: pl.DataFrame, rows: pl.DataFrame, code: str, is_new: pl.Expr
) -> pl.DataFrame:
    """The view with a code's column and ids filled where it was not read."""
    code_id, known = f"{code}__id", code in view.columns
    value = pl.col(code) if known else pl.lit(None, pl.Float64)
    value_id = pl.col(code_id) if known else pl.lit(None, pl.Int64)
    return rows.select(
        *(name for name in view.columns if name not in (code, code_id)),
        pl.when(is_new).then("_value").otherwise(value).alias(code),
        pl.when(is_new).then("_id").otherwise(value_id).alias(code_id),
    )


def _observations(
    rows: pl.DataFrame, parameter: Parameter, owner: Instrument | Scale, *, computed: bool
) -> pl.DataFrame:
    """The values of a derived parameter; their parents are the observations that it is made of."""
    ids = [f"{code}__id" for code in needs(parameter, owner) if f"{code}__id" in rows.columns]
    kind = "score" if parameter.kind == "value" else parameter.kind
    return rows.select(
        pl.col("_id").alias("id"),
        *ABOUT,
        pl.col("_value").alias("value"),
        pl.concat_list(ids).list.drop_nulls().list.sort().alias("parents"),
        pl.lit(f"{owner.name}.{parameter.code}").alias("measure"),
        pl.lit("computed" if computed else kind).alias("kind"),
        pl.lit(parameter.unit).alias("unit"),
    )
