"""Sets of readings that equal each other, and how likely that is by chance.

The chance is judged by a measure's own steps and by how much readings differ in this study.
"""

from __future__ import annotations

from math import log, pi, sqrt
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen
from polars import selectors

from dermoutcomes.declare import Instrument
from dermoutcomes.quality.reading_levels import TO_SD

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from dermoutcomes.declare import Parameter
    from dermoutcomes.quality.check_data import StudyData

    Numbers = np.ndarray[Any, Any]

__all__ = ["Comparison", "copies", "device_readings", "neighbours"]

# The density of a normal variable at its centre, times its standard deviation.
PEAK = 1 / sqrt(2 * pi)
# Steps below which two readings are the same or next to each other, however they were rounded.
NEXT = 1.5
POSITION = ("location", "side", "period", "rater_role", "replicate", "measure")
# Words of few kinds, by which sets of readings are told apart: as numbers they are compared at once.
WORDS = (
    "owner",
    "subject",
    "visit",
    "timepoint",
    "location",
    "side",
    "period",
    "rater_role",
    "measure",
)
# Numbers of rows are made anew before they would need more than 62 bits.
WIDEST = 2**62
CELL = ("id", "value", "measure", "source", "row", "column")


@frozen
class Comparison:
    """Which sets of readings are compared.

    `unit` are the columns that one set has in common, `shared` those that two sets must have in
    common to be compared, and `differ` those of which one at least must differ. The usual
    difference is estimated from sets that are next to each other within `neighbours`.
    """

    unit: tuple[str, ...]
    shared: tuple[str, ...]
    differ: tuple[str, ...]
    neighbours: tuple[str, ...]

    @property
    def position(self) -> list[str]:
        """What tells the readings of one set apart."""
        if "measurement" in self.unit:
            return ["measure"]
        return [name for name in POSITION if name not in self.unit]


def device_readings(data: StudyData) -> pl.DataFrame:
    """Readings of devices that can take many values, with `step`, `equal` and `evidence`.

    `step` is the smallest difference between two values of the measure; `equal` the share of its
    other readings that have the same value, or that of its readings that are equal in pairs where
    it is larger: zeros, and the ends of a device's range, are equal for reasons of their own.
    `evidence` is false where another measure says the same. Ratings and scores of scales are not
    here: they are equal so often that it says nothing. Words are enumerations, and measurements are
    numbered from 0.
    """
    names = [
        f"{name}.{parameter.code}"
        for name, owner in data.registry.named_owners().items()
        if isinstance(owner, Instrument)
        for parameter in owner.parameters
        if _has_many_values(parameter)
    ]
    rows = data.readings.filter(
        pl.col("kind").is_in(["value", "computed"]), pl.col("measure").is_in(names)
    ).with_columns(value=pl.col("value").round_sig_figs(9))
    n, total = pl.col("n").cast(pl.Float64), pl.col("n").sum().cast(pl.Float64)
    pairs = ((n * (n - 1)).sum() + 1) / (total * (total - 1) + 1)
    alike = (n - 1) / pl.max_horizontal(total - 1, pl.lit(1.0))
    values = (
        rows.group_by("measure", "value")
        .len("n")
        .sort("measure", "value")
        .select(
            "measure",
            "value",
            step=(pl.col("value") - pl.col("value").shift()).min().over("measure"),
            equal=pl.max_horizontal(pairs.over("measure"), alike.over("measure")),
        )
    )
    dependent = pl.col("measure").is_in(_dependent_measures(data))
    enums = [pl.col(name).cast(pl.Enum(rows[name].drop_nulls().unique().sort())) for name in WORDS]
    return (
        rows.select(
            *dict.fromkeys((*WORDS, *CELL, "day", "replicate", "measurement", "visit_rank"))
        )
        .join(values, on=["measure", "value"], maintain_order="left")
        .sort("measurement", "measure", "id")
        .with_columns(*enums, pl.col("measurement").rle_id(), evidence=~dependent)
    )


def _with_words(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with their words as such again."""
    return rows.with_columns(selectors.enum().cast(pl.String))


def _has_many_values(parameter: Parameter) -> bool:
    return parameter.values is None and parameter.scale_type in ("ratio", "interval")


def _dependent_measures(data: StudyData) -> list[str]:
    """Measures that follow another one's lead.

    Of those that are not independent of each other, all but the first.
    """
    dependent: set[str] = set()
    # A measure that nobody read leads none: R0 alone is evidence, though Q0 stands before it.
    for measure in data.readings["measure"].unique():
        parameter, owner = data.registry.parameter(measure), measure.partition(".")[0]
        others = parameter.not_independent_of if parameter else ()
        dependent |= {
            name
            for other in others
            if (name := other if "." in other else f"{owner}.{other}") > measure
        }
    return sorted(dependent)


def copies(readings: pl.DataFrame, comparison: Comparison, expected: float) -> pl.DataFrame:
    """Sets of readings that all equal those of an earlier set, too many of them to be chance.

    One row a set, with its cells' first, `n` readings of `rows` measurements, and as `..._first`
    the set that it equals. `expected` is the number of such coincidences in the whole study below
    which one is told. A reading equals another one by chance with probability p = step φ(0) / s,
    where s is the standard deviation of differences between neighbouring sets, about their mean
    where a set has several readings of the measure (what a whole visit has in common is no
    evidence). s is taken of the values and of their logarithms, and the larger p counts, as does
    `equal` if it is larger. The number to be expected is the product of p over the set, times the
    number of sets that are compared.
    """
    compared = _number_of_pairs(readings, comparison)
    if not compared:
        readings = readings.clear()
    readings = _with_log_chance(readings, comparison)
    units = _units(readings, comparison)
    rare = units.filter(pl.col("log_chance") < log(expected) - log(max(1.0, compared)))
    rare = _with_fingerprints(rare, readings, comparison)
    pairs = rare.join(rare, on=[*comparison.shared, "fingerprint"], nulls_equal=True, suffix="_2")
    alike = [
        pl.col(name).eq_missing(pl.col(f"{name}_2"))
        for name in comparison.differ
        if name not in comparison.shared
    ]
    pairs = pairs.filter(~pl.all_horizontal(alike), pl.col("id_2") < pl.col("id"))
    return _with_words(pairs.sort("id", "id_2").unique("id", keep="first", maintain_order=True))


def neighbours(readings: pl.DataFrame, comparison: Comparison) -> pl.DataFrame:
    """Each set of readings beside the one before it, of those with the same number of readings.

    One row a pair: the set's own columns, `..._before` of the set before it, and `chance` that all
    readings of the two are equal by chance (the product of p in `copies`). Whether they are `equal`
    all; and `near`, how many equal pairs this one lets expect. Of pairs of k independent readings
    that are no more than a step apart, all different pairs alike, 3^k - 1 are not equal where one
    is: a close pair counts 1 / (3^k - 1), any other one 0. So the study's close pairs say how many
    are equal by chance, where subjects vary by more or less than p takes them to.
    """
    readings = _with_log_chance(readings, comparison)
    within, position = list(comparison.neighbours), comparison.position
    sets = (
        _units(readings, comparison)
        .sort("visit_rank", "id", nulls_last=True, maintain_order=True)
        .with_columns(turn=pl.int_range(pl.len()).over(within), chance=pl.col("log_chance").exp())
    )
    unit = list(comparison.unit)
    numbered = readings.join(sets.select(*unit, "turn"), on=unit, nulls_equal=True)
    on = list(dict.fromkeys((*within, "turn", *position)))
    later = numbered.select(*on, "value", "step", "evidence")
    before = numbered.select(*on, "value").with_columns(pl.col("turn") + 1)
    apart = later.join(before, on=on, nulls_equal=True, suffix="_before").with_columns(
        steps=(pl.col("value") - pl.col("value_before")).abs() / pl.col("step").fill_null(1.0)
    )
    k = pl.col("evidence").sum().cast(pl.Float64)
    compared = apart.group_by(*within, "turn").agg(
        pl.len().alias("n_compared"),
        (pl.col("steps") == 0).all().alias("equal"),
        pl.when((pl.col("steps") < NEXT).all(), k > 0).then(1 / (3.0**k - 1)).alias("near"),
    )
    pair = [*within, "turn"]
    earlier = sets.select(*pair, "n", "visit", "row").with_columns(pl.col("turn") + 1)
    pairs = sets.join(compared, on=pair, nulls_equal=True, maintain_order="left").join(
        earlier, on=pair, nulls_equal=True, suffix="_before", maintain_order="left"
    )
    same_size = (pl.col("n") == pl.col("n_before")) & (pl.col("n") == pl.col("n_compared"))
    near = pl.when("equal").then(0.0).otherwise(pl.col("near").fill_null(0.0))
    pairs = pairs.filter(same_size).with_columns(near=near).drop("turn", "n_before", "n_compared")
    return _with_words(pairs)


def _units(readings: pl.DataFrame, comparison: Comparison) -> pl.DataFrame:
    """One row a set of readings, with all that a finding says of it.

    Sets of the same readings have the same `digest`; others may have, if hardly ever.
    """
    place = [name for name in ("location", "side", "replicate") if name not in comparison.unit]
    return (
        readings.sort("id")
        .with_columns(cell=pl.struct(*comparison.position, "value").hash())
        .group_by(*comparison.unit, maintain_order=True)
        .agg(
            # A sum, since the readings of a set stand in any order.
            pl.col("cell").sum().alias("digest"),
            pl.col("log_chance").sum(),
            pl.len().alias("n"),
            pl.col("measurement").n_unique().alias("rows"),
            pl.col(*CELL, "visit_rank").first(),
            *(
                pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()).alias(name)
                for name in place
            ),
        )
    )


def _with_fingerprints(
    units: pl.DataFrame, readings: pl.DataFrame, comparison: Comparison
) -> pl.DataFrame:
    """Those of the sets that have the digest of another one, each with its readings as a text.

    A text says for sure whether two sets are equal; hardly any set needs one.
    """
    several = units.filter(pl.col("digest").is_duplicated()).drop("digest")
    unit = list(comparison.unit)
    position = [pl.col(name).cast(pl.String).fill_null("") for name in comparison.position]
    cells = readings.join(several, on=unit, how="semi", nulls_equal=True).select(
        *unit, cell=pl.concat_str(*position, pl.col("value").cast(pl.String), separator="=")
    )
    texts = cells.group_by(unit).agg(fingerprint=pl.col("cell").sort().str.join(";"))
    return several.join(texts, on=unit, nulls_equal=True, maintain_order="left")


def _number_of_pairs(readings: pl.DataFrame, comparison: Comparison) -> float:
    """How many pairs of sets differ as they must, of those that share what they must."""
    units = readings.select(comparison.unit).unique()
    together = _pairs_within(units, comparison.shared)
    same = _pairs_within(units, (*comparison.shared, *comparison.differ))
    return together - same


def _pairs_within(units: pl.DataFrame, by: tuple[str, ...]) -> float:
    k = units.group_by(*dict.fromkeys(by)).len("k")["k"].cast(pl.Float64)
    return float((k * (k - 1) / 2).sum())


def _with_log_chance(readings: pl.DataFrame, comparison: Comparison) -> pl.DataFrame:
    rows = readings.join(
        _spreads(readings, comparison), on="measure", how="left", maintain_order="left"
    )
    step, value = pl.col("step"), pl.col("value").abs()
    chances = [pl.col("equal"), step * PEAK / pl.col("spread")]
    chances.append(step / value * PEAK / pl.col("log_spread"))
    chance = pl.max_horizontal(*chances).clip(upper_bound=1.0)
    return rows.with_columns(
        log_chance=pl.when("evidence").then(chance.fill_nan(1.0).log()).otherwise(0.0)
    )


def _spreads(readings: pl.DataFrame, comparison: Comparison) -> pl.DataFrame:
    """The usual difference between two sets next to each other, by measure.

    Sets that are equal throughout may be copies and do not count.
    """
    import numpy as np

    apart, log_apart, pair, measure = _differences(readings, comparison)
    rows, measures = [], readings.schema["measure"]
    assert isinstance(measures, pl.Enum)
    if pair.size:
        counted = np.maximum.reduceat(apart != 0, starts := _starts(pair))
        counts = np.repeat(counted, np.diff(starts, append=pair.size))
        apart, log_apart, pair, measure = (
            column[counts] for column in (apart, log_apart, pair, measure)
        )
    if pair.size:
        runs = _starts(pair * (int(measure.max()) + 1) + measure)
        spreads = np.abs(_about_mean(apart, runs)), np.abs(_about_mean(log_apart, runs))
        for number in np.unique(measure):
            own = measure == number
            rows.append(
                (measures.categories[int(number)], *(_usual(spread[own]) for spread in spreads))
            )
    schema = [("measure", measures), ("spread", pl.Float64()), ("log_spread", pl.Float64())]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _differences(readings: pl.DataFrame, comparison: Comparison) -> tuple[Numbers, ...]:
    """Readings less those of the same position in the set before, and so of their logarithms.

    With each the number of its set and that of its measure, by which they are sorted. A logarithm
    that there is not is NaN.
    """
    import numpy as np

    within = list(comparison.neighbours)
    sets, of_within = (
        _numbered(readings, names)
        for names in (list(dict.fromkeys((*comparison.unit, *within))), within)
    )
    # Sets by what they are next to each other within, and there as they come.
    _, first, set_of = np.unique(sets, return_index=True, return_inverse=True)
    order = np.lexsort((first, of_within[first]))
    turn = np.empty_like(order)
    turn[order] = np.arange(order.size)
    begins = np.diff(of_within[first][order], prepend=-1) != 0

    position = [name for name in comparison.position if name not in (*within, "measure")]
    places = _numbered(readings, position)
    if places.max(initial=0) > places.size:
        places = np.unique(places, return_inverse=True)[1]
    n_places = int(places.max(initial=0)) + 1
    measure = readings["measure"].to_physical().cast(pl.Int64).to_numpy()
    n_positions = (int(measure.max(initial=0)) + 1) * n_places
    keys, rows = np.unique(
        turn[set_of] * n_positions + measure * n_places + places, return_index=True
    )
    value = readings["value"].to_numpy()[rows]
    before = np.searchsorted(keys, keys - n_positions)
    has_before = (keys[before] == keys - n_positions) & ~begins[keys // n_positions]
    later, earlier = value[has_before], value[before[has_before]]
    positive = (later > 0) & (earlier > 0)
    log_apart = np.full(later.size, np.nan)
    log_apart[positive] = np.log(later[positive]) - np.log(earlier[positive])
    keys = keys[has_before]
    return later - earlier, log_apart, keys // n_positions, keys % n_positions // n_places


def _numbered(rows: pl.DataFrame, names: Sequence[str]) -> Numbers:
    """A number for each row, the same for rows that have the same in all columns."""
    import numpy as np

    numbers = np.zeros(rows.height, dtype=np.int64)
    for name in names:
        column = rows[name].to_physical().cast(pl.Int64)
        column = (column - column.min() + 1).fill_null(0) if column.count() else column.fill_null(0)
        width = int(column.max() or 0) + 1  # type: ignore[arg-type]  # a column of whole numbers
        if (int(numbers.max(initial=0)) + 1) * width >= WIDEST:
            numbers = np.unique(numbers, return_inverse=True)[1]
        numbers = numbers * width + column.to_numpy()
    return numbers


def _starts(numbers: Numbers) -> Numbers:
    """Where runs of a number begin."""
    import numpy as np

    return np.flatnonzero(np.diff(numbers, prepend=numbers[0] - 1))


def _about_mean(values: Numbers, starts: Numbers) -> Numbers:
    """Each value about the mean of its run, where that has several; NaN is no value.

    Deviations from a mean of n values are too small by the root of (n - 1) / n.
    """
    import numpy as np

    n = np.diff(starts, append=values.size)
    known = ~np.isnan(values)
    sums = np.add.reduceat(np.where(known, values, 0.0), starts)
    means = np.where(n > 1, sums / np.maximum(np.add.reduceat(known, starts, dtype=int), 1), 0.0)
    freedom = np.sqrt(n / np.maximum(n - 1, 1))
    about: Numbers = (values - np.repeat(means, n)) * np.repeat(freedom, n)
    return about


def _usual(values: Numbers) -> float | None:
    """The standard deviation that the median of deviations lets expect."""
    import numpy as np

    known = values[~np.isnan(values)]
    return float(np.median(known)) * TO_SD if known.size else None
