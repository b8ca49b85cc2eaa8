"""The BCS example from its files to its verdicts: what was planted is found, what must hold holds, and what must not does not."""

from __future__ import annotations

import csv
import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from attrs import evolve

import dermoutcomes
from dermoutcomes import StudyError
from dermoutcomes.runs.opening import open_files

EXAMPLE = Path(__file__).parents[2] / "examples" / "bcs_trial"
PLANTED = list(
    csv.DictReader((EXAMPLE / "data" / "planted.csv").read_text(encoding="utf-8").splitlines())
)


def copy(folder: Path, *left_out: str) -> Path:
    shutil.copytree(
        EXAMPLE,
        folder,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("results", "__pycache__", *left_out),
    )
    return folder / "study.toml"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dermoutcomes.Run:
    return dermoutcomes.run(copy(tmp_path_factory.mktemp("bcs")))


def mistakes() -> list[dict[str, str]]:
    """One planted mistake a subject, visit, side and check: a check may say one thing of several rows."""
    return list(
        {
            (
                row["file"],
                row["subject"],
                row["visit"],
                row["check"],
                row["side"] if row["check"] == "failed_reading" else "",
            ): row
            for row in PLANTED
        }.values()
    )


@pytest.mark.parametrize(
    "mistake", mistakes(), ids=lambda row: f"{row['check']}-{row['subject']}-{row['visit']}"
)
def test_each_planted_mistake_is_found(run: dermoutcomes.Run, mistake: dict[str, str]) -> None:
    found = run.table("findings").filter(
        pl.col("check") == mistake["check"],
        pl.col("subject") == mistake["subject"],
        pl.col("visit") == mistake["visit"],
    )

    assert found.height > 0


@pytest.mark.parametrize("check", ["decimal_slip", "after_treatment", "failed_reading"])
def test_mistakes_of_one_reading_are_found_in_their_row(run: dermoutcomes.Run, check: str) -> None:
    planted = {(f"data/{row['file']}", int(row["row"])) for row in PLANTED if row["check"] == check}
    found = run.table("findings").filter(pl.col("check") == check).select("file", "row").rows()

    assert planted <= set(found)


def test_measurements_with_a_changed_setting_leave_the_endpoints_and_stay_on_the_record(
    run: dermoutcomes.Run,
) -> None:
    spoilt = pl.col("subject") == "BCS-05", pl.col("visit") == "W12"
    records = run.table("endpoints").filter(
        pl.col("endpoint") == "firmness", pl.col("handling") == "observed", *spoilt
    )

    assert (
        run.table("observations")
        .filter(pl.col("measure") == "cutometer.r0", pl.col("kind") == "value", *spoilt)
        .height
        == 6
    )
    assert records.filter(pl.col("value").is_not_null()).height == 0


@pytest.mark.parametrize(
    ("endpoint", "visit", "published"),
    [
        ("firmness", "W0", 0.34),
        ("firmness", "W24", 0.16),
        ("tiring", "W0", 0.39),
        ("tiring", "W24", 0.20),
    ],
)
def test_means_are_the_published_ones(
    run: dermoutcomes.Run, endpoint: str, visit: str, published: float
) -> None:
    records = run.table("endpoints").filter(
        pl.col("endpoint") == endpoint,
        pl.col("handling") == "observed",
        pl.col("visit") == visit,
        pl.col("reference_visit") == "baseline",
        pl.col("used"),
    )

    assert records["value"].mean() == pytest.approx(published, abs=0.005)


def test_verdicts(run: dermoutcomes.Run) -> None:
    verdicts = dict(run.table("claims").select("claim", "verdict").rows())

    assert verdicts == {
        **dict.fromkeys(
            ("firmness_w12", "firmness_w24", "tiring", "hydration", "aesthetics"),
            "supported (confirmatory)",
        ),
        # None in 21 rules out no share that matters, and the claim states none.
        "safe": "observed",
        "ageing": "beyond the design",
        "fatigue": "inconclusive",
    }


def test_page_one_is_what_one_would_send(run: dermoutcomes.Run) -> None:
    page = (run.folder / "report" / "annex.html").read_text(encoding="utf-8")
    claims = {row["claim"]: row for row in run.table("claims").iter_rows(named=True)}

    assert "21 enrolled, 21 treated, 17 to 20 analysed" in page
    assert "17 of 21 enrolled (2 left out, 1 missed, 1 left the study)." in page
    assert ", lower is firmer" in page
    for claim, words in (
        ("tiring", "In the same measurement, worse: Creep relative to the first height (R9 / R0)"),
        ("hydration", "Season: 20 of 20 subjects had Week 24 in the season opposite"),
        ("aesthetics", "The rater (investigator) is not stated to have been blinded."),
    ):
        assert any(sentence.startswith(words) for sentence in claims[claim]["against"]), words
    assert "18 of 20 rated, 90%" in claims["aesthetics"]["reason"]
    assert "0 of 21 treated; up to 16.1% not ruled out" in claims["safe"]["reason"]


def test_missing_responses_are_failures_in_analyses_of_responders_alone(
    run: dermoutcomes.Run,
) -> None:
    analyses = run.table("results").filter(
        pl.col("handling") == "non_responder", pl.col("analysis_role") == "sensitivity"
    )
    share = run.table("results").filter(
        pl.col("endpoint") == "gais_subject",
        pl.col("analysis") == "one_proportion",
        pl.col("visit") == "W24",
        pl.col("population") == "full",
        pl.col("stat") == "denominator",
    )

    assert set(analyses["analysis"]) == {"one_proportion"}
    sizes = dict(share.select("handling", "value").iter_rows())
    assert (sizes["observed"], sizes["non_responder"]) == (20, 21)


def test_relative_tiring_rose(run: dermoutcomes.Run) -> None:
    estimate = run.table("results").filter(
        pl.col("endpoint") == "relative_tiring",
        pl.col("analysis") == "paired_t",
        pl.col("comparison") == "w24",
        pl.col("population") == "full",
        pl.col("handling") == "observed",
        pl.col("term") == "mean_difference",
        pl.col("stat") == "estimate",
    )

    assert estimate["value"].item() > 0


def test_curves_agree_with_the_exported_values(run: dermoutcomes.Run) -> None:
    read = run.table("observations").filter(pl.col("measure") == "cutometer.r0")
    key = ["subject", "visit", "side", "replicate"]
    both = read.filter(pl.col("kind") == "computed").join(
        read.filter(pl.col("kind") == "value"), on=key, suffix="_device"
    )

    assert both.height >= 30
    assert (both["value"] - both["value_device"]).abs().max() < 0.008


def test_a_second_run_gives_the_same_tables(run: dermoutcomes.Run, tmp_path: Path) -> None:
    again = dermoutcomes.run(copy(tmp_path))

    assert again.table("results").equals(run.table("results"))
    assert again.table("endpoints").equals(run.table("endpoints"))


@pytest.mark.parametrize(
    ("written", "instead", "rule"),
    [
        ("alpha = 0.05", "alpha = 0.01", "two-sided alpha of 0.05"),
        (
            'visit = "W4", measure = "before"',
            'visit = "W4", measure = "after"',
            "before the needle",
        ),
    ],
)
def test_the_house_rules_hold(tmp_path: Path, written: str, instead: str, rule: str) -> None:
    study = copy(tmp_path, "data")
    text = study.read_text(encoding="utf-8")
    assert written in text
    study.write_text(text.replace(written, instead), encoding="utf-8")

    with pytest.raises(StudyError, match=rule):
        dermoutcomes.check(study)


def null_studies() -> ModuleType:
    spec = importlib.util.spec_from_file_location("null_studies", EXAMPLE / "null_studies.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


def test_studies_without_an_effect_support_few_claims() -> None:
    module = null_studies()
    study, registry = module.opened()
    studies = 10

    counts = module.supported(study, registry, module.PLAIN_NULL, range(1, studies + 1))

    assert counts["safe"] == 0, "none observed is no support"
    assert counts["ageing"] == 0
    # With a family error of 0.05, four or more of 10 have a probability of 0.001.
    assert counts["any primary claim"] <= 3


def test_its_lock_is_of_the_study_as_it_stands() -> None:
    """Else: dermoutcomes lock in a folder with study.toml and bcs_bundle.py alone, as its README says."""
    state = open_files(EXAMPLE / "study.toml").lock

    assert (state.state, state.changes, state.rule_changes) == ("locked before data", (), ())
    assert evolve(state, plugins=()).note("claims.tiring") is None, "plugins may be newer than it"
