"""What is known of subjects before any endpoint is asked for: who is counted, when what was due."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from dermoutcomes.sources.visits.calendar import Calendar
    from dermoutcomes.study import Study

__all__ = ["SubjectFacts"]


@frozen(eq=False)
class SubjectFacts:
    """What follows from the framework of a study alone, found once for all of its endpoints.

    Visits, populations and dates of `study` are looked at, and the names of the populations of its
    endpoints: parts of one study that differ in other things have the same facts.
    """

    study: Study
    tables: Mapping[str, pl.DataFrame]
    _members: dict[str | None, pl.DataFrame] = field(factory=dict, init=False, repr=False)

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
    def treated_sides(self) -> pl.DataFrame:
        """The day on which each side was first treated."""
        return treated_sides(self._exposures)

    @cached_property
    def treatment_clocks(self) -> pl.DataFrame:
        """The first time of day of treatment of each subject and day."""
        return treatment_clocks(self._exposures)

    @property
    def _exposures(self) -> pl.DataFrame:
        return self.tables.get("exposures", empty("exposures"))
