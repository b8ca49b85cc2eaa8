"""Tables of adverse events: subjects and events by body system and term.

Beside every zero stands the upper limit of its interval.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Part, Rich, rich
from dermoutcomes.report.feet import bare_foot, foot, population
from dermoutcomes.report.result_lines import Line, Notes, problem_rows
from dermoutcomes.report.result_text import anchors, interval_level, mentioned, shown
from dermoutcomes.report.table import Column, Foot, Row, Table, TableSpec
from dermoutcomes.report.tables.event_counts import (
    ANY,
    DEATHS,
    EVENTS,
    SEVERITY,
    EventCounts,
    event_counts,
    is_without_event,
)

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline, Result

__all__ = [
    "adverse_event_overviews",
    "adverse_event_tables",
    "event_specs",
    "overview_spec",
    "rarer_event_tables",
]

# Rows, after which the rare terms of a table by arm go to the supplement.
LONG = 40
COUNTED = frozenset(
    {
        "n_events",
        "n_with_event",
        "denominator",
        "percent",
        "estimate",
        "conf_low",
        "conf_high",
        "conf_level",
    }
)
UPPER = "Beside a zero stands the upper limit of its interval: what seeing none does not rule out."

UNKNOWN_WORDS = (
    "Unknown: events of which it is not known. Of two numbers, the second holds those as well."
)
NOT_RECORDED_WORDS = "Not recorded: no file has a column of it."


def adverse_event_tables(material: Material) -> Iterator[Table]:
    """The tables of each analysis of events: one of a single group, else one a kind of event."""
    for counts in event_counts(material):
        if len(counts.groups) == 1:
            yield _one_group(material, counts)
        else:
            yield from _tables_by_arm(material, counts, rarer=False)
        if counts.deaths:
            yield _deaths(material, counts)


def adverse_event_overviews(material: Material) -> Iterator[Table]:
    """Of each analysis of events a row a kind of event, a column an arm.

    All events together, whatever their body system; the worst severity of each subject below.
    """
    for counts in event_counts(material):
        rows = [
            Row(
                (
                    rich(counts.labels[term]),
                    *(_count_cell(material, counts, (group, term, ANY)) for group in counts.groups),
                ),
                look="main" if term == counts.any_event else "inset",
            )
            for term in counts.terms
        ]
        deaths = [counts.deaths.get((group, ANY)) for group in counts.groups]
        if any(deaths):
            cells = (_death_cell(material, line) for line in deaths)
            rows.append(Row((rich("Deaths"), *cells), look="inset"))
        rows += _worst_severities(material, counts)
        yield overview_spec(material, counts.title, counts.groups).filled(
            rows,
            population=population(material, counts.rows),
            remarks=_remarks_on_unknown(counts, counts.terms),
            n=_group_sizes(material, counts),
        )


def _worst_severities(material: Material, counts: EventCounts) -> Iterator[Row]:
    """Subjects by the worst severity that each had: a row a severity that somebody had."""
    worst = {group: counts.worst.get((group, ANY), []) for group in counts.groups}
    # Place 0 is of subjects of whose events none is known; no place, where none was recorded.
    grades = {
        line.key["at"]: line.stats["n_with_event"]["text"]
        for of_group in worst.values()
        for line in of_group
        if line.key["at"] is not None and line.stats["n_with_event"]["value"]
    }
    if not any(worst.values()):
        return
    ordered = sorted(grades, key=lambda at: (at == 0, at))
    heading = "Worst severity of a subject"
    # What no row shows has its address beside the heading: severities that nobody had.
    beside = (
        _severity_cell(material, [line for line in of_group if line.key["at"] not in grades])
        for of_group in worst.values()
    )
    yield Row((rich(heading), *beside), look="inset")
    for at in ordered:
        cells = (_severe_cell(material, of_group, at) for of_group in worst.values())
        words = grades[at]
        yield Row((rich(f"\u2013 {words}"), *cells), look="inset")


def _severe_cell(material: Material, of_group: Sequence[Line], at: float) -> Rich:
    """How many subjects of a group had one severity as their worst."""
    parts: list[Rich] = []
    for line in (line for line in of_group if line.key["at"] == at):
        unprinted = (name for name in line.stats if name != "n_with_event")
        number = shown(material, line.stats.get("n_with_event"))
        parts.append(rich(number, anchors(line.stats, *unprinted)))
    # Of a group whose severities are known, one that has no line was nobody's worst.
    return rich(*parts) if parts or not of_group else rich("0")


def overview_spec(outline: Outline, title: str, groups: Sequence[str | None]) -> TableSpec:
    """The kinds of adverse events, a column an arm."""
    return TableSpec(
        f"{title}: overview",
        (Column("Events"), *(Column(outline.arm_name(group) or "All", "r") for group in groups)),
        foot(outline, f"Subjects with at least one event (share); events. {UPPER}"),
        look="safety",
    )


def rarer_event_tables(material: Material) -> Iterator[Table]:
    """What long tables of events leave out, for the supplement."""
    for counts in event_counts(material):
        if len(counts.groups) > 1:
            yield from _tables_by_arm(material, counts, rarer=True)


def _tables_by_arm(material: Material, counts: EventCounts, *, rarer: bool) -> Iterator[Table]:
    caption_end = ", rarer terms" if rarer else ""
    for term in counts.terms:
        if levels := _levels_shown(material, counts, term, rarer=rarer):
            yield _by_arm(material, counts, term, levels, caption_end)
    levels = [
        level
        for level in _levels_shown(material, counts, counts.severity, rarer=rarer)
        if any((group, level) in counts.worst for group in counts.groups)
    ]
    if levels:
        yield _severities(material, counts, levels, caption_end)


def _levels_shown(material: Material, counts: EventCounts, term: str, *, rarer: bool) -> list[str]:
    """Levels with any such event.

    Of a long table the body systems and frequent terms or, where `rarer`, the other terms.
    """
    seen = [
        level
        for level in counts.levels
        if level == ANY
        or any(line and not is_without_event(line) for line in counts.across(term, level))
    ]
    if len(seen) <= LONG:
        return [] if rarer else seen
    least = material.options.events_from
    return [level for level in seen if counts.is_frequent(level, term, least) != rarer]


def _one_group(material: Material, counts: EventCounts) -> Table:
    group, notes = counts.groups[0], Notes()
    rows: list[Row] = []
    for level in counts.levels:
        by_term = {term: counts.lines.get((group, term, level)) for term in counts.terms}
        present = [line for line in by_term.values() if line]
        cells = [
            _level_cell(counts, level, notes, present),
            *_any_event_cells(material, by_term.pop(counts.any_event, None)),
            *(_count_cell(material, counts, (group, term, level)) for term in by_term),
        ]
        if counts.worst:
            cells.append(_severity_cell(material, counts.worst.get((group, level), [])))
        rows.append(Row(tuple(cells), look=_look(level)))
        rows += [row for line in present for row in problem_rows(line)]
    heads = {term: counts.labels[term] for term in counts.terms if term != counts.any_event}
    spec = one_group_spec(material, counts.title, heads, worst=bool(counts.worst))
    return spec.filled(
        rows,
        notes=notes.listed,
        population=population(material, counts.rows),
        remarks=_remarks_on_unknown(counts, counts.terms),
    )


def _heads_of_some_events(outline: Outline) -> dict[str, str]:
    """Term = head of each count of some events; the first term of an analysis counts them all."""
    heads: dict[str, str] = {}
    for analysis in outline.registry.analyses.values():
        counted = [term for term in analysis.terms if term.place == EVENTS]
        heads |= {term.name: term.label for term in counted[1:]}
    return heads


def one_group_spec(
    outline: Outline, title: str, heads: Mapping[str, str] | None = None, *, worst: bool = True
) -> TableSpec:
    """The adverse events of one group by body system and term.

    `heads` are those of the counts of some events, as serious ones, by term: of all that analyses
    declare, unless they are given. `worst` adds the worst severity of each subject.
    """
    heads = _heads_of_some_events(outline) if heads is None else heads
    return TableSpec(
        title,
        (
            Column("Body system and term"),
            Column("Subjects", "r"),
            Column(f"{interval_level(outline)} CI", "r"),
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


def _remarks_on_unknown(counts: EventCounts, terms: Iterable[str]) -> Iterator[str]:
    """What a table says under it where something is unknown, or was not recorded."""
    places = [(group, term, level) for group, term, level in counts.lines if term in set(terms)]
    if any(counts.unknown(*place) or counts.most(*place) for place in places):
        yield UNKNOWN_WORDS
    lines = [counts.lines[place] for place in places]
    if len(counts.groups) == 1:
        lines += [line for worst in counts.worst.values() for line in worst]
    if any(row["value"] is None and not row["error"] for line in lines for row in line.rows):
        yield NOT_RECORDED_WORDS


def _look(level: str) -> str:
    return "main" if level == ANY else "inset" if "|" in level else "system"


def _level_cell(counts: EventCounts, level: str, notes: Notes, present: list[Line]) -> Rich:
    marks = notes.marks([row for line in present for row in line.rows])
    return rich(counts.label(level), Part(marks, look="mark") if marks else None)


def _any_event_cells(material: Material, line: Line | None) -> tuple[Rich, Rich, Rich]:
    """Subjects with their share, the interval, events."""
    if line is None:
        return (), (), ()
    stats = line.stats
    low, high = (shown(material, stats.get(name)) for name in ("conf_low", "conf_high"))
    interval = rich(low, " to ", high) if low and high else rich(low, high)
    return (
        rich(_subjects(material, stats), anchors(stats, "denominator", "estimate", "conf_level")),
        interval,
        rich(shown(material, stats.get("n_events"))),
    )


def _subjects(material: Material, stats: Mapping[str, Result]) -> Rich:
    """Subjects with an event, and their share."""
    number = shown(material, stats.get("n_with_event"))
    share = shown(material, stats.get("percent"))
    return rich(number, *((" (", share, ")") if share and share.look != "void" else (share,)))


def _count_cell(
    material: Material,
    counts: EventCounts,
    place: tuple[str | None, str, str],
    *,
    brief: bool = False,
) -> Rich:
    """Subjects (share); events. For none: zero, and the upper limit of what it leaves possible.

    Where some are unknown, a zero has no such limit: how many are unknown stands beside, or the
    most that there may be. A brief cell has addresses for what it prints, and a full one for all
    stats of its lines. `place` is group, term and level.
    """
    line, unknown, most = counts.lines.get(place), counts.unknown(*place), counts.most(*place)
    if line is None:
        return ()
    stats = line.stats
    if most is not None:
        return _bounds_cell(material, [line, most, *([unknown] if unknown else [])], brief=brief)
    with_event, events, high = (
        shown(material, stats.get(name)) for name in ("n_with_event", "n_events", "conf_high")
    )
    unknown_events = shown(material, unknown.stats.get("n_events")) if unknown else None
    beside = rich(", unknown ", unknown_events) if unknown_events else ()
    if unknown and not brief:
        beside = rich(beside, anchors(unknown.stats, *sorted(COUNTED - {"n_events"})))
    if is_without_event(line):
        limit = (" (up to ", high, ")") if high and high.look != "void" else (high,)
        unprinted = COUNTED - {"n_with_event"} - (frozenset() if unknown else {"conf_high"})
        return rich(
            with_event,
            *(() if unknown else limit),
            beside,
            () if brief else anchors(stats, *sorted(unprinted)),
        )
    limits = ("conf_low", "conf_high", "conf_level")
    return rich(
        _subjects(material, stats),
        *(("; ", events) if events else ()),
        beside,
        anchors(stats, "conf_high")
        if brief
        else anchors(stats, "denominator", "estimate", *limits),
    )


def _bounds_cell(material: Material, bounds: list[Line], *, brief: bool) -> Rich:
    """What is known and the most there may be: subjects (share); events."""
    low, most = bounds[:2]
    printed = {"n_with_event", "percent", "n_events"}
    events = [shown(material, line.stats.get("n_events")) for line in (low, most)]
    return rich(
        _subjects(material, low.stats),
        " to ",
        _subjects(material, most.stats),
        *(("; ", events[0], " to ", events[1]) if all(events) else ()),
        *(
            ()
            if brief
            else (anchors(line.stats, *sorted(COUNTED - printed)) for line in (low, most))
        ),
        *(() if brief else (anchors(line.stats, *sorted(COUNTED)) for line in bounds[2:])),
    )


def _severity_cell(material: Material, worst: list[Line]) -> Rich:
    """Subjects by the worst severity that each had, as in "mild 15, moderate 4"."""
    # Place 0 is of subjects of whose events none is known.
    graded = sorted(
        (line for line in worst if line.key["at"] is not None),
        key=lambda line: (line.key["at"] == 0, line.key["at"] or 0),
    )
    parts: list[Part | str | Rich] = []
    for line in graded:
        row = line.stats["n_with_event"]
        if row["value"]:
            parts += [f"{', ' if parts else ''}{row['text']} ", rich(shown(material, row))]
        hidden = [name for name in line.stats if name != "n_with_event" or not row["value"]]
        parts.append(rich(anchors(line.stats, *hidden)))
    for line in (line for line in worst if line.key["at"] is None):
        parts.append(rich(shown(material, line.stats.get("n_with_event"))))
        parts.append(
            rich(anchors(line.stats, *(name for name in line.stats if name != "n_with_event")))
        )
    return rich(*parts)


def _by_arm(
    material: Material, counts: EventCounts, term: str, levels: list[str], caption_end: str
) -> Table:
    """One kind of event, a column an arm.

    Levels without any such event in any arm are rows of results.csv alone.
    """
    notes, rows = Notes(), []
    for level in levels:
        across = counts.across(term, level)
        present = [line for line in across if line]
        cells = (
            _count_cell(material, counts, (group, term, level), brief=True)
            for group in counts.groups
        )
        rows.append(Row((_level_cell(counts, level, notes, present), *cells), look=_look(level)))
        rows += [row for line in present for row in problem_rows(line)]
    spec = by_arm_spec(
        material,
        f"{counts.title}: {counts.labels[term].lower()}{caption_end}",
        counts.groups,
        foot(material, f"Subjects (share); events. {UPPER}"),
    )
    return spec.filled(
        rows,
        notes=notes.listed,
        population=population(material, [row for row in counts.rows if row["term"] == term]),
        remarks=_remarks_on_unknown(counts, [term]),
        n=_group_sizes(material, counts),
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


def event_specs(outline: Outline, analysis: str, title: str) -> Iterator[TableSpec]:
    """The tables of one analysis of events: one of a single group, else one a kind of event.

    Deaths have one more, where the analysis counts them.
    """
    declared = outline.analysis(analysis)
    terms = declared.terms if declared else ()
    places = {term.place for term in terms}
    one_group = outline.single_arm or not outline.study.arms
    groups = (None,) if one_group else (None, *outline.study.arms)
    if one_group:
        yield one_group_spec(outline, title)
    else:
        under = foot(outline, f"Subjects (share); events. {UPPER}")
        for term in terms:
            if term.place == EVENTS:
                yield by_arm_spec(outline, f"{title}: {term.label.lower()}", groups, under)
        if SEVERITY in places:
            caption = f"{title}: subjects by worst severity"
            yield by_arm_spec(outline, caption, groups, bare_foot(outline), "l")
    if DEATHS in places:
        yield deaths_spec(outline, f"{title}: deaths", groups)


def _group_sizes(material: Material, counts: EventCounts) -> dict[str, Part]:
    """How many subjects each column is of, by its head."""
    of_all = {group: counts.lines.get((group, counts.any_event, ANY)) for group in counts.groups}
    return _sizes(material, of_all)


def _sizes(material: Material, of_groups: Mapping[str | None, Line | None]) -> dict[str, Part]:
    """The denominator of a line of each group, by the head of its column."""
    sizes = {}
    for group, line in of_groups.items():
        n = mentioned(shown(material, line.stats.get("denominator"))) if line else None
        if n is not None:
            sizes[material.arm_name(group) or "All"] = n
    return sizes


def _deaths(material: Material, counts: EventCounts) -> Table:
    """Subjects who died, by who tells of it, a column an arm."""
    groups = [group for group in counts.groups if any(key[0] == group for key in counts.deaths)]
    rows, notes = [], Notes()
    for level in dict.fromkeys(level for _, level in counts.deaths):
        present = [line for group in groups if (line := counts.deaths.get((group, level)))]
        marks = notes.marks([row for line in present for row in line.rows])
        words = rich(present[0].labels, Part(marks, look="mark") if marks else None)
        cells = (_death_cell(material, counts.deaths.get((group, level))) for group in groups)
        rows.append(Row((words, *cells), look="main" if level == ANY else "inset"))
        rows += [row for line in present for row in problem_rows(line)]
    spec = deaths_spec(material, f"{counts.title}: deaths", groups)
    own = [row for line in counts.deaths.values() for row in line.rows]
    sizes = _sizes(material, {group: counts.deaths.get((group, ANY)) for group in groups})
    return spec.filled(rows, notes=notes.listed, population=population(material, own), n=sizes)


def deaths_spec(outline: Outline, title: str, groups: Sequence[str | None]) -> TableSpec:
    """Subjects who died, by who tells of it, a column an arm."""
    return TableSpec(
        title,
        (Column("Deaths"), *(Column(outline.arm_name(group) or "All", "r") for group in groups)),
        foot(
            outline,
            f"Subjects (share); fatal events, whether treatment-emergent or not. {UPPER} "
            "Not recorded: no file tells.",
        ),
        look="safety",
    )


def _death_cell(material: Material, line: Line | None) -> Rich:
    if line is None:
        return ()
    stats = line.stats
    high, events = shown(material, stats.get("conf_high")), shown(material, stats.get("n_events"))
    unprinted = ("denominator", "estimate", "conf_low", "conf_level")
    if is_without_event(line):
        return rich(
            shown(material, stats["n_with_event"]),
            *((" (up to ", high, ")") if high and high.look != "void" else (high,)),
            anchors(stats, "n_events", "percent", *unprinted),
        )
    return rich(
        _subjects(material, stats),
        *(("; ", events) if events else ()),
        anchors(stats, "conf_high", *unprinted),
    )


def _severities(
    material: Material, counts: EventCounts, levels: list[str], caption_end: str
) -> Table:
    """Subjects by the worst severity that each had, a column an arm."""
    rows = []
    for level in levels:
        cells = (
            _severity_cell(material, counts.worst.get((group, level), []))
            for group in counts.groups
        )
        rows.append(Row((rich(counts.label(level)), *cells), look=_look(level)))
    spec = by_arm_spec(
        material,
        f"{counts.title}: subjects by worst severity{caption_end}",
        counts.groups,
        bare_foot(material),
        align="l",
    )
    return spec.filled(
        rows,
        population=population(
            material, [row for row in counts.rows if row["term"] == counts.severity]
        ),
        n=_group_sizes(material, counts),
    )
