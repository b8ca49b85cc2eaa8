"""The battery of an analysis: what it returns, on data that allow it and on data that do not."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import attrs

from dermoutcomes.tables import STATS
from dermoutcomes.testing.contracts.powers import PowerChecks
from dermoutcomes.testing.contracts.values import OF_LIKELIHOOD, ValueChecks
from dermoutcomes.testing.statistics import by_key, close
from dermoutcomes.testing.tasks import CASES, COMPARISON, UNIT, task_of

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Stat

__all__ = ["AnalysisContract"]

ERROR = re.compile(r"^[a-z][a-z0-9_]*: \S.*$", re.DOTALL)
# Not in the unit of the data, whatever the term is.
UNSCALED = {
    "n",
    "n_missing",
    "p_value",
    "df",
    "df_num",
    "df_den",
    "denominator",
    "n_events",
    "n_with_event",
    "percent",
    "proportion",
    "correlation",
    "conf_level",
    "cv_percent",
}
FACTOR = 8.0


class AnalysisContract(ValueChecks, PowerChecks):
    """The battery of an analysis. Set `analysis`, and `options` where it needs some."""

    analysis: Analysis

    def test_it_declares_what_it_returns(self) -> None:
        declared = set(self.analysis.statistics)
        wild = {stat for term, stat in declared if term == "*"}

        for case, stat in self.results():
            assert (stat.term or "", stat.stat) in declared or stat.stat in wild, (
                f"{case}: ({stat.term!r}, {stat.stat!r}) is not declared"
            )

    def test_it_computes_a_number_on_plain_data(self) -> None:
        assert any(stat.value is not None for _, stat in self.results()), (
            "every statistic of every task is empty, so nothing was tried: set `options`, or "
            "override `tasks` with what it needs"
        )

    def test_its_stats_are_of_the_vocabulary_or_carry_its_name(self) -> None:
        assert [
            stat
            for _, stat in self.analysis.statistics
            if stat not in STATS and not stat.startswith(self.analysis.name)
        ] == []

    def test_what_decides_is_declared(self) -> None:
        if self.analysis.decides is not None:
            assert (self.analysis.decides, "estimate") in self.analysis.statistics
            assert (self.analysis.decides, "p_value") in self.analysis.statistics

    def test_no_value_is_nan_or_infinite(self) -> None:
        for case, stat in self.results():
            assert stat.value is None or math.isfinite(stat.value), (
                f"{case}: {stat.term} {stat.stat}"
            )

    def test_what_cannot_be_computed_says_why(self) -> None:
        for case, stat in self.results():
            said = stat.text or stat.error or stat.warning
            assert stat.value is not None or said, (
                f"{case}: {stat.term} {stat.stat} is empty and says nothing"
            )
            assert stat.error is None or ERROR.match(stat.error), (
                f"{case}: {stat.error!r} is not a code, a colon and a sentence"
            )
            assert stat.error is None or stat.value is None, (
                f"{case}: {stat.term} {stat.stat} has a value and an error"
            )

    def test_what_decides_is_never_a_gap(self) -> None:
        if self.analysis.decides is None:
            return
        for case, (_, stats) in self.cases().items():
            found = {
                stat.stat
                for stat in stats
                if stat.term == self.analysis.decides and stat.comparison == COMPARISON
            }
            assert "estimate" in found, f"{case}: the estimate is neither a value nor an error"
            assert found & {"p_value", "conf_low"}, f"{case}: nothing says how sure the estimate is"

    def test_no_two_statistics_have_one_key(self) -> None:
        for case, (_, stats) in self.cases().items():
            assert len(by_key(stats)) == len(stats), f"{case}: {sorted(_twice(stats))}"

    def test_the_same_task_gives_the_same_numbers(self) -> None:
        for case, (task, stats) in self.cases().items():
            again = self.stats(task)
            assert [attrs.astuple(stat, recurse=False) for stat in stats] == [
                attrs.astuple(stat, recurse=False) for stat in again
            ], case

    def test_another_unit_changes_only_what_has_one(self) -> None:
        if self.analysis.endpoints == "none" or "continuous" not in self.analysis.kinds:
            return
        plain, scaled = (
            by_key(self.stats_of("continuous", "plain")),
            by_key(self.stats(task_of(self.analysis, CASES["plain"], scale=FACTOR))),
        )
        assert plain.keys() == scaled.keys()
        for key, stat in plain.items():
            _assert_scaled(stat, scaled[key])

    def test_its_method_can_be_written(self) -> None:
        assert self.analysis.method.strip(), "method is empty: the report has no sentence for it"
        self.analysis.method.format_map(attrs.asdict(self.parsed_options(), recurse=False))

    def test_it_cites_its_method(self) -> None:
        assert self.analysis.references, f"{self.analysis.name} cites nothing"


def _twice(stats: list[Stat]) -> set[str]:
    """The keys of which there are several."""
    seen: set[str] = set()
    keys = [str(key) for stat in stats for key in by_key([stat])]
    return {key for key in keys if key in seen or seen.add(key)}  # type: ignore[func-returns-value]


def _assert_scaled(stat: Stat, scaled: Stat) -> None:
    """In another unit a statistic is the same, or as many times as large as the unit is smaller.

    What is in the square of the unit, as a variance, is so by the square.
    """
    if stat.value is None or scaled.value is None:
        assert stat.value is scaled.value
        return
    if stat.stat.endswith(OF_LIKELIHOOD):
        return
    unit = stat.unit.partition("·")[0] if stat.unit else stat.unit
    allowed = (
        [1.0]
        if stat.stat in UNSCALED or unit not in (UNIT, None)
        else [FACTOR]
        if unit == UNIT
        else [1.0, FACTOR]
    )
    allowed = [FACTOR**2] if stat.stat == "variance" or stat.unit == f"{UNIT}²" else allowed
    assert any(close(stat.value * factor, scaled.value) for factor in allowed), (
        f"{stat.term} {stat.stat}: {stat.value} became {scaled.value}"
    )
