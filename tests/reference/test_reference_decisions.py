"""Cases of analyses that decide, through a task: what a study prints is what R computed."""

from __future__ import annotations

from collections import Counter

import pytest
from attrs import evolve

from dermoutcomes.options.parsing import parse_options

from .cases import of, registry
from .test_reference_tasks import at, task_of

AT = {"visit": "W12", "reference_visit": "baseline"}


def of_pairs(case):
    rows = [
        {"subject": f"{i:03}", **AT, "value": x, "base": y, "change": x - y}
        for i, (x, y) in enumerate(zip(case.inputs["x"], case.inputs["y"], strict=True))
    ]
    return task_of(rows, visit=("W12", "baseline"))


def of_arms(case, kind="continuous"):
    rows = [
        {"subject": f"{arm}{i:03}", "arm": arm, **AT, "value": x, "change": x}
        for arm, key in (("a", "x"), ("b", "y"))
        for i, x in enumerate(case.inputs[key])
    ]
    return evolve(task_of(rows, kind, arm=("a", "b"), visit=("W12",)), analyse="value")


def less(value, base):
    return None if None in (value, base) else value - base


def of_two_sides(case):
    given = case.inputs
    rows = [
        {
            "subject": f"{i:03}",
            "arm": arm,
            "side": side,
            **AT,
            "value": now,
            "base": before,
            "change": less(now, before),
        }
        for arm, side, late, early in (
            ("a", "left", "first", "first_before"),
            ("b", "right", "second", "second_before"),
        )
        for i, (now, before) in enumerate(zip(given[late], given[early], strict=True))
    ]
    return evolve(
        task_of(rows, arm=("a", "b"), visit=("W12", "baseline")),
        design="within-subject",
        sides_randomised=True,
    )


def of_values_of_sides(case):
    rows = [
        {
            "subject": f"{i:03}",
            "arm": arm,
            "side": arm,
            **AT,
            "value": value,
            "base": 0.0,
            "change": value,
        }
        for arm, key in (("a", "x"), ("b", "y"))
        for i, value in enumerate(case.inputs[key])
    ]
    return evolve(task_of(rows, arm=("a", "b"), visit=("W12", "baseline")), design="within-subject")


def of_units(case):
    """Units of a subject at one visit, by their places."""
    given, number = case.inputs, Counter()
    arms, rows = dict(zip(given.get("levels", ()), "ab", strict=False)), []
    for place, (subject, responds) in enumerate(
        zip(given["subject"], given["responds"], strict=True)
    ):
        number[subject] += 1
        arm = arms[given["arm"][place]] if arms else None
        rows.append(
            {
                "subject": str(subject),
                "arm": arm,
                "location": f"{number[subject]}",
                **AT,
                "responder": None if responds is None else bool(responds),
            }
        )
    task = task_of(
        rows, "binary", visit=("W12", "baseline"), **({"arm": ("a", "b")} if arms else {})
    )
    return evolve(task, design="within-subject" if arms else "single-arm")


def of_times(case):
    given = case.inputs
    rows = [
        {
            "subject": f"{i:03}",
            "arm": "ab"[given["levels"].index(group)],
            "value": time,
            "event": bool(event),
        }
        for i, (time, event, group) in enumerate(
            zip(given["time"], given["event"], given["group"], strict=True)
        )
    ]
    return task_of(rows, "time_to_event", arm=("a", "b"))


def of_visits(case):
    """What was seen, on days counted from 1."""
    given = case.inputs
    names = [f"D{day}" for day in given["days"]]
    rows = [
        {
            "subject": f"{i:03}",
            "arm": "ab"[given["levels"].index(arm)],
            "visit": name,
            "day": day + 1,
            "reference_visit": "baseline",
            "responder": bool(seen),
        }
        for i, (arm, course) in enumerate(zip(given["arm"], given["seen"], strict=True))
        for name, day, seen in zip(names, given["days"], course, strict=True)
        if seen is not None
    ]
    return evolve(task_of(rows, "binary", arm=("a", "b")), visits=tuple(names))


def with_margin(case):
    given = case.inputs
    task = of_values_of_sides(case) if given["paired"] else of_arms(case)
    comparison = evolve(task.comparisons["c"], margin=given["margin"], margin_reason="made up")
    return evolve(
        task,
        comparisons={"c": comparison},
        alpha=given["alpha"],
        sided=given.get("sided", 2),
        improves=given.get("improves", "up"),
    )


def of_courses(case):
    """Values at planned visits; a gap is a record without a value."""
    given, rows = case.inputs, []
    arms = ("a", "b") if given["others"] else (None,)
    for arm, courses in zip(arms, (given["values"], given["others"]), strict=False):
        for i, course in enumerate(courses):
            subject = f"{i:03}" if given["paired"] else f"{arm}{i:03}"
            rows += [
                {
                    "subject": subject,
                    "arm": arm,
                    "side": arm if given["paired"] else None,
                    "visit": f"D{day}",
                    "reference_visit": "baseline",
                    "value": value,
                    "base": course[0],
                    "change": less(value, course[0]),
                }
                for day, value in zip(given["times"], course, strict=True)
            ]
    named = {"arm": arms} if given["others"] else {"visit": (f"D{given['times'][-1]}", "baseline")}
    planned = {f"D{day}": float(day) for day in given["times"]}
    return evolve(
        task_of(rows, **named),
        design="within-subject" if given["paired"] else "parallel",
        visits=tuple(planned),
        planned_days=planned,
    )


def bridging(case):
    return {
        "gaps": "bridge" if case.inputs["bridge"] else "leave_out",
        "positive_only": case.inputs["positive_only"],
    }


def lasting(case):
    return {
        "hold": case.inputs["hold"],
        "visits": case.inputs["visits"],
        "missing": "skipped" if case.inputs["skip"] else "breaks",
    }


def statistics(term, **fields):
    return {(term, stat): path for stat, path in fields.items()}


INTERVAL = {
    "estimate": "estimate",
    "std_error": "se",
    "conf_low": "ci95.0",
    "conf_high": "ci95.1",
    "p_value": "p",
}
MARGIN = {
    "estimate": "estimate",
    "std_error": "se",
    "conf_low": "interval.0",
    "conf_high": "interval.1",
    "p_value": "p",
}
WAYS = {
    "difference_of_changes": (
        "difference_of_changes",
        of_two_sides,
        lambda _: {},
        statistics("difference_of_changes", **INTERVAL),
    ),
    "adjusted_side_difference": (
        "adjusted_side_difference",
        of_two_sides,
        lambda _: {},
        statistics("adjusted_side_difference", **INTERVAL),
    ),
    "clustered_proportion": (
        "clustered_proportion",
        of_units,
        lambda case: {"null": case.inputs["null"]},
        statistics("responder_proportion", **INTERVAL),
    ),
    "clustered_proportion_difference": (
        "clustered_proportion_difference",
        of_units,
        lambda _: {},
        statistics("risk_difference", **INTERVAL),
    ),
    "area_under_curve": ("area_under_curve", of_courses, bridging, statistics("area", **INTERVAL)),
    "equivalence": (
        "equivalence",
        with_margin,
        lambda _: {},
        statistics("mean_difference", **MARGIN, equivalence_shown="shown"),
    ),
    "noninferiority": (
        "noninferiority",
        with_margin,
        lambda _: {},
        statistics("mean_difference", **MARGIN, noninferiority_shown="shown"),
    ),
    "geometric_mean_ratio": (
        "geometric_mean_ratio",
        lambda case: (of_pairs if case.inputs["paired"] else of_arms)(case),
        lambda _: {},
        statistics("geometric_mean_ratio", **INTERVAL | {"std_error": "log_se"}),
    ),
    "restricted_mean": (
        "restricted_mean",
        of_times,
        lambda case: {"until": case.inputs["until"]},
        statistics("restricted_mean_difference", **INTERVAL | {"std_error": "se_difference"}),
    ),
    "sustained_response": (
        "sustained_response_test",
        of_visits,
        lasting,
        statistics(
            "hazard_ratio",
            estimate="hazard_ratio",
            conf_low="hazard_ratio_ci95.0",
            conf_high="hazard_ratio_ci95.1",
            p_value="p",
        ),
    ),
    "win_odds": (
        "win_odds",
        lambda case: of_arms(case, "ordinal"),
        lambda _: {},
        statistics(
            "win_odds",
            estimate="win_odds",
            conf_low="win_odds_ci95.0",
            conf_high="win_odds_ci95.1",
            p_value="p",
        ),
    ),
}


def cases():
    """Every case of those methods, but for strata, which a task has from its endpoint, and areas that are not tested."""
    for method in WAYS:
        yield from (
            case
            for case in of(method)
            if not case.inputs.get("x_stratum") and not case.inputs.get("positive_only")
        )


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.id)
def test_a_task_gives_what_r_gives(case):
    name, make, given, wanted = WAYS[case.method]
    task, analysis = make(case), registry().analyses[name]
    options = parse_options(given(case), analysis.options, path="x", problems=[])

    stats = tuple(analysis.run(task, options))
    stats += tuple(analysis.conclude(stats, task, options)) if analysis.conclude else ()
    found = {
        (stat.term, stat.stat): stat.value
        for stat in stats
        if stat.comparison == "c" and stat.level is None
    }

    expected = {key: float(at(case.result, path)) for key, path in wanted.items()}
    assert {key: found[key] for key in wanted} == pytest.approx(expected, rel=1e-8, abs=1e-12)


def test_an_area_that_cannot_be_negative_is_not_tested():
    case = next(case for case in of("area_under_curve") if case.inputs["positive_only"])
    task, analysis = of_courses(case), registry().analyses["area_under_curve"]
    stats = analysis.run(
        task, parse_options(bridging(case), analysis.options, path="x", problems=[])
    )

    assert [stat.value for stat in stats if (stat.term, stat.stat) == ("area", "p_value")] == [None]
