"""Which tests reach which lines: recorded with coverage.py, kept, and renewed after a change."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from coverage import CoverageData

from .faults import Fault
from .rooms import CORE, PLUGINS, rooms

ROOT = Path(__file__).parents[2]
# Of one file so many tests run before the next file has its turn.
FIRST_OF_A_FILE = 30
# A file with more tests than this is a list of cases, which share nothing that is kept.
LONG_FILE = 200


def search_path(tree: Path) -> list[str]:
    """Where Python finds the program of a tree, before any that is installed."""
    folders = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"][
        "build"
    ]["dev-mode-dirs"]
    return [str(tree / folder) for folder in folders]


def source_files(tree: Path) -> list[str]:
    """The files of a tree that git knows or would take, as they are on disk."""
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"],
        cwd=tree,
        check=True,
        capture_output=True,
        text=True,
    )
    return sorted(
        name for name in set(listed.stdout.split("\0")) if name and (tree / name).is_file()
    )


def copy_tree(tree: Path, target: Path) -> None:
    """A copy of the tree without anything that git ignores."""
    for name in source_files(tree):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(tree / name, target / name)


def fingerprint(tree: Path) -> str:
    """A hash of every source, test and study that the reach of a test depends on."""
    digest = hashlib.sha256()
    for name in source_files(tree):
        if name.endswith((".py", ".toml")) and not name.startswith("tests/mutants/"):
            digest.update(name.encode() + b"\0" + (tree / name).read_bytes() + b"\0")
    return digest.hexdigest()


def recorded(tree: Path, cache: Path, processes: int) -> Reach:
    """What the tests of a tree reach, from the cache if nothing has changed."""
    stamp = cache / "fingerprint"
    now = fingerprint(tree)
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != now:
        shutil.rmtree(cache, ignore_errors=True)
        record(tree, cache, processes)
        stamp.write_text(now, encoding="utf-8")
    return Reach(tree, cache)


def record(tree: Path, cache: Path, processes: int) -> None:
    """Runs the whole suite under coverage.py and leaves `lines` and `tests.json` in the cache."""
    cache.mkdir(parents=True, exist_ok=True)
    sources = "".join(f"\n    {tree / name}" for name in (CORE, PLUGINS))
    (cache / "coverage.ini").write_text(
        f"[run]\nsource_dirs ={sources}\nomit =\n    */tests/*\ndata_file = {cache / 'lines'}\n"
        "context = ${PYTEST_CURRENT_TEST}\npatch = _exit\nparallel = true\n",
        encoding="utf-8",
    )
    files = [
        name
        for name in source_files(tree)
        if Path(name).name.startswith("test_") and name.endswith(".py")
    ]
    running = [
        start(tree, cache, str(shard), files[shard::processes]) for shard in range(processes)
    ]
    for process in running:
        process.wait()
    combine(cache)


def start(tree: Path, cache: Path, shard: str, files: Sequence[str]) -> subprocess.Popen[bytes]:
    """Pytest with the recorder, on some of the test files."""
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([*search_path(tree), str(ROOT)]),
        "MUTANTS_RECORD": str(cache),
        "MUTANTS_SHARD": shard,
    }
    environment.pop("PYTEST_CURRENT_TEST", None)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.mutants.recorder",
        "-p",
        "no:cacheprovider",
        "--hypothesis-seed=0",
        *files,
    ]
    with (cache / f"output.{shard}").open("wb") as output:
        return subprocess.Popen(
            command, cwd=tree, env=environment, stdout=output, stderr=subprocess.STDOUT
        )


def combine(cache: Path) -> None:
    """One file of lines and one of tests, from those of the shards and of programs they started."""
    whole = CoverageData(basename=str(cache / "lines"))
    for part in sorted(cache.glob("lines.*")):
        data = CoverageData(basename=str(part))
        data.read()
        whole.update(data)
        part.unlink()
    whole.write()
    tests = {
        name: test
        for part in sorted(cache.glob("tests.*.json"))
        for name, test in json.loads(part.read_text(encoding="utf-8")).items()
    }
    if not tests:
        raise RuntimeError(f"no test ran; see {cache}/output.*")
    (cache / "tests.json").write_text(json.dumps(tests, indent=0), encoding="utf-8")


@dataclass(frozen=True)
class Reach:
    """The recorded lines and tests of a tree.

    `unsteady` are tests that fail without a fault too, and are not asked.
    """

    tree: Path
    cache: Path
    unsteady: frozenset[str] = frozenset()

    @cached_property
    def tests(self) -> dict[str, float]:
        """Seconds by test, of the tests that pass and are steady."""
        listed = json.loads((self.cache / "tests.json").read_text(encoding="utf-8"))
        return {
            name: test["seconds"]
            for name, test in listed.items()
            if test["outcome"] == "passed" and name not in self.unsteady
        }

    @cached_property
    def by_fixture(self) -> dict[str, set[str]]:
        """The tests that ask for a fixture of a module or of the session."""
        listed = json.loads((self.cache / "tests.json").read_text(encoding="utf-8"))
        groups: defaultdict[str, set[str]] = defaultdict(set)
        for name, test in listed.items():
            for fixture in test["fixtures"]:
                groups[fixture].add(name)
        return groups

    @cached_property
    def lines(self) -> CoverageData:
        data = CoverageData(basename=str(self.cache / "lines"))
        data.read()
        return data

    def reaching(self, fault: Fault) -> set[str]:
        """The tests that run the fault's statement.

        Where that runs on import, those that run anything of its file.
        """
        if fault.at_import:
            return self.reaching_file(fault.file)
        by_line = self.contexts(fault.file)
        lines = range(fault.first, fault.last + 1)
        contexts = {context for line in lines for context in by_line.get(line, ())}
        return {test for context in contexts for test in self.tests_of(context)}

    def tests_of(self, context: str) -> set[str]:
        """The tests that a context stands for.

        A context is a fixture, `TEST (phase)` where a test started a program, or a test.
        """
        named = self.by_fixture.get(context, {context, context.rpartition(" (")[0]})
        return named & self.tests.keys()

    def tiers(self, fault: Fault) -> list[list[tuple[str, float]]]:
        """The tests to run, in parts.

        The nearest that reach it; a few of every file that do; the others; what else is in their
        files; and where the fault runs on import, one case of each test of what imports its file.
        The last two are for what the record does not show: the second test that uses a kept value
        does not run its lines, nor does one that reads a constant.
        """
        reaching = self.reaching(fault)
        near = {test for test in reaching if self.is_near(test, fault)}
        far = self.by_file(reaching - near).values()
        first = {test for tests in far for test in one_of_each(tests)[:FIRST_OF_A_FILE]}
        beside = self.beside({test.partition("::")[0] for test in reaching}) - reaching
        reading = self.reading(fault.file) - reaching - beside if fault.at_import else set()
        parts = near, first, reaching - near - first, beside, reading
        return [self.in_order(part) for part in parts if part]

    def beside(self, files: AbstractSet[str]) -> set[str]:
        """The tests of some files; of a file that is a long list of cases one of each test."""
        listed = self.by_file(test for test in self.tests if test.partition("::")[0] in files)
        return {
            test
            for tests in listed.values()
            for test in (tests if len(tests) <= LONG_FILE else one_of_each(tests))
        }

    def reading(self, file: str) -> set[str]:
        """One case of each test that reaches anything of the files that import a file."""
        names = importers(self.tree, file)
        reaching = {test for name in names for test in self.reaching_file(name)}
        return {test for tests in self.by_file(reaching).values() for test in one_of_each(tests)}

    def reaching_file(self, file: str) -> set[str]:
        """The tests that run anything of a file beside its import."""
        contexts = {name for line in self.contexts(file).values() for name in line}
        return {test for context in contexts for test in self.tests_of(context)}

    def contexts(self, file: str) -> dict[int, list[str]]:
        """The contexts that run each line of a file."""
        return self.lines.contexts_by_lineno(str(self.tree / file))

    def is_near(self, test: str, fault: Fault) -> bool:
        """Whether a test lies with the room of the fault."""
        parts = Path(fault.file).parts
        where = Path(test.partition("::")[0]).parts
        return (
            where[:2] == parts[:2]
            if parts[0] == PLUGINS
            else parts[1] in where or Path(parts[-1]).stem in Path(where[-1]).stem
        )

    def by_file(self, tests: Iterable[str]) -> dict[str, list[str]]:
        """The tests of each file, quickest first."""
        files: defaultdict[str, list[str]] = defaultdict(list)
        for test in sorted(tests, key=lambda test: (self.tests[test], test)):
            files[test.partition("::")[0]].append(test)
        return dict(files)

    def in_order(self, tests: Iterable[str]) -> list[tuple[str, float]]:
        """The tests with their seconds: one case of each test function first, then the others.

        File by file, the quickest first, since what a file's fixtures make is made once.
        """
        files = sorted(
            self.by_file(tests).values(),
            key=lambda listed: sum(self.tests[test] for test in listed),
        )
        first = [test for listed in files for test in one_of_each(listed)]
        taken = set(first)
        return [
            (test, self.tests[test])
            for test in (
                *first,
                *(test for listed in files for test in listed if test not in taken),
            )
        ]


def importers(tree: Path, file: str) -> list[str]:
    """The files of the program that import a file by its name, at their head or in a function."""
    parts = Path(file).with_suffix("").parts
    module = ".".join(part for part in parts[parts[0] == PLUGINS and 2 :] if part != "__init__")
    own, last = module.rpartition(".")[::2]
    words = re.compile(
        rf"^\s*(?:from {re.escape(module)} import|import {re.escape(module)}\b"
        rf"|from {re.escape(own)} import [^#\n]*\b{re.escape(last)}\b)",
        re.MULTILINE,
    )
    names = [name for files in rooms(tree).values() for name in files if name != file]
    return [name for name in names if words.search((tree / name).read_text(encoding="utf-8"))]


def one_of_each(tests: Iterable[str]) -> list[str]:
    """The first case of each test function."""
    cases: dict[str, str] = {}
    for test in tests:
        cases.setdefault(test.partition("[")[0], test)
    return list(cases.values())
