"""The eczema trial and the split-face trial: what was planted is found, verdicts are as told, and a draft with its edits says the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import dermoutcomes
from dermoutcomes.cli.study import _failed_statistics
from dermoutcomes.report import Material, document_of
from dermoutcomes.runs.pipeline import Checked
from dermoutcomes.study.new_study import example_names, new_study

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ("eczema_core_set", "split_face")
LARGEST = 300_000
VERDICTS = {
    "eczema_core_set": {
        "signs": "supported (confirmatory)",
        "clear": "supported (confirmatory)",
        "life": "inconclusive",
        "barrier": "inconclusive",
        "not_serious": "supported (confirmatory)",
        "tolerated": "contradicted",
    },
    "split_face": {
        "firmer": "supported (confirmatory)",
        "from_week_4": "inconclusive",
        "seen": "inconclusive",
        "not_serious": "supported (confirmatory)",
        "tolerated": "contradicted",
    },
}
# Check, subject, visit: what the README lists, and nothing else is asked about.
PLANTED = {
    "eczema_core_set": {
        ("allowed_values", "23", "W8"),
        ("uniqueness", "14", "W16"),
        ("decimal_slip", "9", "W8"),
        ("out_of_window", "31", "W8"),
    },
    "split_face": {
        ("decimal_slip", "SF-11", "W12"),
        ("required_replicates", "SF-20", "BL"),
        ("out_of_window", "SF-05", "W24"),
        ("missed_visit", "SF-08", "W12"),
    },
}
# Endpoint, comparison: estimate and interval of the main analysis, as the README prints them.
PRINTED = {
    "eczema_core_set": [
        ("easi75", "w16", 0.193, 0.036, 0.350),
        ("tewl", "w16", -0.91, -1.93, 0.12),
    ],
    "split_face": [("firmness", "w24", -0.0262, -0.0373, -0.0151)],
}


@pytest.fixture(scope="module")
def runs(
    tmp_path_factory: pytest.TempPathFactory, example_copy: Callable[..., Path]
) -> dict[str, dermoutcomes.Run]:
    return {
        name: dermoutcomes.run(example_copy(name, tmp_path_factory.mktemp(name))) for name in NAMES
    }


@pytest.fixture(scope="module")
def drafted_runs(
    tmp_path_factory: pytest.TempPathFactory, edited_draft: Callable[[str, Path], Path]
) -> dict[str, dermoutcomes.Run]:
    return {
        name: dermoutcomes.run(edited_draft(name, tmp_path_factory.mktemp("drafts") / name))
        for name in NAMES
    }


@pytest.mark.parametrize("name", NAMES)
def test_verdicts(runs: dict[str, dermoutcomes.Run], name: str) -> None:
    claims = runs[name].table("claims")

    assert dict(claims.select("claim", "verdict").rows()) == VERDICTS[name]


@pytest.mark.parametrize("name", NAMES)
def test_what_was_planted_is_found_and_nothing_else(
    runs: dict[str, dermoutcomes.Run], name: str
) -> None:
    findings = runs[name].table("findings")

    assert set(findings.select("check", "subject", "visit").rows()) == PLANTED[name]


@pytest.mark.parametrize(
    ("name", "printed"), [(name, row) for name, rows in PRINTED.items() for row in rows]
)
def test_numbers_are_those_of_the_readme(
    runs: dict[str, dermoutcomes.Run],
    name: str,
    printed: tuple[str, str, float, float, float],
) -> None:
    endpoint, comparison, *numbers = printed
    row = (
        runs[name]
        .table("hypotheses")
        .row(
            by_predicate=(pl.col("endpoint") == endpoint) & (pl.col("comparison") == comparison),
            named=True,
        )
    )
    decimals = 4 if name == "split_face" else 2 if endpoint == "tewl" else 3

    assert [round(row[key], decimals) for key in ("estimate", "conf_low", "conf_high")] == numbers


@pytest.mark.parametrize("name", NAMES)
def test_a_draft_of_the_data_with_the_edits_of_the_readme_has_the_same_numbers(
    runs: dict[str, dermoutcomes.Run], drafted_runs: dict[str, dermoutcomes.Run], name: str
) -> None:
    numbers = ["family", "endpoint", "comparison", "estimate", "conf_low", "conf_high"]
    numbers += ["p_value", "p_adjusted", "rejected"]
    by_study, by_draft = (
        run[name].table("hypotheses").select(numbers).sort("endpoint", "comparison")
        for run in (runs, drafted_runs)
    )

    assert by_study.equals(by_draft, null_equal=True)
    # Drafted with the data at hand: nothing is confirmatory.
    verdicts = drafted_runs[name].table("claims")["verdict"]
    assert not verdicts.str.contains("(confirmatory)", literal=True).any()


@pytest.mark.parametrize("name", NAMES)
def test_the_generator_writes_the_data_that_are_here(tmp_path: Path, name: str) -> None:
    script = EXAMPLES / name / "simulate.py"
    subprocess.run([sys.executable, script, "--out", tmp_path], check=True)

    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {
        path.name: path.read_bytes() for path in (EXAMPLES / name / "data").iterdir()
    }
    assert sum(map(len, written.values())) < LARGEST


@pytest.mark.parametrize("name", NAMES)
def test_a_new_study_begins_from_it(tmp_path: Path, name: str) -> None:
    new_study(name, tmp_path / "mine")
    checked = dermoutcomes.check(tmp_path / "mine" / "study.toml")

    assert name in example_names()
    assert (tmp_path / "mine" / "study.schema.json").is_file()
    assert not checked.problems


@pytest.mark.parametrize("name", NAMES)
def test_every_page_says_that_the_data_are_simulated(name: str) -> None:
    study = (EXAMPLES / name / "study.toml").read_text(encoding="utf-8")
    readme = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")

    assert 'data_origin = "simulated"' in study
    assert "**Every value is simulated" in readme


def test_rescue_counts_as_no_response_and_treatment_policy_elsewhere(
    runs: dict[str, dermoutcomes.Run],
) -> None:
    run = runs["eczema_core_set"]
    rescued = run.table("milestones").filter(pl.col("milestone") == "rescue")["subject"].unique()
    records = run.table("endpoints").filter(
        pl.col("subject").is_in(rescued.implode()), pl.col("visit") == "W16", pl.col("used")
    )
    responses = records.filter(
        pl.col("endpoint") == "easi75", pl.col("handling") == "non_responder"
    )
    hypothetical = records.filter(pl.col("endpoint") == "easi", pl.col("value").is_not_null())
    poem = records.filter(pl.col("endpoint") == "poem", pl.col("value").is_not_null())

    assert rescued.len() == responses.height > 0
    assert not responses["responder"].any()
    assert hypothetical.height == 0
    assert poem.height > 0


def test_each_domain_of_the_core_outcome_set_is_measured(
    tmp_path: Path, example_copy: Callable[..., Path]
) -> None:
    study = example_copy("eczema_core_set", tmp_path)
    whole = dermoutcomes.check(study)
    text = study.read_text(encoding="utf-8")
    start = text.index("[endpoints.recap]")
    study.write_text(text[:start] + text[text.index("[endpoints.tewl]") :], encoding="utf-8")
    lacking = dermoutcomes.check(study)

    def told(checked: Checked) -> list[str]:
        core = pl.col("check").str.contains("core", literal=True)
        return checked.findings.filter(core)["message"].to_list()

    assert told(whole) == []
    assert len(told(lacking)) == 1


def test_page_one_of_the_split_face_trial(
    tmp_path: Path, example_copy: Callable[..., Path]
) -> None:
    study = example_copy("split_face", tmp_path)
    text = study.read_text(encoding="utf-8").replace("reports = []", 'reports = ["report"]')
    study.write_text(text, encoding="utf-8")

    page = (dermoutcomes.run(study).folder / "report" / "report.html").read_text(encoding="utf-8")

    assert "sides allocated at random" in page
    assert "24 enrolled, 24 treated, 22 to 24 analysed" in page
    assert "Simulated data: no subject exists" in page


def test_the_split_face_trial_counts_sides_by_arm_and_subjects_by_none(
    runs: dict[str, dermoutcomes.Run],
) -> None:
    """Both products are on each face: no subject has an arm, which is not that none is in it."""
    material = Material.of_run(runs["split_face"])
    (table,) = (
        block
        for _, block in document_of(material).named_blocks
        if block.kind == "table" and block.caption == "What became of subjects and sides"
    )
    cells = {
        cells[0]: cells[1:]
        for cells in (
            ["".join(part.text for part in cell) for cell in row.cells] for row in table.rows
        )
    }

    assert cells["Subjects listed"] == ["24", "", ""]
    assert cells["Sides listed"] == ["48", "24", "24"]


def test_comparisons_stand_in_the_order_of_the_study(runs: dict[str, dermoutcomes.Run]) -> None:
    run = runs["split_face"]
    own = [
        row["comparison"]
        for row in Material.of_run(run).hypotheses
        if row["endpoint"] == "firmness"
    ]

    assert own == list(run.study.endpoints["firmness"].compare) != sorted(own)


@pytest.mark.parametrize("name", NAMES)
def test_what_failed_beside_what_decides_does_not_apply(
    name: str, runs: dict[str, dermoutcomes.Run]
) -> None:
    """So that the command ends as one that is done: a test between strata needs two that tell anything."""
    failed = _failed_statistics(runs[name])

    assert failed.select("endpoint", "analysis", "error").rows() == []
