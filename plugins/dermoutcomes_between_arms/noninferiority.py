"""The analysis `noninferiority`.

An arm is worse than another by less than a margin that the study states.
"""

from __future__ import annotations

from collections.abc import Iterator

from dermoutcomes import Analysis, Reference, Stat, Task
from dermoutcomes_between_arms.margin_rows import (
    ABOVE,
    BELOW,
    TERM,
    MarginOptions,
    concluding,
    margin_rows,
    margin_terms,
)
from dermoutcomes_between_arms.power import NONINFERIORITY_POWER

__all__ = ["NONINFERIORITY", "noninferiority_p"]

NO_DIRECTION = (
    "no_direction",
    "Whether an arm is inferior depends on which way is better, and nothing says it.",
)


def run(task: Task, options: MarginOptions) -> Iterator[Stat]:
    """Each comparison's difference and interval, and the test that the first arm is not worse.

    The level of the one-sided test is alpha where the study is one-sided, half of it otherwise.
    """
    bound = ABOVE if task.improves == "up" else BELOW
    problem = NO_DIRECTION if task.improves is None else None
    yield from margin_rows(task, options, task.alpha / task.sided, (bound,), problem)


def conclude(stats: tuple[Stat, ...], task: Task, _options: MarginOptions) -> Iterator[Stat]:
    """The p-value that decides.

    Doubled for a two-sided alpha, so that it is below it just where the interval clears the margin.
    """
    text = "one-sided" if task.sided == 1 else "one-sided, doubled for the study's two-sided alpha"
    for tests in concluding(stats):
        p = noninferiority_p(max(tests.p_values.values(), default=1.0), task.sided)
        yield from tests.rows(p, text, "noninferiority_shown", shown=p < task.alpha)


def noninferiority_p(one_sided: float, sided: int) -> float:
    """The one-sided p-value, doubled for a two-sided alpha."""
    return min(1.0, sided * one_sided)


NONINFERIORITY = Analysis(
    "noninferiority",
    "Non-inferiority against a margin",
    run,
    terms=margin_terms("noninferiority_shown"),
    conclude=conclude,
    kinds=("continuous",),
    designs=("parallel", "within-subject"),
    needs="arm pair",
    decides=TERM,
    power=NONINFERIORITY_POWER,
    options=MarginOptions,
    dependence="paired",
    summary=("difference in means",),
    margin=True,
    method="The first arm was called non-inferior where the confidence limit of the mean "
    "difference on the worse side lay within the margin stated with its reason (t "
    "interval, variances of parallel arms: {variances}; the one-sided test against the "
    "margin is printed with it). The interval is two-sided at 1 - alpha in a two-sided "
    "study, at 1 - 2 alpha in a one-sided one.",
    references=(
        Reference(
            "International Council for Harmonisation. Statistical principles for clinical trials "
            "E9. 1998."
        ),
        Reference(
            "Committee for Medicinal Products for Human Use. Guideline on the choice of the "
            "non-inferiority margin. EMEA/CPMP/EWP/2158/99, 2005."
        ),
    ),
)
