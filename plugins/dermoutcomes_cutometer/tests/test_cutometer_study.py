"""The Cutometer in a study.

An export in another locale, raw curves beside it, and how far the two agree.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from dermoutcomes import StudyError
from dermoutcomes.testing import run_study
from dermoutcomes_cutometer.synthetic import curve

__all__ = ["run_study"]

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
    "q0": 57.4,
}
STUDY = """
[study]
id = "C"
title = "A study"
design = "single-arm"

[outputs]
reports = []

[visits]
W0 = { at = "0 w" }

[[sources.subjects]]
file = "subjects.csv"

[[sources.cutometer]]
file = "table.csv"
decimal = ","
delimiter = ";"
options.probe_mm = 2

[[sources.cutometer]]
file = "curves.parquet"
holds = "curves"
OPTIONS

[analyses.agreement]
use = "curve_agreement"
"""
SUBJECTS = "subject\nS1\nS2\n"


def table() -> str:
    cells = ";".join(str(value).replace(".", ",") for value in OLDER.values())
    swapped = ";".join(
        str(value).replace(".", ",")
        for value in {**OLDER, "r2": OLDER["r7"], "r7": OLDER["r2"]}.values()
    )
    return f"subject;visit;replicate;{';'.join(OLDER)}\nS1;W0;1;{cells}\nS2;W0;1;{swapped}\n"


def curves() -> pl.DataFrame:
    leaking = curve(OLDER)
    leaking[100:150] -= 0.1
    return pl.DataFrame(
        {
            "subject": ["S1", "S2"],
            "visit": ["W0", "W0"],
            "replicate": [1, 1],
            "samples": [np.round(curve(OLDER), 3).tolist(), leaking.tolist()],
            "x_first": [0.0, 0.0],
            "x_step": [0.01, 0.01],
        },
        schema_overrides={"samples": pl.List(pl.Float32)},
    )


def test_an_export_and_curves_beside_it(run_study) -> None:
    run = run_study(
        STUDY.replace("OPTIONS", "options = { on_s = 2, off_s = 2 }"),
        {"subjects.csv": SUBJECTS, "table.csv": table(), "curves.parquet": curves()},
    )
    observations, findings = run.table("observations"), run.table("findings")
    mean = run.table("results").filter(pl.col("stat") == "mean", pl.col("analysis") == "agreement")

    ours = (
        observations.filter(subject="S1", measure="cutometer.r0")
        .sort("kind")
        .select("kind", "value")
        .rows()
    )
    assert ours == [("computed", pytest.approx(0.287, abs=0.001)), ("value", 0.287)]
    derived = (
        observations.filter(subject="S1", measure="cutometer.r9")
        .sort("kind")
        .select("kind", "value")
        .rows()
    )
    assert derived == [
        ("computed", pytest.approx(0.042, abs=0.001)),
        ("score", pytest.approx(0.042)),
    ]
    assert {"cutometer.r2_is_r8_over_r0", "cutometer.r7_from_r5_and_r6"} <= set(
        findings.filter(subject="S2")["check"]
    )
    assert "cutometer.air_leak" in set(findings.filter(subject="S2")["check"])
    assert dict(zip(mean["level"], mean["value"], strict=True))["r0"] == pytest.approx(0, abs=0.001)
    assert mean["n_records"].unique().to_list() == [1], (
        "the leaking curve has no computed values to compare"
    )


def test_curves_without_their_timing_are_refused(run_study) -> None:
    with pytest.raises(StudyError, match=r"options\.on_s and options\.off_s"):
        run_study(
            STUDY.replace("OPTIONS", ""),
            {"subjects.csv": SUBJECTS, "table.csv": table(), "curves.parquet": curves()},
        )
