"""What a task's records are to the model.

An outcome by subject and visit, the terms of its mean, and the comparisons as contrasts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Task
from dermoutcomes.stats import BASELINE, ModelTerm, against
from dermoutcomes_mmrm.adjusting import adjusting, factor_of
from dermoutcomes_mmrm.model import Data, Factor
from dermoutcomes_mmrm.model_options import MmrmOptions

__all__ = ["Setting", "UnfitError", "setting_of"]

Array = np.ndarray[Any, Any]
VISIT, ARM, BASE = "visit", "arm", "base"


class UnfitError(ValueError):
    """Why no model can be made: a code, a colon, a sentence."""


@frozen(eq=False)
class Setting:
    """A model to be fitted.

    `incomplete` records lack a covariate, `before` are the visits of baseline, `constant` does not
    vary.
    """

    data: Data
    terms: tuple[ModelTerm, ...]
    subjects: tuple[str, ...]
    incomplete: int
    before: frozenset[str] = frozenset()
    constant: tuple[str, ...] = ()

    @property
    def arms(self) -> tuple[str, ...]:
        """Arms of the model; none where it has one group."""
        return self.data.factors[ARM].levels if ARM in self.data.factors else ()


def setting_of(task: Task, options: MmrmOptions) -> Setting:
    """The model of the task. Raises UnfitError."""
    records = _records(task)
    parallel = task.design == "parallel"
    if not parallel and BASE in (*task.covariates, *task.strata):
        raise UnfitError(
            "baseline_as_covariate: In a single arm the mean change adjusted for baseline treats "
            "the mean baseline as known, and tests too often say change (type I error 0.06 to 0.10 "
            "at a level of 0.05); baseline is a response here, so leave it out of `covariates`."
        )
    visits, before = _visits(task, records)
    cells = _cells(task, records, visits) if parallel else _with_baseline(task, records, visits)
    if cells.is_empty():
        raise UnfitError("no_data: There is no record to analyse.")
    subjects = tuple(sorted(set(cells["subject"].to_list())))
    present = set(cells["visit"].to_list())
    ordered = tuple(
        visit for visit in (*(() if parallel else (BASELINE,)), *visits) if visit in present
    )
    data = _complete(
        task,
        options,
        _grid(cells, subjects, ordered),
        subjects,
        ordered,
        _of_subjects(task, records, subjects),
    )
    return evolve(data, before=before)


def _records(task: Task) -> pl.DataFrame:
    rows = task.records.filter(against())
    if (
        rows.height
        and rows.group_by("subject")
        .agg(pl.struct("side", "location").n_unique().alias("parts"))["parts"]
        .max()
        != 1
    ):
        raise UnfitError(
            'clustered: Sides or zones of one subject are not independent; let the endpoint combine them (unit = "subject"), or '
            "choose a within-subject analysis."
        )
    if rows.select("subject", "visit").is_duplicated().any():
        raise UnfitError(
            "several_records: Some subjects have several records at a visit; one a visit is needed."
        )
    return rows.sort("subject", "visit")


def _visits(task: Task, records: pl.DataFrame) -> tuple[tuple[str, ...], frozenset[str]]:
    """The visits after baseline, in order, and those that baseline is made of."""
    present = set(records["visit"].to_list())
    ordered = [visit for visit in task.visits if visit in present]
    before = _of_baseline(task, records, ordered)
    return tuple(visit for visit in ordered if visit not in before), before


def _of_baseline(task: Task, records: pl.DataFrame, ordered: list[str]) -> frozenset[str]:
    """Visits that baseline is made of.

    As the endpoint says, or the first where values equal the baseline.
    """
    endpoint = task.endpoints.get(task.endpoint or "")
    if task.neutral is not None or not ordered:
        return frozenset()
    if endpoint is not None and endpoint.baseline is not None and endpoint.baseline.visits:
        return frozenset(endpoint.baseline.visits)
    first = records.filter(
        (pl.col("visit") == ordered[0])
        & pl.col("value").is_not_null()
        & pl.col("base").is_not_null()
    )
    return (
        frozenset(ordered[:1])
        if first.height and bool((first["value"] == first["base"]).all())
        else frozenset()
    )


def _cells(task: Task, records: pl.DataFrame, visits: tuple[str, ...]) -> pl.DataFrame:
    outcome = "value" if task.neutral is not None else task.analyse
    candidates = (
        records.filter(pl.col("visit").is_in(list(visits)))
        .select("subject", "visit", y=pl.col(outcome))
        .drop_nulls()
    )
    return candidates.filter(
        pl.col("subject").is_in(records.filter(pl.col("arm").is_not_null())["subject"].to_list())
    )


def _with_baseline(task: Task, records: pl.DataFrame, visits: tuple[str, ...]) -> pl.DataFrame:
    """Values at each visit, and the baseline as one more visit."""
    after = records.filter(pl.col("visit").is_in(list(visits))).select(
        "subject", "visit", y="value"
    )
    if task.neutral is not None:
        return after.drop_nulls()
    before = records.drop_nulls("base").unique("subject", keep="first", maintain_order=True)
    return pl.concat(
        [before.select("subject", visit=pl.lit(BASELINE), y="base"), after]
    ).drop_nulls()


def _grid(cells: pl.DataFrame, subjects: tuple[str, ...], visits: tuple[str, ...]) -> Array:
    rows = {subject: number for number, subject in enumerate(subjects)}
    columns = {visit: number for number, visit in enumerate(visits)}
    outcome = np.full((len(subjects), len(visits)), np.nan)
    row_of_cell = cells["subject"].replace_strict(rows, return_dtype=pl.Int64).to_numpy()
    outcome[
        row_of_cell, cells["visit"].replace_strict(columns, return_dtype=pl.Int64).to_numpy()
    ] = cells["y"].to_numpy()
    return outcome


def _of_subjects(task: Task, records: pl.DataFrame, subjects: tuple[str, ...]) -> pl.DataFrame:
    """One row a subject, in order: arm, baseline, covariates, strata."""
    names = dict.fromkeys((ARM, BASE, *task.covariates, *task.strata))
    values = records.group_by("subject").agg(pl.col(name).drop_nulls().first() for name in names)
    return pl.DataFrame({"subject": subjects}).join(
        values, on="subject", how="left", maintain_order="left"
    )


def _complete(
    task: Task,
    options: MmrmOptions,
    outcome: Array,
    subjects: tuple[str, ...],
    visits: tuple[str, ...],
    records: pl.DataFrame,
) -> Setting:
    """The data without rows that lack a covariate, and the terms of what is left."""
    names = _names(task, options)
    if not _has_baseline(task, records):
        names = [name for name in names if name != BASE]
    adjusted = adjusting(records, names, task.strata, np.asarray((~np.isnan(outcome)).any(axis=1)))
    arms = _arms(task, records)
    factors = {
        VISIT: Factor(visits),
        **({ARM: factor_of(records[ARM], arms)} if arms else {}),
        **adjusted.factors,
    }
    incomplete = int((~np.isnan(outcome[adjusted.lacking])).sum())
    # Only the outcomes go: subjects keep their rows, by which factors and covariates are aligned.
    outcome = np.where(adjusted.lacking[:, None], np.nan, outcome)
    data = Data(outcome, VISIT, factors, adjusted.covariates, *_groups(options, factors))
    _refuse(data, visits)
    return Setting(
        data,
        _terms(options, tuple(factors), tuple(adjusted.covariates)),
        subjects,
        incomplete,
        constant=adjusted.constant,
    )


def _has_baseline(task: Task, subjects: pl.DataFrame) -> bool:
    """Whether the endpoint states a baseline, or a subject has one.

    A baseline that is stated and that nobody has is for the model to refuse.
    """
    endpoint = task.endpoints.get(task.endpoint or "")
    is_stated = endpoint is not None and endpoint.baseline is not None
    return is_stated or subjects[BASE].is_not_null().any()


def _arms(task: Task, records: pl.DataFrame) -> tuple[str, ...]:
    """The arms that have records, the reference first."""
    present = set(records[ARM].drop_nulls().to_list())
    if task.design != "parallel":
        return ()
    reference = [task.reference_arm] if task.reference_arm else []
    ordered = dict.fromkeys((*reference, *task.arms, *sorted(present)))
    return tuple(arm for arm in ordered if arm in present)


def _names(task: Task, options: MmrmOptions) -> list[str]:
    """Covariates and strata.

    Baseline where changes or values of arms are compared, unless the options say no; an endpoint
    without a baseline is adjusted for none.
    """
    names = [name for name in dict.fromkeys((*task.covariates, *task.strata)) if name != BASE]
    listed = BASE in (*task.covariates, *task.strata)
    adjusts_for_baseline = (
        options.baseline != "none"
        and task.neutral is None
        and (listed or task.analyse != "pct_change")
    )
    return [BASE, *names] if task.design == "parallel" and adjusts_for_baseline else names


def _groups(
    options: MmrmOptions, factors: Mapping[str, Factor]
) -> tuple[Array | None, tuple[str, ...]]:
    codes = factors[ARM].codes if options.per_arm and ARM in factors else None
    return (None, ("",)) if codes is None else (np.maximum(codes, 0), factors[ARM].levels)


def _terms(
    options: MmrmOptions, factors: tuple[str, ...], covariates: tuple[str, ...]
) -> tuple[ModelTerm, ...]:
    single: list[ModelTerm] = [
        (name,)
        for name in (
            *(name for name in (ARM, VISIT) if name in factors),
            *covariates,
            *(name for name in factors if name not in (ARM, VISIT)),
        )
    ]
    crossed = [
        name for name in options.by_visit if (name,) in single and name not in (ARM, VISIT, BASE)
    ]
    if BASE in covariates and options.baseline == "by visit":
        crossed.insert(0, BASE)
    interactions: list[ModelTerm] = [(ARM, VISIT)] if ARM in factors else []
    return (*single, *interactions, *((name, VISIT) for name in crossed))


def _refuse(data: Data, visits: tuple[str, ...]) -> None:
    """Raises UnfitError for what no model can answer."""
    observed = ~np.isnan(data.outcome)
    if not observed.any():
        raise UnfitError("no_data: No record has all that the model needs.")
    if len(visits) < 2 or (observed.sum(axis=0) > 0).sum() < 2:
        raise UnfitError("one_visit: A model of repeated measures needs two visits; there is one.")
    if observed.any(axis=1).sum() < 2:
        raise UnfitError(
            "too_few: A model of repeated measures needs several subjects; there is one."
        )
    for name in _empty_cells(data, observed):
        raise UnfitError(
            f"empty_cell: {name}; leave that visit out of the endpoint's visits, or the arm out of "
            "the comparison."
        )
    if ARM in data.factors and len(data.factors[ARM].levels) < 2:
        raise UnfitError("one_arm_empty: Only one arm has records.")


def _empty_cells(data: Data, observed: Array) -> Iterator[str]:
    arms = data.factors.get(ARM)
    for i, visit in enumerate(data.visits):
        if not observed[:, i].any():
            yield f"Nobody has a record at {visit}"
        elif arms is not None and arms.codes is not None:
            yield from (
                f"Arm {arm} has no record at {visit}"
                for a, arm in enumerate(arms.levels)
                if not observed[arms.codes == a, i].any()
            )
