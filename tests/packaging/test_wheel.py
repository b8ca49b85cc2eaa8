"""The wheel and the source distribution: what they hold, and the program from the wheel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from dermoutcomes.registry.new_plugin import PLUGIN_KINDS, SUFFIX
from dermoutcomes.registry.plugin_digest import source_digest

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path for path in (ROOT / "plugins").glob("dermoutcomes_*") if path.is_dir())
CACHES = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"}
# One process writes a plugin of every kind, as `dermoutcomes new plugin KIND my_KIND` does.
WRITE_ALL = """
from dermoutcomes.cli import main
from dermoutcomes.registry.new_plugin import PLUGIN_KINDS
for kind in PLUGIN_KINDS:
    main(["new", "plugin", kind, f"my_{kind}"], standalone_mode=False)
"""


def ran(*command, cwd, path=()):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))} if path else None
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files_below(folder: Path) -> list[str]:
    """Every file of a folder but caches, by its path from there."""
    paths = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return sorted(path.as_posix() for path in paths if not CACHES & set(path.parts))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    ran("-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel):
    return zipfile.ZipFile(wheel).namelist()


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory):
    """The wheel unpacked where Python finds it before the checkout."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_wheel_holds_core_schemas_and_examples_and_nothing_of_a_run(names):
    wanted = {
        "dermoutcomes/schemas/study.schema.json",
        "dermoutcomes/_bundled/examples/bcs_trial/study.toml",
        *(f"dermoutcomes/{name}" for name in files_below(ROOT / "dermoutcomes")),
    }

    assert wanted - set(names) == set()
    assert [name for name in names if "/results/" in name and "examples" in name] == []
    assert [name for name in names if CACHES & set(name.split("/"))] == []


def test_the_wheel_holds_each_plugin_once_without_tests_and_pages(names):
    held = [name for name in names if name.startswith("dermoutcomes_")]
    wanted = [
        f"{plugin.name}/{file}"
        for plugin in PLUGINS
        for file in files_below(plugin)
        if file != "README.md" and not file.startswith("tests/")
    ]

    assert len(wanted) > 300
    assert sorted(held) == sorted(wanted)
    folders = {part for name in names if not name.endswith(SUFFIX) for part in name.split("/")}
    assert folders & {"plugins", "tests"} == set()
    assert len(names) == len(set(names))


def test_the_wheel_stays_small(wheel):
    # 4.6 MB; with every plugin in it twice, tests included, it would be more than 5.5.
    # The four fonts are 0.85 MB of it, the curves of the example 0.4.
    assert wheel.stat().st_size < 5_000_000


def test_every_reference_case_is_in_the_wheel(names):
    cases = [
        f"dermoutcomes/_bundled/reference/{folder}/{file}"
        for folder in ("cases", "data")
        for file in files_below(ROOT / "tests" / "reference" / folder)
    ]

    assert cases
    assert [name for name in cases if name not in names] == []


def test_the_digest_of_a_plugin_is_the_same_in_the_wheel_and_in_the_checkout(site):
    places = (ROOT / "plugins", site)
    packages = [[place / plugin.name / "__init__.py" for place in places] for plugin in PLUGINS]

    assert [pair for pair in packages if len(set(map(source_digest, pair))) != 1] == []


def test_the_source_distribution_holds_what_is_in_the_checkout(tmp_path):
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is not a git checkout")
    tracked = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    ran("-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, cwd=ROOT)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}

    assert tracked - held == set()
    assert [
        name for name in held if CACHES & set(name.split("/")) or ".venv" in name.split("/")
    ] == []


def test_an_example_from_the_wheel_is_a_study_that_can_be_run(site, tmp_path):
    ran(
        "-m",
        "dermoutcomes",
        "new",
        "study",
        "--from",
        "bcs_trial",
        "mine",
        cwd=tmp_path,
        path=[site],
    )
    told = ran("-m", "dermoutcomes", "check", "mine/study.toml", cwd=tmp_path, path=[site])

    assert "BCS-2021" in told
    assert (tmp_path / "mine" / "study.schema.json").is_file()


def test_new_plugins_of_every_kind_install_beside_the_wheel_and_pass_their_tests(site, tmp_path):
    own, folders = tmp_path / "site", [tmp_path / f"my_{kind}" for kind in PLUGIN_KINDS]
    ran("-c", WRITE_ALL, cwd=tmp_path, path=[site])
    for folder in folders:
        ran("-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist", cwd=folder)
    for built in (tmp_path / "dist").glob("*.whl"):
        with zipfile.ZipFile(built) as archive:
            archive.extractall(own)
    listed = json.loads(
        ran("-m", "dermoutcomes", "plugins", "--json", cwd=tmp_path, path=[own, site])
    )
    tested = ran(
        "-W",
        "error",
        "-m",
        "pytest",
        "-q",
        "-rs",
        "-p",
        "no:cacheprovider",
        *folders,
        cwd=tmp_path,
        path=[own, site],
    )

    declared = {
        plugin["name"]: plugin["declares"] for plugin in listed if plugin["name"].startswith("my_")
    }
    assert declared == {f"my_{kind}": [f"{kind} my_{kind}"] for kind in PLUGIN_KINDS}
    assert "passed" in tested
    skips = [line for line in tested.splitlines() if line.startswith("SKIPPED")]
    assert [line for line in skips if not line.endswith("the format cannot be written")] == []


def test_an_installation_qualifies_where_no_checkout_is_near(site, tmp_path):
    methods = ("ancova", "paired_t", "two_proportions")
    chosen = [part for name in methods for part in ("--method", name)]
    told = json.loads(
        ran(
            "-m",
            "dermoutcomes",
            "qualify",
            "--json",
            "--out",
            "report",
            *chosen,
            cwd=tmp_path,
            path=[site],
        )
    )

    assert told["passed"] is True
    assert sorted(method["method"] for method in told["methods"]) == list(methods)
    assert all(method["numbers"] > 0 for method in told["methods"])
    assert {path.name for path in (tmp_path / "report").iterdir()} == {
        "qualification.html",
        "qualification.json",
        "differences.csv",
    }
