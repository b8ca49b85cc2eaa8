"""Endpoints of one design that are taken in one pass have the rows and records that each has by itself."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from dermoutcomes import StudyError
from dermoutcomes.endpoints.chain import assessed
from dermoutcomes.endpoints.endpoint_plan import plan
from dermoutcomes.endpoints.study_facts import StudyFacts
from dermoutcomes.endpoints.together import copies as module
from dermoutcomes.endpoints.together.copies import find_together
from dermoutcomes.runs.table_store import pack
from dermoutcomes.runs.work import record_tables
from dermoutcomes.tables import table_rows
from dermoutcomes.testing import random_examples

MEASURES = ("depth", "lightness", "peak")
STUDY = """
[arms]
a = {}
b = {}
[comparisons]
late = { visit = ["W12", "baseline"] }
pair = { visit = ["W12", "W4"] }
[intercurrent.rescue]
milestone = "rescue"
default = "hypothetical"
"""
SCHEDULE = '\n[schedule]\ndevice = ["W0", "W4", "W12"]\n'
KEYS = {
    "sides": [
        'sides = { use = ["left", "right"] }',
        'sides = { use = ["left", "right"], combine = "none" }\nunit = "side"',
        'sides = { use = ["left"], if_one_missing = "missing" }',
    ],
    "replicates": ["", "replicates = { min = 2 }", "replicates = { combine = 'median' }"],
    "baseline": ['baseline = { visits = ["W0"] }', "baseline = { days = [-7, 1] }", ""],
    "same_visit": ["", 'same_visit = "last"', 'same_visit = "none"', 'same_visit = "mean"'],
    "compare": ['compare = ["late", "pair"]', ""],
    "visits": ["", 'visits = ["W12"]'],
    "handling": ['handling = ["observed"]', "", 'handling = ["observed", "locf"]'],
    "among": ["", 'among = { value = "> 1" }', 'responder = { change = "< -1" }'],
}
DESIGNS = st.tuples(*(st.sampled_from(choices) for choices in KEYS.values())).map("\n".join)
SPOTS = [
    (subject, visit, day, side, replicate)
    for subject in ("1", "2", "10")
    for visit, day in (("W0", 1), ("W4", 29), ("W4", 30), ("W12", 85))
    for side in ("left", "right")
    for replicate in (1, 2)
]
READING = st.one_of(st.none(), *[st.decimals("0.1", 9, places=2).map(float)] * 6)
READINGS = st.lists(READING, min_size=len(SPOTS), max_size=len(SPOTS))
# A measure that was read at all places, on the left alone, or not at the last visit.
NOT_READ = st.sampled_from([None, "right", "W12"])
SLOW = settings(
    deadline=None,
    max_examples=random_examples(25),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def rows(measure, readings, not_read):
    return [
        {
            "measure": f"device.{measure}",
            "subject": subject,
            "visit": visit,
            "day": day,
            "side": side,
            "replicate": replicate,
            "value": value,
        }
        for (subject, visit, day, side, replicate), value in zip(SPOTS, readings, strict=True)
        if value is not None and not_read not in (side, visit)
    ]


def study_of(given, design, readings, *, schedule=SCHEDULE, not_read=(None, None, None)):
    endpoints = "".join(
        f'[endpoints.{name}]\nmeasure = "device.{name}"\n{design}\n' for name in MEASURES
    )
    content = [
        row
        for name, values, missing in zip(MEASURES, readings, not_read, strict=True)
        for row in rows(name, values, missing)
    ]
    return given(
        STUDY + schedule + endpoints,
        content,
        subjects=[{"subject": name} for name in ("1", "2", "10", "3")],
        exposures=[{"subject": "1", "day": 1}, {"subject": "2", "day": 2, "side": "left"}],
        allocations=[
            {"subject": "1", "side": "left", "arm": "a"},
            {"subject": "1", "side": "right", "arm": "b"},
            {"subject": "2", "side": "left", "arm": "b"},
            {"subject": "2", "side": "right", "arm": "a"},
            {"subject": "10", "side": "left", "arm": "a"},
        ],
        milestones=[{"subject": "2", "milestone": "rescue", "day": 40}],
    )


def facts_of(of):
    facts = StudyFacts(of.study, of.tables)
    find_together(dict.fromkeys(of.study.endpoints, of.study), of.registry, of.tables, facts)
    return facts


def both_ways(of):
    """The rows of the endpoints that were assessed together, and of each by itself."""
    facts = facts_of(of)
    together = facts.together.rows
    by_itself = {
        name: assessed(plan(of.study, of.registry, name, of.tables, facts)) for name in together
    }
    return together, by_itself


def records_both_ways(of):
    """The records that were made together with their entries of the ledger, and of each by itself."""
    facts = facts_of(of)
    together = {
        name: record_tables(of.study, of.registry, name, of.tables, facts)
        for name in facts.together.records
    }
    by_itself = {name: record_tables(of.study, of.registry, name, of.tables) for name in together}
    return together, by_itself


def assert_equal(together, by_itself):
    for name, expected in by_itself.items():
        assert_frame_equal(together[name], expected, check_exact=True)


@SLOW
@hypothesis_given(
    DESIGNS, st.tuples(*[READINGS] * 3), st.tuples(*[NOT_READ] * 3), st.sampled_from([SCHEDULE, ""])
)
def test_together_is_as_each_by_itself(given, design, readings, not_read, schedule):
    of = study_of(given, design, readings, schedule=schedule, not_read=not_read)
    assert_equal(*both_ways(of))
    together, by_itself = records_both_ways(of)
    for table in ("endpoints", "ledger"):
        assert_equal(
            *({name: of[table] for name, of in ways.items()} for ways in (together, by_itself))
        )
    # What a step writes of an endpoint must not depend on what other endpoints there are.
    assert [*map(pack, together.values())] == [*map(pack, by_itself.values())]


ALL_READ = [[1.0 + number / 8 + own for number in range(len(SPOTS))] for own in (0.0, 0.1, 7.0)]
DESIGN = "\n".join(choices[0] for choices in KEYS.values())


@pytest.mark.parametrize("size", [200_000, 70])
def test_endpoints_of_one_design_and_layout_are_together_whatever_the_parts(
    given, monkeypatch, size
):
    of = study_of(given, DESIGN, ALL_READ)
    monkeypatch.setattr(module, "MOST_ROWS", size + of.tables["observations"].height - 70)
    together, by_itself = both_ways(of)

    assert set(together) == set(MEASURES) if size > 70 else len(together) == 2
    assert_equal(together, by_itself)
    assert all(rows["value"].count() and rows["base"].count() for rows in together.values())


@pytest.mark.parametrize(
    ("not_read", "together"), [("right", {"depth", "lightness"}), (None, set(MEASURES))]
)
def test_a_measure_that_was_read_elsewhere_is_assessed_by_itself(given, not_read, together):
    of = study_of(given, DESIGN, ALL_READ, not_read=(None, None, not_read))

    assert set(both_ways(of)[0]) == together


def test_a_larger_study_is_assessed_endpoint_by_endpoint(given, monkeypatch):
    of = study_of(given, DESIGN, ALL_READ)
    monkeypatch.setattr(module, "MOST_ROWS", of.tables["observations"].height - 1)

    assert both_ways(of)[0] == {}


def test_days_that_are_averaged_are_chosen_endpoint_by_endpoint(given):
    design = DESIGN.replace("baseline =", 'same_visit = "mean"\nbaseline =')

    assert both_ways(study_of(given, design, ALL_READ))[0] == {}


def test_what_stops_one_is_said_by_each(given):
    design = 'replicates = { combine = "single" }\nsides = { use = ["left", "right"] }'
    of = study_of(given, design, ALL_READ)

    assert both_ways(of)[0] == {}
    with pytest.raises(StudyError, match=r"endpoints\.peak"):
        of.records("peak")


def test_what_a_step_writes_is_the_same_whatever_endpoints_are_beside_it(given, monkeypatch):
    together, by_itself = records_both_ways(study_of(given, DESIGN, ALL_READ))
    n_rows = {tables["endpoints"].height for tables in by_itself.values()}
    # Not of lightness, which has no zero and so no percent change.
    assert set(together) == {"depth", "peak"}
    # Columns of one value are held once in tables of so many rows: of all, and of each not.
    monkeypatch.setattr(table_rows, "FEW_ROWS", max(n_rows) + 1)
    together, by_itself = records_both_ways(study_of(given, DESIGN, ALL_READ))

    assert [*map(pack, together.values())] == [*map(pack, by_itself.values())]


def test_records_that_lack_values_ask_the_study_each_for_itself(given):
    design = DESIGN.replace('handling = ["observed"]', "")
    missing = [[*values[:-4], *[None] * 4] for values in ALL_READ[:1]]
    facts = facts_of(study_of(given, design, [*missing, *ALL_READ[1:]]))

    assert set(facts.together.rows) == set(MEASURES)
    assert set(facts.together.records) < set(MEASURES)


def test_endpoints_of_one_measure_are_told_apart(given):
    of = study_of(given, DESIGN, ALL_READ)
    again = DESIGN.replace("compare", 'improves = "up"\ncompare')
    more = given(
        STUDY
        + SCHEDULE
        + f'[endpoints.one]\nmeasure = "device.depth"\n{DESIGN}\n'
        + f'[endpoints.two]\nmeasure = "device.depth"\n{again}\n',
        of.tables["observations"].to_dicts(),
        subjects=of.tables["subjects"].to_dicts(),
    )
    together, by_itself = both_ways(more)

    assert set(together) == {"one", "two"}
    assert_equal(together, by_itself)
    assert_frame_equal(together["one"], together["two"])
