"""Rows of a ratio and its interval, which need not be finite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite, isnan

from attrs import evolve

from dermoutcomes import Stat
from dermoutcomes_proportions.ratio_intervals import Ratio

__all__ = ["ratio_rows"]

UNBOUNDED = "unbounded"


def ratio_rows(
    template: Stat, term: str, ratio: Ratio, interval: Sequence[float] | None, confidence: float
) -> Iterator[Stat]:
    """Estimate, standard error of its logarithm (none where it is not defined), limits and level.

    Without an interval each limit is an error; an infinite number is the word for it.
    """
    yield from _row(
        template, term, "estimate", ratio.estimate, "Neither arm has what the ratio is of."
    )
    if ratio.log_se is not None:
        yield from evolve(template, label="standard error of the logarithm").rows(
            term, std_error=ratio.log_se
        )
    if interval is None:
        yield from (
            row.failed(
                "no_interval",
                "The interval on the log scale needs events in both arms (and non-events, for "
                "odds); a score interval does not.",
            )
            for row in template.rows(term, conf_low=None, conf_high=None, conf_level=None)
        )
        return
    for stat, limit in zip(("conf_low", "conf_high"), interval, strict=True):
        yield from _row(template, term, stat, limit, "The limit is not defined.")
    yield from template.rows(term, conf_level=confidence)


def _row(template: Stat, term: str, stat: str, value: float, undefined: str) -> Iterator[Stat]:
    if isnan(value):
        yield from (
            row.failed("no_events", undefined) for row in template.rows(term, **{stat: None})
        )
    elif isfinite(value):
        yield from template.rows(term, **{stat: value})
    else:
        yield from evolve(template, text=UNBOUNDED).rows(term, **{stat: None})
