"""What the checks look at.

The observations of a study, with what the declarations say of each measure.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.tables import conform, empty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.declare import Parameter
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["OCCASION", "StudyData", "study_data"]

# One occasion of measuring something somewhere: all replicates share it.
OCCASION = (
    "subject",
    "visit",
    "timepoint",
    "day",
    "location",
    "side",
    "period",
    "rater",
    "rater_role",
)


@frozen(eq=False, slots=False)
class StudyData:
    """A study's tables as checks see them.

    `observations` has the columns owner, code, label, `words` (how messages call the code),
    `visit_rank` and `computed` besides its own, and is sorted by id.
    """

    study: Study
    registry: Registry
    observations: pl.DataFrame
    tables: Mapping[str, pl.DataFrame]

    @cached_property
    def read(self) -> pl.DataFrame:
        """What was read from the exports, values and texts; nothing that follows from it."""
        derived = pl.col("computed") | (pl.col("parents").list.len().fill_null(0) > 0)
        return self.observations.filter(~derived, pl.col("kind").is_in(["value", "item", "score"]))

    @cached_property
    def readings(self) -> pl.DataFrame:
        """Numbers that are evidence of their own.

        Those read, and those of curves for an owner of whom nothing was read.
        """
        read = self.read.drop_nulls("value")
        without_formula = [
            name
            for name in self.registry.measures()
            if (parameter := self.registry.parameter(name)) and parameter.expr is None
        ]
        computed = (
            self.observations.filter("computed", pl.col("measure").is_in(without_formula))
            .drop_nulls("value")
            .join(read.select("owner").unique(), on="owner", how="anti", maintain_order="left")
        )
        return pl.concat([read, computed]).sort("id")

    @cached_property
    def quantities(self) -> pl.DataFrame:
        """The readings above zero of ratio scales, where a factor means something.

        Differences, which may be negative, are not.
        """
        return self.readings.filter(
            pl.col("measure").is_in([*self.ratio_measures]), pl.col("value") > 0
        )

    @cached_property
    def ratio_measures(self) -> frozenset[str]:
        """Measures with a true zero, many possible values and no negative ones."""
        return frozenset(
            name
            for name in self.registry.measures()
            if (parameter := self.registry.parameter(name)) and _is_quantity(parameter)
        )

    def baseline_visits(self) -> tuple[str, ...]:
        """Visits that an endpoint counts change from; the first visit where none says so."""
        order = self.study.visit_order
        baselines = {
            visit
            for endpoint in self.study.endpoints.values()
            if endpoint.baseline
            for visit in endpoint.baseline.visits or ()
        }
        return tuple(visit for visit in order if visit in baselines) or order[:1]

    def decides(self, role: str = "primary") -> pl.Expr:
        """Whether an endpoint of the role rests on the measure.

        What is computed may be computed from any measure of its instrument or scale.
        """
        measures, owners = set[str](), set[str]()
        for endpoint in self.study.endpoints.values():
            if endpoint.measure is not None and endpoint.role == role:
                parameter = self.registry.parameter(endpoint.measure)
                measures.add(endpoint.measure)
                if parameter is None or parameter.expr is not None:
                    owners.add(endpoint.measure.partition(".")[0])
        owner = pl.col("measure").str.split(".").list.first()
        return pl.col("measure").is_in(sorted(measures)) | owner.is_in(sorted(owners))

    def table(self, name: str) -> pl.DataFrame:
        """A table, empty where the study has none."""
        return self.tables.get(name, empty(name))


def _is_quantity(parameter: Parameter) -> bool:
    is_ratio = parameter.scale_type == "ratio" and parameter.kind == "value"
    bounds = [bound for bound in (parameter.low, parameter.minimum) if bound is not None]
    return is_ratio and parameter.values is None and min(bounds, default=0) >= 0


def study_data(study: Study, registry: Registry, tables: Mapping[str, pl.DataFrame]) -> StudyData:
    """The tables, with the observations made ready for checks."""
    observations = tables.get("observations", empty("observations"))
    if observations.columns != empty("observations").columns:
        observations = conform(observations, "observations", study.id)
    parts = pl.col("measure").str.splitn(".", 2).struct
    ranks = {visit: rank for rank, visit in enumerate(study.visit_order)}
    labels = {
        name: parameter.label
        for name in registry.measures()
        if (parameter := registry.parameter(name))
    }
    observations = observations.sort("id", maintain_order=True).with_columns(
        owner=parts.field("field_0"),
        code=parts.field("field_1"),
        label=pl.col("measure").replace_strict(
            labels, default=pl.col("measure"), return_dtype=pl.String
        ),
        visit_rank=pl.col("visit").replace_strict(ranks, default=None, return_dtype=pl.Int32),
        computed=pl.col("kind") == "computed",
    )
    return StudyData(study, registry, observations, tables)
