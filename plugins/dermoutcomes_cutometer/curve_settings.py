"""How a measurement was made.

Settings of the device, circumstances of the reading, and the options of a source.
"""

from __future__ import annotations

from attrs import frozen

from dermoutcomes import Parameter, option


@frozen
class CutometerOptions:
    """Settings that hold for a whole source, and how raw curves are evaluated."""

    probe_mm: float | None = option(
        None, "Diameter of the probe's opening.", at_least=1, at_most=10, unit="mm"
    )
    pressure_mbar: float | None = option(
        None, "Negative pressure.", at_least=1, at_most=1000, unit="mbar"
    )
    on_s: float | None = option(
        None,
        "Duration of suction in a cycle; needed to evaluate curves.",
        at_least=0.3,
        at_most=60,
        unit="s",
    )
    off_s: float | None = option(
        None,
        "Duration of release in a cycle; needed to evaluate curves.",
        at_least=0.3,
        at_most=60,
        unit="s",
    )
    cycles: int | None = option(
        None,
        "Cycles of a measurement; as many as a curve holds unless stated.",
        at_least=1,
        at_most=10,
    )
    rate_hz: float | None = option(
        None,
        "Samples a second, where the curves do not say.",
        at_least=5,
        at_most=10_000,
        unit="Hz",
    )
    mode: int | None = option(
        None,
        "Measuring mode of the device; curves are evaluated in mode 1 only.",
        at_least=1,
        at_most=4,
    )
    device_serial: str | None = option(None, "Serial number of the device.")
    range_limit_mm: float | None = option(
        None,
        "Greatest height that the device can record; a curve that touches it is rejected.",
        at_least=0.1,
        at_most=20,
        unit="mm",
    )
    leak_fraction: float = option(
        0.1,
        "A sudden fall during suction by this part of the height is an air leak.",
        at_least=0.01,
        at_most=1,
    )
    split_s: float = option(
        0.15,
        "Where the elastic part of the recovery ends, for Q2 and Q3.",
        at_least=0.05,
        at_most=0.3,
        unit="s",
    )


def _setting(
    code: str,
    label: str,
    unit: str,
    definition: str,
    minimum: float | None = None,
    maximum: float | None = None,
) -> Parameter:
    return Parameter(
        code,
        label,
        unit,
        kind="setting",
        decimals=1,
        minimum=minimum,
        maximum=maximum,
        definition=definition,
    )


SETTINGS = (
    _setting(
        "probe_mm",
        "Probe opening",
        "mm",
        "Diameter of the probe's opening; heights of two probes cannot be compared.",
        1,
        10,
    ),
    _setting(
        "pressure_mbar",
        "Negative pressure",
        "mbar",
        "Negative pressure during suction, customarily 450 mbar.",
        1,
        1000,
    ),
    _setting("on_s", "Suction", "s", "Duration of suction in one cycle.", 0.1, 60),
    _setting("off_s", "Release", "s", "Duration of release in one cycle.", 0.1, 60),
    _setting(
        "cycles",
        "Cycles",
        "",
        "Number of suction and release cycles; R3, R4 and R9 have no meaning without it.",
        1,
        100,
    ),
    _setting("rate_hz", "Sampling rate", "Hz", "Samples a second.", 1, 10_000),
    Parameter(
        "mode",
        "Measuring mode",
        scale_type="nominal",
        kind="setting",
        decimals=0,
        values=(1, 2, 3, 4),
        definition="1: constant suction, abrupt release; 2: linear rise and fall; 3: linear rise, "
        "abrupt release; 4: abrupt rise, linear fall. R, F and Q values belong to mode "
        "1.",
    ),
    Parameter(
        "device_serial",
        "Serial number of the device",
        scale_type="nominal",
        kind="setting",
        definition="As printed on the device; it should not change within a study.",
    ),
)

CIRCUMSTANCES = (
    Parameter(
        "room_temperature",
        "Room temperature",
        "°C",
        minimum=-20,
        maximum=60,
        scale_type="interval",
        decimals=1,
        kind="circumstance",
        definition="Air temperature of the room during the reading.",
    ),
    Parameter(
        "room_humidity",
        "Relative humidity of the room",
        "%",
        minimum=0,
        maximum=100,
        decimals=0,
        kind="circumstance",
        definition="Relative humidity of the air during the reading.",
    ),
    Parameter(
        "acclimatisation",
        "Acclimatisation",
        "min",
        minimum=0,
        maximum=1440,
        decimals=0,
        kind="circumstance",
        definition="Time that the subject spent in the room before the reading.",
    ),
)
