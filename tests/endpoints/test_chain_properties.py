"""What holds of every endpoint: change is value minus base, order and threads do not matter, units are units."""

from __future__ import annotations

import math
import os
import random
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from dermoutcomes.testing import random_examples

TOML = """
[schedule]
device = ["W0", "W4", "W12"]
[comparisons]
a = { visit = ["W12", "baseline"] }
b = { visit = ["W12", "W4"] }
[endpoints.e]
measure = "device.depth"
sides = { use = ["left", "right"] }
replicates = { min = 2 }
baseline = { visits = ["W0"] }
compare = ["a", "b"]
responder = { pct_change = "<= -50" }
handling = ["observed", "locf", "non_responder"]
"""
READING = st.one_of(st.none(), st.decimals(min_value="0.1", max_value=9, places=2).map(float))
PLACES = [
    (subject, visit, side, replicate)
    for subject in "12"
    for visit in ("W0", "W4", "W12")
    for side in ("left", "right")
    for replicate in (1, 2, 3)
]
READINGS = st.lists(READING, min_size=len(PLACES), max_size=len(PLACES))
SLOW = settings(
    deadline=None,
    max_examples=random_examples(8),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SUBJECTS = [{"subject": "1"}, {"subject": "2"}]


def rows(readings, factor=1.0, shift=0.0):
    return [
        {
            "id": number,
            "subject": subject,
            "visit": visit,
            "side": side,
            "replicate": replicate,
            "value": value * factor + shift,
        }
        for number, ((subject, visit, side, replicate), value) in enumerate(
            zip(PLACES, readings, strict=True), start=1
        )
        if value is not None
    ]


def records(given, content):
    return given(TOML, content, subjects=SUBJECTS).records()


@SLOW
@hypothesis_given(READINGS)
def test_change_is_value_minus_base_and_nothing_is_lost(given, readings):
    found = records(given, rows(readings))

    told = found.drop_nulls("change")
    assert (told["change"] == told["value"] - told["base"]).all()
    assert found.filter(~pl.col("used"))["reason"].null_count() == 0
    assert found.filter(pl.col("used"))["reason"].drop_nulls().is_empty()
    read = {row["id"] for row in rows(readings)}
    known = {
        number
        for ids in found.filter(handling="observed")["observations"].to_list()
        for number in ids
    }
    assert known <= read
    assert found.filter(reference_visit="baseline").group_by("handling").len()["len"].to_list() == [
        6,
        6,
        6,
    ]


@SLOW
@hypothesis_given(READINGS, st.randoms())
def test_the_order_of_rows_does_not_matter(given, readings, rng):
    content = rows(readings)
    shuffled = rng.sample(content, len(content))

    assert records(given, shuffled).equals(records(given, content))


@SLOW
@hypothesis_given(READINGS)
def test_a_change_does_not_depend_on_where_zero_is_nor_on_the_unit_but_by_its_factor(
    given, readings
):
    plain = records(given, rows(readings)).filter(handling="observed")
    shifted = records(given, rows(readings, shift=5.0)).filter(handling="observed")
    scaled = records(given, rows(readings, factor=1000.0)).filter(handling="observed")

    for one, moved, larger in zip(
        plain["change"], shifted["change"], scaled["change"], strict=True
    ):
        if one is None:
            assert (moved, larger) == (None, None)
        else:
            assert math.isclose(one, moved, rel_tol=1e-9, abs_tol=1e-9)
            assert math.isclose(one * 1000, larger, rel_tol=1e-9, abs_tol=1e-6)
    for one, larger in zip(plain["pct_change"], scaled["pct_change"], strict=True):
        assert (one is None) == (larger is None)
        assert one is None or math.isclose(one, larger, rel_tol=1e-9, abs_tol=1e-9)


PROGRAM = """
import sys
from pathlib import Path
import polars as pl
from dermoutcomes import Registry, Instrument, Parameter, load_study
from dermoutcomes.endpoints.chain import endpoint_records
from dermoutcomes_imputations import register_imputations
folder = Path(sys.argv[1])
tables = {name: pl.read_ipc(folder / f"{name}.arrow") for name in ("observations", "subjects")}
tables["observations"] = tables["observations"].sample(fraction=1, shuffle=True, seed=int(sys.argv[2]))
registry = Registry.of(Instrument("device", "Device", parameters=(Parameter("depth", "Depth"),)), *register_imputations())
endpoint_records(load_study(folder / "study.toml"), registry, "e", tables).write_ipc(folder / f"out{sys.argv[2]}.arrow")
"""


@pytest.mark.parametrize("subjects", [200])
def test_bytes_are_equal_over_threads_and_shuffles(given, tmp_path: Path, subjects: int):
    rng = random.Random(3)
    content = [
        {
            "subject": f"S{subject}",
            "visit": visit,
            "side": side,
            "replicate": replicate,
            "value": rng.lognormvariate(0, 2),
        }
        for subject in range(subjects)
        for visit in ("W0", "W4", "W12")
        for side in ("left", "right")
        for replicate in (1, 2, 3)
        if rng.random() > 0.1
    ]
    study = given(TOML, content)
    for name, table in study.tables.items():
        table.write_ipc(tmp_path / f"{name}.arrow")

    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path), seed],
            env={**os.environ, "POLARS_MAX_THREADS": threads},
        )
        for threads, seed in (("1", "1"), ("4", "2"))
    ]

    assert [process.wait() for process in running] == [0, 0]
    assert (tmp_path / "out1.arrow").read_bytes() == (tmp_path / "out2.arrow").read_bytes()
