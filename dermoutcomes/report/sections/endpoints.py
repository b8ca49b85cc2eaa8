"""A section an endpoint: what it is, what was seen, what was compared.

Other records than the main ones in a supplement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.report.blocks import Block, Link, Paragraph, Part, Section, rich
from dermoutcomes.report.figures.distributions import distributions
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

__all__ = ["endpoints_section", "supplement_section"]

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
    main, others = _records_of(material, name, endpoint)
    blocks: list[Block | None] = [
        definition(material, endpoint, citations),
        *cautions(material, name, endpoint),
        _figure(material, name, endpoint, main),
    ]
    figures, tables, described, compared = _described(material, name, main)
    blocks += [
        *figures,
        *adjusted_trajectories(material, name, endpoint, main),
        *tables,
        main_text_table(material, name, described),
        comparison_table(material, name, compared, adjusted_of(material, name)),
        records_table(material, name, [(words, _parted(rows)[1]) for words, rows in others]),
    ]
    if any(quantity_tables(material, name, described, compared)) or others:
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


def supplement_section(material: Material) -> Section | None:
    """Models, effect sizes and other quantities of each endpoint, and what other records gave besides their tests; None where there are none."""
    children = []
    for name in material.in_order:
        main, others = _records_of(material, name, material.study.endpoints[name])
        _, _, described, compared = _described(material, name, main)
        blocks: list[Block] = list(quantity_tables(material, name, described, compared))
        for words, rows in others:
            figures, tables, described, compared = _described(material, name, rows, f" ({words})")
            blocks += [
                *figures,
                *tables,
                *quantity_tables(material, name, described, compared, f" ({words})"),
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


def _described(
    material: Material, name: str, rows: list[Result], where: str = ""
) -> tuple[list[Figure], list[Table], list[Line], list[Result]]:
    """Curves and tables of a set of records, the lines that describe and stand in neither, and the results of its comparisons."""
    means, left = adjusted_mean_tables(material, name, rows, where)
    described, compared = _parted(left)
    figures, described = survival_curves(material, name, described, where)
    tables, others = description_tables(material, name, described, where)
    return figures, [*tables, *means], others, compared


def _records_of(
    material: Material, name: str, endpoint: Endpoint
) -> tuple[list[Result], list[tuple[str, list[Result]]]]:
    """Results of the main records, and those of every other set of records with the words that tell it apart."""
    main = _main(endpoint)
    groups = by((row for row in material.results if row["endpoint"] == name), *RECORDS)
    mine = groups.pop(main, [])
    described = (main[0], material.described_handling(endpoint), None, None)
    if described != main:
        mine = [*(row for row in groups.get(described, ()) if row["comparison"] is None), *mine]
        groups[described] = [
            row for row in groups.get(described, ()) if row["comparison"] is not None
        ]
        groups = {key: rows for key, rows in groups.items() if rows}
    ordered = sorted(groups.items(), key=lambda item: _records_rank(endpoint, item[0]))
    return mine, [(_records(material, key, main), rows) for key, rows in ordered]


def _records_rank(endpoint: Endpoint, key: tuple[str | None, ...]) -> tuple[str, str, int, int]:
    """Populations and handlings in the order of the study file; subgroups after them."""
    population, handling, subgroup, level = key
    populations, handlings = [*endpoint.populations, population], [*endpoint.handling, handling]
    return subgroup or "", level or "", handlings.index(handling), populations.index(population)


def _parted(rows: list[Result]) -> tuple[list[Result], list[Result]]:
    """Descriptions, and results of comparisons."""
    return [row for row in rows if row["comparison"] is None], [
        row for row in rows if row["comparison"] is not None
    ]


def _main(endpoint: Endpoint) -> tuple[str | None, str, None, None]:
    return (
        endpoint.populations[0] if endpoint.populations else None,
        endpoint.handling[0] if endpoint.handling else OBSERVED,
        None,
        None,
    )


def _records(material: Material, key: tuple[str | None, ...], main: tuple[str | None, ...]) -> str:
    """How a set of records differs from the main one."""
    population, handling, subgroup, level = key
    parts = [
        f"population {population}" if population != main[0] else "",
        material.handling_name(handling) if handling != main[1] else "",
        f"{subgroup}: {level}" if subgroup else "",
    ]
    words = ", ".join(part for part in parts if part) or "further records"
    return words[0].upper() + words[1:]


def _figure(
    material: Material, name: str, endpoint: Endpoint, rows: list[Result]
) -> Figure | Paragraph | None:
    """Grades as bars, together with the other raters of the same scale; everything else as lines."""
    if not material.ordinal(endpoint):
        return trajectories(material, name, endpoint, _main_records(material, name, endpoint), rows)
    kin = [
        other
        for other, spec in material.study.endpoints.items()
        if spec.measure == endpoint.measure and material.ordinal(spec)
    ]
    if kin[0] != name and any(
        row["endpoint"] == kin[0] and material.place(row) == "distribution of levels"
        for row in material.results
    ):
        return Paragraph(
            rich(
                "The figure stands with ",
                Part(
                    material.endpoint_name(kin[0]), link=Link("section", f"endpoint-{slug(kin[0])}")
                ),
                ".",
            ),
            look="note",
        )
    main = {other: _main(material.study.endpoints[other]) for other in kin}
    chosen = [
        row
        for row in material.results
        if row["endpoint"] in main and tuple(row[key] for key in RECORDS) == main[row["endpoint"]]
    ]
    return distributions(material, kin, chosen) or trajectories(
        material, name, endpoint, _main_records(material, name, endpoint), rows
    )


def _main_records(material: Material, name: str, endpoint: Endpoint) -> pl.DataFrame:
    """Used records of the main population, as they are described.

    A row a visit, not a row a comparison. Of several imputations, the first.
    """
    population, handling = _main(endpoint)[0], material.described_handling(endpoint)
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
