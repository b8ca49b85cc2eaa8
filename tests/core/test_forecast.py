"""What is said of a run before it begins: what the run then takes from the cache, and the memory it needs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from dermoutcomes.cli import main
from dermoutcomes.runs import pipeline
from dermoutcomes.runs.forecast import memory
from dermoutcomes.runs.forecast.forecast import forecast
from dermoutcomes.runs.forecast.memory import (
    PROGRAM,
    Memory,
    available_memory,
    expected_memory,
    memory_caution,
)
from dermoutcomes.runs.pipeline import Options, run
from dermoutcomes.sources.files import SourceFile, source_files
from dermoutcomes.study.load import load_study

FOREKNOWN = ("framework", "source", "checks", "records", "analysis")
CACHED = Options(cache=True)


def numbers(study: Path, options: Options = CACHED) -> dict[str, tuple[int, int]]:
    """Steps of each kind, and those in the cache."""
    return {stage.kind: (stage.steps, stage.kept) for stage in forecast(study, options).stages}


def replace(old: str, new: str, file: str = "study.toml") -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        text = (folder / file).read_text("utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), "utf-8")

    return edit


def test_before_the_first_run_everything_is_to_be_done_and_nothing_is_written(
    small_study: Path,
) -> None:
    before = sorted(small_study.parent.rglob("*"))

    of_run = numbers(small_study)

    assert {kind: of_run[kind] for kind in FOREKNOWN} == {
        "framework": (1, 0),
        "source": (1, 0),
        "checks": (1, 0),
        "records": (1, 0),
        "analysis": (3, 0),
    }
    assert sorted(small_study.parent.rglob("*")) == before


@pytest.mark.parametrize(
    ("edit", "kept"),
    [
        (lambda folder: None, (1, 1, 1, 1, 3)),
        (replace("Hydration rose within four weeks", "Hydration rose"), (1, 1, 1, 1, 3)),
        (replace('["paired_t"]', '["paired_t", "sign_test"]'), (1, 1, 0, 0, 0)),
        (replace("S1,W0,2024-03-04,cheek,left,1,41", "S1,W0,2024-03-04,cheek,left,1,42",
                 "corneometer.csv"), (1, 0, 0, 0, 0)),
        (replace('id = "SMALL"', 'id = "SMALL"\nalpha = 0.01'), (0, 0, 0, 0, 0)),
    ],
    ids=["nothing", "a claim", "an analysis", "a reading", "alpha"],
)  # fmt: skip
def test_what_it_says_of_the_cache_is_what_the_run_takes(
    small_study: Path, edit: Callable[[Path], None], kept: tuple[int, ...]
) -> None:
    run(small_study, CACHED)
    edit(small_study.parent)

    said = numbers(small_study)

    assert tuple(said[kind][1] for kind in FOREKNOWN) == kept
    log = json.loads((run(small_study, CACHED).folder / "run.log.json").read_text("utf-8"))
    taken = log["cache"]["kinds"]
    assert {kind: said[kind] for kind in FOREKNOWN} == {
        kind: (taken[kind]["of"], taken[kind]["taken"]) for kind in FOREKNOWN
    }


def test_without_a_cache_nothing_is_in_it(small_study: Path) -> None:
    run(small_study, CACHED)

    assert {kept for _, kept in numbers(small_study, Options()).values()} == {0}


def test_on_the_command_line(small_study: Path) -> None:
    result = CliRunner().invoke(main, ["run", str(small_study), "--dry"])

    assert result.exit_code == 0
    assert "it reads 2 files (" in result.output
    assert "makes records of 1 endpoint and does 3 tasks, by the executor 'serial'" in result.output
    assert "  analysis            3, 0 in the cache: analyses" in result.output
    assert result.output.rstrip().endswith("nothing was done or written")
    assert not (small_study.parent / "results").exists()

    as_json = CliRunner().invoke(main, ["run", str(small_study), "--dry", "--json"])
    content = json.loads(as_json.output)
    assert (content["status"], content["tasks"]) == ("dry", 3)
    assert content["steps"]["records"] == {"of": 1, "kept": 0}


def test_a_study_that_cannot_be_run_is_refused_as_by_a_run(small_study: Path) -> None:
    small_study.with_name("corneometer.csv").unlink()

    result = CliRunner().invoke(main, ["run", str(small_study), "--dry"])

    assert result.exit_code == 1
    assert "corneometer.csv" in result.output


def files_of(study: Path) -> tuple[SourceFile, ...]:
    return source_files(load_study(study))


def test_memory_goes_with_the_files_by_the_run_before(small_study: Path) -> None:
    folder = run(small_study).folder
    log = folder / "run.log.json"
    record = json.loads(log.read_text("utf-8"))
    assert record["memory"]["peak"] > 50_000_000, "or it was not measured"
    size = record["memory"]["files"]
    assert size == sum(file.path.stat().st_size for file in files_of(small_study))
    record["memory"]["peak"] = PROGRAM + 1000 * size
    log.write_text(json.dumps(record), "utf-8")
    readings = small_study.with_name("corneometer.csv")
    readings.write_text(readings.read_text("utf-8") + "\n" * size, "utf-8")

    expected = expected_memory(files_of(small_study), folder)

    assert expected == Memory(PROGRAM + 2000 * size, of_run_before=True)


def test_a_run_that_took_steps_from_the_cache_says_nothing_of_memory(small_study: Path) -> None:
    run(small_study, CACHED)
    folder = run(small_study, CACHED).folder

    expected = expected_memory(files_of(small_study), folder)

    assert not expected.of_run_before
    sizes = sum(file.path.stat().st_size for file in files_of(small_study))
    assert expected.bytes == PROGRAM + memory.OF_TEXT * sizes


def test_a_run_says_before_it_begins_that_the_memory_will_not_do(
    small_study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "available_memory", lambda: 100_000_000)
    said: list[str] = []

    run(small_study, Options(say=said.append))

    [sentence] = said
    assert sentence.startswith("memory: by the sizes of its files this run takes about 250 MB")
    assert "100 MB are free" in sentence


def test_nothing_is_said_where_it_does_or_nobody_knows() -> None:
    assert memory_caution(Memory(10**9, of_run_before=True), 10**9) is None
    assert memory_caution(Memory(10**15, of_run_before=True), None) is None
    assert memory_caution(Memory(10**9 + 1, of_run_before=True), 10**9) is not None


def test_the_smallest_of_what_bounds_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    free = memory._free_memory()
    monkeypatch.setattr(memory, "container_memory", lambda: 123_000_000)
    assert available_memory() == 123_000_000
    monkeypatch.setattr(memory, "container_memory", lambda: None)
    monkeypatch.setattr(memory, "limit_of", lambda _: None)
    monkeypatch.setattr(memory, "_free_memory", lambda: free)
    assert available_memory() == free
