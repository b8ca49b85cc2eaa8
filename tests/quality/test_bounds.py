"""Kinds of bounds: what cannot be reaches no endpoint, what is assumed stays."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes import Instrument, Parameter, Registry, Scale
from dermoutcomes.quality.impossible_values import (
    impossible_values,
    with_bounds,
    with_ends_of_devices,
)
from dermoutcomes.quality.leave_out import left_out_measurements
from dermoutcomes.study import Quality, Study, StudyInfo
from dermoutcomes.study.bounds import bounds_in_force
from dermoutcomes.study.checks.quality import quality_problems
from dermoutcomes.study.lock.locked_items import digests
from dermoutcomes.study.sections.outputs import Bound
from dermoutcomes.tables import conform, empty

DEVICE = Instrument(
    "device",
    "Device",
    (
        Parameter("loss", "Loss", minimum=0, maximum=100, high=60, minimum_is="definition"),
        Parameter("water", "Water", minimum=0, maximum=120, maximum_is="saturation"),
        Parameter("twice", "Twice the loss", expr=2 * pl.col("loss")),
    ),
)
FORM = Scale(
    "form",
    "Form",
    (
        Parameter("grade", "Grade", kind="item", minimum=0, maximum=3),
        Parameter("class", "Class", values=(1.0, 2.0)),
    ),
)
REGISTRY = Registry.of(DEVICE, FORM)


def study(**quality: object) -> Study:
    return Study(
        study=StudyInfo(id="S", title="T", design="single-arm"), quality=Quality(**quality)
    )


def observations(measure: str, *values: float) -> pl.DataFrame:
    rows = [
        {
            "id": number,
            "measurement": number,
            "subject": f"S{number}",
            "measure": measure,
            "kind": "value",
            "value": value,
        }
        for number, value in enumerate(values, 1)
    ]
    return conform(pl.DataFrame(rows), "observations", "S")


def impossible(measure: str, *values: float, **quality: object) -> list[float]:
    return impossible_values(study(**quality), REGISTRY, observations(measure, *values))[
        "value"
    ].to_list()


@pytest.mark.parametrize(
    ("measure", "outside", "inside"),
    [
        # A definition below, an assumption above.
        ("device.loss", [-0.1], [0.0, 100.1, 500.0]),
        # The end of the device is a reading, and nothing beyond it is.
        ("device.water", [120.1, 453.0], [-1.0, 0.0, 120.0]),
        # Items of a scale are coded.
        ("form.grade", [-1.0, 4.0], [0.0, 3.0]),
        ("form.class", [0.0, 1.5, 3.0], [1.0, 2.0]),
    ],
)
def test_only_what_cannot_be_is_taken_out(measure, outside, inside):
    assert impossible(measure, *outside, *inside) == outside


def test_what_is_computed_from_it_is_taken_out_as_well():
    read = observations("device.loss", -5.0, 5.0)
    derived = read.with_columns(
        id=pl.col("id") + 10,
        measure=pl.lit("device.twice"),
        kind=pl.lit("score"),
        value=2 * pl.col("value"),
        parents=pl.concat_list("id"),
    )
    found = impossible_values(study(), REGISTRY, pl.concat([read, derived]))

    assert found["value"].to_list() == [-5.0, -10.0]


def test_values_at_the_end_of_the_device_are_censored():
    rows = with_bounds(
        study(), REGISTRY, observations("device.water", 119.9, 120.0), ["device.water"]
    )

    assert rows["at_end"].to_list() == [False, True]


def test_readings_at_the_end_of_the_device_are_marked():
    read = observations("device.water", 119.9, 120.0, 0.0)
    derived = read.with_columns(id=pl.col("id") + 10, parents=pl.concat_list("id"))
    ends = Bound(minimum=0, minimum_is="saturation", reason="The head ends at 0.")

    def marks(rows, **quality):
        return with_ends_of_devices(study(**quality), REGISTRY, rows)["censored"].to_list()

    assert marks(read) == [None, "above", None]
    assert marks(read, bounds={"device.water": ends}) == [None, "above", "below"]
    assert marks(pl.concat([read, derived])) == [None, "above", None, None, None, None]


def test_a_study_moves_a_bound_in_either_direction():
    lower = {"device.water": Bound(reason="an older head", maximum=90.0)}
    assumed = {"device.water": Bound(reason="two heads", maximum_is="assumed")}

    assert impossible("device.water", 91.0, 453.0, bounds=lower) == [91.0, 453.0]
    assert impossible("device.water", 91.0, 453.0, bounds=assumed) == []
    bounds = bounds_in_force(study(bounds=lower), REGISTRY, "device.water")
    assert bounds is not None
    assert (bounds.minimum, bounds.maximum, bounds.maximum_is) == (0.0, 90.0, "saturation")


def test_all_values_out_of_range_are_left_out_where_the_study_says_so():
    """One finding tells of several values, and each of them is meant."""
    rows = observations("device.loss", 10.0, 70.0, 80.0, 200.0)
    left = left_out_measurements(study(leave_out=("range",)), REGISTRY, rows, empty("findings"))

    assert left.rows() == [(2, "range"), (3, "range"), (4, "range")]


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        (Bound(reason="r", maximum=-1.0), "no value lies between these bounds"),
        (Bound(reason="r"), "says nothing but its reason"),
    ],
)
def test_a_bound_that_cannot_be_is_refused(bound, words):
    problems = quality_problems(study(bounds={"device.water": bound}), REGISTRY)

    assert [words in problem.message for problem in problems] == [True]


def test_a_kind_needs_a_bound_and_a_bound_a_measure():
    kind = Bound(reason="r", maximum_is="definition")
    of_nothing = {"device.twice": kind, "device.wter": Bound(reason="r", maximum=1.0)}
    first, second = quality_problems(study(bounds=of_nothing), REGISTRY)

    assert first.path == 'quality.bounds."device.twice".maximum_is'
    assert "device.water" in str(second)


def test_a_bound_of_the_study_is_locked():
    moved = study(bounds={"device.water": Bound(reason="r", maximum=90.0)})

    locked, unmoved = digests(moved, REGISTRY), digests(study(), REGISTRY)

    assert locked.keys() - unmoved.keys() == {"quality.bounds"}
