"""One estimated quantity over the imputations: its estimate, standard error, interval and test, pooled together or not at all.

Its scale, the value that it is tested against, the tail and the degrees of freedom are those that the analysis declares.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
from attrs import define, field

from dermoutcomes.declare import Estimate, Pooled, Stat
from dermoutcomes.results.wald import as_ratio, interval, p_value

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Pooling, Term
    from dermoutcomes.declare.task import Task

__all__ = ["Quantity", "tail_of"]

# The stat that a standard error may belong to, the likeliest first.
CENTRES = ("estimate", "mean", "proportion")
# Test statistics whose degrees of freedom are those of the estimate; an author without words has no letter.
OF_ESTIMATE = ("t", "")
UNPOOLED = "not_pooled"

Runs = Mapping[str, Sequence[Stat]]


@define(eq=False)
class Quantity:
    """A quantity with its statistics in each of `m` imputations, all of them there.

    `parts` are its estimates on the scale on which they are pooled: the logarithm where it is a ratio (`log`).
    `null` is the value that it is tested against, on its own scale; None where no test can be made of the estimate alone.
    `tail` is that of its p-value; None where a one-sided test has no direction.
    """

    stats: Runs
    centre: str
    parts: tuple[Estimate, ...]
    log: bool
    level: float
    null: float | None
    tail: str | None
    made: Pooled | None = field(default=None)

    @classmethod
    def of(
        cls,
        analysis: Analysis,
        view: Task,
        options: Any,
        place: Mapping[str, Any],
        stats: Runs,
        m: int,
    ) -> Quantity | None:
        """The quantity, or None where some imputation lacks the estimate or its standard error."""
        term = analysis.term(place["term"])
        centre = next((name for name in CENTRES if _complete(stats.get(name, ()), m)), None)
        parts = _parts(term, stats, centre, m) if term and centre else None
        if term is None or centre is None or parts is None:
            return None
        levels = {stat.value for stat in stats.get("conf_level", ())} - {None}
        return cls(
            stats,
            centre,
            parts,
            term.scale == "ratio",
            float(levels.pop() or view.confidence) if len(levels) == 1 else view.confidence,
            _null(analysis, term, view, options, place["comparison"]),
            tail_of(analysis, term, view, place["comparison"]),
        )

    def pooled(self, pooling: Pooling, options: Any) -> dict[str, Stat] | None:
        """The statistics that follow from the pooled estimate; None for a single run, which is as it is."""
        if self.alike:
            return None
        self.made = made = pooling.pool(self.parts, options)
        values = {
            self.centre: math.exp(made.estimate) if self.log else made.estimate,
            "std_error": made.std_error,
            "df": made.df,
            **self._limits(made),
            **self._test(made),
        }
        return {name: self._row(name, values[name]) for name in self.stats if name in values}

    @property
    def alike(self) -> bool:
        """Whether there is one run, or all say the same: nothing missing matters here, and the analysis's own numbers stand."""
        return len({(part.estimate, part.std_error) for part in self.parts}) == 1

    def measured(self, pooling: Pooling) -> Iterator[Stat]:
        """How many imputations there are, and what the pooling measures of what they add."""
        here = attrs.evolve(
            self.stats[self.centre][0], unit="", text=None, warning=None, error=None
        )
        yield attrs.evolve(here, stat="n_imputations", value=float(len(self.parts)))
        if self.made is not None and self.made.df is not None and "df" not in self.stats:
            yield attrs.evolve(here, stat="df", value=self.made.df)
        for name in pooling.measures:
            value = 0.0 if self.alike else self.made.measures.get(name) if self.made else None
            row = attrs.evolve(here, stat=name, value=value)
            yield (
                row
                if value is not None
                else row.failed(UNPOOLED, "It is not defined for these imputations.")
            )

    def _limits(self, made: Pooled) -> dict[str, float | None]:
        low, high = interval(made.estimate, made.std_error, made.df, self.level)
        return (
            {"conf_low": as_ratio(low), "conf_high": as_ratio(high)}
            if self.log
            else {"conf_low": low, "conf_high": high}
        )

    def _test(self, made: Pooled) -> dict[str, float | None]:
        """Statistic and p-value against the value that the analysis tests against; nothing where it tests otherwise."""
        if self.null is None or made.std_error <= 0:
            return {}
        null = math.log(self.null) if self.log else self.null
        statistic = (made.estimate - null) / made.std_error
        test: dict[str, float | None] = {"statistic": statistic}
        return test | (
            {"p_value": p_value(statistic, made.df, self.tail)} if self.tail is not None else {}
        )

    def _row(self, name: str, value: float | None) -> Stat:
        stats = self.stats[name]
        first = stats[0]
        shared: dict[str, Any] = {
            key: None
            for key in ("n_subjects", "n_records")
            if any(getattr(stat, key) != getattr(first, key) for stat in stats)
        }
        shared["warning"] = min((stat.warning for stat in stats if stat.warning), default=None)
        row = attrs.evolve(first, value=value, text=None, error=None, **shared)
        return row if value is not None else attrs.evolve(row, text="infinite")


def tail_of(analysis: Analysis, term: Term, view: Task, comparison: str | None) -> str | None:
    """The tail of a term's p-value; None where a one-sided test would need a direction that nobody stated."""
    if term.tail != "better":
        return term.tail
    if view.sided == 2 or comparison is None:
        return "two-sided"
    higher = True if analysis.oriented else {"up": True, "down": False}.get(view.improves or "")
    return None if higher is None else "greater" if higher != analysis.inverse else "less"


def _complete(stats: Sequence[Stat], m: int) -> bool:
    """Whether each imputation has a value."""
    return len(stats) == m and all(stat.value is not None for stat in stats)


def _parts(term: Term, stats: Runs, centre: str, m: int) -> tuple[Estimate, ...] | None:
    """The estimate of each imputation with its standard error, on the scale of pooling; None where one has none."""
    stated = [stat.pools for stat in stats[centre]]
    if all(stated):
        return tuple(part for part in stated if part is not None)
    values = _values(stats, centre)
    if not _complete(stats.get("std_error", ()), m) or (term.scale == "ratio" and min(values) <= 0):
        return None
    degrees: list[float | None] = [None] * m
    if term.letter in OF_ESTIMATE and _complete(stats.get("df", ()), m):
        degrees = list(_values(stats, "df"))
    centres = [math.log(value) for value in values] if term.scale == "ratio" else values
    return tuple(
        Estimate(*part) for part in zip(centres, _values(stats, "std_error"), degrees, strict=True)
    )


def _values(stats: Runs, name: str) -> list[float]:
    return [float(stat.value) for stat in stats[name] if stat.value is not None]


def _null(
    analysis: Analysis, term: Term, view: Task, options: Any, comparison: str | None
) -> float | None:
    """What the term is tested against: a margin of the comparison, an option of the analysis, or what it declares."""
    if term.margin:
        compared = view.comparisons.get(comparison or "")
        margin = None if compared is None else compared.margin
        return None if margin is None else -margin if term.margin == "lower" else margin
    if term.name == analysis.decides and hasattr(options, "null"):
        stated: float | None = options.null
        return stated
    return term.null
