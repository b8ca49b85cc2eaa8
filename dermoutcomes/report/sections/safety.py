"""Adverse events: subjects and events by body system and term, with the upper limit beside every zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Block, Link, Paragraph, Part, Rich, Section, rich
from dermoutcomes.report.feet import foot, population
from dermoutcomes.report.material import by
from dermoutcomes.report.result_lines import Line, Notes, lines, problem_rows
from dermoutcomes.report.result_text import anchors, mentioned, shown
from dermoutcomes.report.table import Column, Foot, Row, Table, TableSpec

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline, Result

__all__ = ["is_safety", "rarer_tables", "safety_section"]

ANY = "any"
# The places of what these tables hold, as terms declare them; the first term of events is of them all.
EVENTS, SEVERITY = "adverse events", "worst severity"
LONG = 40  # rows, after which rare terms go to the supplement
UPPER = "Beside a zero stands the upper limit of its interval: what seeing none does not rule out."
Level = str | None


def is_safety(material: Material, row: Result) -> bool:
    """Whether a result is a count of adverse events."""
    return (
        row["endpoint"] is None
        and row["level"] is not None
        and material.place(row) in (EVENTS, SEVERITY)
    )


def safety_section(material: Material) -> Section:
    """The adverse events of each analysis of them, or a sentence that there is none."""
    rows: list[Result] = [row for row in material.results if is_safety(material, row)]
    if not rows:
        listed = material.frame("events").height
        words = (
            f"{listed} adverse events are listed, but no analysis of them was asked for."
            if listed
            else "The study has no list of adverse events. That is not evidence that there were none."
        )
        return Section("safety", "Adverse events", (Paragraph(rich(words), look="caution"),))
    blocks: list[Block] = [
        table for counts in _analyses(material, rows) for table in _tables(material, counts)
    ]
    if any(True for _ in rarer_tables(material)):
        blocks.append(
            Paragraph(
                rich(
                    f"Long tables hold body systems, and terms that at least {material.options.events_from:g}% of some group had. "
                    "Rarer terms stand in the ",
                    Part("supplement", link=Link("section", "supplement-safety")),
                    ".",
                ),
                look="note",
            )
        )
    return Section("safety", "Adverse events", tuple(blocks))


def rarer_tables(material: Material) -> Iterator[Table]:
    """What long tables of events leave out, for the supplement."""
    for counts in _analyses(
        material, [row for row in material.results if is_safety(material, row)]
    ):
        yield from _tables(material, counts, rarer=True)


def _analyses(material: Material, rows: list[Result]) -> list[_Counts]:
    """The counts of each analysis of events on each set of subjects; a title of its own where there are several."""
    groups = by(rows, "analysis", "population", "subgroup", "subgroup_level")
    return [
        _Counts(material, mine, _title(material, mine[0], alone=len(groups) == 1))
        for mine in groups.values()
    ]


def _title(material: Material, row: Result, *, alone: bool) -> str:
    return (
        "Adverse events"
        if alone
        else ", ".join(
            filter(
                None,
                [
                    material.analysis_name(row["analysis"]),
                    f"{row['subgroup']}: {row['subgroup_level']}" if row["subgroup"] else "",
                ],
            )
        )
    )


class _Counts:
    """Lines by group, term and level."""

    def __init__(self, material: Material, rows: list[Result], title: str) -> None:
        found = lines(rows)
        self.rows, self.title = rows, title
        analysis = material.analysis(rows[0]["analysis"])
        declared = analysis.terms if analysis else ()
        self.terms = {term.name: term.label for term in declared if term.place == EVENTS}
        self.any = next(iter(self.terms), "")
        self.severity = next((term.name for term in declared if term.place == SEVERITY), "")
        self.at = {self._place(line): line for line in found if line.key["term"] != self.severity}
        self.worst: dict[tuple[str | None, str], list[Line]] = {}
        for line in found:
            if line.key["term"] == self.severity:
                self.worst.setdefault((line.key["group"], line.key["level"]), []).append(line)
        arms = list(material.study.arms)
        groups = {line.key["group"] for line in found}
        self.groups = sorted(
            groups,
            key=lambda group: (
                group is not None,
                arms.index(group) if group in arms else len(arms),
                group or "",
            ),
        )
        self.levels = self._ordered()

    def _ordered(self) -> list[str]:
        """Any event first, then body systems, the most frequent first, each with its terms."""
        levels = list(dict.fromkeys(level for _, _, level in self.at))
        systems = [level for level in levels if level != ANY and "|" not in level]
        ordered = [ANY] if ANY in levels else []
        for system in sorted(systems, key=self._often):
            ordered += [
                system,
                *sorted(
                    (level for level in levels if level.startswith(f"{system}|")), key=self._often
                ),
            ]
        return [*ordered, *(level for level in levels if level not in ordered)]

    def _often(self, level: str) -> tuple[float, str]:
        line = self.at.get((self.groups[0], self.any, level))
        row = line.stats.get("n_with_event") if line else None
        return -(row["value"] or 0) if row else 0, level

    def frequent(self, level: str, term: str, least: float) -> bool:
        """Whether a level is no single term, or one that this share of some group had."""
        found = (self.at.get((group, self.counted(term), level)) for group in self.groups)
        shares = [
            line.stats["percent"]["value"] or 0.0
            for line in found
            if line and "percent" in line.stats
        ]
        return "|" not in level or any(share >= least for share in shares)

    def label(self, level: str) -> str:
        """A level in words."""
        line = next(
            (
                line
                for (_, term, other), line in self.at.items()
                if other == level and term == self.any
            ),
            None,
        )
        return (line.labels if line else "") or level.rpartition("|")[2]

    def counted(self, term: str) -> str:
        """The term whose counts say how many had a level: of severities, any event."""
        return self.any if term == self.severity else term

    def _place(self, line: Line) -> tuple[str | None, str, str]:
        """Group, term and level. Of all events, a flag is a level (its term with "=true"); here it is a column like those within a system."""
        group, term, level = line.key["group"], line.key["term"], line.key["level"]
        flag, is_flag, _ = level.partition("=true")
        return (group, flag, ANY) if is_flag and flag in self.terms else (group, term, level)


def _tables(material: Material, counts: _Counts, *, rarer: bool = False) -> Iterator[Table]:
    """The tables of an analysis of events, or of what they leave out because it is rare."""
    if len(counts.groups) == 1:
        yield from () if rarer else (_one_group(material, counts),)
        return
    for term in (
        *(term for term in counts.terms if any(key[1] == term for key in counts.at)),
        *((counts.severity,) if counts.worst else ()),
    ):
        levels = _chosen(material, counts, term, rarer=rarer)
        if levels:
            yield (_severities if term == counts.severity else _by_arm)(
                material, counts, term, levels, ", rarer terms" if rarer else ""
            )


def _chosen(material: Material, counts: _Counts, term: str, *, rarer: bool) -> list[str]:
    """Levels with any such event; of a long table the systems and frequent terms, or else the rarer terms."""
    seen = [
        level
        for level in counts.levels
        if level == ANY
        or any(line and not _none(line.stats) for line in _across(counts, term, level))
    ]
    if len(seen) <= LONG:
        return [] if rarer else seen
    return [
        level
        for level in seen
        if counts.frequent(level, term, material.options.events_from) != rarer
    ]


def _across(counts: _Counts, term: str, level: str) -> list[Line | None]:
    """The lines of a level, one a group."""
    return [counts.at.get((group, counts.counted(term), level)) for group in counts.groups]


def _one_group(material: Material, counts: _Counts) -> Table:
    group, notes = counts.groups[0], Notes()
    terms = [term for term in counts.terms if any(key[1] == term for key in counts.at)]
    rows: list[Row] = []
    for level in counts.levels:
        by_term = {term: counts.at.get((group, term, level)) for term in terms}
        cells = [
            _name(counts, level, notes, [line for line in by_term.values() if line]),
            *_full(material, by_term.pop(counts.any, None)),
            *(_flag(material, line) for line in by_term.values()),
        ]
        cells += [_worst(material, counts.worst.get((group, level), []))] if counts.worst else []
        rows.append(Row(tuple(cells), look=_look(level)))
        rows += [
            row
            for line in (counts.at.get((group, term, level)) for term in terms)
            if line
            for row in problem_rows(line)
        ]
    heads = {term: counts.terms[term] for term in terms if term != counts.any}
    spec = one_group_spec(material, counts.title, heads, worst=bool(counts.worst))
    return spec.filled(rows, notes=notes.listed, population=population(material, counts.rows))


def _heads_of_some(outline: Outline) -> dict[str, str]:
    """Term = head of each count of some events; the first term of an analysis counts them all."""
    heads: dict[str, str] = {}
    for analysis in outline.registry.analyses.values():
        counted = [term for term in analysis.terms if term.place == EVENTS]
        heads |= {term.name: term.label for term in counted[1:]}
    return heads


def one_group_spec(
    outline: Outline, title: str, heads: Mapping[str, str] | None = None, *, worst: bool = True
) -> TableSpec:
    """The adverse events of one group by body system and term, with the worst severity of each subject where it is graded.

    `heads` are the counts of some events, as serious ones, by term; those that analyses of the study declare unless given.
    """
    heads = _heads_of_some(outline) if heads is None else heads
    return TableSpec(
        title,
        (
            Column("Body system and term"),
            Column("Subjects", "r"),
            Column(f"{100 * outline.study.confidence:g}% CI", "r"),
            Column("Events", "r"),
            *(Column(head, "r") for head in heads.values()),
            *([Column("Worst severity")] if worst else []),
        ),
        foot(
            outline,
            f"Subjects with at least one event (share); events after the semicolon. {UPPER}",
        ),
        look="safety",
    )


def _look(level: str) -> str:
    return "main" if level == ANY else "inset" if "|" in level else "system"


def _name(counts: _Counts, level: str, notes: Notes, found: list[Line]) -> Rich:
    marks = notes.marks([row for line in found for row in line.rows])
    return rich(counts.label(level), Part(marks, look="mark") if marks else None)


def _full(material: Material, line: Line | None) -> tuple[Rich, Rich, Rich]:
    """Subjects with their share, the interval, events."""
    if line is None:
        return (), (), ()
    stats = line.stats
    low, high = (shown(material, stats.get(name)) for name in ("conf_low", "conf_high"))
    interval = rich(low, " to ", high) if low and high else rich(low, high)
    return (
        rich(_share(material, stats), anchors(stats, "denominator", "estimate", "conf_level")),
        interval,
        rich(shown(material, stats.get("n_events"))),
    )


def _share(material: Material, stats: Mapping[str, Result]) -> Rich:
    number, share = (
        shown(material, stats.get("n_with_event")),
        shown(material, stats.get("percent")),
    )
    return rich(number, *((" (", share, ")") if share and share.look != "void" else (share,)))


def _flag(material: Material, line: Line | None, *, brief: bool = False) -> Rich:
    """Subjects (share); events. For none: zero and the upper limit of what zero leaves possible. A brief cell has addresses for what it prints."""
    if line is None:
        return ()
    stats = line.stats
    with_event, events, high = (
        shown(material, stats.get(name)) for name in ("n_with_event", "n_events", "conf_high")
    )
    if _none(stats):
        rest = (
            ()
            if brief
            else anchors(
                stats, "n_events", "percent", "denominator", "estimate", "conf_low", "conf_level"
            )
        )
        return rich(
            with_event,
            *((" (up to ", high, ")") if high and high.look != "void" else (high,)),
            rest,
        )
    rest = (
        anchors(stats, "conf_high")
        if brief
        else anchors(stats, "denominator", "estimate", "conf_low", "conf_high", "conf_level")
    )
    return rich(_share(material, stats), *(("; ", events) if events else ()), rest)


def _none(stats: Mapping[str, Result]) -> bool:
    return "n_with_event" in stats and stats["n_with_event"]["value"] == 0


def _worst(material: Material, found: list[Line]) -> Rich:
    """Subjects by the worst severity that each had, as in "mild 15, moderate 4"."""
    graded = sorted(
        (line for line in found if line.key["at"] is not None), key=lambda line: line.key["at"] or 0
    )
    parts: list[Part | str | Rich] = []
    for line in graded:
        row = line.stats["n_with_event"]
        parts += [f"{', ' if parts else ''}{row['text']} ", rich(shown(material, row))]
    return rich(
        *parts, *(anchors(line.stats, *line.stats) for line in found if line.key["at"] is None)
    )


def _by_arm(material: Material, counts: _Counts, term: str, levels: list[str], more: str) -> Table:
    """One kind of event, a column an arm. Levels without any such event in any arm are rows of results.csv alone."""
    notes, rows = Notes(), []
    for level in levels:
        found = _across(counts, term, level)
        name = _name(counts, level, notes, [line for line in found if line])
        rows.append(
            Row((name, *(_flag(material, line, brief=True) for line in found)), look=_look(level))
        )
        rows += [row for line in found if line for row in problem_rows(line)]
    mine = [row for row in counts.rows if row["term"] == term]
    spec = by_arm_spec(
        material,
        f"{counts.title}: {counts.terms[term].lower()}{more}",
        counts.groups,
        foot(material, f"Subjects (share); events. {UPPER}"),
    )
    return spec.filled(
        rows,
        notes=notes.listed,
        population=population(material, mine),
        n=_sizes(material, counts),
    )


def by_arm_spec(
    outline: Outline, title: str, groups: Sequence[str | None], foot: Foot, align: str = "r"
) -> TableSpec:
    """Adverse events by body system and term, a column an arm."""
    return TableSpec(
        title,
        (
            Column("Body system and term"),
            *(Column(outline.arm_name(group) or "All", align) for group in groups),
        ),
        foot,
        look="safety",
    )


def _sizes(material: Material, counts: _Counts) -> dict[str, Part]:
    """How many subjects each column is of, by its head."""
    sizes = {}
    for group in counts.groups:
        line = counts.at.get((group, counts.any, ANY))
        n = mentioned(shown(material, line.stats.get("denominator"))) if line else None
        if n is not None:
            sizes[material.arm_name(group) or "All"] = n
    return sizes


def _severities(
    material: Material, counts: _Counts, term: str, levels: list[str], more: str
) -> Table:
    rows = tuple(
        Row(
            (
                rich(counts.label(level)),
                *(
                    _worst(material, counts.worst.get((group, level), []))
                    for group in counts.groups
                ),
            ),
            look=_look(level),
        )
        for level in levels
    )
    mine = [row for row in counts.rows if row["term"] == term]
    spec = by_arm_spec(
        material,
        f"{counts.title}: subjects by worst severity{more}",
        counts.groups,
        foot(material),
        align="l",
    )
    return spec.filled(rows, population=population(material, mine), n=_sizes(material, counts))
