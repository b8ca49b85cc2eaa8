"""The table of findings as a whole: order, numbers, settings of checks, and what stops a run."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.declare import Check, Instrument, Parameter
from dermoutcomes.errors import PluginError, StudyError
from dermoutcomes.quality.check_catalogue import CORE_CHECKS
from dermoutcomes.quality.check_stage import findings, stopping
from dermoutcomes.quality.leave_out import left_in
from dermoutcomes.registry.registry import Registry
from dermoutcomes.study import Quality, Study, StudyInfo
from dermoutcomes.tables import SCHEMAS, conform
from dermoutcomes.tables.table_rows import words_once
from dermoutcomes.testing import random_examples

FAULT = {
    "condition": pl.col("measure") == "suction.r0",
    "value": pl.when(pl.col("row") < 40).then(0.9).otherwise("value"),
}


def small(checks: tuple[Check, ...], *values: dict[str, Any]) -> pl.DataFrame:
    """Findings of a device with two codes, its checks, and readings with these values."""
    device = Instrument(
        "device",
        "Device",
        (
            Parameter("a", "A", decimals=1),
            Parameter("b", "B"),
            Parameter("serial", "Serial", kind="setting"),
        ),
        checks=checks,
    )
    rows = [
        {
            "id": (1 << 40) | (line << 14) | column,
            "measurement": (1 << 40) | (line << 14) | 1,
            "subject": f"0{line}",
            "visit": "W0",
            "measure": f"device.{code}",
            "kind": "setting" if code == "serial" else "value",
            "source": 1,
            "row": line,
            "column": column,
            "text": value if isinstance(value, str) else None,
            "value": None if isinstance(value, str) else value,
        }
        for line, given in enumerate(values, 2)
        for column, (code, value) in enumerate(given.items(), 1)
    ]
    study = Study(study=StudyInfo(id="S", title="T", design="single-arm"))
    frame = conform(pl.DataFrame(rows, infer_schema_length=None), "observations", "S")
    words = words_once(frame, "observations")
    return findings(study, Registry.of(device), {"observations": words})


def test_a_declared_check_says_the_values_of_codes_and_points_to_the_cell() -> None:
    check = Check(
        "order",
        "A below B",
        pl.col("a") >= pl.col("b"),
        ("a", "b"),
        severity="error",
        measure="b",
        message="A is {a} and B {b} on {serial} {unknown}",
    )
    found = small(
        (check,), {"a": 1.234, "b": 1.0, "serial": "X9"}, {"a": 0.5, "b": 1.0}, {"a": 2.0}
    )
    row = found.row(0, named=True)

    assert found.height == 1
    assert row["message"] == "A is 1.234 and B 1 on X9 {unknown}"
    assert (
        row["check"],
        row["severity"],
        row["measure"],
        row["value"],
        row["found"],
        row["row"],
        row["column"],
    ) == ("device.order", "error", "device.b", 1.0, "a = 1.234, b = 1", 2, 2)


def test_a_declared_check_is_made_only_where_its_codes_are_columns() -> None:
    check = Check("order", "A below B", pl.col("a") >= pl.col("b"), ("a", "b"))

    assert small((check,), {"a": 3.0}, {"a": 1.0}).is_empty()


def test_a_check_that_cannot_be_evaluated_names_itself() -> None:
    check = Check("order", "A below B", pl.col("a") > pl.col("nothing"), ("a",))
    with pytest.raises(PluginError, match=r"device\.order"):
        small((check,), {"a": 3.0})


def test_a_study_without_observations_has_no_findings(bench: Any) -> None:
    found = findings(bench.study(), bench.registry, {})

    assert found.columns == SCHEMAS["findings"].names
    assert found.is_empty()


def test_findings_are_numbered_in_the_order_of_the_exports(bench: Any) -> None:
    found = bench.planted(FAULT["condition"], value=FAULT["value"])

    assert found["id"].to_list() == list(range(1, found.height + 1))
    assert found.sort("source", "row", "column", "check", nulls_last=True, maintain_order=True)[
        "id"
    ].equals(found["id"])
    assert found.filter(pl.col("check") == "range")["file"].unique().to_list() == ["r.csv"]


@settings(deadline=None, max_examples=random_examples(4))
@given(st.integers(0, 1000))
def test_the_order_of_observations_never_matters(bench: Any, seed: int) -> None:
    tables = bench.simulate(5, subjects=8)
    straight = tables["observations"].with_columns(value=FAULT["value"])
    mixed = straight.sample(fraction=1, shuffle=True, seed=seed)

    assert bench.found({**tables, "observations": mixed}).equals(
        bench.found({**tables, "observations": straight})
    )


def test_checks_can_be_off_or_weigh_otherwise(bench: Any) -> None:
    usual, off, heavier = (
        bench.planted(FAULT["condition"], study=bench.study(**quality), value=FAULT["value"])
        for quality in (
            {},
            {"off": ("range", "q0_over_r0")},
            {"severity": {"range": "error", "suction.q0_over_r0": "note"}},
        )
    )

    assert {"range", "suction.q0_over_r0"} <= set(usual["check"])
    assert not {"range", "suction.q0_over_r0"} & set(off["check"])
    assert set(heavier.filter(pl.col("check") == "range")["severity"]) == {"error"}
    assert set(heavier.filter(pl.col("check") == "suction.q0_over_r0")["severity"]) == {"note"}


def test_findings_of_earlier_stages_are_kept_and_get_their_file(bench: Any) -> None:
    earlier = pl.DataFrame(
        {
            "check": ["visit_window"],
            "severity": ["warning"],
            "subject": ["S01"],
            "source": [2],
            "row": [3],
            "message": ["late"],
        }
    )
    found = bench.found({**bench.simulate(1), "findings": conform(earlier, "findings", "SIM")})

    assert found.filter(pl.col("check") == "visit_window").select(
        "file", "row", "message"
    ).rows() == [("water.csv", 3, "late")]


def test_a_wrong_setting_of_a_check_is_an_error_with_its_path(bench: Any) -> None:
    with pytest.raises(StudyError, match=r"quality\.options\.replicate_scatter"):
        bench.found(bench.simulate(1), bench.study(options={"replicate_scatter": {"cv": 5}}))


def test_every_check_says_what_it_is() -> None:
    labels = [check.label.strip() for check in CORE_CHECKS.values()]

    assert {"range", "copied_down", "swapped_sides", "decimal_slip"} <= set(CORE_CHECKS)
    assert sorted(label for label in labels if not label or labels.count(label) > 1) == []
    assert [
        name
        for name, check in CORE_CHECKS.items()
        if not (check.find.__doc__ or "").strip().endswith(".")
    ] == []
    assert {check.severity for check in CORE_CHECKS.values()} <= {"error", "warning", "note"}


def test_only_the_severities_that_the_study_names_stop_a_run(bench: Any) -> None:
    found = bench.planted(FAULT["condition"], value=FAULT["value"])
    found = pl.concat([found] * 3)
    study = bench.study(stop_on=("warning",))
    problems = stopping(study, found)

    assert stopping(bench.study(), found) == ()
    assert len(problems) == 21
    assert problems[0].file == "r.csv"
    assert problems[0].line == 2
    assert problems[-1].message.startswith("and ")
    assert (
        stopping(
            evolve(study, quality=Quality(stop_on=("error",))),
            found.filter(pl.col("severity") != "error"),
        )
        == ()
    )


def test_a_condition_that_readings_share_is_one_finding() -> None:
    check = Check(
        "serial",
        "The device of the study",
        pl.col("serial__text") != "X1",
        ("serial", "serial__text"),
        measure="serial",
    )

    assert small((check,), {"a": 3.0, "serial": "X9"}, {"a": 3.0, "serial": "X1"})[
        "row"
    ].to_list() == [2]


def left(
    bench: Any, check: str, observations: pl.DataFrame, found: pl.DataFrame
) -> set[tuple[Any, ...]]:
    """Where readings are that stay out of the endpoints because of a check."""
    words = words_once(observations, "observations")
    kept = left_in(bench.study(leave_out=(check,)), bench.registry, words, found)
    gone = observations.join(kept, on="id", how="anti")
    owner = gone["measure"].str.split(".").list.first().alias("owner")
    return set(gone.select("subject", "visit", "side", "replicate", owner).rows())


def test_a_study_can_leave_out_what_a_check_found(bench: Any) -> None:
    rows = bench.simulate(1)["observations"]
    here = (pl.col("subject") == "S07") & (pl.col("visit") == "W12") & (pl.col("side") == "left")
    probe, slip = (
        here & (pl.col("measure") == "suction.probe_mm"),
        here & (pl.col("measure") == "suction.r0") & (pl.col("replicate") == 2),
    )
    changed = rows.with_columns(
        value=pl.when(probe).then(4.0).when(slip).then(pl.col("value") * 10).otherwise("value")
    )
    found = bench.found({**bench.simulate(1), "observations": changed})

    assert left(bench, "settings_changed", changed, found) == {
        ("S07", "W12", "left", n, "suction") for n in (1, 2, 3)
    }
    assert left(bench, "decimal_slip", changed, found) == {("S07", "W12", "left", 2, "suction")}
    assert left(bench, "rater_changed", changed, found) == set()


def test_swapped_sides_are_left_out_on_both_sides(bench: Any) -> None:
    rows = bench.simulate(1)["observations"]
    here = rows.filter(
        pl.col("subject") == "S07", pl.col("visit") == "W12", pl.col("measure") == "suction.r0"
    ).row(0, named=True)
    finding = {name: here[name] for name in ("subject", "visit", "location", "measure")} | {
        "observation": here["id"],
        "check": "swapped_sides",
    }
    found = conform(pl.DataFrame([finding]), "findings", "SIM")

    assert left(bench, "swapped_sides", rows, found) == {
        ("S07", "W12", side, n, "suction") for side in ("left", "right") for n in (1, 2, 3)
    }
