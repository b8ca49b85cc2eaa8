"""The records that one fit is made of: all arms at one visit, complete in what the model needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import polars as pl

from dermoutcomes import Comparison, Stat, Task
from dermoutcomes.stats import RECORD_KEY, at_visit, clustered_warning, visits_of
from dermoutcomes_ancova.model_terms import Term, factor, interaction, number

__all__ = ["Adjusted", "View", "terms_of", "views"]

ORDER = (*RECORD_KEY, "rater")


class Adjusted(NamedTuple):
    """What the model adjusts for.

    (column, whether it is a factor whatever it holds), in the order of the model.
    """

    column: str
    stratum: bool


class View(NamedTuple):
    """One visit: complete records sorted by subject, with a column `outcome`.

    The arms in them, the reference first.

    `constant` are adjustments that do not vary and were left out, `absent` those that subjects have
    no column for. `missing` counts the records that the model has not, `incomplete` those of them
    that have an outcome and lack a covariate or stratum.
    """

    template: Stat
    frame: pl.DataFrame
    arms: tuple[str, ...]
    outcome: str
    adjusted: tuple[Adjusted, ...]
    constant: tuple[str, ...]
    absent: tuple[str, ...]
    comparisons: tuple[tuple[str, str, str], ...]
    missing: int
    incomplete: int

    @property
    def formula(self) -> str:
        """The model as R writes it."""
        return f"{self.outcome} ~ " + " + ".join(
            ["arm", *(adjustment.column for adjustment in self.adjusted)]
        )


def views(task: Task, *, baseline: bool = True) -> Iterator[View]:
    """A view of each visit (and reference visit) at which arms are compared.

    `baseline` adjusts for it though it is not listed.
    """
    by_visit: dict[tuple[str | None, str], list[tuple[str, Comparison]]] = {}
    for name, comparison in task.comparisons.items():
        if comparison.arm:
            by_visit.setdefault(visits_of(comparison), []).append((name, comparison))
    for (visit, reference), compared in by_visit.items():
        yield _view(task, visit, reference, compared, baseline=baseline)


def _view(
    task: Task,
    visit: str | None,
    reference: str,
    compared: Sequence[tuple[str, Comparison]],
    *,
    baseline: bool,
) -> View:
    outcome = _outcome(task, compared)
    of_visit = at_visit(visit, reference)
    rows = task.records.filter(of_visit & pl.col("arm").is_not_null()).sort(ORDER)
    lost = task.lost.filter(of_visit) if task.lost.height else task.lost
    with_outcome = rows.with_columns(pl.col(outcome).alias("outcome")).drop_nulls("outcome")
    adjustments = _adjusted(task, outcome, with_outcome, baseline=baseline)
    available = tuple(
        adjustment for adjustment in adjustments if adjustment.column in with_outcome.columns
    )
    complete = with_outcome.drop_nulls([adjustment.column for adjustment in available])
    constant = tuple(
        adjustment.column for adjustment in available if complete[adjustment.column].n_unique() < 2
    )
    subjects = complete["subject"].n_unique()
    template = Stat(
        "n",
        visit=visit,
        reference_visit=reference if outcome != "value" else None,
        unit="%" if outcome == "pct_change" else task.unit,
        n_subjects=subjects,
        n_records=complete.height,
        warning=clustered_warning(complete.height, subjects),
    )
    return View(
        template,
        complete,
        _arms(task, complete, compared),
        outcome,
        tuple(adjustment for adjustment in available if adjustment.column not in constant),
        constant,
        tuple(adjustment.column for adjustment in adjustments if adjustment not in available),
        tuple((name, *map(str, comparison.arm or ())) for name, comparison in compared),  # type: ignore[misc]
        rows.height - complete.height + lost.height,
        with_outcome.height - complete.height + _incomplete(lost, outcome),
    )


def _incomplete(lost: pl.DataFrame, outcome: str) -> int:
    """Records that a blank covariate or stratum alone kept from the model."""
    if not lost.height:
        return 0
    blank = pl.col("reason").is_in(["blank_covariate", "blank_stratum"])
    return lost.filter(blank & pl.col(outcome).is_not_null()).height


def _outcome(task: Task, compared: Sequence[tuple[str, Comparison]]) -> str:
    """Two visits name a change.

    One visit leaves it to the endpoint; a scale that is itself a change has only values.
    """
    if task.neutral is not None:
        return "value"
    two_visits = any(
        comparison.visit is not None and len(comparison.visit) > 1 for _, comparison in compared
    )
    return "change" if two_visits and task.analyse == "value" else task.analyse


def _adjusted(
    task: Task, outcome: str, with_outcome: pl.DataFrame, *, baseline: bool
) -> tuple[Adjusted, ...]:
    """Baseline first, then covariates, then strata.

    The baseline of its own accord only where there is one.
    """
    by_default = (
        baseline
        # A change in percent is counted from the baseline already.
        and outcome != "pct_change"
        and with_outcome.height > 0
        and with_outcome["base"].null_count() < with_outcome.height
    )
    base = ("base",) if by_default or "base" in task.covariates else ()
    covariates = dict.fromkeys(
        (*base, *(name for name in task.covariates if name not in task.strata))
    )
    return (
        *(Adjusted(name, stratum=False) for name in covariates),
        *(Adjusted(name, stratum=True) for name in task.strata),
    )


def _arms(
    task: Task, complete: pl.DataFrame, compared: Sequence[tuple[str, Comparison]]
) -> tuple[str, ...]:
    present = set(complete["arm"].to_list())
    reference = task.reference_arm or str((compared[0][1].arm or ("",))[-1])
    ordered = dict.fromkeys((reference, *task.arms, *sorted(present)))
    return tuple(arm for arm in ordered if arm in present)


def terms_of(view: View, *, interacting: bool = False) -> tuple[Term, ...]:
    """The terms of the view's model: the arms, then what it adjusts for.

    Raises ValueError for a column that is neither.
    """
    arm = factor("arm", view.frame["arm"].to_list(), view.arms)
    adjusted = [_term(view.frame[adjustment.column], adjustment) for adjustment in view.adjusted]
    base = [term for term in adjusted if term.name == "base"]
    return (arm, *adjusted, *(interaction(arm, term) for term in base if interacting))


def _term(values: pl.Series, adjusted: Adjusted) -> Term:
    if values.dtype.is_numeric() and not adjusted.stratum:
        return number(adjusted.column, values.to_list())
    if values.dtype.is_temporal():
        raise ValueError(
            f"{adjusted.column} holds dates or times, which are neither a number nor groups"
        )
    levels: list[Any] = values.to_list()
    return factor(adjusted.column, levels, sorted(set(levels)))
