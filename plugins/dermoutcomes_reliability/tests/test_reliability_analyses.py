"""The analyses of reliability on tasks: what a study prints."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes import Endpoint, Task, load_registry
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.proof.cases import cases_of
from dermoutcomes.tables import conform
from dermoutcomes_reliability.mean_squares import mean_squares
from dermoutcomes_reliability.reference import REFERENCE_METHODS

ANALYSES = load_registry().analyses
CASES = {method.name: list(cases_of(method)) for method in REFERENCE_METHODS}


def task_of(rows, endpoints=("first",), readings=None, **fields):
    given = [
        {"reference_visit": "baseline", "used": True, "observations": [], **row} for row in rows
    ]
    records = conform(pl.DataFrame(given, infer_schema_length=None), "endpoints", "S")
    tables = (
        {}
        if readings is None
        else {
            "observations": conform(
                pl.DataFrame(readings, infer_schema_length=None), "observations", "S"
            )
        }
    )
    return Task(
        "t",
        "x",
        {name: Endpoint(id=name) for name in endpoints},
        records,
        records.select("subject").unique(),
        {},
        "single-arm",
        endpoint=endpoints[0] if len(endpoints) == 1 else None,
        visits=("SCR", "W0", "W12"),
        tables=tables,
        unit="mm",
        improves="down",
        **fields,
    )


def run(name, task, options=None):
    analysis = ANALYSES[name]
    return list(
        analysis.run(task, parse_options(options or {}, analysis.options, path="x", problems=[]))
    )


def value(stats, term, stat="estimate", **key):
    (found,) = [
        one
        for one in stats
        if one.term == term
        and one.stat == stat
        and all(getattr(one, name) == wanted for name, wanted in key.items())
    ]
    return found.value if found.error is None else found.error


def paired_rows(first, second, visit="W12", names=("first", "second")):
    return [
        {"endpoint": name, "subject": f"{i:03}", "visit": visit, "value": float(v)}
        for name, column in zip(names, (first, second), strict=True)
        for i, v in enumerate(column)
        if v is not None
    ]


def test_two_pre_treatment_days_give_what_r_gives():
    case = next(case for case in CASES["icc"] if len(case.inputs["M"][0]) == 2)
    rows = [
        {"endpoint": "first", "subject": f"{i:03}", "visit": visit, "value": float(v), "day": day}
        for i, pair in enumerate(case.inputs["M"])
        for visit, v, day in zip(("SCR", "W0"), pair, (-7, 1), strict=True)
    ]

    found = run("test_retest", task_of(rows), {"visits": ["SCR", "W0"]})

    assert value(found, "icc_agreement") == pytest.approx(case.result["ICC2_1"]["est"], rel=1e-10)
    assert value(found, "icc_consistency", "conf_low") == pytest.approx(
        case.result["ICC3_1"]["ci95"][0], rel=1e-9
    )
    assert value(found, "detectable_change") == pytest.approx(
        case.result["SDC95_agreement_qnorm"], rel=1e-10
    )


def test_days_after_treatment_are_refused_as_stable():
    rows = [
        {"endpoint": "first", "subject": f"{i}", "visit": visit, "value": i + day / 100, "day": day}
        for i in range(5)
        for visit, day in (("W0", 1), ("W12", 85))
    ]

    found = run("test_retest", task_of(rows))

    assert value(found, "detectable_change").startswith(
        "treated: W12 lies after the first treatment"
    )


def test_an_untreated_zone_may_be_read_later():
    rows = [
        {
            "endpoint": "first",
            "subject": f"{i}",
            "visit": visit,
            "value": i + day / 100 * (i % 2),
            "day": day,
            "arm": arm,
        }
        for i in range(5)
        for visit, day in (("W0", 1), ("W12", 85))
        for arm in ("untreated", "cream")
    ]

    assert (
        value(
            run("test_retest", task_of(rows), {"visits": ["W0", "W12"], "untreated": "untreated"}),
            "units",
            "n",
        )
        == 5
    )


def test_one_occasion_is_sent_to_repeatability():
    rows = [
        {"endpoint": "first", "subject": f"{i}", "visit": "W0", "value": float(i), "day": 1}
        for i in range(5)
    ]

    assert "repeatability" in value(
        run("test_retest", task_of(rows), {"visits": ["W0"]}), "icc_agreement"
    )


def sitting(matrix):
    readings = [
        {
            "id": 100 * i + j,
            "subject": f"{i:03}",
            "visit": "W0",
            "side": "left",
            "measure": "cutometer.r0",
            "replicate": j,
            "value": float(v),
        }
        for i, row in enumerate(matrix)
        for j, v in enumerate(row)
    ]
    rows = [
        {
            "endpoint": "first",
            "subject": f"{i:03}",
            "visit": "W0",
            "value": sum(row) / len(row),
            "observations": [100 * i + j for j in range(len(row))],
        }
        for i, row in enumerate(matrix)
    ]
    return task_of(rows, readings=readings)


def test_replicates_of_one_sitting_give_a_repeatability_limit_and_no_detectable_change():
    case = CASES["icc"][0]

    found = run("repeatability", sitting(case.inputs["M"]))

    assert value(found, "within_sitting_sd", visit="W0") == pytest.approx(
        case.result["SEM_oneway"], rel=1e-10
    )
    assert value(found, "within_sitting_sd", "cv_percent", visit=None) == pytest.approx(
        case.result["within_subject_cv_percent"], rel=1e-10
    )
    assert value(found, "icc_within_sitting", visit="W0") == pytest.approx(
        case.result["ICC1_1"]["est"], rel=1e-10
    )
    (limit,) = [one for one in found if one.term == "repeatability_limit" and one.visit is None]
    assert "no smallest detectable change" in limit.text
    assert not any("detectable_change" in (one.term or "") for one in found)


def test_single_readings_have_no_repeatability():
    assert value(
        run("repeatability", sitting([[1.0], [2.0]])), "within_sitting_sd", visit=None
    ).startswith("no_replicates:")


def test_a_reading_of_the_baseline_is_not_one_of_the_later_visit():
    readings = [
        {
            "id": 100 * day + 10 * i + j,
            "subject": f"{i}",
            "visit": visit,
            "measure": "cutometer.r0",
            "replicate": j,
            "value": level + i + j / 10,
        }
        for day, (visit, level) in enumerate((("W0", 0.0), ("W12", 50.0)))
        for i in range(3)
        for j in range(2)
    ]
    rows = [
        {
            "endpoint": "first",
            "subject": f"{i}",
            "visit": "W12",
            "value": 50.0 + i,
            "observations": [10 * i, 10 * i + 1, 100 + 10 * i, 101 + 10 * i],
        }
        for i in range(3)
    ]

    found = run("repeatability", task_of(rows, readings=readings))

    assert value(found, "within_sitting_sd", visit="W12") == pytest.approx(0.1 / 2**0.5)
    assert value(found, "within_sitting_sd", "n", visit=None) == 6


def test_readings_that_went_into_no_record_are_not_counted():
    task = sitting([[1.0, 1.2], [2.0, 2.1]])
    unused = task.tables["observations"].with_columns(pl.col("id") + 10_000, value=pl.lit(99.0))
    from attrs import evolve

    more = evolve(task, tables={"observations": pl.concat([task.tables["observations"], unused])})

    assert value(run("repeatability", more), "within_sitting_sd", visit=None) == value(
        run("repeatability", task), "within_sitting_sd", visit=None
    )


def test_two_endpoints_are_two_raters():
    case = CASES["kappa"][0]
    pairs = [
        (i + 1, j + 1)
        for i, row in enumerate(case.inputs["table"])
        for j, n in enumerate(row)
        for _ in range(n)
    ]
    rows = paired_rows(*zip(*pairs, strict=True), names=("investigator", "subject"))

    found = run(
        "rater_agreement",
        task_of(
            rows,
            ("investigator", "subject"),
            kind="ordinal",
            labels={float(g): str(g) for g in range(1, 6)},
        ),
    )

    assert value(found, "kappa_quadratic") == pytest.approx(
        case.result["quadratic"]["kappa"], rel=1e-10
    )
    assert value(found, "kappa_linear", "conf_low") == pytest.approx(
        case.result["linear"]["ci95"][0], rel=1e-10
    )
    assert value(found, "agreement", "proportion") == case.result["percent_agreement"]


def test_a_grade_that_nobody_gave_is_a_step_of_the_scale():
    first = [0, 0, 1, 1, 1, 3, 3, 4, 4, 0]
    second = [0, 1, 1, 1, 3, 3, 4, 4, 3, 0]
    task = task_of(
        paired_rows(first, second, names=("investigator", "subject")),
        ("investigator", "subject"),
        kind="ordinal",
        allowed_values=(0.0, 1.0, 2.0, 3.0, 4.0),
    )

    found = run("rater_agreement", task)

    # One less the mean distance of the pairs over that of all pairs of one rater with the other.
    for term, power in (("kappa_linear", 1), ("kappa_quadratic", 2)):
        paired = [abs(a - b) ** power for a, b in zip(first, second, strict=True)]
        crossed = [abs(a - b) ** power for a in first for b in second]
        expected = 1 - (sum(paired) / len(paired)) / (sum(crossed) / len(crossed))
        assert value(found, term) == pytest.approx(expected, rel=1e-12)
    # Six of ten agree, in five categories.
    assert value(found, "agreement", "proportion") == 0.6
    assert value(found, "pabak") == pytest.approx((5 * 0.6 - 1) / (5 - 1), rel=1e-12)


def test_raters_of_one_endpoint_are_taken_from_its_readings():
    case = next(case for case in CASES["krippendorff_alpha"] if "2011" in case.id)
    units = [
        [None if v in ("NA", None) else float(v) for v in unit]
        for unit in case.inputs["units_by_raters"]
    ]
    readings = [
        {"id": 10 * i + j, "subject": f"{i:03}", "visit": "W12", "rater": f"R{j}", "value": v}
        for i, unit in enumerate(units)
        for j, v in enumerate(unit)
        if v is not None
    ]
    rows = [
        {
            "endpoint": "first",
            "subject": f"{i:03}",
            "visit": "W12",
            "value": 1.0,
            "observations": [10 * i + j for j, v in enumerate(unit) if v is not None],
        }
        for i, unit in enumerate(units)
    ]

    found = run("rater_agreement", task_of(rows, readings=readings, kind="ordinal"))

    assert value(found, "alpha_ordinal") == pytest.approx(case.result["ordinal"], rel=1e-10)
    assert len({(one.group, one.reference_group) for one in found if one.group}) == 6


def test_a_reading_of_the_cheek_goes_with_a_rating_of_the_face():
    first, second = [1.0, 2.0, 4.0, 3.0], [2.0, 1.0, 4.0, 4.0]
    rows = [
        row | {"visit": visit, "value": row["value"] + shift * int(row["subject"])}
        for visit, shift in (("W0", 0.0), ("W12", 1.5))
        for row in paired_rows(first, second)
    ]
    of_cheek = [
        row | ({"location": "cheek", "side": "both"} if row["endpoint"] == "first" else {})
        for row in rows
    ]

    whole, cheek = (
        run("repeated_measures_correlation", task_of(given, ("first", "second")))
        for given in (rows, of_cheek)
    )

    assert value(cheek, "repeated_measures_correlation", "n") == 8
    assert [(s.stat, s.value, s.error) for s in cheek] == [
        (s.stat, s.value, s.error) for s in whole
    ]


def test_two_sides_are_not_one_face():
    rows = [
        row | ({"side": side} if row["endpoint"] == "first" else {})
        for side in ("left", "right")
        for row in paired_rows([1.0, 2.0, 4.0], [2.0, 1.0, 4.0])
        if side == "left" or row["endpoint"] == "first"
    ]

    found = run("repeated_measures_correlation", task_of(rows, ("first", "second")))

    assert value(found, "repeated_measures_correlation", "n") == 0
    assert value(found, "repeated_measures_correlation").startswith(
        "no_data: No unit has both endpoints"
    )


def test_two_methods_give_what_r_gives():
    case = CASES["bland_altman"][0]
    rows = paired_rows(case.inputs["x"], case.inputs["y"])

    found = run("method_agreement", task_of(rows, ("first", "second")))

    assert value(found, "bias") == pytest.approx(case.result["bias"], rel=1e-10)
    assert value(found, "upper_limit", "conf_high") == pytest.approx(
        case.result["loa_upper_ci95_exact"][1], rel=1e-8
    )
    assert value(found, "concordance") == pytest.approx(case.result["ccc_epiR"]["est"], rel=1e-9)


def test_equivalence_without_a_margin_and_its_reason_is_refused():
    task = task_of(paired_rows([1.0, 2.0, 3.0], [1.1, 2.0, 2.9]), ("first", "second"))

    assert value(run("device_equivalence", task), "equivalence", "p_value").startswith("no_margin:")
    assert value(
        run("device_equivalence", task, {"margin": 0.5}), "equivalence", "p_value"
    ).startswith("no_margin:")
    assert (
        value(
            run("device_equivalence", task, {"margin": 0.5, "margin_reason": "ISO 1"}),
            "equivalence",
            "p_value",
        )
        < 0.05
    )


def test_equivalence_of_a_ratio_stands_on_the_ratio_scale():
    task = task_of(paired_rows([1.0, 2.0, 3.0, 4.0], [1.1, 2.0, 2.9, 4.1]), ("first", "second"))

    found = run(
        "device_equivalence", task, {"margin": 1.25, "margin_reason": "ISO 1", "scale": "ratio"}
    )

    assert 0.9 < value(found, "equivalence") < 1.1
    assert [one.text for one in found if one.stat == "p_value"] == [
        "inside the margin 0.8 to 1.25 (ISO 1)"
    ]


def anchored(changes, ratings):
    return [
        {
            "endpoint": "measure",
            "subject": f"{i:02}",
            "visit": "W12",
            "value": 1 + c,
            "base": 1.0,
            "change": c,
        }
        for i, c in enumerate(changes)
    ] + [
        {"endpoint": "anchor", "subject": f"{i:02}", "visit": "W12", "value": float(g)}
        for i, g in enumerate(ratings)
    ]


GRADES = {"improved": [1, 2, 3], "minimal": [3]}


def test_an_anchor_gives_the_change_in_the_units_of_the_measure():
    changes, ratings = (
        [-0.3, -0.2, -0.25, -0.1, -0.05, 0.0, 0.05, -0.12, -0.02, 0.03],
        [2, 3, 2, 3, 4, 4, 4, 3, 3, 4],
    )

    found = run("anchor_mic", task_of(anchored(changes, ratings), ("measure", "anchor")), GRADES)

    assert value(found, "mic_mean_change") == pytest.approx((-0.2 - 0.1 - 0.12 - 0.02) / 4)
    assert value(found, "mic_roc") < 0
    assert value(found, "mic_predictive") < 0


def test_an_anchor_may_be_ordinal():
    assert "ordinal" in ANALYSES["anchor_mic"].kinds

    changes, ratings = [-0.3, -0.2, -0.1, 0.0, 0.1, -0.25], [1, 2, 3, 4, 4, 2]
    rows = [
        row | ({"location": "cheek"} if row["endpoint"] == "measure" else {})
        for row in anchored(changes, ratings)
    ]
    found = run("anchor_mic", task_of(rows, ("measure", "anchor"), kind="ordinal"), GRADES)

    assert value(found, "anchor", "n") == 6
    assert value(found, "mic_mean_change") == pytest.approx(-0.1)


def test_a_weak_anchor_is_refused():
    changes, ratings = [-0.3, -0.2, -0.25, -0.1, -0.05, 0.0, 0.05, -0.12], [3, 4, 4, 3, 3, 4, 4, 3]

    found = run("anchor_mic", task_of(anchored(changes, ratings), ("measure", "anchor")), GRADES)

    assert abs(value(found, "anchor", "correlation")) < 0.3
    assert value(found, "mic_roc").startswith("weak_anchor:")


def test_an_instrument_and_a_scale_are_correlated_within_subjects():
    case = CASES["repeated_measures_correlation"][0]
    seen: dict[str, int] = {}
    rows = []
    for subject, x, y in zip(*(case.inputs[name] for name in ("subject", "x", "y")), strict=True):
        seen[subject] = seen.get(subject, 0) + 1
        rows += [
            {"endpoint": name, "subject": subject, "visit": f"V{seen[subject]}", "value": v}
            for name, v in (("first", x), ("second", y))
        ]

    found = run("repeated_measures_correlation", task_of(rows, ("first", "second")))

    assert value(found, "repeated_measures_correlation") == pytest.approx(
        case.result["r"], rel=1e-10
    )
    assert value(found, "repeated_measures_correlation", "conf_low") == pytest.approx(
        case.result["ci95"][0], rel=1e-10
    )


def test_cheeks_counted_as_units_are_said_to_be():
    rows = [
        {"endpoint": name, "subject": f"{i}", "visit": "W12", "side": side, "value": i + shift}
        for i in range(4)
        for side, shift in (("left", 0.0), ("right", 0.3))
        for name in ("first", "second")
    ]

    assert any(
        "clustered" in (one.warning or "")
        for one in run("method_agreement", task_of(rows, ("first", "second")))
    )


@pytest.mark.parametrize(
    "name",
    ["method_agreement", "device_equivalence", "anchor_mic", "repeated_measures_correlation"],
)
def test_one_endpoint_is_not_enough(name):
    found = run(
        name,
        task_of([{"endpoint": "first", "subject": "1", "visit": "W12", "value": 1.0}]),
        {"improved": [1]} if name == "anchor_mic" else None,
    )

    assert any(one.error for one in found)


def test_mean_squares_need_two_of_each():
    with pytest.raises(ValueError, match="fewer than two"):
        mean_squares([[1.0, 2.0]])
