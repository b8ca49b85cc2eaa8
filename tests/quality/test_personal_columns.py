"""A run says when it ends that what it wrote looks like a person's, and names nobody."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from click.testing import CliRunner

from dermoutcomes.cli import main

NAMES = ("Anna Meier", "Bert Roth", "Carla Kurz", "Dora Lang", "Eva Mai", "Finn Otto")


def test_a_run_tells_of_a_column_of_names(small_study: Path) -> None:
    text = small_study.read_text(encoding="utf-8")
    small_study.write_text(
        text.replace('reports = ["report", "annex", "csv"]', "reports = []"), encoding="utf-8"
    )
    subjects = small_study.with_name("subjects.csv")
    lines = subjects.read_text(encoding="utf-8").splitlines()
    rows = [f"{line},{cell}" for line, cell in zip(lines, ("who", *NAMES), strict=True)]
    subjects.write_text("\n".join([*rows, ""]), encoding="utf-8")
    result = CliRunner().invoke(main, ["run", str(small_study)])

    assert result.exit_code == 0, result.output
    assert "note: the cells of the column 'who' look like names of people" in result.output
    folder = small_study.parent / "results" / "SMALL"
    finding = pl.read_parquet(folder / "tables" / "findings.parquet").filter(
        pl.col("check") == "personal_columns"
    )
    said = " ".join(str(cell) for row in finding.rows() for cell in row)
    assert finding.height == 1
    assert not any(name in said for name in NAMES)
    assert "who" not in (folder / "queries.csv").read_text(encoding="utf-8-sig")
