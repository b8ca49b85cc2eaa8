"""Records of all numeric values, those that cannot be included: what taking them out changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve

from dermoutcomes.endpoints.chain import endpoint_records
from dermoutcomes.endpoints.endpoint_plan import plan as endpoint_plan
from dermoutcomes.endpoints.reductions.replicates import input_measures
from dermoutcomes.study.task_plan import handlings, is_multiple
from dermoutcomes.tables.table_rows import words_in_full
from dermoutcomes.vocabulary import ALL_VALUES, OBSERVED

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["with_all_values"]


def with_all_values(
    study: Study,
    registry: Registry,
    name: str,
    tables: Mapping[str, pl.DataFrame],
    records: pl.DataFrame,
) -> pl.DataFrame:
    """The records of an endpoint, and those of the handling "all_values".

    These rest on what stands in `tables["impossible"]` too, under the main handling of missing
    values (observed ones where that fills several times). There are none where no value of the
    endpoint was taken out, or where the endpoint has no analysis that could be repeated.
    """
    endpoint = study.endpoints[name]
    impossible = tables.get("impossible")
    if impossible is None or not impossible.height:
        return records
    if endpoint.measure is None or endpoint.event or not endpoint.analyses:
        return records
    plan = endpoint_plan(study, registry, name, tables)
    taken_out = impossible.filter(pl.col("measure").is_in(input_measures(plan)))
    if not taken_out.height:
        return records
    main = handlings(endpoint)[0]
    handling = OBSERVED if is_multiple(study, registry, main) else main
    of_one_handling = evolve(endpoint, handling=(handling,))
    every_value = endpoint_records(
        evolve(study, endpoints={**study.endpoints, name: of_one_handling}),
        registry,
        name,
        {
            **tables,
            "observations": pl.concat([words_in_full(tables["observations"]), impossible]).sort(
                "id"
            ),
            "impossible": impossible.clear(),
        },
    )
    # Numbers of records go on behind those of the other handlings.
    return pl.concat(
        [
            records,
            every_value.filter(pl.col("handling") == handling).with_columns(
                handling=pl.lit(ALL_VALUES), id=pl.col("id") + records.height
            ),
        ]
    )
