"""Solicited reactions: worst severity and longest duration of each, and where and when they came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.report import Column, Row, Table, TableSpec, bare_foot, rich
from dermoutcomes_standard_tables.arms import ArmColumns, arm_columns, planned_columns

if TYPE_CHECKING:
    from dermoutcomes import TableChoice
    from dermoutcomes.report import Material, Outline

__all__ = ["reactions", "reactions_shell"]

TITLE, PLACES = "Solicited reactions", "Solicited reactions by session and side"
SEVERITIES = ("mild", "moderate", "severe", "life-threatening", "fatal")
# Words of a class of durations, with its least and greatest number of days.
DURATIONS: Mapping[str, tuple[int, int | None]] = {
    "1 to 3 days": (1, 3),
    "4 to 7 days": (4, 7),
    "8 to 14 days": (8, 14),
    "more than 14 days": (15, None),
}
UNKNOWN = "not known"
WITHDRAWN = "Treatment withdrawn because of a reaction"
ONCE = (
    "A subject counts once in a row: with the worst severity and the longest duration of each "
    "reaction, from the first to the last day of it."
)


def reactions_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """The classes without numbers; which reactions were asked for, the data say."""
    if "events" not in outline.study.sources:
        return
    heads = planned_columns(outline, choice)
    blank = ((),) * len(heads)
    words = (*(f"Worst severity: {one}" for one in SEVERITIES[:3]), *map(_of_days, DURATIONS))
    rows = [Row((rich("Any"), *blank), look="system")]
    rows += [Row((rich(word), *blank), look="inset") for word in words]
    yield _spec(outline, TITLE, "Reaction", heads).filled([*rows, Row((rich(WITHDRAWN), *blank))])


def reactions(material: Material, choice: TableChoice) -> Iterator[Table]:
    """Subjects with each reaction that was asked for, the most frequent first.

    Then any of them by session and by side, where the file says one.
    """
    across = arm_columns(material, choice)
    events = material.frame("events").filter(
        pl.col("solicited").fill_null(value=False),
        pl.col("subject").is_in(list(across.everybody)),
    )
    if not events.height:
        return
    events = events.with_columns(
        reaction=pl.coalesce("preferred_term", "term"),
        days=1 + _elapsed("end_day") - _elapsed("start_day"),
    )
    rows = [Row((rich("Any"), *across.counts(events["subject"])), look="system")]
    counts = events.group_by("reaction").agg(n=pl.col("subject").n_unique())
    frequent_first = counts.sort("n", "reaction", descending=[True, False], nulls_last=True)
    for reaction in frequent_first["reaction"]:
        own = events.filter(pl.col("reaction").eq_missing(pl.lit(reaction, dtype=pl.String)))
        rows.append(Row((rich(reaction or "Not named"), *across.counts(own["subject"])), "system"))
        rows += [*_severities(own, across), *_durations(own, across)]
    withdrawn = events.filter(pl.col("action") == "withdrawn")["subject"]
    rows.append(Row((rich(WITHDRAWN), *across.counts(withdrawn))))
    yield _spec(material, TITLE, "Reaction", across.columns).filled(rows, n=across.n)
    places = list(_by_place(material, events, across))
    if places:
        yield _spec(material, PLACES, "Session and side", across.columns).filled(places, n=across.n)


def _elapsed(day: str) -> pl.Expr:
    """Study days have no 0: what lies before day 1 is one day nearer than its number says."""
    return pl.when(pl.col(day) > 0).then(pl.col(day) - 1).otherwise(pl.col(day))


def _severities(events: pl.DataFrame, across: ArmColumns) -> Iterator[Row]:
    """Subjects by their worst severity; one whose severities are all unknown stands apart."""
    rank = pl.col("severity").replace_strict(
        {word: number for number, word in enumerate(SEVERITIES)},
        default=None,
        return_dtype=pl.Int32,
    )
    worst = dict(events.group_by("subject").agg(rank.max()).iter_rows())
    for number, words in (*enumerate(SEVERITIES), (None, UNKNOWN)):
        subjects = [subject for subject, own in worst.items() if own == number]
        if subjects:
            row = (rich(f"Worst severity: {words}"), *across.counts(subjects))
            yield Row(row, look="inset")


def _durations(events: pl.DataFrame, across: ArmColumns) -> Iterator[Row]:
    """Subjects by the class of their longest duration.

    One that ended before it began, or of which a day is open, has none.
    """
    days = pl.when(pl.col("days") >= 1).then("days")
    longest = dict(events.group_by("subject").agg(days.max()).iter_rows())
    for words, (low, high) in DURATIONS.items():
        subjects = [
            subject
            for subject, own in longest.items()
            if own is not None and own >= low and (high is None or own <= high)
        ]
        if subjects:
            yield Row((rich(_of_days(words)), *across.counts(subjects)), look="inset")
    open_ended = [subject for subject, own in longest.items() if own is None]
    if open_ended:
        yield Row((rich(_of_days(UNKNOWN)), *across.counts(open_ended)), look="inset")


def _of_days(words: str) -> str:
    return f"Longest: {words}"


def _by_place(material: Material, events: pl.DataFrame, across: ArmColumns) -> Iterator[Row]:
    """Subjects with any reaction in each session and on each side, by severity and duration."""
    named = [name for name in material.study.sessions if name in set(events["session"])]
    others = sorted(set(events["session"].drop_nulls()) - set(named))
    for session in (*named, *others):
        own = events.filter(pl.col("session") == session)
        words = f"Session {session.replace('_', ' ')}"
        yield from _classes(words, own, across)
        yield from _sides(own, across, f"{words}, ")
    if not (named or others):
        yield from _sides(events, across, "")


def _sides(events: pl.DataFrame, across: ArmColumns, before: str) -> Iterator[Row]:
    for side in sorted(set(events["side"].drop_nulls())):
        words = f"{before}{'both sides' if side == 'both' else f'{side} side'}"
        own = events.filter(pl.col("side") == side)
        yield from _classes(f"{words[:1].upper()}{words[1:]}", own, across)


def _classes(words: str, events: pl.DataFrame, across: ArmColumns) -> Iterator[Row]:
    """Subjects with any of some events; then by the worst severity and the longest duration."""
    yield Row((rich(words), *across.counts(events["subject"])), look="system")
    yield from _severities(events, across)
    yield from _durations(events, across)


def _spec(outline: Outline, title: str, head: str, across: tuple[Column, ...]) -> TableSpec:
    return TableSpec(title, (Column(head), *across), bare_foot(outline, ONCE))
