"""What an endpoint asks for, resolved against its study and what plugins declare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl
from attrs import Factory, field, frozen

from dermoutcomes.declare import Scale
from dermoutcomes.endpoints.study_facts import StudyFacts
from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of
from dermoutcomes.study.sections.adjustment import OF_NUMBERS, OWN_LEVEL, fitting_rules
from dermoutcomes.tables import empty
from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Parameter
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.sources.visits.calendar import Calendar
    from dermoutcomes.study import Endpoint, Study

__all__ = ["Plan", "plan"]


@frozen(eq=False)
class Plan:
    """An endpoint with everything that its records depend on.

    `facts` are those of all endpoints of the study and tables.
    """

    study: Study
    registry: Registry
    endpoint: Endpoint
    tables: Mapping[str, pl.DataFrame]
    facts: StudyFacts = field(
        default=Factory(lambda self: StudyFacts(self.study, self.tables), takes_self=True)
    )

    def table(self, name: str) -> pl.DataFrame:
        """The table, or one without rows; allocations with the arm that the endpoint goes by."""
        table = self.tables.get(name, empty(name))
        if name == "allocations" and self.endpoint.arm == "received":
            return table.with_columns(arm=pl.coalesce("arm_actual", "arm"))
        return table

    @property
    def calendar(self) -> Calendar:
        """When things happened to each subject."""
        return self.facts.calendar

    @property
    def path(self) -> str:
        """The dotted path of the endpoint in the study file."""
        return f"endpoints.{self.endpoint.id}"

    @property
    def owner(self) -> Instrument | Scale | None:
        """The instrument or scale that is measured with."""
        return self.registry.owner((self.endpoint.measure or "").partition(".")[0])

    @cached_property
    def parameter(self) -> Parameter | None:
        """What is measured."""
        return self.registry.parameter(self.endpoint.measure or "")

    @property
    def relative(self) -> bool:
        """Whether a value is itself a change, so that it has no baseline."""
        return isinstance(self.owner, Scale) and self.owner.relative

    @property
    def improves(self) -> str | None:
        """Which way is better."""
        return self.endpoint.improves or (self.parameter.improves if self.parameter else None)

    @property
    def percent(self) -> bool:
        """Whether a percent change means anything.

        The scale has a zero, and a value is not itself a difference.
        """
        return (
            self.endpoint.difference is None
            and self.parameter is not None
            and self.parameter.scale_type == "ratio"
        )

    @property
    def locations(self) -> tuple[str, ...]:
        """The locations that are asked for; none means all."""
        location = self.endpoint.location
        return (location,) if isinstance(location, str) else tuple(location or ())

    @property
    def keeps_sides(self) -> bool:
        """Whether a record is a side."""
        sides = self.endpoint.sides
        return self.endpoint.unit == "side" or (sides is not None and sides.combine == "none")

    @property
    def keeps_locations(self) -> bool:
        """Whether locations go on by themselves."""
        difference = self.endpoint.difference
        return (
            self.endpoint.unit == "location"
            or self.endpoint.locations == "none"
            or bool(difference and difference.location)
        )

    @property
    def keeps_arms(self) -> bool:
        """Whether sides with different treatments stay apart.

        Where arms are compared, or nothing says how sides combine.
        """
        compared = [
            self.study.comparisons[name]
            for name in self.endpoint.compare
            if name in self.study.comparisons
        ]
        arms = self.endpoint.difference is not None or any(
            comparison.arm for comparison in compared
        )
        return arms or self.endpoint.sides is None or self.keeps_sides

    @property
    def baseline_visits(self) -> tuple[str, ...]:
        """The visits that count as baseline."""
        baseline = self.endpoint.baseline
        return tuple(baseline.visits or ()) if baseline and not self.relative else ()

    @property
    def scheduled(self) -> tuple[str, ...] | None:
        """The visits at which the schedule expects a value; None where it does not say."""
        measure = self.endpoint.measure or ""
        return self.study.schedule.get(measure, self.study.schedule.get(measure.partition(".")[0]))

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Visits that are compared with another visit than the baseline."""
        if self.relative:
            return ()
        visits = (
            self.study.comparisons[name].visit
            for name in self.endpoint.compare
            if name in self.study.comparisons
        )
        pairs = [
            (visit[0], visit[1])
            for visit in visits
            if visit and len(visit) == 2 and visit[1] != BASELINE
        ]
        return tuple(dict.fromkeys(pairs))


def plan(
    study: Study,
    registry: Registry,
    name: str,
    tables: Mapping[str, pl.DataFrame],
    facts: StudyFacts | None = None,
) -> Plan:
    """The plan of the endpoint of that name.

    `facts` are those of the study and tables, where another of its endpoints has them already.
    StudyError where the study or the registry lacks it.
    """
    endpoint = study.endpoints.get(name)
    if endpoint is None:
        raise StudyError(
            Problem(
                f"no endpoint {name!r}",
                expected=one_of(tuple(study.endpoints)),
                hint=did_you_mean(name, study.endpoints),
            )
        )
    endpoint_plan = Plan(study, registry, endpoint, tables, facts or StudyFacts(study, tables))
    if endpoint.measure is not None and endpoint_plan.parameter is None:
        known = registry.measures()
        raise StudyError(
            Problem(
                "no plugin declares this measure",
                path=f"{endpoint_plan.path}.measure",
                found=endpoint.measure,
                expected=one_of(known),
                hint=did_you_mean(endpoint.measure, known),
            )
        )
    _refuse_unknown_columns(endpoint_plan)
    return endpoint_plan


def _refuse_unknown_columns(plan: Plan) -> None:
    """StudyError where strata, covariates or subgroups name a column that subjects do not have."""
    if "subjects" not in plan.tables:
        return
    endpoint, columns = plan.endpoint, plan.tables["subjects"].columns
    # Path in the study file, name, and the names that are known there.
    names = [
        *(
            (f"{plan.path}.strata[{number}]", name, columns)
            for number, name in enumerate(endpoint.strata, start=1)
        ),
        *(
            (f"{plan.path}.covariates[{number}]", name, ["base", *columns])
            for number, name in enumerate(endpoint.covariates, start=1)
        ),
        *(
            (f"subgroups.{name}.by", plan.study.subgroups[name].by, columns)
            for name in endpoint.subgroups
            if name in plan.study.subgroups
        ),
    ]
    problems = [
        Problem(
            "no such column in the table of subjects",
            path=path,
            found=name,
            expected=one_of(known),
            hint=did_you_mean(name, known),
        )
        for path, name, known in names
        if name not in known
    ]
    if not problems:
        problems = [*_unfit_blank_rules(plan)]
    if problems:
        raise StudyError(problems)


def _unfit_blank_rules(plan: Plan) -> Iterator[Problem]:
    """What `blank` says of columns whose blanks it cannot be said of: words have no mean.

    One rule for all columns is held against those that have blanks.
    """
    endpoint, subjects = plan.endpoint, plan.tables["subjects"]
    for column in dict.fromkeys((*endpoint.strata, *endpoint.covariates)):
        rule = endpoint.blank_rule(column)
        if column not in subjects.columns or rule is None:
            continue
        fitting = fitting_rules(subjects.schema[column])
        by_column = not isinstance(endpoint.blank, str)
        if rule in fitting or not (by_column or subjects[column].null_count()):
            continue
        yield Problem(
            f"{column} is a number, and a number that is not there is no level"
            if rule == OWN_LEVEL and subjects.schema[column].is_numeric()
            else f"{column} is no number, and has no {rule}"
            if rule in OF_NUMBERS
            else f"{column} is no word, and has no level for blanks",
            path=f"{plan.path}.blank" + (f".{column}" if by_column else ""),
            found=f'"{rule}"',
            expected=", ".join(f'blank = {{ {column} = "{name}" }}' for name in fitting),
        )
