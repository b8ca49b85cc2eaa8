"""What a run leaves out of its outputs unless asked is said at its end."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from dermoutcomes.cli import main


def test_a_run_says_at_its_end_which_tables_are_not_in_csv(small_study: Path) -> None:
    toml = small_study.read_text(encoding="utf-8").partition("[outputs]")[0]
    outputs = "[outputs]\nreports = ['csv']\noptions = { csv = { rows = 5 } }\n"
    small_study.write_text(toml + outputs, encoding="utf-8")

    said = CliRunner().invoke(main, ["run", str(small_study)]).output
    told = [line for line in said.splitlines() if line.startswith("note: not written as CSV: ")]
    tables = small_study.parent / "results" / "SMALL" / "tables"

    assert told[0].split()[5] == "endpoints"
    assert not (tables / "endpoints.csv").exists()
    text = (tables / "not-as-csv.txt").read_text(encoding="utf-8")
    assert text.splitlines() == [line.removeprefix("note: ") for line in told]


def test_the_summary_for_programs_has_the_same_sentences(small_study: Path) -> None:
    toml = small_study.read_text(encoding="utf-8").partition("[outputs]")[0]
    outputs = "[outputs]\nreports = ['csv']\noptions = { csv = { rows = 5 } }\n"
    small_study.write_text(toml + outputs, encoding="utf-8")

    summary = json.loads(CliRunner().invoke(main, ["run", str(small_study), "--json"]).output)

    tables = small_study.parent / "results" / "SMALL" / "tables"
    text = (tables / "not-as-csv.txt").read_text(encoding="utf-8")
    assert summary["told"] == text.splitlines()
