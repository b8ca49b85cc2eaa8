"""Findings about endpoints with values that stand for a limit, from the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.number_text import count_words
from dermoutcomes.quality.check_stage import with_further
from dermoutcomes.study.task_plan import analysis_with_options
from dermoutcomes.tables.findings import remarks
from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from dermoutcomes.declare import Analysis
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint, Study

__all__ = ["with_values_at_limits"]

CHECK = "values_at_limits"
# The share of values at a limit above which means say little.
MOST = 0.15
SIDES = {"below_limit": "below", "above_limit": "above"}


def with_values_at_limits(
    study: Study, registry: Registry, findings: pl.DataFrame, ledger: pl.DataFrame
) -> pl.DataFrame:
    """The findings, and behind them one for each endpoint that rests on values at a limit.

    With how many there are at each visit and in each arm. A warning where they are more than 15 %
    at a visit that a deciding analysis compares, unless that ranks; else a note.
    """
    at_limits = ledger.filter(pl.col("stage") == "limits")
    told = []
    for name, endpoint in study.endpoints.items():
        entries = at_limits.filter(pl.col("endpoint") == name)
        if entries.height:
            told.append(_finding(study, registry, endpoint, entries))
    return with_further(study, findings, remarks(pl.DataFrame(told), CHECK))


def _finding(
    study: Study, registry: Registry, endpoint: Endpoint, entries: pl.DataFrame
) -> dict[str, Any]:
    entry, n = pl.col("entry"), pl.col("n")
    losses = entries.filter(entry == "loss")
    total = entries.filter(entry == "opening")["n"].sum()
    unmeasured = losses.drop_nulls("detail")["n"].sum()
    substituted = count_words(int(unmeasured), "change is", "changes are")
    also = f"; {substituted} 0 by substitution, not measured" if unmeasured else ""
    analysis = _deciding_analysis(study, registry, endpoint)
    shares = (
        entries.group_by("visit")
        .agg(share=n.filter(entry == "loss").sum() / n.filter(entry == "opening").sum())
        .filter(pl.col("visit").is_in(list(_visits_compared(study, endpoint))))
    )
    most = shares["share"].max()
    too_many = analysis is not None and isinstance(most, float) and most > MOST
    ranks = analysis is not None and "ordinal" in analysis.kinds
    return {
        "measure": endpoint.measure,
        "severity": "warning" if too_many and not ranks else "note",
        "message": f"{endpoint.name}: {losses['n'].sum()} of {total} values stand for a limit, or "
        f"are at the end of the device{also}",
        "found": "; ".join(_places(entries)),
        "expected": _ranking(study, registry, endpoint, analysis)
        if analysis is not None and too_many and not ranks
        else "readings within the limits",
    }


def _places(entries: pl.DataFrame) -> Iterator[str]:
    """How many of how many are beyond which limit: "W4, new: 3 of 10 below"."""
    for place, rows in entries.group_by("visit", "arm", maintain_order=True):
        of = rows.filter(pl.col("entry") == "opening")["n"].sum()
        sides = rows.filter(pl.col("entry") == "loss").group_by("reason", maintain_order=True)
        counts = ", ".join(
            f"{n} of {of} {SIDES[reason]}" for reason, n in sides.agg(pl.col("n").sum()).rows()
        )
        if counts:
            yield f"{', '.join(str(name) for name in place if name) or 'all'}: {counts}"


def _deciding_analysis(study: Study, registry: Registry, endpoint: Endpoint) -> Analysis | None:
    """The first analysis of a main endpoint (`Study.main_endpoints`) that settles a hypothesis."""
    if endpoint.id not in study.main_endpoints or not endpoint.compare:
        return None
    analyses = (analysis_with_options(study, registry, name)[0] for name in endpoint.analyses)
    return next((analysis for analysis in analyses if analysis.decides), None)


def _visits_compared(study: Study, endpoint: Endpoint) -> Iterator[str]:
    """The visits that comparisons of an endpoint name; all of the study where one names none.

    With the visits of the baseline, where changes from it are compared.
    """
    baseline = (endpoint.baseline.visits if endpoint.baseline else None) or ()
    for name in endpoint.compare:
        for visit in study.comparisons[name].visit or study.visits:
            yield from baseline if visit == BASELINE else (visit,)
    if endpoint.analyse != "value":
        yield from baseline


def _ranking(study: Study, registry: Registry, endpoint: Endpoint, analysis: Analysis) -> str:
    """What to write: the analyses of the same comparison that rank values."""
    fitting = [
        f'"{name}"'
        for name, other in sorted(registry.analyses.items())
        if other.decides
        and {"ordinal", "continuous"} <= set(other.kinds)
        and other.needs == analysis.needs
        and study.study.design in other.designs
    ]
    words = " or ".join(fitting) or "an analysis by ranks"
    return (
        f"{words} first in endpoints.{endpoint.id}.analyses: above {MOST:.0%} at a limit, ranks, "
        "which tie all of them, say more than means"
    )
