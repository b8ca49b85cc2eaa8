"""Values of raw curves, batch by batch: memory does not grow with the number of curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.declare import Instrument
from dermoutcomes.derive.derivation_findings import not_computable
from dermoutcomes.derive.source_options import NO_ENTRIES, owner_options
from dermoutcomes.derive.value_ids import FROM_CURVES, with_ids
from dermoutcomes.errors import PluginError, blamed
from dermoutcomes.tables.findings import no_findings, remarks
from dermoutcomes.vocabulary import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["BATCH", "curve_values"]

BATCH = 2_000
ABOUT_CURVE = (
    "measurement",
    "subject",
    "visit",
    "timepoint",
    "day",
    "taken_at",
    "location",
    "side",
    "replicate",
    "source",
    "row",
)


def curve_values(
    registry: Registry,
    curves: pl.DataFrame | pl.LazyFrame,
    study: Study,
    entries: Mapping[int, int] = NO_ENTRIES,
    *,
    batch: int = BATCH,
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Observations (kind "computed", parents = the curve) and findings of each batch of curves.

    In the order of their ids, by which rows must be sorted. A scan of a Parquet file is read a
    batch at a time; a frame is cut. Curves of an instrument that has no method give nothing.
    PluginError where a method returns what it did not declare.
    """
    turns = _TurnCounter()
    for frame in _batches(curves, batch):
        counted = turns.count(frame)
        parts = counted.partition_by("instrument", "source", as_dict=True, maintain_order=True)
        for (name, source), part in parts.items():
            owner = registry.instruments.get(name)
            if owner is not None and owner.curves is not None:
                options = owner_options(study, owner, entries).of(int(source))
                yield _computed_values(part, owner, options)


def _batches(curves: pl.DataFrame | pl.LazyFrame, batch: int) -> Iterator[pl.DataFrame]:
    if isinstance(curves, pl.DataFrame):
        yield from curves.iter_slices(batch)
        return
    for frame in curves.collect_batches(chunk_size=batch, maintain_order=True):
        yield from frame.iter_slices(batch)


class _TurnCounter:
    """Counts curves that stand side by side in one row of a file, over the borders of batches."""

    def __init__(self) -> None:
        self.last_row = (-1, -1)
        self.n_in_row = 0

    def count(self, frame: pl.DataFrame) -> pl.DataFrame:
        counted = frame.with_columns(turn=pl.int_range(pl.len()).over("source", "row"))
        source, row = self.last_row
        same_row = (pl.col("source") == source) & (pl.col("row") == row)
        counted = counted.with_columns(
            turn=pl.col("turn") + pl.when(same_row).then(self.n_in_row).otherwise(0)
        )
        if counted.height:
            last = counted.row(-1, named=True)
            self.last_row, self.n_in_row = (last["source"], last["row"]), last["turn"] + 1
        return counted


def _computed_values(
    curves: pl.DataFrame, owner: Instrument, options: Any
) -> tuple[pl.DataFrame, pl.DataFrame]:
    assert owner.curves is not None
    with blamed(f"{owner.name}: computing curves"):
        table = owner.curves.compute(curves.drop("turn"), options)
    codes = _codes_of_table(table, owner, curves.height)
    about = curves.select("id", *ABOUT_CURVE, "turn").rename({"id": "curve"})
    results = about.join(
        table.rename({"id": "curve"}), on="curve", how="left", maintain_order="left"
    )
    value = pl.col("value")
    values = results.unpivot(
        codes, index=["curve", *ABOUT_CURVE, "turn"], variable_name="code", value_name="value"
    )
    values = values.with_columns(value.cast(pl.Float64)).drop_nulls("value")
    values = with_ids(values, owner, FROM_CURVES)
    # Infinite or NaN is told and kept out; null is a value that the method does not have, and is
    # not.
    broken = not_computable(values.filter(~value.is_finite()), owner)
    findings = pl.concat([_findings_of_checks(results, owner), broken])
    return _observations(values.filter(value.is_finite()), owner), findings


def _codes_of_table(table: pl.DataFrame, owner: Instrument, height: int) -> list[str]:
    """The code columns of what a method returned; PluginError for what it did not declare."""
    codes = [parameter.code for parameter in owner.parameters]
    prefixes = ("id", "check_", "message_")
    unknown = [
        name for name in table.columns if name not in codes and not name.startswith(prefixes)
    ]
    if "id" not in table.columns or unknown or table.height != height:
        fault = (
            f"unknown columns {', '.join(map(repr, unknown))}"
            if unknown
            else f"{table.height} rows for {height} curves, columns {table.columns}"
        )
        raise PluginError(
            f"{owner.name}: the curve method must return the column 'id', a row a curve, "
            f"and columns of its parameters: {fault}"
        )
    return [code for code in codes if code in table.columns]


def _observations(rows: pl.DataFrame, owner: Instrument) -> pl.DataFrame:
    units = {parameter.code: parameter.unit for parameter in owner.parameters}
    return rows.select(
        "id",
        *ABOUT_CURVE,
        (pl.lit(f"{owner.name}.") + pl.col("code")).alias("measure"),
        pl.lit("computed").alias("kind"),
        "value",
        pl.col("code").replace_strict(units, return_dtype=pl.String).alias("unit"),
        pl.concat_list("curve").alias("parents"),
    )


def _findings_of_checks(results: pl.DataFrame, owner: Instrument) -> pl.DataFrame:
    """Findings of the Boolean columns `check_<name>`, in the words of `message_<name>`."""
    assert owner.curves is not None
    findings = [no_findings()]
    for column in [name for name in results.columns if name.startswith("check_")]:
        name = column.removeprefix("check_")
        # The instrument declares a severity of the check, or words for it.
        severity = owner.curves.checks.get(name, name)
        message = (
            pl.col(f"message_{name}")
            if f"message_{name}" in results.columns
            else pl.lit(f"{severity}: look at the curve")
        )
        findings.append(
            remarks(
                results.filter(pl.col(column).fill_null(value=False)),
                check=f"{owner.name}.{name}",
                severity=severity if severity in SEVERITIES else "warning",
                message=message,
            )
        )
    return pl.concat(findings)
