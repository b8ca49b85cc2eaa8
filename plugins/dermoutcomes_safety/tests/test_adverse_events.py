"""The table of adverse events: who is counted, in which row, and what an absence allows."""

from __future__ import annotations

import polars as pl
import pytest
from attrs import evolve

from dermoutcomes import Task
from dermoutcomes.stats import clopper_pearson
from dermoutcomes.tables import conform
from dermoutcomes.testing import AnalysisContract
from dermoutcomes_safety import register_analyses
from dermoutcomes_safety.adverse_events import AdverseEventOptions

(ADVERSE_EVENTS,) = register_analyses()


class TestAdverseEvents(AnalysisContract):
    analysis = ADVERSE_EVENTS

    def tasks(self):
        yield from super().tasks()
        yield "some events", task_of(EVENTS)
        yield "two arms", task_of(EVENTS, allocations=PARALLEL, design="parallel")
        yield "no subjects", evolve(task_of(EVENTS), subjects=task_of(EVENTS).subjects.clear())


def event(
    number,
    subject,
    system="Skin",
    term="Erythema",
    severity="mild",
    serious=False,
    product=False,
    procedure=True,
    **more,
):
    return {
        "id": number,
        "subject": subject,
        "body_system": system,
        "preferred_term": term,
        "severity": severity,
        "serious": serious,
        "related_product": product,
        "related_procedure": procedure,
        **more,
    }


EVENTS = [
    event(1, "1", side="left"),
    event(2, "1", severity="moderate", side="right"),
    event(3, "2", side="left"),
    event(4, "2", "Infections", "Nasopharyngitis", severity="severe", procedure=False),
]
PARALLEL = [{"subject": str(i), "arm": "a" if i <= 2 else "b"} for i in range(1, 6)]
SPLIT = [
    {"subject": str(i), "side": side, "arm": arm}
    for i in range(1, 6)
    for side, arm in (("left", "a"), ("right", "b"))
]


def task_of(events, allocations=None, **more):
    tables = (
        {"events": conform(pl.DataFrame(events, infer_schema_length=None), "events", "S")}
        if events is not None
        else {}
    )
    if allocations:
        tables["allocations"] = conform(pl.DataFrame(allocations), "allocations", "S")
    subjects = pl.DataFrame({"subject": [str(i) for i in range(1, 6)]})
    return Task(
        "t",
        "adverse_events",
        {},
        pl.DataFrame(),
        subjects,
        {},
        more.pop("design", "single-arm"),
        arms=("a", "b"),
        tables=tables,
        **more,
    )


def run(task, **options):
    return {
        (stat.group, stat.level, stat.term, stat.stat, stat.at): stat
        for stat in ADVERSE_EVENTS.run(task, AdverseEventOptions(**options))
    }


def counts(found, level, term="events", group=None):
    return tuple(
        found[group, level, term, stat, None].value
        for stat in ("n_with_event", "n_events", "denominator")
    )


def test_subjects_and_events_are_two_numbers():
    found = run(task_of(EVENTS))

    assert {
        level: counts(found, level)
        for level in ("any", "Skin", "Skin|Erythema", "Infections|Nasopharyngitis")
    } == {
        "any": (2, 4, 5),
        "Skin": (2, 3, 5),
        "Skin|Erythema": (2, 3, 5),
        "Infections|Nasopharyngitis": (1, 1, 5),
    }


def test_kinds_of_events_have_rows_of_their_own():
    found = run(task_of(EVENTS))

    assert counts(found, "related_procedure=true") == (2, 3, 5)
    assert counts(found, "serious=true") == (0, 0, 5)
    assert counts(found, "Infections|Nasopharyngitis", "related_procedure") == (0, 0, 5)


def test_none_says_what_it_does_not_rule_out():
    limit = run(task_of(EVENTS))[None, "related_product=true", "events", "conf_high", None]

    assert limit.value == pytest.approx(clopper_pearson(0, 5)[1])
    assert limit.text == "0 of 5; 95% upper limit 52.2%"
    assert clopper_pearson(0, 21)[1] == pytest.approx(0.16109761521908)


def test_a_list_without_events_is_not_a_study_without_a_list():
    nothing = {"events": task_of(EVENTS).tables["events"].clear()}

    assert counts(run(evolve(task_of(EVENTS), tables=nothing)), "any") == (0, 0, 5)
    assert [stat.error.split(":")[0] for stat in run(task_of(None)).values()] == ["no_data"]


def test_the_worst_severity_of_each_subject_is_counted():
    found = run(task_of(EVENTS))

    assert {
        at: stat.value
        for (_, level, term, name, at), stat in found.items()
        if (level, term, name) == ("any", "worst_severity", "n_with_event")
    } == {2.0: 1, 3.0: 1}
    assert found[None, "any", "worst_severity", "max", None].text == "severe"
    assert found[None, "Skin", "worst_severity", "max", None].text == "moderate"


def test_a_severity_without_a_place_is_warned_of():
    found = run(task_of([event(1, "1", severity="awful"), event(2, "2")]))

    assert found[None, "any", "worst_severity", "max", None].text == "mild"
    assert found[None, "any", "worst_severity", "max", None].warning.startswith(
        "no_severity: 1 event in 1 subject"
    )


def test_severities_can_be_grades():
    found = run(
        task_of([event(1, "1", severity="1"), event(2, "1", severity="3")]),
        severities=("1", "2", "3", "4", "5"),
    )

    assert found[None, "any", "worst_severity", "max", None].value == 3


UNKNOWN_RELATION = [event(1, "1", product=None), event(2, "2"), event(3, "3", product=True)]


def test_an_unknown_relation_counts_as_one_unless_the_study_says_otherwise():
    related, bounds, left_out = (
        run(task_of(UNKNOWN_RELATION), unknown=unknown)
        for unknown in ("related", "bounds", "leave_out")
    )

    assert counts(related, "related_product=true") == (2, 2, 5)
    assert counts(related, "Skin|Erythema", "related_product") == (2, 2, 5)
    assert counts(left_out, "related_product=true") == (1, 1, 5)
    assert counts(bounds, "related_product=true") == (1, 1, 5)
    assert counts(bounds, "any", "related_product_at_most") == (2, 2, 5)
    assert counts(bounds, "Skin", "related_product_at_most") == (2, 2, 5)
    for found in (related, bounds, left_out):
        assert counts(found, "any", "related_product_unknown") == (1, 1, 5)
        assert counts(found, "Skin", "related_product_unknown") == (1, 1, 5)
    assert not [key for key in related if key[2] == "related_product_at_most"]


def test_how_many_are_unknown_is_said_of_the_population_of_each_column():
    task = task_of([*UNKNOWN_RELATION, event(4, "9", product=None)], PARALLEL, design="parallel")
    found = run(task)

    assert {
        group: found[group, "related_product=true", "events", "n_events", None].warning
        for group in (None, "a", "b")
    } == {
        None: "unknown: Of 1 event in 1 subject it is not known (related to product); "
        "counted as related.",
        "a": "unknown: Of 1 event in 1 subject it is not known (related to product); "
        "counted as related.",
        "b": None,
    }


def test_whether_an_event_is_serious_is_counted_as_recorded_beside_the_most_it_may_be():
    found = run(task_of([event(1, "1", serious=None), event(2, "2", serious=True)]))

    assert counts(found, "serious=true") == (1, 1, 5)
    assert counts(found, "any", "serious_at_most") == (2, 2, 5)


def test_what_no_file_has_a_column_of_has_no_zero():
    without = {"related_procedure": None, "file_columns": ["subject", "term", "serious"]}
    found = run(task_of([event(1, "1", **without), event(2, "2", **without)]))

    rows = [stat for key, stat in found.items() if "related_procedure" in f"{key[1]} {key[2]}"]
    assert [(row.level, row.stat, row.value, row.text) for row in rows] == [
        ("related_procedure=true", "n_with_event", None, "not recorded")
    ]
    # A blank in a column that a file has is unknown, if all are blank too.
    blank = {**without, "file_columns": ["subject", "term", "related_procedure"]}
    assert counts(run(task_of([event(1, "1", **blank)])), "related_procedure=true") == (1, 1, 5)


def test_a_severity_that_is_unknown_has_a_row_of_its_own():
    some = [event(1, "1", severity=None), event(2, "1"), event(3, "2", severity=None)]
    found = run(task_of(some))

    unknown = {
        stat: found[None, "any", "worst_severity", stat, 0.0]
        for stat in ("n_with_event", "n_events")
    }
    assert {name: (row.value, row.text) for name, row in unknown.items()} == {
        "n_with_event": (1, "unknown"),
        "n_events": (2, "unknown"),
    }
    none = [event(1, "1", severity=None, file_columns=["subject", "term"])]
    row = run(task_of(none))[None, "any", "worst_severity", "n_with_event", None]
    assert (row.value, row.text) == (None, "not recorded")


def test_grades_are_counted_where_asked():
    found = run(task_of([event(1, "1", grade=3), event(2, "2", grade=None)]), worst="grade")

    assert found[None, "any", "worst_severity", "max", None].text == "grade 3"
    assert found[None, "any", "worst_severity", "n_with_event", 0.0].value == 1


def test_events_that_led_to_withdrawal_are_a_kind_where_actions_are_recorded():
    actions = ("withdrawn", "none", "half the dose", None)
    some = [event(i, str(i), action=action) for i, action in enumerate(actions, start=1)]
    found = run(task_of(some))

    assert counts(found, "led_to_withdrawal=true") == (1, 1, 5)
    assert counts(found, "any", "led_to_withdrawal_at_most") == (3, 3, 5)
    assert not [key for key in run(task_of(EVENTS)) if "withdrawal" in f"{key[1]} {key[2]}"]


def deaths(found, level, group=None):
    return found[group, level, "died", "n_with_event", None]


def test_deaths_are_counted_from_outcomes_and_from_milestones():
    died = [
        event(1, "1", outcome="fatal", fatal=True, serious=True),
        event(2, "2", outcome="fatal", fatal=True),
        event(3, "3", outcome="recovered", fatal=False),
    ]
    milestones = pl.DataFrame({"subject": ["2", "4", "9"], "milestone": "left", "death": True})
    task = task_of(died, PARALLEL, design="parallel")
    task.tables["milestones"] = conform(milestones, "milestones", "S")
    found = run(task, treatment_emergent=True)

    levels = ("any", "outcome", "disposition", "outcome, not serious")
    assert [deaths(found, level).value for level in levels] == [3, 2, 2, 1]
    assert [deaths(found, level, "b").value for level in levels] == [1, 0, 1, 0]
    assert found[None, "serious=true", "events", "n_events", None].warning == (
        "fatal_not_serious: 1 fatal event in 1 subject not marked as serious; serious "
        "events are counted as recorded."
    )


def test_deaths_that_nothing_tells_of_are_not_recorded():
    found = run(task_of(EVENTS))

    assert [
        (deaths(found, level).value, deaths(found, level).text)
        for level in ("any", "outcome", "disposition")
    ] == [(None, "not recorded")] * 3
    assert not [key for key in run(task_of(EVENTS), categories=("skin",)) if key[2] == "died"]


def test_only_events_under_treatment_where_asked():
    events = [
        event(1, "1", treatment_emergent=True),
        event(2, "2", treatment_emergent=False),
        event(3, "3", treatment_emergent=None),
    ]

    every, emergent = run(task_of(events)), run(task_of(events), treatment_emergent=True)

    assert (counts(every, "any")[0], counts(emergent, "any")[0]) == (3, 2)
    assert emergent[None, "any", "events", "n_events", None].warning.startswith(
        "unknown_onset: Of 1 event in 1 subject"
    )


def test_events_without_a_subject_are_told_and_not_counted():
    found = run(task_of([*EVENTS, event(5, None, serious=True)]))

    assert counts(found, "serious=true") == (0, 0, 5)
    assert found[None, "any", "events", "n_events", None].warning == (
        "no_subject: 1 event has no subject: not counted."
    )


def test_arms_have_their_own_subjects():
    found = run(task_of(EVENTS, PARALLEL, design="parallel"))

    assert counts(found, "any", group="a") == (2, 4, 2)
    assert counts(found, "any", group="b") == (0, 0, 3)
    assert counts(found, "any") == (2, 4, 5)


def test_the_arm_that_was_given_counts_unless_the_other_is_asked_for():
    swapped = [{**PARALLEL[0], "arm_actual": "b"}, *PARALLEL[1:]]

    assert counts(run(task_of(EVENTS, swapped, design="parallel")), "any", group="b") == (1, 2, 4)
    assert counts(
        run(task_of(EVENTS, swapped, design="parallel"), arm="allocated"), "any", group="b"
    ) == (0, 0, 3)


def test_inside_a_subject_an_event_belongs_to_the_arm_of_its_side():
    found = run(task_of(EVENTS, SPLIT, design="within-subject"))

    assert counts(found, "Skin|Erythema", group="a") == (2, 2, 5)
    assert counts(found, "Skin|Erythema", group="b") == (1, 1, 5)


def test_inside_a_subject_a_cold_belongs_to_no_arm():
    found = run(task_of(EVENTS, SPLIT, design="within-subject"))

    assert [counts(found, "Infections", group=arm)[0] for arm in (None, "a", "b")] == [1, 0, 0]


def test_one_arm_has_no_column_of_its_own():
    assert {group for group, *_ in run(task_of(EVENTS, PARALLEL[:2], design="single-arm"))} == {
        None
    }


def test_only_subjects_of_the_population_are_counted():
    task = task_of(EVENTS)

    assert counts(
        run(evolve(task, subjects=task.subjects.filter(pl.col("subject") != "2"))), "any"
    ) == (1, 2, 4)


def test_names_cannot_be_taken_for_other_rows():
    found = run(task_of([event(1, "1", "any", "a|b"), event(2, "2", "serious=true", "x")]))

    assert counts(found, "any") == (2, 2, 5)
    assert counts(found, "any (as coded)|a/b") == (1, 1, 5)
    assert counts(found, "serious=true (as coded)") == (1, 1, 5)


def test_an_event_without_a_code_is_kept_under_its_own_words():
    found = run(task_of([{**event(1, "1", system=None, term=None), "term": "itch"}]))

    assert counts(found, "not coded|itch") == (1, 1, 5)


def test_every_row_has_limits_that_hold_its_share():
    found = run(task_of(EVENTS))
    shares = [
        (group, level, term, at) for group, level, term, stat, at in found if stat == "estimate"
    ]

    assert shares
    for group, level, term, at in shares:
        low, share, high = (
            found[group, level, term, name, at].value
            for name in ("conf_low", "estimate", "conf_high")
        )
        assert low <= share <= high


def test_events_of_a_category_are_counted_alone():
    some = [
        event(1, "1", category="skin"),
        event(2, "2", category="skin"),
        event(3, "2"),
        event(4, "3", category="heart"),
    ]

    assert counts(run(task_of(some), categories=("skin",)), "any") == (2, 2, 5)
    assert counts(run(task_of(some)), "any") == (3, 4, 5)
