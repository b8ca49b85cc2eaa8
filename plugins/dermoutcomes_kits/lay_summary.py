"""A summary for participants, under the headings of Annex V of Regulation (EU) No 536/2014.

Plain words, no p-value; what no data and no option say is said to be not stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.report import (
    Bullets,
    Document,
    Paragraph,
    Section,
    enrolled_subjects,
    event_counts,
    rich,
    value_text,
)

if TYPE_CHECKING:
    from dermoutcomes.report import Block, EventCounts, Material
    from dermoutcomes_kits.lay_words import LayWords

__all__ = ["lay_document"]

NOT_STATED = "Not stated."
# Of 100 people: effects that fewer had are counted together, so that a page stays a page.
COMMON = 5
# Letters of an abbreviation, as of COPD.
ABBREVIATION = 4
DESIGNS = {
    "single-arm": "Everybody who took part got the same treatment. There was no comparison group.",
    "parallel": "People were put into groups, and each group got another treatment.",
    "within-subject": "Each person got the treatments on different sides or areas of the skin.",
    "crossover": "Each person got the treatments one after the other.",
}
DIRECTIONS = {"up": " Higher is better.", "down": " Lower is better."}
BEYOND_CHANCE = "This is more than chance alone would explain."
WITHIN_CHANCE = "This could be due to chance."
RELATION_NOT_RECORDED = "Whether the product caused unwanted effects was not recorded."
SERIOUSNESS_NOT_RECORDED = "Whether unwanted effects were serious was not recorded."
# The level of all events, whatever their body system.
ANY = "any"


def lay_document(material: Material, words: LayWords) -> Document:
    """The summary."""
    info = material.study.study
    sections = (
        _said(
            "trial",
            "1. Clinical trial identification",
            (f"{info.title} ({info.id}).", info.registration),
        ),
        _said("sponsor", "2. Sponsor", (info.sponsor, *info.authors)),
        _said(
            "general",
            "3. General information about the clinical trial",
            (words.why, DESIGNS[info.design]),
        ),
        _said("people", "4. Population of subjects", (words.who, *_people(material))),
        _said("treatments", "5. Investigational products used", (words.treatment or info.product,)),
        _said("reactions", "6. Adverse reactions and their frequency", tuple(_reactions(material))),
        Section("results", "7. Overall results", tuple(_results(material))),
        _said("comments", "8. Comments on the outcome", tuple(_comments(material))),
        _said("further", "9. Follow-up trials", (words.next_steps,)),
        _said("more", "10. Where additional information can be found", (words.contact,)),
    )
    return Document(
        "lay-summary",
        "Summary of results for laypersons",
        info.title,
        info.id,
        sections,
        origin=material.origin,
        origin_note=info.origin_note,
        dense=True,
    )


def _said(name: str, label: str, sentences: tuple[str | None, ...]) -> Section:
    lines = [sentence for sentence in sentences if sentence]
    return Section(name, label, tuple(Paragraph(rich(line)) for line in lines or [NOT_STATED]))


def _people(material: Material) -> Iterator[str]:
    subjects = enrolled_subjects(material)
    treated = subjects["treated"]
    sexes = subjects["sex"].drop_nulls().str.to_lowercase().str.slice(0, 1)
    women = int((sexes == "f").sum())
    yield f"{subjects.height} people took part" + (
        f", {women} of them women." if sexes.len() == subjects.height else "."
    )
    if treated.null_count() == 0 and treated.sum() != subjects.height:
        yield f"{treated.sum()} of them were treated."
    ages: list[float] = sorted(subjects["age"].drop_nulls())
    if ages:
        yield f"Their age was {ages[0]:g} to {ages[-1]:g} years."


def _reactions(material: Material) -> Iterator[str]:
    """How many people had an unwanted effect that may be due to the product; what is not known.

    Numbers are those of the report's first analysis of events; those of the list, where none is.
    """
    if "events" not in material.study.sources:
        yield "Unwanted effects were not listed in the data."
        return
    counts = next(event_counts(material), None)
    kinds = ("related_product", "serious")
    if counts is not None and all((None, kind, ANY) in counts.lines for kind in kinds):
        yield from _effects_counted(counts)
    else:
        yield from _effects_listed(material)


def _effects_counted(counts: EventCounts) -> Iterator[str]:
    """The lines of an analysis: related effects by name, those not known, serious ones."""

    def number(kind: str, level: str, stat: str = "n_with_event") -> int | None:
        line = counts.lines.get((None, kind, level))
        value = line.stats[stat]["value"] if line and stat in line.stats else None
        return None if value is None else int(value)

    n = number(counts.any_event, ANY, "denominator") or 0
    related, serious = number("related_product", ANY), number("serious", ANY)
    if related is None:
        yield RELATION_NOT_RECORDED
    elif related:
        yield f"{related} of {n} people had an effect that may be due to the product:"
        yield from _kinds(
            [
                (counts.label(level), people)
                for level in counts.levels
                if "|" in level and (people := number("related_product", level))
            ],
            n,
        )
    else:
        yield f"Nobody of {n} people had an effect that was put down to the product."
    if unknown := counts.unknown(None, "related_product", ANY):
        events = unknown.stats["n_events"]["value"]
        yield f"Of {events:.0f} effects it is not known whether the product caused them."
    if serious is None:
        yield SERIOUSNESS_NOT_RECORDED
    else:
        yield f"{serious} of {n} people had a serious medical event, whatever its cause."


def _effects_listed(material: Material) -> Iterator[str]:
    """The rows of the list of events, of a study that does not analyse them.

    They are counted among those who were treated, where that is known of everybody.
    """
    events = material.frame("events")
    people = enrolled_subjects(material)
    known = people["treated"].null_count() == 0
    subjects = people.filter("treated")["subject"] if known else people["subject"]
    n, whose = subjects.len(), "treated people" if known else "people"
    theirs = events.filter(events["subject"].is_in(subjects.implode()))
    related = theirs.filter("related_product")
    unknown = events["related_product"].null_count()
    if unknown == events.height and events.height:
        yield RELATION_NOT_RECORDED
    elif related.height:
        yield (
            f"{related['subject'].n_unique()} of {n} {whose} had an effect that may be due to the "
            "product:"
        )
        named = related.with_columns(name=pl.coalesce("preferred_term", "term")).group_by("name")
        yield from _kinds(named.agg(pl.col("subject").n_unique()).rows(), n)
    else:
        yield f"Nobody of {n} {whose} had an effect that was put down to the product."
    if unknown and unknown != events.height:
        yield f"Of {unknown} further effects it is not known whether the product caused them."
    if events.height and events["serious"].null_count() == events.height:
        yield SERIOUSNESS_NOT_RECORDED
    else:
        serious = theirs.filter("serious")["subject"].n_unique()
        yield f"{serious} of {n} {whose} had a serious medical event, whatever its cause."
    others = events.filter(~events["subject"].is_in(subjects.implode()))
    if others.height:
        yield (
            f"Medical events of people who are not among these {n}: {others.height} (put down to "
            f"the product: {int(others['related_product'].sum())}; serious: "
            f"{int(others['serious'].sum())})."
        )


def _kinds(kinds: Iterable[tuple[str, int]], n: int) -> Iterator[str]:
    """Each kind of effect that enough people had, the most common first; how many more there are.

    `kinds` are names with the number of people, of whom there are `n`.
    """
    kinds = sorted(kinds, key=lambda kind: (-kind[1], kind[0]))
    common = [(name, people) for name, people in kinds if 100 * people >= COMMON * n]
    for name, people in common:
        yield f"{_in_small_letters(name)}: {people} of {n} people."
    rare = len(kinds) - len(common)
    if rare:
        yield (
            f"Further kinds of effect, each in fewer than {COMMON} of 100 people: {rare}. The annex "
            "of the study report lists all of them."
        )


def _in_small_letters(name: str) -> str:
    """A term of a dictionary in capitals as a sentence has it; an abbreviation stays as it is."""
    return name.capitalize() if name.isupper() and len(name) > ABBREVIATION else name


def _results(material: Material) -> Iterator[Block]:
    asked = _asked(material)
    lines = [
        line
        for hypothesis in asked
        if (line := _result(material, hypothesis)) is not None
        and material.study.endpoints[hypothesis["endpoint"]].role == "primary"
    ]
    if lines:
        yield Bullets(tuple(rich(line) for line in lines), title="The main question")
    further = [
        line
        for hypothesis in asked
        if (line := _result(material, hypothesis)) is not None
        and material.study.endpoints[hypothesis["endpoint"]].role == "secondary"
    ]
    if further:
        yield Bullets(tuple(rich(line) for line in further), title="Further questions")
    if not lines and not further:
        yield Paragraph(rich("No result could be computed."))


def _asked(material: Material) -> list[dict[str, Any]]:
    """What the study set out to ask: the hypotheses of its families; all, where it has none.

    Chance is a word of these alone: of many others some look like more than chance.
    """
    hypotheses: list[dict[str, Any]] = material.hypotheses
    of_families = [row for row in hypotheses if row["family"]]
    return of_families or hypotheses


def _result(material: Material, hypothesis: Mapping[str, Any]) -> str | None:
    """One result in a sentence, with its number and without a p-value."""
    stats = material.shown_stats(hypothesis)
    if "estimate" not in stats or stats["estimate"]["value"] is None:
        return None
    term = material.term_words(stats["estimate"])
    endpoint = material.study.endpoints[hypothesis["endpoint"]]
    declared = material.term(stats["estimate"])
    # A share of people who improved, or a ratio, has not the direction of the measure.
    of_measure = declared is not None and declared.scale in ("value", "mean", "difference")
    better = DIRECTIONS.get(material.improves(endpoint) or "", "") if of_measure else ""
    chance = BEYOND_CHANCE if hypothesis["rejected"] else WITHIN_CHANCE
    of = f" of {hypothesis['n_of']}" if hypothesis["n_of"] else ""
    n = f" ({hypothesis['n']}{of} people)" if hypothesis["n"] else ""
    unit = stats["estimate"]["unit"]
    unit = f" {unit}" if unit and unit != "%" else ""
    return (
        f"{material.endpoint_name(hypothesis['endpoint'])}, "
        f"{_compared(material, hypothesis['comparison'])}: {term} "
        f"{value_text(material, stats['estimate'])}{unit}{n}.{better} {chance}"
    )


def _compared(material: Material, comparison: str) -> str:
    """A comparison without the sign that only reports know, unless the study has words of its own."""
    words = material.comparison_name(comparison)
    spec = material.study.comparisons.get(comparison)
    return words if spec is not None and spec.label else words.replace(" v ", " compared with ")


def _comments(material: Material) -> Iterator[str]:
    if material.single_arm:
        yield (
            "There was no comparison group. The study shows that something changed, not that the "
            "treatment was the cause."
        )
    yield "One trial is not enough to know what a treatment does; other trials may find otherwise."
