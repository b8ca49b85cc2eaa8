"""The manifest: what was read, by which code and options, and what each step made of it."""

from __future__ import annotations

import json

import dermoutcomes
from dermoutcomes.runs.record.verify import verify_run

PLUGIN = 'from dermoutcomes import StudyError\n\n\ndef study_loaded(study, registry):\n    """A house rule that holds."""\n'


def manifest(run):
    return json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))


def changed(study, old, new):
    text = study.read_text(encoding="utf-8")
    assert old in text
    study.write_text(text.replace(old, new), encoding="utf-8")


def test_each_step_says_what_it_was_made_from(small_study):
    written = manifest(dermoutcomes.run(small_study))

    steps = written["steps"]
    [reading] = [key for key in steps if key.startswith("source:")]
    tables = {
        f"table:{name}": written["outputs"][f"tables/{name}.parquet"]
        for name in ("subjects", "sources", "observations", "results")
    }
    of_files = {**steps["framework"]["inputs"], **steps[reading]["inputs"]}
    assert of_files.pop("table:subjects") == tables["table:subjects"]
    assert of_files == written["inputs"]
    # A file is read by the reader that knows it best, of all that are installed.
    assert set(steps[reading]["code"]) == {"cdisc", "corneometer", "readers"}
    # The files are asked for so that a refusal of several readings of one place can name them.
    assert steps["records:hydration"]["inputs"] == {
        name: tables[name] for name in ("table:observations", "table:sources", "table:subjects")
    }
    task = steps["analysis:hydration/paired_t/full/observed"]
    assert task["inputs"]["records:hydration"] == steps["records:hydration"]["output"]
    assert task["code"] == {
        plugin["name"]: plugin["sha256"]
        for plugin in written["plugins"]
        if plugin["name"] in ("corneometer", "paired")
    }
    assert steps["decisions"]["inputs"]["table:results"] == tables["table:results"]
    assert set(steps["document"]["code"]) == {
        "cutometer",
        "documents",
        "docx",
        "figure_files",
        "html",
        "multiple_imputation",
        "pdf",
        "reliability",
        "rtf",
        "standard_figures",
        "standard_tables",
        "xlsx",
    }
    assert {key.partition(":")[0] for key in steps} == {
        "framework",
        "source",
        "checks",
        "records",
        "analysis",
        "decisions",
        "document",
    }


def test_a_step_whose_options_change_is_the_only_one_that_says_so(small_study):
    before = manifest(dermoutcomes.run(small_study))["steps"]
    changed(small_study, "planned = 2, min = 1", "planned = 2, min = 2")

    after = manifest(dermoutcomes.run(small_study))["steps"]

    assert before.keys() == after.keys()
    changed_asks = [key for key in before if before[key]["asks"] != after[key]["asks"]]
    # Checks, decisions and documents may look at every endpoint.
    assert [key for key in changed_asks if key.startswith(("source", "records", "framework"))] == [
        "records:hydration"
    ]


def test_verify_names_an_own_plugin_that_changed(small_study):
    changed(
        small_study, 'data_origin = "simulated"', 'data_origin = "simulated"\nplugins = ["own.py"]'
    )
    own = small_study.with_name("own.py")
    own.write_text(PLUGIN, encoding="utf-8")
    run = dermoutcomes.run(small_study)
    assert verify_run(run.folder).changes == ()

    own.write_text(PLUGIN + "\n", encoding="utf-8")

    assert [
        (change.what, change.name, change.state) for change in verify_run(run.folder).changes
    ] == [("input", "own.py", "changed")]


def test_verify_names_a_manifest_whose_record_is_another(small_study):
    run = dermoutcomes.run(small_study)
    path = run.folder / "manifest.json"
    text = path.read_text(encoding="utf-8")
    assert verify_run(run.folder).changes == ()

    path.write_text(text.replace('"alpha": 0.05', '"alpha": 0.06'), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text

    assert [
        (change.what, change.name, change.state) for change in verify_run(run.folder).changes
    ] == [("output", "manifest.json", "changed")]
