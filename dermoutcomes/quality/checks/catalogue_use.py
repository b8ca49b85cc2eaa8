"""Entries of a catalogue that others stand in for, and core outcomes that no endpoint measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.number_text import count_words
from dermoutcomes.study.scale_names.core_outcomes import core_outcome_coverage
from dermoutcomes.tables.findings import no_findings, remarks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["missing_core_outcome", "replaced_entry", "untold_core_outcome"]


def replaced_entry(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding an instrument or scale of the study that several plugins declare.

    It names the one that is used and those that are not.
    """
    measures = [one.measure for one in data.study.endpoints.values() if one.measure is not None]
    used = {*data.study.sources, *(measure.partition(".")[0] for measure in measures)}
    return _findings(
        {
            "measure": next((one for one in measures if one.partition(".")[0] == own.name), None),
            "found": own.plugin,
            "expected": f'the one that is meant; [study] prefer = {{ {own.name} = "{other}" }} '
            "takes the other",
            "message": own.words,
        }
        for own in data.registry.replacements
        if own.name in used and own.kind in ("instruments", "scales")
        for other in own.others[:1]
    )


def missing_core_outcome(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding where domains of the study's core outcome set are not measured whole."""
    coverage = core_outcome_coverage(data.study, data.registry)
    lacking = [one for one in coverage if one.lacking]
    if not lacking:
        return no_findings()
    covered = [
        f"{one.domain.label} by {', '.join(one.endpoints)}" for one in coverage if one.endpoints
    ]
    domains = "; ".join(f"{one.domain.label} ({one.lacking_words})" for one in lacking)
    row = {
        "measure": None,
        "found": "; ".join(covered) or "no endpoint of the set",
        "expected": "an endpoint of each measure that is named, or no such outcome_set",
        "message": f"{len(lacking)} of {len(coverage)} domains of the core outcome set "
        f"{data.study.study.outcome_set} are not measured whole by any endpoint: {domains}",
    }
    return _findings([row])


def untold_core_outcome(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding where it cannot be told whether the study measures domains of its set."""
    coverage = core_outcome_coverage(data.study, data.registry)
    untold = [one for one in coverage if not one.can_be_told and not one.lacking]
    if not untold:
        return no_findings()
    domains = "; ".join(
        f"{one.domain.label} ({one.agreed or 'no measure agreed on yet'})" for one in untold
    )
    row = {
        "measure": None,
        "found": f"{count_words(len(untold), 'domain')} of {len(coverage)}",
        "expected": "the protocol's own measure of it",
        "message": "no plugin declares what was agreed on for some domains of the core outcome set "
        f"{data.study.study.outcome_set}, so that it cannot be told whether they are measured: "
        f"{domains}",
    }
    return _findings([row])


def _findings(rows: Iterable[dict[str, str | None]]) -> pl.DataFrame:
    """The rows as findings that point to no reading."""
    frame = pl.DataFrame(
        list(rows),
        schema=dict.fromkeys(("measure", "found", "expected", "message"), pl.String),
    )
    if frame.is_empty():
        return no_findings()
    return remarks(
        frame,
        message=pl.col("message"),
        found=pl.col("found"),
        expected=pl.col("expected"),
    )
