"""What is known before any endpoint is asked for: who is counted, when what was due, what was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import field, frozen

from dermoutcomes.endpoints.reductions.first_treatment import (
    treated_sides,
    treated_subjects,
    treatment_clocks,
)
from dermoutcomes.sources.framework.populations import memberships
from dermoutcomes.sources.visits.calendar import calendar
from dermoutcomes.sources.visits.due_visits import visits_not_due
from dermoutcomes.tables import empty
from dermoutcomes.tables.measures import rows_of_owner
from dermoutcomes.tables.table_rows import rows_where, words_in_full

if TYPE_CHECKING:
    from dermoutcomes.sources.visits.calendar import Calendar
    from dermoutcomes.study import Study

__all__ = ["StudyFacts", "Together"]

# Up to so many observations are parted by their measures, which takes as much memory again; of more
# each endpoint looks for its own.
PARTED = 200_000


@frozen(eq=False)
class Together:
    """What was found of endpoints at once, each by its id.

    `rows` are assessed; `records` are those of whom nothing is left to ask but their ids, and
    `entries` those of these records, as rows of the ledger.
    """

    rows: dict[str, pl.DataFrame] = field(factory=dict)
    records: dict[str, pl.DataFrame] = field(factory=dict)
    entries: dict[str, list[tuple[Any, ...]]] = field(factory=dict)


@frozen(eq=False)
class StudyFacts:
    """What follows from the tables of a study alone, found once for all of its endpoints.

    Visits, populations and dates of `study` are looked at, and the names of the populations of its
    endpoints: parts of one study that differ in other things have the same facts. `together` has
    what was found of several endpoints at once.
    """

    study: Study
    tables: Mapping[str, pl.DataFrame]
    together: Together = field(factory=Together, init=False, repr=False)
    _members: dict[str | None, pl.DataFrame] = field(factory=dict, init=False, repr=False)
    _from_curves: dict[str, pl.Series] = field(factory=dict, init=False, repr=False)

    @cached_property
    def calendar(self) -> Calendar:
        """When things happened to each subject."""
        return calendar(self.study, self.tables)

    @cached_property
    def memberships(self) -> pl.DataFrame:
        """subject, populations, as `memberships` has them."""
        return memberships(self.study, self.tables)

    def members(self, population: str | None) -> pl.DataFrame:
        """The subjects of a population (None: everybody), one column, sorted."""
        if population not in self._members:
            belongs = self.memberships
            if population is not None:
                belongs = belongs.filter(pl.col("populations").list.contains(population))
            self._members[population] = belongs.select("subject").sort("subject")
        return self._members[population]

    @cached_property
    def visits_not_due(self) -> pl.DataFrame:
        """subject, visit: the visits that were planned after the data cut."""
        return visits_not_due(self.study, self.tables)

    @cached_property
    def treated_subjects(self) -> pl.DataFrame:
        """The day of each subject's first treatment."""
        return treated_subjects(self.calendar, self._exposures)

    @cached_property
    def has_treatment(self) -> bool:
        """Whether the day of any treatment is known."""
        days = self.treated_subjects["_subject_treated"]
        return days.null_count() < days.len() or self.treated_sides.height > 0

    @cached_property
    def treated_sides(self) -> pl.DataFrame:
        """The day on which each side was first treated."""
        return treated_sides(self._exposures)

    @cached_property
    def treatment_clocks(self) -> pl.DataFrame:
        """The first time of day of treatment of each subject and day."""
        return treatment_clocks(self._exposures)

    def readings(self, measures: Collection[str]) -> pl.DataFrame:
        """The rows of `observations` of these measures, in their order and with texts for words."""
        observations = self._observations
        if len(measures) == 1 and observations.height <= PARTED:
            none = words_in_full(observations.clear())
            return self._by_measure.get((*measures,), none)
        of_measures = pl.col("measure").is_in(list(measures))
        return words_in_full(rows_where(observations, of_measures))

    @cached_property
    def _by_measure(self) -> Mapping[tuple[object, ...], pl.DataFrame]:
        observations = words_in_full(self._observations)
        return observations.partition_by("measure", as_dict=True, maintain_order=True)

    @cached_property
    def read_visits(self) -> pl.DataFrame:
        """subject, visit: where a subject has a value of anything."""
        values = self._observations.filter(pl.col("value").is_not_null())
        return words_in_full(values.select("subject", "visit").unique())

    def from_curves(self, owner: str) -> pl.Series:
        """The ids of an owner's values that were computed from curves, or derived from those."""
        if owner not in self._from_curves:
            self._from_curves[owner] = _from_curves(self._observations, owner)
        return self._from_curves[owner]

    @property
    def _observations(self) -> pl.DataFrame:
        return self.tables.get("observations", empty("observations"))

    @property
    def _exposures(self) -> pl.DataFrame:
        return self.tables.get("exposures", empty("exposures"))


def _from_curves(observations: pl.DataFrame, owner: str) -> pl.Series:
    values = rows_of_owner(observations.select("id", "measure", "kind", "parents"), owner)
    ids = values.filter(pl.col("kind") == "computed")["id"]
    scores = (
        values.filter(pl.col("kind") == "score")
        .select("id", "parents")
        .explode("parents", empty_as_null=True)
    )
    while ids.len():
        derived = scores.filter(pl.col("parents").is_in(ids.implode()))["id"]
        more = pl.concat([ids, derived]).unique()
        if more.len() == ids.len():
            break
        ids = more
    return ids
