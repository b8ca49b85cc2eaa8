"""The battery of an analysis: what it returns, on data that allow it and on data that do not."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from dermoutcomes.tables import STATS
from dermoutcomes.testing.declarations import DeclarationContract
from dermoutcomes.testing.tasks import CASES, COMPARISON, UNIT, task_of, tasks

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Stat
    from dermoutcomes.task import Task

__all__ = ["AnalysisContract"]

ERROR = re.compile(r"^[a-z][a-z0-9_]*: \S.*$", re.DOTALL)
# Not in the unit of the data, whatever the term is.
UNSCALED = {"n", "n_missing", "p_value", "df", "df_num", "df_den", "denominator", "n_events", "n_with_event", "percent", "proportion",
            "correlation", "conf_level", "cv_percent"}
# Likelihoods move by a constant when the unit changes: only their differences mean something.
OF_LIKELIHOOD = ("aic", "aicc", "bic", "loglik")
FACTOR = 8.0


class AnalysisContract(DeclarationContract):
    """The battery of an analysis. Set `analysis`, and `options` where it needs some."""

    analysis: Analysis
    computed: ClassVar[list[tuple[str, Stat]]]

    @property
    def declaration(self) -> Analysis:
        """The analysis."""
        return self.analysis

    def tasks(self) -> Iterator[tuple[str, Task]]:
        """The data that it is tried on; override it for an analysis that reads tables of its own."""
        yield from tasks(self.analysis)

    def stats(self, task: Task) -> list[Stat]:
        """What the analysis says of a task."""
        stats, options = list(self.analysis.run(task, self.parsed_options())), self.parsed_options()
        return [*stats, *(self.analysis.conclude(tuple(stats), task, options) if self.analysis.conclude is not None else ())]

    def results(self) -> Iterator[tuple[str, Stat]]:
        """Every statistic of every case; computed once."""
        cls = type(self)
        if "computed" not in vars(cls):
            cls.computed = [(case, stat) for case, task in self.tasks() for stat in self.stats(task)]
        yield from cls.computed

    def test_it_declares_what_it_returns(self) -> None:
        declared = set(self.analysis.statistics)
        wild = {stat for term, stat in declared if term == "*"}

        for case, stat in self.results():
            assert (stat.term or "", stat.stat) in declared or stat.stat in wild, f"{case}: ({stat.term!r}, {stat.stat!r}) is not declared"

    def test_it_computes_a_number_on_plain_data(self) -> None:
        assert any(stat.value is not None for _, stat in self.results()), \
            "every statistic of every task is empty, so nothing was tried: set `options`, or override `tasks` with what it needs"

    def test_its_stats_are_of_the_vocabulary_or_carry_its_name(self) -> None:
        assert [stat for _, stat in self.analysis.statistics if stat not in STATS and not stat.startswith(self.analysis.name)] == []

    def test_what_decides_is_declared(self) -> None:
        if self.analysis.decides is not None:
            assert (self.analysis.decides, "estimate") in self.analysis.statistics
            assert (self.analysis.decides, "p_value") in self.analysis.statistics

    def test_no_value_is_nan_or_infinite(self) -> None:
        for case, stat in self.results():
            assert stat.value is None or math.isfinite(stat.value), f"{case}: {stat.term} {stat.stat}"

    def test_what_cannot_be_computed_says_why(self) -> None:
        for case, stat in self.results():
            said = stat.text or stat.error or stat.warning
            assert stat.value is not None or said, f"{case}: {stat.term} {stat.stat} is empty and says nothing"
            assert stat.error is None or ERROR.match(stat.error), f"{case}: {stat.error!r} is not a code, a colon and a sentence"
            assert stat.error is None or stat.value is None, f"{case}: {stat.term} {stat.stat} has a value and an error"

    def test_what_decides_is_never_a_gap(self) -> None:
        if self.analysis.decides is None:
            return
        for case, task in self.tasks():
            found = {stat.stat for stat in self.stats(task) if stat.term == self.analysis.decides and stat.comparison == COMPARISON}
            assert "estimate" in found, f"{case}: the estimate is neither a value nor an error"
            assert found & {"p_value", "conf_low"}, f"{case}: nothing says how sure the estimate is"

    def test_no_two_statistics_have_one_key(self) -> None:
        for case, task in self.tasks():
            keys = [_key(stat) for stat in self.stats(task)]
            assert sorted({key for key in keys if keys.count(key) > 1}, key=str) == [], case

    def test_the_same_task_gives_the_same_numbers(self) -> None:
        for case, task in self.tasks():
            assert _by_key(self.stats(task)) == _by_key(self.stats(task)), case

    def test_the_order_of_records_does_not_matter(self) -> None:
        for case, task in self.tasks():
            turned = attrs.evolve(task, records=task.records.reverse(), subjects=task.subjects.reverse(),
                                  tables={name: table.reverse() for name, table in task.tables.items()})
            _assert_close(self.stats(task), self.stats(turned), case)

    def test_another_unit_changes_only_what_has_one(self) -> None:
        if self.analysis.endpoints == "none" or "continuous" not in self.analysis.kinds:
            return
        plain, scaled = (_by_key(self.stats(task_of(self.analysis, CASES["plain"], scale=scale))) for scale in (1.0, FACTOR))
        assert plain.keys() == scaled.keys()
        for key, stat in plain.items():
            _assert_scaled(stat, scaled[key])

    def test_its_method_can_be_written(self) -> None:
        assert self.analysis.method.strip(), "method is empty: the report has no sentence for it"
        self.analysis.method.format_map(attrs.asdict(self.parsed_options(), recurse=False))

    def test_it_cites_its_method(self) -> None:
        assert self.analysis.references, f"{self.analysis.name} cites nothing"


def _key(stat: Stat) -> tuple[Any, ...]:
    return (stat.endpoint, stat.comparison, stat.group, stat.reference_group, stat.visit, stat.reference_visit, stat.term, stat.level,
            stat.at, stat.stat)


def _by_key(stats: list[Stat]) -> dict[tuple[Any, ...], Stat]:
    # Stats are not compared as wholes, since declarations are not; their fields are.
    return {_key(stat): _Seen(**attrs.asdict(stat, recurse=False)) for stat in stats}  # type: ignore[misc]


class _Seen:
    """The fields of a statistic, which can be compared."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Seen) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(self.stat)  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return repr({name: value for name, value in self.__dict__.items() if value is not None})


def _assert_close(stats: list[Stat], others: list[Stat], case: str) -> None:
    first, second = _by_key(stats), _by_key(others)
    assert first.keys() == second.keys(), case
    for key, stat in first.items():
        assert _close(stat.value, second[key].value), f"{case}: {key} is {stat.value}, then {second[key].value}"


def _assert_scaled(stat: Stat, scaled: Stat) -> None:
    """In another unit a statistic is the same number, or as many times as large as the unit is smaller (its square for what is in its square)."""
    if stat.value is None or scaled.value is None:
        assert stat.value is scaled.value
        return
    if stat.stat.endswith(OF_LIKELIHOOD):
        return
    unit = stat.unit.partition("·")[0] if stat.unit else stat.unit
    allowed = [1.0] if stat.stat in UNSCALED or unit not in (UNIT, None) else [FACTOR] if unit == UNIT else [1.0, FACTOR]
    allowed = [FACTOR**2] if stat.stat == "variance" or stat.unit == f"{UNIT}²" else allowed
    assert any(_close(stat.value * factor, scaled.value) for factor in allowed), f"{stat.term} {stat.stat}: {stat.value} became {scaled.value}"


def _close(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return math.isclose(first, second, rel_tol=1e-9, abs_tol=1e-12)
