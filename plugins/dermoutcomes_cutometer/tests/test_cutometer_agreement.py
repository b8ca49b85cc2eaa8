"""Agreement of computed with exported values."""

from __future__ import annotations

import math

import polars as pl
import pytest
from attrs import evolve

from dermoutcomes.declare.tasks.task import Task
from dermoutcomes.tables import empty
from dermoutcomes.testing import AnalysisContract
from dermoutcomes_cutometer.agreement import CURVE_AGREEMENT, AgreementOptions


class TestCurveAgreement(AnalysisContract):
    analysis = CURVE_AGREEMENT

    def tasks(self):
        for name, task in super().tasks():
            yield name, task
        rows = [
            (f"S{number}", 1, "r0", kind, 0.3 + number / 64 + apart)
            for number in range(1, 7)
            for kind, apart in (("value", 0.0), ("computed", number / 512))
        ]
        yield "values by both paths", evolve(task, tables={"observations": observations(*rows)})


def observations(*rows: tuple[str, int, str, str, float]) -> pl.DataFrame:
    """Rows of subject, replicate, code, kind, value."""
    names = ("subject", "replicate", "measure", "kind", "value")
    frame = pl.DataFrame(
        [
            dict(zip(names, (row[0], row[1], f"cutometer.{row[2]}", *row[3:]), strict=True))
            | {
                "study": "test",
                "id": number,
                "visit": "W0",
                "location": "cheek",
                "side": "left",
                "observations": None,
            }
            for number, row in enumerate(rows, 1)
        ],
        schema_overrides=empty("observations").schema,
    )
    return frame.select(
        name for name in empty("observations").columns if name in frame.columns
    ).with_columns(timepoint=pl.lit(None, dtype=pl.String))


def stats(
    table: pl.DataFrame, **options: object
) -> dict[tuple[str | None, str | None, str], float | None]:
    task = Task(
        id="t",
        analysis="curve_agreement",
        endpoints={},
        records=empty("endpoints"),
        subjects=empty("subjects"),
        comparisons={},
        design="single-arm",
        tables={"observations": table},
    )
    return {
        (stat.level, stat.term, stat.stat): stat.value
        for stat in CURVE_AGREEMENT.run(task, AgreementOptions(**options))
    }


def test_differences_are_computed_minus_exported() -> None:
    table = observations(
        ("S1", 1, "r0", "value", 0.30),
        ("S1", 1, "r0", "computed", 0.31),
        ("S2", 1, "r0", "value", 0.40),
        ("S2", 1, "r0", "computed", 0.44),
        ("S3", 1, "r0", "value", 0.20),
        ("S3", 1, "r0", "computed", 0.20),
    )
    found = stats(table)
    sd = math.sqrt(((0.01 - 0.05 / 3) ** 2 + (0.04 - 0.05 / 3) ** 2 + (0.05 / 3) ** 2) / 2)

    assert found["r0", "difference", "n"] == 3
    assert found["r0", "difference", "mean"] == pytest.approx(0.05 / 3)
    assert found["r0", "difference", "sd"] == pytest.approx(sd)
    assert found["r0", "lower_limit", "estimate"] == pytest.approx(0.05 / 3 - 1.96 * sd)
    assert found["r0", "upper_limit", "estimate"] == pytest.approx(0.05 / 3 + 1.96 * sd)


def test_only_readings_with_one_value_by_each_path_count() -> None:
    table = observations(
        ("S1", 1, "r0", "value", 0.30),
        ("S1", 1, "r0", "computed", 0.31),
        ("S1", 2, "r0", "value", 0.30),
        ("S2", 1, "r0", "computed", 0.31),
        ("S3", 1, "r0", "value", 0.30),
        ("S3", 1, "r0", "value", 0.32),
        ("S3", 1, "r0", "computed", 0.31),
        ("S1", 1, "r2", "value", 0.7),
    )

    assert stats(table) == {
        ("r0", "difference", "n"): 1,
        ("r0", "difference", "mean"): pytest.approx(0.01),
        ("r0", "difference", "sd"): None,
        ("r0", "lower_limit", "estimate"): None,
        ("r0", "upper_limit", "estimate"): None,
    }


def test_codes_may_be_chosen_and_nothing_to_compare_says_so() -> None:
    table = observations(("S1", 1, "r0", "value", 0.30), ("S1", 1, "r0", "computed", 0.31))

    assert stats(table, codes=("r2",)) == {(None, "difference", "n"): None}
    assert stats(empty("observations")) == {(None, "difference", "n"): None}
