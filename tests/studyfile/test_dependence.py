"""Sides of a subject are not subjects: analyses that would count them so are refused before any data are read."""

from __future__ import annotations

import pytest
from attrs import evolve

from dermoutcomes import Registry
from dermoutcomes.registry.registry import KINDS

DEPTH = 'measure = "probe.depth"'
BY_SIDE = f'{DEPTH}\nunit = "side"\nsides = {{ combine = "none" }}'
BY_PLACE = f'{DEPTH}\nunit = "location"\nlocations = "none"\nlocation = ["cheek", "chin"]'


@pytest.fixture
def registry(registry):
    """With two analyses more: one that takes account of subjects, and one that pairs two arms inside them."""
    plain = registry.analyses["t_test"]
    others = [value for kind in KINDS for value in getattr(registry, kind).values()]
    return Registry.of(
        *others,
        evolve(plain, name="mixed", dependence="clustered"),
        evolve(plain, name="pairs", dependence="paired"),
    )


@pytest.fixture
def refusals(found):
    """What is said against counting sides as subjects, once the endpoint is changed so."""
    return lambda edit: [
        str(problem) for problem in found((DEPTH, edit)) if "as subjects" in str(problem)
    ]


@pytest.mark.parametrize("edit", [BY_SIDE, BY_PLACE])
def test_sides_and_places_are_not_counted_as_subjects(refusals, edit):
    found = refusals(edit)

    assert len(found) == 1
    assert "in 11, 13 or 16 of 100 studies" in found[0]
    assert 'takes account of the subject: mixed, or unit = "subject" with' in found[0]


def test_an_analysis_that_takes_account_of_subjects_is_accepted(refusals):
    assert refusals(f'{BY_SIDE}\nanalyses = ["mixed"]') == []


def test_pairs_of_visits_of_a_side_are_still_sides(refusals):
    assert len(refusals(f'{BY_SIDE}\nanalyses = ["pairs"]')) == 1


def test_one_side_is_one_record_a_subject(refusals):
    assert refusals(f'{DEPTH}\nunit = "side"\nsides = {{ use = ["left"], combine = "none" }}') == []


def test_what_only_describes_may_take_sides(refusals):
    assert refusals(f'{BY_SIDE}\nanalyses = []\nalso = ["summary"]') == []
