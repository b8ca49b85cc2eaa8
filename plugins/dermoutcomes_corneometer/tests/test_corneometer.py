"""The Corneometer's declaration: the battery."""

from __future__ import annotations

from dermoutcomes.testing import InstrumentContract
from dermoutcomes_corneometer import CORNEOMETER


class TestCorneometer(InstrumentContract):
    instrument = CORNEOMETER
    plausible = {
        "hydration": 47.5,
        "room_temperature": 21.0,
        "room_humidity": 50.0,
        "acclimatisation": 20.0,
        "hours_since_wash": 8.0,
    }
