"""Subjects whose observation has no end: of a time to an event they have no value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.study import Endpoint, Study

__all__ = ["LostEnds", "end_words", "lost_ends", "undecided_without_ends"]

# The share of subjects without an end above which an endpoint decides nothing: those with an event
# are all kept, so that events are the more overcounted the more ends are lost.
MOST_LOST = 0.05


@frozen
class LostEnds:
    """Of how many subjects of an endpoint the observation has no end, and in which arms in words."""

    n: int
    expected: int
    by_arm: str

    @property
    def share(self) -> float:
        """The subjects without an end among all that are expected, from 0 to 1."""
        return self.n / self.expected


def lost_ends(ledger: pl.DataFrame) -> Mapping[str, LostEnds]:
    """By endpoint the subjects without an end of observation, of its main population.

    Only endpoints that have some. `ledger` holds the accounts of records.
    """
    records = ledger.filter(
        pl.col("stage") == "records", pl.col("endpoint").is_not_null()
    ).with_columns(
        lost=(pl.col("entry") == "loss") & (pl.col("reason") == "no_end").fill_null(False)
    )
    counts = (
        records.group_by("endpoint", "arm", maintain_order=True)
        .agg(
            n=pl.col("n").filter("lost").sum(),
            expected=pl.col("n").filter(pl.col("entry") == "opening").sum(),
        )
        .filter(pl.col("expected") > 0)
        .sort("endpoint", "arm", nulls_last=True)
    )
    found = {}
    for (endpoint,), arms in counts.group_by("endpoint", maintain_order=True):
        if not arms["n"].sum():
            continue
        words = ", ".join(
            f"{n} of {expected}" + (f" of {arm}" if arm else " of no arm")
            for arm, n, expected in arms.select("arm", "n", "expected").rows()
        )
        one_group = arms["arm"].to_list() == [None]
        found[str(endpoint)] = LostEnds(
            int(arms["n"].sum()),
            int(arms["expected"].sum()),
            words.removesuffix(" of no arm") + " subjects" if one_group else words,
        )
    return found


def end_words(endpoint: Endpoint) -> str:
    """What gives the subjects of a time to an event their end of observation."""
    rule = endpoint.event
    if rule is not None and rule.table == "durations":
        return "a duration and a status of each subject in sources.durations"
    return (
        "the date of leaving (ended in sources.subjects), or another "
        f"endpoints.{endpoint.id}.event.censor"
    )


def undecided_without_ends(study: Study, ledger: pl.DataFrame) -> Mapping[str, str]:
    """Why an endpoint has no verdict, by its id: more than 5% of its subjects have no end."""
    return {
        name: f"No end of observation is known of {lost.n} of {lost.expected} subjects "
        f"({lost.by_arm}), {100 * lost.share:.1f}%; above {100 * MOST_LOST:g}% there is no "
        f"verdict. Give {end_words(study.endpoints[name])}."
        for name, lost in lost_ends(ledger).items()
        if name in study.endpoints and lost.share > MOST_LOST
    }
