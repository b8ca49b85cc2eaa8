"""Endpoint records: from readings to what is analysed, by one fixed chain of pure functions."""

from __future__ import annotations

from dermoutcomes.endpoints.chain import endpoint_records
from dermoutcomes.endpoints.missing import missing_without_rule

__all__ = ["endpoint_records", "missing_without_rule"]
