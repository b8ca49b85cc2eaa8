"""Adverse events: subjects and events by body system and term, with the upper limit beside every zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dermoutcomes_html_report.blocks import Block, Paragraph, Part, Rich, Row, Section, Table, rich
from dermoutcomes_html_report.feet import foot
from dermoutcomes_html_report.groups import Line, Notes, lines, problem_rows
from dermoutcomes_html_report.values import anchors, shown

if TYPE_CHECKING:
    from dermoutcomes_html_report.material import Material, Result

__all__ = ["is_safety", "safety_section"]

ANY = "any"
TERMS = {"events": "Any", "related_product": "Related to product", "related_procedure": "Related to procedure", "serious": "Serious"}
SEVERITY = "worst_severity"
UPPER = "Beside a zero stands the upper limit of its interval: what seeing none does not rule out."
Level = str | None


def is_safety(row: Result) -> bool:
    """Whether a result is a count of adverse events."""
    return row["endpoint"] is None and row["level"] is not None and row["term"] in (*TERMS, SEVERITY)


def safety_section(material: Material) -> Section:
    """The adverse events of each analysis of them, or a sentence that there is none."""
    rows: list[Result] = [row for row in material.results if is_safety(row)]
    if not rows:
        listed = material.frame("events").height
        words = (f"{listed} adverse events are listed, but no analysis of them was asked for." if listed
                 else "The study has no list of adverse events. That is not evidence that there were none.")
        return Section("safety", "Adverse events", (Paragraph(rich(words), css="caution"),))
    blocks: list[Block] = []
    for key in dict.fromkeys((row["analysis"], row["population"], row["subgroup"], row["subgroup_level"]) for row in rows):
        mine = [row for row in rows if (row["analysis"], row["population"], row["subgroup"], row["subgroup_level"]) == key]
        blocks += _tables(material, mine)
    return Section("safety", "Adverse events", tuple(blocks))


class _Counts:
    """Lines by group, term and level."""

    def __init__(self, material: Material, rows: list[Result]) -> None:
        found = lines(rows)
        self.rows = rows
        self.at = {_place(line): line for line in found if line.key["term"] != SEVERITY}
        self.worst: dict[tuple[str | None, str], list[Line]] = {}
        for line in found:
            if line.key["term"] == SEVERITY:
                self.worst.setdefault((line.key["group"], line.key["level"]), []).append(line)
        arms = list(material.study.arms)
        groups = {line.key["group"] for line in found}
        self.groups = sorted(groups, key=lambda group: (group is not None, arms.index(group) if group in arms else len(arms), group or ""))
        self.levels = self._ordered()

    def _ordered(self) -> list[str]:
        """Any event first, then body systems, the most frequent first, each with its terms."""
        levels = list(dict.fromkeys(level for _, _, level in self.at))
        systems = [level for level in levels if level != ANY and "|" not in level]
        ordered = [ANY] if ANY in levels else []
        for system in sorted(systems, key=self._often):
            ordered += [system, *sorted((level for level in levels if level.startswith(f"{system}|")), key=self._often)]
        return [*ordered, *(level for level in levels if level not in ordered)]

    def _often(self, level: str) -> tuple[float, str]:
        line = self.at.get((self.groups[0], "events", level))
        row = line.stats.get("n_with_event") if line else None
        return -(row["value"] or 0) if row else 0, level

    def label(self, level: str) -> str:
        """A level in words."""
        line = next((line for (_, term, other), line in self.at.items() if other == level and term == "events"), None)
        return (line.labels if line else "") or level.rpartition("|")[2]


def _place(line: Line) -> tuple[str | None, str, str]:
    """Group, term and level. Of all events, a flag is a level ("serious=true"); here it is a column like those within a system."""
    group, term, level = line.key["group"], line.key["term"], line.key["level"]
    flag, is_flag, _ = level.partition("=true")
    return (group, flag, ANY) if is_flag and flag in TERMS else (group, term, level)


def _tables(material: Material, rows: list[Result]) -> Iterator[Table]:
    counts = _Counts(material, rows)
    if len(counts.groups) == 1:
        yield _one_group(material, counts)
    else:
        yield from (_by_arm(material, counts, term) for term in TERMS if any(key[1] == term for key in counts.at))
        if counts.worst:
            yield _severities(material, counts)


def _one_group(material: Material, counts: _Counts) -> Table:
    group, notes = counts.groups[0], Notes()
    terms = [term for term in TERMS if any(key[1] == term for key in counts.at)]
    head = ("Body system and term", "Subjects", f"{100 * material.study.confidence:g}% CI", "Events",
            *(TERMS[term] for term in terms if term != "events"), *(("Worst severity",) if counts.worst else ()))
    rows: list[Row] = []
    for level in counts.levels:
        by_term = {term: counts.at.get((group, term, level)) for term in terms}
        cells = [_name(counts, level, notes, [line for line in by_term.values() if line]), *_full(material, by_term.pop("events", None)),
                 *(_flag(material, line) for line in by_term.values())]
        cells += [_worst(material, counts.worst.get((group, level), []))] if counts.worst else []
        rows.append(Row(tuple(cells), css=_look(level)))
        rows += [row for line in (counts.at.get((group, term, level)) for term in terms) if line for row in problem_rows(line)]
    foot_lines = (f"Subjects with at least one event (share); events after the semicolon. {UPPER}", *foot(material, counts.rows))
    return Table("Adverse events", head, tuple(rows), align="l" + "r" * (len(head) - 1 - bool(counts.worst)) + "l" * bool(counts.worst),
                 foot=foot_lines, notes=notes.listed, css="safety")


def _look(level: str) -> str:
    return "main" if level == ANY else "inset" if "|" in level else "system"


def _name(counts: _Counts, level: str, notes: Notes, found: list[Line]) -> Rich:
    marks = notes.marks([row for line in found for row in line.rows])
    return rich(counts.label(level), Part(marks, css="mark") if marks else None)


def _full(material: Material, line: Line | None) -> tuple[Rich, Rich, Rich]:
    """Subjects with their share, the interval, events."""
    if line is None:
        return (), (), ()
    stats = line.stats
    low, high = (shown(material, stats.get(name)) for name in ("conf_low", "conf_high"))
    interval = rich(low, " to ", high) if low and high else rich(low, high)
    return (rich(_share(material, stats), anchors(stats, "denominator", "estimate", "conf_level")), interval,
            rich(shown(material, stats.get("n_events"))))


def _share(material: Material, stats: Mapping[str, Result]) -> Rich:
    number, share = shown(material, stats.get("n_with_event")), shown(material, stats.get("percent"))
    return rich(number, *((" (", share, ")") if share and share.css != "void" else (share,)))


def _flag(material: Material, line: Line | None) -> Rich:
    """Subjects (share); events. For none: zero and the upper limit of what zero leaves possible."""
    if line is None:
        return ()
    stats = line.stats
    with_event, events, high = (shown(material, stats.get(name)) for name in ("n_with_event", "n_events", "conf_high"))
    if _none(stats):
        rest = anchors(stats, "n_events", "percent", "denominator", "estimate", "conf_low", "conf_level")
        return rich(with_event, *((" (up to ", high, ")") if high and high.css != "void" else (high,)), rest)
    rest = anchors(stats, "denominator", "estimate", "conf_low", "conf_high", "conf_level")
    return rich(_share(material, stats), *(("; ", events) if events else ()), rest)


def _none(stats: Mapping[str, Result]) -> bool:
    return "n_with_event" in stats and stats["n_with_event"]["value"] == 0


def _worst(material: Material, found: list[Line]) -> Rich:
    """Subjects by the worst severity that each had, as in "mild 15, moderate 4"."""
    graded = sorted((line for line in found if line.key["at"] is not None), key=lambda line: line.key["at"] or 0)
    parts: list[Part | str | Rich] = []
    for line in graded:
        row = line.stats["n_with_event"]
        parts += [f"{', ' if parts else ''}{row['text']} ", rich(shown(material, row))]
    return rich(*parts, *(anchors(line.stats, *line.stats) for line in found if line.key["at"] is None))


def _by_arm(material: Material, counts: _Counts, term: str) -> Table:
    """One kind of event, a column an arm; levels without any such event in any arm are left out, but keep their anchors."""
    notes, rows, hidden = Notes(), [], []
    for level in counts.levels:
        found = [counts.at.get((group, term, level)) for group in counts.groups]
        if level != ANY and all(line is None or _none(line.stats) for line in found):
            hidden += [part for line in found if line for part in anchors(line.stats, *line.stats)]
            continue
        name = _name(counts, level, notes, [line for line in found if line])
        rows.append(Row((name, *(_flag(material, line) for line in found)), css=_look(level)))
        rows += [row for line in found if line for row in problem_rows(line)]
    if rows and hidden:
        rows[0] = Row(((*rows[0].cells[0], *hidden), *rows[0].cells[1:]), css=rows[0].css)
    mine = [row for row in counts.rows if row["term"] == term]
    return Table(f"Adverse events: {TERMS[term].lower()}", ("Body system and term", *_heads(material, counts)), tuple(rows),
                 align="l" + "r" * len(counts.groups), foot=(f"Subjects (share); events. {UPPER}", *foot(material, mine)),
                 notes=notes.listed, css="safety")


def _heads(material: Material, counts: _Counts) -> list[str]:
    heads = []
    for group in counts.groups:
        line = counts.at.get((group, "events", ANY))
        n = line.stats["denominator"]["value"] if line and "denominator" in line.stats else None
        heads.append((material.arm_name(group) or "All") + (f", n = {n:.0f}" if n is not None else ""))
    return heads


def _severities(material: Material, counts: _Counts) -> Table:
    rows = tuple(Row((rich(counts.label(level)), *(_worst(material, counts.worst.get((group, level), [])) for group in counts.groups)),
                     css=_look(level)) for level in counts.levels)
    mine = [row for row in counts.rows if row["term"] == SEVERITY]
    return Table("Adverse events: subjects by worst severity", ("Body system and term", *_heads(material, counts)), rows,
                 align="l" * (len(counts.groups) + 1), foot=foot(material, mine), css="safety")
