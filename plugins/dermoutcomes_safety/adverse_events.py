"""The analysis `adverse_events`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import count_words
from dermoutcomes_safety.deaths import deaths_of, fatal_not_serious
from dermoutcomes_safety.event_kinds import KINDS, EventKind, is_recorded
from dermoutcomes_safety.treatments import Group, groups

__all__ = ["ADVERSE_EVENTS", "AdverseEventOptions"]

ANY = "any"
COUNTED = (
    "n_events",
    "n_with_event",
    "denominator",
    "percent",
    "estimate",
    "conf_low",
    "conf_high",
    "conf_level",
)
UNCODED = "not coded"
NOT_RECORDED, UNKNOWN = "not recorded", "unknown"
# What is counted of a kind: the ending of its term, and of its words.
OF_KIND, OF_UNKNOWN, AT_MOST = (
    ("", ""),
    ("_unknown", ": not known"),
    ("_at_most", ": so or not known"),
)
GRADES = ("grade 1", "grade 2", "grade 3", "grade 4", "grade 5")
Place: TypeAlias = Literal[
    "adverse events", "unknown adverse events", "most adverse events", "deaths"
]
UNKNOWN_EVENTS: Place = "unknown adverse events"
MOST_EVENTS: Place = "most adverse events"
# How events count of which a relation is not known.
UNKNOWN_COUNT = {
    "related": "counted as related",
    "bounds": "counted apart",
    "leave_out": "not counted",
}


@frozen
class AdverseEventOptions:
    """Which events are counted, and how severities are ordered."""

    treatment_emergent: bool = option(False, "Count only events that began under treatment.")
    categories: tuple[str, ...] = option(
        (), "Count only events of these categories: groups of terms that the study has defined."
    )
    severities: tuple[str, ...] = option(
        ("mild", "moderate", "severe", "life-threatening", "fatal"), "Severities, least first."
    )
    unknown: str = option(
        "related",
        "How an event counts of which the relation is not known: as related, between two bounds "
        "(known, and known or unknown), or not.",
        choices=("related", "bounds", "leave_out"),
    )
    worst: str = option(
        "severity",
        "The column of which the worst is counted; grades are 1 to 5.",
        choices=("severity", "grade"),
    )
    arm: str = option(
        "actual",
        "The arm that was given, where it differs from the one allocated, or the one allocated.",
        choices=("actual", "allocated"),
    )


def run(task: Task, options: AdverseEventOptions) -> Iterator[Stat]:
    """Subjects with events and events: any, by body system, and by term within it; and deaths.

    Of everybody and of each arm.
    """
    events = task.tables.get("events")
    if events is None:
        yield Stat("n_with_event", term="events", level=ANY).failed(
            "no_data", "The study has no source of adverse events."
        )
        return
    events = _with_what_counts(events, options)
    of_subjects = pl.col("subject").is_in(list(set(task.subjects["subject"])))
    levels = list(_levels(events.filter(of_subjects, "counts")))
    for group in groups(task, events, actual=options.arm == "actual"):
        counted = group.events.filter("counts")
        template = Stat(
            "n_events",
            group=group.arm,
            unit="",
            n_subjects=len(group.subjects),
            warning=group.warning,
        )
        for level, label, of_level in levels:
            part = counted.filter(of_level)
            row = evolve(template, level=level, label=label, n_records=part.height)
            if level == ANY:
                any_row = evolve(row, warning=_joined(_on_counting(events, group, options), row))
                yield from _count_rows(task, group, any_row, "events", part)
            else:
                yield from _count_rows(task, group, row, "events", part)
            yield from _kind_rows(task, group, row, part, options)
            yield from _severity_rows(events, row, part, options)
        if not options.categories and not group.of_sides:
            yield from _death_rows(task, group, template)


def _joined(warnings: Iterable[str], row: Stat) -> str | None:
    return " ".join([*warnings, *filter(None, [row.warning])]) or None


def _with_what_counts(events: pl.DataFrame, options: AdverseEventOptions) -> pl.DataFrame:
    """The events with their names made whole, and whether each `counts`."""
    system, term = (
        pl.col("body_system").fill_null(UNCODED),
        pl.coalesce("preferred_term", "term", pl.lit(UNCODED)),
    )
    in_category = (
        pl.col("category").is_in(list(options.categories)).fill_null(value=False)
        if options.categories
        else pl.lit(value=True)
    )
    # An onset that is not known may lie under treatment.
    emergent = pl.col("treatment_emergent").fill_null(value=True)
    return events.sort("id").with_columns(
        _plain(system).alias("body_system"),
        _plain(term).alias("preferred_term"),
        (in_category & emergent if options.treatment_emergent else in_category).alias("counts"),
    )


def _on_counting(events: pl.DataFrame, group: Group, options: AdverseEventOptions) -> Iterator[str]:
    """Warnings on events of nobody, and on those that may or may not have begun under treatment."""
    if of_nobody := events["subject"].null_count():
        events_of = count_words(of_nobody, "event has", "events have")
        yield f"no_subject: {events_of} no subject: not counted."
    if not options.treatment_emergent:
        return
    unknown = group.events.filter("counts", pl.col("treatment_emergent").is_null())
    if unknown.height:
        yield (
            f"unknown_onset: Of {_events_of(unknown)} it is not known whether treatment-emergent; "
            "counted as such."
        )


def _events_of(events: pl.DataFrame, noun: str = "event") -> str:
    """How many events, in how many subjects."""
    subjects = count_words(events["subject"].n_unique(), "subject")
    return f"{count_words(events.height, noun)} in {subjects}"


def _levels(events: pl.DataFrame) -> Iterator[tuple[str, str, pl.Expr]]:
    """Any event.

    Each body system; each term within it: the level's id, its words, and which events it takes.
    """
    yield ANY, "Any adverse event", pl.lit(value=True)
    pairs = (
        events.select("body_system", "preferred_term")
        .unique()
        .sort("body_system", "preferred_term")
        .rows()
    )
    for system in dict.fromkeys(system for system, _ in pairs):
        within = pl.col("body_system") == system
        yield system, system, within
        for term in (term for other, term in pairs if other == system):
            yield f"{system}|{term}", term, within & (pl.col("preferred_term") == term)


def _plain(name: pl.Expr) -> pl.Expr:
    """A name that no level of ours can be taken for.

    Without the sign that divides one, and set apart from "any".
    """
    plain = name.str.replace_all("|", "/", literal=True)
    return (
        pl.when((plain == ANY) | plain.str.ends_with("=true"))
        .then(plain + " (as coded)")
        .otherwise(plain)
    )


def _kind_rows(
    task: Task, group: Group, template: Stat, events: pl.DataFrame, options: AdverseEventOptions
) -> Iterator[Stat]:
    """Events of each kind, those of which it is not known, and where asked the most there may be.

    Those of all events stand as a level of their own ("serious=true"), all others as terms.
    """
    for kind in KINDS:
        if not is_recorded(task.tables["events"], kind.column):
            # What nobody asked about has no zero; a kind with a flag of its own says so.
            if template.level == ANY and kind.column == kind.name:
                term, row = _place(template, kind, OF_KIND)
                yield evolve(row, stat="n_with_event", term=term, text=NOT_RECORDED)
            continue
        unknown = events.filter(kind.is_of_kind.is_null())
        counts_as = kind.unknown_as(options.unknown)
        of_kind = kind.is_of_kind.fill_null(value=counts_as == "related")
        warnings = _on_kind(kind, events, unknown, counts_as) if template.level == ANY else ()
        parts = [(OF_KIND, events.filter(of_kind), _joined(warnings, template))]
        if unknown.height:
            parts.append((OF_UNKNOWN, unknown, template.warning))
        if unknown.height and counts_as == "bounds":
            at_most = events.filter(kind.is_of_kind.fill_null(value=True))
            parts.append((AT_MOST, at_most, template.warning))
        for endings, part, warning in parts:
            term, row = _place(evolve(template, warning=warning), kind, endings)
            yield from _count_rows(task, group, row, term, part)


def _place(template: Stat, kind: EventKind, endings: tuple[str, str]) -> tuple[str, Stat]:
    """The term of a count of a kind, and its row: of all events, a kind is a level of them."""
    if template.level != ANY:
        return f"{kind.name}{endings[0]}", template
    row = evolve(template, label=f"{kind.label}{endings[1]}")
    if endings != OF_KIND:
        return f"{kind.name}{endings[0]}", row
    return "events", evolve(row, level=f"{kind.name}=true")


def _on_kind(
    kind: EventKind, events: pl.DataFrame, unknown: pl.DataFrame, counts_as: str
) -> Iterator[str]:
    """Warnings on events of which a kind is not known, and on deaths that are not serious."""
    if unknown.height:
        yield (
            f"unknown: Of {_events_of(unknown)} it is not known ({kind.head.lower()}); "
            f"{UNKNOWN_COUNT[counts_as]}."
        )
    fatal = fatal_not_serious(events)
    if kind.name == "serious" and fatal.height:
        yield (
            f"fatal_not_serious: {_events_of(fatal, 'fatal event')} not marked as serious; serious "
            "events are counted as recorded."
        )


def _count_rows(
    task: Task, group: Group, template: Stat, term: str, events: pl.DataFrame
) -> Iterator[Stat]:
    subjects = events["subject"].n_unique()
    yield from template.rows(term, n_events=events.height)
    yield from _share_rows(task, group, template, term, subjects)


def _share_rows(
    task: Task, group: Group, template: Stat, term: str, subjects: int
) -> Iterator[Stat]:
    """Subjects, of how many, their share and its exact interval."""
    from dermoutcomes.stats import clopper_pearson

    n = len(group.subjects)
    yield from template.rows(term, n_with_event=subjects, denominator=n)
    if not n:
        for row in template.rows(term, percent=None, estimate=None):
            yield row.failed("one_arm_empty" if group.arm else "no_data", "There is no subject.")
        return
    low, high = clopper_pearson(subjects, n, task.confidence)
    yield from template.rows(
        term,
        percent=100 * subjects / n,
        estimate=subjects / n,
        conf_low=low,
        conf_level=task.confidence,
    )
    text = (
        f"0 of {n}; {100 * task.confidence:g}% upper limit {100 * high:.1f}%"
        if not subjects
        else None
    )
    yield from evolve(template, text=text).rows(term, conf_high=high)


def _severity_rows(
    all_events: pl.DataFrame, template: Stat, events: pl.DataFrame, options: AdverseEventOptions
) -> Iterator[Stat]:
    """Subjects by the worst severity that each had, and the worst of all.

    Severities are places in the order, and words; place 0 is of subjects with no known one.
    """
    names = GRADES if options.worst == "grade" else options.severities
    if not is_recorded(all_events, options.worst):
        if template.level == ANY:
            yield evolve(template, stat="n_with_event", term="worst_severity", text=NOT_RECORDED)
        return
    ranked = events.with_columns(rank=_rank(options))
    ungraded = ranked.filter(pl.col("rank").is_null())
    if ungraded.height and template.level == ANY:
        warning = (
            f"no_severity: {_events_of(ungraded)} without a {options.worst}, or with one that is "
            "not among those ordered."
        )
        template = evolve(template, warning=_joined([warning], template))
    worst = ranked.group_by("subject").agg(pl.col("rank").max())["rank"]
    worst_grades = worst.drop_nulls().to_list()
    for index, name in enumerate(names, start=1):
        if index in worst_grades:
            yield from evolve(template, at=float(index), text=name).rows(
                "worst_severity", n_with_event=worst_grades.count(index)
            )
    if ungraded.height:
        yield from evolve(template, at=0.0, text=UNKNOWN).rows(
            "worst_severity", n_with_event=worst.null_count(), n_events=ungraded.height
        )
    if worst_grades:
        yield from evolve(template, text=names[max(worst_grades) - 1], unit="").rows(
            "worst_severity", max=max(worst_grades)
        )


def _rank(options: AdverseEventOptions) -> pl.Expr:
    """The place of an event's severity, or of its grade, in the order; null where it has none."""
    if options.worst == "grade":
        return pl.col("grade").cast(pl.Int64)
    ranks = {name.casefold(): index for index, name in enumerate(options.severities, start=1)}
    severity = pl.col("severity").str.to_lowercase()
    return severity.replace_strict(ranks, default=None, return_dtype=pl.Int64)


def _death_rows(task: Task, group: Group, template: Stat) -> Iterator[Stat]:
    for deaths in deaths_of(task, group):
        row = evolve(template, level=deaths.level, label=deaths.label)
        if deaths.subjects is None:
            yield evolve(row, stat="n_with_event", term="died", text=NOT_RECORDED)
            continue
        if deaths.events is not None:
            yield from row.rows("died", n_events=deaths.events)
        yield from _share_rows(task, group, row, "died", deaths.subjects)


def _rests_on(task: Task, options: AdverseEventOptions) -> dict[str, pl.DataFrame]:
    """The events of the task's subjects that count, and the fatal ones."""
    events = task.tables.get("events")
    if events is None:
        return {}
    of_subjects = pl.col("subject").is_in(list(set(task.subjects["subject"])))
    counts = pl.col("counts") | (pl.col("fatal").fill_null(value=False) & (not options.categories))
    return {"events": _with_what_counts(events, options).filter(of_subjects, counts)}


def _counted(name: str, label: str, place: Place) -> Term:
    return Term(name, label, COUNTED, scale="proportion", unit="share", place=place)


ADVERSE_EVENTS = Analysis(
    "adverse_events",
    "Adverse events",
    run,
    terms=(
        _counted("events", "Any", "adverse events"),
        *(_counted(kind.name, kind.head, "adverse events") for kind in KINDS),
        *(
            evolve(_counted(f"{kind.name}{ending}", f"{kind.head}{words}", place), of=kind.name)
            for kind in KINDS
            for (ending, words), place in ((OF_UNKNOWN, UNKNOWN_EVENTS), (AT_MOST, MOST_EVENTS))
        ),
        Term(
            "worst_severity",
            "Worst severity",
            ("n_with_event", "n_events", "max"),
            place="worst severity",
        ),
        _counted("died", "Deaths", "deaths"),
    ),
    endpoints="none",
    rests_on=_rests_on,
    reads=("events",),
    reads_if_any=("allocations", "milestones"),
    kinds=(),
    options=AdverseEventOptions,
    method="Adverse events are counted as subjects with an event and as events, by body system "
    "and preferred term; proportions of subjects have exact (Clopper-Pearson) intervals, "
    "whose upper limit says what an absence does not rule out. Deaths are counted from the "
    "outcomes of events and from the milestones of subjects. Of several arms a subject counts in "
    "the {arm} one (actual: of the treatment received; allocated: as randomised).",
    references=(
        Reference(
            "Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the "
            "case of the binomial. Biometrika 1934;26:404-413.",
            "10.1093/biomet/26.4.404",
        ),
        Reference(
            "Hanley JA, Lippman-Hand A. If nothing goes wrong, is everything all right? JAMA "
            "1983;249:1743-1745.",
            "10.1001/jama.1983.03330370053031",
        ),
    ),
)
