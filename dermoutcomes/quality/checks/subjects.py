"""People: ids of which it is in doubt whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.subjects.listed_subjects import same_numbers
from dermoutcomes.tables.findings import no_findings, remarks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["similar_subjects"]


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
