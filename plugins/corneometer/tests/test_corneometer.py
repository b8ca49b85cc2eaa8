"""The Corneometer's declaration: the battery, and the climate of a reading."""

from __future__ import annotations

import pytest

from dermoutcomes.testing import InstrumentContract
from dermoutcomes.testing.grids import row
from dermoutcomes_corneometer import CORNEOMETER


class TestCorneometer(InstrumentContract):
    instrument = CORNEOMETER
    plausible = {"hydration": 47.5, "room_temperature": 21.0, "room_humidity": 50.0, "acclimatisation": 20.0, "hours_since_wash": 8.0}


def fired(**values: float) -> list[str]:
    frame = row(CORNEOMETER, values)
    return [check.name for check in CORNEOMETER.checks if frame.select(check.problem.fill_null(value=False)).item()]


@pytest.mark.parametrize(("circumstances", "findings"), [
    ({"room_temperature": 20.0, "room_humidity": 40.0, "acclimatisation": 15.0, "hours_since_wash": 6.0}, []),
    ({"room_temperature": 22.0, "room_humidity": 60.0}, []),
    ({"room_temperature": 19.9}, ["room_temperature"]),
    ({"room_temperature": 22.1, "room_humidity": 39.0}, ["room_temperature", "room_humidity"]),
    ({"room_humidity": 60.5}, ["room_humidity"]),
    ({"acclimatisation": 14.0, "hours_since_wash": 5.5}, ["acclimatisation", "hours_since_wash"]),
    ({"hydration": 130.0}, []),
])
def test_the_climate_is_judged_where_the_data_carry_it(circumstances: dict[str, float], findings: list[str]) -> None:
    assert fired(**circumstances) == findings
