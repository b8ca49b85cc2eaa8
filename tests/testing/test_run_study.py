"""The fixture `run_study`, and the kit as a stranger uses it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from dermoutcomes import StudyError
from dermoutcomes.testing import run_study, write_study
from dermoutcomes.testing.studies import SMALL, RunStudy

__all__ = ["run_study"]

STRANGER = '''
import polars as pl

from dermoutcomes import Instrument, Parameter, Reference
from dermoutcomes.testing import InstrumentContract

SEBUM = Parameter("sebum", "Casual sebum level", "µg/cm²", low=20, high=250, definition="Lipids on the skin.")
SEBUMETER = Instrument("sebumeter", "Sebumeter", (SEBUM,), references=(Reference("A manual."),))


class TestSebumeter(InstrumentContract):
    instrument = SEBUMETER
    plausible = {"sebum": 120.0}


STUDY = """
[study]
id = "S"
title = "A study"
design = "single-arm"
plugins = ["sebumeter.toml"]

[visits]
W0 = { at = "0 w" }

[[sources.subjects]]
file = "subjects.csv"

[[sources.sebumeter]]
file = "sebum.csv"
"""
PLUGIN = """
[instruments.sebumeter]
label = "Sebumeter"
[instruments.sebumeter.parameters.sebum]
label = "Sebum"
unit = "µg/cm²"
definition = "Lipids on the skin."
"""


def test_a_study(run_study):
    files = {"sebumeter.toml": PLUGIN, "subjects.csv": "subject\\nS1\\n", "sebum.csv": pl.DataFrame({"subject": ["S1"], "visit": ["W0"], "sebum": [120.5]})}
    assert run_study(STUDY, files).table("observations")["value"].to_list() == [120.5]
'''


def test_a_run_has_the_tables_of_the_study(run_study: RunStudy) -> None:
    run = run_study(*SMALL)

    assert run.table("observations")["measure"].unique().to_list() == ["probe.height"]
    assert run.table("endpoints").filter(pl.col("visit") == "W4")["change"].to_list() == [
        -0.25,
        -0.5,
        0.0,
    ]


def test_what_a_user_would_read_goes_through(run_study: RunStudy) -> None:
    toml, files = SMALL
    with pytest.raises(StudyError, match=r"probe\.csv"):
        run_study(toml, {name: content for name, content in files.items() if name != "probe.csv"})


def test_files_are_written_as_their_kind_asks(tmp_path: Path) -> None:
    frame = pl.DataFrame({"subject": ["Ä"], "value": [0.5]})
    path = write_study(
        tmp_path,
        "\n    [study]\n    id = 1\n",
        {"a/b.csv": frame, "c.parquet": frame, "d.txt": "Ä", "e.bin": b"\xc4"},
    )

    assert path.read_text(encoding="utf-8") == "[study]\nid = 1\n"
    assert (tmp_path / "a/b.csv").read_text(encoding="utf-8") == "subject,value\nÄ,0.5\n"
    assert pl.read_parquet(tmp_path / "c.parquet").equals(frame)
    assert ((tmp_path / "d.txt").read_bytes(), (tmp_path / "e.bin").read_bytes()) == (
        "Ä".encode(),
        b"\xc4",
    )


def test_a_stranger_inherits_the_battery_and_the_fixture(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        'pytest_plugins = ["dermoutcomes.testing"]\n', encoding="utf-8"
    )
    (tmp_path / "test_sebumeter.py").write_text(STRANGER, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-W",
        "error",
        "-p",
        "no:cacheprovider",
        "--import-mode=importlib",
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_the_core_does_not_import_pytest() -> None:
    program = (
        "import sys, dermoutcomes, dermoutcomes.cli, dermoutcomes.runs.pipeline; from dermoutcomes import load_registry; load_registry(); "
        "sys.exit('pytest' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
