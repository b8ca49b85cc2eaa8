"""One estimated quantity over the imputations.

Its estimate, standard error, interval and test are pooled together or not at all. Its scale, the
value that it is tested against, the tail and the degrees of freedom are those that the analysis
declares.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
from attrs import define, field

from dermoutcomes.declare import Estimate, Pooled, Stat

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Pooling, Term
    from dermoutcomes.declare.tasks.task import Task
    from dermoutcomes.stats import Tail

__all__ = ["Quantity"]

# The stat that a standard error may belong to, the likeliest first.
CENTRES = ("estimate", "mean", "proportion")
# Letters of test statistics whose degrees of freedom are those of the estimate; a declaration that
# words nothing has no letter.
LETTERS_OF_ESTIMATE = ("t", "")
UNPOOLED = "not_pooled"

Runs = Mapping[str, Sequence[Stat]]


@define(eq=False)
class Quantity:
    """A quantity with its statistics in each of `m` imputations, all of them there.

    `parts` are its estimates on the scale on which they are pooled: the logarithm where it is a
    ratio (`log`). `centre` is the stat of the estimate, `level` that of the interval, from 0 to 1.
    `null` is the value that it is tested against, on its own scale; None where no test can be made
    of the estimate alone. `tail` is that of its p-value; None where a one-sided test has no
    direction. `pooled` stays None where there is nothing to pool.
    """

    stats: Runs
    centre: str
    parts: tuple[Estimate, ...]
    log: bool
    level: float
    null: float | None
    tail: Tail | None
    pooled: Pooled | None = field(default=None)

    @classmethod
    def of(
        cls,
        analysis: Analysis,
        task: Task,
        options: Any,
        key: Mapping[str, Any],
        stats: Runs,
        m: int,
    ) -> Quantity | None:
        """The quantity, or None where some imputation lacks the estimate or its standard error.

        `key` names term and comparison, `stats` has the statistics of the imputations by stat.
        """
        term = analysis.term(key["term"])
        centre = next((name for name in CENTRES if _is_complete(stats.get(name, ()), m)), None)
        parts = _parts(term, stats, centre, m) if term and centre else None
        if term is None or centre is None or parts is None:
            return None
        # An interval of a level of its own (90 % for a margin) is pooled at that level.
        levels = {stat.value for stat in stats.get("conf_level", ())} - {None}
        return cls(
            stats,
            centre,
            parts,
            term.scale == "ratio",
            float(levels.pop() or task.confidence) if len(levels) == 1 else task.confidence,
            _null_value(analysis, term, task, options, key["comparison"]),
            _declared_tail(analysis, term, task, key["comparison"]),
        )

    def pool(self, pooling: Pooling, options: Any) -> dict[str, Stat] | None:
        """The statistics that follow from the pooled estimate, by stat.

        None for a single run, and for runs that all say the same: those stand as they are.
        """
        if self.alike:
            return None
        self.pooled = pooled = pooling.pool(self.parts, options)
        values = {
            self.centre: math.exp(pooled.estimate) if self.log else pooled.estimate,
            "std_error": pooled.std_error,
            "df": pooled.df,
            **self._limits(pooled),
            **self._test(pooled),
        }
        return {name: self._row(name, values[name]) for name in self.stats if name in values}

    @property
    def alike(self) -> bool:
        """Whether there is one run, or all say the same.

        Then nothing that is missing matters here, and the analysis's own numbers stand.
        """
        return len({(part.estimate, part.std_error) for part in self.parts}) == 1

    def measures(self, pooling: Pooling) -> Iterator[Stat]:
        """How many imputations there are, and what the pooling measures of what they add."""
        row = attrs.evolve(self.stats[self.centre][0], unit="", text=None, warning=None, error=None)
        yield attrs.evolve(row, stat="n_imputations", value=float(len(self.parts)))
        if self.pooled is not None and self.pooled.df is not None and "df" not in self.stats:
            yield attrs.evolve(row, stat="df", value=self.pooled.df)
        measured = self.pooled.measures if self.pooled is not None else {}
        for name in pooling.measures:
            value = 0.0 if self.alike else measured.get(name)
            measure = attrs.evolve(row, stat=name, value=value)
            yield (
                measure
                if value is not None
                else measure.failed(UNPOOLED, "It is not defined for these imputations.")
            )

    def _limits(self, pooled: Pooled) -> dict[str, float | None]:
        from dermoutcomes.stats import wald_interval

        low, high = wald_interval(pooled.estimate, pooled.std_error, self.level, pooled.df)
        return (
            {"conf_low": _ratio_of(low), "conf_high": _ratio_of(high)}
            if self.log
            else {"conf_low": low, "conf_high": high}
        )

    def _test(self, pooled: Pooled) -> dict[str, float | None]:
        """Statistic and p-value against the value that the analysis tests against.

        Nothing where it tests otherwise.
        """
        from dermoutcomes.stats import tail_probability

        if self.null is None or pooled.std_error <= 0:
            return {}
        null = math.log(self.null) if self.log else self.null
        statistic = (pooled.estimate - null) / pooled.std_error
        if self.tail is None:
            return {"statistic": statistic}
        p_value = tail_probability(statistic, self.tail, pooled.df)
        return {"statistic": statistic, "p_value": p_value}

    def _row(self, name: str, value: float | None) -> Stat:
        """The first run's row with the pooled value; counts stand where all runs have the same."""
        stats = self.stats[name]
        first = stats[0]
        differing: dict[str, Any] = {
            count: None
            for count in ("n_subjects", "n_records")
            if any(getattr(stat, count) != getattr(first, count) for stat in stats)
        }
        warning = min((stat.warning for stat in stats if stat.warning), default=None)
        row = attrs.evolve(first, value=value, text=None, error=None, warning=warning, **differing)
        return row if value is not None else attrs.evolve(row, text="infinite")


def _ratio_of(logarithm: float) -> float | None:
    """The ratio of a logarithm, or None where it is beyond what a number holds."""
    try:
        return math.exp(logarithm)
    except OverflowError:
        return None


def _declared_tail(
    analysis: Analysis, term: Term, task: Task, comparison: str | None
) -> Tail | None:
    """The tail of a term's p-value.

    None where a one-sided test would need a direction that nobody stated.
    """
    if term.tail != "better":
        return term.tail
    if task.sided == 2 or comparison is None:
        return "two-sided"
    higher = True if analysis.oriented else {"up": True, "down": False}.get(task.improves or "")
    return None if higher is None else "greater" if higher != analysis.inverse else "less"


def _is_complete(stats: Sequence[Stat], m: int) -> bool:
    """Whether each imputation has a value."""
    return len(stats) == m and all(stat.value is not None for stat in stats)


def _parts(term: Term, stats: Runs, centre: str, m: int) -> tuple[Estimate, ...] | None:
    """The estimate of each imputation with its standard error, on the scale of pooling.

    None where one has none.
    """
    # An analysis states what is pooled where its rows do not show it.
    given = [stat.pools for stat in stats[centre]]
    if all(given):
        return tuple(part for part in given if part is not None)
    values = _values(stats, centre)
    is_ratio = term.scale == "ratio"
    if not _is_complete(stats.get("std_error", ()), m) or (is_ratio and min(values) <= 0):
        return None
    degrees: list[float | None] = [None] * m
    if term.letter in LETTERS_OF_ESTIMATE and _is_complete(stats.get("df", ()), m):
        degrees = list(_values(stats, "df"))
    centres = [math.log(value) for value in values] if is_ratio else values
    return tuple(
        Estimate(*part) for part in zip(centres, _values(stats, "std_error"), degrees, strict=True)
    )


def _values(stats: Runs, name: str) -> list[float]:
    return [float(stat.value) for stat in stats[name] if stat.value is not None]


def _null_value(
    analysis: Analysis, term: Term, task: Task, options: Any, comparison: str | None
) -> float | None:
    """What the term is tested against.

    A margin of the comparison, an option of the analysis, or what it declares.
    """
    if term.margin:
        compared = task.comparisons.get(comparison or "")
        margin = None if compared is None else compared.margin
        return None if margin is None else -margin if term.margin == "lower" else margin
    if term.name == analysis.decides and hasattr(options, "null"):
        null: float | None = options.null
        return null
    return term.null
