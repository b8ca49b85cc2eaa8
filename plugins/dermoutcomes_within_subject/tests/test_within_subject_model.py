"""The mixed model of a within-subject design.

What it says of a task, and that it is what others compute.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dermoutcomes import Comparison, Endpoint, Task
from dermoutcomes.study.sections.reductions import Baseline
from dermoutcomes.tables import conform
from dermoutcomes.testing import random_examples
from dermoutcomes_within_subject.within_subject_model import (
    WITHIN_SUBJECT_MODEL,
    WithinSubjectModelOptions,
)

REFERENCE = Path(__file__).parents[3] / "tests" / "reference"
TERM = "mean_difference"


def task_of(rows, compare=None, design="within-subject", **more):
    """Rows: (subject, arm, visit, change, and side or location by name)."""
    frame = pl.DataFrame(
        [
            {
                "subject": subject,
                "arm": arm,
                "visit": visit,
                "value": 50 + change,
                "base": 50.0,
                "change": change,
                "reference_visit": "baseline",
                "side": None,
                "location": None,
                **places,
            }
            for subject, arm, visit, change, places in rows
        ],
        schema_overrides={
            "side": pl.String,
            "location": pl.String,
            "arm": pl.String,
            "subject": pl.String,
            "visit": pl.String,
        },
    )
    records = conform(frame, "endpoints", "S")
    arms = tuple(sorted({row[1] for row in rows if row[1]}))
    visits = tuple(sorted({row[2] for row in rows}))
    compare = compare or {
        visit.lower(): Comparison((visit, "baseline"), arms[:2]) for visit in visits
    }
    endpoint = Endpoint(
        measure="probe.height",
        compare=tuple(compare),
        baseline=Baseline(visits=("W0",)),
        unit="side",
        id="e",
    )
    return Task(
        "t",
        "x",
        {"e": endpoint},
        records,
        records.select("subject").unique(),
        compare,
        design,
        unit="mm",
        improves="down",
        visits=visits,
        arms=arms,
        reference_arm=arms[-1] if arms else None,
        endpoint="e",
        sides_randomised=more.pop("sides_randomised", True),
        **more,
    )


def faces(n, visits=("W4",), seed=1, effect=-1.0, alternate=True):
    """Both sides of n subjects, at every visit: a level of the subject, of the side, and noise."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        sides = ("left", "right") if number % 2 and alternate else ("right", "left")
        level, of_side = rng.normal(0, 2), rng.normal(0, 1, 2)
        rows += [
            (
                f"{number:03}",
                arm,
                visit,
                level + of_side[place] + effect * (arm == "A") + rng.normal(),
                {"side": sides[place]},
            )
            for visit in visits
            for place, arm in enumerate("AB")
        ]
    return rows


def found(task, **options):
    # Beside the n of a comparison stands that of each arm, which is held apart.
    return {
        (stat.comparison, stat.group, stat.visit, stat.term, stat.level, stat.stat): stat
        for stat in WITHIN_SUBJECT_MODEL.run(task, WithinSubjectModelOptions(**options))
        if stat.term != TERM or stat.stat != "n" or stat.reference_group is not None
    }


def of(stats_, comparison, stat, term=TERM):
    return next(
        one
        for key, one in stats_.items()
        if (key[0], key[3], key[4], key[5]) == (comparison, term, None, stat)
    )


def values(task, comparison, **options):
    said = found(task, **options)
    return [
        of(said, comparison, stat).value
        for stat in ("estimate", "std_error", "conf_low", "conf_high", "df", "p_value")
    ]


def without_side(rows):
    return [(*row[:4], {}) for row in rows]


@pytest.mark.parametrize("df", ["kenward-roger", "satterthwaite"])
def test_one_visit_of_both_sides_is_the_paired_t_test(df):
    rows = without_side(faces(14))
    a, b = (np.array([row[3] for row in rows if row[1] == arm]) for arm in "AB")
    t = stats.ttest_rel(a, b)
    low, high = t.confidence_interval()

    assert values(task_of(rows), "w4", df=df) == pytest.approx(
        [(a - b).mean(), (a - b).std(ddof=1) / 14**0.5, low, high, 13, t.pvalue], rel=1e-7
    )


def test_at_each_of_two_visits_days_of_a_subject_are_no_error():
    """With the visit in the subject, the difference at a visit has a smaller error than without.

    Where days differ.
    """
    rng = np.random.default_rng(5)
    rows = [
        (subject, arm, visit, change + day[subject, visit], places)
        for day in [{}]
        for subject, arm, visit, change, places in faces(20, ("W4", "W8"))
        if day.setdefault((subject, visit), rng.normal(0, 3)) is not None
    ]
    with_days, without = (
        of(found(task_of(rows), visit_in_subject=use), "w4", "std_error").value
        for use in (True, False)
    )

    assert with_days < 0.7 * without


def test_a_split_face_trial_through_a_task_is_what_r_says():
    case = next(
        case
        for case in json.loads((REFERENCE / "cases" / "lmm.json").read_text(encoding="utf-8"))[
            "cases"
        ]
        if case["id"] == "lmm/splitface_A"
    )
    data = case["inputs"]["data"]
    rows = [
        {
            "subject": subject,
            "arm": arm,
            "visit": f"W{visit}",
            "value": value,
            "reference_visit": "baseline",
        }
        for subject, arm, visit, value in zip(
            data["USUBJID"], data["SIDE"], data["V"], data["AVAL"], strict=True
        )
    ]
    records = conform(pl.DataFrame(rows), "endpoints", "S")
    compare = {visit: Comparison((visit,), ("active", "vehicle")) for visit in ("W0", "W4", "W12")}
    task = Task(
        "t",
        "x",
        {"e": Endpoint(measure="m", id="e")},
        records,
        records.select("subject").unique(),
        compare,
        "within-subject",
        analyse="value",
        visits=("W0", "W4", "W12"),
        arms=("active", "vehicle"),
        reference_arm="vehicle",
        endpoint="e",
    )
    said = found(task, visit_in_subject=False)
    result = case["result"]
    means = {mean["level"]: mean for mean in result["lsmeans_kr"]}

    assert of(said, "W0", "estimate").value == pytest.approx(result["beta"][1], rel=1e-5)
    assert of(said, "W0", "std_error").value == pytest.approx(result["se_kr"][1], rel=1e-5)
    assert of(said, "W0", "df").value == pytest.approx(result["df_kr"][1], rel=1e-5)
    assert of(said, "W12", "estimate").value == pytest.approx(
        result["beta"][1] + result["beta"][5], rel=1e-7
    )
    for arm, visit in (("active", "0"), ("vehicle", "12")):
        mean = [
            said[None, arm, f"W{visit}", "ls_mean", None, stat].value
            for stat in ("estimate", "std_error", "df", "conf_low", "conf_high")
        ]
        assert mean == pytest.approx(
            [means[f"{arm}|{visit}"][name] for name in ("est", "se", "df", "lower", "upper")],
            rel=1e-5,
        )
    tests = [
        said[None, None, None, f"type3_{name}", None, "statistic"].value
        for name in ("arm", "visit", "arm_visit")
    ]
    assert tests == pytest.approx(result["type3_kr"]["F"], rel=1e-5)
    assert said[None, None, None, "variance_subject", None, "variance"].value == pytest.approx(
        result["varcomp"]["vcov"][1], rel=1e-5
    )


def test_subjects_with_one_of_the_treatments_count():
    rows = faces(24, ("W4", "W8"))
    complete = [row for row in rows if int(row[0]) % 3 == 0]
    some = [row for row in rows if int(row[0]) % 3 == 0 or row[1] == "AB"[int(row[0]) % 3 - 1]]
    pairs, everybody = (found(task_of(kept)) for kept in (complete, some))

    assert of(everybody, "w4", "n").value == 24
    assert of(everybody, "w4", "n", "subjects_with_both").value == 8
    assert of(everybody, "w4", "std_error").value < of(pairs, "w4", "std_error").value


def zones(n=30, seed=2):
    """{untreated, A}, {untreated, B}, {A, B} on two zones, a third of the subjects each."""
    rng = np.random.default_rng(seed)
    effect = {"A": -2.0, "B": -1.0, "C": 0.0}
    rows = []
    for number in range(n):
        level = rng.normal(0, 3)
        rows += [
            (
                f"{number:03}",
                arm,
                "W4",
                level + effect[arm] + rng.normal(0, 0.5),
                {"location": zone},
            )
            for arm, zone in zip(
                rng.permutation(list(("CA", "CB", "AB")[number % 3])).tolist(),
                ("zone 1", "zone 2"),
                strict=True,
            )
        ]
    return rows


def test_incomplete_blocks_of_zones_are_joined():
    compare = {"ab": Comparison(("W4", "baseline"), ("A", "B"))}
    rows = zones()
    said, pairs = (
        found(task_of(rows, compare)),
        found(task_of([row for row in rows if int(row[0]) % 3 == 2], compare)),
    )

    assert of(said, "ab", "estimate").value == pytest.approx(-1.0, abs=0.6)
    assert of(said, "ab", "std_error").value < of(pairs, "ab", "std_error").value
    assert (
        "Fixed: treatment, location. Random: subject."
        in said[None, None, None, None, None, "within_subject_model_says"].text
    )


def test_the_model_is_printed_as_a_sentence():
    said = found(task_of(faces(12, ("W4", "W8")), sides_randomised=False))[
        None, None, None, None, None, "within_subject_model_says"
    ].text

    assert said == (
        "Fixed: treatment, visit, side, treatment × visit. Random: subject, side within subject, "
        "visit within subject. Sides were not randomised: a difference may be one between sides, "
        "not between treatments."
    )


def test_a_treatment_that_was_always_on_one_side_is_told():
    warning = of(found(task_of(faces(12, alternate=False))), "w4", "estimate").warning

    assert warning.startswith("confounded: ")


@pytest.mark.parametrize(
    ("design", "sides", "code"),
    [("within-subject", False, "sides_not_randomised"), ("single-arm", None, "baseline_covariate")],
)
def test_a_baseline_covariate_that_misleads_is_refused(design, sides, code):
    compare = {"w4": Comparison(("W4", "baseline"))} if design == "single-arm" else None
    stats_ = found(
        task_of(faces(12), compare, design=design, sides_randomised=sides, covariates=("base",))
    )

    assert of(stats_, "w4", "estimate").error.startswith(f"{code}: ")


def with_bases(rows, seed=4):
    """A task whose baselines differ within subjects.

    The change follows them with slope -0.4 inside and -0.1 between subjects.
    """
    rng = np.random.default_rng(seed)
    task = task_of(rows, covariates=("base",))
    own = dict(zip(sorted({row[0] for row in rows}), rng.normal(50, 5, 1000), strict=False))
    bases = [own[subject] + rng.normal(0, 2) for subject in task.records["subject"]]
    change = [
        value - 0.4 * (base - own[subject]) - 0.1 * own[subject]
        for value, base, subject in zip(
            task.records["change"], bases, task.records["subject"], strict=True
        )
    ]
    return evolve(
        task, records=task.records.with_columns(base=pl.Series(bases), change=pl.Series(change))
    )


def test_the_baseline_enters_within_and_between_subjects():
    task = with_bases(faces(40, ("W4", "W8")))
    plain, adjusted = (
        of(found(evolve(task, covariates=covariates)), "w4", "std_error").value
        for covariates in ((), ("base",))
    )
    said = found(task)[None, None, None, None, None, "within_subject_model_says"].text

    assert adjusted < plain
    assert "base of subject, base within subject" in said


def test_one_group_of_two_sides_is_the_t_test_of_their_means():
    rows = [(subject, None, visit, change, {}) for subject, _, visit, change, _ in faces(15)]
    task = task_of(
        [
            (row[0], row[1], row[2], row[3], {"location": str(number % 2)})
            for number, row in enumerate(rows)
        ],
        {"w4": Comparison(("W4", "baseline"))},
        design="single-arm",
        sides_randomised=None,
    )
    means = (
        pl.DataFrame([{"s": row[0], "v": row[3]} for row in rows])
        .group_by("s")
        .agg(pl.col("v").mean())["v"]
        .to_numpy()
    )
    t = stats.ttest_1samp(means, 0)

    said = found(task)

    assert [of(said, "w4", stat).value for stat in ("estimate", "df", "p_value")] == pytest.approx(
        [means.mean(), 14, t.pvalue], rel=1e-7
    )


def test_a_visit_without_one_treatment_is_told_and_spares_the_others():
    rows = [row for row in faces(12, ("W4", "W8")) if row[1:3] != ("A", "W8")]
    said = found(task_of(rows))

    assert of(said, "w8", "estimate").error.startswith("not_estimable: ")
    assert of(said, "w4", "p_value").value is not None
    assert said[None, "A", "W8", "ls_mean", None, "estimate"].error.startswith("not_estimable: ")


def test_estimates_of_one_model_come_with_their_correlation():
    said = found(task_of(faces(16, ("W4", "W8"))))
    there, back = (one for key, one in said.items() if key[3] == TERM and key[5] == "correlation")

    assert (there.comparison, there.level, back.comparison, back.level) == ("w4", "w8", "w8", "w4")
    assert there.value == pytest.approx(back.value)
    assert 0 < there.value < 1


def test_periods_of_a_crossover_are_part_of_the_model():
    rng = np.random.default_rng(9)
    rows = []
    for number in range(12):
        level = rng.normal(0, 2)
        rows += [
            (
                f"{number:03}",
                arm,
                "W4",
                level + (arm == "A") + 0.5 * (period == "2") + rng.normal(0, 0.3),
                {"period": period},
            )
            for period, arm in zip("12", "AB" if number % 2 else "BA", strict=True)
        ]
    said = found(task_of(rows, design="crossover", sides_randomised=None))

    assert (
        "Fixed: treatment, period. Random: subject."
        in said[None, None, None, None, None, "within_subject_model_says"].text
    )
    assert of(said, "w4", "df").value == pytest.approx(10)
    assert said[None, None, None, "type3_period", None, "p_value"].value < 0.05


def test_a_variance_of_zero_is_told():
    rng = np.random.default_rng(1)
    rows = [
        (f"{number:03}", arm, visit, rng.normal() + (-1) ** place, {})
        for number in range(10)
        for visit in ("W4", "W8")
        for place, arm in enumerate("AB")
    ]
    said = found(task_of(rows))
    zero = [one for key, one in said.items() if key[5] == "variance" and one.value == 0]

    assert zero
    assert all("is estimated as zero" in one.warning for one in zero)


def test_site_can_be_a_random_effect():
    rows = faces(24, ("W4",))
    task = task_of(rows)
    subjects = task.subjects.sort("subject").with_columns(
        site=pl.Series([f"s{number % 4}" for number in range(24)])
    )
    said = found(evolve(task, subjects=subjects), site="random")

    assert (None, None, None, "variance_site", None, "variance") in said


measured = st.lists(st.floats(-5, 5).map(lambda value: round(value, 3)), min_size=24, max_size=24)


def drawn(numbers):
    """Six subjects, two visits, both sides; a few readings missing."""
    cells = [
        (f"{subject}", arm, visit) for subject in range(6) for visit in ("W4", "W8") for arm in "AB"
    ]
    return [(*cell, value, {}) for cell, value in zip(cells, numbers, strict=True) if value > -4.5]


@settings(max_examples=random_examples(10), deadline=None)
@given(measured)
def test_what_does_not_matter_does_not(numbers):
    rows = drawn(numbers)
    compare = {"w4": Comparison(("W4", "baseline"), ("A", "B"))}
    if len({row[0] for row in rows if row[2] == "W4"}) < 4:
        return
    task = task_of(rows, compare)
    plain = of(found(task), "w4", "estimate")
    if plain.error:
        return
    estimate, std_error, low, high, df, p = values(task, "w4")

    assert 0 <= p <= 1
    assert low <= estimate <= high
    assert values(evolve(task, records=task.records.reverse()), "w4") == [
        estimate,
        std_error,
        low,
        high,
        df,
        p,
    ]
    scaled = evolve(task, records=task.records.with_columns(change=pl.col("change") * 1000))
    assert values(scaled, "w4") == pytest.approx(
        [1000 * estimate, 1000 * std_error, 1000 * low, 1000 * high, df, p], rel=1e-6, abs=1e-9
    )
    turned = task_of([(row[0], "BA"["AB".index(row[1])], *row[2:]) for row in rows], compare)
    assert values(turned, "w4") == pytest.approx(
        [-estimate, std_error, -high, -low, df, p], rel=1e-6, abs=1e-8
    )


def test_csv_of_the_case_is_the_case():
    with (REFERENCE / "data" / "syn_splitface_A.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) >= 144


def test_what_is_missing_is_counted():
    task = task_of(faces(12))
    lost = task.records.head(3).with_columns(
        value=None, change=None, used=pl.lit(value=False), reason=pl.lit("missed")
    )
    said = found(evolve(task, records=task.records.tail(21), unused=lost))

    assert of(said, "w4", "n_missing").value == 3
    assert of(said, "w4", "n").value == 11


def test_a_random_term_that_the_records_cannot_tell_is_left_out_and_no_other():
    """One record at a further visit, whose mean it decides: nothing is left in it that could tell a
    side's own level from the error, and both sides at the other visit are pairs.
    """
    rows = without_side(faces(14))
    a, b = (np.array([row[3] for row in rows if row[1] == arm]) for arm in "AB")
    task = task_of(
        [*rows, ("000", "A", "W8", 1.5, {})], {"w4": Comparison(("W4", "baseline"), ("A", "B"))}
    )
    said = found(task, visit_in_subject=False)
    text = said[None, None, None, None, None, "within_subject_model_says"].text

    assert of(said, "w4", "std_error").value == pytest.approx((a - b).std(ddof=1) / 14**0.5)
    assert "Random: subject." in text
