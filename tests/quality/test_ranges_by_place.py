"""What is plausible at a place or with a setting stands in place of the range of a parameter."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes import Instrument, Parameter, PlausibleRange, Registry
from dermoutcomes.quality.impossible_values import with_bounds
from dermoutcomes.study import Quality, Study, StudyInfo
from dermoutcomes.study.lock.locked_bounds import bounds_text, locked_bounds
from dermoutcomes.study.sections.endpoint import Endpoint
from dermoutcomes.tables import conform

DEVICE = Instrument(
    "device",
    "Device",
    (
        Parameter(
            "loss",
            "Loss",
            low=2,
            high=60,
            ranges=(
                PlausibleRange(1, 5, locations=("Axilla",), settings={"probe": 8}),
                PlausibleRange(10, 100, locations=("axilla", "palm")),
                PlausibleRange(high=9, settings={"probe": 8}),
            ),
        ),
        Parameter("probe", "Probe", "mm", kind="setting"),
    ),
)
REGISTRY = Registry.of(DEVICE)


def study(**quality: object) -> Study:
    return Study(
        study=StudyInfo(id="S", title="T", design="single-arm"),
        quality=Quality(**quality),
        endpoints={"loss": Endpoint(id="loss", measure="device.loss")},
    )


def unlikely(value: float, location: str | None, probe: float | None, **quality: object) -> bool:
    rows = [{"id": 1, "measure": "device.loss", "kind": "value", "value": value}]
    if probe is not None:
        rows.append({"id": 2, "measure": "device.probe", "kind": "setting", "value": probe})
    frame = pl.DataFrame(
        [{**row, "measurement": 1, "subject": "P", "location": location} for row in rows],
        infer_schema_length=None,
    )
    judged = with_bounds(
        study(**quality), REGISTRY, conform(frame, "observations", "S"), REGISTRY.measures()
    )
    return judged.filter(measure="device.loss")["unlikely"].item()


@pytest.mark.parametrize(
    ("location", "probe", "inside", "outside"),
    [
        (None, None, (2, 60), (1.9, 60.1)),
        ("cheek", 2, (2, 60), (1.9, 60.1)),
        ("AXILLA", 2, (10, 100), (9.9, 100.1)),
        ("palm", None, (10, 100), (9.9, 100.1)),
        # The first that fits holds.
        ("axilla", 8, (1, 5), (0.9, 5.1)),
        # An end that is not stated bounds nothing.
        ("cheek", 8, (-3, 9), (9.1, 60)),
    ],
)
def test_the_first_range_that_fits_a_reading_holds(location, probe, inside, outside):
    assert [unlikely(value, location, probe) for value in inside] == [False, False]
    assert [unlikely(value, location, probe) for value in outside] == [True, True]


def test_a_range_of_the_study_stands_for_all_places():
    own = {"device.loss": (20.0, 30.0)}

    assert unlikely(50, "axilla", None, ranges=own)
    assert not unlikely(25, "axilla", 8, ranges=own)


def test_a_lock_holds_them_where_they_keep_readings_out():
    held = locked_bounds(study(leave_out=("range",)), REGISTRY)["device.loss"]

    assert bounds_text(held) == (
        "plausible 2 to 60; plausible at Axilla with probe 8 1 to 5; "
        "plausible at axilla or palm 10 to 100; plausible with probe 8 any to 9"
    )
    assert locked_bounds(study(), REGISTRY) == {"device.loss": {}}
