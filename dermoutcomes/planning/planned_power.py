"""Planned hypotheses of a study: sizes, power and the sentences that go with them.

No data are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil, floor
from typing import TYPE_CHECKING, Any

import attrs
from attrs import frozen

from dermoutcomes.declare import PlannedTest
from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.options.parsing import resolve_options
from dermoutcomes.planning.first_level import first_level
from dermoutcomes.planning.sample_size import Unreachable, curve, group_sizes, smallest
from dermoutcomes.results.option_text import fill_sentence
from dermoutcomes.study.task_plan import analysis_with_options

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Power
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Plan, Study

__all__ = ["PlannedHypothesis", "planned_hypotheses"]


@frozen
class PlannedHypothesis:
    """A hypothesis with the sizes that it needs, its power, and what they rest on.

    Sizes are by group, the first arm of the comparison first; `n` are analysed, `enrolled` with
    dropouts; `other_arms` are arms of the study that the hypothesis does not compare, and nothing
    is planned for by it. Powers are from 0 to 1: `target` is asked for, `power` is that of `n`,
    `planned_power` that with the subjects that the study enrols (`planned_n`), `curve` has (n by
    group, power). `alpha` is the level at which it is first tested, `level` says why.
    """

    hypothesis: str
    label: str
    analysis: str
    groups: tuple[str, ...]
    alpha: float
    sided: int
    level: str
    assumptions: Mapping[str, Any]
    source: str | None
    method: str
    references: tuple[str, ...]
    target: float
    n: tuple[int, ...]
    power: float
    dropout: float
    enrolled: tuple[int, ...]
    planned_n: tuple[int, ...] | None
    planned_power: float | None
    curve: tuple[tuple[tuple[int, ...], float], ...]
    other_arms: tuple[str, ...] = ()

    def row(self) -> dict[str, Any]:
        """As plain data."""
        row = attrs.asdict(self)
        row["curve"] = [{"n": list(n), "power": power} for n, power in self.curve]
        return row | {"total": sum(self.n), "enrolled_total": sum(self.enrolled)}


def planned_hypotheses(study: Study, registry: Registry) -> tuple[PlannedHypothesis, ...]:
    """Every planned hypothesis, in file order.

    Raises StudyError where there is none, or where no number of subjects is enough.
    """
    if not study.planning:
        example = next(
            (
                name
                for name in study.hypotheses()
                if study.endpoints[name.partition(".")[0]].role == "primary"
            ),
            "endpoint.comparison",
        )
        raise StudyError(
            Problem(
                "the study plans no number of subjects",
                path="planning",
                file=str(study.path),
                code="no-plan",
                expected=f'[planning."{example}"] with what is assumed, as assume = '
                "{ effect = …, sd = … }",
            )
        )
    return tuple(
        _plan_hypothesis(study, registry, name, plan) for name, plan in study.planning.items()
    )


def _plan_hypothesis(study: Study, registry: Registry, name: str, plan: Plan) -> PlannedHypothesis:
    endpoint, _, comparison = name.partition(".")
    analysis, options = analysis_with_options(
        study, registry, study.endpoints[endpoint].analyses[0]
    )
    assert analysis.power is not None
    alpha, level = first_level(study, registry, name)
    arms = _groups(study, comparison)
    test = PlannedTest(
        alpha,
        study.study.sided,
        resolve_options(options, analysis.options, f"analyses.{analysis.name}.options"),
        study.comparisons[comparison].margin,
        len(arms),
        _visits(study, endpoint, comparison),
    )
    assumptions = resolve_options(
        plan.assume, analysis.power.assumptions, f"planning.{name}.assume"
    )
    allocation = _allocation(plan, len(arms))
    sizes = _Sizes(study, name, plan, analysis.power, assumptions, test, allocation)
    n = sizes.needed()
    return PlannedHypothesis(
        name,
        _label(study, endpoint, comparison),
        analysis.label,
        arms,
        alpha,
        study.study.sided,
        level,
        attrs.asdict(assumptions),
        plan.source,
        _method_sentence(analysis, assumptions, options),
        tuple(reference.citation for reference in analysis.power.references),
        plan.power,
        n,
        sizes.power(n),
        plan.dropout,
        tuple(_with_dropouts(size, plan.dropout) for size in n),
        *sizes.as_planned(),
        tuple(sizes.curve(n[0])),
        # One group of subjects has all arms in each of them, and leaves none out.
        tuple(arm for arm in study.arms if arm not in arms) if len(arms) > 1 else (),
    )


@frozen
class _Sizes:
    """The sizes of one planned hypothesis, and the power that it has with them."""

    study: Study
    name: str
    plan: Plan
    rule: Power
    assumptions: Any
    test: PlannedTest
    allocation: tuple[float, ...]

    def power(self, n: tuple[float, ...]) -> float:
        """The power of these sizes; none of a group that is smaller than the test can do with."""
        if min(n) < self.rule.least:
            return 0.0
        return float(min(1.0, max(0.0, self.rule.power(n, self.assumptions, self.test))))

    def needed(self) -> tuple[int, ...]:
        """The smallest sizes with the power that is asked for, by group. Raises StudyError."""
        self._refuse(self.rule.refuse(self.assumptions, self.test) if self.rule.refuse else ())
        # Whether power goes up in steps may depend on the options (an exact test).
        stepwise = (
            self.rule.stepwise(self.assumptions, self.test)
            if callable(self.rule.stepwise)
            else self.rule.stepwise
        )
        try:
            n = smallest(
                self.power,
                self.plan.power,
                allocation=self.allocation,
                least=self.rule.least,
                stepwise=stepwise,
            )
        except Unreachable as error:
            sentence = (
                f"no number of subjects reaches a power of {self.plan.power:g}: {error.tried} in "
                f"the first group reach {error.reached:.4g}"
            )
            self._refuse([sentence])
            raise
        return group_sizes(n, self.allocation)

    def _refuse(self, sentences: Any) -> None:
        problems = [
            Problem(
                sentence, path=f'planning."{self.name}"', file=str(self.study.path), code="planning"
            )
            for sentence in sentences
        ]
        if problems:
            raise StudyError(problems)

    def as_planned(self) -> tuple[tuple[int, ...] | None, float | None]:
        """Numbers that the study enrols, and the power of those that will be analysed."""
        if self.plan.n is None:
            return None, None
        enrolled = (
            self.plan.n
            if len(self.plan.n) == len(self.allocation)
            else group_sizes(self.plan.n[0], self.allocation)
        )
        # A nearly whole product is whole: 100 * 0.9 is 90 subjects, whatever its last digit.
        analysed = tuple(floor(size * (1 - self.plan.dropout) + 1e-9) for size in enrolled)
        return enrolled, self.power(analysed)

    def curve(self, n: int) -> Iterator[tuple[tuple[int, ...], float]]:
        for size, power in curve(self.power, n, self.allocation, self.rule.least):
            yield group_sizes(size, self.allocation), power


def _with_dropouts(n: int, dropout: float) -> int:
    # 21 / 0.7 is 30.000000000000004 in binary numbers, and needs 30 subjects.
    return ceil(n / (1 - dropout) - 1e-9)


def _allocation(plan: Plan, groups: int) -> tuple[float, ...]:
    if groups == 1:
        return (1.0,)
    # Two stated sizes say how the arms share, unless an allocation does.
    if plan.n is not None and len(plan.n) == 2 and plan.allocation == (1.0, 1.0):
        return float(plan.n[0]), float(plan.n[1])
    return plan.allocation


def _groups(study: Study, comparison: str) -> tuple[str, ...]:
    """The arms whose subjects are counted apart.

    One group of subjects, or of pairs within them, otherwise.
    """
    arm = study.comparisons[comparison].arm
    return tuple(arm) if arm and study.study.design == "parallel" else ("subjects",)


def _visits(study: Study, endpoint: str, comparison: str) -> tuple[str, ...]:
    """Visits of the endpoint after its baseline, up to the one that is compared."""
    compared = study.comparisons[comparison].visit or ()
    baseline = study.endpoints[endpoint].baseline
    before = set(baseline.visits or ()) if baseline else set()
    owner = (study.endpoints[endpoint].measure or "").partition(".")[0]
    expected = (
        study.endpoints[endpoint].visits
        or study.schedule.get(study.endpoints[endpoint].measure or "")
        or study.schedule.get(owner)
        or ()
    )
    after = [visit for visit in study.visit_order if visit in expected and visit not in before]
    return tuple(
        after[: after.index(compared[0]) + 1] if compared and compared[0] in after else after
    )


def _label(study: Study, endpoint: str, comparison: str) -> str:
    endpoint_label = study.endpoints[endpoint].label or endpoint
    return f"{endpoint_label}: {study.comparisons[comparison].label or comparison}"


def _method_sentence(analysis: Analysis, assumptions: Any, options: Mapping[str, Any]) -> str:
    """How power is computed, with what is assumed and, as the study gives them, the options."""
    assert analysis.power is not None
    values = attrs.asdict(assumptions)
    words = {name: _assumption_words(value) for name, value in values.items()}
    return fill_sentence(analysis.power.method, {**options, **words})


def _assumption_words(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(_assumption_words(part) for part in value)
    if value is None:
        return "not stated"
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)
