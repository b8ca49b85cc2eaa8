"""A whole study with multiple imputation.

What stands on the record, and that it is the same again.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import dermoutcomes
from dermoutcomes.testing import write_study

TOML = """
[study]
id = "MI"
title = "A trial with drop-outs"
design = "parallel"
data_origin = "simulated"
plugins = ["probe.toml"]

[visits]
W0 = {{ at = "0 w" }}
W4 = {{ at = "4 w" }}
W8 = {{ at = "8 w" }}

[arms]
active = {{}}
vehicle = {{ reference = true }}

[schedule]
probe = ["W0", "W4", "W8"]

[comparisons]
w8 = {{ arm = ["active", "vehicle"], visit = ["W8"] }}

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "allocations.csv"

[[sources.probe]]
file = "probe.csv"

[imputations.mi]
use = "{use}"
options = {{ m = 8{options} }}

[analyses.tipping]
use = "tipping_point"
options = {{ step = 0.5, steps = 30 }}

[endpoints.height]
role = "primary"
measure = "probe.height"
improves = "down"
baseline = {{ visits = ["W0"] }}
compare = ["w8"]
analyses = ["welch_t", "tipping"]
handling = ["mi", "observed"]
responder = {{ change = "<= -2" }}

[outputs]
reports = []
"""
PROBE = '[instruments.probe]\nlabel = "Probe"\n[instruments.probe.parameters.height]\nlabel = "Height"\nunit = "mm"\ndefinition = "Height."\n'


def data(missing=True):
    rng = np.random.default_rng(7)
    subjects, allocations, readings = [], [], []
    for number in range(48):
        name, arm = f"S{number:02d}", ("active", "vehicle")[number % 2]
        subjects.append({"subject": name, "sex": "f", "age": 40 + number % 20, "treated": True})
        allocations.append({"subject": name, "arm": arm})
        level = rng.normal(20, 4)
        for visit, fall in (("W0", 0.0), ("W4", 2.0), ("W8", 3.0)):
            level = (
                level
                if visit == "W0"
                else 6 + 0.7 * level - (fall if arm == "active" else 0.0) + rng.normal(0, 1.5)
            )
            if missing and visit != "W0" and rng.random() < 0.2:
                break
            readings.append({"subject": name, "visit": visit, "height": round(level, 3)})
    return {
        "probe.toml": PROBE,
        "subjects.csv": pl.DataFrame(subjects),
        "allocations.csv": pl.DataFrame(allocations),
        "probe.csv": pl.DataFrame(readings),
    }


def run(folder, use="mi_monotone", options="", *, missing=True):
    path = write_study(folder, TOML.format(use=use, options=options), data(missing))
    made = dermoutcomes.run(path)
    return {
        name: made.table(name) for name in ("results", "endpoints", "tasks", "hypotheses")
    }, made


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return run(tmp_path_factory.mktemp("mi"))


def value(results, stat, **where):
    where = {"analysis": "welch_t", "handling": "mi", "term": "mean_difference", **where}
    rows = results.filter(
        pl.col("stat") == stat, *(pl.col(name) == item for name, item in where.items())
    )
    return rows.row(0, named=True)["value"] if rows.height == 1 else rows["value"].to_list()


def test_every_imputation_has_every_record_and_only_missing_ones_differ(trial):
    records = trial[0]["endpoints"].filter(pl.col("handling") == "mi")

    assert records.group_by("imputation").len()["len"].unique().to_list() == [48 * 3]
    spread = records.group_by("subject", "visit").agg(
        pl.col("value").n_unique(), imputed=pl.col("derivation").is_not_null().any()
    )
    assert set(spread.filter("imputed")["value"]) == {8}
    assert set(spread.filter(~pl.col("imputed"))["value"]) == {1}
    assert records["derivation"].drop_nulls().unique().sort().to_list() == sorted(
        f"mi:{number}" for number in range(1, 9)
    )
    assert records["used"].all()


def test_responders_follow_the_imputed_values(trial):
    records = trial[0]["endpoints"].filter(pl.col("handling") == "mi", pl.col("visit") != "W0")

    assert records.filter(pl.col("responder") != (pl.col("change") <= -2)).height == 0
    assert records.filter(pl.col("derivation").is_not_null())[
        "observations"
    ].list.len().unique().to_list() == [1]  # its base alone


def test_the_result_is_rubins_over_the_imputations(trial):
    tables, _ = trial
    records = tables["endpoints"].filter(pl.col("handling") == "mi", pl.col("visit") == "W8")
    differences, variances = [], []
    for number in range(1, 9):
        one = records.filter(pl.col("imputation") == number)
        arms = [
            one.filter(pl.col("arm") == arm)["change"].to_numpy() for arm in ("active", "vehicle")
        ]
        differences.append(arms[0].mean() - arms[1].mean())
        variances.append(sum(arm.var(ddof=1) / len(arm) for arm in arms))
    between = np.var(differences, ddof=1)

    assert value(tables["results"], "estimate") == pytest.approx(np.mean(differences), rel=1e-10)
    assert value(tables["results"], "std_error") == pytest.approx(
        np.sqrt(np.mean(variances) + 9 / 8 * between), rel=1e-10
    )
    assert value(tables["results"], "riv") == pytest.approx(
        9 / 8 * between / np.mean(variances), rel=1e-10
    )
    assert tables["hypotheses"]["estimate"].item() == pytest.approx(np.mean(differences), rel=1e-10)
    assert (
        "8 imputations" in tables["results"].filter(analysis="welch_t", handling="mi")["method"][0]
    )


def test_the_task_names_all_records_and_the_manifest_the_seed(trial):
    tables, made = trial
    task = tables["tasks"].filter(analysis="welch_t", handling="mi").row(0, named=True)
    said = made.manifest["imputations"]

    assert task["n_records"] == len(task["records"]) == 48 * 3 * 8
    assert said["height/mi"]["use"] == "mi_monotone"
    assert said["height/mi"]["options"]["m"] == 8
    assert said["height/mi"]["seed"] > 0


def test_observed_values_are_what_is_described(trial):
    described = trial[0]["results"].filter(analysis="describe")

    assert described["handling"].unique().to_list() == ["observed"]
    assert described["error"].null_count() == described.height


def test_another_run_gives_the_same_imputations(trial, tmp_path):
    again, _ = run(tmp_path)

    assert again["results"].equals(trial[0]["results"])
    assert again["endpoints"].equals(trial[0]["endpoints"])


def test_shifts_move_the_estimate_by_the_share_that_was_imputed(trial):
    results = trial[0]["results"].filter(analysis="tipping", handling="mi")
    shifted = results.filter(
        pl.col("term") == "shifted_difference", pl.col("stat") == "estimate"
    ).sort("at")
    tipped = results.filter(pl.col("term") == "tipping_point", pl.col("stat") == "estimate")[
        "value"
    ].item()
    p = dict(
        results.filter(pl.col("term") == "shifted_difference", pl.col("stat") == "p_value")
        .select("at", "value")
        .iter_rows()
    )

    steps = np.diff(shifted["value"].to_numpy())
    assert steps == pytest.approx(steps[0], rel=1e-8)
    assert steps[0] > 0
    assert p[tipped] > 0.05 >= p[tipped - 0.5]


@pytest.mark.parametrize(
    "use", ["mi_chained", "jump_to_reference", "copy_reference", "copy_increments_from_reference"]
)
def test_all_of_them_run(tmp_path, use):
    results = run(tmp_path, use)[0]["results"]

    assert value(results, "n_imputations") == 8
    assert value(results, "fmi") > 0
    assert (
        results.filter(handling="mi", analysis="welch_t", term="mean_difference")["error"]
        .drop_nulls()
        .to_list()
        == []
    )


def test_jump_to_reference_is_nearer_to_no_effect_than_missing_at_random(trial, tmp_path):
    jumped = run(tmp_path, "jump_to_reference")[0]["results"]

    assert value(trial[0]["results"], "estimate") < value(jumped, "estimate") < 0


def test_nothing_missing_gives_the_plain_result(tmp_path):
    results = run(tmp_path, missing=False)[0]["results"]

    for stat in ("estimate", "std_error", "df", "p_value", "conf_low"):
        assert value(results, stat) == value(results, stat, handling="observed")
    assert (value(results, "n_imputations"), value(results, "riv")) == (1, 0)


def test_delta_moves_the_imputed_values_of_the_active_arm_alone(trial, tmp_path):
    moved = run(tmp_path, options=", delta = 2.5")[0]["endpoints"]
    keys = ["subject", "visit", "imputation", "handling", "reference_visit"]
    both = moved.join(trial[0]["endpoints"].select(*keys, _before="value"), on=keys)
    apart = both.with_columns(by=(pl.col("value") - pl.col("_before")).round(9)).filter(
        pl.col("derivation").is_not_null()
    )

    assert apart.group_by("arm").agg(pl.col("by").unique()).sort("arm").rows() == [
        ("active", [2.5]),
        ("vehicle", [0.0]),
    ]


def test_what_stays_unpooled_beside_what_decides_is_no_failure_of_the_run(trial):
    from dermoutcomes.cli.study import _failed_statistics

    tables, made = trial
    assert tables["results"]["error"].str.starts_with("not_pooled:").any()
    assert _failed_statistics(made).is_empty()


FILLED_ONCE = """
[study]
id = "ONCE"
title = "One value carried forward"
design = "parallel"
data_origin = "simulated"
plugins = ["probe.toml"]
[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }
W8 = { at = "8 w" }
[arms]
cream = {}
vehicle = { reference = true }
[populations]
full = {}
[comparisons]
cream = { arm = ["cream", "vehicle"], visit = ["W8", "baseline"] }
[[sources.subjects]]
file = "subjects.csv"
[[sources.allocations]]
file = "allocations.csv"
[[sources.probe]]
file = "probe.csv"
[endpoints.depth]
label = "Depth"
measure = "probe.depth"
baseline = { visits = ["W0"] }
visits = ["W4", "W8"]
compare = ["cream"]
improves = "up"
handling = ["carried"]
analyses = ["tipping"]
[imputations.carried]
use = "locf"
[analyses.tipping]
use = "tipping_point"
options = { step = 3, steps = 2, adjust = false }
[outputs]
reports = []
"""
ONE_PROBE = """
[instruments.probe]
label = "Probe"
[instruments.probe.parameters.depth]
label = "Depth"
unit = "mm"
definition = "A depth."
"""


def test_a_value_that_is_filled_once_is_shifted_too(tmp_path):
    """Of three subjects on cream one left: a shift of 3 moves the mean by 1."""
    names = ("A", "B", "C", "D", "E", "F")
    arms = ["cream"] * 3 + ["vehicle"] * 3
    late = {"A": 13.0, "B": 14.0, "D": 10.0, "E": 11.0, "F": 12.5}
    rows = [f"{name},W0,10.0\n{name},W4,12.0" for name in names]
    rows += [f"{name},W8,{value}" for name, value in late.items()]
    study = write_study(
        tmp_path,
        FILLED_ONCE,
        {
            "probe.toml": ONE_PROBE,
            "subjects.csv": "subject\n" + "\n".join(names) + "\n",
            "allocations.csv": "subject,arm\n"
            + "".join(f"{name},{arm}\n" for name, arm in zip(names, arms, strict=True)),
            "probe.csv": "subject,visit,depth\n" + "\n".join(rows) + "\n",
        },
    )
    results = dermoutcomes.run(study).table("results").filter(analysis="tipping")
    shifted = results.filter(term="shifted_difference", stat="estimate").sort("at", descending=True)

    assert results.filter(term="tipping_point", stat="n")["value"].to_list() == [1.0]
    assert shifted["at"].to_list() == [0.0, -3.0, -6.0]
    assert shifted["value"].diff().drop_nulls().to_list() == pytest.approx([-1.0, -1.0])
