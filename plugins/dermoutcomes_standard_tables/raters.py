"""Who rated whom and when, whose rater changed, how raters agreed; and subjects by site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.report import (
    Column,
    Row,
    Table,
    TableSpec,
    bare_foot,
    by,
    columns,
    estimate,
    foot,
    lines,
    percent,
    rich,
    shown,
)
from dermoutcomes_standard_tables.arms import arm_columns, planned_columns, share

if TYPE_CHECKING:
    from dermoutcomes import TableChoice
    from dermoutcomes.report import Line, Material, Outline

__all__ = ["raters", "raters_shell", "sites", "sites_shell"]

AGREEMENT = "rater_agreement"
CELLS = ("estimate", "conf_low", "conf_high")
CHANGED = "Subjects whose rater changed between visits: {}."
WHO_RATED = "Measurements by each rater at each visit."
TRAINED = "Training of the raters: {}."
WITHOUT = "Rater not recorded"
NO_SITE = "Site not recorded"
OF_SITES = (
    "Subjects of a site with their share of the column, then those in each population with their "
    "share of the site."
)
POOLED = (
    "Whether an effect differs between sites is seen in an analysis by subgroup or with the site as "
    "a stratum, not here."
)


def raters_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """The heads of who rated of each scale that the study reads, and of agreement."""
    visits = tuple(choice.visits or outline.study.visit_order)
    for name, scale in outline.registry.scales.items():
        if name in outline.study.sources:
            yield _raters_spec(outline, scale.label, visits).filled()
    if any(spec.use == AGREEMENT for spec in outline.study.analyses.values()):
        yield _agreement_spec(outline).filled()


def raters(material: Material, choice: TableChoice) -> Iterator[Table]:
    """Of each scale and role the raters by visit, then the agreement that was analysed."""
    observations = material.frame("observations").filter(pl.col("visit").is_not_null())
    for name, scale in material.registry.scales.items():
        own = observations.filter(pl.col("measure").str.starts_with(f"{name}."))
        acts = own.unique("measurement", keep="first", maintain_order=True)
        for role in acts["rater_role"].unique(maintain_order=True):
            of_role = acts.filter(pl.col("rater_role").eq_missing(pl.lit(role, dtype=pl.String)))
            # Without a name of anybody there is nothing to say of who rated.
            if of_role["rater"].is_not_null().any():
                title = f"{scale.label}{f', {role}' if role else ''}"
                training = _training(material, name, role)
                yield _who_rated(material, choice, title, of_role, training)
    yield from _agreement(material)


def _training(material: Material, scale: str, role: str | None) -> tuple[str, ...]:
    """What the study's endpoints of a scale say of the training of a role, each sentence once."""
    said = (
        rater.training.words
        for endpoint in material.study.endpoints.values()
        if (rater := endpoint.rater) is not None
        and rater.training is not None
        and (endpoint.measure or "").partition(".")[0] == scale
        and role in (None, rater.role)
    )
    return tuple(TRAINED.format(words) for words in dict.fromkeys(said))


def _who_rated(
    material: Material,
    choice: TableChoice,
    title: str,
    acts: pl.DataFrame,
    training: tuple[str, ...],
) -> Table:
    present = set(acts["visit"])
    order = choice.visits or sorted(present, key=material.visit_rank)
    visits = tuple(visit for visit in order if visit in present)
    acts = acts.with_columns(pl.col("rater").fill_null(WITHOUT))
    rows = []
    for rater in acts["rater"].unique().sort():
        own = acts.filter(pl.col("rater") == rater)
        counts = (str(own.filter(pl.col("visit") == visit).height) for visit in visits)
        subjects = str(own["subject"].n_unique())
        rows.append(Row(tuple(map(rich, (str(rater), *counts, subjects)))))
    known = acts.filter(pl.col("rater") != WITHOUT)
    # Of several raters at one visit none is new at the next as long as the group is the same.
    of_visits = known.group_by("subject", "visit").agg(pl.col("rater").unique().sort())
    groups = of_visits.group_by("subject").agg(
        pl.col("rater").n_unique().alias("groups"), pl.len().alias("visits")
    )
    followed = groups.filter(pl.col("visits") > 1)
    n, of = followed.filter(pl.col("groups") > 1).height, followed.height
    share_of = percent(100 * n / of, material.style.percent_decimals(of)) if of else ""
    changed = f"{n} of {of} ({material.style.written(share_of)})" if of else "none was rated twice"
    return _raters_spec(material, title, visits).filled(
        rows, remarks=(CHANGED.format(changed), *training)
    )


def _agreement(material: Material) -> Iterator[Table]:
    """Kappa and its like, as the analysis of agreement found them."""
    names = [
        name
        for name in dict.fromkeys(row["analysis"] for row in material.results)
        if (analysis := material.analysis(name)) is not None and analysis.name == AGREEMENT
    ]
    results = [row for row in material.results if row["analysis"] in names]
    rows: list[Row] = []
    for (endpoint,), own in by(results, "endpoint").items():
        rows.append(Row((rich(material.endpoint_name(endpoint)),), look="group"))
        ordered = sorted(
            lines(own),
            key=lambda line: (
                material.visit_rank(line.key["visit"]),
                material.term_rank(line.rows[0]),
            ),
        )
        rows += [row for line in ordered if (row := _agreement_row(material, line)) is not None]
    if rows:
        yield _agreement_spec(material).filled(rows)


def _agreement_row(material: Material, line: Line) -> Row | None:
    """Visit, measure of agreement with the two that it is of, n and estimate; None without one."""
    values = {stat: line.stats[stat] for stat in CELLS if stat in line.stats}
    share_of_pairs = line.stats.get("proportion")
    cell = estimate(material, values) if values else rich(shown(material, share_of_pairs))
    if not cell:
        return None
    first = line.rows[0]
    pair = [first[name] for name in ("group", "reference_group") if first[name] is not None]
    of_pair = f" ({' v '.join(map(material.endpoint_name, pair))})" if len(pair) == 2 else ""
    return Row(
        (
            rich(material.visit_name(first["visit"])),
            rich(f"{material.term_name(first)}{of_pair}"),
            rich(shown(material, line.stats.get("n"))),
            cell,
        ),
        look="inset",
    )


def _raters_spec(outline: Outline, title: str, visits: tuple[str, ...]) -> TableSpec:
    heads = (
        Column("Rater"),
        *(Column(outline.visit_name(visit), "r") for visit in visits),
        Column("Subjects", "r"),
    )
    return TableSpec(f"Raters: {title}", heads, bare_foot(outline, WHO_RATED))


def _agreement_spec(outline: Outline) -> TableSpec:
    heads = columns(("Visit", "Agreement", "n", "Estimate (CI)"), "llrv")
    return TableSpec("Agreement of raters", heads, foot(outline))


def sites_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """The heads; which sites there are, the data say."""
    yield _sites_spec(outline, planned_columns(outline, choice)).filled()


def sites(material: Material, choice: TableChoice) -> Iterator[Table]:
    """Subjects of each site by arm, and how many of them are in each population."""
    subjects = material.frame("subjects")
    if not subjects["site"].is_not_null().any():
        return
    across = arm_columns(material, choice)
    named = subjects.with_columns(pl.col("site").fill_null(NO_SITE))
    rows: list[Row] = []
    for site in sorted(named["site"].unique(), key=lambda one: (one == NO_SITE, one)):
        own = frozenset(named.filter(pl.col("site") == site)["subject"])
        rows.append(Row((rich(site), *across.counts(own)), look="system"))
        for population in material.study.populations:
            inside = {who for who in own if population in material.populations.get(who, ())}
            cells = (
                share(len(members & inside), len(members & own), material.style)
                for members in across.subjects.values()
            )
            words = f"in {material.population_name(population)}"
            rows.append(Row((rich(words), *cells), look="inset"))
    yield _sites_spec(material, across.columns).filled(rows, n=across.n, remarks=(POOLED,))


def _sites_spec(outline: Outline, across: tuple[Column, ...]) -> TableSpec:
    return TableSpec("Subjects by site", (Column("Site"), *across), bare_foot(outline, OF_SITES))
