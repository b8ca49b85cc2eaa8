"""Conditions of the study file that nobody meets, or everybody: words that the data do not have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

import polars as pl
from attrs import evolve

from dermoutcomes.conditions import Condition
from dermoutcomes.errors import lone_nearest, nearest
from dermoutcomes.sources.cells.recoding import recoding
from dermoutcomes.sources.framework.milestones import milestones_of
from dermoutcomes.sources.framework.populations import (
    memberships,
    satisfied,
    subjects_with_status,
)
from dermoutcomes.study.task_plan import subgroup_levels
from dermoutcomes.tables.findings import no_findings, remarks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dermoutcomes.conditions import Conditions
    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData
    from dermoutcomes.study import Intercurrent

__all__ = ["no_subgroup", "takes_everybody", "takes_nothing"]

Row: TypeAlias = dict[str, str | None]
MOST_WORDS = 8
MOST_SUBJECTS = 20
POLICY = "treatment policy"
ALIKE = 0.8
WORD = re.compile(r"\w+")
# Columns of records that are those of their readings.
PLACES = ("location", "side", "period", "visit", "timepoint")


def takes_nothing(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """Populations, subgroup levels, event rules and intercurrent events that no row is.

    An error where nobody is left to analyse, a warning where a name of the data is like the one
    that is asked for, or an endpoint counts events by it; a note where it may just not have
    happened.
    """
    rows = [
        *_empty_populations(data),
        *_empty_levels(data),
        *_events_of_nobody(data),
        *_milestones_of_nobody(data),
        *_similar_milestones(data),
        *_among_of_nobody(data),
    ]
    return _findings(rows)


def _findings(rows: list[Row]) -> pl.DataFrame:
    if not rows:
        return no_findings()
    words = ("subject", "severity", "message", "found", "expected")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(words, pl.String))
    return remarks(frame, severity=None)


def _row(severity: str, message: str, found: str, expected: str, subject: str | None = None) -> Row:
    return {
        "severity": severity,
        "message": message,
        "found": found,
        "expected": expected,
        "subject": subject,
    }


def _empty_populations(data: StudyData) -> Iterator[Row]:
    for name, where, members in _populations(data):
        if members == 0:
            yield _row(
                "error",
                f"nobody is in the population {name!r}: no subject has {where}",
                _held_by(subjects_with_status(data.tables), where),
                f"conditions under populations.{name} that subjects meet",
            )


def takes_everybody(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """Populations with conditions that leave nobody out."""
    subjects = subjects_with_status(data.tables)
    return _findings(
        [
            _row(
                "note",
                f"the conditions of the population {name!r} leave nobody out: all "
                f"{subjects.height} subjects have {where}",
                _held_by(subjects, where),
                "conditions that some do not meet, or a population without any",
            )
            for name, where, members in _populations(data)
            if members == subjects.height
        ]
    )


def _populations(data: StudyData) -> Iterator[tuple[str, Conditions, int]]:
    """Name, conditions and number of members of each population that endpoints use."""
    study, subjects = data.study, subjects_with_status(data.tables)
    used = {name for endpoint in study.endpoints.values() for name in endpoint.populations}
    known = {*subjects.columns, "arm", "arm_actual"}
    asked = {column for one in study.populations.values() for column in one.where.columns}
    # A column that is not there is a problem of the records, which says more of it.
    if not subjects.height or not asked <= known:
        return
    belongs = memberships(study, data.tables)["populations"].explode()
    for name, population in study.populations.items():
        if name in used and population.where:
            yield name, population.where, int((belongs == name).sum())


def _empty_levels(data: StudyData) -> Iterator[Row]:
    subjects = data.table("subjects")
    for name, by, levels in _subgroups(data):
        held = subjects[by].drop_nulls()
        for level, values in levels.items():
            if not _in_level(subjects, by, values).any():
                yield _row(
                    "warning",
                    f"nobody is in the level {level!r} of the subgroups {name!r}: no subject has "
                    f"{by} = {' or '.join(map(repr, values))}",
                    _frequent(held),
                    f"values that {by} has, under subgroups.{name}.levels.{level}",
                )


def no_subgroup(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """Subjects in no level of a subgroup that an endpoint is analysed in, a finding a subgroup."""
    subjects = data.table("subjects")
    rows = []
    for name, by, levels in _subgroups(data):
        values = tuple(value for own in levels.values() for value in own)
        without = subjects.filter(~_in_level(subjects, by, values))
        if without.height:
            words = without.select(
                pl.format("{} ({})", "subject", pl.col(by).cast(pl.String).fill_null("blank"))
            ).to_series()
            rows.append(
                _row(
                    "warning",
                    f"{without.height} of {subjects.height} subjects are in no level of the "
                    f"subgroups {name!r} by {by}: {_listed(words)}",
                    _frequent(without[by]),
                    f"{by} as under subgroups.{name}.levels, whose values may be lists as "
                    '["m", "M"]',
                    without["subject"][0] if without.height == 1 else None,
                )
            )
    return _findings(rows)


def _subgroups(data: StudyData) -> Iterator[tuple[str, str, dict[str, tuple[object, ...]]]]:
    """Name, column and levels of the subgroups that endpoints are analysed in."""
    study, subjects = data.study, data.table("subjects")
    used = {name for endpoint in study.endpoints.values() for name in endpoint.subgroups}
    for name, subgroup in study.subgroups.items():
        if name in used and subgroup.by in subjects.columns and subjects.height:
            levels = subgroup_levels(study, name)
            yield name, subgroup.by, {level: tuple(own) for level, own in levels.items()}


def _in_level(subjects: pl.DataFrame, by: str, values: tuple[object, ...]) -> pl.Series:
    condition = Condition(by, "in", values)
    return subjects.select(condition.expr().fill_null(value=False).alias(by))[by]


def _events_of_nobody(data: StudyData) -> Iterator[Row]:
    """Endpoints of time to event whose rule takes no row of its table."""
    for name, endpoint in data.study.endpoints.items():
        rule = endpoint.event
        table = data.table(rule.table) if rule else pl.DataFrame()
        if rule is None or not table.height or not {*rule.where.columns} <= {*table.columns}:
            continue
        taken = table
        for condition in rule.where:
            taken = taken.filter(satisfied(taken, condition).fill_null(value=False))
        if not taken.height:
            yield _row(
                "warning",
                f"no row of {rule.table} is an event of the endpoint {name!r}: none of "
                f"{table.height} has {rule.where}",
                _held_by(table, rule.where),
                f"conditions under endpoints.{name}.event.where that rows meet",
            )


def _milestones_of_nobody(data: StudyData) -> Iterator[Row]:
    milestones = data.table("milestones")
    for name, event in data.study.intercurrent.items():
        if not _decides(data, event) or milestones_of(milestones, event).height:
            continue
        names = milestones["milestone"].drop_nulls()
        other_class = milestones_of(milestones, _without_class(event)).height > 0
        held = milestones["class"].drop_nulls() if other_class else names
        wanted = (event.class_ or "") if other_class else event.milestone
        near = _like(wanted, held.unique().sort().to_list())
        key = "class" if other_class else "milestone"
        yield _row(
            "warning" if near or other_class else "note",
            f"nobody has the {key} {wanted!r}, which intercurrent.{name} waits for: its strategies "
            "change nothing" + (f"; the data have {near!r}" if near else ""),
            _frequent(held),
            f"intercurrent.{name}.{key} as the data name it",
        )


def _similar_milestones(data: StudyData) -> Iterator[Row]:
    """Milestones beside those of an intercurrent event whose name holds its name, or is held by it.

    None that another event waits for, or that the source recodes to itself: these are others.
    """
    study, milestones = data.study, data.table("milestones")
    held = milestones["milestone"].drop_nulls()
    settled = {event.milestone.casefold() for event in study.intercurrent.values()} | {
        word.casefold()
        for source in study.sources.get("milestones", ())
        for word in recoding(source, "milestone").values()
    }
    for name, event in study.intercurrent.items():
        taken = milestones_of(milestones, event)
        if not _decides(data, event) or not taken.height:
            continue
        near = [
            word
            for word in held.unique().sort()
            if word.casefold() not in settled and _holds(word, event.milestone)
        ]
        if near:
            others = held.filter(held.is_in(near))
            words = ", ".join(f'"{word}" = "{event.milestone}"' for word in near)
            kept = ", ".join(f'"{word}" = "{word}"' for word in near)
            yield _row(
                "warning",
                f"intercurrent.{name} waits for the milestone {event.milestone!r}, which "
                f"{taken.height} of {milestones.height} rows have; the data have "
                f"{' and '.join(map(repr, near))} beside it, "
                "which changes nothing",
                _frequent(others),
                f"values.milestone = {{ {words} }} in sources.milestones if they are one, "
                f"{{ {kept} }} if they are others",
            )


def _holds(word: str, other: str) -> bool:
    """Whether one of two names holds all words of the other, or is spelt nearly as the other."""
    first, second = (set(WORD.findall(name.casefold())) for name in (word, other))
    alike = bool(first and second) and (first <= second or second <= first)
    return alike or lone_nearest(word, [other], ALIKE) is not None


def _among_of_nobody(data: StudyData) -> Iterator[Row]:
    """Conditions under `among` of subjects or places that none has, and words of theirs.

    An error where none is left; conditions of numbers are told where records are made.
    """
    for name, endpoint in data.study.endpoints.items():
        own = data.observations.filter(pl.col("measure") == (endpoint.measure or ""))
        for condition in endpoint.among:
            column = condition.column
            frame = subjects_with_status(data.tables)
            if column in PLACES:
                frame = own
            elif column == "arm":
                frame = data.table("allocations")
            if column not in frame.columns or not frame.height:
                continue
            several = condition.value if condition.operator == "in" else ()
            parts = [Condition(column, "in", (value,)) for value in several] or [condition]
            absent = [part for part in parts if not _meets(frame, part)]
            if not absent:
                continue
            whole = len(absent) == len(parts)
            words = " or ".join(repr(part.value[0]) if several else str(part) for part in absent)
            asked = f"{column} = {words}" if several else words
            yield _row(
                "error" if whole and name in data.study.main_endpoints else "warning",
                f"`among` of the endpoint {name!r} "
                + ("takes no record" if whole else "asks for what no record is")
                + f": none has {asked}",
                _frequent(frame[column]),
                f"a condition under endpoints.{name}.among.{column} that records meet",
            )


def _meets(frame: pl.DataFrame, condition: Condition) -> bool:
    return bool(frame.select(satisfied(frame, condition).fill_null(value=False)).to_series().any())


def _decides(data: StudyData, event: Intercurrent) -> bool:
    strategies = [event.strategy.get(name, event.default) for name in data.study.endpoints]
    return any(strategy != POLICY for strategy in strategies)


def _without_class(event: Intercurrent) -> Intercurrent:
    return evolve(event, class_=None)


def _like(word: str, names: list[str]) -> str | None:
    """A name of the data that holds the word, is held by it, or is spelt nearly so."""
    for name in names:
        if word.casefold() in name.casefold() or name.casefold() in word.casefold():
            return name
    return nearest(word, names)


def _held_by(frame: pl.DataFrame, where: Conditions) -> str:
    """What the columns that conditions ask of hold."""
    columns = [name for name in dict.fromkeys(where.columns) if name in frame.columns]
    return "; ".join(f"{name}: {_frequent(frame[name])}" for name in columns)


def _frequent(cells: pl.Series) -> str:
    """The most frequent values of a column with how often each is there."""
    counts = (
        pl.DataFrame({"word": cells.cast(pl.String)})
        .with_columns(pl.col("word").fill_null("blank"))
        .group_by("word")
        .len()
        .sort("len", "word", descending=[True, False])
    )
    named = [f"{word} ({times})" for word, times in counts.head(MOST_WORDS).iter_rows()]
    more = counts.height - MOST_WORDS
    return (", ".join(named) + (f" and {more} more" if more > 0 else "")) or "nothing"


def _listed(words: Iterable[str]) -> str:
    """All of them, or of more than twenty three examples."""
    named = list(words)
    shown = named if len(named) <= MOST_SUBJECTS else named[:3]
    more = len(named) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
