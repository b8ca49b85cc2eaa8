"""What stands on the front of a document: the facts of the study in a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.report.result_text import shown
from dermoutcomes.report.tables.event_counts import ANY, event_counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dermoutcomes.report.material import Material
    from dermoutcomes.report.tables.event_counts import EventCounts

__all__ = ["enrolled_subjects", "events_fact", "facts_of", "lock_fact", "subjects_fact"]


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


def enrolled_subjects(material: Material) -> pl.DataFrame:
    """The rows of `subjects` of those enrolled.

    Where the list has dates of enrolment, those without one are listed and were not enrolled: they
    failed screening. Who was treated was enrolled, date or none. Where no date stands, all were.
    """
    subjects = material.frame("subjects")
    if not subjects["enrolled"].count():
        return subjects
    return subjects.filter(
        pl.col("enrolled").is_not_null() | pl.col("treated").fill_null(value=False)
    )


def subjects_fact(material: Material) -> str:
    """How many there are, how many were treated where it is known of all, and how many analysed."""
    subjects = material.frame("subjects")
    if not subjects.height:
        return ""
    treated = subjects["treated"]
    listed = "enrolled" if material.study.sources.get("subjects") else "with a reading"
    parts = [f"{subjects.height} {listed}"]
    enrolled = enrolled_subjects(material).height
    if enrolled < subjects.height:
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
    """How many had adverse events of each kind, as the first analysis of them counts.

    Where none counts them: how many events were recorded, and of how many it is not known.
    """
    if "events" not in material.study.sources:
        return "no list of events"
    counts = next(event_counts(material), None)
    if counts is not None:
        return "; ".join(_kinds_of_event(material, counts))
    events = material.frame("events")
    recorded = []
    for column, words in (("serious", "serious"), ("related_product", "related to the product")):
        unknown = events[column].null_count()
        recorded.append(
            f"{events[column].sum()} {words}" + (f" ({unknown} not known)" if unknown else "")
        )
    return f"{', '.join(recorded)}, of {events.height} events recorded"


def _kinds_of_event(material: Material, counts: EventCounts) -> Iterator[str]:
    """Of each kind the subjects who had one and the events, or that it was not recorded."""
    for term in counts.terms:
        line = counts.lines.get((None, term, ANY))
        if line is None:
            continue
        stats = line.stats
        name = counts.labels[term].lower()
        with_event = stats.get("n_with_event")
        if with_event is None or with_event["value"] is None:
            words = shown(material, with_event)
            yield f"{name} {words.text if words else 'not computed'}"
            continue
        of = f" of {stats['denominator']['value']:.0f} subjects" if term == counts.any_event else ""
        n_events = int(stats["n_events"]["value"])
        events = f"{n_events} event{'' if n_events == 1 else 's'}"
        if unknown := counts.unknown(None, term, ANY):
            events += f", of {unknown.stats['n_events']['value']:.0f} it is not known"
        n = f"{with_event['value']:.0f}"
        if most := counts.most(None, term, ANY):
            n += f" to {most.stats['n_with_event']['value']:.0f}"
        yield f"{name} in {n}{of} ({events})"
