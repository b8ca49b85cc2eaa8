"""What the checks look at.

The observations of a study, with what the declarations say of each measure.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl
from attrs import field, frozen

from dermoutcomes.derive.expressions import needs
from dermoutcomes.registry.forms.entry_folder import is_unread
from dermoutcomes.tables import conform, empty
from dermoutcomes.tables.measures import code_of, of_measures, owner_of
from dermoutcomes.tables.table_rows import rows_in_order, words_in_full, words_once
from dermoutcomes.vocabulary import SETTING_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dermoutcomes.declare import Parameter
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import EventRule, Study

T = TypeVar("T")

__all__ = ["OCCASION", "StudyData", "is_among", "measure_labels", "study_data"]

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

    `observations` has the columns owner, code, label, `visit_rank`, `computed`, `is_ratio` (of
    `ratio_measures`), `is_read`, `is_reading` and `place` (its own number, from 0) besides its own,
    is sorted by id and holds words once (`words_once`), the other tables in full. `read`,
    `readings` and `quantities` are asked for the columns and rows that a check needs, and nothing
    else of them is copied.
    """

    study: Study
    registry: Registry
    observations: pl.DataFrame
    tables: Mapping[str, pl.DataFrame]
    _made: dict[str, Any] = field(factory=dict, init=False, repr=False)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What was made first under this name: what several checks ask for is made once."""
        if name not in self._made:
            self._made[name] = make()
        made: T = self._made[name]
        return made

    def forget(self, name: str) -> None:
        """Let go of what was made under this name, when no check to come asks for it."""
        self._made.pop(name, None)

    @property
    def read(self) -> pl.LazyFrame:
        """What was read from the exports, values and texts; nothing that follows from it."""
        return self.observations.lazy().filter("is_read")

    @property
    def readings(self) -> pl.LazyFrame:
        """Numbers that are evidence of their own.

        Those read, and those of curves for an owner of whom nothing was read.
        """
        return self.observations.lazy().filter("is_reading")

    @property
    def quantities(self) -> pl.LazyFrame:
        """The readings above zero of ratio scales, where a factor means something.

        Differences, which may be negative, are not.
        """
        return self.readings.filter("is_ratio", pl.col("value") > 0)

    def whole_rows(self, rows: pl.DataFrame, *columns: str) -> pl.DataFrame:
        """Rows that have a `place` with these columns of the observations there, or all others.

        Their words are texts, as in all tables but the observations.

        What looks at all readings does so with the columns that it needs, and asks for the others
        of what it has found.
        """
        names = [*(columns or self.observations.columns)]
        others = self.observations.select(name for name in names if name not in rows.columns)
        return words_in_full(pl.concat([rows, others[rows["place"]]], how="horizontal"))

    @cached_property
    def ratio_measures(self) -> frozenset[str]:
        """Measures with a true zero, many possible values and no negative ones."""
        return _ratio_measures(self.registry)

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

    @cached_property
    def deciding_measures(self) -> frozenset[str]:
        """Measures that decide: those of primary endpoints and of endpoints that claims rest on.

        With what they are derived from, and the settings and circumstances of their instruments.
        """
        return frozenset(self._measures_of(self.study.deciding_endpoints))

    @cached_property
    def main_measures(self) -> frozenset[str]:
        """The same of secondary endpoints too, and of those of claims that explore."""
        return frozenset(self._measures_of(self.study.main_endpoints))

    @cached_property
    def used_measures(self) -> frozenset[str]:
        """The same of all endpoints."""
        return frozenset(self._measures_of(self.study.endpoints))

    def sources_of(self, measures: frozenset[str]) -> list[int]:
        """The sources that hold any of the measures.

        One of which nothing was read is of all measures of its instrument or scale.
        """
        values = self._measures_of_sources.filter(~pl.col("kind").is_in(SETTING_KINDS))
        owners = {measure.partition(".")[0] for measure in measures}
        unread = (
            self.table("sources")
            .filter(pl.col("table").is_in(sorted(owners)))
            .join(values, on="source", how="anti")
        )
        own = values.filter(is_among(measures))
        return sorted({*own["source"].drop_nulls().unique(), *unread["source"].drop_nulls()})

    @cached_property
    def _measures_of_sources(self) -> pl.DataFrame:
        """Source, measure and kind of the observations, each once."""
        return self.observations.lazy().select("source", "measure", "kind").unique().collect()

    def _measures_of(self, endpoints: Iterable[str]) -> Iterator[str]:
        for name in endpoints:
            endpoint = self.study.endpoints[name]
            if endpoint.measure is not None:
                yield from self._with_sources(endpoint.measure)
                for code in endpoint.responder.other_codes if endpoint.responder else ():
                    yield from self._with_sources(f"{endpoint.measure.partition('.')[0]}.{code}")
                if owner := self.registry.owner(endpoint.measure.partition(".")[0]):
                    for parameter in owner.parameters:
                        if parameter.kind in SETTING_KINDS:
                            yield f"{owner.name}.{parameter.code}"
            elif endpoint.event is not None and endpoint.event.table == "observations":
                yield from _asked(endpoint.event, self.registry)

    def _with_sources(self, measure: str) -> Iterator[str]:
        """A measure and all that it is derived from, at whatever remove.

        What a declaration prepares may come from any of its codes.
        """
        name, _, code = measure.partition(".")
        owner = self.registry.owner(name)
        codes = [code]
        if owner is not None and owner.prepare is not None:
            codes += [parameter.code for parameter in owner.parameters if parameter.code != code]
        for each in codes:
            yield f"{name}.{each}"
            parameter = owner.parameter(each) if owner is not None else None
            if owner is not None and parameter is not None:
                codes += [need for need in needs(parameter, owner) if need not in codes]

    def visit_words(self, column: str = "visit") -> pl.Expr:
        """Visits as the study calls them."""
        names = {name: visit.name for name, visit in self.study.visits.items()}
        return pl.col(column).cast(pl.String).replace(names)

    def place_words(self, column: str = "location") -> pl.Expr:
        """Places of the body as the study calls them."""
        names = {name: place.label for name, place in self.study.locations.items()}
        words = pl.col(column).cast(pl.String).replace(names)
        return words.str.replace_all("_", " ", literal=True)

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Instruments, scales and measures as they are called."""
        return measure_labels(self.registry)

    def table(self, name: str) -> pl.DataFrame:
        """A table, empty where the study has none."""
        return self.tables.get(name, empty(name))


def is_among(measures: frozenset[str]) -> pl.Expr:
    """Whether the measure of a row is one of these."""
    return pl.col("measure").is_in(sorted(measures))


def measure_labels(registry: Registry) -> Mapping[str, str]:
    """Instruments, scales and measures as they are called: Corneometer; Hydration (Corneometer)."""
    # The label of an entry that the study does not name would be read from its file.
    owners = {
        name: owner.label
        for name in (*registry.instruments, *registry.scales)
        if (owner := registry.owner(name)) is not None and not is_unread(owner)
    }
    measures = {
        name: f"{parameter.label} ({owners[name.partition('.')[0]]})"
        for name in registry.measures()
        if name.partition(".")[0] in owners and (parameter := registry.parameter(name)) is not None
    }
    return {**owners, **measures}


def _asked(rule: EventRule, registry: Registry) -> Iterator[str]:
    """The measures whose readings may be events by a rule."""
    for measure in registry.measures():
        asked = [part for part in rule.where if part.column == "measure"]
        named = pl.DataFrame({"measure": [measure]})
        if named.select(pl.all_horizontal(pl.lit(value=True), *(p.expr() for p in asked))).item():
            yield measure


def _ratio_measures(registry: Registry) -> frozenset[str]:
    return frozenset(
        name
        for name in registry.measures()
        if (parameter := registry.parameter(name)) and _is_quantity(parameter)
    )


def _is_quantity(parameter: Parameter) -> bool:
    is_ratio = parameter.scale_type == "ratio" and parameter.kind == "value"
    bounds = [bound for bound in (parameter.low, parameter.minimum) if bound is not None]
    return is_ratio and parameter.values is None and min(bounds, default=0) >= 0


def study_data(study: Study, registry: Registry, tables: Mapping[str, pl.DataFrame]) -> StudyData:
    """The tables, with the observations made ready for checks."""
    observations = tables.get("observations", empty("observations"))
    if observations.columns != empty("observations").columns:
        observations = conform(observations, "observations", study.id)
    ranks = {visit: rank for rank, visit in enumerate(study.visit_order)}
    observations = words_once(rows_in_order(observations, "id"), "observations")
    labels = {
        name: parameter.label
        for name in registry.measures()
        if (parameter := registry.parameter(name))
    }
    observations = observations.with_columns(
        owner=of_measures(observations, owner_of),
        code=of_measures(observations, code_of),
        label=of_measures(observations, lambda measure: labels.get(measure, measure)),
        visit_rank=pl.col("visit").replace_strict(ranks, default=None, return_dtype=pl.Int32),
        computed=pl.col("kind") == "computed",
        place=pl.int_range(pl.len(), dtype=pl.UInt32),
    )
    return StudyData(study, registry, _with_what_each_is(observations, registry), tables)


def _with_what_each_is(observations: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """The observations with `is_ratio`, `is_read` and `is_reading`; see `StudyData`."""
    derived = pl.col("computed") | (pl.col("parents").list.len().fill_null(0) > 0)
    has_value = pl.col("value").is_not_null()
    rows = observations.with_columns(
        is_ratio=is_among(_ratio_measures(registry)).fill_null(value=False),
        is_read=pl.col("kind").is_in(["value", "item", "score"]) & ~derived,
    )
    without_formula = frozenset(
        name
        for name in registry.measures()
        if (parameter := registry.parameter(name)) and parameter.expr is None
    )
    read = rows.lazy().filter(pl.col("is_read"), has_value).select("owner").unique().collect()
    of_curves = (
        pl.col("computed")
        & is_among(without_formula)
        & ~pl.col("owner").is_in(read["owner"].implode())
    )
    is_reading = (pl.col("is_read") | of_curves) & has_value
    return rows.with_columns(is_reading=is_reading.fill_null(value=False))
