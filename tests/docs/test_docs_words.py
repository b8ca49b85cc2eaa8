"""The tree speaks of the project alone, and keeps no notes to itself."""

from __future__ import annotations

import re
import subprocess

import pytest

from .pages import ROOT

# Split, so that this file does not find itself.
FORBIDDEN = re.compile("|".join((r"(?<![\w.])/wo" r"rk/", r"/tm" r"p/", r"\bTO" r"DO\b", r"\bFIX" r"ME\b", r"\bXX" r"X\b", r"\bhel" r"pers?\b", r"\bissue #?\d",
                                 r"pypi-\w+\.", r"\bart" r"ifactory\b", r"\bLL" r"M\b", r"\bAI assis" r"tant\b", r"-----BEGIN [A-Z ]*PRIVATE KEY")), re.IGNORECASE)
TEXT = {".py", ".md", ".toml", ".txt", ".cff", ".html", ".j2", ".css", ".json", ""}
MEANT = {"tests/core/test_names.py"}


def tracked() -> list[str]:
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is not a git checkout")
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file() and (ROOT / name).suffix in TEXT and name not in MEANT]


def test_no_word_is_of_another_place():
    found = [f"{name}:{number}: {match[0]}" for name in tracked()
             for number, line in enumerate((ROOT / name).read_text(encoding="utf-8", errors="replace").splitlines(), 1)
             if (match := FORBIDDEN.search(line))]

    assert found == []


@pytest.mark.parametrize("line", ["see /wo" "rk/shared", "# TO" "DO later", "a hel" "per function"])
def test_such_a_word_would_be_found(line):
    assert FORBIDDEN.search(line)
