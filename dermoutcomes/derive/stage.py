"""The stage: recode, evaluate curves, derive. Values that were read are never replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.derive.curve_values import curve_values
from dermoutcomes.derive.expressions import calculate, in_order, needs
from dermoutcomes.derive.findings import not_computable
from dermoutcomes.derive.numbering import DERIVED, FROM_CURVES, identity, refuse_crowded
from dermoutcomes.derive.recoding import prepare
from dermoutcomes.derive.source_options import NO_ENTRIES
from dermoutcomes.derive.wide_view import ABOUT, COMPUTED, READ, wide
from dermoutcomes.errors import StudyError
from dermoutcomes.tables import conform, empty

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
    """All observations, with those that follow from them, and findings about what could not be computed.

    `entries` is source number = position (from 0) of its entry in `[[sources.NAME]]`: each entry may have options of its own.
    StudyError, with every problem, where a declaration refuses the data of a source.
    """
    observed, problems = _prepared(
        study, registry, conform(observations, "observations", study.id), entries
    )
    if problems:
        raise StudyError(problems)
    found: list[pl.DataFrame] = []
    added = [observed]
    for values, remarks in (
        curve_values(registry, curves, study, entries) if curves is not None else ()
    ):
        added.append(conform(values, "observations", study.id))
        found.append(remarks)
    observed = pl.concat(added).sort("id", maintain_order=True)
    views = (
        ((READ, DERIVED), (COMPUTED, FROM_CURVES))
        if "computed" in observed["kind"]
        else ((READ, DERIVED),)
    )
    for owner in _owners(observed, registry):
        for kinds, first in views:
            rows, remarks = _derived(observed, owner, kinds, first)
            added.append(conform(rows, "observations", study.id))
            found.append(remarks)
    return pl.concat(added).sort("id", maintain_order=True), conform(
        pl.concat([empty("findings"), *found]), "findings", study.id
    )


def _owners(observations: pl.DataFrame, registry: Registry) -> Iterable[Instrument | Scale]:
    names = (
        observations.select(pl.col("measure").str.extract(r"^([^.]*)\."))
        .to_series()
        .drop_nulls()
        .unique()
        .sort()
    )
    return [owner for owner in map(registry.owner, names) if owner is not None]


def _prepared(
    study: Study, registry: Registry, observations: pl.DataFrame, entries: Mapping[int, int]
) -> tuple[pl.DataFrame, list[Problem]]:
    problems: list[Problem] = []
    for owner in _owners(observations, registry):
        observations, refused = prepare(observations, owner, study, entries)
        problems += refused
    return observations, problems


def _derived(
    observed: pl.DataFrame, owner: Instrument | Scale, kinds: tuple[str, ...], first: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Observations and findings of the owner's derived parameters over measurements of these kinds."""
    frame = wide(observed, owner.name, kinds, ids=True)
    given = {column for column in frame.columns if column not in ABOUT}
    turn = (pl.col("measurement").rank("dense").over("source", "row") - 1).alias("turn")
    frame = frame.with_columns(turn)
    rows, remarks = [], [empty("findings")]
    for parameter in in_order(owner):
        if parameter.when == "reduced" or not frame.height or not _touched(parameter, owner, frame):
            continue
        unread = _unread(frame, parameter.code, given)
        if not unread.any():
            continue
        frame, new, broken = _one(frame, parameter, owner, first, unread)
        rows.append(
            _observations(
                new, parameter, owner, "computed" if kinds is COMPUTED else _kind(parameter)
            )
        )
        remarks += [not_computable(broken, owner)] if broken.height else []
    return pl.concat(
        [empty("observations").drop("study"), *rows], how="diagonal_relaxed"
    ), pl.concat(remarks)


def _touched(parameter: Parameter, owner: Instrument | Scale, frame: pl.DataFrame) -> bool:
    return any(code in frame.columns for code in needs(parameter, owner))


def _one(
    frame: pl.DataFrame,
    parameter: Parameter,
    owner: Instrument | Scale,
    first: int,
    unread: pl.Series,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The frame with the parameter's column and ids filled where it was not read; the rows that are new; those without a number."""
    code = parameter.code
    work = frame.with_columns(
        _value=calculate(frame, parameter, owner),
        _id=identity(owner, code, first),
        _unread=unread,
        code=pl.lit(code),
    )
    known, number = pl.col("_unread") & pl.col("_value").is_not_null(), pl.col("_value").is_finite()
    new, broken = work.filter(known & number), work.filter(known & ~number)
    refuse_crowded(new, owner, first)
    old, old_id = (
        (pl.col(code), pl.col(f"{code}__id"))
        if code in frame.columns
        else (pl.lit(None, pl.Float64), pl.lit(None, pl.Int64))
    )
    filled = [
        pl.when(known & number).then(pl.col("_value")).otherwise(old).alias(code),
        pl.when(known & number).then(pl.col("_id")).otherwise(old_id).alias(f"{code}__id"),
    ]
    return (
        work.select(
            *(pl.col(name) for name in frame.columns if name not in (code, f"{code}__id")), *filled
        ),
        new,
        broken,
    )


def _unread(frame: pl.DataFrame, code: str, given: set[str]) -> pl.Series:
    """Which measurements were read without this code: neither as a number nor as a text."""
    columns = [column for column in (code, f"{code}__text") if column in given]
    if not columns:
        return pl.Series("unread", [True]).new_from_index(0, frame.height)
    return frame.select(pl.all_horizontal(pl.col(columns).is_null()).alias("unread"))["unread"]


def _parents(new: pl.DataFrame, parameter: Parameter, owner: Instrument | Scale) -> pl.Expr:
    """Ids of the observations that the value is made of, sorted."""
    ids = [f"{code}__id" for code in needs(parameter, owner) if f"{code}__id" in new.columns]
    return pl.concat_list(ids).list.drop_nulls().list.sort().alias("parents")


def _kind(parameter: Parameter) -> str:
    return "score" if parameter.kind == "value" else parameter.kind


def _observations(
    new: pl.DataFrame, parameter: Parameter, owner: Instrument | Scale, kind: str
) -> pl.DataFrame:
    said = {"measure": f"{owner.name}.{parameter.code}", "kind": kind, "unit": parameter.unit}
    values = (
        pl.col("_id").alias("id"),
        *ABOUT,
        pl.col("_value").alias("value"),
        _parents(new, parameter, owner),
    )
    return new.select(*values, *(pl.lit(value).alias(name) for name, value in said.items()))
