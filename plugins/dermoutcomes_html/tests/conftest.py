"""The run that is reported."""

from __future__ import annotations

from dermoutcomes_html.tests.bcs_run import bcs, changed, registry, study_with

__all__ = ["bcs", "changed", "registry", "study_with"]
