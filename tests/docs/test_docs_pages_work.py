"""Pages are followed as a reader would follow them, in an empty folder."""

from __future__ import annotations

import re

import pytest

from .pages import blocks, pages
from .workbench import follow, lines

# These are run as they stand by `.ci/run` and by the tests of the examples: a whole study takes longer than a page may.
RUN_ELSEWHERE = {"README.md", "CONTRIBUTING.md"}
WITH_COMMANDS = [
    page
    for page in pages()
    if page not in RUN_ELSEWHERE and any(list(lines(block)) for block in blocks(page, "sh"))
]
# What a command line of a page may begin with, besides the program itself.
OTHERS = re.compile(
    r"^(#|cd |source \.venv/bin/activate$|python3? -m (venv|pytest)|(\.venv/bin/)?pip install |\.venv/bin/(python -m pytest|dermoutcomes ))|^python (docs/generate|benchmarks/[\w/]+|simulate)\.py"
)


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_a_page_does_what_it_says(page, tmp_path, monkeypatch):
    assert follow(page, tmp_path, monkeypatch) > 0


@pytest.mark.parametrize("page", pages())
def test_other_commands_are_of_a_known_kind(page):
    unknown = [
        f"{block.place}: {line}"
        for block in blocks(page, "sh")
        for line in block.text.splitlines()
        if line.strip() and not line.startswith("dermoutcomes ") and not OTHERS.match(line)
    ]

    assert unknown == []


def test_the_pages_that_teach_are_followed():
    assert {
        "docs/tutorial.md",
        "docs/how-to/write-an-instrument.md",
        "docs/how-to/bring-your-exports.md",
    } <= set(WITH_COMMANDS)


@pytest.mark.parametrize("page", pages())
def test_every_block_says_its_language(page):
    assert [block.place for block in blocks(page) if not block.language] == []
