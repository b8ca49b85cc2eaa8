"""The README's two commands: there, found by the script that runs them, and true to the checkout."""

from __future__ import annotations

import re
import subprocess

from click.testing import CliRunner

from dermoutcomes.cli import main

from .pages import ROOT, blocks, text_of


def command(mark: str, language: str = "sh") -> list[str]:
    found = [
        block.text.splitlines() for block in blocks("README.md", language) if block.mark == mark
    ]
    assert len(found) == 1
    return found[0]


def test_the_script_reads_the_test_command_of_the_readme():
    taken = re.search(r'^command="\$\((.+)\)"$', text_of(".ci/run"), re.MULTILINE)
    assert taken is not None
    printed = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", taken[1]],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert printed.splitlines() == command("test command")


def test_the_test_command_makes_its_own_environment():
    first, second, *_ = command("test command")

    assert first == "python3 -m venv .venv"
    assert second.startswith(".venv/bin/pip install -c constraints.txt ")


def test_the_run_command_activates_its_environment_on_each_system():
    unix = command("run command")
    windows = command("run command on Windows", "powershell")

    assert unix[:2] == ["python3 -m venv .venv", "source .venv/bin/activate"]
    assert windows[:2] == ["py -m venv .venv", r".venv\Scripts\Activate.ps1"]
    assert unix[2:] == windows[2:]
    assert unix[2] == "pip install -c constraints.txt ."


def test_the_run_command_names_a_study_that_is_there():
    words = command("run command")[-1].split()

    assert words[:2] == ["dermoutcomes", "run"]
    assert (ROOT / words[2]).is_file()
    assert CliRunner().invoke(main, ["run", "--help"]).exit_code == 0


def test_extras_and_constraints_exist():
    import tomli

    project = tomli.loads(text_of("pyproject.toml"))["project"]
    named = {
        extra
        for line in (*command("run command"), *command("test command"))
        for match in re.finditer(r"\[([\w,]+)\]", line)
        for extra in match[1].split(",")
    }

    assert named <= set(project["optional-dependencies"])
    assert (ROOT / "constraints.txt").is_file()


def test_the_picture_is_there_and_small():
    picture = ROOT / "docs" / "images" / "report.png"

    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert picture.stat().st_size < 300_000


def test_every_dependency_is_accounted_for():
    import tomli

    page = text_of("docs/dependencies.md").lower()
    names = {
        re.split(r"[<>=~!\[ ]", line)[0].lower()
        for line in tomli.loads(text_of("pyproject.toml"))["project"]["dependencies"]
    }

    assert [name for name in names if name not in page] == []
