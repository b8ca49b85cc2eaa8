"""Commands that tell of plugins say the same from what was kept as without it, and import nothing heavy for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

COMMANDS = (
    ["plugins"],
    ["plugins", "--json"],
    ["plugins", "--kind", "instrument"],
    ["plugins", "--kind", "scale", "--json"],
    ["plugins", "--kind", "scale", "--condition", "eczema"],
    ["plugins", "--kind", "analysis"],
    ["plugins", "--kind", "analysis", "--json"],
    ["explain", "paired_t"],
    ["explain", "cutometer.r2"],
    ["explain", "scorad"],
    ["explain", "missing"],
    ["explain", "redness"],
    ["schema"],
)
# What is answered anew each time, whatever was kept.
OTHERS = (
    ["explain", "no_such_name"],
    ["plugins", "--kind", "scale", "--condition", "no_such_disease"],
    ["plugins", "--without-plugin", "progress"],
    ["explain", "paired_t", "--prefer", "paired_t=no_such_plugin"],
    ["plugins", "--without-plugin", "no_such_plugin", "--json"],
)
HEAVY = {"polars", "pyarrow", "numpy", "pluggy", "importlib.metadata", "dermoutcomes_paired"}
# Each command as the program of its process, as far as the program can tell.
SAYS = """
import contextlib, io, json, sys
sys.path.insert(0, sys.argv[2])
from dermoutcomes import cli
# As if it had begun later than the files were written, which a test cannot wait for.
cli.STARTED += float(sys.argv[3])
said = []
for command in json.loads(sys.argv[1]):
    sys.argv = ["dermoutcomes", *command]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.main()
        except SystemExit as end:
            status = end.code
    said.append([status, out.getvalue(), err.getvalue()])
print(json.dumps([said, sorted(sys.modules)]))
"""


class Program:
    """The program with a plugin of a stranger on its path, and a folder for caches of its own."""

    def __init__(self, folder: Path) -> None:
        self.site, self.caches = folder / "site-packages", folder / "caches"
        self.site.mkdir()

    def install(self, name: str, source: str) -> None:
        file = self.site / f"{name}.py"
        file.write_text(source, encoding="utf-8")
        info = self.site / f"{name}-0.3.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.3\n")
        (info / "entry_points.txt").write_text(f"[dermoutcomes]\n{name} = {name}\n")

    def says(
        self, *commands: list[str], index: bool = True, later: int = 60
    ) -> tuple[list[Any], set[str]]:
        """Status, output and errors of each command, and the modules that were imported."""
        variable = "LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME"
        environment = {**os.environ, variable: str(self.caches), "PYTHONSAFEPATH": "1"}
        environment.pop("DERMOUTCOMES_PREFER", None)
        if index:
            environment.pop("DERMOUTCOMES_NO_INDEX", None)
        done = subprocess.run(
            [sys.executable, "-c", SAYS, json.dumps(commands), str(self.site), str(later)],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        said, modules = json.loads(done.stdout)
        return said, set(modules)

    @property
    def kept(self) -> set[str]:
        return {file.name for file in self.caches.rglob("*.json")}


STRANGER = """
from dermoutcomes import Parameter, Scale

__plugin_api__ = 2


def register_scales():
    return [Scale("redness", "Redness of the face", (Parameter("grade", "Grade", maximum=3),))]
"""
RIVAL = """
from dermoutcomes import Analysis


def register_analyses():
    return [Analysis("paired_t", "Rival", lambda task, options: [], ())]
"""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    made = Program(tmp_path)
    made.install("stranger", STRANGER)
    return made


def test_commands_say_the_same_with_and_without_what_was_kept(program: Program) -> None:
    without, imported = program.says(*COMMANDS, *OTHERS, index=False)
    assert program.kept == set()
    first, _ = program.says(*COMMANDS, *OTHERS)
    again, imported_again = program.says(*COMMANDS)
    others, _ = program.says(*OTHERS)

    assert [status for status, _, _ in without] == [0] * len(COMMANDS) + [1, 1, 0, 1, 1]
    assert "redness: Redness of the face" in without[COMMANDS.index(["explain", "redness"])][1]
    assert first == without
    assert again == without[: len(COMMANDS)]
    assert others == without[len(COMMANDS) :]
    assert imported >= HEAVY
    assert imported_again & HEAVY == set()
    assert "stranger" not in imported_again


def test_an_edit_of_a_plugin_is_seen_by_the_next_command(program: Program) -> None:
    program.says(["explain", "redness"])
    assert program.kept == {"explanations.json"}

    program.install("stranger", STRANGER.replace("of the face", "of the neck"))
    ((status, said, _),), _ = program.says(["explain", "redness"])

    assert (status, said.splitlines()[0]) == (
        0,
        "redness: Redness of the neck (scale, from the plugin stranger)",
    )


def test_a_name_that_two_declare_is_in_dispute_as_before(program: Program) -> None:
    commands = [["explain", "paired_t"], ["plugins"]]
    program.says(*commands)
    program.install("rival", RIVAL)

    without, _ = program.says(*commands, index=False)
    first, _ = program.says(*commands)
    again, imported = program.says(["plugins"])

    assert without[0][0] == 1
    assert "two plugins declare the analysis 'paired_t': 'paired' and 'rival'" in without[0][2]
    assert "error: two plugins declare the analysis 'paired_t'" in without[1][1]
    assert first == without
    assert again == without[1:]
    assert "polars" not in imported


def test_nothing_is_kept_while_a_plugin_does_not_load(program: Program) -> None:
    program.install("broken", "import no_such_module_anywhere\n")
    without, _ = program.says(["plugins"], index=False)
    first, _ = program.says(["plugins"])
    kept = program.kept

    program.install("broken", STRANGER.replace("redness", "dryness"))
    ((_, mended, _),), _ = program.says(["plugins"])

    assert "broken  (broken 0.3)\n    error: the plugin 'broken'" in without[0][1]
    assert first == without
    assert kept == set()
    assert "    scale dryness\n" in mended


def test_nothing_is_kept_of_files_that_were_just_written(program: Program) -> None:
    program.says(["plugins"], later=0)

    assert program.kept == set()
