"""Tables of subjects: who is in each analysis set, what became of all, and whose values are missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl
from attrs import evolve

from dermoutcomes.report import (
    Column,
    Part,
    Row,
    Table,
    TableSpec,
    bare_foot,
    by,
    columns,
    main_records,
    rich,
)
from dermoutcomes_standard_tables.arms import (
    ALL,
    ALL_ALLOCATED,
    NOT_ALLOCATED,
    arm_columns,
    arms_of_subjects,
    planned_columns,
    share,
)

if TYPE_CHECKING:
    from dermoutcomes import TableChoice
    from dermoutcomes.report import Material, Outline, Style

__all__ = [
    "analysis_sets",
    "analysis_sets_shell",
    "disposition",
    "disposition_shell",
    "excluded",
    "excluded_shell",
    "missing_patterns",
    "missing_patterns_shell",
]

Entry: TypeAlias = "Mapping[str, Any]"
SETS = "Analysis sets"
EXCLUDED = "Listing of subjects excluded from an analysis set"
OUTSIDE = "Subjects outside an analysis set, and why"
# Of a study of thousands a table of single subjects is a listing, which is a file of its own.
LISTED = 500
PATTERNS = "Patterns of missing values"
SEEN = {True: "yes", False: "no"}
KINDS = {
    "complete": "all values",
    "left": "missing from a visit on",
    "late": "missing up to a visit",
    "ends": "missing before and after",
    "gap": "missing between values",
    "none": "no value",
}
OF_PATTERNS = (
    "Subjects of the population by the visits at which they have a value that is used, before "
    "missing values are filled. Of a subject with several sides or places, one is enough."
)
SEVERAL = "A subject that fails several conditions is counted with each."


def analysis_sets_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """The sets of the study file with the condition of each, and the listing without rows."""
    rows: list[Row] = []
    heads = planned_columns(outline, choice)
    blank = ((),) * len(heads)
    for name, population in outline.study.populations.items():
        rows.append(Row((rich(outline.population_name(name)), *blank), look="system"))
        rows += [Row((rich(f"Not: {one}"), *blank), look="inset") for one in population.where]
    yield _sets_spec(outline, heads).filled(rows)
    yield _outside_spec(outline).filled()


def analysis_sets(material: Material, choice: TableChoice) -> Iterator[Table]:
    """How many are in each population and which conditions the others fail; then each of those."""
    across = arm_columns(material, choice)
    if not across.everybody:
        return
    unmet = by(material.exclusions, "population")
    rows = []
    names = dict.fromkeys(
        (
            *material.study.populations,
            *(name for own in material.populations.values() for name in own),
        )
    )
    for name in names:
        inside = [subject for subject, own in material.populations.items() if name in own]
        rows.append(
            Row((rich(material.population_name(name)), *across.counts(inside)), look="system")
        )
        for (condition,), lacking in by(unmet.get((name,), []), "condition").items():
            out = {row["subject"] for row in lacking}
            rows.append(Row((rich(f"Not: {condition}"), *across.counts(out)), look="inset"))
    remarks = (SEVERAL,) if unmet else ()
    yield _sets_spec(material, across.columns).filled(rows, n=across.n, remarks=remarks)
    if material.exclusions:
        yield _outside(material)


def excluded_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """The heads of the listing."""
    yield evolve(_outside_spec(outline).filled(), caption=EXCLUDED)


def excluded(material: Material, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """Each subject outside an analysis set, with the conditions that it does not meet."""
    if material.exclusions:
        yield evolve(_outside(material), caption=EXCLUDED)


def _outside(material: Material) -> Table:
    arms = {
        subject: arm for arm, members in arms_of_subjects(material).items() for subject in members
    }
    rows = [
        Row(
            (
                rich(subject),
                rich(material.arm_name(arms.get(subject))),
                rich(
                    ", ".join(material.population_name(name) for (name,) in by(own, "population"))
                ),
                rich("; ".join(f"not: {condition}" for (condition,) in by(own, "condition"))),
            )
        )
        for (subject,), own in sorted(by(material.exclusions, "subject").items())
    ]
    more = (f"The first {LISTED} of {len(rows)}.",) if len(rows) > LISTED else ()
    return _outside_spec(material).filled(rows[:LISTED], remarks=more)


def _sets_spec(outline: Outline, across: tuple[Column, ...]) -> TableSpec:
    return TableSpec(SETS, (Column("Analysis set"), *across), bare_foot(outline))


def _outside_spec(outline: Outline) -> TableSpec:
    heads = ("Subject", "Arm", "Outside", "Why")
    return TableSpec(OUTSIDE, columns(heads, "llll"), bare_foot(outline), narrow=True)


def missing_patterns_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """The heads of each endpoint; which patterns there are, the data say."""
    across = planned_columns(outline, choice)
    for name in choice.endpoints or outline.in_order:
        visits = choice.visits or outline.study.endpoints[name].visits or outline.study.visit_order
        yield _patterns_spec(outline, name, tuple(visits), across).filled()


def missing_patterns(material: Material, choice: TableChoice) -> Iterator[Table]:
    """Of each endpoint measured at several visits, who has a value at which of them.

    A row a pattern, the most frequent first; an endpoint with a value of everybody at every visit
    has one row.
    """
    listed = arm_columns(material, choice)
    for name in choice.endpoints or material.in_order:
        records = main_records(material, name).filter(pl.col("visit").is_not_null())
        present = set(records["visit"])
        order = choice.visits or sorted(present, key=material.visit_rank)
        visits = tuple(visit for visit in order if visit in present)
        if len(visits) < 2:
            continue
        seen = {
            subject: set(own)
            for subject, own in records.drop_nulls("value")
            .group_by("subject")
            .agg(pl.col("visit").unique())
            .iter_rows()
        }
        endpoint = material.study.endpoints[name]
        population = endpoint.populations[0] if endpoint.populations else None
        inside = [
            subject
            for subject, own in material.populations.items()
            if population is None or population in own
        ]
        # The whole of which a pattern is a share is the population, in each arm.
        across = evolve(
            listed,
            subjects={head: own.intersection(inside) for head, own in listed.subjects.items()},
        )
        members: dict[tuple[bool, ...], list[str]] = {}
        for subject in inside:
            pattern = tuple(visit in seen.get(subject, ()) for visit in visits)
            members.setdefault(pattern, []).append(subject)
        ordered = sorted(members, key=lambda one: (-len(members[one]), [not at for at in one]))
        rows = [
            Row(
                (
                    rich(KINDS[_kind_of(pattern)]),
                    *(rich(SEEN[at]) for at in pattern),
                    *across.counts(members[pattern]),
                )
            )
            for pattern in ordered
        ]
        words = f"Population: {material.population_name(population)}." if population else ""
        spec = _patterns_spec(material, name, visits, across.columns)
        yield spec.filled(rows, n=across.n, population=words)


def _kind_of(pattern: tuple[bool, ...]) -> str:
    """What a pattern is called: monotone ones (left) are what some imputations are made for."""
    if all(pattern) or not any(pattern):
        return "complete" if all(pattern) else "none"
    first, last = pattern.index(True), len(pattern) - 1 - pattern[::-1].index(True)
    if not all(pattern[first : last + 1]):
        return "gap"
    if first == 0:
        return "left"
    return "late" if last == len(pattern) - 1 else "ends"


def _patterns_spec(
    outline: Outline, name: str, visits: tuple[str, ...], across: tuple[Column, ...]
) -> TableSpec:
    seen = (Column(outline.visit_name(visit), over="Value at") for visit in visits)
    title = f"{PATTERNS}: {outline.endpoint_name(name)}"
    return TableSpec(title, (Column("Pattern"), *seen, *across), bare_foot(outline, OF_PATTERNS))


def disposition_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """The steps without numbers; which reasons there are, the data say."""
    heads = planned_columns(outline, choice)
    blank = ((),) * len(heads)
    steps = ("Seen to the end", "Not seen to the end")
    yield _disposition_spec(outline, heads).filled(Row((rich(step), *blank)) for step in steps)


def disposition(material: Material, choice: TableChoice) -> Iterator[Table]:
    """Who was seen to the end and who was not, by reason and what stands behind it.

    As the ledger accounts for the subjects, so that the numbers are those of the flow.
    """
    ledger: Sequence[Entry] = material.ledger.filter(pl.col("stage") == "subjects").to_dicts()
    if not ledger:
        return
    present = {row["arm"] for row in ledger}
    arms = [arm for arm in choice.arms or material.study.arms if arm in present]
    accounts: dict[str, Sequence[Entry]] = {
        material.arm_name(arm): [row for row in ledger if row["arm"] == arm] for arm in arms
    }
    # Subjects of several arms have an account of all alone.
    everybody = [row for row in ledger if row["arm"] is None] or ledger
    allocated = [row for row in ledger if row["arm"] is not None]
    outside = _difference(everybody, allocated) if allocated else []
    # Shares of an arm's people are of those who have one, so that who failed a screening is in none.
    accounts |= {ALL_ALLOCATED: allocated, NOT_ALLOCATED: outside} if outside else {ALL: everybody}
    counted = partial(_step, style=material.style)
    rows = [
        counted("Seen to the end", accounts, lambda row: row["entry"] == "closing"),
        counted("Not seen to the end", accounts, lambda row: row["entry"] == "loss"),
    ]
    losses = [row for row in ledger if row["entry"] == "loss"]
    for reason, detail in by(losses, "reason", "detail"):
        name = material.reason_name(reason)
        behind = map(material.milestone_name, (detail or "").split(" and "))
        words = f"{name}: {' and '.join(behind)}" if detail else name
        step = counted(
            f"{words[0].upper()}{words[1:]}",
            accounts,
            partial(_is_loss, reason=reason, detail=detail),
        )
        rows.append(evolve(step, look="inset"))
    heads = tuple(Column(head, "r") for head in accounts)
    listed = {head: Part(str(_listed(own))) for head, own in accounts.items()}
    yield _disposition_spec(material, heads).filled(rows, n=listed)


def _difference(everybody: Sequence[Entry], allocated: Sequence[Entry]) -> list[Entry]:
    """The account of those of everybody who have no arm."""
    with_arm = Counter[tuple[str | None, ...]]()
    for row in allocated:
        with_arm[row["entry"], row["reason"], row["detail"]] += row["n"]
    rest = (
        {**row, "n": row["n"] - with_arm[row["entry"], row["reason"], row["detail"]]}
        for row in everybody
    )
    return [row for row in rest if row["n"]]


def _step(
    words: str,
    accounts: Mapping[str, Sequence[Entry]],
    counts: Callable[[Entry], bool],
    *,
    style: Style,
) -> Row:
    """A row: the subjects of some entries in each column, with their share of those listed."""
    cells = (
        share(sum(row["n"] for row in own if counts(row)), _listed(own), style)
        for own in accounts.values()
    )
    return Row((rich(words), *cells))


def _is_loss(entry: Entry, reason: str, detail: str | None) -> bool:
    return (entry["entry"], entry["reason"], entry["detail"]) == ("loss", reason, detail)


def _listed(account: Sequence[Entry]) -> int:
    return sum(row["n"] for row in account if row["entry"] == "opening")


def _disposition_spec(outline: Outline, across: tuple[Column, ...]) -> TableSpec:
    return TableSpec("Disposition of subjects", (Column("Step"), *across), bare_foot(outline))
