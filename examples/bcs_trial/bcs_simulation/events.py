"""Adverse events: reactions to the needle, as often as assumed, and illnesses that have nothing to do with the study."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from bcs_simulation.people import People

SKIN = "Skin and subcutaneous tissue disorders"
PUNCTURE = "General disorders and administration site conditions"
INJURY = "Injury, poisoning and procedural complications"
# As written, preferred term, body system, subjects of 21, sessions of those subjects (share), shortest and longest stay in days.
REACTIONS = (
    ("redness at the puncture sites", "Injection site erythema", PUNCTURE, 19, 0.55, 0, 1),
    ("swelling of the cheeks", "Injection site swelling", PUNCTURE, 12, 0.45, 1, 2),
    ("bruise on the cheek", "Injection site haematoma", PUNCTURE, 8, 0.12, 3, 10),
    ("pain at the puncture sites", "Injection site pain", PUNCTURE, 7, 0.35, 0, 1),
    ("itching of the cheeks", "Injection site pruritus", PUNCTURE, 2, 0.10, 1, 2),
    ("small papules", "Injection site papule", PUNCTURE, 2, 0.0, 1, 3),
    ("bruise after blood was drawn", "Vessel puncture site haematoma", PUNCTURE, 2, 0.0, 3, 7),
    ("felt faint when blood was drawn", "Presyncope", "Nervous system disorders", 1, 0.0, 0, 0),
)
UNRELATED = (
    ("common cold", "Nasopharyngitis", "Infections and infestations", 4, "mild", False, 4, 9),
    ("headache", "Headache", "Nervous system disorders", 3, "mild", False, 0, 2),
    ("broken ankle", "Ankle fracture", INJURY, 1, "severe", True, 42, 42),
)
Row = tuple[object, ...]
HEADER = (
    "subject",
    "session",
    "side",
    "term",
    "preferred_term",
    "body_system",
    "severity",
    "serious",
    "related_product",
    "related_procedure",
    "start",
    "end",
    "outcome",
)


def adverse_events(who: People, seed: int) -> list[Row]:
    """Rows of the adverse event list, by subject and start."""
    rng = np.random.default_rng([seed, 4])
    rows = [row for reaction in REACTIONS for row in _reaction(reaction, who, rng)]
    rows += [row for illness in UNRELATED for row in _illness(illness, who, rng)]
    return sorted(rows, key=lambda row: (str(row[0]), str(row[10]), str(row[4]), str(row[2])))


def _reaction(
    reaction: tuple[str, str, str, int, float, int, int], who: People, rng: np.random.Generator
) -> Iterator[Row]:
    term, preferred, system, subjects, again, shortest, longest = reaction
    for index in _some(subjects, who, rng):
        sessions = who.sessions(index)
        first = int(rng.integers(0, len(sessions)))
        for number, (session, _, start) in enumerate(sessions):
            if number == first or rng.random() < again:
                side = (
                    ""
                    if "blood" in term
                    else str(rng.choice(["left", "right"]))
                    if "bruise" in term
                    else "both"
                )
                yield _row(
                    who,
                    index,
                    (session, side, term, preferred, system, "mild", False, True),
                    start.date(),
                    int(rng.integers(shortest, longest + 1)),
                )


def _illness(
    illness: tuple[str, str, str, int, str, bool, int, int], who: People, rng: np.random.Generator
) -> Iterator[Row]:
    term, preferred, system, subjects, severity, serious, shortest, longest = illness
    for index in _some(subjects, who, rng):
        start = who.starts[index][0].date() + timedelta(days=int(rng.integers(5, 26)))
        yield _row(
            who,
            index,
            ("", "", term, preferred, system, severity, serious, False),
            start,
            int(rng.integers(shortest, longest + 1)),
        )


def _some(subjects_of_21: int, who: People, rng: np.random.Generator) -> list[int]:
    count = max(1, round(subjects_of_21 * len(who.ids) / 21))
    return sorted(int(index) for index in rng.permutation(len(who.ids))[:count])


def _row(
    who: People,
    index: int,
    what: tuple[str, str, str, str, str, str, bool, bool],
    start: date,
    days: int,
) -> Row:
    session, side, term, preferred, system, severity, serious, procedure = what
    return (
        who.ids[index],
        session,
        side,
        term,
        preferred,
        system,
        severity,
        _yes(serious),
        "no",
        _yes(procedure),
        start.isoformat(),
        (start + timedelta(days=days)).isoformat(),
        "recovered",
    )


def _yes(flag: object) -> str:
    return "yes" if flag else "no"
