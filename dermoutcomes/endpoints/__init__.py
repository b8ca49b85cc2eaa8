"""Endpoint records: from readings to what is analysed, by one fixed chain of pure functions."""

from __future__ import annotations

from dermoutcomes.endpoints.chain import endpoint_records
from dermoutcomes.endpoints.draw import imputation_seed
from dermoutcomes.endpoints.impute import imputation_spec
from dermoutcomes.endpoints.missing import missing_without_rule, settled_records

__all__ = [
    "endpoint_records",
    "imputation_seed",
    "imputation_spec",
    "missing_without_rule",
    "settled_records",
]
