"""Small folders of exports, as texts, and their drafts."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from dermoutcomes.draft.drafting import draft_of_folder
from dermoutcomes.draft.study_draft import StudyDraft
from dermoutcomes.draft.study_text import study_text
from dermoutcomes.registry.loading import load_registry
from dermoutcomes.registry.registry import Registry

VISITS = ("Baseline", "Week 4", "Week 12")
DATES = {"Baseline": "2024-01-{:02}", "Week 4": "2024-02-{:02}", "Week 12": "2024-04-{:02}"}


@cache
def registry() -> Registry:
    """All plugins that are installed, loaded once."""
    return load_registry()


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """The folder, with its files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def csv(header: str, rows: Iterable[Iterable[object]]) -> str:
    """A table as a text of CSV."""
    return "".join(f"{line}\n" for line in (header, *(",".join(map(str, row)) for row in rows)))


def readings(
    subjects: Iterable[str],
    *,
    device: str = "Corneometer hydration",
    date: str | None = None,
    shift: Mapping[str, float] | None = None,
) -> str:
    """Three readings of each subject, side and visit; `date` replaces the form of the dates."""
    rows = (
        (
            subject,
            visit,
            (date or DATES[visit]).format(3 + number % 9),
            side,
            replicate,
            f"{30 + number + (shift or {}).get(visit, 4 * step) + replicate * 0.3:.1f}",
        )
        for number, subject in enumerate(subjects)
        for step, visit in enumerate(VISITS)
        for side in ("left", "right")
        for replicate in (1, 2, 3)
    )
    return csv(f"Subject,Visit,Date,Side,Replicate,{device}", rows)


def parallel(arms: Iterable[str] = ("Cream", "Vehicle"), header: str = "Treatment") -> str:
    """A list of eight subjects with their arms in turn."""
    names = list(arms)
    return csv(
        f"Subject,Age,{header}",
        ((f"S{number}", 30 + number, names[number % len(names)]) for number in range(1, 9)),
    )


EIGHT = tuple(f"S{number}" for number in range(1, 9))
PARALLEL = {"subjects.csv": parallel(), "corneometer.csv": readings(EIGHT)}


def drafted(
    folder: Path,
    files: Mapping[str, str | bytes],
    looked_at: Callable[[int, int], None] | None = None,
) -> StudyDraft:
    """The draft of a folder with these files."""
    return draft_of_folder(write(folder, files), registry(), looked_at)


def text_and_study(draft: StudyDraft) -> tuple[str, dict[str, Any]]:
    """The text of a draft, and what it says as TOML."""
    text = study_text(draft)
    return text, tomllib.loads(text)
