"""The frozen values that a plugin returns.

They hold plain functions and Polars expressions, and never call back.

All are `eq=False`: an expression cannot be compared or hashed. None is ever sent to another
process: a worker rebuilds the registry from names and files.
"""

from __future__ import annotations

from dermoutcomes.declare.adjustments import Adjustment, Decision, Hypothesis
from dermoutcomes.declare.analyses import Analysis, Interaction, Stat
from dermoutcomes.declare.coded_tables import CodedColumn, coded_table
from dermoutcomes.declare.documents import (
    DocumentPlan,
    FigurePlan,
    Format,
    Section,
    TableChoice,
    TablePlan,
)
from dermoutcomes.declare.execution import (
    DetachedStepWorker,
    Executor,
    Reporter,
    Step,
    StepResult,
    StepWorker,
)
from dermoutcomes.declare.forms.outcome_set import CoreDomain, OutcomeSet
from dermoutcomes.declare.imputations import Draws, Estimate, Imputation, Pooled, Pooling
from dermoutcomes.declare.instruments import (
    Band,
    Check,
    CurveMethod,
    Instrument,
    Parameter,
    PlausibleRange,
    Reference,
    Scale,
)
from dermoutcomes.declare.power import PlannedTest, Power
from dermoutcomes.declare.readers import Match, RawTable, Reader
from dermoutcomes.declare.reference_cases import ReferenceCase, ReferenceMethod
from dermoutcomes.declare.setting import NoOptions, option
from dermoutcomes.declare.size_limits import SizeLimits, size_limits
from dermoutcomes.declare.terms import Term

__all__ = [
    "Adjustment",
    "Analysis",
    "Band",
    "Check",
    "CodedColumn",
    "CoreDomain",
    "CurveMethod",
    "Decision",
    "DetachedStepWorker",
    "DocumentPlan",
    "Draws",
    "Estimate",
    "Executor",
    "FigurePlan",
    "Format",
    "Hypothesis",
    "Imputation",
    "Instrument",
    "Interaction",
    "Match",
    "NoOptions",
    "OutcomeSet",
    "Parameter",
    "PlannedTest",
    "PlausibleRange",
    "Pooled",
    "Pooling",
    "Power",
    "RawTable",
    "Reader",
    "Reference",
    "ReferenceCase",
    "ReferenceMethod",
    "Reporter",
    "Scale",
    "Section",
    "SizeLimits",
    "Stat",
    "Step",
    "StepResult",
    "StepWorker",
    "TableChoice",
    "TablePlan",
    "Term",
    "coded_table",
    "option",
    "size_limits",
]
