"""What the analyses of repeated measures say of a task.

The reference cases on their way from records to rows, and data with gaps.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from scipy import stats

from dermoutcomes import Task
from dermoutcomes.proof.cases import cases_of
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform
from dermoutcomes_repeated_measures import register_analyses
from dermoutcomes_repeated_measures.area_under_curve import AreaOptions
from dermoutcomes_repeated_measures.friedman_analysis import FriedmanOptions
from dermoutcomes_repeated_measures.reference import REFERENCE_METHODS
from dermoutcomes_repeated_measures.rm_anova import RmAnovaOptions

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}
METHODS = {method.name: method for method in REFERENCE_METHODS}
TEXT = dict.fromkeys(("arm", "side", "timepoint", "location"), pl.String)
VISITS = {"W0": 0.0, "W4": 28.0, "W12": 84.0}


def task_of(rows, comparisons=None, **more):
    full = [{"reference_visit": "baseline", "visit": "W4", **row} for row in rows]
    records = conform(
        pl.DataFrame(full, schema_overrides=TEXT, infer_schema_length=None), "endpoints", "S"
    )
    visits = more.pop(
        "visits", tuple(sorted({row["visit"] for row in full}, key=lambda visit: int(visit[1:])))
    )
    return Task(
        "t",
        "x",
        {},
        records,
        records.select("subject").unique(),
        comparisons or {},
        more.pop("design", "single-arm"),
        unit="mm",
        improves="up",
        visits=visits,
        planned_days=more.pop("planned_days", VISITS),
        **more,
    )


def rows_of(matrix, **same):
    return [
        {"subject": f"S{i:03}", "visit": f"W{j}", "value": float(value), **same}
        for i, row in enumerate(matrix)
        for j, value in enumerate(row)
    ]


def run(name, task, options=None):
    """The rows of whole tables, or of comparisons; not those of single cells and arms."""
    analysis = ANALYSES[name]
    return {
        (stat.term, stat.level, stat.stat): stat
        for stat in analysis.run(task, options or analysis.options())
        if stat.visit is None
        or (
            stat.comparison is not None and (stat.group is None or stat.reference_group is not None)
        )
    }


@pytest.mark.parametrize(
    "case", list(cases_of(METHODS["rm_anova_oneway"]))[:3], ids=lambda case: case.id
)
def test_a_task_gives_the_table_of_the_reference(case):
    found = run("rm_anova", task_of(rows_of(case.inputs["M"])))
    wanted = {
        ("visit", None, "statistic"): "F",
        ("visit", None, "p_value"): "p_GG",
        ("visit", "Huynh-Feldt", "p_value"): "p_HF",
        ("visit", "Huynh-Feldt", "rm_anova_epsilon"): "HF_eps_raw",
        ("visit", "Mauchly", "statistic"): "mauchly_W",
        ("visit", "Mauchly", "p_value"): "mauchly_p",
        ("visit", None, "rm_anova_generalised_eta_squared"): "ges",
        ("visit", None, "rm_anova_sum_of_squares"): "SS_time",
        ("subjects", None, "n"): "n",
    }

    assert {key: found[key].value for key in wanted} == pytest.approx(
        {key: case.result[name] for key, name in wanted.items()}, rel=1e-9
    )


@pytest.mark.parametrize(
    "case", list(cases_of(METHODS["rm_anova_mixed"]))[:2], ids=lambda case: case.id
)
def test_arms_of_a_parallel_trial_stand_between_subjects(case):
    given = case.inputs
    rows = [
        {"subject": subject, "arm": arm, "visit": f"W{time}", "value": float(y)}
        for subject, arm, time, y in zip(
            given["subject"], given["group"], given["time"], given["y"], strict=True
        )
    ]
    found = run(
        "rm_anova", task_of(rows, design="parallel", arms=tuple(sorted(set(given["group"]))))
    )

    for term, name in (("arm", "g"), ("visit", "t"), ("arm_by_visit", "g:t")):
        assert found[term, None, "statistic"].value == pytest.approx(
            case.result["table"][name]["F"], rel=1e-9
        )
        assert found[term, None, "rm_anova_generalised_eta_squared"].value == pytest.approx(
            case.result["ges"][name], rel=1e-9
        )
    assert found["arm_by_visit", "Huynh-Feldt-Lecoutre", "p_value"].value == pytest.approx(
        case.result["p_HF_gt"], rel=1e-9
    )


@pytest.mark.parametrize("case", list(cases_of(METHODS["friedman"]))[:3], ids=lambda case: case.id)
def test_a_task_gives_the_ranks_of_the_reference(case):
    found = run("friedman", task_of(rows_of(case.inputs["M"])))
    wanted = {
        ("friedman", None, "statistic"): "chi2",
        ("friedman", None, "p_value"): "p",
        ("kendall_w", None, "estimate"): "kendall_W_tie_corrected",
        ("iman_davenport", None, "p_value"): "iman_davenport_p",
    }

    assert {key: found[key].value for key in wanted} == pytest.approx(
        {key: case.result[name] for key, name in wanted.items()}, rel=1e-9
    )


@pytest.mark.parametrize("adjust", ["none", "holm", "benjamini_hochberg"])
def test_a_task_gives_the_pairs_of_the_reference(adjust):
    case = next(iter(cases_of(METHODS["friedman_posthoc"])))
    found = [
        stat
        for stat in ANALYSES["friedman"].run(
            task_of(rows_of(case.inputs["M"])), FriedmanOptions(adjust=adjust)
        )
        if stat.stat == "p_adjusted"
    ]
    wanted = case.result[{"none": "raw", "holm": "holm", "benjamini_hochberg": "BH"}[adjust]]

    assert [stat.value for stat in sorted(found, key=lambda stat: stat.visit)] == pytest.approx(
        wanted, rel=1e-9
    )
    assert {stat.reference_visit for stat in found} == {"W0"}


def test_all_pairs_of_visits_can_be_compared():
    found = [
        stat
        for stat in ANALYSES["friedman"].run(
            task_of(rows_of([[1, 2, 4], [2, 1, 5], [3, 5, 4]])),
            FriedmanOptions(posthoc="all_pairs"),
        )
        if stat.stat == "p_value" and stat.term == "signed_rank"
    ]

    assert {(stat.visit, stat.reference_visit) for stat in found} == {
        ("W1", "W0"),
        ("W2", "W0"),
        ("W2", "W1"),
    }


def test_subjects_with_a_gap_are_left_out_and_counted():
    matrix = np.random.default_rng(1).normal(size=(8, 3)).round(3)
    rows = rows_of(matrix)
    found = run(
        "rm_anova",
        task_of([row for row in rows if (row["subject"], row["visit"]) != ("S003", "W2")]),
    )

    assert (found["subjects", None, "n"].value, found["subjects", None, "n_missing"].value) == (
        7,
        1,
    )
    assert found["visit", None, "p_value"].warning.startswith("listwise: 1 of 8 subjects")


def test_a_subject_expected_and_never_seen_counts_as_lost():
    task = task_of(rows_of(np.random.default_rng(1).normal(size=(5, 3))))
    lost = conform(
        pl.DataFrame(
            [
                {
                    "subject": "S999",
                    "visit": "W1",
                    "reference_visit": "baseline",
                    "used": False,
                    "reason": "missed",
                }
            ]
        ),
        "endpoints",
        "S",
    )

    assert run("rm_anova", evolve(task, unused=lost))["subjects", None, "n_missing"].value == 1


def test_sides_of_single_arm_subjects_are_a_factor_or_averaged():
    rng = np.random.default_rng(2)
    rows = [
        row for side in ("left", "right") for row in rows_of(rng.normal(size=(6, 3)), side=side)
    ]
    both, one = (
        run("rm_anova", task_of(rows)),
        run("rm_anova", task_of(rows), RmAnovaOptions(second="none")),
    )

    assert {term for term, _, _ in both} >= {"side", "visit", "side_by_visit"}
    assert both["visit", None, "statistic"].value == pytest.approx(
        one["visit", None, "statistic"].value
    )
    assert one["visit", None, "statistic"].warning.startswith("averaged: 18 values")


def test_arms_inside_subjects_are_a_factor():
    rows = [
        row
        for arm in ("a", "b")
        for row in rows_of(np.random.default_rng(3).normal(size=(6, 3)), arm=arm)
    ]
    found = run("rm_anova", task_of(rows, design="within-subject", arms=("a", "b")))

    assert {term for term, _, _ in found} >= {"arm", "visit", "arm_by_visit"}
    assert found["arm", None, "df_den"].value == 5


def test_a_difference_of_arms_has_visits_alone():
    matrix = np.random.default_rng(3).normal(size=(6, 3))
    inside, single = (
        run("rm_anova", task_of(rows_of(matrix), design=design))
        for design in ("within-subject", "single-arm")
    )

    assert inside["subjects", None, "n"].value == 6
    assert {key: stat.value for key, stat in inside.items()} == {
        key: stat.value for key, stat in single.items()
    }


@pytest.mark.parametrize(
    ("correction", "level"),
    [
        ("none", "sphericity assumed"),
        ("greenhouse_geisser", "Greenhouse-Geisser"),
        ("huynh_feldt_lecoutre", "Huynh-Feldt-Lecoutre"),
    ],
)
def test_the_correction_that_was_named_stands_without_a_level(correction, level):
    found = run(
        "rm_anova",
        task_of(rows_of(np.random.default_rng(4).normal(size=(9, 4)))),
        RmAnovaOptions(correction=correction),
    )

    assert found["visit", None, "p_value"].value == found["visit", level, "p_value"].value
    assert found["visit", None, "p_value"].text == level


def test_friedman_looks_into_each_arm_of_a_parallel_trial():
    rows = [
        *rows_of(np.random.default_rng(5).normal(size=(5, 3)), arm="a"),
        *(
            {**row, "subject": row["subject"] + "b", "arm": "b"}
            for row in rows_of(np.random.default_rng(6).normal(size=(6, 3)))
        ),
    ]
    stats_ = list(
        ANALYSES["friedman"].run(
            task_of(rows, design="parallel", arms=("a", "b")), FriedmanOptions()
        )
    )

    assert {
        (stat.group, stat.value) for stat in stats_ if stat.term == "subjects" and stat.stat == "n"
    } == {("a", 5.0), ("b", 6.0)}


def course(subject, changes, **same):
    return [
        {
            "subject": subject,
            "visit": visit,
            "value": 10.0 + change,
            "base": 10.0,
            "change": change,
            **same,
        }
        for visit, change in zip(VISITS, changes, strict=True)
        if change is not None
    ]


def without_own_change(rows):
    """As a study has them: the baseline's record has no change."""
    return [{**row, "change": None if row["visit"] == "W0" else row["change"]} for row in rows]


def area(task, **options):
    return run("area_under_curve", task, AreaOptions(**options))


PAIR = {"w12": Comparison(("W12", "baseline"))}


def test_areas_of_change_are_tested_against_nothing_changed():
    rows = [
        *course("a", (0.0, 1.0, 2.0)),
        *course("b", (0.0, 2.0, 2.0)),
        *course("c", (0.0, -1.0, 0.5)),
    ]
    task = task_of(without_own_change(rows), PAIR)
    areas = [28 / 2 + 56 * 1.5, 28 + 56 * 2, -28 / 2 - 56 * 0.25]
    found = area(task)

    assert found["area", None, "estimate"].value == pytest.approx(sum(areas) / 3)
    assert found["area", None, "p_value"].value == pytest.approx(stats.ttest_1samp(areas, 0).pvalue)
    assert found["area", None, "estimate"].unit == "mm·d"
    assert area(task, per_time=True)["area", None, "estimate"].value == pytest.approx(
        sum(areas) / 3 / 84
    )
    assert area(task, incremental=False, per_time=True)[
        "area", None, "estimate"
    ].value == pytest.approx(10 + sum(areas) / 3 / 84)


@pytest.mark.parametrize("options", [{"positive_only": True}, {"incremental": False}])
def test_areas_that_cannot_be_zero_are_not_tested(options):
    found = area(
        task_of([*course("a", (0.0, 1.0, 2.0)), *course("b", (0.0, 2.0, 2.0))], PAIR), **options
    )

    assert found["area", None, "p_value"].error.startswith("no_null: ")
    assert found["area", None, "conf_low"].value is not None


def test_gaps_are_left_out_or_bridged_but_ends_are_not():
    rows = [
        *course("a", (0.0, 1.0, 2.0)),
        *course("b", (0.0, None, 2.0)),
        *course("c", (0.0, 2.0, None)),
        *course("d", (0.0, 3.0, 2.0)),
    ]
    out, bridged = (area(task_of(rows, PAIR), gaps=gaps) for gaps in ("leave_out", "bridge"))

    assert [found["area", None, "n"].value for found in (out, bridged)] == [2, 3]
    assert [found["area", None, "n_missing"].value for found in (out, bridged)] == [2, 1]


def test_arms_are_compared_by_their_areas():
    rng = np.random.default_rng(7)
    rows = [
        row
        for i in range(9)
        for row in course(f"S{i}", (0.0, *rng.normal(1, 1, 2)), arm="ab"[i % 2])
    ]
    found = area(
        task_of(rows, {"w12": Comparison(("W12",), ("a", "b"))}, design="parallel", arms=("a", "b"))
    )
    areas = {
        f"S{i}": 28 * rows[3 * i + 1]["change"] / 2
        + 28 * (rows[3 * i + 1]["change"] + rows[3 * i + 2]["change"])
        for i in range(9)
    }
    x, y = (
        [value for subject, value in areas.items() if int(subject[1:]) % 2 == own] for own in (0, 1)
    )

    assert found["area", None, "p_value"].value == pytest.approx(
        stats.ttest_ind(x, y, equal_var=False).pvalue
    )


def test_zones_inside_subjects_are_paired_hour_by_hour():
    rng = np.random.default_rng(8)
    values = rng.normal(size=(5, 2, 3)).round(3)
    rows = [
        {
            "subject": f"S{i}",
            "arm": arm,
            "location": f"zone {j}",
            "timepoint": hour,
            "value": float(values[i, j, k]),
            "base": 0.0,
            "change": float(values[i, j, k]),
        }
        for i in range(5)
        for j, arm in enumerate("ab")
        for k, hour in enumerate(("T0", "8 h", "24 h"))
    ]
    found = area(
        task_of(
            rows, {"zones": Comparison(None, ("a", "b"))}, design="within-subject", arms=("a", "b")
        )
    )
    areas = (
        8 * (values[:, :, 0] + values[:, :, 1]) / 2 + 16 * (values[:, :, 1] + values[:, :, 2]) / 2
    )

    assert found["area", None, "p_value"].value == pytest.approx(
        stats.ttest_rel(areas[:, 0], areas[:, 1]).pvalue
    )
    assert found["area", None, "estimate"].unit == "mm·h"


def test_days_on_record_may_stand_for_planned_ones():
    rows = [
        {**row, "day": day}
        for subject, days in (("a", (1, 30, 85)), ("b", (1, 25, 90)), ("c", (1, 29, 85)))
        for row, day in zip(course(subject, (0.0, 1.0, 2.0)), days, strict=True)
    ]
    found = area(task_of(rows, PAIR), times="actual")

    assert found["area", None, "estimate"].value == pytest.approx(
        np.mean([29 / 2 + 55 * 1.5, 12 + 65 * 1.5, 14 + 56 * 1.5])
    )


def test_courses_without_times_say_so():
    found = area(
        task_of(
            [*course("a", (0.0, 1.0, 2.0)), *course("b", (0.0, 2.0, 2.0))], PAIR, planned_days={}
        )
    )

    assert found["area", None, "estimate"].error.startswith("no_times: ")


def test_another_unit_scales_areas_and_leaves_p_values():
    rows = [row for i in range(5) for row in course(f"S{i}", (0.0, 0.5 + i / 4, 1.0 - i / 8))]
    mm, um = (
        area(
            task_of(
                [
                    {**row, **{name: factor * row[name] for name in ("value", "base", "change")}}
                    for row in rows
                ],
                PAIR,
            )
        )
        for factor in (1, 1000)
    )

    assert um["area", None, "std_error"].value == pytest.approx(
        1000 * mm["area", None, "std_error"].value
    )
    assert um["area", None, "p_value"].value == pytest.approx(mm["area", None, "p_value"].value)


def test_sides_of_a_subject_are_one_course():
    rows = [
        row
        for side in ("left", "right")
        for i in range(4)
        for row in course(f"S{i}", (0.0, i + (side == "left"), 2.0), side=side)
    ]
    found = area(task_of(rows, PAIR))

    assert found["area", None, "n"].value == 4
    assert found["area", None, "p_value"].warning.startswith("averaged: 12 values")


def test_a_later_reference_starts_the_course_there():
    rows = without_own_change(
        [
            *course("a", (0.0, 1.0, 2.0)),
            *course("b", (0.0, 2.0, 2.5)),
            *course("c", (0.0, -1.0, 0.5)),
        ]
    )
    later = {"visit": "W12", "reference_visit": "W4", "value": 12.0, "base": 11.0}
    changes = {
        "a": 1.25,
        "b": 0.5,
        "c": 1.5,
    }  # a's sides do not all count at both visits, so its own change is not 12 - 11
    found = area(
        task_of(
            [*rows, {**later, "subject": "a", "change": 1.25}], {"c": Comparison(("W12", "W4"))}
        )
    )

    assert found["area", None, "estimate"].value == pytest.approx(
        56 * sum(changes.values()) / 2 / 3
    )
    assert found["area", None, "n"].value == 3
