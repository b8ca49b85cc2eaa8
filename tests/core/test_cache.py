"""What runs leave for the next one: used only where nothing that it rests on changed, and whole; and the run is the same with and without."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes import Step, Study, StudyError
from dermoutcomes.cli import main
from dermoutcomes.runs.cache import cache_folder
from dermoutcomes.runs.cache import installation_digest as installation
from dermoutcomes.runs.cache.cache_folder import CacheFolder
from dermoutcomes.runs.cache.installation_digest import installation_digest
from dermoutcomes.runs.cache.step_cache import PARTS, StepCache
from dermoutcomes.runs.documents import documents
from dermoutcomes.runs.opening import open_files
from dermoutcomes.runs.pipeline import Options, run
from dermoutcomes.study.load import load_study
from dermoutcomes.study.new_study import new_study
from dermoutcomes.study.paths import matching_paths, why_outside
from dermoutcomes.testing import random_examples

NAME = sha256(b"an entry").hexdigest()
ALL = {"framework": 1, "source": 1, "checks": 1, "records": 1, "analysis": 3, "document": 2}


OWN = """
from dermoutcomes import hookimpl


@hookimpl
def step_finished(step, record):
    pass
"""


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.log.json"
    }


def taken(folder: Path) -> dict[str, int]:
    """How many steps of each kind came from the cache."""
    kinds = json.loads((folder / "run.log.json").read_text(encoding="utf-8"))["cache"]["kinds"]
    return {kind: count["taken"] for kind, count in kinds.items() if count["taken"]}


def run_to(study: Path, name: str, **options: Any) -> Path:
    return run(study, Options(out=study.parent / name, cache=True, **options)).folder


def edit(study: Path, *pairs: tuple[str, str]) -> None:
    text = study.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    study.write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> CacheFolder:
    study = tmp_path / "study.toml"
    study.write_text("", encoding="utf-8")
    return CacheFolder(study)


@pytest.mark.parametrize(
    "way",
    [{}, {"executor": "processes", "workers": 2, "executor_options": {"pays_from": 0}}],
    ids=["serial", "processes"],
)
def test_a_run_has_the_same_bytes_with_and_without_a_cache(
    small_study: Path, way: dict[str, Any]
) -> None:
    without = digests(run(small_study, Options(out=small_study.parent / "without")).folder)

    first = run_to(small_study, "first", **way)
    second = run_to(small_study, "second", **way)

    assert taken(first) == {}
    assert taken(second) == ALL
    assert digests(first) == digests(second) == without


@pytest.mark.parametrize("example", ["split_face", "eczema_core_set", "bcs_trial"])
def test_examples_are_the_same_from_the_cache(tmp_path: Path, example: str) -> None:
    study = new_study(example, tmp_path / "study") / "study.toml"
    lines = study.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("reports", "formats", "figures"))]
    study.write_text("\n".join(kept).replace("[outputs]", "[outputs]\nreports = []"), "utf-8")
    first, second = run_to(study, "first"), run_to(study, "second")

    assert taken(second)["analysis"] > 5
    assert digests(second) == digests(first)


def test_a_claim_in_other_words_moves_decisions_and_documents_alone(small_study: Path) -> None:
    run_to(small_study, "first")
    edit(small_study, ("Hydration rose within four weeks", "After four weeks there was more"))

    second = run_to(small_study, "second")
    again = run(small_study, Options(out=small_study.parent / "again")).folder

    parts = {kind: n for kind, n in taken(second).items() if kind in PARTS}
    steps = {kind: n for kind, n in taken(second).items() if kind not in PARTS}
    assert steps == {name: n for name, n in ALL.items() if name != "document"}
    assert parts["drawing"] > 0, "drawings do not name the claim"
    assert parts["evidence"] == 2, "that of the report and that of the annex"
    assert digests(second) == digests(again)


def test_an_endpoint_by_another_name_is_drawn_and_traced_anew(small_study: Path) -> None:
    run_to(small_study, "first")
    edit(small_study, ('label = "Hydration"', 'label = "Moisture"'))

    second = run_to(small_study, "second")
    page = (second / "report" / "annex.html").read_text(encoding="utf-8")

    assert "evidence" not in taken(second)
    assert '"Moisture; ' in page, "what a number is about"
    assert '"Hydration; ' not in page
    assert digests(second) == digests(
        run(small_study, Options(out=small_study.parent / "again")).folder
    )


def test_a_damaged_drawing_or_evidence_is_made_anew(small_study: Path) -> None:
    run_to(small_study, "first")
    entries = [path for _, _, path in CacheFolder(small_study)._entries()]
    for path in entries:
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    edit(small_study, ("Hydration rose within four weeks", "After four weeks there was more"))

    second = run_to(small_study, "second")
    again = run(small_study, Options(out=small_study.parent / "again")).folder

    assert taken(second) == {}
    assert digests(second) == digests(again)
    edit(small_study, ("After four weeks there was more", "Later there was more"))
    assert {*PARTS} <= {*taken(run_to(small_study, "third"))}, "both were kept anew"


READINGS = {"manifest.json": "m", "table:results": "r", "table:observations": "o"}


def test_evidence_is_known_by_the_readings_the_study_and_the_results_of_a_page(
    small_study: Path,
) -> None:
    opened = open_files(small_study)
    cache = StepCache.of(CacheFolder(small_study), opened.registry)
    study = opened.study

    def kept(about: bytes, study: Study, digests: dict[str, str], results: str) -> bytes:
        """What comes of these: what was kept, or what it is about where nothing was."""
        there = attrs.evolve(opened, study=study)
        there.cache = cache
        return documents._kept_evidence(there, digests)(results, lambda: about)

    other_words = {name: attrs.evolve(claim, text="x") for name, claim in study.claims.items()}
    other_names = {
        name: attrs.evolve(endpoint, label="x") for name, endpoint in study.endpoints.items()
    }
    other_title = attrs.evolve(study.study, title="x")
    same = {
        "title": (attrs.evolve(study, study=other_title), READINGS, "[1]"),
        "claims": (attrs.evolve(study, claims=other_words), READINGS, "[1]"),
        "manifest": (study, {**READINGS, "manifest.json": "n"}, "[1]"),
        "verdicts": (study, {**READINGS, "table:claims": "c", "table:findings": "f"}, "[1]"),
    }
    moved = {
        "study": (attrs.evolve(study, endpoints=other_names), READINGS, "[1]"),
        "readings": (study, {**READINGS, "table:observations": "p"}, "[1]"),
        "a table": (study, {**READINGS, "table:curves": "c"}, "[1]"),
        "results": (study, READINGS, "[1,2]"),
    }

    assert kept(b"first", study, READINGS, "[1]") == b"first"
    for name, rests_on in same.items():
        assert kept(name.encode(), *rests_on) == b"first"
    for name, rests_on in moved.items():
        assert kept(name.encode(), *rests_on) == name.encode()


# What is edited, and the kinds of steps that may still be taken from the cache.
EDITS = {
    "a reading": (("corneometer.csv", "left,1,41.7", "left,1,41.8"), {"framework"}),
    "a subject": (("subjects.csv", "S1,f,43", "S1,f,34"), set()),
    "an option": (("study.toml", "planned = 2", "planned = 1"), {"framework", "source"}),
    "alpha": (("study.toml", 'id = "SMALL"', 'id = "SMALL"\nalpha = 0.01'), set()),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_rests_on_an_edit_is_done_again(small_study: Path, name: str) -> None:
    (file, old, new), unmoved = EDITS[name]
    run_to(small_study, "first")
    edit(small_study.with_name(file), (old, new))

    second = run_to(small_study, "second")

    assert {*taken(second)} - {"drawing"} == unmoved
    assert digests(second) == digests(
        run(small_study, Options(out=small_study.parent / "again")).folder
    )


def test_nothing_is_taken_of_another_plugin_code(
    small_study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_to(small_study, "first")
    own = small_study.with_name("own.py")
    own.write_text(OWN, encoding="utf-8")
    edit(small_study, ('id = "SMALL"', 'id = "SMALL"\nplugins = ["own.py"]'))
    assert taken(run_to(small_study, "second")) == {}
    assert taken(run_to(small_study, "third")) == ALL

    own.write_text(OWN + "\n", encoding="utf-8")
    assert taken(run_to(small_study, "fourth")) == {}

    installed = [*installation._installed(), "something-1.0.dist-info"]
    monkeypatch.setattr(installation, "_installed", lambda: installed)
    installation._of_process.cache_clear()
    try:
        assert taken(run_to(small_study, "fifth")) == {}
    finally:
        monkeypatch.undo()
        installation._of_process.cache_clear()


def test_the_digest_of_an_installation_moves_with_each_part_of_it(
    small_study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = open_files(small_study).registry
    before = installation_digest(registry)
    plugins = registry.plugins
    changed = [
        tuple(
            attrs.evolve(plugin, **{part: "x"}) if plugin is plugins[number] else plugin
            for plugin in plugins
        )
        for number in range(len(plugins))
        for part in ("sha256", "version", "name")
    ]
    digests_of_changed = {
        installation_digest(attrs.evolve(registry, plugins=these)) for these in changed
    }
    assert len(digests_of_changed) == len(changed)
    assert before not in digests_of_changed
    monkeypatch.setattr(installation, "source_digest", lambda _: "another core")
    installation._of_process.cache_clear()
    try:
        assert installation_digest(registry) != before
    finally:
        monkeypatch.undo()
        installation._of_process.cache_clear()


WORD = st.text("abc:/", min_size=1, max_size=3)
PAIRS = st.dictionaries(WORD, WORD, max_size=2)
STEPS = st.builds(
    Step,
    st.sampled_from(["source", "records", "analysis", "document"]),
    WORD,
    PAIRS,
    st.dictionaries(WORD, WORD, max_size=2).map(json.dumps),
    PAIRS,
    PAIRS,
)


@given(STEPS, STEPS, WORD, WORD)
@settings(max_examples=random_examples(300))
def test_steps_share_an_entry_only_if_all_they_rest_on_is_equal(
    one: Step, other: Step, here: str, there: str
) -> None:
    def name(step: Step, installed: str) -> str:
        return StepCache(CacheFolder(Path("study.toml")), installed)._name(step.address)

    assert (name(one, here) == name(other, there)) == ((one, here) == (other, there))


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1],
        lambda content: content[:145] + bytes([content[145] ^ 255]) + content[146:],
        lambda content: b"",
        lambda content: b"0" * 64 + content[64:],
        lambda content: content[:65] + b"0" * 64 + content[129:],
        lambda content: b"\xff" * 300,
    ],
    ids=["half", "cut", "bit", "empty", "name", "digest", "noise"],
)
def test_a_damaged_entry_is_not_used(small_study: Path, damage: Callable[[bytes], bytes]) -> None:
    whole = digests(run_to(small_study, "first"))
    entries = [path for _, _, path in CacheFolder(small_study)._entries()]
    before = {path: path.read_bytes() for path in entries}
    for path in entries:
        path.write_bytes(damage(before[path]))

    second = run_to(small_study, "second")

    assert taken(second) == {}
    assert digests(second) == whole
    assert {path: path.read_bytes() for path in entries} == before, "each is kept anew"


def test_an_entry_under_another_name_is_not_used(folder: CacheFolder) -> None:
    folder.keep(NAME, b"content")
    other = "0" * 64
    folder._make_folder(folder._path(other).parent)
    shutil.copy(folder._path(NAME), folder._path(other))

    assert folder.content(other) is None
    assert folder.content(NAME) == b"content"


@given(content=st.binary(max_size=2000))
@settings(max_examples=random_examples(50))
def test_what_is_kept_comes_back(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    study = tmp_path_factory.mktemp("study") / "study.toml"
    study.write_text("", encoding="utf-8")
    CacheFolder(study).keep(NAME, content)

    assert CacheFolder(study).content(NAME) == content


def test_what_was_not_used_for_longest_goes_first(
    folder: CacheFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [sha256(bytes([number])).hexdigest() for number in range(4)]
    for age, name in enumerate(reversed(names)):
        folder.keep(name, os.urandom(1000))
        os.utime(folder._path(name), (1000 - age, 1000 - age))
    folder.content(names[0])
    left_over = folder._path(names[0]).with_name(cache_folder.UNFINISHED + "x")
    left_over.write_bytes(b"half")
    folder.trim()
    assert left_over.exists(), "a run may be writing it"
    monkeypatch.setattr(cache_folder, "ABANDONED_AFTER", -1.0)
    folder.limit = folder.size().bytes - 1500
    folder.trim()

    assert [folder.has(name) for name in names] == [True, False, False, True]
    assert not left_over.exists()
    assert folder.size().bytes <= folder.limit


def test_what_is_larger_than_the_cache_is_not_kept(folder: CacheFolder) -> None:
    folder.limit = 10
    folder.keep(NAME, bytes(11))

    assert not folder.has(NAME)
    assert folder.trouble == ""


def test_runs_at_once_use_one_cache(small_study: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        folder = CacheFolder(small_study)
        contents = [sha256(bytes([number % 3])).digest() * 10_000 for number in range(40)]

        def kept_and_read(content: bytes) -> bytes | None:
            own = CacheFolder(small_study)
            own.keep(NAME, content)
            own.trim()
            assert own.trouble == ""
            return own.content(NAME)

        found = list(pool.map(kept_and_read, contents))

    assert {content for content in found if content is not None} <= {*contents}
    assert folder.size().entries == 1
    assert list(folder._files(cache_folder.UNFINISHED)) == []


def test_where_nothing_may_be_written_the_run_goes_on_and_says_so(
    small_study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # A file where the folder would stand: for a user who may write everywhere, too.
    small_study.with_name(".dermoutcomes").write_text("", encoding="utf-8")

    with pytest.raises(SystemExit) as stopped:
        main(["run", str(small_study)])

    assert stopped.value.code == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "note: nothing can be kept for the next run in .dermoutcomes/cache" in words


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such bits")
def test_the_cache_is_for_the_eyes_of_those_who_may_read_the_study(small_study: Path) -> None:
    small_study.chmod(0o440)
    small_study.parent.chmod(0o750)

    run_to(small_study, "first")

    for path in small_study.with_name(".dermoutcomes").rglob("*"):
        bits = stat.S_IMODE(path.stat().st_mode)
        if path.is_dir():
            assert bits == 0o750
        elif path.name != ".gitignore":
            assert bits == 0o640


def test_nothing_in_it_is_ever_an_input(small_study: Path, tmp_path: Path) -> None:
    run_to(small_study, "first")
    own = small_study.with_name(".dermoutcomes")
    assert (own / ".gitignore").read_text(encoding="utf-8").endswith("*\n")
    place = own / "cache"

    for pattern in ("**/*", ".*/cache/**/*", ".DERM*/**", ".dermoutcomes/cache/*/*"):
        assert [
            path for path in matching_paths(small_study.parent, pattern) if place in path.parents
        ] == []
    assert "where the program keeps" in (
        why_outside(small_study.parent, ".dermoutcomes/cache/x.csv") or ""
    )
    edit(small_study, ('file = "corneometer.csv"', 'file = ".dermoutcomes/cache/x.csv"'))
    with pytest.raises(StudyError, match=r"leads into \.dermoutcomes"):
        open_files(small_study)
    assert load_study(small_study).folder == small_study.parent


UNNAMED = """
from dermoutcomes import Reporter, hookimpl


def write(run, folder, options):
    (folder / "unnamed.txt").write_text("here")
    (folder / "named.txt").write_text("here")
    return [folder / "named.txt"]


@hookimpl
def register_reporters():
    return [Reporter("two", "Two files", write)]
"""


def test_documents_with_a_file_that_nobody_names_are_made_in_every_run(small_study: Path) -> None:
    small_study.with_name("own.py").write_text(UNNAMED, encoding="utf-8")
    edit(
        small_study,
        ('id = "SMALL"', 'id = "SMALL"\nplugins = ["own.py"]'),
        ('"csv"]', '"csv", "two"]'),
    )
    first, second = run_to(small_study, "first"), run_to(small_study, "second")

    assert "document" not in taken(second)
    assert (second / "report" / "unnamed.txt").is_file()
    assert digests(first) == digests(second)


def test_the_commands_say_what_there_is_and_empty_it(
    small_study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*words: str) -> str:
        with pytest.raises(SystemExit) as stopped:
            main([*words, str(small_study)])
        assert stopped.value.code == 0
        return " ".join(capsys.readouterr().out.split())

    said("run", "--no-cache")
    assert not small_study.with_name(".dermoutcomes").exists()
    assert "taken from the cache" not in said("run")
    assert "checks 1 of 1" in said("run")
    assert json.loads(said("run", "--json"))["cache"]["kinds"]["checks"] == {"of": 1, "taken": 1}
    assert "taken from the cache" not in said("run", "--no-cache")
    entries = CacheFolder(small_study).size().entries
    assert f"{entries} entries" in said("cache", "show")
    assert f"removed: {entries} entries" in said("cache", "clear")
    assert ": 0 entries, 0 bytes" in said("cache", "show")
