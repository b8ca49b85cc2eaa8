"""What stands on the front of a document: the facts of the study in a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material

__all__ = ["events_fact", "facts_of", "lock_fact", "subjects_fact"]


def facts_of(material: Material) -> tuple[tuple[str, str], ...]:
    """Study, design, subjects, lock, events and who answers for it; nothing for what is not stated."""
    info = material.study.study
    facts = (
        ("Study", info.id),
        ("Design", info.design),
        ("Product", info.product),
        ("Registration", info.registration),
        ("Subjects", subjects_fact(material)),
        ("Fixed before the data", lock_fact(material)),
        ("Adverse events", events_fact(material)),
        ("Sponsor", info.sponsor),
        ("Authors", ", ".join(info.authors)),
    )
    return tuple((name, value) for name, value in facts if value)


def subjects_fact(material: Material) -> str:
    """How many there are, how many were treated where it is known of all, and how many analysed.

    Where the list has dates of enrolment, those without one are listed and were not enrolled: they
    failed screening.
    """
    subjects = material.frame("subjects")
    if not subjects.height:
        return ""
    treated = subjects["treated"]
    listed = "enrolled" if material.study.sources.get("subjects") else "with a reading"
    parts = [f"{subjects.height} {listed}"]
    enrolled = subjects["enrolled"].count()
    if 0 < enrolled < subjects.height:
        parts = [f"{subjects.height} listed", f"{enrolled} enrolled"]
    if treated.null_count() == 0:
        parts.append(f"{treated.sum()} treated")
    if analysed := _analysed(material):
        parts.append(f"{analysed} analysed")
    return ", ".join(parts)


def _analysed(material: Material) -> str:
    """The least and most subjects behind a primary hypothesis; of any, where none is primary."""
    primary = [
        row
        for row in material.hypotheses
        if material.study.endpoints[row["endpoint"]].role == "primary"
    ]
    numbers = sorted({row["n"] for row in primary or material.hypotheses if row["n"] is not None})
    return (
        " to ".join(str(number) for number in dict.fromkeys((numbers[0], numbers[-1])))
        if (numbers)
        else ""
    )


def lock_fact(material: Material) -> str:
    """Whether what decides was fixed, and how much of it was changed since."""
    lock = material.manifest.get("lock") or {}
    state, n = str(lock.get("state", "none")), len(lock.get("changes") or ())
    words = {"none": "nothing (no lock)", "locked before data": "yes"}.get(state, state)
    return f"{words}, {n} change{'s' if n > 1 else ''} since" if n else words


def events_fact(material: Material) -> str:
    """Serious and related events as recorded, and of how many it is not known."""
    if "events" not in material.study.sources:
        return "no list of events"
    events = material.frame("events")
    counts = []
    for column, words in (("serious", "serious"), ("related_product", "related to the product")):
        unknown = events[column].null_count()
        counts.append(
            f"{events[column].sum()} {words}" + (f" ({unknown} not known)" if unknown else "")
        )
    return f"{', '.join(counts)}, of {events.height}"
