"""The analysis `equivalence`: two arms differ by less than a margin that the study states."""

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
from dermoutcomes_between_arms.power import EQUIVALENCE_POWER

__all__ = ["EQUIVALENCE", "equivalence_p"]


def run(task: Task, options: MarginOptions) -> Iterator[Stat]:
    """Each comparison's difference and interval, and the two one-sided tests, each at alpha."""
    yield from margin_rows(task, options, task.alpha, (ABOVE, BELOW))


def conclude(stats: tuple[Stat, ...], task: Task, _options: MarginOptions) -> Iterator[Stat]:
    """The larger of the two p-values."""
    for tests in concluding(stats):
        p = equivalence_p(*tests.p_values.values())
        yield from tests.rows(
            p, "the larger of two one-sided tests", "equivalence_shown", shown=p < task.alpha
        )


def equivalence_p(*one_sided: float) -> float:
    """The larger p-value of the one-sided tests: both must reject. 1 without any."""
    return max(one_sided, default=1.0)


EQUIVALENCE = Analysis(
    "equivalence",
    "Equivalence within a margin",
    run,
    terms=margin_terms("equivalence_shown"),
    conclude=conclude,
    kinds=("continuous",),
    designs=("parallel", "within-subject"),
    needs="arm pair",
    decides=TERM,
    power=EQUIVALENCE_POWER,
    options=MarginOptions,
    dependence="paired",
    summary=("difference in means",),
    margin=True,
    method="Two arms were called equivalent where both one-sided t-tests at alpha rejected a "
    "difference as large as the margin stated with its reason, which is where the interval "
    "of level 1 - 2 alpha lies inside it (variances of parallel arms: {variances}).",
    references=(
        Reference(
            "Schuirmann DJ. A comparison of the two one-sided tests procedure and the power "
            "approach for assessing the equivalence of average bioavailability. J Pharmacokinet "
            "Biopharm 1987;15:657-680.",
            "10.1007/BF01068419",
        ),
    ),
)
