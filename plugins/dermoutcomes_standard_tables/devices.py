"""How and in what circumstances it was measured: devices, settings, operators, room, hour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.report import Column, Row, Table, TableSpec, bare_foot, number, rich
from dermoutcomes_standard_tables.arms import ALL, share

if TYPE_CHECKING:
    from dermoutcomes import Parameter, TableChoice
    from dermoutcomes.report import Material, Outline, Rich, Style

__all__ = ["conditions", "conditions_shell", "devices", "devices_shell"]

SIDES = {"left": "Left side", "right": "Right side"}
OPERATOR = "Operator"
MEASUREMENTS = "Measurements, with their share of those of the column that say it."
CHANGED = (
    "A setting with several values has a line for each: what changed with visits, arms or sides."
)
RANGES = "Median (least to greatest) over measurements."
MIDNIGHT = "A date without a time counts in no time of day."
MINUTES = "__minutes"


@frozen
class Readings:
    """One row a measurement and code of an instrument, with the column that it is counted in."""

    rows: pl.DataFrame
    columns: tuple[str, ...]
    style: Style

    def counts(self, chosen: pl.DataFrame, of: pl.DataFrame) -> tuple[Rich, ...]:
        """How many measurements of `of` are in `chosen`, in each column and in all."""
        return tuple(
            share(_in_column(chosen, name).height, _in_column(of, name).height, self.style)
            for name in self.columns
        )


def devices_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """The settings of each instrument that the study reads, and no number."""
    across = (*map(outline.arm_name, choice.arms or outline.study.arms), ALL)
    blank = ((),) * (len(across) + 1)
    for name, own in _declared(outline, "setting").items():
        spec = _devices_spec(outline, name, across)
        yield spec.filled(Row((rich(parameter.label), *blank)) for parameter in own)


def conditions_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """A table an instrument that has circumstances, with its visits, and no number."""
    for name, own in _declared(outline, "circumstance").items():
        spec = _conditions_spec(outline, name, own)
        visits = choice.visits or outline.study.visit_order
        yield spec.filled(Row((rich(outline.visit_name(visit)),), look="group") for visit in visits)


def devices(material: Material, choice: TableChoice) -> Iterator[Table]:
    """A table an instrument: each setting with its values, and the visits of each.

    Serial numbers, probes, dates of calibration and operators: a value more than one is a change.
    """
    for name in material.registry.instruments:
        readings = _readings(material, choice, name)
        rows = list(_settings(material, readings))
        if rows:
            spec = _devices_spec(material, name, readings.columns)
            yield spec.filled(rows, remarks=(CHANGED,) if len(rows) > 1 else ())


def conditions(material: Material, choice: TableChoice) -> Iterator[Table]:
    """A table an instrument: hour, temperature, humidity and the like by visit, and by arm or side."""
    for name, own in _declared(material, "circumstance").items():
        readings = _readings(material, choice, name)
        measured = readings.rows.filter(pl.col("kind") == "circumstance")
        times = _times_of_day(readings.rows)
        if not measured.height and not times.height:
            continue
        rows: list[Row] = []
        seen = set(readings.rows["visit"].drop_nulls())
        for visit in choice.visits or sorted(seen, key=material.visit_rank):
            if visit not in seen:
                continue
            rows.append(Row((rich(material.visit_name(visit)),), look="group"))
            at_visit = pl.col("visit") == visit
            rows += [
                _conditions_row(column, measured.filter(at_visit), times.filter(at_visit), own)
                for column in readings.columns
            ]
        yield _conditions_spec(material, name, own).filled(rows)


def _declared(outline: Outline, kind: str) -> dict[str, tuple[Parameter, ...]]:
    """The codes of a kind of each instrument that the study reads."""
    return {
        name: own
        for name, instrument in outline.registry.instruments.items()
        if name in outline.study.sources
        and (own := tuple(item for item in instrument.parameters if item.kind == kind))
    }


def _readings(material: Material, choice: TableChoice, instrument: str) -> Readings:
    """Its measurements, each code of one once, with the arm, or the side where there are no arms."""
    rows = material.frame("observations").filter(
        pl.col("measure").str.starts_with(f"{instrument}."), pl.col("parents").is_null()
    )
    rows = rows.unique(["measurement", "measure"], keep="first", maintain_order=True)
    allocations = material.frame("allocations").drop_nulls("arm")
    by = [name for name in ("location", "side") if allocations[name].is_not_null().any()]
    arms = allocations.select("subject", *by, across="arm").unique(maintain_order=True)
    if arms.select("subject", *by).is_duplicated().any():
        # Of a crossover or a change of arms no reading says by itself which arm it is of.
        arms = arms.clear()
    if arms.height:
        rows = rows.join(arms, on=["subject", *by], how="left", maintain_order="left")
        present = set(rows["across"].drop_nulls())
        names = [arm for arm in choice.arms or material.study.arms if arm in present]
        words = {arm: material.arm_name(arm) for arm in names}
    else:
        words = {side: name for side, name in SIDES.items() if side in set(rows["side"])}
        rows = rows.with_columns(across=pl.col("side"))
    named = pl.col("across").replace_strict(words, default=None, return_dtype=pl.String)
    columns = tuple(words.values()) if len(words) > 1 else ()
    return Readings(rows.with_columns(across=named), (*columns, ALL), material.style)


def _in_column(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    return rows if name == ALL else rows.filter(pl.col("across") == name)


def _settings(material: Material, readings: Readings) -> Iterator[Row]:
    settings = readings.rows.filter(pl.col("kind") == "setting")
    words = pl.coalesce("text", pl.col("value").map_elements(_plain, return_dtype=pl.String))
    for (measure,), own in settings.with_columns(words=words).group_by(
        "measure", maintain_order=True
    ):
        parameter = material.registry.parameter(str(measure))
        label = parameter.label if parameter else str(measure)
        unit = f" ({parameter.unit})" if parameter and parameter.unit else ""
        yield from _values(material, readings, f"{label}{unit}", own)
    acts = readings.rows.unique("measurement", keep="first", maintain_order=True)
    operated = acts.drop_nulls("rater").with_columns(words=pl.col("rater"))
    if operated.height:
        yield from _values(material, readings, OPERATOR, operated)


def _plain(value: float) -> str:
    return f"{value:g}"


def _values(
    material: Material, readings: Readings, label: str, rows: pl.DataFrame
) -> Iterator[Row]:
    """A line a value: one where a setting never changed."""
    values = rows["words"].drop_nulls().unique(maintain_order=True).to_list()
    if not values:
        return
    for value in values:
        own = rows.filter(pl.col("words") == value)
        visits = sorted(set(own["visit"].drop_nulls()), key=material.visit_rank)
        cells = (
            rich(f"{label}: {value}"),
            rich(", ".join(map(material.visit_name, visits))),
            *readings.counts(own, rows),
        )
        yield Row(cells)


def _times_of_day(rows: pl.DataFrame) -> pl.DataFrame:
    """Minutes after midnight of each measurement that has a time; a bare date reads as midnight."""
    acts = rows.unique("measurement", keep="first", maintain_order=True).drop_nulls("taken_at")
    minutes = pl.col("taken_at").dt.hour().cast(pl.Int32) * 60 + pl.col("taken_at").dt.minute()
    return acts.with_columns(minutes.alias(MINUTES)).filter(pl.col(MINUTES) > 0)


def _conditions_row(
    column: str, measured: pl.DataFrame, times: pl.DataFrame, own: tuple[Parameter, ...]
) -> Row:
    measured, times = _in_column(measured, column), _in_column(times, column)
    cells = [_spread(times[MINUTES].cast(pl.Float64), _clock)]
    for item in own:
        values = measured.filter(pl.col("measure").str.ends_with(f".{item.code}"))["value"]
        cells.append(_spread(values, partial(number, decimals=item.decimals)))
    return Row((rich(column), *map(rich, cells)), look="inset")


def _spread(values: pl.Series, text: Callable[[float], str]) -> str:
    """The median with the least and the greatest value; nothing where there is none."""
    values = values.drop_nulls()
    median, low, high = values.median(), values.min(), values.max()
    if not (isinstance(median, float) and isinstance(low, float) and isinstance(high, float)):
        return ""
    return f"{text(median)} ({text(low)} to {text(high)})"


def _clock(minutes: float) -> str:
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"


def _devices_spec(outline: Outline, instrument: str, across: tuple[str, ...]) -> TableSpec:
    heads = (Column("Setting"), Column("Visits"), *(Column(name, "r") for name in across))
    title = f"Devices and settings: {outline.registry.instruments[instrument].label}"
    return TableSpec(title, heads, bare_foot(outline, MEASUREMENTS))


def _conditions_spec(outline: Outline, instrument: str, own: tuple[Parameter, ...]) -> TableSpec:
    units = (f"{item.label}{f' ({item.unit})' if item.unit else ''}" for item in own)
    heads = (Column("Visit"), Column("Time of day", "r"), *(Column(head, "r") for head in units))
    title = f"Conditions of measurement: {outline.registry.instruments[instrument].label}"
    return TableSpec(title, heads, bare_foot(outline, RANGES, MIDNIGHT), narrow=True)
