"""Values that cannot be decide nothing, are counted, and are analysed once more beside."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dermoutcomes import Run, evaluate
from dermoutcomes.runs.pipeline import Options, run
from dermoutcomes.tables.ledger import imbalances

STUDY = """
[study]
id = "GLOW"
title = "A gloss of the skin"
design = "parallel"
data_origin = "simulated"
plugins = ["gloss.toml"]

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[arms]
cream = {}
base = { reference = true }

[schedule]
gloss = ["W0", "W4"]

[comparisons]
w4 = { visit = ["W4", "baseline"], arm = ["cream", "base"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "arms.csv"

[[sources.gloss]]
file = "gloss.csv"

[endpoints.shine]
label = "Shine"
role = "primary"
measure = "gloss.shine"
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["welch_t"]
handling = ["observed"]

[claims.shine]
text = "The skin shone more"
kind = "difference"
all_of = [{ hypothesis = "shine.w4" }]

[outputs]
reports = []
"""
PLUGIN = """
[instruments.gloss]
label = "Glossmeter"
[instruments.gloss.parameters.shine]
label = "Shine"
unit = "%"
minimum = 0
minimum_is = "definition"
maximum = 90
maximum_is = "assumed"
improves = "up"
definition = "Share of light that is thrown back."
"""
PEOPLE = [f"S{number:02}" for number in range(1, 13)]
ARM = {name: "cream" if number < 6 else "base" for number, name in enumerate(PEOPLE)}


def shine(name: str, visit: str) -> float:
    number = PEOPLE.index(name)
    gain = (4 if ARM[name] == "cream" else 1) if visit == "W4" else 0
    return 40 + number + gain * (1 + 0.1 * (number % 3))


@pytest.fixture
def outcome(tmp_path: Path):
    """A function from changed readings to the tables of a run."""

    def of(changed: dict[tuple[str, str], float], keys: str = "") -> dict[str, pl.DataFrame]:
        folder = finished(tmp_path, changed, keys).folder
        return {path.stem: pl.read_parquet(path) for path in folder.glob("tables/*.parquet")}

    return of


def finished(folder: Path, changed: dict[tuple[str, str], float], keys: str = "") -> Run:
    """A run of the study with changed readings."""
    rows = [
        f"{name},{visit},{changed.get((name, visit), shine(name, visit))}"
        for name in PEOPLE
        for visit in ("W0", "W4")
    ]
    for file, lines in {
        "study.toml": [STUDY + keys],
        "gloss.toml": [PLUGIN],
        "subjects.csv": ["subject", *PEOPLE],
        "arms.csv": ["subject,arm", *(f"{name},{arm}" for name, arm in ARM.items())],
        "gloss.csv": ["subject,visit,shine", *rows],
    }.items():
        (folder / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return run(folder / "study.toml", Options(out=folder / "run"))


def estimate(tables: dict[str, pl.DataFrame], handling: str) -> float | None:
    rows = tables["results"].filter(
        pl.col("handling") == handling,
        pl.col("analysis") == "welch_t",
        pl.col("term") == "mean_difference",
        pl.col("stat") == "estimate",
    )
    return rows["value"].item() if rows.height else None


def test_a_study_without_such_values_has_no_further_analysis(outcome):
    tables = outcome({})

    assert set(tables["endpoints"]["handling"]) == {"observed"}
    assert tables["claims"]["caution"].to_list() == [None]


def test_a_value_that_cannot_be_is_out_counted_and_analysed_beside(outcome):
    good, bad = outcome({}), outcome({("S01", "W4"): -44.0})
    of_five = [shine(name, "W4") - shine(name, "W0") for name in PEOPLE[1:6]]
    of_six = [-44.0 - shine("S01", "W0"), *of_five]
    of_base = [shine(name, "W4") - shine(name, "W0") for name in PEOPLE[6:]]
    mean_of_base = sum(of_base) / 6

    assert estimate(good, "all_values") is None
    assert estimate(bad, "observed") == pytest.approx(sum(of_five) / 5 - mean_of_base)
    assert estimate(bad, "all_values") == pytest.approx(sum(of_six) / 6 - mean_of_base)
    ledger = bad["ledger"].filter(pl.col("reason") == "impossible")
    assert ledger.select("stage", "visit", "arm", "detail", "n").rows() == [
        ("readings", None, None, "W4, cream", 1),
        ("records", "W4", "cream", None, 1),
        ("analysis", "W4", "cream", None, 1),
    ]
    assert imbalances(bad["ledger"]).height == 0
    assert bad["claims"]["caution"].item() == (
        "1 value that cannot be was taken out of Shine (W4, cream: 1); the analysis of all numeric "
        "values stands beside the main one."
    )
    assert bad["claims"]["n"].item() == 11
    assert bad["endpoints"]["id"].n_unique() == bad["endpoints"].height


def test_who_lost_the_baseline_for_it_is_named(outcome):
    tables = outcome({("S01", "W0"): -1.0, ("S08", "W0"): -2.0})

    caution = tables["claims"]["caution"].item()
    assert "(W0, base: 1; W0, cream: 1)" in caution
    assert caution.endswith("Without a baseline for it: S01, S08.")


def test_a_value_outside_an_assumed_bound_decides(outcome):
    tables = outcome({("S01", "W4"): 95.0})

    assert set(tables["endpoints"]["handling"]) == {"observed"}
    assert ("range", "warning") in tables["findings"].select("check", "severity").rows()


def test_a_bound_of_the_study_takes_out(outcome):
    bound = (
        '\n[quality.bounds."gloss.shine"]\nmaximum = 90\nmaximum_is = "definition"\n'
        'reason = "the reflector of this device ends at 90"\n'
    )
    tables = outcome({("S01", "W4"): 95.0}, bound)

    assert estimate(tables, "all_values") is not None
    assert tables["claims"]["n"].item() == 11


@pytest.mark.parametrize("keys", ["", '\n[quality]\nleave_out = ["range"]\n'], ids=["", "left out"])
def test_in_memory_such_values_are_out_counted_and_analysed_beside_too(tmp_path: Path, keys: str):
    changed = {("S01", "W4"): -44.0, ("S08", "W0"): -2.0, ("S09", "W4"): 95.0}
    of_files = finished(tmp_path, changed, keys)
    names = ("subjects", "allocations", "observations", "findings")
    read = {name: of_files.table(name) for name in names}

    tables = evaluate(of_files.study, of_files.registry, read)

    for name in ("endpoints", "results"):
        assert tables[name].equals(of_files.table(name)), name
    beside = ["caution", "n", "n_of", "open_errors"]
    assert tables["claims"][beside].equals(of_files.table("claims")[beside])
    counted = pl.col("stage").is_in(["readings", "records", "analysis", "subjects"])
    same = ["account", "entry", "reason", "detail", "n", "told"]
    in_memory = tables["ledger"].filter(counted).select(same)
    assert in_memory.equals(of_files.table("ledger").filter(counted).select(same))
    assert imbalances(tables["ledger"]).height == 0


def test_finished_records_keep_the_ledger_of_records(tmp_path: Path):
    of_files = finished(tmp_path, {("S01", "W4"): -44.0})
    names = ("subjects", "allocations", "endpoints")

    tables = evaluate(
        of_files.study, of_files.registry, {name: of_files.table(name) for name in names}
    )

    assert tables["results"].equals(of_files.table("results"))
    assert tables["claims"]["n"].item() == 11
