"""The analysis `win_odds`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import exp, log, sqrt

from attrs import evolve

from dermoutcomes import Analysis, Estimate, NoOptions, Reference, Stat, Task, Term
from dermoutcomes.stats import Tail, arm_sizes, failed_rows
from dermoutcomes_ordinal.placements import Probability, Stratum, probability, strata_of
from dermoutcomes_ordinal.ratings import Compared, compared, spread_unknown

__all__ = ["SCALES", "WIN_ODDS", "log_odds", "munzel", "tied", "weighted"]

TERM, SHARE, NET, TIES, TEST = (
    "win_odds",
    "win_probability",
    "net_benefit",
    "ties",
    "brunner_munzel",
)
INTERVAL = ("estimate", "conf_low", "conf_high", "conf_level")
TESTED = ("statistic", "p_value")
# Each term from the log odds.
SCALES: Mapping[str, Callable[[float], float]] = {
    TERM: exp,
    SHARE: lambda odds: 1 / (1 + exp(-odds)),
    NET: lambda odds: 2 / (1 + exp(-odds)) - 1,
}


def run(task: Task, _options: NoOptions) -> Iterator[Stat]:
    """Each comparison's win odds, win probability and net benefit of the first arm."""
    for pair in compared(task):
        yield from pair.template.rows(TERM, n=pair.n, n_missing=pair.groups.missing)
        yield from arm_sizes(pair.template, TERM, pair.first, pair.second)
        yield from _comparison_rows(task, pair)


def _comparison_rows(task: Task, pair: Compared) -> Iterator[Stat]:
    if task.improves is None:
        yield from _failed_rows(
            pair.template, "no_direction", "A win needs to know which way is better."
        )
        return
    if pair.empty:
        yield from _failed_rows(
            pair.template, "one_arm_empty", f"No record of {pair.empty!r} has a rating."
        )
        return
    strata = _strata(task, pair)
    try:
        effect = weighted(strata)
    except ValueError:
        yield from _failed_rows(pair.template, "no_stratum", "No stratum has ratings of both arms.")
        return
    yield from _effect_rows(task, pair, effect)
    yield from pair.template.rows(TIES, proportion=tied(strata))
    if len(strata) == 1:
        yield from _brunner_munzel_rows(pair.template, effect)


def weighted(strata: list[Stratum]) -> Probability:
    """The win probability averaged as Mantel and Haenszel do: every pair counts 1/n.

    Raises ValueError where no stratum has both groups.
    """
    return probability(
        strata,
        [
            stratum.first.size * stratum.second.size / (stratum.first.size + stratum.second.size)
            for stratum in strata
        ],
    )


def log_odds(effect: Probability) -> tuple[float, float]:
    """The log of the win odds, and its standard error by the delta method."""
    assert effect.variance is not None
    return log(effect.estimate / (1 - effect.estimate)), sqrt(effect.variance) / (
        effect.estimate * (1 - effect.estimate)
    )


def _strata(task: Task, pair: Compared) -> list[Stratum]:
    """The ratings by stratum, turned so that higher is better."""
    sign = 1.0 if task.improves == "up" else -1.0
    values = [
        [sign * value for value in rows["outcome"].to_list()] for rows in (pair.first, pair.second)
    ]
    return strata_of(*values, *(rows["stratum"].to_list() for rows in (pair.first, pair.second)))


def _failed_rows(template: Stat, code: str, sentence: str) -> Iterator[Stat]:
    for term in (TERM, SHARE, NET):
        yield from failed_rows(
            template, term, (*INTERVAL, *(TESTED if term == TERM else ())), code, sentence
        )


def _effect_rows(task: Task, pair: Compared, effect: Probability) -> Iterator[Stat]:
    from dermoutcomes.stats import critical_value, tail_probability

    template = pair.template
    estimate = effect.estimate
    yield from template.rows(SHARE, estimate=estimate)
    yield from template.rows(NET, estimate=2 * estimate - 1)
    if effect.variance is not None:
        yield from template.rows(SHARE, std_error=sqrt(effect.variance))
        yield from template.rows(NET, std_error=2 * sqrt(effect.variance))
    if not 0 < estimate < 1:
        yield from _open_rows(
            template,
            "separation",
            "Every rating of one arm is better than every rating of the other; the odds have no "
            "limit.",
            ("estimate",),
        )
        return
    pools = Estimate(*log_odds(effect)) if effect.variance else None
    yield from evolve(template, pools=pools).rows(TERM, estimate=estimate / (1 - estimate))
    if effect.variance is None:
        yield from _open_rows(
            template,
            "too_few_in_stratum",
            spread_unknown(pair),
        )
        return
    if effect.variance <= 0:
        yield from _open_rows(
            template, "no_variance", "Each rating stands alike against the other arm."
        )
        return
    centre, error = log_odds(effect)
    half_width = critical_value(task.confidence) * error
    yield from _limit_rows(task, template, centre - half_width, centre + half_width)
    yield from template.rows(TERM, statistic=centre / error)
    tail: Tail = "two-sided" if task.sided == 2 else "greater"
    p = tail_probability(centre / error, tail)
    yield from evolve(template, text=tail).rows(TERM, p_value=p)


def _open_rows(
    template: Stat, code: str, sentence: str, also: tuple[str, ...] = ()
) -> Iterator[Stat]:
    """What is not known of all three terms: their limits, and the test."""
    limits = ("conf_low", "conf_high", "conf_level")
    for term in (TERM, SHARE, NET):
        yield from failed_rows(
            template, term, (*also, *limits, *TESTED) if term == TERM else limits, code, sentence
        )


def _limit_rows(task: Task, template: Stat, low: float, high: float) -> Iterator[Stat]:
    """The limits of the log odds, on the scale of each term."""
    for term, of in SCALES.items():
        yield from template.rows(
            term, conf_low=of(low), conf_high=of(high), conf_level=task.confidence
        )


def tied(strata: list[Stratum]) -> float:
    """The share of all pairs within strata that tie."""
    pairs = sum(stratum.first.size * stratum.second.size for stratum in strata)
    tied = sum(
        int(
            (
                stratum.second.searchsorted(stratum.first, "right")
                - stratum.second.searchsorted(stratum.first, "left")
            ).sum()
        )
        for stratum in strata
    )
    return tied / pairs


def munzel(effect: Probability) -> tuple[float, float, float] | None:
    """Brunner and Munzel's t of a win probability of one half.

    Its degrees of freedom and two-sided p-value; None where nothing varies.
    """
    from dermoutcomes.stats import tail_probability

    if effect.variance is None or effect.df is None or effect.variance <= 0:
        return None
    t = (effect.estimate - 0.5) / sqrt(effect.variance)
    return t, effect.df, tail_probability(t, df=effect.df)


def _brunner_munzel_rows(template: Stat, effect: Probability) -> Iterator[Stat]:
    """The test of a win probability of one half with Brunner and Munzel's t; two-sided."""
    test = munzel(effect)
    if test is None:
        yield from failed_rows(
            template,
            TEST,
            ("statistic", "df", "p_value"),
            "no_variance",
            "Each rating stands alike against the other arm.",
        )
        return
    yield from template.rows(TEST, **dict(zip(("statistic", "df", "p_value"), test, strict=True)))


WIN_ODDS = Analysis(
    "win_odds",
    "Win odds",
    run,
    terms=(
        Term(
            TERM,
            "Win odds",
            ("n", "n_missing", *INTERVAL, *TESTED),
            scale="ratio",
            null=1.0,
            tail="better",
            letter="z",
        ),
        Term(SHARE, "Win probability", (*INTERVAL, "std_error"), scale="proportion"),
        Term(NET, "Net benefit", (*INTERVAL, "std_error"), scale="difference"),
        Term(TIES, "Ties", ("proportion",), scale="proportion"),
        Term(TEST, "Brunner–Munzel test", ("statistic", "df", "p_value"), scale="test", letter="t"),
    ),
    kinds=("ordinal", "continuous"),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    oriented=True,
    adjusts="strata",
    method="Each rating of one arm was set against each of the other arm in its stratum. The win "
    "odds are the odds that the first arm is better, ties counted half for each; strata "
    "are averaged by n1 n2 / n. Limits and the test are from DeLong's variance on the "
    "log-odds scale.",
    summary=("win odds",),
    references=(
        Reference(
            "Dong G, Hoaglin DC, Qiu J, et al. The win ratio: on interpretation and handling of "
            "ties. Stat Biopharm Res 2020;12:99-106.",
            "10.1080/19466315.2019.1575279",
        ),
        Reference(
            "Dong G, Qiu J, Wang D, Vandemeulebroecke M. The stratified win ratio. J Biopharm "
            "Stat 2018;28:778-796.",
            "10.1080/10543406.2017.1397007",
        ),
        Reference(
            "Brunner E, Munzel U. The nonparametric Behrens-Fisher problem: asymptotic theory and "
            "a small-sample approximation. Biom J 2000;42:17-25.",
            "10.1002/(SICI)1521-4036(200001)42:1<17::AID-BIMJ17>3.0.CO;2-U",
        ),
    ),
)
