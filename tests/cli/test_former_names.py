"""Names under `[outputs]` of earlier versions: they work, and a run says what they are called today."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
from click.testing import CliRunner

from dermoutcomes.cli import main

FORMER = """\
[outputs]
reports = ["html_report", "xlsx"]

[outputs.options.html_report]
p_style = "four digits"

[outputs.options.xlsx]
tables = ["results"]
rows_a_sheet = 5
"""


def edited(study: Path, outputs: str) -> Path:
    text = study.read_text()
    study.write_text(text[: text.index("[outputs]")] + outputs)
    return study


def test_former_names_work_with_their_options_and_a_note(small_study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(main, ["run", str(edited(small_study, FORMER)), "--out", str(out)])

    assert done.exit_code == 0, done.output
    assert "'html_report' is called 'report' and 'annex'" in done.output
    assert "'xlsx' is called 'workbook' today; both names work" in done.output
    sheets = openpyxl.load_workbook(out / "report" / "workbook.xlsx").sheetnames
    assert sheets[0] == "About"
    assert {"data results", "data results (2)"} <= set(sheets), "five rows a sheet"
    page = (out / "report" / "report.html").read_text()
    assert re.search(r"0\.\d{4}", page), "p-values with four digits"


def test_a_fault_under_a_former_name_is_told_where_it_stands(small_study: Path) -> None:
    faulty = edited(small_study, FORMER.replace("rows_a_sheet", "rows_sheet"))
    done = CliRunner().invoke(main, ["check", str(faulty)])

    assert done.exit_code == 1
    assert "outputs.options.xlsx.rows_sheet" in done.output
    assert "rows_a_sheet" in done.output
