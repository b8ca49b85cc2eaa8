"""The analysis `adverse_events`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes_safety.treatments import Group, groups

__all__ = ["ADVERSE_EVENTS", "AdverseEventOptions"]

FLAGS = {
    "serious": "Serious adverse event",
    "related_product": "Related to the product",
    "related_procedure": "Related to the procedure",
}
# What is counted, any event first, under the heads of a report's columns.
TERMS = {
    "events": "Any",
    "related_product": "Related to product",
    "related_procedure": "Related to procedure",
    "serious": "Serious",
}
ALL = "any"
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
    arm: str = option(
        "actual",
        "The arm that was given, where it differs from the one allocated, or the one allocated.",
        choices=("actual", "allocated"),
    )


def run(task: Task, options: AdverseEventOptions) -> Iterator[Stat]:
    """Subjects with events and events: any, by body system, and by term within it.

    Of everybody and of each arm.
    """
    events = task.tables.get("events")
    if events is None:
        yield Stat("n_with_event", term="events", level=ALL).failed(
            "no_data", "The study has no source of adverse events."
        )
        return
    countable, warning = _countable_events(events, options)
    levels = list(
        _levels(countable.filter(pl.col("subject").is_in(list(set(task.subjects["subject"])))))
    )
    for group in groups(task, countable, actual=options.arm == "actual"):
        template = Stat(
            "n_events",
            group=group.arm,
            unit="",
            n_subjects=len(group.subjects),
            warning=warning or group.warning,
        )
        for level, label, of_level in levels:
            part = group.events.filter(of_level)
            row = evolve(template, level=level, label=label, n_records=part.height)
            yield from _count_rows(task, group, row, "events", part)
            yield from _flag_rows(task, group, row, part)
            yield from _severity_rows(row, part, options.severities)


def _countable_events(
    events: pl.DataFrame, options: AdverseEventOptions
) -> tuple[pl.DataFrame, str | None]:
    """The events that count, with their names made whole, and a warning about those of which it is not known."""
    system, term = (
        pl.col("body_system").fill_null(UNCODED),
        pl.coalesce("preferred_term", "term", pl.lit(UNCODED)),
    )
    in_window = (
        events.filter(pl.col("category").is_in(list(options.categories)))
        if options.categories
        else events
    )
    with_terms = in_window.sort("id").with_columns(
        _plain(system).alias("body_system"), _plain(term).alias("preferred_term")
    )
    warnings, unknown = [], 0
    if of_nobody := with_terms["subject"].null_count():
        warnings.append(f"no_subject: {of_nobody} event(s) have no subject; they are not counted.")
    if options.treatment_emergent:
        unknown = with_terms["treatment_emergent"].null_count()
        with_terms = with_terms.filter(pl.col("treatment_emergent").fill_null(value=True))
    if unknown:
        warnings.append(
            f"unknown_onset: {unknown} event(s) may or may not be treatment-emergent; they are "
            "counted."
        )
    return with_terms, " ".join(warnings) or None


def _levels(events: pl.DataFrame) -> Iterator[tuple[str, str, pl.Expr]]:
    """Any event.

    Each body system; each term within it: the level's id, its words, and which events it takes.
    """
    yield ALL, "Any adverse event", pl.lit(value=True)
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
        pl.when((plain == ALL) | plain.str.ends_with("=true"))
        .then(plain + " (as coded)")
        .otherwise(plain)
    )


def _flag_rows(task: Task, group: Group, template: Stat, events: pl.DataFrame) -> Iterator[Stat]:
    """The serious and the related ones: of all, as levels of their own ("serious=true").

    Within a system or term, as terms.
    """
    for flag, words in FLAGS.items():
        unknown = events[flag].null_count()
        row = (
            evolve(
                template,
                warning=f"unknown: Of {unknown} event(s) it is not known; they are not counted.",
            )
            if unknown
            else template
        )
        if template.level == ALL:
            yield from _count_rows(
                task,
                group,
                evolve(row, level=f"{flag}=true", label=words),
                "events",
                events.filter(pl.col(flag)),
            )
        else:
            yield from _count_rows(task, group, row, flag, events.filter(pl.col(flag)))


def _count_rows(
    task: Task, group: Group, template: Stat, term: str, events: pl.DataFrame
) -> Iterator[Stat]:
    from dermoutcomes.stats import clopper_pearson

    n, subjects = len(group.subjects), events["subject"].n_unique()
    yield from template.rows(term, n_events=events.height, n_with_event=subjects, denominator=n)
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
        f"0 of {n}; {100 * task.confidence:g} % upper limit {100 * high:.1f} %"
        if not subjects
        else None
    )
    yield from evolve(template, text=text).rows(term, conf_high=high)


def _severity_rows(
    template: Stat, events: pl.DataFrame, severities: Sequence[str]
) -> Iterator[Stat]:
    """Subjects by the worst severity that each had, and the worst of all.

    Severities are places in the order, and words.
    """
    rank = {name.casefold(): index for index, name in enumerate(severities, start=1)}
    graded = events.with_columns(
        events["severity"]
        .str.to_lowercase()
        .replace_strict(rank, default=None, return_dtype=pl.Int64)
        .alias("rank")
    )
    ungraded = graded["rank"].null_count()
    if ungraded:
        template = evolve(
            template,
            warning=f"no_severity: {ungraded} event(s) have no severity, or one that is not among "
            "those ordered.",
        )
    worst_grades = (
        graded.group_by("subject").agg(pl.col("rank").max())["rank"].drop_nulls().to_list()
    )
    for index, name in enumerate(severities, start=1):
        if index in worst_grades:
            yield from evolve(template, at=float(index), text=name).rows(
                "worst_severity", n_with_event=worst_grades.count(index)
            )
    if worst_grades:
        yield from evolve(template, text=severities[max(worst_grades) - 1], unit="").rows(
            "worst_severity", max=max(worst_grades)
        )


ADVERSE_EVENTS = Analysis(
    "adverse_events",
    "Adverse events",
    run,
    terms=(
        *(
            Term(name, label, COUNTED, scale="proportion", unit="share", place="adverse events")
            for name, label in TERMS.items()
        ),
        Term("worst_severity", "Worst severity", ("n_with_event", "max"), place="worst severity"),
    ),
    endpoints="none",
    reads=("events",),
    reads_if_any=("allocations",),
    kinds=(),
    options=AdverseEventOptions,
    method="Adverse events are counted as subjects with an event and as events, by body system "
    "and preferred term; proportions of subjects have exact (Clopper-Pearson) intervals, "
    "whose upper limit says what an absence does not rule out.",
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
