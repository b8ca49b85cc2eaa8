"""A whole study file, parsed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from attrs import field, frozen

from dermoutcomes.declare import TableChoice, option
from dermoutcomes.study.sections.adjustment import Factor
from dermoutcomes.study.sections.analysis import AnalysisSpec, Family, ImputationSpec
from dermoutcomes.study.sections.claim import Claim
from dermoutcomes.study.sections.endpoint import Endpoint
from dermoutcomes.study.sections.labels import ColumnLabel, WordLabel
from dermoutcomes.study.sections.outputs import OutputSpec, Quality
from dermoutcomes.study.sections.planning import Plan
from dermoutcomes.study.sections.scheme import (
    Arm,
    Comparison,
    Intercurrent,
    Population,
    Session,
    Subgroup,
    Visit,
)
from dermoutcomes.study.sections.source import Source
from dermoutcomes.study.sections.study_info import StudyInfo

__all__ = ["Study"]


@frozen
class Study:
    """A study file, parsed. `path` is the file; every other path is relative to its folder."""

    study: StudyInfo = option(help="What the study is.")
    visits: Mapping[str, Visit] = option({}, "Planned visits.")
    sessions: Mapping[str, Session] = option({}, "Planned treatment sessions.")
    schedule: Mapping[str, tuple[str, ...]] = option(
        {}, "Instrument, scale or measure = visits at which it is expected."
    )
    arms: Mapping[str, Arm] = option({}, "Treatments as allocated.")
    populations: Mapping[str, Population] = option({}, "Who is counted.")
    comparisons: Mapping[str, Comparison] = option({}, "What is compared.")
    subgroups: Mapping[str, Subgroup] = option({}, "Levels of subject columns.")
    factors: Mapping[str, Factor] = option(
        {}, "Strata and covariates in levels, from columns of the list of subjects."
    )
    columns: Mapping[str, ColumnLabel] = option(
        {}, "Columns of the list of subjects, as a reader is to see them."
    )
    locations: Mapping[str, WordLabel] = option(
        {}, "Places of the body = what a reader is to see for them."
    )
    milestones: Mapping[str, WordLabel] = option(
        {}, "Milestones, or classes of them, as the data name them = what a reader is to see."
    )
    treatments: Mapping[str, WordLabel] = option(
        {}, "Treatments, as the data name them = what a reader is to see."
    )
    sources: Mapping[str, tuple[Source, ...]] = option({}, "Files.")
    quality: Quality = option(Quality(), "Which findings stop a run.")
    intercurrent: Mapping[str, Intercurrent] = option({}, "Intercurrent events and strategies.")
    imputations: Mapping[str, ImputationSpec] = option({}, "Imputations with options.")
    analyses: Mapping[str, AnalysisSpec] = option(
        {}, "Analyses with options, of several endpoints, or of none."
    )
    endpoints: Mapping[str, Endpoint] = option({}, "Outcomes.")
    multiplicity: Mapping[str, Family] = option({}, "Families of hypotheses.")
    claims: Mapping[str, Claim] = option({}, "Sentences to substantiate.")
    planning: Mapping[str, Plan] = option(
        {}, "endpoint.comparison = what its number of subjects was planned with."
    )
    eligibility: Mapping[str, str] = option(
        {}, "Endpoint = condition at enrolment, so that regression to the mean can be said."
    )
    tables: Mapping[str, TableChoice] = option(
        {}, "Tables of the study's own, each a choice from a standard one."
    )
    outputs: OutputSpec = option(OutputSpec(), "What a run writes.")
    path: Path = field(default=Path("study.toml"), metadata={"key": True})
    # What was parsed: problems find their lines in it, whatever becomes of the file meanwhile.
    text: str = field(default="", eq=False, repr=False, metadata={"key": True})

    @cached_property
    def endpoint_outlines(self) -> Mapping[str, Endpoint]:
        """What the records of one endpoint rest on of the others, by their names.

        The name, since ids of records are numbered by it, who is counted, and whether it is a diary.
        """
        return {
            name: Endpoint(
                id=endpoint.id,
                populations=endpoint.populations,
                measure=endpoint.measure if endpoint.days else None,
                days=endpoint.days,
            )
            for name, endpoint in self.endpoints.items()
        }

    @property
    def id(self) -> str:
        """The study's id."""
        return self.study.id

    @property
    def folder(self) -> Path:
        """The folder of the study file."""
        return self.path.parent

    @property
    def confidence(self) -> float:
        """Level of every interval: as stated, or 1 - alpha (two-sided), 1 - 2 alpha (one-sided)."""
        info = self.study
        return info.confidence if info.confidence is not None else 1 - info.alpha * (3 - info.sided)

    @property
    def visit_order(self) -> tuple[str, ...]:
        """Visit ids in the order of their times."""
        return tuple(
            sorted(
                self.visits,
                key=lambda name: (self.visits[name].at.days, list(self.visits).index(name)),
            )
        )

    def hypotheses(self) -> tuple[str, ...]:
        """Every endpoint.comparison of the study, in file order."""
        return tuple(
            f"{name}.{comparison}"
            for name, endpoint in self.endpoints.items()
            for comparison in endpoint.compare
        )

    def with_parts(self, endpoints: Iterable[str]) -> tuple[str, ...]:
        """The endpoints, and those that their responders are made of, at whatever remove.

        Each stands once; names of no endpoint are left out.
        """
        names = [name for name in dict.fromkeys(endpoints) if name in self.endpoints]
        for name in names:
            rule = self.endpoints[name].responder
            parts = (*rule.all_of, *rule.any_of) if rule is not None else ()
            names += [part for part in parts if part in self.endpoints and part not in names]
        return tuple(names)

    @property
    def deciding_endpoints(self) -> frozenset[str]:
        """The endpoints that decide: primary ones, those that claims rest on, and their parts.

        A claim on an exploratory endpoint explores, unless a family adjusts its hypothesis.
        """
        families = self.multiplicity.values()
        adjusted = {name for one in families if one.method for name in one.hypotheses}
        tested = {name.partition(".")[0] for name in adjusted}
        explored = {name for name in self._with_role("exploratory") if name not in tested}
        names = (*self._with_role("primary"), *sorted(self.claimed_endpoints - explored))
        return frozenset(self.with_parts(names))

    @property
    def main_endpoints(self) -> frozenset[str]:
        """Primary and secondary endpoints, those that any claim rests on, and their parts."""
        return frozenset(self.with_parts(sorted(self.named_main_endpoints)))

    @property
    def named_main_endpoints(self) -> frozenset[str]:
        """Primary and secondary endpoints, and those that any claim rests on, without their parts."""
        names = (*self._with_role("primary"), *self._with_role("secondary"))
        return frozenset((*names, *self.claimed_endpoints))

    @property
    def claimed_endpoints(self) -> frozenset[str]:
        """The endpoints of hypotheses, and of analyses of agreement, that claims rest on."""
        names = set[str]()
        for claim in self.claims.values():
            names |= {part.hypothesis.partition(".")[0] for part in claim.all_of}
            agreement = self.analyses.get(claim.analysis or "")
            names |= set(agreement.endpoints) if agreement is not None else set()
        return frozenset(names)

    def _with_role(self, role: str) -> tuple[str, ...]:
        return tuple(name for name, endpoint in self.endpoints.items() if endpoint.role == role)

    def gates(self, family: str) -> tuple[str, ...]:
        """The family itself, the one that it comes after, and so on to the first.

        Each stands once, where they go in a circle.
        """
        families: list[str] = []
        name: str | None = family
        while name is not None and name in self.multiplicity and name not in families:
            families.append(name)
            name = self.multiplicity[name].after
        return tuple(families)
