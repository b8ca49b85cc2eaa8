"""A section an endpoint: what it is, what was seen, what was compared.

Other records than the main ones in a supplement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.report.blocks import Block, Link, Paragraph, Part, Section, rich
from dermoutcomes.report.figures.changes import mean_changes
from dermoutcomes.report.figures.distributions import distributions
from dermoutcomes.report.figures.forest import forests
from dermoutcomes.report.figures.survival import survival_curves
from dermoutcomes.report.figures.trajectories import adjusted_trajectories, trajectories
from dermoutcomes.report.material import OBSERVED, by
from dermoutcomes.report.sections.definitions import cautions, definition
from dermoutcomes.report.sections.families import adjusted_of
from dermoutcomes.report.table import Table
from dermoutcomes.report.tables.adjusted_means import adjusted_mean_tables
from dermoutcomes.report.tables.adverse_events import rarer_event_tables
from dermoutcomes.report.tables.comparisons import comparison_table, records_table
from dermoutcomes.report.tables.descriptions import description_tables
from dermoutcomes.report.tables.quantities import main_text_table, quantity_tables
from dermoutcomes.report.text_forms import slug

if TYPE_CHECKING:
    from dermoutcomes.report.citations import Citations
    from dermoutcomes.report.figures.figure import Figure
    from dermoutcomes.report.material import Material, Result
    from dermoutcomes.report.result_lines import Line
    from dermoutcomes.study import Endpoint

__all__ = ["endpoints_section", "main_blocks", "supplement_section"]

NO_ENDPOINTS = (
    "The study defines no endpoint: its data were read and checked, and nothing was analysed."
)
SUPPLEMENTED = "Models, effect sizes and other quantities, and what other records gave besides their tests, stand in the "
NO_RESULTS = "This endpoint has no result: nothing describes or analyses it."
RECORDS = ("population", "handling", "subgroup", "subgroup_level")


def endpoints_section(material: Material, citations: Citations) -> Section:
    """Every endpoint: primary ones first, then in the order of the study file."""
    study = material.study
    if not study.endpoints:
        return Section("endpoints", "Endpoints", (Paragraph(rich(NO_ENDPOINTS)),))
    children = tuple(
        _section(material, name, study.endpoints[name], citations) for name in material.in_order
    )
    return Section("endpoints", "Endpoints", children=children)


def _section(material: Material, name: str, endpoint: Endpoint, citations: Citations) -> Section:
    main, other_records = _records_of(material, name, endpoint)
    blocks: list[Block | None] = [
        definition(material, endpoint, citations),
        *cautions(material, name, endpoint),
        _figure(material, name, endpoint, main),
        mean_changes(material, name, endpoint, main),
    ]
    figures, tables, descriptions, comparisons = _content(material, name, main)
    blocks += [
        *figures,
        *adjusted_trajectories(material, name, endpoint, main),
        *tables,
        main_text_table(material, name, descriptions),
        comparison_table(material, name, comparisons, adjusted_of(material, name)),
        *forests(material, name),
        records_table(
            material, name, [(words, _split_comparisons(rows)[1]) for words, rows in other_records]
        ),
    ]
    if any(quantity_tables(material, name, descriptions, comparisons)) or other_records:
        blocks.append(
            Paragraph(
                rich(
                    SUPPLEMENTED,
                    Part("supplement", link=Link("section", f"supplement-{slug(name)}")),
                    ".",
                ),
                look="note",
            )
        )
    elif not main:
        blocks.append(Paragraph(rich(NO_RESULTS), look="caution"))
    return Section(
        f"endpoint-{slug(name)}",
        endpoint.name,
        tuple(block for block in blocks if block),
        look="endpoint",
    )


def main_blocks(material: Material, name: str) -> tuple[list[Block], list[Table]]:
    """The figures of an endpoint's main records, and the tables of what was seen by visit."""
    endpoint = material.study.endpoints[name]
    main, _ = _records_of(material, name, endpoint)
    _, rest = adjusted_mean_tables(material, name, main, "")
    figures, descriptions = survival_curves(material, name, _split_comparisons(rest)[0], "")
    tables, _ = description_tables(material, name, descriptions, "")
    first = _figure(material, name, endpoint, main)
    return [*([first] if first else []), *figures], tables


def supplement_section(material: Material) -> Section | None:
    """Quantities of each endpoint that its section leaves out; None where there are none.

    Models, effect sizes and other quantities, and what other records gave besides their tests.
    """
    children = []
    for name in material.in_order:
        main, other_records = _records_of(material, name, material.study.endpoints[name])
        _, _, descriptions, comparisons = _content(material, name, main)
        blocks: list[Block] = list(quantity_tables(material, name, descriptions, comparisons))
        for words, rows in other_records:
            figures, tables, descriptions, comparisons = _content(
                material, name, rows, f" ({words})"
            )
            blocks += [
                *figures,
                *tables,
                *quantity_tables(material, name, descriptions, comparisons, f" ({words})"),
            ]
        if blocks:
            children.append(
                Section(
                    f"supplement-{slug(name)}",
                    material.endpoint_name(name),
                    tuple(blocks),
                    look="endpoint",
                    folded=True,
                )
            )
    rarer = tuple(rarer_event_tables(material))
    children += (
        [Section("supplement-safety", "Adverse events: rarer terms", rarer, folded=True)]
        if rarer
        else []
    )
    return (
        Section(
            "supplement",
            "Supplement: models, further quantities, other records",
            children=tuple(children),
        )
        if children
        else None
    )


def _content(
    material: Material, name: str, rows: list[Result], records_suffix: str = ""
) -> tuple[list[Figure], list[Table], list[Line], list[Result]]:
    """Figures and tables of a set of records, lines in neither, and results of comparisons."""
    means, rest = adjusted_mean_tables(material, name, rows, records_suffix)
    descriptions, comparisons = _split_comparisons(rest)
    figures, descriptions = survival_curves(material, name, descriptions, records_suffix)
    tables, other_lines = description_tables(material, name, descriptions, records_suffix)
    return figures, [*tables, *means], other_lines, comparisons


def _records_of(
    material: Material, name: str, endpoint: Endpoint
) -> tuple[list[Result], list[tuple[str, list[Result]]]]:
    """Results of the main records, and those of each other set of records with its name."""
    main_key = _main_records_key(endpoint)
    groups = by((row for row in material.results if row["endpoint"] == name), *RECORDS)
    main_rows = groups.pop(main_key, [])
    described_key = (main_key[0], material.described_handling(endpoint), None, None)
    if described_key != main_key:
        main_rows = [
            *(row for row in groups.get(described_key, ()) if row["comparison"] is None),
            *main_rows,
        ]
        groups[described_key] = [
            row for row in groups.get(described_key, ()) if row["comparison"] is not None
        ]
        groups = {key: rows for key, rows in groups.items() if rows}
    ordered = sorted(groups.items(), key=lambda item: _records_rank(endpoint, item[0]))
    return main_rows, [(_records_name(material, key, main_key), rows) for key, rows in ordered]


def _records_rank(endpoint: Endpoint, key: tuple[str | None, ...]) -> tuple[str, str, int, int]:
    """Populations and handlings in the order of the study file; subgroups after them."""
    population, handling, subgroup, level = key
    populations, handlings = [*endpoint.populations, population], [*endpoint.handling, handling]
    return subgroup or "", level or "", handlings.index(handling), populations.index(population)


def _split_comparisons(rows: list[Result]) -> tuple[list[Result], list[Result]]:
    """Descriptions, and results of comparisons."""
    return [row for row in rows if row["comparison"] is None], [
        row for row in rows if row["comparison"] is not None
    ]


def _main_records_key(endpoint: Endpoint) -> tuple[str | None, str, None, None]:
    return (
        endpoint.populations[0] if endpoint.populations else None,
        endpoint.handling[0] if endpoint.handling else OBSERVED,
        None,
        None,
    )


def _records_name(
    material: Material, key: tuple[str | None, ...], main: tuple[str | None, ...]
) -> str:
    """How a set of records differs from the main one."""
    population, handling, subgroup, level = key
    parts = [
        f"population {material.population_name(population)}" if population != main[0] else "",
        material.handling_name(handling) if handling != main[1] else "",
        ": ".join(filter(None, (subgroup, level))),
    ]
    words = ", ".join(part for part in parts if part) or "further records"
    return words[0].upper() + words[1:]


def _figure(
    material: Material, name: str, endpoint: Endpoint, rows: list[Result]
) -> Figure | Paragraph | None:
    """Grades as bars, together with the other raters of the same scale; everything else as lines."""
    if not material.ordinal(endpoint):
        return trajectories(material, name, endpoint, _main_records(material, name, endpoint), rows)
    same_measure = [
        other
        for other, spec in material.study.endpoints.items()
        if spec.measure == endpoint.measure and material.ordinal(spec)
    ]
    if same_measure[0] != name and any(
        row["endpoint"] == same_measure[0] and material.place(row) == "distribution of levels"
        for row in material.results
    ):
        return Paragraph(
            rich(
                "The figure stands with ",
                Part(
                    material.endpoint_name(same_measure[0]),
                    link=Link("section", f"endpoint-{slug(same_measure[0])}"),
                ),
                ".",
            ),
            look="note",
        )
    main_keys = {
        other: _main_records_key(material.study.endpoints[other]) for other in same_measure
    }
    rows_of_main = [
        row
        for row in material.results
        if row["endpoint"] in main_keys
        and tuple(row[key] for key in RECORDS) == main_keys[row["endpoint"]]
    ]
    return distributions(material, same_measure, rows_of_main) or trajectories(
        material, name, endpoint, _main_records(material, name, endpoint), rows
    )


def _main_records(material: Material, name: str, endpoint: Endpoint) -> pl.DataFrame:
    """Used records of the main population, as they are described.

    A row a visit, not a row a comparison. Of several imputations, the first.
    """
    population, handling = _main_records_key(endpoint)[0], material.described_handling(endpoint)
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
