"""A check of an assumption chooses nothing: the analyses that it could choose from must both be listed."""

from __future__ import annotations

import pytest
from attrs import evolve

from dermoutcomes import Registry
from dermoutcomes.registry.registry import KINDS

DEPTH = 'measure = "probe.depth"'


@pytest.fixture
def registry(registry):
    """With a check of what the t-test assumes, and a rank test."""
    plain = registry.analyses["t_test"]
    others = [value for kind in KINDS for value in getattr(registry, kind).values()]
    check = evolve(plain, name="check", decides=None, beside=(("t_test", "other_t"), ("ranks",)))
    return Registry.of(*others, check, evolve(plain, name="ranks"))


@pytest.fixture
def refusals(found):
    """What is said against the analyses that the endpoint lists."""
    return lambda edit: [
        str(problem)
        for problem in found((DEPTH, f"{DEPTH}\n{edit}"))
        if "may not choose" in str(problem)
    ]


def test_one_kind_alone_is_refused(refusals):
    found = refusals('analyses = ["t_test"]\nalso = ["check"]')

    assert len(found) == 1
    assert "beside it one of ranks" in found[0]


def test_none_of_both_is_refused_twice(refusals):
    assert len(refusals('analyses = []\nalso = ["check"]')) == 2


@pytest.mark.parametrize(
    "edit",
    [
        'analyses = ["t_test", "ranks", "check"]',
        'analyses = ["ranks"]\nalso = ["check", "t_test"]',
        'analyses = ["t_test"]',
    ],
)
def test_both_kinds_are_accepted(refusals, edit):
    assert refusals(edit) == []
