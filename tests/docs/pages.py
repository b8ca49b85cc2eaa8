"""The pages of the project and what stands in them: blocks of code with their marks, headings and links.

A mark is a comment in the line above a block: `<!-- file: NAME -->` writes the block to that file, `<!-- output -->` says that these
lines are printed by the command above, `<!-- whole output -->` that no other line is, `<!-- exit: 1 -->` that the command below ends with that status,
`<!-- sheet: NAME.xlsx [SHEET] -->` makes a sheet of a workbook of it,
`<!-- shows: NAME -->` that these lines stand in that file by now,
`<!-- file-add: NAME -->` writes it at the end of that file after two blank lines, `<!-- file-change: NAME -->` that lines of that file are replaced, `<!-- part of: NAME -->` that the block is laid over a small study.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parents[2]
FENCE = re.compile(
    r"^(?:<!-- *(?P<mark>[^>]*?) *-->\n)?(?P<fence>`{3,})(?P<language>[\w-]*)\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(?P<text>.+?)\s*$", re.MULTILINE)


@frozen
class Block:
    """A block of code: its language, its mark (name and value), its text and the line of the page in which it begins."""

    page: str
    line: int
    language: str
    mark: str
    value: str
    text: str

    @property
    def place(self) -> str:
        """Page and line, as an error names them."""
        return f"{self.page}:{self.line}"


@cache
def pages() -> tuple[str, ...]:
    """README and the like, docs, and the README of every plugin and example, relative to the checkout."""
    found = [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("plugins/*/README.md"),
        *ROOT.glob("examples/*/README.md"),
    ]
    return tuple(sorted(path.relative_to(ROOT).as_posix() for path in found))


def text_of(page: str) -> str:
    """The page as it is written."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, *languages: str) -> Iterator[Block]:
    """The blocks of a page in order, those of these languages where any are named."""
    text = text_of(page)
    for match in FENCE.finditer(text):
        mark, _, value = (match["mark"] or "").partition(":")
        if not languages or match["language"] in languages:
            yield Block(
                page,
                text[: match.start("fence")].count("\n") + 1,
                match["language"],
                mark.strip(),
                value.strip(),
                match["text"],
            )


def prose(page: str) -> str:
    """The page without its blocks and its code in the line."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text_of(page)))


def links(page: str) -> list[str]:
    """Targets of the page's links and pictures."""
    return [match["target"] for match in LINK.finditer(FENCE.sub("", text_of(page)))]


def anchors(page: str) -> set[str]:
    """What a link may have behind `#` on this page, as the usual renderers make it from headings."""
    found: set[str] = set()
    for match in HEADING.finditer(FENCE.sub("", text_of(page))):
        plain = re.sub(
            r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match["text"]).lower()
        ).replace(" ", "-")
        number = next(n for n in range(1000) if (plain if n == 0 else f"{plain}-{n}") not in found)
        found.add(plain if number == 0 else f"{plain}-{number}")
    return found
