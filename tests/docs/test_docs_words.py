"""The tree speaks of the project alone, and keeps no notes to itself."""

from __future__ import annotations

import ast
import re
import subprocess

import pytest

from .pages import ROOT

# Letters in brackets, so that this file does not find itself.
FORBIDDEN = re.compile(
    r"(?<![\w.])/wor[k]/|/tm[p]/|\bTO[D]O\b|\bFIX[M]E\b|\bXX[X]\b|\bhel[p]ers?\b|\bissue #?\d|pypi-[\w]+\.|\bartifac[t]ory\b|\bLL[M]\b|"
    r"-----BEGIN [A-Z ]*PRIVATE KE[Y]",
    re.IGNORECASE,
)
TEXT = {".py", ".md", ".toml", ".txt", ".cff", ".html", ".j2", ".css", ".json", ""}
OF_OTHERS = {"examples/cdisc_pilot/data/NOTICE", "examples/cdisc_pilot/data/LICENSE"}


def tracked() -> list[str]:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is not a git checkout")
    return [
        name
        for name in listed.split("\0")
        if name
        and (ROOT / name).is_file()
        and (ROOT / name).suffix in TEXT
        and name not in OF_OTHERS
    ]


def test_no_word_is_of_another_place():
    found = [
        f"{name}:{number}: {match[0]}"
        for name in tracked()
        for number, line in enumerate(
            (ROOT / name).read_text(encoding="utf-8", errors="replace").splitlines(), 1
        )
        if (match := FORBIDDEN.search(line))
    ]

    assert found == []


@pytest.mark.parametrize("line", ["see /wor|k/shared", "# TO|DO later", "a hel|per function"])
def test_such_a_word_would_be_found(line):
    assert FORBIDDEN.search(line.replace("|", ""))


def test_messages_have_real_plurals():
    """`count_words` and `counted` write "1 row" and "2 rows"."""
    lazy = re.compile(r"(?<!\w)[a-z]{3,}\(s\)")
    found = [
        f"{name}:{text.lineno}: {text.value}"
        for name in tracked()
        if name.startswith(("dermoutcomes/", "plugins/")) and name.endswith(".py")
        for text in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8")))
        if isinstance(text, ast.Constant)
        if isinstance(text.value, str) and lazy.search(text.value)
    ]

    assert found == []
