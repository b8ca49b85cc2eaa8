"""Help imports nothing heavy: what it costs is measured in benchmarks, what it imports is held here."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "polars",
    "pyarrow",
    "numpy",
    "scipy",
    "pandas",
    "matplotlib",
    "jinja2",
    "rich",
    "pluggy",
    "tomli",
    "importlib.metadata",
}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = f"import sys; sys.argv = ['dermoutcomes', *{arguments}]; from dermoutcomes.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}

    assert "click" in imported
    assert imported & HEAVY - ({"importlib.metadata"} if sys.flags.dev_mode else set()) == set()


def test_plugins_leave_what_computes_to_their_functions() -> None:
    code = "import sys; from dermoutcomes.registry.loading import load_registry; load_registry(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())

    assert "dermoutcomes_paired" in imported
    assert (
        imported & {"numpy", "scipy", "pandas", "statsmodels", "matplotlib", "jinja2", "xlsxwriter"}
        == set()
    )
