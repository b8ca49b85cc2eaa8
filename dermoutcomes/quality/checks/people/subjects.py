"""People: ids of which it is in doubt whose they are, and levels that may be one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.look_alikes import other_alphabet
from dermoutcomes.number_text import count_words
from dermoutcomes.quality.checks.people.similar_words import similar_word
from dermoutcomes.sources.cells.recoding import recoding
from dermoutcomes.sources.subjects.listed_subjects import same_numbers
from dermoutcomes.stats.analysis_records import level_names
from dermoutcomes.tables.findings import no_findings, remarks
from dermoutcomes.tables.table_rows import words_in_full

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData
    from dermoutcomes.study import Endpoint

__all__ = ["no_arm", "similar_levels", "similar_subjects"]

PLACES = ("location", "side", "period")
MOST_SUBJECTS = 20


def similar_subjects(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """Ids of one site that differ in leading zeros, case or blanks only; a finding each group.

    Among those of the table of subjects, or of all readings where there is no such table.
    """
    groups = [group for ids in _ids_of_sites(data) for group in same_numbers(ids)]
    if not groups:
        return no_findings()
    rows = pl.DataFrame(
        [
            (group[0], ", ".join(group), f'"{group[1]}" = "{group[0]}"', _difference(group))
            for group in groups
        ],
        schema=["subject", "group", "recoding", "by"],
        orient="row",
    )
    return remarks(
        rows.sort("subject"),
        message=pl.format(
            "the ids {} differ in {} only, and are taken for different people", "group", "by"
        ),
        found=pl.col("group"),
        expected="one id a person; where they are one: values.subject = { "
        + pl.col("recoding")
        + " }",
    )


def _difference(ids: tuple[str, ...]) -> str:
    """What ids of a group differ in, as words."""
    letters = [words for word in ids if (words := other_alphabet(word))]
    return f"letters that look the same ({letters[0]})" if letters else "zeros, case or blanks"


def _ids_of_sites(data: StudyData) -> Iterator[list[str]]:
    subjects = data.table("subjects")
    if not subjects.height:
        yield data.observations["subject"].drop_nulls().unique().to_list()
        return
    by_site = subjects.drop_nulls("subject").group_by("site", maintain_order=True)
    yield from (frame["subject"].to_list() for _, frame in by_site)


def similar_levels(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """Levels of strata and covariates that may be one in two ways of writing.

    Two that differ in case, blanks and signs only; and one of two subjects at most that is spelt
    like another or is a part of it. A word that the source recodes to itself is a level of its own.
    """
    subjects = data.table("subjects")
    recoded = [
        word
        for source in data.study.sources.get("subjects", ())
        for column in subjects.columns
        for word in recoding(source, column).values()
    ]
    rows = []
    for column in _level_columns(data):
        if column not in subjects.columns:
            continue
        named = subjects.select("subject", level_names(column)).drop_nulls(column)
        people = named.group_by(column).agg(pl.col("subject").sort())
        by_level = dict(people.sort(column).iter_rows())
        for level, ids in by_level.items():
            other = similar_word(level, {name: len(named) for name, named in by_level.items()})
            if other is not None and level not in recoded:
                rows.append(_similar_row(column, level, ids, other, len(by_level[other])))
    if not rows:
        return no_findings()
    frame = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))
    return remarks(
        frame, message=pl.col("message"), found=pl.col("found"), expected=pl.col("expected")
    )


def _level_columns(data: StudyData) -> list[str]:
    """The columns of subjects whose levels factors, or main endpoints, tell apart.

    Of a factor the column that it is made of, where its levels are not pooled yet, also where they
    are numbers. Of others words alone: numbers are quantities.
    """
    study, schema = data.study, data.table("subjects").schema
    factors = {name: factor.source for name, factor in study.factors.items()}
    columns = dict.fromkeys(factors.values())
    for name, endpoint in study.endpoints.items():
        if name in study.main_endpoints:
            named = (*endpoint.strata, *endpoint.covariates)
            columns |= dict.fromkeys(
                name for name in named if name not in factors and schema.get(name) == pl.String
            )
    return list(columns)


def _similar_row(
    column: str, level: str, ids: list[str], other: str, n: int
) -> dict[str, str | None]:
    shown = ids if len(ids) <= MOST_SUBJECTS else ids[:3]
    more = f" and {len(ids) - len(shown)} more" if len(shown) < len(ids) else ""
    who = ", ".join(shown) + more
    key = f'values.{column} = {{ "{level}" ='
    return {
        "subject": ids[0] if len(ids) == 1 else None,
        "message": f"{level!r} is a level of {column} of its own ({who}), written like {other!r} "
        f"({count_words(n, 'subject')})",
        "found": level,
        "expected": f'one word a level: in sources.subjects {key} "{other}" }} if they are one, '
        f'{key} "{level}" }} if they are two',
    }


def no_arm(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """Subjects, sides and places that were read after baseline and allocated to nothing.

    In endpoints that compare arms; a finding each, or of more than twenty one with three examples.
    Who was read at baseline alone was perhaps never randomised.
    """
    allocations = data.table("allocations").drop_nulls("arm")
    if not allocations.height:
        return no_findings()
    rows = [
        row for endpoint in data.study.endpoints.values() for row in _without_arm(data, endpoint)
    ]
    rows = [
        *{(row["subject"], row["side"], row["location"]): row for row in reversed(rows)}.values()
    ]
    rows.reverse()
    if len(rows) > MOST_SUBJECTS:
        named = ", ".join(str(row["subject"]) for row in rows[:3])
        subjects = {row["subject"] for row in rows}
        rows = [{**dict.fromkeys(rows[0]), "words": f"{len(subjects)} subjects, as {named},"}]
    if not rows:
        return no_findings()
    return remarks(
        pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String)),
        message=pl.format(
            "{} was read after baseline and allocated to no arm: it is in no comparison of arms",
            "words",
        ),
        found="no arm",
        expected="a row in the source of allocations, or a population without it",
    )


def _without_arm(data: StudyData, endpoint: Endpoint) -> Iterator[Mapping[str, str | None]]:
    """What an endpoint that compares arms has read after baseline and nothing was allocated to."""
    comparisons = [
        data.study.comparisons[name] for name in endpoint.compare if name in data.study.comparisons
    ]
    of_arms = any(one.arm for one in comparisons) or (
        endpoint.difference is not None and endpoint.difference.arm is not None
    )
    baseline = (endpoint.baseline.visits or ()) if endpoint.baseline else ()
    rows = data.observations.filter(
        pl.col("measure") == (endpoint.measure or ""),
        pl.col("visit").is_not_null(),
        ~pl.col("visit").is_in(list(baseline)),
    )
    if not of_arms or not rows.height:
        return
    allocations = data.table("allocations").drop_nulls("arm")
    keys = [
        "subject",
        *(
            name
            for name in PLACES
            if allocations[name].null_count() < allocations.height
            and rows[name].null_count() < rows.height
        ),
    ]
    sides = list(endpoint.sides.use) if endpoint.sides and "side" in keys else None
    if sides:
        rows = rows.filter(pl.col("side").is_in(sides))
    read = words_in_full(rows.select(keys).drop_nulls().unique())
    lost = read.join(allocations, on=keys, how="anti").sort(keys)
    for row in lost.iter_rows(named=True):
        place = " ".join(str(row[name]) for name in keys[1:])
        yield {
            "subject": row["subject"],
            "side": row.get("side"),
            "location": row.get("location"),
            "words": " ".join(filter(None, (row["subject"], place))),
        }
