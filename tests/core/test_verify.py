"""Verification looks beside the run folder, at links and at files that a pattern would read today; it writes nothing into the run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import dermoutcomes
from dermoutcomes.cli import main
from dermoutcomes.errors import RunFolderError
from dermoutcomes.runs.record.history import HISTORY
from dermoutcomes.runs.record.verify import verify_run


def call(*arguments: object):
    return CliRunner().invoke(main, [*map(str, arguments)])


def states(folder: Path, inputs: Path | None = None) -> list[tuple[str, str, str]]:
    return [
        (change.what, change.name, change.state) for change in verify_run(folder, inputs).changes
    ]


def run_without_reports(file: Path, *changes: tuple[str, str]) -> dermoutcomes.Run:
    text = file.read_text(encoding="utf-8")
    for before, after in (('reports = ["report", "annex", "csv"]', "reports = []"), *changes):
        assert before in text
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")
    return dermoutcomes.run(file)


@pytest.fixture
def run(small_study: Path) -> dermoutcomes.Run:
    return run_without_reports(small_study)


def source_of(run: dermoutcomes.Run) -> str:
    return next(name for name in run.manifest["inputs"] if name.endswith(".csv"))


def test_a_copy_is_verified_against_its_own_files(run, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(run.study.folder, copy)
    folder = copy / "results" / run.folder.name
    assert states(folder) == []

    with (copy / source_of(run)).open("a", encoding="utf-8") as file:
        file.write("\n")

    assert states(folder) == [("input", source_of(run), "changed")]
    assert states(run.folder) == []
    assert states(folder, inputs=run.study.folder) == []


def test_a_folder_without_its_study_asks_for_the_inputs(run, tmp_path: Path) -> None:
    sent = tmp_path / "elsewhere" / "deep" / "sent"
    shutil.copytree(run.folder, sent)
    result = call("verify", sent)

    assert result.exit_code == 1
    assert "name it with --inputs FOLDER" in result.output
    assert call("verify", sent, "--inputs", run.study.folder).exit_code == 0


def test_a_file_that_a_pattern_would_now_read_is_told(small_study: Path) -> None:
    run = run_without_reports(small_study, ('file = "corneometer.csv"', 'files = "corneo*.csv"'))
    assert states(run.folder) == []

    shutil.copy(small_study.with_name("corneometer.csv"), small_study.with_name("corneo2.csv"))

    assert states(run.folder) == [("input", "corneo2.csv", "new")]


def test_a_link_in_the_place_of_an_output_is_told(run, tmp_path: Path) -> None:
    output = run.folder / "queries.csv"
    shutil.copy(output, tmp_path / "queries.csv")
    output.unlink()
    output.symlink_to(tmp_path / "queries.csv")

    assert states(run.folder) == [("output", "queries.csv", "a link")]


def test_the_digest_that_a_run_printed_is_expected(run) -> None:
    for name in ("manifest_sha256", "record_sha256"):
        assert call("verify", run.folder, "--expect", run.digests[name]).exit_code == 0
    result = call("verify", run.folder, "--expect", "0" * 64)

    assert result.exit_code == 1
    assert f"the digest is not {'0' * 64}" in result.output


def test_what_is_sent_on_names_no_folder_of_a_person(run) -> None:
    for path in run.folder.rglob("*"):
        if path.is_file():
            assert str(run.study.folder).encode() not in path.read_bytes(), path


def test_each_run_and_verification_leaves_a_line(run) -> None:
    call("run", run.study.path, "--quiet")
    call("verify", run.folder)
    file = run.study.folder / HISTORY
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]

    assert [line["what"] for line in lines] == ["run", "verify"]
    assert {"time", "user", "host", "software", "previous"} <= lines[0].keys()
    assert lines[0]["manifest_sha256"] == lines[1]["manifest_sha256"]

    again = call("verify", run.folder)
    assert "1 run on record" in again.output


def test_a_history_that_was_altered_is_told(run) -> None:
    for _ in range(2):
        call("verify", run.folder)
    file = run.study.folder / HISTORY
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace('"status": "unchanged"', '"status": "changed"', 1), encoding="utf-8"
    )

    assert "the chain is broken at line 1" in call("verify", run.folder).output


def test_nobody_is_named_where_it_is_asked(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DERMOUTCOMES_HISTORY", "anonymous")
    call("verify", run.folder)
    line = json.loads((run.study.folder / HISTORY).read_text(encoding="utf-8"))

    assert (line["user"], line["host"]) == ("not recorded", "not recorded")


def test_opening_a_run_runs_no_code_of_its_folder(small_study: Path) -> None:
    own = small_study.with_name("own.py")
    own.write_text(
        "from dermoutcomes import hookimpl\n\n\n@hookimpl\ndef study_loaded(study, registry):\n"
        "    pass\n",
        encoding="utf-8",
    )
    run = run_without_reports(
        small_study,
        ('data_origin = "simulated"', 'data_origin = "simulated"\nplugins = ["own.py"]'),
    )
    assert dermoutcomes.open_run(run.folder, local_code=True).study.id == run.study.id

    with (run.folder / "study" / "own.py").open("a", encoding="utf-8") as file:
        file.write("raise SystemExit('code of the run folder')\n")

    assert dermoutcomes.open_run(run.folder).table("results").height
    with pytest.raises(RunFolderError, match="it was altered, and is not loaded"):
        dermoutcomes.open_run(run.folder, local_code=True)


def without(name: str):
    return lambda manifest: {key: part for key, part in manifest.items() if key != name}


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda manifest: {**manifest, "steps": None}, "steps is not what a run writes"),
        (lambda manifest: {**manifest, "steps": {"checks": 1}}, "steps is not what a run writes"),
        (lambda manifest: {**manifest, "outputs": {"a.csv": 1}}, "outputs is not what a run"),
        (lambda manifest: {**manifest, "inputs": {"a\0b": "1"}}, "inputs is not what a run"),
        (lambda manifest: {**manifest, "own_plugins": []}, "own_plugins is not what a run"),
        (without("inputs"), "it lacks study_file, lock, inputs, outputs"),
    ],
)
def test_a_manifest_that_no_run_writes_is_damaged(run, edit, words: str) -> None:
    path = run.folder / "manifest.json"
    path.write_text(json.dumps(edit(json.loads(path.read_text()))), encoding="utf-8")

    result = call("verify", run.folder)

    assert result.exit_code == 1
    assert words in result.output


def test_a_manifest_without_its_steps_is_changed(run) -> None:
    path = run.folder / "manifest.json"
    edited = without("steps")(json.loads(path.read_text()))
    path.write_text(json.dumps(edited), encoding="utf-8")

    assert ("output", "manifest.json", "changed") in states(run.folder)
