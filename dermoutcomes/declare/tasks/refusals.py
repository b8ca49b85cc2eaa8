"""Codes of results that are refused: rows that cannot be true, or were not declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

__all__ = ["REFUSALS", "is_refusal", "refusals_among"]

REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "p_out_of_range": "A p-value, adjusted or not, is not between 0 and 1.",
        "interval_beside_estimate": "An estimate does not lie within its own interval, or the "
        "interval ends before it begins. Ends may be open. A term whose interval may lie beside "
        "its estimate is named by `Analysis.interval_beside`.",
        "share_out_of_range": "A proportion, a percentage of a whole or a level of confidence is "
        "not between nothing and all, or more subjects had an event than there were.",
        "not_finite": "A number is NaN or infinite.",
        "not_declared": "The analysis does not declare this term and statistic, or the statistic "
        "is neither one of the closed list nor begins with the name of the analysis.",
        "n_above_records": "More subjects or records are counted than the analysis was given.",
        "duplicate_key": "Several statistics have this key; none of their values is kept.",
    }
)


def is_refusal(error: str | None) -> bool:
    """Whether the `error` of a row of `results` is one of `REFUSALS`.

    An error is a code, a colon and a sentence.
    """
    return error is not None and error.partition(":")[0] in REFUSALS


def refusals_among(errors: Iterable[str | None]) -> str:
    """Those that are refusals, each once, as one text; empty where none is."""
    return " ".join(dict.fromkeys(error for error in errors if error and is_refusal(error)))
