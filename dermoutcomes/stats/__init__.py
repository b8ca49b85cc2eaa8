"""What every analysis needs, for plugins too: records, tails, rows that failed, intervals, resampling, columns of a model.

Each name is loaded when it is first used. Of the modules behind them `records`, `rows` and `tails` need Polars alone: their names
may be imported at the top of a plugin. The others bring NumPy and SciPy, and a plugin imports their names inside the function
that computes, so that loading plugins stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dermoutcomes.stats.model_columns import Design, complete_cases, model_columns
    from dermoutcomes.stats.records import (
        BASELINE,
        RECORD_KEY,
        against,
        at_visit,
        baseline_visits,
        stratum,
        visits_of,
    )
    from dermoutcomes.stats.rows import clustered_warning, exponentiated, failed_rows, with_warning
    from dermoutcomes.stats.tails import NO_DIRECTION, Tail, responder_tail, tail_of
    from dermoutcomes.stats.ties import with_ties

_WHERE = {
    "model_columns": (
        "Design",
        "complete_cases",
        "model_columns",
    ),
    "records": (
        "BASELINE",
        "RECORD_KEY",
        "against",
        "at_visit",
        "baseline_visits",
        "stratum",
        "visits_of",
    ),
    "rows": (
        "clustered_warning",
        "exponentiated",
        "failed_rows",
        "with_warning",
    ),
    "tails": (
        "NO_DIRECTION",
        "Tail",
        "responder_tail",
        "tail_of",
    ),
    "ties": ("with_ties",),
}
_HOME = {name: module for module, names in _WHERE.items() for name in names}

__all__ = [
    "BASELINE",
    "NO_DIRECTION",
    "RECORD_KEY",
    "Design",
    "Tail",
    "against",
    "at_visit",
    "baseline_visits",
    "clustered_warning",
    "complete_cases",
    "exponentiated",
    "failed_rows",
    "model_columns",
    "responder_tail",
    "stratum",
    "tail_of",
    "visits_of",
    "with_ties",
    "with_warning",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
