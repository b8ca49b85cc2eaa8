"""Steps are values that say all that their output rests on, and a run is of the study that was parsed, whatever is edited meanwhile."""

from __future__ import annotations

import json
import pickle
import weakref
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

from dermoutcomes import Executor, PluginError, RunFolderError, Step, StudyError
from dermoutcomes.cli import main
from dermoutcomes.endpoints.study_facts import StudyFacts
from dermoutcomes.runs import dispatch, pipeline, table_store, work
from dermoutcomes.runs.canonical_text import about_of, canonical
from dermoutcomes.runs.opening import open_files
from dermoutcomes.runs.pipeline import Options, run
from dermoutcomes.runs.steps import SCOPES, make_step, with_defaults
from dermoutcomes.runs.table_store import TableStore
from dermoutcomes.runs.work import Job
from dermoutcomes.study.task_plan import plan_tasks

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
# In one process; and every step in one of two others, however little it is.
EXECUTORS = pytest.mark.parametrize(
    "way",
    [{}, {"executor": "processes", "workers": 2, "executor_options": {"pays_from": 0}}],
    ids=["serial", "processes"],
)

# An analysis of the study's own; and an editor who works while the study runs.
OWN = """
import os
from pathlib import Path

from dermoutcomes import Analysis, Stat, hookimpl


def constant(task, options):
    return [Stat("estimate", 1.0, term="constant", comparison="w4")]


@hookimpl
def register_analyses():
    return [Analysis("own", "Own", constant, (("constant", "estimate"),))]


@hookimpl
def step_finished(step, record):
    if step != os.environ.get("EDITED_AFTER", "checks"):
        return
    for edit in os.environ.get("EDITED", "").splitlines():
        path, old, new = edit.split("|")
        text = Path(path).read_text(encoding="utf-8")
        assert old in text
        Path(path).write_text(text.replace(old, new), encoding="utf-8")
"""


@pytest.fixture
def study(small_study: Path) -> Path:
    """The small study with an analysis of its own, locked before any data were there."""
    text = small_study.read_text(encoding="utf-8")
    text = text.replace('id = "SMALL"', 'id = "SMALL"\nalpha = 0.05\nplugins = ["own.py"]')
    text = text.replace('["paired_t"]', '["paired_t", "own"]').replace(
        '"csv"]', '"csv", "workbook"]'
    )
    small_study.write_text(text, encoding="utf-8")
    small_study.with_name("own.py").write_text(OWN, encoding="utf-8")
    readings = small_study.with_name("corneometer.csv")
    hidden = readings.rename(readings.with_suffix(".later"))
    with pytest.raises(SystemExit) as stopped:
        main(["lock", str(small_study)])
    assert stopped.value.code == 0
    hidden.rename(readings)
    return small_study


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.log.json"
    }


# File, what stands in it, and what the editor makes of it.
EDITS = (
    ("study.toml", "alpha = 0.05", "alpha = 0.01"),
    ("own.py", '"estimate", 1.0', '"estimate", 2.0'),
    ("study.lock", 'outcome_data = "absent"', 'outcome_data = "present"'),
)


@EXECUTORS
def test_an_edit_during_a_run_changes_neither_numbers_nor_record(
    study: Path, monkeypatch: pytest.MonkeyPatch, way: dict[str, Any]
) -> None:
    before = {path.name: path.read_bytes() for path in study.parent.glob("*.*")}
    undisturbed = digests(run(study, Options(out=study.parent / "undisturbed")).folder)
    edits = [f"{study.with_name(name)}|{old}|{new}" for name, old, new in EDITS]
    monkeypatch.setenv("EDITED", "\n".join(edits))

    out = study.parent / "disturbed"
    disturbed = run(study, Options(out=out, **way))

    for name, _, _ in EDITS:
        assert study.with_name(name).read_bytes() != before[name], "or nothing was edited"
        assert (disturbed.folder / "study" / name).read_bytes() == before[name]
    assert digests(disturbed.folder) == undisturbed
    assert disturbed.table("results").filter(analysis="own")["value"].to_list() == [1.0]
    assert disturbed.table("claims")["verdict"].to_list() == ["supported (confirmatory)"]


@EXECUTORS
def test_a_file_that_changes_while_it_is_read_stops_the_run(
    study: Path, monkeypatch: pytest.MonkeyPatch, way: dict[str, Any]
) -> None:
    second = study.with_name("second.csv")
    second.write_bytes(study.with_name("corneometer.csv").read_bytes())
    text = study.read_text(encoding="utf-8")
    study.write_text(text + '\n[[sources.corneometer]]\nfile = "second.csv"\n', encoding="utf-8")
    if way:
        # Between the digests and the reading there is no step to edit after: the digest of another file stands for it.
        real = dispatch._digest
        monkeypatch.setattr(
            dispatch, "_digest", lambda path: real(study if path.name == "second.csv" else path)
        )
    else:
        monkeypatch.setenv("EDITED", f"{second}|S1,W0|S2,W0")
        monkeypatch.setenv("EDITED_AFTER", "source:1")

    with pytest.raises(StudyError, match=r"second\.csv: the file changed while it was read"):
        run(study, Options(**way))


def test_workers_that_outlive_a_run_serve_the_next_one_what_is_its_own(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process does the steps of four runs into one place, between which readings, own code and study file change."""
    edits = [
        ("corneometer.csv", "S1,W0,2024-03-04,cheek,left,1,41", "S1,W0,2024-03-04,cheek,left,1,31"),
        *EDITS[:2],
    ]
    out, runs = study.parent / "out", []
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        kept = Executor("serial", "Kept", lambda worker, steps, _: pool.map(worker, steps))
        for name, old, new in [("own.py", "", ""), *edits]:
            path = study.with_name(name)
            text = path.read_text(encoding="utf-8")
            assert old in text
            path.write_text(text.replace(old, new) if old else text, encoding="utf-8")
            with monkeypatch.context() as patched:
                patched.setattr(dispatch, "SERIAL", kept)
                runs.append(digests(run(study, Options(out=out)).folder))
            assert runs[-1] == digests(run(study, Options(out=study.parent / "here")).folder), name
    assert len({of_run["tables/results.parquet"] for of_run in runs}) == 4


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        (
            lambda worker, steps: map(worker, steps[::-1]),
            r"returned analysis:\S+ for the step 'anal",
        ),
        (lambda worker, steps: map(worker, steps[1:]), r"returned \S+ for the step '"),
        (lambda worker, steps: map(worker, steps[:-1]), r"returned nothing for the step '"),
    ],
    ids=["another order", "one too few", "the last not"],
)
def test_an_executor_that_loses_steps_is_named(
    study: Path, monkeypatch: pytest.MonkeyPatch, lost: Any, said: str
) -> None:
    careless = Executor("serial", "Careless", lambda worker, steps, _: lost(worker, steps))
    monkeypatch.setattr(dispatch, "SERIAL", careless)

    with pytest.raises(PluginError, match=f"the executor 'serial' {said}"):
        run(study)


def test_a_step_pickles_hashes_and_prints() -> None:
    step = Step("source", "3", {"b.csv": "1", "a.csv": "2"}, '{"about":{}}', {"readers": "f"})
    same = Step("source", "3", {"a.csv": "2", "b.csv": "1"}, '{"about":{}}', {"readers": "f"})

    assert pickle.loads(pickle.dumps(step)) == step == same
    assert len({step, same}) == 1
    assert step.address == same.address
    assert (str(step), str(Step("checks"))) == ("source:3", "checks")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "records"},
        {"name": "4"},
        {"inputs": {"a.csv": "3"}},
        {"asks": '{"about":1}'},
        {"code": {"readers": "e"}},
        {"software": {"polars": "2"}},
    ],
)
def test_the_address_is_of_everything_that_a_step_says(change: dict[str, Any]) -> None:
    step = Step("source", "3", {"a.csv": "2"}, "{}", {"readers": "f"}, {"polars": "1"})

    assert attrs.evolve(step, **change).address != step.address


def jobs(study: Path) -> dict[str, Job]:
    """The records of the endpoint and its main analysis, as their functions see them."""
    opened = open_files(study)
    [task] = [task for task in plan_tasks(opened.study, opened.registry) if task.role == "main"]
    steps = (
        make_step(opened, "records", "hydration", {"endpoint": "hydration"}, {}),
        make_step(opened, "analysis", task.key, {"task": attrs.asdict(task)}, {}),
    )
    return {step.kind: Job(step, opened, TableStore(study.parent)) for step in steps}


@pytest.mark.parametrize("name", ["bcs_trial", "cdisc_pilot"])
def test_what_a_step_asks_is_one_text_however_many_steps_were_made_before(name: str) -> None:
    file = EXAMPLES / name / "study.toml"
    opened = open_files(file)
    steps = [
        *(("records", name, {"endpoint": name}) for name in opened.study.endpoints),
        *(
            ("analysis", task.key, {"task": attrs.asdict(task)})
            for task in plan_tasks(opened.study, opened.registry)
        ),
    ]
    assert len(steps) > 20
    for kind, key, about in steps:
        asks = make_step(opened, kind, key, about, {}).asks
        part = SCOPES[kind].part(opened.study, about)
        whole = {"about": about, "study": with_defaults(part, opened.registry)}
        assert asks == canonical(whole), key
        assert about_of(asks) == json.loads(asks)["about"]


def test_a_function_is_given_what_its_step_asks_and_nothing_else(study: Path) -> None:
    for kind, job in jobs(study).items():
        asked = json.loads(job.step.asks)["study"]
        given = {
            field.name: getattr(job.study, field.name)
            for field in attrs.fields(type(job.study))
            if field.name not in ("path", "text")
        }
        assert {name for name, section in asked.items() if section} == {
            name for name, section in given.items() if section
        }, kind
        assert (job.study.claims, job.study.sources, job.study.multiplicity) == ({}, {}, {}), kind
        assert job.study.study.title == "", kind
        assert job.opened.study.claims, "or nothing was left out"


@pytest.mark.parametrize(
    ("old", "new", "moved"),
    [
        ("Hydration rose within four weeks", "Hydration rose", set()),
        ("Hydration of six people", "Hydration of people", set()),
        ('label = "Hydration"', 'label = "Water of the skin"', {"records", "analysis"}),
        ("min = 1", "min = 2", {"records", "analysis"}),
        ("alpha = 0.05", "alpha = 0.01", {"records", "analysis"}),
        ('[schedule]\ncorneometer = ["W0", "W4"]', "", {"records"}),
    ],
)
def test_only_what_is_asked_moves_the_address(
    study: Path, old: str, new: str, moved: set[str]
) -> None:
    before = {kind: job.step.address for kind, job in jobs(study).items()}
    text = study.read_text(encoding="utf-8")
    assert old in text
    study.write_text(text.replace(old, new), encoding="utf-8")

    after = {kind: job.step.address for kind, job in jobs(study).items()}

    assert {kind for kind in before if before[kind] != after[kind]} == moved


def test_an_option_that_is_stated_and_its_default_are_one(study: Path) -> None:
    def asks(options: str) -> str:
        text = original.replace('["paired_t", "own"]', '["few"]')
        named = f'\n[analyses.few]\nuse = "permutation_paired"\n{options}\n'
        study.write_text(text + named, encoding="utf-8")
        return jobs(study)["analysis"].step.asks

    original = study.read_text(encoding="utf-8")

    assert asks("") == asks('options = { method = "auto" }')
    assert asks("") != asks('options = { method = "exact" }')


@pytest.mark.parametrize("edited", ["own.py", "study.lock"])
def test_own_plugins_and_the_lock_are_in_the_addresses_that_rest_on_them(
    study: Path, edited: str
) -> None:
    def addresses() -> dict[str, str]:
        steps = run(study).manifest["steps"]
        return {key: step["address"] for key, step in steps.items()}

    before = addresses()
    path = study.with_name(edited)
    if edited == "own.py":
        path.write_text(OWN + "\n# edited\n", encoding="utf-8")
    else:
        path.unlink()
    after = addresses()

    moved = {key.partition(":")[0] for key in before if before[key] != after[key]}
    kinds = {key.partition(":")[0] for key in before}
    assert moved == (kinds if edited == "own.py" else {"decisions", "document"})


def test_readings_are_let_go_when_no_step_to_come_asks_for_them(
    small_study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts_of_run: list[weakref.ref[StudyFacts]] = []
    tables_from_files: list[str] = []

    def facts(*of: Any) -> StudyFacts:
        made = StudyFacts(*of)
        facts_of_run.append(weakref.ref(made))
        return made

    def from_file(path: Path, _sha256: str, _name: str) -> pl.DataFrame:
        tables_from_files.append(path.name)
        return pl.read_parquet(path)

    analyse, decide = pipeline._analyse, pipeline._decide

    def analyse_without_readings(steps: dispatch.Steps) -> None:
        assert [ref() for ref in facts_of_run] == [None]
        assert steps.table("observations") is not None
        assert not tables_from_files
        analyse(steps)

    def decide_without_observations(steps: dispatch.Steps) -> None:
        assert steps.table("observations") is not None
        assert tables_from_files == ["observations.parquet"]
        decide(steps)

    monkeypatch.setattr(work, "StudyFacts", facts)
    monkeypatch.setattr(table_store, "_read_table", from_file)
    monkeypatch.setattr(pipeline, "_analyse", analyse_without_readings)
    monkeypatch.setattr(pipeline, "_decide", decide_without_observations)
    run(small_study, Options(executor="serial"))


def test_a_table_that_is_not_what_its_digest_says_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    frame = pl.DataFrame({"subject": ["S1"]})
    path = tmp_path / "tables" / "subjects.parquet"
    frame.write_parquet(path)
    digest = sha256(path.read_bytes()).hexdigest()
    read: Callable[[], pl.DataFrame] = lambda: TableStore(tmp_path).table("subjects", digest)  # noqa: E731
    assert read().equals(frame)

    other = "0" * 64
    with pytest.raises(RunFolderError, match="is not what the run wrote there"):
        TableStore(tmp_path).table("subjects", other)
    store = TableStore(tmp_path)
    store.keep(other, {"subjects": frame})
    assert store.table("subjects", other) is frame
