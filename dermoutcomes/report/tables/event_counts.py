"""Counts of adverse events: the lines of an analysis of events by group, term and level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from dermoutcomes.report.material import by
from dermoutcomes.report.result_lines import Line, lines
from dermoutcomes.study.received_arms import arm_of_analysis, records_both_arms

if TYPE_CHECKING:
    from dermoutcomes.declare import Term
    from dermoutcomes.report.material import Material, Outline, Result

__all__ = [
    "ANY",
    "DEATHS",
    "EVENTS",
    "SEVERITY",
    "UNKNOWN",
    "EventCounts",
    "event_counts",
    "event_titles",
    "is_adverse_event",
    "is_without_event",
]

# The level of all events, whatever their body system.
ANY = "any"
# The places of what these tables hold, as terms declare them; the first term of events is of them
# all, the others are of some, as serious ones.
EVENTS, SEVERITY = "adverse events", "worst severity"
# Of a kind of event: those of which it is not known, and all that may be of it. Then deaths, whose
# levels are who tells of them.
UNKNOWN, MOST, DEATHS = "unknown adverse events", "most adverse events", "deaths"


def is_adverse_event(material: Material, row: Result) -> bool:
    """Whether a result is a count of adverse events."""
    return (
        row["endpoint"] is None
        and row["level"] is not None
        and material.place(row) in (EVENTS, UNKNOWN, MOST, SEVERITY, DEATHS)
    )


def is_without_event(line: Line) -> bool:
    """Whether a line says that nobody had such an event."""
    return "n_with_event" in line.stats and line.stats["n_with_event"]["value"] == 0


def _terms_by_place(terms: Iterable[Term]) -> Mapping[str, list[Term]]:
    """The terms of an analysis by the place in a report that they declare."""
    by_place: dict[str, list[Term]] = defaultdict(list)
    for term in terms:
        by_place[term.place].append(term)
    return by_place


def event_counts(material: Material) -> Iterator[EventCounts]:
    """The counts of each analysis of events on each set of subjects."""
    rows = [row for row in material.results_of(None) if is_adverse_event(material, row)]
    groups = by(rows, "analysis", "population", "subgroup", "subgroup_level")
    for group in groups.values():
        row = group[0]
        subgroup = f"{row['subgroup']}: {row['subgroup_level']}" if row["subgroup"] else ""
        title = _title(material, row["analysis"], subgroup, alone=len(groups) == 1)
        yield EventCounts(material, group, title)


def event_titles(outline: Outline) -> Mapping[str, str]:
    """The study's name of each analysis that counts events = what its tables are titled by."""
    counting = [
        name
        for name in outline.study.analyses
        if (analysis := outline.analysis(name)) and _terms_by_place(analysis.terms)[EVENTS]
    ]
    return {name: _title(outline, name, "", alone=len(counting) == 1) for name in counting}


def _title(outline: Outline, analysis: str, subgroup: str, *, alone: bool) -> str:
    """The name of an analysis, where it is not the only one, and which arm it goes by."""
    named = "Adverse events" if alone else outline.analysis_name(analysis)
    goes_by = arm_of_analysis(outline.study, outline.registry, analysis)
    both = records_both_arms(outline.study)
    parts = (named, "" if alone else subgroup, goes_by if both else "")
    return ", ".join(part for part in parts if part)


class EventCounts:
    """Lines by group (an arm, or None for everybody), term (the kind of event) and level.

    A level is `any`, a body system, or a body system and a term of its, with `|` between.
    """

    def __init__(self, material: Material, rows: list[Result], title: str) -> None:
        self.rows, self.title = rows, title
        analysis = material.analysis(rows[0]["analysis"])
        terms = _terms_by_place(analysis.terms if analysis else ())
        # Term = its words, of all terms that count events.
        self.labels = {term.name: term.label for term in terms[EVENTS]}
        self.any_event = next(iter(self.labels), "")
        self.severity = next((term.name for term in terms[SEVERITY]), "")
        # Kind = the term of what is not known of it, and of all that may be of it.
        self._unknown_of = {term.of: term.name for term in terms[UNKNOWN]}
        self._most_of = {term.of: term.name for term in terms[MOST]}
        self.lines: dict[tuple[str | None, str, str], Line] = {}
        self.worst: dict[tuple[str | None, str], list[Line]] = {}
        self.deaths: dict[tuple[str | None, str], Line] = {}
        self._add_lines(lines(rows), deaths={term.name for term in terms[DEATHS]})
        # Everybody stands before the arms.
        self.groups = sorted(
            {row["group"] for row in rows},
            key=lambda group: (group is not None, material.arm_rank(group)),
        )
        self.levels = self._ordered_levels()

    def _add_lines(self, of_analysis: Iterable[Line], deaths: Collection[str]) -> None:
        """Lines of worst severities and of deaths have places of their own."""
        for line in of_analysis:
            group, term, level = line.key["group"], line.key["term"], line.key["level"]
            if term == self.severity:
                self.worst.setdefault((group, level), []).append(line)
            elif term in deaths:
                self.deaths[group, level] = line
            else:
                self.lines[self._place(line)] = line

    def _place(self, line: Line) -> tuple[str | None, str, str]:
        """Group, term and level.

        Of all events, a flag is a level (its term with "=true"); here it is a column like those
        within a body system.
        """
        group, term, level = line.key["group"], line.key["term"], line.key["level"]
        flag, is_flag, _ = level.partition("=true")
        return (group, flag, ANY) if is_flag and flag in self.labels else (group, term, level)

    def _ordered_levels(self) -> list[str]:
        """Any event first, then body systems, the most frequent first, each with its terms."""
        levels = list(dict.fromkeys(level for _, _, level in self.lines))
        systems = [level for level in levels if level != ANY and "|" not in level]
        ordered = [ANY] if ANY in levels else []
        for system in sorted(systems, key=self._frequency_rank):
            terms = (level for level in levels if level.startswith(f"{system}|"))
            ordered += [system, *sorted(terms, key=self._frequency_rank)]
        return [*ordered, *(level for level in levels if level not in ordered)]

    def _frequency_rank(self, level: str) -> tuple[float, str]:
        """By subjects of the first group with any event of a level, the most first."""
        line = self.lines.get((self.groups[0], self.any_event, level))
        row = line.stats.get("n_with_event") if line else None
        return -(row["value"] or 0) if row else 0, level

    @property
    def terms(self) -> list[str]:
        """The terms that some line has, in the order of their declaration."""
        return [term for term in self.labels if any(key[1] == term for key in self.lines)]

    def label(self, level: str) -> str:
        """A level in words."""
        labels = (
            line.labels
            for (_, term, other), line in self.lines.items()
            if other == level and term == self.any_event
        )
        return next(labels, "") or level.rpartition("|")[2]

    def unknown(self, group: str | None, term: str, level: str) -> Line | None:
        """The line of the events of a level of which it is not known whether they are of a kind."""
        return self.lines.get((group, self._unknown_of.get(term, ""), level))

    def most(self, group: str | None, term: str, level: str) -> Line | None:
        """The line of the events of a level that are of a kind, or may be."""
        return self.lines.get((group, self._most_of.get(term, ""), level))

    def across(self, term: str, level: str) -> list[Line | None]:
        """The lines of a level, one a group; of worst severities, those of any event."""
        counted = self.any_event if term == self.severity else term
        return [self.lines.get((group, counted, level)) for group in self.groups]

    def is_frequent(self, level: str, term: str, least: float) -> bool:
        """Whether a level is no single term, or one that `least` percent of some group had."""
        shares = [
            line.stats["percent"]["value"] or 0.0
            for line in self.across(term, level)
            if line and "percent" in line.stats
        ]
        return "|" not in level or any(share >= least for share in shares)
