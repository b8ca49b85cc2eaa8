"""A page followed step by step in an empty folder: its files written, its changes made, its commands run, its output compared."""

from __future__ import annotations

import csv
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from dermoutcomes.cli import main

from .fragments import whole
from .pages import Block, blocks

PROGRAM = "dermoutcomes"


def follow(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Do what the page says, in `folder`; how many commands were run comes back. Fails at the first step that does not hold."""
    monkeypatch.chdir(folder)
    commands, printed = 0, ""
    for block in blocks(page):
        if block.mark == "file":
            _write(folder / block.value, block.text)
        elif block.mark == "file-add":
            _write(folder / block.value, _text(folder / block.value) + f"\n\n{block.text}")
        elif block.mark == "part of":
            _write(folder / block.value, whole(block.text))
        elif block.mark == "sheet":
            _write_sheet(folder, block)
        elif block.mark == "file-change":
            _change(folder, block)
        elif block.language == "sh":
            for line in lines(block):
                printed = _run(line, block, folder)
                commands += 1
        elif block.mark == "shows":
            _compare(block, _text(folder / block.value))
        elif block.mark in ("output", "whole output"):
            _compare(block, printed)
            if block.mark == "whole output":
                _compare_length(block, printed)
    return commands


def lines(block: Block) -> Iterator[str]:
    """The commands of a block that are run here: those of the program, and tests of files that the page wrote."""
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == [PROGRAM] or (
            words[:3] == ["python", "-m", "pytest"] and words[-1].endswith(".py")
        ):
            yield line


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _write_sheet(folder: Path, block: Block) -> None:
    """A sheet of a workbook, `NAME.xlsx [Sheet]`: numbers as numbers, `<` merged with what stands left of it."""
    name, sheet = re.fullmatch(r"(.+) \[(.+)\]", block.value).groups()
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.load_workbook(path) if path.exists() else openpyxl.Workbook()
    page = book.create_sheet(sheet)
    if "Sheet" in book.sheetnames:
        del book["Sheet"]
    for number, row in enumerate(csv.reader(block.text.splitlines()), 1):
        begin = 1
        for column, cell in enumerate(row, 1):
            if cell != "<":
                begin = column
                page.cell(number, column, _typed(cell))
            elif column == len(row) or row[column] != "<":
                page.merge_cells(
                    start_row=number, start_column=begin, end_row=number, end_column=column
                )
    book.save(path)


def _typed(cell: str) -> str | float | None:
    try:
        return float(cell)
    except ValueError:
        return cell or None


def _change(folder: Path, block: Block) -> None:
    """Replace the lines with a minus by those with a plus, in the file that the mark names."""
    path = folder / block.value
    text = path.read_text(encoding="utf-8")
    old = "".join(f"{line[1:]}\n" for line in block.text.splitlines() if line[:1] in "- ")
    new = "".join(f"{line[1:]}\n" for line in block.text.splitlines() if line[:1] in "+ ")
    assert text.count(old) == 1, (
        f"{block.place}: {block.value} does not have these lines once:\n{old}"
    )
    path.write_text(text.replace(old, new), encoding="utf-8")


def _run(line: str, block: Block, folder: Path) -> str:
    words = shlex.split(line, comments=True)
    if words[0] == PROGRAM:
        result = CliRunner().invoke(main, words[1:], prog_name=PROGRAM)
        status, printed = result.exit_code, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            f"{block.place}: {line}: {result.exception!r}"
        )
    else:
        done = subprocess.run(
            [sys.executable, *words[1:-1], "-q", "-p", "no:cacheprovider", words[-1]],
            cwd=folder,
            check=False,
            capture_output=True,
            text=True,
        )
        status, printed = done.returncode, done.stdout + done.stderr
    wanted = int(block.value) if block.mark == "exit" else 0
    assert status == wanted, f"{block.place}: {line} ended with {status}:\n{printed}"
    return printed


def _compare(block: Block, printed: str) -> None:
    """Every line of the block is printed or in the file, in this order; `…` stands for anything, in a line or in between."""
    rest = [line.rstrip() for line in printed.splitlines()]
    for line in (line.rstrip() for line in block.text.splitlines()):
        if line.strip() in ("", "…"):
            continue
        shape = re.compile(".*".join(map(re.escape, line.split("…"))))
        place = next((number for number, shown in enumerate(rest) if shape.fullmatch(shown)), None)
        assert place is not None, (
            f"{block.place}: this is not there (any more):\n{line}\nbut:\n{printed}"
        )
        rest = rest[place + 1 :]


def _compare_length(block: Block, printed: str) -> None:
    """As many lines are printed as the block has: none was left out of the page."""
    shown, there = (
        [line for line in text.splitlines() if line.strip()] for text in (block.text, printed)
    )
    assert len(shown) == len(there), f"{block.place}: the page leaves lines out of:\n{printed}"
