"""The command's exit status where a statistic could not be computed: by what rests on its endpoint."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from dermoutcomes.cli import main

CLAIM = re.compile(r"\[claims\.hydration\]\n.*?\n\n", re.DOTALL)

AGREEMENT = """
[defaults.endpoints]
role = "exploratory"
measure = "corneometer.hydration"
location = "cheek"
replicates = { combine = "mean", planned = 2, min = 1 }
baseline = { visits = ["W0"] }
handling = ["observed"]
[endpoints.left]
sides = { use = ["left"] }
[endpoints.right]
sides = { use = ["right"] }
[analyses.sides_agree]
use = "repeated_measures_correlation"
endpoints = ["left", "right"]
"""
CLAIMED_AGREEMENT = """
[claims.agree]
text = "The cheeks agree"
kind = "agreement"
analysis = "sides_agree"
at_least = 0.5
"""


@pytest.fixture
def nothing_varies(small_study: Path) -> Path:
    """The small study with an exploratory endpoint that everybody has the same change of."""
    text = small_study.read_text(encoding="utf-8").partition("[outputs]")[0]
    text = text.replace('role = "primary"', 'role = "exploratory"')
    small_study.write_text(f"{text}[outputs]\nreports = []\n", encoding="utf-8")
    readings = small_study.with_name("corneometer.csv")
    header, *rows = readings.read_text(encoding="utf-8").splitlines()
    equal = [
        ",".join((*row.split(",")[:6], "45.0" if ",W4," in row else "40.0", "21")) for row in rows
    ]
    readings.write_text("\n".join((header, *equal)) + "\n", encoding="utf-8")
    return small_study


def test_a_claim_makes_a_failed_statistic_of_an_exploratory_endpoint_count(
    nothing_varies: Path,
) -> None:
    claimed = CliRunner().invoke(main, ["run", str(nothing_varies)])
    text = nothing_varies.read_text(encoding="utf-8")
    nothing_varies.write_text(CLAIM.sub("", text), encoding="utf-8")
    unclaimed = CliRunner().invoke(main, ["run", str(nothing_varies)])

    assert (claimed.exit_code, unclaimed.exit_code) == (3, 0)
    assert "not computed: hydration, paired_t: " in claimed.output
    assert "not computed: " not in unclaimed.output


def test_a_claim_of_agreement_makes_failed_statistics_of_its_analysis_count(
    nothing_varies: Path,
) -> None:
    """Its rows name two endpoints at once."""
    text = nothing_varies.read_text(encoding="utf-8").partition("[endpoints.")[0]
    study = f"{text}{AGREEMENT}[outputs]\nreports = []\n"
    nothing_varies.write_text(study + CLAIMED_AGREEMENT, encoding="utf-8")
    claimed = CliRunner().invoke(main, ["run", str(nothing_varies)])
    nothing_varies.write_text(study, encoding="utf-8")
    unclaimed = CliRunner().invoke(main, ["run", str(nothing_varies)])

    assert (claimed.exit_code, unclaimed.exit_code) == (3, 0)
    assert "not computed: left+right, sides_agree: " in claimed.output
