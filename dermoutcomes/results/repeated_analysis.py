"""An analysis over the imputations of its records.

One task each, and the results of all made one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

from dermoutcomes.declare.tasks.task import seed_of
from dermoutcomes.endpoints.imputation.imputation import imputation_spec
from dermoutcomes.options.parsing import resolve_options
from dermoutcomes.results.option_text import cited_authors, option_words
from dermoutcomes.results.pooling import pooled_stats

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Pooling, Stat
    from dermoutcomes.declare.tasks.task import Task
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = [
    "pooling_of",
    "pooling_sentence",
    "run_imputations",
    "runs_of_imputations",
    "stats_of_pooling",
]


def pooling_of(study: Study, registry: Registry, handling: str) -> tuple[Pooling, Any] | None:
    """How results under a handling are pooled, with its options; None where it fills once at most.

    Raises StudyError for options that do not fit.
    """
    imputation, spec = imputation_spec(study, registry, handling)
    if imputation is None or not imputation.multiple:
        return None
    pooling = registry.poolings[(spec.pooling if spec else None) or imputation.pooling]
    return pooling, resolve_options(
        spec.pooling_options if spec else {},
        pooling.options,
        f"imputations.{handling}.pooling_options",
    )


def stats_of_pooling(pooling: Pooling) -> tuple[str, ...]:
    """What pooled results have that one run of the analysis need not have."""
    return ("n_imputations", "df", *pooling.measures)


def pooling_sentence(pooling: Pooling, options: Any, task: Task) -> str:
    """How results were put together, for the methods section."""
    m = _n_imputations(task)
    if m == 1:
        return "Nothing was missing that could be imputed."
    values = attrs.asdict(options, recurse=False)
    words = {name: option_words(value, cited_authors(pooling)) for name, value in values.items()}
    return pooling.method.format_map({**words, "m": m})


def run_imputations(
    analysis: Analysis, task: Task, options: Any, pooling: Pooling, pooling_options: Any
) -> list[Stat]:
    """The statistics of an analysis over all imputations, pooled."""
    runs = runs_of_imputations(analysis, task, options)
    return list(pooled_stats(analysis, task, options, runs, pooling, pooling_options))


def runs_of_imputations(
    analysis: Analysis, task: Task, options: Any, first: int = 1, last: int | None = None
) -> list[list[Stat]]:
    """The statistics of each imputation by itself, from the first to the last that there are."""
    return [
        list(analysis.run(imputation, options))
        for imputation in _tasks_by_imputation(task, first, last)
    ]


def _tasks_by_imputation(task: Task, first: int, last: int | None) -> Iterator[Task]:
    """The task of each imputation, with a seed of its own.

    Records of an endpoint that was filled nowhere are in all of them.
    """
    filled_once = _endpoints_filled_once(task.records, task.unused)
    in_all = _n_imputations(task)
    for number in range(first, min(last or in_all, in_all) + 1):
        of_imputation = (pl.col("imputation") == number) | pl.col("endpoint").is_in(filled_once)
        yield attrs.evolve(
            task,
            records=task.records.filter(of_imputation),
            unused=None if task.unused is None else task.unused.filter(of_imputation),
            imputation=number,
            seed=seed_of(task.seed, str(number)),
        )


def _endpoints_filled_once(*frames: pl.DataFrame | None) -> list[str]:
    """Endpoints whose records have one imputation, among used and unused records together."""
    n_imputations: dict[str, int] = {}
    for frame in frames:
        if frame is not None:
            largest = frame.group_by("endpoint").agg(pl.col("imputation").max())
            for endpoint, number in largest.iter_rows():
                n_imputations[endpoint] = max(n_imputations.get(endpoint, 1), number or 1)
    return sorted(endpoint for endpoint, number in n_imputations.items() if number == 1)


def _n_imputations(task: Task) -> int:
    """How many imputations the records have."""
    numbers = [
        task.records["imputation"].max(),
        task.unused["imputation"].max() if task.unused is not None else None,
    ]
    return max(int(number) for number in (1, *numbers) if isinstance(number, int))
