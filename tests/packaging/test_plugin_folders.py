"""The bundled plugins: a package each, loaded once, for one line of pyproject.toml."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import tomli

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path for path in (ROOT / "plugins").glob("dermoutcomes_*") if path.is_dir())
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
# Collects the tests of the current folder as the suite does, and prints what it loaded of them.
COLLECTED = """
import sys
import pytest
options = ["--import-mode=importlib", "--collect-only", "-q", "-p", "no:cacheprovider"]
status = pytest.main([*options, "plugins"])
print(*sorted(name for name in sys.modules if "dermoutcomes_probe" in name))
sys.exit(status)
"""


def test_every_folder_is_a_package_with_a_page():
    wanted = [plugin / part for plugin in PLUGINS for part in ("__init__.py", "README.md")]
    others = {path.name for path in (ROOT / "plugins").iterdir()} - {path.name for path in PLUGINS}

    assert len(PLUGINS) > 20
    assert [path for path in wanted if not path.is_file()] == []
    assert others <= {"__pycache__"}


def test_the_tests_of_a_plugin_are_a_package():
    folders = [folder for plugin in PLUGINS for folder in plugin.rglob("tests") if folder.is_dir()]

    assert len(folders) > 20
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_the_suite_loads_no_plugin_a_second_time(request):
    items = [item for item in request.session.items if ROOT / "plugins" in item.path.parents]

    assert [item for item in items if not item.module.__name__.startswith("dermoutcomes_")] == []
    assert [name for name in sys.modules if name.partition(".")[0] == "plugins"] == []


@pytest.mark.parametrize(
    ("parts", "loaded"),
    [(["tests/__init__.py"], "dermoutcomes_probe"), ([], "plugins.dermoutcomes_probe")],
    ids=["tests are a package", "tests are none"],
)
def test_a_plugin_is_loaded_once_where_its_tests_are_a_package(tmp_path, parts, loaded):
    plugin = tmp_path / "plugins" / "dermoutcomes_probe"
    (plugin / "tests").mkdir(parents=True)
    for part in ("__init__.py", *parts):
        (plugin / part).touch()
    (plugin / "tests" / "test_probe.py").write_text("def test_it():\n    pass\n")
    done = subprocess.run(
        [sys.executable, "-c", COLLECTED], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1].split() == [
        loaded,
        f"{loaded}.tests",
        f"{loaded}.tests.test_probe",
    ]


def test_a_plugin_is_named_in_one_line_of_the_project_file():
    entry_points = tomli.loads(PROJECT)["project"]["entry-points"]["dermoutcomes"]
    modules = {name: value.partition(":")[0] for name, value in entry_points.items()}

    assert modules == {plugin.name.removeprefix("dermoutcomes_"): plugin.name for plugin in PLUGINS}
    names = re.findall(r"\bdermoutcomes_\w+", PROJECT)
    assert sorted(names) == sorted(plugin.name for plugin in PLUGINS)


def test_a_further_plugin_costs_its_entry_point_alone(tmp_path):
    """A project of the same form, with one more folder and one more line, built into a wheel."""
    table = "[project.entry-points.dermoutcomes]\n"
    assert table in PROJECT
    (tmp_path / "pyproject.toml").write_text(
        PROJECT.replace(table, f'{table}probe = "dermoutcomes_probe"\n'), encoding="utf-8"
    )
    for name in ("README.md", "LICENSE", "dermoutcomes.cdx.json", "dermoutcomes/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    for name in ("examples", "schemas", "tests/reference/cases", "tests/reference/data"):
        (tmp_path / name).mkdir(parents=True)
    for name in (
        "__init__.py",
        "words.j2",
        "README.md",
        "tests/__init__.py",
        "tests/test_probe.py",
    ):
        path = tmp_path / "plugins" / "dermoutcomes_probe" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    [wheel] = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = [name for name in archive.namelist() if "probe" in name]
        [entries] = [
            archive.read(name).decode()
            for name in archive.namelist()
            if name.endswith("entry_points.txt")
        ]

    assert sorted(held) == ["dermoutcomes_probe/__init__.py", "dermoutcomes_probe/words.j2"]
    assert "probe = dermoutcomes_probe\n" in entries
