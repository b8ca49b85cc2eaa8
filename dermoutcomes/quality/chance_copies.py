"""Sets of readings that equal each other, and how likely that is by chance.

The chance is judged by a measure's own steps and by how much readings differ in this study.
"""

from __future__ import annotations

from math import log, pi, sqrt
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import define, field, frozen
from polars import selectors

from dermoutcomes.declare import Instrument
from dermoutcomes.quality.reading_levels import TO_SD

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
# Numbers of rows are made anew before they would need more than 62 bits.
WIDEST = 2**62
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


@define(eq=False)
class DeviceReadings:
    """Readings that are compared, with what several comparisons ask of them.

    `varied` are the columns of `rows` with more than one value, of those by which sets are told
    apart.
    """

    rows: pl.DataFrame
    varied: frozenset[str]
    _log_chances: dict[Comparison, pl.Series] = field(factory=dict, init=False)

    @classmethod
    def of(cls, rows: pl.DataFrame) -> DeviceReadings:
        """The readings, as `device_readings` has them."""
        names = [*dict.fromkeys((*WORDS, "day", "replicate", "measurement"))]
        return cls(rows, frozenset(name for name in names if _is_varied(rows[name])))

    @property
    def none(self) -> pl.DataFrame:
        """No reading, with the columns of all."""
        return self.rows.clear().with_columns(log_chance=pl.lit(None, pl.Float64))

    def log_chance(self, comparison: Comparison) -> pl.Series:
        """Of each reading the logarithm of its chance to equal another one; see `copies`."""
        if comparison not in self._log_chances:
            self._log_chances[comparison] = _log_chances(self.rows, comparison)
        return self._log_chances[comparison]

    def number_of_pairs(self, comparison: Comparison) -> float:
        """How many pairs of sets differ as they must, of those that share what they must."""
        if not self.varied.intersection(comparison.differ):
            return 0.0
        sets = pl.Series(_numbered(self.rows, comparison.unit))
        units = self.rows.select(comparison.unit)[sets.arg_unique()]
        together = _pairs_within(units, comparison.shared)
        return together - _pairs_within(units, (*comparison.shared, *comparison.differ))

    def different(self, comparisons: Iterable[Comparison]) -> list[Comparison]:
        """The comparisons without those that compare the same sets as one before them."""
        return [*{each.among(self.varied): each for each in reversed([*comparisons])}.values()][
            ::-1
        ]


def _is_varied(column: pl.Series) -> bool:
    numbers = column.to_physical()
    return numbers.min() != numbers.max() or 0 < column.null_count() < len(column)


def device_readings(data: StudyData) -> DeviceReadings:
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
    enums = [pl.col(name).cast(_enumeration(rows[name])) for name in WORDS]
    return DeviceReadings.of(
        rows.join(values, on=["measure", "value"], maintain_order="left")
        .sort("measurement", "measure", "id")
        .with_columns(*enums, pl.col("measurement").rle_id(), evidence=~dependent)
    )


def _enumeration(words: pl.Series) -> pl.Enum:
    return pl.Enum(words.drop_nulls().unique().cast(pl.String).sort())


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
    rows, unit = readings.rows, list(comparison.unit)
    own = list(dict.fromkeys((*unit, "visit", "visit_rank", "id", "row")))
    numbered = rows.select(
        *("value", "step", "evidence", *own),
        log_chance=readings.log_chance(comparison),
        set=pl.Series(_numbered(rows, unit)),
        place=pl.Series(_numbered(rows, comparison.position)),
    ).sort("id")
    sets = _sets_in_turn(numbered, own, list(comparison.neighbours))
    compared = _compared_with_before(numbered, sets)
    earlier = sets.select("n", "visit", "row", pl.col("turn") + 1)
    pairs = sets.join(compared, on="turn", maintain_order="left").join(
        earlier, on="turn", suffix="_before", maintain_order="left"
    )
    same_size = (pl.col("n") == pl.col("n_before")) & (pl.col("n") == pl.col("n_compared"))
    near = pl.when("equal").then(0.0).otherwise(pl.col("near").fill_null(0.0))
    pairs = pairs.filter(same_size).with_columns(near=near)
    pairs = pairs.sort("visit_rank", "id", nulls_last=True, maintain_order=True)
    return _with_words(pairs.drop("set", "within", "turn", "n_before", "n_compared"))


def _sets_in_turn(numbered: pl.DataFrame, own: list[str], within: list[str]) -> pl.DataFrame:
    """One row a set of readings, with the `chance` of its values, its size `n` and its `turn`.

    Sets next to each other have turns next to each other, and no others have: where the sets of one
    place end a turn is left out.
    """
    sets = (
        numbered.group_by("set", maintain_order=True)
        .agg(
            pl.col("log_chance").sum().exp().alias("chance"),
            pl.len().alias("n"),
            pl.col(own).first(),
        )
        .sort("visit_rank", "id", nulls_last=True, maintain_order=True)
    )
    of_within = pl.Series("within", _numbered(sets, within))
    sets = sets.with_columns(of_within).sort("within", maintain_order=True)
    return sets.with_columns(turn=pl.int_range(pl.len()) + pl.col("within").rle_id())


def _compared_with_before(numbered: pl.DataFrame, sets: pl.DataFrame) -> pl.DataFrame:
    """Of each turn: how many readings have one before them, whether all are `equal`, and `near`."""
    rows = numbered.select("value", "step", "evidence", "set", "place").join(
        sets.select("set", "turn"), on="set", maintain_order="left"
    )
    before = rows.select("value", "place", pl.col("turn") + 1)
    apart = rows.join(before, on=["turn", "place"], suffix="_before").select(
        "turn",
        "evidence",
        steps=(pl.col("value") - pl.col("value_before")).abs() / pl.col("step").fill_null(1.0),
    )
    k = pl.col("evidence").sum().cast(pl.Float64)
    return apart.group_by("turn").agg(
        pl.len().alias("n_compared"),
        (pl.col("steps") == 0).all().alias("equal"),
        pl.when((pl.col("steps") < NEXT).all(), k > 0).then(1 / (3.0**k - 1)).alias("near"),
    )


def _of_likely_copies(
    readings: DeviceReadings, comparison: Comparison, bound: float
) -> pl.DataFrame:
    """The readings of sets that have the digest of another one, of those about as rare as asked.

    A few more sets than those: what is exact is found of few sets, and this of all.
    """
    log_chance = readings.log_chance(comparison)
    sets = readings.rows.select(
        log_chance=log_chance,
        set=pl.Series(_numbered(readings.rows, comparison.unit)),
        digest=_cell(comparison),
    )
    sums = sets.group_by("set").agg(pl.col("log_chance", "digest").sum())
    rare = sums.filter(pl.col("log_chance") < bound + ROUNDING)
    several = rare.filter(pl.col("digest").is_duplicated())["set"]
    return readings.rows.with_columns(log_chance=log_chance).filter(
        sets["set"].is_in(several.implode())
    )


def _cell(comparison: Comparison) -> pl.Expr:
    """A number of a reading's place in its set and its value; the sum of those tells sets apart."""
    return pl.struct(*comparison.position, "value").hash()


def _units(readings: pl.DataFrame, comparison: Comparison) -> pl.DataFrame:
    """One row a set of readings, with all that a finding says of it.

    Sets of the same readings have the same `digest`; others may have, if hardly ever.
    """
    return (
        readings.sort("id")
        .with_columns(cell=_cell(comparison))
        .group_by(*comparison.unit, maintain_order=True)
        .agg(
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
    unit = list(comparison.unit)
    position = [pl.col(name).cast(pl.String).fill_null("") for name in comparison.position]
    cells = readings.join(several, on=unit, how="semi", nulls_equal=True).select(
        *unit, cell=pl.concat_str(*position, pl.col("value").cast(pl.String), separator="=")
    )
    texts = cells.group_by(unit).agg(fingerprint=pl.col("cell").sort().str.join(";"))
    return several.join(texts, on=unit, nulls_equal=True, maintain_order="left")


def _pairs_within(units: pl.DataFrame, by: Sequence[str]) -> float:
    k = pl.Series(_numbered(units, by)).value_counts()["count"].cast(pl.Float64)
    return float((k * (k - 1) / 2).sum())


def _log_chances(readings: pl.DataFrame, comparison: Comparison) -> pl.Series:
    """Of each reading the logarithm of p, as `copies` has it; 0 of those that are no evidence."""
    rows = readings.select("measure", "step", "value", "equal", "evidence").join(
        _spreads(readings, comparison), on="measure", how="left", maintain_order="left"
    )
    step, value = pl.col("step"), pl.col("value").abs()
    chances = [pl.col("equal"), step * PEAK / pl.col("spread")]
    chances.append(step / value * PEAK / pl.col("log_spread"))
    chance = pl.max_horizontal(*chances).clip(upper_bound=1.0)
    log_chance = pl.when("evidence").then(chance.fill_nan(1.0).log()).otherwise(0.0)
    return rows.select(log_chance=log_chance).to_series()


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
