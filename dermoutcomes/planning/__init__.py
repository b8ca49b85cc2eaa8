"""How many subjects a study needs: the power of each planned hypothesis's main analysis, from the study file alone."""

from __future__ import annotations

from dermoutcomes.planning.figure import power_figure
from dermoutcomes.planning.planned import Planned, planned
from dermoutcomes.planning.sizes import Unreachable, power_at, smallest
from dermoutcomes.planning.wording import in_words

__all__ = ["Planned", "Unreachable", "in_words", "planned", "power_at", "power_figure", "smallest"]
