"""The wheel: core and bundled plugins in one, and copies of our plugins that work beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]


def ran(*command, cwd, site=None):
    # What is unpacked is compiled once, as an installer does.
    environment = {**os.environ, **({"PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": ""} if site else {})}
    done = subprocess.run([sys.executable, *map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    ran("-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory):
    """The wheel unpacked where Python finds it before the checkout."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def installed(plugin, site):
    """Build the plugin and unpack it beside the wheel, without a network."""
    for _ in WheelBuilder(str(plugin)).build(directory=str(plugin.parent / "dist"), versions=["standard"]):
        pass  # each is built when it is asked for
    for built in (plugin.parent / "dist").glob(f"dermoutcomes_{plugin.name}-*.whl"):
        with zipfile.ZipFile(built) as archive:
            archive.extractall(site)


def test_the_wheel_holds_core_plugins_schemas_and_examples_and_nothing_of_a_run(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    wanted = ("dermoutcomes/cli/__init__.py", "dermoutcomes_cutometer/__init__.py", "dermoutcomes/schemas/study.schema.json",
              "dermoutcomes/_bundled/examples/bcs_trial/study.toml", "dermoutcomes/_bundled/plugins/corneometer/README.md")
    assert [name for name in wanted if name not in names] == []
    assert [name for name in names if ("examples" in name and "/results/" in name) or "__pycache__" in name or name.startswith("tests/")] == []


def test_every_module_of_the_core_is_in_the_wheel(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = [path.relative_to(ROOT).as_posix() for path in (ROOT / "dermoutcomes").rglob("*.py")]

    assert [name for name in modules if name not in names] == []


def test_every_module_of_a_plugin_and_every_reference_case_is_in_the_wheel(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = [path.relative_to(package.parent).as_posix() for package in (ROOT / "plugins").glob("*/dermoutcomes_*") for path in package.rglob("*.py")]
    cases = [f"dermoutcomes/_bundled/reference/{path.relative_to(ROOT / 'tests' / 'reference').as_posix()}"
             for folder in ("cases", "data") for path in (ROOT / "tests" / "reference" / folder).iterdir()]

    assert [name for name in (*modules, *cases) if name not in names] == []


def test_every_bundled_plugin_is_in_the_build_and_has_an_entry_point():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    plugins = sorted(path.name for path in (ROOT / "plugins").iterdir() if path.is_dir() and not path.name.startswith((".", "_")))

    missing = [name for name in plugins if text.count(f"plugins/{name}/dermoutcomes_{name}\"") != 1 or f"\n{name} = \"dermoutcomes_{name}" not in text
               or f"\"plugins/{name}\"" not in text]

    assert missing == []


def test_an_example_from_the_wheel_is_a_study_that_can_be_run(site, tmp_path):
    ran("-m", "dermoutcomes", "new", "study", "--from", "bcs_trial", "mine", cwd=tmp_path, site=site)
    told = ran("-m", "dermoutcomes", "check", "mine/study.toml", cwd=tmp_path, site=site)

    assert "BCS-2021" in told


# Kind of declaration, name of the new plugin, the model that it is copied from if not the usual one.
NEW = (("instrument", "sebumeter", None), ("instrument", "elastometer", "cutometer"), ("scale", "brightness", None),
       ("analysis", "my_test", None), ("analysis", "my_normality", "normality"))


@pytest.fixture(scope="module")
def beside(site, tmp_path_factory):
    """A folder with the new plugins, each installed beside the wheel."""
    folder = tmp_path_factory.mktemp("plugins")
    commands = [["new", kind, name, *(("--from", model) if model else ())] for kind, name, model in NEW]
    ran("-c", "import json, sys; from dermoutcomes.cli import main\n"
        "for command in json.loads(sys.argv[1]): main(command, standalone_mode=False)", json.dumps(commands), cwd=folder, site=site)
    for _, name, _ in NEW:
        installed(folder / name, site)
    return folder


def test_new_plugins_install_beside_the_wheel(site, beside):
    told = ran("-m", "dermoutcomes", "plugins", cwd=beside, site=site)

    wanted = [f"{name}  (dermoutcomes-{name.replace('_', '-')} 0.1.0)" for _, name, _ in NEW]
    assert [line for line in wanted if line not in told] == []


def test_new_plugins_pass_their_tests(site, beside):
    names = [name for _, name, _ in NEW]
    told = ran("-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "--import-mode=importlib", "--rootdir", beside, *names,
               cwd=beside, site=site)

    assert [name for name in names if f"PASSED {name}/tests/" not in told] == []
    assert "SKIPPED" not in told


def test_a_copied_model_leaves_our_proof_behind(site, tmp_path):
    ran("-m", "dermoutcomes", "new", "analysis", "my_model", "--from", "mmrm", cwd=tmp_path, site=site)
    installed(tmp_path / "my_model", site)
    program = ("from dermoutcomes.plugins import load_registry; from dermoutcomes.proof.methods import reference_methods; r = load_registry(); "
               "print(*sorted({name for one in reference_methods(r).values() for name in one.analyses}), 'my_model' in r.analyses)")
    *proven, present = ran("-c", program, cwd=tmp_path, site=site).split()

    assert present == "True"
    assert "mmrm" in proven
    assert "my_model" not in proven


def test_an_installation_qualifies_where_no_checkout_is_near(wheel, tmp_path):
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    methods = ("ancova", "paired_t", "two_proportions")
    chosen = [part for name in methods for part in ("--method", name)]
    told = json.loads(ran("-m", "dermoutcomes", "qualify", "--json", "--out", "report", *chosen, cwd=tmp_path, site=site))

    assert told["passed"] is True
    assert sorted(method["method"] for method in told["methods"]) == list(methods)
    assert all(method["numbers"] > 0 for method in told["methods"])
    assert {path.name for path in (tmp_path / "report").iterdir()} == {"qualification.html", "qualification.json", "differences.csv"}


def test_a_taken_name_is_refused(tmp_path):
    done = subprocess.run([sys.executable, "-m", "dermoutcomes", "new", "instrument", "cutometer"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "the name is taken" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_model_is_refused_with_the_nearest(tmp_path):
    done = subprocess.run([sys.executable, "-m", "dermoutcomes", "new", "instrument", "mine", "--from", "cutometr"], cwd=tmp_path, capture_output=True,
                          text=True, check=False)

    assert done.returncode == 1
    assert "'cutometr'" in done.stderr
    assert "cutometer" in done.stderr
