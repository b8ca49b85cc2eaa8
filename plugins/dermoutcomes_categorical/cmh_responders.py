"""The analysis `cmh_responders`."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import arm_sizes, failed_rows, responder_tail
from dermoutcomes_categorical.cmh import REFERENCES, test_rows
from dermoutcomes_categorical.common_odds import CommonOdds, common_odds_ratio, mantel_haenszel_z
from dermoutcomes_categorical.cross_tables import CrossTable, cross_tables
from dermoutcomes_categorical.generalised_cmh import general_association

__all__ = ["CMH_RESPONDERS", "CmhRespondersOptions"]

TERM, GENERAL = "odds_ratio", "general_association"
TEST = ("statistic", "df", "p_value")
MEASURED = (
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "conf_level",
    "statistic",
    "df",
    "p_value",
)


@frozen
class CmhRespondersOptions:
    """Whether the test is corrected."""

    continuity: bool = option(
        False,
        "Continuity correction, as R's mantelhaen.test makes unless told otherwise; SAS makes "
        "none, and the odds ratio's interval agrees with the test without.",
    )


def run(task: Task, options: CmhRespondersOptions) -> Iterator[Stat]:
    """All arms at each compared visit by general association, then each comparison.

    The test of two arms, and the common odds ratio.
    """
    for table in cross_tables(task):
        if not table.template.comparison:
            yield from table.template.rows(
                GENERAL, n=table.template.n_records, n_missing=table.missing
            )
            yield from test_rows(table.template, GENERAL, general_association(table.strata))
        else:
            yield from table.template.rows(
                TERM, n=table.template.n_records, n_missing=table.missing
            )
            yield from arm_sizes(table.template, TERM, table.records)
            yield from _comparison_rows(task, table, options)


def _comparison_rows(
    task: Task, table: CrossTable, options: CmhRespondersOptions
) -> Iterator[Stat]:
    if table.empty_arms:
        yield from failed_rows(
            table.template,
            TERM,
            MEASURED,
            "one_arm_empty",
            f"No record of arm {table.empty_arms[0]!r} says whether it is a responder.",
        )
        return
    z = mantel_haenszel_z(table.strata, continuity=options.continuity)
    if z is None:
        yield from failed_rows(
            table.template,
            TERM,
            MEASURED,
            "no_variance",
            "In no stratum with both arms do some respond and some not.",
        )
        return
    yield from _odds_rows(task, table.template, common_odds_ratio(table.strata))
    yield from _test_rows(task, table.template, z)


def _odds_rows(task: Task, template: Stat, odds: CommonOdds) -> Iterator[Stat]:

    from dermoutcomes.stats import critical_value

    if odds.log_se is None:
        word = "unbounded" if odds.estimate else "zero"
        yield from evolve(template, text=word).rows(
            TERM, estimate=0.0 if odds.estimate == 0 else None
        )
        yield from failed_rows(
            template,
            TERM,
            ("std_error", "conf_low", "conf_high", "conf_level"),
            "no_interval",
            "In every stratum an arm has no responder, or no other: the common odds ratio is at "
            "its end.",
        )
        return
    half_width = critical_value(task.confidence) * odds.log_se
    yield from template.rows(
        TERM,
        estimate=odds.estimate,
        conf_low=exp(log(odds.estimate) - half_width),
        conf_high=exp(log(odds.estimate) + half_width),
        conf_level=task.confidence,
    )
    yield from evolve(template, label="standard error of the logarithm").rows(
        TERM, std_error=odds.log_se
    )


def _test_rows(task: Task, template: Stat, z: float) -> Iterator[Stat]:

    from dermoutcomes.stats import tail_probability

    tail = responder_tail(task)
    yield from template.rows(TERM, statistic=z**2, df=1)
    yield from evolve(template, text=tail).rows(TERM, p_value=tail_probability(z, tail))


CMH_RESPONDERS = Analysis(
    "cmh_responders",
    "Cochran-Mantel-Haenszel test of responders",
    run,
    terms=(
        Term(GENERAL, "General association", ("n", "n_missing", *TEST), scale="test", letter="χ²"),
        Term(
            TERM,
            "Odds ratio",
            ("n", "n_missing", *MEASURED),
            scale="ratio",
            null=1.0,
            tail="better",
            letter="χ²",
        ),
    ),
    kinds=("binary",),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    oriented=True,
    adjusts="strata",
    summary=("odds ratio",),
    options=CmhRespondersOptions,
    method="Responders were compared between arms by the Cochran-Mantel-Haenszel test stratified "
    "by the strata of the endpoint (continuity correction: {continuity}), with Mantel and "
    "Haenszel's common odds ratio and the interval of Robins, Breslow and Greenland.",
    references=(
        *REFERENCES,
        Reference(
            "Robins J, Breslow N, Greenland S. Estimators of the Mantel-Haenszel variance "
            "consistent in both sparse data and large-strata limiting models. Biometrics "
            "1986;42:311-323.",
            "10.2307/2531052",
        ),
    ),
)
