"""People: ids of which it is in doubt whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.subjects.listed_subjects import same_numbers
from dermoutcomes.tables.findings import no_findings, remarks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData
    from dermoutcomes.study import Endpoint

__all__ = ["no_arm", "similar_subjects"]

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
        [(group[0], ", ".join(group), f'"{group[1]}" = "{group[0]}"') for group in groups],
        schema=["subject", "group", "recoding"],
        orient="row",
    )
    return remarks(
        rows.sort("subject"),
        message=pl.format(
            "the ids {} differ in zeros, case or blanks only, and are taken for different people",
            "group",
        ),
        found=pl.col("group"),
        expected="one id a person; where they are one: values.subject = { "
        + pl.col("recoding")
        + " }",
    )


def _ids_of_sites(data: StudyData) -> Iterator[list[str]]:
    subjects = data.table("subjects")
    if not subjects.height:
        yield data.observations["subject"].drop_nulls().unique().to_list()
        return
    by_site = subjects.drop_nulls("subject").group_by("site", maintain_order=True)
    yield from (frame["subject"].to_list() for _, frame in by_site)


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
    lost = rows.select(keys).drop_nulls().unique().join(allocations, on=keys, how="anti").sort(keys)
    for row in lost.iter_rows(named=True):
        place = " ".join(str(row[name]) for name in keys[1:])
        yield {
            "subject": row["subject"],
            "side": row.get("side"),
            "location": row.get("location"),
            "words": " ".join(filter(None, (row["subject"], place))),
        }
