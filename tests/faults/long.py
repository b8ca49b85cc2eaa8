"""Every fault, often: python -m tests.faults.long [--moments 200] [--page]

Tries the faults on a small study (about forty minutes on a busy machine of two processors), writes what came of them to
tests/faults/outcomes.json and the table of docs/faults.md from it; `--page` writes the table alone.
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import attrs

from . import disks, moments, sharing, surroundings
from .tried_study import Outcome, TriedStudy

__all__ = ["OUTCOMES", "PAGE", "page"]

ROOT = Path(__file__).resolve().parents[2]
OUTCOMES = Path(__file__).with_name("outcomes.json")
PAGE = ROOT / "docs" / "faults.md"
BEGIN, END = "<!-- outcomes -->", "<!-- end of outcomes -->"
# So often each fault is tried that has random moments or sizes of its own.
TIMES = 12


def outcomes(study: TriedStudy, times: int) -> Iterator[Outcome]:
    """Every fault that can be tried here, in the order of the page."""
    yield from moments.signals_at_random_moments(study, times)
    yield moments.between_renames(study)
    if disks.can_mount(study):
        yield disks.full_disks(study, TIMES)
        yield from disks.read_only(study)
    yield disks.files_that_may_not_grow(study, TIMES)
    if disks.can_be_another_user():
        yield from disks.of_another_user(study)
    if sharing.can_have_hosts(study):
        yield sharing.two_hosts(study)
    yield sharing.changing_file(study, TIMES)
    for surrounding in surroundings.SURROUNDINGS:
        yield surroundings.in_surrounding(study, surrounding)
    yield surroundings.all_at_once(study)


def page(text: str, stored: dict[str, Any]) -> str:
    """The page with the table of stored outcomes in its place."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{_table(stored)}\n{END}{after}"


def _table(stored: dict[str, Any]) -> str:
    rows = [
        f"| {row['fault']} | {row['tried']} | {row['survived']} | {row['mended']} | {row['how']} |"
        for row in stored["outcomes"]
    ]
    return "\n".join(
        (
            f"Tried with {stored['software']} on {stored['system']}.",
            "",
            "| fault | tried | last good run whole | mended | what was seen |",
            "|---|---|---|---|---|",
            *rows,
        )
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--moments", type=int, default=200, help="how many signals are sent")
    parser.add_argument("--page", action="store_true", help="write the table alone")
    asked = parser.parse_args(arguments)
    if not asked.page:
        with tempfile.TemporaryDirectory(prefix="faults-") as folder:
            rows = []
            for outcome in outcomes(TriedStudy.new(Path(folder)), asked.moments):
                rows.append(attrs.asdict(outcome))
                print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
        stored = {
            "software": f"dermoutcomes {metadata.version('dermoutcomes')}, Python {platform.python_version()}",
            "system": f"{platform.system()} {platform.release().partition('-')[0]}",
            "outcomes": rows,
        }
        OUTCOMES.write_text(
            json.dumps(stored, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    stored = json.loads(OUTCOMES.read_text(encoding="utf-8"))
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), stored), encoding="utf-8")


if __name__ == "__main__":
    main()
