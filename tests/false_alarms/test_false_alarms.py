"""A part of the simulation, with fixed seeds: no check tells of more clean studies than its bound
lets expect, each finds its fault, and the page says what was measured.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from scipy.stats import binom

from .designs import DESIGNS
from .faults import FAULTS
from .page import PAGE
from .rates import BOUNDS, CHECKS, Rate, bound, powers, rates

ROOT = Path(__file__).resolve().parents[2]
STUDIES = 4
# Those that each of the checks once told of too often.
QUICK = ("few", "rounded", "few_responders", "counts", "sebum", "sides", "split_face", "itch")


def too_many(rate: Rate) -> bool:
    """Whether so many studies told are less likely than one in a thousand at the bound."""
    return bool(binom.sf(rate.told - 1, rate.studies, bound(rate.check, rate.design)) < 0.001)


def test_no_check_tells_of_more_clean_studies_than_its_bound() -> None:
    designs = [design for design in DESIGNS if design.name in QUICK]
    measured = list(rates(STUDIES, designs))

    assert len(designs) == len(QUICK)
    assert {rate.check for rate in measured} == set(CHECKS)
    assert [(rate.check, rate.design.name, rate.told) for rate in measured if too_many(rate)] == []
    for check in CHECKS:
        of_check = [rate for rate in measured if rate.check == check]
        told, studies = (
            sum(getattr(rate, name) for rate in of_check) for name in ("told", "studies")
        )
        assert binom.sf(told - 1, studies, BOUNDS[check]) >= 0.01, (check, told, studies)


def test_every_study_told_is_too_many() -> None:
    rate = next(rates(STUDIES, DESIGNS[:1]))

    assert rate.told == 0
    assert not too_many(rate)
    assert too_many(evolve(rate, told=STUDIES))


@pytest.mark.parametrize("check", FAULTS)
def test_a_planted_fault_is_found(check: str) -> None:
    for power in powers(3, (check,)):
        assert power.told >= 2, power.fault.label


def test_a_study_is_the_same_at_every_run_and_no_other_one() -> None:
    design = DESIGNS[0]
    first, again, other = (design.simulate(seed)["hydration"] for seed in (1, 1, 2))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert len({design.name for design in DESIGNS}) == len(DESIGNS)


def test_the_page_is_of_these_checks_designs_and_faults() -> None:
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    shares = re.findall(r"\| `(\w+)` \| `(\w+)` \| ([\d.]+) % ±", page)

    assert [
        design.label for design in DESIGNS if f"`{design.name}`: {design.label}" not in page
    ] == []
    assert [
        fault.label for faults in FAULTS.values() for fault in faults if fault.label not in page
    ] == []
    assert len(shares) >= len(BOUNDS) - 3
    by_name = {design.name: design for design in DESIGNS}
    above = [
        (check, name)
        for check, name, share in shares
        if float(share) / 100 > bound(check, by_name[name])
    ]
    assert above == []
