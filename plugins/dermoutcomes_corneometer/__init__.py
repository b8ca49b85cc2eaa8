"""The Corneometer (CM 820, CM 825): hydration of the outermost skin by capacitance.

Parameters and checks, no code.
"""

from __future__ import annotations

import polars as pl

from dermoutcomes import Check, Instrument, Parameter, Reference, hookimpl

__plugin_api__ = 2

MANUAL = Reference(
    "Courage + Khazaka electronic. Corneometer CM 825: information and operating instructions. "
    "Cologne, 2019.",
    note="Principle and reading time.",
)
AGED_SKIN = Reference(
    "Hahnel E, et al. Reliability of skin measurements in residents of aged care facilities "
    "(PMC7949727).",
    note="Three replicates a site; test-retest agreement of 0.53 to 0.85 by site.",
)
REPEATS = Reference(
    "Comparison of the Corneometer CM 825 and CM 825i in 18 volunteers (PMID 38763134).",
    note="Coefficient of variation of repeats 5.6 to 9.2%.",
)
SEASONS = Reference(
    "Seasonal variation of skin hydration and sebum in Czech women (PMID 33084174).",
    note="Hydration is lowest in winter.",
)
WASHING = Reference(
    "German Clinical Trials Register DRKS00013014.",
    note="No washing and no products for six hours before a reading.",
)

HYDRATION = Parameter(
    "hydration",
    "Hydration",
    "AU",
    words=(
        "Moisture",
        "Skin moisture",
        "Skin hydration",
        "Corneometer",
        "Corneometer value",
        "Corneometry",
        "Feuchtigkeit",
        "Hautfeuchte",
        "Hautfeuchtigkeit",
        "Corneometerwert",
        "Feuchte",
        "Feuchtewert",
        "Feuchtigkeitsgehalt",
        "Hydratation",
        "Hydratation cutanée",
        "Taux d'hydratation",
    ),
    low=10,
    high=95,
    minimum=0,
    maximum=130,
    minimum_is="definition",
    maximum_is="saturation",
    improves="up",
    decimals=1,
    definition="Capacitance of the outer 10 to 20 µm of the skin, in the device's arbitrary "
    "units: 0 to 120, up to 130 on older devices.",
    caution="Not linear near the upper end; sweat, product film, hair, probe pressure and the "
    "season move it.",
    references=(MANUAL, SEASONS),
)
ROOM_TEMPERATURE = Parameter(
    "room_temperature",
    "Room temperature",
    "°C",
    minimum=-20,
    maximum=60,
    scale_type="interval",
    decimals=1,
    kind="circumstance",
    definition="Air temperature of the room during the reading.",
)
ROOM_HUMIDITY = Parameter(
    "room_humidity",
    "Relative humidity of the room",
    "%",
    minimum=0,
    maximum=100,
    minimum_is="definition",
    maximum_is="definition",
    decimals=0,
    kind="circumstance",
    definition="Relative humidity of the air during the reading.",
)
ACCLIMATISATION = Parameter(
    "acclimatisation",
    "Acclimatisation",
    "min",
    minimum=0,
    maximum=1440,
    minimum_is="definition",
    maximum_is="assumed",
    decimals=0,
    kind="circumstance",
    definition="Time that the subject spent in the room before the reading.",
)
HOURS_SINCE_WASH = Parameter(
    "hours_since_wash",
    "Time since washing",
    "h",
    minimum=0,
    maximum=720,
    minimum_is="definition",
    maximum_is="assumed",
    decimals=1,
    kind="circumstance",
    definition="Time since the site was last washed or treated with a product.",
)
DEVICE_SERIAL = Parameter(
    "device_serial",
    "Serial number of the device",
    scale_type="nominal",
    kind="setting",
    definition="As printed on the device; it should not change within a study.",
)

CHECKS = (
    Check(
        "room_temperature",
        "Room temperature outside 20 to 22 °C",
        ~pl.col("room_temperature").is_between(20, 22),
        ("room_temperature",),
        measure="room_temperature",
        expected="20 to 22 °C",
        message="the room was at {room_temperature} °C during the reading",
    ),
    Check(
        "room_humidity",
        "Relative humidity outside 40 to 60%",
        ~pl.col("room_humidity").is_between(40, 60),
        ("room_humidity",),
        measure="room_humidity",
        expected="40 to 60%",
        message="the relative humidity was {room_humidity}% during the reading",
    ),
    Check(
        "acclimatisation",
        "Too short in the room",
        pl.col("acclimatisation") < 15,
        ("acclimatisation",),
        measure="acclimatisation",
        expected="at least 15 min",
        message="the subject was in the room for {acclimatisation} min before the reading",
    ),
    Check(
        "hours_since_wash",
        "Washed or treated too shortly before",
        pl.col("hours_since_wash") < 6,
        ("hours_since_wash",),
        measure="hours_since_wash",
        expected="at least 6 h",
        message="the site was washed or treated {hours_since_wash} h before the reading",
    ),
)

CORNEOMETER = Instrument(
    "corneometer",
    "Corneometer",
    conditions=("dry skin", "atopic dermatitis (atopic eczema)"),
    words=("corneometry", "Corneometrie", "Korneometrie", "Korneometer", "CM 825"),
    parameters=(
        HYDRATION,
        ROOM_TEMPERATURE,
        ROOM_HUMIDITY,
        ACCLIMATISATION,
        HOURS_SINCE_WASH,
        DEVICE_SERIAL,
    ),
    checks=CHECKS,
    replicates=3,
    cautions=(
        (
            "Readings rise from winter to summer: without a concurrent control, a study over two "
            "seasons cannot tell its effect from theirs."
        ),
        (
            "The plausible range spans face, forearm and shin; a narrower one for a site is the "
            "study's to state."
        ),
    ),
    references=(MANUAL, AGED_SKIN, REPEATS, SEASONS, WASHING),
)


@hookimpl
def register_instruments() -> list[Instrument]:
    """The Corneometer."""
    return [CORNEOMETER]
