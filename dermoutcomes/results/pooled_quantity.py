"""One estimated quantity over the imputations: its estimate, standard error, interval and test, pooled together or not at all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
from attrs import define, field

from dermoutcomes.declare import Estimate, Pooled, Stat
from dermoutcomes.results.normal_scale import complete, scale_of
from dermoutcomes.results.wald import alternative_of, as_ratio, df_shown, interval, null_of, p_value

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Pooling
    from dermoutcomes.declare.task import Task

__all__ = ["Quantity"]

# The stat that a standard error may belong to, the likeliest first.
CENTRES = ("estimate", "mean", "proportion")
UNPOOLED = "not_pooled"


@define(eq=False)
class Quantity:
    """A quantity with its statistics in each of `m` imputations, all of them there.

    A ratio (`log`) is pooled as a logarithm. `errors` are the standard errors on the scale of pooling; `natural` says that those of the
    analysis are of the ratio itself.
    """

    stats: Mapping[str, Sequence[Stat]]
    centre: str
    m: int
    log: bool
    natural: bool
    errors: list[float]
    level: float
    sided: int
    null: float | None
    made: Pooled | None = field(default=None)

    @classmethod
    def of(
        cls,
        analysis: Analysis,
        view: Task,
        options: Any,
        place: Mapping[str, Any],
        stats: Mapping[str, Sequence[Stat]],
        m: int,
    ) -> Quantity | None:
        """The quantity, or None where some imputation lacks the estimate or its standard error."""
        centre = next((name for name in CENTRES if complete(stats.get(name, ()), m)), None)
        if centre is None:
            return None
        decides = place["term"] == analysis.decides and centre == "estimate"
        null = getattr(options, "null", analysis.null) if decides else None
        levels = {stat.value for stat in stats.get("conf_level", ())} - {None}
        level = float(levels.pop() or view.confidence) if len(levels) == 1 else view.confidence
        scale = scale_of(
            stats, centre, m, level, ratio=place["term"] in analysis.log_terms or null == 1.0
        )
        return (
            None
            if scale is None
            else cls(
                stats, centre, m, scale.log, scale.natural, scale.errors, level, view.sided, null
            )
        )

    def pooled(self, pooling: Pooling, options: Any) -> dict[str, Stat] | None:
        """The statistics that follow from the pooled estimate; None for a single run, which is as it is."""
        if self.alike:
            return None
        parts = self._parts()
        self.made = made = pooling.pool(parts, options)
        estimate = math.exp(made.estimate) if self.log else made.estimate
        error = made.std_error * (estimate if self.natural else 1.0)
        values = {
            self.centre: estimate,
            "std_error": error,
            "df": made.df,
            **self._limits(made),
            **self._test(made, parts),
        }
        return {name: self._row(name, values[name]) for name in self.stats if name in values}

    @property
    def alike(self) -> bool:
        """Whether there is one run, or all say the same: nothing missing matters here, and the analysis's own numbers stand."""
        return all(len(set(values)) == 1 for values in (self._values(self.centre), self.errors))

    def measured(self, pooling: Pooling) -> Iterator[Stat]:
        """How many imputations there are, and what the pooling measures of what they add."""
        here = attrs.evolve(
            self.stats[self.centre][0], unit="", text=None, warning=None, error=None
        )
        yield attrs.evolve(here, stat="n_imputations", value=float(self.m))
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

    def _values(self, name: str) -> list[float]:
        return [float(stat.value) for stat in self.stats[name] if stat.value is not None]

    def _dfs(self) -> list[float | None]:
        """Degrees of freedom as the intervals show them, or as given where they fit; None for a normal distribution.

        A test's own degrees of freedom, as those of a chi-square, are not those of the estimate.
        """
        given: list[float | None] = (
            list(self._values("df"))
            if complete(self.stats.get("df", ()), self.m)
            else [None] * self.m
        )
        if all(complete(self.stats.get(name, ()), self.m) for name in ("conf_low", "conf_high")):
            parts = zip(
                self._centres(),
                self._on_scale("conf_low"),
                self._on_scale("conf_high"),
                self.errors,
                given,
                strict=True,
            )
            return [
                df_shown(centre, low, high, error, self.level, df)
                for centre, low, high, error, df in parts
            ]
        if all(complete(self.stats.get(name, ()), self.m) for name in ("statistic", "p_value")):
            tails = zip(self._values("statistic"), given, self._values("p_value"), strict=True)
            return given if alternative_of(tails) else [None] * self.m
        return given

    def _centres(self) -> list[float]:
        return self._on_scale(self.centre)

    def _on_scale(self, name: str) -> list[float]:
        """Values as they are pooled; the logarithm of what is no ratio is minus infinity."""
        values = self._values(name)
        return (
            [math.log(value) if value > 0 else -math.inf for value in values]
            if self.log
            else values
        )

    def _parts(self) -> tuple[Estimate, ...]:
        return tuple(
            Estimate(*part) for part in zip(self._centres(), self.errors, self._dfs(), strict=True)
        )

    def _limits(self, made: Pooled) -> dict[str, float | None]:
        low, high = interval(made.estimate, made.std_error, made.df, self.level)
        return (
            {"conf_low": as_ratio(low), "conf_high": as_ratio(high)}
            if self.log
            else {"conf_low": low, "conf_high": high}
        )

    def _test(self, made: Pooled, parts: tuple[Estimate, ...]) -> dict[str, float | None]:
        """Statistic and p-value against the value that the analysis tests against; nothing where that cannot be said."""
        null, alternative = self._hypothesis(parts)
        if null is None or made.std_error <= 0:
            return {}
        statistic = (made.estimate - null) / made.std_error
        found: dict[str, float | None] = {"statistic": statistic}
        return found | (
            {"p_value": p_value(statistic, made.df, alternative)} if alternative else {}
        )

    def _hypothesis(self, parts: tuple[Estimate, ...]) -> tuple[float | None, str | None]:
        """The value under the hypothesis and the tail: as the analysis's own numbers show, else as it declares for what decides."""
        declared = math.log(self.null) if self.log and self.null else self.null
        two_sided = "two-sided" if self.sided == 2 else None
        if not complete(self.stats.get("statistic", ()), self.m):
            return self._by_p_value(parts) or (declared, two_sided)
        statistics = self._values("statistic")
        null = null_of(
            (part.estimate, part.std_error, statistic)
            for part, statistic in zip(parts, statistics, strict=True)
        )
        if null is None:
            return declared, two_sided
        if not complete(self.stats.get("p_value", ()), self.m):
            return null, two_sided
        tails = zip(statistics, (part.df for part in parts), self._values("p_value"), strict=True)
        return null, alternative_of(tails)

    def _by_p_value(self, parts: tuple[Estimate, ...]) -> tuple[float, str] | None:
        """No effect and the tail, where p-values without a statistic are of estimates over their standard errors."""
        if (
            not complete(self.stats.get("p_value", ()), self.m)
            or min(part.std_error for part in parts) <= 0
        ):
            return None
        tail = alternative_of(
            (part.estimate / part.std_error, part.df, p)
            for part, p in zip(parts, self._values("p_value"), strict=True)
        )
        return None if tail is None else (0.0, tail)

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
