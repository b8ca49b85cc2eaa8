"""Records as a matrix and back.

Sides, treatments inside subjects, covariates, and subjects that are too few.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from dermoutcomes import Draws
from dermoutcomes_multiple_imputation import register_imputations
from dermoutcomes_multiple_imputation.record_matrix import layout, shifted

KEYS = ["subject", "arm", "location", "side", "period", "visit", "timepoint"]
SCHEMA = {
    **dict.fromkeys(KEYS, pl.String),
    "visit_number": pl.Int64,
    "day": pl.Int64,
    "at_baseline": pl.Boolean,
    "expected": pl.Boolean,
    "value": pl.Float64,
    "base": pl.Float64,
    "responder": pl.Boolean,
    "derivation": pl.String,
    "observations": pl.List(pl.Int64),
    "n_values": pl.Int64,
    "age": pl.Float64,
    "site": pl.String,
}


def records(
    subjects=24,
    *,
    sides=("left", "right"),
    arm_of=lambda subject, side: "AB"[subject % 2],
    gone=lambda subject, visit, side: False,
):
    rng = np.random.default_rng(1)
    rows = []
    for subject in range(subjects):
        level = rng.normal(20, 3)
        for side in sides:
            base = level + rng.normal(0, 1)
            for visit in range(3):
                value = (
                    None
                    if visit and gone(subject, visit, side)
                    else (base if visit == 0 else 5 + 0.7 * base + rng.normal(0, 1))
                )
                rows.append(
                    {
                        "subject": f"S{subject:02d}",
                        "arm": arm_of(subject, side),
                        "side": side,
                        "visit": f"V{visit}",
                        "visit_number": visit,
                        "at_baseline": visit == 0,
                        "expected": True,
                        "value": value,
                        "base": base,
                        "age": 30.0 + subject if subject else None,
                        "site": "xy"[subject % 3 == 0],
                        "observations": [],
                        "n_values": 1,
                    }
                )
    return pl.DataFrame(rows, schema=SCHEMA)


def leaving(subject, visit, side):
    return subject % 4 == 3 and visit == 2


def drawn(frame, name="mi_monotone", m=4, covariates=(), **options):
    imputation = next(one for one in register_imputations() if one.name == name)
    draws = Draws(m, 7, ("A", "B"), "B", covariates)
    return imputation.impute(frame, frame.select(KEYS), imputation.options(m=m, **options), draws)


def test_sides_are_columns_of_their_subject():
    made = layout(records(gone=leaving), records().select(KEYS), Draws(2, 1, ("A", "B"), "B"))

    assert made.values.shape == (24, 6)  # a baseline and two visits, on two sides
    assert made.times == (-1, -1, 1, 1, 2, 2)
    assert (made.fill >= 0).sum() == np.isnan(made.values).sum() == 12
    assert set(made.groups) == {"A", "B"}


def test_treatments_inside_a_subject_are_columns_whatever_the_side():
    frame = records(arm_of=lambda subject, side: "AB"[(side == "left") ^ subject % 2], gone=leaving)
    made = layout(frame, frame.select(KEYS), Draws(2, 1, ("A", "B"), "B"))

    assert made.values.shape == (24, 6)
    assert set(made.groups) == {""}
    of_arm = (
        frame.filter(pl.col("visit") == "V1")
        .pivot("arm", index="subject", values="value")
        .sort("subject")
    )
    assert made.values[:, 2] == pytest.approx(of_arm["A"].to_numpy())


def test_imputed_sides_stay_as_related_as_observed_ones():
    full = records(400)
    out = (pl.col("subject").str.slice(1).cast(pl.Int64) % 4 == 3) & (pl.col("visit") == "V2")
    filled = drawn(full.with_columns(value=pl.when(~out).then("value")), m=5).pivot(
        "side", index=["subject", "imputation"], values="value"
    )
    true = full.filter(out).pivot("side", index="subject", values="value")

    assert np.corrcoef(filled["left"], filled["right"])[0, 1] == pytest.approx(
        np.corrcoef(true["left"], true["right"])[0, 1], abs=0.08
    )
    assert filled["left"].std() == pytest.approx(true["left"].std(), rel=0.1)


def test_covariates_are_columns_and_a_missing_one_is_marked():
    frame = records(gone=leaving)
    made = layout(frame, frame.select(KEYS), Draws(2, 1, ("A", "B"), "B", ("age", "site")))

    assert made.design.shape == (24, 3)  # age, whether it is missing, one of two sites
    assert made.design[0].tolist() == [
        pytest.approx(np.mean([30.0 + n for n in range(1, 24)])),
        1.0,
        1.0,
    ]
    many = records(48, gone=leaving)
    assert drawn(many, covariates=("age", "site")).height == drawn(many).height > 0


def test_covariates_belong_to_their_subjects_whatever_the_order_of_records():
    """An age of its own for each subject, and an outcome that follows it, so that the age of
    another would move what is imputed.
    """
    frame = records(48, gone=leaving).with_columns(
        value=pl.col("value") + 2 * pl.col("age").fill_null(40.0)
    )
    mixed = frame.sample(fraction=1.0, shuffle=True, seed=3)
    made = layout(mixed, mixed.select(KEYS), Draws(2, 1, ("A", "B"), "B", ("site", "age")))
    place = {name: number for number, name in enumerate(made.subjects)}
    told = frame.select("subject", "site", "age").unique("subject").drop_nulls("age")

    assert mixed["subject"].to_list() != frame["subject"].to_list()
    for subject, site, age in told.iter_rows():
        assert made.design[place[subject]].tolist() == [site == "y", age, 0.0]
    for name in ("mi_monotone", "mi_chained"):
        imputed = [drawn(rows, name, covariates=("age", "site")) for rows in (frame, mixed)]
        assert imputed[0].height > 0
        assert imputed[0].sort(*KEYS, "imputation").equals(imputed[1].sort(*KEYS, "imputation"))


@pytest.mark.parametrize("name", ["mi_monotone", "mi_chained", "jump_to_reference"])
def test_too_few_subjects_fill_nothing(name):
    assert drawn(records(4, gone=leaving), name).is_empty()


@pytest.mark.parametrize(
    "name", ["mi_monotone", "mi_chained", "jump_to_reference", "copy_reference"]
)
def test_what_never_varies_does_not_break_a_model(name):
    frame = records(sides=(None,), gone=leaving).with_columns(
        value=pl.when(pl.col("value").is_not_null()).then(3.0), base=pl.lit(3.0)
    )

    assert set(drawn(frame, name)["value"].round(9)) <= {3.0}


def test_a_visit_that_nobody_has_stays_empty():
    frame = records(gone=lambda subject, visit, side: visit == 2)

    assert drawn(frame).is_empty()


def test_one_model_for_all_arms_fills_an_arm_that_has_too_few():
    frame = records(
        arm_of=lambda subject, side: "A" if subject < 21 else "B",
        gone=lambda subject, visit, side: subject in (5, 22) and visit == 2,
    )

    assert set(drawn(frame)["subject"]) == {"S05"}
    assert set(drawn(frame, by_arm=False)["subject"]) == {"S05", "S22"}


def test_reference_based_imputation_needs_a_reference_arm():
    frame = records(arm_of=lambda subject, side: "A", gone=leaving)

    assert drawn(frame, "jump_to_reference").is_empty()


def test_without_arms_everybody_is_shifted():
    frame = pl.DataFrame(
        {"arm": [None, "A"], "value": [1.0, 2.0]}, schema={"arm": pl.String, "value": pl.Float64}
    )

    assert shifted(frame, 0.5, ())["value"].to_list() == [1.5, 2.5]
    assert shifted(frame, 0.5, ("A",))["value"].to_list() == [1.0, 2.5]


def test_binary_values_stay_binary():
    frame = records(40, gone=leaving).with_columns(
        value=(pl.col("value") > 19).cast(pl.Float64), base=(pl.col("base") > 20).cast(pl.Float64)
    )

    assert set(drawn(frame, "mi_chained", method="logistic")["value"]) == {0.0, 1.0}
