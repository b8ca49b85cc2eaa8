"""Where a run of the BCS study spends its time, by part: a first run, and runs after one change.

    python benchmarks/parts.py              # prints the table
    python benchmarks/parts.py --store      # keeps the figures and writes docs/benchmarks.md anew

A profiler that sees every call makes small functions look slow. Here the process is looked at every
two milliseconds of CPU, and what it used since the last look belongs to the part that it is in:
the first of `PARTS` that stands anywhere on its stack.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
from collections import Counter
from pathlib import Path
from statistics import median
from time import process_time
from types import FrameType

from measuring import cost, new_folder, script
from run import CHANGES
from table import PartFigure, parts, store_parts, write_page

FIRST = "first"
BETWEEN_LOOKS = 0.002
# Part = files, or functions of files, that belong to it. A plugin that is imported as a document is
# written counts as import, a file that is read again for evidence as evidence.
PARTS = {
    "Imports": ("importlib._bootstrap",),
    "Figures drawn (SVG, PNG)": ("report/figures/drawing.py",),
    "Evidence of numbers": ("report/evidence/",),
    "Cache": ("runs/cache/",),
    "Workbook": ("dermoutcomes_xlsx/",),
    "CSV": ("dermoutcomes_tables/", "report/spreadsheet.py"),
    "Contents of report and annex": ("report/documents/single_tables.py",),
    "Pages as HTML": ("dermoutcomes_html/",),
    "Reading": ("runs/work.py:_source", "runs/work.py:_framework"),
    "Checks": ("runs/work.py:_checks",),
    "Records": ("runs/work.py:_records",),
    "Analyses": ("runs/work.py:_analysis",),
    "Verdicts": ("runs/work.py:_decisions",),
    "Study file and plugins": ("runs/opening.py",),
}
REST = "Tables written, steps, manifest"
START = "Start of Python"


def sampled(out: Path, study: Path) -> None:
    """Run a study in this process and end it; the CPU seconds of each part go to `out` as JSON."""
    seconds = Counter({START: process_time()})
    last = process_time()

    def look(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signals call it
        nonlocal last
        now = process_time()
        seconds[_part(frame)] += now - last
        last = now

    signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, BETWEEN_LOOKS, BETWEEN_LOOKS)
    from dermoutcomes.cli import main

    try:
        main(["run", "--quiet", str(study), "--out", str(study.parent / "out")])
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        out.write_text(json.dumps(seconds), encoding="utf-8")


def _part(frame: FrameType | None) -> str:
    stack = []
    while frame is not None:
        code = frame.f_code
        stack.append(f"{code.co_filename}:{code.co_name}")
        frame = frame.f_back
    for part, marks in PARTS.items():
        if any(mark in place for mark in marks for place in stack):
            return part
    return REST


def one_round() -> dict[str, dict[str, float]]:
    """The parts of a first run and of one after each change, each the second of its folder."""
    with new_folder() as folder:
        subprocess.run(script("multiplied_bcs.py", folder / "bcs", 1), check=True)
        study = folder / "bcs" / "study.toml"
        text = study.read_text(encoding="utf-8")
        rounds = {}
        for case, (old, new) in {FIRST: ("", ""), **CHANGES}.items():
            study.write_text(text.replace(old, new) if old else text, encoding="utf-8")
            out = folder / "parts.json"
            cost(script("parts.py", "--sampled", out, study), folder / "home")
            rounds[case] = json.loads(out.read_text(encoding="utf-8"))
        return rounds


def main() -> None:
    """Print the table of parts; the exit status says nothing of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--store", action="store_true", help="keep the figures for the page")
    parser.add_argument("--sampled", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.sampled:
        sampled(*asked.sampled)
    rounds = [one_round() for _ in range(asked.rounds)]
    figures = [
        PartFigure(case, part, median(each[case].get(part, 0.0) for each in rounds))
        for case in (FIRST, *CHANGES)
        for part in (START, *PARTS, REST)
    ]
    print(parts(figures))
    if asked.store:
        store_parts(figures)
        write_page()


if __name__ == "__main__":
    main()
