"""Statistics: a task in, result rows out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import attrs
from attrs import field, frozen

from dermoutcomes.declare.imputations import Estimate
from dermoutcomes.declare.instruments import Reference
from dermoutcomes.declare.power import Power
from dermoutcomes.declare.setting import NoOptions
from dermoutcomes.declare.terms import Term
from dermoutcomes.errors import PluginError

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.declare.instruments import Scale
    from dermoutcomes.declare.tasks.task import Task

__all__ = ["Analysis", "Interaction", "Stat"]

IN_UNIT = frozenset(
    {
        "mean",
        "sd",
        "std_error",
        "median",
        "q1",
        "q3",
        "min",
        "max",
        "estimate",
        "conf_low",
        "conf_high",
        "fitted",
        "residual",
    }
)


@frozen(eq=False)
class Stat:
    """One statistic of an analysis; what it leaves empty is taken from the task.

    `error` is a code, a colon, a sentence. The code `does_not_apply` says that data as these cannot
    have the statistic, as a test between strata where one stratum alone tells anything: beside the
    term that decides, that is no failed computation.

    `pools` is for an estimate whose standard error or degrees of freedom are no rows of their own:
    the estimate on the scale on which it is normal (the logarithm of a ratio), with both. Repeated
    imputation pools it; no table has it.
    """

    stat: str
    value: float | None = None
    term: str | None = None
    text: str | None = None
    level: str | None = None
    at: float | None = None
    comparison: str | None = None
    group: str | None = None
    reference_group: str | None = None
    visit: str | None = None
    reference_visit: str | None = None
    unit: str | None = None
    label: str | None = None
    n_subjects: int | None = None
    n_records: int | None = None
    warning: str | None = None
    error: str | None = None
    endpoint: str | None = None
    pools: Estimate | None = None

    def rows(self, term: str | None = None, **values: float | None) -> Iterator[Stat]:
        """One row a value, named by its stat; only stats in the data's unit keep the unit."""
        shared = {**attrs.asdict(self, recurse=False), "term": term or self.term}
        for name, value in values.items():
            unit = self.unit if name in IN_UNIT else ""
            yield Stat(
                **{
                    **shared,
                    "stat": name,
                    "value": None if value is None else float(value),
                    "unit": unit,
                }
            )

    def failed(self, code: str, sentence: str, term: str | None = None) -> Stat:
        """This row as a statistic that could not be computed, and why."""
        return attrs.evolve(self, value=None, term=term or self.term, error=f"{code}: {sentence}")


@frozen(eq=False)
class Interaction:
    """How an analysis tests whether its effect differs between the levels of a subgroup.

    `run(task, options)` gets the options of the analysis, and everybody who is in a level: the
    records have the column `subgroup_level`, the task names its `subgroup` and no level. It returns
    rows of terms that the analysis declares, a test a comparison, and none within a level.
    `method` is its sentence for the methods section, `references` are its sources.
    """

    run: Callable[[Task, Any], Iterable[Stat]]
    method: str
    references: tuple[Reference, ...] = ()


@frozen(eq=False)
class Analysis:
    """A statistic: a task in, result rows out.

    What it fits:

    `endpoints` says whether a task has one endpoint, several or none.
    `kinds` are the endpoints that it fits (continuous, ordinal, binary, time_to_event), and
    `designs` the designs. `needs` is what the study has to compare.
    `reads` names further tables that it needs, `reads_if_any` those that it does without.
    `adjusts` says that it uses the endpoint's covariates and strata, or "strata" alone; a study
    that lists some which no analysis uses is warned, and a subject without one reaches no analysis
    that uses it. `dependence` says what it does with several records of one
    subject (sides, zones): "none" counts each as if it were a subject, "paired" pairs two arms
    inside a subject and otherwise does the same, "clustered" takes account of the subject. A study
    that would have sides counted as subjects is refused.

    When it runs:

    `always` has it run on every endpoint that it fits unless the study lists its own descriptions.
    `enrolment` keeps one that is `always` made to endpoints by which subjects were enrolled.
    `directional` says that it counts changes in the direction that is better: a table that prints
    it asks for it of endpoints alone that have a baseline and such a direction.
    `from_grades` says that it counts pairs of grades, at baseline and at a visit: a table that
    prints it asks for it of endpoints alone that have a baseline and a scale of few grades.
    `beside` are groups of analyses: an endpoint that lists this one must list one of each group
    too, so that what it describes cannot choose between them.

    What it returns:

    `terms` are the quantities that `run` may return, each with its words, its scale, its test and
    its stats. `words` names, for a report, stats of its own.
    `statistics`, `log_terms`, `null` and `interval_beside` follow from them. An author who has no
    words states them instead of terms: every (term, stat); the terms that are ratios with a
    standard error of their logarithm; the value of the deciding term where there is no effect; the
    terms whose interval may lie beside its estimate.
    `rests_on(task, options)` gives, for a table of `reads` or `reads_if_any` whose rows have an id,
    the rows that the results rest on; without it they are all rows of the task's subjects.
    `conclude(stats, task, options)` adds what only the finished statistics can say: those pooled
    over imputations, where there are some.
    `interaction` tests, for each subgroup of an endpoint whose main analysis it is, whether the
    effect differs between the levels.

    What it decides:

    `decides` is the term whose estimate, interval and p-value settle a hypothesis; `shows` the one
    whose estimate stands beside its verdict, where that is another (the share of all, where the
    test looks at those alone who changed).
    `oriented` says that a larger term is better whatever the endpoint's direction (a share
    improved). `inverse` says that a larger term means smaller values (a larger hazard, shorter
    times).
    `margin` says that the deciding p-value is of the comparison's margin, not of no effect: a claim
    of a difference cannot rest on it.

    What it means:

    `summary` are the words of an estimand that the deciding term estimates ("difference in means").
    `valid` is "mar" where the analysis itself is valid when values are missing at random (a
    likelihood over all visits), and empty where what is missing has to be filled in first.
    `method` is the sentence for the methods section, in which option names stand in braces;
    `references` are its sources. `power` says how many subjects its test needs, under which
    assumptions. `scores` are what the command `score` finds by name though nobody is measured with
    it, as the kappa of a table that a paper prints.
    """

    name: str
    label: str
    run: Callable[[Task, Any], Iterable[Stat]]
    statistics: tuple[tuple[str, str], ...] = ()
    endpoints: Literal["one", "several", "none"] = "one"
    reads: tuple[str, ...] = ()
    reads_if_any: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("continuous",)
    designs: tuple[str, ...] = ("single-arm", "parallel", "within-subject", "crossover")
    needs: Literal["comparison", "visit pair", "arm pair", "nothing"] = "nothing"
    decides: str | None = None
    shows: str | None = None
    null: float = 0.0
    oriented: bool = False
    inverse: bool = False
    margin: bool = False
    always: bool = False
    adjusts: bool | Literal["strata"] = False
    dependence: Literal["none", "paired", "clustered"] = "none"
    enrolment: bool = False
    directional: bool = False
    from_grades: bool = False
    log_terms: tuple[str, ...] = ()
    interval_beside: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    valid: Literal["mar", ""] = ""
    conclude: Callable[[tuple[Stat, ...], Task, Any], Iterable[Stat]] | None = None
    options: type = NoOptions
    method: str = ""
    references: tuple[Reference, ...] = ()
    power: Power | None = None
    beside: tuple[tuple[str, ...], ...] = ()
    terms: tuple[Term, ...] = ()
    words: Mapping[str, str] = field(factory=dict)
    rests_on: Callable[[Task, Any], Mapping[str, pl.DataFrame]] | None = None
    interaction: Interaction | None = None
    scores: tuple[Scale, ...] = ()

    def __attrs_post_init__(self) -> None:
        if not self.terms:
            return
        deciding = next((term for term in self.terms if term.name == self.decides), None)
        derived: dict[str, Any] = {
            "statistics": tuple((term.name, stat) for term in self.terms for stat in term.stats),
            "log_terms": tuple(term.name for term in self.terms if term.scale == "ratio"),
            "interval_beside": tuple(term.name for term in self.terms if term.interval_beside),
            "null": (deciding.null if deciding else None) or 0.0,
        }
        # What terms say may stand beside them as well, and must say the same.
        for name, value in derived.items():
            if (given := getattr(self, name)) not in ((), 0.0, value):
                raise PluginError(
                    f"the analysis {self.name!r} has terms, of which `{name}` is {value!r}, and "
                    f"states {given!r} beside them; state it in its terms alone"
                )
            object.__setattr__(self, name, value)

    def term(self, name: str | None) -> Term | None:
        """The term of that name, as declared or as the short form has it; None if neither does."""
        return self._terms.get(name or "") or self._terms.get("*")

    @cached_property
    def _terms(self) -> Mapping[str, Term]:
        if self.terms:
            return {term.name: term for term in self.terms}
        stats: dict[str, list[str]] = {}
        for term, stat in self.statistics:
            stats.setdefault(term, []).append(stat)
        return {
            name: Term(
                name,
                "",
                tuple(of_term),
                scale="ratio" if name in self.log_terms else "",
                null=self.null if name == self.decides else None,
                tail="better",
                interval_beside=name in self.interval_beside,
            )
            for name, of_term in stats.items()
        }
