"""Raw curves → values.

Exact on curves of known values, and honest about those that cannot be evaluated.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes import StudyError
from dermoutcomes.testing import random_examples
from dermoutcomes_cutometer import CHECKS, CUTOMETER
from dermoutcomes_cutometer.curve_settings import CutometerOptions
from dermoutcomes_cutometer.curves import CHECKS as CURVE_CHECKS
from dermoutcomes_cutometer.curves import compute
from dermoutcomes_cutometer.synthetic import curve

# Two published rows of R values: forehead, women of 13 and of 50 years.
YOUNG = {
    "r0": 0.167,
    "r1": 0.058,
    "r2": 0.653,
    "r3": 0.208,
    "r4": 0.085,
    "r5": 0.765,
    "r6": 0.965,
    "r7": 0.389,
    "r8": 0.109,
    "r9": 0.041,
}
OLDER = {
    "r0": 0.287,
    "r1": 0.097,
    "r2": 0.662,
    "r3": 0.329,
    "r4": 0.135,
    "r5": 0.552,
    "r6": 0.649,
    "r7": 0.335,
    "r8": 0.190,
    "r9": 0.042,
}
TIMING = CutometerOptions(on_s=2.0, off_s=2.0)


def frame(
    *heights: np.ndarray, x_first: float | None = 0.0, x_step: float | None = 0.01
) -> pl.DataFrame:
    """Curves as the table has them."""
    return pl.DataFrame(
        {
            "id": pl.Series(range(1, len(heights) + 1), dtype=pl.Int64),
            "samples": pl.Series(
                [samples.tolist() for samples in heights], dtype=pl.List(pl.Float32)
            ),
            "x_first": pl.Series([x_first] * len(heights), dtype=pl.Float64),
            "x_step": pl.Series([x_step] * len(heights), dtype=pl.Float64),
            "x": pl.Series([None] * len(heights), dtype=pl.List(pl.Float32)),
        }
    )


def values_of(
    *heights: np.ndarray, options: CutometerOptions = TIMING, **axis: float | None
) -> list[dict[str, float]]:
    return compute(frame(*heights, **axis), options).to_dicts()


def found(row: dict[str, object]) -> set[str]:
    return {name for name in CURVE_CHECKS if row[f"check_{name}"]}


@pytest.mark.parametrize("record", [YOUNG, OLDER], ids=["13 years", "50 years"])
def test_a_published_row_comes_back(record: dict[str, float]) -> None:
    [row] = values_of(curve(record))

    assert found(row) == set()
    assert {code: row[code] for code in record} == pytest.approx(record, abs=0.0006)
    assert row["q0"] == pytest.approx(200 * record["r0"], rel=1e-6)
    assert row["q1"] < row["r2"]
    assert row["q2"] > row["r7"]


def test_the_five_points_of_a_curve_are_those_of_its_row() -> None:
    [row] = values_of(curve(OLDER))

    assert (row["ue"], row["uv"], row["ur"]) == pytest.approx((0.174, 0.113, 0.096), abs=0.0006)
    assert (row["uf"], row["ua"]) == (row["r0"], row["r8"])
    assert row["noise"] < 0.001


@settings(deadline=None, max_examples=random_examples(40))
@given(
    r0=st.floats(0.1, 0.6),
    r2=st.floats(0.5, 0.9),
    r5=st.floats(0.3, 0.8),
    r6=st.floats(0.3, 1.2),
    r9=st.floats(0.0, 0.08),
    cycles=st.integers(2, 10),
    rate=st.sampled_from([40.0, 100.0, 200.0]),
)
def test_every_identity_holds_on_every_curve(
    r0: float, r2: float, r5: float, r6: float, r9: float, cycles: int, rate: float
) -> None:
    target = {
        "r0": r0,
        "r2": r2,
        "r3": r0 + r9,
        "r4": r0 * (1 - r2) + 0.6 * r9,
        "r5": min(r5, r2 * (1 + r6) * 0.9),
        "r6": r6,
    }
    result = compute(
        frame(curve(target, cycles=cycles, rate_hz=rate), x_step=1 / rate), TIMING
    ).with_columns(replicate=pl.lit(1))
    [row] = result.to_dicts()

    # The last sample lies one step before the end of the last release.
    assert row["r4"] == pytest.approx(target.pop("r4"), abs=0.15 * r0 / rate)
    assert {code: row[code] for code in target} == pytest.approx(target, abs=2e-6)
    for check in CHECKS:
        if set(check.needs) <= set(result.columns):
            assert not result.select(check.problem.fill_null(value=False)).to_series().any(), (
                check.name
            )


@pytest.mark.parametrize(
    ("rate", "tolerance"), [(37.0, 0.004), (73.0, 0.002), (125.0, 0.0015), (12.5, 0.02)]
)
def test_points_between_samples_are_interpolated(rate: float, tolerance: float) -> None:
    [row] = values_of(curve(OLDER, rate_hz=rate), x_step=1 / rate)

    assert row["ue"] == pytest.approx(0.174, abs=tolerance)
    assert row["r0"] == pytest.approx(OLDER["r0"], abs=0.002)
    assert row["q0"] == pytest.approx(2 * rate * row["r0"], rel=1e-9)


@pytest.mark.parametrize("delay", [0, 1, 2])
def test_a_switch_that_is_late_by_a_sample_or_two_changes_nothing(delay: int) -> None:
    [row] = values_of(curve(YOUNG, delay=delay))

    assert {code: row[code] for code in YOUNG} == pytest.approx(YOUNG, abs=0.0008)


def test_a_curve_may_begin_before_suction() -> None:
    lead = np.zeros(50)
    [row] = values_of(np.concatenate([lead, curve(YOUNG)]) + 0.02, x_first=-0.5)

    assert {code: row[code] for code in YOUNG} == pytest.approx(YOUNG, abs=0.0006)


def test_noise_lifts_the_maximum_and_moves_no_switch() -> None:
    draws = np.random.default_rng(7)
    rows = values_of(*(curve(YOUNG) + draws.normal(0, 0.002, 1600) for _ in range(300)))

    assert all(found(row) == set() for row in rows)
    assert np.mean([row["r0"] for row in rows]) == pytest.approx(YOUNG["r0"] + 0.003, abs=0.0015)
    assert np.mean([row["ue"] for row in rows]) == pytest.approx(0.085, abs=0.0005)
    assert np.mean([row["noise"] for row in rows]) == pytest.approx(0.002, rel=0.05)


def test_one_cycle_leaves_its_successors_missing_not_zero() -> None:
    [row] = values_of(curve(YOUNG, cycles=1))

    assert (row["r0"], row["r8"]) == pytest.approx((YOUNG["r0"], YOUNG["r8"]), abs=0.0006)
    assert [row.get(code) for code in ("r3", "r4", "r9")] == [None, None, None]
    assert found(row) == set()


def test_fewer_cycles_than_planned_are_said_and_the_last_cycle_is_not_guessed() -> None:
    [row] = values_of(
        curve(YOUNG, cycles=3), options=CutometerOptions(on_s=2.0, off_s=2.0, cycles=5)
    )

    assert found(row) == {"incomplete_curve"}
    assert row["message_incomplete_curve"] == "the curve holds 3 of 5 planned cycles"
    assert row["r0"] == pytest.approx(YOUNG["r0"], abs=0.0006)
    assert (row.get("r3"), row.get("r9")) == (None, None)
    assert row["uf_cycle_3"] == pytest.approx(YOUNG["r3"], abs=0.0006)


def test_cycles_beyond_the_planned_ones_count_for_nothing() -> None:
    """A curve of five cycles of which three are planned has the values of its first three."""
    whole = curve(OLDER, cycles=5)
    planned = CutometerOptions(on_s=2.0, off_s=2.0, cycles=3)
    [row] = values_of(whole, options=planned)
    [cut] = values_of(whole[:1200], options=planned)

    assert row.keys() == cut.keys()
    assert row == pytest.approx(cut, abs=0.0006)
    assert row["r3"] == row["uf_cycle_3"] == pytest.approx(whole[:1200].max(), abs=0.0006)
    assert "uf_cycle_4" not in row


def test_a_curve_has_ten_cycles_at_most() -> None:
    [row] = values_of(curve(OLDER, cycles=12))

    assert "uf_cycle_10" in row
    assert "uf_cycle_11" not in row


def test_each_cycle_keeps_its_own_values() -> None:
    [row] = values_of(curve(OLDER, cycles=5))
    tops = [row["uf"], *(row[f"uf_cycle_{number}"] for number in range(2, 6))]

    assert tops == sorted(tops)
    assert tops[-1] == row["r3"]
    assert row["ua_cycle_5"] == pytest.approx(OLDER["r3"] - OLDER["r4"], abs=0.001)
    assert "uf_cycle_6" not in row


def test_an_air_leak_rejects_its_cycle_and_those_after_it() -> None:
    leaking = curve(YOUNG)
    leaking[900:1000] -= 0.06
    clean, row = values_of(curve(YOUNG), leaking)

    assert found(clean) == set()
    assert found(row) == {"air_leak"}
    assert row["message_air_leak"] == "the height falls suddenly during suction in cycle 3"
    assert row["uf_cycle_2"] == clean["uf_cycle_2"]
    assert row["r0"] == clean["r0"]
    assert [row[code] for code in ("uf_cycle_3", "uf_cycle_4", "r3", "r4", "r9")] == [None] * 5


def test_a_leak_in_the_first_cycle_leaves_nothing() -> None:
    leaking = curve(YOUNG)
    leaking[120:200] -= 0.05
    [row] = values_of(leaking)

    assert found(row) == {"air_leak"}
    assert {row[parameter.code] for parameter in CUTOMETER.parameters if parameter.code in row} == {
        None
    }


def test_a_curve_at_the_limit_of_its_range_is_rejected() -> None:
    limited = CutometerOptions(on_s=2.0, off_s=2.0, range_limit_mm=0.28)
    [stated] = values_of(np.minimum(curve(OLDER), 0.28), options=limited)
    [unstated] = values_of(np.minimum(curve(OLDER), 0.275))
    [below] = values_of(curve(YOUNG), options=limited)

    assert (found(stated), found(unstated), found(below)) == ({"clipping"}, {"clipping"}, set())
    assert (stated["r0"], unstated["r0"]) == (None, None)


def test_heights_rounded_to_a_thousandth_are_not_taken_for_clipping() -> None:
    assert found(values_of(np.round(curve(YOUNG), 3))[0]) == set()


def test_what_is_no_curve_is_a_finding_not_a_number() -> None:
    gap = curve(YOUNG)
    gap[1234] = math.nan
    rows = values_of(np.array([]), gap, np.zeros(1600), curve(YOUNG)[:300], curve(YOUNG))

    assert [found(row) for row in rows] == [
        {"unreadable_curve"},
        {"unreadable_curve"},
        {"clipping", "no_suction"},
        {"incomplete_curve"},
        set(),
    ]
    assert [row["r0"] is None for row in rows] == [True, True, True, True, False]


def test_no_value_is_nan_or_infinite() -> None:
    spoiled = [
        np.zeros(1600),
        np.full(1600, 0.3),
        -curve(YOUNG),
        np.full(1600, np.nan),
        np.random.default_rng(1).normal(0, 1, 1600),
    ]
    result = compute(frame(*spoiled), TIMING)

    floats = [name for name, kind in result.schema.items() if kind.is_float()]
    assert floats
    assert all(result[name].is_finite().all() for name in floats)


def test_curves_of_several_lengths_and_rates_keep_their_order() -> None:
    mixed = pl.concat(
        [
            frame(curve(YOUNG, cycles=2)),
            frame(curve(OLDER, rate_hz=50), x_step=0.02),
            frame(curve(YOUNG, cycles=3)),
        ]
    )
    result = compute(mixed.with_columns(id=pl.Series([30, 10, 20])), TIMING)

    assert result["id"].to_list() == [30, 10, 20]
    assert result["r0"].to_list() == pytest.approx(
        [YOUNG["r0"], OLDER["r0"], YOUNG["r0"]], abs=1e-6
    )


def test_values_do_not_depend_on_the_batch() -> None:
    draws = np.random.default_rng(3)
    many = frame(*(curve(YOUNG) + draws.normal(0, 0.001, 1600) for _ in range(700)))
    whole = compute(many, TIMING)

    assert whole.equals(
        pl.concat([compute(many.slice(begin, 33), TIMING) for begin in range(0, 700, 33)])
    )


def test_a_curve_may_list_its_own_times() -> None:
    listed = frame(curve(YOUNG), x_step=None).with_columns(
        x=pl.Series([(np.arange(1600) / 100).tolist()], dtype=pl.List(pl.Float32))
    )
    [row] = compute(listed, TIMING).to_dicts()

    assert {code: row[code] for code in YOUNG} == pytest.approx(YOUNG, abs=0.001)


def test_the_rate_may_be_an_option_and_nothing_is_assumed_without_it() -> None:
    [known] = values_of(
        curve(YOUNG), options=CutometerOptions(on_s=2.0, off_s=2.0, rate_hz=100.0), x_step=None
    )
    [unknown] = values_of(curve(YOUNG), x_step=None)

    assert known["r0"] == pytest.approx(YOUNG["r0"], abs=1e-6)
    assert found(unknown) == {"unreadable_curve"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (CutometerOptions(), "options.on_s and options.off_s"),
        (CutometerOptions(on_s=2.0, off_s=2.0, mode=2), "options.mode is 2"),
        (CutometerOptions(on_s=2.0, off_s=0.06), "at least 8 samples"),
    ],
)
def test_missing_settings_are_asked_for(options: CutometerOptions, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        compute(frame(curve(YOUNG)), options)


def test_no_curves_give_no_rows() -> None:
    assert compute(frame(), TIMING).height == 0
