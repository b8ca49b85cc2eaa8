"""The study file as frozen values: what a user may write, with its types, defaults and help.

Parsing, JSON Schema and the reference page are made from these classes. What needs the registry
(does this measure exist, does this analysis fit) is checked in `dermoutcomes.study`.
"""

from __future__ import annotations

from dermoutcomes.study.sections.adjustment import Factor
from dermoutcomes.study.sections.analysis import AnalysisSpec, Family, ImputationSpec
from dermoutcomes.study.sections.claim import Claim, ClaimPart
from dermoutcomes.study.sections.endpoint import Endpoint, EventRule, Responder
from dermoutcomes.study.sections.estimand import Estimand
from dermoutcomes.study.sections.labels import ColumnLabel, WordLabel
from dermoutcomes.study.sections.outputs import OutputSpec, Quality
from dermoutcomes.study.sections.planning import Plan
from dermoutcomes.study.sections.reductions import (
    Baseline,
    Days,
    Difference,
    Rater,
    Replicates,
    Sides,
    Training,
)
from dermoutcomes.study.sections.scheme import (
    Arm,
    Comparison,
    Intercurrent,
    Population,
    Session,
    Subgroup,
    Visit,
)
from dermoutcomes.study.sections.source import Source
from dermoutcomes.study.sections.study import Study
from dermoutcomes.study.sections.study_info import StudyInfo

__all__ = [
    "AnalysisSpec",
    "Arm",
    "Baseline",
    "Claim",
    "ClaimPart",
    "ColumnLabel",
    "Comparison",
    "Days",
    "Difference",
    "Endpoint",
    "Estimand",
    "EventRule",
    "Factor",
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
    "Training",
    "Visit",
    "WordLabel",
]
