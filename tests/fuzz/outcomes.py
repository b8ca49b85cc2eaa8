"""What the program makes of a folder with one mutated input, in this process."""

from __future__ import annotations

import contextlib
import io
import os
import re
from pathlib import Path

import polars as pl
from attrs import frozen

from dermoutcomes.cli import main

__all__ = ["ROUGH", "Outcome", "outcome_of"]

# What must never be: `silent` is a run with other numbers of which nothing is said.
ROUGH = ("traceback", "panic", "hang", "abort", "silent")
PANIC = re.compile(r"PanicException|panicked at")
FAULT = re.compile(r"Traceback \(most recent|has a fault|the step '[^']*' failed: \w+Error")
# Digests and numbers: an estimate that moved tells nobody that something is wrong.
CHANGING = re.compile(r"\b[0-9a-f]{64}\b|[<=] [\d.,]+|(?<![0-9a-f])[\d.,]+(?![0-9a-f])")
# Tables in which a run says what it found and did without.
TELLING = ("findings", "ledger", "locked_reading")


@frozen
class Outcome:
    """`kind` is refused, told, or one of ROUGH; `said` the last words of the program.

    `numbers` and `told` are texts of the results, and of all that was said about them; `length` is
    how much the program said.
    """

    kind: str
    said: str = ""
    numbers: str = ""
    told: str = ""
    length: int = 0

    def against(self, whole: Outcome) -> Outcome:
        """`silent` where the numbers are not those of the whole study and nothing is said of it."""
        if self.kind == "told" and self.numbers != whole.numbers and self.told == whole.told:
            return Outcome("silent", self.said, self.numbers, self.told)
        return self


def outcome_of(folder: Path, *command: str) -> Outcome:
    """The outcome of a command in a folder; a run's numbers are read from its tables."""
    words, before = io.StringIO(), Path.cwd()
    code: object = None
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(words), contextlib.redirect_stderr(words):
            code = main([*command], standalone_mode=False)
    except SystemExit as end:
        code = end.code
    except BaseException as error:  # noqa: BLE001 - a panic is no Exception
        kind = "panic" if "Panic" in type(error).__name__ else "traceback"
        return Outcome(kind, f"{type(error).__name__}: {error}"[:300])
    finally:
        os.chdir(before)
    said = words.getvalue()
    if PANIC.search(said):
        return Outcome("panic", said[-300:])
    if FAULT.search(said):
        return Outcome("traceback", said[-300:])
    if code not in (None, 0, 3):
        return Outcome("refused", said[-2000:], length=len(said))
    return Outcome("told", said[-2000:], *_of_run(folder / "results", said), len(said))


def _of_run(results: Path, said: str) -> tuple[str, str]:
    """The numbers of a run, and its words and tables about them."""
    runs = [path for path in results.glob("*/tables") if not path.parent.name.startswith(".")]
    if not runs:
        return "", said
    tables = {path.stem: path for path in runs[0].glob("*.parquet")}
    telling = [_text(tables[name]) for name in TELLING if name in tables]
    return _text(tables["results"]), "\n".join((CHANGING.sub("#", said), *telling))


def _text(path: Path) -> str:
    frame = pl.read_parquet(path)
    return frame.select(pl.all().exclude("study")).write_ndjson()
