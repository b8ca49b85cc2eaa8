"""The analyses `noninferiority` and `equivalence`: a mean difference of arms against a margin that the study states."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from dermoutcomes import Analysis, Comparison, Reference, Stat, Task, option
from dermoutcomes_between_arms.against_margin import AgainstMargin, Compared, against
from dermoutcomes_between_arms.two_means import TwoMeans
from dermoutcomes_between_arms.view import failing, views

__all__ = ["EQUIVALENCE", "NONINFERIORITY", "MarginOptions"]

TERM, MARGIN, ABOVE, BELOW = "mean_difference", "margin", "above_lower_margin", "below_upper_margin"
MEASURED = ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "df", "p_value")
TEST = ("statistic", "df", "p_value")


@frozen
class MarginOptions:
    """How the standard error of two arms is made."""

    variances: str = option("unequal", "Of two parallel arms: unequal (Welch) or equal (Student). Arms within a subject are paired.",
                            choices=("unequal", "equal"))


def noninferiority(task: Task, options: MarginOptions) -> Iterator[Stat]:
    """Each comparison's test that the first arm is worse than the second by less than the margin.

    The level of the one-sided test is alpha where the study is one-sided, half of it otherwise; the deciding p-value is doubled
    then, so that it is below alpha just where the interval of level 1 - alpha clears the margin.
    """
    for name, comparison in task.comparisons.items():
        here, compared, margin = _compared(task, name, comparison, options)
        if not isinstance(compared, Compared) or margin is None:
            yield from _failed(here, compared, margin)
        elif task.improves is None:
            yield from failing(here, TERM, MEASURED, "no_direction", "Whether an arm is inferior depends on which way is better, and nothing says it.")
        else:
            yield from _not_worse(task, here, compared, margin)


def _not_worse(task: Task, here: Stat, compared: Compared, margin: float) -> Iterator[Stat]:
    found = _against(compared, margin, task.alpha / task.sided)
    if not isinstance(found, AgainstMargin):
        yield from failing(here, TERM, MEASURED, *found)
        return
    up = task.improves == "up"
    term, test = (ABOVE, found.above) if up else (BELOW, found.below)
    shown = found.difference.conf_low > -margin if up else found.difference.conf_high < margin
    how = "one-sided" if task.sided == 1 else "one-sided, doubled for the study's two-sided alpha"
    yield from _measured(here, found, min(1.0, task.sided * test.p_value), how)
    yield from _bounded(here, **({"lower": -margin} if up else {"upper": margin}))
    yield from _tested(here, term, test)
    yield evolve(here, stat="noninferiority_shown", term=TERM, value=float(shown), unit="", text="shown" if shown else "not shown")


def equivalence(task: Task, options: MarginOptions) -> Iterator[Stat]:
    """Each comparison's two one-sided tests at alpha, that the arms differ by less than the margin; the p-value is the larger one."""
    for name, comparison in task.comparisons.items():
        here, compared, margin = _compared(task, name, comparison, options)
        if not isinstance(compared, Compared) or margin is None:
            yield from _failed(here, compared, margin)
        else:
            yield from _alike(task, here, compared, margin)


def _alike(task: Task, here: Stat, compared: Compared, margin: float) -> Iterator[Stat]:
    found = _against(compared, margin, task.alpha)
    if not isinstance(found, AgainstMargin):
        yield from failing(here, TERM, MEASURED, *found)
        return
    shown = -margin < found.difference.conf_low and found.difference.conf_high < margin
    yield from _measured(here, found, max(found.above.p_value, found.below.p_value), "the larger of two one-sided tests")
    yield from _bounded(here, lower=-margin, upper=margin)
    yield from _tested(here, ABOVE, found.above)
    yield from _tested(here, BELOW, found.below)
    yield evolve(here, stat="equivalence_shown", term=TERM, value=float(shown), unit="", text="shown" if shown else "not shown")


def _compared(task: Task, name: str, comparison: Comparison, options: MarginOptions) -> tuple[Stat, Compared | tuple[str, str], float | None]:
    """The row, what is compared (or a code and a sentence), and the margin."""
    label = comparison.margin_reason
    if not comparison.arm:
        visits = (*(comparison.visit or ()), None, None)
        here = Stat("n", comparison=name, visit=visits[0], reference_visit=visits[1], unit=task.unit, label=label)
        return here, ("no_control", "A change from before to after has no control that it could be compared with; name two arms."), comparison.margin
    if task.design == "parallel":
        view = next(iter(views(evolve(task, comparisons={name: comparison}))))
        return evolve(view.here, label=label), view.problem or Compared(view.first, view.second, options.variances), comparison.margin
    pairs = task.pairs(name)
    here = Stat("n", comparison=name, visit=pairs.visit, reference_visit=pairs.reference_visit, group=pairs.group, label=label,
                reference_group=pairs.reference_group, unit="%" if task.analyse == "pct_change" else task.unit,
                n_subjects=pairs.frame["subject"].n_unique(), n_records=pairs.frame.height)
    return here, Compared(pairs.frame["difference"].to_list(), None), comparison.margin


def _failed(here: Stat, compared: Compared | tuple[str, str], margin: float | None) -> Iterator[Stat]:
    if not isinstance(compared, Compared):
        yield from failing(here, TERM, MEASURED, *compared)
    elif margin is None:
        yield from failing(here, TERM, MEASURED, "no_margin", f"The comparison {here.comparison!r} states no margin.")


def _against(compared: Compared, margin: float, one_sided_alpha: float) -> AgainstMargin | tuple[str, str]:
    try:
        return against(compared, margin, one_sided_alpha)
    except ValueError as error:
        few = min(len(compared.first), len(compared.second if compared.second is not None else compared.first)) < 2
        return "too_few" if few else "no_variance", f"{str(error).capitalize()}."


def _measured(here: Stat, found: AgainstMargin, p_value: float, how: str) -> Iterator[Stat]:
    result = found.difference
    yield from here.rows(TERM, n=here.n_records, estimate=result.estimate, std_error=result.std_error, conf_low=result.conf_low,
                         conf_high=result.conf_high, df=result.df)
    yield from evolve(here, text="two-sided; each limit is the bound of a one-sided test").rows(TERM, conf_level=found.level)
    yield from evolve(here, text=how).rows(TERM, p_value=p_value)


def _bounded(here: Stat, **bounds: float) -> Iterator[Stat]:
    for name, bound in bounds.items():
        yield from evolve(here, level=name).rows(MARGIN, estimate=bound)


def _tested(here: Stat, term: str, test: TwoMeans) -> Iterator[Stat]:
    yield from here.rows(term, statistic=test.statistic, df=test.df)
    yield from evolve(here, text="greater" if term == ABOVE else "less").rows(term, p_value=test.p_value)


SHARED = (*((TERM, stat) for stat in ("n", *MEASURED)), (MARGIN, "estimate"), *((term, stat) for term in (ABOVE, BELOW) for stat in TEST))

NONINFERIORITY = Analysis(
    "noninferiority", "Non-inferiority against a margin", noninferiority, statistics=(*SHARED, (TERM, "noninferiority_shown")),
    kinds=("continuous",), designs=("parallel", "within-subject"), needs="arm pair", decides=TERM, options=MarginOptions,
    method="The first arm was called non-inferior where the confidence limit of the mean difference on the worse side lay within the "
           "margin stated with its reason (t interval, variances of parallel arms: {variances}; the one-sided test against the margin is "
           "printed with it). The interval is two-sided at 1 - alpha in a two-sided study, at 1 - 2 alpha in a one-sided one.",
    references=(
        Reference("International Council for Harmonisation. Statistical principles for clinical trials E9. 1998."),
        Reference("Committee for Medicinal Products for Human Use. Guideline on the choice of the non-inferiority margin. "
                  "EMEA/CPMP/EWP/2158/99, 2005.")))

EQUIVALENCE = Analysis(
    "equivalence", "Equivalence within a margin", equivalence, statistics=(*SHARED, (TERM, "equivalence_shown")),
    kinds=("continuous",), designs=("parallel", "within-subject"), needs="arm pair", decides=TERM, options=MarginOptions,
    method="Two arms were called equivalent where both one-sided t-tests at alpha rejected a difference as large as the margin stated with "
           "its reason, which is where the interval of level 1 - 2 alpha lies inside it (variances of parallel arms: {variances}).",
    references=(
        Reference("Schuirmann DJ. A comparison of the two one-sided tests procedure and the power approach for assessing the equivalence "
                  "of average bioavailability. J Pharmacokinet Biopharm 1987;15:657-680.", "10.1007/BF01068419"),))
