"""Each fault, planted in a study that has none, is found where it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
from attrs import evolve

SUBJECT, VISIT, SIDE = pl.col("subject"), pl.col("visit"), pl.col("side")
SUCTION, WATER = (
    pl.col("measure").str.starts_with("suction."),
    pl.col("measure") == "moisture.water",
)
VALUE = pl.col("value")


def of(findings: pl.DataFrame, check: str, *columns: str) -> list[tuple[Any, ...]]:
    return (
        findings.filter(pl.col("check") == check)
        .select(*columns)
        .unique(maintain_order=True)
        .rows()
    )


def measures(*codes: str) -> pl.Expr:
    return pl.col("measure").is_in([f"suction.{code}" for code in codes])


def test_another_probe_at_one_visit(bench: Any) -> None:
    here = (SUBJECT == "S07") & (VISIT == "W12")
    tables = bench.simulate(1)
    lengths = here & measures("r0", "r1", "r3", "r8", "r9", "q0")
    values = (
        pl.when(lengths)
        .then(VALUE * 2)
        .when(here & measures("probe_mm"))
        .then(4.0)
        .otherwise("value")
    )
    found = bench.found(
        {**tables, "observations": tables["observations"].with_columns(value=values)}
    )

    assert of(
        found,
        "settings_changed",
        "subject",
        "visit",
        "side",
        "measure",
        "found",
        "expected",
        "severity",
    ) == [("S07", "W12", side, "suction.probe_mm", "4", "2", "error") for side in ("left", "right")]
    assert of(found, "unusual_visit", "subject", "visit", "side") == [
        ("S07", "W12", "left"),
        ("S07", "W12", "right"),
    ]


def test_another_release_time_at_one_visit_breaks_the_declared_check(bench: Any) -> None:
    found = bench.planted((SUBJECT == "S03") & (VISIT == "W4") & measures("q0"), value=VALUE / 2)
    rows = found.filter(pl.col("check") == "suction.q0_over_r0")

    assert rows.select("subject", "visit", "measure", "severity").unique().rows() == [
        ("S03", "W4", "suction.q0", "error")
    ]
    assert rows.height == 6
    first = rows.row(0, named=True)
    assert (
        first["message"]
        == f"Q0 {first['value']:g} and R0 {first['found'].split('r0 = ')[1]} do not belong together"
    )
    assert (first["file"], first["column"]) == ("r.csv", 10)


def test_a_decimal_slip_in_one_reading_and_in_a_whole_visit(bench: Any) -> None:
    one = bench.planted(
        (SUBJECT == "S11")
        & (VISIT == "W24")
        & (SIDE == "left")
        & (pl.col("replicate") == 2)
        & measures("r0"),
        value=VALUE * 10,
    )
    whole = bench.planted((SUBJECT == "S11") & (VISIT == "W24") & WATER, value=VALUE / 100)

    assert of(one, "decimal_slip", "subject", "visit", "side", "replicate", "measure") == [
        ("S11", "W24", "left", 2, "suction.r0")
    ]
    assert "about 10 times" in one.filter(pl.col("check") == "decimal_slip")["message"][0]
    assert len(of(whole, "decimal_slip", "row")) == 6
    assert "about 1 / 100 times" in whole.filter(pl.col("check") == "decimal_slip")["message"][0]
    assert ("S11",) not in of(whole, "unusual_visit", "subject")


def test_swapped_cheeks(bench: Any) -> None:
    tables = bench.simulate(1)
    here = (SUBJECT == "S05") & SUCTION
    lopsided = here & (SIDE == "left") & measures("r0", "r1", "r3", "r8", "r9", "q0")
    other = pl.when(SIDE == "left").then(pl.lit("right")).otherwise(pl.lit("left"))
    marked = tables["observations"].with_columns(
        value=pl.when(lopsided).then(VALUE * 1.5).otherwise("value")
    )
    swapped = marked.with_columns(
        side=pl.when(here & (VISIT == "W12")).then(other).otherwise("side")
    )

    assert of(bench.found({**tables, "observations": marked}), "swapped_sides", "subject") == []
    assert of(
        bench.found({**tables, "observations": swapped}), "swapped_sides", "subject", "visit"
    ) == [("S05", "W12")]


def copied(
    observations: pl.DataFrame, target: pl.Expr, source: pl.Expr, key: Iterable[str]
) -> pl.DataFrame:
    """The observations of `target` with the values of `source`, matched by subject, measure and key."""
    by = ["subject", "measure", *key]
    values = observations.filter(source).select(*by, copy="value")
    joined = observations.join(values, on=by, how="left", maintain_order="left")
    return joined.with_columns(
        value=pl.when(target).then(pl.coalesce("copy", "value")).otherwise("value")
    ).drop("copy")


def test_a_visit_copied_down(bench: Any) -> None:
    tables = bench.simulate(1)
    here = (SUBJECT == "S09") & (SIDE == "right")
    for owner in (SUCTION, WATER):
        rows = copied(
            tables["observations"],
            here & (VISIT == "W12") & owner,
            here & (VISIT == "W4") & owner,
            ("side", "replicate"),
        )
        found = bench.found({**tables, "observations": rows})

        assert of(found, "copied_down", "subject", "visit", "side") == [("S09", "W12", "right")]
        assert (
            "equal those of W4 (row "
            in found.filter(pl.col("check") == "copied_down")["message"][0]
        )


def test_a_single_measurement_copied_from_another_visit_or_replicate(bench: Any) -> None:
    tables = bench.simulate(1)
    here, replicate = (SUBJECT == "S09") & (SIDE == "right") & SUCTION, pl.col("replicate")
    third = here & (VISIT == "W12") & (replicate == 3)
    for source in (
        here & (VISIT == "W4") & (replicate == 1),
        here & (VISIT == "W12") & (replicate == 1),
    ):
        found = bench.found(
            {**tables, "observations": copied(tables["observations"], third, source, ("side",))}
        )

        assert of(found, "copied_down", "subject", "visit", "replicate") == [("S09", "W12", 3)]


def test_a_side_copied_from_the_other(bench: Any) -> None:
    tables = bench.simulate(1)
    here = (SUBJECT == "S09") & (VISIT == "W4") & SUCTION
    rows = copied(
        tables["observations"],
        here & (SIDE == "right"),
        here & (SIDE == "left"),
        ("visit", "replicate"),
    )

    assert of(
        bench.found({**tables, "observations": rows}), "sides_alike", "subject", "visit", "side"
    ) == [("S09", "W4", "right")]
    assert (
        of(
            bench.found({**tables, "observations": rows}, bench.study(allow_sides_alike=True)),
            "sides_alike",
            "subject",
        )
        == []
    )


def test_times_without_a_clock_are_no_evidence(bench: Any) -> None:
    dates = pl.col("taken_at").dt.truncate("1d")
    tables = bench.simulate(1)
    exposures = tables["exposures"].with_columns(taken_at=dates)

    assert of(bench.found({**tables, "exposures": exposures}), "after_treatment", "subject") == []


def test_replicates_that_differ(bench: Any) -> None:
    here = (
        (SUBJECT == "S06")
        & (VISIT == "W0")
        & (SIDE == "right")
        & WATER
        & (pl.col("replicate") == 3)
    )
    found = bench.planted(here, value=VALUE * 1.9)
    exempt = bench.planted(
        here,
        study=bench.study(options={"replicate_scatter": {"exempt": ["moisture.water"]}}),
        value=VALUE * 1.9,
    )
    strict = bench.found(
        bench.simulate(1),
        bench.study(options={"replicate_scatter": {"unusual": False, "cv_percent": 8}}),
    )

    assert ("S06", "W0", "right", "moisture.water") in of(
        found, "replicate_scatter", "subject", "visit", "side", "measure"
    )
    assert ("S06", "W0", "right", "moisture.water") not in of(
        exempt, "replicate_scatter", "subject", "visit", "side", "measure"
    )
    assert strict.filter(pl.col("check") == "replicate_scatter").height > 50


def test_opposite_seasons_matter_only_without_a_control(bench: Any) -> None:
    study = bench.study()
    parallel = evolve(study, study=evolve(study.study, design="parallel"))

    assert of(bench.found(bench.simulate(1)), "opposite_season", "visit", "severity") == [
        ("W24", "note")
    ]
    assert of(bench.found(bench.simulate(1), parallel), "opposite_season", "visit") == []


def test_a_rate_of_findings_stays_low_in_clean_studies(bench: Any) -> None:
    found = pl.concat(
        [
            bench.found(bench.simulate(seed)).filter(pl.col("severity") != "note")
            for seed in range(300, 310)
        ]
    )
    counts = dict(found["check"].value_counts().rows())

    assert set(counts) <= {"replicate_scatter", "unusual_visit", "range", "swapped_sides"}
    assert sum(counts.values()) <= 20


def test_midnight_is_a_date_without_a_time(bench: Any) -> None:
    midnight = pl.datetime(2021, 1, 11)
    found = bench.planted(WATER & (VISIT == "W0"), taken_at=midnight)

    assert of(found, "after_treatment", "subject") == []
