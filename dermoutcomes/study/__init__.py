"""The study file as frozen values: what a user may write, with its types, defaults and help.

Parsing, JSON Schema and the reference page are made from these classes. What needs the registry (does this measure exist, does
this analysis fit) is checked in `dermoutcomes.studyfile`.
"""

from __future__ import annotations

from dermoutcomes.study.analysis import AnalysisSpec, Family, ImputationSpec
from dermoutcomes.study.claim import Claim, ClaimPart
from dermoutcomes.study.endpoint import Endpoint, EventRule, Responder
from dermoutcomes.study.estimand import Estimand
from dermoutcomes.study.info import StudyInfo
from dermoutcomes.study.planning import Plan
from dermoutcomes.study.reductions import Baseline, Days, Difference, Rater, Replicates, Sides
from dermoutcomes.study.running import OutputSpec, Quality
from dermoutcomes.study.scheme import (
    Arm,
    Comparison,
    Intercurrent,
    Population,
    Session,
    Subgroup,
    Visit,
)
from dermoutcomes.study.source import Source
from dermoutcomes.study.whole import Study

__all__ = [
    "AnalysisSpec",
    "Arm",
    "Baseline",
    "Claim",
    "ClaimPart",
    "Comparison",
    "Days",
    "Difference",
    "Endpoint",
    "Estimand",
    "EventRule",
    "Family",
    "ImputationSpec",
    "Intercurrent",
    "OutputSpec",
    "Plan",
    "Population",
    "Quality",
    "Rater",
    "Replicates",
    "Responder",
    "Session",
    "Sides",
    "Source",
    "Study",
    "StudyInfo",
    "Subgroup",
    "Visit",
]
