"""The model that follows from a design: which records, which fixed effects, which random ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from dermoutcomes import Task
from dermoutcomes.stats import BASELINE, ModelTerm, against, baseline_visits, visits_of
from dermoutcomes_within_subject.mixed_model import told_apart
from dermoutcomes_within_subject.variance_components import RandomTerm

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from dermoutcomes import Comparison
    from dermoutcomes.stats import FixedEffects

__all__ = ["Layout", "Outcome", "layout", "outcomes"]

PLACES = ("location", "side", "period")
ORDER = ("subject", "location", "side", "period", "arm", "visit")
WITHIN, BETWEEN = "base_within_subject", "base_of_subject"
# What random terms are called in a sentence.
WORDS = {
    "site": "site",
    "subject": "subject",
    "subject_unit": "{unit} within subject",
    "subject_visit": "visit within subject",
}


@frozen
class Outcome:
    """What a model is of.

    A column of the records, and the visit that it is counted from (None for plain values).
    """

    column: str
    reference_visit: str | None


@frozen(eq=False)
class Layout:
    """The records of a model with its two parts.

    `unit` is what a subject has several of ("side", "location", "arm"), if anything.
    """

    rows: pl.DataFrame
    y: NDArray[np.float64]
    fixed: FixedEffects
    random: tuple[RandomTerm, ...]
    unit: str | None
    confounded: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    def without_last(self) -> Layout:
        """The same without its last random term, which the sentence then names as left out."""
        return evolve(
            self, random=self.random[:-1], left_out=(*self.left_out, self._words(self.random[-1]))
        )

    def _words(self, term: RandomTerm) -> str:
        return WORDS[term.name].format(unit=self.unit or "unit")

    @property
    def sentence(self) -> str:
        """Both parts in words."""
        fixed = ", ".join(
            " × ".join("treatment" if name == "arm" else name.replace("_", " ") for name in term)
            for term in self.fixed.terms
        )
        random = ", ".join(map(self._words, self.random))
        without = (
            f" Left out, since no optimum was found with it: {', '.join(self.left_out)}."
            if self.left_out
            else ""
        )
        return (
            f"Fixed: {fixed or 'one mean'}. Random: "
            f"{random or 'none, since no subject has two records'}.{without}"
        )


def outcomes(task: Task) -> dict[Outcome, list[str]]:
    """The comparisons of the task by what their model is of."""
    by_outcome: dict[Outcome, list[str]] = {}
    for name, comparison in task.comparisons.items():
        by_outcome.setdefault(_outcome(task, comparison), []).append(name)
    return by_outcome


def _outcome(task: Task, comparison: Comparison) -> Outcome:
    """Two visits name a change.

    One visit leaves it to the endpoint; a scale that is itself a change has only values.
    """
    if task.neutral is not None:
        return Outcome("value", None)
    _, reference = visits_of(comparison)
    column = (
        "change" if len(comparison.visit or ()) > 1 and task.analyse == "value" else task.analyse
    )
    return Outcome(column, None if column == "value" else reference)


def layout(
    task: Task, outcome: Outcome, names: Sequence[str], *, by_day: bool, site: bool
) -> Layout:
    """The model of these comparisons.

    `by_day`: a subject's readings of one visit share an effect; `site`: so do subjects of a site.

    Random terms that the records cannot tell from the others are left out, the last first.
    """
    import numpy as np

    rows = _rows(task, outcome, names)
    if site and "site" in task.subjects.columns and "site" not in rows.columns:
        rows = rows.join(
            task.subjects.select("subject", "site"), on="subject", how="left", maintain_order="left"
        )
    y = rows[outcome.column].to_numpy().astype(float) - (task.neutral or 0.0)
    fixed, confounded = _fixed(task, rows)
    random, unit = _random(rows, by_day=by_day, site=site)
    while random and rows.height > len(fixed.kept) and not told_apart(y, fixed.matrix, random):
        random = random[:-1]
    return Layout(rows, np.asarray(y), fixed, random, unit, confounded)


def _rows(task: Task, outcome: Outcome, names: Sequence[str]) -> pl.DataFrame:
    """Records with the outcome at visits after the baseline, in an order of their own."""
    import polars as pl

    reference = outcome.reference_visit or BASELINE
    compared = {visit for name in names for visit in (task.comparisons[name].visit or ())[:1]}
    baseline = baseline_visits(task)
    rows = task.records.filter(
        against(reference),
        pl.col(outcome.column).is_not_null(),
    )
    later = [
        visit
        for visit in task.visits or sorted(set(rows["visit"].drop_nulls()))
        # A visit of the baseline stays where it is itself compared, as plain values are.
        if visit in compared or visit not in baseline
    ]
    rows = rows.filter(pl.col("visit").is_in(later)).drop_nulls(
        [name for name in _adjusting(task) if name in rows.columns]
    )
    if any(task.comparisons[name].arm for name in names):
        rows = rows.drop_nulls("arm")
    return rows.sort(*ORDER, outcome.column, nulls_last=True)


def _adjusting(task: Task) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*task.covariates, *task.strata)))


def _fixed(task: Task, rows: pl.DataFrame) -> tuple[FixedEffects, tuple[str, ...]]:
    """Treatment, visit and their interaction, the places where treatments were given, covariates.

    And places that are the treatment.
    """
    from dermoutcomes.stats import FixedEffects

    columns = dict(_columns(task, rows))
    levels = {
        name: _ordered(task, name, values)
        for name, values in columns.items()
        if values and isinstance(values[0], str)
    }
    single = [name for name, levels_of_factor in levels.items() if len(levels_of_factor) < 2]
    mains = [name for name in columns if name not in single]
    terms: list[ModelTerm] = [(name,) for name in mains]
    if "arm" in mains and "visit" in mains:
        terms.append(("arm", "visit"))
    confounded = tuple(
        name
        for name in mains
        if name in PLACES and "arm" in mains and _same(columns["arm"], columns[name])
    )
    terms = [term for term in terms if term[0] not in confounded]
    used = {name for term in terms for name in term}
    # `FixedEffects` takes the number of records from its variables, also where no term has any.
    variables = {name: columns[name] for name in used} or {"record": [0.0] * rows.height}
    return FixedEffects(
        variables, {name: levels[name] for name in used if name in levels}, terms
    ), confounded


def _columns(task: Task, rows: pl.DataFrame) -> Iterator[tuple[str, list[Any]]]:
    """Candidates for fixed effects with their values; texts are factors."""
    import polars as pl

    for name in ("arm", "visit", *PLACES):
        if rows.height and rows[name].null_count() == 0:
            yield name, rows[name].to_list()
    for name in _adjusting(task):
        if name == "base":
            # The baseline of a subject and the distance of its sides from it have slopes of their
            # own; where all sides have one baseline there is no second column.
            mean = pl.col("base").mean().over("subject")
            of_subject, within = (
                rows.select(expr)["base"].to_list() for expr in (mean, pl.col("base") - mean)
            )
            yield from (
                (BETWEEN, of_subject),
                *([(WITHIN, within)] if any(abs(value) > 1e-12 for value in within) else []),
            )
        elif name in rows.columns:
            numeric = rows.schema[name].is_numeric() and name not in task.strata
            yield name, [float(value) if numeric else str(value) for value in rows[name].to_list()]


def _ordered(task: Task, name: str, values: Sequence[str]) -> list[str]:
    """Levels that occur: the reference arm first, visits in time, others as they sort."""
    present = set(values)
    if name == "visit":
        return [visit for visit in task.visits if visit in present] or sorted(present)
    if name == "arm":
        arms = [arm for arm in task.arms if arm in present] or sorted(present)
        return sorted(arms, key=lambda arm: arm != task.reference_arm)
    return sorted(present)


def _same(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether each value of one goes with one value of the other."""
    pairs = set(zip(first, second, strict=True))
    return len(pairs) == len({one for one, _ in pairs}) == len({other for _, other in pairs})


def _random(
    rows: pl.DataFrame, *, by_day: bool, site: bool
) -> tuple[tuple[RandomTerm, ...], str | None]:
    """Random terms that the records can tell apart from the residual and from each other."""
    place_columns = [name for name in PLACES if rows[name].null_count() < rows.height]
    inside = rows.group_by("subject").agg(*(_distinct(name) for name in (*place_columns, "arm")))
    varying = [
        name for name in (*place_columns, "arm") if any(number > 1 for number in inside[name])
    ]
    # Subjects that differ in their side are no units: only what varies inside one is.
    unit = varying[0] if varying else None
    subjects = rows["subject"].to_list()
    units = list(rows.select("subject", *varying).iter_rows())
    days = list(rows.select("subject", "visit").iter_rows())
    terms = []
    # A term needs several groups, and groups with several records: else it is the mean, or the
    # residual, under another name.
    if site and "site" in rows.columns and 1 < len(set(rows["site"])) < len(set(subjects)):
        terms.append(RandomTerm("site", rows["site"].to_list()))
    # Several records of one unit (visits), without which units are the residual.
    repeated_units = varying and len(set(units)) < len(units)
    if len(set(subjects)) < len(subjects):
        terms.append(RandomTerm("subject", subjects))
    if repeated_units and len(set(units)) > len(set(subjects)):
        terms.append(RandomTerm("subject_unit", units))
    if by_day and repeated_units and len(set(subjects)) < len(set(days)) < len(days):
        terms.append(RandomTerm("subject_visit", days))
    return tuple(terms), unit


def _distinct(name: str) -> pl.Expr:
    import polars as pl

    return pl.col(name).drop_nulls().n_unique()
