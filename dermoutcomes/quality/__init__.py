"""Data quality: checks of the readings, the table of what they found, and the list of queries for the site."""

from __future__ import annotations

from dermoutcomes.quality.catalogue import CORE_CHECKS
from dermoutcomes.quality.check import CoreCheck
from dermoutcomes.quality.leave_out import left_in
from dermoutcomes.quality.queries import queries
from dermoutcomes.quality.stage import findings, stopping

__all__ = ["CORE_CHECKS", "CoreCheck", "findings", "left_in", "queries", "stopping"]
