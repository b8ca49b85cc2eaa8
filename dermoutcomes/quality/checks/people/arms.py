"""Arms: of which epoch they are, and by which of the two that a study may record safety is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.number_text import count_words
from dermoutcomes.study.received_arms import (
    RANDOMISED,
    RECEIVED,
    arm_of_analysis,
    arm_of_endpoint,
)
from dermoutcomes.tables.findings import listed, no_findings, remarks

if TYPE_CHECKING:
    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["two_kinds_of_arms", "unknown_epochs"]


def two_kinds_of_arms(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """A finding where safety is told by treatment received and as randomised, and the two differ."""
    allocations = data.table("allocations").filter(pl.col("arm_actual") != pl.col("arm"))
    if not allocations.height:
        return no_findings()
    goes_by = {
        f"endpoints.{name}": arm_of_endpoint(endpoint)
        for name, endpoint in data.study.endpoints.items()
        if endpoint.role == "safety"
    }
    goes_by |= {
        f"analyses.{name}": arm
        for name in data.study.analyses
        if (arm := arm_of_analysis(data.study, data.registry, name)) is not None
    }
    received, randomised = (
        [name for name, arm in goes_by.items() if arm == kind] for kind in (RECEIVED, RANDOMISED)
    )
    if not received or not randomised:
        return no_findings()
    # A reader of the page knows an endpoint by its label; the keys to look up stand in `found`.
    labels = {f"endpoints.{name}": one.name for name, one in data.study.endpoints.items()}
    by_received, by_randomised = (
        ", ".join(labels.get(name, name) for name in names) for names in (received, randomised)
    )
    subjects = allocations["subject"].unique().sort().to_list()
    rows = allocations.sort("source", "row").select("source", "row").head(1)
    return remarks(
        rows,
        message=f"safety is told {RECEIVED} ({by_received}) and {RANDOMISED} "
        f"({by_randomised}), and {count_words(len(subjects), 'subject')} received another "
        f"arm than allocated to: {listed(subjects)}",
        found=f"{RECEIVED}: {', '.join(received)}; {RANDOMISED}: {', '.join(randomised)}",
        expected='one of the two: arm = "received" of the endpoint, or options.arm = "allocated" of '
        "the analysis",
    )


def unknown_epochs(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Epochs of allocations that no visit names, beside the one of all other visits; each a finding.

    Visits without an epoch of their own are of the first that no visit names; a further one is of
    no visit, and what was allocated in it counts nowhere. The most frequent is taken for the first.
    """
    of_visits = {visit.epoch for visit in data.study.visits.values() if visit.epoch}
    rows = data.table("allocations").sort("source", "row")
    unnamed = rows.filter(~pl.col("epoch").is_in(sorted(of_visits)).fill_null(value=False))
    sizes = dict(
        unnamed["epoch"]
        .fill_null("")
        .value_counts(sort=True)
        .sort("count", "epoch", descending=[True, False])
        .iter_rows()
    )
    findings = []
    first = next(iter(sizes), "")
    for epoch in [name for name in sizes if name != first]:
        own = unnamed.filter(pl.col("epoch").fill_null("") == epoch)
        cells = own.select("subject", "row").iter_rows()
        word = repr(epoch) if epoch else "no epoch"
        beside = repr(first) if first else "those without an epoch"
        findings.append(
            remarks(
                own.head(1).select(
                    "source", "row", subject=pl.col("subject") if own.height == 1 else pl.lit(None)
                ),
                message=f"{count_words(own.height, 'allocation')} of {word}, which no visit names, "
                f"beside {beside} ({sizes[first]}): what was allocated there may count at no visit "
                f"({listed([f'{subject} (row {row})' for subject, row in cells])})",
                found=epoch or "blank",
                expected="the epoch of a visit, one word for all other visits, or values.epoch in "
                "the source of allocations",
            )
        )
    return pl.concat([no_findings(), *findings])
