"""Any usual way of installing gives a program that runs a study."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Names the program `uv`, which loads the dependencies from an index: all else here is offline.
UV = os.environ.get("DERMOUTCOMES_UV")
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
WHERE = """
import dermoutcomes, dermoutcomes_paired
print(dermoutcomes.__file__, dermoutcomes_paired.__file__, sep="\\n")
"""


def ran(*command: str | Path, cwd: Path, **environment: str) -> str:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "VIRTUAL_ENV")
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def runs_a_study(environment: Path, study: Path, home: Path) -> None:
    """The installed command runs the study, from modules below `home`, and writes its report."""
    told = ran(environment / SCRIPTS / "dermoutcomes", "run", study, cwd=study.parent)
    places = ran(environment / SCRIPTS / "python", "-c", WHERE, cwd=study.parent).splitlines()

    assert "SUPPORTED (EXPLORATORY)    Hydration rose within four weeks" in told
    assert (study.parent / "results" / "SMALL" / "report" / "report.html").is_file()
    assert [
        path for path in places if not Path(path).resolve().is_relative_to(home.resolve())
    ] == []


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """An environment with the packages installed here, but without this checkout and pip."""
    if importlib.util.find_spec("pip") is None:
        pytest.skip("pip, which installs into the environment, is not installed")
    place = tmp_path / "environment"
    venv.create(place, with_pip=False)
    base = dict.fromkeys(("base", "platbase"), str(place))
    site = Path(sysconfig.get_path("purelib", "venv", vars=base))
    # A path file in a folder that a path file names is not read: nothing leads to the checkout.
    (site / "installed_here.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return place


@pytest.mark.parametrize(
    ("options", "home"),
    [((), "environment"), (("--editable",), "checkout")],
    ids=["pip install .", "pip install -e ."],
)
def test_pip_gives_a_program_that_runs_a_study(environment, small_study, options, home):
    pip = (
        sys.executable,
        "-m",
        "pip",
        "--python",
        environment,
        "install",
        "--quiet",
        "--disable-pip-version-check",
    )
    ran(
        *pip,
        "--ignore-installed",
        "--no-index",
        "--no-build-isolation",
        "--no-deps",
        "--no-compile",
        *options,
        ROOT,
        cwd=environment,
    )

    runs_a_study(environment, small_study, environment if home == "environment" else ROOT)


@pytest.mark.skipif(UV is None, reason="DERMOUTCOMES_UV names no program uv; it needs a network")
def test_uv_gives_a_program_that_runs_a_study(tmp_path, small_study):
    project = tmp_path / "project"
    shutil.copytree(ROOT, project, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    ran(str(UV), "sync", "--python", sys.executable, cwd=project)

    runs_a_study(project / ".venv", small_study, project)
