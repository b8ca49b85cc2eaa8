"""What was given and what came between: exposure by arm, and intercurrent events by arm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.report import (
    Column,
    Row,
    Table,
    TableSpec,
    bare_foot,
    columns,
    number,
    rich,
    signed,
)
from dermoutcomes_standard_tables.arms import ArmColumns, arm_columns, planned_columns

if TYPE_CHECKING:
    from dermoutcomes import TableChoice
    from dermoutcomes.report import Material, Outline

__all__ = [
    "exposure",
    "exposure_by_session",
    "exposure_by_session_shell",
    "exposure_shell",
    "intercurrent_events",
    "intercurrent_events_shell",
]

# Batches that a row names, and those that have a row each: of a patient's own blood each is one.
NAMED_BATCHES, MOST_BATCHES = 4, 20
FIRST_DAY = "First day"
UNKNOWN_DOSE = "Doses that are not recorded count in no sum: {} of {} rows have none."


def exposure_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """The lines without numbers, with the sessions that are planned."""
    if "exposures" not in outline.study.sources:
        return
    heads = planned_columns(outline, choice)
    planned = [_session_words(name) for name in outline.study.sessions]
    words = ("Treated", *planned)
    yield _exposure_spec(outline, heads).filled(
        Row((rich(word), *(((),) * len(heads)))) for word in words
    )


def exposure(material: Material, choice: TableChoice) -> Iterator[Table]:
    """Subjects treated, by session and by number of sessions; dose a subject, by its unit.

    Counted from the table of exposures: a session is one by its name, or a day where it has none.
    """
    given = material.frame("exposures")
    if not given.height:
        return
    across = arm_columns(material, choice)
    given = given.with_columns(
        occasion=pl.coalesce("session", "visit", pl.col("day").cast(pl.String))
    )
    rows = [Row((rich("Treated"), *across.counts(given["subject"])), look="system")]
    names = list(dict.fromkeys(given["session"].drop_nulls()))
    planned = [name for name in material.study.sessions if name in names]
    for name in (*planned, *(name for name in names if name not in planned)):
        subjects = given.filter(pl.col("session") == name)["subject"]
        rows.append(Row((rich(_session_words(name)), *across.counts(subjects)), look="inset"))
    per_subject = given.group_by("subject").agg(pl.col("occasion").drop_nulls().n_unique())
    if names:
        rows.append(
            Row((rich("Number of sessions"), *(((),) * len(across.subjects))), look="system")
        )
        for n in sorted(set(per_subject["occasion"])):
            subjects = per_subject.filter(pl.col("occasion") == n)["subject"]
            rows.append(Row((rich(str(n)), *across.counts(subjects)), look="inset"))
    doses = given.drop_nulls("dose")
    for unit in dict.fromkeys(doses["unit"].fill_null("")):
        rows += _doses(across, doses.filter(pl.col("unit").fill_null("") == unit), unit)
    unknown = given.height - doses.height
    remarks = (UNKNOWN_DOSE.format(unknown, given.height),) if unknown and doses.height else ()
    yield _exposure_spec(material, across.columns).filled(rows, n=across.n, remarks=remarks)


def _doses(across: ArmColumns, doses: pl.DataFrame, unit: str) -> Iterator[Row]:
    """Mean (SD), median and range of the sum of a subject's doses."""
    sums = dict(doses.group_by("subject").agg(pl.col("dose").sum()).iter_rows())
    words = f"Sum of the recorded doses of a subject{f' ({unit})' if unit else ''}"
    yield Row((rich(words), *(((),) * len(across.subjects))), look="system")
    of_columns = [
        pl.Series(
            [sums[subject] for subject in sorted(members) if subject in sums], dtype=pl.Float64
        )
        for members in across.subjects.values()
    ]
    yield Row((rich("n"), *(rich(str(values.len())) for values in of_columns)), look="inset")
    for name, text in (("Mean (SD)", _mean), ("Median", _median), ("Range", _range)):
        cells = (rich(across.style.in_words(text(values))) for values in of_columns)
        yield Row((rich(name), *cells), look="inset")


def _mean(values: pl.Series) -> str:
    mean, sd = values.mean(), values.std()
    if not isinstance(mean, float):
        return ""
    return f"{number(mean, 2)} ({number(sd, 2)})" if isinstance(sd, float) else number(mean, 2)


def _median(values: pl.Series) -> str:
    median = values.median()
    return number(median, 2) if isinstance(median, float) else ""


def _range(values: pl.Series) -> str:
    low, high = values.min(), values.max()
    if not isinstance(low, float) or not isinstance(high, float):
        return ""
    return f"{number(low, 2)} to {number(high, 2)}"


def exposure_by_session_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """The sessions that are planned, and no number."""
    if "exposures" not in outline.study.sources:
        return
    spec = _given_spec(outline)
    blank = ((),) * (len(spec.columns) - 2)
    yield spec.filled(
        Row((rich(_product(outline, session.treatment)), rich(_session_words(name)), *blank))
        for name, session in outline.study.sessions.items()
    )


def exposure_by_session(material: Material, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """A row a product, session, place and side: subjects, treatments, batches and doses of each.

    Then a row a batch, where there are several and no more than a page can show.
    """
    given = material.frame("exposures")
    if not given.height:
        return
    planned = {name: rank for rank, name in enumerate(material.study.sessions)}
    groups = given.sort(
        "treatment",
        pl.col("session").replace_strict(planned, default=len(planned), return_dtype=pl.Int32),
        *("session", "location", "side", "unit"),
        nulls_last=True,
        maintain_order=True,
    ).group_by("treatment", "session", "location", "side", "unit", maintain_order=True)
    rows = []
    for (treatment, session, location, side, unit), own in groups:
        place = material.location_name(str(location)) if location is not None else ""
        texts = (
            _product(material, treatment),
            _session_words(str(session)) if session is not None else "",
            place,
            str(side or ""),
            *_amounts(own, unit),
            _batches(own["batch"]),
        )
        rows.append(Row(tuple(map(rich, texts))))
    unknown = given["dose"].null_count()
    some = 0 < unknown < given.height
    remarks = (UNKNOWN_DOSE.format(unknown, given.height),) if some else ()
    yield _given_spec(material).filled(rows, remarks=remarks)
    if 1 < given["batch"].drop_nulls().n_unique() <= MOST_BATCHES:
        yield _by_batch(material, given)


def _by_batch(material: Material, given: pl.DataFrame) -> Table:
    """A row a product and batch; treatments without one stand last."""
    groups = given.sort("treatment", "batch", "unit", nulls_last=True, maintain_order=True)
    rows = []
    for (treatment, batch, unit), own in groups.group_by(
        "treatment", "batch", "unit", maintain_order=True
    ):
        texts = (_product(material, treatment), str(batch or "not recorded"), *_amounts(own, unit))
        rows.append(Row(tuple(map(rich, texts))))
    heads = ("Product", "Batch", "Subjects", "Treatments", "Dose of one")
    title = "Treatments given, by batch"
    spec = TableSpec(title, columns(heads, "llrrr"), bare_foot(material), narrow=True)
    return spec.filled(rows)


def _amounts(given: pl.DataFrame, unit: object) -> tuple[str, str, str]:
    """Subjects, treatments, and the dose of one."""
    subjects = str(given["subject"].n_unique())
    return subjects, str(given.height), _doses_of(given["dose"], str(unit or ""))


def _batches(batches: pl.Series) -> str:
    """The batches by name, or how many they are where every subject has its own."""
    names = batches.drop_nulls().unique().sort().to_list()
    return ", ".join(names) if len(names) <= NAMED_BATCHES else f"{len(names)} batches"


def _product(outline: Outline, treatment: object) -> str:
    return outline.treatment_name(str(treatment)) if treatment is not None else ""


def _doses_of(doses: pl.Series, unit: str) -> str:
    """The mean dose with the least and the greatest; one number where all were alike."""
    known = doses.drop_nulls()
    mean, low, high = known.mean(), known.min(), known.max()
    if not (isinstance(mean, float) and isinstance(low, float) and isinstance(high, float)):
        return ""
    spread = f" ({_range(known)})" if low < high else ""
    return f"{number(mean, 2)}{spread}{f' {unit}' if unit else ''}"


def _given_spec(outline: Outline) -> TableSpec:
    place = ("Product", "Session", "Place", "Side")
    heads = (*place, "Subjects", "Treatments", "Dose of one", "Batch")
    title = "Treatments given, by product, session and side"
    return TableSpec(title, columns(heads, "llllrrrl"), bare_foot(outline), narrow=True)


def _exposure_spec(outline: Outline, across: Sequence[Column]) -> TableSpec:
    return TableSpec("Exposure and sessions", (Column("Exposure"), *across), bare_foot(outline))


def intercurrent_events_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """Each event of the study file with its strategies, and no number."""
    heads = planned_columns(outline, choice)
    rows = []
    for name in outline.study.intercurrent:
        rows.append(Row((rich(_event(outline, name)), *(((),) * len(heads))), look="system"))
        rows.append(Row((rich(FIRST_DAY), *(((),) * len(heads))), look="inset"))
        rows += _strategies(outline, choice, name, len(heads))
    if rows:
        yield _intercurrent_spec(outline, heads).filled(rows)


def intercurrent_events(material: Material, choice: TableChoice) -> Iterator[Table]:
    """Who had each intercurrent event, the first day of it, and what each endpoint does about it.

    Counted from the milestones that the strategies find, too.
    """
    if not material.study.intercurrent:
        return
    across = arm_columns(material, choice)
    rows = []
    for name, event in material.study.intercurrent.items():
        own = material.milestones_of(event).drop_nulls("subject")
        cells = across.counts(own["subject"])
        rows.append(Row((rich(_event(material, name)), *cells), look="system"))
        if own["day"].is_not_null().any():
            days = dict(own.group_by("subject").agg(pl.col("day").min()).iter_rows())
            firsts = (_first_day(days, members) for members in across.subjects.values())
            rows.append(Row((rich(FIRST_DAY), *map(rich, firsts)), look="inset"))
        rows += _strategies(material, choice, name, len(cells))
    yield _intercurrent_spec(material, across.columns).filled(rows, n=across.n)


def _first_day(days: Mapping[str, int | None], members: frozenset[str]) -> str:
    """The first day on which any of these subjects had it."""
    own = [day for who in members if (day := days.get(who)) is not None]
    return signed(str(min(own))) if own else ""


def _event(outline: Outline, name: str) -> str:
    event = outline.study.intercurrent[name]
    words = outline.milestone_name(event.milestone, event.class_)
    return f"{words[:1].upper()}{words[1:]}"


def _strategies(outline: Outline, choice: TableChoice, name: str, across: int) -> Iterator[Row]:
    """What is done about an event, and with which endpoints."""
    event = outline.study.intercurrent[name]
    by_strategy: dict[str, list[str]] = {}
    for endpoint in choice.endpoints or outline.in_order:
        strategy = event.strategy.get(endpoint, event.default)
        by_strategy.setdefault(strategy, []).append(outline.endpoint_name(endpoint))
    for strategy, endpoints in by_strategy.items():
        words = f"{strategy[0].upper()}{strategy[1:]}: {', '.join(endpoints)}"
        yield Row((rich(words), *(((),) * across)), look="inset")


def _intercurrent_spec(outline: Outline, across: Sequence[Column]) -> TableSpec:
    return TableSpec(
        "Intercurrent events and what is done about them",
        (Column("Event and strategy"), *across),
        bare_foot(outline),
    )


def _session_words(name: str) -> str:
    """A session as it is read: it has no label of its own."""
    return f"Session {name.replace('_', ' ')}"
