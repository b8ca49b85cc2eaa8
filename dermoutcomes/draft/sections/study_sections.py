"""What the study is: its design, visits, arms, schedule and comparisons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dermoutcomes.draft.recognition.words import plain
from dermoutcomes.draft.sections.found import Found, visits_of_block
from dermoutcomes.draft.study_draft import Key, Question, Section
from dermoutcomes.draft.toml_values import toml_value

__all__ = [
    "arms_section",
    "comparisons_section",
    "schedule_section",
    "study_section",
    "visits_section",
]


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
    if people.design == "within-subject":
        section.lines.append(
            Question(
                "study.sides_randomised",
                "Was the side or place of each treatment drawn at random?",
                "sides_randomised",
                ((True, "drawn at random"), (False, "not drawn")),
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


def visits_section(found: Found) -> Section:
    """The planned visits with their times and words."""
    section = Section("visits")
    for visit in found.visits.visits:
        value: dict[str, Any] = {"at": visit.at}
        if plain(visit.label) != plain(visit.id):
            value["label"] = visit.label
        aliases = [word for word in visit.words if word not in (visit.id, visit.label)]
        if aliases:
            value["aliases"] = aliases
        section.lines.append(Key(visit.id, value, visit.because))
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
            "How many days may a visit be early or late? Until a window is stated none is out of it.",
            example='window = ["-3 d", "+3 d"]   # within the braces of a visit',
        )
    )
    return section


def arms_section(found: Found) -> Section:
    """The arms; which is the reference is asked."""
    section = Section("arms", comment=f"From {found.people.because}.")
    for arm in found.people.arms:
        value: dict[str, Any] = {"label": arm.label}
        aliases = [word for word in arm.words if word not in (arm.id, arm.label)]
        if aliases:
            value["aliases"] = aliases
        section.lines.append(Key(arm.id, value))
    coded = [arm.label for arm in found.people.arms if arm.coded]
    if coded:
        section.lines.append(
            Question("arms.meaning", f"What do {', '.join(coded)} mean? Write it as their label.")
        )
    section.lines.append(
        Question(
            "arms.reference",
            "Which arm are the others compared with? reference = true within its braces.",
        )
    )
    return section


def schedule_section(found: Found) -> Iterator[Section]:
    """At which visits each device or scale was used."""
    planned: dict[str, list[str]] = {}
    for table in found.with_measures:
        for block in table.blocks:
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


def comparisons_section(found: Found) -> Iterator[Section]:
    """Comparisons are the protocol's: those that the data allow stand there to be taken."""
    if len(found.visits.visits) < 2:
        return
    last = found.visits.visits[-1].id
    arms = [arm.id for arm in found.people.arms]
    section = Section("comparisons")
    if len(arms) > 1:
        pairs = [(first, second) for first in arms for second in arms if first != second][:6]
        section.lines.append(
            Question(
                "comparisons.arms",
                "Which arms are compared, the first minus the second, and at which visit? Name it in "
                "`compare` of an endpoint.",
                example="\n".join(
                    f"{first}_v_{second} = {toml_value({'visit': [last, 'baseline'], 'arm': [first, second]})}"
                    for first, second in pairs
                ),
            )
        )
    section.lines.append(
        Question(
            "comparisons.visits",
            "Which visits are compared with baseline? Name it in `compare` of an endpoint.",
            example=f"{last.lower()} = {toml_value({'visit': [last, 'baseline']})}",
        )
    )
    yield section
