"""What a comparison gives an analysis: complete pairs of a unit, or the records of two arms."""

from __future__ import annotations

import attrs
import polars as pl
import pytest

from dermoutcomes import Task
from dermoutcomes.declare.tasks.task import Views
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform

COMPARISONS = {
    "change": Comparison(("W12", "baseline")),
    "later": Comparison(("W24", "W12")),
    "arms": Comparison(("W12", "baseline"), ("a", "b")),
    "arms_at": Comparison(("W12",), ("a", "b")),
}


def a_task(rows, **more):
    records = conform(pl.DataFrame(rows, infer_schema_length=None), "endpoints", "S")
    return Task(
        "t", "x", {}, records, records.select("subject").unique(), COMPARISONS, "single-arm", **more
    )


def row(subject, visit, value, base=None, reference="baseline", **more):
    change = None if base is None or value is None else value - base
    return {
        "endpoint": "e",
        "subject": subject,
        "visit": visit,
        "value": value,
        "base": base,
        "change": change,
        "reference_visit": reference,
        **more,
    }


def pairs_of(task, name):
    return task.pairs(name).frame.rows()


def test_two_visits_give_value_base_and_change_sorted_by_subject():
    task = a_task([row("2", "W12", 5.0, 3.0), row("1", "W12", 4.0, 2.0), row("1", "W24", 9.0, 2.0)])

    assert pairs_of(task, "change") == [("1", 4.0, 2.0, 2.0), ("2", 5.0, 3.0, 2.0)]


def test_two_later_visits_use_the_records_made_for_them():
    task = a_task([row("1", "W24", 9.0, 2.0), row("1", "W24", 9.0, 4.0, reference="W12")])

    assert pairs_of(task, "later") == [("1", 9.0, 4.0, 5.0)]


def test_an_incomplete_pair_is_counted_and_left_out():
    pairs = a_task([row("1", "W12", 4.0, 2.0), row("2", "W12", 4.0)]).pairs("change")

    assert (pairs.frame.height, pairs.missing) == (1, 1)


def test_a_scale_that_is_a_change_is_set_against_no_change():
    task = a_task([row("1", "W12", 2.0), row("2", "W12", 4.0)], neutral=4.0)

    assert pairs_of(task, "change") == [("1", 2.0, 4.0, -2.0), ("2", 4.0, 4.0, 0.0)]


def test_two_visits_of_such_a_scale_are_set_against_each_other():
    task = a_task([row("1", "W12", 3.0), row("1", "W24", 1.0), row("2", "W24", 2.0)], neutral=4.0)
    pairs = task.pairs("later")

    assert pairs.frame.rows() == [("1", 1.0, 3.0, -2.0)]
    assert pairs.missing == 1


def test_sides_are_units_of_their_own_where_a_record_is_one():
    task = a_task([row("1", "W12", 4.0, 2.0, side="left"), row("1", "W12", 5.0, 2.0, side="right")])

    assert pairs_of(task, "change") == [("1", "left", 4.0, 2.0, 2.0), ("1", "right", 5.0, 2.0, 3.0)]


def test_two_arms_inside_a_subject_are_paired_on_the_change():
    task = a_task(
        [
            row("1", "W12", 4.0, 2.0, side="left", arm="a"),
            row("1", "W12", 5.0, 2.0, side="right", arm="b"),
        ]
    )

    assert pairs_of(task, "arms") == [("1", 2.0, 3.0, -1.0)]


@pytest.mark.parametrize(("analyse", "outcome"), [("value", 4.0), ("change", 2.0)])
def test_one_visit_leaves_the_outcome_to_the_endpoint(analyse, outcome):
    groups = a_task(
        [row("1", "W12", 4.0, 2.0, arm="a"), row("2", "W12", 1.0, 2.0, arm="b")], analyse=analyse
    ).groups("arms_at")

    assert groups.first["outcome"].to_list() == [outcome]
    assert (groups.group, groups.reference_group) == ("a", "b")


def test_two_visits_and_two_arms_are_a_difference_of_changes_whatever_the_endpoint_says():
    groups = a_task(
        [row("1", "W12", 4.0, 2.0, arm="a"), row("2", "W12", None, 2.0, arm="b")], analyse="value"
    ).groups("arms")

    assert groups.first["outcome"].to_list() == [2.0]
    assert (groups.second.height, groups.missing) == (0, 1)


def test_a_subject_who_lost_both_arms_or_both_visits_is_missing_once():
    lost = [
        {**row("2", visit, None, side=side, arm=arm), "reason": "missed"}
        for visit in ("W12", "W24")
        for side, arm in (("left", "a"), ("right", "b"))
    ]
    unused = conform(pl.DataFrame(lost, infer_schema_length=None), "endpoints", "S")
    arms = a_task(
        [
            row("1", "W12", 4.0, 2.0, side="left", arm="a"),
            row("1", "W12", 5.0, 2.0, side="right", arm="b"),
        ],
        unused=unused,
    )
    visits = a_task([row("1", "W12", 3.0), row("1", "W24", 1.0)], neutral=4.0, unused=unused)

    assert arms.pairs("arms").missing == 1
    assert visits.pairs("later").missing == 1


def test_a_unit_whose_record_is_lost_is_missing_and_one_outside_the_question_is_not():
    task = a_task([row("1", "W12", 4.0, 2.0)])
    unused = conform(
        pl.DataFrame(
            [
                {**row("2", "W12", None), "reason": "missed"},
                {**row("3", "W12", 5.0, 3.0), "reason": "among"},
                {**row("4", "W24", None), "reason": "missed"},
            ],
            infer_schema_length=None,
        ),
        "endpoints",
        "S",
    )

    assert attrs.evolve(task, unused=unused).pairs("change").missing == 1
    assert task.pairs("change").missing == 0


def sharing(task):
    """The task, and two more of the same records that share what is formed."""
    views = Views(task.records, task.unused)
    return [
        attrs.evolve(task, records=own.records, unused=own.unused, views=own)
        for own in (views.for_one(), views.for_one())
    ]


def test_tasks_of_the_same_records_share_what_is_formed_and_none_sees_what_another_changes():
    first, second = sharing(a_task([row("1", "W12", 4.0, 2.0), row("2", "W12", 5.0, 3.0)]))
    first.pairs("change").frame.replace_column(1, pl.Series("first", [0.0, 0.0]))
    first.records.replace_column(0, pl.Series("changed", [1, 2]))

    assert pairs_of(second, "change") == [("1", 4.0, 2.0, 2.0), ("2", 5.0, 3.0, 2.0)]
    assert "changed" not in second.records.columns


def test_a_task_with_other_records_forms_its_own():
    first, second = sharing(a_task([row("1", "W12", 4.0, 2.0), row("2", "W12", 5.0, 3.0)]))
    first.pairs("change")
    fewer = attrs.evolve(second, records=second.records.head(1))

    assert (len(pairs_of(fewer, "change")), len(pairs_of(second, "change"))) == (1, 2)


def test_what_a_task_asks_otherwise_is_formed_otherwise():
    first, second = sharing(
        a_task(
            [row("1", "W12", 4.0, 2.0, arm="a"), row("2", "W12", 5.0, 3.0, arm="b")],
            analyse="value",
        )
    )

    assert first.groups("arms_at").first["outcome"].to_list() == [4.0]
    assert attrs.evolve(second, analyse="change").groups("arms_at").first["outcome"].to_list() == [
        2.0
    ]
