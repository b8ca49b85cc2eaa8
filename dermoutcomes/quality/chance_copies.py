"""Sets of readings that equal each other, and how likely that is by chance.

The chance is judged by a measure's own steps and by how much readings differ in this study.
"""

from __future__ import annotations

from functools import cached_property
from math import log, pi, sqrt
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import define, field, frozen
from polars import selectors

from dermoutcomes.declare import Instrument
from dermoutcomes.quality.reading_levels import TO_SD
from dermoutcomes.quality.row_numbers import RowNumbers, starts_of_runs
from dermoutcomes.tables.table_rows import rows_in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np

    from dermoutcomes.declare import Parameter
    from dermoutcomes.quality.check_data import StudyData

    Numbers = np.ndarray[Any, Any]

__all__ = [
    "Comparison",
    "DeviceReadings",
    "copies",
    "device_readings",
    "neighbours",
    "with_places",
]

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
# By how much a sum of logarithms may differ with the order of its terms, and much more.
ROUNDING = 1e-6
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

    def among(self, varied: frozenset[str]) -> tuple[frozenset[str], ...]:
        """What is compared where only these columns have several values.

        Comparisons of which that is the same compare the same sets.
        """
        parts = (self.unit, self.shared, self.differ, self.neighbours, self.position)
        return tuple(varied.intersection(part) for part in parts)


@define(eq=False, slots=False)
class DeviceReadings:
    """Readings that are compared, with what several comparisons ask of them.

    `value_number` of `rows` is the row of `values`, where `step`, `equal` and `evidence` stand: a
    value of a measure has the same, whoever had it. `varied` are the columns with more than one
    value, of those by which sets are told apart.
    """

    rows: pl.DataFrame
    values: pl.DataFrame
    numbers: RowNumbers
    _log_chances: dict[Comparison, pl.Series] = field(factory=dict, init=False)

    @classmethod
    def of(cls, rows: pl.DataFrame, values: pl.DataFrame) -> DeviceReadings:
        """The readings, as `device_readings` has them."""
        words = [name for name in WORDS if name != "measure"]
        return cls(rows, values, RowNumbers.of(rows, [*words, "day", "replicate", "measurement"]))

    @property
    def none(self) -> pl.DataFrame:
        """No reading, with the columns of those that `_of_likely_copies` gives."""
        sums = {"log_chance": pl.Float64, "set": pl.Int64, "cell": pl.UInt64}
        blank = {name: pl.lit(None, kind) for name, kind in sums.items()}
        return self.rows.clear().with_columns(**blank)

    @cached_property
    def measure(self) -> Numbers:
        """The number of each reading's measure."""
        return self.rows.get_column("measure").to_physical().cast(pl.Int64).to_numpy()

    def log_chance(self, comparison: Comparison) -> pl.Series:
        """Of each reading the logarithm of its chance to equal another one; see `copies`."""
        if comparison not in self._log_chances:
            self._log_chances[comparison] = _log_chances(self, comparison)
        return self._log_chances[comparison][self.rows.get_column("value_number")]

    def number_of_pairs(self, comparison: Comparison) -> float:
        """How many pairs of sets differ as they must, of those that share what they must."""
        import numpy as np

        if not self.numbers.varied.intersection(comparison.differ):
            return 0.0
        _, first = np.unique(self.numbers.of_runs(comparison.unit), return_index=True)
        together, alike = (
            _number_of_pairs(self.numbers.of_runs(names)[first])
            for names in (comparison.shared, (*comparison.shared, *comparison.differ))
        )
        return together - alike

    def different(self, comparisons: Iterable[Comparison]) -> list[Comparison]:
        """The comparisons without those that compare the same sets as one before them."""
        varied = self.numbers.varied
        return [*{each.among(varied): each for each in reversed([*comparisons])}.values()][::-1]


def _number_of_pairs(groups: Numbers) -> float:
    """How many pairs there are within groups."""
    import numpy as np

    k = np.bincount(groups).astype(np.float64)
    return float((k * (k - 1) / 2).sum())


def device_readings(data: StudyData) -> DeviceReadings:
    """Readings of devices that can take many values; of each value `step`, `equal` and `evidence`.

    `step` is the smallest difference between two values of the measure; `equal` the share of its
    other readings that have the same value, or that of its readings that are equal in pairs where
    it is larger: zeros, and the ends of a device's range, are equal for reasons of their own.
    `evidence` is false where another measure says the same. Ratings and scores of scales are not
    here: they are equal so often that it says nothing. Measures are an enumeration, other words are
    held once, and measurements are numbered from 0, in their order.
    """
    names = [
        f"{name}.{parameter.code}"
        for name, owner in data.registry.named_owners().items()
        if isinstance(owner, Instrument)
        for parameter in owner.parameters
        if _has_many_values(parameter)
    ]
    columns = dict.fromkeys((*WORDS, *CELL, "day", "replicate", "measurement", "visit_rank"))
    rows = (
        data.readings.filter(
            pl.col("kind").is_in(["value", "computed"]), pl.col("measure").is_in(names)
        )
        .select(*columns)
        .with_columns(value=pl.col("value").round_sig_figs(9))
        .collect()
    )
    n, total = pl.col("n").cast(pl.Float64), pl.col("n").sum().cast(pl.Float64)
    pairs = ((n * (n - 1)).sum() + 1) / (total * (total - 1) + 1)
    alike = (n - 1) / pl.max_horizontal(total - 1, pl.lit(1.0))
    measures = rows["measure"].drop_nulls().unique().cast(pl.String).sort()
    rows = rows.with_columns(pl.col("measure").cast(pl.Enum(measures)))
    dependent = pl.col("measure").cast(pl.String).is_in(_dependent_measures(data))
    values = (
        rows.group_by("measure", "value")
        .len("n")
        .sort("measure", "value")
        .select(
            "measure",
            "value",
            step=(pl.col("value") - pl.col("value").shift()).min().over("measure"),
            equal=pl.max_horizontal(pairs.over("measure"), alike.over("measure")),
            evidence=~dependent,
            value_number=pl.int_range(pl.len(), dtype=pl.UInt32),
        )
    )
    numbered = rows_in_order(rows, "measurement").join(
        values.select("measure", "value", "value_number"),
        on=["measure", "value"],
        maintain_order="left",
    )
    numbered = numbered.with_columns(pl.col("measurement").rle_id())
    return DeviceReadings.of(numbered, values.drop("value_number"))


def _with_words(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with their words as such again."""
    return rows.with_columns((selectors.enum() | selectors.categorical()).cast(pl.String))


def _has_many_values(parameter: Parameter) -> bool:
    return parameter.values is None and parameter.scale_type in ("ratio", "interval")


def _dependent_measures(data: StudyData) -> list[str]:
    """Measures that follow another one's lead.

    Of those that are not independent of each other, all but the first.
    """
    dependent: set[str] = set()
    # A measure that nobody read leads none: R0 alone is evidence, though Q0 stands before it.
    for measure in data.readings.select(pl.col("measure").unique()).collect().to_series():
        parameter, owner = data.registry.parameter(measure), measure.partition(".")[0]
        others = parameter.not_independent_of if parameter else ()
        dependent |= {
            name
            for other in others
            if (name := other if "." in other else f"{owner}.{other}") > measure
        }
    return sorted(dependent)


def copies(readings: DeviceReadings, comparison: Comparison, expected: float) -> pl.DataFrame:
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
    compared = readings.number_of_pairs(comparison)
    bound = log(expected) - log(max(1.0, compared))
    likely = _of_likely_copies(readings, comparison, bound) if compared else readings.none
    rare = _units(likely, comparison).filter(pl.col("log_chance") < bound)
    rare = _with_fingerprints(rare, likely, comparison)
    pairs = rare.join(rare, on=[*comparison.shared, "fingerprint"], nulls_equal=True, suffix="_2")
    alike = [
        pl.col(name).eq_missing(pl.col(f"{name}_2"))
        for name in comparison.differ
        if name not in comparison.shared
    ]
    pairs = pairs.filter(~pl.all_horizontal(alike), pl.col("id_2") < pl.col("id"))
    return _with_words(pairs.sort("id", "id_2").unique("id", keep="first", maintain_order=True))


def neighbours(readings: DeviceReadings, comparison: Comparison) -> pl.DataFrame:
    """Each set of readings beside the one before it, of those with the same number of readings.

    One row a pair: the set's own columns, `..._before` of the set before it, and `chance` that all
    readings of the two are equal by chance (the product of p in `copies`). Whether they are `equal`
    all; and `near`, how many equal pairs this one lets expect. Of pairs of k independent readings
    that are no more than a step apart, all different pairs alike, 3^k - 1 are not equal where one
    is: a close pair counts 1 / (3^k - 1), any other one 0. So the study's close pairs say how many
    are equal by chance, where subjects vary by more or less than p takes them to.
    """
    sets = _sets_in_turn(readings, comparison)
    compared = _compared_with_before(readings, comparison, sets)
    earlier = sets.select("n", "visit", "row", pl.col("turn") + 1)
    pairs = sets.join(compared, on="turn", maintain_order="left").join(
        earlier, on="turn", suffix="_before", maintain_order="left"
    )
    same_size = (pl.col("n") == pl.col("n_before")) & (pl.col("n") == pl.col("n_compared"))
    near = pl.when("equal").then(0.0).otherwise(pl.col("near").fill_null(0.0))
    pairs = pairs.filter(same_size).with_columns(near=near)
    pairs = pairs.sort("visit_rank", "id", nulls_last=True, maintain_order=True)
    return _with_words(pairs.drop("set", "within", "turn", "n_before", "n_compared"))


def _sets_in_turn(readings: DeviceReadings, comparison: Comparison) -> pl.DataFrame:
    """One row a set of readings, with the `chance` of its values, its size `n` and its `turn`.

    With the columns of its first reading. Sets next to each other have turns next to each other,
    and no others have: where the sets of one place end a turn is left out.
    """
    own = dict.fromkeys((*comparison.unit, "visit", "visit_rank", "id", "row"))
    numbers = readings.numbers
    sets = (
        readings.rows.select(
            "id",
            number=pl.int_range(pl.len(), dtype=pl.UInt32),
            log_chance=readings.log_chance(comparison),
            set=pl.Series(numbers.of_rows(comparison.unit)),
        )
        .group_by("set")
        .agg(
            chance=pl.col("log_chance").sum().exp(),
            n=pl.len(),
            first=pl.col("number").get(pl.col("id").arg_min()),
        )
    )
    first = sets["first"]
    within = pl.Series("within", numbers.of_rows(comparison.neighbours)[first.to_numpy()])
    columns = [sets.drop("first"), readings.rows.select(*own)[first], within.to_frame()]
    in_turn = pl.concat(columns, how="horizontal").sort(
        "within", "visit_rank", "id", nulls_last=True, maintain_order=True
    )
    return in_turn.with_columns(turn=pl.int_range(pl.len()) + pl.col("within").rle_id())


def _compared_with_before(
    readings: DeviceReadings, comparison: Comparison, sets: pl.DataFrame
) -> pl.DataFrame:
    """Of each turn: how many readings have one before them, whether all are `equal`, and `near`."""
    import numpy as np

    turn_of = np.empty(sets.height, dtype=np.int64)
    turn_of[sets["set"].to_numpy()] = sets["turn"].to_numpy()
    keys, width = _keys(readings, comparison, turn_of[readings.numbers.of_runs(comparison.unit)])
    later, earlier = _beside_before(keys, width)
    value = readings.rows.get_column("value").to_numpy()
    of_value = readings.rows.get_column("value_number").to_numpy()[later]
    evidence = readings.values.get_column("evidence").to_numpy()[of_value]
    step = readings.values.get_column("step").fill_null(1.0).to_numpy()[of_value]
    apart = pl.DataFrame(
        {
            "turn": keys[later] // width,
            "evidence": evidence,
            "steps": np.abs(value[later] - value[earlier]) / step,
        }
    )
    k = pl.col("evidence").sum().cast(pl.Float64)
    return apart.group_by("turn").agg(
        pl.len().alias("n_compared"),
        (pl.col("steps") == 0).all().alias("equal"),
        pl.when((pl.col("steps") < NEXT).all(), k > 0).then(1 / (3.0**k - 1)).alias("near"),
    )


def _keys(
    readings: DeviceReadings,
    comparison: Comparison,
    turn_of_run: Numbers,
    *,
    without: Sequence[str] = (),
) -> tuple[Numbers, int]:
    """A number for the turn, the measure and the place of each reading, and that of places of a turn.

    The same place of the set before has a number that is so much less.
    """
    numbers = readings.numbers
    position = [name for name in comparison.position if name not in without]
    places = numbers.of_runs(position)
    n_places = int(places.max(initial=0)) + 1
    width = (int(readings.measure.max(initial=0)) + 1) * n_places
    keys = (turn_of_run * width + places)[numbers.run_of] + readings.measure * n_places
    return keys, width


def _beside_before(keys: Numbers, width: int) -> tuple[Numbers, Numbers]:
    """Rows and those whose key is less by `width`, every pair of them, in the order of the keys."""
    import numpy as np

    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    low, high = (np.searchsorted(ordered, ordered - width, side) for side in ("left", "right"))
    times = high - low
    nth = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    return np.repeat(order, times), order[np.repeat(low, times) + nth]


def _of_likely_copies(
    readings: DeviceReadings, comparison: Comparison, bound: float
) -> pl.DataFrame:
    """The readings of sets that have the digest of another one, of those about as rare as asked.

    A few more sets than those: what is exact is found of few sets, and this of all.
    """
    numbers, rows = readings.numbers, readings.rows
    sets = rows.select(
        "value_number",
        log_chance=readings.log_chance(comparison),
        set=pl.Series(numbers.of_rows(comparison.unit)),
        place=pl.Series(numbers.of_rows(comparison.position)),
    )
    # A number of a reading's place in its set and its value; the sum of those tells sets apart.
    cell = pl.struct("place", "value_number").hash()
    sets = sets.select("log_chance", "set", cell=cell)
    sums = sets.group_by("set").agg(pl.col("log_chance", "cell").sum())
    rare = sums.filter(pl.col("log_chance") < bound + ROUNDING)
    several = rare.filter(pl.col("cell").is_duplicated())["set"]
    chosen = sets["set"].is_in(several.implode())
    return pl.concat([rows.filter(chosen), sets.filter(chosen)], how="horizontal")


def _units(readings: pl.DataFrame, comparison: Comparison) -> pl.DataFrame:
    """One row a set of readings, with all that a finding says of it.

    Sets of the same readings have the same `digest`; others may have, if hardly ever.
    """
    return (
        readings.sort("id")
        .group_by("set", maintain_order=True)
        .agg(
            pl.col(comparison.unit).first(),
            # A sum, since the readings of a set stand in any order.
            pl.col("cell").sum().alias("digest"),
            pl.col("log_chance").sum(),
            pl.len().alias("n"),
            pl.col("measurement").n_unique().alias("rows"),
            pl.col(*CELL, "visit_rank").first(),
            *_places(comparison),
        )
    )


def _places(comparison: Comparison) -> Iterator[pl.Expr]:
    """Of the readings of a set, where they were taken and which they are, if all are alike."""
    for name in ("location", "side", "replicate"):
        if name not in comparison.unit:
            yield pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()).alias(name)


def with_places(
    pairs: pl.DataFrame, readings: DeviceReadings, comparison: Comparison
) -> pl.DataFrame:
    """Pairs of `neighbours` with the cell of the first reading of their sets, and with its place."""
    rows, unit = readings.rows, list(comparison.unit)
    own = rows.join(pairs, on="id", how="semi").select(unit)
    places = (
        rows.join(own, on=unit, how="semi", nulls_equal=True)
        .sort("id")
        .group_by(unit, maintain_order=True)
        .agg(pl.col("id", "source", "measure").first(), *_places(comparison))
        .drop(unit)
    )
    return pairs.join(_with_words(places), on="id", maintain_order="left")


def _with_fingerprints(
    units: pl.DataFrame, readings: pl.DataFrame, comparison: Comparison
) -> pl.DataFrame:
    """Those of the sets that have the digest of another one, each with its readings as a text.

    A text says for sure whether two sets are equal; hardly any set needs one.
    """
    several = units.filter(pl.col("digest").is_duplicated()).drop("digest")
    position = [pl.col(name).cast(pl.String).fill_null("") for name in comparison.position]
    cells = readings.filter(pl.col("set").is_in(several["set"].implode())).select(
        "set", cell=pl.concat_str(*position, pl.col("value").cast(pl.String), separator="=")
    )
    texts = cells.group_by("set").agg(fingerprint=pl.col("cell").sort().str.join(";"))
    return several.join(texts, on="set", maintain_order="left").drop("set")


def _log_chances(readings: DeviceReadings, comparison: Comparison) -> pl.Series:
    """Of each value the logarithm of p, as `copies` has it; 0 of those that are no evidence."""
    values = readings.values.join(
        _spreads(readings, comparison), on="measure", how="left", maintain_order="left"
    )
    step, value = pl.col("step"), pl.col("value").abs()
    chances = [pl.col("equal"), step * PEAK / pl.col("spread")]
    chances.append(step / value * PEAK / pl.col("log_spread"))
    chance = pl.max_horizontal(*chances).clip(upper_bound=1.0)
    log_chance = pl.when("evidence").then(chance.fill_nan(1.0).log()).otherwise(0.0)
    return values.select(log_chance=log_chance).to_series()


def _spreads(readings: DeviceReadings, comparison: Comparison) -> pl.DataFrame:
    """The usual difference between two sets next to each other, by measure.

    Sets that are equal throughout may be copies and do not count.
    """
    import numpy as np

    apart, log_apart, pair, measure = _differences(readings, comparison)
    rows, measures = [], readings.rows.schema["measure"]
    assert isinstance(measures, pl.Enum)
    if pair.size:
        counted = np.maximum.reduceat(apart != 0, starts := starts_of_runs(pair))
        counts = np.repeat(counted, np.diff(starts, append=pair.size))
        apart, log_apart, pair, measure = (
            column[counts] for column in (apart, log_apart, pair, measure)
        )
    if pair.size:
        runs = starts_of_runs(pair * (int(measure.max()) + 1) + measure)
        spreads = np.abs(_about_mean(apart, runs)), np.abs(_about_mean(log_apart, runs))
        for number in np.unique(measure):
            own = measure == number
            rows.append(
                (measures.categories[int(number)], *(_usual(spread[own]) for spread in spreads))
            )
    schema = [("measure", measures), ("spread", pl.Float64()), ("log_spread", pl.Float64())]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _differences(readings: DeviceReadings, comparison: Comparison) -> tuple[Numbers, ...]:
    """Readings less those of the same position in the set before, and so of their logarithms.

    With each the number of its set and that of its measure, by which they are sorted. A logarithm
    that there is not is NaN.
    """
    import numpy as np

    within, numbers = comparison.neighbours, readings.numbers
    sets, of_within = numbers.of_runs((*comparison.unit, *within)), numbers.of_runs(within)
    # Sets by what they are next to each other within, and there as they come.
    _, first = np.unique(sets, return_index=True)
    order = np.lexsort((first, of_within[first]))
    # Where what they are within ends a turn is left out.
    turn = np.empty_like(order)
    turn[order] = np.arange(order.size) + np.cumsum(
        np.diff(of_within[first][order], prepend=-1) != 0
    )
    keys, width = _keys(readings, comparison, turn[sets], without=within)
    keys, rows = np.unique(keys, return_index=True)
    value = readings.rows.get_column("value").to_numpy()[rows]
    later, earlier = _beside_before(keys, width)
    after, before = value[later], value[earlier]
    positive = (after > 0) & (before > 0)
    log_apart = np.full(after.size, np.nan)
    log_apart[positive] = np.log(after[positive]) - np.log(before[positive])
    n_measures = int(readings.measure.max(initial=0)) + 1
    keys = keys[later]
    return after - before, log_apart, keys // width, keys % width // (width // n_measures)


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
