"""The command line as a user meets it: exit statuses, words, JSON."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dermoutcomes.cli import COMMANDS, main
from dermoutcomes.registry.new_plugin import PLUGIN_KINDS

WRITTEN, STOPPED, WRONG_USE, NOT_COMPUTED = 0, 1, 2, 3


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def one_subject(small_study: Path) -> Path:
    """A study in which no change can be tested."""
    for name in ("corneometer.csv", "subjects.csv"):
        lines = (small_study.parent / name).read_text().splitlines(keepends=True)
        (small_study.parent / name).write_text(
            "".join(line for line in lines if line.startswith(("subject", "S1,")))
        )
    return small_study


def test_run_says_verdicts_findings_and_where_it_is_written(small_study: Path) -> None:
    result = call("run", small_study)

    assert result.exit_code == WRITTEN
    assert "SUPPORTED (EXPLORATORY)    Hydration rose within four weeks" in result.output
    assert "[data: SIMULATED]" in result.output
    assert f"written to {small_study.parent / 'results' / 'SMALL'}" in result.output
    assert "report.html" in result.output


def test_run_and_verify_print_the_digests_that_name_the_run(small_study: Path) -> None:
    said = call("run", small_study).output
    folder = small_study.parent / "results" / "SMALL"
    manifest = (folder / "manifest.json").read_bytes()
    digests = {
        "record_sha256": json.loads(manifest)["record_sha256"],
        "manifest_sha256": sha256(manifest).hexdigest(),
    }

    for output in (said, call("verify", folder).output):
        assert {
            line.split(":")[0]: line.split()[1] for line in output.splitlines() if "sha256" in line
        } == digests
    for command in (("run", small_study), ("verify", folder)):
        content = json.loads(call(*command, "--json").stdout)
        assert {name: content[name] for name in digests} == digests


def test_run_quietly_says_nothing(small_study: Path) -> None:
    result = call("run", small_study, "--quiet")

    assert (result.exit_code, result.output) == (WRITTEN, "")


def test_run_takes_the_study_of_a_folder_and_of_the_current_one(
    small_study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("run", small_study.parent, "--quiet").exit_code == WRITTEN

    monkeypatch.chdir(small_study.parent)
    assert call("run", "--quiet").exit_code == WRITTEN


def test_run_as_json_is_one_object(small_study: Path) -> None:
    result = call("run", small_study, "--json")
    content = json.loads(result.stdout)

    assert result.exit_code == WRITTEN
    assert (content["status"], content["study"], content["data_origin"]) == (
        "written",
        "SMALL",
        "simulated",
    )
    assert [claim["verdict"] for claim in content["claims"]] == ["supported (exploratory)"]
    assert content["findings"] == {"error": 0, "warning": 0, "note": 0}
    assert content["not_computed"] == []


def test_a_statistic_that_cannot_be_computed_has_a_status_of_its_own(one_subject: Path) -> None:
    result = call("run", one_subject, "--json")
    content = json.loads(result.stdout)

    assert result.exit_code == NOT_COMPUTED
    assert content["status"] == "written"
    assert (one_subject.parent / "results" / "SMALL" / "manifest.json").is_file()
    assert {row["error"].split(":")[0] for row in content["not_computed"]} == {"too_few"}


def test_a_study_that_stops_is_said_as_json_too(small_study: Path) -> None:
    spoil(small_study, "measure =", "mesure =")
    result = call("run", small_study, "--json")
    content = json.loads(result.stdout)

    assert result.exit_code == STOPPED
    assert content["status"] == "stopped"
    assert [
        (problem["file"], problem["line"], problem["path"]) for problem in content["problems"]
    ] == [(str(small_study), 26, "endpoints.hydration.mesure")]
    assert not (small_study.parent / "results").exists()


def test_check_writes_nothing(small_study: Path) -> None:
    before = sorted(small_study.parent.rglob("*"))
    result = call("check", small_study)

    assert (result.exit_code, result.output) == (WRITTEN, "SMALL: 3 tasks; 0 findings\n")
    assert sorted(small_study.parent.rglob("*")) == before


def test_check_as_json_has_problems_and_findings_with_places(small_study: Path) -> None:
    spoil(
        small_study.parent / "corneometer.csv",
        "S1,W0,2024-03-04,cheek,left,1,41.7",
        "S1,W0,2024-03-04,cheek,left,1,dry",
    )
    (small_study.parent / "subjects.csv").write_text(
        (small_study.parent / "subjects.csv").read_text() + "S7,f,30\n"
    )
    result = call("check", small_study, "--json")
    content = json.loads(result.stdout)

    assert result.exit_code == STOPPED
    assert content["status"] == "stopped"
    assert [problem["path"] for problem in content["problems"]] == ["endpoints.hydration.handling"]
    assert content["problems"][0]["line"] is not None
    found = {
        (finding["check"], finding["row"], finding["column"]) for finding in content["findings"]
    }
    assert {("not_a_number", 2, 7), ("subject_without_data", None, None)} <= found


@pytest.mark.parametrize("command", ["check", "run"])
def test_what_the_data_ask_is_said_of_every_endpoint_by_check_and_by_run(
    small_study: Path, command: str
) -> None:
    text = small_study.read_text(encoding="utf-8").replace(
        'sides = { use = ["left", "right"], combine = "mean" }\n', 'handling = ["observed"]\n'
    )
    start, end = text.index("[endpoints."), text.index("[claims.")
    second = (
        text[start:end]
        .replace("endpoints.hydration", "endpoints.second")
        .replace("primary", "exploratory")
    )
    small_study.write_text(text[:end] + second + text[end:], encoding="utf-8")
    result = call(command, small_study, "--json")

    assert result.exit_code == STOPPED
    assert [problem["path"] for problem in json.loads(result.stdout)["problems"]] == [
        "endpoints.hydration.sides",
        "endpoints.second.sides",
    ]


def test_local_code_can_be_refused(small_study: Path) -> None:
    spoil(
        small_study, 'data_origin = "simulated"', 'data_origin = "simulated"\nplugins = ["own.py"]'
    )
    (small_study.parent / "own.py").write_text("raise RuntimeError('this must not run')\n")

    for command in ("run", "check", "lock"):
        result = call(command, small_study, "--no-local-code")
        assert result.exit_code == STOPPED
        assert "own.py" in result.output
        assert "this must not run" not in result.output


def test_lock_makes_a_claim_confirmatory_only_before_the_data(small_study: Path) -> None:
    export = small_study.parent / "corneometer.csv"
    content = export.read_bytes()
    export.unlink()
    spoil(small_study, 'file = "corneometer.csv"', 'file = "corneometer.csv"\noptional = true')
    locked = call("lock", small_study)
    export.write_bytes(content)
    result = call("run", small_study)

    assert locked.exit_code == WRITTEN
    assert (small_study.parent / "study.lock").is_file()
    assert "SUPPORTED (CONFIRMATORY)" in result.output


def test_verdicts_are_wrapped_to_the_terminal(
    small_study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {}
    for columns in (70, 100):
        monkeypatch.setenv("COLUMNS", str(columns))
        said[columns] = call("run", small_study).output.split("\n\n")[1].splitlines()

    for columns, lines in said.items():
        assert max(map(len, lines)) <= columns
        assert lines[0].startswith("  SUPPORTED (EXPLORATORY)    ")
        assert all(line.startswith(" " * 29) for line in lines[1:])
    words = [" ".join(" ".join(lines).split()) for lines in said.values()]
    assert words[0] == words[1]
    assert "higher is better; 95% CI" in words[0]


def test_a_run_without_claims_prints_its_main_results(small_study: Path) -> None:
    text = small_study.read_text(encoding="utf-8")
    small_study.write_text(text[: text.index("[claims.")], encoding="utf-8")
    result = call("run", small_study)

    words = " ".join(result.output.split())
    assert result.exit_code == WRITTEN
    assert "MAIN RESULT Hydration, W4 v baseline: mean difference" in words
    assert ", n = " in words


def test_an_edited_lock_stops_a_run(small_study: Path) -> None:
    assert call("lock", small_study).exit_code == WRITTEN
    spoil(small_study.parent / "study.lock", 'outcome_data = "present"', 'outcome_data = "absent"')
    result = call("run", small_study)

    assert result.exit_code == STOPPED
    assert "study.lock" in result.output
    assert "Traceback" not in result.output
    assert not (small_study.parent / "results" / "SMALL").exists()


def test_verify_names_what_changed(small_study: Path) -> None:
    call("run", small_study, "--quiet")
    folder = small_study.parent / "results" / "SMALL"
    unchanged = call("verify", folder)
    (folder / "queries.csv").write_text("edited")
    (folder / "notes.txt").write_text("mine")
    (folder / "report" / "report.html").unlink()
    (small_study.parent / "corneometer.csv").write_text("edited")
    changed = call("verify", folder)
    as_json = json.loads(call("verify", folder, "--json").stdout)

    said, _, hashed = unchanged.output.splitlines()[0].partition("; ")
    assert hashed.startswith("3 inputs and ")
    assert (unchanged.exit_code, said) == (
        WRITTEN,
        "unchanged: every input and output is as it was written",
    )
    assert changed.exit_code == STOPPED
    lines = [line for line in changed.output.splitlines() if "sha256" not in line]
    assert [line.partition("; ")[0] for line in lines] == [
        "changed: input corneometer.csv",
        "added: output notes.txt",
        "changed: output queries.csv",
        "missing: output report/report.html",
        "4 changes",
        "history.jsonl: 1 run on record, 1 with outcome data",
    ]
    assert as_json["status"] == "changed"
    assert len(as_json["changes"]) == 4


def test_verify_of_a_damaged_manifest_says_so(small_study: Path) -> None:
    call("run", small_study, "--quiet")
    folder = small_study.parent / "results" / "SMALL"
    for damage in ("{", "{}", "[]", '{"study_file": 1}'):
        (folder / "manifest.json").write_text(damage)
        result = call("verify", folder)

        assert result.exit_code == STOPPED
        assert "manifest.json is damaged" in result.output


def test_verify_of_another_folder_says_so(tmp_path: Path) -> None:
    result = call("verify", tmp_path)

    assert result.exit_code == STOPPED
    assert "is not a run folder: it has no manifest.json" in result.output


def test_plugins_lists_what_is_declared() -> None:
    words = call("plugins")
    listed = json.loads(call("plugins", "--json").stdout)

    assert words.exit_code == WRITTEN
    assert "analysis paired_t" in words.output
    assert {"corneometer", "cutometer", "gais", "paired"} <= {plugin["name"] for plugin in listed}
    assert all(plugin["declares"] or plugin["name"] == "progress" for plugin in listed)


def test_plugins_lists_scales_and_instruments_with_what_they_say_of_themselves() -> None:
    words = call("plugins", "--kind", "scale")
    scales = {
        entry["name"]: entry
        for entry in json.loads(call("plugins", "--kind", "scale", "--json").stdout)
    }
    easi, dlqi = scales["easi"], scales["dlqi"]
    instruments = json.loads(call("plugins", "--kind", "instrument", "--json").stdout)
    hydration = next(entry for entry in instruments if entry["name"] == "corneometer")

    assert words.exit_code == WRITTEN
    assert len(words.output.splitlines()) == len(scales)
    [total] = [one for one in easi["parameters"] if one["measure"] == "easi.total"]
    assert (total["minimum"], total["maximum"], total["improves"]) == (0, 72, "down")
    assert "EASI75" in {responder["name"] for responder in easi["responders"]}
    assert "mild above 1 to 7" in easi["bands"][0]["bands"]
    assert easi["worked_cases"] >= 4
    assert next(r for r in dlqi["responders"] if r["name"] == "DLQI_fall_4")["verified"]
    falls = {one["name"]: one["verified"] for one in scales["cdlqi"]["responders"]}
    assert falls["CDLQI_fall_6"] is False
    assert dlqi["important_changes"][0]["points"] == 4
    assert hydration["plugin"] == "corneometer"
    assert hydration["references"]


def test_plugins_lists_analyses_with_what_they_are_for() -> None:
    words = call("plugins", "--kind", "analysis").output.splitlines()
    listed = json.loads(call("plugins", "--kind", "analysis", "--json").stdout)
    ancova = next(entry for entry in listed if entry["name"] == "ancova")
    wrong = call("plugins", "--kind", "analysis", "--condition", "eczema")

    assert "ancova: Analysis of covariance; continuous; parallel" in words
    assert any(line.startswith("describe: ") and "decides nothing" in line for line in words)
    assert len(words) == len(listed)
    assert (ancova["decides_by"], ancova["plugin"]) == ("adjusted_difference", "ancova")
    assert wrong.exit_code == WRONG_USE
    assert "--kind scale or instrument" in wrong.stderr


def test_entries_are_found_by_the_disease_that_they_are_for() -> None:
    eczema = json.loads(
        call("plugins", "--kind", "scale", "--condition", "eczema", "--json").stdout
    )
    names = {entry["name"] for entry in eczema}
    unknown = call("plugins", "--kind", "scale", "--condition", "eczma")
    alone = call("plugins", "--condition", "eczema")

    assert {"easi", "scorad", "poem", "dlqi"} <= names
    assert not names & {"pasi", "salt", "wsrs"}
    assert unknown.exit_code == STOPPED
    assert "did you mean 'eczema'?" in unknown.stderr
    assert alone.exit_code == WRONG_USE
    assert "--kind" in alone.stderr


def test_explain_a_measure() -> None:
    result = call("explain", "corneometer.hydration")

    assert result.exit_code == WRITTEN
    assert "AU" in result.output


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("corneometer.hydratation", "corneometer.hydration"),
        ("paired_test", "paired_t"),
        ("cutometre", "cutometer"),
        # A word of the name or of the label: "Skin-Colorimeter, Chroma Meter".
        ("laser", "laser_doppler"),
        ("Chroma", "colorimeter"),
    ],
)
def test_explain_names_the_nearest(asked: str, meant: str) -> None:
    result = call("explain", asked)

    assert result.exit_code == STOPPED
    assert f"did you mean '{meant}'?" in result.output


def test_schema_is_printed_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = call("schema")
    assert call("schema", "--write").exit_code == WRITTEN
    assert call("schema", "--write", "other.json").exit_code == WRITTEN

    assert json.loads(printed.stdout)["type"] == "object"
    assert (
        (tmp_path / "study.schema.json").read_text()
        == (tmp_path / "other.json").read_text()
        == printed.stdout
    )


def test_schema_is_not_written_over_a_study_file(small_study: Path) -> None:
    before = small_study.read_bytes()
    result = call("schema", "--write", small_study)

    assert result.exit_code == STOPPED
    assert "study.schema.json" in result.output
    assert small_study.read_bytes() == before


def test_new_says_what_there_is_to_begin() -> None:
    result = call("new", "instruments", "mine")

    assert result.exit_code == WRONG_USE
    assert "the commands are plugin, study." in " ".join(result.output.split())


def test_schema_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    result = call("schema", "--write", tmp_path / "missing" / "schema.json")

    assert result.exit_code == STOPPED
    assert "cannot read or write" in result.output
    assert "fault" not in result.output


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script(shell: str) -> None:
    result = call("completion", shell)

    assert result.exit_code == WRITTEN
    assert "_DERMOUTCOMES_COMPLETE" in result.output


def test_a_new_study_runs(tmp_path: Path) -> None:
    made = call("new", "study", "--from", "bcs_trial", tmp_path / "mine")
    checked = call("check", tmp_path / "mine")

    assert made.exit_code == WRITTEN
    assert checked.exit_code == WRITTEN, checked.output


@pytest.mark.parametrize(
    ("example", "plugin", "named"),
    [
        ("bcs_trial", "bcs_bundle.py", "bcs_questionnaire.total"),
        ("cdisc_pilot", "scales.toml", "adas_cog.total"),
    ],
)
def test_a_new_study_has_the_schema_of_its_own_plugins(
    tmp_path: Path, example: str, plugin: str, named: str
) -> None:
    made = call("new", "study", "--from", example, tmp_path / "mine")
    printed = call("schema", "--plugin", tmp_path / "mine" / plugin)

    assert made.exit_code == WRITTEN
    assert (tmp_path / "mine" / "study.schema.json").read_text(encoding="utf-8") == printed.stdout
    assert named in printed.stdout


def test_a_new_study_never_replaces_a_folder(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_text("years of work")
    result = call("new", "study", "--from", "bcs_trial", tmp_path / "mine")

    assert result.exit_code == STOPPED
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.docx"]


@pytest.mark.parametrize("kind", PLUGIN_KINDS)
def test_a_new_plugin_is_a_folder_of_its_own(tmp_path: Path, kind: str) -> None:
    made = call("new", "plugin", kind, "my_thing", "--in", tmp_path / "plugins")
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    again = call("new", "plugin", kind, "my_thing", "--in", tmp_path / "plugins")

    assert made.exit_code == WRITTEN, made.output
    assert sorted(path.relative_to(tmp_path / "plugins").as_posix() for path in files) == [
        "my_thing/README.md",
        "my_thing/dermoutcomes_my_thing/__init__.py",
        "my_thing/dermoutcomes_my_thing/tests/__init__.py",
        "my_thing/dermoutcomes_my_thing/tests/test_my_thing.py",
        "my_thing/pyproject.toml",
    ]
    assert [
        path
        for path, content in files.items()
        if b"$" in content or b"NAME" in content or b"LABEL" in content
    ] == []
    assert again.exit_code == STOPPED
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == files


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../evil", "not a name for a plugin"),
        ("9lives", "not a name for a plugin"),
        ("lambda", "not a name for a plugin"),
        ("My Thing", "did you mean 'my_thing'?"),
        ("cutometer", "the name is taken"),
        ("paired_t", "the name is taken"),
    ],
)
def test_a_name_that_no_plugin_can_have_is_refused(tmp_path: Path, name: str, words: str) -> None:
    result = call("new", "plugin", "instrument", name, "--in", tmp_path / "here")

    assert result.exit_code == STOPPED
    assert words in result.output
    assert list(tmp_path.iterdir()) == []


def test_everything_that_is_wrong_with_a_new_plugin_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "cutometer").mkdir()
    result = call("new", "plugin", "instrument", "cutometer", "--in", tmp_path)

    assert result.exit_code == STOPPED
    assert "the name is taken" in result.output
    assert "the folder exists and is left alone" in result.output
    assert list((tmp_path / "cutometer").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["instrument", "mine"], "write dermoutcomes new plugin instrument mine"),
        (["scale", "--from", "gais"], "write dermoutcomes new plugin scale NAME"),
        (["analysis", "mine", "--from", "mmrm"], "write dermoutcomes new plugin analysis mine"),
        (["plugin", "scale", "mine", "--from", "gais"], "write dermoutcomes new plugin KIND NAME"),
        (["plugin", "--from", "gais"], "write dermoutcomes new plugin KIND NAME"),
        (
            ["plugin", "scales", "mine"],
            "'scales' is not one of 'analysis', 'instrument', 'reader', 'reporter', 'scale'",
        ),
    ],
)
def test_what_new_does_not_take_says_what_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call("new", *arguments)

    assert result.exit_code == WRONG_USE
    assert words in " ".join(result.output.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["rnu"],
        ["run", "--fast"],
        ["run", "a", "b"],
        ["completion", "powershell"],
        ["new", "device", "x"],
        ["run", "study.toml", "--workers", "0"],
        ["verify"],
    ],
)
def test_wrong_use_has_a_status_of_its_own(arguments: list[str]) -> None:
    result = call(*arguments)

    assert result.exit_code == WRONG_USE
    assert "Usage:" in result.output


def test_a_mistyped_command_names_the_nearest() -> None:
    assert "Did you mean 'run'?" in call("rnu").output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    result = call(command, "--help")

    assert result.exit_code == WRITTEN
    assert "Usage:" in result.output
    assert call(command, "-h").output == result.output


def test_help_says_what_the_exit_statuses_mean() -> None:
    result = call("--help")

    assert result.exit_code == WRITTEN
    for status in (
        "0 the run folder is written",
        "1 the study or its data stopped it",
        "2 wrong use",
        "3 written, but",
    ):
        assert status in " ".join(result.output.split())


def test_names_with_spaces_and_other_letters(tmp_path: Path, write_small) -> None:
    study = write_small(tmp_path / "Étude n° 5 – peau (ü)")
    study = study.rename(study.with_name("étude finale.toml"))
    for name in ("corneometer.csv", "subjects.csv"):
        (study.parent / name).rename(study.parent / f"données {name}")
        spoil(study, f'"{name}"', f'"données {name}"')
    result = call("run", study)

    assert result.exit_code == WRITTEN, result.output
    assert call("verify", study.parent / "results" / "SMALL").exit_code == WRITTEN


def test_a_fault_of_the_program_is_said_in_words_and_traced_if_asked(
    small_study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("dermoutcomes.runs.pipeline._analyse", broken)
    plain = call("run", small_study)
    monkeypatch.setenv("DERMOUTCOMES_TRACEBACK", "1")
    traced = call("run", small_study)

    assert plain.exit_code == traced.exit_code == STOPPED
    assert (
        "the program or a plugin has a fault: ZeroDivisionError: division by zero" in plain.output
    )
    assert "Traceback" not in plain.output
    assert "Traceback" in traced.output


@pytest.fixture
def doubted(small_study: Path) -> Path:
    """A study with findings of severity error, and nothing that stops it."""
    text = small_study.read_text()
    small_study.write_text(
        text + '\n[quality]\nstop_on = []\nseverity = { range = "error" }\n'
        '[quality.ranges]\n"corneometer.hydration" = [55, 60]\n'
    )
    return small_study


def test_check_passes_a_study_with_errors_in_its_findings_unless_it_is_strict(
    doubted: Path,
) -> None:
    assert call("check", doubted).exit_code == WRITTEN

    result = call("check", doubted, "--strict")

    assert result.exit_code == STOPPED
    findings = json.loads(call("check", doubted, "--json").output)["findings"]
    errors = [finding for finding in findings if finding["severity"] == "error"]
    assert len(errors) > 1
    assert f"{len(errors)} findings of severity error (--strict)" in result.output


def test_check_strictly_says_so_in_json_too_and_passes_what_has_no_errors(
    small_study: Path, doubted: Path
) -> None:
    assert json.loads(call("check", doubted, "--strict", "--json").output)["status"] == "errors"

    spoil(small_study, '"error"', '"note"')
    result = call("check", small_study, "--strict", "--json")

    assert (result.exit_code, json.loads(result.output)["status"]) == (WRITTEN, "ready")
