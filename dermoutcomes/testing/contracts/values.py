"""The part of the battery of an analysis that looks at values.

It asks what must hold for the numbers, whatever the analysis computes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

import attrs
import polars as pl

from dermoutcomes.testing.cases import AnalysisCases
from dermoutcomes.testing.statistics import QUANTITY, assert_alike, by_key, close, quantities
from dermoutcomes.testing.tasks import COMPARISON, COVARIATE, MANY, SENSITIVE, Sides, task_of
from dermoutcomes.testing.variants import (
    RENAMED_ARMS,
    arms_renamed,
    covariate_in_other_units,
    records_lost,
    shuffled,
    subjects_renamed,
)

if TYPE_CHECKING:
    from dermoutcomes.declare import Stat
    from dermoutcomes.declare.tasks.task import Task
    from dermoutcomes.testing.statistics import Key

__all__ = ["ValueChecks"]

# Likelihoods move by a constant when a unit changes: only their differences mean something.
OF_LIKELIHOOD = ("aic", "aicc", "bic", "loglik")
# Lowest and highest value of what has any; None where there is no bound.
BOUNDS: dict[str, tuple[float, float | None]] = {
    "p_value": (0, 1),
    "p_adjusted": (0, 1),
    "proportion": (0, 1),
    "percent": (0, 100),
    "conf_level": (0, 1),
    "correlation": (-1, 1),
    "n": (0, None),
    "n_missing": (0, None),
    "n_events": (0, None),
    "n_with_event": (0, None),
    "denominator": (0, None),
    "sd": (0, None),
    "std_error": (0, None),
    "df": (0, None),
    "df_num": (0, None),
    "df_den": (0, None),
}
WHOLE = ("n", "n_missing", "n_events", "n_with_event", "denominator")
# Of one quantity, each is at most the next.
RISING = (
    ("conf_low", "estimate", "conf_high"),
    ("min", "q1", "median", "q3", "max"),
    ("min", "mean", "max"),
    ("n_with_event", "denominator"),
)
COUNTED = ("n", "denominator")
INFERENTIAL = ("p_value", "conf_low", "conf_high", "std_error")
# What no random draw of an analysis may move.
SETTLED = (*WHOLE, "estimate", "mean", "median", "proportion", "percent")
ROUNDING = 1e-9
MILLION = 1e6
# What must be left of an uncertainty when every subject has two sides that are nearly alike:
# two that were independent leave 0.71.
TWICE = 0.9
JITTER = 2.0**-24


class ValueChecks(AnalysisCases):
    """Checks of values, for the battery of an analysis."""

    draws: ClassVar[bool]

    def sensitive_cases(self) -> Iterator[tuple[str, Task, list[Stat]]]:
        """The cases in which the order of records or a name may change a number.

        Some of the battery's own, and all of an author's.
        """
        for case, (task, stats) in self.cases().items():
            if task.id != "battery" or case.rpartition(", ")[2] in SENSITIVE:
                yield case, task, stats

    def test_its_numbers_are_possible(self) -> None:
        for case, (_, stats) in self.cases().items():
            for key, named in quantities(stats).items():
                _assert_possible(
                    f"{case}: {key}",
                    {name: stat.value for name, stat in named.items() if stat.value is not None},
                )

    def test_what_is_counted_and_what_is_missing_are_all(self) -> None:
        if self.analysis.endpoints == "none":
            return
        for kind in self.analysis.kinds:
            whole = self.task(kind, "plain")
            complete, one_lost = (
                _counts(self.stats_of(kind, "plain")),
                _counts(self.stats(records_lost(whole, "S01"))),
            )
            for key, (count, missing) in complete.items():
                assert missing == 0, (
                    f"{kind}: nothing is missing, and n_missing of {key} is {missing}"
                )
                assert count in {0, _expected(whole, key)}, (
                    f"{kind}: n of {key} is {count}, of {_expected(whole, key)} units"
                )
            moved = {
                key
                for key, (count, _) in complete.items()
                if one_lost.get(key, (count, 0)) != (count, 0)
            }
            for key in moved:
                assert one_lost[key] == (complete[key][0] - 1, 1), (
                    f"{kind}: the records of one of {complete[key][0]} are lost, and (n, "
                    f"n_missing) of {key} are {one_lost[key]}"
                )
            assert moved or not any(count for count, _ in complete.values()), (
                f"{kind}: a subject's records are lost, and no n_missing says so"
            )
            self._assert_sums_stay(kind, complete)

    def _assert_sums_stay(self, kind: str, complete: dict[Key, tuple[float, float]]) -> None:
        """Whichever values of the same subjects are missing, as many count and as many do not."""
        for key, (count, missing) in _counts(self.stats_of(kind, "some missing")).items():
            whole = complete.get(key)
            assert whole is None or not whole[0] or count + missing == whole[0], (
                f"{kind}: {key} counts {count}, and {missing} missing, of {whole[0]}"
            )

    def test_several_records_of_a_subject_are_told_or_allowed_for(self) -> None:
        if self.analysis.endpoints == "none":
            return
        for kind in self.analysis.kinds:
            needless = [
                f"{stat.term} {stat.stat}"
                for stat in self._deciding(self._of_many(kind, "none"))
                if _told(stat)
            ]
            assert needless == [], (
                f"{kind}: each subject has one record a visit, and a warning 'clustered: …' "
                f"all the same"
            )
            if (
                self.analysis.decides is None or self.analysis.dependence == "clustered"
            ):  # a study refuses sides to any other
                assert self.silent_on_sides(kind) == []

    def silent_on_sides(self, kind: str) -> list[str]:
        """A sentence for each quantity that two sides, nearly alike, make surer without a warning.

        The warning is 'clustered: …': the second side of a subject is hardly evidence.
        """
        alone = _uncertainty(self._deciding(self._of_many(kind, "none")))
        both = _uncertainty(
            [stat for stat in self._deciding(self._of_many(kind, "copied")) if not _told(stat)]
        )
        return [
            f"{kind}: {key} fell from {alone[key]} to {after} when each subject had two "
            f"sides; no warning 'clustered: …' says so"
            for key, after in both.items()
            if after < TWICE * alone.get(key, 0.0)
        ]

    def _of_many(self, kind: str, sides: Sides) -> list[Stat]:
        return self.stats(task_of(self.analysis, MANY, kind, sides=sides))

    def _deciding(self, stats: list[Stat]) -> list[Stat]:
        """What tells how sure the analysis is; of the deciding term, if there is one."""
        return [
            stat
            for stat in stats
            if stat.stat in INFERENTIAL
            and stat.value is not None
            and (
                self.analysis.decides is None
                or (stat.term == self.analysis.decides and stat.comparison == COMPARISON)
            )
        ]

    def test_the_order_of_records_does_not_matter(self) -> None:
        for case, task, stats in self.sensitive_cases():
            assert_alike(stats, self.stats(shuffled(task)), case)

    def test_the_names_of_subjects_do_not_matter(self) -> None:
        draws = self._draws()
        for case, task, stats in self.sensitive_cases():
            assert_alike(
                stats,
                self.stats(subjects_renamed(task)),
                case,
                compares=lambda stat: not draws or stat.stat in SETTLED,
            )

    def test_the_names_of_arms_do_not_matter(self) -> None:
        draws = self._draws()
        for case, task, stats in self.sensitive_cases():
            if set(task.arms) == set(RENAMED_ARMS):
                assert_alike(
                    stats,
                    self.stats(arms_renamed(task)),
                    case,
                    arms=RENAMED_ARMS,
                    tolerance=1e-7,
                    compares=lambda stat: not draws or stat.stat in SETTLED,
                )

    def _draws(self) -> bool:
        """Whether another seed gives another number; found once a class."""
        cls = type(self)
        if "draws" not in vars(cls):
            cls.draws = any(
                self._moves_with_the_seed(task, stats) for _, task, stats in self.sensitive_cases()
            )
        return cls.draws

    def _moves_with_the_seed(self, task: Task, stats: list[Stat]) -> bool:
        others = by_key(self.stats(attrs.evolve(task, seed=task.seed + 1)))
        return any(
            not close(stat.value, others[key].value)
            for key, stat in by_key(stats).items()
            if key in others
        )

    def test_the_unit_of_a_covariate_does_not_matter(self) -> None:
        if not self.analysis.adjusts:
            return
        for kind in self.analysis.kinds:
            task = task_of(self.analysis, MANY, kind, adjusted=True)
            plain = self.stats(task)
            for factor in (MILLION, 1 / MILLION):
                assert_alike(
                    plain,
                    self.stats(covariate_in_other_units(task, factor)),
                    f"{kind}, a covariate {factor:g} times as large",
                    tolerance=1e-6,
                    compares=_apart_from_the_covariate,
                )

    def test_each_arm_that_is_compared_has_its_n(self) -> None:
        """Where an estimate stands, so does how many subjects of each parallel arm it rests on."""
        if not self.analysis.terms or self.analysis.decides is None:
            return
        for case, (task, stats) in self.cases().items():
            compared = task.comparisons.get(COMPARISON)
            decisive = self._said_of_the_comparison(stats)
            if (
                task.id != "battery"
                or task.design != "parallel"
                or compared is None
                or compared.arm is None
                or not any(stat.stat == "estimate" and stat.value for stat in decisive)
            ):
                continue
            sizes = {
                stat.group: stat.value
                for stat in stats
                if (stat.term, stat.stat) == (self.analysis.decides, "n")
                and stat.comparison == COMPARISON
                and stat.reference_group is None
            }
            subjects = {
                arm: task.records.filter(pl.col("arm") == arm)["subject"].n_unique()
                for arm in compared.arm
            }
            assert sizes.keys() == subjects.keys(), (
                f"{case}: {self.analysis.decides} has an n of the arms {sorted(map(str, sizes))}, "
                f"and compares {sorted(subjects)}; `arm_sizes` gives both rows"
            )
            assert all(0 < (sizes[arm] or 0) <= n for arm, n in subjects.items()), (
                f"{case}: n of the arms is {sizes}, of {subjects} subjects"
            )
            assert not case.endswith(", plain") or sizes == subjects, (
                f"{case}: nothing is missing, and n of the arms is {sizes}, of {subjects} subjects"
            )

    def test_an_arm_that_is_absent_is_compared_with_nothing(self) -> None:
        if self.analysis.needs != "arm pair":
            return
        for kind in self.analysis.kinds:
            for stat in self._said_of_the_comparison(
                self.stats(self.task(kind, "plain", arms=("A",)))
            ):
                assert stat.value is None, (
                    f"{kind}: nobody is in arm B, and {stat.term} {stat.stat} is {stat.value}"
                )

    def test_nothing_known_is_nothing_estimated(self) -> None:
        for kind in self.analysis.kinds if self.analysis.endpoints != "none" else ():
            for values in ("no records", "all missing"):
                for stat in self.stats_of(kind, values):
                    known = stat.value is not None and stat.stat in {
                        *INFERENTIAL,
                        "estimate",
                        "mean",
                        "median",
                        "sd",
                    }
                    assert not known, f"{kind}, {values}: {stat.term} {stat.stat} is {stat.value}"

    def test_equal_groups_show_no_effect(self) -> None:
        if self.analysis.decides is None or self.analysis.endpoints != "one":
            return
        same = "equal arms" if self.analysis.needs == "arm pair" else "no change"
        null = getattr(self.parsed_options(), "null", None)
        null = self.analysis.null if null is None else null
        for kind in self.analysis.kinds:
            if (
                self.analysis.margin
                or (kind == "ordinal" and same == "no change")
                or self.analysis.needs == "nothing"
            ):
                continue
            named = {
                stat.stat: stat.value
                for stat in self._said_of_the_comparison(self.stats_of(kind, same))
            }
            _assert_no_effect(f"{kind}, {same}", named, null)

    def test_one_subject_a_group_shows_nothing(self) -> None:
        if self.analysis.endpoints != "one":
            return
        values = "two subjects" if self.analysis.needs == "arm pair" else "one subject"
        for kind in self.analysis.kinds:
            for stat in self.stats_of(kind, values):
                assert stat.stat != "p_value" or stat.value is None or stat.value >= 0.05, (
                    f"{kind}, {values}: {stat.term} has p = {stat.value}"
                )

    def test_a_constant_group_is_one_that_hardly_varies_or_an_error(self) -> None:
        if self.analysis.endpoints != "one" or "continuous" not in self.analysis.kinds:
            return
        values = "constant arm" if self.analysis.needs == "arm pair" else "no variance"
        hardly = by_key(self.stats(_jittered(self.task("continuous", values))))
        for key, stat in by_key(self.stats_of("continuous", values)).items():
            near = hardly.get(key)
            if (
                stat.stat == "estimate"
                and stat.term == self.analysis.decides
                and stat.value is not None
                and near is not None
            ):
                assert near.value is None or close(stat.value, near.value, 1e-4), (
                    f"{stat.term} is {stat.value}, and near it {near.value}"
                )

    def _said_of_the_comparison(self, stats: list[Stat]) -> list[Stat]:
        return [
            stat
            for stat in stats
            if stat.comparison == COMPARISON
            and stat.term == self.analysis.decides
            and stat.stat in {*INFERENTIAL, "estimate"}
            and self.analysis.decides is not None
        ]


def _assert_possible(where: str, values: dict[str, float]) -> None:
    for name, value in values.items():
        low, high = BOUNDS.get(name, (None, None))
        assert low is None or value >= low - ROUNDING, f"{where}: {name} is {value}"
        assert high is None or value <= high + ROUNDING, f"{where}: {name} is {value}"
        assert name not in WHOLE or value == int(value), (
            f"{where}: {name} is {value}, and counts whole units"
        )
    for names in RISING:
        present = [(name, values[name]) for name in names if name in values]
        for (name, lower), (next_name, upper) in pairwise(present):
            assert lower <= upper + ROUNDING * max(1.0, abs(upper)), (
                f"{where}: {name} {lower} is above {next_name} {upper}"
            )


def _counts(stats: list[Stat]) -> dict[Key, tuple[float, float]]:
    """(counted, missing) of each quantity that says both."""
    found = {}
    for key, named in quantities(stats).items():
        counted = next((named[name].value for name in COUNTED if name in named), None)
        missing = named["n_missing"].value if "n_missing" in named else None
        if counted is not None and missing is not None:
            found[key] = counted, missing
    return found


def _expected(task: Task, key: Key) -> int:
    """How many units the quantity is about: those of its arm, of both arms, or all."""
    of = dict(zip(QUANTITY, key, strict=True))
    arms = {of["group"], of["reference_group"]} & set(task.arms)
    return (
        task.subjects.filter(pl.col("arm").is_in(sorted(arms))).height
        if arms
        else task.subjects.height
    )


def _uncertainty(stats: list[Stat]) -> dict[Key, float]:
    """What gets smaller as a quantity gets surer: p-value, standard error, length of interval."""
    sizes: dict[Key, float] = {}
    for key, named in quantities(stats).items():
        known = {name: stat.value for name, stat in named.items() if stat.value is not None}
        sizes |= {(*key, name): known[name] for name in ("p_value", "std_error") if name in known}
        if known.keys() >= {"conf_low", "conf_high"}:
            sizes[*key, "interval"] = known["conf_high"] - known["conf_low"]
    return sizes


def _told(stat: Stat) -> bool:
    return "clustered: " in (stat.warning or "")


def _apart_from_the_covariate(stat: Stat) -> bool:
    """Its own coefficient is in its unit.

    So is, by a constant, a likelihood that is restricted to what the covariates leave.
    """
    return COVARIATE not in f"{stat.term} {stat.level} {stat.label}" and not stat.stat.endswith(
        OF_LIKELIHOOD
    )


def _assert_no_effect(where: str, values: dict[str, float | None], null: float) -> None:
    estimate, p_value, low, high = (
        values.get(name) for name in ("estimate", "p_value", "conf_low", "conf_high")
    )
    assert estimate is None or close(estimate, null, 1e-6), (
        f"{where}: the estimate is {estimate}, where no effect is {null}"
    )
    assert p_value is None or p_value > 0.5, f"{where}: p = {p_value}"
    assert low is None or low <= null + ROUNDING, f"{where}: the interval begins at {low}"
    assert high is None or high >= null - ROUNDING, f"{where}: the interval ends at {high}"


def _jittered(task: Task) -> Task:
    """The same records, but that the values of the first arm differ by next to nothing."""
    step = pl.when(pl.col("arm") == "A").then(pl.int_range(pl.len()) % 5 * JITTER).otherwise(0.0)
    return attrs.evolve(
        task,
        records=task.records.with_columns(
            value=pl.col("value") + step,
            change=pl.col("value") + step - pl.col("base"),
            pct_change=100 * (pl.col("value") + step - pl.col("base")) / pl.col("base"),
        ),
    )
