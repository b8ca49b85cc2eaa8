"""Which measures are evidence of their own where readings equal each other."""

from __future__ import annotations

import random
from itertools import combinations, groupby, pairwise, product
from math import log, nan, sqrt
from statistics import median
from types import SimpleNamespace

import polars as pl
import pytest

from dermoutcomes.quality.chance_copies import (
    TO_SD,
    WORDS,
    Comparison,
    DeviceReadings,
    _dependent_measures,
    _spreads,
)
from dermoutcomes.quality.checks.repeats.copied_down import OTHER_PLACE, OTHER_SUBJECT, OTHER_VISIT
from dermoutcomes.quality.row_numbers import RowNumbers
from dermoutcomes.registry.loading import load_registry


@pytest.mark.parametrize(
    ("read", "dependent"),
    [
        # Q0 stands before R0, and was not read here.
        (["r0"], []),
        (["r0", "r8"], []),
        # Both say the same: of the two one is evidence.
        (["q0", "r0"], ["r0"]),
    ],
)
def test_a_measure_follows_only_what_was_read_too(read, dependent):
    data = SimpleNamespace(
        registry=load_registry(()),
        readings=pl.LazyFrame({"measure": [f"cutometer.{code}" for code in read]}),
    )

    held = [name for name in _dependent_measures(data) if name.partition(".")[2] in read]

    assert held == [f"cutometer.{code}" for code in dependent]


def some_readings(seed: int) -> pl.DataFrame:
    """Readings of few subjects, visits, sides and replicates, some of them missing, some equal."""
    draws = random.Random(seed)
    rows = [
        {
            **dict.fromkeys(("owner", "period", "rater_role", "timepoint")),
            "subject": subject,
            "visit": visit,
            "day": draws.choice([7, None]) if visit == "W1" else None,
            "location": "cheek",
            "side": side,
            "replicate": replicate,
            "measure": measure,
            "measurement": draws.randrange(40),
            "value": float(draws.choice([-1, 0, 1, 2, 2.5, 4])),
        }
        for subject in "abc"
        for visit in ("W0", "W1", None)
        for side in ("left", "right")
        for replicate in (1, 2)
        for measure in ("one.x", "one.y")
        if draws.random() < 0.8
    ]
    frame = pl.DataFrame(rows, schema_overrides=dict.fromkeys(WORDS, pl.String))
    return frame.sort("measurement", maintain_order=True).with_columns(
        pl.col(name).cast(pl.Enum(frame[name].drop_nulls().unique().sort())) for name in WORDS
    )


def compared(rows: pl.DataFrame) -> DeviceReadings:
    """Some readings as they are compared; nothing is asked of their values."""
    return DeviceReadings.of(rows, rows.select("measure", "value").unique())


def spreads_in_words(
    readings: pl.DataFrame, comparison: Comparison
) -> dict[str, tuple[float, ...]]:
    """The usual difference by measure, as the docstring says it, one set after the other."""
    sets: dict[tuple, dict[tuple, dict[tuple, float]]] = {}
    unit = tuple(dict.fromkeys((*comparison.unit, *comparison.neighbours)))
    for row in readings.with_columns(pl.col(pl.Enum).cast(pl.String)).iter_rows(named=True):
        within, own, place = (
            tuple(row[name] for name in names)
            for names in (comparison.neighbours, unit, ("measure", *comparison.position))
        )
        sets.setdefault(within, {}).setdefault(own, {}).setdefault(place, row["value"])
    scatter: dict[str, tuple[list[float], list[float]]] = {}
    for of_within in sets.values():
        for before, after in pairwise(of_within.values()):
            shared = sorted((place for place in after if place in before), key=str)
            if all(after[place] == before[place] for place in shared):
                continue
            for measure, places in groupby(shared, key=lambda place: place[0]):
                listed = list(places)
                n = len(listed)
                of_measure = scatter.setdefault(measure, ([], []))
                apart = [after[place] - before[place] for place in listed]
                logs = [
                    log(after[place]) - log(before[place])
                    for place in listed
                    if after[place] > 0 and before[place] > 0
                ]
                for values, kept in zip((apart, logs), of_measure, strict=True):
                    mean = sum(values) / len(values) if n > 1 and values else 0.0
                    kept += [abs(value - mean) * sqrt(n / max(n - 1, 1)) for value in values]
    return {
        measure: tuple(median(values) * TO_SD if values else nan for values in both)
        for measure, both in scatter.items()
    }


@pytest.mark.parametrize("seed", range(20))
def test_the_usual_difference_is_that_of_sets_next_to_each_other(seed: int) -> None:
    readings = some_readings(seed)

    for comparison in (*OTHER_VISIT, *OTHER_SUBJECT, *OTHER_PLACE):
        expected = spreads_in_words(readings, comparison)
        found = _spreads(compared(readings), comparison).with_columns(
            pl.col(pl.Float64).fill_null(nan)
        )
        spreads = {measure: tuple(both) for measure, *both in found.rows()}

        assert spreads.keys() == expected.keys()
        for measure, both in spreads.items():
            assert both == pytest.approx(expected[measure], rel=1e-12, nan_ok=True), (
                comparison,
                measure,
            )


@pytest.mark.parametrize("seed", range(4))
def test_it_does_not_depend_on_which_words_were_seen_first(seed: int) -> None:
    draws = random.Random(seed)
    places = [f"place {number:02}" for number in range(23)]
    rows = [
        {
            **dict.fromkeys(("owner", "day", "period", "rater_role", "timepoint", "side")),
            "subject": subject,
            "visit": visit,
            "location": place,
            "replicate": 1,
            "measure": "one.x",
            "measurement": number,
            "value": draws.uniform(0.1, 3),
        }
        for number, (subject, visit, place) in enumerate(product("ab", ("W0", "W1"), places))
    ]
    kinds = {**dict.fromkeys(WORDS, pl.String), "day": pl.Int32}
    texts = pl.DataFrame(rows, schema_overrides=kinds)
    held = []
    for _ in range(4):
        # Words of their own, in the order in which another study would have shown them.
        words = pl.Categories.random()
        seen = pl.Series(draws.sample(places, len(places)), dtype=pl.Categorical(words))
        frame = texts.with_columns(pl.col(WORDS).cast(pl.Categorical(words)))
        frame = frame.with_columns(measure=texts["measure"].cast(pl.Enum(["one.x"])))
        assert frame["location"].to_physical().max() == len(seen) - 1
        held.append(compared(frame))
    comparison = OTHER_VISIT[0]

    [first, *others] = [_spreads(readings, comparison).rows() for readings in held]
    assert first[0][1] > 0
    assert all(other == first for other in others)


def test_rows_have_one_number_where_they_are_alike_however_wide_the_columns_are() -> None:
    wide = pl.Series([0, 2**40, 2**40, None, 2**40, 0])
    rows = pl.DataFrame({"a": wide, "b": wide, "c": [None, 1, 1, None, 2, None]})

    numbers = RowNumbers.of(rows, rows.columns)
    first, *others = numbers.of_rows(["a", "b", "c"]).tolist()

    assert others[1] == others[0]
    assert others[4] == first
    assert sorted({first, *others}) == [0, 1, 2, 3]
    assert len(numbers.of_runs(["c"])) == 5


def test_what_compares_the_same_sets_is_compared_once() -> None:
    """Where all was measured at one place, a place of a visit is the visit."""
    everywhere = compared(some_readings(0))
    left = compared(some_readings(0).filter(pl.col("side") == "left"))

    assert everywhere.different(OTHER_VISIT) == [*OTHER_VISIT]
    assert left.different(OTHER_VISIT) == [OTHER_VISIT[0], OTHER_VISIT[2]]
    assert left.different(OTHER_SUBJECT) == [OTHER_SUBJECT[0]]
    assert everywhere.number_of_pairs(OTHER_PLACE[0]) > 0
    assert left.number_of_pairs(OTHER_PLACE[0]) == 0


def test_pairs_of_sets_are_counted_as_they_are_compared() -> None:
    readings = some_readings(1)
    rows = readings.with_columns(pl.col(pl.Enum).cast(pl.String)).to_dicts()

    for comparison in (*OTHER_VISIT, *OTHER_SUBJECT, *OTHER_PLACE):
        sets = [dict(own) for own in {tuple((n, row[n]) for n in comparison.unit) for row in rows}]
        pairs = [
            (one, other)
            for one, other in combinations(sets, 2)
            if all(one[name] == other[name] for name in comparison.shared)
            and any(one[name] != other[name] for name in comparison.differ)
        ]
        assert compared(readings).number_of_pairs(comparison) == len(pairs)
