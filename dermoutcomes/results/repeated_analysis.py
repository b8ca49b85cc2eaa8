"""An analysis over the imputations of its records: one view each, and the results of all made one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

from dermoutcomes.declare.task import seed_of
from dermoutcomes.endpoints.imputation.imputation import imputation_spec
from dermoutcomes.options.parsing import resolve_options
from dermoutcomes.results.option_text import authors, in_words
from dermoutcomes.results.pooling import pooled_stats

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Pooling, Stat
    from dermoutcomes.declare.task import Task
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["added_stats", "pooling_of", "pooling_sentence", "repeated", "views"]


def pooling_of(study: Study, registry: Registry, handling: str) -> tuple[Pooling, Any] | None:
    """How results under a handling are pooled, with its options; None where it fills once or not at all."""
    declared, spec = imputation_spec(study, registry, handling)
    if declared is None or not declared.multiple:
        return None
    pooling = registry.poolings[(spec.pooling if spec else None) or declared.pooling]
    return pooling, resolve_options(
        spec.pooling_options if spec else {},
        pooling.options,
        f"imputations.{handling}.pooling_options",
    )


def added_stats(pooling: Pooling) -> tuple[str, ...]:
    """What pooled results have that one run of the analysis need not have."""
    return ("n_imputations", "df", *pooling.measures)


def pooling_sentence(pooling: Pooling, options: Any, view: Task) -> str:
    """How results were put together, for the methods section."""
    if (m := _count(view)) == 1:
        return "Nothing was missing that could be imputed."
    return pooling.method.format_map(
        {
            **{
                name: in_words(value, authors(pooling))
                for name, value in attrs.asdict(options, recurse=False).items()
            },
            "m": m,
        }
    )


def views(view: Task) -> Iterator[Task]:
    """The view of each imputation, with a seed of its own. Records of an endpoint that was filled nowhere are in all of them."""
    once = _filled_once(view.records, view.unused)
    for number in range(1, _count(view) + 1):
        mine = (pl.col("imputation") == number) | pl.col("endpoint").is_in(once)
        unused = None if view.unused is None else view.unused.filter(mine)
        yield attrs.evolve(
            view,
            records=view.records.filter(mine),
            unused=unused,
            imputation=number,
            seed=seed_of(view.seed, str(number)),
        )


def _filled_once(*frames: pl.DataFrame | None) -> list[str]:
    most: dict[str, int] = {}
    for frame in frames:
        if frame is not None:
            for endpoint, number in (
                frame.group_by("endpoint").agg(pl.col("imputation").max()).iter_rows()
            ):
                most[endpoint] = max(most.get(endpoint, 1), number or 1)
    return sorted(endpoint for endpoint, number in most.items() if number == 1)


def _count(view: Task) -> int:
    """How many imputations the records have."""
    numbers = [
        view.records["imputation"].max(),
        view.unused["imputation"].max() if view.unused is not None else None,
    ]
    return max(int(number) for number in (1, *numbers) if isinstance(number, int))


def repeated(
    analysis: Analysis, view: Task, options: Any, pooling: Pooling, pooling_options: Any
) -> list[Stat]:
    """The statistics of an analysis over all imputations, pooled."""
    runs = [list(analysis.run(each, options)) for each in views(view)]
    return list(pooled_stats(analysis, view, options, runs, pooling, pooling_options))
