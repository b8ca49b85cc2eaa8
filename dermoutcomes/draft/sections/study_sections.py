"""What the study is: its design, visits, arms, schedule and comparisons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.draft.plan.one_study import several_studies
from dermoutcomes.draft.recognition.export_words import plain
from dermoutcomes.draft.sections.found import Found, visits_of_block
from dermoutcomes.draft.study_draft import Answer, Key, Question, Section

if TYPE_CHECKING:
    from dermoutcomes.draft.plan.visit_order import DraftVisit

__all__ = [
    "ONE_STUDY",
    "arms_section",
    "comparison_ids",
    "comparisons_section",
    "schedule_section",
    "study_section",
    "visits_section",
]

# The question whether the folder holds one study alone.
ONE_STUDY = "study.folder"
MOST_PAIRS = 6
WEEK = 7


def study_section(found: Found) -> Section:
    """Id, title and design."""
    name = found.folder.resolve().name
    study_id = re.sub(r"[^0-9A-Za-z._-]+", "-", name).strip("-._") or "study"
    people = found.people
    section = Section("study")
    section.lines += [
        Key("id", study_id, "the name of the folder"),
        Key("title", name.replace("_", " ").replace("-", " "), "write the full title here"),
        Key("design", people.design, people.because),
        Key("day_one", "first visit", "no file of treatments"),
    ]
    signs = [*several_studies(found.tables)]
    if signs:
        section.lines.append(
            Question(
                ONE_STUDY,
                f"Is this one study? {_sentence(' and '.join(signs))}. What is of another study "
                "belongs into a folder of its own, which is drafted for itself.",
            )
        )
    if people.design == "within-subject":
        section.lines.append(
            Question(
                "study.sides_randomised",
                "Was the side or place of each treatment drawn at random?",
                (
                    Answer({"sides_randomised": True}, "drawn at random"),
                    Answer({"sides_randomised": False}, "not drawn"),
                ),
            )
        )
    section.lines.append(
        Question(
            "study.alpha",
            "Significance level, claims, families, populations and responders are the protocol's: "
            "none is drafted.",
        )
    )
    return section


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]


def visits_section(found: Found) -> Section:
    """The planned visits with their times and words."""
    section = Section("visits")
    for visit in found.visits.visits:
        section.lines.append(Key(f"{visit.id}.at", visit.at, visit.because))
        known = {visit.id}
        if plain(visit.label) != plain(visit.id):
            known.add(visit.label)
            section.lines.append(Key(f"{visit.id}.label", visit.label))
        aliases = [word for word in visit.words if word not in known]
        if aliases:
            section.lines.append(Key(f"{visit.id}.aliases", aliases))
        if not visit.sure:
            section.lines.append(
                Question(
                    f"visits.{visit.id}.at",
                    f"When is {visit.label} planned? `at` above is what the files let guess.",
                )
            )
    section.lines.append(
        Question(
            "visits.window",
            "How early or late may a visit be? Until a window is stated none is out of it.",
            example={
                f"{visit.id}.window": ["-3 d", "+3 d"]
                for visit in found.visits.visits
                if visit.days and visit.days >= WEEK
            },
        )
    )
    return section


def arms_section(found: Found) -> Section:
    """The arms; which is the reference is asked."""
    section = Section("arms", comment=f"From {found.people.because}.")
    for arm in found.people.arms:
        section.lines.append(Key(f"{arm.id}.label", arm.label))
        aliases = [word for word in arm.words if word not in (arm.id, arm.label)]
        if aliases:
            section.lines.append(Key(f"{arm.id}.aliases", aliases))
    coded = [arm.label for arm in found.people.arms if arm.coded]
    if coded:
        section.lines.append(
            Question("arms.meaning", f"What do {', '.join(coded)} mean? Write it as their label.")
        )
    section.lines.append(
        Question(
            "arms.reference",
            "Which arm are the others compared with?",
            tuple(Answer({f"{arm.id}.reference": True}, arm.label) for arm in found.people.arms),
        )
    )
    return section


def schedule_section(found: Found) -> Iterator[Section]:
    """At which visits each device or scale was used."""
    planned: dict[str, list[str]] = {}
    for table in found.with_measures:
        for block in found.taken(table):
            visits = planned.setdefault(block.owner, [])
            visits += [name for name in visits_of_block(found, table, block) if name not in visits]
    order = [visit.id for visit in found.visits.visits]
    lines = [
        Key(owner, sorted(visits, key=order.index), "visits with readings")
        for owner, visits in planned.items()
        if visits
    ]
    if lines:
        yield Section("schedule", [*lines])


def comparison_ids(found: Found) -> list[str]:
    """The names of the comparisons with baseline: one a visit that is none itself."""
    later = [visit.id for visit in _later_visits(found)]
    names = [name.lower() for name in later]
    return names if len(set(names)) == len(names) else later


def _later_visits(found: Found) -> list[DraftVisit]:
    return [visit for visit in found.visits.visits if visit.id not in found.visits.baselines]


def comparisons_section(found: Found) -> Iterator[Section]:
    """Names of comparisons: each visit with baseline. Which one is used is the protocol's.

    Pairs of arms stand there in both directions to be taken.
    """
    later = _later_visits(found)
    if not later:
        return
    section = Section("comparisons", comment="Names only: an endpoint says which it uses.")
    section.lines += [
        Key(name, {"visit": [visit.id, "baseline"]})
        for name, visit in zip(comparison_ids(found), later, strict=True)
    ]
    arms = [arm.id for arm in found.people.arms]
    pairs = [(first, second) for first in arms for second in arms if first != second][:MOST_PAIRS]
    if pairs:
        section.lines.append(
            Question(
                "comparisons.arms",
                "Which arms are compared, the first minus the second, and at which visit?",
                example={
                    f"{first}_v_{second}": {
                        "visit": [later[-1].id, "baseline"],
                        "arm": [first, second],
                    }
                    for first, second in pairs
                },
            )
        )
    yield section
