"""A run on a small program: what its tests see, what none of them sees and what none reaches."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = {
    "pyproject.toml": """
[tool.hatch.build]
dev-mode-dirs = ["."]
[tool.pytest.ini_options]
addopts = ["--import-mode=importlib"]
""",
    "dermoutcomes/__init__.py": "",
    "dermoutcomes/shape/__init__.py": "",
    "dermoutcomes/shape/area.py": "def area(a, b):\n    return a * b\n",
    "dermoutcomes/shape/edge.py": "def edge(a, b):\n    return a + b\n",
    "dermoutcomes/shape/weak.py": "def weak(a):\n    return a + a\n",
    "dermoutcomes/shape/idle.py": "def idle(a):\n    return not a\n",
    "dermoutcomes/shape/limit.py": "LIMIT = 3\n",
    "dermoutcomes/shape/most.py": (
        "from dermoutcomes.shape.limit import LIMIT\n\n\ndef most():\n    return LIMIT\n"
    ),
    "dermoutcomes/shape/kept.py": "def kept():\n    return 1\n",
    "plugins/README.md": "",
    "tests/test_shape.py": """
import subprocess, sys, pytest
from dermoutcomes.shape.area import area
from dermoutcomes.shape.kept import kept
from dermoutcomes.shape.most import most
from dermoutcomes.shape.weak import weak

@pytest.fixture(scope="module")
def value():
    return kept()

def test_most(): assert most() == 3
def test_area(): assert area(3, 2) == 6
def test_weak(): assert weak(1) is not None
def test_first(value): pass
def test_second(value): assert value == 1

def test_in_a_program():
    code = "from dermoutcomes.shape.edge import edge; raise SystemExit(edge(2, 1) != 3)"
    subprocess.run([sys.executable, "-c", code], check=True)
""",
}


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_small_program_is_told_apart_from_its_faults(tmp_path):
    tree = tmp_path / "program"
    for name, text in PROGRAM.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text, encoding="utf-8")
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "Start"],
    ):
        subprocess.run(["git", *command], cwd=tree, check=True)
    run = tmp_path / "run.json"
    code = (
        "import sys; from tests.mutants import trial, __main__; trial.HEAVY = ('hypothesis',); "
        "sys.exit(__main__.main(sys.argv[1:]))"
    )

    done = subprocess.run(
        [
            sys.executable,
            "-c",
            code,
            "--tree",
            tree,
            "--sample",
            "20",
            "--processes",
            "1",
            "--json",
            run,
        ],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    seen = {
        (Path(one["fault"]["file"]).stem, one["new_line"]): (one["outcome"], one["killer"])
        for one in json.loads(run.read_text(encoding="utf-8"))["faults"]
    }
    test = "tests/test_shape.py::test_{}".format
    assert seen == {
        ("area", "return a / b"): ("killed", test("area")),
        ("edge", "return a - b"): ("killed", test("in_a_program")),
        ("limit", "LIMIT = 4"): ("killed", test("most")),
        ("weak", "return a - a"): ("survived", None),
        ("idle", "return (a)"): ("unreached", None),
        ("kept", "return 2"): ("killed", test("second")),
    }
    assert "in all              4 of 6, 67 %" in done.stdout
    assert (tree / "dermoutcomes/shape/area.py").read_text(encoding="utf-8") == PROGRAM[
        "dermoutcomes/shape/area.py"
    ]
