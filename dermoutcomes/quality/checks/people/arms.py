"""Arms: that safety is told by one of the two that a study may record, and not by either."""

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

__all__ = ["two_kinds_of_arms"]


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
