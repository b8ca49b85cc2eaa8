"""Values of raw curves, batch by batch: the memory that this takes does not grow with the number of curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.declare import Instrument
from dermoutcomes.derive.findings import not_computable, remarks
from dermoutcomes.derive.numbering import FROM_CURVES, number
from dermoutcomes.derive.source_options import NO_ENTRIES, owner_options
from dermoutcomes.errors import PluginError, blamed
from dermoutcomes.words import SEVERITIES

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
    """Observations (kind "computed", parents = the curve) and findings of each batch of curves, in the order of their ids.

    A scan of a Parquet file is read a batch at a time; a frame is cut. Rows must be sorted by id. Curves of an instrument that
    has no method give nothing. PluginError where a method returns what it did not declare.
    """
    turns = _Turns()
    for frame in _batches(curves, batch):
        numbered = turns.count(frame)
        parts = numbered.partition_by("instrument", "source", as_dict=True, maintain_order=True)
        for (name, source), part in parts.items():
            owner = registry.instruments.get(name)
            if owner is not None and owner.curves is not None:
                yield _computed(part, owner, owner_options(study, owner, entries).of(int(source)))


def _batches(curves: pl.DataFrame | pl.LazyFrame, batch: int) -> Iterator[pl.DataFrame]:
    if isinstance(curves, pl.DataFrame):
        yield from curves.iter_slices(batch)
        return
    for frame in curves.collect_batches(chunk_size=batch, maintain_order=True):
        yield from frame.iter_slices(batch)


class _Turns:
    """Counts the curves that stand side by side in one row of a file, over the borders of batches."""

    def __init__(self) -> None:
        self.last = (-1, -1)
        self.seen = 0

    def count(self, frame: pl.DataFrame) -> pl.DataFrame:
        counted = frame.with_columns(turn=pl.int_range(pl.len()).over("source", "row"))
        again = (pl.col("source") == self.last[0]) & (pl.col("row") == self.last[1])
        counted = counted.with_columns(
            turn=pl.col("turn") + pl.when(again).then(self.seen).otherwise(0)
        )
        if counted.height:
            end = counted.row(-1, named=True)
            self.last, self.seen = (end["source"], end["row"]), end["turn"] + 1
        return counted


def _computed(
    curves: pl.DataFrame, owner: Instrument, options: Any
) -> tuple[pl.DataFrame, pl.DataFrame]:
    assert owner.curves is not None
    with blamed(f"{owner.name}: computing curves"):
        table = owner.curves.compute(curves.drop("turn"), options)
    codes = _codes(table, owner, curves.height)
    about = curves.select("id", *ABOUT_CURVE, "turn").rename({"id": "curve"})
    found = about.join(table.rename({"id": "curve"}), on="curve", how="left", maintain_order="left")
    long = found.unpivot(
        codes,
        index=["curve", *ABOUT_CURVE[1:], "measurement", "turn"],
        variable_name="code",
        value_name="value",
    )
    long = number(
        long.with_columns(pl.col("value").cast(pl.Float64)).drop_nulls("value"), owner, FROM_CURVES
    )
    sound = long.filter(pl.col("value").is_finite())
    broken = not_computable(long.filter(~pl.col("value").is_finite()), owner)
    return _observations(sound, owner), pl.concat([_checked(found, owner), broken])


def _codes(table: pl.DataFrame, owner: Instrument, height: int) -> list[str]:
    """The code columns of what a method returned; PluginError for anything that it did not declare."""
    declared = [parameter.code for parameter in owner.parameters]
    words = ("id", "check_", "message_")
    others = [name for name in table.columns if name not in declared and not name.startswith(words)]
    if "id" not in table.columns or others or table.height != height:
        wrong = (
            f"unknown columns {', '.join(map(repr, others))}"
            if others
            else f"{table.height} rows for {height} curves, columns {table.columns}"
        )
        raise PluginError(
            f"{owner.name}: the curve method must return the column 'id', a row a curve, and columns of its parameters: {wrong}"
        )
    return [code for code in declared if code in table.columns]


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


def _checked(found: pl.DataFrame, owner: Instrument) -> pl.DataFrame:
    """Findings of the Boolean columns `check_<name>`, in the words of `message_<name>`."""
    assert owner.curves is not None
    frames = [remarks(found.clear(), check="", severity="note", message="")]
    for column in [name for name in found.columns if name.startswith("check_")]:
        name = column.removeprefix("check_")
        said = owner.curves.checks.get(name, name)
        words = (
            pl.col(f"message_{name}")
            if f"message_{name}" in found.columns
            else pl.lit(f"{said}: look at the curve")
        )
        rows = found.filter(pl.col(column).fill_null(value=False))
        frames.append(
            remarks(
                rows,
                check=f"{owner.name}.{name}",
                severity=said if said in SEVERITIES else "warning",
                message=words,
            )
        )
    return pl.concat(frames)
