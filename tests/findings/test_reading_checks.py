"""Each check of an instrument that is declared as data tells of a reading on one side of its bound,
and of none on the other: in place of a pair of studies for each of them.
"""

from __future__ import annotations

from string import Formatter

import pytest

from dermoutcomes import Check, Instrument
from dermoutcomes.testing.grids import missing, row

from .catalogue import reading_checks

Reading = dict[str, float]

CHECKS = reading_checks()
# Of the room, the same for each device that shares it: told, and just not told.
OF_THE_ROOM: dict[str, tuple[tuple[Reading, Reading], ...]] = {
    "room_temperature": (
        ({"room_temperature": 19.9}, {"room_temperature": 20}),
        ({"room_temperature": 22.1}, {"room_temperature": 22}),
    ),
    "room_humidity": (({"room_humidity": 60}, {"room_humidity": 59.9}),),
    "acclimatisation": (({"acclimatisation": 14}, {"acclimatisation": 15}),),
}
PAIRS: dict[str, tuple[tuple[Reading, Reading], ...]] = {
    "colorimeter.ita_not_evaluable": (({"b_star": 0.99}, {"b_star": 1}),),
    "dermalab.zero_elasticity": (
        ({"e": 0, "ve": 2}, {"e": 0.1, "ve": 2}),
        ({"e": 5, "ve": 0}, {"e": 5, "ve": 0.1}),
    ),
    "dermalab.zero_hydration": (({"hydration": 0}, {"hydration": 1}),),
    "photography_counts.fewer_than_its_part": (
        (
            {"total_lesions": 9, "inflammatory_lesions": 10, "noninflammatory_lesions": 0},
            {"total_lesions": 10, "inflammatory_lesions": 10, "noninflammatory_lesions": 0},
        ),
        (
            {"total_lesions": 9, "inflammatory_lesions": 0, "noninflammatory_lesions": 10},
            {"total_lesions": 10, "inflammatory_lesions": 0, "noninflammatory_lesions": 10},
        ),
    ),
    "phototrichogram.days_between": (
        ({"days_between": 1}, {"days_between": 2}),
        ({"days_between": 4}, {"days_between": 3}),
    ),
    "phototrichogram.shares_above_all": (
        ({"anagen": 80, "telogen": 20.6}, {"anagen": 80, "telogen": 20.5}),
    ),
    "primos.ra_above_rq": (({"ra": 20.02, "rq": 20}, {"ra": 20, "rq": 20}),),
    "primos.rz_above_rmax": (({"rz": 90.02, "rmax": 90}, {"rz": 90, "rmax": 90}),),
    "reviscometer.longest_below_shortest": (
        ({"rrt_max": 99, "rrt_min": 100}, {"rrt_max": 100, "rrt_min": 100}),
    ),
    "sebumeter.washed_shortly_before": (({"hours_since_wash": 1.9}, {"hours_since_wash": 2}),),
    "skin_ultrasound.band_thicker_than_dermis": (
        (
            {"sleb_thickness": 1.21, "dermis_thickness": 1.2},
            {"sleb_thickness": 1.2, "dermis_thickness": 1.2},
        ),
    ),
    "tewameter.too_short": (({"seconds": 29}, {"seconds": 30}),),
}


def pairs_of(name: str) -> tuple[tuple[Reading, Reading], ...]:
    """A reading that is told of and one that is not, for each bound of a check."""
    return PAIRS.get(name) or OF_THE_ROOM[name.partition(".")[2]]


def is_told(instrument: Instrument, check: Check, reading: Reading) -> bool:
    told = row(instrument, reading).select(told=check.problem.fill_null(value=False))
    return bool(told["told"].item())


EACH_PAIR = [(name, *pair) for name in CHECKS for pair in pairs_of(name)]


@pytest.mark.parametrize(("name", "told", "untold"), EACH_PAIR)
def test_it_is_told_on_one_side_of_its_bound(name: str, told: Reading, untold: Reading) -> None:
    instrument, check = CHECKS[name]

    assert is_told(instrument, check, told)
    assert not is_told(instrument, check, untold)
    assert {*told} == {*check.needs}
    # A message shows what it is about.
    shown = {field for _, field, _, _ in Formatter().parse(check.message) if field}
    assert shown
    assert shown <= {*check.needs}


@pytest.mark.parametrize("name", CHECKS)
def test_nothing_is_told_of_a_blank(name: str) -> None:
    instrument, check = CHECKS[name]

    told = missing(instrument, 1).select(told=check.problem.fill_null(value=False))
    assert not told["told"].item()


def test_no_pair_is_of_a_check_that_is_gone() -> None:
    assert {*PAIRS} <= {*CHECKS}
