"""The analysis `van_elteren`."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import polars as pl

from dermoutcomes import Analysis, NoOptions, Reference, Stat, Task, Term
from dermoutcomes.stats import arm_sizes, failed_rows
from dermoutcomes_ordinal.placements import probability, strata_of
from dermoutcomes_ordinal.rank_sums import overall, rank_sums
from dermoutcomes_ordinal.ratings import Compared, compared, p_value, spread_unknown

__all__ = ["VAN_ELTEREN"]

TERM, TESTED, ALL = "probability_higher", "rank_test", "all_arms"
INTERVAL = ("std_error", "conf_low", "conf_high", "conf_level")
SIGNED = ("statistic", "p_value")
TEST = ("statistic", "df", "p_value")


def run(task: Task, _options: NoOptions) -> Iterator[Stat]:
    """Each comparison, and at each of its visits all arms that are compared there."""
    pairs = list(compared(task))
    yield from _all_arms(task, pairs)
    for pair in pairs:
        yield from _comparison_rows(task, pair)


def _all_arms(task: Task, pairs: list[Compared]) -> Iterator[Stat]:
    from dermoutcomes.stats import with_ties

    visits = dict.fromkeys((pair.template.visit, pair.template.reference_visit) for pair in pairs)
    for visit, reference in visits:
        frames = {
            arm: rows
            for pair in pairs
            if (pair.template.visit, pair.template.reference_visit) == (visit, reference)
            for arm, rows in (
                (pair.groups.group, pair.first),
                (pair.groups.reference_group, pair.second),
            )
        }
        arms = [*(arm for arm in task.arms if arm in frames), *sorted(set(frames) - set(task.arms))]
        if len(arms) < 3:
            continue
        rows = pl.concat(
            [frames[arm].select("subject", "stratum", "outcome", group=pl.lit(arm)) for arm in arms]
        )
        # Over all arms at once, so that values of two arms which differ by noise alone tie.
        rows = rows.with_columns(outcome=with_ties(rows["outcome"].to_list()))
        template = Stat(
            "n",
            visit=visit,
            reference_visit=reference,
            unit="",
            n_subjects=rows["subject"].n_unique(),
            n_records=rows.height,
        )
        names = sorted(rows["stratum"].unique().to_list())
        test = overall(
            rank_sums(
                [
                    [rows.filter(group=arm, stratum=name)["outcome"].to_list() for arm in arms]
                    for name in names or [""]
                ]
            )
        )
        if test is None:
            yield from failed_rows(
                template, ALL, TEST, "no_variance", "No stratum has two arms and two categories."
            )
        else:
            yield from template.rows(ALL, **test._asdict())


def _comparison_rows(task: Task, pair: Compared) -> Iterator[Stat]:
    template = pair.template
    yield from template.rows(TERM, n=pair.n, n_missing=pair.groups.missing)
    yield from arm_sizes(template, TERM, pair.first, pair.second)
    strata = strata_of(
        *(
            rows[name].to_list()
            for name in ("outcome", "stratum")
            for rows in (pair.first, pair.second)
        )
    )
    yield from template.rows(
        TERM,
        van_elteren_strata=len(
            [stratum for stratum in strata if stratum.first.size and stratum.second.size]
        ),
    )
    if pair.empty:
        yield from failed_rows(
            template,
            TERM,
            ("estimate", *INTERVAL, *SIGNED),
            "one_arm_empty",
            f"No record of {pair.empty!r} has a rating.",
        )
        return
    # The rank sums add n1 n2 (P - 1/2) / (n + 1) over strata, so that these are the weights of the
    # probability that is tested.
    weights = [
        stratum.first.size * stratum.second.size / (stratum.first.size + stratum.second.size + 1)
        for stratum in strata
    ]
    try:
        effect = probability(strata, weights)
    except ValueError:
        yield from failed_rows(
            template,
            TERM,
            ("estimate", *INTERVAL, *SIGNED),
            "no_stratum",
            "No stratum has ratings of both arms.",
        )
        return
    yield from template.rows(TERM, estimate=effect.estimate)
    yield from _interval_rows(task, pair, effect.estimate, effect.variance)
    sums = rank_sums([(stratum.first.tolist(), stratum.second.tolist()) for stratum in strata])
    yield from _test_rows(task, template, float(sums.difference[0]), float(sums.covariance[0, 0]))


def _interval_rows(
    task: Task, pair: Compared, estimate: float, variance: float | None
) -> Iterator[Stat]:
    """Limits on the logit scale, from DeLong's variance within strata."""
    template = pair.template
    from scipy.special import expit, logit

    from dermoutcomes.stats import critical_value

    if variance is None:
        yield from failed_rows(
            template,
            TERM,
            INTERVAL,
            "too_few_in_stratum",
            spread_unknown(pair),
        )
        return
    if not 0 < estimate < 1 or variance <= 0:
        yield from failed_rows(
            template,
            TERM,
            INTERVAL,
            "no_variance",
            "In every stratum each rating stands alike against the other arm.",
        )
        return
    # The slope of the logit is 1 / (P (1 - P)).
    half_width = critical_value(task.confidence) * sqrt(variance) / (estimate * (1 - estimate))
    yield from template.rows(
        TERM,
        std_error=sqrt(variance),
        conf_low=float(expit(logit(estimate) - half_width)),
        conf_high=float(expit(logit(estimate) + half_width)),
        conf_level=task.confidence,
    )


def _test_rows(task: Task, template: Stat, difference: float, variance: float) -> Iterator[Stat]:
    """The signed statistic beside its estimate, and its square as SAS prints it."""
    from scipy.special import ndtr

    if variance <= 0:
        for term, stats in ((TERM, SIGNED), (TESTED, TEST)):
            yield from failed_rows(
                template, term, stats, "no_variance", "No stratum has both arms and two categories."
            )
        return
    z = difference / sqrt(variance)
    yield from template.rows(TERM, statistic=z)
    yield from p_value(task, template, TERM, z)
    yield from template.rows(TESTED, statistic=z**2, df=1, p_value=float(2 * ndtr(-abs(z))))


VAN_ELTEREN = Analysis(
    "van_elteren",
    "Van Elteren test",
    run,
    terms=(
        Term(
            TERM,
            "Probability of a higher rating",
            ("n", "n_missing", "estimate", *INTERVAL, *SIGNED, "van_elteren_strata"),
            scale="proportion",
            null=0.5,
            tail="better",
            letter="z",
        ),
        Term(TESTED, "Rank test", TEST, scale="test", letter="χ²"),
        Term(ALL, "Test of all arms", TEST, scale="test", letter="χ²"),
    ),
    kinds=("ordinal", "continuous"),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    adjusts="strata",
    method="Ratings were compared between arms with van Elteren's test: Wilcoxon's rank sums "
    "within the strata of the endpoint, a stratum of n weighted by 1/(n + 1). The estimate "
    "is the probability that a rating of the first arm is higher, ties counted half, "
    "averaged over strata with the weights of the test; its limits are from DeLong's "
    "variance on the logit scale.",
    summary=("win probability",),
    references=(
        Reference(
            "van Elteren PH. On the combination of independent two-sample tests of Wilcoxon. Bull "
            "Int Stat Inst 1960;37:351-361."
        ),
        Reference(
            "DeLong ER, DeLong DM, Clarke-Pearson DL. Comparing the areas under two or more "
            "correlated receiver operating characteristic curves: a nonparametric approach. "
            "Biometrics 1988;44:837-845.",
            "10.2307/2531595",
        ),
    ),
)
