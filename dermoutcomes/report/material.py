"""What a report is made from: study, registry, tables and manifest, and words for them.

It looks things up; it computes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from dermoutcomes.number_text import decimals_of_value
from dermoutcomes.options.parsing import resolve_options
from dermoutcomes.report.numbers import STYLES, Style
from dermoutcomes.report.options import ReportOptions
from dermoutcomes.report.result_names import level_name, stat_name, term_name
from dermoutcomes.report.words.fixed_sentences import ORIGINS
from dermoutcomes.report.words.loss_words import REASONS
from dermoutcomes.study.sections.outputs import DOCUMENT_OPTIONS
from dermoutcomes.tables import RESULT_KEY
from dermoutcomes.vocabulary import ALL_VALUES

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.declare import Analysis, Instrument, Parameter, Scale, Term
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint, Intercurrent, Study

__all__ = ["OBSERVED", "Material", "Outline", "Result", "by"]

Result = Mapping[str, Any]
T = TypeVar("T")
OBSERVED = "observed"
# Decimals with which a value is written down; a computed one has more.
MOST_WRITTEN = 3
# What joins the visits and arms that a level of a model names.
LEVEL_PARTS = re.compile(", |:")
ROLES = ("primary", "secondary", "safety", "exploratory")


def by(rows: Iterable[Result], *keys: str) -> dict[tuple[Any, ...], list[Result]]:
    """Rows in groups that share the values of `keys`, in the order in which they come."""
    groups: dict[tuple[Any, ...], list[Result]] = {}
    values_of = itemgetter(*keys)
    # Of one key, `itemgetter` gives no tuple.
    alone = len(keys) == 1
    for row in rows:
        values = values_of(row)
        groups.setdefault((values,) if alone else values, []).append(row)
    return groups


def _in_words(name: str | None) -> str:
    return (name or "").replace("_", " ")


def _begun_large(words: str) -> str:
    return words[:1].upper() + words[1:]


def _place(names: list[str], name: str | None) -> int:
    return names.index(name) if name in names else len(names)


class Outline:
    """What is known of a report before there are results.

    The study, what its plugins declare, and the words for both.
    """

    def __init__(
        self,
        study: Study,
        registry: Registry,
        options: ReportOptions | None = None,
    ) -> None:
        self.study, self.registry = study, registry
        self.options = options or ReportOptions()
        self._terms: dict[tuple[str | None, str | None], Term | None] = {}

    @property
    def in_order(self) -> list[str]:
        """Endpoints by role, primary ones first, and in the order of the study file."""
        return sorted(
            self.study.endpoints, key=lambda name: ROLES.index(self.study.endpoints[name].role)
        )

    @property
    def origin(self) -> tuple[str, str] | None:
        """Short and long words for data that this study did not collect; None for others."""
        return ORIGINS.get(self.study.study.data_origin)

    @property
    def style(self) -> Style:
        """How numbers are printed, as `[outputs] style` names it."""
        return STYLES[self.study.outputs.style]

    @property
    def single_arm(self) -> bool:
        """Whether there is no comparison group."""
        return self.study.study.design == "single-arm"

    def parameter(self, endpoint: Endpoint | None) -> Parameter | None:
        """The parameter that an endpoint measures."""
        return (
            self.registry.parameter(endpoint.measure)
            if endpoint is not None and endpoint.measure
            else None
        )

    def owner(self, endpoint: Endpoint) -> Instrument | Scale | None:
        """The instrument or scale that an endpoint is read from."""
        return self.registry.owner(endpoint.measure.partition(".")[0]) if endpoint.measure else None

    def improves(self, endpoint: Endpoint) -> str | None:
        """Which way is better: as the protocol says, or the measure's own direction."""
        parameter = self.parameter(endpoint)
        return endpoint.improves or (parameter.improves if parameter else None)

    def ordinal(self, endpoint: Endpoint) -> bool:
        """Whether its values are grades, of which a distribution says more than a mean."""
        parameter = self.parameter(endpoint)
        return endpoint.kind == "ordinal" or (
            endpoint.kind is None
            and parameter is not None
            and parameter.scale_type in ("ordinal", "nominal")
        )

    def analysis(self, name: str | None) -> Analysis | None:
        """The declaration behind the study's name for an analysis."""
        spec = self.study.analyses.get(name or "")
        return self.registry.analyses.get(spec.use if spec else name or "")

    def analysis_name(self, name: str | None) -> str:
        """The study's label, or the plugin's with the name that the study has given it."""
        analysis, spec = self.analysis(name), self.study.analyses.get(name or "")
        if spec is not None and spec.label:
            return spec.label
        if analysis is None:
            return _in_words(name)
        return (
            f"{analysis.label} ({_in_words(name)})"
            if spec is not None and name != analysis.name
            else analysis.label
        )

    def term(self, row: Result) -> Term | None:
        """What its analysis declares of the term of a result."""
        key = (row["analysis"], row["term"])
        # Asked ten times of each result by those who look for results of a kind.
        if key not in self._terms:
            analysis = self.analysis(row["analysis"])
            self._terms[key] = analysis.term(row["term"]) if analysis else None
        return self._terms[key]

    def place(self, row: Result) -> str:
        """The part of the report in which its analysis wants a result to stand."""
        term = self.term(row)
        return term.place if term else ""

    def term_name(self, row: Result) -> str:
        """The term of a result in words."""
        return term_name(self.analysis(row["analysis"]), row["term"])

    def term_words(self, row: Result) -> str:
        """The term of a result as it stands inside a sentence."""
        term = self.term(row)
        return term.words if term and term.words else self.term_name(row).lower()

    def is_of_logarithm(self, row: Result) -> bool:
        """Whether a result is the standard error of a ratio, which is that of its logarithm."""
        if row["stat"] != "std_error":
            return False
        term = self.term(row)
        return term is not None and term.scale == "ratio"

    def stat_name(self, row: Result) -> str:
        """The stat of a result in words."""
        if self.is_of_logarithm(row):
            return "SE of the logarithm"
        return stat_name(self.analysis(row["analysis"]), row["stat"])

    def level_name(self, line_level: str | None) -> str:
        """A level of a term in words: a comparison, a factor of a model, or as it was returned."""
        if line_level in self.study.comparisons:
            return self.comparison_name(line_level)
        if line_level in self.study.endpoints:
            return self.endpoint_name(line_level)
        return level_name(
            line_level,
            {name: self.arm_name(name) for name in self.study.arms},
            {name: visit.name for name, visit in self.study.visits.items()},
            {name: column.label for name, column in self.study.columns.items() if column.label},
        )

    def level_rank(self, level: str | None) -> tuple[tuple[int, int], ...]:
        """The place of a level that names visits and arms, in the order of the study.

        Other levels come first, and among themselves as they come.
        """
        arms, visits = list(self.study.arms), self.study.visit_order
        ranks = []
        for part in LEVEL_PARTS.split(level or ""):
            for kind, (factor, names) in enumerate((("visit", visits), ("arm", arms))):
                own = part.removeprefix(factor).strip()
                if own in names:
                    ranks.append((kind, names.index(own)))
                    break
            else:
                ranks.append((-1, 0))
        return tuple(ranks)

    def term_rank(self, row: Result) -> int:
        """The place of a result's term among those of its analysis; others come last."""
        analysis = self.analysis(row["analysis"])
        return _place([term.name for term in analysis.terms] if analysis else [], row["term"])

    def handling_name(self, name: str | None) -> str:
        """How missing values are handled, in words."""
        if name in (None, OBSERVED):
            return "observed values only"
        if name == ALL_VALUES:
            return "all numeric values, also those that cannot be"
        spec = self.study.imputations.get(name or "")
        imputation = self.registry.imputations.get(spec.use if spec else name or "")
        return imputation.label if imputation else name or ""

    def described_handling(self, endpoint: Endpoint) -> str:
        """The handling under which an endpoint is described: with one value each.

        Its first, or observed values where that fills missing ones several times.
        """
        name = endpoint.handling[0] if endpoint.handling else OBSERVED
        spec = self.study.imputations.get(name)
        imputation = self.registry.imputations.get(spec.use if spec else name)
        return (
            OBSERVED
            if imputation is not None and imputation.multiple and endpoint.also is None
            else name
        )

    def visit_name(self, name: str | None) -> str:
        """A visit's label, which no other has; "baseline" stays as it is."""
        visit = self.study.visits.get(name or "")
        return visit.name if visit else name or ""

    def visit_rank(self, name: str | None) -> int:
        """The place of a visit in time, for sorting; "baseline" comes first, what is unknown last."""
        order = self.study.visit_order
        return (
            order.index(name) if name in order else -1 if name in (None, "baseline") else len(order)
        )

    def arm_name(self, name: str | None) -> str:
        """An arm's label."""
        arm = self.study.arms.get(name or "")
        return (arm.label if arm and arm.label else name) or ""

    def arm_rank(self, name: str | None) -> tuple[int, str]:
        """The place of an arm in the study file, for sorting; an unknown one and None come last."""
        order = list(self.study.arms)
        return (order.index(name) if name in order else len(order), name or "")

    def population_name(self, name: str | None) -> str:
        """A population's label, or its name in the study file as words."""
        population = self.study.populations.get(name or "")
        return population.name if population else _in_words(name)

    def population_rank(self, name: str | None) -> int:
        """The place of a population in the study file, for sorting; an unknown one comes last."""
        return _place(list(self.study.populations), name)

    def handling_rank(self, name: str | None) -> int:
        """The place of a handling among those that endpoints list, for sorting."""
        handlings = [OBSERVED]
        handlings += [item for one in self.study.endpoints.values() for item in one.handling]
        return _place(handlings, name)

    def column_name(self, name: str, otherwise: str = "") -> str:
        """A subject column's label with its unit.

        Without a label `otherwise`, or its name in words.
        """
        column = self.study.columns.get(name)
        own = otherwise if otherwise != name else ""
        words = (column.label if column else None) or own or _begun_large(_in_words(name))
        return f"{words} ({column.unit})" if column and column.unit else words

    def column_value(self, column: str, value: str) -> str:
        """A value of a subject column as the study labels it, or as it is."""
        spec = self.study.columns.get(column)
        return spec.values.get(value, value) if spec else value

    def column_rank(self, analysis: str | None, column: str) -> tuple[int, int]:
        """The place of a subject column in the options of an analysis, then among the labels."""
        spec = self.study.analyses.get(analysis or "")
        options = spec.options.values() if spec else ()
        listed = [name for value in options if isinstance(value, (list, tuple)) for name in value]
        return _place(listed, column), _place(list(self.study.columns), column)

    def location_name(self, name: str) -> str:
        """A place of the body in words."""
        spec = self.study.locations.get(name)
        return spec.label if spec else _begun_large(_in_words(name))

    def milestone_name(self, name: str | None, class_: str | None = None) -> str:
        """A milestone by its label, with its class in brackets."""
        words = [self._milestone_word(word) for word in (name, class_) if word]
        return f"{words[0]} ({words[1]})" if len(words) > 1 else "".join(words)

    def _milestone_word(self, word: str) -> str:
        """A milestone or class by its label; the class of one that is of a visit is its visit."""
        spec = self.study.milestones.get(word)
        if spec is not None:
            return spec.label
        return self.visit_name(word) if word in self.study.visits else _in_words(word)

    def treatment_name(self, name: str) -> str:
        """A treatment by its label."""
        spec = self.study.treatments.get(name)
        return spec.label if spec else name

    def reason_name(self, reason: str | None) -> str:
        """A reason of the ledger in words."""
        return REASONS.get(reason or "", "")

    def comparison_name(self, name: str | None) -> str:
        """A comparison in words: its label, or what is compared with what."""
        comparison = self.study.comparisons.get(name or "")
        if comparison is None:
            return name or ""
        if comparison.label:
            return comparison.label
        arms = " v ".join(self.arm_name(arm) for arm in comparison.arm or ())
        visits = " v ".join(
            visit if visit == "baseline" else self.visit_name(visit)
            for visit in comparison.visit or ()
        )
        return ", ".join(part for part in (arms, visits) if part) or name or ""

    def endpoint_name(self, name: str | None) -> str:
        """An endpoint's label; of an analysis of several, all their labels."""
        return " and ".join(
            self.study.endpoints[part].name if part in self.study.endpoints else part
            for part in (name or "").split("+")
        )

    def owner_name(self, name: str) -> str:
        """An instrument or scale as it is called, a scale with its version, where it has one."""
        owner = self.registry.owner(name)
        version = getattr(owner, "version", "")
        label = owner.label if owner is not None else name
        return f"{label} ({version})" if version else label

    def hypothesis_name(self, name: str) -> str:
        """A hypothesis in words."""
        endpoint, _, comparison = name.partition(".")
        return f"{self.endpoint_name(endpoint)}: {self.comparison_name(comparison)}"


class Material(Outline):
    """An outline with what a run found: its tables by name, and its manifest."""

    def __init__(
        self,
        study: Study,
        registry: Registry,
        table: Callable[[str], pl.DataFrame],
        manifest: Mapping[str, Any],
        options: ReportOptions | None = None,
    ) -> None:
        super().__init__(study, registry, options)
        self.table, self.manifest = table, manifest
        self._once: dict[Hashable, Any] = {}

    @classmethod
    def of_run(cls, run: Any) -> Material:
        """What a finished run found, with what its study says of all documents.

        The same object at every call for one run: what writes a workbook looks up what the
        documents have looked up before it, and makes none of them again.
        """
        material: Material = run.once("material", lambda: cls._of_run(run))
        return material

    @classmethod
    def _of_run(cls, run: Any) -> Material:
        options = resolve_options(
            run.study.outputs.options_of(DOCUMENT_OPTIONS),
            ReportOptions,
            f"outputs.options.{DOCUMENT_OPTIONS}",
        )
        return cls(run.study, run.registry, run.table, run.manifest, options)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made first for this key: what is asked several times of one run is made once."""
        if key not in self._once:
            self._once[key] = make()
        value: T = self._once[key]
        return value

    def rows(self, table: str) -> list[dict[str, Any]]:
        """A table as rows; not for tables of readings, which can be large."""
        return self.frame(table).to_dicts()

    def frame(self, table: str) -> pl.DataFrame:
        """A table as a frame; it is read once, but for curves, which can be larger than memory."""
        if table == "curves":
            return self.table(table)
        return self.once(("table", table), lambda: self.table(table))

    @property
    def ledger(self) -> pl.DataFrame:
        """The ledger."""
        return self.frame("ledger")

    @cached_property
    def record_entries(self) -> Mapping[str, list[Result]]:
        """Entries of the ledger on records and on limits, by endpoint."""
        entries = self.ledger.filter(self.ledger["stage"].is_in(["records", "limits"]))
        return {
            str(endpoint): rows for (endpoint,), rows in by(entries.to_dicts(), "endpoint").items()
        }

    @cached_property
    def populations(self) -> Mapping[str, tuple[str, ...]]:
        """Subject = the populations that it belongs to, in the order of the study file."""
        from dermoutcomes.sources.framework.populations import memberships

        members = memberships(self.study, self._tables_of_subjects)
        return {row["subject"]: tuple(row["populations"]) for row in members.to_dicts()}

    @cached_property
    def exclusions(self) -> list[dict[str, Any]]:
        """Why a subject is outside a population: subject, population, condition; a row each.

        A subject that fails several conditions has a row for each.
        """
        from dermoutcomes.sources.framework.populations import unmet_conditions

        return unmet_conditions(self.study, self._tables_of_subjects).to_dicts()

    def milestones_of(self, event: Intercurrent) -> pl.DataFrame:
        """The milestones that are an intercurrent event, as its strategies find them."""
        from dermoutcomes.sources.framework.milestones import milestones_of

        return milestones_of(self.frame("milestones"), event)

    @cached_property
    def column_decimals(self) -> Mapping[str, int]:
        """Subject column of numbers = the decimals of the value that has most.

        Columns of computed values, with more decimals than anybody writes, are left out.
        """
        subjects = self.frame("subjects")
        decimals = {
            name: max(
                (decimals_of_value(value) for value in subjects[name].drop_nulls()), default=0
            )
            for name, kind in subjects.schema.items()
            if kind.is_float()
        }
        return {name: most for name, most in decimals.items() if most <= MOST_WRITTEN}

    @property
    def _tables_of_subjects(self) -> Mapping[str, pl.DataFrame]:
        return {name: self.frame(name) for name in ("subjects", "allocations", "exposures")}

    @cached_property
    def results(self) -> list[dict[str, Any]]:
        """Every result."""
        return self.rows("results")

    @cached_property
    def _results_of(self) -> Mapping[str | None, list[Result]]:
        return {endpoint: rows for (endpoint,), rows in by(self.results, "endpoint").items()}

    def results_of(self, endpoint: str | None) -> Sequence[Result]:
        """The results of an endpoint in their order; of none those that are of no endpoint."""
        return self._results_of.get(endpoint, ())

    @cached_property
    def by_id(self) -> Mapping[str, Result]:
        """Results by id."""
        return {row["id"]: row for row in self.results}

    @cached_property
    def by_key(self) -> Mapping[tuple[Any, ...], Result]:
        """Results by their key: the columns of `RESULT_KEY`, in its order."""
        return {tuple(row[name] for name in RESULT_KEY): row for row in self.results}

    @cached_property
    def hypotheses(self) -> list[dict[str, Any]]:
        """Every hypothesis, in the order of the study's endpoints and of what each compares."""
        place = {
            (name, comparison): number
            for number, (name, comparison) in enumerate(
                (name, comparison)
                for name, endpoint in self.study.endpoints.items()
                for comparison in endpoint.compare
            )
        }
        return sorted(
            self.rows("hypotheses"),
            key=lambda row: place.get((row["endpoint"], row["comparison"]), len(place)),
        )

    @cached_property
    def levels(self) -> Mapping[str, float]:
        """The level at which a result decides, by its id; of those that decide nothing, none."""
        return {
            result: row["alpha"]
            for row in self.hypotheses
            if row["alpha"] is not None
            for result in row["evidence"] or ()
        }

    def interaction_p(self, estimate: Result, subgroup: str) -> Result | None:
        """The p-value of the test of whether an estimate differs between levels of a subgroup.

        None where its analysis has no such test.
        """
        keys = ("analysis", "population", "handling", "comparison", "visit")
        return next(
            (
                row
                for row in self.results_of(estimate["endpoint"])
                if row["subgroup"] == subgroup
                and row["subgroup_level"] is None
                and row["stat"] == "p_value"
                and all(row[key] == estimate[key] for key in keys)
            ),
            None,
        )

    def shown_stats(self, hypothesis: Mapping[str, Any]) -> dict[str, Result]:
        """The rows of the quantity that stands beside a verdict, by their stat.

        That is the one that decides, unless its analysis shows another.
        """
        analysis = self.analysis(hypothesis["analysis"])
        term = (analysis.shows or analysis.decides) if analysis else None
        rows = [self.by_id[item] for item in hypothesis["evidence"] or () if item in self.by_id]
        return {row["stat"]: row for row in rows if row["term"] == term}
