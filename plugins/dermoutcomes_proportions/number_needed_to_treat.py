"""The analysis `number_needed_to_treat`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import failed_rows
from dermoutcomes_proportions.arms import RESPONDERS, Arms, arms_of, responder_rows
from dermoutcomes_proportions.difference_intervals import DIFFERENCE
from dermoutcomes_proportions.number_needed import number_needed, numbers_of
from dermoutcomes_proportions.risk_difference import NEWCOMBE

__all__ = ["NUMBER_NEEDED_TO_TREAT", "NumberNeededOptions"]

TERM = "number_needed_to_treat"
MEASURED = ("estimate", "conf_low", "conf_high", "conf_level")


@frozen
class NumberNeededOptions:
    """Which interval of the difference is inverted."""

    interval: str = option("newcombe", "As for the difference.", choices=tuple(DIFFERENCE))


def run(task: Task, options: NumberNeededOptions) -> Iterator[Stat]:
    """Each comparison's number of subjects to treat with the first arm for one responder more.

    Below 0, for one fewer.
    """
    for arms in arms_of(task):
        yield from responder_rows(arms)
        if arms.empty:
            yield from failed_rows(arms.template, TERM, MEASURED, "one_arm_empty", arms.empty)
        else:
            yield from _measure_rows(task, arms, options)


def _measure_rows(task: Task, arms: Arms, options: NumberNeededOptions) -> Iterator[Stat]:
    difference = arms.events[0] / arms.n[0] - arms.events[1] / arms.n[1]
    if difference:
        yield from arms.template.rows(TERM, estimate=number_needed(difference))
    else:
        yield from evolve(arms.template, text="infinite").rows(TERM, estimate=None)
    numbers = numbers_of(DIFFERENCE[options.interval](arms.events, arms.n, task.confidence))
    if numbers.low is not None and numbers.high is not None:
        yield from arms.template.rows(
            TERM, conf_low=numbers.low, conf_high=numbers.high, conf_level=task.confidence
        )
        return
    text = _through_infinity(numbers.benefit, numbers.harm)
    yield from evolve(arms.template, text=text).rows(TERM, conf_low=None, conf_high=None)
    yield from arms.template.rows(TERM, conf_level=task.confidence)


def _through_infinity(benefit: float | None, harm: float | None) -> str:
    """An interval of the difference that holds 0 reaches from benefit over infinity to harm."""
    parts = [
        f"{number:.1f} or more to {word}"
        for number, word in ((benefit, "benefit"), (harm, "harm"))
        if number is not None
    ]
    return ", through infinity, ".join(parts) or "infinite"


NUMBER_NEEDED_TO_TREAT = Analysis(
    "number_needed_to_treat",
    "Number needed to treat",
    run,
    # The interval of Agresti and Caffo is about a difference that is shrunk.
    terms=(
        RESPONDERS,
        Term(TERM, "Number needed to treat", MEASURED, scale="index", interval_beside=True),
    ),
    kinds=("binary",),
    designs=("parallel",),
    needs="arm pair",
    options=NumberNeededOptions,
    method="The number needed to treat is one over the difference of proportions, its limits "
    "those of the {interval} interval inverted; where that interval holds no difference, "
    "the number reaches from benefit through infinity to harm.",
    references=(
        Reference(
            "Altman DG. Confidence intervals for the number needed to treat. BMJ "
            "1998;317:1309-1312.",
            "10.1136/bmj.317.7168.1309",
        ),
        NEWCOMBE,
    ),
)
