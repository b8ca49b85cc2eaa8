"""A study run again after one thing changed, beside the run that did everything.

    python benchmarks/second_run.py [TIMES]

Each round begins with an empty cache and runs the BCS study once; then it is run again as it is, and again after one change each: the label of
an endpoint, its list of analyses, the words of a claim. CPU seconds of whole processes, start included; the least of several rounds.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from measuring import Cost, cost, program

STUDY = Path(__file__).parents[1] / "examples" / "bcs_trial"
FIRST = "everything"
# What is changed: what stands in the study file, and what stands there afterwards.
EDITS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "nothing changed": ("", ""),
        "label of an endpoint": ('label = "Skin hydration"', 'label = "Hydration of the skin"'),
        "analyses of an endpoint": (
            'label = "Skin hydration"',
            'label = "Skin hydration"\nanalyses = ["paired_t", "sign_test"]',
        ),
        "words of a claim": ('text = "Skin hydration improved"', 'text = "Hydration improved"'),
    }
)


def second_runs(times: int) -> dict[str, Cost]:
    """Case = the least CPU time and peak memory of its runs; the run that does everything first."""
    rounds = [_round() for _ in range(times)]
    return {
        case: Cost(
            min(done[case].cpu_s for done in rounds), min(done[case].peak_mb for done in rounds)
        )
        for case in (FIRST, *EDITS)
    }


def _round() -> dict[str, Cost]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "bcs_trial"
        left_behind = shutil.ignore_patterns("results", "__pycache__", ".dermoutcomes")
        shutil.copytree(STUDY, folder, ignore=left_behind)
        study = folder / "study.toml"
        text = study.read_text(encoding="utf-8")
        command = [program("dermoutcomes"), "run", "--quiet", str(study)]
        costs = {FIRST: cost(command)}
        for case, (old, new) in EDITS.items():
            if old not in text:
                raise ValueError(f"the study file has no {old!r} to change")
            study.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
            costs[case] = cost(command)
    return costs


def main() -> None:
    """Print a row a case."""
    found = second_runs(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    for case, one in found.items():
        ratio = one.cpu_s / found[FIRST].cpu_s
        print(f"{case:<25} {one.cpu_s:6.2f} s  {ratio:5.2f} of the first  {one.peak_mb:5.0f} MB")


if __name__ == "__main__":
    main()
