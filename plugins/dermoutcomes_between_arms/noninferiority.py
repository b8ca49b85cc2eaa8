"""The analysis `noninferiority`: an arm is worse than another by less than a margin that the study states."""

from __future__ import annotations

from collections.abc import Iterator

from dermoutcomes import Analysis, Reference, Stat, Task, Term
from dermoutcomes_between_arms.against_margin import AgainstMargin, Compared
from dermoutcomes_between_arms.margin_rows import (
    ABOVE,
    BELOW,
    INTERVAL,
    MARGIN_TERMS,
    TERM,
    MarginOptions,
    compared,
    concluding,
    estimated,
    measured,
    refused,
    tested,
)
from dermoutcomes_between_arms.power import NONINFERIORITY_POWER

__all__ = ["NONINFERIORITY", "noninferiority_p"]


def run(task: Task, options: MarginOptions) -> Iterator[Stat]:
    """Each comparison's difference with its interval, and the test that the first arm is not worse by the margin.

    The level of the one-sided test is alpha where the study is one-sided, half of it otherwise.
    """
    for here, values, margin in compared(task, options):
        if not isinstance(values, Compared):
            yield from refused(here, *values)
        elif task.improves is None:
            yield from refused(
                here,
                "no_direction",
                "Whether an arm is inferior depends on which way is better, and nothing says it.",
            )
        else:
            yield from _against(task, here, values, margin)


def _against(task: Task, here: Stat, values: Compared, margin: float) -> Iterator[Stat]:
    found = estimated(values, margin, task.alpha / task.sided)
    if not isinstance(found, AgainstMargin):
        yield from refused(here, *found)
        return
    yield from measured(task, here, found)
    if task.improves == "up":
        yield from tested(here, ABOVE, -margin, found.above)
    else:
        yield from tested(here, BELOW, margin, found.below)


def conclude(stats: tuple[Stat, ...], task: Task, _options: MarginOptions) -> Iterator[Stat]:
    """The p-value that decides; doubled for a two-sided alpha, so that it is below it just where the interval clears the margin."""
    how = "one-sided" if task.sided == 1 else "one-sided, doubled for the study's two-sided alpha"
    for found in concluding(stats):
        p = noninferiority_p(max(found.p_values.values(), default=1.0), task.sided)
        yield from found.rows(p, how, "noninferiority_shown", shown=p < task.alpha)


def noninferiority_p(one_sided: float, sided: int) -> float:
    """The one-sided p-value, doubled for a two-sided alpha."""
    return min(1.0, sided * one_sided)


NONINFERIORITY = Analysis(
    "noninferiority",
    "Non-inferiority against a margin",
    run,
    terms=(
        Term(
            TERM,
            "Mean difference",
            ("n", *INTERVAL, "p_value", "noninferiority_shown"),
            scale="difference",
            unit="data",
            null=0.0,
        ),
        *MARGIN_TERMS,
    ),
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
    method="The first arm was called non-inferior where the confidence limit of the mean difference on the worse side lay within the "
    "margin stated with its reason (t interval, variances of parallel arms: {variances}; the one-sided test against the margin is "
    "printed with it). The interval is two-sided at 1 - alpha in a two-sided study, at 1 - 2 alpha in a one-sided one.",
    references=(
        Reference(
            "International Council for Harmonisation. Statistical principles for clinical trials E9. 1998."
        ),
        Reference(
            "Committee for Medicinal Products for Human Use. Guideline on the choice of the non-inferiority margin. "
            "EMEA/CPMP/EWP/2158/99, 2005."
        ),
    ),
)
