"""What a draft never says by itself, whatever stands in the folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomli
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from dermoutcomes.draft.drafting import draft_of_folder
from dermoutcomes.draft.study_text import study_text
from dermoutcomes.errors import StudyError
from tests.draft.exports import csv_export, registry

# Keys of a study file that are the protocol's alone.
NEVER = frozenset(
    {
        *("reference", "improves", "role", "alpha", "leave_out", "responder", "planned", "window"),
        *("margin", "family", "strata", "analyses", "compare", "goal", "sides_randomised"),
    }
)
NEVER_TABLES = frozenset({"claims", "families", "multiplicity", "quality", "eligibility"})
SUBJECT = st.sampled_from(["Subject", "Proband", "Pat. Nr.", "ID", "Site Nr"])
VISITS = st.sampled_from(
    [
        ("Baseline", "Week 4"),
        ("V1", "V2", "V3"),
        ("Screening", "Baseline", "D14"),
        ("vorher", "nachher"),
        ("1", "2"),
        ("J0", "J28"),
        ("x", "y"),
    ]
)
MEASURES = st.sampled_from(
    ["TEWL", "Hautfeuchte", "R0", "GAIS", "Melanin", "EASI", "Worst itch", "Wrinkle depth", "Foo"]
)
ARMS = st.sampled_from([(), ("A", "B"), ("Active", "Placebo"), ("1", "2", "3"), ("Verum",)])
FURTHER = st.sampled_from(
    [(), ("Sex", "F"), ("Age", 41), ("Side", "L"), ("Rater", "AB"), ("Relation", "possible")]
)
DATES = st.sampled_from([None, "03/04/2024", "13.05.2024", "2024-05-06"])
ODD = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=",;\t"), max_size=12
)


@settings(max_examples=60)
@given(SUBJECT, VISITS, st.sets(MEASURES, min_size=1), ARMS, FURTHER, DATES, ODD)
def test_draft_parses_and_says_nothing_of_the_protocol(
    subject: str,
    visits: tuple[str, ...],
    measures: set[str],
    arms: tuple[str, ...],
    further: tuple[Any, ...],
    date: str | None,
    odd: str,
) -> None:
    """Accepted or not, a draft is TOML, and what a protocol decides stands in no key of it."""
    named = sorted(measures)
    header = [subject, "Visit", *named, odd, "Arm", "Date", *further[:1]]
    rows = [
        [
            *(f"P{number:02}", visit, *(2 + place + step for place in range(len(named))), odd),
            arms[number % len(arms)] if arms else "",
            date or "",
            *further[1:],
        ]
        for number in range(1, 7)
        for step, visit in enumerate(visits)
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        csv_export(folder / "data.csv", [header, *rows])
        for accept in (False, True):
            try:
                draft = draft_of_folder(folder, registry())
            except StudyError:
                # Nothing of a known device or scale in it.
                reject()
            if accept:
                draft.accept()
            study = tomli.loads(study_text(draft))
            assert study["populations"] == {"full": {}}
            assert not NEVER_TABLES & set(study)
            assert not [path for path in _paths(study) if path[-1] in NEVER and _decides(path)]


def _paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from _paths(inner, (*path, key))
    if isinstance(value, list):
        for inner in value:
            yield from _paths(inner, path)


def _decides(path: tuple[str, ...]) -> bool:
    """Whether a key is the study's own: the role of a rater is that of who rated."""
    return path[0] != "sources" and path[-2:] != ("rater", "role")
