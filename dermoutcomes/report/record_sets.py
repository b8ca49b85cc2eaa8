"""The main records of an endpoint: its first population and handling, and the results of these.

Other sets of records have names that say how they differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.report.material import OBSERVED, by
from dermoutcomes.tables import RESULT_KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dermoutcomes.report.material import Material, Result
    from dermoutcomes.study import Endpoint

__all__ = [
    "main_key",
    "main_records",
    "other_records_words",
    "records_name",
    "repeated_rows",
    "results_by_records",
]

RECORDS = ("population", "handling", "subgroup", "subgroup_level")
Key = tuple[str | None, ...]


def main_key(endpoint: Endpoint) -> tuple[str | None, str, None, None]:
    """Population, handling, subgroup and its level of the main records of an endpoint."""
    return (
        endpoint.populations[0] if endpoint.populations else None,
        endpoint.handling[0] if endpoint.handling else OBSERVED,
        None,
        None,
    )


def main_records(material: Material, name: str) -> pl.DataFrame:
    """The used records of an endpoint in its main population, as they are described.

    A row a unit and visit, with the columns of the table `endpoints`; none a comparison of two
    later visits. Of several imputations, the first.
    """
    endpoint = material.study.endpoints[name]
    population, handling = main_key(endpoint)[0], material.described_handling(endpoint)
    records = material.frame("endpoints").filter(
        pl.col("endpoint") == name,
        pl.col("handling") == handling,
        pl.col("used").fill_null(value=True),
        pl.col("reference_visit").is_null() | (pl.col("reference_visit") == "baseline"),
    )
    if population is not None:
        records = records.filter(pl.col("populations").list.contains(population))
    return records.filter(
        pl.col("imputation").is_null() | (pl.col("imputation") == pl.col("imputation").min())
    )


def results_by_records(
    material: Material, name: str
) -> tuple[list[Result], list[tuple[str, list[Result]]]]:
    """Results of the main records, and those of each other set of records with its name.

    Descriptions of an endpoint whose missing values are filled several times are of what was
    observed; they count as those of its main records.
    """
    endpoint = material.study.endpoints[name]
    main = main_key(endpoint)
    groups = by(material.results_of(name), *RECORDS)
    main_rows = groups.pop(main, [])
    described_key = (main[0], material.described_handling(endpoint), None, None)
    if described_key != main:
        main_rows = [
            *(row for row in groups.get(described_key, ()) if row["comparison"] is None),
            *main_rows,
        ]
        groups[described_key] = [
            row for row in groups.get(described_key, ()) if row["comparison"] is not None
        ]
        groups = {key: rows for key, rows in groups.items() if rows}
    ordered = sorted(groups.items(), key=lambda item: _rank(endpoint, item[0]))
    return main_rows, [(records_name(material, key, main), rows) for key, rows in ordered]


def repeated_rows(material: Material, rows: Sequence[Result]) -> dict[str, Result]:
    """Descriptions that are those of the observed values in each number: id = the observed row.

    Only where missing values are filled by responders alone, so that values are as they were
    observed. The rows of a term are repeated all together, or none of them is.
    """
    repeated: dict[str, Result] = {}
    described = [row for row in rows if row["comparison"] is None]
    for (handling, *_), of_term in by(described, "handling", "analysis", "term").items():
        if not _fills_responders(material, handling):
            continue
        pairs = [(row, _observed(material, row)) for row in of_term]
        if all(
            other is not None and (row["value"], row["error"]) == (other["value"], other["error"])
            for row, other in pairs
        ):
            repeated |= {row["id"]: other for row, other in pairs if other is not None}
    return repeated


def _fills_responders(material: Material, handling: str) -> bool:
    spec = material.study.imputations.get(handling)
    imputation = material.registry.imputations.get(spec.use if spec else handling)
    return imputation is not None and imputation.stage == "responder"


def _observed(material: Material, row: Result) -> Result | None:
    """The same statistic of the observed values."""
    key = tuple(OBSERVED if name == "handling" else row[name] for name in RESULT_KEY)
    return material.by_key.get(key)


def _rank(endpoint: Endpoint, key: Key) -> tuple[str, str, int, int]:
    """Populations and handlings in the order of the study file; subgroups after them."""
    population, handling, subgroup, level = key
    populations, handlings = [*endpoint.populations, population], [*endpoint.handling, handling]
    return subgroup or "", level or "", handlings.index(handling), populations.index(population)


def records_name(material: Material, key: Key, main: Key) -> str:
    """How a set of records differs from the main one."""
    population, handling, subgroup, level = key
    parts = [
        f"population {material.population_name(population)}" if population != main[0] else "",
        material.handling_name(handling) if handling != main[1] else "",
        ": ".join(filter(None, (subgroup, level))),
    ]
    words = ", ".join(part for part in parts if part) or "further records"
    return words[0].upper() + words[1:]


def other_records_words(material: Material, name: str, results: Sequence[Result]) -> str:
    """In brackets how the records of results differ from the main ones; nothing for these."""
    main = main_key(material.study.endpoints[name])
    keys = {tuple(row[key] for key in RECORDS) for row in results}
    if len(keys) != 1 or main in keys:
        return ""
    return f" ({records_name(material, keys.pop(), main)})"
