"""Numbers held to independent software: the reference methods of all plugins, their cases, and what differs."""

from __future__ import annotations

from dermoutcomes.proof.cases import cases_of, stored_in
from dermoutcomes.proof.compare import Difference, compared, fields, unanswered
from dermoutcomes.proof.methods import reference_methods

__all__ = [
    "Difference",
    "cases_of",
    "compared",
    "fields",
    "reference_methods",
    "stored_in",
    "unanswered",
]
